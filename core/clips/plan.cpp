#include "clips/plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace studio {
namespace {

constexpr std::int64_t AroundPointer = 300;  // frames of a long clip's strip that are decoded at once
constexpr std::int64_t MostKeys = 200;       // of a long clip's strip

bool at(const std::vector<std::uint8_t>& flags, std::int64_t index) { return flags[static_cast<std::size_t>(index)] != 0; }

// Adds the missing stretches of first … last, in order. Gaps that are there already and shorter than a seek is worth are
// decoded again.
void add_missing(const std::vector<std::uint8_t>& have, std::int64_t first, std::int64_t last, std::vector<DecodeRun>& runs) {
  constexpr std::int64_t NotWorthASeek = 4;
  bool joins = false;
  for (std::int64_t index = first; index <= last; ++index) {
    if (at(have, index)) continue;
    if (joins && index - runs.back().last <= NotWorthASeek) {
      runs.back().last = index;
    } else {
      runs.push_back({index, index, false});
      joins = true;
    }
  }
}

std::int64_t nearest_key(const std::vector<std::uint8_t>& is_key, std::int64_t index) {
  const std::int64_t before = key_before(is_key, index);
  const auto frames = static_cast<std::int64_t>(is_key.size());
  for (std::int64_t after = index; after < frames && after - index < index - before; ++after) {
    if (at(is_key, after)) return after;
  }
  return before;
}

}  // namespace

std::int64_t key_before(const std::vector<std::uint8_t>& is_key, std::int64_t index) {
  while (index > 0 && !at(is_key, index)) --index;
  return std::max<std::int64_t>(0, index);
}

Window strip_window(const std::vector<std::uint8_t>& is_key, std::int64_t wanted) {
  const auto frames = static_cast<std::int64_t>(is_key.size());
  if (frames <= WholeStripFrames) return {0, frames - 1};
  const std::int64_t key = key_before(is_key, wanted);
  // In a long group of pictures, the part that holds the pointer.
  const std::int64_t first = key + (wanted - key) / AroundPointer * AroundPointer;
  std::int64_t last = first;
  while (last + 1 < frames && last - first + 1 < AroundPointer && !at(is_key, last + 1)) ++last;
  return {first, last};
}

Window clip_window(std::int64_t frames, std::int64_t wanted, int direction, std::int64_t room) {
  room = std::clamp<std::int64_t>(room, 1, std::max<std::int64_t>(1, frames));
  if (room >= frames) return {0, frames - 1};
  const std::int64_t step = std::max<std::int64_t>(1, room / 8);
  const std::int64_t behind = direction < 0 ? room * 3 / 4 : direction > 0 ? room / 4 : room / 2;
  // Rounded down, the window still holds the wanted frame: a step is less than what lies ahead of it.
  const std::int64_t wished = std::max<std::int64_t>(0, wanted - behind) / step * step;
  const std::int64_t first = std::clamp<std::int64_t>(wished, 0, frames - room);
  return {first, first + room - 1};
}

std::vector<DecodeRun> strip_plan(const std::vector<std::uint8_t>& is_key, const std::vector<std::uint8_t>& have, std::int64_t wanted) {
  std::vector<DecodeRun> runs;
  const auto frames = static_cast<std::int64_t>(is_key.size());
  const Window window = strip_window(is_key, wanted);
  const std::int64_t nearest = nearest_key(is_key, wanted);
  // Something to look at, at once; not where the neighbourhood is there already.
  bool has_neighbour = false;
  for (std::int64_t near = std::max<std::int64_t>(0, wanted - 12); near <= std::min(frames - 1, wanted + 12); ++near) has_neighbour = has_neighbour || at(have, near);
  if (!has_neighbour && !at(have, nearest)) runs.push_back({nearest, nearest, true});
  const std::int64_t from = std::max(window.first, key_before(is_key, wanted));
  add_missing(have, from, window.last, runs);
  add_missing(have, window.first, from - 1, runs);
  if (frames <= WholeStripFrames) return runs;

  // The rest of a long clip by its keyframes, from the pointer outwards.
  std::vector<std::int64_t> keys;
  for (std::int64_t index = 0; index < frames; ++index) {
    if (at(is_key, index)) keys.push_back(index);
  }
  const std::size_t every = (keys.size() + MostKeys - 1) / static_cast<std::size_t>(MostKeys);
  std::vector<std::int64_t> chosen;
  for (std::size_t i = 0; every > 0 && i < keys.size(); i += every) {
    if (!at(have, keys[i]) && keys[i] != nearest) chosen.push_back(keys[i]);
  }
  std::stable_sort(chosen.begin(), chosen.end(), [wanted](std::int64_t a, std::int64_t b) { return std::llabs(a - wanted) < std::llabs(b - wanted); });
  for (const std::int64_t key : chosen) runs.push_back({key, key, true});
  return runs;
}

std::vector<DecodeRun> clip_plan(const std::vector<std::uint8_t>& is_key, const std::vector<std::uint8_t>& have, std::int64_t wanted, int direction, Window window) {
  std::vector<DecodeRun> runs;
  // By itself: what is only passed on the way need not be made into pictures now.
  if (!at(have, wanted)) runs.push_back({wanted, wanted, false});
  if (direction >= 0) {
    add_missing(have, wanted + 1, window.last, runs);
    add_missing(have, window.first, wanted - 1, runs);  // for the loop, and for stepping back
    return runs;
  }
  // Backwards: group by group, each decoded forward.
  for (std::int64_t end = wanted - 1; end >= window.first;) {
    const std::int64_t start = std::max(window.first, key_before(is_key, end));
    add_missing(have, start, end, runs);
    end = start - 1;
  }
  add_missing(have, wanted + 1, window.last, runs);
  return runs;
}

}  // namespace studio
