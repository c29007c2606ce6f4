#include "simulators/fal_board.h"

#include <algorithm>
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
#include "simulators/base64.h"
#include "simulators/fal_ending.h"

namespace studio::simulators {
namespace {

constexpr std::int64_t never_ms = INT64_MAX;

// "…/files/b/koala/0f3a….jpg" → "0f3a…": which host and port an address names does not matter, they may change with a restart.
std::string file_id_of(const std::string& address) {
  if (address.find("/files/") == std::string::npos) return {};
  const auto slash = address.find_last_of('/');
  return address.substr(slash + 1, address.find_first_of(".?", slash + 1) - slash - 1);
}

nlohmann::json outcome_of(const FalJob& job) { return job.outcome.empty() ? nlohmann::json::object() : nlohmann::json::parse(job.outcome); }

FalEnding cancelled_ending() {
  auto ending = request_error(400, "client_cancelled", "Request was cancelled");
  ending.headers["X-Fal-Retryable"] = "false";
  return ending;
}

}  // namespace

// A job between acceptance and its end; the state holds all that must survive.
struct LiveFalJob {
  FalJob job;
  FalReading reading;
  enum class Phase { Queued, Painting, Waiting } phase = Phase::Queued;  // Waiting: made or doomed, not yet due
  std::int64_t due_ms = 0;
  std::optional<FalEnding> ending;
  std::vector<FalFile> files;
  FalPainting painting;
  std::stop_source stop;
};

struct FalBoard::Inner {
  const Clock& clock;
  const FalPaint paint;

  mutable std::mutex mutex;  // guards all below
  std::condition_variable paint_there, time_changed;
  FalState state;
  FalSettings settings;
  using Item = std::shared_ptr<LiveFalJob>;
  std::map<std::string, Item> live;                        // unfinished jobs by request id
  std::map<std::pair<bool, std::int64_t>, Item> queue;     // low priority after all others, else by number
  std::map<std::int64_t, Item> running, limited;           // by number; limited: those of the queue that must start in time
  std::deque<Item> to_paint;
  std::map<std::string, std::int64_t> last_work_ms;        // by endpoint
  bool is_stopping = false;

  std::vector<std::jthread> threads;

  Inner(FalState s, FalSettings f, FalPaint p, const Clock& c) : clock(c), paint(std::move(p)), state(std::move(s)), settings(std::move(f)) {}

  Item find_live(const std::string& request_id) const {
    const auto found = live.find(request_id);
    return found == live.end() ? nullptr : found->second;
  }

  void enqueue(FalJob job) {
    auto item = std::make_shared<LiveFalJob>();
    item->reading = read_fal_input(*find_fal_model(job.endpoint), job.input);
    item->job = std::move(job);
    live[item->job.request_id] = item;
    queue[{item->job.is_low_priority, item->job.number}] = item;
    if (item->job.start_limit_secs > 0) limited[item->job.number] = item;
  }

  void leave_queue(const LiveFalJob& item) {
    queue.erase({item.job.is_low_priority, item.job.number});
    limited.erase(item.job.number);
  }

  static std::int64_t start_limit_ms(const LiveFalJob& item) {
    return item.job.created_ms + ms_of(item.job.start_limit_secs);
  }

  std::int64_t seed_of(const LiveFalJob& item) const {
    if (item.reading.order.seed) return *item.reading.order.seed;
    return static_cast<std::int64_t>(mix64(mix64(settings.seed) ^ static_cast<std::uint64_t>(item.job.number)) >> 33);
  }

  std::string new_file_id(const std::string& salt) const { return sha256_hex(state.salt() + "/file/" + salt).substr(0, 24); }

  // Writes the end of a live job. When even that fails it stays live and is ended at the next try.
  bool end(const Item& item) {
    FalJob job = item->job;
    const FalEnding& ending = *item->ending;
    job.ended_ms = clock.wall_ms();
    job.http_status = ending.http_status;
    job.result = ending.result.dump();
    job.headers = ending.headers.dump();
    job.error = ending.error;
    job.error_type = ending.error_type;
    const bool is_billed = ending.billing == FalBilling::Billed;
    const FalOrder& order = item->reading.order;
    const int width = order.width > 0 ? order.width : item->painting.width, height = order.height > 0 ? order.height : item->painting.height;
    job.units = is_billed && item->reading.faults.empty() ? fal_units(order, width, height) : 0;
    const std::int64_t amount = fal_amount_micros(job.units, job.unit_price_micros, job.bill_factor);
    const std::vector<FalFile> files = ending.http_status < 300 ? item->files : std::vector<FalFile>();
    if (auto written = state.end_job(job, files, ending.billing, job.units, amount); !written) {
      log_error("simulator: " + job.request_id + ": " + written.error().message + " (" + written.error().detail + ")");
      item->due_ms = clock.wall_ms() + 1000;
      return false;
    }
    log_info("simulator: " + job.request_id + " ends with " + std::to_string(job.http_status));
    last_work_ms[job.endpoint] = job.ended_ms;
    item->stop.request_stop();
    leave_queue(*item);
    running.erase(job.number);
    live.erase(job.request_id);
    return true;
  }

  void start(const Item& item) {
    FalJob& job = item->job;
    const std::int64_t now = clock.wall_ms();
    const auto last = last_work_ms.find(job.endpoint);
    const bool is_warm = last != last_work_ms.end() && static_cast<double>(now - last->second) <= settings.latency.idle_secs * 1000;
    const auto outcome = outcome_of(job);
    const double secs = outcome.value("work_secs", fal_work_secs(settings, job.number, is_warm));
    last_work_ms[job.endpoint] = now;
    job.started_ms = now;
    item->due_ms = outcome.value("never", false) ? never_ms : now + ms_of(secs);
    item->ending = early_ending(job, item->reading, settings);
    leave_queue(*item);
    running[job.number] = item;
    item->phase = item->ending || item->due_ms == never_ms ? LiveFalJob::Phase::Waiting : LiveFalJob::Phase::Painting;
    if (item->phase != LiveFalJob::Phase::Painting) return;
    to_paint.push_back(item);
    paint_there.notify_one();
  }

  // All that is due by now. Until nothing changes: an end gives a place free, and what takes it may be due at once.
  void advance() {
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      const std::int64_t now = clock.wall_ms();
      std::vector<Item> due;
      for (const auto& [number, item] : running)
        if (item->phase == LiveFalJob::Phase::Waiting && item->due_ms <= now) due.push_back(item);
      for (const auto& [number, item] : limited) {
        if (start_limit_ms(*item) > now) continue;
        item->ending = request_error(504, "startup_timeout", "Request was not started in time");
        item->ending->headers["X-Fal-Request-Timeout-Type"] = "user";
        item->ending->headers["X-Fal-Retryable"] = "false";
        due.push_back(item);
      }
      for (const auto& item : due) goes_on = end(item) || goes_on;
      while (!queue.empty() && static_cast<int>(running.size()) < settings.concurrency) {
        start(Item(queue.begin()->second));
        goes_on = true;
      }
    }
    time_changed.notify_all();
  }

  // ---- painting -------------------------------------------------------------------------------------------------------

  // The file that an input's address means, ready to be read. The address may be one of ours or hold the bytes itself; the
  // simulator reaches nothing else.
  Result<std::filesystem::path> source_of(const LiveFalJob& item, const std::string& address) {
    if (address.starts_with("data:")) {
      const auto comma = address.find(";base64,");
      const auto bytes = comma == std::string::npos ? std::nullopt : base64_decoded(std::string_view(address).substr(comma + 8));
      if (!bytes) return fail(ErrorKind::NotFound, "Failed to read the data URI.");
      const auto file = state.file_path("." + item.job.request_id + ".source");
      STUDIO_CHECK(write_file_durable(file, *bytes, 0600));
      return file;
    }
    const std::string id = file_id_of(address);
    const std::int64_t now = clock.wall_ms();
    std::lock_guard lock(mutex);
    STUDIO_TRY(const auto file, state.file(id));
    if (!file || !file->is_complete || (file->expires_ms > 0 && file->expires_ms <= now))
      return fail(ErrorKind::NotFound, "Failed to download the file. Please check if the URL is accessible and try again.");
    return state.file_path(id);
  }

  void plan_files(LiveFalJob& item) {
    const FalOrder& order = item.reading.order;
    const bool is_clip = order.model->kind == FalKind::Clip;
    const double life = item.job.file_life_secs >= 0 ? item.job.file_life_secs : settings.file_life_secs;
    const std::size_t count = std::min<std::size_t>(outcome_of(item.job).value("images", 8u), static_cast<std::size_t>(order.count));
    item.files.clear();
    for (std::size_t i = 0; i < (is_clip ? 1 : count); ++i) {
      FalFile file;
      file.id = new_file_id(item.job.request_id + "/" + std::to_string(i));
      file.kind = FalFileKind::Output;
      file.content_type = is_clip ? "video/mp4" : order.wants_png ? "image/png" : "image/jpeg";
      file.file_name = is_clip ? "output.mp4" : file.id + (order.wants_png ? ".png" : ".jpg");
      file.expires_ms = life > 0 ? ms_of(life) : 0;  // from its end on; see finish()
      file.is_complete = true;
      item.files.push_back(std::move(file));
    }
  }

  FalEnding ending_of_failure(const Error& error) {
    const bool is_input = error.kind == ErrorKind::NotFound || error.kind == ErrorKind::Damaged || error.kind == ErrorKind::BadRequest;
    if (!is_input) return request_error(500, "internal_error", "The runner failed: " + error.message);
    return model_error(422, {fal_detail({"body", "image_url"}, error.kind == ErrorKind::NotFound ? "file_download_error" : "image_load_error", error.message)});
  }

  void finish(LiveFalJob& item, Result<FalPainting> made, const FalPaintOrder& what, double secs) {
    if (!made) {
      item.ending = ending_of_failure(made.error());
      return;
    }
    item.painting = std::move(*made);
    for (std::size_t i = 0; i < item.files.size(); ++i) {
      FalFile& file = item.files[i];
      file.bytes = item.painting.bytes[i];
      file.created_ms = clock.wall_ms();
      if (file.expires_ms > 0) file.expires_ms += std::max(file.created_ms, item.due_ms);
    }
    item.ending = good_ending(what.order, item.files, item.painting, what.seed, what.is_blank, secs);
  }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    for (;;) {
      paint_there.wait(lock, [&] { return is_stopping || !to_paint.empty(); });
      if (is_stopping || stop.stop_requested()) return;
      const auto item = to_paint.front();
      to_paint.pop_front();
      if (!live.contains(item->job.request_id)) continue;  // cancelled meanwhile
      plan_files(*item);
      const bool is_blank = is_unsafe(item->job, item->reading.order, settings);
      FalPaintOrder what{item->reading.order, seed_of(*item), {}, is_blank, settings.clip_short_side, {}};
      for (const auto& file : item->files) what.files.push_back(state.file_path(file.id));
      const std::int64_t began_ms = clock.mono_ms();
      lock.unlock();

      auto made = paint_one(*item, what);

      lock.lock();
      if (item->stop.stop_requested() || !live.contains(item->job.request_id)) {
        remove_files(what);
        continue;
      }
      finish(*item, std::move(made), what, static_cast<double>(clock.mono_ms() - began_ms) / 1000.0);
      item->phase = LiveFalJob::Phase::Waiting;
      advance();
    }
  }

  Result<FalPainting> paint_one(const LiveFalJob& item, FalPaintOrder& what) {
    try {
      if (!item.reading.order.image_url.empty()) {
        STUDIO_TRY(what.source, source_of(item, item.reading.order.image_url));
      }
      if (!item.reading.order.end_image_url.empty()) STUDIO_CHECK(source_of(item, item.reading.order.end_image_url));
      auto made = paint(what, item.stop.get_token());
      if (!made && made.error().kind == ErrorKind::NotFound) made.error().kind = ErrorKind::Bug;  // of ours, not of the input
      std::error_code ignored;
      if (what.source.filename().string().starts_with(".")) std::filesystem::remove(what.source, ignored);
      return made;
    } catch (const std::exception& problem) {
      return fail(ErrorKind::Bug, "unexpected", problem.what());
    }
  }

  static void remove_files(const FalPaintOrder& what) {
    std::error_code ignored;
    for (const auto& file : what.files) std::filesystem::remove(file, ignored);
  }

  std::int64_t next_due_ms() const {
    std::int64_t next = never_ms;
    for (const auto& [number, item] : running)
      if (item->phase == LiveFalJob::Phase::Waiting) next = std::min(next, item->due_ms);
    for (const auto& [number, item] : limited) next = std::min(next, start_limit_ms(*item));
    return next;
  }

  // Ends jobs when they are due while nobody asks, so that the bill is right without a poll.
  void keep_time() {
    std::unique_lock lock(mutex);
    while (!is_stopping) {
      const std::int64_t now = clock.wall_ms();
      if (next_due_ms() <= now) advance();
      const std::int64_t next = next_due_ms();
      // What is still due could not be ended (a full disk): look again in a second, not at once.
      const std::int64_t wait_ms = next <= now ? 1000 : next == never_ms ? 3'600'000 : std::clamp<std::int64_t>(next - clock.wall_ms(), 1, 3'600'000);
      time_changed.wait_for(lock, std::chrono::milliseconds(wait_ms));
    }
  }

  FalView view_of(const LiveFalJob& item) const {
    FalView view{item.job, item.phase == LiveFalJob::Phase::Queued ? FalPhase::Queued : FalPhase::InProgress, 0};
    if (view.phase == FalPhase::Queued)
      view.queue_position = static_cast<int>(std::distance(queue.begin(), queue.find({item.job.is_low_priority, item.job.number})));
    return view;
  }
};

FalBoard::FalBoard(FalState state, FalSettings settings, FalPaint paint, const Clock& clock, int painters)
    : inner_(std::make_unique<Inner>(std::move(state), std::move(settings), std::move(paint), clock)) {
  {
    std::lock_guard lock(inner_->mutex);
    if (auto jobs = inner_->state.unfinished_jobs()) {
      for (auto& job : *jobs) inner_->enqueue(std::move(job));
      if (!jobs->empty()) log_info("simulator: " + std::to_string(jobs->size()) + " unfinished jobs go on");
    } else {
      log_error("simulator: " + jobs.error().message);
    }
    inner_->advance();
  }
  for (int i = 0; i < painters; ++i) inner_->threads.emplace_back([this](const std::stop_token& stop) { inner_->work(stop); });
  inner_->threads.emplace_back([this] { inner_->keep_time(); });
}

FalBoard::~FalBoard() {
  {
    std::lock_guard lock(inner_->mutex);
    inner_->is_stopping = true;
    for (auto& [id, item] : inner_->live) item->stop.request_stop();
    inner_->paint_there.notify_all();
    inner_->time_changed.notify_all();
  }
  inner_->threads.clear();
}

const std::string& FalBoard::key() const { return inner_->state.key(); }
const std::string& FalBoard::control_token() const { return inner_->state.control_token(); }
std::int64_t FalBoard::now_ms() const { return inner_->clock.wall_ms(); }
std::filesystem::path FalBoard::file_path(const std::string& id) const { return inner_->state.file_path(id); }

FalSettings FalBoard::settings() const {
  std::lock_guard lock(inner_->mutex);
  return inner_->settings;
}

Result<void> FalBoard::change_settings(const nlohmann::json& words) {
  std::lock_guard lock(inner_->mutex);
  STUDIO_CHECK(change_fal_settings(inner_->settings, words));
  inner_->advance();  // there may be more places now
  return {};
}

Result<FalView> FalBoard::accept(FalJob job, const FalModel& model) {
  std::lock_guard lock(inner_->mutex);
  job.created_ms = inner_->clock.wall_ms();
  const FalReading reading = read_fal_input(model, job.input);
  FalBillLine line;
  line.unit = to_string(model.unit);
  line.unit_price_micros = job.unit_price_micros = fal_amount_micros(1, model.unit_price_micros, inner_->settings.price_factor);
  job.bill_factor = inner_->settings.bill_factor;
  // Pictures from pictures follow a size that is not known yet: their line begins at 0.
  if (reading.faults.empty() && (model.unit == FalUnit::Seconds || reading.order.width > 0))
    line.units = fal_units(reading.order, reading.order.width, reading.order.height);
  line.amount_micros = fal_amount_micros(line.units, line.unit_price_micros, job.bill_factor);
  if (reading.order.wants_inline) job.keeps_payload = false;
  STUDIO_CHECK(inner_->state.add_job(job, line));
  log_info("simulator: " + job.request_id + " accepted, " + job.endpoint);
  // As every answer to a submit it says IN_QUEUE, also when a place was free.
  FalView view{job, FalPhase::Queued, static_cast<int>(inner_->queue.size())};
  inner_->enqueue(std::move(job));
  inner_->advance();
  return view;
}

Result<std::optional<FalView>> FalBoard::look(const std::string& request_id) {
  std::lock_guard lock(inner_->mutex);
  inner_->advance();
  if (const auto item = inner_->find_live(request_id)) return std::optional<FalView>(inner_->view_of(*item));
  STUDIO_TRY(auto job, inner_->state.job(request_id));
  if (!job || (job->is_cancelled && inner_->settings.forgets_cancelled)) return std::optional<FalView>{};
  return std::optional<FalView>(FalView{std::move(*job), FalPhase::Completed, 0});
}

Result<FalCancel> FalBoard::cancel(const std::string& request_id) {
  std::lock_guard lock(inner_->mutex);
  inner_->advance();
  const auto item = inner_->find_live(request_id);
  if (!item) {
    STUDIO_TRY(const auto job, inner_->state.job(request_id));
    const bool is_known = job && !(job->is_cancelled && inner_->settings.forgets_cancelled);
    return is_known ? FalCancel::AlreadyCompleted : FalCancel::NotFound;
  }
  const bool is_queued = item->phase == LiveFalJob::Phase::Queued;
  if (!is_queued && !inner_->settings.stops_when_cancelled) return FalCancel::Requested;
  item->job.is_cancelled = true;
  item->ending = cancelled_ending();
  if (!inner_->end(item)) return fail(ErrorKind::Disk, "The simulator cannot write that this job is cancelled.");
  inner_->advance();
  return is_queued ? FalCancel::Removed : FalCancel::Requested;
}

Result<std::vector<FalView>> FalBoard::list(const FalListing& listing) {
  std::lock_guard lock(inner_->mutex);
  inner_->advance();
  STUDIO_TRY(auto jobs, inner_->state.list(listing));
  std::vector<FalView> views;
  for (auto& job : jobs) {
    if (const auto item = inner_->find_live(job.request_id)) views.push_back(inner_->view_of(*item));
    else views.push_back({std::move(job), FalPhase::Completed, 0});
  }
  return views;
}

int FalBoard::queued_count() {
  std::lock_guard lock(inner_->mutex);
  inner_->advance();
  return static_cast<int>(inner_->queue.size());
}

Result<std::vector<FalBillLine>> FalBoard::bill() {
  std::lock_guard lock(inner_->mutex);
  inner_->advance();
  return inner_->state.bill();
}

bool FalBoard::is_out_of_money() {
  std::lock_guard lock(inner_->mutex);
  if (inner_->settings.balance < 0) return false;
  const auto lines = inner_->state.bill();
  if (!lines) return false;
  std::int64_t spent = 0;
  for (const auto& line : *lines) spent += line.amount_micros;
  return static_cast<double>(spent) >= inner_->settings.balance * 1e6;
}

Result<FalFile> FalBoard::announce_file(std::string content_type, std::string file_name, std::optional<double> life_secs) {
  std::lock_guard lock(inner_->mutex);
  FalFile file;
  file.id = random_hex_128().substr(0, 24);
  file.content_type = std::move(content_type);
  file.file_name = std::move(file_name);
  file.created_ms = inner_->clock.wall_ms();
  const double life = life_secs.value_or(inner_->settings.file_life_secs);
  if (life > 0) file.expires_ms = file.created_ms + ms_of(life);
  STUDIO_CHECK(inner_->state.add_file(file));
  return file;
}

Result<std::optional<FalFile>> FalBoard::file(const std::string& id) {
  std::lock_guard lock(inner_->mutex);
  STUDIO_TRY(auto file, inner_->state.file(id));
  if (file && file->expires_ms > 0 && file->expires_ms <= inner_->clock.wall_ms()) file.reset();
  return file;
}

Result<void> FalBoard::fill_file(const FalFile& file, const std::string& bytes) {
  STUDIO_CHECK(write_file_durable(inner_->state.file_path(file.id), bytes, 0600));
  std::lock_guard lock(inner_->mutex);
  return inner_->state.complete_file(file.id, static_cast<std::int64_t>(bytes.size()));
}

void FalBoard::settle_due() {
  std::lock_guard lock(inner_->mutex);
  inner_->advance();
}

}  // namespace studio::simulators
