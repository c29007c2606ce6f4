#include "sandbox/board.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "sandbox/models.h"

namespace studio {
namespace {

constexpr std::int64_t upload_life_ms = 24 * 3600 * 1000LL;
constexpr std::int64_t output_life_ms = 7 * 24 * 3600 * 1000LL;
constexpr std::int64_t cleaning_period_ms = 3600 * 1000LL;

// The app in front must stay smooth while we render behind it.
void lower_own_priority() {
  const sched_param param{};
  ::sched_setscheduler(0, SCHED_BATCH, &param);  // on Linux these two act on the calling thread and what it starts
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
}

bool makes_clip(const SandboxJob& job) {
  const SandboxModel* model = find_sandbox_model(job.model);
  return model != nullptr && model->makes_clips;
}

}  // namespace

// A job between acceptance and its end; the state holds all that must survive.
struct LiveJob {
  SandboxJob job;
  enum class Phase { Queued, Rendering, Waiting } phase = Phase::Queued;  // Waiting: rendered or doomed, not yet due
  std::string trouble;  // why its end could not be written; it is tried again
  double told_progress = 0;
  std::int64_t started_mono_ms = 0;
  double expected_secs = 0;  // frozen at the start, so that progress never goes back
  std::stop_source stop;
};

struct JobBoard::Inner {
  const Clock& clock;
  const RenderFunction render;
  const SandboxOptions& options;

  std::mutex mutex;  // guards all below
  std::condition_variable work_there, time_changed, released;
  SandboxState state;
  std::map<std::string, std::shared_ptr<LiveJob>> live;  // unfinished jobs by id
  std::deque<std::shared_ptr<LiveJob>> queue;
  double picture_secs = 0.25, clip_secs = 2.0;  // running averages of rendering
  bool is_stopping = false, is_released = false;
  std::int64_t cleaned_ms = 0;

  int worker_count;
  std::vector<std::jthread> threads;

  Inner(SandboxState s, const SandboxOptions& o, RenderFunction r, const Clock& c, int workers)
      : clock(c), render(std::move(r)), options(o), state(std::move(s)), worker_count(workers) {}

  double average(const SandboxJob& job) const { return makes_clip(job) ? clip_secs : picture_secs; }

  void enqueue(const SandboxJob& job) {
    auto item = std::make_shared<LiveJob>();
    item->job = job;
    live[job.id] = item;
    if (job.is_doomed) {
      item->phase = LiveJob::Phase::Waiting;
      time_changed.notify_all();
    } else {
      queue.push_back(std::move(item));
      work_there.notify_one();
    }
  }

  // Writes the end of a live job. When even that fails the job stays live, and is ended at the next try.
  Result<void> end(const std::shared_ptr<LiveJob>& item) {
    item->job.over_ms = clock.wall_ms();
    if (auto written = state.end_job(item->job); !written) {
      log_error("sandbox: " + item->job.id + ": " + written.error().message + " (" + written.error().detail + ")");
      item->job.state = SandboxJobState::Active;
      item->trouble = written.error().message;
      return written;
    }
    if (item->job.state == SandboxJobState::Failed && !item->job.is_doomed)
      log_warning("sandbox: " + item->job.id + " failed: " + item->job.error_message);
    else
      log_info("sandbox: " + item->job.id + (item->job.state == SandboxJobState::Done ? " done" : item->job.state == SandboxJobState::Failed ? " failed as told" : " cancelled"));
    live.erase(item->job.id);
    return {};
  }

  void end_due() {
    const std::int64_t now = clock.wall_ms();
    std::vector<std::shared_ptr<LiveJob>> due;
    for (const auto& [id, item] : live)
      if (item->phase == LiveJob::Phase::Waiting && item->job.due_ms <= now) due.push_back(item);
    for (const auto& item : due) {
      if (item->job.is_doomed) {
        item->job.state = SandboxJobState::Failed;
        item->job.error_code = "simulated_failure";
        item->job.error_message = "The sandbox was told to fail a share of its jobs (--fail-rate), and this is one; try again.";
      } else if (item->job.error_code.empty()) {
        item->job.state = SandboxJobState::Done;
        item->job.expires_ms = now + output_life_ms;
      } else {
        item->job.state = SandboxJobState::Failed;
      }
      static_cast<void>(end(item));  // what went wrong is in its log and its trouble; it is tried again
    }
  }

  void clean() {
    cleaned_ms = clock.wall_ms();
    if (auto cleaned = state.remove_expired(cleaned_ms); !cleaned) log_warning("sandbox: " + cleaned.error().message);
  }

  void work(const std::stop_token& stop) {
    lower_own_priority();
    std::unique_lock lock(mutex);
    for (;;) {
      work_there.wait(lock, [&] { return is_stopping || !queue.empty(); });
      if (is_stopping || stop.stop_requested()) return;
      const auto item = queue.front();
      queue.pop_front();
      if (!live.contains(item->job.id)) continue;  // cancelled while queued
      item->phase = LiveJob::Phase::Rendering;
      item->started_mono_ms = clock.mono_ms();
      item->expected_secs = average(item->job);
      RenderOrder order{item->job.model, item->job.prompt, item->job.seed, item->job.width, item->job.height, item->job.seconds, {}, {}};
      if (!item->job.upload_id.empty()) order.upload = state.upload_path(item->job.upload_id);
      const std::string name = item->job.id + (makes_clip(item->job) ? ".mp4" : ".png");
      order.file = state.output_path("." + name);
      lock.unlock();

      auto made = render_durably(order, state.output_path(name), item);

      lock.lock();
      if (item->stop.stop_requested()) {
        std::error_code ignored;
        std::filesystem::remove(order.file, ignored);
        std::filesystem::remove(state.output_path(name), ignored);
        if (is_stopping) return;  // rendered again after the next start
        continue;                 // cancelled: its end is written already
      }
      const double secs = static_cast<double>(clock.mono_ms() - item->started_mono_ms) / 1000.0;
      double& mean = makes_clip(item->job) ? clip_secs : picture_secs;
      mean += 0.3 * (secs - mean);
      if (made) {
        item->job.output_name = name;
        item->job.output_mime = makes_clip(item->job) ? "video/mp4" : "image/png";
        item->job.output_sha256 = made->sha256;
        item->job.output_bytes = made->bytes;
      } else {
        item->job.error_code = made.error().kind == ErrorKind::Damaged || made.error().kind == ErrorKind::BadRequest ? "bad_image" : "render_failed";
        item->job.error_message = made.error().message;
      }
      item->phase = LiveJob::Phase::Waiting;
      if (item->job.due_ms <= clock.wall_ms()) end_due();
      else time_changed.notify_all();
    }
  }

  struct Made {
    std::string sha256;
    std::int64_t bytes = 0;
  };
  // The file is durable under its last name before any row speaks of it.
  Result<Made> render_durably(const RenderOrder& order, const std::filesystem::path& last_name, const std::shared_ptr<LiveJob>& item) {
    auto tell = [&](double progress) {
      std::lock_guard lock(mutex);
      item->told_progress = std::max(item->told_progress, progress);
    };
    try {
      STUDIO_CHECK(render(order, item->stop.get_token(), tell));
      STUDIO_TRY(const UniqueFd fd, open_for_read(order.file));
      Made made;
      STUDIO_TRY(made.sha256, sha256_hex_of_fd(fd.get()));
      made.bytes = ::lseek(fd.get(), 0, SEEK_END);
      STUDIO_CHECK(sync_file(fd.get(), order.file));
      std::error_code error;
      std::filesystem::rename(order.file, last_name, error);
      if (error) return fail(disk_error("Cannot keep the output", error.value(), last_name));
      STUDIO_CHECK(sync_folder(last_name.parent_path()));
      return made;
    } catch (const std::exception& problem) {
      return fail(ErrorKind::Bug, "The sandbox could not render this job; see sandbox.log in its state folder.", problem.what());
    }
  }

  // Ends jobs at their due time while nobody asks, so that the bill is right without a poll.
  void keep_time() {
    std::unique_lock lock(mutex);
    while (!is_stopping) {
      end_due();
      std::optional<std::int64_t> next;
      for (const auto& [id, item] : live)
        if (item->phase == LiveJob::Phase::Waiting && (!next || item->job.due_ms < *next)) next = item->job.due_ms;
      if (!next) {
        time_changed.wait(lock);
      } else {
        // A job that cannot be ended (a full disk) is due for ever: look again in a second, not at once.
        const std::int64_t wait_ms = *next - clock.wall_ms();
        time_changed.wait_for(lock, std::chrono::milliseconds(wait_ms > 0 ? wait_ms : 1000));
      }
    }
  }

  JobView view(const SandboxJob& stored) {
    JobView view{stored, {}, {}, 0, 0, 0};
    switch (stored.state) {
      case SandboxJobState::Done: view.status = "done", view.progress = 1; return view;
      case SandboxJobState::Failed: view.status = "failed"; return view;
      case SandboxJobState::Cancelled: view.status = "cancelled"; return view;
      case SandboxJobState::Active: break;
    }
    view.status = "running";
    const auto found = live.find(stored.id);
    if (found == live.end()) return view;
    const LiveJob& item = *found->second;
    if (item.phase == LiveJob::Phase::Waiting) view.trouble = item.trouble;
    const double until_due = static_cast<double>(stored.due_ms - clock.wall_ms()) / 1000.0;
    const double latency = static_cast<double>(stored.due_ms - stored.created_ms) / 1000.0;
    const double of_latency = latency > 0 ? 1.0 - until_due / latency : 1.0;
    double of_work = 1, work_left = 0;
    if (item.phase == LiveJob::Phase::Queued) {
      view.status = "queued";
      double ahead = 0;
      for (const auto& other : queue) {
        if (!live.contains(other->job.id)) continue;
        ++view.queue_position;
        if (other.get() == &item) break;
        ahead += average(other->job);
      }
      of_work = 0;
      work_left = ahead / std::max(worker_count, 1) + average(stored);
    } else if (item.phase == LiveJob::Phase::Rendering) {
      const double elapsed = static_cast<double>(clock.mono_ms() - item.started_mono_ms) / 1000.0;
      of_work = makes_clip(stored) ? item.told_progress : std::min(0.95, elapsed / std::max(item.expected_secs, 0.01));
      work_left = of_work > 0.1 && makes_clip(stored) ? elapsed * (1 - of_work) / of_work : std::max(0.02, item.expected_secs - elapsed);
    }
    view.progress = std::clamp(std::min(of_work, of_latency), 0.0, 0.99);
    view.eta_secs = std::max({until_due, work_left, 0.0});
    return view;
  }

  Result<std::optional<JobView>> find_replay(const std::string& key, const std::string& body_digest) {
    if (!options.replay) return std::optional<JobView>{};
    STUDIO_TRY(auto known, state.first_job_with_key(key));
    if (!known) return std::optional<JobView>{};
    if (known->body_digest != body_digest)
      return fail(ErrorKind::BadRequest, "This Idempotency-Key was used with another body; draw a new key for a new job.");
    return std::optional<JobView>(view(*known));
  }
};

JobBoard::JobBoard(SandboxState state, SandboxOptions options, RenderFunction render, const Clock& clock, int workers)
    : options_(std::move(options)),
      inner_(std::make_unique<Inner>(std::move(state), options_, std::move(render), clock, workers)) {
  {
    std::lock_guard lock(inner_->mutex);
    if (auto jobs = inner_->state.active_jobs()) {
      for (const auto& job : *jobs) inner_->enqueue(job);
      if (!jobs->empty()) log_info("sandbox: " + std::to_string(jobs->size()) + " unfinished jobs go on");
    } else {
      log_error("sandbox: " + jobs.error().message);
    }
    inner_->clean();
  }
  for (int i = 0; i < workers; ++i) inner_->threads.emplace_back([this](const std::stop_token& stop) { inner_->work(stop); });
  inner_->threads.emplace_back([this] { inner_->keep_time(); });
}

JobBoard::~JobBoard() {
  {
    std::lock_guard lock(inner_->mutex);
    inner_->is_stopping = true;
    for (auto& [id, item] : inner_->live) item->stop.request_stop();
    inner_->work_there.notify_all();
    inner_->time_changed.notify_all();
  }
  inner_->threads.clear();
}

const std::string& JobBoard::token() const { return inner_->state.token(); }
std::int64_t JobBoard::now_ms() const { return inner_->clock.wall_ms(); }
std::filesystem::path JobBoard::output_path(const std::string& name) const { return inner_->state.output_path(name); }

Result<std::optional<JobView>> JobBoard::replayed(const std::string& key, const std::string& body_digest) {
  std::lock_guard lock(inner_->mutex);
  return inner_->find_replay(key, body_digest);
}

Result<Acceptance> JobBoard::accept(SandboxJob job) {
  std::lock_guard lock(inner_->mutex);
  STUDIO_TRY(auto known, inner_->find_replay(job.key, job.body_digest));  // two equal requests may run side by side
  if (known) return Acceptance{std::move(*known), true};
  if (inner_->clock.wall_ms() - inner_->cleaned_ms > cleaning_period_ms) inner_->clean();
  job.id = "s_" + random_hex_128();
  job.created_ms = inner_->clock.wall_ms();
  job.due_ms = job.created_ms + std::llround(options_.latency_secs * 1000);
  if (options_.fail_rate > 0) {
    // By recipe, so that a run can be repeated; by how often it came, so that trying again can help.
    STUDIO_TRY(const std::int64_t earlier, inner_->state.count_of_recipe(job.recipe_digest));
    const std::uint64_t drawn = stable_hash(job.recipe_digest) ^ mix64(options_.seed) ^ mix64(static_cast<std::uint64_t>(earlier) + 77);
    job.is_doomed = Random(mix64(drawn)).unit() < options_.fail_rate;
  }
  STUDIO_CHECK(inner_->state.add_job(job));
  log_info("sandbox: " + job.id + " accepted, " + job.model);
  inner_->enqueue(job);
  return Acceptance{inner_->view(job), false};
}

Result<std::optional<JobView>> JobBoard::look(const std::string& id) {
  std::lock_guard lock(inner_->mutex);
  inner_->end_due();
  STUDIO_TRY(const auto job, inner_->state.job(id));
  if (!job) return std::optional<JobView>{};
  return std::optional<JobView>(inner_->view(*job));
}

Result<std::optional<bool>> JobBoard::cancel(const std::string& id) {
  std::lock_guard lock(inner_->mutex);
  inner_->end_due();
  const auto found = inner_->live.find(id);
  if (found == inner_->live.end()) {
    STUDIO_TRY(const auto job, inner_->state.job(id));
    if (!job) return std::optional<bool>{};
    return std::optional<bool>(false);
  }
  const auto item = found->second;
  const std::string output = std::exchange(item->job.output_name, {});
  item->job.state = SandboxJobState::Cancelled;
  const std::string trouble = item->trouble;
  if (const auto written = inner_->end(item); !written) {
    item->job.output_name = output;
    item->trouble = trouble;  // this answer says it; what runs on has none
    return fail(written.error().kind, "The sandbox cannot write that this job is cancelled; free some room on the disk and try again.");
  }
  item->stop.request_stop();
  std::error_code ignored;
  if (!output.empty()) std::filesystem::remove(inner_->state.output_path(output), ignored);
  return std::optional<bool>(true);
}

Result<std::vector<SandboxJob>> JobBoard::list(std::int64_t since_ms, std::int64_t after_number, int limit) {
  std::lock_guard lock(inner_->mutex);
  return inner_->state.jobs_after(since_ms, after_number, limit);
}

Result<SandboxUpload> JobBoard::add_upload(std::string sha256, std::int64_t bytes, std::string mime) {
  std::lock_guard lock(inner_->mutex);
  SandboxUpload upload{"u_" + random_hex_128(), std::move(sha256), std::move(mime), bytes, inner_->clock.wall_ms() + upload_life_ms, false};
  STUDIO_CHECK(inner_->state.add_upload(upload));
  return upload;
}

Result<std::optional<SandboxUpload>> JobBoard::upload(const std::string& id) {
  std::lock_guard lock(inner_->mutex);
  STUDIO_TRY(auto found, inner_->state.upload(id));
  if (found && found->expires_ms < inner_->clock.wall_ms()) found.reset();
  return found;
}

Result<SandboxUpload> JobBoard::fill_upload(const SandboxUpload& upload, std::string_view bytes) {
  if (static_cast<std::int64_t>(bytes.size()) != upload.bytes)
    return fail(ErrorKind::Damaged, "The upload has " + std::to_string(bytes.size()) + " bytes, announced were " + std::to_string(upload.bytes) + ".");
  if (sha256_hex(bytes) != upload.sha256) return fail(ErrorKind::Damaged, "The upload's bytes do not have the SHA-256 that was announced.");
  SandboxUpload filled = upload;
  STUDIO_CHECK(write_file_durable(inner_->state.upload_path(upload.id), bytes, 0600));
  std::lock_guard lock(inner_->mutex);
  filled.expires_ms = inner_->clock.wall_ms() + upload_life_ms;
  filled.is_complete = true;
  STUDIO_CHECK(inner_->state.complete_upload(filled.id, filled.expires_ms));
  return filled;
}

bool JobBoard::has_unfinished() {
  std::lock_guard lock(inner_->mutex);
  return !inner_->live.empty();
}

void JobBoard::hold_answer() {
  if (options_.submit_delay_secs <= 0) return;
  std::unique_lock lock(inner_->mutex);
  inner_->released.wait_for(lock, std::chrono::duration<double>(options_.submit_delay_secs), [&] { return inner_->is_released; });
}

void JobBoard::release_answers() {
  std::lock_guard lock(inner_->mutex);
  inner_->is_released = true;
  inner_->released.notify_all();
}

void JobBoard::settle_due() {
  std::lock_guard lock(inner_->mutex);
  inner_->end_due();
}

}  // namespace studio
