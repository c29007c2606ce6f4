// Rows of tiles on a dark ground.
#include "sandbox/scenes/contact.h"

#include <algorithm>
#include <cstring>

#include "sandbox/scenes/render.h"
#include "sandbox/scenes/words.h"

namespace studio {
namespace {

constexpr int Gap = 6;
constexpr int Columns = 12;  // of the sheet of words

// Rows of equal tiles; a row may be shorter than others.
Picture sheet_of(const std::vector<std::vector<Picture>>& rows, int tile_width, int tile_height) {
  std::size_t columns = 1;
  for (const auto& row : rows) columns = std::max(columns, row.size());
  Picture sheet(static_cast<int>(columns) * (tile_width + Gap) + Gap,
                static_cast<int>(rows.size()) * (tile_height + Gap) + Gap);
  for (std::size_t i = 0; i < sheet.rgba.size(); i += 4) {
    sheet.rgba[i] = sheet.rgba[i + 1] = sheet.rgba[i + 2] = 24;
    sheet.rgba[i + 3] = 255;
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const int x = Gap + static_cast<int>(c) * (tile_width + Gap), y = Gap + static_cast<int>(r) * (tile_height + Gap);
      for (int line = 0; line < tile_height; ++line) {
        std::memcpy(sheet.row(y + line) + 4 * x, rows[r][c].row(line), static_cast<std::size_t>(tile_width) * 4);
      }
    }
  }
  return sheet;
}

}  // namespace

std::vector<std::string> sandbox_image_models() { return {"sandbox-flux", "sandbox-xl", "sandbox-dream"}; }

std::string base_prompt_for(std::size_t word) {
  const auto words = scenes::known_words();
  if (word >= words.size()) return "";
  switch (words[word].kind) {
    case scenes::WordClass::Place:
      return "a quiet picture";
    case scenes::WordClass::Subject:
      return "a quiet picture";
    case scenes::WordClass::Time:
      return "lighthouse, sea";
    case scenes::WordClass::Weather:
      return "a house, meadow, mountains";
    case scenes::WordClass::Palette:
      return "boat, lake, afternoon";
    case scenes::WordClass::Camera:
      return "castle, hills, afternoon";
  }
  return "";
}

Picture contact_sheet_of_words(const std::string& model, std::int64_t seed, int tile_width, int tile_height) {
  std::vector<std::vector<Picture>> rows;
  const auto words = scenes::known_words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool first_of_class = i == 0 || words[i].kind != words[i - 1].kind;
    if (first_of_class || rows.back().size() == static_cast<std::size_t>(Columns)) rows.emplace_back();
    rows.back().push_back(
        render_scene({model, base_prompt_for(i) + ", " + std::string(words[i].name), seed, tile_width, tile_height}));
  }
  return sheet_of(rows, tile_width, tile_height);
}

Picture contact_sheet_of_prompts(std::span<const std::string> prompts, std::int64_t seed, int tile_width,
                                 int tile_height) {
  std::vector<std::vector<Picture>> rows;
  for (const std::string& prompt : prompts) {
    rows.emplace_back();
    for (const std::string& model : sandbox_image_models())
      rows.back().push_back(render_scene({model, prompt, seed, tile_width, tile_height}));
  }
  return sheet_of(rows, tile_width, tile_height);
}

}  // namespace studio
