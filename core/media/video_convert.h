// Inside of this room: decoded frames to upright sRGB pictures with the right matrix and range.
#pragma once

#include "media/ffmpeg_parts.h"
#include "media/media_facts.h"
#include "media/picture.h"
#include "media/resize.h"

namespace studio {

// What the conversion of a stream's frames will be, from the frame's own tags or by the rule of ColourTags.
ColourTags colour_tags_of(const AVFrame& frame);
bool has_alpha_plane(const AVFrame& frame);

// Keeps the scaler of the last size and format.
class FrameConverter {
 public:
  // pixel_shape: how much wider a pixel is than high. orientation: EXIF numbering, applied last.
  void set_display(AVRational pixel_shape, int orientation);
  PictureSize shown_size(PictureSize stored) const;
  Result<Picture> convert(const AVFrame& frame, FitBox box);
  // Mean luma of the frame as a code value 0–255 after range expansion, sampled sparsely.
  static double mean_luma(const AVFrame& frame);

 private:
  ScalerPtr scaler_;
  struct Key {
    int width = 0, height = 0, format = -1, to_width = 0, to_height = 0, matrix = -1;
    bool full_range = false;
    bool operator==(const Key&) const = default;
  } key_;
  double pixel_shape_ = 1.0;
  int orientation_ = 1;
};

}  // namespace studio
