// One tile of the gallery: where its parts lie, and how it is drawn in each of its states.
#pragma once

#include "widgets/picture.h"
#include "widgets/state_shape.h"

namespace studio {

enum class TileSize : std::uint8_t { Full, Dense, Tiny };  // from 208, from 128, below; px at scale 1
TileSize tile_size_of(const Ui& ui, float width);
float tile_footer_height(const Ui& ui, float width);

// Where the things lie that can be clicked. Empty boxes: not shown.
struct TileParts {
  Rect check, flag, reject, open, act, cancel;
};
TileParts tile_parts(const Ui& ui, const TileFace& face, Rect box);

// Channel 0: the picture. Gives the box that is free of a picture (nothing drawn yet).
void tile_picture(ImDrawList* list, const PictureSlot& slot, Rect box);
// Channel 1: slot, state, marks, plates, rings. `box` is the tile's, `shown` where the picture lies in it.
void tile_overlay(const Ui& ui, ImDrawList* list, const TileFace& face, const PictureSlot& slot, Rect box, Rect shown);

// A mark was just set: `part` of the flash is left, 1 to 0.
inline constexpr double mark_flash_secs = 0.16;
void mark_flash(const Ui& ui, ImDrawList* list, Mark mark, Rect shown, float part);

// A child in the strip under an image, 40 high: a small picture with its state.
void strip_overlay(const Ui& ui, ImDrawList* list, const TileFace& face, const PictureSlot& slot, Rect box);

}  // namespace studio
