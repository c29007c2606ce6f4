// AVIF by libavif: crop, rotation, mirror and alpha of the container are applied (FFmpeg 5.1 drops the last three).
#include <avif/avif.h>

#include <memory>
#include <new>

#include "media/image_codec.h"
#include "media/srgb.h"

namespace studio {
namespace {

struct DecoderEnd {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};
struct ImageEnd {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
};
using Decoder = std::unique_ptr<avifDecoder, DecoderEnd>;

Result<Decoder> parse(std::string_view bytes) {
  Decoder decoder(avifDecoderCreate());
  if (!decoder) return damaged_image("AVIF", "no decoder");
  decoder->maxThreads = 1;
  decoder->ignoreExif = AVIF_TRUE;  // for AVIF the container's own properties decide
  decoder->ignoreXMP = AVIF_TRUE;
  decoder->imageSizeLimit = AVIF_DEFAULT_IMAGE_SIZE_LIMIT;
  decoder->imageDimensionLimit = 32'768;
  decoder->strictFlags = AVIF_STRICT_DISABLED;  // files of careless writers are common and harmless
  avifResult result = avifDecoderSetIOMemory(decoder.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (result == AVIF_RESULT_OK) result = avifDecoderParse(decoder.get());
  if (result != AVIF_RESULT_OK) return damaged_image("AVIF", std::string(avifResultToString(result)) + ": " + decoder->diag.error);
  return decoder;
}

bool mirrors_left_right(const avifImage& image) {
#if AVIF_VERSION >= 1000000
  return image.imir.axis == 1;
#else
  return image.imir.mode == 1;
#endif
}

// Rotation first (anti-clockwise quarter turns), then mirror, as one EXIF orientation.
int orientation_of(const avifImage& image) {
  const int quarter = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0 ? image.irot.angle & 3 : 0;
  const bool mirror = (image.transformFlags & AVIF_TRANSFORM_IMIR) != 0;
  constexpr int Plain[4] = {1, 8, 3, 6};
  constexpr int LeftRight[4] = {2, 7, 4, 5};
  constexpr int TopBottom[4] = {4, 5, 2, 7};
  if (!mirror) return Plain[quarter];
  return mirrors_left_right(image) ? LeftRight[quarter] : TopBottom[quarter];
}

avifCropRect crop_of(const avifImage& image) {
  avifCropRect crop{0, 0, image.width, image.height};
  if ((image.transformFlags & AVIF_TRANSFORM_CLAP) != 0) {
    avifDiagnostics diagnostics;
    avifCropRect clean;
    if (avifCropRectConvertCleanApertureBox(&clean, &image.clap, image.width, image.height, image.yuvFormat, &diagnostics)) crop = clean;
  }
  return crop;
}

Result<ImageHead> read_head(std::string_view bytes) {
  STUDIO_TRY(Decoder decoder, parse(bytes));
  const avifImage& image = *decoder->image;
  const avifCropRect crop = crop_of(image);
  ImageHead head;
  head.stored = {static_cast<int>(crop.width), static_cast<int>(crop.height)};
  head.orientation = orientation_of(image);
  head.has_alpha = decoder->alphaPresent != 0;
  head.has_icc = image.icc.size > 0;
  head.animated = decoder->imageCount > 1;
  return head;
}

// Only wide gamuts and linear light differ visibly from sRGB; PQ and HLG are shown without tone mapping.
std::unique_ptr<SrgbTransform> colours_of(const avifImage& image) {
  if (image.icc.size > 0) {
    const bool is_grey = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
    return SrgbTransform::from_icc({reinterpret_cast<const char*>(image.icc.data), image.icc.size}, is_grey ? Samples::Grey : Samples::Rgb);
  }
  Primaries primaries;
  bool differs = false;
  if (image.colorPrimaries == 9) {  // BT.2020 (CICP, ITU-T H.273)
    primaries.red_x = 0.708, primaries.red_y = 0.292, primaries.green_x = 0.170, primaries.green_y = 0.797, primaries.blue_x = 0.131, primaries.blue_y = 0.046;
    differs = true;
  } else if (image.colorPrimaries == 12) {  // Display P3
    primaries.red_x = 0.680, primaries.red_y = 0.320, primaries.green_x = 0.265, primaries.green_y = 0.690, primaries.blue_x = 0.150, primaries.blue_y = 0.060;
    differs = true;
  }
  if (image.transferCharacteristics == 8) primaries.gamma = 1.0, differs = true;
  return differs ? SrgbTransform::from_primaries(primaries) : nullptr;
}

Result<Picture> decode(std::string_view bytes, PictureSize size) {
  STUDIO_TRY(Decoder decoder, parse(bytes));
  avifResult result = avifDecoderNextImage(decoder.get());
  if (result == AVIF_RESULT_OUT_OF_MEMORY) return out_of_memory_for({static_cast<int>(decoder->image->width), static_cast<int>(decoder->image->height)});
  if (result != AVIF_RESULT_OK) return damaged_image("AVIF", std::string(avifResultToString(result)) + ": " + decoder->diag.error);

  const avifCropRect crop = crop_of(*decoder->image);
  const std::unique_ptr<avifImage, ImageEnd> cropped(avifImageCreateEmpty());
  if (!cropped || avifImageSetViewRect(cropped.get(), decoder->image, &crop) != AVIF_RESULT_OK) return damaged_image("AVIF", "bad crop");
  const PictureSize stored{static_cast<int>(crop.width), static_cast<int>(crop.height)};

  Picture full;
  try {
    full = Picture(stored.width, stored.height);
  } catch (const std::bad_alloc&) {
    return out_of_memory_for(stored);
  }
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, cropped.get());
  rgb.format = AVIF_RGB_FORMAT_RGBA;
  rgb.depth = 8;
  rgb.pixels = full.rgba.data();
  rgb.rowBytes = static_cast<std::uint32_t>(stored.width) * 4;
  result = avifImageYUVToRGB(cropped.get(), &rgb);
  if (result != AVIF_RESULT_OK) return damaged_image("AVIF", avifResultToString(result));

  const auto colours = colours_of(*decoder->image);
  decoder.reset();  // its planes are no longer needed
  Picture picture = size == stored ? std::move(full) : resized(full, size);
  if (colours) colours->apply(picture);
  return picture;
}

}  // namespace

const ImageCodec AvifCodec{read_head, decode};

}  // namespace studio
