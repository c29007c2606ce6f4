// Pictures and clips for tests, made at test time: small patterns whose content says what they are, other programs to
// write and read them, and files in memory.
#pragma once

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/file.h"
#include "media/picture.h"

namespace studio::samples {

// Runs a program by its arguments; answers its standard output. `ok` is whether it ended with 0.
struct Ran {
  bool ok = false;
  std::string output;
};
inline Ran run(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    line += "'";
    for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += "' ";
  }
  Ran result;
  FILE* pipe = ::popen((line + "2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return result;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) result.output.append(buffer, got);
  const int status = ::pclose(pipe);
  result.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return result;
}

inline bool has_ffmpeg() { return run({"ffmpeg", "-version"}).ok && run({"ffprobe", "-version"}).ok; }
inline bool has_encoder(const std::string& name) {
  return run({"ffmpeg", "-hide_banner", "-encoders"}).output.find(" " + name + " ") != std::string::npos;
}
inline Ran ffmpeg(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"ffmpeg", "-nostdin", "-y", "-v", "error"});
  return run(arguments);
}
inline Ran ffprobe(const std::string& entries, const std::filesystem::path& path) {
  return run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "default=noprint_wrappers=1", path.string()});
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// An open regular file that exists in memory only.
inline UniqueFd memory_file(std::string_view bytes) {
  UniqueFd fd(::memfd_create("sample", MFD_CLOEXEC));
  static_cast<void>(write_all(fd.get(), bytes.data(), bytes.size()));
  return fd;
}

struct Rgb {
  int r = 0, g = 0, b = 0;
};
inline Rgb pixel(const Picture& picture, int x, int y) {
  const std::uint8_t* at = picture.row(y) + static_cast<std::size_t>(x) * 4;
  return {at[0], at[1], at[2]};
}
inline bool near(Rgb a, Rgb b, int tolerance) {
  return std::abs(a.r - b.r) <= tolerance && std::abs(a.g - b.g) <= tolerance && std::abs(a.b - b.b) <= tolerance;
}
inline std::string text(Rgb c) { return std::to_string(c.r) + "," + std::to_string(c.g) + "," + std::to_string(c.b); }

inline void fill(Picture& picture, int x0, int y0, int x1, int y1, Rgb colour, int alpha = 255) {
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      std::uint8_t* at = picture.row(y) + static_cast<std::size_t>(x) * 4;
      at[0] = static_cast<std::uint8_t>(colour.r), at[1] = static_cast<std::uint8_t>(colour.g), at[2] = static_cast<std::uint8_t>(colour.b);
      at[3] = static_cast<std::uint8_t>(alpha);
    }
  }
}
inline Picture flat(int width, int height, Rgb colour, int alpha = 255) {
  Picture picture(width, height);
  fill(picture, 0, 0, width, height, colour, alpha);
  return picture;
}

// Top left red, top right green, bottom left blue, bottom right yellow.
inline Picture corners(int width, int height) {
  Picture picture(width, height);
  const int mx = width / 2, my = height / 2;
  fill(picture, 0, 0, mx, my, {220, 30, 30});
  fill(picture, mx, 0, width, my, {30, 200, 30});
  fill(picture, 0, my, mx, height, {30, 30, 220});
  fill(picture, mx, my, width, height, {220, 220, 30});
  return picture;
}
// "RGBY" as read from left to right, top to bottom; '?' where no corner colour is.
inline std::string corner_letters(const Picture& picture) {
  std::string letters;
  for (const int y : {picture.height / 4, picture.height * 3 / 4}) {
    for (const int x : {picture.width / 4, picture.width * 3 / 4}) {
      const Rgb c = pixel(picture, x, y);
      const bool r = c.r > 125, g = c.g > 125, b = c.b > 125;
      letters += r && g ? 'Y' : r && !b ? 'R' : g && !b ? 'G' : b ? 'B' : '?';
    }
  }
  return letters;
}

// Smooth but not symmetric, different in every channel.
inline Picture gradient(int width, int height) {
  Picture picture(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      fill(picture, x, y, x + 1, y + 1, {x * 255 / width, y * 255 / height, 128 + static_cast<int>(100 * std::sin(x * 0.11 + y * 0.07))});
    }
  }
  return picture;
}

// A frame that carries its own number: 16 blocks across the top, black or white, most significant first.
inline Picture numbered(int width, int height, int number) {
  Picture picture = flat(width, height, {90, 100, 110});
  for (int bit = 0; bit < 16; ++bit) {
    const int level = (number >> (15 - bit)) & 1 ? 235 : 16;
    fill(picture, bit * width / 16, 0, (bit + 1) * width / 16, height / 4, {level, level, level});
  }
  // Something that moves, so that frames depend on each other.
  const int x = number * 3 % (width - 16);
  fill(picture, x, height / 2, x + 16, height / 2 + 16, {200, 60, 40});
  return picture;
}
inline int read_number(const Picture& picture) {
  int number = 0;
  for (int bit = 0; bit < 16; ++bit) {
    const Rgb c = pixel(picture, (2 * bit + 1) * picture.width / 32, picture.height / 8);
    number = number << 1 | (c.g > 128 ? 1 : 0);
  }
  return number;
}

// Raw RGBA frames for ffmpeg's rawvideo input.
inline void write_frames(const std::filesystem::path& path, int count, const std::function<Picture(int)>& make) {
  std::ofstream file(path, std::ios::binary);
  for (int i = 0; i < count; ++i) {
    const Picture picture = make(i);
    file.write(reinterpret_cast<const char*>(picture.rgba.data()), static_cast<std::streamsize>(picture.rgba.size()));
  }
}

// A clip of numbered frames, encoded by the ffmpeg program. False: it could not.
inline bool numbered_clip(const std::filesystem::path& path, const std::vector<std::string>& encoder, int frames = 48, int width = 320, int height = 192,
                          const std::string& rate = "24") {
  const std::filesystem::path raw = path.string() + ".rgba";
  write_frames(raw, frames, [&](int i) { return numbered(width, height, i); });
  std::vector<std::string> arguments{"-f", "rawvideo", "-pix_fmt", "rgba", "-s", std::to_string(width) + "x" + std::to_string(height), "-r", rate, "-i", raw.string(), "-pix_fmt", "yuv420p"};
  arguments.insert(arguments.end(), encoder.begin(), encoder.end());
  arguments.push_back(path.string());
  const bool ok = ffmpeg(arguments).ok;
  std::filesystem::remove(raw);
  return ok;
}

// A picture or one frame, as the ffmpeg program decodes it.
inline Picture decoded_by_ffmpeg(const std::filesystem::path& path, int width, int height) {
  const Ran ran = ffmpeg({"-i", path.string(), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgba", "-"});
  Picture picture(width, height);
  if (ran.output.size() != picture.rgba.size()) return {};
  std::copy(ran.output.begin(), ran.output.end(), picture.rgba.begin());
  return picture;
}

// Mean of the absolute differences of R, G and B; 255 when the sizes differ.
inline double mean_difference(const Picture& a, const Picture& b) {
  if (a.width != b.width || a.height != b.height || a.empty()) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.rgba.size(); ++i) {
    if (i % 4 != 3) sum += std::abs(a.rgba[i] - b.rgba[i]);
  }
  return sum / (static_cast<double>(a.rgba.size()) * 0.75);
}

}  // namespace studio::samples
