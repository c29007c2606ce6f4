// Pictures and sound to an MP4 clip: H.264 in yuv420p, BT.709 limited range and tagged so, AAC sound, index at the front.
//
// The same pictures, sound and settings give the same bytes with the same libraries, whatever machine it runs on:
// the number of encoder threads is a setting, never the number of cores.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "media/picture.h"

namespace studio {

struct ClipSettings {
  int width = 0;   // of the pictures that will be added. An odd size loses its last column or row: yuv420p has none
  int height = 0;
  int fps_num = 24;
  int fps_den = 1;
  std::string preset = "veryfast";  // x264's names
  int crf = 20;                     // constant quality 0–51; used when bitrate is 0
  std::int64_t bitrate = 0;         // bits a second
  int keyframe_every = 0;           // frames; 0: x264's own choice
  int threads = 2;
  int audio_channels = 0;  // 0: no sound; 1 or 2
  int audio_rate = 48000;  // samples a second
  std::int64_t audio_bitrate = 128000;
  std::string comment;     // kept in the file's comment field, UTF-8; empty: none
};

// One thread at a time. Plain blocking code; nothing is on disk but what is written to the given descriptor.
class ClipEncoder {
 public:
  // Writes into `fd` (borrowed: an empty file, open for reading and writing, seekable); with -1 the clip grows in memory.
  static Result<std::unique_ptr<ClipEncoder>> start(const ClipSettings& settings, int fd = -1);
  ~ClipEncoder();
  ClipEncoder(const ClipEncoder&) = delete;
  ClipEncoder& operator=(const ClipEncoder&) = delete;

  // The next frame. Alpha is laid over black.
  Result<void> add_frame(const Picture& picture);
  // The next samples, interleaved by channel, -1…1. Any amount, at any time before finish(); it is best to add about as much
  // sound as pictures, for what is ahead is held in memory. Sound longer than the pictures is kept.
  Result<void> add_audio(std::span<const float> samples);
  Result<void> add_audio(std::span<const std::int16_t> samples);

  // Ends the file. Nothing can be added afterwards.
  Result<void> finish();
  // After finish(), when started without a descriptor: the file.
  Result<std::string> bytes() const;

 private:
  struct State;
  explicit ClipEncoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Settings for clips that must be made quickly beside other work: a 5 s 720p clip costs about a second of two cores.
ClipSettings fast_clip_settings(int width, int height, int fps_num = 24, int fps_den = 1);

}  // namespace studio
