#include "unit/media/image_files.h"

#include <cstdio>  // jpeglib.h needs FILE

#include <avif/avif.h>
#include <jpeglib.h>
#include <lcms2.h>
#include <png.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

namespace studio::samples {
namespace {

std::string exif_block(int orientation, bool big_endian) {
  using namespace std::string_literals;
  const char value = static_cast<char>(orientation);
  if (big_endian) return "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + value + "\0\0\0\0\0\0"s;
  return "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + value + "\0\0\0\0\0\0\0"s;
}

std::string write_png(const std::function<void(png_structp, png_infop)>& write) {
  std::string bytes;
  png_structp file = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(file);
  png_set_write_fn(file, &bytes, [](png_structp p, png_bytep data, png_size_t size) {
    static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<const char*>(data), size);
  }, [](png_structp) {});
  png_set_user_limits(file, 0x7fffffff, 0x7fffffff);
  write(file, info);
  png_destroy_write_struct(&file, &info);
  return bytes;
}

void write_rows(png_structp file, int height, const std::vector<std::uint8_t>& row) {
  for (int y = 0; y < height; ++y) png_write_row(file, row.data());
}

}  // namespace

std::string png(const Picture& picture, const PngOptions& options) {
  return write_png([&](png_structp file, png_infop info) {
    png_set_IHDR(file, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8, PNG_COLOR_TYPE_RGBA,
                 options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (options.gamma > 0) png_set_gAMA(file, info, options.gamma);
    if (!options.icc.empty()) {
      png_set_iCCP(file, info, "test", 0, reinterpret_cast<png_const_bytep>(options.icc.data()), static_cast<png_uint_32>(options.icc.size()));
    }
    std::string exif = options.exif_orientation > 0 ? exif_block(options.exif_orientation, false) : std::string();
    if (!exif.empty()) png_set_eXIf_1(file, info, static_cast<png_uint_32>(exif.size()), reinterpret_cast<png_bytep>(exif.data()));
    png_write_info(file, info);
    std::vector<png_bytep> rows;
    for (int y = 0; y < picture.height; ++y) rows.push_back(const_cast<png_bytep>(picture.row(y)));
    png_write_image(file, rows.data());
    png_write_end(file, info);
  });
}

std::string grey16_png(int width, int height, int value) {
  return write_png([&](png_structp file, png_infop info) {
    png_set_IHDR(file, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, 0, 0);
    png_write_info(file, info);
    std::vector<std::uint8_t> row;
    for (int x = 0; x < width; ++x) row.push_back(static_cast<std::uint8_t>(value >> 8)), row.push_back(static_cast<std::uint8_t>(value));
    write_rows(file, height, row);
    png_write_end(file, info);
  });
}

std::string palette_png(int width, int height) {
  return write_png([&](png_structp file, png_infop info) {
    png_set_IHDR(file, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, 0, 0);
    const png_color colours[2] = {{255, 0, 0}, {0, 255, 0}};
    png_set_PLTE(file, info, colours, 2);
    const png_byte alphas[2] = {255, 128};
    png_set_tRNS(file, info, alphas, 2, nullptr);
    png_write_info(file, info);
    std::vector<std::uint8_t> row(static_cast<std::size_t>(width));
    for (int x = width / 2; x < width; ++x) row[static_cast<std::size_t>(x)] = 1;
    write_rows(file, height, row);
    png_write_end(file, info);
  });
}

std::string empty_png(int width, int height, bool with_rows, int bits) {
  return write_png([&](png_structp file, png_infop info) {
    png_set_IHDR(file, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), bits, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, 0, 0);
    png_set_compression_level(file, 9);
    png_set_filter(file, 0, PNG_FILTER_NONE);
    png_write_info(file, info);
    if (!with_rows) return;
    write_rows(file, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(bits) / 8 + 1));
    png_write_end(file, info);
  });
}

namespace {

std::string write_jpeg(int width, int height, int channels, J_COLOR_SPACE space, const std::function<void(int, std::uint8_t*)>& row_at, std::string_view icc,
                       int quality, bool progressive) {
  jpeg_compress_struct info{};
  jpeg_error_mgr faults;
  info.err = jpeg_std_error(&faults);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = channels;
  info.in_color_space = space;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (!icc.empty()) jpeg_write_icc_profile(&info, reinterpret_cast<const JOCTET*>(icc.data()), static_cast<unsigned>(icc.size()));
  std::vector<std::uint8_t> row(static_cast<std::size_t>(width * channels));
  for (int y = 0; y < height; ++y) {
    row_at(y, row.data());
    JSAMPROW rows[1] = {row.data()};
    jpeg_write_scanlines(&info, rows, 1);
  }
  jpeg_finish_compress(&info);
  std::string result(reinterpret_cast<const char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return result;
}

}  // namespace

std::string jpeg(const Picture& picture, std::string_view icc, int quality, bool progressive) {
  return write_jpeg(picture.width, picture.height, 3, JCS_RGB, [&](int y, std::uint8_t* row) {
    for (int x = 0; x < picture.width; ++x) std::memcpy(row + x * 3, picture.row(y) + x * 4, 3);
  }, icc, quality, progressive);
}

std::string cmyk_jpeg(int width, int height, int c, int m, int y, int k) {
  const int inks[4] = {c, m, y, k};
  return write_jpeg(width, height, 4, JCS_CMYK, [&](int, std::uint8_t* row) {
    for (int i = 0; i < width * 4; ++i) row[i] = static_cast<std::uint8_t>(255 - inks[i % 4]);
  }, {}, 100, false);
}

std::string with_exif_orientation(std::string_view jpeg_bytes, int orientation, bool big_endian) {
  using namespace std::string_literals;
  const std::string content = "Exif\0\0"s + exif_block(orientation, big_endian);
  const std::size_t length = content.size() + 2;
  std::string result(jpeg_bytes.substr(0, 2));
  result += "\xff\xe1"s + static_cast<char>(length >> 8) + static_cast<char>(length & 255) + content;
  return result += jpeg_bytes.substr(2);
}

std::string webp_with_exif(std::string_view simple, int width, int height, int orientation) {
  using namespace std::string_literals;
  const auto little = [](std::size_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255);
    return text;
  };
  const std::string exif = exif_block(orientation, true);
  std::string body = "WEBPVP8X"s + little(10, 4) + "\x08\0\0\0"s + little(static_cast<std::size_t>(width - 1), 3) + little(static_cast<std::size_t>(height - 1), 3);
  body += simple.substr(12);  // the frame's own chunk
  body += "EXIF" + little(exif.size(), 4) + exif + (exif.size() % 2 != 0 ? std::string(1, '\0') : "");
  return "RIFF" + little(body.size(), 4) + body;
}

std::string avif(const Picture& picture, const AvifOptions& options) {
  avifImage* image = avifImageCreate(static_cast<std::uint32_t>(picture.width), static_cast<std::uint32_t>(picture.height), 8, AVIF_PIXEL_FORMAT_YUV444);
  image->colorPrimaries = static_cast<avifColorPrimaries>(options.primaries);
  image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
  image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
  image->yuvRange = AVIF_RANGE_FULL;
  if (options.quarter_turns >= 0) {
    image->transformFlags |= AVIF_TRANSFORM_IROT;
    image->irot.angle = static_cast<std::uint8_t>(options.quarter_turns);
  }
  if (options.mirror >= 0) {
    image->transformFlags |= AVIF_TRANSFORM_IMIR;
#if AVIF_VERSION >= 1000000
    image->imir.axis = static_cast<std::uint8_t>(options.mirror);
#else
    image->imir.mode = static_cast<std::uint8_t>(options.mirror);
#endif
  }
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, image);
  rgb.format = AVIF_RGB_FORMAT_RGBA;
  rgb.depth = 8;
  rgb.pixels = const_cast<std::uint8_t*>(picture.rgba.data());
  rgb.rowBytes = static_cast<std::uint32_t>(picture.width) * 4;
  std::string result;
  if (avifImageRGBToYUV(image, &rgb) == AVIF_RESULT_OK) {
    avifEncoder* encoder = avifEncoderCreate();
    encoder->speed = 10;
    encoder->minQuantizer = encoder->maxQuantizer = 8;
    avifRWData out = AVIF_DATA_EMPTY;
    if (avifEncoderWrite(encoder, image, &out) == AVIF_RESULT_OK) result.assign(reinterpret_cast<const char*>(out.data), out.size);
    avifRWDataFree(&out);
    avifEncoderDestroy(encoder);
  }
  avifImageDestroy(image);
  return result;
}

std::string rgb_profile(double red_x, double red_y, double green_x, double green_y, double blue_x, double blue_y) {
  const cmsCIExyY white{0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries{{red_x, red_y, 1}, {green_x, green_y, 1}, {blue_x, blue_y, 1}};
  const double curve[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve* tone = cmsBuildParametricToneCurve(nullptr, 4, curve);
  cmsToneCurve* tones[3] = {tone, tone, tone};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, tones);
  cmsFreeToneCurve(tone);
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  std::string bytes(size, '\0');
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsCloseProfile(profile);
  return bytes;
}

FloatRgb lcms_to_srgb(const std::string& profile, FloatRgb colour) {
  cmsHPROFILE from = cmsOpenProfileFromMem(profile.data(), static_cast<cmsUInt32Number>(profile.size()));
  cmsHPROFILE to = cmsCreate_sRGBProfile();
  cmsHTRANSFORM transform = cmsCreateTransform(from, TYPE_RGB_FLT, to, TYPE_RGB_FLT, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
  FloatRgb out{};
  cmsDoTransform(transform, &colour, &out, 1);
  cmsDeleteTransform(transform);
  cmsCloseProfile(to);
  cmsCloseProfile(from);
  return out;
}

}  // namespace studio::samples
