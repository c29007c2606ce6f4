// Inside of this room: FFmpeg's objects with owners, and files as streams of bytes without its protocols.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include "base/result.h"

namespace studio {

struct PacketEnd {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FrameEnd {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct CodecEnd {
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};
struct ScalerEnd {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};
using PacketPtr = std::unique_ptr<AVPacket, PacketEnd>;
using FramePtr = std::unique_ptr<AVFrame, FrameEnd>;
using CodecPtr = std::unique_ptr<AVCodecContext, CodecEnd>;
using ScalerPtr = std::unique_ptr<SwsContext, ScalerEnd>;

// "Invalid data found when processing input"
std::string ffmpeg_words(int code);

// FFmpeg's own lines go nowhere: our errors say what matters. Call before anything else of FFmpeg.
void quiet_ffmpeg();

// A descriptor as FFmpeg's byte stream, read and written by position; the descriptor's offset is not touched.
class FdStream {
 public:
  FdStream(int fd, bool writable);
  ~FdStream();
  FdStream(const FdStream&) = delete;
  FdStream& operator=(const FdStream&) = delete;
  AVIOContext* context() const { return context_; }  // null: no memory
  int disk_errno() const { return errno_; }          // of the first read or write that failed; 0: none

 private:
  int read(std::uint8_t* out, int size);
  int write(const std::uint8_t* data, int size);
  std::int64_t seek(std::int64_t offset, int whence);

  int fd_;
  std::int64_t position_ = 0;
  int errno_ = 0;
  AVIOContext* context_ = nullptr;
};

}  // namespace studio
