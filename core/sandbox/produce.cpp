#include "sandbox/produce.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "media/encode_image.h"
#include "sandbox/clip.h"
#include "sandbox/models.h"
#include "sandbox/scenes/render.h"
#include "sandbox/upload_reader.h"

namespace studio {
namespace {

Result<UniqueFd> make_file(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail(disk_error("Cannot write the output", errno, path));
  return fd;
}

Result<void> make_picture(const RenderOrder& order) {
  const Picture picture = render_scene({order.model, order.prompt, order.seed, order.width, order.height});
  STUDIO_TRY(const std::string bytes, encode_png(picture));
  STUDIO_TRY(const UniqueFd fd, make_file(order.file));
  if (const int error = write_all(fd.get(), bytes.data(), bytes.size()); error != 0) {
    return fail(disk_error("Cannot write the output", error, order.file));
  }
  return {};
}

}  // namespace

RenderFunction make_producer() {
  auto reader = std::make_shared<UploadReader>();
  return [reader](const RenderOrder& order, const std::stop_token& stop, const std::function<void(double)>& tell_progress) -> Result<void> {
    const SandboxModel* model = find_sandbox_model(order.model);
    if (model == nullptr) return fail(ErrorKind::BadRequest, "The sandbox no longer has this model.");
    if (!model->makes_clips) return make_picture(order);
    STUDIO_TRY(Picture picture, reader->read(order.upload, {order.width, order.height}));
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "The clip was cancelled.");
    STUDIO_TRY(const UniqueFd fd, make_file(order.file));
    return make_clip({std::move(picture), order.prompt, order.seed, order.seconds}, fd.get(), stop, tell_progress);
  };
}

}  // namespace studio
