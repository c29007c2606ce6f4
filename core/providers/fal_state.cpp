#include "providers/fal_state.h"

#include <nlohmann/json.hpp>

#include "providers/reading.h"

namespace studio::fal {
namespace {

using namespace reading;
using OrderedJson = nlohmann::ordered_json;

constexpr std::int64_t latest_ms = std::int64_t{1} << 52;

std::string dump(const OrderedJson& json) { return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace); }

}  // namespace

UploadState upload_state_from(const std::string& text) {
  UploadState state;
  const auto json = parse_json(text);
  if (!json) return state;
  state.sha = text_at(*json, "sha").value_or("");
  state.put_url = text_at(*json, "put_url", max_url_bytes).value_or("");
  state.file_url = text_at(*json, "file_url", max_url_bytes).value_or("");
  state.expires_ms = integer_at(*json, "expires_ms", 0, latest_ms).value_or(0);
  state.restarts = integer_at(*json, "restarts", 0, 1000).value_or(0);
  state.is_done = flag_at(*json, "done").value_or(false);
  return state;
}

std::string to_text(const UploadState& state) {
  OrderedJson json{{"sha", state.sha}};
  if (!state.put_url.empty()) json["put_url"] = state.put_url;
  if (!state.file_url.empty()) json["file_url"] = state.file_url;
  if (state.expires_ms > 0) json["expires_ms"] = state.expires_ms;
  if (state.restarts > 0) json["restarts"] = state.restarts;
  if (state.is_done) json["done"] = true;
  return dump(json);
}

QueueStatus queue_state_from(const std::string& text) {
  QueueStatus state;
  const auto json = parse_json(text);
  if (!json) return state;
  state.status = text_at(*json, "status", max_url_bytes).value_or("");
  state.response = text_at(*json, "response", max_url_bytes).value_or("");
  state.cancel = text_at(*json, "cancel", max_url_bytes).value_or("");
  state.completed_ms = integer_at(*json, "completed_ms", 0, latest_ms).value_or(0);
  state.failure = text_at(*json, "failure").value_or("");
  state.failure_type = text_at(*json, "failure_type").value_or("");
  return state;
}

std::string to_text(const QueueStatus& state) {
  OrderedJson json = OrderedJson::object();
  if (!state.status.empty()) json["status"] = state.status;
  if (!state.response.empty()) json["response"] = state.response;
  if (!state.cancel.empty()) json["cancel"] = state.cancel;
  if (state.completed_ms > 0) json["completed_ms"] = state.completed_ms;
  if (!state.failure.empty()) json["failure"] = state.failure;
  if (!state.failure_type.empty()) json["failure_type"] = state.failure_type;
  return dump(json);
}

std::optional<std::string> path_below(const std::string& base, std::string_view url) {
  if (origin_of(url).empty() || origin_of(url) != origin_of(base) || !joined_url(Endpoint{}, url)) return std::nullopt;
  if (!url.starts_with(base) || url.substr(base.size()).substr(0, 1) != "/") return std::nullopt;
  return std::string(url.substr(base.size()));
}

std::string queue_name_of(std::string_view service_id) {
  const bool is_long = service_id.starts_with("workflows/") || service_id.starts_with("comfy/");
  std::size_t end = 0;
  for (int parts = is_long ? 3 : 2; parts > 0 && end != std::string_view::npos; --parts)
    end = service_id.find('/', end + 1);
  return std::string(service_id.substr(0, end));
}

}  // namespace studio::fal
