#include "media/ffmpeg_parts.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "media/file_size.h"

namespace studio {
namespace {
constexpr int BufferBytes = 64 << 10;
}

std::string ffmpeg_words(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

void quiet_ffmpeg() { av_log_set_level(AV_LOG_QUIET); }

FdStream::FdStream(int fd, bool writable) : fd_(fd) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(BufferBytes));
  if (buffer == nullptr) return;
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  using Written = const std::uint8_t*;
#else
  using Written = std::uint8_t*;
#endif
  const auto on_read = [](void* self, std::uint8_t* out, int size) { return static_cast<FdStream*>(self)->read(out, size); };
  const auto on_write = [](void* self, Written data, int size) { return static_cast<FdStream*>(self)->write(data, size); };
  const auto on_seek = [](void* self, std::int64_t offset, int whence) { return static_cast<FdStream*>(self)->seek(offset, whence); };
  context_ = avio_alloc_context(buffer, BufferBytes, writable ? 1 : 0, this, on_read, on_write, on_seek);
  if (context_ == nullptr) av_free(buffer);
}

FdStream::~FdStream() {
  if (context_ == nullptr) return;
  av_freep(&context_->buffer);
  avio_context_free(&context_);
}

int FdStream::read(std::uint8_t* out, int size) {
  for (;;) {
    const ssize_t got = ::pread(fd_, out, static_cast<std::size_t>(size), static_cast<off_t>(position_));
    if (got > 0) {
      position_ += got;
      return static_cast<int>(got);
    }
    if (got == 0) return AVERROR_EOF;
    if (errno == EINTR) continue;
    if (errno_ == 0) errno_ = errno;
    return AVERROR(errno);
  }
}

int FdStream::write(const std::uint8_t* data, int size) {
  int done = 0;
  while (done < size) {
    const ssize_t put = ::pwrite(fd_, data + done, static_cast<std::size_t>(size - done), static_cast<off_t>(position_));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      if (errno_ == 0) errno_ = errno;
      return AVERROR(errno);
    }
    done += static_cast<int>(put);
    position_ += put;
  }
  return size;
}

std::int64_t FdStream::seek(std::int64_t offset, int whence) {
  std::int64_t size = 0;
  if ((whence & AVSEEK_SIZE) != 0 || whence == SEEK_END) {
    const auto known = regular_file_size(fd_);
    if (!known) return AVERROR(EIO);
    size = *known;
    if ((whence & AVSEEK_SIZE) != 0) return size;
  }
  const std::int64_t base = whence == SEEK_CUR ? position_ : whence == SEEK_END ? size : 0;
  if (offset > 0 && base > INT64_MAX - offset) return AVERROR(EINVAL);
  if (base + offset < 0) return AVERROR(EINVAL);
  position_ = base + offset;
  return position_;
}

}  // namespace studio
