// Which part of a frame used the processor? Frames whose own code took too long, before the graphics driver gets them, are named
// in the log.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace studio {

// UI thread. What is measured is the processor time of this thread, so that a busy machine accuses nobody.
class FrameWatch {
 public:
  static constexpr double slow_ms = 50;

  // Slow frames that follow within `log_every_ns` of a line of the log are counted in the next one.
  explicit FrameWatch(std::int64_t log_every_ns = 1'000'000'000) : log_every_ns_(log_every_ns) {}

  void begin();                // a frame's work begins
  void did(const char* part);  // what was done since begin() or the last did(); `part` is a literal
  void end(bool is_drawn = true);  // the draw lists are ready, or there are none

  struct Report {
    std::int64_t frames = 0, slow_frames = 0;
    double worst_ms = 0;
    std::string worst;  // "Gallery 61 ms, Prompt 3 ms, …" of the worst frame
  };
  const Report& report() const { return report_; }

 private:
  struct Part {
    const char* name = nullptr;
    std::int64_t ns = 0;
  };
  std::string parts_in_words() const;

  std::array<Part, 24> parts_{};
  std::size_t count_ = 0;
  std::int64_t since_ns_ = 0, begun_ns_ = 0;
  bool is_under_way_ = false;
  std::int64_t log_every_ns_;
  std::int64_t logged_mono_ns_ = 0;
  std::int64_t unlogged_ = 0;  // slow frames since the last line of the log
  Report report_;
};

}  // namespace studio
