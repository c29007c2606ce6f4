// What is said and offered about one tile or one group: the note on a tile at rest, the menus. Inside of the gallery
// panel.
#pragma once

#include "panels/gallery_panel.h"

namespace studio {

// The commands on the selection, with their keys; only what can be done now.
void draw_tile_menu(GalleryState& state, const PanelContext& context);
void draw_group_menu(GalleryState& state, const PanelContext& context);

inline constexpr double note_rest_secs = 0.5;
// The recipe, under the tile that the pointer rests on.
void draw_tile_note(GalleryState& state, const PanelContext& context);

// Right after a popup was begun: Escape closes it, wherever the keyboard is.
void close_on_escape(bool is_open);
// A popup of rows; end_menu() only where it was begun.
bool begin_menu(const Ui& ui, const char* name);
void end_menu();
// A row of a menu with its key at the right, before it what it costs.
bool menu_row(const Ui& ui, const char* label, std::string_view text, std::string_view key, float width,
              Icon icon = Icon::Count, std::string_view price = {});
void menu_line(const Ui& ui, float width);

}  // namespace studio
