#include "base/ids.h"

#include <charconv>

#include "base/result.h"

namespace studio {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Cancelled: return "cancelled";
    case ErrorKind::Offline: return "offline";
    case ErrorKind::Timeout: return "timeout";
    case ErrorKind::RateLimited: return "rate limited";
    case ErrorKind::Unauthorised: return "unauthorised";
    case ErrorKind::Refused: return "refused";
    case ErrorKind::BadRequest: return "bad request";
    case ErrorKind::NotFound: return "not found";
    case ErrorKind::Damaged: return "damaged";
    case ErrorKind::Disk: return "disk";
    case ErrorKind::Owned: return "owned";
    case ErrorKind::TooNew: return "too new";
    case ErrorKind::UnknownOutcome: return "unknown outcome";
    case ErrorKind::Bug: return "bug";
  }
  return "bug";
}

namespace detail {

std::string id_text(char letter, std::int64_t value) { return letter + std::to_string(value); }

std::optional<std::int64_t> parse_id(char letter, std::string_view text) {
  if (text.size() < 2 || text.front() != letter) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

}  // namespace detail
}  // namespace studio
