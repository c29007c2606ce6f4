#include "providers/reading.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/redaction.h"
#include "base/text.h"

namespace studio::reading {
namespace {

constexpr std::size_t max_sentence_chars = 300;

// Depth by counting brackets outside strings: a parser must not even begin on 100,000 of them.
bool is_deeper_than(std::string_view text, int limit) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limit) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_json_type(std::string_view content_type) {
  const std::string type = to_lower_ascii(trimmed(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

// Fixed digits at `at`, or nothing.
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// `origin` as origin_of() gives it: a port is part of it, so that another one is another host.
bool is_key_host(const ProviderProfile& profile, std::string_view origin) {
  static constexpr std::string_view scheme = "https://";
  if (!origin.starts_with(scheme)) return false;
  const std::string_view host = origin.substr(scheme.size());
  return std::any_of(profile.key_hosts.begin(), profile.key_hosts.end(), [&](const std::string& entry) {
    return entry.starts_with('.') ? host.size() > entry.size() && host.ends_with(entry) : host == entry;
  });
}

Error error_of(ErrorKind kind, std::string message, const HttpResponse& response, double retry_after = 0) {
  std::string detail = response.detail;
  if (response.status != 0) detail = "status " + std::to_string(response.status);
  return {kind, std::move(message), std::move(detail), retry_after};
}

CallFailed failed_without_status(const std::string& name, const HttpResponse& response) {
  switch (response.failure) {
    case HttpFailure::NotSentDns:
    case HttpFailure::NotSentConnect:
      return {error_of(ErrorKind::Offline, name + " cannot be reached: check the connection.", response), true};
    case HttpFailure::NotSentTls:
      return {error_of(ErrorKind::Offline, "The connection to " + name + " is not safe (its certificate was refused): check the network.",
                       response),
              true};
    case HttpFailure::NotSentRefusedHere:
      return {error_of(ErrorKind::BadRequest, "The address of " + name + " is not allowed: check it in the settings.", response), false};
    case HttpFailure::Timeout:
      return {error_of(ErrorKind::Timeout, name + " did not answer in time.", response), true};
    case HttpFailure::TooLarge:
      return {error_of(ErrorKind::Damaged, name + " sent more than is allowed.", response), false};
    case HttpFailure::BadRedirect:
      return {error_of(ErrorKind::Damaged, name + " sent us to an address that is not allowed.", response), false};
    case HttpFailure::Disk:
      return {error_of(ErrorKind::Disk, "What " + name + " sent could not be written: free some room on the disk.", response), false};
    case HttpFailure::Cancelled:
      return {error_of(ErrorKind::Cancelled, "Cancelled.", response), false};
    case HttpFailure::Broken:
    case HttpFailure::None:
      break;
  }
  return {error_of(ErrorKind::Offline, "The connection to " + name + " broke.", response), true};
}

}  // namespace

std::optional<Json> parse_json(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes || is_deeper_than(text, max_json_depth)) return std::nullopt;
  // The library takes a zero byte for the end, and what follows it for nothing.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

std::optional<Json> json_of(const HttpResponse& response, std::size_t max_bytes) {
  const std::string_view type = response.header("content-type");
  if (!type.empty() && !is_json_type(type)) return std::nullopt;
  return parse_json(response.body, max_bytes);
}

const Json* member(const Json& json, std::string_view name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() ? nullptr : &*found;
}

std::optional<std::string> text_at(const Json& json, std::string_view name, std::size_t max_bytes) {
  const Json* value = member(json, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > max_bytes) return std::nullopt;
  return text;
}

std::optional<double> number_at(const Json& json, std::string_view name) {
  const Json* value = member(json, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<std::int64_t> integer_at(const Json& json, std::string_view name, std::int64_t low, std::int64_t high) {
  const auto number = number_at(json, name);
  // Compared as doubles first: a number beyond 2^63 must not be converted.
  if (!number || *number < static_cast<double>(low) || *number > static_cast<double>(high)) return std::nullopt;
  return std::clamp(static_cast<std::int64_t>(*number), low, high);
}

std::optional<bool> flag_at(const Json& json, std::string_view name) {
  const Json* value = member(json, name);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::optional<Money> money_at(const Json& json, std::string_view name) {
  const auto dollars = number_at(json, name);
  if (!dollars || *dollars < 0 || *dollars > 1e6) return std::nullopt;
  return money_from_dollars(*dollars);
}

std::optional<std::int64_t> rfc3339_ms(std::string_view text) {
  const auto year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
  const auto hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const bool has_marks = text[4] == '-' && text[7] == '-' && text[13] == ':' && text[16] == ':';
  if (!has_marks || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  if (*month < 1 || *month > 12 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60 || *year < 1970) return std::nullopt;
  std::size_t at = 19;
  std::int64_t ms = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) ms += (text[at] - '0') * scale;
    if (at == first) return std::nullopt;
  }
  std::int64_t offset_minutes = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const auto hours = digits_at(text, at + 1, 2), minutes = digits_at(text, at + 4, 2);
    if (!hours || !minutes || text[at + 3] != ':') return std::nullopt;
    offset_minutes = (*hours * 60 + *minutes) * (text[at] == '+' ? 1 : -1);
    at += 6;
  } else if (at < text.size() && (text[at] == 'Z' || text[at] == 'z')) {
    ++at;
  } else {
    return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  const std::chrono::sys_days date = std::chrono::year(*year) / *month / *day;
  const std::int64_t days = date.time_since_epoch().count();
  return (((days * 24 + *hour) * 60 + *minute - offset_minutes) * 60 + *second) * 1000 + ms;
}

std::string sentence_from(std::string_view text) {
  std::string line;
  for (const char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  if (!is_valid_utf8(line)) return {};
  // A service may name the key that it refused. Before it is cut: half a key is a key too many.
  return shortened(redacted(trimmed(line)), max_sentence_chars);
}

std::string origin_of(std::string_view url) {
  const std::size_t mark = url.find("://");
  if (mark == std::string_view::npos) return {};
  const std::string scheme = to_lower_ascii(url.substr(0, mark));
  if (scheme != "http" && scheme != "https") return {};
  std::string_view host = url.substr(mark + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  // A user name, a backslash or anything but a name and a port is how one host is dressed as another.
  const bool is_plain = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
  if (!is_plain) return {};
  std::string name = to_lower_ascii(host);
  const std::string default_port = scheme == "https" ? ":443" : ":80";
  if (name.ends_with(default_port)) name.resize(name.size() - default_port.size());
  return scheme + "://" + name;
}

std::optional<std::string> joined_url(const Endpoint& endpoint, std::string_view reference) {
  const bool is_clean = std::all_of(reference.begin(), reference.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '\\';
  });
  if (reference.empty() || reference.size() > 8192 || !is_clean) return std::nullopt;
  if (reference.starts_with("//")) return std::nullopt;
  if (reference.starts_with('/')) return endpoint.base_url + std::string(reference);
  if (origin_of(reference).empty()) return std::nullopt;
  return std::string(reference);
}

std::string percent_encoded(std::string_view text) {
  static constexpr char hex_digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    }
  }
  return out;
}

bool is_plain_id(std::string_view text, std::size_t max_bytes) {
  if (text.empty() || text.size() > max_bytes || text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == ':'; });
}

HttpRequest request_to(const Endpoint& endpoint, const ProviderProfile& profile, HttpMethod method, HttpProfile kind, std::string url) {
  HttpRequest request;
  request.method = method;
  request.profile = kind;
  const std::string own = origin_of(endpoint.base_url), target = origin_of(url);
  const bool is_own = !own.empty() && target == own;
  request.local = profile.local && is_own;
  request.url = std::move(url);
  if (is_own || is_key_host(profile, target)) request.headers = endpoint.headers;
  return request;
}

CallFailed call_failed(std::string_view service, const HttpResponse& response, std::int64_t now_wall_ms) {
  const std::string name(service);
  if (response.failure != HttpFailure::None || response.status == 0) return failed_without_status(name, response);
  const double wait = std::max(0.0, retry_after_secs(response, now_wall_ms));
  switch (response.status) {
    case 401:
    case 403:
      return {error_of(ErrorKind::Unauthorised, name + " refused the key: check it in the settings.", response), false};
    case 402:
      return {error_of(ErrorKind::Unauthorised, name + " says that the account has no credit left.", response), false};
    case 404:
    case 410:
      return {error_of(ErrorKind::NotFound, name + " does not know this any more.", response), false};
    case 408:
      return {error_of(ErrorKind::Timeout, name + " did not answer in time.", response, wait), true};
    case 429:
      return {error_of(ErrorKind::RateLimited, name + " asks to wait: too many requests.", response, wait), true};
    default:
      break;
  }
  if (response.status >= 500) return {error_of(ErrorKind::Offline, name + " has a fault of its own at the moment.", response, wait), true};
  if (response.status >= 400) return {error_of(ErrorKind::BadRequest, name + " refused the request.", response), false};
  return {error_of(ErrorKind::Damaged, name + " gave an answer that was not expected.", response), true};
}

CallFailed not_understood(std::string_view service, std::string_view what) {
  return {Error{ErrorKind::Damaged, std::string(service) + " gave an answer that was not understood.", std::string(what), 0}, true};
}

CallFailed poll_failed(std::string_view service, const HttpResponse& response, std::int64_t now_wall_ms) {
  CallFailed failed = call_failed(service, response, now_wall_ms);
  if (failed.error.kind != ErrorKind::Unauthorised && failed.error.kind != ErrorKind::Cancelled) failed.transient = true;
  return failed;
}

SubmitRead submit_without_success(std::string_view service, const ProviderProfile& profile, const HttpResponse& response,
                                  std::int64_t now_wall_ms) {
  const CallFailed why = call_failed(service, response, now_wall_ms);
  if (surely_not_sent(response)) return NotAccepted{why.error, why.transient, false};
  const auto& never = profile.never_accepted;
  if (response.failure == HttpFailure::None && std::find(never.begin(), never.end(), response.status) != never.end()) {
    return NotAccepted{why.error, why.transient, false};
  }
  // What is wrong with the account is wrong for all that would be sent after it, whatever became of this one.
  if (why.error.kind == ErrorKind::Unauthorised) return Unclear{why.error.message, true, told_id(profile, response)};
  return Unclear{why.error.message + " It may have accepted the job.", false, told_id(profile, response)};
}

}  // namespace studio::reading
