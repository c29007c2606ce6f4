#include "e2e/kill_scenes.h"

#include <algorithm>
#include <memory>

#include "e2e/fal_simulator.h"
#include "runner/crash_point.h"
#include "support/catch.h"

namespace studio {
namespace {

using Between = std::function<Args(const SceneStage&)>;
using Expects = std::function<void(const ProjectNow&, const ProjectNow&)>;

const Args two_pictures = {"generate", "--prompt", "harbour at night", "--count", "2", "--aspect", "64x64", "--strategy", "seed"};
const Args boat = {"generate", "--prompt", "a boat", "--count", "1", "--aspect", "64x64"};
const Args ten_boats = {"generate", "--prompt", "a boat", "--count", "10", "--aspect", "64x64", "--strategy", "seed"};
const Args of_fal = {"generate", "--prompt", "a lighthouse at dawn", "--count", "1", "--model", "fal-flux-schnell", "--aspect", "256x256"};
// Nothing can be opened on this machine.
const std::map<std::string, std::string> no_decoder = {{"STUDIO_MEDIA_CHILD", "/nonexistent/studio_media"}};

// The paid request may be with the service at these, and nothing on our disk says what it answered.
bool is_doubtful(const std::string& point) { return point == "T2 after" || point == "send before" || point == "answer before" || point == "T3 before"; }

// A program of its own does that first.
Between first(Args verb, int exit_code = 0) {
  return [verb = std::move(verb), exit_code](const SceneStage& stage) {
    const auto result = stage.bench.run(stage.project, verb);
    INFO(verb.front() << ": " << result.err);
    REQUIRE(result.exit_code == exit_code);
    return Args{};
  };
}

Args lose_blobs(const SceneStage& stage) {
  int lost = 0;
  std::vector<std::filesystem::path> blobs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(stage.project / "vault")) {
    if (entry.is_regular_file()) blobs.push_back(entry.path());
  }
  for (const auto& blob : blobs) lost += std::filesystem::remove(blob) ? 1 : 0;
  REQUIRE(lost >= 1);  // the fault bites
  return {};
}

// What a person finds in the service's own list, once the program has said that it does not know.
Args newest_id_of_fal(const SceneStage& stage) {
  first({"run"}, 1)(stage);
  const auto bill = stage.fal->bill();
  REQUIRE_FALSE(bill.empty());
  return {bill.back().at("request_id").get<std::string>()};
}

Expects ends_as(JobState state) {
  return [state](const ProjectNow&, const ProjectNow& over) { CHECK(over.jobs.at(0).state == state); };
}
Expects was_and_ends_as(JobState killed_as, JobState ended_as) {
  return [=](const ProjectNow& killed, const ProjectNow& over) {
    CHECK(killed.jobs.at(0).state == killed_as);
    CHECK(over.jobs.at(0).state == ended_as);
  };
}

// Both sides of a transition, brought about in the same way.
void add_both(std::vector<KillScene>& scenes, const std::string& transition, const KillScene& how, const Expects& before = {}, const Expects& after = {}) {
  for (const bool is_after : {false, true}) {
    KillScene scene = how;
    scene.point = transition + (is_after ? " after" : " before");
    scene.expects = is_after ? after : before;
    scenes.push_back(std::move(scene));
  }
}

std::vector<KillScene> at(std::initializer_list<const char*> points) {
  std::vector<KillScene> scenes;
  for (const char* point : points) scenes.push_back({.point = point});
  return scenes;
}

// Those of the way of a picture, on which all depends.
std::vector<KillScene> way_of_a_picture() {
  auto scenes = at({"T1 before", "T1 after", "T2 before", "T2 after", "send before", "answer before", "T3 before", "T3 after", "T8 before", "T8 after",
                    "vault before", "vault after", "T10 before", "T10 after", "T12 before", "T12 after", "T2 after#2", "T3 before#2", "T12 before#2"});
  add_both(scenes, "R1", {.died_before = "T1 after"});
  add_both(scenes, "R2", {.died_before = "answer before"});
  return scenes;
}

KillPlay with_replay() {
  KillPlay play{.name = "pictures, the service replays", .requests = {two_pictures}};
  play.scenes = way_of_a_picture();
  add_both(play.scenes, "T6", {.died_before = "answer before"});  // sent again with the same key
  add_both(play.scenes, "T10g", {.died_before = "T10 after", .between = lose_blobs});
  add_both(play.scenes, "T11", {.environment = no_decoder});
  add_both(play.scenes, "L5", {.died_before = "L1 after"});
  // The second picture does not fit under the cap: its place is refused, and then it is held.
  for (const char* point : {"T1 before#3", "T1 after#3"}) {
    play.scenes.push_back({.point = point, .between = first({"costs", "--play", "--cap-project", "0.05"}), .mended_by = {"costs", "--play", "--cap-project", "none"}});
  }
  const auto words_are = [](const char* killed_as) {
    return [killed_as](const ProjectNow& killed, const ProjectNow& over) {
      CHECK(killed.jobs.at(0).recipe.prompt == killed_as);
      CHECK(over.jobs.at(0).recipe.prompt == killed_as);
    };
  };
  add_both(play.scenes, "T0e", {.verb = {"edit", "j1", "--prompt", "a red boat"}}, words_are("harbour at night"), words_are("a red boat"));
  add_both(play.scenes, "T15r", {.verb = {"retry", "j1"}, .between = first({"cancel", "j1"})},
           was_and_ends_as(JobState::Cancelled, JobState::Cancelled), was_and_ends_as(JobState::Queued, JobState::Done));
  return play;
}

// `run` does not wait for posters. The first ones are made while the fifth picture, for which there was no place, is still to come.
KillPlay posters() {
  KillPlay play{.name = "posters", .requests = {{"generate", "--prompt", "a boat", "--count", "5", "--aspect", "64x64", "--strategy", "seed"}}, .sandbox = {"--latency", "1"}};
  add_both(play.scenes, "L1", {});
  add_both(play.scenes, "L2", {});
  add_both(play.scenes, "L3", {.died_before = "T12 after", .environment = no_decoder});
  return play;
}

KillPlay without_replay() {
  return {.name = "pictures, the service does not replay", .requests = {two_pictures}, .sandbox = {"--no-replay"}, .is_cleared_up = false,
          .scenes = way_of_a_picture()};
}

KillPlay clip() {
  return {.name = "a clip, with the upload of its picture",
          .requests = {{"generate", "--prompt", "a lighthouse", "--count", "1", "--aspect", "64x64", "--wait"}, {"mark", "a1", "--pick"},
                       {"animate", "--picked", "--seconds", "2"}},
          .sandbox = {"--no-replay"},
          .is_cleared_up = false,
          .scenes = at({"T1p before", "T1p after", "T1p after#2", "T2 before", "T2 after", "T3 before", "T3 after", "T8 after", "vault after", "T10 before", "T12 before"})};
}

KillPlay taken_on() {
  KillPlay play{.name = "a request is taken on"};
  const std::pair<const char*, std::size_t> jobs_at[] = {{"T0 job after", 0}, {"T0 job after#5", 0}, {"T0 before", 0}, {"T0 after", 10}};
  for (const auto& [point, jobs] : jobs_at) {
    play.scenes.push_back({.point = point, .verb = ten_boats, .expects = [jobs = jobs](const ProjectNow& killed, const ProjectNow& over) {
                             CHECK(killed.jobs.size() == jobs);  // all, or none
                             CHECK(over.count(JobState::Done) == static_cast<int>(jobs));
                           }});
  }
  return play;
}

KillPlay cancel() {
  KillPlay play{.name = "a cancel", .requests = {boat}, .sandbox = {"--latency", "3"}};
  // What was wished for is carried out, or was not taken.
  const auto wish_is = [](bool is_wished, JobState end) {
    return [=](const ProjectNow& killed, const ProjectNow& over) {
      CHECK(killed.jobs.at(0).state == JobState::Running);
      CHECK(killed.jobs.at(0).cancel_wished == is_wished);
      CHECK(over.jobs.at(0).state == end);
    };
  };
  add_both(play.scenes, "T14", {.died_before = "T3 after", .verb = {"cancel", "--all"}}, wish_is(false, JobState::Done), wish_is(true, JobState::Cancelled));
  return play;
}

KillPlay failures() {
  KillPlay play{.name = "a failure and a refusal", .requests = {boat, {"generate", "--prompt", "a forbidden boat", "--count", "1", "--aspect", "64x64"}},
                .sandbox = {"--fail-rate", "1", "--refuse", "forbidden"}};
  const auto cost_nothing = [](const ProjectNow&, const ProjectNow& over) {
    CHECK(over.count(JobState::Failed) == 1);
    CHECK(over.count(JobState::Refused) == 1);
    CHECK(over.play.settled == Money{});
  };
  const auto is_let_be = [](bool is_seen) {
    return [is_seen](const ProjectNow& killed, const ProjectNow& over) {
      CHECK(killed.jobs.at(0).state == JobState::Failed);
      CHECK(over.jobs.at(0).state == JobState::Failed);
      CHECK(over.jobs.at(0).hold == is_seen);
    };
  };
  add_both(play.scenes, "T4", {}, cost_nothing, cost_nothing);
  add_both(play.scenes, "T15", {}, cost_nothing, cost_nothing);
  add_both(play.scenes, "T15d", {.verb = {"jobs", "j1", "--dismiss"}, .between = first({"run"}, 1)}, is_let_be(false), is_let_be(true));
  return play;
}

KillPlay fal() {
  KillPlay play{.name = "fal.ai", .requests = {of_fal}, .is_of_fal = true};
  play.scenes = at({"T1 after", "T2 before", "T3 after", "T7c before", "T7c after", "T8 before", "T8 after", "T10 before", "T12 before", "T12 after"});
  return play;
}

KillPlay fal_lists() {
  KillPlay play{.name = "fal.ai, found in its list", .requests = {of_fal}, .is_of_fal = true, .has_own_services = true};
  play.scenes = at({"answer before", "T3 before"});
  add_both(play.scenes, "T6", {.died_before = "answer before"});
  return play;
}

const Json no_list = {{"match", {{"purpose", "list"}}}, {"do", {{"status", 404}, {"body", "{}"}}}, {"times", 0}};

// Each ambiguous outcome is one card, its sum reserved, and nothing is sent again but by a person's word.
KillPlay fal_without_list() {
  KillPlay play{.name = "fal.ai without a list", .requests = {of_fal}, .is_of_fal = true, .faults = {{"rules", {no_list}}}, .is_cleared_up = false};
  play.scenes = at({"T2 after", "send before", "answer before", "T3 before"});
  const auto unknown = was_and_ends_as(JobState::Unknown, JobState::Unknown);
  const auto by_hand = [&](const Args& verb, const Between& between, JobState killed_as, JobState ended_as) {
    add_both(play.scenes, "T6", {.died_before = "answer before", .verb = verb, .between = between}, unknown, was_and_ends_as(killed_as, ended_as));
  };
  by_hand({"retry", "j1", "--resubmit"}, first({"run"}, 1), JobState::Queued, JobState::Done);
  by_hand({"retry", "j1", "--write-off"}, first({"run"}, 1), JobState::Failed, JobState::Failed);
  by_hand({"retry", "j1", "--link"}, newest_id_of_fal, JobState::Running, JobState::Done);
  return play;
}

KillPlay fal_breaks_off() {
  KillPlay play{.name = "fal.ai breaks off before it answers", .requests = {of_fal}, .is_of_fal = true, .is_cleared_up = false};
  play.faults = {{"rules", {no_list, {{"match", {{"purpose", "submit"}}}, {"do", {{"close", "after"}}}, {"times", 0}}}}};
  add_both(play.scenes, "T5", {}, was_and_ends_as(JobState::Sending, JobState::Unknown), was_and_ends_as(JobState::Unknown, JobState::Unknown));
  return play;
}

// It does not say whether a refusal was charged: the sum stays reserved until a person says.
KillPlay fal_refuses() {
  KillPlay play{.name = "fal.ai refuses", .requests = {{"generate", "--prompt", "a forbidden boat", "--count", "1", "--model", "fal-flux-schnell", "--aspect", "256x256"}},
                .is_of_fal = true, .faults = {{"settings", {{"refused_words", {"forbidden"}}}}}};
  const Args word = {"retry", "j1", "--charged", "none"};
  const auto reserved_is = [](Money reserved) { return [reserved](const ProjectNow& killed, const ProjectNow&) { CHECK(killed.usd.reserved == reserved); }; };
  add_both(play.scenes, "T15c", {.verb = word, .between = first({"run"}, 1)}, reserved_is(Money{3000}), reserved_is(Money{}));
  play.scenes.front().mended_by = word;  // it was not heard, so it is said again
  return play;
}

KillPlay fal_loses_files() {
  KillPlay play{.name = "fal.ai has lost the file of a result", .requests = {of_fal}, .is_of_fal = true};
  play.faults = {{"rules", {{{"match", {{"purpose", "file"}}}, {"do", {{"status", 410}, {"body", ""}}}, {"times", 0}}}}};
  add_both(play.scenes, "T16", {}, ends_as(JobState::Expired), ends_as(JobState::Expired));
  return play;
}

// --- playing them

std::vector<Billed> fal_bill(const Fal& fal) {
  std::vector<Billed> bill;
  for (const Json& line : fal.bill()) bill.push_back({{}, line.at("request_id").get<std::string>(), Money{line.at("amount_micros").get<std::int64_t>()}});
  return bill;
}

struct Totals {
  int points = 0, duplicates = 0, lost = 0, stuck = 0;
};

// Killed, looked at, taken up again, looked at.
void play_scene(const KillPlay& play, const KillScene& scene, const SceneStage& stage, Totals& totals) {
  INFO("killed at " << scene.point << (scene.died_before.empty() ? "" : ", and before at " + scene.died_before) << " of " << scene.verb.front());
  const std::size_t billed_before = stage.fal != nullptr ? stage.fal->bill().size() : 0;
  // The lines of this project: by their keys, and where the service does not say those, what was not there before.
  const auto bill = [&](const ProjectNow& now) {
    if (stage.fal == nullptr) return lines_of(now, sandbox_bill(stage.studio));
    auto all = fal_bill(*stage.fal);
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(billed_before));
    return all;
  };
  if (!scene.died_before.empty()) REQUIRE(stage.bench.dies_at(stage.project, scene.died_before));
  Args verb = scene.verb;
  if (scene.between) {
    const Args more = scene.between(stage);
    verb.insert(verb.end(), more.begin(), more.end());
  }
  REQUIRE(stage.bench.dies_at(stage.project, scene.point, verb, scene.environment));  // the kill landed
  const ProjectNow killed = look_at(stage.project);
  CHECK(sins_of(killed, bill(killed), false).words == "");
  auto in_doubt = killed.in_state(JobState::Sending);
  if (is_doubtful(without_count(scene.point))) CHECK_FALSE(in_doubt.empty());
  in_doubt.merge(killed.in_state(JobState::Unknown));

  if (!scene.mended_by.empty()) REQUIRE(stage.bench.run(stage.project, scene.mended_by).exit_code == 0);
  const auto last = stage.bench.run(stage.project);
  INFO(last.err);
  const ProjectNow over = look_at(stage.project);
  const Sins sins = sins_of(over, bill(over), true);
  CHECK(sins.words == "");
  const auto unknown = over.in_state(JobState::Unknown);
  CHECK(unknown == (play.is_cleared_up ? std::set<JobId>{} : in_doubt));
  if (!unknown.empty()) CHECK(last.exit_code == 1);
  if (over.count(JobState::Done) == static_cast<int>(over.jobs.size())) CHECK(last.exit_code == 0);
  for (const JobId id : unknown) CHECK(last.err.find(to_string(id) + ":") != std::string::npos);
  if (scene.expects) scene.expects(killed, over);
  totals.duplicates += sins.duplicates;
  totals.lost += sins.lost;
  totals.stuck += sins.stuck;
  ++totals.points;
}

void play_all(const KillPlay& play, std::span<const KillScene> scenes, Totals& totals) {
  Headless studio;
  std::unique_ptr<Process> server;
  std::unique_ptr<Fal> fal;
  if (play.is_of_fal) fal = std::make_unique<Fal>(studio, play.faults);
  else server = studio.serve(play.sandbox);
  KillBench bench(studio, play.requests);
  for (const KillScene& scene : scenes) play_scene(play, scene, {studio, bench, bench.another(), fal.get()}, totals);
}

}  // namespace

const std::vector<KillPlay>& kill_plays() {
  static const std::vector<KillPlay> plays = {with_replay(), posters(), without_replay(), clip(), taken_on(), cancel(), failures(), fal(), fal_lists(), fal_without_list(),
                                              fal_breaks_off(), fal_refuses(), fal_loses_files()};
  return plays;
}

void play_kills(const std::string& name) {
  const auto& plays = kill_plays();
  const auto play = std::find_if(plays.begin(), plays.end(), [&](const KillPlay& one) { return one.name == name; });
  REQUIRE(play != plays.end());
  Totals totals;
  const std::span<const KillScene> scenes = play->scenes;
  if (!play->has_own_services) play_all(*play, scenes, totals);
  else for (std::size_t i = 0; i < scenes.size(); ++i) play_all(*play, scenes.subspan(i, 1), totals);
  CHECK(totals.points == static_cast<int>(scenes.size()));
  CHECK(totals.duplicates == 0);
  CHECK(totals.lost == 0);
  CHECK(totals.stuck == 0);
}

std::string without_count(const std::string& point) { return point.substr(0, point.find('#')); }

std::set<std::string> all_kill_points() {
  std::set<std::string> all;
  for (const CrashPlace& place : crash_places) {
    if (place.has_before) all.insert(std::string(place.name) + " before");
    if (place.has_after) all.insert(std::string(place.name) + " after");
  }
  return all;
}

}  // namespace studio
