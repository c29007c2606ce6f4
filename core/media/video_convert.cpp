#include "media/video_convert.h"

#include <algorithm>
#include <cmath>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "media/yuv_to_rgba.h"

namespace studio {
namespace {

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

// The old "yuvj" formats say "full range" in their name; the plain ones say the same with less noise.
AVPixelFormat plain_format(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P: return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P: return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P: return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P: return AV_PIX_FMT_YUV440P;
    default: return format;
  }
}

bool is_full_range(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  return frame.color_range == AVCOL_RANGE_JPEG || plain_format(format) != format;
}

bool is_rgb(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  return format != nullptr && (format->flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

// swscale's number of the matrix.
int matrix_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709: return SWS_CS_ITU709;
    case AVCOL_SPC_FCC: return SWS_CS_FCC;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M: return SWS_CS_ITU601;
    case AVCOL_SPC_SMPTE240M: return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return SWS_CS_BT2020;
    default: return frame.width >= 1280 || frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
  }
}

YuvMatrix luma_weights(const AVFrame& frame) {
  YuvMatrix matrix;
  matrix.full_range = is_full_range(frame);
  switch (matrix_of(frame)) {
    case SWS_CS_ITU601: matrix.red = 0.299, matrix.blue = 0.114; break;
    case SWS_CS_FCC: matrix.red = 0.30, matrix.blue = 0.11; break;
    case SWS_CS_SMPTE240M: matrix.red = 0.212, matrix.blue = 0.087; break;
    case SWS_CS_BT2020: matrix.red = 0.2627, matrix.blue = 0.0593; break;
    default: break;  // BT.709
  }
  return matrix;
}

}  // namespace

ColourTags colour_tags_of(const AVFrame& frame) {
  ColourTags tags;
  const bool rgb = is_rgb(frame);
  tags.matrix_assumed = !rgb && (frame.colorspace == AVCOL_SPC_UNSPECIFIED || frame.colorspace == AVCOL_SPC_RESERVED || frame.colorspace == AVCOL_SPC_RGB);
  if (rgb) {
    tags.matrix = "gbr";
  } else if (tags.matrix_assumed) {
    tags.matrix = matrix_of(frame) == SWS_CS_ITU709 ? "bt709" : "smpte170m";
  } else {
    tags.matrix = text_or_empty(av_color_space_name(frame.colorspace));
  }
  if (frame.color_primaries != AVCOL_PRI_UNSPECIFIED) tags.primaries = text_or_empty(av_color_primaries_name(frame.color_primaries));
  if (frame.color_trc != AVCOL_TRC_UNSPECIFIED) tags.transfer = text_or_empty(av_color_transfer_name(frame.color_trc));
  tags.full_range = rgb || is_full_range(frame);
  tags.range_assumed = !tags.full_range && frame.color_range == AVCOL_RANGE_UNSPECIFIED;
  return tags;
}

bool has_alpha_plane(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  return format != nullptr && (format->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
}

void FrameConverter::set_display(AVRational pixel_shape, int orientation) {
  pixel_shape_ = pixel_shape.num > 0 && pixel_shape.den > 0 ? std::clamp(av_q2d(pixel_shape), 0.05, 20.0) : 1.0;
  orientation_ = orientation;
}

PictureSize FrameConverter::shown_size(PictureSize stored) const {
  const PictureSize square{std::max(1, static_cast<int>(std::lround(stored.width * pixel_shape_))), stored.height};
  return oriented_size(square, orientation_);
}

Result<Picture> FrameConverter::convert(const AVFrame& frame, FitBox box) {
  const PictureSize shown = shown_size({frame.width, frame.height});
  const PictureSize target = oriented_size(fitted(shown, box), orientation_);  // a transposition is its own inverse in size
  const AVPixelFormat format = plain_format(static_cast<AVPixelFormat>(frame.format));
  if (format == AV_PIX_FMT_YUV420P && target == PictureSize{frame.width, frame.height}) {
    Picture picture(target.width, target.height);
    yuv420_to_rgba(frame, luma_weights(frame), picture);
    return oriented(std::move(picture), orientation_);
  }
  const Key key{frame.width, frame.height, format, target.width, target.height, matrix_of(frame), is_full_range(frame)};
  if (!scaler_ || !(key == key_)) {
    const bool reduces = target.width < frame.width || target.height < frame.height;
    // Full chroma interpolation: without it saturated edges are blocky and flat colours are off by up to two codes.
    const int flags = (reduces ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
    scaler_.reset(sws_getContext(frame.width, frame.height, format, target.width, target.height, AV_PIX_FMT_RGBA, flags, nullptr, nullptr, nullptr));
    if (!scaler_) return fail(ErrorKind::Damaged, "The clip's pixel format cannot be shown; convert it to yuv420p.", text_or_empty(av_get_pix_fmt_name(format)));
    const int* matrix = sws_getCoefficients(key.matrix);
    sws_setColorspaceDetails(scaler_.get(), matrix, key.full_range ? 1 : 0, matrix, 1, 0, 1 << 16, 1 << 16);
    key_ = key;
  }
  Picture picture(target.width, target.height);
  std::uint8_t* planes[4] = {picture.rgba.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {target.width * 4, 0, 0, 0};
  if (sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) != target.height) {
    return fail(ErrorKind::Damaged, "A frame of the clip cannot be converted; fetch or copy it again.", "sws_scale");
  }
  if (!has_alpha_plane(frame)) {
    for (std::size_t i = 3; i < picture.rgba.size(); i += 4) picture.rgba[i] = 255;
  }
  return oriented(std::move(picture), orientation_);
}

double FrameConverter::mean_luma(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || frame.data[0] == nullptr || (format->flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BITSTREAM)) != 0) return 255;
  // The first component is luma, or red or green, which does as well for "nearly black".
  const AVComponentDescriptor& part = format->comp[0];
  const bool wide = part.depth > 8;
  double sum = 0;
  std::int64_t count = 0;
  for (int y = 0; y < frame.height; y += 8) {
    const std::uint8_t* row = frame.data[part.plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[part.plane] + part.offset;
    for (int x = 0; x < frame.width; x += 8, ++count) {
      const std::uint8_t* at = row + static_cast<std::ptrdiff_t>(x) * part.step;
      const int value = wide ? (at[0] | at[1] << 8) >> part.shift : at[0] >> part.shift;
      sum += value;
    }
  }
  if (count == 0) return 255;
  const double code = sum / static_cast<double>(count) * 255.0 / ((1 << part.depth) - 1);
  return is_full_range(frame) || is_rgb(frame) ? code : std::max(0.0, (code - 16) * 255.0 / 219.0);
}

}  // namespace studio
