// Room for pictures of many sizes on few large textures ("pages"), kept by least recent use.
//
// A page is cut into bands of some height, a band into cells of one width; a picture takes one cell. When nothing is
// free, the band whose newest use is oldest gives way as a whole, so room never crumbles.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace studio {

struct AtlasCell {
  int page = 0;
  int x = 0, y = 0;  // px on the page
  std::uint32_t id = 0;
};

// Pure book-keeping, no graphics. UI thread.
class Atlas {
 public:
  Atlas(int page_side, int max_pages) : side_(page_side), max_pages_(max_pages) {}

  // A cell for width × height px that may push out cells not used since `frame` (given back in `evicted`). Nothing when
  // the picture is larger than a page or everything was used in this very frame.
  std::optional<AtlasCell> take(int width, int height, std::uint64_t frame, std::vector<std::uint32_t>& evicted);
  void touch(std::uint32_t cell_id, std::uint64_t frame);
  void release(std::uint32_t cell_id);
  int pages() const { return static_cast<int>(pages_.size()); }
  int side() const { return side_; }

 private:
  struct Cell {
    std::uint32_t id = 0;  // 0: free
    std::uint64_t used = 0;
  };
  struct Band {
    int page = 0, y = 0, height = 0;
    int cell_width = 0;
    std::vector<Cell> cells;
    int taken = 0;
  };
  struct Page {
    int filled = 0;  // px from the top that bands have
  };
  struct Place {
    std::uint32_t band = 0, cell = 0;
  };

  AtlasCell occupy(std::uint32_t band, std::uint32_t cell, std::uint64_t frame);
  void recut(Band& band, int cell_width);

  int side_, max_pages_;
  std::vector<Page> pages_;
  std::vector<Band> bands_;
  std::vector<Place> places_;  // by id - 1
  std::vector<std::uint32_t> free_ids_;
};

}  // namespace studio
