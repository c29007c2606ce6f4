// Where chosen jobs go by one place, and what another model says of several jobs together.
#include "commands/queue_steps.h"

#include <algorithm>

#include "panels/again_dialog.h"
#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

std::vector<JobId> ids(std::initializer_list<std::int64_t> numbers) {
  std::vector<JobId> jobs;
  for (const auto n : numbers) jobs.push_back({n});
  return jobs;
}

// The line after such a move, as the core carries it out.
std::vector<JobId> moved(const std::vector<JobId>& line, const std::optional<MoveJobsCommand>& command) {
  REQUIRE(command);
  std::vector<QueueRank> ranks;
  for (std::size_t n = 0; n < line.size(); ++n) ranks.push_back({Priority::Normal, static_cast<std::int64_t>(n + 1) * 1000, line[n]});
  const auto changed = plan_move(ranks, command->jobs, command->to, command->before);
  REQUIRE(changed);
  for (const QueueRank& change : *changed)
    for (QueueRank& rank : ranks)
      if (rank.job == change.job) rank = change;
  std::sort(ranks.begin(), ranks.end());
  std::vector<JobId> jobs;
  for (const QueueRank& rank : ranks) jobs.push_back(rank.job);
  return jobs;
}

}  // namespace

TEST_CASE("One place earlier or later goes past one that stays, and nowhere at the ends of the line") {
  const auto line = ids({1, 2, 3, 4});
  CHECK(moved(line, one_place(line, ids({3}), true)) == ids({1, 3, 2, 4}));
  CHECK(moved(line, one_place(line, ids({2}), false)) == ids({1, 3, 2, 4}));
  CHECK(moved(line, one_place(line, ids({3}), false)) == ids({1, 2, 4, 3}));
  CHECK(moved(line, one_place(line, ids({2, 3}), true)) == ids({2, 3, 1, 4}));
  CHECK(moved(line, one_place(line, ids({2, 3}), false)) == ids({1, 4, 2, 3}));
  CHECK_FALSE(one_place(line, ids({1}), true));
  CHECK_FALSE(one_place(line, ids({4}), false));
  CHECK_FALSE(one_place(line, ids({9}), true));
}

TEST_CASE("Another model is offered for all jobs together: one price, and the objection of any of them") {
  Library library;
  library.fold(generation(1, "p", 3));
  library.fold(job(1, 1, 1));
  library.fold(job(2, 1, 2));
  Job wide = job(3, 1, 3);
  wide.recipe.negative_prompt = "rain";
  library.fold(wide);
  library.fold(video_job(4, 1, AssetId{1}));
  const auto two = again_choices(library, {0, 1}, providers());
  REQUIRE_FALSE(two.empty());
  for (const AgainChoice& choice : two) {
    CHECK(choice.model != "sandbox-flux");
    const ModelInfo* model = providers().find_model(choice.model);
    REQUIRE(model != nullptr);
    CHECK(model->kind == MediaKind::Image);
    if (const auto one = price_of(*model, *library.texts[0].recipe); one && choice.objection.empty())
      CHECK(choice.price == std::optional(*one * 2));
  }
  // One with words that not every model knows: who cannot take them says so, after those who can.
  const auto three = again_choices(library, {0, 2}, providers());
  bool objected = false;
  for (const AgainChoice& choice : three) {
    if (objected) CHECK_FALSE(choice.objection.empty());
    objected = objected || !choice.objection.empty();
    if (!providers().find_model(choice.model)->has_negative_prompt) CHECK_FALSE(choice.objection.empty());
  }
  // A picture and a video have no model in common.
  CHECK(again_choices(library, {0, 3}, providers()).empty());
}
