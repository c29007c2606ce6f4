#include "clips/desk_worker.h"

#include <algorithm>

#include "base/log.h"

namespace studio {

DeskWorker::DeskWorker(OpenBlob open, std::function<void()> wake, MediaChildSettings settings, std::int64_t unread_bytes)
    : wake_(std::move(wake)), settings_(std::move(settings)), unread_limit_(unread_bytes) {
  shared_.open = std::move(open);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

DeskWorker::~DeskWorker() {
  thread_.request_stop();
  ++ticket_;
  {
    const std::lock_guard lock(shared_.mutex);
    // Not asked but ended: whoever closes the program does not wait for a decoder.
    if (shared_.child != nullptr) shared_.child->interrupt();
  }
  shared_.changed.notify_all();
  thread_.join();
}

std::uint64_t DeskWorker::want(std::optional<DeskWish> wish) {
  const std::lock_guard lock(shared_.mutex);
  const std::uint64_t ticket = ++ticket_;
  shared_.wish = std::move(wish);
  shared_.has_work = true;
  shared_.changed.notify_all();
  if (shared_.child != nullptr) shared_.child->nudge();
  return ticket;
}

void DeskWorker::set_source(OpenBlob open) {
  const std::lock_guard lock(shared_.mutex);
  ++ticket_;
  shared_.open = std::move(open);
  shared_.wish.reset();
  shared_.source_changed = shared_.has_work = true;
  shared_.news.clear();
  shared_.news_bytes = 0;
  shared_.changed.notify_all();
  if (shared_.child != nullptr) shared_.child->nudge();
}

void DeskWorker::prepare() {
  const std::lock_guard lock(shared_.mutex);
  shared_.starts_child = shared_.has_work = true;
  shared_.changed.notify_all();
}

std::vector<DeskNews> DeskWorker::take_news() {
  const std::lock_guard lock(shared_.mutex);
  shared_.news_bytes = 0;
  shared_.changed.notify_all();
  return std::exchange(shared_.news, {});
}

bool DeskWorker::has_news() const {
  const std::lock_guard lock(shared_.mutex);
  return !shared_.news.empty();
}

std::int64_t DeskWorker::unread_bytes() const {
  const std::lock_guard lock(shared_.mutex);
  return shared_.news_bytes;
}

void DeskWorker::post(const Task& task, DeskNews news) {
  // Here, on the desk's own thread: the window does not wait for the log.
  if (news.kind == DeskNews::Kind::Problem) log_warning("clip desk: " + news.error.message + " " + news.error.detail);
  news.ticket = task.ticket;
  news.work = task.wish.work;
  news.sha256 = task.wish.sha256;
  news.box = task.wish.box;
  if (worker_.child) counts_.child_restarts = worker_.child->restarts();
  bool was_empty = false;
  {
    std::unique_lock lock(shared_.mutex);
    // Nobody reads while the window is hidden; memory must not grow meanwhile.
    shared_.changed.wait(lock, [&] { return shared_.news_bytes < unread_limit_ || !task.goes_on(); });
    if (shared_.source_changed) return;  // of a project that is closed
    was_empty = shared_.news.empty();
    if (news.frame) shared_.news_bytes += static_cast<std::int64_t>(news.frame->picture.rgba.size());
    if (news.sound) shared_.news_bytes += static_cast<std::int64_t>(news.sound->samples.size() * sizeof(float));
    shared_.news.push_back(std::move(news));
  }
  if (was_empty && wake_) wake_();
}

void DeskWorker::run(const std::stop_token& stop) {
  std::unique_lock lock(shared_.mutex);
  while (shared_.changed.wait(lock, stop, [this] { return shared_.has_work; })) {
    shared_.has_work = false;
    const bool closes = std::exchange(shared_.source_changed, false);
    const bool starts = std::exchange(shared_.starts_child, false);
    std::optional<DeskWish> wish = std::exchange(shared_.wish, std::nullopt);
    Task task;
    task.ticket = ticket_.load();
    task.open = shared_.open;
    task.goes_on = [this, &stop, ticket = task.ticket] { return ticket_.load() == ticket && !stop.stop_requested(); };
    lock.unlock();
    if (closes) close_clip();
    if (starts) static_cast<void>(child());  // what is wrong with it, the first wish will say
    if (wish) {
      task.wish = std::move(*wish);
      perform(task);
      if (!task.goes_on()) ++counts_.cancelled;
    }
    lock.lock();
  }
  shared_.child = nullptr;
}

Result<MediaChild*> DeskWorker::child() {
  if (!worker_.child) {
    STUDIO_TRY(worker_.child, MediaChild::start(ChildRole::Interactive, settings_));
    const std::lock_guard lock(shared_.mutex);
    shared_.child = worker_.child.get();
  }
  return worker_.child.get();
}

void DeskWorker::close_clip() {
  worker_.open_sha256.clear();
  worker_.clip = {};
  worker_.facts = {};
  if (worker_.child) worker_.child->close_clip();
}

void DeskWorker::perform(const Task& task) {
  if (!task.goes_on()) return;
  switch (task.wish.work) {
    case DeskWork::Strip:
    case DeskWork::Clip: perform_frames(task); break;
    case DeskWork::Still: perform_still(task); break;
    case DeskWork::Sound: perform_sound(task); break;
  }
}

Result<void> DeskWorker::open_clip(const Task& task) {
  STUDIO_TRY(MediaChild * media, child());
  worker_.open_sha256.clear();
  STUDIO_TRY(const UniqueFd file, task.open(task.wish.sha256));
  ++counts_.decodes_begun;
  STUDIO_TRY(worker_.clip, media->open_clip(file.get(), task.goes_on));
  worker_.open_sha256 = task.wish.sha256;
  worker_.facts = make_clip_facts(worker_.clip.facts, worker_.clip.times, worker_.clip.end_secs);
  DeskNews news;
  news.kind = DeskNews::Kind::Opened;
  news.facts = worker_.facts;
  news.is_key = worker_.clip.is_key;
  post(task, std::move(news));
  return {};
}

Window DeskWorker::window_of(const Task& task, std::int64_t wanted) const {
  if (task.wish.work == DeskWork::Strip) return strip_window(worker_.clip.is_key, wanted);
  const std::int64_t frame_bytes = std::max<std::int64_t>(1, std::int64_t{4} * worker_.facts.width * worker_.facts.height);
  return clip_window(worker_.facts.frames(), wanted, task.wish.direction, task.wish.room_bytes / frame_bytes);
}

void DeskWorker::perform_frames(const Task& task) {
  const DeskWish& wish = task.wish;
  const auto give_up = [&](Error error) {
    if (error.kind == ErrorKind::Cancelled) return;
    worker_.open_sha256.clear();
    DeskNews news;
    news.kind = DeskNews::Kind::Problem;
    news.error = std::move(error);
    post(task, std::move(news));
  };
  // A second time when the child was replaced between two wishes.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (worker_.open_sha256 != wish.sha256) {
      if (auto opened = open_clip(task); !opened) return give_up(std::move(opened.error()));
    }
    const auto frames = worker_.facts.frames();
    const std::int64_t wanted = wish.work == DeskWork::Strip ? frame_at(worker_.facts, wish.at_secs) : std::clamp<std::int64_t>(wish.index, 0, frames - 1);
    std::vector<std::uint8_t> have(static_cast<std::size_t>(frames));
    for (const std::int64_t index : wish.have) {
      if (index >= 0 && index < frames) have[static_cast<std::size_t>(index)] = 1;
    }
    DeskNews done;
    done.kind = DeskNews::Kind::Done;
    done.window = window_of(task, wanted);
    const auto plan = wish.work == DeskWork::Strip ? strip_plan(worker_.clip.is_key, have, wanted)
                                                   : clip_plan(worker_.clip.is_key, have, wanted, wish.direction, done.window);
    auto ran = run_plan(task, plan, done.frame_error);
    if (!ran && ran.error().kind == ErrorKind::NotFound && attempt == 0) {
      worker_.open_sha256.clear();
      continue;
    }
    if (!ran) return give_up(std::move(ran.error()));
    if (task.goes_on()) post(task, std::move(done));
    return;
  }
}

Result<void> DeskWorker::run_plan(const Task& task, const std::vector<DecodeRun>& plan, std::optional<Error>& frame_error) {
  bool any = !task.wish.have.empty();
  for (const DecodeRun& part : plan) {
    if (!task.goes_on()) return {};
    ++counts_.decodes_begun;
    std::optional<MediaFacts> decoded_facts;
    const auto each = [&](VideoFrame&& frame) {
      if (decoded_facts) {
        worker_.facts = with_decoded_facts(std::move(worker_.facts), *decoded_facts);
        DeskNews news;
        news.kind = DeskNews::Kind::DecodedFacts;
        news.media = std::move(*decoded_facts);
        decoded_facts.reset();
        post(task, std::move(news));
      }
      ++counts_.frames_decoded;
      any = true;
      DeskNews news;
      news.kind = DeskNews::Kind::Frame;
      // The time is the index's own, which was checked.
      const double time = worker_.facts.times[static_cast<std::size_t>(frame.index)];
      news.frame = std::make_shared<const ClipFrame>(ClipFrame{frame.index, time, std::move(frame.picture)});
      post(task, std::move(news));
    };
    const auto ran = worker_.child->run_clip({part.first, part.last, task.wish.box, part.alone}, task.goes_on, each, decoded_facts);
    if (ran) continue;
    const bool is_of_frames_only = ran.error().kind == ErrorKind::Damaged && !decoder_crashed(ran.error());
    if (!is_of_frames_only) return fail(ran.error());
    frame_error = ran.error();  // the other frames may be well
  }
  if (!any && frame_error) return fail(*frame_error);
  return {};
}

void DeskWorker::perform_still(const Task& task) {
  const auto decode = [&]() -> Result<DecodedImage> {
    STUDIO_TRY(MediaChild * media, child());
    STUDIO_TRY(const UniqueFd file, task.open(task.wish.sha256));
    ++counts_.decodes_begun;
    return media->decode_image(file.get(), {task.wish.box}, task.goes_on);
  };
  auto decoded = decode();
  DeskNews news;
  if (!decoded) {
    if (decoded.error().kind == ErrorKind::Cancelled) return;
    news.kind = DeskNews::Kind::Problem;
    news.error = std::move(decoded.error());
  } else {
    ++counts_.frames_decoded;
    news.kind = DeskNews::Kind::Frame;
    news.frame = std::make_shared<const ClipFrame>(ClipFrame{0, 0, std::move(decoded->pictures.front())});
  }
  post(task, std::move(news));
  post(task, {});
}

void DeskWorker::perform_sound(const Task& task) {
  const auto decode = [&]() -> Result<Sound> {
    STUDIO_TRY(MediaChild * media, child());
    STUDIO_TRY(const UniqueFd file, task.open(task.wish.sha256));
    ++counts_.decodes_begun;
    return media->sound(file.get(), task.goes_on);
  };
  auto sound = decode();
  DeskNews news;
  if (!sound) {
    if (sound.error().kind == ErrorKind::Cancelled) return;
    news.kind = DeskNews::Kind::Problem;
    news.error = std::move(sound.error());
  } else {
    news.kind = DeskNews::Kind::Sound;
    news.sound = std::make_shared<const Sound>(std::move(*sound));
  }
  post(task, std::move(news));
  post(task, {});
}

}  // namespace studio
