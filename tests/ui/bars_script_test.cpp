// The bars: the menu under the mark, the project's menu, the layouts, the jobs.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

#include <algorithm>

#include "support/catch.h"
#include "ui/drawn.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"

using namespace studio;

namespace {
constexpr ImU32 text_1 = IM_COL32(0xED, 0xED, 0xED, 255);
}

TEST_CASE("Bars: Alt alone opens the menu and closes it, Alt with anything else is no menu") {
  Stage stage(Stage::Settings{.draw = false});
  stage.open_fresh_project();
  const bool passed = stage.play("alt", [&](ImGuiTestContext* ctx) {
    const auto press_with = [&](ImGuiKey alt, ImGuiKey other) {
      ctx->KeyDown(alt);
      ctx->Yield(2);
      if (other != ImGuiKey_None) ctx->KeyPress(other);
      ctx->KeyUp(alt);
      ctx->Yield(3);
    };
    ctx->Yield(3);
    press_with(ImGuiKey_LeftAlt, ImGuiKey_None);
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK(ctx->ItemExists("**/Settings…"));
    ctx->SetRef("");
    press_with(ImGuiKey_LeftAlt, ImGuiKey_None);
    IM_CHECK(!a_popup_is_open());
    press_with(ImGuiKey_LeftAlt, ImGuiKey_UpArrow);
    IM_CHECK(!a_popup_is_open());
    press_with(ImGuiKey_LeftAlt, ImGuiKey_LeftShift);
    IM_CHECK(!a_popup_is_open());
    press_with(ImGuiKey_RightAlt, ImGuiKey_None);
    IM_CHECK(!a_popup_is_open());
    // What is typed with it is typed.
    ctx->ItemClick("//Prompt/**/##prompt");
    ctx->KeyDown(ImGuiKey_LeftAlt);
    ctx->KeyChars("@");
    ctx->KeyUp(ImGuiKey_LeftAlt);
    ctx->Yield(3);
    IM_CHECK(!a_popup_is_open());
  });
  CHECK(passed);
}

TEST_CASE("Bars: menu, project, layouts and jobs act, at each size") {
  struct Size {
    Stage::Settings settings;
    const char* name;
  };
  for (const Size& size : {Size{{1600, 900, 1.0f, true, true}, "wide"}, Size{{1280, 720, 1.0f, true, true}, "small"},
                           Size{{2560, 1440, 2.0f, true, true}, "twice"}}) {
    Stage stage(size.settings);
    stage.open_fresh_project("The last lamp");
    stage.open_fresh_project("Another film");
    const bool passed = stage.play("bars", [&](ImGuiTestContext* ctx) {
      GenerateCommand command;
      command.prompt = "a boat on a lake";
      command.count = 2;
      command.size = {256, 256};
      stage.app().send()(command, {});
      IM_CHECK(stage.wait_until(ctx, [&] {
        const auto& items = stage.app().studio()->view().library.items;
        return items.size() == 2 && items[0].has_poster && items[1].has_poster;
      }));
      IM_CHECK_EQ(ctx->ItemInfo("//##app bar/Menu").RectFull.GetHeight(), 32 * size.settings.scale);
      ctx->ItemClick("//##app bar/Menu");
      ctx->Yield(3);
      stage.save_picture(std::string("menu-") + size.name);
      ctx->Yield(2);
      // All of it is seen.
      ImGuiWindow* menu = ctx->GetWindowByRef("//$FOCUSED");
      IM_CHECK(menu != nullptr);
      IM_CHECK_LE(menu->Pos.x + menu->Size.x, static_cast<float>(size.settings.width));
      IM_CHECK_EQ(menu->ScrollMax.y, 0.0f);
      // The longest words are not cut: each letter is there.
      for (const std::string label : {"Move all rejected to the trash", "Ledger: what was spent on what"}) {
        const auto letters = std::count_if(label.begin(), label.end(), [](char c) { return c != ' '; });
        IM_CHECK_EQ(corners_drawn(text_1, ctx->ItemInfo(("//$FOCUSED/" + label).c_str()).RectFull), static_cast<int>(letters) * 6);
      }
      ctx->ItemClick("//$FOCUSED/Settings…");
      ctx->Yield(3);
      IM_CHECK(stage.app().settings_panel().is_open);
      ctx->ItemClick("//Settings/Close##settings");
      ctx->ItemClick("//##app bar/Review");
      ctx->Yield(4);
      IM_CHECK_STR_EQ(stage.app().settings().layout_name.c_str(), "Review");
      ctx->ItemClick("//##app bar/Tune");
      ctx->Yield(4);
      IM_CHECK_STR_EQ(stage.app().settings().layout_name.c_str(), "Tune");
      // The jobs in the bar bring the queue, as their key does.
      stage.app().send()(PauseCommand{true}, {});
      IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio()->view().paused; }));
      const auto shown_panel = [] { return ImGui::GetCurrentContext()->NavWindow->RootWindow->Name; };
      const std::string tile = "//Gallery/**/tile " + to_string(stage.app().studio()->view().library.items[0].job);
      ctx->ItemClick(tile.c_str());
      IM_CHECK_STR_EQ(shown_panel(), "Gallery");
      ctx->ItemClick("//##app bar/Jobs");
      ctx->Yield(3);
      IM_CHECK_STR_EQ(shown_panel(), "Queue");
      ctx->ItemClick(tile.c_str());
      ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_J);
      ctx->Yield(3);
      IM_CHECK_STR_EQ(shown_panel(), "Queue");
      stage.app().send()(PauseCommand{false}, {});
      IM_CHECK(stage.wait_until(ctx, [&] { return !stage.app().studio()->view().paused; }));
      ctx->Yield(2);
      ctx->ItemClick("//Queue/**/Done jobs");
      ctx->Yield(3);
      stage.save_picture(std::string("bars-") + size.name);
      ctx->Yield(2);
      ctx->ItemClick("//##app bar/Project");
      ctx->Yield(3);
      stage.save_picture(std::string("project-menu-") + size.name);
      ctx->Yield(2);
      // To another project without a restart.
      const std::string other = "//$FOCUSED/Open The last lamp##" + (stage.folder() / "The last lamp").string();
      std::string escaped;
      for (const char c : other.substr(11)) escaped += c == '/' ? "\\/" : std::string(1, c);
      ctx->ItemClick(("//$FOCUSED/" + escaped).c_str());
      IM_CHECK(stage.wait_until(ctx, [&] {
        return stage.app().studio() != nullptr && stage.app().studio()->view().project_name == "The last lamp";
      }));
    });
    CHECK(passed);
  }
}
