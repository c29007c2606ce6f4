#include "simulators/request_log.h"

#include "base/clock.h"

namespace studio::simulators {
namespace {

constexpr std::size_t most_requests = 100'000;

nlohmann::json json_of(const SeenRequest& request) {
  nlohmann::json json{{"number", request.number}, {"at", iso_utc(request.at_ms)}, {"purpose", request.purpose},
                      {"method", request.method}, {"path", request.path}, {"key", request.key_digest},
                      {"body_sha256", request.body_digest}, {"body_bytes", request.body_bytes}, {"reused", request.is_reused},
                      {"status", request.status}};
  if (!request.endpoint.empty()) json["endpoint"] = request.endpoint;
  if (!request.request_id.empty()) json["request_id"] = request.request_id;
  if (!request.fault.empty()) json["fault"] = request.fault;
  return json;
}

}  // namespace

void RequestLog::add(SeenRequest request) {
  std::lock_guard lock(mutex_);
  request.number = ++last_;
  ++counts_[request.purpose];
  requests_.push_back(std::move(request));
  if (requests_.size() > most_requests) requests_.pop_front();
}

nlohmann::json RequestLog::report(std::int64_t since) const {
  std::lock_guard lock(mutex_);
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& request : requests_)
    if (request.number > since) rows.push_back(json_of(request));
  return {{"requests", rows}, {"counts", counts_}, {"total", last_}};
}

void RequestLog::clear() {
  std::lock_guard lock(mutex_);
  requests_.clear();
  counts_.clear();
}

}  // namespace studio::simulators
