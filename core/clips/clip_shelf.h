// Inside of this room: what is kept of each clip, and who gives way when a budget is full. UI thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "clips/clip_facts.h"
#include "clips/frame_set.h"
#include "clips/plan.h"
#include "media/resize.h"
#include "media/sound.h"

namespace studio {

struct ShelfStrip {
  FitBox box;
  FrameSet frames;
  std::uint64_t used = 0;
  std::optional<Window> settled;  // what was asked for and done, missing frames or not
  bool gave_way = false;          // frames went for want of room: what is not there may have been
  std::set<std::int64_t> hopeless;  // frames it was decoded once more for, in vain
};

struct ShelfStill {
  FitBox box;
  std::shared_ptr<const ClipFrame> frame;
  std::uint64_t used = 0;
};

struct ShelfClip {
  std::unique_ptr<ClipFacts> facts;
  std::vector<std::uint8_t> is_key;
  std::vector<ShelfStrip> strips;  // one a size
  std::vector<ShelfStill> stills;
  FrameSet full;
  std::uint64_t full_used = 0;
  std::optional<Window> settled;  // of full
  bool runs_low = false;          // the playhead nearly caught up with what is decoded
  std::optional<Error> frame_problem;
  std::shared_ptr<const Sound> sound;
  std::uint64_t sound_used = 0;
  std::optional<Error> sound_problem;
  std::optional<Error> problem;
  int crashes = 0;
  std::uint64_t used = 0;

  ShelfStrip& strip(FitBox box);
  ShelfStill& still(FitBox box);
};

inline bool same_box(FitBox a, FitBox b) { return a.max_width == b.max_width && a.max_height == b.max_height; }

// `frame` numbers count the UI's frames: what was used in the current one or the one before is on screen and stays.
class ClipShelf {
 public:
  struct Budgets {
    std::int64_t strip_bytes = 0, clip_bytes = 0, sound_bytes = 0;
  };
  explicit ClipShelf(Budgets budgets) : budgets_(budgets) {}

  ShelfClip& clip(const std::string& sha256) { return clips_[sha256]; }
  ShelfClip* find(const std::string& sha256);  // null: nothing is known of it
  const ShelfClip* find(const std::string& sha256) const { return const_cast<ClipShelf*>(this)->find(sha256); }
  void clear();
  void forget_problems();

  // Marks it as used. Sizes that are no longer shown do not pile up.
  ShelfStrip& use_strip(ShelfClip& clip, FitBox box, std::uint64_t now);
  ShelfStill& use_still(ShelfClip& clip, FitBox box, std::uint64_t now);

  // Each answers whether there was room.
  // looked_at: the frame somebody looks at; below zero: nobody does any more. `window`: what is wanted of this clip now.
  bool add_strip_frame(ShelfClip& clip, FitBox box, std::shared_ptr<const ClipFrame> frame, std::int64_t looked_at, std::uint64_t now);
  bool add_full_frame(ShelfClip& clip, std::shared_ptr<const ClipFrame> frame, Window window, std::int64_t looked_at, std::uint64_t now);
  bool add_still(ShelfClip& clip, FitBox box, std::shared_ptr<const ClipFrame> frame, std::uint64_t now);
  bool add_sound(ShelfClip& clip, std::shared_ptr<const Sound> sound, std::uint64_t now);
  // What is known of clips that have not been asked for in a long time goes.
  void tidy(std::uint64_t now);

  std::int64_t strip_bytes() const { return strip_bytes_; }
  std::int64_t clip_bytes() const { return clip_bytes_; }
  std::int64_t sound_bytes() const { return sound_bytes_; }

 private:
  bool make_strip_room(std::int64_t bytes, std::uint64_t now);
  bool make_full_room(std::int64_t bytes, std::uint64_t now);

  Budgets budgets_;
  std::unordered_map<std::string, ShelfClip> clips_;
  std::int64_t strip_bytes_ = 0, clip_bytes_ = 0, sound_bytes_ = 0;
};

}  // namespace studio
