#include "http/body_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace studio {
namespace {

bool read_exactly(int fd, std::int64_t offset, char* to, std::size_t count) {
  while (count > 0) {
    const ssize_t got = ::pread(fd, to, count, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    offset += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

// Three bytes to four letters; a short last group is padded.
void encode_group(const unsigned char* in, std::size_t count, char* out) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned a = in[0], b = count > 1 ? in[1] : 0, c = count > 2 ? in[2] : 0;
  out[0] = letters[a >> 2];
  out[1] = letters[((a & 3) << 4) | (b >> 4)];
  out[2] = count > 1 ? letters[((b & 15) << 2) | (c >> 6)] : '=';
  out[3] = count > 2 ? letters[c & 63] : '=';
}

}  // namespace

Result<BodySource::Piece> BodySource::open_piece(const HttpBodyPart& part) {
  Piece piece;
  if (part.file.empty()) {
    piece.text = part.text;
    piece.size = static_cast<std::int64_t>(part.text.size());
    return piece;
  }
  STUDIO_TRY(piece.fd, open_for_read(part.file));
  struct stat facts {};
  if (::fstat(piece.fd.get(), &facts) != 0) return fail(disk_error("read a file to send", errno, part.file));
  piece.offset = part.offset;
  piece.bytes = part.bytes < 0 ? facts.st_size - part.offset : part.bytes;
  if (part.offset < 0 || piece.bytes < 0 || part.offset + piece.bytes > facts.st_size) {
    return fail(ErrorKind::Damaged, "A file to send is shorter than it should be: import it again.", "slice beyond the end");
  }
  piece.base64 = part.base64;
  piece.size = piece.base64 ? (piece.bytes + 2) / 3 * 4 : piece.bytes;
  return piece;
}

Result<BodySource> BodySource::open(const HttpRequest& request) {
  BodySource source;
  std::vector<HttpBodyPart> parts = request.body_parts;
  if (parts.empty()) {
    parts.emplace_back();
    parts.back().file = request.body_file;
  }
  for (const HttpBodyPart& part : parts) {
    STUDIO_TRY(Piece piece, open_piece(part));
    source.size_ += piece.size;
    source.pieces_.push_back(std::move(piece));
  }
  return source;
}

std::int64_t BodySource::read_piece(const Piece& piece, std::int64_t at, char* to, std::size_t room) {
  const std::size_t count = static_cast<std::size_t>(std::min<std::int64_t>(piece.size - at, static_cast<std::int64_t>(room)));
  if (!piece.fd) {
    std::memcpy(to, piece.text.data() + at, count);
    return static_cast<std::int64_t>(count);
  }
  if (!piece.base64) return read_exactly(piece.fd.get(), piece.offset + at, to, count) ? static_cast<std::int64_t>(count) : -1;

  // Whole groups from the one that holds letter `at`, at most 4096 of them at a time.
  const std::int64_t first_group = at / 4;
  const std::int64_t skip = at % 4;
  const std::int64_t all_groups = piece.size / 4;
  const std::int64_t groups = std::min({(skip + static_cast<std::int64_t>(count) + 3) / 4, all_groups - first_group, std::int64_t{4096}});
  const std::int64_t in_bytes = std::min(groups * 3, piece.bytes - first_group * 3);
  unsigned char in[4096 * 3];
  char out[4096 * 4];
  const std::int64_t file_offset = piece.offset + first_group * 3;
  if (!read_exactly(piece.fd.get(), file_offset, reinterpret_cast<char*>(in), static_cast<std::size_t>(in_bytes))) return -1;
  for (std::int64_t group = 0; group < groups; ++group) {
    encode_group(in + group * 3, static_cast<std::size_t>(std::min<std::int64_t>(3, in_bytes - group * 3)), out + group * 4);
  }
  const std::size_t ready = std::min(count, static_cast<std::size_t>(groups * 4 - skip));
  std::memcpy(to, out + skip, ready);
  return static_cast<std::int64_t>(ready);
}

std::int64_t BodySource::read(char* to, std::size_t room) {
  std::size_t done = 0;
  std::int64_t start = 0;  // of the piece, in the body
  for (const Piece& piece : pieces_) {
    while (done < room && at_ >= start && at_ < start + piece.size) {
      const std::int64_t got = read_piece(piece, at_ - start, to + done, room - done);
      if (got < 0) return -1;
      done += static_cast<std::size_t>(got);
      at_ += got;
    }
    start += piece.size;
  }
  return static_cast<std::int64_t>(done);
}

}  // namespace studio
