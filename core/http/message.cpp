#include "http/message.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/hash.h"
#include "base/text.h"

namespace studio {
namespace {

constexpr double max_retry_after_secs = 3600;

// Days since 1970-01-01 of a date in the Gregorian calendar.
std::int64_t days_from_civil(int year, int month, int day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = static_cast<int>(year - era * 400);
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// Reads fixed pieces off the front of a text; once something does not match, everything after fails.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void skip(std::string_view literal) {
    if (!rest_.starts_with(literal)) return fail();
    rest_.remove_prefix(literal.size());
  }
  int digits(std::size_t count) {
    if (rest_.size() < count) return fail_with_zero();
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail_with_zero();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // The position of the name in the list.
  template <std::size_t N>
  int one_of(const std::array<std::string_view, N>& names) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!rest_.starts_with(names[i])) continue;
      rest_.remove_prefix(names[i].size());
      return static_cast<int>(i);
    }
    return fail_with_zero();
  }
  // asctime pads the day with a space.
  int padded_day() {
    if (rest_.starts_with(' ')) {
      skip(" ");
      return digits(1);
    }
    return digits(2);
  }
  bool is_at_end() const { return ok_ && rest_.empty(); }

 private:
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  int fail_with_zero() {
    fail();
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

constexpr std::array<std::string_view, 7> day_names = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> long_day_names = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Moment {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

void read_time(Reader& in, Moment& at) {
  at.hour = in.digits(2);
  in.skip(":");
  at.minute = in.digits(2);
  in.skip(":");
  at.second = in.digits(2);
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<Moment> fixed_date(std::string_view text) {
  Reader in(text);
  Moment at;
  in.one_of(day_names);
  in.skip(", ");
  at.day = in.digits(2);
  in.skip(" ");
  at.month = in.one_of(month_names) + 1;
  in.skip(" ");
  at.year = in.digits(4);
  in.skip(" ");
  read_time(in, at);
  in.skip(" GMT");
  return in.is_at_end() ? std::optional(at) : std::nullopt;
}

// "Sunday, 06-Nov-94 08:49:37 GMT"; two digits of a year mean 1970…2069.
std::optional<Moment> obsolete_date(std::string_view text) {
  Reader in(text);
  Moment at;
  in.one_of(long_day_names);
  in.skip(", ");
  at.day = in.digits(2);
  in.skip("-");
  at.month = in.one_of(month_names) + 1;
  in.skip("-");
  const int two = in.digits(2);
  at.year = two < 70 ? 2000 + two : 1900 + two;
  in.skip(" ");
  read_time(in, at);
  in.skip(" GMT");
  return in.is_at_end() ? std::optional(at) : std::nullopt;
}

// "Sun Nov  6 08:49:37 1994"
std::optional<Moment> asctime_date(std::string_view text) {
  Reader in(text);
  Moment at;
  in.one_of(day_names);
  in.skip(" ");
  at.month = in.one_of(month_names) + 1;
  in.skip(" ");
  at.day = in.padded_day();
  in.skip(" ");
  read_time(in, at);
  in.skip(" ");
  at.year = in.digits(4);
  return in.is_at_end() ? std::optional(at) : std::nullopt;
}

// "120"; "1.7" is not in the standard, but not waiting at all would be the worse reading of it.
double plain_seconds(std::string_view text) {
  double value = 0, scale = 0;
  bool has_digit = false;
  for (const char c : text) {
    if (c == '.' && scale == 0 && has_digit) {
      scale = 1;
      has_digit = false;
    } else if (c >= '0' && c <= '9') {
      has_digit = true;
      if (scale == 0) {
        value = std::min(value * 10 + (c - '0'), 1e9);
      } else {
        scale /= 10;
        value += (c - '0') * scale;
      }
    } else {
      return -1;
    }
  }
  return has_digit ? value : -1;
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const std::string wanted = to_lower_ascii(name);
  for (const HttpHeader& header : headers) {
    if (header.name.size() == name.size() && to_lower_ascii(header.name) == wanted) return header.value;
  }
  return {};
}

bool surely_not_sent(const HttpResponse& response) {
  switch (response.failure) {
    case HttpFailure::NotSentDns:
    case HttpFailure::NotSentConnect:
    case HttpFailure::NotSentTls:
    case HttpFailure::NotSentRefusedHere:
      return !response.request_sent && response.status == 0;
    default:
      return false;
  }
}

std::int64_t http_date_ms(std::string_view text) {
  std::optional<Moment> at = fixed_date(text);
  if (!at) at = obsolete_date(text);
  if (!at) at = asctime_date(text);
  if (!at || at->day < 1 || at->day > 31 || at->hour > 23 || at->minute > 59 || at->second > 60 || at->year < 1970) return -1;
  return ((days_from_civil(at->year, at->month, at->day) * 24 + at->hour) * 3600 + at->minute * 60 + at->second) * 1000;
}

double retry_after_secs(const HttpResponse& response, std::int64_t now_wall_ms) {
  const std::string_view text = trimmed(response.header("retry-after"));
  if (text.empty()) return -1;
  double secs = plain_seconds(text);
  if (secs < 0) {
    const std::int64_t date = http_date_ms(text);
    if (date < 0) return -1;
    secs = static_cast<double>(date - now_wall_ms) / 1000;
  }
  return std::clamp(secs, 0.0, max_retry_after_secs);
}

std::string body_digest(const HttpRequest& request) {
  if (request.body_parts.empty()) return sha256_hex(request.body);
  // Lengths go in as well, so that two divisions of the same letters differ.
  std::string outline;
  for (const HttpBodyPart& part : request.body_parts) {
    if (part.file.empty()) {
      outline += "text " + std::to_string(part.text.size()) + "\n" + part.text + "\n";
    } else {
      outline += (part.base64 ? "base64 " : "file ") + part.sha256 + " ";
      outline += std::to_string(part.offset) + " " + std::to_string(part.bytes) + "\n";
    }
  }
  return sha256_hex(outline);
}

std::string_view to_string(HttpMethod method) {
  switch (method) {
    case HttpMethod::Get: return "GET";
    case HttpMethod::Post: return "POST";
    case HttpMethod::Put: return "PUT";
    case HttpMethod::Delete: return "DELETE";
  }
  return "?";
}

std::string_view to_string(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::None: return "none";
    case HttpFailure::NotSentDns: return "not sent (DNS)";
    case HttpFailure::NotSentConnect: return "not sent (connect)";
    case HttpFailure::NotSentTls: return "not sent (TLS)";
    case HttpFailure::NotSentRefusedHere: return "not sent (refused here)";
    case HttpFailure::Timeout: return "timeout";
    case HttpFailure::Broken: return "broken";
    case HttpFailure::TooLarge: return "too large";
    case HttpFailure::BadRedirect: return "bad redirect";
    case HttpFailure::Disk: return "disk";
    case HttpFailure::Cancelled: return "cancelled";
  }
  return "?";
}

}  // namespace studio
