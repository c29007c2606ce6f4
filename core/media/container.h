// Inside of this room: an open clip file as FFmpeg's container, with the distrust that bytes from outside deserve.
#pragma once

#include <memory>

#include "base/result.h"
#include "media/ffmpeg_parts.h"
#include "media/probe.h"

namespace studio {

// Our own look at the bytes decides which demuxer runs; it may open nothing else, by whatever name. One thread at a time.
class Container {
 public:
  // `fd` is borrowed until this is gone. Reads the header only.
  static Result<std::unique_ptr<Container>> open(int fd);
  ~Container() { avformat_close_input(&format_); }
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  AVFormatContext* format() const { return format_; }
  const Sniffed& sniffed() const { return sniffed_; }
  int disk_errno() const { return source_->disk_errno(); }

 private:
  Container() = default;

  std::unique_ptr<FdStream> source_;
  Sniffed sniffed_;
  AVFormatContext* format_ = nullptr;
};

// "The clip is damaged; …" with the reason for the log.
tl::unexpected<Error> damaged_clip(std::string why);
tl::unexpected<Error> no_memory_for_clip();

}  // namespace studio
