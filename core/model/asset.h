// An asset: one arrival of a blob in the project, with its recipe, cost, facts and marks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "model/money.h"
#include "model/poster_hint.h"
#include "model/recipe.h"

namespace studio {

enum class AssetState : std::uint8_t {
  Done,
  Missing,      // its blob is not on disk any more
  Quarantined,  // it crashed the decoder twice; the blob is kept, never opened again
  Deleted,      // its blob went with the emptied trash; the row stays for the books and the lineage
};
std::string_view to_string(AssetState state);  // "done", "missing", "quarantined", "deleted"
std::optional<AssetState> asset_state_from(std::string_view text);

enum class Mark : std::uint8_t { None, Pick, Reject };
std::string_view to_string(Mark mark);  // "none", "pick", "reject"
std::optional<Mark> mark_from(std::string_view text);

// What the media child found in the bytes.
struct MediaSummary {
  std::string mime;       // "image/png"
  std::string extension;  // "png", without the dot
  int width = 0;          // px as displayed, orientation applied
  int height = 0;
  double seconds = 0;  // of a clip
  bool has_audio = false;
};

struct Asset {
  AssetId id;
  MediaKind kind = MediaKind::Image;
  AssetState state = AssetState::Done;
  std::string reason;  // why it is not Done
  std::string sha256;  // of its blob
  std::int64_t bytes = 0;
  MediaSummary media;
  Recipe recipe;              // for imports: provider "import", no model
  JobId job;                  // that made it; none for imports
  GenerationId generation;    // none for imports
  int variation = 0;          // from 1 within its generation; 0 for imports
  std::vector<AssetId> parents;  // see made_from()
  Money cost;                 // settled
  Currency currency = Currency::Usd;
  std::string source_name;    // file name of an import
  std::int64_t created_ms = 0;
  Mark mark = Mark::None;     // a choice
  int stars = 0;              // 0–5, a choice
  bool in_trash = false;      // a choice
  PosterHint hint;            // of its poster, once that was made
};

// The parents of an asset, or of the job that makes it, are of two kinds: first what it is made from, one for each input of
// its recipe; behind those earlier versions of it, in whose place it comes.
std::size_t inputs_among(const Recipe& recipe, std::size_t parents);
std::span<const AssetId> made_from(const Recipe& recipe, const std::vector<AssetId>& parents);
std::span<const AssetId> earlier_versions(const Recipe& recipe, const std::vector<AssetId>& parents);

}  // namespace studio
