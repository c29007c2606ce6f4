// Bands and cells. Sizes are rounded up to multiples of 8, so that pictures of nearly one size share bands.
#include "gpu/atlas.h"

#include <algorithm>

namespace studio {
namespace {

constexpr int rounded_up(int px) { return (px + 7) / 8 * 8; }

}  // namespace

void Atlas::recut(Band& band, int cell_width) {
  band.cell_width = cell_width;
  band.cells.assign(static_cast<std::size_t>(side_ / cell_width), Cell{});
  band.taken = 0;
}

AtlasCell Atlas::occupy(std::uint32_t band_index, std::uint32_t cell_index, std::uint64_t frame) {
  Band& band = bands_[band_index];
  std::uint32_t id = 0;
  if (free_ids_.empty()) {
    places_.push_back({});
    id = static_cast<std::uint32_t>(places_.size());
  } else {
    id = free_ids_.back();
    free_ids_.pop_back();
  }
  places_[id - 1] = {band_index, cell_index};
  band.cells[cell_index] = {id, frame};
  ++band.taken;
  return {band.page, static_cast<int>(cell_index) * band.cell_width, band.y, id};
}

std::optional<AtlasCell> Atlas::take(int width, int height, std::uint64_t frame, std::vector<std::uint32_t>& evicted) {
  const int w = rounded_up(width), h = rounded_up(height);
  if (w > side_ || h > side_ || w <= 0 || h <= 0) return std::nullopt;

  // A free cell of this size; or an empty band that is not much too high.
  const auto is_for = [&](const Band& band) {
    return band.cell_width == w && band.height >= h && band.height <= h + h / 4;
  };
  std::optional<std::uint32_t> empty_band;
  for (std::uint32_t i = 0; i < bands_.size(); ++i) {
    Band& band = bands_[i];
    if (band.taken == 0 && band.height >= h && band.height <= h + h / 2 && !empty_band) empty_band = i;
    if (!is_for(band) || band.taken == static_cast<int>(band.cells.size())) continue;
    const auto free = std::find_if(band.cells.begin(), band.cells.end(), [](const Cell& cell) { return cell.id == 0; });
    return occupy(i, static_cast<std::uint32_t>(free - band.cells.begin()), frame);
  }

  // A new band on a page with room, or on a new page.
  const auto new_band = [&](int page) {
    Band band;
    band.page = page;
    band.y = pages_[static_cast<std::size_t>(page)].filled;
    band.height = h;
    pages_[static_cast<std::size_t>(page)].filled += h;
    bands_.push_back(band);
    recut(bands_.back(), w);
    return occupy(static_cast<std::uint32_t>(bands_.size() - 1), 0, frame);
  };
  for (int page = 0; page < pages(); ++page)
    if (side_ - pages_[static_cast<std::size_t>(page)].filled >= h) return new_band(page);
  if (empty_band) {
    recut(bands_[*empty_band], w);
    return occupy(*empty_band, 0, frame);
  }
  if (pages() < max_pages_) {
    pages_.push_back({});
    return new_band(pages() - 1);
  }

  // Something must give way: the oldest cell of this size, unless a whole band that fits is older still.
  std::uint64_t oldest_cell_use = frame, oldest_band_use = frame;
  Place oldest_cell;
  std::uint32_t oldest_band = 0;
  for (std::uint32_t i = 0; i < bands_.size(); ++i) {
    const Band& band = bands_[i];
    const bool same = is_for(band);
    const bool fits = band.height >= h && band.height <= 2 * h;
    if (!same && !fits) continue;
    std::uint64_t newest = 0;
    for (std::uint32_t c = 0; c < band.cells.size(); ++c) {
      const Cell& cell = band.cells[c];
      newest = std::max(newest, cell.id == 0 ? 0 : cell.used);
      if (same && cell.used < oldest_cell_use) {
        oldest_cell_use = cell.used;
        oldest_cell = {i, c};
      }
    }
    if (newest < oldest_band_use) {
      oldest_band_use = newest;
      oldest_band = i;
    }
  }
  if (oldest_cell_use < frame && oldest_cell_use <= oldest_band_use) {
    const std::uint32_t id = bands_[oldest_cell.band].cells[oldest_cell.cell].id;
    evicted.push_back(id);
    release(id);
    return occupy(oldest_cell.band, oldest_cell.cell, frame);
  }
  if (oldest_band_use < frame) {
    for (const Cell& cell : std::vector<Cell>(bands_[oldest_band].cells)) {
      if (cell.id == 0) continue;
      evicted.push_back(cell.id);
      release(cell.id);
    }
    recut(bands_[oldest_band], w);
    return occupy(oldest_band, 0, frame);
  }
  return std::nullopt;
}

void Atlas::touch(std::uint32_t cell_id, std::uint64_t frame) {
  const Place place = places_[cell_id - 1];
  bands_[place.band].cells[place.cell].used = frame;
}

void Atlas::release(std::uint32_t cell_id) {
  const Place place = places_[cell_id - 1];
  Band& band = bands_[place.band];
  band.cells[place.cell] = Cell{};
  --band.taken;
  free_ids_.push_back(cell_id);
}

}  // namespace studio
