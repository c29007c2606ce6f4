// Scripts name what is in an open popup as "**/label", whatever window of it has the keyboard.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_te_context.h>

namespace studio {

inline bool a_popup_is_open() { return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel); }

// The topmost popup, once it has been drawn.
inline ImGuiWindow* top_popup(ImGuiTestContext* ctx) {
  ctx->Yield(2);
  const auto& stack = ctx->UiContext->OpenPopupStack;
  return stack.Size > 0 ? stack.back().Window : nullptr;
}

inline bool refer_to_popup(ImGuiTestContext* ctx) {
  ImGuiWindow* window = top_popup(ctx);
  if (window != nullptr) ctx->SetRef(window);
  return window != nullptr;
}

}  // namespace studio
