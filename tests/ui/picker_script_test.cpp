// The picker in the window: a new project, one to open, files to import; by mouse, by keys, and by a typed path.
#include <sys/stat.h>

#include "support/catch.h"
#include "ui/fake_desktop.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {

bool is_listed(Stage& stage, const std::filesystem::path& folder) {
  const PickerState& picker = stage.app().picker();
  return picker.is_open && !picker.is_reading && picker.listing && picker.listing->folder == folder;
}

#define WAIT_FOR_LIST(folder) IM_CHECK(stage.wait_until(ctx, [&] { return is_listed(stage, folder); }))

std::filesystem::path media(Stage& stage) {
  const auto folder = stage.folder() / "media";
  write_picture_file(folder / "boat.png", 10);
  write_picture_file(folder / "cliff 2.png", 20);
  write_picture_file(folder / "cliff 10.png", 30);
  write_picture_file(folder / "night" / "moon.png", 40);
  write_picture_file(folder / ".hidden.png", 50);
  return folder;
}

}  // namespace

TEST_CASE("A new project is named in the picker, in a folder that is made there") {
  Stage stage;
  std::filesystem::create_directory(stage.folder() / "Films");
  const bool passed = stage.play("new", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick("//Start/New project…");
    WAIT_FOR_LIST(stage.folder());
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemDoubleClick("**/Films");
    WAIT_FOR_LIST(stage.folder() / "Films");
    ctx->ItemClick("**/New folder");
    ctx->Yield(2);
    ctx->KeyChars("Short ones");
    ctx->Yield(2);
    stage.save_picture("picker-new-folder");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Enter);
    WAIT_FOR_LIST(stage.folder() / "Films" / "Short ones");
    ctx->ItemClick("**/New folder");
    ctx->Yield(2);
    ctx->ItemClick("**/##folder name");
    ctx->KeyChars("Longer ones");
    ctx->ItemClick("**/Make");
    WAIT_FOR_LIST(stage.folder() / "Films" / "Short ones" / "Longer ones");
    ctx->ItemClick("**/Up");
    WAIT_FOR_LIST(stage.folder() / "Films" / "Short ones");
    ctx->ItemClick("**/##name");
    ctx->KeyCharsReplace("The last lamp");
    ctx->Yield(2);
    stage.save_picture("picker-new-project");
    ctx->Yield(2);
    ctx->ItemClick("**/Accept");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
  });
  CHECK(passed);
  CHECK(std::filesystem::exists(stage.folder() / "Films" / "Short ones" / "The last lamp" / "ledger.sqlite"));
}

TEST_CASE("A project is opened by its row, and files are no choice then") {
  Stage stage;
  REQUIRE(Studio::create_project(stage.folder() / "lamp", "lamp"));
  write_picture_file(stage.folder() / "boat.png", 1);
  const bool passed = stage.play("open", [&](ImGuiTestContext* ctx) {
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_O);
    WAIT_FOR_LIST(stage.folder());
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK(!ctx->ItemExists("**/boat.png"));
    stage.save_picture("picker-open");
    ctx->ItemDoubleClick("**/lamp");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
  });
  CHECK(passed);
  REQUIRE(stage.app().studio() != nullptr);
  CHECK(stage.app().studio()->view().project_name == "lamp");
}

TEST_CASE("The picker goes by keys: arrows, Enter into a folder, Backspace out of it, letters, Esc") {
  Stage stage;
  const auto folder = media(stage);
  stage.open_fresh_project();
  const bool passed = stage.play("keys", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_I);
    WAIT_FOR_LIST(stage.folder());
    // A path is typed after a slash, and goes on by Tab.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_L);
    ctx->Yield(2);
    ctx->KeyCharsReplace((stage.folder() / "me").c_str());
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.going_on == std::vector<std::string>{"media"}; }));
    stage.save_picture("picker-completion");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Tab);
    ctx->Yield(2);
    IM_CHECK_STR_EQ(picker.path_text.c_str(), ((stage.folder() / "media").string() + "/").c_str());
    ctx->KeyPress(ImGuiKey_Enter);
    WAIT_FOR_LIST(folder);
    IM_CHECK_EQ(picker.rows.size(), 4u);
    ctx->KeyPress(ImGuiKey_DownArrow);
    IM_CHECK_EQ(picker.choice.cursor, 0u);
    ctx->KeyPress(ImGuiKey_Enter);
    WAIT_FOR_LIST(folder / "night");
    ctx->KeyPress(ImGuiKey_Backspace);
    WAIT_FOR_LIST(folder);
    IM_CHECK_STR_EQ(picker.shown.at(picker.choice.cursor).c_str(), "night");  // where we come from
    ctx->KeyChars("c");
    IM_CHECK_STR_EQ(picker.shown.at(picker.choice.cursor).c_str(), "cliff 2.png");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiMod_Shift | ImGuiKey_DownArrow);
    IM_CHECK_EQ(picker.choice.count, 2u);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
    IM_CHECK_EQ(picker.choice.count, 4u);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_H);
    IM_CHECK_EQ(picker.rows.size(), 5u);
    // The same by their buttons.
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/Hidden files");
    ctx->Yield(2);
    IM_CHECK_EQ(picker.rows.size(), 4u);
    ctx->ItemClick("**/Cancel");
    ctx->Yield(2);
    IM_CHECK(!picker.is_open);
    IM_CHECK(!a_popup_is_open());
    ctx->SetRef("");
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_I);
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && !picker.is_reading && picker.listing; }));
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!picker.is_open);
    IM_CHECK(!a_popup_is_open());
  });
  CHECK(passed);
  CHECK(stage.app().studio()->view().library.items.empty());
}

TEST_CASE("A path that is typed over the list of the picker goes into the path's field from its first sign on") {
  Stage stage;
  const auto folder = media(stage);
  stage.open_fresh_project();
  const bool passed = stage.play("typed path", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiMod_Shift | ImGuiKey_I);
    WAIT_FOR_LIST(stage.folder());
    // All at once, and sign by sign; the second time the field has been used before.
    for (const bool slowly : {false, true}) {
      const std::string path = (slowly ? folder / "night" : folder).string();
      if (slowly)
        for (const char sign : path) {
          ctx->KeyChars(std::string(1, sign).c_str());
          ctx->Yield();
        }
      else
        ctx->KeyChars(path.c_str());
      ctx->Yield(3);
      IM_CHECK_STR_EQ(picker.path_text.c_str(), path.c_str());
      ctx->KeyPress(ImGuiKey_Enter);
      WAIT_FOR_LIST(path);
      ctx->Yield(2);
    }
    ctx->KeyChars("~/me");
    ctx->Yield(3);
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.going_on == std::vector<std::string>{"media"}; }));
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(picker.is_open);
    IM_CHECK(picker.folder == folder / "night");
  });
  CHECK(passed);
}

TEST_CASE("Files are chosen with Ctrl and Shift and imported") {
  Stage stage;
  const auto folder = media(stage);
  stage.open_fresh_project();
  const auto& items = stage.app().studio()->view().library.items;
  const bool passed = stage.play("import", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    stage.app().state().wishes.import_files = true;
    WAIT_FOR_LIST(stage.folder());
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemDoubleClick("**/media");
    WAIT_FOR_LIST(folder);
    ctx->ItemClick("**/boat.png");
    ctx->KeyDown(ImGuiMod_Ctrl);
    ctx->ItemClick("**/cliff 10.png");
    ctx->KeyUp(ImGuiMod_Ctrl);
    IM_CHECK_EQ(picker.choice.count, 2u);
    ctx->KeyDown(ImGuiMod_Shift);
    ctx->ItemClick("**/boat.png");
    ctx->KeyUp(ImGuiMod_Shift);
    IM_CHECK_EQ(picker.choice.count, 3u);  // and what lies between
    ctx->Yield(2);
    stage.save_picture("picker-import");
    ctx->Yield(2);
    ctx->ItemClick("**/Accept");
    IM_CHECK(stage.wait_until(ctx, [&] { return items.size() == 3 && !stage.app().importing().is_under_way(); }));
  });
  CHECK(passed);
  CHECK(stage.app().importing().imported == 3);
}

TEST_CASE("A folder that cannot be opened is said in place, and one can go on from there") {
  Stage stage;
  media(stage);
  stage.open_fresh_project();
  const bool passed = stage.play("gone", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    stage.app().state().wishes.import_files = true;
    WAIT_FOR_LIST(stage.folder());
    std::filesystem::rename(stage.folder() / "media", stage.folder() / "moved");
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemDoubleClick("**/media");
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.listing && picker.listing->error.has_value(); }));
    ctx->Yield(2);
    stage.save_picture("picker-problem");
    ctx->Yield(2);
    ctx->ItemClick("**/Up");
    WAIT_FOR_LIST(stage.folder());
    IM_CHECK(ctx->ItemExists("**/moved"));
  });
  CHECK(passed);
}

TEST_CASE("The picker shows ten thousand names of any bytes, and its rows follow the heads of the columns") {
  Stage stage(Stage::Settings{.width = 1280, .height = 720});
  const auto folder = stage.folder() / "many";
  std::filesystem::create_directory(folder);
  for (int i = 0; i < 10'000; ++i) ::mknod((folder / ("frame " + std::to_string(i) + ".png")).c_str(), S_IFREG | 0644, 0);
  write_picture_file(folder / "large \xFF.png", 3);
  stage.open_fresh_project();
  const bool passed = stage.play("many", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    stage.app().state().wishes.import_files = true;
    WAIT_FOR_LIST(stage.folder());
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemDoubleClick("**/many");
    WAIT_FOR_LIST(folder);
    IM_CHECK_EQ(picker.rows.size(), 10'001u);
    ctx->ItemClick("**/Size");
    IM_CHECK_STR_EQ(picker.shown.front().c_str(), "large \xEF\xBF\xBD.png");
    ctx->KeyPress(ImGuiKey_End);
    IM_CHECK_EQ(picker.choice.cursor, 10'000u);
    // The picture was written last, and of the names it comes behind the others.
    ctx->ItemClick("**/Changed");
    IM_CHECK_STR_EQ(picker.shown.front().c_str(), "large \xEF\xBF\xBD.png");
    ctx->ItemClick("**/Name");
    IM_CHECK_STR_EQ(picker.shown.front().c_str(), "frame 0.png");
    IM_CHECK_STR_EQ(picker.shown.back().c_str(), "large \xEF\xBF\xBD.png");
    ctx->Yield(2);
    stage.save_picture("picker-many");
    ctx->Yield(2);
  });
  CHECK(passed);
}

TEST_CASE("The picker fits at twice the size") {
  Stage stage(Stage::Settings{.width = 2560, .height = 1440, .scale = 2});
  const auto folder = media(stage);
  stage.open_fresh_project();
  const bool passed = stage.play("large", [&](ImGuiTestContext* ctx) {
    IM_CHECK_EQ(ImGui::GetStyle().FontScaleDpi, 2.0f);
    stage.app().state().wishes.import_files = true;
    WAIT_FOR_LIST(stage.folder());
    ctx->Yield(2);
    const ImGuiWindow* window = top_popup(ctx);
    IM_CHECK(window != nullptr);
    IM_CHECK_EQ(window->Size.x, 1440.0f);
    stage.save_picture("picker-2x");
    ctx->Yield(2);
  });
  CHECK(passed);
}

TEST_CASE("Where the desktop's own dialog answers, it asks, its answer is imported") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  const PrivateBus bus;
  TempFolder home;
  write_picture_file(home.path() / "boat.png", 10);
  FakeDesktop desktop(bus.address(), {.uris = {"file://" + (home.path() / "boat.png").string()}});
  Stage stage(Stage::Settings{.draw = false, .bus_address = bus.address()});
  stage.open_fresh_project();
  const bool passed = stage.play("portal", [&](ImGuiTestContext* ctx) {
    stage.app().state().wishes.import_files = true;
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().library.items.size() == 1; }));
    IM_CHECK(!stage.app().picker().is_open);
  });
  CHECK(passed);
  CHECK(desktop.has("OpenFile  Import files"));
}

TEST_CASE("Where a bus is but no portal, our own picker asks, and at once from then on") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  const PrivateBus bus;
  Stage stage(Stage::Settings{.draw = false, .bus_address = bus.address()});
  const bool passed = stage.play("no portal", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    stage.app().state().wishes.open_project = true;
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && picker.listing; }));
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!picker.is_open);
    stage.app().state().wishes.open_project = true;
    ctx->Yield(2);
    IM_CHECK(picker.is_open);
  });
  CHECK(passed);
}

TEST_CASE("An export that is done is shown by the desktop's file manager") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  const PrivateBus bus;
  FakeDesktop desktop(bus.address(), {});
  Stage stage(Stage::Settings{.draw = false, .bus_address = bus.address()});
  const auto folder = media(stage);
  stage.open_fresh_project();
  const auto out = stage.folder() / "out";
  const bool passed = stage.play("show", [&](ImGuiTestContext* ctx) {
    stage.app().drop({(folder / "boat.png").string()});
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().library.items.size() == 1; }));
    ExportState& dialog = stage.app().export_dialog();
    stage.app().state().wishes.export_dialog = true;
    IM_CHECK(refer_to_popup(ctx));
    dialog.folder = out.string();
    dialog.name_template = "{n}";
    ctx->Yield(2);
    ctx->ItemClick("**/All");
    ctx->ItemClick("**/Export");
    IM_CHECK(stage.wait_until(ctx, [&] { return dialog.report != nullptr; }));
    ctx->Yield(2);
    ctx->ItemClick("**/Show in folder");
    IM_CHECK(stage.wait_until(ctx, [&] { return desktop.has("show file://" + (out / "001.png").string()); }));
  });
  CHECK(passed);
}
