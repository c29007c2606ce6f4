// What of a frame looks different from the frame before it, so that only that much has to be drawn and shown again: on
// software OpenGL pixels are what a frame costs. Draw lists are compared shape by shape (a shape: triangles that share
// vertices). A list whose window was scrolled is known as such: its pixels can be moved, and only what came in is new.
//
// A shape is the same when its triangles, colours, texture coordinates, texture, blending and visible part are, and
// none of its texels was uploaded since. Where two sequences of shapes agree but for some, only the pixels under those
// can differ.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "gpu/gpu.h"

namespace studio {

struct FrameChange {
  bool whole = true;  // everything is to be drawn
  struct Shift {
    PixelRect area;
    int dy = 0;  // px: what is at y goes to y + dy, within the area
  };
  std::optional<Shift> shift;    // comes first
  std::vector<PixelRect> again;  // then these are drawn anew; they may overlap
  bool is_nothing() const { return !whole && !shift && again.empty(); }
};

// UI thread, between ImGui::Render() and the next ImGui::NewFrame().
class FrameDiff {
 public:
  // Of the frame that was just built against the one of the last call. `uploads`: textures that changed since then.
  FrameChange next(const ImDrawData& frame, const std::vector<TextureUpload>& uploads);
  // The frame before is not on screen any more.
  void forget() { now_.clear(); }
  // Hands over draw data that hold only what of the frame of the last next() touches `part`, clipped to it.
  void draw_part(ImDrawData& frame, PixelRect part, const std::function<void(ImDrawData&)>& draw);

 private:
  struct Shape {
    std::uint64_t look = 0;              // a hash; its place is relative to the list's origin
    PixelRect box;                       // of what can be seen of it, on screen
    std::uint32_t first = 0, count = 0;  // of its indices
    std::uint32_t command = 0;
    bool is_fresh = false;  // some of its texels are new
  };
  struct List {
    ImGuiID owner = 0;
    float origin_x = 0, origin_y = 0;  // of what is scrolled
    PixelRect view;                    // in which it is
    std::vector<Shape> shapes;         // those that can be seen
  };
  class Region;

  static void read(const ImDrawList& list, PixelRect screen, const std::vector<TextureUpload>& uploads, List& into);
  bool pair_up();
  static bool can_shift(const List& before, const List& now);
  int scrolled_pair() const;
  void compare(const List& before, const List& now, const FrameChange::Shift* shift, Region& region);
  void match(const List& before, const List& now);

  std::vector<List> before_, now_;
  PixelRect screen_;
  std::vector<std::pair<int, int>> pairs_;  // of before_ and now_; -1: only in the other
  std::vector<std::uint32_t> partner_;      // of each shape of `now`: its index in `before`, or none
  std::vector<bool> is_taken_;              // of each shape of `before`
  std::vector<std::uint32_t> table_, chain_;
};

}  // namespace studio
