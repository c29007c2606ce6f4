// What the palette finds, without drawing: matches of a few typed letters, best first; and a search over all assets
// that takes its time over several frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/command_table.h"

namespace studio {

// How well some letters fit a text: greater is better. `places` are the bytes of the text that were matched, ascending.
struct FuzzyMatch {
  int score = 0;
  std::vector<std::uint16_t> places;
};
// Any case. Ranked: the whole text, its beginning, beginnings of its words, a piece of it, its letters in order. A
// query of several words must be found word by word. Nothing typed fits everything with score 0.
std::optional<FuzzyMatch> fuzzy_match(std::string_view query, std::string_view text);

enum class PaletteScope : std::uint8_t { All, Commands, Assets };
struct PaletteQuery {
  PaletteScope scope = PaletteScope::All;
  std::string words;
};
PaletteQuery palette_query(std::string_view typed);  // ">" commands only, "@" assets only

struct PaletteCommand {
  const UiCommand* command = nullptr;
  std::vector<std::uint16_t> places;  // in its label
  std::string why_not;                // empty: it can be done
};
// With nothing typed: the recent ones first, then the table in its order. What cannot be done stays, behind what can
// and fits as well.
std::vector<PaletteCommand> palette_commands(const PaletteQuery& query, const CommandContext& context,
                                             const std::vector<std::string>& recent);

// Contains, in any case as far as ASCII goes; every other letter as it is.
bool contains_any_case(std::string_view text, std::string_view small_words);

// Looks through the library from the newest on, a slice a frame, for prompts, names and ids.
class AssetSearch {
 public:
  // Begins anew when the words or the library's rows changed.
  void want(std::string_view words, const Library& library);
  // One slice. True while more is to be looked through.
  bool step(const Library& library, std::size_t rows = 4000);
  // Best first: an id, then names and prompts that begin so, then those that contain it; newest first among equals.
  const std::vector<Row>& found() const { return shown_; }
  bool is_done() const { return left_ == 0; }
  void reset() { *this = AssetSearch(); }

  static constexpr std::size_t most = 20;

 private:
  std::string words_;
  std::uint64_t revision_ = 0;
  std::size_t left_ = 0;  // rows before this one are still to be looked at
  std::vector<Row> by_rank_[3], shown_;
};

}  // namespace studio
