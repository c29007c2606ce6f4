// Frames of a clip by number: an index of all packets, exact seeking, conversion to RGBA. Called only by the media child and tests.
//
// Frame n is the n-th presentation time of the file; no arithmetic with a frame rate anywhere. Going forward keeps the
// decoder running; only a target behind it, or past a later keyframe, seeks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

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

// All frames of a clip, without their pictures.
struct VideoIndex {
  std::vector<double> times;          // presentation of each from the first's, ascending
  std::vector<std::uint8_t> is_key;   // 1: can be decoded without another
  double end_secs = 0;                // when the last one ends
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

  // Asked between packets; true ends what is under way with Cancelled, and the reader stays usable.
  void set_stop_check(std::function<bool()> stop);

  // Decodes the first frame once, so that colour tags and size are those of the stream itself.
  Result<MediaFacts> facts();
  // Without decoding anything for it: size and colour are the header's until has_decoded().
  MediaFacts known_facts();
  bool has_decoded() const;

  // These read the index of all packets on first use.
  Result<std::int64_t> frame_count();
  Result<std::int64_t> frame_at(double secs);  // the frame shown at that time; the nearest end when outside
  Result<VideoFrame> frame(std::int64_t index, FitBox box = {});
  Result<VideoIndex> index();
  // A keyframe as soon as it can be had, without reading on behind it; any other as frame(). The next call seeks.
  Result<VideoFrame> key_frame(std::int64_t index, FitBox box = {});
  // Frames first … last in order while `each` answers true; what cannot be decoded is left out. Answers how many it handed
  // over. When the clip was just read up to `first`, goes on from there without seeking.
  Result<std::int64_t> frames(std::int64_t first, std::int64_t last, FitBox box, const std::function<bool(VideoFrame&&)>& each);

  // The picture that stands for the clip: the first frame, or the first within a second that is not nearly black.
  // Needs no index. One picture a box.
  Result<DecodedImage> poster(std::span<const FitBox> boxes);

 private:
  struct State;
  explicit VideoReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace studio
