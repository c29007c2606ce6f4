#include "simulators/fal_ending.h"

#include <algorithm>
#include <cmath>

#include "sandbox/api.h"
#include "simulators/fal_board.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;

bool holds_one_of(const std::string& prompt, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return holds_refused_word(prompt, word); });
}

FalEnding told_ending(const Json& outcome) {
  const int status = outcome.at("status");
  const bool is_ours = status >= 500;
  const std::string type = outcome.value("error_type", std::string(is_ours ? "runner_server_error" : "content_policy_violation"));
  const std::string message = outcome.value("message", std::string(is_ours ? "The runner failed" : "The input was refused"));
  FalEnding ending = is_ours ? request_error(status, type, message) : model_error(status, {fal_detail({"body"}, type, message)});
  if (outcome.contains("body")) ending.result = outcome["body"];
  if (outcome.contains("headers"))
    for (const auto& [name, value] : outcome["headers"].items()) ending.headers[name] = value;
  ending.billing = outcome.value("billed", false) ? FalBilling::Billed : FalBilling::Refunded;
  return ending;
}

}  // namespace

FalEnding model_error(int status, std::vector<FalDetail> details) {
  FalEnding ending;
  ending.http_status = status;
  ending.error = details.empty() ? std::string("Unprocessable Entity") : details.front().value("msg", std::string());
  ending.error_type = details.empty() ? std::string() : details.front().value("type", std::string());
  ending.headers["X-Fal-Retryable"] = "false";
  ending.result = {{"detail", std::move(details)}};
  return ending;
}

FalEnding request_error(int status, const std::string& error_type, const std::string& message) {
  FalEnding ending;
  ending.http_status = status;
  ending.error = message;
  ending.error_type = error_type;
  ending.headers["X-Fal-Error-Type"] = error_type;
  ending.headers["X-Fal-Retryable"] = status == 500 ? "false" : "true";
  ending.result = {{"detail", message}, {"error_type", error_type}};
  return ending;
}

std::optional<FalEnding> early_ending(const FalJob& job, const FalReading& reading, const FalSettings& settings) {
  const Json outcome = job.outcome.empty() ? Json::object() : Json::parse(job.outcome);
  if (outcome.contains("status")) return told_ending(outcome);
  if (!reading.faults.empty()) return model_error(422, reading.faults);
  if (holds_one_of(reading.order.prompt, settings.refused_words)) {
    auto ending = model_error(422, {fal_detail({"body", "prompt"}, "content_policy_violation",
                                               "The content could not be processed because it contained material flagged by a content checker.")});
    ending.billing = settings.bills_refusals ? FalBilling::Billed : FalBilling::Refunded;
    return ending;
  }
  return std::nullopt;
}

bool is_unsafe(const FalJob& job, const FalOrder& order, const FalSettings& settings) {
  const Json outcome = job.outcome.empty() ? Json::object() : Json::parse(job.outcome);
  return outcome.value("blank", false) || (order.wants_checker && holds_one_of(order.prompt, settings.unsafe_words));
}

FalEnding good_ending(const FalOrder& order, const std::vector<FalFile>& files, const FalPainting& painting, std::int64_t seed, bool is_blank, double secs) {
  FalEnding ending;
  ending.billing = FalBilling::Billed;
  if (order.model->kind == FalKind::Clip) {
    const FalFile& file = files.at(0);
    ending.result = {{"video", {{"url", fal_file_mark + file.id}, {"content_type", file.content_type}, {"file_name", file.file_name}, {"file_size", file.bytes}}}};
    return ending;
  }
  Json pictures = Json::array(), unsafe = Json::array();
  for (const auto& file : files) {
    pictures.push_back({{"url", fal_file_mark + file.id}, {"content_type", file.content_type}, {"width", painting.width}, {"height", painting.height}});
    unsafe.push_back(is_blank);
  }
  ending.result = {{"images", pictures}, {"seed", seed}, {"has_nsfw_concepts", unsafe}};
  if (order.model->says_prompt) {
    ending.result["prompt"] = order.prompt;
    ending.result["timings"] = {{"inference", std::round(secs * 1000) / 1000}};
  }
  return ending;
}

}  // namespace studio::simulators
