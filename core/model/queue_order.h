// The line of waiting jobs: who comes next, and what moving some of them changes. A choice of people, kept apart from the
// facts about a job.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace studio {

enum class Priority : std::uint8_t { High, Normal, Low };
std::string_view to_string(Priority priority);  // "high", …
std::optional<Priority> priority_from(std::string_view text);

enum class MoveTo : std::uint8_t { First, Last, Before };
std::string_view to_string(MoveTo to);  // "first", …
std::optional<MoveTo> move_to_from(std::string_view text);

// A job's place in line: by priority, then by place, then by age. A job that nobody moved stands where its number puts it;
// between two numbers there is room for others.
struct QueueRank {
  Priority priority = Priority::Normal;
  std::int64_t place = 0;
  JobId job;
  auto operator<=>(const QueueRank&) const = default;
};
std::int64_t usual_place(JobId job);
// `place` as it is kept: 0 for a job that nobody moved.
QueueRank rank_of(JobId job, Priority priority, std::int64_t place);

// The ranks that change when `jobs`, in this order, go to the front, to the end, or right before `before`; they take the
// priority of where they go. What is added later comes after what was moved to the end. `line`: all that waits, in order.
// Errors (BadRequest): `before` is not in the line or is one of those that move. Whoever is in `jobs` and not in the line is
// left out. Moves change only those that move, until there is no room between two: then the line is numbered anew.
Result<std::vector<QueueRank>> plan_move(const std::vector<QueueRank>& line, const std::vector<JobId>& jobs, MoveTo to, JobId before);

}  // namespace studio
