// Panels are arranged by hand: splitters, tabs docked elsewhere, panels that float; each layout remembers its own.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

#include <cmath>

#include "shell/panel_layout.h"
#include "support/catch.h"
#include "ui/stage.h"

using namespace studio;

namespace {

float width_of(ImGuiTestContext* ctx, const char* panel) { return ctx->GetWindowByRef((std::string("//") + panel).c_str())->Size.x; }

bool floats(ImGuiTestContext* ctx, const char* panel) {
  const ImGuiWindow* window = ctx->GetWindowByRef((std::string("//") + panel).c_str());
  return window->DockNode == nullptr || !ImGui::DockNodeGetRootNode(window->DockNode)->IsDockSpace();
}

void go_to(ImGuiTestContext* ctx, ImGuiKey layout) {
  ctx->KeyPress(layout);
  ctx->Yield(4);
}

}  // namespace

TEST_CASE("A moved splitter is still moved after the other layout, and resetting the layout brings it back") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("splitter", [&](ImGuiTestContext* ctx) {
    ctx->Yield(4);
    const ImGuiWindow* prompt = ctx->GetWindowByRef("//Prompt");
    const float before = prompt->Size.x;
    const float edge = prompt->Pos.x + prompt->Size.x;
    ctx->MouseMoveToPos({edge + 1, prompt->Pos.y + 300});
    ctx->MouseDragWithDelta({120, 0});
    ctx->Yield(3);
    const float moved = width_of(ctx, "Prompt");
    IM_CHECK_GT(moved, before + 100);
    go_to(ctx, ImGuiKey_F3);
    IM_CHECK_NE(width_of(ctx, "Prompt"), moved);
    go_to(ctx, ImGuiKey_F2);
    IM_CHECK_EQ(width_of(ctx, "Prompt"), moved);
    stage.app().state().wishes.reset_layout = true;
    ctx->Yield(4);
    IM_CHECK_EQ(width_of(ctx, "Prompt"), before);
  });
  CHECK(passed);
}

TEST_CASE("A layout has its sizes at every scale, now and at the next start, and a narrow window has one of its own") {
  WindowSettings kept;
  float moved = 0, high = 0;
  const auto is_near = [](float is, float wanted) { return std::abs(is - wanted) <= 3; };
  const auto height_of = [](ImGuiTestContext* ctx) { return ctx->GetWindowByRef("//Loupe")->Size.y; };
  const auto tabs_together = [](ImGuiTestContext* ctx) { return ctx->GetWindowByRef("//Gallery")->DockId == ctx->GetWindowByRef("//Loupe")->DockId; };
  {
    Stage stage(Stage::Settings{.width = 2400, .height = 1350, .draw = false});
    stage.open_fresh_project();
    const bool passed = stage.play("scale", [&](ImGuiTestContext* ctx) {
      ctx->Yield(4);
      const ImGuiWindow* prompt = ctx->GetWindowByRef("//Prompt");
      ctx->MouseMoveToPos({prompt->Pos.x + prompt->Size.x + 1, prompt->Pos.y + 300});
      ctx->MouseDragWithDelta({60, 0});
      ctx->Yield(3);
      moved = width_of(ctx, "Prompt");
      high = height_of(ctx);
      const float loupe = width_of(ctx, "Loupe");
      IM_CHECK(is_near(moved, 420));
      stage.app().set_user_scale(1.5);
      ctx->Yield(4);
      IM_CHECK(is_near(width_of(ctx, "Prompt"), moved * 1.5f));
      IM_CHECK(is_near(width_of(ctx, "Loupe"), loupe * 1.5f));
      stage.app().set_user_scale(1);
      ctx->Yield(4);
      IM_CHECK(is_near(width_of(ctx, "Prompt"), moved));
      // Narrow by a smaller window, or by a larger scale.
      IM_CHECK(!tabs_together(ctx));
      const ImVec2 wide = ImGui::GetIO().DisplaySize;
      ImGui::GetIO().DisplaySize = {1280, 720};
      ctx->Yield(4);
      IM_CHECK(tabs_together(ctx));
      IM_CHECK(is_near(width_of(ctx, "Prompt"), 304));
      IM_CHECK_GT(width_of(ctx, "Gallery"), 900);
      ImGui::GetIO().DisplaySize = wide;
      ctx->Yield(4);
      IM_CHECK(is_near(width_of(ctx, "Prompt"), moved));
      IM_CHECK(!tabs_together(ctx));
      stage.app().set_user_scale(2);
      ctx->Yield(4);
      IM_CHECK(tabs_together(ctx));
      IM_CHECK(is_near(width_of(ctx, "Prompt"), 608));
      stage.app().set_user_scale(1);
      ctx->Yield(4);
      stage.app().save_settings();
      kept = stage.app().settings();
    });
    REQUIRE(passed);
  }
  kept.last.clear();
  Stage stage(Stage::Settings{.width = 4800, .height = 2700, .scale = 2, .draw = false, .remembered = kept});
  stage.open_fresh_project();
  const bool passed = stage.play("at the next start", [&](ImGuiTestContext* ctx) {
    ctx->Yield(4);
    IM_CHECK(!tabs_together(ctx));
    IM_CHECK(is_near(width_of(ctx, "Prompt"), moved * 2));
    IM_CHECK(std::abs(height_of(ctx) - high * 2) < 12);
    // No panel is made too narrow for what it shows.
    const ImGuiWindow* prompt = ctx->GetWindowByRef("//Prompt");
    ctx->MouseMoveToPos({prompt->Pos.x + prompt->Size.x + 1, prompt->Pos.y + 300});
    ctx->MouseDragWithDelta({-700, 0});
    ctx->Yield(3);
    IM_CHECK(is_near(width_of(ctx, "Prompt"), 560));
  });
  CHECK(passed);
}

TEST_CASE("A layout that was kept is rewritten for another scale: places and sizes of panels, nothing else") {
  const std::string kept =
      "[Window][Prompt]\nPos=0,42\nSize=360,-1\nCollapsed=0\nDockId=0x00000001,0\n\n[Table][0x1234,3]\nSize=10,20\n\n"
      "[Docking][Data]\nDockSpace ID=0x08BD597D Window=0x1BBC0F80 Pos=0,42 Size=1600,832 Split=X\n"
      "  DockNode ID=0x00000001 Parent=0x08BD597D SizeRef=360,832 Selected=0x0\n";
  CHECK(scaled_layout(kept, 1) == kept);
  CHECK(scaled_layout(kept, 1.5) ==
        "[Window][Prompt]\nPos=0,63\nSize=540,-2\nCollapsed=0\nDockId=0x00000001,0\n\n[Table][0x1234,3]\nSize=10,20\n\n"
        "[Docking][Data]\nDockSpace ID=0x08BD597D Window=0x1BBC0F80 Pos=0,63 Size=2400,1248 Split=X\n"
        "  DockNode ID=0x00000001 Parent=0x08BD597D SizeRef=540,1248 Selected=0x0\n");
  CHECK(scaled_layout("", 2).empty());
  CHECK(scaled_layout("[Window][a]\nPos=\nSize=7", 2) == "[Window][a]\nPos=\nSize=14");
}

TEST_CASE("A panel is dragged out by its tab, floats, is docked elsewhere, and each layout remembers its own") {
  Stage stage;
  stage.open_fresh_project();
  const bool passed = stage.play("dock", [&](ImGuiTestContext* ctx) {
    ctx->Yield(4);
    const ImVec2 home = ctx->GetWindowByRef("//Queue")->Pos;
    // Both that fill nothing behind their pictures and those that do.
    float x = 420;
    for (const char* panel : {"Loupe", "Queue"}) {
      ctx->UndockWindow((std::string("//") + panel).c_str());
      ctx->Yield(3);
      IM_CHECK(floats(ctx, panel));
      ImGuiWindow* window = ctx->GetWindowByRef((std::string("//") + panel).c_str());
      IM_CHECK(window->DockNode != nullptr && window->DockNode->TabBar != nullptr);  // a tab, no title bar
      IM_CHECK(!window->DockNode->HasCloseButton);
      ImGui::SetWindowPos(window->DockNode->HostWindow, {x += 180, 200});
      ctx->Yield(2);
    }
    stage.save_picture("panels-floating");
    ctx->Yield(2);
    const ImVec2 afloat = ctx->GetWindowByRef("//Queue")->Pos;
    go_to(ctx, ImGuiKey_F3);
    IM_CHECK(!floats(ctx, "Queue"));
    IM_CHECK(!floats(ctx, "Loupe"));
    go_to(ctx, ImGuiKey_F2);
    IM_CHECK(floats(ctx, "Queue"));
    IM_CHECK_EQ(ctx->GetWindowByRef("//Queue")->Pos.x, afloat.x);
    IM_CHECK_EQ(ctx->GetWindowByRef("//Queue")->Pos.y, afloat.y);
    // Below the form.
    ctx->DockInto("//Queue", "//Prompt", ImGuiDir_Down);
    ctx->Yield(3);
    IM_CHECK(!floats(ctx, "Queue"));
    IM_CHECK_EQ(ctx->GetWindowByRef("//Queue")->Pos.x, ctx->GetWindowByRef("//Prompt")->Pos.x);
    go_to(ctx, ImGuiKey_F3);
    go_to(ctx, ImGuiKey_F2);
    IM_CHECK_EQ(ctx->GetWindowByRef("//Queue")->Pos.x, ctx->GetWindowByRef("//Prompt")->Pos.x);
    stage.app().state().wishes.reset_layout = true;
    ctx->Yield(4);
    IM_CHECK(!floats(ctx, "Loupe"));
    IM_CHECK_EQ(ctx->GetWindowByRef("//Queue")->Pos.x, home.x);
    IM_CHECK_EQ(ctx->GetWindowByRef("//Queue")->Pos.y, home.y);
  });
  CHECK(passed);
}
