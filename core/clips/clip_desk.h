// The clip desk: everything between "the pointer is over this clip at 37 %" and an RGBA picture, without the UI thread
// ever waiting.
//
// Each frame the panels say what they want, and get the best there is. What is not asked for again in a frame is no longer
// wanted: its work stops between two pictures, and nothing queues behind it. One media child decodes; one wish is worked
// on at a time, the latest: what is looked at first, then what will be looked at soon. What was decoded is kept by last
// use within two budgets, strips and full pictures, so a second look is instant.
//
// A frame is addressed by its number in the order of presentation, never by a frame rate.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "clips/clip_facts.h"
#include "clips/frame_set.h"
#include "media/resize.h"
#include "media/sound.h"
#include "media_child/media_child.h"

namespace studio {

using ClipSound = Sound;

// Views are valid until the next begin_frame(); pictures for as long as somebody holds them. `problem` is set when the file
// cannot be shown, and stays so until forgotten; decoder_crashed(*problem) says that it crashed the decoder twice.
struct StripView {
  std::shared_ptr<const ClipFrame> frame;  // null: not yet
  bool exact = false;                      // the frame shown at that time, at the size asked for
  double decoded_to_secs = 0;              // how far there is a frame for every moment, from the frame given
  const ClipFacts* facts = nullptr;        // null: not yet
  const Error* problem = nullptr;
};

struct ClipView {
  std::shared_ptr<const ClipFrame> frame;  // the exact one, or the nearest there is: of the strip where that has it
  bool exact = false;                      // frame `index` in full resolution
  const ClipFacts* facts = nullptr;
  std::vector<FrameRange> cached;          // in full resolution
  const Error* problem = nullptr;          // with facts: of this frame only
};

struct StillView {
  std::shared_ptr<const ClipFrame> frame;
  const Error* problem = nullptr;
};

struct SoundView {
  std::shared_ptr<const ClipSound> sound;
  const Error* problem = nullptr;  // NotFound: the clip has none
};

// All calls on the UI thread.
class ClipDesk {
 public:
  // The file of a blob. Called on the desk's own thread, and for a moment after set_source(): it must own what it uses.
  using OpenBlob = std::function<Result<UniqueFd>(const std::string& sha256)>;

  struct Settings {
    std::int64_t strip_bytes = std::int64_t{256} << 20;
    std::int64_t clip_bytes = 0;  // of full pictures; 0: a quarter of the memory, at most 2 GiB
    std::int64_t sound_bytes = std::int64_t{128} << 20;
    std::int64_t unread_bytes = std::int64_t{192} << 20;  // decoded while no frame is drawn; then it waits
    MediaChildSettings child;
  };

  // `wake` is called from the desk's thread when there is news; it may only wake.
  ClipDesk(OpenBlob open, std::function<void()> wake);
  ClipDesk(OpenBlob open, std::function<void()> wake, Settings settings);
  ~ClipDesk();  // stops at once
  ClipDesk(const ClipDesk&) = delete;
  ClipDesk& operator=(const ClipDesk&) = delete;

  // Another project: forgets everything, stops all work, closes what is open.
  void set_source(OpenBlob open);
  // Starts the media child now, so that the first hover need not wait for it.
  void prepare();

  void begin_frame();
  // The clip at the tile's size (box in device px) where the pointer is: first the keyframe nearest to it, then every frame
  // one after another. Of clips longer than a minute: the keyframes, and every frame around the pointer.
  StripView strip(const std::string& sha256, int width, int height, double at_secs);
  // One clip in full resolution at frame `index`; it is cached whole when it fits. direction: where to decode ahead, +1
  // forward, -1 backward, 0 nowhere in particular.
  ClipView clip(const std::string& sha256, std::int64_t index, int direction);
  // A picture, in full resolution or fitted into the box.
  StillView still(const std::string& sha256, FitBox box = {});
  // The whole sound of a clip of at most a minute.
  SoundView sound(const std::string& sha256);
  void end_frame();

  // Something arrived that a frame should show.
  bool has_news() const;
  // Lets a file that had a problem be tried again.
  void forget(const std::string& sha256);
  void forget_problems();

  struct Counts {
    std::int64_t decodes_begun = 0;   // orders given to the media child
    std::int64_t frames_decoded = 0;
    std::int64_t frames_dropped = 0;  // decoded, but there was no room or no wish for them any more
    std::int64_t cancelled = 0;       // wishes given up before they were done
    std::int64_t bytes_kept = 0;      // pictures and sound held here
    std::int64_t strip_bytes = 0, clip_bytes = 0;
    int child_restarts = 0;
    bool working = false;             // a wish is being worked on
  };
  Counts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace studio
