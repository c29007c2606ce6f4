// A desk with files behind it and a bell to wait on: tests draw "frames" until something holds, without sleeping.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "clips/clip_desk.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"

namespace studio {

class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_all();
  }
  // False when nobody rings for a long time: the test has failed.
  bool wait() {
    std::unique_lock lock(mutex_);
    const bool rung = changed_.wait_for(lock, std::chrono::seconds(60), [this] { return rung_; });
    rung_ = false;
    return rung;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

class DeskRig {
 public:
  explicit DeskRig(ClipDesk::Settings settings = {}) : bell(std::make_shared<Bell>()), desk(opener(), [bell = bell] { bell->ring(); }, settings) {}

  // Names stand for hashes: the desk does not look into them.
  ClipDesk::OpenBlob opener() const {
    return [folder = folder_->path()](const std::string& name) -> Result<UniqueFd> { return open_for_read(folder / name); };
  }
  std::filesystem::path path(const std::string& name) const { return folder_->path() / name; }

  // Draws frames until `frame` answers true. False: it never did.
  bool until(const std::function<bool()>& frame) {
    for (;;) {
      desk.begin_frame();
      const bool done = frame();
      desk.end_frame();
      if (done) return true;
      if (!bell->wait()) return false;
    }
  }
  // Frames in which nothing is asked for, until nothing is worked on.
  void leave() {
    desk.begin_frame();
    desk.end_frame();
  }

  // A clip whose frames carry their numbers. False: this machine cannot make it.
  bool numbered(const std::string& name, int frames = 48, std::vector<std::string> encoder = {}, int width = 320, int height = 192) const {
    if (encoder.empty()) encoder = {"-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "16"};
    return samples::has_ffmpeg() && samples::has_encoder(encoder[1]) && samples::numbered_clip(path(name), encoder, frames, width, height);
  }

 private:
  std::unique_ptr<TempFolder> folder_ = std::make_unique<TempFolder>();

 public:
  std::shared_ptr<Bell> bell;
  ClipDesk desk;  // last: stops before its files go
};

}  // namespace studio
