#include "media/encode_image.h"

#include <cstdio>  // jpeglib.h needs FILE

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace studio {
namespace {

struct JpegFault {
  jpeg_error_mgr base;  // first: libjpeg hands back a pointer to it
  std::jmp_buf jump;
  char text[JMSG_LENGTH_MAX];
};

void on_jpeg_error(j_common_ptr info) {
  auto* fault = reinterpret_cast<JpegFault*>(info->err);
  info->err->format_message(info, fault->text);
  std::longjmp(fault->jump, 1);
}

// Straight alpha laid over black, three bytes a pixel.
void opaque_row(const std::uint8_t* rgba, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, rgba += 4, rgb += 3) {
    const unsigned alpha = rgba[3];
    if (alpha == 255) {
      std::memcpy(rgb, rgba, 3);
    } else {
      for (int c = 0; c < 3; ++c) rgb[c] = static_cast<std::uint8_t>((rgba[c] * alpha + 127) / 255);
    }
  }
}

// libjpeg leaves by longjmp, so nothing here may own anything; the caller does.
bool write_jpeg(const Picture& picture, const JpegSettings& settings, jpeg_compress_struct& info, JpegFault& fault, std::uint8_t* row,
                unsigned char** bytes, unsigned long* size) {
  if (setjmp(fault.jump) != 0) return false;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, bytes, size);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, std::clamp(settings.quality, 1, 100), TRUE);
  if (settings.full_colour_detail) info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
  info.optimize_coding = FALSE;
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < picture.height; ++y) {
    opaque_row(picture.row(y), picture.width, row);
    JSAMPROW rows[1] = {row};
    jpeg_write_scanlines(&info, rows, 1);
  }
  jpeg_finish_compress(&info);
  return true;
}

struct PngSink {
  std::string bytes;
  std::jmp_buf jump;
  std::string text;
};

void on_png_error(png_structp png, png_const_charp text) {
  auto* sink = static_cast<PngSink*>(png_get_error_ptr(png));
  sink->text = text;
  std::longjmp(sink->jump, 1);
}
void on_png_warning(png_structp, png_const_charp) {}
void on_png_bytes(png_structp png, png_bytep data, png_size_t size) {
  static_cast<PngSink*>(png_get_io_ptr(png))->bytes.append(reinterpret_cast<const char*>(data), size);
}
void on_png_flush(png_structp) {}

bool write_png(const Picture& picture, const PngSettings& settings, bool opaque, png_structp png, png_infop info, PngSink& sink,
               std::uint8_t* row) {
  if (setjmp(sink.jump) != 0) return false;
  png_set_write_fn(png, &sink, on_png_bytes, on_png_flush);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8,
               opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const int level = std::clamp(settings.level, 0, 9);
  png_set_compression_level(png, level);
  // Choosing the filter per row costs more than zlib's level 1 itself; "up" alone is close on rendered pictures.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, level <= 2 ? PNG_FILTER_UP : PNG_ALL_FILTERS);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_write_info(png, info);
  for (int y = 0; y < picture.height; ++y) {
    if (opaque) {
      opaque_row(picture.row(y), picture.width, row);
      png_write_row(png, row);
    } else {
      png_write_row(png, picture.row(y));
    }
  }
  png_write_end(png, info);
  return true;
}

tl::unexpected<Error> cannot_encode(const char* format, std::string detail) {
  return fail(ErrorKind::Bug, std::string("The picture could not be written as ") + format + ".", std::move(detail));
}

bool is_opaque(const Picture& picture) {
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) {
    if (picture.rgba[i] != 255) return false;
  }
  return true;
}

Result<void> check_size(const Picture& picture, int max_side, const char* format) {
  if (picture.empty()) return cannot_encode(format, "empty picture");
  if (picture.width > max_side || picture.height > max_side) {
    return fail(ErrorKind::BadRequest, std::string(format) + " pictures can be at most " + std::to_string(max_side) + " pixels a side; choose another format.");
  }
  return {};
}

}  // namespace

Result<std::string> encode_jpeg(const Picture& picture, const JpegSettings& settings) {
  STUDIO_CHECK(check_size(picture, 65'500, "JPEG"));
  jpeg_compress_struct info{};
  JpegFault fault{};
  info.err = jpeg_std_error(&fault.base);
  fault.base.error_exit = on_jpeg_error;
  std::vector<std::uint8_t> row(static_cast<std::size_t>(picture.width) * 3);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const bool written = write_jpeg(picture, settings, info, fault, row.data(), &bytes, &size);
  jpeg_destroy_compress(&info);
  std::string result;
  if (written) result.assign(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  if (!written) return cannot_encode("JPEG", fault.text);
  return result;
}

Result<std::string> encode_png(const Picture& picture, const PngSettings& settings) {
  STUDIO_CHECK(check_size(picture, 1'000'000, "PNG"));
  PngSink sink;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &sink, on_png_error, on_png_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  std::vector<std::uint8_t> row(static_cast<std::size_t>(picture.width) * 3);
  const bool written = info != nullptr && write_png(picture, settings, is_opaque(picture), png, info, sink, row.data());
  png_destroy_write_struct(&png, &info);
  if (!written) return cannot_encode("PNG", sink.text);
  return std::move(sink.bytes);
}

Result<std::string> encode_webp(const Picture& picture, const WebpSettings& settings) {
  STUDIO_CHECK(check_size(picture, WEBP_MAX_DIMENSION, "WebP"));
  WebPConfig config;
  WebPPicture source;
  if (!WebPConfigInit(&config) || !WebPPictureInit(&source)) return cannot_encode("WebP", "library version");
  config.quality = static_cast<float>(std::clamp(settings.quality, 0, 100));
  config.lossless = settings.lossless ? 1 : 0;
  config.exact = settings.lossless ? 1 : 0;  // keep colours under full transparency
  config.thread_level = 0;
  source.use_argb = settings.lossless ? 1 : 0;
  source.width = picture.width;
  source.height = picture.height;
  WebPMemoryWriter writer;
  WebPMemoryWriterInit(&writer);
  source.writer = WebPMemoryWrite;
  source.custom_ptr = &writer;
  const bool written = WebPPictureImportRGBA(&source, picture.rgba.data(), picture.width * 4) && WebPEncode(&config, &source);
  const int code = source.error_code;
  std::string result;
  if (written) result.assign(reinterpret_cast<const char*>(writer.mem), writer.size);
  WebPPictureFree(&source);
  WebPMemoryWriterClear(&writer);
  if (!written) return cannot_encode("WebP", "libwebp error " + std::to_string(code));
  return result;
}

}  // namespace studio
