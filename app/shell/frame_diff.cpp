#include "shell/frame_diff.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace studio {
namespace {

constexpr std::uint32_t none = ~std::uint32_t{0};
constexpr std::size_t most_parts = 6;
// Beyond this share of the screen one sweep over everything is cheaper.
constexpr double whole_from = 0.8;
// Pixels are moved in bands no higher than the way they go, so a short way means many of them.
constexpr int shortest_shift = 8;

PixelRect joined(PixelRect a, PixelRect b) {
  return {std::min(a.x0, b.x0), std::min(a.y0, b.y0), std::max(a.x1, b.x1), std::max(a.y1, b.y1)};
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;  // 2^64 divided by the golden ratio
  return hash ^ (hash >> 29);
}

std::uint64_t bits(float a, float b) {
  std::uint32_t x = 0, y = 0;
  std::memcpy(&x, &a, 4);
  std::memcpy(&y, &b, 4);
  return std::uint64_t{x} << 32 | y;
}

// The pixels that the renderer lets a command touch: it cuts off fractions in just this way.
PixelRect scissor(const ImDrawCmd& command, PixelRect screen) {
  const ImVec4& clip = command.ClipRect;
  if (clip.z <= clip.x || clip.w <= clip.y) return {};
  const int x = static_cast<int>(clip.x), width = static_cast<int>(clip.z - clip.x);
  const int from_below = static_cast<int>(static_cast<float>(screen.y1) - clip.w),
            height = static_cast<int>(clip.w - clip.y);
  const int bottom = screen.y1 - from_below;
  return PixelRect{x, bottom - height, x + width, bottom}.cut(screen);
}

std::uint64_t texture_of(const ImDrawCmd& command) {
  if (const ImTextureData* data = command.TexRef._TexData)
    return std::uint64_t{1} << 63 | static_cast<std::uint64_t>(data->UniqueID);
  return static_cast<std::uint64_t>(command.TexRef._TexID);
}

// In texture coordinates.
struct TexelRect {
  float u0, v0, u1, v1;
};

std::vector<TexelRect> fresh_parts(const ImDrawCmd& command, const std::vector<TextureUpload>& uploads) {
  std::vector<TexelRect> parts;
  const auto add = [&](int x, int y, int width, int height, int of_width, int of_height) {
    const auto w = static_cast<float>(of_width), h = static_cast<float>(of_height);
    parts.push_back({static_cast<float>(x) / w, static_cast<float>(y) / h, static_cast<float>(x + width) / w,
                     static_cast<float>(y + height) / h});
  };
  if (const ImTextureData* data = command.TexRef._TexData) {
    if (data->Status == ImTextureStatus_WantUpdates)
      for (const ImTextureRect& part : data->Updates) add(part.x, part.y, part.w, part.h, data->Width, data->Height);
    return parts;
  }
  for (const TextureUpload& upload : uploads)
    if (upload.texture == command.TexRef._TexID)
      add(upload.x, upload.y, upload.width, upload.height, upload.of_width, upload.of_height);
  return parts;
}

}  // namespace

// A few rectangles that hold all that was added.
class FrameDiff::Region {
 public:
  void add(PixelRect rect) {
    if (rect.is_empty()) return;
    // Into the one that it makes least larger; a rectangle of its own while there is room and that would be a waste.
    std::size_t best = parts_.size();
    std::int64_t least = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const std::int64_t more = joined(parts_[i], rect).area() - parts_[i].area();
      if (best == parts_.size() || more < least) best = i, least = more;
    }
    if (best == parts_.size() || (least > 2 * rect.area() + 4096 && parts_.size() < most_parts)) {
      parts_.push_back(rect);
      return;
    }
    parts_[best] = joined(parts_[best], rect);
  }
  std::vector<PixelRect> take() { return std::move(parts_); }

 private:
  std::vector<PixelRect> parts_;
};

void FrameDiff::read(const ImDrawList& list, PixelRect screen, const std::vector<TextureUpload>& uploads, List& into) {
  into.owner = ImHashStr(list._OwnerName != nullptr ? list._OwnerName : "");
  into.origin_x = into.origin_y = 0;
  into.view = {};
  if (const ImGuiWindow* window = list._OwnerName != nullptr ? ImGui::FindWindowByID(into.owner) : nullptr;
      window != nullptr && window->DrawList == &list) {
    into.origin_x = window->Pos.x - window->Scroll.x;
    into.origin_y = window->Pos.y - window->Scroll.y;
    const ImRect inner = window->InnerRect;
    into.view = PixelRect{static_cast<int>(std::ceil(inner.Min.x)), static_cast<int>(std::ceil(inner.Min.y)),
                          static_cast<int>(inner.Max.x), static_cast<int>(inner.Max.y)}
                    .cut(screen);
  }
  into.shapes.clear();
  std::uint64_t mode = 0;  // what callbacks made of the renderer's state
  for (int n = 0; n < list.CmdBuffer.Size; ++n) {
    const ImDrawCmd& command = list.CmdBuffer[n];
    if (command.UserCallback != nullptr) {
      const bool is_reset = command.UserCallback == ImGui::GetPlatformIO().DrawCallback_ResetRenderState;
      mode = is_reset ? 0
                      : mixed(mixed(mode, reinterpret_cast<std::uintptr_t>(command.UserCallback)),
                              reinterpret_cast<std::uintptr_t>(command.UserCallbackData));
      continue;
    }
    const PixelRect clip = scissor(command, screen);
    if (clip.is_empty()) continue;
    const std::uint64_t state = mixed(mode, texture_of(command));
    const std::vector<TexelRect> fresh = fresh_parts(command, uploads);
    const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
    const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
    for (unsigned at = 0; at < command.ElemCount;) {
      Shape shape;
      shape.first = command.IdxOffset + at;
      shape.command = static_cast<std::uint32_t>(n);
      std::uint64_t look = state;
      unsigned lowest = ~0u, highest = 0;
      ImVec2 low{1e9f, 1e9f}, high{-1e9f, -1e9f}, texel_low = low, texel_high = high;
      do {
        for (unsigned corner = 0; corner < 3; ++corner, ++at) {
          const unsigned index = indices[at];
          lowest = std::min(lowest, index), highest = std::max(highest, index);
          const ImDrawVert& v = vertices[index];
          // The rasteriser's places are 256th of a pixel.
          const auto y = static_cast<std::uint32_t>(std::lrint((v.pos.y - into.origin_y) * 256));
          look = mixed(look, bits(v.pos.x, 0) | y);
          look = mixed(look, bits(v.uv.x, v.uv.y));
          look = mixed(look, v.col);
          low = ImMin(low, v.pos), high = ImMax(high, v.pos);
          texel_low = ImMin(texel_low, v.uv), texel_high = ImMax(texel_high, v.uv);
        }
      } while (at < command.ElemCount && std::min({indices[at], indices[at + 1], indices[at + 2]}) <= highest &&
               std::max({indices[at], indices[at + 1], indices[at + 2]}) >= lowest);
      shape.count = command.IdxOffset + at - shape.first;
      // Beyond any screen an int is not enough; half a pixel more for what is smoothed by the rasteriser.
      const auto pixel = [](float value) { return static_cast<int>(std::clamp(value, -1e6f, 1e6f)); };
      shape.box = PixelRect{pixel(std::floor(low.x)), pixel(std::floor(low.y)), pixel(std::ceil(high.x)),
                            pixel(std::ceil(high.y))}
                      .cut(clip);
      if (shape.box.is_empty()) continue;
      shape.look = look;
      for (const TexelRect& part : fresh)
        shape.is_fresh = shape.is_fresh || (texel_low.x < part.u1 && part.u0 < texel_high.x && texel_low.y < part.v1 &&
                                            part.v0 < texel_high.y);
      into.shapes.push_back(shape);
    }
  }
}

// Lists with the same owner belong together. False: their order is another.
bool FrameDiff::pair_up() {
  pairs_.clear();
  const auto place_in = [](const std::vector<List>& lists, ImGuiID owner) {
    const auto found = std::find_if(lists.begin(), lists.end(), [&](const List& list) { return list.owner == owner; });
    return found == lists.end() ? -1 : static_cast<int>(found - lists.begin());
  };
  int last = -1;
  for (std::size_t i = 0; i < now_.size(); ++i) {
    const int before = i < before_.size() && before_[i].owner == now_[i].owner ? static_cast<int>(i)
                                                                               : place_in(before_, now_[i].owner);
    if (before >= 0) {
      if (before <= last) return false;
      last = before;
    }
    pairs_.emplace_back(before, static_cast<int>(i));
  }
  std::vector<bool> is_paired(before_.size());
  for (const auto& pair : pairs_)
    if (pair.first >= 0) is_paired[static_cast<std::size_t>(pair.first)] = true;
  for (std::size_t i = 0; i < before_.size(); ++i)
    if (!is_paired[i]) pairs_.emplace_back(static_cast<int>(i), -1);
  return true;
}

bool FrameDiff::can_shift(const List& before, const List& now) {
  const float dy = now.origin_y - before.origin_y;
  return before.origin_x == now.origin_x && before.view == now.view && !now.view.is_empty() && dy == std::round(dy) &&
         std::abs(dy) >= shortest_shift && std::abs(dy) < 0.75f * static_cast<float>(now.view.height());
}

// The largest that was scrolled, with nothing beneath it; -1: none.
int FrameDiff::scrolled_pair() const {
  int best = -1;
  std::int64_t area = 0;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const auto [b, n] = pairs_[i];
    if (b < 0 || n < 0) continue;
    const List& now = now_[static_cast<std::size_t>(n)];
    if (can_shift(before_[static_cast<std::size_t>(b)], now) && now.view.area() > area)
      best = static_cast<int>(i), area = now.view.area();
  }
  if (best < 0) return -1;
  const auto [b, n] = pairs_[static_cast<std::size_t>(best)];
  const PixelRect view = now_[static_cast<std::size_t>(n)].view;
  const auto lies_beneath = [&](const std::vector<List>& lists, int above) {
    for (int i = 0; i < above; ++i)
      for (const Shape& shape : lists[static_cast<std::size_t>(i)].shapes)
        if (!shape.box.cut(view).is_empty()) return true;
    return false;
  };
  return lies_beneath(before_, b) || lies_beneath(now_, n) ? -1 : best;
}

// Pairs of shapes that look the same, in an order that both lists have.
void FrameDiff::match(const List& before, const List& now) {
  const auto old_count = static_cast<std::uint32_t>(before.shapes.size()),
             new_count = static_cast<std::uint32_t>(now.shapes.size());
  partner_.assign(new_count, none);
  is_taken_.assign(old_count, false);
  const auto same = [&](std::uint32_t b, std::uint32_t n) {
    return before.shapes[b].look == now.shapes[n].look && !now.shapes[n].is_fresh;
  };
  const auto take = [&](std::uint32_t b, std::uint32_t n) { partner_[n] = b, is_taken_[b] = true; };
  std::uint32_t begin = 0, old_end = old_count, new_end = new_count;
  while (begin < old_end && begin < new_end && same(begin, begin)) take(begin, begin), ++begin;
  while (old_end > begin && new_end > begin && same(old_end - 1, new_end - 1)) take(--old_end, --new_end);
  if (begin == old_end || begin == new_end) return;

  std::size_t slots = 16;
  while (slots < 2 * (old_end - begin)) slots *= 2;
  table_.assign(slots, none);
  chain_.assign(old_end, none);
  // From the end, so that each chain begins with its first.
  for (std::uint32_t b = old_end; b-- > begin;) {
    std::size_t slot = before.shapes[b].look & (slots - 1);
    while (table_[slot] != none && before.shapes[table_[slot]].look != before.shapes[b].look)
      slot = (slot + 1) & (slots - 1);
    chain_[b] = table_[slot];
    table_[slot] = b;
  }
  std::uint32_t from = begin;
  for (std::uint32_t n = begin; n < new_end; ++n) {
    if (now.shapes[n].is_fresh) continue;
    std::size_t slot = now.shapes[n].look & (slots - 1);
    while (table_[slot] != none && before.shapes[table_[slot]].look != now.shapes[n].look)
      slot = (slot + 1) & (slots - 1);
    std::uint32_t found = table_[slot];
    while (found != none && found < from) found = chain_[found];
    if (found == none) continue;
    take(found, n);
    from = found + 1;
  }
}

void FrameDiff::compare(const List& before, const List& now, const FrameChange::Shift* shift, Region& region) {
  const bool moved = before.origin_x != now.origin_x || before.origin_y != now.origin_y;
  if (moved && shift == nullptr) {
    for (const Shape& shape : before.shapes) region.add(shape.box);
    for (const Shape& shape : now.shapes) region.add(shape.box);
    return;
  }
  const PixelRect view = shift != nullptr ? shift->area : PixelRect{};
  const int dy = shift != nullptr ? shift->dy : 0;
  // What is both where pixels came from and where they went: the rest of the view is drawn anyway.
  const PixelRect kept = view.cut(view.moved(dy));
  // Where what could be seen before would be now.
  const auto add_before = [&](PixelRect box) {
    if (shift == nullptr) return region.add(box);
    region.add(box.cut(view).moved(dy).cut(view));
    if (box.cut(view) != box) region.add(box);
  };
  match(before, now);
  for (std::size_t i = 0; i < before.shapes.size(); ++i)
    if (!is_taken_[i]) add_before(before.shapes[i].box);
  for (std::size_t i = 0; i < now.shapes.size(); ++i) {
    const PixelRect box = now.shapes[i].box;
    if (partner_[i] == none) {
      region.add(box);
      continue;
    }
    const PixelRect was = before.shapes[partner_[i]].box;
    const bool is_same = shift == nullptr
                             ? was == box
                             : was.moved(dy).cut(kept) == box.cut(kept) && box.cut(view) == box && was.cut(view) == was;
    if (is_same) continue;
    add_before(was);
    region.add(box);
  }
}

FrameChange FrameDiff::next(const ImDrawData& frame, const std::vector<TextureUpload>& uploads) {
  FrameChange change;
  std::swap(before_, now_);
  const PixelRect screen{0, 0, static_cast<int>(frame.DisplaySize.x), static_cast<int>(frame.DisplaySize.y)};
  now_.resize(static_cast<std::size_t>(frame.CmdLists.Size));
  for (int i = 0; i < frame.CmdLists.Size; ++i)
    read(*frame.CmdLists[i], screen, uploads, now_[static_cast<std::size_t>(i)]);
  if (std::exchange(screen_, screen) != screen || before_.empty() || !pair_up()) return change;

  Region region;
  const int scrolled = scrolled_pair();
  if (scrolled >= 0) {
    const auto [b, n] = pairs_[static_cast<std::size_t>(scrolled)];
    const List& now = now_[static_cast<std::size_t>(n)];
    const int dy = static_cast<int>(now.origin_y - before_[static_cast<std::size_t>(b)].origin_y);
    change.shift = {now.view, dy};
    PixelRect came_in = now.view;
    (dy < 0 ? came_in.y0 : came_in.y1) = dy < 0 ? now.view.y1 + dy : now.view.y0 + dy;
    region.add(came_in);
    // What lies above moves with the pixels, and must not.
    const auto spoils = [&](const List& list, int by) {
      for (const Shape& shape : list.shapes) region.add(shape.box.cut(now.view).moved(by).cut(now.view));
    };
    for (auto i = static_cast<std::size_t>(b) + 1; i < before_.size(); ++i) spoils(before_[i], dy);
    for (auto i = static_cast<std::size_t>(n) + 1; i < now_.size(); ++i) spoils(now_[i], 0);
  }
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    static const List nothing;
    const auto [b, n] = pairs_[i];
    const List& before = b >= 0 ? before_[static_cast<std::size_t>(b)] : nothing;
    const List& now = n >= 0 ? now_[static_cast<std::size_t>(n)] : nothing;
    if (b < 0 || n < 0) {
      for (const Shape& shape : before.shapes) region.add(shape.box);
      for (const Shape& shape : now.shapes) region.add(shape.box);
      continue;
    }
    compare(before, now, static_cast<int>(i) == scrolled ? &*change.shift : nullptr, region);
  }
  change.again = region.take();
  std::int64_t area = 0;
  for (const PixelRect& part : change.again) area += part.area();
  change.whole = static_cast<double>(area) > whole_from * static_cast<double>(screen.area());
  return change;
}

void FrameDiff::draw_part(ImDrawData& frame, PixelRect part, const std::function<void(ImDrawData&)>& draw) {
  // Its own lists of commands and indices, over the vertices of the frame's.
  static ImDrawListSharedData shared;
  std::vector<std::unique_ptr<ImDrawList>> lists;
  ImDrawData data = frame;
  data.CmdLists.clear();
  std::vector<std::pair<ImDrawList*, ImDrawList*>> lent;
  for (std::size_t i = 0; i < now_.size(); ++i) {
    ImDrawList& whole = *frame.CmdLists[static_cast<int>(i)];
    std::unique_ptr<ImDrawList> some;
    std::size_t shape = 0;
    const std::vector<Shape>& shapes = now_[i].shapes;
    for (int n = 0; n < whole.CmdBuffer.Size; ++n) {
      ImDrawCmd command = whole.CmdBuffer[n];
      if (command.UserCallback == nullptr) {
        const PixelRect clip = scissor(command, screen_).cut(part);
        const int offset = some ? some->IdxBuffer.Size : 0;
        for (; shape < shapes.size() && shapes[shape].command == static_cast<std::uint32_t>(n); ++shape) {
          if (shapes[shape].box.cut(part).is_empty()) continue;
          if (!some) some = std::make_unique<ImDrawList>(&shared);
          const int at = some->IdxBuffer.Size;
          some->IdxBuffer.resize(at + static_cast<int>(shapes[shape].count));
          std::copy_n(whole.IdxBuffer.Data + shapes[shape].first, shapes[shape].count, some->IdxBuffer.Data + at);
        }
        const int count = (some ? some->IdxBuffer.Size : 0) - offset;
        if (count == 0) continue;
        command.ClipRect = {static_cast<float>(clip.x0), static_cast<float>(clip.y0), static_cast<float>(clip.x1),
                            static_cast<float>(clip.y1)};
        command.IdxOffset = static_cast<unsigned>(offset);
        command.ElemCount = static_cast<unsigned>(count);
      } else if (!some) {
        some = std::make_unique<ImDrawList>(&shared);
      }
      some->CmdBuffer.push_back(command);
    }
    if (!some || some->IdxBuffer.empty()) continue;
    some->VtxBuffer.swap(whole.VtxBuffer);
    lent.emplace_back(some.get(), &whole);
    data.CmdLists.push_back(some.get());
    lists.push_back(std::move(some));
  }
  draw(data);
  for (const auto& [borrower, owner] : lent) borrower->VtxBuffer.swap(owner->VtxBuffer);
}

}  // namespace studio
