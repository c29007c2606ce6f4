// Panels are arranged by hand: splitters, tabs docked elsewhere, panels that float; each layout remembers its own.
#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

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
