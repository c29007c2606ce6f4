#include "e2e/kill_bench.h"

#include <cmath>

#include "store/sqlite_db.h"
#include "store/vault.h"
#include "support/catch.h"

namespace studio {

std::vector<Billed> sandbox_bill(const Headless& studio) {
  std::vector<Billed> bill;
  for (const Json& line : studio.bill()) bill.push_back({line.at("key").get<std::string>(), {}, Money{std::llround(line.at("amount").get<double>() * 1e6)}});
  return bill;
}

std::vector<Billed> lines_of(const ProjectNow& now, const std::vector<Billed>& all) {
  std::set<std::string> keys;
  for (const Attempt& attempt : now.attempts) keys.insert(attempt.key);
  std::vector<Billed> mine;
  std::copy_if(all.begin(), all.end(), std::back_inserter(mine), [&](const Billed& line) { return keys.contains(line.key); });
  return mine;
}

std::set<JobId> ProjectNow::in_state(JobState state) const {
  std::set<JobId> found;
  for (const Job& job : jobs) {
    if (job.state == state) found.insert(job.id);
  }
  return found;
}

ProjectNow look_at(const std::filesystem::path& project, bool reads_blobs) {
  ProjectNow now;
  auto ledger = Ledger::open_read_only(project);
  if (!ledger) FAIL(ledger.error().message + " " + ledger.error().detail);
  const Vault vault(project);
  const auto read = (*ledger)->snapshot([&]() -> Result<void> {
    STUDIO_TRY(now.jobs, (*ledger)->jobs({.kind = JobKind::Generate}));
    STUDIO_TRY(now.usd, (*ledger)->books(Currency::Usd));
    STUDIO_TRY(now.play, (*ledger)->books(Currency::Play));
    for (const Job& job : now.jobs) {
      STUDIO_TRY(const auto attempts, (*ledger)->attempts_of(job.id));
      int open = 0;
      for (const Attempt& attempt : attempts) open += is_open(attempt.state) ? 1 : 0;
      if (open > 1) now.damage += to_string(job.id) + " has two open attempts\n";
      now.attempts.insert(now.attempts.end(), attempts.begin(), attempts.end());
      if (job.state != JobState::Done) continue;
      STUDIO_TRY(const auto asset, (*ledger)->asset(job.asset));
      if (!asset) now.damage += to_string(job.id) + " is done without an asset\n";
      else if (reads_blobs && !vault.is_sound(asset->sha256).value_or(false)) now.damage += "the blob of " + to_string(asset->id) + " is not sound\n";
      else if (!vault.has(asset->sha256)) now.damage += "the blob of " + to_string(asset->id) + " is missing\n";
    }
    return {};
  });
  if (!read) now.damage += read.error().message + "\n";
  auto db = Database::open(project / "ledger.sqlite", Database::Mode::ReadOnly);
  if (!db) FAIL(db.error().message);
  const auto problem = (*db)->quick_check();
  if (!problem || problem->has_value()) now.damage += "the ledger is not sound: " + (problem ? **problem : problem.error().message) + "\n";
  return now;
}

Sins sins_of(const ProjectNow& now, const std::vector<Billed>& bill, bool is_over) {
  Sins sins;
  const auto say = [&](const std::string& words) { sins.words += words + "\n"; };
  std::map<AttemptId, int> lines_of;
  int nameless = 0, doubtful = 0;
  Money billed;
  for (const Attempt& attempt : now.attempts) {
    const bool is_doubtful = attempt.state == AttemptState::Unknown || attempt.state == AttemptState::Sending;
    const bool is_given_up = attempt.state == AttemptState::WrittenOff || attempt.state == AttemptState::InDoubt;
    if (is_doubtful || (is_given_up && attempt.remote_id.empty())) ++doubtful;
  }
  for (const Billed& line : bill) {
    billed += line.amount;
    const auto owner = std::find_if(now.attempts.begin(), now.attempts.end(), [&](const Attempt& attempt) {
      return line.key.empty() ? attempt.remote_id == line.remote_id : attempt.key == line.key;
    });
    if (owner == now.attempts.end()) {
      ++nameless;
      continue;
    }
    if (++lines_of[owner->id] > 1) {
      ++sins.duplicates;
      say("billed twice: " + to_string(owner->id));
    }
    // What a person gave up, what the service lost after it was made, and what ended without a word on its charge stay in sight.
    const bool is_shown = owner->state == AttemptState::WrittenOff || owner->state == AttemptState::Expired || owner->state == AttemptState::InDoubt;
    const bool is_kept = is_open(owner->state) || owner->state == AttemptState::Settled || is_shown || line.amount == Money{};
    if (!is_kept) {
      ++sins.lost;
      say("billed, and " + to_string(owner->id) + " is " + std::string(to_string(owner->state)));
    }
  }
  // Lines without our key can only be those whose answers were lost.
  if (nameless > doubtful) {
    sins.duplicates += nameless - doubtful;
    say(std::to_string(nameless) + " lines of the bill are nobody's, and " + std::to_string(doubtful) + " attempts are in doubt");
  }
  const Money settled{now.usd.settled.micros + now.play.settled.micros}, reserved{now.usd.reserved.micros + now.play.reserved.micros};
  if (settled > billed) say("settled more than was billed: " + std::to_string(settled.micros) + " of " + std::to_string(billed.micros));
  if (billed.micros > settled.micros + reserved.micros) say("billed more than is settled and reserved: " + std::to_string(billed.micros));
  if (is_over) {
    for (const Job& job : now.jobs) {
      if (is_terminal(job.state) || job.state == JobState::Unknown) continue;
      ++sins.stuck;
      say(to_string(job.id) + " is stuck in " + std::string(to_string(job.state)) + ": " + job.reason);
    }
    // An unknown one holds its sum; nothing else does.
    if (now.count(JobState::Unknown) == 0 && (reserved != Money{} || settled != billed)) {
      say("the books are not the bill: " + std::to_string(settled.micros) + " and " + std::to_string(reserved.micros) + ", billed " + std::to_string(billed.micros));
    }
  }
  sins.words += now.damage;
  return sins;
}

KillBench::KillBench(Headless& studio, const std::vector<Args>& requests) : studio_(studio) {
  const auto first = studio_.folder() / "template";
  REQUIRE(studio_.run_in(first, {"new"}).exit_code == 0);
  for (const Args& request : requests) {
    const auto result = studio_.run_in(first, request);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }
}

std::filesystem::path KillBench::another() {
  const auto project = studio_.folder() / ("film-" + std::to_string(++made_));
  std::filesystem::copy(studio_.folder() / "template", project, std::filesystem::copy_options::recursive);
  return project;
}

bool KillBench::dies_at(const std::filesystem::path& project, const std::string& point, Args verb,
                        std::map<std::string, std::string> environment) const {
  environment.insert(studio_.environment().begin(), studio_.environment().end());
  environment["STUDIO_CRASH_AT"] = point;
  const auto result = run_program(studio_.command(project, std::move(verb)), environment);
  INFO(point << ": " << result.err);
  REQUIRE_FALSE(result.timed_out);
  return result.exit_code == -1;
}

}  // namespace studio
