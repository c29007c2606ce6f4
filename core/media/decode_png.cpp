// PNG by libpng, row by row: 16 bit, palette, tRNS, grey and Adam7 all become RGBA; gAMA, cHRM, sRGB and iCCP are honoured.
#include <png.h>

#include <cmath>
#include <csetjmp>
#include <cstring>
#include <new>
#include <vector>

#include "media/image_codec.h"
#include "media/image_facts.h"
#include "media/srgb.h"

namespace studio {
namespace {

// libpng leaves by longjmp, as libjpeg does: see decode_jpeg.cpp.
struct Reader {
  std::string_view bytes;
  std::size_t at = 0;
  std::jmp_buf jump;
  char text[128] = {};
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit Reader(std::string_view file) : bytes(file) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, [](png_structp p, png_const_charp why) {
      auto* self = static_cast<Reader*>(png_get_error_ptr(p));
      std::strncpy(self->text, why, sizeof self->text - 1);
      std::longjmp(self->jump, 1);
    }, [](png_structp, png_const_charp) {});
    if (png != nullptr) info = png_create_info_struct(png);
  }
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  template <class Call>
  bool guarded(Call call) {
    if (setjmp(jump) != 0) return false;
    call();
    return true;
  }

  bool read_header() {
    return info != nullptr && guarded([this] {
      png_set_read_fn(png, this, [](png_structp p, png_bytep out, png_size_t size) {
        auto* self = static_cast<Reader*>(png_get_io_ptr(p));
        if (self->bytes.size() - self->at < size) png_error(p, "the file ends too early");
        std::memcpy(out, self->bytes.data() + self->at, size);
        self->at += size;
      });
      // Sizes are judged by decode_image, in words; here only what libpng itself can hold.
      png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
      png_set_chunk_malloc_max(png, 32u << 20);
      png_set_chunk_cache_max(png, 256);
      png_read_info(png, info);
    });
  }
  PictureSize size() const {
    if (info == nullptr) return {};
    return {static_cast<int>(png_get_image_width(png, info)), static_cast<int>(png_get_image_height(png, info))};
  }
  tl::unexpected<Error> error() const { return damaged_image("PNG", text); }
};

int orientation_of(Reader& reader) {
  int orientation = 1;
#ifdef PNG_eXIf_SUPPORTED
  png_bytep exif = nullptr;
  png_uint_32 size = 0;
  if (png_get_eXIf_1(reader.png, reader.info, &size, &exif) != 0 && exif != nullptr) {
    orientation = exif_orientation({reinterpret_cast<const char*>(exif), size});
  }
#else
  static_cast<void>(reader);
#endif
  return orientation;
}

Result<ImageHead> read_head(std::string_view bytes) {
  Reader reader(bytes);
  const bool whole = reader.read_header();
  ImageHead head;
  head.stored = reader.size();
  // An absurd size is what to say about a file, even when its rest is missing.
  if (head.stored.width > 0) STUDIO_CHECK(check_picture_size(head.stored));
  if (!whole) return reader.error();
  const int type = png_get_color_type(reader.png, reader.info);
  head.has_alpha = (type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(reader.png, reader.info, PNG_INFO_tRNS) != 0;
  head.has_icc = png_get_valid(reader.png, reader.info, PNG_INFO_iCCP) != 0;
  head.orientation = orientation_of(reader);
  return head;
}

// In the order the PNG specification gives: an ICC profile, else sRGB, else gamma and primaries.
std::unique_ptr<SrgbTransform> colours_of(Reader& reader, bool is_grey) {
  png_charp name = nullptr;
  png_bytep profile = nullptr;
  png_uint_32 size = 0;
  int compression = 0;
  if (png_get_iCCP(reader.png, reader.info, &name, &compression, &profile, &size) != 0) {
    return SrgbTransform::from_icc({reinterpret_cast<const char*>(profile), size}, is_grey ? Samples::Grey : Samples::Rgb);
  }
  int intent = 0;
  if (png_get_sRGB(reader.png, reader.info, &intent) != 0) return nullptr;
  Primaries primaries;
  double file_gamma = 0;
  const bool has_gamma = png_get_gAMA(reader.png, reader.info, &file_gamma) != 0 && file_gamma > 0.05 && file_gamma < 5;
  // 1/2.2 is what writers say when they mean sRGB; the curves differ only near black.
  if (has_gamma && std::fabs(file_gamma - 0.45455) > 0.01) primaries.gamma = 1 / file_gamma;
  const bool has_primaries = png_get_cHRM(reader.png, reader.info, &primaries.white_x, &primaries.white_y, &primaries.red_x, &primaries.red_y,
                                          &primaries.green_x, &primaries.green_y, &primaries.blue_x, &primaries.blue_y) != 0;
  // cHRM without gAMA says too little to act on.
  if (!has_gamma || (!has_primaries && primaries.gamma <= 0)) return nullptr;
  return SrgbTransform::from_primaries(primaries);
}

Result<Picture> decode(std::string_view bytes, PictureSize size) {
  Reader reader(bytes);
  if (!reader.read_header()) return reader.error();
  const PictureSize stored = reader.size();
  const int type = png_get_color_type(reader.png, reader.info);
  const bool is_grey = (type & PNG_COLOR_MASK_COLOR) == 0;
  const bool has_alpha = (type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(reader.png, reader.info, PNG_INFO_tRNS) != 0;
  const auto colours = colours_of(reader, is_grey);

  int passes = 1;
  std::size_t row_bytes = 0;
  const bool prepared = reader.guarded([&] {
    png_set_expand(reader.png);
    png_set_scale_16(reader.png);
    png_set_gray_to_rgb(reader.png);
    png_set_add_alpha(reader.png, 0xff, PNG_FILLER_AFTER);
    passes = png_set_interlace_handling(reader.png);
    png_read_update_info(reader.png, reader.info);
    row_bytes = png_get_rowbytes(reader.png, reader.info);
  });
  if (!prepared) return reader.error();
  if (row_bytes != static_cast<std::size_t>(stored.width) * 4) return damaged_image("PNG", "unexpected row size");

  RowReducer reducer(stored, size, has_alpha);
  if (passes == 1) {
    std::vector<std::uint8_t> row(row_bytes);
    for (int y = 0; y < stored.height; ++y) {
      if (!reader.guarded([&] { png_read_row(reader.png, row.data(), nullptr); })) return reader.error();
      reducer.add_row(row.data());
    }
  } else {
    // Adam7 spreads every row over seven passes: there is no way around the whole picture.
    std::vector<std::uint8_t> whole;
    try {
      whole.resize(row_bytes * static_cast<std::size_t>(stored.height));
    } catch (const std::bad_alloc&) {
      return out_of_memory_for(stored);
    }
    for (int pass = 0; pass < passes; ++pass) {
      for (int y = 0; y < stored.height; ++y) {
        std::uint8_t* row = whole.data() + row_bytes * static_cast<std::size_t>(y);
        if (!reader.guarded([&] { png_read_row(reader.png, row, nullptr); })) return reader.error();
      }
    }
    for (int y = 0; y < stored.height; ++y) reducer.add_row(whole.data() + row_bytes * static_cast<std::size_t>(y));
  }
  if (!reader.guarded([&] { png_read_end(reader.png, nullptr); })) return reader.error();  // checks the last checksum
  Picture picture = reducer.take();
  if (colours) colours->apply(picture);
  return picture;
}

}  // namespace

const ImageCodec PngCodec{read_head, decode};

}  // namespace studio
