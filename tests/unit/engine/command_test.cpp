#include "engine/command.h"

#include "support/catch.h"

using namespace studio;

namespace {
// What comes out on the other side of the owner's socket, written again: equal text means nothing was lost.
std::string there_and_back(const Command& command) { return command_to_json(command_from_json(command_to_json(command)).value()); }
}  // namespace

TEST_CASE("every command survives the owner's socket whole") {
  GenerateCommand generate;
  generate.prompt = "夜の街 \"neon\"\n";
  generate.count = 7;
  generate.strategy = Strategy::Light;
  generate.model = "sandbox-xl";
  generate.size = {640, 360};
  generate.seed = 12;
  const auto back = std::get<GenerateCommand>(command_from_json(command_to_json(generate)).value());
  CHECK(back.prompt == generate.prompt);
  CHECK(back.count == 7);
  CHECK(back.strategy == Strategy::Light);
  CHECK(back.size == Size{640, 360});
  CHECK(back.seed == 12);

  AnimateCommand animate;
  animate.assets = {AssetId{3}, AssetId{9}};
  animate.seconds = 8;
  animate.prompt = "pan";
  animate.another = true;
  const auto moved = std::get<AnimateCommand>(command_from_json(command_to_json(animate)).value());
  CHECK(moved.assets == animate.assets);
  CHECK(moved.prompt == "pan");
  CHECK(moved.another);

  RemakeCommand remake;
  remake.recipe.prompt = "a boat";
  remake.recipe.width = 64;
  CHECK(std::get<RemakeCommand>(command_from_json(command_to_json(remake)).value()).recipe == remake.recipe);
  for (const Command& command : std::vector<Command>{MarkCommand{{AssetId{1}}, Mark::Reject, 4}, MarkCommand{{AssetId{1}}, {}, 0}, ImportCommand{{"/a b/ü.png"}}, ImportCommand{{"/a.png"}, AssetId{4}}, RemakeAssetsCommand{{AssetId{3}, AssetId{9}}}, VersionCommand{AssetId{5}, AssetId{3}}, VersionCommand{AssetId{5}, {}, false},
                                                     CancelCommand{{JobId{5}}}, RetryCommand{{JobId{5}}, RetryHow::WriteOff},
                                                     RetryCommand{{JobId{5}}, RetryHow::Resubmit}, RetryCommand{{JobId{5}}, RetryHow::Charged, "", {}, Money{25'000}},
                                                     RetryCommand{{}, RetryHow::Charged}, WaitCommand{}, WaitCommand{{JobId{1}}, true}, GoOnCommand{},
                                                     AllowModelCommand{"fal-dreamshaper", Money{50'000}}, AllowModelCommand{"fal-dreamshaper", {}},
                                                     PauseCommand{true, true}, PauseCommand{false}, ReleaseHoldCommand{}, HoldAfterCrashCommand{false},
                                                     CancelCommand{{}, GenerationId{3}}, RetryCommand{{}, RetryHow::Again, "", GenerationId{3}},
                                                     MoveJobsCommand{{JobId{5}, JobId{2}}, MoveTo::Last}, MoveJobsCommand{{JobId{5}}, MoveTo::Before, JobId{9}},
                                                     PriorityCommand{{JobId{5}}, Priority::Low}, AgainCommand{{JobId{5}}, "sandbox-xl"},
                                                     DismissCommand{{JobId{5}}}, EditJobCommand{JobId{5}, remake.recipe}}) {
    const auto read = command_from_json(command_to_json(command));
    REQUIRE(read);
    CHECK(read->index() == command.index());
    CHECK(there_and_back(command) == command_to_json(command));
  }
}

TEST_CASE("a file whose name is no UTF-8 is the same file on the other side") {
  const std::string name = "/pictures/caf\xE9.png";
  const auto read = command_from_json(command_to_json(ImportCommand{{"/a/é.png", name}}));
  REQUIRE(read);
  REQUIRE(std::holds_alternative<ImportCommand>(*read));
  CHECK(std::get<ImportCommand>(*read).paths == std::vector<std::string>{"/a/é.png", name});
}

TEST_CASE("rubbish over the owner's socket is refused, never carried out") {
  for (const char* text : {"", "{}", "[]", "{\"do\":\"format\"}", "{\"do\":\"mark\",\"assets\":[\"j1\"]}", "{\"do\":\"retry\",\"jobs\":[],\"how\":\"free\"}",
                           "{\"do\":\"generate\",\"prompt\":1}", "{\"do\":\"mark\",\"assets\":\"a1\"}",
                           "{\"do\":\"move_jobs\",\"jobs\":[\"j1\"],\"to\":\"before\"}", "{\"do\":\"move_jobs\",\"jobs\":[\"j1\"],\"to\":\"up\"}",
                           "{\"do\":\"priority\",\"jobs\":[\"j1\"],\"priority\":\"top\"}", "{\"do\":\"cancel\",\"jobs\":[],\"generation\":\"j3\"}",
                           "{\"do\":\"edit_job\",\"job\":\"j1\",\"recipe\":\"no\"}"}) {
    CHECK(command_from_json(text).error().kind == ErrorKind::BadRequest);
  }
}

TEST_CASE("a reply carries its ids and its failures") {
  CommandReply reply;
  Job job;
  job.id = JobId{4};
  reply.jobs.push_back(job);
  reply.need_person.push_back(job);
  reply.failures.push_back({"/x.png", {ErrorKind::Damaged, "The picture is broken.", "", 0}});
  reply.skipped = 2;
  reply.selected = 7;
  const auto ids = reply_from_json(reply_to_json(reply)).value();
  CHECK(ids.jobs == std::vector<JobId>{JobId{4}});
  CHECK(ids.need_person == std::vector<JobId>{JobId{4}});
  REQUIRE(ids.failures.size() == 1);
  CHECK(ids.failures[0].error.kind == ErrorKind::Damaged);
  CHECK(ids.skipped == 2);
  CHECK(ids.selected == 7);
  CHECK_FALSE(ids.error);
}

TEST_CASE("progress and reply are told apart") {
  const auto progress = progress_from_json(progress_to_json({3, 5, 1.5, 2}));
  REQUIRE(progress);
  CHECK(progress->done == 3);
  CHECK(progress->total == 5);
  CHECK(progress->asked_about == 2);
  CHECK(progress_from_json(R"({"progress":{"done":3,"total":5,"eta_secs":0}})"));  // of a program that does not say it
  CHECK_FALSE(progress_from_json(reply_to_json({})));
}
