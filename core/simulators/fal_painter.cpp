#include "simulators/fal_painter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/file.h"
#include "media/encode_image.h"
#include "media/resize.h"
#include "sandbox/clip.h"
#include "sandbox/scenes/render.h"
#include "sandbox/upload_reader.h"

namespace studio::simulators {
namespace {

constexpr std::int64_t most_pixels_from_picture = 4'194'304;
constexpr double widest_clip = 2.5;  // width to height, and the other way round

Result<UniqueFd> make_file(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail(disk_error("Cannot write the output", errno, path));
  return fd;
}

// The file is on disk when this returns: a row will speak of it.
Result<std::int64_t> write_picture(const Picture& picture, bool as_png, const std::filesystem::path& file) {
  STUDIO_TRY(const std::string bytes, as_png ? encode_png(picture) : encode_jpeg(picture, {92, false}));
  STUDIO_CHECK(write_file_durable(file, bytes, 0600));
  return static_cast<std::int64_t>(bytes.size());
}

Picture black(PictureSize size) {
  Picture picture(size.width, size.height);
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) picture.rgba[i] = 255;
  return picture;
}

// As far from the given picture as `strength` says.
void mix(Picture& painted, const Picture& given, double strength) {
  const int share = static_cast<int>(std::lround(strength * 256));
  for (std::size_t i = 0; i < painted.rgba.size(); ++i)
    painted.rgba[i] = static_cast<std::uint8_t>((painted.rgba[i] * share + given.rgba[i] * (256 - share)) >> 8);
}

// The size of the given picture, smaller where it would be too many pixels.
PictureSize size_from_picture(PictureSize given) {
  const double pixels = static_cast<double>(given.width) * given.height;
  if (pixels <= most_pixels_from_picture) return given;
  const double scale = std::sqrt(most_pixels_from_picture / pixels);
  return {std::max(1, static_cast<int>(given.width * scale)), std::max(1, static_cast<int>(given.height * scale))};
}

// The shape of the given picture, its short side as the model makes it, both even as H.264 wants them.
PictureSize clip_size(PictureSize given, int short_side) {
  const double shape = std::clamp(static_cast<double>(given.width) / given.height, 1 / widest_clip, widest_clip);
  const auto even = [](double side) { return std::max(64, 2 * static_cast<int>(std::lround(side / 2))); };
  return shape >= 1 ? PictureSize{even(short_side * shape), even(short_side)} : PictureSize{even(short_side), even(short_side / shape)};
}

// Each picture of a job has a seed of its own; the first has the one that the result tells.
std::int64_t seed_of(const FalPaintOrder& what, std::size_t picture) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(what.seed) + picture);
}

Result<FalPainting> paint_pictures(const FalPaintOrder& what, UploadReader& reader, const std::stop_token& stop) {
  PictureSize size{what.order.width, what.order.height};
  Picture given;
  if (what.order.model->kind == FalKind::PictureFromPicture) {
    STUDIO_TRY(const PictureSize there, reader.size(what.source));
    size = size_from_picture(there);
    STUDIO_TRY(given, reader.read(what.source, size));
  }
  FalPainting painting{size.width, size.height, {}};
  for (std::size_t i = 0; i < what.files.size(); ++i) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "The job was cancelled.");
    Picture picture = what.is_blank ? black(size) : render_scene({std::string(what.order.model->painter), what.order.prompt,
                                                                  seed_of(what, i), size.width, size.height});
    if (!given.empty() && !what.is_blank) mix(picture, given, what.order.strength);
    STUDIO_TRY(const std::int64_t bytes, write_picture(picture, what.order.wants_png, what.files[i]));
    painting.bytes.push_back(bytes);
  }
  return painting;
}

Result<FalPainting> paint_clip(const FalPaintOrder& what, UploadReader& reader, const std::stop_token& stop) {
  STUDIO_TRY(const PictureSize there, reader.size(what.source));
  const PictureSize size = clip_size(there, what.clip_short_side > 0 ? what.clip_short_side : what.order.short_side);
  STUDIO_TRY(Picture picture, reader.read(what.source, size));
  if (what.is_blank) picture = black(size);
  const auto& file = what.files.at(0);
  STUDIO_TRY(const UniqueFd fd, make_file(file));
  STUDIO_CHECK(make_clip({std::move(picture), what.order.prompt, what.seed, what.order.seconds}, fd.get(), stop, [](double) {}));
  STUDIO_CHECK(sync_file(fd.get(), file));
  STUDIO_CHECK(sync_folder(file.parent_path()));
  return FalPainting{size.width, size.height, {::lseek(fd.get(), 0, SEEK_END)}};
}

}  // namespace

FalPaint make_fal_painter() {
  auto reader = std::make_shared<UploadReader>();
  return [reader](const FalPaintOrder& what, const std::stop_token& stop) -> Result<FalPainting> {
    return what.order.model->kind == FalKind::Clip ? paint_clip(what, *reader, stop) : paint_pictures(what, *reader, stop);
  };
}

}  // namespace studio::simulators
