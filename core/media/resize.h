// Scaling pictures in plain memory: area average when reducing, Catmull-Rom when enlarging.
//
// Averages are taken over sRGB code values, not over light: that is what browsers, libvips and every thumbnailer do, so a
// reduced picture looks like the same file elsewhere. Colours are weighted by their alpha, so that hidden colours
// of transparent pixels never bleed into an edge.
#pragma once

#include <cstdint>
#include <vector>

#include "media/picture.h"

namespace studio {

struct PictureSize {
  int width = 0;
  int height = 0;
  bool operator==(const PictureSize&) const = default;
};

// The room a picture is fitted into. 0 in a direction: no limit there.
struct FitBox {
  int max_width = 0;
  int max_height = 0;
};

// The largest size of the same shape inside the box; never larger than the picture, never below 1 × 1.
PictureSize fitted(PictureSize picture, FitBox box);

// `size` must be at least 1 × 1. Any thread; plain computation.
Picture resized(const Picture& picture, PictureSize size);
// The picture scaled to cover `size` and cut to it around its middle.
Picture resized_to_cover(const Picture& picture, PictureSize size);

// Applies EXIF orientation 1–8 (1: nothing).
Picture oriented(Picture picture, int orientation);
PictureSize oriented_size(PictureSize size, int orientation);

// Reduces while rows arrive, so that a decoder never holds a large picture. Feed exactly from.height rows, then take().
class RowReducer {
 public:
  // `to` is not larger than `from` in either direction.
  RowReducer(PictureSize from, PictureSize to, bool has_alpha);
  // The rows are those of a picture of size `whole` that the decoder has shrunk by a whole number, rounding its size up:
  // the last column and row may lie partly outside of the picture, and must not stretch it. `to` × shrunk_by fits into `whole`.
  static RowReducer of_shrunk(PictureSize whole, int shrunk_by, PictureSize to);
  void add_row(const std::uint8_t* rgba);
  Picture take();

 private:
  void finish_row();

  PictureSize from_;   // of the rows that arrive
  PictureSize whole_;  // in the units of the next
  int shrunk_by_ = 1;  // units that one arriving row or column is long
  PictureSize to_;
  bool has_alpha_;
  int rows_in_ = 0;
  int rows_out_ = 0;
  std::vector<float> sums_;  // one input row wide: the weighted sum of the rows of the current output row
  Picture out_;
};

}  // namespace studio
