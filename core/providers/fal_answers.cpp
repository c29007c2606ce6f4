#include "providers/fal_answers.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/redaction.h"
#include "base/text.h"

namespace studio::fal {
namespace {

using namespace reading;

// A failure of the servers between us and the result is asked about again for so long. The queue itself has tried up to
// ten times by then, so that what lasts longer is the result.
constexpr std::int64_t patience_ms = 120'000;
// A count of units that makes more than this many times the estimate is in another unit than the price.
constexpr std::int64_t most_times_the_estimate = 10;

constexpr std::string_view refusal_type = "content_policy_violation";
constexpr std::string_view download_error_type = "file_download_error";
constexpr std::string_view cancelled_type = "client_cancelled";

// Our word for the field an error is about.
std::string input_named(std::string_view field) {
  if (field == "image_url") return "image";
  if (field == "image_size") return "size";
  if (field == "duration") return "length";
  if (field == "negative_prompt") return "negative prompt";
  return is_plain_id(field, 40) ? std::string(field) : std::string();
}

// "loc": ["body", "prompt"], or deeper: the field of the body counts.
std::string input_of(const Json& entry) {
  const Json* loc = member(entry, "loc");
  if (loc == nullptr || !loc->is_array()) return {};
  for (const Json& step : *loc) {
    if (!step.is_string()) continue;
    const std::string& word = step.get_ref<const std::string&>();
    if (word != "body") return input_named(word);
  }
  return {};
}

void read_detail_list(const Json& list, ServiceError& error) {
  constexpr std::size_t most_shown = 3;
  std::size_t shown = 0;
  error.is_said = true;
  for (const Json& entry : list) {
    if (!entry.is_object()) continue;
    const std::string type = text_at(entry, "type").value_or("");
    // A refusal among other objections is the one that matters.
    if (error.type.empty() || type == refusal_type) {
      error.type = type;
      error.input = input_of(entry);
    }
    const std::string message = sentence_from(text_at(entry, "msg", max_json_bytes).value_or(""));
    if (!message.empty() && shown++ < most_shown) error.message += (error.message.empty() ? "" : "; ") + message;
  }
}

// A header that says yes or no; nothing when it is not there.
std::optional<bool> flag_header(const HttpResponse& response, std::string_view name) {
  const std::string text = to_lower_ascii(trimmed(response.header(name)));
  if (text == "true" || text == "1" || text == "yes") return true;
  if (text == "false" || text == "0" || text == "no") return false;
  return std::nullopt;
}

std::optional<bool> retryable(const HttpResponse& response) {
  if (const auto said = flag_header(response, "x-fal-retryable")) return said;
  return flag_header(response, "x-fal-needs-retry");
}

bool is_address(std::string_view url) { return !origin_of(url).empty() && joined_url(Endpoint{}, url).has_value(); }

std::optional<RemoteOutput> output_from(const Json& file) {
  RemoteOutput output;
  output.url = text_at(file, "url", 8192).value_or("");
  if (!is_address(output.url)) return std::nullopt;
  output.mime = text_at(file, "content_type", 100).value_or("");
  output.bytes = integer_at(file, "file_size", 0, std::int64_t{1} << 50).value_or(0);
  return output;
}

// The files of a result, and how many were blanked by the service's checker. Nothing: it names no files at all.
struct Files {
  std::vector<RemoteOutput> outputs;
  int blanked = 0;
};
std::optional<Files> files_of(const Json& json) {
  Files files;
  const Json* images = member(json, "images");
  if (images == nullptr || !images->is_array()) {
    const Json* one = member(json, "video");
    if (one == nullptr) one = member(json, "image");
    if (one == nullptr) return std::nullopt;
    if (auto output = output_from(*one)) files.outputs.push_back(std::move(*output));
    return files;
  }
  const Json* flags = member(json, "has_nsfw_concepts");
  for (std::size_t i = 0; i < images->size(); ++i) {
    const bool is_blanked = flags != nullptr && flags->is_array() && i < flags->size() && (*flags)[i] == true;
    if (is_blanked)
      ++files.blanked;
    else if (auto output = output_from((*images)[i]))
      files.outputs.push_back(std::move(*output));
  }
  return files;
}

PollRead read_files(const ResultCall& call, const HttpResponse& response) {
  const auto json = json_of(response);
  const auto files = json ? files_of(*json) : std::nullopt;
  if (!files) return not_understood(call.label, "a result without files");
  const auto cost = billed(call.model, call.recipe, response);
  if (files->outputs.empty() && files->blanked > 0) {
    return RefusedByService{
        std::string(call.label) + " made the picture and blanked it: its checker takes it for unsafe.", "", false, cost, true};
  }
  return Finished{files->outputs, cost};
}

// By its header; without one, what it says of an input it says again.
std::optional<bool> same_may_help(const ServiceError& error, const HttpResponse& response) {
  if (const auto said = retryable(response)) return said;
  return response.status == 422 && !error.input.empty() ? std::optional(false) : std::nullopt;
}

std::string failure_sentence(const ResultCall& call, const ServiceError& error, std::optional<bool> may_retry) {
  std::string reason = std::string(call.label) + " could not make it";
  if (!error.message.empty())
    reason += ": " + error.message;
  else if (!error.type.empty())
    reason += ": " + error.type;
  if (!error.input.empty()) reason += " (" + error.input + ")";
  if (!reason.ends_with('.')) reason += '.';
  if (may_retry) reason += *may_retry ? " Trying again may help." : " The same again will not help.";
  return reason;
}

// Whether the call may be made again, as against a failure that is the result.
bool is_worth_another_look(const ResultCall& call, const ServiceError& error, const HttpResponse& response) {
  const auto said = retryable(response);
  if (said && !*said) return false;
  if (response.status == 504 && to_lower_ascii(trimmed(response.header("x-fal-request-timeout-type"))) == "user")
    return false;
  if (call.waited_ms >= patience_ms) return false;
  // "Request is still in progress" is an untyped 400: one of its servers may be behind the one that said COMPLETED.
  if (response.status == 400) return error.type.empty();
  return response.status == 500 ? said.value_or(false) : response.status > 500;
}

}  // namespace

ServiceError error_of(const HttpResponse& response) {
  ServiceError error;
  const auto json = json_of(response);
  if (json) {
    const Json* detail = member(*json, "detail");
    if (detail != nullptr && detail->is_array()) read_detail_list(*detail, error);
    if (const auto text = text_at(*json, "detail", max_json_bytes)) {
      error.is_said = true;
      error.message = sentence_from(*text);
    }
    if (const auto type = text_at(*json, "error_type")) error.type = *type;
    if (const Json* platform = member(*json, "error"); platform != nullptr && platform->is_object()) {
      error.is_said = true;
      error.type = text_at(*platform, "type").value_or("");
      error.message = sentence_from(text_at(*platform, "message").value_or(""));
    }
  }
  if (error.type.empty()) error.type = std::string(trimmed(response.header("x-fal-error-type")));
  if (!is_plain_id(redacted(error.type), 80)) error.type.clear();  // a key would be a plain word too
  return error;
}

std::optional<Money> billed(const ModelInfo* model, const Recipe& recipe, const HttpResponse& response) {
  const std::string_view text = trimmed(response.header("x-fal-billable-units"));
  double units = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), units);
  if (model == nullptr || text.empty() || failure != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  const auto cost = price_of_units(*model, units);
  const auto estimate = price_of(*model, recipe);
  if (!cost || (estimate && cost->micros > estimate->micros * most_times_the_estimate)) return std::nullopt;
  return cost;
}

PollRead read_result(const ResultCall& call, const HttpResponse& response, std::int64_t now_wall_ms) {
  if (response.ok()) return read_files(call, response);
  const bool has_status = response.failure == HttpFailure::None && response.status >= 400;
  const bool is_about_the_call =
      response.status == 401 || response.status == 403 || response.status == 408 || response.status == 429;
  if (!has_status || is_about_the_call) return poll_failed(call.label, response, now_wall_ms);
  ServiceError error = error_of(response);
  // Only the service's own words end a job: a gateway's page, or its 502 in JSON, does not.
  const bool has_its_marks =
      !error.type.empty() || !response.header("x-fal-request-id").empty() || retryable(response).has_value();
  const bool was_told_before = !call.failure_type.empty() || !call.failure.empty();
  const bool is_its_word = error.is_said && (response.status < 500 || has_its_marks || was_told_before);
  if (!is_its_word) return poll_failed(call.label, response, now_wall_ms);
  if (error.type.empty()) error.type = call.failure_type;
  if (error.message.empty()) error.message = call.failure;
  if (response.status == 404) return Gone{};
  // Of one that had begun nobody says that it is free; one that had not was told to stop in the answer to the cancel.
  if (error.type == cancelled_type) return CancelledByService{billed(call.model, call.recipe, response), true};
  if (is_worth_another_look(call, error, response)) return poll_failed(call.label, response, now_wall_ms);
  const auto cost = billed(call.model, call.recipe, response);
  if (error.type == refusal_type) {
    // Its pricing page charges successful outputs only, its FAQ says that a runner's time may be charged nevertheless.
    const std::string words = error.message.empty() ? "it is against its content policy." : error.message;
    return RefusedByService{std::string(call.label) + " refused it: " + words, error.input, false, cost, true};
  }
  FailedByService failed;
  failed.cost = cost;
  failed.perhaps_billed = response.status < 500;  // faults of its own are free; what it says of a 422 is "may be billed"
  failed.uploads_gone = error.type == download_error_type && !call.recipe.inputs.empty();
  failed.refused_input = error.input;
  failed.may_retry = failed.uploads_gone ? std::nullopt : same_may_help(error, response);
  failed.reason = failure_sentence(call, error, failed.may_retry);
  if (failed.uploads_gone) failed.reason += " The picture is uploaded anew when it is retried.";
  return failed;
}

}  // namespace studio::fal
