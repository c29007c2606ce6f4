// Commands about the queue through a whole Studio that only adds to it.
#include <algorithm>

#include "engine/again.h"
#include "open_project.h"

using namespace studio;

namespace {

GenerateCommand generate(int count) {
  GenerateCommand command;
  command.prompt = "a boat on a lake";
  command.count = count;
  command.strategy = Strategy::Seed;
  command.size = {512, 512};
  return command;
}

std::vector<JobId> ids_of(const CommandReply& reply) {
  std::vector<JobId> ids;
  for (const Job& job : reply.jobs) ids.push_back(job.id);
  return ids;
}

// The jobs that wait, in the order of their turns.
std::vector<JobId> in_line(const Library& library) {
  std::vector<QueueRank> ranks;
  for (Row row = 0; row < library.items.size(); ++row) {
    if (library.items[row].job.valid() && library.items[row].state == JobState::Queued) ranks.push_back(library.rank_of(row));
  }
  std::sort(ranks.begin(), ranks.end());
  std::vector<JobId> jobs;
  for (const QueueRank& rank : ranks) jobs.push_back(rank.job);
  return jobs;
}

}  // namespace

TEST_CASE("the line is shown as it was ordered, before and after a reopening") {
  OpenProject project;
  const auto made = ids_of(project.run(generate(4)));
  REQUIRE(made.size() == 4);
  const auto moved = project.run(MoveJobsCommand{{made[3], made[1]}, MoveTo::First});
  CHECK_FALSE(moved.error);
  CHECK(moved.failures.empty());
  CHECK(ids_of(moved) == std::vector<JobId>{made[3], made[1]});
  project.run(PriorityCommand{{made[2]}, Priority::High});
  const std::vector<JobId> wanted = {made[2], made[3], made[1], made[0]};
  CHECK(in_line(project.studio->view().library) == wanted);
  project.reopen();
  CHECK(in_line(project.studio->view().library) == wanted);
  CHECK(project.run(MoveJobsCommand{{JobId{99}}, MoveTo::First}).error);
  CHECK(project.run(MoveJobsCommand{{}, MoveTo::First}).error);
  CHECK(project.run(MoveJobsCommand{{made[0]}, MoveTo::Before, made[0]}).error);
  project.run(CancelCommand{{made[0]}});
  const auto gone = project.run(MoveJobsCommand{{made[0], made[2]}, MoveTo::Last});
  REQUIRE(gone.failures.size() == 1);
  CHECK(gone.failures[0].subject == to_string(made[0]));
  CHECK(in_line(project.studio->view().library) == std::vector<JobId>{made[3], made[1], made[2]});
}

TEST_CASE("one request's jobs are cancelled together, the others stay") {
  OpenProject project;
  const auto first = project.run(generate(3)).jobs, second = project.run(generate(2)).jobs;
  const auto cancelled = project.run(CancelCommand{{}, first[0].generation});
  CHECK(cancelled.jobs.size() == 3);
  CHECK(in_line(project.studio->view().library).size() == 2);
  CHECK(project.run(CancelCommand{{}, GenerationId{99}}).error);
  CHECK(project.run(CancelCommand{{}, first[0].generation}).jobs.empty());  // nothing is left of it
  CHECK(in_line(project.studio->view().library) == std::vector<JobId>{second[0].id, second[1].id});
}

TEST_CASE("a waiting job shows its new recipe, size and price at once") {
  OpenProject project;
  const Job job = project.run(generate(1)).jobs.at(0);
  Recipe recipe = job.recipe;
  recipe.prompt = "a red boat";
  recipe.width = 768;
  const auto edited = project.run(EditJobCommand{job.id, recipe});
  REQUIRE_FALSE(edited.error);
  const Library& library = project.studio->view().library;
  const Row row = library.row_of(job.id);
  CHECK(library.texts[row].recipe->prompt == "a red boat");
  CHECK(library.items[row].width == 768);
  recipe.model = "no-such-model";
  CHECK(project.run(EditJobCommand{job.id, recipe}).error);
  recipe.model = "sandbox-motion";
  CHECK(project.run(EditJobCommand{job.id, recipe}).error);  // makes videos
  CHECK(library.texts[row].recipe->model == job.recipe.model);
}

TEST_CASE("the same again with another model is a new job with the recipe carried over") {
  OpenProject project;
  const Job job = project.run(generate(1)).jobs.at(0);
  const auto offers = offers_for(job.recipe, project.studio->view().providers, project.studio->view().price_rules);
  const auto other = std::find_if(offers.begin(), offers.end(), [](const ModelOffer& offer) { return !offer.objection; });
  REQUIRE(other != offers.end());
  REQUIRE(other->price);
  const auto again = project.run(AgainCommand{{job.id}, other->model});
  REQUIRE(again.jobs.size() == 1);
  CHECK(again.jobs[0].id != job.id);
  CHECK(again.jobs[0].recipe.prompt == job.recipe.prompt);
  CHECK(again.jobs[0].recipe.seed == job.recipe.seed);
  CHECK(again.jobs[0].recipe.model == other->model);
  CHECK(again.jobs[0].estimate == *other->price);
  const auto refused = project.run(AgainCommand{{job.id}, "sandbox-motion"});
  REQUIRE(refused.error);
  CHECK(refused.error->message.find("makes no images") != std::string::npos);
}

TEST_CASE("pause, drain and going on are shown, and what waits for a job that failed is on a card") {
  OpenProject project;
  project.run(generate(1));
  CHECK_FALSE(project.run(PauseCommand{true, true}).error);
  CHECK(project.studio->view().queue.mode == QueueMode::Draining);
  CHECK(project.studio->view().paused);
  CHECK_FALSE(project.run(PauseCommand{false}).error);
  CHECK(project.studio->view().queue.mode == QueueMode::Going);
  CHECK_FALSE(project.run(HoldAfterCrashCommand{false}).error);
  CHECK_FALSE(project.studio->view().queue.holds_after_crash);
  CHECK(project.studio->view().library.needs.cards().empty());
  CHECK(project.run(DismissCommand{{JobId{1}}}).failures.size() == 1);  // it has not failed
}
