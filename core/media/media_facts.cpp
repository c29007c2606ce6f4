#include "media/media_facts.h"

namespace studio {

std::string_view to_string(FileKind kind) {
  switch (kind) {
    case FileKind::Image: return "image";
    case FileKind::Video: return "video";
    case FileKind::Unknown: break;
  }
  return "unknown";
}

}  // namespace studio
