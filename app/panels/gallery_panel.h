// The gallery: every asset as a tile, from the moment it is asked for. A virtual grid: what is off screen costs
// nothing.
#pragma once

#include <unordered_map>

#include "commands/select_step.h"
#include "panels/gallery_rows.h"
#include "panels/panel_context.h"
#include "widgets/picture.h"
#include "widgets/scrub.h"
#include "widgets/tile.h"

namespace studio {

struct VideoDraft {
  std::string model = "sandbox-motion";
  double seconds = 0;    // 0: the model's default
  std::string prompt;    // empty: the picture's own
  bool another = false;  // also where such a video exists
  bool operator==(const VideoDraft&) const = default;
};

// Dragging a frame around tiles. Corners are in px of the content, so that scrolling moves the view and not them.
struct Marquee {
  enum class Phase : std::uint8_t { None, Armed, Active };
  Phase phase = Phase::None;
  bool adds = false;  // to what was selected
  ImVec2 from, to;
  SelectionBefore before;
  std::vector<Row> touched;
};

// The tile under the pointer, in the grid, in a strip or in the popup of one, and for how long the pointer rests there.
struct TileHover {
  Row row = no_row;
  Rect box;
  ImVec2 at;
  double still_since = 0;
  bool seen = false;  // in this frame
};

struct MarkFlash {
  Row row = no_row;
  double since_secs = 0;
};

struct GalleryState {
  int size_step = 4;  // on the theme's ladder: 248
  VideoDraft video;

  // Derived, cached by revision.
  GalleryText text;
  GalleryIndex index;
  GalleryLayout layout;
  GalleryMetrics metrics;
  std::uint64_t laid_out_index = 0;
  std::uint64_t rows_revision = 0, selection_revision = 0;
  std::unordered_map<Row, int> place_in_line;
  std::uint64_t line_revision = 0;  // of the library, when they were counted
  Row first_open = 0;
  struct Head {
    std::uint64_t rows_revision = 0, index_revision = 0;
    GroupHead words;
  };
  std::unordered_map<std::size_t, Head> heads;  // by group, of those that were on screen
  std::vector<AssetId> chosen_images;           // of the selection, by its revision and that of the rows
  std::uint64_t chosen_selection = 0, chosen_rows = 0;
  VideoTakes takes;  // of these images, by what they are counted from
  std::uint64_t takes_selection = 0, takes_rows = 0;
  VideoDraft takes_draft;
  Row video_of = no_row;  // the bar is about this picture, seen in the loupe, until the focus or the selection changes
  std::uint64_t video_of_selection = 0;
  bool open_video_options = false, focus_motion = false;  // in the next frame
  RecipeNote note;  // of the tile under the pointer
  Row note_row = no_row;
  bool note_shown = false;
  std::uint64_t note_revision = 0;

  std::vector<Row> strip_rows;  // of the one being drawn

  ImDrawListSplitter channels;
  struct FilteredPicture {
    PictureSlot slot;
    Rect box;
  };
  std::vector<FilteredPicture> filtered;  // of this frame: they come into channel 0 behind those that are drawn as they are
  bool press_ctrl = false, press_shift = false;  // held when the mouse button went down
  Marquee marquee;
  TileHover hover;
  ScrubHand scrub;
  bool scrub_seen = false;   // in this frame
  bool scrub_exact = false;  // the frame of just that time is on screen
  std::vector<MarkFlash> flashes;
  Row menu_row = no_row;
  bool open_menu = false;
  std::size_t menu_group = 0;  // whose menu is open
  bool open_group_menu = false;
  Row child = no_row;  // of a strip, whose trouble is shown in a popup
  bool open_child = false;
  AssetId strip_of;  // the picture whose children are all shown in a popup
  ImVec2 strip_at;
  bool open_strip = false;
  int key_frames = 0;          // in which the letter of the filter's key is still to come
  double searching_since = 0;  // 0: nothing is looked for now
  bool is_fresh = true;        // another project was opened
};

// Another project was opened.
void reset_gallery(GalleryState& state);

// Draws the content of the panel's window, and says to `context.state` what is shown and whether keys act here.
void draw_gallery_panel(GalleryState& state, const PanelContext& context);

}  // namespace studio
