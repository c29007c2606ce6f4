#include "simulators/fal_platform_api.h"

#include <time.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/clock.h"
#include "base/text.h"
#include "simulators/base64.h"
#include "simulators/fal_answers.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_endpoints = 50;
constexpr int most_rows = 100, usual_rows = 50;
constexpr std::int64_t a_day_ms = 24 * 3600 * 1000LL;

[[noreturn]] void bad(const std::string& message) { refuse_platform(400, "validation_error", message); }

void check_page(const WireRequest& request, const std::set<std::string>& known) {
  if (request.method != "GET") refuse_platform(405, "validation_error", "Method Not Allowed");
  for (const auto& [name, value] : request.query)
    if (!known.contains(name)) bad("Unknown query parameter: " + shortened(name, 40));
}

// Repeated or separated by commas, as the service takes them; all of them known.
std::vector<std::string> endpoints_of(const WireRequest& request) {
  std::vector<std::string> ids;
  for (const auto& [name, value] : request.query) {
    if (name != "endpoint_id") continue;
    for (const auto& id : split(value, ',')) {
      if (find_fal_model(id) == nullptr) refuse_platform(404, "not_found", "Endpoint not found: " + shortened(id, 80));
      ids.push_back(id);
    }
  }
  if (ids.empty()) bad("endpoint_id is required");
  if (ids.size() > most_endpoints) bad("endpoint_id: at most 50 ids");
  return ids;
}

WireAnswer pricing(FalBoard& board, const WireRequest& request) {
  check_page(request, {"endpoint_id"});
  Json prices = Json::array();
  const double factor = board.settings().price_factor;
  for (const auto& id : endpoints_of(request)) {
    const FalModel& model = *find_fal_model(id);
    prices.push_back({{"endpoint_id", id},
                      {"unit_price", static_cast<double>(fal_amount_micros(1, model.unit_price_micros, factor)) / 1e6},
                      {"unit", to_string(model.unit)},
                      {"currency", "USD"}});
  }
  return json_answer(200, {{"prices", prices}, {"next_cursor", nullptr}, {"has_more", false}});
}

// ---- the list of requests -------------------------------------------------------------------------------------------

int whole_parameter(const WireRequest& request, const char* name, int low, int high, int fallback) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return fallback;
  int value = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || stop != text->data() + text->size() || value < low || value > high)
    bad(std::string(name) + ": must be from " + std::to_string(low) + " to " + std::to_string(high));
  return value;
}

std::int64_t time_parameter(const WireRequest& request, const char* name, std::int64_t fallback) {
  const auto* text = request.parameter(name);
  if (text == nullptr) return fallback;
  const auto time = parse_iso_time(*text);
  if (!time) bad(std::string(name) + ": must be a date in ISO 8601");
  return *time;
}

// A cursor is the number of a page, in base64.
int page_of(const WireRequest& request) {
  const auto* cursor = request.parameter("cursor");
  if (cursor == nullptr) return 1;
  const std::string text = base64_decoded(*cursor).value_or("");
  int page = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), page);
  if (error != std::errc{} || stop != text.data() + text.size() || page < 1 || page > 1'000'000) bad("cursor: not one of ours");
  return page;
}

bool wants_payloads(const WireRequest& request) {
  bool wants = false;
  for (const auto& [name, value] : request.query) {
    if (name != "expand") continue;
    for (const auto& word : split(value, ',')) {
      if (word != "payloads") bad("expand: must be payloads");
      wants = true;
    }
  }
  return wants;
}

FalListing listing_of(FalBoard& board, const WireRequest& request) {
  const FalSettings settings = board.settings();
  const std::int64_t now = board.now_ms();
  FalListing listing;
  listing.endpoints = endpoints_of(request);
  if (const auto* id = request.parameter("request_id")) listing.request_id = *id;
  listing.start_ms = time_parameter(request, "start", now - (listing.request_id.empty() ? 1 : 90) * a_day_ms);
  listing.end_ms = time_parameter(request, "end", now + 1);
  listing.end_ms = std::min(listing.end_ms, now + 1 - ms_of(settings.list_delay_secs));
  if (const auto* status = request.parameter("status")) {
    if (*status == "success") listing.lowest_status = 200, listing.highest_status = 299;
    else if (*status == "user_error") listing.lowest_status = 400, listing.highest_status = 499;
    else if (*status == "error") listing.lowest_status = 500, listing.highest_status = 599;
    else bad("status: must be success, error or user_error");
  }
  if (const auto* order = request.parameter("sort_by")) {
    if (*order != "ended_at" && *order != "duration") bad("sort_by: must be ended_at or duration");
    listing.by_duration = *order == "duration";
  }
  listing.only_finished = !settings.lists_unfinished;
  listing.limit = whole_parameter(request, "limit", 1, most_rows, usual_rows);
  listing.offset = (page_of(request) - 1) * listing.limit;
  return listing;
}

Json row_of(const FalView& view, bool with_payloads) {
  const FalJob& job = view.job;
  Json row{{"request_id", job.request_id}, {"endpoint_id", job.endpoint}, {"sent_at", iso_utc(job.created_ms)}};
  if (job.started_ms > 0) row["started_at"] = iso_utc(job.started_ms);
  if (view.phase == FalPhase::Completed) {
    row["ended_at"] = iso_utc(job.ended_ms);
    row["status_code"] = job.http_status;
    row["duration"] = static_cast<double>(job.ended_ms - job.created_ms) / 1000;
  }
  if (with_payloads && job.keeps_payload) {
    row["json_input"] = Json::parse(job.input, nullptr, false);
    if (view.phase == FalPhase::Completed) row["json_output"] = Json::parse(job.result, nullptr, false);
  }
  return row;
}

void fill_outputs(const WireRequest& request, Json& place) {
  if (place.is_array() || place.is_object()) {
    for (auto& item : place) fill_outputs(request, item);
    if (place.is_object() && place.contains("url") && place["url"].is_string()) {
      const std::string url = place["url"].get<std::string>();
      if (url.starts_with(fal_file_mark))
        place["url"] = file_address(request, url.substr(std::string_view(fal_file_mark).size()), place.value("content_type", std::string()));
    }
  }
}

WireAnswer requests_by_endpoint(FalBoard& board, const WireRequest& request) {
  check_page(request, {"endpoint_id", "start", "end", "status", "request_id", "limit", "cursor", "expand", "sort_by"});
  const bool with_payloads = wants_payloads(request);
  FalListing listing = listing_of(board, request);
  const int limit = listing.limit++;  // one more tells whether there is more
  const auto views = need(board.list(listing));
  Json items = Json::array();
  for (std::size_t i = 0; i < views.size() && i < static_cast<std::size_t>(limit); ++i) {
    items.push_back(row_of(views[i], with_payloads));
    if (items.back().contains("json_output")) fill_outputs(request, items.back()["json_output"]);
  }
  const bool has_more = views.size() > static_cast<std::size_t>(limit);
  Json body{{"items", items}, {"has_more", has_more}, {"next_cursor", nullptr}};
  if (has_more) body["next_cursor"] = base64_encoded(std::to_string(page_of(request) + 1));
  return json_answer(200, body);
}

}  // namespace

std::optional<std::int64_t> parse_iso_time(const std::string& text) {
  tm parts{};
  int used = 0, millis = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &used) != 3 || used != 10) return std::nullopt;
  if (text.size() > 10) {
    int more = 0;
    if (std::sscanf(text.c_str() + 10, "T%2d:%2d:%2d%n", &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &more) != 3 || more != 9) return std::nullopt;
    std::string rest = text.substr(19);
    if (rest.size() == 5 && rest[0] == '.' && std::sscanf(rest.c_str(), ".%3d", &millis) == 1) rest = rest.substr(4);
    if (rest != "Z") return std::nullopt;
  }
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  const bool fits = parts.tm_mon >= 0 && parts.tm_mon < 12 && parts.tm_mday >= 1 && parts.tm_mday <= 31 && parts.tm_hour >= 0 && parts.tm_hour < 24 &&
                    parts.tm_min >= 0 && parts.tm_min < 60 && parts.tm_sec >= 0 && parts.tm_sec <= 60;
  if (!fits) return std::nullopt;
  return static_cast<std::int64_t>(::timegm(&parts)) * 1000 + millis;
}

WireAnswer answer_platform(FalBoard& board, const WireRequest& request, std::string_view path) {
  if (path == "/models/pricing") return pricing(board, request);
  if (path == "/models/requests/by-endpoint") return requests_by_endpoint(board, request);
  if (path == "/models" || path.starts_with("/models/") || path.starts_with("/storage/"))
    refuse_platform(501, "not_implemented", "The simulator has no such page");
  refuse_platform(404, "not_found", "Not Found");
}

}  // namespace studio::simulators
