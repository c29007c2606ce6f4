#include "support/recorded_transport.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/file.h"
#include "base/text.h"
#include "http/body_source.h"
#include "http/http_rules.h"

namespace studio {
namespace {

using Json = nlohmann::json;

HttpMethod method_from(const std::string& word) {
  for (const HttpMethod method : {HttpMethod::Get, HttpMethod::Post, HttpMethod::Put, HttpMethod::Delete}) {
    if (word == to_string(method)) return method;
  }
  throw std::runtime_error("recording: method " + word);
}

HttpProfile profile_from(const std::string& word) {
  if (word == "submit") return HttpProfile::Submit;
  if (word == "poll") return HttpProfile::Poll;
  if (word == "upload") return HttpProfile::Upload;
  if (word == "download") return HttpProfile::Download;
  throw std::runtime_error("recording: profile " + word);
}

HttpFailure failure_from(const std::string& word) {
  for (int i = 0; i <= static_cast<int>(HttpFailure::Cancelled); ++i) {
    if (word == to_string(static_cast<HttpFailure>(i))) return static_cast<HttpFailure>(i);
  }
  throw std::runtime_error("recording: failure " + word);
}

std::string from_base64(std::string_view text) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = letters.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6) | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xFF);
  }
  return bytes;
}

HttpResponse answer_from(const Json& json) {
  HttpResponse response;
  response.request_sent = true;
  if (json.contains("failure")) {
    response.failure = failure_from(json.at("failure").get<std::string>());
    response.detail = "recorded";
    response.request_sent = response.failure == HttpFailure::Timeout || response.failure == HttpFailure::Broken;
    return response;
  }
  const auto lines = json.at("lines").get<std::vector<std::string>>();
  response.status = std::stoi(lines.at(0).substr(lines.at(0).find(' ') + 1));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    response.headers.push_back({lines[i].substr(0, colon), std::string(trimmed(lines[i].substr(colon + 1)))});
  }
  if (json.contains("body")) response.body = json.at("body").dump();
  if (json.contains("text")) response.body = json.at("text").get<std::string>();
  if (json.contains("base64")) response.body = from_base64(json.at("base64").get<std::string>());
  return response;
}

std::string filled(std::string text, const std::string& mark, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size()) text.replace(at, mark.size(), value);
  return text;
}

bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() != '*') return !text.empty() && pattern.front() == text.front() && fits(pattern.substr(1), text.substr(1));
  for (std::size_t skip = 0; skip <= text.size(); ++skip) {
    if (fits(pattern.substr(1), text.substr(skip))) return true;
  }
  return false;
}

// A text pattern: "*" for anything, or one "{{name}}" that takes a value.
bool text_fits(const std::string& pattern, const std::string& text, std::map<std::string, std::string>& found) {
  const std::size_t open = pattern.find("{{"), close = pattern.find("}}");
  if (open == std::string::npos || close == std::string::npos) return fits(pattern, text);
  const std::string before = pattern.substr(0, open), after = pattern.substr(close + 2), name = pattern.substr(open + 2, close - open - 2);
  if (text.size() < before.size() + after.size() || !text.starts_with(before) || !text.ends_with(after)) return false;
  const std::string value = text.substr(before.size(), text.size() - before.size() - after.size());
  return !value.empty() && found.emplace(name, value).first->second == value;
}

bool json_fits(const Json& pattern, const Json& value, std::map<std::string, std::string>& found) {
  if (pattern == "*") return !value.is_null();
  if (pattern.is_string() && value.is_string()) return text_fits(pattern.get<std::string>(), value.get<std::string>(), found);
  if (pattern.is_object() && value.is_object()) {
    if (pattern.size() != value.size()) return false;
    for (const auto& [name, inner] : pattern.items()) {
      if (!value.contains(name) || !json_fits(inner, value.at(name), found)) return false;
    }
    return true;
  }
  if (pattern.is_array() && value.is_array()) {
    if (pattern.size() != value.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (!json_fits(pattern[i], value[i], found)) return false;
    }
    return true;
  }
  return pattern == value;
}

bool has_file(const HttpRequest& request) {
  if (!request.body_file.empty()) return true;
  return std::any_of(request.body_parts.begin(), request.body_parts.end(), [](const HttpBodyPart& part) { return !part.file.empty(); });
}

}  // namespace

const HttpResponse& Recording::answer(std::string_view name) const {
  for (const RecordedExchange& exchange : exchanges) {
    if (exchange.name == name) return exchange.answer;
  }
  throw std::runtime_error("recording: no exchange is called " + std::string(name));
}

std::filesystem::path test_data_folder() { return STUDIO_TEST_DATA; }

Recording load_recording(const std::string& name) { return load_recording(test_data_folder() / "recordings" / (name + ".json")); }

Recording load_recording(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const Json json = Json::parse(in);
  Recording recording;
  recording.base = json.at("base").get<std::string>();
  for (const Json& entry : json.at("exchanges")) {
    RecordedExchange exchange;
    exchange.name = entry.at("name").get<std::string>();
    const Json& request = entry.at("request");
    exchange.method = method_from(request.at("method").get<std::string>());
    exchange.profile = profile_from(request.value("profile", std::string("poll")));
    exchange.url = filled(request.at("url").get<std::string>(), "{base}", recording.base);
    exchange.wants_key = request.value("key", true);
    const Json headers = request.value("headers", Json::object());
    for (const auto& [name, value] : headers.items()) exchange.headers.push_back({name, value.get<std::string>()});
    if (request.contains("body")) exchange.body_json = request.at("body").dump();
    exchange.wants_file = request.value("body_file", false);
    exchange.answer = answer_from(entry.at("answer"));
    exchange.answer.body = filled(exchange.answer.body, "{base}", recording.base);
    for (HttpHeader& header : exchange.answer.headers) header.value = filled(header.value, "{base}", recording.base);
    exchange.times = entry.value("times", 1);
    exchange.is_optional = exchange.times == 0;
    recording.exchanges.push_back(std::move(exchange));
  }
  return recording;
}

std::string assembled_body(const HttpRequest& request) {
  if (request.body_file.empty() && request.body_parts.empty()) return request.body;
  auto source = BodySource::open(request);
  if (!source) return {};
  std::string body(static_cast<std::size_t>(source->size()), '\0');
  for (std::size_t at = 0; at < body.size();) {
    const std::int64_t got = source->read(body.data() + at, body.size() - at);
    if (got <= 0) return {};
    at += static_cast<std::size_t>(got);
  }
  return body;
}

RecordedTransport::RecordedTransport(Recording recording) : recording_(std::move(recording)) {}

std::string RecordedTransport::mismatch(const RecordedExchange& exchange, const HttpRequest& request, std::map<std::string, std::string>& found) const {
  if (exchange.method != request.method) return "method";
  if (!text_fits(exchange.url, request.url, found)) return "url";
  if (exchange.profile != request.profile) return "profile";
  const bool has_key = std::any_of(request.headers.begin(), request.headers.end(), [](const HttpHeader& header) { return header.secret; });
  if (has_key != exchange.wants_key) return exchange.wants_key ? "the key is missing" : "the key must not go there";
  for (const HttpHeader& wanted : exchange.headers) {
    const bool is_there = std::any_of(request.headers.begin(), request.headers.end(), [&](const HttpHeader& header) {
      return to_lower_ascii(header.name) == to_lower_ascii(wanted.name) && text_fits(wanted.value, header.value, found);
    });
    if (!is_there) return "header " + wanted.name;
  }
  if (exchange.wants_file != has_file(request)) return "body out of a file";
  const std::string body = assembled_body(request);
  if (exchange.body_json.empty()) return body.empty() || exchange.wants_file ? "" : "an unexpected body";
  const Json json = Json::parse(body, nullptr, false);
  return !json.is_discarded() && json_fits(Json::parse(exchange.body_json), json, found) ? "" : "body: " + body.substr(0, 400);
}

HttpResponse RecordedTransport::play(const HttpRequest& request) {
  std::string reasons;
  for (RecordedExchange& exchange : recording_.exchanges) {
    if (exchange.times < 0) continue;
    std::map<std::string, std::string> found = names_;
    const std::string why = mismatch(exchange, request, found);
    if (!why.empty()) {
      if (why != "method" && why != "url") reasons += " [" + exchange.name + ": " + why + "]";
      continue;
    }
    if (exchange.times > 0 && --exchange.times == 0) exchange.times = -1;  // used up
    names_ = std::move(found);
    asked_.push_back(exchange.name);
    HttpResponse response = exchange.answer;
    for (const auto& [name, value] : names_) {
      response.body = filled(response.body, "{{" + name + "}}", value);
      for (HttpHeader& header : response.headers) header.value = filled(header.value, "{{" + name + "}}", value);
    }
    deliver(response, request);
    return response;
  }
  complaints_.push_back(std::string(to_string(request.method)) + " " + request.url + reasons);
  HttpResponse nobody;
  // The real client does not even try what is no address.
  nobody.failure = parse_http_url(request.url) ? HttpFailure::NotSentConnect : HttpFailure::NotSentRefusedHere;
  nobody.detail = "no recording for it";
  return nobody;
}

// The rules of the port about files and sizes, as the real client keeps them.
void RecordedTransport::deliver(HttpResponse& response, const HttpRequest& request) const {
  response.body_bytes = static_cast<std::int64_t>(response.body.size());
  if (response.failure != HttpFailure::None || response.status < 200 || response.status >= 300) return;
  if (response.body_bytes > request.max_bytes) {
    response = {};
    response.failure = HttpFailure::TooLarge;
    response.request_sent = true;
    return;
  }
  if (request.answer_file.empty()) return;
  const std::int64_t from = request.resume_from < response.body_bytes ? request.resume_from : 0;
  std::string whole;
  if (from > 0) {
    const auto part = read_file(request.answer_file);
    if (part) whole = part->substr(0, static_cast<std::size_t>(from));
    if (static_cast<std::int64_t>(whole.size()) == from) {
      response.status = 206;
      response.headers.push_back({"Content-Range", "bytes " + std::to_string(from) + "-" + std::to_string(response.body_bytes - 1) + "/" + std::to_string(response.body_bytes)});
      whole += response.body.substr(static_cast<std::size_t>(from));
    } else {
      whole = response.body;
    }
  } else {
    whole = response.body;
  }
  response.body.clear();
  std::ofstream out(request.answer_file, std::ios::binary | std::ios::trunc);
  out << whole;
  if (out.flush()) return;
  response = {};
  response.failure = HttpFailure::Disk;
  response.request_sent = true;
}

TransferId RecordedTransport::start(HttpRequest request, std::function<void(HttpResponse)> done) {
  std::lock_guard lock(mutex_);
  const TransferId id = ++last_id_;
  waiting_.push_back({id, play(request), std::move(done)});
  return id;
}

void RecordedTransport::cancel(TransferId id) {
  std::lock_guard lock(mutex_);
  for (Waiting& one : waiting_) {
    if (one.id != id) continue;
    one.response = {};
    one.response.failure = HttpFailure::Cancelled;
    one.response.request_sent = true;
  }
}

Transport::Progress RecordedTransport::progress(TransferId) const { return {}; }

void RecordedTransport::run_once(int max_wait_ms) {
  std::deque<Waiting> ready;
  {
    std::unique_lock lock(mutex_);
    const auto is_due = [&] { return rung_ || !waiting_.empty(); };
    if (max_wait_ms < 0) bell_.wait(lock, is_due);
    else bell_.wait_for(lock, std::chrono::milliseconds(max_wait_ms), is_due);
    rung_ = false;
    ready = std::exchange(waiting_, {});
  }
  for (Waiting& one : ready) one.done(std::move(one.response));
}

void RecordedTransport::wake() {
  std::lock_guard lock(mutex_);
  rung_ = true;
  bell_.notify_all();
}

int RecordedTransport::in_flight() const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(waiting_.size());
}

std::vector<std::string> RecordedTransport::complaints() const {
  std::lock_guard lock(mutex_);
  return complaints_;
}

std::vector<std::string> RecordedTransport::never_asked() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const RecordedExchange& exchange : recording_.exchanges) {
    if (exchange.times > 0 && !exchange.is_optional) names.push_back(exchange.name);
  }
  return names;
}

std::vector<std::string> RecordedTransport::asked() const {
  std::lock_guard lock(mutex_);
  return asked_;
}

}  // namespace studio
