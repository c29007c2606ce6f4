#include "model/queue_order.h"

#include <algorithm>
#include <random>

#include "support/catch.h"

using namespace studio;

namespace {

std::vector<JobId> ids(std::initializer_list<std::int64_t> values) {
  std::vector<JobId> jobs;
  for (const std::int64_t value : values) jobs.push_back(JobId{value});
  return jobs;
}

// A line as the ledger keeps it: only ranks, no order of its own.
class Line {
 public:
  explicit Line(std::int64_t count) {
    for (std::int64_t i = 1; i <= count; ++i) add(i);
  }
  void add(std::int64_t job, Priority priority = Priority::Normal) { ranks_.push_back(rank_of(JobId{job}, priority, 0)); }
  std::vector<QueueRank> in_order() const {
    auto line = ranks_;
    std::sort(line.begin(), line.end());
    return line;
  }
  std::vector<JobId> jobs() const {
    std::vector<JobId> order;
    for (const QueueRank& rank : in_order()) order.push_back(rank.job);
    return order;
  }
  Priority priority_of(std::int64_t job) const {
    return std::find_if(ranks_.begin(), ranks_.end(), [&](const QueueRank& rank) { return rank.job == JobId{job}; })->priority;
  }
  std::size_t move(const std::vector<JobId>& jobs, MoveTo to, std::int64_t before = 0) {
    const auto changed = plan_move(in_order(), jobs, to, JobId{before}).value();
    for (const QueueRank& rank : changed) {
      *std::find_if(ranks_.begin(), ranks_.end(), [&](const QueueRank& known) { return known.job == rank.job; }) = rank_of(rank.job, rank.priority, rank.place);
    }
    return changed.size();
  }

 private:
  std::vector<QueueRank> ranks_;
};

}  // namespace

TEST_CASE("jobs move to the front, to the end and before another, in the order in which they are named") {
  Line line(6);
  line.move(ids({5, 3}), MoveTo::First);
  CHECK(line.jobs() == ids({5, 3, 1, 2, 4, 6}));
  line.move(ids({3, 1}), MoveTo::Last);
  CHECK(line.jobs() == ids({5, 2, 4, 6, 3, 1}));
  CHECK(line.move(ids({1, 6}), MoveTo::Before, 2) == 2);
  CHECK(line.jobs() == ids({5, 1, 6, 2, 4, 3}));
  line.move(ids({5}), MoveTo::Before, 1);  // where it is
  CHECK(line.jobs() == ids({5, 1, 6, 2, 4, 3}));
  line.move(ids({4, 4, 99}), MoveTo::First);  // each once; who does not wait is left out
  CHECK(line.jobs() == ids({4, 5, 1, 6, 2, 3}));
  CHECK(line.move(ids({99}), MoveTo::First) == 0);
}

TEST_CASE("what is added later comes after what was moved to the end, and who moves takes the priority of the place") {
  Line line(3);
  for (int i = 0; i < 200; ++i) line.move(ids({1, 2}), MoveTo::Last);
  line.add(4);
  CHECK(line.jobs() == ids({3, 1, 2, 4}));
  line.add(5, Priority::High);
  line.add(6, Priority::Low);
  CHECK(line.jobs() == ids({5, 3, 1, 2, 4, 6}));
  line.move(ids({2}), MoveTo::First);
  CHECK(line.jobs() == ids({2, 5, 3, 1, 4, 6}));
  CHECK(line.priority_of(2) == Priority::High);
  line.move(ids({3}), MoveTo::Last);
  CHECK(line.priority_of(3) == Priority::Low);
  line.move(ids({2}), MoveTo::Before, 1);
  CHECK(line.priority_of(2) == Priority::Normal);
  CHECK(line.jobs() == ids({5, 2, 1, 4, 6, 3}));
  Line alone(0);
  alone.add(7, Priority::Low);
  alone.move(ids({7}), MoveTo::First);
  CHECK(alone.priority_of(7) == Priority::Low);
}

TEST_CASE("there is no place before a job that is gone, or before itself") {
  const Line line(3);
  CHECK(plan_move(line.in_order(), ids({1}), MoveTo::Before, JobId{9}).error().kind == ErrorKind::BadRequest);
  CHECK(plan_move(line.in_order(), ids({1, 2}), MoveTo::Before, JobId{2}).error().kind == ErrorKind::BadRequest);
}

TEST_CASE("however often jobs are moved about, the line is the one that was asked for") {
  std::mt19937 random(7);
  Line line(40);
  std::vector<JobId> model = line.jobs();
  std::size_t most_changed = 0;
  for (int step = 0; step < 2000; ++step) {
    const JobId job = model[random() % model.size()];
    model.erase(std::find(model.begin(), model.end(), job));
    // Again and again between the same two, so that the room there is used up.
    const std::size_t at = step % 3 == 0 ? random() % model.size() : 5;
    const JobId before = model[at];
    model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), job);
    most_changed = std::max(most_changed, line.move({job}, MoveTo::Before, before.value));
    REQUIRE(line.jobs() == model);
  }
  CHECK(most_changed == 40);  // it was numbered anew at least once
  line.add(41);
  CHECK(line.jobs().back() == JobId{41});
}

TEST_CASE("names of priorities and places are read back") {
  for (const Priority priority : {Priority::High, Priority::Normal, Priority::Low}) CHECK(priority_from(to_string(priority)) == priority);
  for (const MoveTo to : {MoveTo::First, MoveTo::Last, MoveTo::Before}) CHECK(move_to_from(to_string(to)) == to);
  CHECK_FALSE(priority_from("urgent"));
  CHECK_FALSE(move_to_from(""));
}
