// The log: one file or stderr, with every registered secret replaced before a line is written.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/redaction.h"

namespace studio {

enum class LogLevel { Debug, Info, Warning, Error };

// Call once, early in main. Without a call, warnings and errors go to stderr. Any thread may log, and none waits for the file,
// which a thread of its own writes.
void log_to_file(const std::filesystem::path& path);
// Waits, two seconds at most, until all that was logged is in the file.
void log_flush();
void log_to_stderr(LogLevel lowest);
// Every line goes to `take` instead, on the thread that logs, and nowhere else; an empty one ends that (stderr again).
void log_to(std::function<void(LogLevel level, std::string_view line)> take);

void log(LogLevel level, std::string_view text);
inline void log_debug(std::string_view text) { log(LogLevel::Debug, text); }
inline void log_info(std::string_view text) { log(LogLevel::Info, text); }
inline void log_warning(std::string_view text) { log(LogLevel::Warning, text); }
inline void log_error(std::string_view text) { log(LogLevel::Error, text); }

}  // namespace studio
