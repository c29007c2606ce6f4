// What the gallery says, without drawing: the words of each tile, of the heads of groups, and of the note on a tile.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/studio.h"
#include "panels/gallery_index.h"
#include "panels/gallery_layout.h"
#include "providers/provider_set.h"
#include "widgets/tile_face.h"

namespace studio {

// The words for a tile; without selection, focus and hover.
struct FaceContext {
  const Library& library;
  const ProviderSet& providers;
  std::int64_t now_wall_ms = 0;
  const std::unordered_map<Row, int>& place_in_line;  // of queued rows, from 1
};
TileFace face_of(const FaceContext& context, Row row);
// Of an asset whose file is gone, or damaged where the reason says so.
void say_missing(TileFace& face, const std::string& reason);

// Of a row that is being brought home; empty where nothing is known yet.
struct DownloadWords {
  std::string bytes;  // "4.1 of 5.8 MB"
  std::string link;   // "link ends in 12 min": of an address that has less than an hour
  float part = -1;    // 0…1; below 0: not known
};
DownloadWords download_words(const Library& library, Row row, std::int64_t now_wall_ms);

// Queued rows in the order they will start, by provider and medium.
std::unordered_map<Row, int> places_in_line(const Library& library, Row first_open);
// Rows before this one are all over.
Row first_open_row(const Library& library, Row from);

struct GroupHead {
  std::string title;  // the prompt as written; "Today"
  std::string facts;  // "Sandbox Flux · 10 variations · 14:32 · $0.28 of $0.40 play"
  int arrived = 0, total = 0, picked = 0;
  int open = 0;       // on their way; of a request
  std::string state;  // "2 of 5 arrived", "3 of 5, 2 cancelled", "1 picked"; empty where there is nothing to say
};
GroupHead head_of(const Library& library, const ProviderSet& providers, const GalleryGroup& group,
                  std::int64_t now_wall_ms);
// "Today", "Yesterday", "14 March 2026".
std::string day_title(std::string_view day, std::int64_t now_wall_ms);

// What the note on a tile says after a while at rest: how it was made, and why it is where it is.
struct RecipeNote {
  std::string title;  // file name of an import; empty: the prompt is the title
  std::string prompt;
  struct Line {
    std::string label, value;
  };
  std::vector<Line> lines;
  std::string reason;
};
// The same in full, for the loupe: how it was made, when, and what it cost.
std::vector<RecipeNote::Line> recipe_facts(const Library& library, const ProviderSet& providers, Row row);
RecipeNote note_of(const Library& library, const ProviderSet& providers, Row row, std::int64_t now_wall_ms);

// Why an asset is stale, in a sentence; empty: it is current.
std::string stale_words(const Library& library, Row row);

// What one asset is called: the name of the file it came from, or its prompt. Empty: it has neither, or is not known.
std::string words_of_asset(const Library& library, const std::string& id, std::size_t max_chars);

// How many of the videos that are wanted are made: what cannot be is left out, what there is is skipped unless another take is
// wanted.
int videos_to_make(const VideoTakes& takes, bool another);
// What came of a wish for videos, in one line: how many are made, and of what is left out how many and why, by the first.
std::string words_of_videos(const Library& library, const CommandReply& reply);

// The images among `rows` that a video is wanted of, those whose file is lost too; without any, none.
std::vector<AssetId> images_of(const Library& library, const std::vector<Row>& rows);

std::string grouped_figures(std::int64_t value);  // "482 113 907"

}  // namespace studio
