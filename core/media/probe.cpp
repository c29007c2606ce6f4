#include "media/probe.h"

#include <new>

#include "media/image_facts.h"
#include "media/video_reader.h"

namespace studio {

Result<MediaFacts> probe_media(int fd) try {
  STUDIO_TRY(const Sniffed sniffed, sniff_file(fd));
  if (sniffed.kind == FileKind::Video) {
    STUDIO_TRY(const auto reader, VideoReader::open(fd));
    return reader->facts();
  }
  STUDIO_TRY(const std::string bytes, read_image_file(fd));
  return image_facts(bytes, sniffed);
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::BadRequest, "The file needs more memory than a decoder may use; reduce it in another program first.");
}

}  // namespace studio
