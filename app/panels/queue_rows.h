// What the queue shows, without drawing: every job by its state, kept up to date by looking only at what can change,
// and the words for each row and each failure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/library.h"
#include "providers/provider_set.h"
#include "widgets/tile_face.h"

namespace studio {

// In the order they are shown.
enum class QueueSection : std::uint8_t { NeedYou, Failed, Running, Waiting, Done, Count };
inline constexpr std::size_t queue_sections = static_cast<std::size_t>(QueueSection::Count);
// Nothing for what is no job: imports.
std::optional<QueueSection> queue_section_of(const Item& item);

// The jobs of one provider and medium.
struct QueueLane {
  std::string provider, label;
  MediaKind kind = MediaKind::Image;
  int limit = 1, running = 0, waiting = 0;
  double work_secs = 0;  // what is left of it, one job after the other
};

// Costs nothing while rows_revision stays; then it looks at what is not done, never at all of 100,000.
class QueueIndex {
 public:
  // True when a row was added or went to another section.
  bool update(const Library& library, const ProviderSet& providers);
  void reset();

  // Rows in the order they were asked for.
  const std::vector<Row>& rows(QueueSection section) const { return rows_[static_cast<std::size_t>(section)]; }
  int count(QueueSection section) const { return static_cast<int>(rows(section).size()); }
  int total() const;
  // Not over: they run, wait, or need a person.
  int open() const;
  // Of everything that runs and waits; below 0: nothing is under way.
  double expected_secs() const { return expected_secs_; }
  const std::vector<QueueLane>& lanes() const { return lanes_; }
  // Place in its lane of a waiting row, from 1.
  const std::unordered_map<Row, int>& places_in_line() const { return places_; }
  std::uint64_t revision() const { return revision_; }

 private:
  void put(Row row, QueueSection section);
  void take_out(Row row, QueueSection section);
  std::uint8_t lane_for(const Library& library, const ProviderSet& providers, Row row);
  void measure(const Library& library);

  std::array<std::vector<Row>, queue_sections> rows_;
  std::vector<std::uint8_t> section_of_row_;  // QueueSection, or Count: no job
  std::vector<std::uint8_t> lane_of_row_;
  std::vector<float> expected_of_row_;  // seconds a job of its model takes
  std::vector<Row> watched_;            // may still change: all but the done
  std::vector<QueueLane> lanes_;
  std::unordered_map<Row, int> places_;
  std::size_t seen_ = 0;
  std::uint64_t seen_revision_ = 0, revision_ = 1;
  double expected_secs_ = -1;
};

// One row of the list.
struct QueueRowFace {
  StateShape shape = StateShape::None;
  float progress = -1;  // of a ring
  int steps = 0;        // of a ring that does not know
  std::string title;    // "03 → video · a lighthouse on a storm coast"
  std::string line;     // the reason, else the facts: "Sandbox Motion · 5 s"
  std::string done;     // "62%"
  std::string left;     // "0:41"; a guess has "~" before it
  std::string cost;     // "$0.42"
  bool can_cancel = false;
  std::string no_cancel;  // why it cannot be cancelled; empty where nobody would want to
};
struct QueueFaceContext {
  const Library& library;
  const ProviderSet& providers;
  const QueueIndex& index;
  std::int64_t now_wall_ms = 0;
};
QueueRowFace queue_face(const QueueFaceContext& context, Row row);

// "03 → video · a lighthouse on a storm coast": what the job makes, out of what, and its words.
std::string job_title(const Library& library, Row row);

// A job that went wrong or waits for a person: what, when, what it cost, what helps, and the ways on.
struct FailureWay {
  std::string id;     // "Retry", "Decide", "Start again"; a stable name
  std::string label;  // "Retry"
  std::string value;  // its price
  bool is_best = false;
};
struct FailureCard {
  StateShape shape = StateShape::Triangle;
  std::string title;   // "Failed"
  std::string facts;   // "03 → video · Sandbox Motion · 14:32"
  std::string charge;  // "not charged"
  std::string why;     // a sentence
  std::string helps;   // what helps, and what will not
  std::vector<FailureWay> ways;
};
FailureCard failure_card(const QueueFaceContext& context, Row row);

// What "retry all that failed" means: those that may come out otherwise, and their price.
struct RetryAll {
  std::vector<JobId> jobs;
  std::string price;  // "$0.48"; of two currencies both
};
RetryAll retry_all(const Library& library, const QueueIndex& index);

// "not charged", "charged $0.04", "paid $0.42", "up to $0.42 set aside": by its state and what its reason says.
std::string charge_words(const Item& item, const std::string& reason);
// What helps and what does not, by the state and what the reason is about.
std::string what_helps(JobState state, const std::string& reason);

// "0:41", "1:02:03".
std::string clock_words(double secs);
// "about 12 s", "about 14 min", "about 2 h".
std::string about_time(double secs);

}  // namespace studio
