// The loupe on the real app: true pixels, zoom, a clip that plays, steps and is scrubbed, marks that go on.
#include <imgui.h>
#include <imgui_te_context.h>

#include <cmath>
#include <set>

#include "support/catch.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {

// Two pictures and a clip of two seconds from the first.
struct Desk {
  explicit Desk(Stage& on) : stage(on) { stage.open_fresh_project("loupe"); }
  const Library& library() { return stage.app().studio()->view().library; }
  bool fill(ImGuiTestContext* ctx) {
    GenerateCommand pictures;
    pictures.prompt = "a harbour at dawn";
    pictures.count = 2;
    pictures.size = {512, 512};
    stage.app().studio()->run(pictures);
    const auto arrived = [&](std::size_t n) {
      std::size_t here = 0;
      for (const Item& item : library().items) here += item.asset.valid() && item.has_poster ? 1 : 0;
      return here == n;
    };
    if (!stage.wait_until(ctx, [&] { return arrived(2); })) return false;
    AnimateCommand clip;
    clip.assets = {library().items[0].asset};
    clip.seconds = 2;
    stage.app().studio()->run(clip);
    return stage.wait_until(ctx, [&] { return arrived(3); });
  }
  bool is_exact(ImGuiTestContext* ctx, std::int64_t frame) {
    const LoupeState& loupe = stage.app().loupe();
    return stage.wait_until(ctx, [&] { return loupe.is_exact && loupe.last && loupe.last->index == frame && loupe.wanted == frame; });
  }
  Stage& stage;
};

}  // namespace

TEST_CASE("The loupe shows true pixels, zooms to the pointer and fits again") {
  Stage stage;
  Desk desk(stage);
  const bool passed = stage.play("still", [&](ImGuiTestContext* ctx) {
    IM_CHECK(desk.fill(ctx));
    LoupeState& loupe = stage.app().loupe();
    ctx->ItemClick(("//Gallery/**/tile " + to_string(desk.library().items[0].job)).c_str());
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == 0 && loupe.is_exact && loupe.last != nullptr; }));
    ctx->MouseMove("//Loupe/Picture");
    ctx->MouseWheelY(1);
    ctx->Yield(2);
    IM_CHECK(!loupe.view.is_fit());
    ctx->ItemClick("//Loupe/Picture");
    ctx->KeyPress(ImGuiKey_Z);
    ctx->Yield(2);
    // Its own pixels: the frame has as many as the picture.
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.last->picture.width == 512 && loupe.last->picture.height == 512; }));
    ctx->KeyPress(ImGuiKey_F);
    ctx->Yield(2);
    IM_CHECK(loupe.view.is_fit());
    // The figure in the bar above goes between the two.
    ctx->ItemClick("//Loupe/Zoom");
    ctx->Yield(2);
    IM_CHECK(!loupe.view.is_fit());
    const ImRect shown = ctx->ItemInfo("//Loupe/Picture").RectFull;
    const Rect box{shown.Min, shown.Max};
    const auto place = [&] { return loupe.view.place(box, 512, 512); };
    IM_CHECK_EQ(place().width(), 512.0f);
    ctx->ItemClick("//Loupe/Zoom");
    ctx->Yield(2);
    IM_CHECK(loupe.view.is_fit());

    // The wheel goes to the pointer: what is under it stays there.
    const ImVec2 pointer{box.centre().x + 60, box.centre().y - 40};
    const auto under_pointer = [&] {
      const Rect p = place();
      return ImVec2{(pointer.x - p.min.x) / p.width() * 512, (pointer.y - p.min.y) / p.height() * 512};
    };
    ctx->MouseMoveToPos(pointer);
    // So large that the picture's edges are outside of the box, which would otherwise hold it in its middle.
    for (int i = 0; i < 3; ++i) {
      ctx->MouseWheelY(1);
      ctx->Yield(2);
    }
    IM_CHECK(place().width() > box.width() && place().height() > box.height());
    const ImVec2 before = under_pointer();
    const float width_before = place().width();
    ctx->MouseWheelY(1);
    ctx->Yield(2);
    IM_CHECK_GT(place().width(), width_before);
    // Places are whole pixels.
    IM_CHECK_LE(std::abs(under_pointer().x - before.x), 1.0f);
    IM_CHECK_LE(std::abs(under_pointer().y - before.y), 1.0f);
    // The hand pulls it along.
    const Rect held = place();
    ctx->MouseDown(ImGuiMouseButton_Left);
    ctx->MouseMoveToPos({pointer.x - 30, pointer.y + 20});
    ctx->MouseUp(ImGuiMouseButton_Left);
    ctx->Yield(2);
    IM_CHECK_LE(std::abs(place().min.x - held.min.x + 30), 1.0f);
    IM_CHECK_LE(std::abs(place().min.y - held.min.y - 20), 1.0f);
    ctx->KeyPress(ImGuiKey_F);
    ctx->Yield(2);

    // Four greys around it, and back to the first.
    const int ground = loupe.ground;
    std::set<int> grounds;
    for (int i = 0; i < 4; ++i) {
      ctx->ItemClick("//Loupe/Ground");
      ctx->Yield(2);
      grounds.insert(loupe.ground);
    }
    IM_CHECK_EQ(grounds.size(), 4u);
    IM_CHECK_EQ(loupe.ground, ground);
    ctx->ItemClick("//Loupe/**/Copy prompt");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(ImGui::GetClipboardText(), "a harbour at dawn");
    // Flag and cross are switches; without going on, the picture stays.
    stage.app().state().goes_on = true;
    ctx->ItemClick("//Loupe/Go on");
    ctx->Yield(2);
    IM_CHECK(!stage.app().state().goes_on);
    const auto is_marked = [&](Mark mark) { return stage.wait_until(ctx, [&] { return desk.library().items[0].mark == mark; }); };
    ctx->ItemClick("//Loupe/Pick");
    IM_CHECK(is_marked(Mark::Pick));
    ctx->ItemClick("//Loupe/Pick");
    IM_CHECK(is_marked(Mark::None));
    ctx->ItemClick("//Loupe/Reject");
    IM_CHECK(is_marked(Mark::Reject));
    ctx->ItemClick("//Loupe/Reject");
    IM_CHECK(is_marked(Mark::None));
    IM_CHECK_EQ(loupe.row, 0u);
    ctx->ItemClick("//Loupe/Go on");
    ctx->Yield(2);
    IM_CHECK(stage.app().state().goes_on);
    ctx->ItemClick("//Loupe/Picture");
    // A mark goes on to the next picture; the one that was seen has it.
    IM_CHECK(stage.app().state().loupe_has_focus);
    ctx->KeyPress(ImGuiKey_P);
    IM_CHECK(stage.wait_until(ctx, [&] { return desk.library().items[0].mark == Mark::Pick; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == 1; }));
    IM_CHECK(desk.library().items[1].mark == Mark::None);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Z);
    IM_CHECK(stage.wait_until(ctx, [&] { return desk.library().items[0].mark == Mark::None; }));
    ctx->ItemClick("//Loupe/3 stars");
    IM_CHECK(stage.wait_until(ctx, [&] { return desk.library().items[1].stars == 3; }));
  });
  CHECK(passed);
  stage.save_picture("loupe-still");
  stage.frame();
}

TEST_CASE("A clip plays, steps frame by frame, and is scrubbed to the exact frame") {
  Stage stage;
  Desk desk(stage);
  const bool passed = stage.play("clip", [&](ImGuiTestContext* ctx) {
    IM_CHECK(desk.fill(ctx));
    LoupeState& loupe = stage.app().loupe();
    stage.app().state().selection.set_focus(2);
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == 2; }));
    ctx->ItemClick("//Loupe/Picture");
    IM_CHECK(desk.is_exact(ctx, 0));
    for (const std::int64_t frame : {1, 2, 3}) {
      ctx->KeyPress(ImGuiKey_Period);
      IM_CHECK(desk.is_exact(ctx, frame));
    }
    ctx->KeyPress(ImGuiKey_Comma);
    IM_CHECK(desk.is_exact(ctx, 2));
    ctx->ItemClick("//Loupe/Last frame");
    IM_CHECK(desk.is_exact(ctx, 47));  // two seconds at 24
    ctx->ItemClick("//Loupe/One frame back");
    IM_CHECK(desk.is_exact(ctx, 46));
    ctx->ItemClick("//Loupe/One frame on");
    IM_CHECK(desk.is_exact(ctx, 47));
    // At its end it begins again, where the loop is on; the button and the key are one switch.
    const bool loops = loupe.playhead.loops();
    ctx->ItemClick("//Loupe/Loop");
    ctx->Yield(2);
    IM_CHECK_EQ(loupe.playhead.loops(), !loops);
    ctx->ItemClick("//Loupe/Picture");
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_L);
    ctx->Yield(2);
    IM_CHECK_EQ(loupe.playhead.loops(), loops);
    IM_CHECK(loupe.playhead.speed() == 0);
    if (!loops) ctx->ItemClick("//Loupe/Loop");
    ctx->ItemClick("//Loupe/Play");
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.playhead.speed() == 1 && loupe.wanted > 0 && loupe.wanted < 40; }));
    ctx->ItemClick("//Loupe/Play");
    ctx->Yield(2);
    IM_CHECK(loupe.playhead.speed() == 0);
    ctx->ItemClick("//Loupe/First frame");
    IM_CHECK(desk.is_exact(ctx, 0));
    ctx->ItemClick("//Loupe/Picture");
    ctx->KeyPress(ImGuiKey_Space);
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.playhead.speed() == 1 && loupe.wanted > 3; }));
    ctx->KeyPress(ImGuiKey_L);
    ctx->Yield(2);
    IM_CHECK(loupe.playhead.speed() == 2);
    ctx->KeyPress(ImGuiKey_J);
    ctx->Yield(2);
    IM_CHECK(loupe.playhead.speed() == -1);
    ctx->KeyPress(ImGuiKey_K);
    ctx->Yield(2);
    IM_CHECK(loupe.playhead.speed() == 0);
    ctx->ItemClick("//Loupe/Scrub");  // in its middle
    ctx->Yield(2);
    IM_CHECK(loupe.wanted >= 22 && loupe.wanted <= 25);
    IM_CHECK(desk.is_exact(ctx, loupe.wanted));
    // In the layout for reviewing there is room for all of the recipe: what it was made from is one click away.
    ctx->KeyPress(ImGuiKey_F3);
    ctx->Yield(10);
    IM_CHECK_STR_EQ(stage.app().settings().layout_name.c_str(), "Review");
    ctx->ItemClick(("//Loupe/**/thumb " + to_string(desk.library().items[0].job)).c_str());
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.row == 0; }));
    stage.app().state().selection.set_focus(2);
    ctx->Yield(5);
  });
  CHECK(passed);
  stage.settle();
  stage.save_picture("loupe-clip");
  stage.frame();
}

TEST_CASE("A recipe goes from the loupe into the prompt, and is made again") {
  Stage stage;
  Desk desk(stage);
  const bool passed = stage.play("recipe", [&](ImGuiTestContext* ctx) {
    IM_CHECK(desk.fill(ctx));
    stage.app().state().selection.set_focus(1);
    ctx->Yield(3);
    stage.app().prompt().draft.prompt = "something else";
    ctx->ItemClick("//Loupe/**/Load into prompt");
    ctx->Yield(3);
    const Recipe& recipe = *desk.library().texts[1].recipe;
    IM_CHECK_STR_EQ(stage.app().prompt().draft.prompt.c_str(), recipe.prompt.c_str());
    IM_CHECK(stage.app().prompt().draft.seed == recipe.seed);
    IM_CHECK(stage.app().prompt().seed_kept);
    ctx->ItemClick("//Loupe/**/Again exactly");
    IM_CHECK(stage.wait_until(ctx, [&] { return desk.library().items.size() == 4 && desk.library().items[3].asset.valid(); }));
    // The same recipe makes the same bytes.
    IM_CHECK_STR_EQ(desk.library().texts[3].sha256.c_str(), desk.library().texts[1].sha256.c_str());
    stage.app().state().selection.set_focus(1);
    ctx->Yield(2);
    ctx->ItemClick("//Loupe/**/Again with a new seed");
    IM_CHECK(stage.wait_until(ctx, [&] { return desk.library().items.size() == 5; }));
    IM_CHECK(desk.library().texts[4].recipe->seed != recipe.seed);
  });
  CHECK(passed);
}

TEST_CASE("A clip that plays is heard, M and the button silence it, faster and at rest there is none") {
  Stage::Settings settings;
  settings.sound_driver = "null";
  Stage stage(settings);
  Desk desk(stage);
  const bool passed = stage.play("sound", [&](ImGuiTestContext* ctx) {
    IM_CHECK(desk.fill(ctx));
    LoupeState& loupe = stage.app().loupe();
    const SoundPlayer& sound = stage.app().sound();
    stage.app().state().selection.set_focus(2);
    ctx->ItemClick("//Loupe/Picture");
    IM_CHECK(desk.is_exact(ctx, 0));
    IM_CHECK(sound.device() == SoundDevice::Unknown);  // nothing is opened before something plays
    ctx->KeyPress(ImGuiKey_Space);
    IM_CHECK(stage.wait_until(ctx, [&] { return sound.counts().heard_secs > 0.2; }));
    IM_CHECK(loupe.silence.empty());
    ctx->KeyPress(ImGuiKey_M);
    IM_CHECK(stage.wait_until(ctx, [&] { return sound.counts().heard_secs == 0; }));
    IM_CHECK(loupe.playhead.speed() == 1);
    ctx->ItemClick("//Loupe/Sound");
    IM_CHECK(stage.wait_until(ctx, [&] { return sound.counts().heard_secs > 0; }));
    ctx->KeyPress(ImGuiKey_L);  // twice as fast
    IM_CHECK(stage.wait_until(ctx, [&] { return sound.counts().heard_secs == 0; }));
    ctx->KeyPress(ImGuiKey_K);
    ctx->Yield(2);
    // At rest the device is given back.
    IM_CHECK(stage.wait_until(ctx, [&] { return !sound.counts().is_open; }));
  });
  CHECK(passed);
}

namespace {

// All that is to be said is drawn within the bar, and nothing lies over another.
void check_transport(ImGuiTestContext* ctx, const LoupeState& loupe) {
  const TransportShown& shown = loupe.transport;
  IM_CHECK(!shown.time.text.empty() && !shown.frame.text.empty() && !shown.speed.text.empty());
  IM_CHECK_STR_EQ(shown.sound.text.c_str(), "No sound device");
  std::vector<std::pair<std::string, Rect>> boxes;
  for (const auto* words : {&shown.time, &shown.frame, &shown.rate, &shown.sound})
    if (!words->text.empty()) boxes.emplace_back(words->text, words->box);
  for (const char* label : {"First frame", "One frame back", "Play", "One frame on", "Last frame", "Speed", "Sound", "Loop"}) {
    const ImRect box = ctx->ItemInfo((std::string("//Loupe/") + label).c_str()).RectFull;
    boxes.emplace_back(label, Rect{box.Min, box.Max});
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto& [name, box] = boxes[i];
    if (box.min.x < shown.bar.min.x || box.max.x > shown.bar.max.x || box.min.y < shown.bar.min.y || box.max.y > shown.bar.max.y)
      IM_ERRORF("%s lies outside of the bar", name.c_str());
    for (std::size_t j = 0; j < i; ++j)
      if (box.min.x < boxes[j].second.max.x && boxes[j].second.min.x < box.max.x && box.min.y < boxes[j].second.max.y && boxes[j].second.min.y < box.max.y)
        IM_ERRORF("%s lies over %s", name.c_str(), boxes[j].first.c_str());
  }
}

}  // namespace

TEST_CASE("Time, frame, speed and why nothing is heard are said in the loupe of every layout and size") {
  struct Size {
    int width, height;
    float scale;
  };
  for (const Size size : {Size{1600, 900, 1}, Size{1280, 720, 1}, Size{2560, 1440, 2}, Size{2560, 1200, 1}}) {
    INFO(size.width << " by " << size.height << " at " << size.scale);
    Stage::Settings settings;
    settings.width = size.width, settings.height = size.height, settings.scale = size.scale;
    Stage stage(settings);
    Desk desk(stage);
    const bool passed = stage.play("transport", [&](ImGuiTestContext* ctx) {
      IM_CHECK(desk.fill(ctx));
      LoupeState& loupe = stage.app().loupe();
      for (const bool review : {false, true}) {
        if (review) ctx->KeyPress(ImGuiKey_F3);
        ctx->Yield(4);
        stage.app().state().selection.set_focus(2);
        stage.app().state().wishes.show_panel = "Loupe";
        IM_CHECK(desk.is_exact(ctx, loupe.wanted));
        ctx->ItemClick("//Loupe/First frame");
        ctx->ItemClick("//Loupe/Play");
        IM_CHECK(stage.wait_until(ctx, [&] { return !loupe.silence.empty(); }));
        ctx->Yield(2);
        check_transport(ctx, loupe);
        ctx->ItemClick("//Loupe/Play");
        ctx->Yield(2);
        check_transport(ctx, loupe);
        // Two seconds at 24: the last frame is the 48th, and begins a 24th before the end.
        ctx->ItemClick("//Loupe/Last frame");
        IM_CHECK(desk.is_exact(ctx, 47));
        ctx->Yield(2);
        IM_CHECK_STR_EQ(loupe.transport.frame.text.c_str(), "f 48 of 48");
        IM_CHECK_STR_EQ(loupe.transport.time.text.c_str(), "0:01.958");
        if (ctx->IsError()) return;
      }
    });
    CHECK(passed);
  }
}

TEST_CASE("The speed of a clip is said and chosen at its button") {
  Stage stage;
  Desk desk(stage);
  const bool passed = stage.play("speed", [&](ImGuiTestContext* ctx) {
    IM_CHECK(desk.fill(ctx));
    LoupeState& loupe = stage.app().loupe();
    stage.app().state().selection.set_focus(2);
    IM_CHECK(desk.is_exact(ctx, 0));
    ctx->Yield(2);
    IM_CHECK_STR_EQ(loupe.transport.speed.text.c_str(), "1×");
    const auto choose = [&](const char* words) {
      ctx->ItemClick("//Loupe/Speed");
      IM_CHECK(refer_to_popup(ctx));
      ctx->ItemClick((std::string("**/") + words).c_str());
      ctx->SetRef("");
      ctx->Yield(2);
      IM_CHECK(!a_popup_is_open());
      IM_CHECK_STR_EQ(loupe.transport.speed.text.c_str(), words);
    };
    choose("0.25×");
    IM_CHECK(loupe.playhead.speed() == 0.25);
    IM_CHECK_STR_EQ(loupe.transport.sound.text.c_str(), "Silent at 0.25×");
    choose("−4×");
    IM_CHECK(loupe.playhead.speed() == -4);
    // The keys and the button are one thing.
    ctx->ItemClick("//Loupe/Picture");
    ctx->KeyPress(ImGuiKey_L);
    ctx->KeyPress(ImGuiKey_L);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(loupe.transport.speed.text.c_str(), "2×");
    ctx->KeyPress(ImGuiKey_K);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(loupe.transport.speed.text.c_str(), "1×");
    IM_CHECK(loupe.playhead.speed() == 0);
    ctx->KeyPress(ImGuiKey_M);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(loupe.transport.sound.text.c_str(), "Sound off");
    // Escape leaves the choice as it was.
    ctx->ItemClick("//Loupe/Speed");
    ctx->Yield(2);
    stage.save_picture("loupe-speed");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
    IM_CHECK(loupe.playhead.speed() == 0);
  });
  CHECK(passed);
}

TEST_CASE("Without a sound device a clip plays silently, and the loupe says so") {
  Stage stage;
  Desk desk(stage);
  const bool passed = stage.play("no sound", [&](ImGuiTestContext* ctx) {
    IM_CHECK(desk.fill(ctx));
    LoupeState& loupe = stage.app().loupe();
    stage.app().state().selection.set_focus(2);
    ctx->ItemClick("//Loupe/Picture");
    IM_CHECK(desk.is_exact(ctx, 0));
    ctx->KeyPress(ImGuiKey_Space);
    IM_CHECK(stage.wait_until(ctx, [&] { return !loupe.silence.empty(); }));
    IM_CHECK(loupe.silence.find("No sound device") == 0);
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.transport.sound.text == "No sound device"; }));
    IM_CHECK(stage.wait_until(ctx, [&] { return loupe.wanted > 3; }));
    ctx->MouseMove("//Loupe/Sound");
    ctx->Yield(2);
  });
  CHECK(passed);
  stage.save_picture("loupe-no-sound-device");
  stage.frame();
}
