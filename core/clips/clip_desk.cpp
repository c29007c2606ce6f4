#include "clips/clip_desk.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "clips/clip_shelf.h"
#include "clips/desk_worker.h"

namespace studio {
namespace {

constexpr int CrashesToGiveUp = 2;
// A run that is about to reach the frame is not given up for it.
constexpr std::int64_t SoonThere = 12;
// While playing: fewer frames ahead than the first are urgent, until there are as many as the second.
constexpr std::int64_t FewAhead = 4, EnoughAhead = 24;
// A strip's run shows something before the pointer may send it elsewhere in the clip.
constexpr std::int64_t FramesBeforeTurning = 8;

std::int64_t default_clip_bytes() {
  const std::int64_t memory = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  return std::clamp<std::int64_t>(memory / 4, std::int64_t{128} << 20, std::int64_t{2} << 30);
}

ClipShelf::Budgets budgets_of(const ClipDesk::Settings& settings) {
  return {settings.strip_bytes, settings.clip_bytes > 0 ? settings.clip_bytes : default_clip_bytes(), settings.sound_bytes};
}

}  // namespace

struct ClipDesk::State {
  State(OpenBlob open, std::function<void()> wake, const Settings& settings)
      : budgets(budgets_of(settings)), shelf(budgets), worker(std::move(open), std::move(wake), settings.child, settings.unread_bytes) {}

  ClipShelf::Budgets budgets;
  ClipShelf shelf;
  std::uint64_t frame = 1;
  std::int64_t dropped = 0;

  // What this frame asked for, in the order it did.
  struct StripAsk {
    std::string sha256;
    FitBox box;
    double at_secs;
  };
  struct ClipAsk {
    std::string sha256;
    std::int64_t index;
    int direction;
  };
  struct StillAsk {
    std::string sha256;
    FitBox box;
  };
  std::vector<StripAsk> strips;
  std::vector<ClipAsk> clips;
  std::vector<StillAsk> stills;
  std::vector<std::string> sounds;

  // The wish that is worked on.
  struct Current {
    std::uint64_t ticket = 0;
    DeskWish wish;
    std::int64_t received = 0;
    std::int64_t latest = -1;  // frame
  };
  std::optional<Current> current;

  DeskWorker worker;  // last: its thread ends before what is above

  void take(DeskNews news);
  void take_frame(ShelfClip& clip, DeskNews news);
  void take_problem(ShelfClip& clip, DeskNews news);
  std::int64_t room_bytes() const { return budgets.clip_bytes / static_cast<std::int64_t>(std::max<std::size_t>(1, clips.size())); }
  Window window_of(const ShelfClip& clip, std::int64_t index, int direction) const;
  enum class Need { None, Later, Now };
  Need need_of(const ClipAsk& ask);
  DeskWish wish_of(const ClipAsk& ask);
  std::optional<DeskWish> choose();
  bool is_better_left(const DeskWish& next) const;
  void start(DeskWish wish);
};

void ClipDesk::State::take(DeskNews news) {
  ShelfClip& clip = shelf.clip(news.sha256);
  const bool is_current = current && current->ticket == news.ticket;
  switch (news.kind) {
    case DeskNews::Kind::Opened:
      // The same bytes have the same facts; who holds a pointer into them keeps it.
      if (!clip.facts) clip.facts = std::make_unique<ClipFacts>(std::move(news.facts));
      clip.is_key = std::move(news.is_key);
      break;
    case DeskNews::Kind::DecodedFacts:
      if (clip.facts && !clip.facts->is_decoded) *clip.facts = with_decoded_facts(std::move(*clip.facts), news.media);
      break;
    case DeskNews::Kind::Frame:
      if (is_current) {
        ++current->received;
        current->latest = news.frame->index;
      }
      take_frame(clip, std::move(news));
      break;
    case DeskNews::Kind::Sound: shelf.add_sound(clip, std::move(news.sound), frame); break;
    case DeskNews::Kind::Problem:
      if (is_current) current.reset();
      take_problem(clip, std::move(news));
      break;
    case DeskNews::Kind::Done: {
      const double at_secs = current ? current->wish.at_secs : 0;
      if (is_current) current.reset();
      if (news.work == DeskWork::Strip) {
        ShelfStrip& strip = clip.strip(news.box);
        // Where it was decoded for, and the pointer still is, there is none to be had.
        if (strip.settled && is_current && clip.facts) {
          const std::int64_t decoded_for = frame_at(*clip.facts, at_secs);
          bool still_looked_at = false;
          for (const StripAsk& ask : strips)
            still_looked_at = still_looked_at || (ask.sha256 == news.sha256 && same_box(ask.box, news.box) && frame_at(*clip.facts, ask.at_secs) == decoded_for);
          if (still_looked_at && !strip.frames.has(decoded_for)) strip.hopeless.insert(decoded_for);
        }
        strip.settled = news.window;
      }
      if (news.work == DeskWork::Clip) {
        clip.settled = news.window;
        clip.frame_problem = std::move(news.frame_error);
      }
      break;
    }
  }
}

void ClipDesk::State::take_frame(ShelfClip& clip, DeskNews news) {
  bool has_room = true;
  if (news.work == DeskWork::Strip) {
    std::int64_t looked_at = -1;
    for (const StripAsk& ask : strips) {
      if (ask.sha256 == news.sha256 && clip.facts) looked_at = frame_at(*clip.facts, ask.at_secs);
    }
    has_room = shelf.add_strip_frame(clip, news.box, std::move(news.frame), looked_at, frame);
  }
  if (news.work == DeskWork::Still) has_room = shelf.add_still(clip, news.box, std::move(news.frame), frame);
  if (news.work == DeskWork::Clip) {
    std::int64_t looked_at = -1;
    int direction = 0;
    for (const ClipAsk& ask : clips) {
      if (ask.sha256 == news.sha256) looked_at = ask.index, direction = ask.direction;
    }
    has_room = shelf.add_full_frame(clip, std::move(news.frame), window_of(clip, looked_at, direction), looked_at, frame);
  }
  if (!has_room) ++dropped;
}

void ClipDesk::State::take_problem(ShelfClip& clip, DeskNews news) {
  if (decoder_crashed(news.error) && ++clip.crashes < CrashesToGiveUp) return;  // once more, with a fresh child
  // A clip is seen without its sound, but not heard without its pictures.
  if (news.work == DeskWork::Sound && !decoder_crashed(news.error)) {
    clip.sound_problem = std::move(news.error);
  } else {
    clip.problem = std::move(news.error);
  }
}

Window ClipDesk::State::window_of(const ShelfClip& clip, std::int64_t index, int direction) const {
  if (!clip.facts) return {};
  const std::int64_t frame_bytes = std::max<std::int64_t>(1, std::int64_t{4} * clip.facts->width * clip.facts->height);
  return clip_window(clip.facts->frames(), index, direction, room_bytes() / frame_bytes);
}

ClipDesk::State::Need ClipDesk::State::need_of(const ClipAsk& ask) {
  ShelfClip& clip = shelf.clip(ask.sha256);
  if (clip.problem) return Need::None;
  if (!clip.facts) return Need::Now;
  const Window window = window_of(clip, ask.index, ask.direction);
  if (clip.settled == window) return Need::None;
  if (!clip.full.has(ask.index)) return Need::Now;
  if (clip.full.reached_from(window.first) >= window.last) return Need::None;
  if (ask.direction == 0) return Need::Later;
  std::int64_t ahead = 0;
  while (ahead < EnoughAhead && clip.full.has(ask.index + (ahead + 1) * ask.direction)) ++ahead;
  const std::int64_t end = ask.index + (ahead + 1) * ask.direction;
  const bool reaches_end = end < window.first || end > window.last;
  if (ahead < FewAhead) clip.runs_low = true;
  if (ahead >= EnoughAhead || reaches_end) clip.runs_low = false;
  return clip.runs_low ? Need::Now : Need::Later;
}

DeskWish ClipDesk::State::wish_of(const ClipAsk& ask) {
  DeskWish wish;
  wish.work = DeskWork::Clip;
  wish.sha256 = ask.sha256;
  wish.index = ask.index;
  wish.direction = ask.direction;
  wish.room_bytes = room_bytes();
  return wish;
}

// What is looked at goes first, then what will be looked at.
std::optional<DeskWish> ClipDesk::State::choose() {
  std::vector<Need> needs;
  for (const ClipAsk& ask : clips) needs.push_back(need_of(ask));
  for (std::size_t i = 0; i < clips.size(); ++i) {
    if (needs[i] == Need::Now) return wish_of(clips[i]);
  }
  for (const StillAsk& ask : stills) {
    ShelfClip& clip = shelf.clip(ask.sha256);
    if (clip.problem || clip.still(ask.box).frame) continue;
    DeskWish wish;
    wish.work = DeskWork::Still;
    wish.sha256 = ask.sha256;
    wish.box = ask.box;
    return wish;
  }
  for (const StripAsk& ask : strips) {
    ShelfClip& clip = shelf.clip(ask.sha256);
    if (clip.problem) continue;
    ShelfStrip& strip = clip.strip(ask.box);
    const std::int64_t looked_at = clip.facts ? frame_at(*clip.facts, ask.at_secs) : 0;
    if (clip.facts && strip.settled && *strip.settled == strip_window(clip.is_key, looked_at)) {
      // Of a strip larger than the budget the part that is looked at is decoded again.
      if (!strip.gave_way || strip.frames.has(looked_at) || strip.hopeless.contains(looked_at)) continue;
    }
    DeskWish wish;
    wish.work = DeskWork::Strip;
    wish.sha256 = ask.sha256;
    wish.box = ask.box;
    wish.at_secs = ask.at_secs;
    return wish;
  }
  for (const std::string& sha256 : sounds) {
    const ShelfClip& clip = shelf.clip(sha256);
    if (clip.problem || clip.sound_problem || clip.sound) continue;
    DeskWish wish;
    wish.work = DeskWork::Sound;
    wish.sha256 = sha256;
    return wish;
  }
  for (std::size_t i = 0; i < clips.size(); ++i) {
    if (needs[i] == Need::Later) return wish_of(clips[i]);
  }
  return std::nullopt;
}

// Whether what is worked on now serves the next wish as well, or must first show something: a pointer that moves faster than
// a seek would else never see a picture.
bool ClipDesk::State::is_better_left(const DeskWish& next) const {
  if (!current) return false;
  const DeskWish& now = current->wish;
  if (now.work != next.work || now.sha256 != next.sha256 || !same_box(now.box, next.box)) return false;
  if (next.work == DeskWork::Still || next.work == DeskWork::Sound) return true;
  const ShelfClip* clip = shelf.find(next.sha256);
  if (clip == nullptr || !clip->facts) return true;
  if (next.work == DeskWork::Clip) {
    const bool is_soon_there = next.direction >= 0 && current->latest >= 0 && next.index > current->latest && next.index <= current->latest + SoonThere;
    return clip->full.has(next.index) || next.index == now.index || is_soon_there || current->received == 0;
  }
  const std::int64_t wanted = frame_at(*clip->facts, next.at_secs);
  const auto strip = std::find_if(clip->strips.begin(), clip->strips.end(), [&next](const ShelfStrip& one) { return same_box(one.box, next.box); });
  if (strip != clip->strips.end() && strip->frames.has(wanted)) return true;
  if (current->received < FramesBeforeTurning) return true;
  return wanted > current->latest && key_before(clip->is_key, wanted) <= current->latest;
}

void ClipDesk::State::start(DeskWish wish) {
  ShelfClip& clip = shelf.clip(wish.sha256);
  if (wish.work == DeskWork::Strip) wish.have = clip.strip(wish.box).frames.numbers();
  if (wish.work == DeskWork::Clip) wish.have = clip.full.numbers();
  current = Current{worker.want(wish), wish, 0, -1};
  current->wish.have.clear();
}

ClipDesk::ClipDesk(OpenBlob open, std::function<void()> wake) : ClipDesk(std::move(open), std::move(wake), Settings{}) {}
ClipDesk::ClipDesk(OpenBlob open, std::function<void()> wake, Settings settings)
    : state_(std::make_unique<State>(std::move(open), std::move(wake), settings)) {}
ClipDesk::~ClipDesk() = default;

void ClipDesk::set_source(OpenBlob open) {
  state_->worker.set_source(std::move(open));
  state_->shelf.clear();
  state_->current.reset();
  state_->strips.clear(), state_->clips.clear(), state_->stills.clear(), state_->sounds.clear();
}

void ClipDesk::prepare() { state_->worker.prepare(); }

void ClipDesk::begin_frame() {
  State& s = *state_;
  ++s.frame;
  for (DeskNews& news : s.worker.take_news()) s.take(std::move(news));
  s.strips.clear(), s.clips.clear(), s.stills.clear(), s.sounds.clear();
}

StripView ClipDesk::strip(const std::string& sha256, int width, int height, double at_secs) {
  State& s = *state_;
  ShelfClip& clip = s.shelf.clip(sha256);
  const FitBox box{std::max(1, width), std::max(1, height)};
  s.strips.push_back({sha256, box, at_secs});
  clip.used = s.frame;
  const ShelfStrip& strip = s.shelf.use_strip(clip, box, s.frame);
  StripView view;
  view.facts = clip.facts.get();
  if (clip.problem) view.problem = &*clip.problem;
  if (!clip.facts) return view;
  const std::int64_t wanted = frame_at(*clip.facts, at_secs);
  view.frame = strip.frames.nearest(wanted);
  if (view.frame) {
    view.exact = view.frame->index == wanted;
    view.decoded_to_secs = clip.facts->end_of(strip.frames.reached_from(view.frame->index));
    return view;
  }
  // Another size of the same moment, for the time being.
  for (const ShelfStrip& other : clip.strips) {
    if (!other.frames.empty()) view.frame = other.frames.nearest(wanted);
  }
  if (!view.frame) view.frame = clip.full.nearest(wanted);
  return view;
}

ClipView ClipDesk::clip(const std::string& sha256, std::int64_t index, int direction) {
  State& s = *state_;
  ShelfClip& clip = s.shelf.clip(sha256);
  if (clip.facts) index = std::clamp<std::int64_t>(index, 0, clip.facts->frames() - 1);
  s.clips.push_back({sha256, index, direction > 0 ? 1 : direction < 0 ? -1 : 0});
  clip.used = clip.full_used = s.frame;
  ClipView view;
  view.facts = clip.facts.get();
  if (clip.problem) view.problem = &*clip.problem;
  view.cached = clip.full.ranges();
  view.frame = clip.full.exact(index);
  view.exact = view.frame != nullptr;
  if (view.exact) return view;
  if (clip.frame_problem && !view.problem) view.problem = &*clip.frame_problem;
  const ShelfStrip* best = nullptr;
  for (const ShelfStrip& strip : clip.strips) {
    if (strip.frames.has(index) && (best == nullptr || strip.box.max_width > best->box.max_width)) best = &strip;
  }
  if (best != nullptr) {
    view.frame = best->frames.exact(index);
    return view;
  }
  view.frame = clip.full.nearest(index);
  for (const ShelfStrip& strip : clip.strips) {
    if (!view.frame) view.frame = strip.frames.nearest(index);
  }
  return view;
}

StillView ClipDesk::still(const std::string& sha256, FitBox box) {
  State& s = *state_;
  ShelfClip& clip = s.shelf.clip(sha256);
  s.stills.push_back({sha256, box});
  clip.used = s.frame;
  const ShelfStill& still = s.shelf.use_still(clip, box, s.frame);
  StillView view;
  view.frame = still.frame;
  if (clip.problem) view.problem = &*clip.problem;
  return view;
}

SoundView ClipDesk::sound(const std::string& sha256) {
  State& s = *state_;
  ShelfClip& clip = s.shelf.clip(sha256);
  s.sounds.push_back(sha256);
  clip.used = clip.sound_used = s.frame;
  SoundView view;
  view.sound = clip.sound;
  if (clip.sound_problem) view.problem = &*clip.sound_problem;
  if (clip.problem) view.problem = &*clip.problem;
  return view;
}

void ClipDesk::end_frame() {
  State& s = *state_;
  auto next = s.choose();
  if (!next && s.current) {
    s.worker.want(std::nullopt);
    s.current.reset();
  }
  if (next && !s.is_better_left(*next)) s.start(std::move(*next));
  s.shelf.tidy(s.frame);
}

bool ClipDesk::has_news() const { return state_->worker.has_news(); }

void ClipDesk::forget(const std::string& sha256) {
  ShelfClip* clip = state_->shelf.find(sha256);
  if (clip == nullptr) return;
  clip->problem.reset(), clip->sound_problem.reset(), clip->frame_problem.reset(), clip->settled.reset();
  clip->crashes = 0;
  for (ShelfStrip& strip : clip->strips) strip.settled.reset(), strip.hopeless.clear();
}

void ClipDesk::forget_problems() { state_->shelf.forget_problems(); }

ClipDesk::Counts ClipDesk::counts() const {
  const State& s = *state_;
  const DeskWorker::Counts& worker = s.worker.counts();
  Counts counts;
  counts.decodes_begun = worker.decodes_begun;
  counts.frames_decoded = worker.frames_decoded;
  counts.frames_dropped = s.dropped;
  counts.cancelled = worker.cancelled;
  counts.strip_bytes = s.shelf.strip_bytes();
  counts.clip_bytes = s.shelf.clip_bytes();
  counts.bytes_kept = counts.strip_bytes + counts.clip_bytes + s.shelf.sound_bytes() + s.worker.unread_bytes();
  counts.child_restarts = worker.child_restarts;
  counts.working = s.current.has_value();
  return counts;
}

}  // namespace studio
