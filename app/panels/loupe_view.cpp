#include "panels/loupe_view.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace studio {
namespace {

constexpr std::array<float, 15> ladder = {1.0f / 16, 1.0f / 8, 1.0f / 6, 0.25f, 1.0f / 3, 0.5f, 2.0f / 3, 1,
                                          2,         3,        4,        6,     8,        12,   16};

}  // namespace

float fit_scale(Rect box, int width, int height) {
  if (width <= 0 || height <= 0) return 1;
  const float fit = std::min(box.width() / static_cast<float>(width), box.height() / static_cast<float>(height));
  return fit >= 1 ? std::floor(fit) : std::max(fit, 1e-4f);
}

float LoupeView::scale(Rect box, int width, int height) const {
  return zoom_ > 0 ? zoom_ : fit_scale(box, width, height);
}

Rect LoupeView::place(Rect box, int width, int height) const {
  const float s = scale(box, width, height);
  const float w = std::max(1.0f, std::round(static_cast<float>(width) * s));
  const float h = std::max(1.0f, std::round(static_cast<float>(height) * s));
  const ImVec2 middle = box.centre();
  return rect_at(std::round(middle.x - centre_.x * w), std::round(middle.y - centre_.y * h), w, h);
}

void LoupeView::set_zoom(float zoom, ImVec2 pointer, Rect box, int width, int height) {
  if (zoom <= 0) return fit();
  const Rect before = place(box, width, height);
  const float u = (pointer.x - before.min.x) / before.width(), v = (pointer.y - before.min.y) / before.height();
  zoom_ = zoom;
  const float w = static_cast<float>(width) * zoom, h = static_cast<float>(height) * zoom;
  centre_ = {u + (box.centre().x - pointer.x) / w, v + (box.centre().y - pointer.y) / h};
  keep_inside(box, width, height);
}

void LoupeView::step(int by, ImVec2 pointer, Rect box, int width, int height) {
  const float now = scale(box, width, height), fits = fit_scale(box, width, height);
  float next = now;
  if (by > 0) {
    for (const float rung : ladder)
      if (rung > now * 1.001f) {
        next = rung;
        break;
      }
  } else {
    for (auto rung = ladder.rbegin(); rung != ladder.rend(); ++rung)
      if (*rung < now * 0.999f) {
        next = *rung;
        break;
      }
    // Smaller than it fits shows nothing more.
    if (next <= fits) return fit();
  }
  set_zoom(next, pointer, box, width, height);
}

void LoupeView::drag(ImVec2 by, Rect box, int width, int height) {
  if (zoom_ == 0) return;
  centre_.x -= by.x / (static_cast<float>(width) * zoom_);
  centre_.y -= by.y / (static_cast<float>(height) * zoom_);
  keep_inside(box, width, height);
}

// The picture's edge does not leave the box's; a picture smaller than the box lies in its middle.
void LoupeView::keep_inside(Rect box, int width, int height) {
  const auto keep = [](float centre, float shown, float whole) {
    const float half = shown / whole / 2;
    return half >= 0.5f ? 0.5f : std::clamp(centre, half, 1 - half);
  };
  centre_.x = keep(centre_.x, box.width(), static_cast<float>(width) * zoom_);
  centre_.y = keep(centre_.y, box.height(), static_cast<float>(height) * zoom_);
}

}  // namespace studio
