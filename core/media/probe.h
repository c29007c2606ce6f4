// What is in a file, by its bytes: a short look at the head, and the full facts.
// Full probing parses foreign bytes: only the media child and tests call it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "media/media_facts.h"

namespace studio {

// Bytes that sniff() wants to see from the front of a file.
inline constexpr std::size_t SniffBytes = 4096;

struct Sniffed {
  FileKind kind = FileKind::Unknown;
  std::string container;  // as in MediaFacts; empty when Unknown
  std::string mime;
  std::string extension;
  std::string refusal;    // with Unknown: one sentence naming what it is, when that is known, and what to do
};
// Cheap and safe on any bytes: looks at fixed positions only. The app may call it.
Sniffed sniff(std::span<const std::uint8_t> head);
// The same of an open regular file; a refusal is a Damaged error.
Result<Sniffed> sniff_file(int fd);

// `fd` is a regular file, borrowed; read by position, its offset is not touched. Pictures: header only. Clips: the first frame
// is decoded, so a clip that cannot be decoded at all fails here.
// Errors: Damaged (broken or not supported, in words), BadRequest (too large, says what), Disk.
Result<MediaFacts> probe_media(int fd);

}  // namespace studio
