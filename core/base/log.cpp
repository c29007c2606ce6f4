#include "base/log.h"

#include <spdlog/details/log_msg_buffer.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace studio {
namespace {

// The file is written by a thread of its own: whoever logs must not wait for a disk, least of all the window. The last lines of
// a program that ends well are written before it ends; of one that is killed some may be lost.
class LaterSink final : public spdlog::sinks::sink {
 public:
  explicit LaterSink(std::shared_ptr<spdlog::sinks::sink> file) : file_(std::move(file)), thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~LaterSink() override {
    thread_.request_stop();
    thread_.join();
  }
  void log(const spdlog::details::log_msg& message) override {
    const std::lock_guard lock(mutex_);
    // A disk that hangs must not fill the memory.
    if (lines_.size() >= MostLines) return;
    lines_.emplace_back(message);
    changed_.notify_all();
  }
  void flush() override {}
  void wait_until_written() {
    std::unique_lock lock(mutex_);
    written_.wait_for(lock, std::chrono::seconds(2), [this] { return lines_.empty() && !is_writing_; });
  }
  void set_pattern(const std::string& pattern) override { file_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override { file_->set_formatter(std::move(formatter)); }

 private:
  static constexpr std::size_t MostLines = 20'000;

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !lines_.empty(); })) {
      const auto lines = std::exchange(lines_, {});
      is_writing_ = true;
      lock.unlock();
      try {
        for (const auto& line : lines) file_->log(line);
        file_->flush();
      } catch (const std::exception&) {
        // The disk is full, or gone: what happens there is said elsewhere, and there is no log for the log.
      }
      lock.lock();
      is_writing_ = false;
      written_.notify_all();
    }
  }

  std::shared_ptr<spdlog::sinks::sink> file_;
  std::mutex mutex_;
  std::condition_variable_any changed_, written_;
  std::vector<spdlog::details::log_msg_buffer> lines_;
  bool is_writing_ = false;
  std::jthread thread_;
};

LogLevel level_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return LogLevel::Error;
  if (level == spdlog::level::warn) return LogLevel::Warning;
  return level == spdlog::level::info ? LogLevel::Info : LogLevel::Debug;
}

// Hands each line on as it is, without time and name.
class TakingSink final : public spdlog::sinks::sink {
 public:
  explicit TakingSink(std::function<void(LogLevel, std::string_view)> take) : take_(std::move(take)) {}
  void log(const spdlog::details::log_msg& message) override { take_(level_of(message.level), {message.payload.data(), message.payload.size()}); }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  std::function<void(LogLevel, std::string_view)> take_;
};

struct Shared {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;
  std::shared_ptr<LaterSink> later;
};

Shared& shared() {
  static Shared* instance = new Shared;  // never destroyed: threads may log while the program ends
  return *instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> logger() {
  auto& s = shared();
  std::lock_guard lock(s.mutex);
  if (!s.logger) {
    s.logger = std::make_shared<spdlog::logger>("studio", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    s.logger->set_level(spdlog::level::warn);
    s.logger->set_pattern("%l: %v");
  }
  return s.logger;
}

void use(std::shared_ptr<spdlog::logger> made, std::shared_ptr<LaterSink> later = nullptr) {
  auto& s = shared();
  const std::lock_guard lock(s.mutex);
  std::swap(s.logger, made);
  std::swap(s.later, later);
}

}  // namespace

void log_to_file(const std::filesystem::path& path) {
  try {
    auto later = std::make_shared<LaterSink>(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
    auto made = std::make_shared<spdlog::logger>("studio", later);
    made->set_level(spdlog::level::debug);
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    use(std::move(made), std::move(later));
    static const int at_end = std::atexit(log_flush);
    static_cast<void>(at_end);
  } catch (const spdlog::spdlog_ex& error) {
    log_warning(std::string("Cannot write the log file, logging to the terminal: ") + error.what());
  }
}

void log_flush() {
  std::shared_ptr<LaterSink> later;
  {
    auto& s = shared();
    const std::lock_guard lock(s.mutex);
    later = s.later;
  }
  if (later) later->wait_until_written();
}

void log_to_stderr(LogLevel lowest) {
  auto made = std::make_shared<spdlog::logger>("studio", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  made->set_level(to_spdlog(lowest));
  made->set_pattern("%l: %v");
  use(std::move(made));
}

void log_to(std::function<void(LogLevel level, std::string_view line)> take) {
  std::shared_ptr<spdlog::logger> made;
  if (take) {
    made = std::make_shared<spdlog::logger>("studio", std::make_shared<TakingSink>(std::move(take)));
    made->set_level(spdlog::level::debug);
  }
  use(std::move(made));
}

void log(LogLevel level, std::string_view text) { logger()->log(to_spdlog(level), "{}", redacted(text)); }

}  // namespace studio
