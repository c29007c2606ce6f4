// The UI thread asks and uploads; workers read, decode and scale.
#include "gpu/picture_cache.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "media/poster_jpeg.h"
#include "media/resize.h"
#include "media/thumb_hash.h"

namespace studio {
namespace {

constexpr int small_edge = 256, large_edge = 1024;

// Decoded at up to twice the size, then averaged down to the exact pixels: a box alone may miss them by one.
Picture decoded_poster(const std::string& jpeg, int width, int height) {
  auto picture = decode_poster(jpeg, {2 * width, 2 * height});
  if (!picture) {
    log_warning("a poster cannot be decoded: " + picture.error().message);
    return {};
  }
  if (picture->width == width && picture->height == height) return std::move(*picture);
  return resized(*picture, {width, height});
}

// Of the picture of a ThumbHash, with a pixel more at each side: filtering must not reach into its neighbours.
constexpr int hint_edge = 30, hint_cell = hint_edge + 2;

Picture bordered(const Picture& picture) {
  Picture wide(picture.width + 2, picture.height + 2);
  for (int y = 0; y < wide.height; ++y) {
    const std::uint8_t* from = picture.row(std::clamp(y - 1, 0, picture.height - 1));
    for (int x = 0; x < wide.width; ++x)
      std::copy_n(from + std::clamp(x - 1, 0, picture.width - 1) * 4, 4, wide.row(y) + x * 4);
  }
  return wide;
}

std::uint32_t average_of(const Picture& picture) {
  std::uint64_t sum[3] = {};
  std::uint64_t count = 0;
  // Every third pixel of every third row is plenty for one colour.
  for (int y = 0; y < picture.height; y += 3) {
    const std::uint8_t* row = picture.row(y);
    for (int x = 0; x < picture.width; x += 3, ++count)
      for (int c = 0; c < 3; ++c) sum[c] += row[static_cast<std::size_t>(x) * 4 + static_cast<std::size_t>(c)];
  }
  if (count == 0) return 0;
  const auto part = [&](int c) { return static_cast<std::uint32_t>(sum[c] / count); };
  return part(0) | part(1) << 8 | part(2) << 16 | 0xFF000000u;
}

}  // namespace

PictureCache::PictureCache(Gpu& gpu, std::function<void()> wake, Settings settings)
    : gpu_(gpu),
      wake_(std::move(wake)),
      settings_(settings),
      atlas_(std::min(settings.page_side, gpu.max_texture_side()), settings.max_pages),
      hint_atlas_(std::min(settings.hint_page_side, gpu.max_texture_side()), 1) {
  for (int i = 0; i < settings_.workers; ++i)
    workers_.emplace_back([this](std::stop_token stop) { work(std::move(stop)); });
}

PictureCache::~PictureCache() {
  for (auto& worker : workers_) worker.request_stop();
  workers_.clear();
  for (const TextureId page : pages_) gpu_.destroy_texture(page);
  if (hint_page_ != 0) gpu_.destroy_texture(hint_page_);
}

void PictureCache::set_source(PosterSource source) {
  {
    std::lock_guard lock(shared_.mutex);
    shared_.source = std::make_shared<const PosterSource>(std::move(source));
    ++shared_.source_number;
    shared_.wanted.clear();
    shared_.ready.clear();
  }
  for (const auto& [key, resident] : residents_) atlas_.release(resident.cell.id);
  residents_.clear();
  by_cell_.clear();
  known_.clear();
  failed_.clear();
  to_upload_.clear();
  for (const auto& [sha256, resident] : hints_) hint_atlas_.release(resident.cell.id);
  hints_.clear();
  hint_by_cell_.clear();
  hints_asked_.clear();
}

void PictureCache::begin_frame() {
  ++frame_;
  asked_.clear();
  hints_asked_.clear();
}

PictureSlot PictureCache::slot_of(const Resident& resident, bool exact) const {
  const auto side = static_cast<float>(atlas_.side());
  PictureSlot slot;
  slot.texture = pages_[static_cast<std::size_t>(resident.cell.page)];
  slot.u0 = static_cast<float>(resident.cell.x) / side;
  slot.v0 = static_cast<float>(resident.cell.y) / side;
  slot.u1 = static_cast<float>(resident.cell.x + resident.width) / side;
  slot.v1 = static_cast<float>(resident.cell.y + resident.height) / side;
  slot.exact = exact;
  return slot;
}

PictureSlot PictureCache::hint_of(const std::string& sha256, const PosterHint& hint) {
  PictureSlot slot;
  slot.average_rgba = hint.average_rgba;
  if (hint.hash_bytes == 0 || sha256.empty()) return slot;
  const auto found = hints_.find(sha256);
  if (found == hints_.end()) {
    if (static_cast<int>(hints_asked_.size()) < settings_.hints_a_frame) hints_asked_.emplace_back(sha256, hint);
    return slot;
  }
  const Resident& there = found->second;
  hint_atlas_.touch(there.cell.id, frame_);
  const auto side = static_cast<float>(hint_atlas_.side());
  slot.texture = hint_page_;
  slot.is_hint = true;
  slot.u0 = static_cast<float>(there.cell.x + 1) / side;
  slot.v0 = static_cast<float>(there.cell.y + 1) / side;
  slot.u1 = static_cast<float>(there.cell.x + 1 + there.width) / side;
  slot.v1 = static_cast<float>(there.cell.y + 1 + there.height) / side;
  return slot;
}

PictureSlot PictureCache::ask(const std::string& sha256, int width, int height, const PosterHint& hint) {
  if (width <= 0 || height <= 0 || sha256.empty()) return {};
  const Key key{sha256, width, height};
  const auto known = known_.find(sha256);
  const std::uint32_t average = hint.is_known() ? hint.average_rgba : known == known_.end() ? 0 : known->second.average_rgba;
  if (const auto found = residents_.find(key); found != residents_.end()) {
    atlas_.touch(found->second.cell.id, frame_);
    PictureSlot slot = slot_of(found->second, true);
    slot.average_rgba = average;
    return slot;
  }
  const auto failed = failed_.find(key);
  if (failed == failed_.end() || failed->second <= frame_) asked_.push_back(key);
  PictureSlot slot;
  if (known != known_.end()) {
    // The largest size there is stands in until the exact one arrives.
    const Resident* best = nullptr;
    for (const std::uint32_t cell : known->second.cells) {
      const Resident& other = residents_.at(by_cell_.at(cell));
      if (best == nullptr || other.width > best->width) best = &other;
    }
    if (best != nullptr) {
      atlas_.touch(best->cell.id, frame_);
      slot = slot_of(*best, false);
    }
  }
  if (slot.texture == 0) slot = hint_of(sha256, hint);
  slot.average_rgba = average;
  return slot;
}

// Those asked for in this frame, up to the frame's number. True when there is more to draw now.
bool PictureCache::take_in_hints() {
  bool changed = false;
  for (const auto& [sha256, hint] : hints_asked_) {
    if (hints_.contains(sha256)) continue;
    const auto found = known_.find(sha256);
    if (found != known_.end() && !found->second.cells.empty()) continue;  // its poster came meanwhile
    const auto picture = picture_of_thumb_hash(hint.thumb_hash(), hint_edge, hint.average_rgba);
    if (!picture) continue;
    std::vector<std::uint32_t> evicted;
    const auto cell = hint_atlas_.take(hint_cell, hint_cell, frame_, evicted);
    for (const std::uint32_t id : evicted) {
      const auto gone = hint_by_cell_.find(id);
      hints_.erase(gone->second);
      hint_by_cell_.erase(gone);
    }
    if (!cell) break;  // more are on screen than there is room for: the others keep their average colour
    if (hint_page_ == 0) hint_page_ = gpu_.create_texture(hint_atlas_.side(), hint_atlas_.side());
    if (hint_page_ == 0) {
      hint_atlas_.release(cell->id);
      break;
    }
    const Picture wide = bordered(*picture);
    gpu_.upload(hint_page_, cell->x, cell->y, wide.width, wide.height, wide.rgba.data());
    hint_by_cell_.emplace(cell->id, sha256);
    hints_.emplace(sha256, Resident{*cell, picture->width, picture->height});
    ++hints_decoded_;
    changed = true;
  }
  hints_asked_.clear();
  return changed;
}

bool PictureCache::has_ready() const {
  if (!to_upload_.empty()) return true;
  std::lock_guard lock(shared_.mutex);
  return !shared_.ready.empty();
}

void PictureCache::drop(std::uint32_t cell_id) {
  const auto found = by_cell_.find(cell_id);
  auto& cells = known_[found->second.sha256].cells;
  cells.erase(std::remove(cells.begin(), cells.end(), cell_id), cells.end());
  residents_.erase(found->second);
  by_cell_.erase(found);
}

void PictureCache::take_in(Ready ready) {
  if (ready.picture.empty()) {
    failed_[std::move(ready.key)] = ~std::uint64_t{0};
    return;
  }
  if (residents_.contains(ready.key)) return;
  std::vector<std::uint32_t> evicted;
  const auto cell = atlas_.take(ready.key.width, ready.key.height, frame_, evicted);
  for (const std::uint32_t id : evicted) drop(id);
  if (!cell) {
    // Everything there is room for is on screen; asking at once again would decode for ever.
    failed_[std::move(ready.key)] = frame_ + 120;
    return;
  }
  if (cell->page >= static_cast<int>(pages_.size())) {
    const TextureId page = gpu_.create_texture(atlas_.side(), atlas_.side());
    if (page == 0) {
      log_warning("the graphics card has no room for another page of pictures");
      atlas_.release(cell->id);
      return;
    }
    pages_.push_back(page);
  }
  gpu_.upload(pages_[static_cast<std::size_t>(cell->page)], cell->x, cell->y, ready.key.width, ready.key.height,
              ready.picture.rgba.data());
  ++uploaded_;
  Known& known = known_[ready.key.sha256];
  if (known.average_rgba == 0) known.average_rgba = average_of(ready.picture);
  known.cells.push_back(cell->id);
  by_cell_.emplace(cell->id, ready.key);
  residents_.emplace(std::move(ready.key), Resident{*cell, ready.picture.width, ready.picture.height});
}

bool PictureCache::end_frame() {
  std::vector<Ready> fresh;
  {
    std::lock_guard lock(shared_.mutex);
    fresh.swap(shared_.ready);
  }
  for (auto& ready : fresh) to_upload_.push_back(std::move(ready));
  bool changed = false;
  std::int64_t budget = settings_.upload_bytes_a_frame;
  std::size_t done = 0;
  for (; done < to_upload_.size() && budget > 0; ++done) {
    budget -= static_cast<std::int64_t>(to_upload_[done].picture.rgba.size());
    take_in(std::move(to_upload_[done]));
    changed = true;
  }
  to_upload_.erase(to_upload_.begin(), to_upload_.begin() + static_cast<std::ptrdiff_t>(done));
  changed = take_in_hints() || changed;

  // The wishes of this frame replace those of the last one. Drawing order is from the top: the first asked is done
  // first.
  {
    std::lock_guard lock(shared_.mutex);
    std::unordered_set<Key, KeyHash> waiting;
    for (const auto& ready : to_upload_) waiting.insert(ready.key);
    for (const auto& ready : shared_.ready) waiting.insert(ready.key);
    std::unordered_set<Key, KeyHash> now;
    std::vector<Key> wanted;
    for (auto key = asked_.rbegin(); key != asked_.rend(); ++key) {
      if (residents_.contains(*key) || waiting.contains(*key)) continue;
      if (const auto failed = failed_.find(*key); failed != failed_.end() && failed->second > frame_) continue;
      if (!now.insert(*key).second || shared_.in_work.contains(*key)) continue;
      wanted.push_back(*key);
    }
    shared_.dropped += static_cast<std::int64_t>(std::count_if(shared_.wanted.begin(), shared_.wanted.end(),
                                                               [&](const Key& key) { return !now.contains(key); }));
    shared_.wanted.swap(wanted);
    if (!shared_.wanted.empty()) shared_.changed.notify_all();
  }
  return changed || !to_upload_.empty();
}

void PictureCache::forget_failures() { failed_.clear(); }

PictureCache::Counts PictureCache::counts() const {
  std::lock_guard lock(shared_.mutex);
  return {shared_.decoded, shared_.dropped,   uploaded_,
          atlas_.pages(),  residents_.size(), shared_.wanted.size() + shared_.in_work.size(),
          hints_decoded_};
}

void PictureCache::work(std::stop_token stop) {
  // Drawing comes first where software GL and this share the cores. Linux counts priorities by thread.
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 5);
  std::unique_lock lock(shared_.mutex);
  while (!stop.stop_requested()) {
    if (!shared_.changed.wait(lock, stop, [&] { return !shared_.wanted.empty() && shared_.source != nullptr; })) return;
    const Key key = std::move(shared_.wanted.back());
    shared_.wanted.pop_back();
    shared_.in_work.insert(key);
    const auto source = shared_.source;
    const std::uint64_t source_number = shared_.source_number;
    lock.unlock();

    Ready ready{key, {}};
    if (*source) {
      const int edge = std::max(key.width, key.height) <= small_edge ? small_edge : large_edge;
      auto jpeg = (*source)(key.sha256, edge);
      if (!jpeg) jpeg = (*source)(key.sha256, edge == small_edge ? large_edge : small_edge);
      if (jpeg) ready.picture = decoded_poster(*jpeg, key.width, key.height);
    }

    lock.lock();
    shared_.in_work.erase(key);
    if (source_number != shared_.source_number) continue;
    ++shared_.decoded;
    const bool was_empty = shared_.ready.empty();
    shared_.ready.push_back(std::move(ready));
    if (was_empty && wake_) {
      lock.unlock();
      wake_();
      lock.lock();
    }
  }
}

}  // namespace studio
