#include "media/thumb_hash.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace studio {
namespace {

constexpr int most_terms = 7;        // of luminance in one direction
constexpr int terms_with_alpha = 5;  // of luminance and of alpha, where there is one
constexpr int colour_terms = 3;
constexpr int header_bits = 40, alpha_header_bits = 8;
// Colours are made a little stronger again than quantising leaves them: so the format has it.
constexpr float colour_gain = 1.25f;

float unit(std::uint8_t value) { return static_cast<float>(value) / 255; }

std::uint8_t code_value(float value) { return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0f, 1.0f))); }

unsigned quantised(float value, unsigned most) {
  const float scaled = std::floor(value * static_cast<float>(most) + 0.5f);
  return static_cast<unsigned>(std::clamp(scaled, 0.0f, static_cast<float>(most)));
}

// How many terms are kept in each direction; those in the triangle below x / columns + y / rows = 1.
struct Terms {
  int columns = 0, rows = 0;
};

template <class Each>
void for_each_term(Terms terms, Each each) {
  for (int y = 0; y < terms.rows; ++y)
    for (int x = y == 0 ? 1 : 0; x * terms.rows < terms.columns * (terms.rows - y); ++x) each(x, y);
}

int count_of(Terms terms) {
  int count = 0;
  for_each_term(terms, [&](int, int) { ++count; });
  return count;
}

// cos(π/n · (i + ½) · k) for each term k and each place i.
std::vector<float> cosines(int places, int terms) {
  std::vector<float> table(static_cast<std::size_t>(places * terms));
  for (int k = 0; k < terms; ++k)
    for (int i = 0; i < places; ++i)
      table[static_cast<std::size_t>(k * places + i)] =
          static_cast<float>(std::cos(std::numbers::pi / places * (i + 0.5) * k));
  return table;
}

struct Channel {
  float mean = 0;
  float largest = 0;
  std::vector<float> terms;  // in for_each_term's order
};

struct Colour {
  float red = 0, green = 0, blue = 0;
};
struct Opponents {
  float l = 0, p = 0, q = 0;
};
Opponents opponents(Colour c) { return {(c.red + c.green + c.blue) / 3, (c.red + c.green) / 2 - c.blue, c.red - c.green}; }
Colour colour(Opponents o) {
  const float blue = o.l - o.p * 2 / 3;
  const float red = (3 * o.l - blue + o.q) / 2;
  return {red, red - o.q, blue};
}

class BitWriter {
 public:
  void put(unsigned value, int bits) {
    for (int i = 0; i < bits; ++i, ++at_) {
      if (at_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | ((value >> i) & 1) << (at_ % 8));
    }
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
  int at_ = 0;
};

// Behind the end there is nothing but zeros.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  unsigned take(int bits) {
    unsigned value = 0;
    for (int i = 0; i < bits; ++i, ++at_) {
      if (at_ / 8 < bytes_.size()) value |= ((bytes_[at_ / 8] >> (at_ % 8)) & 1u) << i;
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Colours weighted by their alpha.
Colour mean_colour(const Picture& picture, float& alpha) {
  double sum[3] = {}, weight = 0;
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    const double a = picture.rgba[i + 3] / 255.0;
    for (std::size_t c = 0; c < 3; ++c) sum[c] += a * picture.rgba[i + c] / 255.0;
    weight += a;
  }
  alpha = static_cast<float>(weight / std::max<double>(1, static_cast<double>(picture.rgba.size() / 4)));
  if (weight <= 0) return {};
  return {static_cast<float>(sum[0] / weight), static_cast<float>(sum[1] / weight), static_cast<float>(sum[2] / weight)};
}

Channel transformed(const std::vector<float>& values, int width, int height, Terms terms) {
  Channel channel;
  const auto across = cosines(width, terms.columns), down = cosines(height, terms.rows);
  // Row by row first: of each row the terms across.
  std::vector<float> of_rows(static_cast<std::size_t>(height * terms.columns));
  for (int y = 0; y < height; ++y)
    for (int k = 0; k < terms.columns; ++k) {
      float sum = 0;
      for (int x = 0; x < width; ++x)
        sum += values[static_cast<std::size_t>(y * width + x)] * across[static_cast<std::size_t>(k * width + x)];
      of_rows[static_cast<std::size_t>(y * terms.columns + k)] = sum;
    }
  const auto term = [&](int cx, int cy) {
    float sum = 0;
    for (int y = 0; y < height; ++y)
      sum += of_rows[static_cast<std::size_t>(y * terms.columns + cx)] * down[static_cast<std::size_t>(cy * height + y)];
    return sum / static_cast<float>(width * height);
  };
  channel.mean = term(0, 0);
  for_each_term(terms, [&](int x, int y) {
    channel.terms.push_back(term(x, y));
    channel.largest = std::max(channel.largest, std::abs(channel.terms.back()));
  });
  return channel;
}

void put_terms(BitWriter& bits, const Channel& channel) {
  for (const float term : channel.terms) bits.put(quantised(channel.largest > 0 ? 0.5f + 0.5f / channel.largest * term : 0.0f, 15), 4);
}

struct Header {
  Opponents mean;
  float l_largest = 0, p_largest = 0, q_largest = 0;
  bool has_alpha = false, is_wide = false;
  int short_terms = 0;
  Terms shape() const {
    const int most = has_alpha ? terms_with_alpha : most_terms;
    return is_wide ? Terms{most, short_terms} : Terms{short_terms, most};
  }
  Terms luminance() const { return {std::max(3, shape().columns), std::max(3, shape().rows)}; }
};

Header read_header(BitReader& bits) {
  Header header;
  const auto centred = [](unsigned value) { return static_cast<float>(value) / 31.5f - 1; };
  header.mean.l = static_cast<float>(bits.take(6)) / 63;
  header.mean.p = centred(bits.take(6));
  header.mean.q = centred(bits.take(6));
  header.l_largest = static_cast<float>(bits.take(5)) / 31;
  header.has_alpha = bits.take(1) == 1;
  header.short_terms = static_cast<int>(bits.take(3));
  header.p_largest = static_cast<float>(bits.take(6)) / 63;
  header.q_largest = static_cast<float>(bits.take(6)) / 63;
  header.is_wide = bits.take(1) == 1;
  return header;
}

// The terms of one channel, times two: each cosine but the mean counts so often in the inverse.
std::vector<float> take_terms(BitReader& bits, Terms terms, float largest) {
  std::vector<float> all;
  for_each_term(terms, [&](int, int) { all.push_back((static_cast<float>(bits.take(4)) / 7.5f - 1) * largest * 2); });
  return all;
}

// Adds up a channel's cosines over the picture, row by row: first down, then across.
std::vector<float> restored(float mean, const std::vector<float>& terms, Terms count, PictureSize size) {
  const auto across = cosines(size.width, count.columns), down = cosines(size.height, count.rows);
  std::vector<float> values(static_cast<std::size_t>(size.width * size.height), mean);
  std::array<float, most_terms> of_row{};
  for (int y = 0; y < size.height; ++y) {
    of_row.fill(0);
    std::size_t at = 0;
    for_each_term(count, [&](int cx, int cy) {
      of_row[static_cast<std::size_t>(cx)] += terms[at++] * down[static_cast<std::size_t>(cy * size.height + y)];
    });
    for (int k = 0; k < count.columns; ++k)
      for (int x = 0; x < size.width; ++x)
        values[static_cast<std::size_t>(y * size.width + x)] +=
            of_row[static_cast<std::size_t>(k)] * across[static_cast<std::size_t>(k * size.width + x)];
  }
  return values;
}

}  // namespace

std::uint32_t average_rgba(const Picture& picture) {
  float alpha = 0;
  const Colour mean = mean_colour(picture, alpha);
  return code_value(mean.red) | std::uint32_t{code_value(mean.green)} << 8 | std::uint32_t{code_value(mean.blue)} << 16 | 0xFF000000u;
}

std::vector<std::uint8_t> thumb_hash_of(const Picture& picture) {
  const int width = picture.width, height = picture.height, longest = std::max(width, height);
  float mean_alpha = 0;
  const Colour mean = mean_colour(picture, mean_alpha);
  Header header;
  header.has_alpha = std::any_of(picture.rgba.begin(), picture.rgba.end(),
                                 [&, i = std::size_t{0}](std::uint8_t value) mutable { return i++ % 4 == 3 && value < 255; });
  header.is_wide = width > height;
  const int most = header.has_alpha ? terms_with_alpha : most_terms;
  const auto terms_along = [&](int edge) {
    return std::max(1, static_cast<int>(std::floor(static_cast<float>(most * edge) / static_cast<float>(longest) + 0.5f)));
  };
  header.short_terms = header.is_wide ? terms_along(height) : terms_along(width);

  // Laid over its own mean colour, so that what is not seen has no say.
  const std::size_t pixels = picture.rgba.size() / 4;
  std::vector<float> l(pixels), p(pixels), q(pixels), a(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t* rgba = picture.rgba.data() + i * 4;
    const float alpha = unit(rgba[3]);
    const auto over = [&](float below, std::uint8_t value) { return below * (1 - alpha) + alpha * unit(value); };
    const Opponents o = opponents({over(mean.red, rgba[0]), over(mean.green, rgba[1]), over(mean.blue, rgba[2])});
    l[i] = o.l, p[i] = o.p, q[i] = o.q, a[i] = alpha;
  }
  const Channel luminance = transformed(l, width, height, header.luminance());
  const Channel warm = transformed(p, width, height, {colour_terms, colour_terms});
  const Channel red = transformed(q, width, height, {colour_terms, colour_terms});

  BitWriter bits;
  const auto centred = [](float value) { return std::min(63u, static_cast<unsigned>(std::max(0.0f, std::floor(31.5f + 31.5f * value + 0.5f)))); };
  bits.put(quantised(luminance.mean, 63), 6);
  bits.put(centred(warm.mean), 6);
  bits.put(centred(red.mean), 6);
  bits.put(quantised(luminance.largest, 31), 5);
  bits.put(header.has_alpha ? 1 : 0, 1);
  bits.put(static_cast<unsigned>(header.short_terms), 3);
  bits.put(quantised(warm.largest, 63), 6);
  bits.put(quantised(red.largest, 63), 6);
  bits.put(header.is_wide ? 1 : 0, 1);
  Channel alpha;
  if (header.has_alpha) {
    alpha = transformed(a, width, height, {terms_with_alpha, terms_with_alpha});
    bits.put(quantised(alpha.mean, 15), 4);
    bits.put(quantised(alpha.largest, 15), 4);
  }
  put_terms(bits, luminance);
  put_terms(bits, warm);
  put_terms(bits, red);
  if (header.has_alpha) put_terms(bits, alpha);
  return bits.take();
}

std::optional<PictureSize> thumb_hash_size(std::span<const std::uint8_t> hash, int long_edge) {
  BitReader bits(hash);
  const Header header = read_header(bits);
  if (header.short_terms == 0 || long_edge < 1) return std::nullopt;
  int terms = count_of(header.luminance()) + 2 * count_of({colour_terms, colour_terms});
  if (header.has_alpha) terms += count_of({terms_with_alpha, terms_with_alpha});
  const int needed = header_bits + (header.has_alpha ? alpha_header_bits : 0) + 4 * terms;
  if (static_cast<int>(hash.size()) * 8 < needed) return std::nullopt;
  const float ratio = static_cast<float>(header.shape().columns) / static_cast<float>(header.shape().rows);
  const auto part = [&](float of) { return std::max(1, static_cast<int>(std::floor(static_cast<float>(long_edge) * of + 0.5f))); };
  return PictureSize{ratio > 1 ? long_edge : part(ratio), ratio > 1 ? part(1 / ratio) : long_edge};
}

std::optional<Picture> picture_of_thumb_hash(std::span<const std::uint8_t> hash, int long_edge, std::optional<std::uint32_t> mean) {
  const auto size = thumb_hash_size(hash, long_edge);
  if (!size) return std::nullopt;
  BitReader bits(hash);
  Header header = read_header(bits);
  float mean_alpha = 1, alpha_largest = 0;
  if (header.has_alpha) {
    mean_alpha = static_cast<float>(bits.take(4)) / 15;
    alpha_largest = static_cast<float>(bits.take(4)) / 15;
  }
  if (mean) {
    const auto channel = [&](int shift) { return unit(static_cast<std::uint8_t>(*mean >> shift)); };
    header.mean = opponents({channel(0), channel(8), channel(16)});
  }
  constexpr Terms of_colour{colour_terms, colour_terms}, of_alpha{terms_with_alpha, terms_with_alpha};
  const auto l_terms = take_terms(bits, header.luminance(), header.l_largest);
  const auto p_terms = take_terms(bits, of_colour, header.p_largest * colour_gain);
  const auto q_terms = take_terms(bits, of_colour, header.q_largest * colour_gain);
  const auto l = restored(header.mean.l, l_terms, header.luminance(), *size);
  const auto p = restored(header.mean.p, p_terms, of_colour, *size);
  const auto q = restored(header.mean.q, q_terms, of_colour, *size);
  std::vector<float> a(l.size(), 1.0f);
  if (header.has_alpha) a = restored(mean_alpha, take_terms(bits, of_alpha, alpha_largest), of_alpha, *size);

  Picture picture(size->width, size->height);
  for (std::size_t i = 0; i < l.size(); ++i) {
    const Colour c = colour({l[i], p[i], q[i]});
    std::uint8_t* rgba = picture.rgba.data() + i * 4;
    rgba[0] = code_value(c.red), rgba[1] = code_value(c.green), rgba[2] = code_value(c.blue), rgba[3] = code_value(a[i]);
  }
  return picture;
}

}  // namespace studio
