#include "model/queue_order.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "base/names.h"

namespace studio {
namespace {

// Between two jobs that nobody moved: room for twenty halvings.
constexpr std::int64_t gap = std::int64_t{1} << 20;

constexpr std::array<std::string_view, 3> priority_names = {"high", "normal", "low"};
constexpr std::array<std::string_view, 3> move_names = {"first", "last", "before"};

// 0 means "by its number", so nobody is put exactly there.
std::int64_t kept(std::int64_t place) { return place == 0 ? 1 : place; }

}  // namespace

std::string_view to_string(Priority priority) { return priority_names[static_cast<std::size_t>(priority)]; }
std::optional<Priority> priority_from(std::string_view text) { return find_name<Priority>(priority_names, text); }
std::string_view to_string(MoveTo to) { return move_names[static_cast<std::size_t>(to)]; }
std::optional<MoveTo> move_to_from(std::string_view text) { return find_name<MoveTo>(move_names, text); }

std::int64_t usual_place(JobId job) { return job.value * gap; }
QueueRank rank_of(JobId job, Priority priority, std::int64_t place) { return {priority, place == 0 ? usual_place(job) : place, job}; }

Result<std::vector<QueueRank>> plan_move(const std::vector<QueueRank>& line, const std::vector<JobId>& jobs, MoveTo to, JobId before) {
  std::unordered_map<JobId, QueueRank> known;
  JobId newest;
  for (const QueueRank& rank : line) {
    known.emplace(rank.job, rank);
    newest = std::max(newest, rank.job);
  }
  std::vector<QueueRank> moved;
  std::unordered_set<JobId> moves;
  for (const JobId job : jobs) {
    const auto found = known.find(job);
    if (found != known.end() && moves.insert(job).second) moved.push_back(found->second);
  }
  if (moved.empty()) return std::vector<QueueRank>{};
  std::vector<QueueRank> rest;
  std::copy_if(line.begin(), line.end(), std::back_inserter(rest), [&](const QueueRank& rank) { return !moves.contains(rank.job); });

  std::size_t at = to == MoveTo::First ? 0 : rest.size();
  if (to == MoveTo::Before) {
    const auto found = std::find_if(rest.begin(), rest.end(), [&](const QueueRank& rank) { return rank.job == before; });
    if (found == rest.end()) {
      if (moves.contains(before)) return fail(ErrorKind::BadRequest, to_string(before) + " cannot go before itself: name another job.");
      return fail(ErrorKind::BadRequest, to_string(before) + " does not wait any more, so nothing can go before it.");
    }
    at = static_cast<std::size_t>(found - rest.begin());
  }
  const Priority priority = at < rest.size() ? rest[at].priority
                            : at > 0         ? rest[at - 1].priority
                                             : std::min_element(moved.begin(), moved.end())->priority;
  const bool has_before = at > 0 && rest[at - 1].priority == priority;
  const bool has_after = at < rest.size() && rest[at].priority == priority;
  const auto count = static_cast<std::int64_t>(moved.size());
  // What comes later must find its usual place behind all of these.
  const std::int64_t not_yet_used = usual_place({newest.value + 1});
  std::int64_t high = has_after ? rest[at].place : not_yet_used;
  const std::int64_t low = has_before ? rest[at - 1].place : high - gap * (count + 1);
  if (!has_after && high - low <= count) high = low + gap * (count + 1);  // the end has been moved to so often

  const std::int64_t step = (high - low) / (count + 1);
  if (step > 1) {
    for (std::int64_t i = 0; i < count; ++i) {
      QueueRank& rank = moved[static_cast<std::size_t>(i)];
      rank.priority = priority;
      rank.place = kept(low + step * (i + 1));
    }
    return moved;
  }
  // No room between the two: everybody of this priority gets a new number.
  std::vector<QueueRank> anew;
  const auto take = [&](const QueueRank& rank) {
    if (rank.priority == priority) anew.push_back(rank);
  };
  for (QueueRank& rank : moved) rank.priority = priority;
  std::for_each(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(at), take);
  std::for_each(moved.begin(), moved.end(), take);
  std::for_each(rest.begin() + static_cast<std::ptrdiff_t>(at), rest.end(), take);
  for (std::size_t i = 0; i < anew.size(); ++i) anew[i].place = kept(not_yet_used - gap * static_cast<std::int64_t>(anew.size() - i));
  return anew;
}

}  // namespace studio
