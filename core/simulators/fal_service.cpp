#include "simulators/fal_service.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "sandbox/api.h"
#include "simulators/fal_answers.h"
#include "simulators/fal_files_api.h"
#include "simulators/fal_platform_api.h"
#include "simulators/fal_queue_api.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;

// What follows the word "Key", or nothing.
std::string key_in(const WireRequest& request) {
  const auto* value = request.header("Authorization");
  if (value == nullptr || !value->starts_with("Key ")) return {};
  return std::string(trimmed(std::string_view(*value).substr(4)));
}

Json bill_rows(const std::vector<FalBillLine>& lines) {
  Json rows = Json::array();
  for (const auto& line : lines) rows.push_back(Json::parse(to_json(line).dump()));
  return rows;
}

}  // namespace

// Where a request goes.
struct FalService::Place {
  enum class Host { Queue, Storage, Platform, Upload, File, Nowhere } host = Host::Nowhere;
  std::string path;  // without the prefix
  FalQueueAddress queue;
  std::string purpose = "other";
};

FalService::Place FalService::place_of(const WireRequest& request) {
  using Host = Place::Host;
  Place place;
  const auto below = [&](const std::string& prefix) {
    if (!request.path.starts_with(prefix + "/")) return false;
    place.path = request.path.substr(prefix.size());
    return true;
  };
  if (below("/queue")) {
    place.host = Host::Queue;
    place.queue = read_queue_address(place.path);
    switch (place.queue.page) {
      case FalQueueAddress::Page::Submit: place.purpose = "submit"; break;
      case FalQueueAddress::Page::Status: place.purpose = "status"; break;
      case FalQueueAddress::Page::Result: place.purpose = "result"; break;
      case FalQueueAddress::Page::Cancel: place.purpose = "cancel"; break;
      case FalQueueAddress::Page::Unknown: break;
    }
  } else if (below("/rest")) {
    place.host = Host::Storage;
    place.purpose = "initiate";
  } else if (below("/api/v1")) {
    place.host = Host::Platform;
    place.purpose = place.path == "/models/pricing" ? "pricing" : place.path == "/models/requests/by-endpoint" ? "list" : "other";
  } else if (below("/files/upload")) {
    place.host = Host::Upload;
    place.purpose = "put";
  } else if (below("/files")) {
    place.host = Host::File;
    place.purpose = "file";
  }
  return place;
}

Result<void> FalService::obey(const Json& orders) {
  if (!orders.is_object()) return fail(ErrorKind::BadRequest, "The orders must be an object with \"settings\" and \"rules\".");
  for (const auto& [name, value] : orders.items())
    if (name != "settings" && name != "rules") return fail(ErrorKind::BadRequest, "The orders have no word \"" + name + "\".");
  FaultBook tried;  // nothing is changed where a part is not understood
  if (orders.contains("rules")) STUDIO_CHECK(tried.load(orders["rules"], 1));
  if (orders.contains("settings")) STUDIO_CHECK(board_.change_settings(orders["settings"]));
  if (orders.contains("rules")) STUDIO_CHECK(faults_.load(orders["rules"], board_.settings().seed));
  return {};
}

void FalService::check_key(const WireRequest& request, const Place& place) const {
  if (equal_in_constant_time(key_in(request), board_.key())) return;
  const bool has_words = request.header("Authorization") != nullptr;
  const std::string words = has_words ? "Invalid authentication credentials" : "Authentication is required to access this application.";
  if (place.host == Place::Host::Platform) refuse_platform(401, "authorization_error", words);
  refuse(401, words);
}

// A bucket that holds a second's worth. What is over is told when a place will be free.
void FalService::check_rate(const Place& place) {
  const double rate = board_.settings().requests_per_sec;
  if (rate <= 0 || place.host != Place::Host::Queue) return;
  std::lock_guard lock(mutex_);
  const std::int64_t now = board_.now_ms();
  tokens_ = filled_ms_ == 0 ? std::max(1.0, rate) : std::min(std::max(1.0, rate), tokens_ + rate * static_cast<double>(now - filled_ms_) / 1000);
  filled_ms_ = now;
  if (tokens_ >= 1) {
    tokens_ -= 1;
    return;
  }
  WireAnswer answer = json_answer(429, {{"detail", "Too many requests"}});
  answer.set_header("Retry-After", std::to_string(std::max(1, static_cast<int>(std::ceil((1 - tokens_) / rate)))));
  throw FalProblem{std::move(answer)};
}

WireAnswer FalService::serve(const WireRequest& request, const Place& place, const FaultAction* action) {
  using Host = Place::Host;
  try {
    if (place.host == Host::Queue || place.host == Host::Storage || place.host == Host::Platform) check_key(request, place);
    check_rate(place);
    const std::string outcome = action != nullptr && !action->outcome.is_null() ? action->outcome.dump() : std::string();
    switch (place.host) {
      case Host::Queue: return answer_queue(board_, request, place.queue, outcome);
      case Host::Storage: return answer_storage(board_, request, place.path);
      case Host::Platform: return answer_platform(board_, request, place.path);
      case Host::Upload: return answer_upload(board_, request, place.path);
      case Host::File: return answer_file(board_, request, place.path);
      case Host::Nowhere: break;
    }
    refuse(404, "Not Found");
  } catch (FalProblem& problem) {
    return std::move(problem.answer);
  }
}

WireAnswer FalService::answer(const WireRequest& request) {
  if (request.path.starts_with("/control/")) {
    try {
      return control(request);
    } catch (FalProblem& problem) {
      return std::move(problem.answer);
    }
  }
  const Place place = place_of(request);
  FaultSubject subject{place.purpose, request.method, request.path, request.body, place.queue.endpoint, place.queue.request_id};
  const auto action = faults_.bite(subject);

  WireRequest asked = request;
  if (action)
    for (const auto& name : action->ignored_headers)
      std::erase_if(asked.headers, [&](const auto& header) { return to_lower_ascii(header.first) == to_lower_ascii(name); });
  WireAnswer answer = !action || action->carries_out ? serve(asked, place, action ? &*action : nullptr) : json_answer(200, Json::object());

  if (place.purpose == "submit" && answer.status == 200 && (!action || action->carries_out)) {
    Json body = Json::parse(answer.body, nullptr, false);
    std::lock_guard lock(mutex_);
    const std::string id = body.value("request_id", std::string());
    if (action && action->same_id && !last_request_id_.empty()) {
      std::string text = answer.body;
      for (auto at = text.find(id); at != std::string::npos; at = text.find(id, at + last_request_id_.size())) text.replace(at, id.size(), last_request_id_);
      answer.body = text;
      answer.set_header("x-fal-request-id", last_request_id_);
    } else {
      last_request_id_ = id;
    }
  }
  if (action) answer = spoilt(std::move(answer), *action);

  SeenRequest seen;
  seen.at_ms = board_.now_ms();
  seen.purpose = place.purpose;
  seen.method = request.method;
  seen.path = request.path;
  seen.endpoint = place.queue.endpoint;
  seen.request_id = place.queue.request_id;
  if (const std::string key = key_in(request); !key.empty()) seen.key_digest = sha256_hex(key).substr(0, 12);
  seen.body_digest = sha256_hex(request.body);
  seen.body_bytes = static_cast<std::int64_t>(request.body.size());
  seen.is_reused = request.is_reused;
  seen.status = answer.mishap.hang_up ? 0 : answer.status;
  if (action) seen.fault = action->rule;
  log_.add(std::move(seen));
  return answer;
}

// ---- the control door -----------------------------------------------------------------------------------------------

WireAnswer FalService::control(const WireRequest& request) {
  const auto* authorization = request.header("Authorization");
  if (authorization == nullptr || !equal_in_constant_time(*authorization, "Bearer " + board_.control_token()))
    refuse(401, "The control door wants Authorization: Bearer and the control_token of endpoint.json");
  if (request.path == "/control/faults") {
    if (request.method == "PUT") {
      if (auto obeyed = obey(Json::parse(request.body, nullptr, false)); !obeyed) refuse(400, obeyed.error().message);
    } else if (request.method == "DELETE") {
      need(faults_.load(Json::array(), 1));
    } else {
      check_method(request, "GET");
    }
    return json_answer(200, {{"settings", to_json(board_.settings())}, {"rules", faults_.counts()}});
  }
  if (request.path == "/control/log") {
    if (request.method == "DELETE") {
      log_.clear();
    } else {
      check_method(request, "GET");
    }
    std::int64_t since = 0;
    if (const auto* text = request.parameter("since")) std::from_chars(text->data(), text->data() + text->size(), since);
    Json report = log_.report(since);
    report["faults"] = faults_.counts();
    return json_answer(200, report);
  }
  if (request.path == "/control/bill") {
    check_method(request, "GET");
    return json_answer(200, {{"lines", bill_rows(need(board_.bill()))}});
  }
  refuse(404, "The control door has /control/faults, /control/log and /control/bill");
}

}  // namespace studio::simulators
