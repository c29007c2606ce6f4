// The provider that uses every column of the port, driven by the real engine against its recordings: to the end, and
// with the program ended at each step, the answer of that step lost or left half used.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>

#include "base/hash.h"
#include "contract/provider_subjects.h"
#include "runner/runner.h"
#include "support/catch.h"
#include "support/recorded_provider.h"

using namespace studio;

namespace {

using namespace std::chrono_literals;

// Rung whenever something has happened that a test may wait for. Any thread.
class Bell {
 public:
  void ring() {
    {
      std::lock_guard lock(mutex_);
      ++rung_;
    }
    changed_.notify_all();
  }
  int times() {
    std::lock_guard lock(mutex_);
    return rung_;
  }
  // False when it was not rung again for long.
  bool wait_beyond(int times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 40s, [&] { return rung_ > times; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int rung_ = 0;
};

// Plays recordings and steps the clock where a real network would wait. After the exchange called `stop_at` nothing is
// delivered any more: what it answered is on its way for ever.
class SteppingTransport final : public Transport {
 public:
  SteppingTransport(std::shared_ptr<RecordedTransport> inner, FakeClock& clock, Bell& bell, std::string stop_at)
      : inner_(std::move(inner)), clock_(clock), bell_(bell), stop_at_(std::move(stop_at)) {}
  ~SteppingTransport() override { *is_stopped_ = true; }

  TransferId start(HttpRequest request, std::function<void(HttpResponse)> done) override {
    const TransferId id = inner_->start(std::move(request), [is_stopped = is_stopped_, done = std::move(done)](HttpResponse response) {
      if (!*is_stopped) done(std::move(response));
    });
    bell_.ring();
    return id;
  }
  void cancel(TransferId id) override { inner_->cancel(id); }
  Progress progress(TransferId id) const override { return inner_->progress(id); }
  void run_once(int max_wait_ms) override {
    const auto asked = inner_->asked();
    if (!stop_at_.empty() && std::find(asked.begin(), asked.end(), stop_at_) != asked.end()) *is_stopped_ = true;
    const bool has_answers = inner_->in_flight() > 0;
    const auto before = std::chrono::steady_clock::now();
    inner_->run_once(has_answers ? 0 : 2);
    // Nothing came and nobody rang: time may pass.
    const bool was_rung = std::chrono::steady_clock::now() - before < 2ms;
    if (!has_answers && !was_rung && max_wait_ms != 0) clock_.advance_ms(max_wait_ms < 0 ? 1 : max_wait_ms);
  }
  void wake() override { inner_->wake(); }
  int in_flight() const override { return inner_->in_flight(); }

 private:
  std::shared_ptr<RecordedTransport> inner_;
  FakeClock& clock_;
  Bell& bell_;
  const std::string stop_at_;
  // Known to the answers on their way too: the recording is shared, and may outlive us with some of them.
  const std::shared_ptr<bool> is_stopped_ = std::make_shared<bool>(false);
};

// Tells PNG and MP4 by their first bytes.
class MagicMedia final : public MediaWork {
 public:
  tl::expected<MediaSummary, Failure> probe(int fd) override {
    char head[12] = {};
    const ssize_t got = ::pread(fd, head, sizeof head, 0);
    const std::string_view text(head, got > 0 ? static_cast<std::size_t>(got) : 0);
    MediaSummary summary;
    summary.width = 96;
    summary.height = 64;
    if (text.starts_with("\x89PNG")) {
      summary.mime = "image/png";
      summary.extension = "png";
      return summary;
    }
    if (text.size() == 12 && text.substr(4, 4) == "ftyp") {
      summary.mime = "video/mp4";
      summary.extension = "mp4";
      summary.seconds = 2;
      return summary;
    }
    return tl::unexpected(Failure{{ErrorKind::Damaged, "Neither a picture nor a clip.", "", 0}, false});
  }
  tl::expected<Posters, Failure> posters(int, MediaKind) override { return Posters{"large", "small"}; }
};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// One project that outlives its engines.
struct Project {
  TempFolder folder;
  std::filesystem::path path = folder.path() / "project";
  FakeClock clock;
  Bell bell;  // of events and requests
  ProviderSet providers;
  std::shared_ptr<RecordedTransport> network;
  std::unique_ptr<Store> store;
  std::unique_ptr<Packs> packs;
  std::unique_ptr<Runner> runner;

  explicit Project(Recording recording) : network(std::make_shared<RecordedTransport>(std::move(recording))) {
    providers.add(make_recorded_provider());
    must(Store::create(path, "recorded"));
  }
  ~Project() { close(); }

  void open(std::string stop_at = {}) {
    store = must(Store::open(path));
    packs = must(Packs::open(path / "packs"));
    runner = std::make_unique<Runner>(RunnerParts{
        .store = *store,
        .vault = Vault(path),
        .packs = *packs,
        .providers = providers,
        .clock = clock,
        .transport = std::make_unique<SteppingTransport>(network, clock, bell, std::move(stop_at)),
        .resolve_endpoint = [](const std::string&) -> Result<Endpoint> { return recorded_endpoint(); },
        .media = std::make_shared<MagicMedia>(),
        .post = [this](RunnerEvent) { bell.ring(); },
        .cpu_workers = 1,
        .min_free_bytes = 0,
        .stop_grace_ms = 0});
    must(runner->start());
  }
  void close() {
    runner.reset();
    packs.reset();
    store.reset();
  }

  // An imported picture, as the clip's start.
  Asset import_picture() {
    const auto file = folder.path() / "start.png";
    std::ofstream(file, std::ios::binary) << "\x89PNG, or what passes for it here";
    auto imported = std::make_shared<std::promise<Asset>>();  // its setter may be the last to let go of it
    auto future = imported->get_future();
    runner->import_files({file}, [imported](ImportedFile one) { imported->set_value(must(std::move(one.asset))); }, [] {});
    REQUIRE(future.wait_for(30s) == std::future_status::ready);
    return future.get();
  }

  JobId admit(const Recipe& recipe, std::vector<AssetId> parents = {}) {
    Admission admission;
    admission.generation.prompt = recipe.prompt;
    admission.generation.kind = recipe.kind;
    admission.generation.count = 1;
    admission.items.push_back({recipe, 1, std::move(parents), {}});
    auto admitted = std::make_shared<std::promise<Admitted>>();
    auto future = admitted->get_future();
    runner->admit(std::move(admission), [admitted](Result<Admitted> result) { admitted->set_value(must(std::move(result))); });
    REQUIRE(future.wait_for(30s) == std::future_status::ready);
    return future.get().jobs.at(0).id;
  }

  Runner::Outlook outlook() {
    auto answer = std::make_shared<std::promise<Runner::Outlook>>();
    auto future = answer->get_future();
    runner->outlook([answer](Runner::Outlook now) { answer->set_value(std::move(now)); });
    REQUIRE(future.wait_for(30s) == std::future_status::ready);
    return future.get();
  }

  // Until `is_done`, looked at again whenever something has happened.
  template <class Condition>
  void run_until(Condition is_done) {
    for (int seen = bell.times(); !is_done(); seen = bell.times()) REQUIRE(bell.wait_beyond(seen));
  }
  void drain() {
    run_until([&] {
      const auto now = outlook();
      return now.can_go_on == 0 && now.local_work == 0;
    });
  }

  Job job(JobId id) {
    Job found;
    must(store->read_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const auto one, ledger.job(id));
      if (one) found = *one;
      return {};
    }));
    return found;
  }
  Asset asset(AssetId id) {
    Asset found;
    must(store->read_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(const auto one, ledger.asset(id));
      if (one) found = *one;
      return {};
    }));
    return found;
  }
  Books books() {
    Books found;
    must(store->read_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(found, ledger.books(Currency::Usd));
      return {};
    }));
    return found;
  }
};

const Flow& flow_of(MediaKind kind) {
  for (const Subject& subject : subjects()) {
    if (subject.name != "recorded") continue;
    for (const Flow& flow : subject.flows) {
      if (flow.recipe.kind == kind) return flow;
    }
  }
  throw std::runtime_error("no such flow");
}

Recipe clip_from(const Asset& picture) {
  Recipe recipe = flow_of(MediaKind::Video).recipe;
  recipe.inputs = {{"image", picture.sha256}};
  return recipe;
}

// For a walk that is broken off: what is free may be asked for again, what costs may not.
Recording with_free_steps_repeatable() {
  Recording recording = load_recording(std::string("recorded"));
  for (RecordedExchange& exchange : recording.exchanges) {
    const bool is_once = exchange.profile == HttpProfile::Submit || exchange.name == "clip queued" || exchange.name == "clip working";
    if (!is_once) exchange.times = 0;
  }
  return recording;
}

int times_asked(const RecordedTransport& network, const std::string& name) {
  const auto asked = network.asked();
  return static_cast<int>(std::count(asked.begin(), asked.end(), name));
}

}  // namespace

TEST_CASE("recorded provider, real engine: a picture out of the answer, and a clip by upload and chains") {
  Project project(load_recording(std::string("recorded")));
  project.open();
  const Asset picture = project.import_picture();
  const JobId still = project.admit(flow_of(MediaKind::Image).recipe);
  const JobId clip = project.admit(clip_from(picture), {picture.id});
  project.drain();
  for (const auto& [id, kind] : {std::pair{still, MediaKind::Image}, std::pair{clip, MediaKind::Video}}) {
    const Job job = project.job(id);
    INFO(job.reason);
    REQUIRE(job.state == JobState::Done);
    const Asset asset = project.asset(job.asset);
    CHECK(asset.kind == kind);
    CHECK(asset.sha256 == flow_of(kind).expected_sha256);
    CHECK(Vault(project.path).is_sound(asset.sha256).value_or(false));
    CHECK(asset.cost == (kind == MediaKind::Image ? Money{20'000} : Money{100'000}));
    CHECK(asset.currency == Currency::Usd);
  }
  CHECK(project.books().settled == Money{120'000});
  CHECK(project.books().reserved == Money{});
  CHECK(project.network->complaints() == std::vector<std::string>{});
  CHECK(project.network->never_asked() == std::vector<std::string>{});
}

TEST_CASE("recorded provider, real engine: ended at any step of the clip, it goes on from there and pays once") {
  for (const std::string step : {"upload place", "upload bytes", "upload done", "clip ticket", "clip id", "clip queued", "clip working", "clip ready",
                                 "clip result", "clip file"}) {
    INFO("ended at: " << step);
    Project project(with_free_steps_repeatable());
    project.open(step);
    const Asset picture = project.import_picture();
    const JobId clip = project.admit(clip_from(picture), {picture.id});
    project.run_until([&] { return times_asked(*project.network, step) > 0; });
    project.close();
    project.open();
    project.drain();
    const Job job = project.job(clip);
    INFO(to_string(job.state) << ": " << job.reason);
    CHECK(times_asked(*project.network, "clip ticket") == 1);
    // An answer out of the spool is read before the service's address is looked up again: what that reading plans goes
    // nowhere, and plan_continue plans it anew.
    auto complaints = project.network->complaints();
    std::erase(complaints, "GET /tickets/t-91");
    CHECK(complaints == std::vector<std::string>{});
    REQUIRE(job.state == JobState::Done);
    CHECK(project.asset(job.asset).sha256 == flow_of(MediaKind::Video).expected_sha256);
    CHECK(project.books().settled == Money{100'000});
    CHECK(project.books().reserved == Money{});
  }
}

TEST_CASE("recorded provider, real engine: an answer that lies in the spool is the picture, without a second request") {
  Project project(with_free_steps_repeatable());
  project.open("still");
  const JobId still = project.admit(flow_of(MediaKind::Image).recipe);
  project.run_until([&] { return times_asked(*project.network, "still") > 0; });
  project.close();
  project.open();
  project.drain();
  const Job job = project.job(still);
  INFO(to_string(job.state) << ": " << job.reason);
  REQUIRE(job.state == JobState::Done);
  CHECK(project.asset(job.asset).sha256 == flow_of(MediaKind::Image).expected_sha256);
  CHECK(times_asked(*project.network, "still") == 1);
  CHECK(project.network->complaints() == std::vector<std::string>{});
  CHECK(project.books().settled == Money{20'000});
}

TEST_CASE("recorded provider, real engine: an answer that was lost on the way is found in the list, never asked for by a second submit") {
  Recording recording = with_free_steps_repeatable();
  for (RecordedExchange& exchange : recording.exchanges) {
    if (exchange.name != "still") continue;
    exchange.answer = {};
    exchange.answer.failure = HttpFailure::Broken;
    exchange.answer.request_sent = true;
  }
  Project project(std::move(recording));
  project.open();
  const JobId still = project.admit(flow_of(MediaKind::Image).recipe);
  project.drain();
  CHECK(project.job(still).state == JobState::Done);
  CHECK(project.outlook().need_person.empty());
  CHECK(times_asked(*project.network, "still") == 1);
  CHECK(project.network->complaints() == std::vector<std::string>{});
  CHECK(project.books().reserved == Money{});
}
