// What the benchmarks of clips share: the clip, the desk drawn in frames, the peer mpv behind its socket, and percentiles.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string>
#include <vector>

#include "base/file.h"
#include "clips/clip_desk.h"
#include "support/process.h"
#include "support/temp_folder.h"

namespace studio {

inline double now_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

inline double percentile(std::vector<double> values, double part) {
  if (values.empty()) return -1;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

inline constexpr int BenchFrames = 121;

// Five seconds of a zoom with a little noise, 24 fps, x264 medium at its own keyframe distance (250: one or two groups).
inline bool make_bench_clip(const std::filesystem::path& path, const char* size, const char* bitrate) {
  const auto made = run_program({"ffmpeg", "-nostdin", "-y", "-v", "error", "-f", "lavfi", "-i", std::string("mandelbrot=s=") + size + ":rate=24", "-vf", "noise=alls=2:allf=t", "-frames:v",
                                 std::to_string(BenchFrames), "-c:v", "libx264", "-preset", "medium", "-b:v", bitrate, "-maxrate", bitrate, "-bufsize", bitrate, "-pix_fmt", "yuv420p", path.string()},
                                {}, 300'000);
  if (made.exit_code != 0) std::fprintf(stderr, "the clip could not be made: %s\n", made.err.c_str());
  return made.exit_code == 0;
}

// The desk as the window drives it: a frame whenever it rings.
class BenchDesk {
 public:
  explicit BenchDesk(std::filesystem::path folder, ClipDesk::Settings settings = {})
      : open_([folder = std::move(folder)](const std::string& name) { return open_for_read(folder / name); }), bell_(std::make_shared<Bell>()), desk(open_, [bell = bell_] { bell->ring(); }, settings) {}

  // False: nothing came for a minute.
  bool until(const std::function<bool()>& frame) {
    for (;;) {
      desk.begin_frame();
      const bool done = frame();
      desk.end_frame();
      if (done) return true;
      if (!bell_->wait()) return false;
    }
  }
  bool idle() {
    return until([&] { return !desk.counts().working; });
  }
  // Nothing is known or open any more; the media child runs on.
  void forget_all() { desk.set_source(open_); }

 private:
  struct Bell {
    std::mutex mutex;
    std::condition_variable changed;
    bool rung = false;
    void ring() {
      const std::lock_guard lock(mutex);
      rung = true;
      changed.notify_all();
    }
    bool wait() {
      std::unique_lock lock(mutex);
      const bool was = changed.wait_for(lock, std::chrono::seconds(60), [this] { return rung; });
      rung = false;
      return was;
    }
  };
  ClipDesk::OpenBlob open_;
  std::shared_ptr<Bell> bell_;

 public:
  ClipDesk desk;
};

// mpv, running and idle, told by its socket what to do. It draws nothing (--vo=null), as the desk does not either.
class Mpv {
 public:
  explicit Mpv(const std::filesystem::path& folder)
      : socket_path_((folder / "mpv").string()),
        process_({"mpv", "--no-config", "--idle=yes", "--vo=null", "--ao=null", "--no-terminal", "--pause", "--keep-open=yes", "--hr-seek=yes", "--input-ipc-server=" + socket_path_}) {
    for (int tries = 0; tries < 500 && !connect(); ++tries) process_.runs_out_within(20);
  }
  bool works() const { return static_cast<bool>(socket_); }

  // Milliseconds until the frame that the command asks for is shown; nothing where mpv does not answer.
  std::optional<double> timed(const std::string& command) {
    const double begin = now_ms();
    if (!say(command) || !hear("\"playback-restart\"")) return std::nullopt;
    return now_ms() - begin;
  }
  std::optional<double> load(const std::filesystem::path& clip) { return timed(R"({"command":["loadfile",")" + clip.string() + R"("]})"); }
  std::optional<double> seek(double secs) { return timed(R"({"command":["seek",)" + std::to_string(secs) + R"(,"absolute+exact"]})"); }
  std::optional<double> back_step() { return timed(R"({"command":["frame-back-step"]})"); }

 private:
  bool connect() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_path_.c_str(), sizeof address.sun_path - 1);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    socket_ = std::move(fd);
    return true;
  }
  bool say(const std::string& line) {
    const std::string text = line + "\n";
    return ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  // Reads lines until one holds `text`.
  bool hear(const char* text) {
    for (;;) {
      for (std::size_t end = 0; (end = heard_.find('\n')) != std::string::npos;) {
        const bool found = heard_.substr(0, end).find(text) != std::string::npos;
        heard_.erase(0, end + 1);
        if (found) return true;
      }
      pollfd ready{socket_.get(), POLLIN, 0};
      if (::poll(&ready, 1, 20'000) <= 0) return false;
      char chunk[4096];
      const ssize_t got = ::read(socket_.get(), chunk, sizeof chunk);
      if (got <= 0) return false;
      heard_.append(chunk, static_cast<std::size_t>(got));
    }
  }

  std::string socket_path_;
  Process process_;
  UniqueFd socket_;
  std::string heard_;
};

}  // namespace studio
