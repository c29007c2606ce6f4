#include "media/resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace studio {
namespace {

std::uint8_t to_code(float value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f) + 0.5f); }

// Adds weight × row to the sums; colours weighted by alpha when there is any.
void accumulate(float* sums, const std::uint8_t* rgba, int width, float weight, bool has_alpha) {
  const std::size_t values = static_cast<std::size_t>(width) * 4;
  if (!has_alpha) {
    for (std::size_t i = 0; i < values; ++i) sums[i] += weight * static_cast<float>(rgba[i]);
    return;
  }
  for (std::size_t i = 0; i < values; i += 4) {
    const float alpha = weight * static_cast<float>(rgba[i + 3]);
    const float colour_weight = alpha * (1.0f / 255.0f);
    sums[i] += colour_weight * static_cast<float>(rgba[i]);
    sums[i + 1] += colour_weight * static_cast<float>(rgba[i + 1]);
    sums[i + 2] += colour_weight * static_cast<float>(rgba[i + 2]);
    sums[i + 3] += alpha;
  }
}

// One pixel from sums over `area` of colour × alpha and alpha.
void store(std::uint8_t* out, const float* sum, float per_area, bool has_alpha) {
  if (!has_alpha) {
    for (int c = 0; c < 3; ++c) out[c] = to_code(sum[c] * per_area);
    out[3] = 255;
    return;
  }
  const float per_alpha = sum[3] > 0 ? 255.0f / sum[3] : 0.0f;
  for (int c = 0; c < 3; ++c) out[c] = to_code(sum[c] * per_alpha);
  out[3] = to_code(sum[3] * per_area);
}

bool has_transparency(const Picture& picture) {
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) {
    if (picture.rgba[i] != 255) return true;
  }
  return false;
}

// Weights of one output position along one axis.
struct Taps {
  int first = 0;
  std::vector<float> weights;
};

float catmull_rom(float x) {
  x = std::fabs(x);
  if (x < 1) return 1.5f * x * x * x - 2.5f * x * x + 1;
  if (x < 2) return -0.5f * x * x * x + 2.5f * x * x - 4 * x + 2;
  return 0;
}

std::vector<Taps> taps_for(int from, int to) {
  std::vector<Taps> all(static_cast<std::size_t>(to));
  const double ratio = static_cast<double>(from) / to;
  for (int i = 0; i < to; ++i) {
    Taps& taps = all[static_cast<std::size_t>(i)];
    if (to <= from) {  // area
      const double start = i * ratio, end = (i + 1) * ratio;
      taps.first = static_cast<int>(start);
      const int last = std::min(from - 1, static_cast<int>(std::ceil(end)) - 1);
      for (int s = taps.first; s <= last; ++s) {
        taps.weights.push_back(static_cast<float>((std::min<double>(end, s + 1) - std::max<double>(start, s)) / ratio));
      }
    } else {
      const double centre = (i + 0.5) * ratio - 0.5;
      const int base = static_cast<int>(std::floor(centre));
      taps.first = std::max(0, base - 1);
      const int last = std::min(from - 1, base + 2);
      taps.weights.assign(static_cast<std::size_t>(last - taps.first + 1), 0.0f);
      for (int s = base - 1; s <= base + 2; ++s) {  // beyond the edge the edge's own value counts
        const int inside = std::clamp(s, taps.first, last);
        taps.weights[static_cast<std::size_t>(inside - taps.first)] += catmull_rom(static_cast<float>(centre - s));
      }
    }
  }
  return all;
}

Picture resampled(const Picture& picture, PictureSize size) {
  const bool has_alpha = has_transparency(picture);
  const auto across = taps_for(picture.width, size.width);
  const auto down = taps_for(picture.height, size.height);
  Picture out(size.width, size.height);
  const std::size_t values = static_cast<std::size_t>(picture.width) * 4;
  std::vector<float> sums(values);
  for (int y = 0; y < size.height; ++y) {
    const Taps& rows = down[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (std::size_t k = 0; k < rows.weights.size(); ++k) {
      accumulate(sums.data(), picture.row(rows.first + static_cast<int>(k)), picture.width, rows.weights[k], has_alpha);
    }
    std::uint8_t* target = out.row(y);
    for (int x = 0; x < size.width; ++x, target += 4) {
      const Taps& columns = across[static_cast<std::size_t>(x)];
      float sum[4] = {0, 0, 0, 0};
      const float* source = sums.data() + static_cast<std::size_t>(columns.first) * 4;
      for (const float weight : columns.weights) {
        for (int c = 0; c < 4; ++c) sum[c] += weight * source[c];
        source += 4;
      }
      store(target, sum, 1.0f, has_alpha);
    }
  }
  return out;
}

}  // namespace

PictureSize fitted(PictureSize picture, FitBox box) {
  if (picture.width <= 0 || picture.height <= 0) return {1, 1};
  double factor = 1.0;
  if (box.max_width > 0) factor = std::min(factor, static_cast<double>(box.max_width) / picture.width);
  if (box.max_height > 0) factor = std::min(factor, static_cast<double>(box.max_height) / picture.height);
  const auto side = [factor](int length) { return std::clamp(static_cast<int>(std::lround(length * factor)), 1, length); };
  return {side(picture.width), side(picture.height)};
}

Picture resized(const Picture& picture, PictureSize size) {
  if (picture.empty() || size.width < 1 || size.height < 1) return {};
  if (size == PictureSize{picture.width, picture.height}) return picture;
  if (size.width > picture.width || size.height > picture.height) return resampled(picture, size);
  RowReducer reducer({picture.width, picture.height}, size, has_transparency(picture));
  for (int y = 0; y < picture.height; ++y) reducer.add_row(picture.row(y));
  return reducer.take();
}

Picture resized_to_cover(const Picture& picture, PictureSize size) {
  if (picture.empty() || size.width < 1 || size.height < 1) return {};
  const double factor = std::max(static_cast<double>(size.width) / picture.width, static_cast<double>(size.height) / picture.height);
  const PictureSize scaled{std::max(size.width, static_cast<int>(std::lround(picture.width * factor))),
                           std::max(size.height, static_cast<int>(std::lround(picture.height * factor)))};
  const Picture whole = resized(picture, scaled);
  if (scaled == size) return whole;
  Picture out(size.width, size.height);
  const int left = (scaled.width - size.width) / 2, top = (scaled.height - size.height) / 2;
  for (int y = 0; y < size.height; ++y) {
    std::memcpy(out.row(y), whole.row(y + top) + static_cast<std::size_t>(left) * 4, static_cast<std::size_t>(size.width) * 4);
  }
  return out;
}

PictureSize oriented_size(PictureSize size, int orientation) {
  return orientation >= 5 && orientation <= 8 ? PictureSize{size.height, size.width} : size;
}

Picture oriented(Picture picture, int orientation) {
  if (orientation < 2 || orientation > 8 || picture.empty()) return picture;
  const int w = picture.width, h = picture.height;
  const PictureSize size = oriented_size({w, h}, orientation);
  Picture out(size.width, size.height);
  // Where the pixel at the start of an output row comes from, and the step from one output pixel to the next.
  const std::ptrdiff_t pixel = 4, line = static_cast<std::ptrdiff_t>(w) * 4;
  for (int y = 0; y < size.height; ++y) {
    int source_x = 0, source_y = 0;
    std::ptrdiff_t step = 0;
    switch (orientation) {
      case 2: source_x = w - 1; source_y = y; step = -pixel; break;
      case 3: source_x = w - 1; source_y = h - 1 - y; step = -pixel; break;
      case 4: source_x = 0; source_y = h - 1 - y; step = pixel; break;
      case 5: source_x = y; source_y = 0; step = line; break;
      case 6: source_x = y; source_y = h - 1; step = -line; break;
      case 7: source_x = w - 1 - y; source_y = h - 1; step = -line; break;
      default: source_x = w - 1 - y; source_y = 0; step = line; break;
    }
    std::ptrdiff_t at = source_y * line + source_x * pixel;
    std::uint8_t* target = out.row(y);
    for (int x = 0; x < size.width; ++x, at += step, target += 4) std::memcpy(target, picture.rgba.data() + at, 4);
  }
  return out;
}

RowReducer::RowReducer(PictureSize from, PictureSize to, bool has_alpha)
    : from_(from), whole_(from), to_(to), has_alpha_(has_alpha), sums_(static_cast<std::size_t>(from.width) * 4), out_(to.width, to.height) {}

RowReducer RowReducer::of_shrunk(PictureSize whole, int shrunk_by, PictureSize to) {
  const auto rounded_up = [shrunk_by](int length) { return (length + shrunk_by - 1) / shrunk_by; };
  RowReducer reducer({rounded_up(whole.width), rounded_up(whole.height)}, to, false);
  reducer.whole_ = whole;
  reducer.shrunk_by_ = shrunk_by;
  return reducer;
}

// Counted so that an arriving row is to_.height × shrunk_by_ long and an output row whole_.height: whole numbers, so no drift.
void RowReducer::add_row(const std::uint8_t* rgba) {
  if (rows_in_ >= from_.height) return;
  if (whole_ == to_) {
    std::memcpy(out_.row(rows_in_), rgba, static_cast<std::size_t>(to_.width) * 4);
    ++rows_in_;
    return;
  }
  const std::int64_t length = static_cast<std::int64_t>(to_.height) * shrunk_by_;
  const std::int64_t start = rows_in_ * length;
  const std::int64_t end = start + length;
  const std::int64_t edge = static_cast<std::int64_t>(rows_out_ + 1) * whole_.height;
  ++rows_in_;
  if (end < edge) {
    accumulate(sums_.data(), rgba, from_.width, 1.0f, has_alpha_);
    return;
  }
  const float whole = static_cast<float>(length);
  accumulate(sums_.data(), rgba, from_.width, static_cast<float>(edge - start) / whole, has_alpha_);
  finish_row();
  if (end > edge) accumulate(sums_.data(), rgba, from_.width, static_cast<float>(end - edge) / whole, has_alpha_);
}

void RowReducer::finish_row() {
  if (rows_out_ >= to_.height) return;
  std::uint8_t* target = out_.row(rows_out_++);
  const std::int64_t length = static_cast<std::int64_t>(to_.width) * shrunk_by_;
  const float rows = static_cast<float>(whole_.height) / static_cast<float>(to_.height * shrunk_by_);
  const float columns = static_cast<float>(whole_.width) / static_cast<float>(length);
  const float per_area = 1.0f / (rows * columns);
  const float whole = static_cast<float>(length);
  for (int x = 0; x < to_.width; ++x, target += 4) {
    const std::int64_t start = static_cast<std::int64_t>(x) * whole_.width;
    const std::int64_t end = start + whole_.width;
    const std::int64_t first = start / length, last = (end - 1) / length;
    float sum[4];
    const float* source = sums_.data() + first * 4;
    const float head = static_cast<float>(std::min(end, (first + 1) * length) - start) / whole;
    for (int c = 0; c < 4; ++c) sum[c] = head * source[c];
    for (std::int64_t s = first + 1; s < last; ++s) {
      source += 4;
      for (int c = 0; c < 4; ++c) sum[c] += source[c];
    }
    if (last > first) {
      source += 4;
      const float tail = static_cast<float>(end - last * length) / whole;
      for (int c = 0; c < 4; ++c) sum[c] += tail * source[c];
    }
    store(target, sum, per_area, has_alpha_);
  }
  std::fill(sums_.begin(), sums_.end(), 0.0f);
}

Picture RowReducer::take() { return std::move(out_); }

}  // namespace studio
