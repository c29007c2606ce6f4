#include "engine/media_work.h"

#include <algorithm>
#include <mutex>

#include "base/log.h"
#include "media/encode_image.h"
#include "media/poster_jpeg.h"
#include "media/resize.h"
#include "media/thumb_hash.h"
#include "media_child/media_child.h"

namespace studio {
namespace {

class ChildMediaWork final : public MediaWork {
 public:
  tl::expected<MediaSummary, Failure> probe(int fd) override {
    auto child = this->child();
    if (!child) return tl::unexpected(Failure{child.error(), false});
    auto facts = (*child)->probe(fd);
    if (!facts) return failed(facts.error());
    if (facts->kind == FileKind::Image) {
      // A header alone proves little: a picture counts when its pixels decode.
      auto decoded = (*child)->decode_image(fd, {FitBox{small_poster_edge, small_poster_edge}});
      if (!decoded) return failed(decoded.error());
    } else {
      auto poster = (*child)->poster(fd, {FitBox{small_poster_edge, small_poster_edge}});
      if (!poster) return failed(poster.error());
    }
    MediaSummary summary;
    summary.mime = facts->mime;
    summary.extension = facts->extension;
    summary.width = facts->width;
    summary.height = facts->height;
    summary.seconds = facts->duration_secs;
    summary.has_audio = facts->has_audio;
    return summary;
  }

  tl::expected<Posters, Failure> posters(int fd, MediaKind) override {
    auto child = this->child();
    if (!child) return tl::unexpected(Failure{child.error(), false});
    auto decoded = (*child)->poster(fd, {FitBox{large_poster_edge, large_poster_edge}});
    if (!decoded) return failed(decoded.error());
    if (decoded->pictures.empty()) return tl::unexpected(Failure{{ErrorKind::Damaged, "The file has no picture to show.", "", 0}, false});
    const Picture& large = decoded->pictures.front();
    const Picture small = resized(large, fitted({large.width, large.height}, {small_poster_edge, small_poster_edge}));
    auto large_jpeg = encode_jpeg(large, {.quality = 90, .full_colour_detail = true});
    auto small_jpeg = encode_jpeg(small, {.quality = 88, .full_colour_detail = true});
    if (!large_jpeg) return tl::unexpected(Failure{large_jpeg.error(), false});
    if (!small_jpeg) return tl::unexpected(Failure{small_jpeg.error(), false});
    return Posters{std::move(*large_jpeg), std::move(*small_jpeg)};
  }

  PosterHint hint_of(const std::string& small_poster) override {
    constexpr int edge = 64;  // more would not be seen in so few terms
    const auto picture = decode_poster(small_poster, {edge, edge});
    if (!picture) {
      log_warning("a poster has no average colour: " + picture.error().message);
      return {};
    }
    PosterHint hint;
    hint.average_rgba = average_rgba(*picture);
    const auto hash = thumb_hash_of(*picture);
    if (hash.size() > hint.hash.size()) return hint;
    std::copy(hash.begin(), hash.end(), hint.hash.begin());
    hint.hash_bytes = static_cast<std::uint8_t>(hash.size());
    return hint;
  }

 private:
  static tl::unexpected<Failure> failed(const Error& error) { return tl::unexpected(Failure{error, decoder_crashed(error)}); }

  Result<MediaChild*> child() {
    std::lock_guard lock(mutex_);
    if (!child_) {
      auto started = MediaChild::start(ChildRole::Background);
      if (!started) return fail(std::move(started.error()));
      child_ = std::move(*started);
    }
    return child_.get();
  }

  std::mutex mutex_;
  std::unique_ptr<MediaChild> child_;
};

}  // namespace

std::shared_ptr<MediaWork> make_media_work() { return std::make_shared<ChildMediaWork>(); }

}  // namespace studio
