// How far an attempt is with fal.ai, as text that a restart goes on from. For fal_provider.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace studio::fal {

inline constexpr std::size_t max_url_bytes = 8192;

// Where the upload stands: a place is known, then the bytes are there.
struct UploadState {
  std::string sha, put_url, file_url;
  std::int64_t expires_ms = 0;
  std::int64_t restarts = 0;  // places that were lost
  bool is_done = false;
};
UploadState upload_state_from(const std::string& text);  // empty for what is no text of ours
std::string to_text(const UploadState& state);

// What is known of a request in the queue. Addresses are kept as paths on the queue's own host, so that they follow it
// (a simulator on another port); those of other hosts are not kept at all, so that no key ever goes there.
struct QueueStatus {
  std::string status, response, cancel;
  std::int64_t completed_ms = 0;      // 0: not over yet; afterwards the result is asked for
  std::string failure, failure_type;  // what the status call said of it
};
QueueStatus queue_state_from(const std::string& text);
std::string to_text(const QueueStatus& state);

// "/fal-ai/flux/requests/…" of an address below `base`; nothing for any other host.
std::optional<std::string> path_below(const std::string& base, std::string_view url);

// A request's addresses have only the first two parts of the model's name, three for workflows and comfy.
std::string queue_name_of(std::string_view service_id);

}  // namespace studio::fal
