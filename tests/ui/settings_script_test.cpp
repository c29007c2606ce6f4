// Settings hold at once: size, theme, storage, providers; also without a project.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

#include <algorithm>

#include "base/file.h"
#include "support/catch.h"
#include "ui/stage.h"

using namespace studio;

namespace {

void open_section(ImGuiTestContext* ctx, const char* section) {
  ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Comma);
  ctx->Yield(3);
  ctx->ItemClick((std::string("//Settings/") + section).c_str());
  ctx->Yield(3);
}

// The button of the menu is 32 high at scale 1.
float scale_on_screen(ImGuiTestContext* ctx) { return ctx->ItemInfo("//##app bar/Menu").RectFull.GetHeight() / 32; }

}  // namespace

TEST_CASE("Settings: a typed size, the steps and the palette change the size of everything") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("scale", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    IM_CHECK_EQ(scale_on_screen(ctx), 1.0f);
    open_section(ctx, "Look");
    stage.save_picture("settings-look");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/##scale");
    ctx->KeyCharsReplace("125");
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(4);
    IM_CHECK_EQ(ImGui::GetStyle().FontScaleDpi, 1.25f);
    IM_CHECK_EQ(scale_on_screen(ctx), 1.25f);
    IM_CHECK_EQ(stage.app().settings().user_scale, 1.25);
    // What is no size changes nothing.
    ctx->ItemClick("//Settings/**/##scale");
    ctx->KeyCharsReplace("9000");
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(4);
    IM_CHECK_EQ(scale_on_screen(ctx), 1.25f);
    IM_CHECK_STR_EQ(stage.app().settings_panel().scale_text.c_str(), "125%");
    ctx->ItemClick("//Settings/**/Larger");
    ctx->Yield(4);
    IM_CHECK_EQ(scale_on_screen(ctx), 1.5f);
    ctx->ItemClick("//Settings/**/Smaller");
    ctx->ItemClick("//Settings/**/Smaller");
    ctx->ItemClick("//Settings/**/Smaller");
    ctx->Yield(4);
    IM_CHECK_EQ(scale_on_screen(ctx), 1.0f);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_K);
    ctx->Yield(3);
    ctx->KeyChars("everything larger");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Enter);
    ctx->Yield(4);
    IM_CHECK_EQ(stage.app().settings().user_scale, 1.1);
  });
  CHECK(passed);
}

TEST_CASE("Settings: high contrast holds in the next frame and goes again") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("theme", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    const ImVec4 before = ImGui::GetStyle().Colors[ImGuiCol_PopupBg];
    open_section(ctx, "Look");
    ctx->ItemClick("//Settings/**/High contrast");
    ctx->Yield(4);
    const ImVec4 after = ImGui::GetStyle().Colors[ImGuiCol_PopupBg];
    IM_CHECK_LT(after.x, before.x);
    IM_CHECK_EQ(ImGui::GetStyle().Colors[ImGuiCol_Text].x, 1.0f);
    IM_CHECK(stage.app().settings().high_contrast);
    stage.save_picture("high-contrast");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/Dark");
    ctx->Yield(4);
    // A panel that was made wider goes back to what it was.
    const auto prompt = [&] { return ctx->GetWindowByRef("//Prompt")->Rect(); };
    const float width = prompt().GetWidth();
    ctx->ItemClick("//Settings/Close##settings");
    ctx->Yield(2);
    ctx->MouseMoveToPos({prompt().Max.x + 1, prompt().GetCenter().y});
    ctx->MouseDown(ImGuiMouseButton_Left);
    ctx->MouseMoveToPos({prompt().Max.x + 121, prompt().GetCenter().y});
    ctx->MouseUp(ImGuiMouseButton_Left);
    ctx->Yield(2);
    IM_CHECK_GT(prompt().GetWidth(), width + 60);
    open_section(ctx, "Look");
    ctx->ItemClick("//Settings/**/Reset this layout");
    ctx->Yield(4);
    IM_CHECK_EQ(prompt().GetWidth(), width);
    IM_CHECK_EQ(ImGui::GetStyle().Colors[ImGuiCol_PopupBg].x, before.x);
  });
  CHECK(passed);
}

TEST_CASE("Settings: storage is measured off the frame, providers and budget say what is so") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("storage", [&](ImGuiTestContext* ctx) {
    GenerateCommand command;
    command.prompt = "a boat on a lake";
    command.count = 1;
    command.size = {256, 256};
    stage.app().send()(command, {});
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& items = stage.app().studio()->view().library.items;
      return items.size() == 1 && items[0].asset.valid() && items[0].has_poster;
    }));
    open_section(ctx, "Storage");
    ctx->ItemClick("//Settings/**/Measure again");
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& use = stage.app().settings_panel().storage;
      return use && use->files == 1;
    }));
    std::int64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(stage.folder() / "film" / "vault"))
      if (entry.is_regular_file()) bytes += static_cast<std::int64_t>(entry.file_size());
    IM_CHECK_EQ(stage.app().settings_panel().storage->vault, bytes);
    stage.save_picture("settings-storage");
    ctx->Yield(2);
    open_section(ctx, "Budget");
    const auto caps = [&] { return stage.app().studio()->view().budgets; };
    const auto type_cap = [&](const char* field, const char* text) {
      ctx->ItemClick((std::string("//Settings/**/") + field).c_str());
      ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_A);
      if (*text == '\0')
        ctx->KeyPress(ImGuiKey_Delete);
      else
        ctx->KeyCharsReplace(text);
      ctx->KeyPress(ImGuiKey_Enter);
    };
    type_cap("##day usd", "12.50");
    IM_CHECK(stage.wait_until(ctx, [&] { return caps().usd.day == Money{12'500'000}; }));
    type_cap("##project play", "3");
    IM_CHECK(stage.wait_until(ctx, [&] { return caps().play.project == Money{3'000'000}; }));
    ctx->Yield(3);
    stage.save_picture("settings-budget");
    ctx->Yield(2);
    // What is no amount changes nothing and says so.
    type_cap("##day usd", "lots");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().state().note.text.find("amount") != std::string::npos; }));
    IM_CHECK(caps().usd.day == Money{12'500'000});
    type_cap("##day usd", "");
    IM_CHECK(stage.wait_until(ctx, [&] { return !caps().usd.day; }));
    IM_CHECK(caps().play.project == Money{3'000'000});
    // A model without a known price is used by a word, for a sum, and not any more by another.
    const auto allowed = [&] { return stage.app().studio()->view().price_rules.allowed_at("fal-dreamshaper"); };
    IM_CHECK(!allowed());
    ctx->MouseMove("//Settings/**/##day play");
    ctx->MouseWheelY(-40);
    ctx->Yield(3);
    type_cap("##price fal-dreamshaper", "0.05");
    IM_CHECK(stage.wait_until(ctx, [&] { return allowed() == Money{50'000}; }));
    ctx->Yield(3);
    stage.save_picture("settings-budget-allowed");
    ctx->Yield(2);
    type_cap("##price fal-dreamshaper", "much");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().state().note.text.find("0.05") != std::string::npos; }));
    IM_CHECK(allowed() == Money{50'000});
    type_cap("##price fal-dreamshaper", "");
    IM_CHECK(stage.wait_until(ctx, [&] { return !allowed(); }));
    // After a crash the queue holds, or goes on by itself.
    const auto holds = [&] { return stage.app().studio()->view().queue.holds_after_crash; };
    ctx->ItemClick("//Settings/**/Go on by itself");
    IM_CHECK(stage.wait_until(ctx, [&] { return !holds(); }));
    ctx->ItemClick("//Settings/**/Ask me first");
    IM_CHECK(stage.wait_until(ctx, holds));
    // The guard stops what is too fast, and goes on when it is told to.
    ctx->MouseWheelY(40);
    ctx->Yield(3);
    type_cap("##minute play", "0.04");
    IM_CHECK(stage.wait_until(ctx, [&] { return caps().play.per_minute == Money{40'000}; }));
    command.prompt = "a second boat";
    stage.app().send()(command, {});
    const auto is_held = [&] {
      const auto& cards = stage.app().studio()->view().library.needs.cards();
      return std::any_of(cards.begin(), cards.end(), [](const Need& need) { return need.cause == JobCause::Spending; });
    };
    IM_CHECK(stage.wait_until(ctx, is_held));
    ctx->Yield(3);
    stage.save_picture("settings-budget-guard");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/Go on spending");
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& items = stage.app().studio()->view().library.items;
      return items.size() == 2 && items[1].asset.valid();
    }));
    open_section(ctx, "Keys");
    stage.save_picture("settings-keys");
    ctx->Yield(2);
    open_section(ctx, "Providers");
    IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().settings_panel().providers.empty(); }));
    IM_CHECK_STR_EQ(stage.app().settings_panel().providers[0].id.c_str(), "sandbox");
    IM_CHECK(!stage.app().settings_panel().providers[0].needs_key);
    stage.save_picture("settings-providers");
    ctx->Yield(2);
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!stage.app().settings_panel().is_open);
  });
  CHECK(passed);
}

TEST_CASE("Settings: a provider's key is typed masked, kept in a file of mode 0600, and removed") {
  Stage stage;
  const auto file = stage.folder() / "config" / "keys.json";
  const bool passed = stage.play("provider key", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    open_section(ctx, "Providers");
    SettingsState& settings = stage.app().settings_panel();
    const auto rests = [&] { return !settings.look_at_keys && !settings.key_wish && !settings.is_working; };
    const auto fal = [&] {
      const auto found = std::find_if(settings.providers.begin(), settings.providers.end(), [](const ProviderEntry& entry) { return entry.id == "fal"; });
      return found == settings.providers.end() ? ProviderEntry{} : *found;
    };
    IM_CHECK(stage.wait_until(ctx, [&] { return rests() && fal().needs_key; }));
    IM_CHECK(fal().place == ProviderEntry::Place::None);
    IM_CHECK(stage.wait_until(ctx, [&] { return ctx->ItemExists("//Settings/**/Set"); }));
    // Where keys are given is copied; what was typed and left is kept nowhere.
    ctx->ItemClick("//Settings/**/Set");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/Copy the address");
    ctx->Yield(2);
    IM_CHECK(std::string(ImGui::GetClipboardText()).starts_with("https://fal.ai/"));
    ctx->ItemClick("//Settings/**/##key");
    ctx->KeyChars("not this one");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(settings.typed_key.c_str(), "not this one");
    ctx->ItemClick("//Settings/**/Leave");
    ctx->Yield(2);
    IM_CHECK(settings.typed_key.empty() && settings.editing_provider.empty());
    IM_CHECK(!ctx->ItemExists("//Settings/**/##key"));
    IM_CHECK(stage.wait_until(ctx, rests));
    IM_CHECK(!std::filesystem::exists(file));
    ctx->ItemClick("//Settings/**/Set");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/##key");
    ctx->KeyChars("sk-test-0123456789-f2c9");
    ctx->Yield(2);
    stage.save_picture("settings-provider-key");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/Save the key");
    IM_CHECK(stage.wait_until(ctx, [&] { return std::filesystem::exists(file); }));
    IM_CHECK(settings.typed_key.empty());
    IM_CHECK(stage.wait_until(ctx, [&] { return rests() && fal().place == ProviderEntry::Place::File; }));
    IM_CHECK_STR_EQ(fal().ending.c_str(), "f2c9");
    const auto text = read_file(file);
    IM_CHECK(text && text->find("f2c9") != std::string::npos);
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/Remove");
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto now = read_file(file);
      return now && now->find("f2c9") == std::string::npos;
    }));
  });
  CHECK(passed);
  REQUIRE(std::filesystem::exists(file));
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::mask) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("Settings: letters typed there mark no picture") {
  Stage stage;
  stage.open_fresh_project();
  const auto item = [&]() -> const Item& { return stage.app().studio()->view().library.items.at(0); };
  const bool passed = stage.play("typing", [&](ImGuiTestContext* ctx) {
    GenerateCommand command;
    command.prompt = "a boat on a lake";
    command.count = 1;
    command.size = {256, 256};
    stage.app().send()(command, {});
    IM_CHECK(stage.wait_until(ctx, [&] {
      const auto& items = stage.app().studio()->view().library.items;
      return items.size() == 1 && items[0].has_poster;
    }));
    ctx->ItemClick("//Gallery/**/tile j1");
    open_section(ctx, "Keys");
    ctx->ItemClick("//Settings/**/##find key");
    for (const char letter : std::string("PX5")) {
      const auto k = static_cast<ImGuiKey>(letter == '5' ? ImGuiKey_5 : ImGuiKey_A + (letter - 'A'));
      ctx->KeyDown(k);
      ctx->KeyChars(std::string(1, letter).c_str());
      ctx->KeyUp(k);
    }
    ctx->Yield(15);
    IM_CHECK_STR_EQ(stage.app().settings_panel().find_key.c_str(), "PX5");
    IM_CHECK(item().mark == Mark::None);
    IM_CHECK_EQ(static_cast<int>(item().stars), 0);
  });
  CHECK(passed);
}

TEST_CASE("Settings: they open without a project") {
  Stage stage;
  const bool start = stage.play("start", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    ctx->ItemClick("//Start/Settings");
    ctx->Yield(3);
    IM_CHECK(stage.app().settings_panel().is_open);
    ctx->ItemClick("//Settings/Close##settings");
    ctx->Yield(2);
    IM_CHECK(!stage.app().settings_panel().is_open);
  });
  CHECK(start);
}
