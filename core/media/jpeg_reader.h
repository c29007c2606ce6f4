// Inside of this room: libjpeg-turbo's decoder with an owner, errors as values, and the cheapest scaling for a target size.
#pragma once

#include <cstdio>  // jpeglib.h needs FILE

#include <jpeglib.h>

#include <csetjmp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "media/resize.h"

namespace studio {

// libjpeg leaves by longjmp: every call into it goes through guarded(), and nothing that owns anything lives between.
class JpegReader {
 public:
  JpegReader();
  ~JpegReader() { jpeg_destroy_decompress(&info); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // `bytes` must outlive the reader.
  bool read_header(std::string_view bytes);
  PictureSize stored() const { return {static_cast<int>(info.image_width), static_cast<int>(info.image_height)}; }
  std::string icc();  // the embedded profile; empty without one
  // Starts decoding, reduced by the largest of 8, 4, 2, 1 that still leaves at least `size`.
  bool start(J_COLOR_SPACE colours, PictureSize size);
  // The next row, info.output_width pixels of four bytes. False: damaged, see error().
  bool read_row(std::uint8_t* row);
  bool finish();
  tl::unexpected<Error> error() const;

  jpeg_decompress_struct info{};

 private:
  template <class Call>
  bool guarded(Call call) {
    if (setjmp(jump_) != 0) return false;
    call();
    return true;
  }

  jpeg_error_mgr faults_;
  std::jmp_buf jump_;
  char text_[JMSG_LENGTH_MAX] = {};
  bool cut_short_ = false;
  bool no_memory_ = false;
};

}  // namespace studio
