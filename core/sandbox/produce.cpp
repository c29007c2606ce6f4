#include "sandbox/produce.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <mutex>

#include "base/file.h"
#include "media/encode_image.h"
#include "media/resize.h"
#include "media_child/media_child.h"
#include "sandbox/clip.h"
#include "sandbox/models.h"
#include "sandbox/scenes/render.h"

namespace studio {
namespace {

Result<UniqueFd> make_file(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail(disk_error("Cannot write the output", errno, path));
  return fd;
}

// The uploaded bytes come from outside, so the confined child alone reads them.
class UploadReader {
 public:
  Result<Picture> read(const std::filesystem::path& file, int width, int height) {
    STUDIO_TRY(const UniqueFd fd, open_for_read(file));
    std::lock_guard lock(mutex_);
    if (!child_) {
      STUDIO_TRY(child_, MediaChild::start(ChildRole::Background));
    }
    auto facts = child_->probe(fd.get());
    if (!facts) return fail(explained(facts.error()));
    if (facts->kind != FileKind::Image || facts->width <= 0 || facts->height <= 0) return fail(ErrorKind::Damaged, "The uploaded file is not a picture; upload a PNG, JPEG, WebP or AVIF picture.");
    // Reduced while decoding, yet never below what covers the clip.
    const double scale = std::max(static_cast<double>(width) / facts->width, static_cast<double>(height) / facts->height);
    FitBox box;
    if (scale < 1) box = {static_cast<int>(std::ceil(facts->width * scale)), static_cast<int>(std::ceil(facts->height * scale))};
    auto image = child_->decode_image(fd.get(), {box});
    if (!image) return fail(explained(image.error()));
    if (image->pictures.empty() || image->pictures[0].empty()) return fail(ErrorKind::Damaged, "The uploaded file is not a picture; upload a PNG, JPEG, WebP or AVIF picture.");
    Picture picture = resized_to_cover(image->pictures[0], {width, height});
    for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {  // a clip has no alpha: over black
      const unsigned alpha = picture.rgba[i + 3];
      if (alpha == 255) continue;
      for (std::size_t c = 0; c < 3; ++c) picture.rgba[i + c] = static_cast<std::uint8_t>((picture.rgba[i + c] * alpha + 127) / 255);
      picture.rgba[i + 3] = 255;
    }
    return picture;
  }

 private:
  static Error explained(Error error) {
    if (error.kind == ErrorKind::Damaged || error.kind == ErrorKind::BadRequest || error.kind == ErrorKind::Timeout) {
      error.kind = ErrorKind::Damaged;
      error.message = "The uploaded picture cannot be used: " + error.message;
    }
    return error;
  }

  std::mutex mutex_;  // one child, one call at a time
  std::unique_ptr<MediaChild> child_;
};

Result<void> make_picture(const RenderOrder& order) {
  const Picture picture = render_scene({order.model, order.prompt, order.seed, order.width, order.height});
  STUDIO_TRY(const std::string bytes, encode_png(picture));
  STUDIO_TRY(const UniqueFd fd, make_file(order.file));
  return write_all(fd.get(), bytes.data(), bytes.size());
}

}  // namespace

RenderFunction make_producer() {
  auto reader = std::make_shared<UploadReader>();
  return [reader](const RenderOrder& order, const std::stop_token& stop, const std::function<void(double)>& tell_progress) -> Result<void> {
    const SandboxModel* model = find_sandbox_model(order.model);
    if (model == nullptr) return fail(ErrorKind::BadRequest, "The sandbox no longer has this model.");
    if (!model->makes_clips) return make_picture(order);
    STUDIO_TRY(Picture picture, reader->read(order.upload, order.width, order.height));
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "The clip was cancelled.");
    STUDIO_TRY(const UniqueFd fd, make_file(order.file));
    return make_clip({std::move(picture), order.prompt, order.seed, order.seconds}, fd.get(), stop, tell_progress);
  };
}

}  // namespace studio
