// Durable transitions: what grouping them into commits brings, on the disk that the program lies on (a folder for temporary files may
// be memory).
#include <stdlib.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "base/paths.h"
#include "bench/bench_jobs.h"
#include "support/runner_rig.h"

namespace studio {
namespace {

constexpr int jobs_at_once = 200, grouped_writes = 6'000, single_writes = 400;

class FolderBesideProgram {
 public:
  FolderBesideProgram() {
    std::string name = (program_folder() / "bench-jobs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder beside the program");
    path_ = name;
  }
  ~FolderBesideProgram() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Paid {
  Job job;
  Attempt attempt;
};

Attempt sent_attempt(const Job& job) {
  Attempt attempt;
  attempt.job = job.id;
  attempt.state = AttemptState::Submitted;
  attempt.provider = "tiny";
  attempt.account = "default";
  attempt.endpoint = "tiny:default";
  attempt.model = "tiny-image";
  attempt.key = "key-" + std::to_string(job.id.value);
  attempt.remote_id = "r" + std::to_string(job.id.value);
  attempt.reserved = job.estimate;
  attempt.currency = Currency::Play;
  return attempt;
}

// A transition as the engine writes it: the attempt's row and the job's.
std::function<Result<void>(Ledger&)> transition(Paid paid, int number) {
  paid.attempt.polls = number;
  paid.job.updated_ms += number;
  return [paid = std::move(paid)](Ledger& ledger) -> Result<void> {
    STUDIO_CHECK(ledger.save_attempt(paid.attempt));
    return ledger.save_job(paid.job);
  };
}

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

// Each of 200 jobs writes its next transition once its last one is on the disk.
Json grouped(Store& store, const std::vector<Paid>& jobs) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::size_t> durable;
  std::vector<double> begun(jobs.size()), waits;
  int written = 0, failed = 0;
  const auto write = [&](std::size_t at) {
    begun[at] = wall_secs();
    store.write(transition(jobs[at], ++written), [&, at](const Result<void>& result) {
      std::lock_guard lock(mutex);
      failed += result ? 0 : 1;
      durable.push_back(at);
      changed.notify_one();
    });
  };
  const double start = wall_secs();
  for (std::size_t i = 0; i < jobs.size(); ++i) write(i);
  for (int ended = 0; ended < grouped_writes;) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return !durable.empty(); });
    auto ready = std::exchange(durable, {});
    lock.unlock();
    for (const std::size_t at : ready) {
      ++ended;
      waits.push_back(wall_secs() - begun[at]);
      if (written < grouped_writes) write(at);
    }
  }
  const double secs = wall_secs() - start;
  if (failed > 0) throw std::runtime_error("writes failed");
  std::sort(waits.begin(), waits.end());
  return {{"a_second", grouped_writes / secs}, {"p99_ms", waits[waits.size() * 99 / 100] * 1000}};
}

double one_by_one(Store& store, const std::vector<Paid>& jobs) {
  const double start = wall_secs();
  for (int i = 0; i < single_writes; ++i) must(store.write_and_wait(transition(jobs[static_cast<std::size_t>(i) % jobs.size()], i)));
  return single_writes / (wall_secs() - start);
}

Json transitions() {
  const FolderBesideProgram folder;
  RigOptions options;
  options.project = folder.path() / "film";
  options.drive = false;
  Rig rig(options);
  rig.open();
  std::vector<Paid> jobs;
  for (Job& job : rig.generate(jobs_at_once)) jobs.push_back({job, sent_attempt(job)});
  must(rig.store().write_and_wait([&](Ledger& ledger) -> Result<void> {
    for (Paid& paid : jobs) {
      STUDIO_TRY(paid.attempt.id, ledger.add_attempt(paid.attempt));
      paid.job.attempt = paid.attempt.id;
      paid.job.state = JobState::Running;
      STUDIO_CHECK(ledger.save_job(paid.job));
    }
    return {};
  }));
  // Twice in turn: a disk is not always equally busy.
  double single = one_by_one(rig.store(), jobs);
  Json figures = grouped(rig.store(), jobs);
  single = (single + one_by_one(rig.store(), jobs)) / 2;
  const Json again = grouped(rig.store(), jobs);
  figures["a_second"] = (figures["a_second"].get<double>() + again["a_second"].get<double>()) / 2;
  figures["p99_ms"] = std::max(figures["p99_ms"].get<double>(), again["p99_ms"].get<double>());
  figures["single"] = single;
  return figures;
}

}  // namespace

bool bench_ledger() {
  const Json figures = in_own_process(transitions);
  if (!figures.is_object()) return report("jobs: durable transitions a second", Json(), "floor", Json(), "", "");
  return report("jobs: durable transitions a second", figures["a_second"], "floor", figures["single"], "1/s",
                std::to_string(jobs_at_once) + " jobs, each writing its next transition when its last one is durable, beside one transition after another; "
                "synchronous FULL, on the disk of the program; mean of two rounds", Promise{at_least(5), true}, {{"p99_ms", figures["p99_ms"]}});
}

}  // namespace studio
