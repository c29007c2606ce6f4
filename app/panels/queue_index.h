// Every job by its state and in its order, and what each lane is about: kept up to date by looking only at what can change.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/library.h"
#include "providers/provider_set.h"

namespace studio {

// In the order they are shown.
enum class QueueSection : std::uint8_t { NeedYou, Failed, Running, Waiting, Done, Cancelled, Count };
inline constexpr std::size_t queue_sections = static_cast<std::size_t>(QueueSection::Count);
// Nothing for what is no job: imports. What failed and a person lets be is done.
std::optional<QueueSection> queue_section_of(const Item& item);

// The jobs of one provider and medium.
struct QueueLane {
  std::string provider, label;
  MediaKind kind = MediaKind::Image;
  int limit = 1, running = 0, waiting = 0;
  int blocked = 0;        // cannot begin until something changes: a key, a cap, a price
  Row held_up = no_row;   // a job that says why what waits here does not begin; none where it only waits for its turn
  double work_secs = 0;   // what is left of it, one job after the other
};

// Costs nothing while rows_revision stays; then it looks at what is not done, never at all of 100,000.
class QueueIndex {
 public:
  // True when a row was added, went to another section, or the line has another order.
  bool update(const Library& library, const ProviderSet& providers);
  void reset();

  // Rows in the order they were asked for; those that wait in the order of their turns.
  const std::vector<Row>& rows(QueueSection section) const { return rows_[static_cast<std::size_t>(section)]; }
  int count(QueueSection section) const { return static_cast<int>(rows(section).size()); }
  int total() const;
  // Not over: they run, wait, or need a person.
  int open() const;
  // Of everything that runs and waits; below 0: nothing is under way.
  double expected_secs() const { return expected_secs_; }
  const std::vector<QueueLane>& lanes() const { return lanes_; }
  // In its lane, from 1; 0: it does not wait.
  int place_in_line(Row row) const;
  std::uint64_t revision() const { return revision_; }
  // How many rows were looked at since the beginning: what following the jobs costs.
  std::uint64_t looked_at() const { return looked_at_; }

 private:
  std::uint8_t lane_for(const Library& library, const ProviderSet& providers, Row row);
  void put_in_lane(const Library& library, const ProviderSet& providers, Row row);
  void follow(const Library& library);
  void take_in(const Library& library, const ProviderSet& providers);
  void settle_sections(const Library& library);
  void measure(const Library& library);

  std::array<std::vector<Row>, queue_sections> rows_;
  std::vector<std::uint8_t> section_of_row_;  // QueueSection, or Count: no job
  std::vector<std::uint8_t> lane_of_row_;
  std::vector<float> expected_of_row_;  // seconds a job of its model takes
  std::vector<int> place_of_row_;
  std::vector<Row> watched_;            // may still change: all but the done
  std::vector<QueueLane> lanes_;
  // Of the update under way: sections that lost rows, and the rows that each gained.
  std::array<bool, queue_sections> lost_{};
  std::array<std::vector<Row>, queue_sections> gained_;
  std::size_t seen_ = 0;
  std::uint64_t seen_revision_ = 0, seen_line_ = 0, revision_ = 1, looked_at_ = 0;
  double expected_secs_ = -1;
};

}  // namespace studio
