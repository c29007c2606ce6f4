// The rows that the gallery shows, in groups and in order. Kept up to date by looking only at what changed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "panels/gallery_filter.h"
#include "panels/gallery_text.h"

namespace studio {

// One request, the imports of one day, a day, or a model.
struct GalleryGroup {
  GalleryGrouping grouping = GalleryGrouping::Generation;
  std::int64_t key = 0;
  GenerationId generation;  // none: imports, and groups of another kind
  std::int64_t created_ms = 0;
  std::string day;        // "2026-03-01", of imports and of days
  std::string model;      // id, of models; empty: imported
  std::vector<Row> rows;  // tiles in order; videos of shown images are their children and not here
  float ratio = 1;        // width by height of its boxes
  bool folded = false;
  int strips = 0;  // tiles with videos under them
};

// UI thread, without drawing. `update` costs a glance at each row when the library changed, and nothing when it did
// not; the order is made anew only when the query changes or very much changed at the same time.
class GalleryIndex {
 public:
  // True when tiles or strips are others than before.
  bool update(const Library& library, const GalleryQuery& query, const GalleryText& text);
  bool update(const Library& library) { return update(library, {}, no_text_); }
  void reset();  // another project

  const std::vector<GalleryGroup>& groups() const { return groups_; }
  const std::vector<std::uint32_t>& order() const { return order_; }  // of the groups on screen, from the top
  std::uint64_t revision() const { return revision_; }                // grows when tiles, strips or folding change
  std::size_t tiles() const { return tiles_; }
  const GalleryCounts& counts() const { return counts_; }

  // The group a row is in (children: that of their image), or groups().size().
  std::size_t group_of(Row row) const;
  bool is_tile(Row row) const { return row < rows_.size() && rows_[row].group != none; }
  // As a tile, or in the strip of one.
  bool is_shown(Row row) const { return row < rows_.size() && (rows_[row].group != none || rows_[row].nested); }
  // Its strip has something to show.
  bool has_strip(Row row) const { return row < rows_.size() && rows_[row].children > 0; }
  // Of a video whose image is in the library.
  Row parent_of(Row row) const { return row < rows_.size() ? rows_[row].parent : no_row; }

  void set_folded(std::size_t group, bool folded);
  void fold_all(bool folded);

  // Since the update before: what got another mark or number of stars.
  const std::vector<Row>& marked() const { return marked_; }
  // Rows whose state changed since the update before, or new ones came.
  bool states_changed() const { return states_changed_; }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct Known {
    RowFacts facts;
    bool nested = false;
    std::uint16_t children = 0;  // shown in its strip
    std::uint32_t group = none;
    std::uint32_t model = 0;  // in models_
    Row parent = no_row;
    std::int64_t born_ms = 0;  // when it was asked for or imported; its arrival does not move it
  };

  void learn(const Library& library, Row row);
  void look_at_changes(const Library& library);
  bool passes(Row row) const;
  bool child_passes(Row row) const;
  void place(const Library& library, Row row, bool again);
  void take_out(Row row);
  void put_in(const Library& library, Row row);
  void rebuild(const Library& library);
  std::uint32_t group_for(const Library& library, Row row);
  bool comes_before(const Library& library, Row a, Row b) const;
  bool group_comes_before(const Library& library, std::uint32_t a, std::uint32_t b) const;
  void order_groups(const Library& library);
  std::unordered_set<std::int64_t>& folded_keys() { return folded_[static_cast<std::size_t>(query_.grouping)]; }

  std::vector<Known> rows_;
  std::vector<std::string> models_;
  std::unordered_map<std::string, std::uint32_t> model_numbers_;
  std::vector<Row> orphans_;  // videos whose image is not known yet
  GalleryCounts counts_;

  GalleryQuery query_;
  const GalleryText* text_ = &no_text_;
  std::uint64_t text_revision_ = 0, library_revision_ = 0;
  bool texts_known_ = true;  // of all rows, where the order depends on them

  std::vector<GalleryGroup> groups_;
  std::unordered_map<std::int64_t, std::uint32_t> by_key_;
  std::vector<std::uint32_t> order_;
  std::array<std::unordered_set<std::int64_t>, gallery_grouping_count> folded_;
  std::size_t tiles_ = 0;
  std::uint64_t revision_ = 1;

  std::vector<Row> changed_, marked_;
  bool states_changed_ = false, tiles_changed_ = false, order_changed_ = false;
  GalleryText no_text_;
};

std::string clock_time(std::int64_t wall_ms);  // "14:32", local

}  // namespace studio
