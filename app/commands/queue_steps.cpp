#include "commands/queue_steps.h"

#include <algorithm>

#include "commands/select_step.h"

namespace studio {

bool waits_in_line(JobState state) {
  return state == JobState::Waiting || state == JobState::Queued || state == JobState::Blocked;
}

namespace {

std::vector<JobId> by_turn(std::vector<QueueRank> ranks) {
  std::sort(ranks.begin(), ranks.end());
  std::vector<JobId> jobs;
  jobs.reserve(ranks.size());
  for (const QueueRank& rank : ranks) jobs.push_back(rank.job);
  return jobs;
}

bool is_in_line(const Item& item) { return item.job.valid() && waits_in_line(item.state); }

}  // namespace

std::vector<JobId> waiting_meant(const CommandContext& context) {
  if (context.view == nullptr) return {};
  const Library& library = context.view->library;
  std::vector<QueueRank> ranks;
  for (const Row row : rows_meant(context))
    if (is_in_line(library.items[row])) ranks.push_back(library.rank_of(row));
  return by_turn(std::move(ranks));
}

std::vector<JobId> whole_line(const Library& library) {
  std::vector<QueueRank> ranks;
  for (Row row = 0; row < library.items.size(); ++row)
    if (is_in_line(library.items[row])) ranks.push_back(library.rank_of(row));
  return by_turn(std::move(ranks));
}

std::optional<MoveJobsCommand> one_place(const std::vector<JobId>& line, const std::vector<JobId>& chosen, bool earlier) {
  const auto is_chosen = [&](JobId job) { return std::find(chosen.begin(), chosen.end(), job) != chosen.end(); };
  if (earlier) {
    const auto first = std::find_if(line.begin(), line.end(), is_chosen);
    if (first == line.end() || first == line.begin()) return std::nullopt;
    return MoveJobsCommand{chosen, MoveTo::Before, *std::prev(first)};
  }
  const auto last = std::find_if(line.rbegin(), line.rend(), is_chosen);
  if (last == line.rend() || last == line.rbegin()) return std::nullopt;
  // Over the next one: before the one after it.
  const auto next = last.base();
  const auto after = std::next(next);
  if (after == line.end()) return MoveJobsCommand{chosen, MoveTo::Last};
  return MoveJobsCommand{chosen, MoveTo::Before, *after};
}

void move_in_line(AppState& state, const SendCommand& send, MoveJobsCommand command) {
  AppState* app = &state;
  const std::size_t count = command.jobs.size();
  send(std::move(command), [app, count](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else if (reply.failures.size() == count && count > 0)
      app->note = {Note::Kind::Problem, reply.failures.front().error.message};
    else
      app->note = {Note::Kind::Done, counted(count - reply.failures.size(), "job", "jobs") + " moved in line"};
  });
}

std::vector<Row> rows_of_jobs(const Library& library, const std::vector<JobId>& jobs) {
  std::vector<Row> rows;
  rows.reserve(jobs.size());
  for (const JobId job : jobs)
    if (const Row row = library.row_of(job); row != no_row) rows.push_back(row);
  return rows;
}

void change_words(AppState& state, const Library& library, Row row) {
  if (row >= library.items.size()) return;
  const Item& item = library.items[row];
  if (waits_in_line(item.state)) {
    state.wishes.edit_job = row;
    state.wishes.show_panel = "Prompt";
    return;
  }
  const Row picture = item.kind == MediaKind::Video ? library.row_of(item.parent) : no_row;
  if (picture != no_row) {
    // A video's words are its motion, and they are written in the bar of its picture.
    select_only(state, picture);
    state.wishes.edit_motion = row;
    state.wishes.show_panel = "Gallery";
  } else {
    state.wishes.load_recipe = row;
    state.wishes.write_prompt = true;
  }
}

std::string need_way_key(const AppState& state, std::size_t n) {
  const UiCommand* command = find_command("queue-way-" + std::to_string(n + 1));
  return command == nullptr ? std::string() : to_string(state.keys.chord(*command));
}

}  // namespace studio
