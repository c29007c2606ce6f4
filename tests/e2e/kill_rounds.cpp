#include "e2e/kill_rounds.h"

#include <cmath>
#include <csignal>
#include <map>
#include <random>
#include <set>

#include "e2e/headless.h"
#include "store/ledger.h"
#include "support/catch.h"

namespace studio {
namespace {

std::set<std::string> jobs_in(const Headless& studio, const std::string& state) {
  std::set<std::string> ids;
  for (const auto& job : studio.lines({"jobs", "--state", state})) ids.insert(job.at("id").get<std::string>());
  return ids;
}

constexpr int kills_in_all = 10, kills_by_looking = 3;

struct Kills {
  int landed_in_sending = 0;
  std::set<std::string> sent_when_killed;  // jobs that were in SENDING at a kill
};

// Starts the work, kills it with no warning, looks at the ledger as it was left: ten times. Three times (the first, third and fifth:
// then jobs are left to be sent, whatever the others hit) the moment is one at which a job is being sent; else any.
Kills kill_ten_times(const Headless& studio, std::mt19937& random) {
  Kills kills;
  int longest_ms = 600;
  for (int kill = 0; kill < kills_in_all;) {
    Process owner(studio.command(studio.project(), {"run"}), studio.environment());
    const bool looks = kill % 2 == 0 && kill / 2 < kills_by_looking;
    if (looks) {
      REQUIRE(runs_until_sending(studio.project(), owner));
    } else if (owner.runs_out_within(std::uniform_int_distribution<int>(1, longest_ms)(random))) {
      // It had less left to do than it was given: this one comes earlier.
      REQUIRE(longest_ms > 1);
      longest_ms /= 2;
      continue;
    }
    owner.signal(SIGKILL);
    if (owner.wait().exit_code != -1) continue;  // it had just ended by itself
    ++kill;
    const auto sending = jobs_in(studio, "sending");
    if (!sending.empty()) ++kills.landed_in_sending;
    kills.sent_when_killed.insert(sending.begin(), sending.end());
  }
  return kills;
}

void queue_twenty(const Headless& studio) {
  studio.lines({"new"});
  for (int batch = 0; batch < 2; ++batch) {
    studio.lines({"generate", "--prompt", "harbour at night " + std::to_string(batch), "--count", "10", "--aspect", "128x128", "--strategy", "seed"});
  }
}

}  // namespace

bool runs_until_sending(const std::filesystem::path& project, Process& owner) {
  for (;;) {
    if (owner.runs_out_within(2)) return false;
    auto ledger = Ledger::open_read_only(project);
    if (!ledger) continue;  // its owner is just making or closing its files
    const auto sending = (*ledger)->job_count({.states = {JobState::Sending}});
    if (sending && *sending > 0) return true;
  }
}

void kill_round_with_replay() {
  Headless studio;
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  auto server = studio.serve({"--latency", "1", "--submit-delay", "0.3"});
  queue_twenty(studio);
  const Kills kills = kill_ten_times(studio, random);
  REQUIRE(kills.landed_in_sending >= 3);
  const auto last = studio.run({"run"});
  INFO(last.err);
  CHECK(last.exit_code == 0);
  const auto jobs = studio.lines({"jobs"});
  REQUIRE(jobs.size() == 20);
  for (const auto& job : jobs) CHECK(job.at("state") == "done");
  CHECK(studio.lines({"list"}).size() == 20);
  std::map<std::string, int> lines_of_key;
  for (const auto& line : studio.bill()) ++lines_of_key[line.at("key").get<std::string>()];
  CHECK(lines_of_key.size() == 20);
  for (const auto& [key, lines] : lines_of_key) CHECK(lines == 1);
  for (const auto& books : studio.lines({"costs"})) {
    CHECK(std::abs(books.at("reserved").get<double>()) < 1e-9);
    if (books.at("currency") == "play") CHECK(std::abs(books.at("settled").get<double>() - 20 * 0.04) < 1e-9);
  }
}

void kill_round_without_replay() {
  Headless studio;
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  auto server = studio.serve({"--latency", "1", "--submit-delay", "0.3", "--no-replay"});
  queue_twenty(studio);
  const Kills kills = kill_ten_times(studio, random);
  REQUIRE(kills.landed_in_sending >= 3);
  const auto last = studio.run({"run"});
  CHECK(last.exit_code == 1);
  const auto unknown = jobs_in(studio, "unknown");
  CHECK(unknown == kills.sent_when_killed);
  for (const auto& id : unknown) CHECK(last.err.find(id + ":") != std::string::npos);
  CHECK(last.err.find("may have been charged") != std::string::npos);
  for (const auto& id : unknown) CHECK(last.err.find("`retry " + id + " --write-off`") != std::string::npos);
  CHECK(jobs_in(studio, "done").size() + unknown.size() == 20);
  std::map<std::string, int> lines_of_key;
  for (const auto& line : studio.bill()) ++lines_of_key[line.at("key").get<std::string>()];
  for (const auto& [key, lines] : lines_of_key) CHECK(lines == 1);
  for (const auto& books : studio.lines({"costs"})) {
    if (books.at("currency") == "play") CHECK(std::abs(books.at("reserved").get<double>() - 0.04 * static_cast<double>(unknown.size())) < 1e-9);
  }
  // Settled by hand: one given up, one sent again.
  REQUIRE(unknown.size() >= 2);
  const std::string given_up = *unknown.begin(), again = *std::next(unknown.begin());
  studio.lines({"retry", given_up, "--write-off"});
  CHECK(jobs_in(studio, "unknown").size() == unknown.size() - 1);
  CHECK(jobs_in(studio, "failed").contains(given_up));
  const auto resent = studio.run({"retry", again, "--resubmit", "--wait"});
  INFO(resent.err);
  CHECK(resent.exit_code == 0);
  CHECK(resent.err.find("twice") != std::string::npos);
  CHECK(jobs_in(studio, "done").contains(again));
}

void kill_round_with_list() {
  Headless studio;
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  auto server = studio.serve({"--latency", "1", "--submit-delay", "0.3", "--no-replay", "--list"});
  queue_twenty(studio);
  const Kills kills = kill_ten_times(studio, random);
  REQUIRE(kills.landed_in_sending >= 3);
  // What never arrived is believed only after looks that are spread over two minutes.
  const auto last = studio.run({"run"}, 400'000);
  INFO(last.err);
  CHECK(last.exit_code == 0);
  CHECK(jobs_in(studio, "done").size() == 20);
  std::map<std::string, int> lines_of_key;
  for (const auto& line : studio.bill()) ++lines_of_key[line.at("key").get<std::string>()];
  for (const auto& [key, lines] : lines_of_key) CHECK(lines == 1);
  CHECK(studio.bill().size() == 20);
  for (const auto& books : studio.lines({"costs"})) {
    CHECK(std::abs(books.at("reserved").get<double>()) < 1e-9);
    if (books.at("currency") == "play") CHECK(std::abs(books.at("settled").get<double>() - 20 * 0.04) < 1e-9);
  }
}

}  // namespace studio
