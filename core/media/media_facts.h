// What the bytes of a media file really are, found by content and never by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace studio {

enum class FileKind : std::uint8_t { Unknown, Image, Video };
std::string_view to_string(FileKind kind);  // "unknown", "image", "video"

// How code values become colours. Names are those of ffprobe ("bt709", "smpte170m", "bt2020nc", "gbr"); empty: the file does not say.
struct ColourTags {
  std::string matrix;     // what the conversion to RGB uses, tagged or assumed
  std::string primaries;  // as tagged
  std::string transfer;   // as tagged
  bool full_range = false;
  bool matrix_assumed = false;  // no tag: bt709 from 1280 wide or 720 high, else smpte170m (BT.601)
  bool range_assumed = false;
  bool has_icc = false;   // pictures: an ICC profile is embedded; decoders turn it into sRGB
};

struct MediaFacts {
  FileKind kind = FileKind::Unknown;
  std::string container;    // "jpeg", "png", "webp", "avif", "mp4", "mov", "webm", "matroska"
  std::string video_codec;  // "h264", "vp9", "av1", "hevc"; empty for pictures
  std::string audio_codec;  // "aac", "opus", …; empty without sound
  std::string mime;         // "image/png"
  std::string extension;    // "png": the one such a file should have, without the dot
  int width = 0;            // px as displayed: orientation and pixel shape applied
  int height = 0;
  int orientation = 1;      // EXIF numbering 1–8 of what the file asks for; width, height and decoded pictures have it applied
  double duration_secs = 0;      // of a clip
  std::int64_t frame_count = 0;  // of a clip; 0: not known without reading it all
  int fps_num = 0;               // average rate as a fraction; 0/1: unknown. For display only: frame times come from the file
  int fps_den = 1;
  bool has_audio = false;
  bool has_alpha = false;
  bool animated = false;  // a picture file with more than one frame; the first is used
  ColourTags colour;
};

}  // namespace studio
