#include "providers/sandbox_provider.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/hash.h"
#include "base/text.h"
#include "providers/reading.h"

namespace studio {
namespace {

using namespace reading;
using OrderedJson = nlohmann::ordered_json;

constexpr int submit_timeout_ms = 120'000;  // it may be told to answer late (--submit-delay)
constexpr int upload_timeout_ms = 300'000;
constexpr int fetch_timeout_ms = 900'000;
constexpr std::int64_t upload_margin_ms = 10'000;  // an upload this near its end is not relied on
constexpr int max_upload_restarts = 2;

// Where the uploads of an attempt stand. In the attempt as JSON:
// {"sha":"…","put_url":"…"} → {"sha":"…","reference":"upload:u_…","expires_ms":N}; "restarts" counts lost slots.
struct UploadState {
  std::string sha, put_url, reference;
  std::int64_t expires_ms = 0;
  std::int64_t restarts = 0;
};

UploadState upload_state_from(const std::string& text) {
  UploadState state;
  const auto json = parse_json(text);
  if (!json) return state;
  state.sha = text_at(*json, "sha").value_or("");
  state.put_url = text_at(*json, "put_url").value_or("");
  state.reference = text_at(*json, "reference").value_or("");
  state.expires_ms = integer_at(*json, "expires_ms", 0, std::int64_t{1} << 52).value_or(0);
  state.restarts = integer_at(*json, "restarts", 0, 1000).value_or(0);
  return state;
}

std::string to_text(const UploadState& state) {
  OrderedJson json;
  json["sha"] = state.sha;
  if (!state.put_url.empty()) json["put_url"] = state.put_url;
  if (!state.reference.empty()) json["reference"] = state.reference;
  if (state.expires_ms > 0) json["expires_ms"] = state.expires_ms;
  if (state.restarts > 0) json["restarts"] = state.restarts;
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

// The picture a clip starts from; null for pictures made from words.
const RecipeInput* start_picture(const Recipe& recipe) {
  for (const RecipeInput& input : recipe.inputs) {
    if (input.role == "image") return &input;
  }
  return recipe.inputs.empty() ? nullptr : &recipe.inputs.front();
}

const InputBlob* blob_of(const ProviderCall& call, const std::string& sha) {
  const auto found = std::find_if(call.inputs.begin(), call.inputs.end(), [&](const InputBlob& blob) { return blob.sha256 == sha; });
  return found == call.inputs.end() ? nullptr : &*found;
}

// The upload that a submit names: this attempt's own, else one that another attempt made.
std::string known_reference(const ProviderCall& call, const std::string& sha) {
  const UploadState state = upload_state_from(call.attempt.prepare_state);
  if (state.sha == sha && !state.reference.empty()) return state.reference;
  for (const RemoteUpload& upload : call.uploads) {
    if (upload.sha256 == sha) return upload.reference;
  }
  return {};
}

bool is_upload_reference(std::string_view text) { return text.starts_with("upload:") && is_plain_id(text.substr(7)); }

struct ServiceError {
  std::string code, message;
};
// {"error":{"code":"…","message":"…"}}; empty when the body is something else.
ServiceError service_error(const HttpResponse& response) {
  const auto json = json_of(response);
  const Json* error = json ? member(*json, "error") : nullptr;
  if (error == nullptr) return {};
  return {text_at(*error, "code").value_or(""), sentence_from(text_at(*error, "message").value_or(""))};
}

// The header wins over what a body says: it is how a server speeds us up or slows us down.
double poll_after_of(const HttpResponse& response) {
  const std::string_view text = trimmed(response.header("poll-after-ms"));
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || ms <= 0) return 0;
  return static_cast<double>(std::min<std::int64_t>(ms, 3'600'000)) / 1000;
}

// A sandbox in trouble says in its own words what is wrong and what helps; they take the place of ours.
CallFailed with_own_words(CallFailed failed, const HttpResponse& response) {
  const ServiceError error = response.failure == HttpFailure::None && response.status >= 500 ? service_error(response) : ServiceError{};
  if (!error.message.empty()) failed.error.message = error.message;
  return failed;
}

class SandboxProvider final : public Provider {
 public:
  explicit SandboxProvider(ProviderInfo info) : info_(std::move(info)) {
    profile_.local = true;
    profile_.never_accepted.push_back(507);  // its disk is full: nothing was written, so nothing was accepted
    profile_.has_info = true;
    profile_.authorised_download = true;
    profile_.cancels = true;
    profile_.looks_at_once = 100;
    profile_.lists = true;
    profile_.list_is_complete = true;
    profile_.echoes_own_id = true;
  }

  const ProviderInfo& info() const override { return info_; }
  const ProviderProfile& profile() const override { return profile_; }

  std::optional<HttpRequest> plan_info(const Endpoint& endpoint) const override {
    HttpRequest request = to_path(endpoint, HttpMethod::Get, HttpProfile::Poll, "/v1/info");
    request.total_timeout_ms = 10'000;
    return request;
  }

  InfoRead read_info(const HttpResponse& response) const override {
    if (!response.ok()) return with_own_words(call_failed(info_.label, response, 0), response);
    const auto json = json_of(response);
    const auto replays = json ? flag_at(*json, "replay") : std::nullopt;
    if (!replays) return not_understood(info_.label, "info without replay");
    return ServiceFacts{*replays};
  }

  std::optional<HttpRequest> plan_prepare(const ProviderCall& call) const override {
    const RecipeInput* picture = start_picture(call.recipe);
    const InputBlob* blob = picture == nullptr ? nullptr : blob_of(call, picture->sha256);
    if (blob == nullptr) return std::nullopt;
    const UploadState state = upload_state_from(call.attempt.prepare_state);
    const bool is_ours = state.sha == picture->sha256;
    if (is_ours && !state.reference.empty()) {
      if (state.expires_ms == 0 || state.expires_ms > call.now_wall_ms + upload_margin_ms) return std::nullopt;
    } else if (is_ours && !state.put_url.empty()) {
      return plan_upload_data(call.endpoint, state.put_url, *blob);
    } else if (!known_reference(call, picture->sha256).empty()) {
      return std::nullopt;
    }
    return plan_upload_slot(call.endpoint, *blob);
  }

  PrepareRead read_prepare(const ProviderCall& call, const HttpResponse& response) const override {
    UploadState state = upload_state_from(call.attempt.prepare_state);
    const RecipeInput* picture = start_picture(call.recipe);
    const std::string sha = picture == nullptr ? std::string() : picture->sha256;
    const bool is_data_step = state.sha == sha && !state.put_url.empty() && state.reference.empty();
    if (is_data_step) return read_upload_data(std::move(state), response, call.now_wall_ms);
    return read_upload_slot(sha, state.restarts, response, call.now_wall_ms);
  }

  HttpRequest plan_submit(const ProviderCall& call) const override {
    HttpRequest request = to_path(call.endpoint, HttpMethod::Post, HttpProfile::Submit, "/v1/jobs");
    request.headers.push_back({"Idempotency-Key", call.attempt.key});
    request.headers.push_back({"Content-Type", "application/json"});
    request.total_timeout_ms = submit_timeout_ms;
    request.body = submit_body(call);
    return request;
  }

  SubmitRead read_submit(const ProviderCall& call, const HttpResponse& response) const override {
    if (!response.ok()) return read_refused_submit(response, call.now_wall_ms);
    const auto json = json_of(response);
    if (!json) return Unclear{info_.label + " gave an answer that was not understood. It may have accepted the job."};
    const auto id = text_at(*json, "id");
    if (!id || !is_plain_id(*id)) return Unclear{info_.label + " accepted something but gave no usable id for it."};
    Accepted accepted;
    accepted.remote_id = *id;
    const auto poll_after_ms = integer_at(*json, "poll_after_ms", 0, 3'600'000).value_or(0);
    accepted.poll_after_secs = poll_after_of(response);
    if (accepted.poll_after_secs == 0) accepted.poll_after_secs = static_cast<double>(poll_after_ms) / 1000;
    return accepted;
  }

  HttpRequest plan_poll(const ProviderCall& call) const override {
    HttpRequest request = to_path(call.endpoint, HttpMethod::Get, HttpProfile::Poll, job_path(call.attempt));
    request.total_timeout_ms = 30'000;
    return request;
  }

  PollRead read_poll(const ProviderCall& call, const HttpResponse& response) const override {
    if (response.failure == HttpFailure::None && response.status == 404 && !service_error(response).code.empty()) return Gone{};
    if (!response.ok()) return with_own_words(poll_failed(info_.label, response, call.now_wall_ms), response);
    const auto json = json_of(response);
    if (!json || !json->is_object()) return not_understood(info_.label, "status: no JSON object");
    if (text_at(*json, "id").value_or("") != call.attempt.remote_id) return not_understood(info_.label, "status of another job");
    return read_status(*json, poll_after_of(response));
  }

  std::optional<HttpRequest> plan_poll_many(const std::vector<ProviderCall>& calls) const override {
    std::string ids;
    for (const ProviderCall& call : calls) ids += (ids.empty() ? "" : ",") + percent_encoded(call.attempt.remote_id);
    HttpRequest request = to_path(calls.front().endpoint, HttpMethod::Get, HttpProfile::Poll, "/v1/jobs?ids=" + ids);
    request.total_timeout_ms = 30'000;
    return request;
  }

  std::vector<std::optional<PollRead>> read_poll_many(const std::vector<ProviderCall>& calls, const HttpResponse& response) const override {
    std::vector<std::optional<PollRead>> reads(calls.size());
    // A sandbox of an older version knows no such call.
    if (response.failure == HttpFailure::None && (response.status == 400 || response.status == 404)) return reads;
    if (!response.ok()) {
      for (std::size_t i = 0; i < calls.size(); ++i) reads[i] = with_own_words(poll_failed(info_.label, response, calls[i].now_wall_ms), response);
      return reads;
    }
    const auto json = json_of(response);
    const Json* jobs = json ? member(*json, "jobs") : nullptr;
    if (jobs == nullptr || !jobs->is_array()) return reads;
    std::unordered_map<std::string, const Json*> by_id;
    for (const Json& entry : *jobs) by_id.emplace(text_at(entry, "id").value_or(""), &entry);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto found = by_id.find(calls[i].attempt.remote_id);
      if (found == by_id.end()) continue;
      const auto poll_after_ms = integer_at(*found->second, "poll_after_ms", 0, 3'600'000).value_or(0);
      reads[i] = read_status(*found->second, static_cast<double>(poll_after_ms) / 1000);
    }
    return reads;
  }

  HttpRequest plan_fetch(const ProviderCall& call, const RemoteOutput& output) const override {
    // What cannot be joined is asked for as it is, and refused by the client's own rules.
    std::string url = joined_url(call.endpoint, output.url).value_or(output.url);
    HttpRequest request = request_to(call.endpoint, profile_, HttpMethod::Get, HttpProfile::Download, std::move(url));
    request.max_bytes = profile_.max_output_bytes;
    request.total_timeout_ms = fetch_timeout_ms;
    close_after(request);
    return request;
  }

  FetchRead read_fetch(const ProviderCall& call, const RemoteOutput& output, const HttpResponse& response) const override {
    if (response.failure == HttpFailure::None && (response.status == 404 || response.status == 410)) return OutputExpired{};
    if (!response.ok()) return with_own_words(poll_failed(info_.label, response, call.now_wall_ms), response);
    const std::string type = to_lower_ascii(response.header("content-type"));
    if (type.starts_with("text/") || type.starts_with("application/json")) return not_understood(info_.label, "a page instead of the file");
    if (output.bytes > 0 && response.body_bytes != output.bytes) return not_understood(info_.label, "the file has another length");
    return Fetched{};
  }

  std::optional<HttpRequest> plan_cancel(const ProviderCall& call) const override {
    return to_path(call.endpoint, HttpMethod::Delete, HttpProfile::Poll, job_path(call.attempt));
  }

  CancelRead read_cancel(const ProviderCall& call, const HttpResponse& response) const override {
    if (response.failure == HttpFailure::None && response.status == 409) return TooLateToCancel{};
    if (!response.ok()) return with_own_words(call_failed(info_.label, response, call.now_wall_ms), response);
    const auto json = json_of(response);
    if (!json || text_at(*json, "status").value_or("") != "cancelled") return not_understood(info_.label, "cancel");
    return CancelAccepted{true};
  }

  std::optional<HttpRequest> plan_list(const Endpoint& endpoint, std::int64_t since_wall_ms, const std::string& page) const override {
    std::string path = "/v1/jobs?since=" + std::to_string(since_wall_ms);
    if (!page.empty()) path += "&page=" + percent_encoded(page);
    return to_path(endpoint, HttpMethod::Get, HttpProfile::Poll, path);
  }

  ListRead read_list(const HttpResponse& response) const override {
    if (!response.ok()) return with_own_words(call_failed(info_.label, response, 0), response);
    const auto json = json_of(response);
    const Json* jobs = json ? member(*json, "jobs") : nullptr;
    if (jobs == nullptr || !jobs->is_array()) return not_understood(info_.label, "list without jobs");
    RemoteJobs list;
    for (const Json& entry : *jobs) {
      RemoteJob job;
      job.remote_id = text_at(entry, "id").value_or("");
      // One entry that cannot be read makes the whole list unfit: absence from it counts as proof.
      if (!is_plain_id(job.remote_id)) return not_understood(info_.label, "list entry without an id");
      job.own_id = text_at(entry, "key").value_or("");
      job.model = text_at(entry, "model").value_or("");
      job.prompt = text_at(entry, "prompt", max_json_bytes).value_or("");
      const std::int64_t created_ms = rfc3339_ms(text_at(entry, "created_at").value_or("")).value_or(0);
      job.created_ms = integer_at(entry, "created_at", 0, std::int64_t{1} << 52).value_or(created_ms);
      list.jobs.push_back(std::move(job));
    }
    list.next_page = text_at(*json, "next_page").value_or("");
    return list;
  }

 private:
  // The server gives a thread to every kept connection, and asks nothing for a new one on this machine.
  static void close_after(HttpRequest& request) { request.headers.push_back({"Connection", "close"}); }

  HttpRequest to_path(const Endpoint& endpoint, HttpMethod method, HttpProfile kind, const std::string& path) const {
    HttpRequest request = request_to(endpoint, profile_, method, kind, endpoint.base_url + path);
    close_after(request);
    return request;
  }

  static std::string job_path(const Attempt& attempt) { return "/v1/jobs/" + percent_encoded(attempt.remote_id); }

  HttpRequest plan_upload_slot(const Endpoint& endpoint, const InputBlob& blob) const {
    HttpRequest request = to_path(endpoint, HttpMethod::Post, HttpProfile::Upload, "/v1/uploads");
    request.headers.push_back({"Content-Type", "application/json"});
    OrderedJson body;
    body["sha256"] = blob.sha256;
    body["bytes"] = blob.bytes;
    body["mime"] = blob.mime;
    request.body = body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
    return request;
  }

  PrepareRead read_upload_slot(const std::string& sha, std::int64_t restarts, const HttpResponse& response, std::int64_t now_wall_ms) const {
    if (!response.ok()) return with_own_words(call_failed(info_.label, response, now_wall_ms), response);
    const auto json = json_of(response);
    const auto id = json ? text_at(*json, "upload_id") : std::nullopt;
    const auto put_url = json ? text_at(*json, "put_url", 8192) : std::nullopt;
    if (!id || !is_plain_id(*id) || !put_url || !joined_url(Endpoint{}, *put_url)) return not_understood(info_.label, "upload slot");
    UploadState state;
    state.sha = sha;
    state.put_url = *put_url;
    state.restarts = restarts;
    return Prepared{to_text(state), {}};
  }

  HttpRequest plan_upload_data(const Endpoint& endpoint, const std::string& put_url, const InputBlob& blob) const {
    std::string url = joined_url(endpoint, put_url).value_or(put_url);
    HttpRequest request = request_to(endpoint, profile_, HttpMethod::Put, HttpProfile::Upload, std::move(url));
    request.headers.push_back({"Content-Type", blob.mime});
    request.body_file = blob.path;
    request.total_timeout_ms = upload_timeout_ms;
    close_after(request);
    return request;
  }

  PrepareRead read_upload_data(UploadState state, const HttpResponse& response, std::int64_t now_wall_ms) const {
    const bool is_lost = response.failure == HttpFailure::None && (response.status == 404 || response.status == 410);
    if (is_lost && state.restarts < max_upload_restarts) {  // the slot went with a restart of the server: take a new one
      UploadState fresh;
      fresh.sha = state.sha;
      fresh.restarts = state.restarts + 1;
      return Prepared{to_text(fresh), {}};
    }
    if (response.failure == HttpFailure::None && response.status == 422) {
      const std::string code = service_error(response).code;
      return CallFailed{Error{ErrorKind::Damaged, "The picture changed while it was uploaded: import it again.", code, 0}, false};
    }
    if (!response.ok()) return with_own_words(call_failed(info_.label, response, now_wall_ms), response);
    const auto json = json_of(response);
    const auto reference = json ? text_at(*json, "reference") : std::nullopt;
    if (!reference || !is_upload_reference(*reference)) return not_understood(info_.label, "upload without a reference");
    const std::int64_t expires_ms = rfc3339_ms(text_at(*json, "expires_at").value_or("")).value_or(0);
    state.put_url.clear();
    state.reference = *reference;
    state.expires_ms = expires_ms;
    return Prepared{to_text(state), {RemoteUpload{state.sha, *reference, expires_ms}}};
  }

  // A fixed order of keys and nothing that changes from call to call: a replay must send the same bytes.
  std::string submit_body(const ProviderCall& call) const {
    const Recipe& recipe = call.recipe;
    OrderedJson body;
    body["model"] = recipe.model;
    body["prompt"] = recipe.prompt;
    body["seed"] = recipe.seed;
    body["width"] = recipe.width;
    body["height"] = recipe.height;
    if (const RecipeInput* picture = start_picture(recipe)) {
      const std::string reference = known_reference(call, picture->sha256);
      if (!reference.empty()) body["image"] = reference;
    }
    if (recipe.kind == MediaKind::Video) {
      const bool is_whole = std::floor(recipe.seconds) == recipe.seconds && std::abs(recipe.seconds) < 1e6;
      if (is_whole) body["seconds"] = static_cast<std::int64_t>(recipe.seconds);
      else body["seconds"] = recipe.seconds;
    }
    return body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  }

  SubmitRead read_refused_submit(const HttpResponse& response, std::int64_t now_wall_ms) const {
    SubmitRead read = submit_without_success(info_.label, profile_, response, now_wall_ms);
    const ServiceError error = service_error(response);
    if (auto* unclear = std::get_if<Unclear>(&read); unclear != nullptr && response.status >= 500 && !error.message.empty()) {
      unclear->reason = error.message + (error.message.ends_with('.') ? "" : ".") + " It may have accepted the job.";
    }
    auto* refused = std::get_if<NotAccepted>(&read);
    if (refused == nullptr || response.status == 0) return read;
    if (response.status == 422 && error.code == "refused") {
      return RefusedByService{error.message.empty() ? "The prompt was refused." : error.message, "prompt", false};
    }
    if (error.code == "unknown_upload") {
      refused->uploads_gone = true;
      refused->transient = true;
      refused->error = {ErrorKind::NotFound, "The uploaded picture is no longer there: it is uploaded again.", "unknown_upload", 0};
    } else if (error.code == "unknown_model") {
      refused->error.message = "The sandbox that is running does not know this model: end it and try again.";
    } else if (!error.message.empty() && (refused->error.kind == ErrorKind::BadRequest || response.status >= 500)) {
      refused->error.message = error.message;
    }
    return read;
  }

  PollRead read_finished(const Json& json) const {
    Finished finished;
    finished.cost = money_at(json, "cost");
    const Json* output = member(json, "output");
    const auto url = output == nullptr ? std::nullopt : text_at(*output, "url", 8192);
    if (!url || !joined_url(Endpoint{}, *url)) return finished;  // done without a file: billed and empty, and said so
    RemoteOutput file;
    file.url = *url;  // as it was given: the server may come back on another port
    file.mime = text_at(*output, "mime", 100).value_or("");
    const std::string sha = text_at(*output, "sha256").value_or("");
    if (is_sha256_hex(sha)) file.sha256 = sha;
    file.bytes = integer_at(*output, "bytes", 0, std::int64_t{1} << 50).value_or(0);
    file.expires_ms = rfc3339_ms(text_at(*output, "expires_at").value_or("")).value_or(0);
    finished.outputs.push_back(std::move(file));
    return finished;
  }

  PollRead read_failed(const Json& json) const {
    const Json* error = member(json, "error");
    const std::string code = error == nullptr ? std::string() : text_at(*error, "code").value_or("");
    std::string reason = error == nullptr ? std::string() : sentence_from(text_at(*error, "message").value_or(""));
    if (reason.empty()) reason = "The sandbox could not make it.";
    const auto cost = money_at(json, "cost");
    const bool is_billed = cost.value_or(Money{}).micros > 0;
    if (code == "refused") return RefusedByService{reason, "prompt", is_billed, cost};
    return FailedByService{reason, is_billed, cost};
  }

  PollRead read_status(const Json& json, double poll_after_secs) const {
    const Json* status = member(json, "status");
    if (status == nullptr) return not_understood(info_.label, "status without a word");
    const std::string word = status->is_string() ? status->get<std::string>() : std::string();
    if (word == "done") return read_finished(json);
    if (word == "failed") return read_failed(json);
    if (word == "cancelled") return CancelledByService{money_at(json, "cost")};
    // It is over, but the sandbox cannot write that down: it keeps trying, and its words say what helps.
    if (const std::string trouble = sentence_from(text_at(json, "trouble").value_or("")); !trouble.empty()) {
      return CallFailed{Error{ErrorKind::Offline, trouble, "trouble of " + word, 0}, true};
    }
    return read_pending(json, word, poll_after_secs);
  }

  PollRead read_pending(const Json& json, const std::string& word, double poll_after_secs) const {
    Pending pending;
    pending.started = word == "running";
    if (word != "running" && word != "queued") pending.unknown_status = word.empty() ? "(no word)" : shortened(sentence_from(word), 40);
    pending.queue_position = static_cast<int>(integer_at(json, "queue_position", 0, 1'000'000).value_or(0));
    if (const auto progress = number_at(json, "progress")) pending.progress = std::clamp(*progress, 0.0, 1.0);
    pending.eta_secs = std::clamp(number_at(json, "eta_secs").value_or(0), 0.0, 86'400.0);
    pending.poll_after_secs = poll_after_secs;
    return pending;
  }

  const ProviderInfo info_;
  ProviderProfile profile_;
};

}  // namespace

std::unique_ptr<Provider> make_sandbox_provider(ProviderInfo info) { return std::make_unique<SandboxProvider>(std::move(info)); }

}  // namespace studio
