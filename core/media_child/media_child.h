// The handle of the media child: the confined process that alone demuxes and decodes bytes from outside.
//
// A call passes an open descriptor and waits. The child sees no path, no network and no other file; a crash, a hang or an
// absurd size costs that call only, and the next call runs in a fresh child. What comes back is checked and copied
// before anyone sees it: after it has read hostile bytes the child counts as hostile.
//
// Any thread may call; calls on one handle run one after another. Keep one for interactive work and one for the background.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "media/decode_image.h"
#include "media/media_facts.h"
#include "media/sound.h"
#include "media/video_reader.h"

namespace studio {

enum class ChildRole : std::uint8_t {
  Interactive,  // normal priority, two decoder threads
  Background,   // low priority, one decoder thread
};

struct MediaChildSettings {
  std::filesystem::path program;      // empty: $STUDIO_MEDIA_CHILD, else studio_media beside the running program
  std::int64_t probe_limit_ms = 15'000;
  std::int64_t decode_limit_ms = 60'000;  // of a picture or a poster
  std::int64_t frame_limit_ms = 20'000;   // until the next frame of a clip
  std::int64_t stop_limit_ms = 1'000;     // until a child that was told to stop has done so; then it is ended
  int requests_before_restart = 400;
};

// Asked when a call begins and after each nudge(); false: the call ends as soon as it can.
using GoesOn = std::function<bool()>;

// A clip that stays open in the child.
struct OpenedClip {
  MediaFacts facts;                 // by the header; size and colour may be put right by the first decoded frame
  std::vector<double> times;        // presentation of each frame from the first's, ascending; at least one
  std::vector<std::uint8_t> is_key; // of each frame. 1: can be decoded without another
  double end_secs = 0;              // when the last frame ends
};

struct ClipRun {
  std::int64_t first = 0;
  std::int64_t last = 0;   // of the clip; with alone it counts for nothing
  FitBox box;
  bool alone = false;      // only `first`, a keyframe, as soon as it can be had
};

// Whether the error says that the decoder itself died on the file. Twice for one file: quarantine it.
bool decoder_crashed(const Error& error);

#ifdef STUDIO_TEST_HOOKS
// What a test can ask the child to try. Each answers 0 when it succeeded, else the errno of its refusal.
enum class SelfTest : std::uint8_t {
  Open, Stat, Socket, Connect, Fork, Exec, Kill, Ptrace, WriteInput, MakeExecutableMemory, Allocate3GiB,
  CountDescriptors,  // answers how many it has open
  Crash, Hang, LieAboutSize, LieInWords, RunOutOfMemory,  // these do not answer as they should
};
#endif

class MediaChild {
 public:
  // Starts the process and waits until it says that it is confined; fails where it cannot be.
  static Result<std::unique_ptr<MediaChild>> start(ChildRole role, MediaChildSettings settings = {});
  ~MediaChild();  // ends the process
  MediaChild(const MediaChild&) = delete;
  MediaChild& operator=(const MediaChild&) = delete;

  // `fd` is a regular file, borrowed for the call; its offset is neither used nor moved.
  // Errors: Damaged (broken, not supported, or decoder_crashed()), BadRequest (too large), Timeout, Cancelled, Disk
  // (of this machine, memory too: it may pass), NotFound (the program is missing), Bug (it cannot be confined or does not keep to the protocol).
  Result<MediaFacts> probe(int fd);
  Result<DecodedImage> decode_image(int fd, const std::vector<FitBox>& boxes, const GoesOn& goes_on = {});
  // Pictures as decode_image, clips by their poster frame: for tiles, whatever the file is.
  Result<DecodedImage> poster(int fd, const std::vector<FitBox>& boxes);
  // Frames first … first + count - 1 of a clip, in order, each as soon as it is decoded; the child stays at most a few
  // frames ahead. count < 0: to the end. `each` runs on the calling thread and answers whether to go on.
  // Frames that cannot be decoded are left out. Answers how many were handed over. `each` must not call this handle.
  Result<std::int64_t> decode_frames(int fd, std::int64_t first, std::int64_t count, FitBox box,
                                     const std::function<bool(VideoFrame&&)>& each);

  // Opens a clip for run_clip(), in place of the one before. `fd` as above; it is duplicated.
  Result<OpenedClip> open_clip(int fd, const GoesOn& goes_on = {});
  // Frames of the open clip, as decode_frames; what is already decoded when goes_on says no is still handed over, then the
  // call ends without an error. `facts` gets what the first decoded frame of the clip tells. NotFound: no clip is open, as
  // after a crash or a restart of the child; open it again.
  Result<std::int64_t> run_clip(const ClipRun& run, const GoesOn& goes_on, const std::function<void(VideoFrame&&)>& each, std::optional<MediaFacts>& facts);
  void close_clip();
  // The sound of a whole clip. NotFound: it has none.
  Result<Sound> sound(int fd, const GoesOn& goes_on = {});

  // The call that is running now asks its goes_on again. From any thread.
  void nudge();
  // Ends the call that is running now, if any, with Cancelled, and the child with it. From any thread.
  void interrupt();

  int restarts() const;  // how often a child had to be started anew
  int process_id() const;  // 0 while none runs

#ifdef STUDIO_TEST_HOOKS
  Result<int> self_test(SelfTest what, int fd);
#endif

 private:
  struct State;
  explicit MediaChild(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace studio
