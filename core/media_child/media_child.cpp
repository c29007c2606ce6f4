#include "media_child/media_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <new>

#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "media_child/protocol.h"
#include "media_child/spawner.h"

namespace studio {
namespace {

using wire::Reply;
using wire::ReplyKind;
using wire::Request;
using wire::RequestKind;

constexpr std::string_view CrashMark = "decoder crashed";
constexpr std::int64_t StartLimitMs = 30'000;

std::filesystem::path program_path(const MediaChildSettings& settings) {
  if (!settings.program.empty()) return settings.program;
  if (const char* given = std::getenv("STUDIO_MEDIA_CHILD"); given != nullptr && given[0] != 0) return given;
  return sibling_program("studio_media");
}

// The child may map what it is handed, so it never gets a descriptor that could be written through.
Result<UniqueFd> read_only(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return fail(disk_error("open the file", errno, {}));
  UniqueFd result((flags & O_ACCMODE) == O_RDONLY ? ::fcntl(fd, F_DUPFD_CLOEXEC, 0)
                                                  : ::open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_RDONLY | O_CLOEXEC));
  if (!result) return fail(disk_error("open the file", errno, {}));
  return result;
}

// Sparse, and sealed: the child can neither grow it without end nor cut it short under our hands.
Result<UniqueFd> make_area() {
  UniqueFd area(::memfd_create("studio-media", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!area || ::ftruncate(area.get(), wire::AreaBytes) != 0 || ::fcntl(area.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return fail(disk_error("share memory with the media child", errno, {}));
  }
  return area;
}

bool fits(const wire::PlacedPicture& placed, FitBox box) {
  const auto within = [](int length, int most) { return most <= 0 || length <= most; };
  return within(placed.width, box.max_width) && within(placed.height, box.max_height) &&
         static_cast<std::int64_t>(placed.width) * placed.height <= MaxDecodedPixels;
}

// By reading, not by mapping: a copy is ours, whatever the child does to the area meanwhile.
Result<void> copy_bytes(int area, std::int64_t offset, void* to, std::size_t size) {
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::pread(area, static_cast<std::uint8_t*>(to) + have, size - have, offset + static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(disk_error("read what the media child decoded", errno, {}));
    have += static_cast<std::size_t>(got);
  }
  return {};
}

Result<Picture> copy_out(int area, const wire::PlacedPicture& placed) try {
  Picture picture(placed.width, placed.height);
  STUDIO_CHECK(copy_bytes(area, placed.offset, picture.rgba.data(), picture.rgba.size()));
  return picture;
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::Disk, "There is not enough memory for the picture; close other programs and try again.", "bad_alloc");
}

// An error in the child's words: its kind narrowed to what a decoder can mean, its text only if it is plain.
Error error_from_child(Error error) {
  const auto is_plain = [](const std::string& text) {
    return is_valid_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  };
  const bool kind_is_known = error.kind == ErrorKind::Damaged || error.kind == ErrorKind::BadRequest || error.kind == ErrorKind::Disk ||
                             error.kind == ErrorKind::NotFound || error.kind == ErrorKind::Bug;
  if (!kind_is_known) error.kind = ErrorKind::Damaged;
  if (!is_plain(error.message) || error.message.empty()) error.message = "The file is damaged; fetch or copy it again.";
  if (!is_plain(error.detail) || error.detail.find(CrashMark) != std::string::npos) error.detail.clear();
  return error;
}

}  // namespace

bool decoder_crashed(const Error& error) { return error.kind == ErrorKind::Damaged && error.detail.starts_with(CrashMark); }

struct MediaChild::State {
  MediaChildSettings settings;
  const char* role = "interactive";

  // One call at a time; everything below but the two marked is used only with this held.
  std::mutex call;
  Spawner spawner;
  SpawnedChild child;
  int requests = 0;
  bool was_started = false;
  std::atomic<int> restarts{0};    // any thread
  std::atomic<int> process_id{0};  // any thread

  struct Interrupt {
    std::mutex mutex;
    bool call_runs = false;  // guarded
    UniqueFd event;          // written by interrupt(), polled by the call
    UniqueFd nudged;         // written by nudge(), polled by the call
  } interrupt;

  // Of the call that runs.
  const GoesOn* goes_on = nullptr;
  bool told_to_stop = false;

  // The clip that is open, and in which process.
  struct Clip {
    pid_t process = 0;
    UniqueFd area;
    std::int64_t frames = 0;
  } clip;

  ~State() { end_process(); }

  Result<void> ensure_running();
  void end_process();
  bool clip_is_open();
  bool wants_to_go_on() const { return goes_on == nullptr || !*goes_on || (*goes_on)(); }
  // Ends a child that died or broke the rules, and says what that means for the file it was working on.
  Error ended_unasked();
  Result<Reply> receive(std::int64_t limit_ms);
  Result<Reply> exchange(const Request& request, const std::vector<int>& descriptors, std::int64_t limit_ms);
  Error broke_protocol(const char* how);
  // A word in the middle of a run. False: it has not read for so long that nothing more fits. If it is gone meanwhile, the next
  // receive() finds out and says so.
  bool tell(const Request& request) { return wire::send_packet(child.socket.get(), wire::packed(request), {}, false) || (errno != EAGAIN && errno != EWOULDBLOCK); }
  Result<DecodedImage> pictures(RequestKind kind, int fd, const std::vector<FitBox>& boxes, const GoesOn& asked);
};

namespace {

void drain(const UniqueFd& event) {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const ssize_t drained = ::read(event.get(), &ignored, sizeof ignored);
}

// Marks the time in which interrupt() has something to end.
template <class Interrupt>
class Running {
 public:
  explicit Running(Interrupt& interrupt) : interrupt_(interrupt) {
    const std::lock_guard lock(interrupt_.mutex);
    drain(interrupt_.event);
    drain(interrupt_.nudged);
    interrupt_.call_runs = true;
  }
  ~Running() {
    const std::lock_guard lock(interrupt_.mutex);
    interrupt_.call_runs = false;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Interrupt& interrupt_;
};

// Sets what a call may ask while it runs, and forgets it at its end.
class Asking {
 public:
  Asking(const GoesOn*& place, bool& told_to_stop, const GoesOn& goes_on) : place_(place), told_to_stop_(told_to_stop) { place_ = &goes_on; }
  ~Asking() {
    place_ = nullptr;
    told_to_stop_ = false;
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

 private:
  const GoesOn*& place_;
  bool& told_to_stop_;
};

tl::unexpected<Error> cancelled() { return fail(ErrorKind::Cancelled, "Opening the file was cancelled."); }

}  // namespace

void MediaChild::State::end_process() {
  child.socket.reset();
  if (child.process > 0) {
    ::kill(child.process, SIGKILL);  // it holds nothing that would need an orderly end
    while (::waitpid(child.process, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  child.process = 0;
  process_id = 0;
  clip = {};
}

bool MediaChild::State::clip_is_open() {
  if (child.process > 0) {
    // It may have died while nobody looked; that is nobody's fault.
    pollfd socket{child.socket.get(), POLLIN, 0};
    if (::poll(&socket, 1, 0) > 0) end_process();
  }
  return child.process > 0 && clip.process == child.process;
}

Error MediaChild::State::ended_unasked() {
  std::string how = "closed its socket";
  if (child.process > 0) {
    ::kill(child.process, SIGKILL);
    int status = 0;
    pid_t waited = 0;
    while ((waited = ::waitpid(child.process, &status, 0)) < 0 && errno == EINTR) {
    }
    if (waited > 0 && WIFSIGNALED(status)) how = "signal " + std::to_string(WTERMSIG(status));
    if (waited > 0 && WIFEXITED(status)) how = "exit " + std::to_string(WEXITSTATUS(status));
    child.process = 0;
  }
  end_process();
  log_warning("media child (" + std::string(role) + "): ended while decoding, " + how);
  return {ErrorKind::Damaged, "The decoder crashed on this file, which is probably damaged; fetch or copy it again.", std::string(CrashMark) + ": " + how, 0};
}

Error MediaChild::State::broke_protocol(const char* how) {
  end_process();
  log_error("media child (" + std::string(role) + "): " + how);
  // Bytes that make a decoder speak nonsense count like bytes that make it crash.
  return {ErrorKind::Damaged, "The decoder crashed on this file, which is probably damaged; fetch or copy it again.", std::string(CrashMark) + ": " + how, 0};
}

Result<void> MediaChild::State::ensure_running() {
  if (child.process > 0 && requests >= settings.requests_before_restart) end_process();
  if (child.process > 0) {
    // It may have died while nobody looked; that is nobody's fault.
    pollfd socket{child.socket.get(), POLLIN, 0};
    if (::poll(&socket, 1, 0) > 0) end_process();
  }
  if (child.process > 0) return {};
  if (was_started) ++restarts;
  STUDIO_TRY(child, spawner.spawn(program_path(settings), role));
  was_started = true;
  requests = 0;
  process_id = child.process;
  auto hello = receive(StartLimitMs);
  if (hello && hello->kind == ReplyKind::Ready) return {};
  std::string detail = "unexpected greeting";
  if (hello && hello->kind == ReplyKind::Failed) detail = hello->error.message + " " + hello->error.detail;
  if (!hello && hello.error().kind == ErrorKind::Cancelled) return fail(std::move(hello.error()));
  if (!hello) detail = hello.error().message + " " + hello.error().detail;
  end_process();
  return fail(ErrorKind::Bug, "The media child cannot be started safely, so no picture or clip can be opened; a Linux kernel with seccomp and enough memory is needed.",
              std::move(detail));
}

Result<Reply> MediaChild::State::receive(std::int64_t limit_ms) {
  using std::chrono::milliseconds;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  auto deadline = now() + milliseconds(told_to_stop ? std::min(limit_ms, settings.stop_limit_ms) : limit_ms);
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - now()).count();
    pollfd watched[3] = {{child.socket.get(), POLLIN, 0}, {interrupt.event.get(), POLLIN, 0}, {interrupt.nudged.get(), POLLIN, 0}};
    const int ready = ::poll(watched, 3, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000)));
    if (ready < 0 && errno == EINTR) continue;
    if (watched[1].revents != 0) {
      end_process();
      return fail(ErrorKind::Cancelled, "Opening the file was cancelled.");
    }
    if (watched[2].revents != 0) {
      drain(interrupt.nudged);
      if (!told_to_stop && !wants_to_go_on()) {
        told_to_stop = true;
        deadline = std::min(deadline, now() + milliseconds(settings.stop_limit_ms));
        // If it is gone meanwhile, the next look at the socket finds out.
        if (!tell({RequestKind::Stop, {}, 0, 0})) return fail(broke_protocol("reads nothing it is told"));
      }
      if (watched[0].revents == 0) continue;
    }
    if (ready <= 0 && told_to_stop) {
      end_process();
      log_info("media child (" + std::string(role) + "): ended, for it did not stop when told to");
      return fail(ErrorKind::Cancelled, "Opening the file was cancelled.");
    }
    if (ready <= 0) {
      end_process();
      log_warning("media child (" + std::string(role) + "): ended after its time limit");
      return fail(ErrorKind::Timeout, "Opening the file took too long; it may be damaged, so fetch or copy it again.");
    }
    const wire::Received received = wire::receive_packet(child.socket.get(), false);
    if (received.state == wire::Received::State::Nothing) continue;
    if (received.state == wire::Received::State::Closed) return fail(ended_unasked());
    Reply reply;
    if (received.state != wire::Received::State::Message || !received.descriptors.empty() || !wire::unpack(received.bytes, reply)) {
      return fail(broke_protocol("sent a malformed message"));
    }
    return reply;
  }
}

Result<Reply> MediaChild::State::exchange(const Request& request, const std::vector<int>& descriptors, std::int64_t limit_ms) {
  STUDIO_CHECK(ensure_running());
  if (!wire::send_packet(child.socket.get(), wire::packed(request), descriptors, false)) {
    // Died between the look and the word: once more, with a fresh one.
    end_process();
    STUDIO_CHECK(ensure_running());
    if (!wire::send_packet(child.socket.get(), wire::packed(request), descriptors, false)) return fail(broke_protocol("takes no requests"));
  }
  ++requests;
  STUDIO_TRY(Reply reply, receive(limit_ms));
  if (reply.kind == ReplyKind::Failed) return fail(error_from_child(std::move(reply.error)));
  return reply;
}

Result<DecodedImage> MediaChild::State::pictures(RequestKind kind, int fd, const std::vector<FitBox>& boxes, const GoesOn& asked) {
  if (boxes.empty() || boxes.size() > wire::MaxBoxes) return fail(ErrorKind::Bug, "Between one and eight picture sizes can be asked for.", "boxes");
  const std::lock_guard lock(call);
  const Running running(interrupt);
  const Asking asking(goes_on, told_to_stop, asked);
  if (!wants_to_go_on()) return cancelled();
  STUDIO_TRY(const UniqueFd file, read_only(fd));
  STUDIO_TRY(const UniqueFd area, make_area());
  STUDIO_TRY(Reply reply, exchange({kind, boxes, 0, 0}, {file.get(), area.get()}, settings.decode_limit_ms));
  if (reply.kind != ReplyKind::Pictures || reply.pictures.size() != boxes.size()) return fail(broke_protocol("answered something else than pictures"));
  DecodedImage result;
  result.facts = std::move(reply.facts);
  result.time_secs = reply.time_secs;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (!fits(reply.pictures[i], boxes[i])) return fail(broke_protocol("answered a picture larger than asked for"));
    STUDIO_TRY(Picture picture, copy_out(area.get(), reply.pictures[i]));
    result.pictures.push_back(std::move(picture));
  }
  return result;
}

MediaChild::MediaChild(std::unique_ptr<State> state) : state_(std::move(state)) {}
MediaChild::~MediaChild() = default;

Result<std::unique_ptr<MediaChild>> MediaChild::start(ChildRole role, MediaChildSettings settings) {
  auto state = std::make_unique<State>();
  state->settings = std::move(settings);
  state->role = role == ChildRole::Background ? "background" : "interactive";
  state->interrupt.event.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  state->interrupt.nudged.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state->interrupt.event || !state->interrupt.nudged) return fail(disk_error("start the media child", errno, {}));
  STUDIO_CHECK(state->ensure_running());
  return std::unique_ptr<MediaChild>(new MediaChild(std::move(state)));
}

Result<MediaFacts> MediaChild::probe(int fd) {
  const std::lock_guard lock(state_->call);
  const Running running(state_->interrupt);
  STUDIO_TRY(const UniqueFd file, read_only(fd));
  STUDIO_TRY(Reply reply, state_->exchange({RequestKind::Probe, {}, 0, 0}, {file.get()}, state_->settings.probe_limit_ms));
  if (reply.kind != ReplyKind::Facts) return fail(state_->broke_protocol("answered something else than facts"));
  return std::move(reply.facts);
}

Result<DecodedImage> MediaChild::decode_image(int fd, const std::vector<FitBox>& boxes, const GoesOn& goes_on) {
  return state_->pictures(RequestKind::DecodeImage, fd, boxes, goes_on);
}
Result<DecodedImage> MediaChild::poster(int fd, const std::vector<FitBox>& boxes) { return state_->pictures(RequestKind::Poster, fd, boxes, {}); }

Result<std::int64_t> MediaChild::decode_frames(int fd, std::int64_t first, std::int64_t count, FitBox box, const std::function<bool(VideoFrame&&)>& each) {
  State& s = *state_;
  if (first < 0) return fail(ErrorKind::Bug, "Frames are counted from zero.", "decode_frames");
  const std::lock_guard lock(s.call);
  const Running running(s.interrupt);
  STUDIO_TRY(const UniqueFd file, read_only(fd));
  STUDIO_TRY(const UniqueFd area, make_area());
  auto reply = s.exchange({RequestKind::DecodeFrames, {box}, first, count}, {file.get(), area.get()}, s.settings.frame_limit_ms);
  std::int64_t handed = 0, next = first;
  bool goes_on = true;
  // Left early, by an error or an exception of the caller's: the child is in the middle of a run that nobody reads any more.
  struct Leaving {
    State& state;
    bool run_is_over = false;
    ~Leaving() {
      if (!run_is_over) state.end_process();
    }
  } leaving{s};
  for (;; reply = s.receive(s.settings.frame_limit_ms)) {
    // The first answer comes through exchange(), which turns Failed into an error and leaves the child usable.
    if (!reply) {
      leaving.run_is_over = handed == 0;
      return fail(std::move(reply.error()));
    }
    leaving.run_is_over = reply->kind == ReplyKind::Failed || reply->kind == ReplyKind::FramesDone;
    if (reply->kind == ReplyKind::Failed) return fail(error_from_child(std::move(reply->error)));
    if (reply->kind == ReplyKind::FramesDone) return handed;
    const bool is_frame = reply->kind == ReplyKind::Frame && reply->pictures.size() == 1 && fits(reply->pictures[0], box) &&
                          reply->pictures[0].offset % wire::SlotBytes == 0 && reply->number >= next && (count < 0 || reply->number - first < count) &&
                          static_cast<std::int64_t>(reply->pictures[0].width) * reply->pictures[0].height * 4 <= wire::SlotBytes;
    if (!is_frame) return fail(s.broke_protocol("answered something else than the next frame"));
    if (!goes_on) continue;  // already on its way when we said stop
    next = reply->number + 1;
    VideoFrame frame{reply->number, reply->time_secs, reply->duration_secs, {}};
    STUDIO_TRY(frame.picture, copy_out(area.get(), reply->pictures[0]));
    ++handed;
    goes_on = each(std::move(frame));
    const Request said{goes_on ? RequestKind::SlotFree : RequestKind::Stop, {}, reply->pictures[0].offset / wire::SlotBytes, 0};
    if (!s.tell(said)) return fail(s.broke_protocol("reads nothing it is told"));
  }
}

namespace {

// The table of a clip's frames, believed only where it is in order.
Result<OpenedClip> read_index(int area, Reply reply) try {
  OpenedClip clip;
  clip.facts = std::move(reply.facts);
  clip.end_secs = reply.duration_secs;
  const auto count = static_cast<std::size_t>(reply.number);
  clip.times.resize(count);
  clip.is_key.resize(count);
  STUDIO_CHECK(copy_bytes(area, 0, clip.times.data(), count * sizeof(double)));
  STUDIO_CHECK(copy_bytes(area, static_cast<std::int64_t>(count * sizeof(double)), clip.is_key.data(), count));
  bool is_in_order = clip.times[0] == 0;
  for (std::size_t i = 1; i < count; ++i) is_in_order = is_in_order && clip.times[i] > clip.times[i - 1];  // false for what is no number
  is_in_order = is_in_order && clip.times.back() < 1e9 && clip.end_secs >= clip.times.back();
  for (const std::uint8_t flag : clip.is_key) is_in_order = is_in_order && flag <= 1;
  if (!is_in_order) clip.times.clear();
  return clip;
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::Disk, "There is not enough memory to open the clip; close other programs and try again.", "bad_alloc");
}

}  // namespace

Result<OpenedClip> MediaChild::open_clip(int fd, const GoesOn& goes_on) {
  State& s = *state_;
  const std::lock_guard lock(s.call);
  const Running running(s.interrupt);
  const Asking asking(s.goes_on, s.told_to_stop, goes_on);
  if (!s.wants_to_go_on()) return cancelled();
  STUDIO_TRY(const UniqueFd file, read_only(fd));
  STUDIO_TRY(UniqueFd area, make_area());
  s.clip = {};
  auto reply = s.exchange({RequestKind::OpenClip, {}, 0, 0}, {file.get(), area.get()}, s.settings.probe_limit_ms);
  if (!reply && s.told_to_stop && !decoder_crashed(reply.error())) return cancelled();
  if (!reply) return fail(std::move(reply.error()));
  if (reply->kind != ReplyKind::ClipOpened) return fail(s.broke_protocol("answered something else than a clip"));
  STUDIO_TRY(OpenedClip clip, read_index(area.get(), std::move(*reply)));
  if (clip.times.empty()) return fail(s.broke_protocol("gave frame times that are out of order"));
  s.clip = {s.child.process, std::move(area), static_cast<std::int64_t>(clip.times.size())};
  return clip;
}

Result<std::int64_t> MediaChild::run_clip(const ClipRun& run, const GoesOn& goes_on, const std::function<void(VideoFrame&&)>& each, std::optional<MediaFacts>& facts) {
  State& s = *state_;
  const std::lock_guard lock(s.call);
  const Running running(s.interrupt);
  const Asking asking(s.goes_on, s.told_to_stop, goes_on);
  if (!s.wants_to_go_on()) return 0;
  if (!s.clip_is_open()) return fail(ErrorKind::NotFound, "The clip is not open; open it again.", "run_clip");
  ClipRun asked = run;
  if (asked.alone) asked.last = asked.first;
  asked.last = std::min(asked.last, s.clip.frames - 1);
  if (asked.first < 0 || asked.first > asked.last) return fail(ErrorKind::Bug, "The clip has no such frames.", "run_clip");
  const RequestKind kind = run.alone ? RequestKind::ClipKey : RequestKind::ClipFrames;
  const Request request{kind, {asked.box}, asked.first, asked.last - asked.first + 1};
  if (!wire::send_packet(s.child.socket.get(), wire::packed(request), {}, false)) {
    s.end_process();
    return fail(ErrorKind::NotFound, "The clip is not open; open it again.", "run_clip");
  }
  ++s.requests;
  std::int64_t handed = 0, next = asked.first;
  bool has_facts = false;
  // Left by an exception of the caller's: the child is in the middle of a run that nobody reads any more.
  struct Leaving {
    State& state;
    bool run_is_over = false;
    ~Leaving() {
      if (!run_is_over) state.end_process();
    }
  } leaving{s};
  for (;;) {
    auto reply = s.receive(s.settings.frame_limit_ms);
    leaving.run_is_over = !reply || reply->kind == ReplyKind::Failed || reply->kind == ReplyKind::FramesDone;
    if (!reply && reply.error().kind == ErrorKind::Cancelled && s.told_to_stop) return handed;
    if (!reply) return fail(std::move(reply.error()));
    if (reply->kind == ReplyKind::FramesDone) return handed;
    if (reply->kind == ReplyKind::Failed) return fail(error_from_child(std::move(reply->error)));
    if (reply->kind == ReplyKind::ClipFacts && !has_facts) {
      has_facts = true;
      facts = std::move(reply->facts);
      continue;
    }
    const bool is_frame = reply->kind == ReplyKind::Frame && reply->pictures.size() == 1 && fits(reply->pictures[0], asked.box) &&
                          reply->pictures[0].offset % wire::SlotBytes == 0 && reply->number >= next && reply->number <= asked.last &&
                          static_cast<std::int64_t>(reply->pictures[0].width) * reply->pictures[0].height * 4 <= wire::SlotBytes;
    if (!is_frame) return fail(s.broke_protocol("answered something else than the next frame"));
    next = reply->number + 1;
    VideoFrame frame{reply->number, reply->time_secs, reply->duration_secs, {}};
    auto picture = copy_out(s.clip.area.get(), reply->pictures[0]);
    const Request free{RequestKind::SlotFree, {}, reply->pictures[0].offset / wire::SlotBytes, 0};
    if (!s.tell(free)) return fail(s.broke_protocol("reads nothing it is told"));
    if (!picture) {
      s.end_process();
      return fail(std::move(picture.error()));
    }
    frame.picture = std::move(*picture);
    ++handed;
    each(std::move(frame));
  }
}

void MediaChild::close_clip() {
  State& s = *state_;
  const std::lock_guard lock(s.call);
  const Running running(s.interrupt);
  if (!s.clip_is_open()) return;
  s.clip = {};
  const auto closed = s.exchange({RequestKind::CloseClip, {}, 0, 0}, {}, s.settings.stop_limit_ms);
  if (!closed || closed->kind != ReplyKind::ClipClosed) s.end_process();  // whatever it holds goes with it
}

Result<Sound> MediaChild::sound(int fd, const GoesOn& goes_on) try {
  State& s = *state_;
  const std::lock_guard lock(s.call);
  const Running running(s.interrupt);
  const Asking asking(s.goes_on, s.told_to_stop, goes_on);
  if (!s.wants_to_go_on()) return cancelled();
  STUDIO_TRY(const UniqueFd file, read_only(fd));
  STUDIO_TRY(const UniqueFd area, make_area());
  auto reply = s.exchange({RequestKind::Sound, {}, 0, 0}, {file.get(), area.get()}, s.settings.decode_limit_ms);
  if (!reply && s.told_to_stop && !decoder_crashed(reply.error())) return cancelled();
  if (!reply) return fail(std::move(reply.error()));
  const bool is_sound = reply->kind == ReplyKind::SoundDone && static_cast<double>(reply->number) <= (MaxSoundSecs + 1) * SoundRate;
  if (!is_sound) return fail(s.broke_protocol("answered something else than sound"));
  Sound sound;
  sound.samples.resize(static_cast<std::size_t>(reply->number) * SoundChannels);
  STUDIO_CHECK(copy_bytes(area.get(), 0, sound.samples.data(), sound.samples.size() * sizeof(float)));
  for (const float sample : sound.samples) {
    if (!(sample > -64 && sample < 64)) return fail(s.broke_protocol("gave sound that is no sound"));  // not for what is no number either
  }
  return sound;
} catch (const std::bad_alloc&) {
  return fail(ErrorKind::Disk, "There is not enough memory for the clip's sound; close other programs and try again.", "bad_alloc");
}

void MediaChild::nudge() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(state_->interrupt.nudged.get(), &one, sizeof one) == sizeof one);
}

void MediaChild::interrupt() {
  State::Interrupt& interrupt = state_->interrupt;
  const std::lock_guard lock(interrupt.mutex);
  const std::uint64_t one = 1;
  if (interrupt.call_runs) static_cast<void>(::write(interrupt.event.get(), &one, sizeof one) == sizeof one);
}

int MediaChild::restarts() const { return state_->restarts; }
int MediaChild::process_id() const { return state_->process_id; }

#ifdef STUDIO_TEST_HOOKS
Result<int> MediaChild::self_test(SelfTest what, int fd) {
  const std::lock_guard lock(state_->call);
  const Running running(state_->interrupt);
  STUDIO_TRY(const UniqueFd file, read_only(fd));
  STUDIO_TRY(const Reply reply, state_->exchange({RequestKind::SelfTest, {}, static_cast<std::int64_t>(what), 0}, {file.get()}, state_->settings.decode_limit_ms));
  if (reply.kind != ReplyKind::SelfTest) return fail(state_->broke_protocol("answered something else than asked"));
  return static_cast<int>(reply.number);
}
#endif

}  // namespace studio
