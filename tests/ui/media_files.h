// Pictures on disk for scripts that import them.
#pragma once

#include <filesystem>
#include <string>

#include "base/file.h"
#include "media/encode_image.h"
#include "support/catch.h"

namespace studio {

// A small picture of one colour: two of different colours are different files.
inline void write_picture_file(const std::filesystem::path& path, std::uint8_t red, std::uint8_t green = 80) {
  Picture picture(64, 64);
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    picture.rgba[i] = red;
    picture.rgba[i + 1] = green;
    picture.rgba[i + 2] = static_cast<std::uint8_t>(i / 256);
    picture.rgba[i + 3] = 255;
  }
  std::filesystem::create_directories(path.parent_path());
  const auto bytes = encode_png(picture);
  REQUIRE(bytes);
  REQUIRE(write_file_durable(path, *bytes));
}

}  // namespace studio
