// Posters as textures of exactly the size they are shown at: asked for every frame, answered with a place on an atlas
// page or "not yet". Reading, decoding and scaling happen on two worker threads; the newest wishes come first and what
// left the screen is dropped. Until a poster is there its hint stands in: the average colour at once, from the next frame on
// the picture of its ThumbHash, on a small page of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "gpu/atlas.h"
#include "gpu/gpu.h"
#include "model/poster_hint.h"

namespace studio {

// JPEG bytes of the poster of a blob with the longest edge 256 or 1024; nothing when there is none yet. Any thread.
using PosterSource = std::function<std::optional<std::string>(const std::string& sha256, int edge)>;

// Where a picture lies now: valid for this frame.
struct PictureSlot {
  TextureId texture = 0;  // 0: not yet
  float u0 = 0, v0 = 0, u1 = 0, v1 = 0;
  bool exact = false;              // false: another size of the same picture, to be drawn scaled for the moment
  bool is_hint = false;            // some 30 px of its ThumbHash: to be drawn filtered
  std::uint32_t average_rgba = 0;  // of the picture, once known; 0: not known
};

// All calls on the UI thread. `wake` is called from workers when pictures are ready; it may only wake.
class PictureCache {
 public:
  struct Settings {
    int page_side = 4096;
    int max_pages = 4;
    int workers = 2;
    std::int64_t upload_bytes_a_frame = 4 << 20;
    int hints_a_frame = 48;  // decoded: some 30 µs each
    int hint_page_side = 1024;
  };
  PictureCache(Gpu& gpu, std::function<void()> wake, Settings settings);
  PictureCache(Gpu& gpu, std::function<void()> wake) : PictureCache(gpu, std::move(wake), Settings{}) {}
  ~PictureCache();
  PictureCache(const PictureCache&) = delete;
  PictureCache& operator=(const PictureCache&) = delete;

  // Another project: forgets everything.
  void set_source(PosterSource source);

  void begin_frame();
  // Width and height in device px.
  PictureSlot ask(const std::string& sha256, int width, int height, const PosterHint& hint = {});
  // What stands in for a poster that is not made yet.
  PictureSlot hint_of(const std::string& sha256, const PosterHint& hint);
  // Uploads what is ready within the budget, and tells the workers what is still wanted. True when something became
  // ready or is still to be uploaded: the window must be drawn again.
  bool end_frame();
  // Something is decoded and waits for a frame to be uploaded in.
  bool has_ready() const;
  // Posters that were not there may be now.
  void forget_failures();

  Gpu& gpu() { return gpu_; }
  // For tests and benchmarks.
  struct Counts {
    std::int64_t decoded = 0, dropped = 0, uploaded = 0;
    int pages = 0;
    std::size_t resident = 0, wanted = 0;
    std::int64_t hints_decoded = 0;
  };
  Counts counts() const;

 private:
  struct Key {
    std::string sha256;
    int width = 0, height = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string>{}(key.sha256) ^ (static_cast<std::size_t>(key.width) << 20) ^
             static_cast<std::size_t>(key.height);
    }
  };
  struct Resident {
    AtlasCell cell;
    int width = 0, height = 0;
  };
  struct Ready {
    Key key;
    Picture picture;  // empty: there is no poster, or it is damaged
  };
  // Shared with the workers.
  struct Shared {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::vector<Key> wanted;  // the next one to do is last
    std::unordered_set<Key, KeyHash> in_work;
    std::vector<Ready> ready;
    std::shared_ptr<const PosterSource> source;
    std::uint64_t source_number = 0;
    std::int64_t decoded = 0, dropped = 0;
  };

  void work(std::stop_token stop);
  void take_in(Ready ready);
  void drop(std::uint32_t cell_id);
  PictureSlot slot_of(const Resident& resident, bool exact) const;
  bool take_in_hints();

  Gpu& gpu_;
  std::function<void()> wake_;
  Settings settings_;
  Atlas atlas_;
  std::vector<TextureId> pages_;
  std::unordered_map<Key, Resident, KeyHash> residents_;
  std::unordered_map<std::uint32_t, Key> by_cell_;
  struct Known {
    std::uint32_t average_rgba = 0;
    std::vector<std::uint32_t> cells;  // of any size
  };
  std::unordered_map<std::string, Known> known_;
  std::unordered_map<Key, std::uint64_t, KeyHash> failed_;  // not to be asked for again before this frame
  std::vector<Key> asked_;                                  // this frame, not resident, in drawing order
  std::vector<Ready> to_upload_;
  // Pictures of ThumbHashes, by blob, on one page.
  Atlas hint_atlas_;
  TextureId hint_page_ = 0;
  std::unordered_map<std::string, Resident> hints_;
  std::unordered_map<std::uint32_t, std::string> hint_by_cell_;
  std::vector<std::pair<std::string, PosterHint>> hints_asked_;  // this frame, not there yet; only so many as one frame decodes
  std::int64_t hints_decoded_ = 0;
  std::uint64_t frame_ = 1;
  std::int64_t uploaded_ = 0;
  mutable Shared shared_;
  std::vector<std::jthread> workers_;  // last: they stop before anything else goes
};

}  // namespace studio
