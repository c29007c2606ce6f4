// Inside of this room: the desk's own thread. It owns the media child, carries out one wish at a time, the latest, and posts
// what comes of it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "clips/clip_facts.h"
#include "clips/frame_set.h"
#include "clips/plan.h"
#include "media_child/media_child.h"

namespace studio {

enum class DeskWork : std::uint8_t { Strip, Clip, Still, Sound };

struct DeskWish {
  DeskWork work = DeskWork::Strip;
  std::string sha256;
  FitBox box;                       // Strip, Still
  double at_secs = 0;               // Strip: where the pointer is
  std::int64_t index = 0;           // Clip: the frame looked at
  int direction = 0;                // Clip
  std::int64_t room_bytes = 0;      // Clip: what its frames may take
  std::vector<std::int64_t> have;   // frames that are there already
};

struct DeskNews {
  enum class Kind : std::uint8_t { Opened, DecodedFacts, Frame, Sound, Problem, Done };
  Kind kind = Kind::Done;
  std::uint64_t ticket = 0;  // of the wish it came from
  DeskWork work = DeskWork::Strip;
  std::string sha256;
  FitBox box;
  ClipFacts facts;                    // Opened
  std::vector<std::uint8_t> is_key;   // Opened
  MediaFacts media;                   // DecodedFacts
  std::shared_ptr<const ClipFrame> frame;
  std::shared_ptr<const Sound> sound;
  Error error;                        // Problem
  std::optional<Error> frame_error;   // Done: why frames are missing
  Window window;                      // Done: what was asked for
};

class DeskWorker {
 public:
  using OpenBlob = std::function<Result<UniqueFd>(const std::string& sha256)>;

  DeskWorker(OpenBlob open, std::function<void()> wake, MediaChildSettings settings, std::int64_t unread_bytes);
  ~DeskWorker();
  DeskWorker(const DeskWorker&) = delete;
  DeskWorker& operator=(const DeskWorker&) = delete;

  // UI thread. Each replaces the wish before and stops its work; the answer is the new wish's ticket.
  std::uint64_t want(std::optional<DeskWish> wish);
  void set_source(OpenBlob open);
  void prepare();
  std::vector<DeskNews> take_news();
  bool has_news() const;
  std::int64_t unread_bytes() const;

  struct Counts {
    std::atomic<std::int64_t> decodes_begun{0}, frames_decoded{0}, cancelled{0};
    std::atomic<int> child_restarts{0};
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Task {
    std::uint64_t ticket = 0;
    DeskWish wish;
    OpenBlob open;
    GoesOn goes_on;
  };

  void run(const std::stop_token& stop);
  void perform(const Task& task);
  void perform_frames(const Task& task);
  void perform_still(const Task& task);
  void perform_sound(const Task& task);
  Result<MediaChild*> child();
  Result<void> open_clip(const Task& task);
  Window window_of(const Task& task, std::int64_t wanted) const;
  // False: the wish is over, or its file has a problem.
  Result<void> run_plan(const Task& task, const std::vector<DecodeRun>& plan, std::optional<Error>& frame_error);
  void post(const Task& task, DeskNews news);
  void close_clip();

  std::function<void()> wake_;
  MediaChildSettings settings_;
  std::int64_t unread_limit_;
  Counts counts_;
  std::atomic<std::uint64_t> ticket_{0};  // of the wish that counts

  struct Shared {
    mutable std::mutex mutex;
    std::condition_variable_any changed;
    OpenBlob open;
    std::optional<DeskWish> wish;
    bool has_work = false;         // something to look at: a wish, a change of source, a start
    bool source_changed = false;
    bool starts_child = false;
    std::vector<DeskNews> news;
    std::int64_t news_bytes = 0;
    MediaChild* child = nullptr;   // to nudge; the worker's own
  } shared_;

  // The worker's own.
  struct Worker {
    std::unique_ptr<MediaChild> child;
    std::string open_sha256;       // of the clip that is open in the child
    OpenedClip clip;
    ClipFacts facts;
  } worker_;

  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace studio
