// JPEG by libjpeg-turbo: the transform itself reduces by 2, 4 or 8, which is most of the speed of a thumbnail.
#include <cstdio>  // jpeglib.h needs FILE

#include <jpeglib.h>
#include <jerror.h>

#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <vector>

#include "media/image_codec.h"
#include "media/srgb.h"

namespace studio {
namespace {

// libjpeg leaves by longjmp: every call into it goes through guarded(), and nothing that owns anything lives between.
struct Reader {
  jpeg_error_mgr faults;
  std::jmp_buf jump;
  char text[JMSG_LENGTH_MAX] = {};
  bool cut_short = false;
  bool no_memory = false;
  jpeg_decompress_struct info{};

  Reader() {
    info.err = jpeg_std_error(&faults);
    info.client_data = this;
    faults.error_exit = [](j_common_ptr common) {
      auto* self = static_cast<Reader*>(common->client_data);
      common->err->format_message(common, self->text);
      self->no_memory = common->err->msg_code == JERR_OUT_OF_MEMORY;
      std::longjmp(self->jump, 1);
    };
    faults.emit_message = [](j_common_ptr common, int level) {
      auto* self = static_cast<Reader*>(common->client_data);
      const int code = common->err->msg_code;
      // Missing data is filled with grey by libjpeg; such a picture is not what somebody made.
      if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) {
        if (!self->cut_short) common->err->format_message(common, self->text);
        self->cut_short = true;
      }
    };
    faults.output_message = [](j_common_ptr) {};
  }
  ~Reader() { jpeg_destroy_decompress(&info); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  template <class Call>
  bool guarded(Call call) {
    if (setjmp(jump) != 0) return false;
    call();
    return true;
  }

  bool read_header(std::string_view bytes) {
    return guarded([&] {
      jpeg_create_decompress(&info);
      info.client_data = this;
      jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
      jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);  // EXIF
      jpeg_save_markers(&info, JPEG_APP0 + 2, 0xffff);  // ICC
      jpeg_read_header(&info, TRUE);
    });
  }

  std::string icc() {
    JOCTET* data = nullptr;
    unsigned int size = 0;
    bool found = false;
    if (!guarded([&] { found = jpeg_read_icc_profile(&info, &data, &size); }) || !found) return {};
    std::string profile(reinterpret_cast<const char*>(data), size);
    std::free(data);
    return profile;
  }

  tl::unexpected<Error> error() const {
    if (no_memory) return out_of_memory_for({static_cast<int>(info.image_width), static_cast<int>(info.image_height)});
    return damaged_image("JPEG", text);
  }
};

Result<ImageHead> read_head(std::string_view bytes) {
  Reader reader;
  if (!reader.read_header(bytes)) return reader.error();
  ImageHead head;
  head.stored = {static_cast<int>(reader.info.image_width), static_cast<int>(reader.info.image_height)};
  for (auto* marker = reader.info.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (marker->marker == JPEG_APP0 + 1 && data.substr(0, 4) == "Exif") head.orientation = exif_orientation(data);
    if (marker->marker == JPEG_APP0 + 2 && data.substr(0, 11) == "ICC_PROFILE") head.has_icc = true;
  }
  return head;
}

void cmyk_without_profile(const std::uint8_t* cmyk, std::uint8_t* rgba, int width, bool inverted) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgba += 4) {
    const unsigned black = inverted ? cmyk[3] : 255u - cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const unsigned ink = inverted ? cmyk[c] : 255u - cmyk[c];
      rgba[c] = static_cast<std::uint8_t>((ink * black + 127) / 255);
    }
    rgba[3] = 255;
  }
}

Result<Picture> decode(std::string_view bytes, PictureSize size) {
  Reader reader;
  if (!reader.read_header(bytes)) return reader.error();
  auto& info = reader.info;
  const bool is_cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  const Samples samples = is_cmyk ? (info.saw_Adobe_marker ? Samples::CmykInverted : Samples::Cmyk)
                                  : (info.jpeg_color_space == JCS_GRAYSCALE ? Samples::Grey : Samples::Rgb);
  const std::string icc = reader.icc();
  const auto colours = icc.empty() ? nullptr : SrgbTransform::from_icc(icc, samples);

  const PictureSize stored{static_cast<int>(info.image_width), static_cast<int>(info.image_height)};
  const bool started = reader.guarded([&] {
    info.out_color_space = is_cmyk ? JCS_CMYK : JCS_EXT_RGBA;
    info.scale_num = 1;
    info.scale_denom = 8;
    while (info.scale_denom > 1 && (stored.width < size.width * static_cast<int>(info.scale_denom) || stored.height < size.height * static_cast<int>(info.scale_denom))) {
      info.scale_denom /= 2;
    }
    jpeg_start_decompress(&info);
  });
  if (!started) return reader.error();

  const PictureSize scaled{static_cast<int>(info.output_width), static_cast<int>(info.output_height)};
  RowReducer reducer = RowReducer::of_shrunk(stored, static_cast<int>(info.scale_denom), size);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(scaled.width) * 4);
  std::vector<std::uint8_t> rgba(is_cmyk ? row.size() : 0);
  JSAMPROW rows[1] = {row.data()};
  for (int y = 0; y < scaled.height; ++y) {
    if (!reader.guarded([&] { jpeg_read_scanlines(&info, rows, 1); })) return reader.error();
    if (reader.cut_short) return reader.error();
    if (is_cmyk) {
      if (colours) {
        colours->apply_cmyk(row.data(), rgba.data(), static_cast<std::size_t>(scaled.width));
      } else {
        cmyk_without_profile(row.data(), rgba.data(), scaled.width, samples == Samples::CmykInverted);
      }
    }
    reducer.add_row(is_cmyk ? rgba.data() : row.data());
  }
  if (!reader.guarded([&] { jpeg_finish_decompress(&info); }) || reader.cut_short) return reader.error();
  Picture picture = reducer.take();
  if (colours && !is_cmyk) colours->apply(picture);
  return picture;
}

}  // namespace

const ImageCodec JpegCodec{read_head, decode};

}  // namespace studio
