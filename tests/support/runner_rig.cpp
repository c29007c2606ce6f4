#include "support/runner_rig.h"

#include <unistd.h>

#include <chrono>
#include <future>
#include <stdexcept>

#include "base/hash.h"

namespace studio {
namespace {

using namespace std::chrono_literals;

std::string text_of(int fd) {
  std::string text;
  char buffer[4096];
  ::lseek(fd, 0, SEEK_SET);
  for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

MediaWork::Failure failure_of(const std::string& text) {
  if (text.starts_with("CRASH")) return {{ErrorKind::Damaged, "The decoder crashed.", "", 0}, true};
  return {{ErrorKind::Damaged, "The file is no picture and no clip.", "", 0}, false};
}

bool is_media(const std::string& text) { return text.starts_with("PNG:") || text.starts_with("MP4:"); }

template <class T>
T must(Result<T> result, const char* what) {
  if (!result) throw std::runtime_error(std::string(what) + ": " + result.error().message + " " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A promise that both the caller and the engine may outlive.
template <class T>
struct Answer {
  std::shared_ptr<std::promise<T>> promise = std::make_shared<std::promise<T>>();
  std::future<T> future = promise->get_future();
  T get(const char* what) {
    if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error(std::string("no answer to ") + what);
    return future.get();
  }
};

}  // namespace

tl::expected<MediaSummary, MediaWork::Failure> FakeMedia::probe(int fd) {
  ++probes;
  if (before) before("probe");
  const std::string text = text_of(fd);
  if (!is_media(text)) return tl::unexpected(failure_of(text));
  MediaSummary summary;
  const bool is_clip = text.starts_with("MP4:");
  summary.mime = is_clip ? "video/mp4" : "image/png";
  summary.extension = is_clip ? "mp4" : "png";
  summary.width = 64;
  summary.height = 48;
  summary.seconds = is_clip ? 5 : 0;
  return summary;
}

tl::expected<MediaWork::Posters, MediaWork::Failure> FakeMedia::posters(int fd, MediaKind) {
  ++posters_made;
  if (before) before("posters");
  const std::string text = text_of(fd);
  if (!is_media(text) || text.find("BADPOSTER") != std::string::npos) return tl::unexpected(failure_of(is_media(text) ? "CRASH" : text));
  return Posters{"large " + text, "small " + text};
}

// As red as the poster's text is long, and so is its hash.
PosterHint FakeMedia::hint_of(const std::string& small_poster) {
  PosterHint hint;
  if (!gives_hints) return hint;
  hint.average_rgba = 0xFF000000u | static_cast<std::uint32_t>(small_poster.size() & 0xFF);
  hint.hash_bytes = 2;
  hint.hash = {static_cast<std::uint8_t>(small_poster.size()), 0};
  return hint;
}

Rig::Rig(RigOptions options)
    : service(options.project.empty() ? std::filesystem::path() : options.project.parent_path() / "service"), options_(std::move(options)) {
  if (options_.project.empty()) {
    folder_.emplace();
    project_ = folder_->path() / "project";
  } else {
    project_ = options_.project;
  }
  resolve = [](const std::string&) -> Result<Endpoint> { return Endpoint{"http://fake", {{"Authorization", "Bearer fake-token", true}}}; };
  providers_.add(make_tiny_provider(options_.provider));
  if (!std::filesystem::exists(project_)) must(Store::create(project_, "test"), "create");
  // I2, as the service sees it: what arrives was written down before.
  service.check_intent = [this](const std::string& key, const std::string& body) -> std::string {
    auto ledger = Ledger::open_read_only(project_);
    if (!ledger) return "I2: " + ledger.error().message;
    const auto open = (*ledger)->open_attempts();
    if (!open) return "I2: " + open.error().message;
    for (const Attempt& attempt : *open) {
      if (attempt.key != key) continue;
      if (attempt.state != AttemptState::Sending) return "I2: sent in state " + std::string(to_string(attempt.state));
      if (attempt.body_digest != sha256_hex(body)) return "I2: other bytes than the intent's";
      if (attempt.intent_wall_ms == 0 || attempt.boot_id.empty()) return "I2: the intent lacks its time";
      return {};
    }
    return "I2: no open attempt has the key " + key;
  };
}

Rig::~Rig() { close(); }

void Rig::open() {
  store_ = must(Store::open(project_), "open store");
  packs_ = must(Packs::open(project_ / "packs"), "open packs");
  std::unique_ptr<Transport> network;
  if (options_.transport) {
    network = options_.transport(clock);
  } else {
    auto fake = std::make_unique<FakeNetwork>(service, clock);
    fake->latency_ms = options_.answer_ms;
    if (options_.store_stops_clock) fake->settle = [this] { (void)store_->read_and_wait([](Ledger&) -> Result<void> { return {}; }); };
    network = std::move(fake);
  }
  RunnerParts parts{.store = *store_,
                    .vault = Vault(project_),
                    .packs = *packs_,
                    .providers = providers_,
                    .clock = clock,
                    .transport = std::move(network),
                    .resolve_endpoint = [this](const std::string& logical) {
                      ++resolved;
                      return resolve(logical);
                    },
                    .media = media,
                    .post = [this](RunnerEvent event) {
                      if (on_event) on_event(event);
                      {
                        std::lock_guard lock(mutex_);
                        ++events_seen_;
                        if (options_.keep_events) events_.push_back(std::move(event));
                      }
                      changed_.notify_all();
                    },
                    .cpu_workers = 2,
                    .drive = options_.drive,
                    .after_crash = options_.after_crash,
                    .restored_from = store_->restored_from(),
                    .doubts_files = options_.doubts_files,
                    .min_free_bytes = options_.min_free_bytes,
                    .free_bytes = [this] { return free_bytes < 0 ? vault().free_bytes() : free_bytes.load(); },
                    .stop_grace_ms = options_.stop_grace_ms};
  must(store_->write_and_wait([this](Ledger& ledger) { return ledger.set_fact(budgets_fact, budgets_to_json(options_.budgets)); }), "budgets");
  runner_ = std::make_unique<Runner>(std::move(parts));
  must(runner_->start(), "start");
}

void Rig::close() {
  runner_.reset();
  packs_.reset();
  store_.reset();
}

Result<Admitted> Rig::admit(Admission admission) {
  Answer<Result<Admitted>> answer;
  runner_->admit(std::move(admission), [promise = answer.promise](Result<Admitted> admitted) { promise->set_value(std::move(admitted)); });
  return answer.get("admit");
}

std::vector<Job> Rig::generate(int count, const std::string& prompt) {
  Admission admission;
  admission.generation.prompt = prompt;
  admission.generation.count = count;
  for (int i = 1; i <= count; ++i) {
    Recipe recipe;
    recipe.provider = "tiny";
    recipe.model = "tiny-image";
    recipe.prompt = prompt;
    recipe.seed = i;
    recipe.width = recipe.height = 512;
    admission.items.push_back({recipe, i, {}, {}});
  }
  return must(admit(std::move(admission)), "admit").jobs;
}

std::vector<Job> Rig::animate(AssetId image, const std::string& sha256, int count) {
  Admission admission;
  admission.generation.kind = MediaKind::Video;
  for (int i = 1; i <= count; ++i) {
    Recipe recipe;
    recipe.kind = MediaKind::Video;
    recipe.provider = "tiny";
    recipe.model = "tiny-clip";
    recipe.prompt = "it moves";
    recipe.seed = i;
    recipe.width = recipe.height = 512;
    recipe.seconds = 5;
    recipe.inputs = {{"image", sha256}};
    admission.items.push_back({recipe, i, {image}, {}});
  }
  return must(admit(std::move(admission)), "animate").jobs;
}

Result<Job> Rig::ask(void (Runner::*wish)(JobId, Runner::Done), JobId id) {
  Answer<Result<Job>> answer;
  (runner_.get()->*wish)(id, [promise = answer.promise](Result<Job> done) { promise->set_value(std::move(done)); });
  return answer.get("a wish");
}
Result<Job> Rig::cancel(JobId id) { return ask(&Runner::cancel, id); }
Result<Job> Rig::retry(JobId id) { return ask(&Runner::retry, id); }
Result<Job> Rig::resubmit(JobId id) { return ask(&Runner::resubmit, id); }
Result<Job> Rig::write_off(JobId id) { return ask(&Runner::write_off, id); }
Result<Job> Rig::say_charged(JobId id, std::optional<Money> charged) {
  Answer<Result<Job>> answer;
  runner_->say_charged(id, charged, [promise = answer.promise](Result<Job> done) { promise->set_value(std::move(done)); });
  return answer.get("a word on a charge");
}
Result<Job> Rig::dismiss(JobId id) { return ask(&Runner::dismiss, id); }

Result<void> Rig::set_queue(QueueMode mode) {
  Answer<Result<void>> answer;
  runner_->set_queue(mode, [promise = answer.promise](Result<void> done) { promise->set_value(std::move(done)); });
  return answer.get("a pause");
}

Result<void> Rig::release_hold() {
  Answer<Result<void>> answer;
  runner_->release_hold([promise = answer.promise](Result<void> done) { promise->set_value(std::move(done)); });
  return answer.get("the end of a hold");
}

Result<void> Rig::set_hold_after_crash(bool hold) {
  Answer<Result<void>> answer;
  runner_->set_hold_after_crash(hold, [promise = answer.promise](Result<void> done) { promise->set_value(std::move(done)); });
  return answer.get("a setting");
}

Result<Reordered> Rig::move(std::vector<JobId> jobs, MoveTo to, JobId before) {
  Answer<Result<Reordered>> answer;
  runner_->move_jobs(std::move(jobs), to, before, [promise = answer.promise](Result<Reordered> done) { promise->set_value(std::move(done)); });
  return answer.get("a move");
}

Result<Reordered> Rig::set_priority(std::vector<JobId> jobs, Priority priority) {
  Answer<Result<Reordered>> answer;
  runner_->set_priority(std::move(jobs), priority, [promise = answer.promise](Result<Reordered> done) { promise->set_value(std::move(done)); });
  return answer.get("a priority");
}

Result<Job> Rig::edit(JobId id, Recipe recipe) {
  Answer<Result<Job>> answer;
  runner_->edit(id, std::move(recipe), [promise = answer.promise](Result<Job> done) { promise->set_value(std::move(done)); });
  return answer.get("an edit");
}
Result<Job> Rig::link(JobId id, const std::string& remote_id) {
  Answer<Result<Job>> answer;
  runner_->link(id, remote_id, [promise = answer.promise](Result<Job> done) { promise->set_value(std::move(done)); });
  return answer.get("a link");
}

void Rig::set_budgets(const Budgets& budgets) {
  Answer<Result<void>> answer;
  runner_->set_budgets(budgets, [promise = answer.promise](Result<void> done) { promise->set_value(std::move(done)); });
  must(answer.get("budgets"), "budgets");
}

void Rig::go_on() {
  Answer<Result<void>> answer;
  runner_->go_on([promise = answer.promise](Result<void> done) { promise->set_value(std::move(done)); });
  must(answer.get("go on"), "go on");
}

Result<void> Rig::allow_model(const std::string& model, std::optional<Money> each) {
  Answer<Result<void>> answer;
  runner_->allow_model(model, each, [promise = answer.promise](Result<void> done) { promise->set_value(std::move(done)); });
  return answer.get("allow");
}

std::vector<ImportedFile> Rig::import(std::vector<std::filesystem::path> files) {
  auto imported = std::make_shared<std::vector<ImportedFile>>();
  Answer<int> answer;
  runner_->import_files(std::move(files), [imported](ImportedFile file) { imported->push_back(std::move(file)); },
                        [promise = answer.promise] { promise->set_value(0); });
  answer.get("import");
  return *imported;
}

Runner::Outlook Rig::outlook() {
  Answer<Runner::Outlook> answer;
  runner_->outlook([promise = answer.promise](Runner::Outlook outlook) { promise->set_value(std::move(outlook)); });
  return answer.get("outlook");
}

Runner::Outlook Rig::drain() {
  const auto end = std::chrono::steady_clock::now() + 40s;
  for (;;) {
    Runner::Outlook now = outlook();
    if (now.can_go_on == 0 && now.local_work == 0) return now;
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the queue does not drain");
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 5ms);
  }
}

Job Rig::wait_for(JobId id, JobState state) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  std::unique_lock lock(mutex_);
  for (;;) {
    for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
      const auto* changed = std::get_if<JobChanged>(&*event);
      if (changed == nullptr || changed->job.id != id) continue;
      if (changed->job.state == state) return changed->job;
      break;
    }
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error(to_string(id) + " does not become " + std::string(to_string(state)));
    changed_.wait_for(lock, 20ms);
  }
}

void Rig::wait_until(const std::function<bool()>& is_so) {
  for (;;) {
    const auto end = std::chrono::steady_clock::now() + 30s;  // without any event

    std::size_t seen = 0;
    {
      std::lock_guard lock(mutex_);
      seen = events_seen_;
    }
    if (is_so()) return;
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, end, [&] { return events_seen_ != seen; })) throw std::runtime_error("it does not come to that");
  }
}

Job Rig::job(JobId id) {
  Job found;
  must(store_->read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(const auto job, ledger.job(id));
    if (!job) return fail(ErrorKind::NotFound, "no such job");
    found = *job;
    return {};
  }), "job");
  return found;
}

std::vector<Attempt> Rig::attempts(JobId id) {
  std::vector<Attempt> found;
  must(store_->read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(found, ledger.attempts_of(id));
    return {};
  }), "attempts");
  return found;
}

std::vector<Asset> Rig::assets() {
  std::vector<Asset> found;
  must(store_->read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(found, ledger.assets());
    return {};
  }), "assets");
  return found;
}

Books Rig::books() {
  Books found;
  must(store_->read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(found, ledger.books(Currency::Play));
    return {};
  }), "books");
  return found;
}

std::string Rig::broken_in_ledger(Ledger& ledger, const Vault& vault) {
  std::string broken;
  const auto say = [&](const std::string& words) { broken += words + "\n"; };
  const auto jobs = must(ledger.jobs(), "jobs");
  const auto entries = must(ledger.money(), "money");
  std::map<AttemptId, std::int64_t> held, spent;
  for (const MoneyEntry& entry : entries) {
    if (entry.kind == MoneyKind::Reserve) held[entry.attempt] += entry.amount.micros;
    else held[entry.attempt] -= entry.amount.micros;
    if (entry.kind == MoneyKind::Settle) spent[entry.attempt] += entry.amount.micros;
  }
  std::int64_t reserved = 0, settled = 0;
  for (const Job& job : jobs) {
    const auto attempts = must(ledger.attempts_of(job.id), "attempts");
    int open = 0;
    Money in_doubt;
    for (const Attempt& attempt : attempts) {
      if (is_open(attempt.state)) ++open;
      const bool holds = is_open(attempt.state) || attempt.state == AttemptState::InDoubt;
      if (attempt.state == AttemptState::InDoubt) in_doubt += attempt.reserved;
      const std::int64_t now_held = std::max<std::int64_t>(0, held[attempt.id]);
      if (holds && now_held != attempt.reserved.micros) say("money: " + to_string(attempt.id) + " is open without its reservation");
      if (!holds && now_held != 0) say("money: " + to_string(attempt.id) + " is closed and still holds some");
      reserved += now_held;
      settled += spent[attempt.id];
      if (attempt.key.empty() || attempt.endpoint != "tiny:default" || attempt.provider != "tiny") say("I7: identity of " + to_string(attempt.id));
    }
    if (job.in_doubt != in_doubt) say("money: " + to_string(job.id) + " has another sum in doubt than its attempts");
    if (open > 1) say("I1: " + to_string(job.id) + " has " + std::to_string(open) + " open attempts");
    if (is_terminal(job.state) && open > 0) say("I5: " + to_string(job.id) + " is over with an open attempt");
    if (job.state == JobState::Done) {
      const auto asset = must(ledger.asset(job.asset), "asset");
      if (!asset) say("I6: " + to_string(job.id) + " is done without an asset");
      else if (!vault.is_sound(asset->sha256).value_or(false)) say("I6: the blob of " + to_string(asset->id) + " is not sound");
    }
  }
  const Books books = must(ledger.books(Currency::Play), "books");
  if (books.reserved.micros != reserved || books.settled.micros != settled) say("money: the books do not add up");
  return broken;
}

std::string Rig::broken_promises() {
  std::string broken;
  const auto say = [&](const std::string& words) { broken += words + "\n"; };
  for (const std::string& problem : service.problems()) say(problem);
  std::map<std::string, Attempt> by_key;
  must(store_->read_and_wait([&](Ledger& ledger) -> Result<void> {
    broken += broken_in_ledger(ledger, vault());
    STUDIO_TRY(const auto jobs, ledger.jobs());
    for (const Job& job : jobs) {
      STUDIO_TRY(const auto attempts, ledger.attempts_of(job.id));
      for (const Attempt& attempt : attempts) by_key[attempt.key] = attempt;
    }
    return {};
  }), "oracle");
  for (const auto& [key, posts] : service.posts_by_key()) {
    const auto found = by_key.find(key);
    if (found == by_key.end()) say("I2: a key that no attempt has: " + key);
    else if (posts > 1 && !found->second.replay_declared) say("I3: " + to_string(found->second.id) + " was sent " + std::to_string(posts) + " times");
  }
  std::map<std::string, int> lines;
  for (const BillLine& line : service.bill()) {
    ++lines[line.key];
    const auto found = by_key.find(line.key);
    if (found == by_key.end()) {
      say("I5: billed and not known: " + line.id);
      continue;
    }
    const AttemptState state = found->second.state;
    if (state == AttemptState::NotSent || state == AttemptState::CancelledBeforeSend || state == AttemptState::Reserved) {
      say("I5: " + line.id + " was billed, and its attempt says " + std::string(to_string(state)));
    }
    if (state == AttemptState::Settled && found->second.settled != line.amount) say("money: " + line.id + " was settled with another sum");
  }
  for (const auto& [key, count] : lines) {
    if (count > 1) say("billed twice: " + key);
  }
  return broken;
}

}  // namespace studio
