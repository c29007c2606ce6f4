// The gallery: every asset as a tile, from the moment it is asked for. A virtual grid, grouped by generation.
#pragma once

#include <unordered_map>

#include "panels/gallery_rows.h"
#include "panels/panel_context.h"
#include "widgets/picture.h"
#include "widgets/tile.h"

namespace studio {

struct VideoDraft {
  std::string model = "sandbox-motion";
  double seconds = 0;    // 0: the model's default
  std::string prompt;    // empty: the picture's own
  bool another = false;  // also where such a video exists
};

struct GalleryState {
  int size_step = 4;  // on the theme's ladder: 248
  VideoDraft video;

  // Derived, cached by revision.
  GalleryIndex index;
  GalleryLayout layout;
  GalleryMetrics metrics;
  std::uint64_t laid_out_index = 0;
  std::size_t laid_out_children = 0;
  std::uint64_t rows_revision = 0;
  std::unordered_map<Row, int> place_in_line;
  Row first_open = 0;
  int picked = 0;  // images with the mark, by rows_revision
  int pictures = 0, videos = 0;
  std::vector<AssetId> chosen_images;  // of the selection, by its revision and that of the rows
  std::uint64_t chosen_selection = 0, chosen_rows = 0;

  ImDrawListSplitter channels;
  bool press_ctrl = false, press_shift = false;  // held when the mouse button went down
  Row child = no_row;                            // of a strip, whose trouble is shown in a popup
  bool open_child = false;
};

// Another project was opened.
void reset_gallery(GalleryState& state);

// Draws the content of the panel's window, and says to `context.state` what is shown and whether keys act here.
void draw_gallery_panel(GalleryState& state, const PanelContext& context);

}  // namespace studio
