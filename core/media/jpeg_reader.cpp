#include "media/jpeg_reader.h"

#include <jerror.h>

#include <cstdlib>

#include "media/image_errors.h"

namespace studio {

JpegReader::JpegReader() {
  info.err = jpeg_std_error(&faults_);
  info.client_data = this;
  faults_.error_exit = [](j_common_ptr common) {
    auto* self = static_cast<JpegReader*>(common->client_data);
    common->err->format_message(common, self->text_);
    self->no_memory_ = common->err->msg_code == JERR_OUT_OF_MEMORY;
    std::longjmp(self->jump_, 1);
  };
  faults_.emit_message = [](j_common_ptr common, int level) {
    auto* self = static_cast<JpegReader*>(common->client_data);
    const int code = common->err->msg_code;
    // Missing data is filled with grey by libjpeg; such a picture is not what somebody made.
    if (level >= 0 || (code != JWRN_JPEG_EOF && code != JWRN_HIT_MARKER)) return;
    if (!self->cut_short_) common->err->format_message(common, self->text_);
    self->cut_short_ = true;
  };
  faults_.output_message = [](j_common_ptr) {};
}

bool JpegReader::read_header(std::string_view bytes) {
  return guarded([&] {
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<unsigned long>(bytes.size()));
    jpeg_save_markers(&info, JPEG_APP0 + 1, 0xffff);  // EXIF
    jpeg_save_markers(&info, JPEG_APP0 + 2, 0xffff);  // ICC
    jpeg_read_header(&info, TRUE);
  });
}

std::string JpegReader::icc() {
  JOCTET* data = nullptr;
  unsigned int size = 0;
  bool found = false;
  if (!guarded([&] { found = jpeg_read_icc_profile(&info, &data, &size); }) || !found) return {};
  std::string profile(reinterpret_cast<const char*>(data), size);
  std::free(data);
  return profile;
}

bool JpegReader::start(J_COLOR_SPACE colours, PictureSize size) {
  const PictureSize whole = stored();
  return guarded([&] {
    info.out_color_space = colours;
    info.scale_num = 1;
    info.scale_denom = 8;
    const auto too_small = [&](int length, int wanted) { return length < wanted * static_cast<int>(info.scale_denom); };
    while (info.scale_denom > 1 && (too_small(whole.width, size.width) || too_small(whole.height, size.height))) info.scale_denom /= 2;
    jpeg_start_decompress(&info);
  });
}

bool JpegReader::read_row(std::uint8_t* row) {
  JSAMPROW rows[1] = {row};
  return guarded([&] { jpeg_read_scanlines(&info, rows, 1); }) && !cut_short_;
}

bool JpegReader::finish() {
  return guarded([&] { jpeg_finish_decompress(&info); }) && !cut_short_;
}

tl::unexpected<Error> JpegReader::error() const {
  if (no_memory_) return out_of_memory_for(stored());
  return damaged_image("JPEG", text_);
}

}  // namespace studio
