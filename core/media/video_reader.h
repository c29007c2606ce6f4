// Frames of a clip by number: an index of all packets, exact seeking, conversion to RGBA. Called only by the media child and tests.
//
// Frame n is the n-th presentation time of the file; no arithmetic with a frame rate anywhere. Going forward keeps the
// decoder running; only a target behind it, or past a later keyframe, seeks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "media/decode_image.h"
#include "media/media_facts.h"
#include "media/picture.h"
#include "media/resize.h"

namespace studio {

inline constexpr int MaxVideoSide = 8192;

struct VideoFrame {
  std::int64_t index = 0;
  double time_secs = 0;      // from the first frame's presentation
  double duration_secs = 0;  // until the next frame's
  Picture picture;
};

// One thread at a time.
class VideoReader {
 public:
  // `fd` as in probe_media, borrowed until the reader is gone. Reads the header only.
  // threads: 1 for a poster; more add latency but decode faster from end to end.
  static Result<std::unique_ptr<VideoReader>> open(int fd, int threads = 1);
  ~VideoReader();
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;

  // Decodes the first frame once, so that colour tags and size are those of the stream itself.
  Result<MediaFacts> facts();

  // These read the index of all packets on first use.
  Result<std::int64_t> frame_count();
  Result<std::int64_t> frame_at(double secs);  // the frame shown at that time; the nearest end when outside
  Result<VideoFrame> frame(std::int64_t index, FitBox box = {});

  // The picture that stands for the clip: the first frame, or the first within a second that is not nearly black.
  // Needs no index. One picture a box.
  Result<DecodedImage> poster(std::span<const FitBox> boxes);

 private:
  struct State;
  explicit VideoReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace studio
