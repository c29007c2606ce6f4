// What the last frame drew, as the draw lists have it: also where nothing renders them.
#pragma once

#include <imgui.h>
#include <imgui_internal.h>

#include <cmath>
#include <optional>

namespace studio {

// The filled bar of that colour and height in px, at least so wide, that the window (or the popup) draws by itself.
inline std::optional<ImRect> bar_drawn(const ImGuiWindow* window, ImU32 colour, float height, float least_width = 100) {
  if (window == nullptr || !window->WasActive) return std::nullopt;
  const ImVector<ImDrawVert>& vertices = window->DrawList->VtxBuffer;
  for (int i = 0; i + 3 < vertices.Size; ++i) {
    ImRect box(vertices[i].pos, vertices[i].pos);
    int same = 0;
    for (; same < 4 && vertices[i + same].col == colour; ++same) box.Add(vertices[i + same].pos);
    if (same == 4 && std::abs(box.GetHeight() - height) < 0.01f && box.GetWidth() >= least_width) return box;
  }
  return std::nullopt;
}
inline std::optional<ImRect> bar_drawn(const char* window, ImU32 colour, float height, float least_width = 100) {
  return bar_drawn(ImGui::FindWindowByName(window), colour, height, least_width);
}

// What the corners of that colour in the box span, also where their window cuts them off.
inline std::optional<ImRect> extent_drawn(ImU32 colour, const ImRect& box) {
  std::optional<ImRect> extent;
  for (const ImGuiWindow* window : GImGui->Windows) {
    if (!window->WasActive || window->Hidden) continue;
    for (const ImDrawVert& vertex : window->DrawList->VtxBuffer) {
      if (vertex.col != colour || !box.Contains(vertex.pos)) continue;
      if (!extent) extent = ImRect(vertex.pos, vertex.pos);
      extent->Add(vertex.pos);
    }
  }
  return extent;
}

// How many corners of triangles of that colour lie in the box and can be seen, whatever window drew them.
inline int corners_drawn(ImU32 colour, const ImRect& box) {
  int found = 0;
  for (const ImGuiWindow* window : GImGui->Windows) {
    if (!window->WasActive || window->Hidden) continue;
    const ImDrawList& list = *window->DrawList;
    for (const ImDrawCmd& command : list.CmdBuffer) {
      const ImRect clip(command.ClipRect.x, command.ClipRect.y, command.ClipRect.z, command.ClipRect.w);
      for (unsigned i = 0; i < command.ElemCount; ++i) {
        const unsigned corner = list.IdxBuffer[static_cast<int>(command.IdxOffset + i)] + command.VtxOffset;
        const ImDrawVert& vertex = list.VtxBuffer[static_cast<int>(corner)];
        found += vertex.col == colour && box.Contains(vertex.pos) && clip.Contains(vertex.pos) ? 1 : 0;
      }
    }
  }
  return found;
}

}  // namespace studio
