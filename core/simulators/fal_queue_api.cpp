#include "simulators/fal_queue_api.h"

#include <charconv>
#include <cmath>
#include <set>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "simulators/base64.h"
#include "simulators/fal_answers.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;
using Page = FalQueueAddress::Page;

Json addresses_of(const WireRequest& request, const FalJob& job) {
  const std::string here = base_address(request) + "/queue/" + std::string(fal_app_of(job.endpoint)) + "/requests/" + job.request_id;
  return {{"request_id", job.request_id}, {"response_url", here}, {"status_url", here + "/status"}, {"cancel_url", here + "/cancel"}};
}

// ---- submit ---------------------------------------------------------------------------------------------------------

double number_header(const WireRequest& request, const std::string& name) {
  const auto* text = request.header(name);
  if (text == nullptr) return 0;
  double value = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || stop != text->data() + text->size() || !(value > 0.1))
    refuse_input({"header", to_lower_ascii(name)}, "greater_than", "Input should be a number greater than 0.1");
  return value;
}

// True for the second word, false for the first and when the header is absent.
bool word_header(const WireRequest& request, const std::string& name, const std::set<std::string>& no, const std::set<std::string>& yes) {
  const auto* text = request.header(name);
  if (text == nullptr || no.contains(*text)) return false;
  if (!yes.contains(*text)) refuse_input({"header", to_lower_ascii(name)}, "literal_error", "The header's value is not one of those allowed");
  return true;
}

FalJob job_from_headers(const WireRequest& request) {
  static const std::set<std::string> known{"x-fal-queue-priority", "x-fal-request-timeout", "x-fal-runner-hint", "x-fal-no-retry", "x-fal-store-io",
                                           "x-fal-object-lifecycle-preference"};
  for (const auto& [name, value] : request.headers) {
    const std::string lower = to_lower_ascii(name);
    if (lower.starts_with("x-fal-") && !known.contains(lower)) refuse_input({"header", lower}, "extra_forbidden", "Extra inputs are not permitted");
  }
  FalJob job;
  job.is_low_priority = word_header(request, "X-Fal-Queue-Priority", {"normal"}, {"low"});
  job.keeps_payload = !word_header(request, "X-Fal-Store-IO", {"1"}, {"0"});
  word_header(request, "x-fal-no-retry", {}, {"1", "true", "yes"});  // the simulator's queue never retries
  if (const auto* hint = request.header("X-Fal-Runner-Hint"); hint != nullptr && hint->empty())
    refuse_input({"header", "x-fal-runner-hint"}, "string_too_short", "String should have at least 1 character");
  job.start_limit_secs = number_header(request, "X-Fal-Request-Timeout");
  job.file_life_secs = lifecycle_secs(request, "X-Fal-Object-Lifecycle-Preference").value_or(-1);
  return job;
}

bool check_webhook(const WireRequest& request) {
  const auto* address = request.parameter("fal_webhook");
  if (address == nullptr) return false;
  if (!address->starts_with("https://") && !address->starts_with("http://"))
    refuse_input({"query", "fal_webhook"}, "url_scheme", "URL scheme should be 'http' or 'https'");
  return true;
}

void check_queue_length(FalBoard& board, const WireRequest& request) {
  const auto* text = request.parameter("fal_max_queue_length");
  if (text == nullptr) return;
  int most = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), most);
  if (error != std::errc{} || stop != text->data() + text->size() || most < 0)
    refuse_input({"query", "fal_max_queue_length"}, "int_parsing", "Input should be a valid integer");
  if (board.queued_count() >= most) refuse(429, "The queue is longer than fal_max_queue_length");
}

const FalModel& model_of(const std::string& endpoint) {
  if (const auto* model = find_fal_model(endpoint)) return *model;
  const std::string app(fal_app_of(endpoint));
  for (const auto& model : fal_models())
    if (fal_app_of(model.id) == app) refuse(404, "Path /" + (endpoint.size() > app.size() ? endpoint.substr(app.size() + 1) : std::string()) + " not found");
  refuse(404, "Application \"" + shortened(endpoint, 80) + "\" not found");
}

WireAnswer submit(FalBoard& board, const WireRequest& request, const FalQueueAddress& address, const std::string& outcome) {
  const FalModel& model = model_of(address.endpoint);
  check_method(request, "POST");
  check_parameters(request, {"fal_webhook", "fal_max_queue_length"});
  check_json_type(request);
  const bool has_webhook = check_webhook(request);
  FalJob job = job_from_headers(request);
  job.endpoint = address.endpoint;
  job.input = request.body;
  job.outcome = outcome;
  const FalReading reading = read_fal_input(model, request.body);
  // What is no JSON object at all is refused at the door in any case.
  const bool is_object = Json::parse(request.body, nullptr, false).is_object();
  if (!reading.faults.empty() && (!board.settings().checks_late || !is_object))
    throw FalProblem{json_answer(422, {{"detail", reading.faults}})};
  if (board.is_out_of_money())
    refuse(403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.");
  check_queue_length(board, request);

  const FalView view = need(board.accept(std::move(job), model));
  Json body = addresses_of(request, view.job);
  body["status"] = "IN_QUEUE";
  body["queue_position"] = view.queue_position;
  if (has_webhook) body["gateway_request_id"] = view.job.request_id;
  WireAnswer answer = json_answer(200, body);
  answer.set_header("x-fal-request-id", view.job.request_id);
  return answer;
}

// ---- status, result, cancel -----------------------------------------------------------------------------------------

FalView existing(FalBoard& board, const FalQueueAddress& address) {
  auto view = need(board.look(address.request_id));
  if (!view || fal_app_of(view->job.endpoint) != address.app) refuse(404, "Request " + shortened(address.request_id, 60) + " not found");
  return std::move(*view);
}

double inference_secs(const FalJob& job) {
  return job.started_ms == 0 ? 0 : static_cast<double>(job.ended_ms - job.started_ms) / 1000;
}

Json logs_of(const FalView& view) {
  Json logs = Json::array();
  const auto line = [&](std::int64_t at_ms, const char* level, const std::string& message) {
    logs.push_back({{"message", message}, {"level", level}, {"source", "USER"}, {"timestamp", iso_utc(at_ms)}});
  };
  if (view.phase == FalPhase::Queued) return logs;
  if (view.job.started_ms > 0) line(view.job.started_ms, "INFO", "Work begins");
  if (view.phase == FalPhase::Completed) line(view.job.ended_ms, view.job.error.empty() ? "INFO" : "ERROR", view.job.error.empty() ? "Work is done" : view.job.error);
  return logs;
}

WireAnswer status(FalBoard& board, const WireRequest& request, const FalQueueAddress& address) {
  check_method(request, "GET");
  check_parameters(request, {"logs"});
  const auto* logs = request.parameter("logs");
  if (logs != nullptr && *logs != "0" && *logs != "1" && *logs != "true" && *logs != "false")
    refuse_input({"query", "logs"}, "bool_parsing", "Input should be a valid boolean");
  const FalView view = existing(board, address);
  Json body = addresses_of(request, view.job);
  if (logs != nullptr && (*logs == "1" || *logs == "true")) body["logs"] = logs_of(view);
  switch (view.phase) {
    case FalPhase::Queued:
      body["status"] = "IN_QUEUE";
      body["queue_position"] = view.queue_position;
      break;
    case FalPhase::InProgress: body["status"] = "IN_PROGRESS"; break;
    case FalPhase::Completed:
      body["status"] = "COMPLETED";
      body["metrics"] = {{"inference_time", inference_secs(view.job)}};
      if (!view.job.error.empty()) body["error"] = view.job.error;
      if (!view.job.error_type.empty()) body["error_type"] = view.job.error_type;
      break;
  }
  const bool is_finished = view.phase == FalPhase::Completed;
  return json_answer(is_finished || board.settings().says_200_unfinished ? 200 : 202, body);
}

// Files by their addresses, or with their bytes where the input asked for that (sync_mode).
void fill_addresses(FalBoard& board, const WireRequest& request, bool as_bytes, Json& place) {
  if (!place.is_object() || !place.contains("url")) return;
  std::string url = place["url"].get<std::string>();
  if (!url.starts_with(fal_file_mark)) return;
  url.erase(0, std::string_view(fal_file_mark).size());
  const std::string type = place.value("content_type", std::string());
  place["url"] = as_bytes ? "data:" + type + ";base64," + base64_encoded(need(read_file(board.file_path(url), std::uint64_t{1} << 28)))
                          : file_address(request, url, type);
}

Json filled_result(FalBoard& board, const WireRequest& request, const FalJob& job) {
  Json body = Json::parse(job.result, nullptr, false);
  if (!body.is_object()) return body;
  const Json input = Json::parse(job.input, nullptr, false);
  const bool as_bytes = input.is_object() && input.contains("sync_mode") && input["sync_mode"] == true;
  if (body.contains("video")) fill_addresses(board, request, as_bytes, body["video"]);
  if (body.contains("images") && body["images"].is_array())
    for (auto& picture : body["images"]) fill_addresses(board, request, as_bytes, picture);
  return body;
}

WireAnswer result(FalBoard& board, const WireRequest& request, const FalQueueAddress& address) {
  check_method(request, "GET");
  check_parameters(request, {});
  const FalView view = existing(board, address);
  if (view.phase != FalPhase::Completed) refuse(400, "Request is still in progress");
  WireAnswer answer = json_answer(view.job.http_status, filled_result(board, request, view.job));
  const Json headers = Json::parse(view.job.headers, nullptr, false);
  if (headers.is_object())
    for (const auto& [name, value] : headers.items())
      if (value.is_string()) answer.set_header(name, value.get<std::string>());
  answer.set_header("x-fal-request-id", view.job.request_id);
  if (view.job.http_status < 300) answer.set_header("x-fal-billable-units", Json(view.job.units).dump());
  return answer;
}

WireAnswer cancel(FalBoard& board, const WireRequest& request, const FalQueueAddress& address) {
  check_method(request, "PUT");
  check_parameters(request, {});
  const auto view = need(board.look(address.request_id));
  if (!view || fal_app_of(view->job.endpoint) != address.app) return json_answer(404, {{"status", "NOT_FOUND"}});
  switch (need(board.cancel(address.request_id))) {
    case FalCancel::Removed: return json_answer(200, {{"status", "OK"}});
    case FalCancel::Requested: return json_answer(202, {{"status", "CANCELLATION_REQUESTED"}});
    case FalCancel::AlreadyCompleted: return json_answer(400, {{"status", "ALREADY_COMPLETED"}});
    case FalCancel::NotFound: break;
  }
  return json_answer(404, {{"status", "NOT_FOUND"}});
}

}  // namespace

FalQueueAddress read_queue_address(std::string_view path) {
  FalQueueAddress address;
  while (path.starts_with('/')) path.remove_prefix(1);
  const auto mark = path.find("/requests/");
  if (mark == std::string_view::npos) {
    address.page = Page::Submit;
    address.endpoint = path;
    return address;
  }
  address.app = path.substr(0, mark);
  const auto rest = split(path.substr(mark + 10), '/');
  address.request_id = rest[0];
  if (rest.size() == 1) address.page = Page::Result;
  if (rest.size() == 2 && rest[1] == "status") address.page = Page::Status;
  if (rest.size() == 2 && rest[1] == "cancel") address.page = Page::Cancel;
  return address;
}

WireAnswer answer_queue(FalBoard& board, const WireRequest& request, const FalQueueAddress& address, const std::string& outcome) {
  // Addresses that a client made itself out of the whole endpoint id are what the service answers with 405.
  if (address.page != Page::Submit && fal_app_of(address.app) != address.app) refuse(405, "Method Not Allowed");
  switch (address.page) {
    case Page::Submit: return submit(board, request, address, outcome);
    case Page::Status: return status(board, request, address);
    case Page::Result: return result(board, request, address);
    case Page::Cancel: return cancel(board, request, address);
    case Page::Unknown: break;
  }
  refuse(404, "Not Found");
}

}  // namespace studio::simulators
