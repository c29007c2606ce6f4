#include "media/image_codec.h"

#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "media/file_size.h"

namespace studio {

const ImageCodec* image_codec_for(std::string_view container) {
  if (container == "jpeg") return &JpegCodec;
  if (container == "png") return &PngCodec;
  if (container == "webp") return &WebpCodec;
  if (container == "avif") return &AvifCodec;
  return nullptr;
}

int exif_orientation(std::string_view tiff) {
  using namespace std::string_view_literals;
  if (tiff.substr(0, 6) == "Exif\0\0"sv) tiff.remove_prefix(6);
  if (tiff.size() < 14) return 1;
  const bool little = tiff.substr(0, 4) == "II*\0"sv;
  if (!little && tiff.substr(0, 4) != "MM\0*"sv) return 1;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(tiff[at])); };
  const auto read16 = [&](std::size_t at) { return little ? byte(at) | byte(at + 1) << 8 : byte(at) << 8 | byte(at + 1); };
  const auto read32 = [&](std::size_t at) { return little ? read16(at) | read16(at + 2) << 16 : read16(at) << 16 | read16(at + 2); };
  const std::size_t directory = read32(4);
  if (directory + 2 > tiff.size()) return 1;
  const std::size_t entries = read16(directory);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + i * 12;
    if (at + 12 > tiff.size()) return 1;
    if (read16(at) != 0x0112) continue;
    const std::uint32_t value = read16(at + 8);  // one SHORT lies in the entry itself
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Result<std::string> read_whole(int fd, std::int64_t max_bytes) {
  STUDIO_TRY(const std::int64_t size, regular_file_size(fd));
  if (size > max_bytes) {
    return fail(ErrorKind::BadRequest, "The picture file is larger than " + format_bytes(static_cast<std::uint64_t>(max_bytes)) + "; reduce it in another program first.");
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(disk_error("read the file", errno, {}));
    if (got == 0) break;  // became shorter meanwhile
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace studio
