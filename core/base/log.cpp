#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <vector>

namespace studio {
namespace {

struct Shared {
  std::mutex mutex;
  std::vector<std::string> secrets;
  std::shared_ptr<spdlog::logger> logger;
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

void use(std::shared_ptr<spdlog::logger> made) {
  auto& s = shared();
  std::lock_guard lock(s.mutex);
  s.logger = std::move(made);
}

}  // namespace

void log_to_file(const std::filesystem::path& path) {
  try {
    auto made = std::make_shared<spdlog::logger>("studio", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
    made->set_level(spdlog::level::debug);
    made->flush_on(spdlog::level::info);
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    use(std::move(made));
  } catch (const spdlog::spdlog_ex& error) {
    log_warning(std::string("Cannot write the log file, logging to the terminal: ") + error.what());
  }
}

void log_to_stderr(LogLevel lowest) {
  auto made = std::make_shared<spdlog::logger>("studio", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  made->set_level(to_spdlog(lowest));
  made->set_pattern("%l: %v");
  use(std::move(made));
}

void log(LogLevel level, std::string_view text) { logger()->log(to_spdlog(level), "{}", redacted(text)); }

void redact_in_logs(std::string secret) {
  if (secret.size() < 6) return;
  auto& s = shared();
  std::lock_guard lock(s.mutex);
  s.secrets.push_back(std::move(secret));
}

std::string redacted(std::string_view text) {
  auto& s = shared();
  std::lock_guard lock(s.mutex);
  std::string line(text);
  for (const auto& secret : s.secrets) {
    for (std::size_t at = line.find(secret); at != std::string::npos; at = line.find(secret, at)) {
      line.replace(at, secret.size(), "•••");
    }
  }
  return line;
}

}  // namespace studio
