#include "sandbox/upload_reader.h"

#include <cmath>

#include "base/file.h"

namespace studio {
namespace {

constexpr const char* no_picture = "The uploaded file is not a picture; upload a PNG, JPEG, WebP or AVIF picture.";

Error explained(Error error) {
  if (error.kind == ErrorKind::Damaged || error.kind == ErrorKind::BadRequest || error.kind == ErrorKind::Timeout) {
    error.kind = ErrorKind::Damaged;
    error.message = "The uploaded picture cannot be used: " + error.message;
  }
  return error;
}

void lay_over_black(Picture& picture) {
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
    const unsigned alpha = picture.rgba[i + 3];
    if (alpha == 255) continue;
    for (std::size_t c = 0; c < 3; ++c) picture.rgba[i + c] = static_cast<std::uint8_t>((picture.rgba[i + c] * alpha + 127) / 255);
    picture.rgba[i + 3] = 255;
  }
}

}  // namespace

Result<PictureSize> UploadReader::probe(int fd) {
  if (!child_) {
    STUDIO_TRY(child_, MediaChild::start(ChildRole::Background));
  }
  auto facts = child_->probe(fd);
  if (!facts) return fail(explained(facts.error()));
  if (facts->kind != FileKind::Image || facts->width <= 0 || facts->height <= 0) return fail(ErrorKind::Damaged, no_picture);
  return PictureSize{facts->width, facts->height};
}

Result<PictureSize> UploadReader::size(const std::filesystem::path& file) {
  STUDIO_TRY(const UniqueFd fd, open_for_read(file));
  std::lock_guard lock(mutex_);
  return probe(fd.get());
}

Result<Picture> UploadReader::read(const std::filesystem::path& file, PictureSize size) {
  STUDIO_TRY(const UniqueFd fd, open_for_read(file));
  std::lock_guard lock(mutex_);
  STUDIO_TRY(const PictureSize there, probe(fd.get()));
  // Reduced while decoding, yet never below what covers the clip.
  const double scale = std::max(static_cast<double>(size.width) / there.width, static_cast<double>(size.height) / there.height);
  FitBox box;
  if (scale < 1) box = {static_cast<int>(std::ceil(there.width * scale)), static_cast<int>(std::ceil(there.height * scale))};
  auto image = child_->decode_image(fd.get(), {box});
  if (!image) return fail(explained(image.error()));
  if (image->pictures.empty() || image->pictures[0].empty()) return fail(ErrorKind::Damaged, no_picture);
  Picture picture = resized_to_cover(image->pictures[0], size);
  lay_over_black(picture);
  return picture;
}

}  // namespace studio
