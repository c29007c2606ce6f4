// A whole engine on a temporary project: real store, vault, packs and runner; a made-up service, media and clock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runner/runner.h"
#include "support/fake_service.h"
#include "support/temp_folder.h"
#include "support/tiny_provider.h"

namespace studio {

// Files are what their first bytes say: "PNG:" a picture, "MP4:" a clip, "CRASH" kills the decoder, all else is damaged.
class FakeMedia final : public MediaWork {
 public:
  tl::expected<MediaSummary, Failure> probe(int fd) override;
  tl::expected<Posters, Failure> posters(int fd, MediaKind kind) override;
  PosterHint hint_of(const std::string& small_poster) override;
  std::atomic<bool> gives_hints{true};  // false: as before there were any
  std::function<void(std::string_view step)> before;  // "probe", "posters": may throw. Set it before there is work; on workers.
  std::atomic<int> probes{0};
  std::atomic<int> posters_made{0};
};

struct RigOptions {
  TinyOptions provider;
  Budgets budgets;
  bool drive = true;
  bool after_crash = false;
  bool doubts_files = false;
  std::int64_t min_free_bytes = 0;
  bool keep_events = true;  // false: for so many that they would be most of the memory; events() and wait_for() then see none
  int stop_grace_ms = 0;  // 0: an end at any moment, as good as a crash
  std::filesystem::path project;  // empty: one of its own
  // The network of each open(); empty: one in memory that leads to `service`.
  std::function<std::unique_ptr<Transport>(FakeClock& clock)> transport;
  std::int64_t answer_ms = 20;  // how long the one in memory takes to answer
  bool store_stops_clock = true;  // the clock stands while the store is at work; false: for a test that holds the store up
};

class Rig {
 public:
  explicit Rig(RigOptions options = {});
  ~Rig();

  FakeService service;
  FakeClock clock;
  std::shared_ptr<FakeMedia> media = std::make_shared<FakeMedia>();
  // Where the service is found; tests replace it. Called on workers.
  EndpointResolver resolve;
  std::atomic<int> resolved{0};
  std::atomic<std::int64_t> free_bytes{-1};  // what the disk is said to have; below 0: what it has
  // Sees each event before it is counted, on the engine's thread. Set it before open().
  std::function<void(const RunnerEvent&)> on_event;

  void open();   // store, packs, runner
  void close();  // orderly
  void reopen() { close(); open(); }
  RigOptions& options() { return options_; }
  Runner& runner() { return *runner_; }
  Store& store() { return *store_; }
  Vault vault() const { return Vault(project_); }
  Packs& packs() { return *packs_; }
  const std::filesystem::path& project() const { return project_; }

  // All block until the engine has answered.
  Result<Admitted> admit(Admission admission);
  std::vector<Job> generate(int count, const std::string& prompt = "a prompt");
  std::vector<Job> animate(AssetId image, const std::string& sha256, int count = 1);
  Result<Job> cancel(JobId job);
  Result<Job> retry(JobId job);
  Result<Job> resubmit(JobId job);
  Result<Job> write_off(JobId job);
  Result<Job> say_charged(JobId job, std::optional<Money> charged);
  void set_budgets(const Budgets& budgets);
  Result<void> set_queue(QueueMode mode);
  Result<void> release_hold();
  Result<void> set_hold_after_crash(bool hold);
  Result<Reordered> move(std::vector<JobId> jobs, MoveTo to, JobId before = {});
  Result<Reordered> set_priority(std::vector<JobId> jobs, Priority priority);
  Result<Job> edit(JobId job, Recipe recipe);
  Result<Job> dismiss(JobId job);
  void go_on();
  Result<void> allow_model(const std::string& model, std::optional<Money> each);
  Result<Job> link(JobId job, const std::string& remote_id);
  std::vector<ImportedFile> import(std::vector<std::filesystem::path> files);
  Runner::Outlook outlook();
  // Until nothing can go on by machine (and posters are made).
  Runner::Outlook drain();
  // Until the events have shown it; throws after some seconds.
  Job wait_for(JobId job, JobState state);
  // The same for anything that the events show; throws where none has come for some seconds.
  void wait_until(const std::function<bool()>& is_so);
  template <class Event>
  std::vector<Event> events() {
    std::lock_guard lock(mutex_);
    std::vector<Event> found;
    for (const auto& event : events_) {
      if (const auto* hit = std::get_if<Event>(&event)) found.push_back(*hit);
    }
    return found;
  }

  // From the ledger.
  Job job(JobId id);
  std::vector<Attempt> attempts(JobId id);
  std::vector<Asset> assets();
  Books books();

  // The promises I1–I7 held against ledger, vault and the service's bill. Empty: all kept.
  std::string broken_promises();
  // Promises that hold at every moment, also right after a crash, before recovery.
  static std::string broken_in_ledger(Ledger& ledger, const Vault& vault);

 private:
  Result<Job> ask(void (Runner::*wish)(JobId, Runner::Done), JobId job);

  std::optional<TempFolder> folder_;
  std::filesystem::path project_;
  RigOptions options_;
  ProviderSet providers_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Packs> packs_;
  std::unique_ptr<Runner> runner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RunnerEvent> events_;
  std::size_t events_seen_ = 0;
};

}  // namespace studio
