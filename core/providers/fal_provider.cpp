#include "providers/fal_provider.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/text.h"
#include "providers/fal_answers.h"
#include "providers/fal_state.h"
#include "providers/reading.h"

namespace studio {
namespace {

using namespace reading;
using OrderedJson = nlohmann::ordered_json;

constexpr int submit_timeout_ms = 60'000;
constexpr int status_timeout_ms = 30'000;
constexpr int upload_timeout_ms = 600'000;
constexpr int fetch_timeout_ms = 1'800'000;
constexpr std::int64_t upload_life_secs = 86'400;
constexpr std::int64_t upload_margin_ms = 60'000;  // an upload this near its end is not relied on
constexpr int max_upload_restarts = 2;

// The purposes of the addresses in the data file. Files are public: they get no key.
constexpr const char* queue = "queue";
constexpr const char* rest = "rest";
constexpr const char* api = "api";
constexpr const char* files = "files";

std::string to_text(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

bool is_path(std::string_view text) { return text.starts_with('/') && joined_url(Endpoint{}, text).has_value(); }

const RecipeInput* start_picture(const Recipe& recipe) {
  for (const RecipeInput& input : recipe.inputs) {
    if (input.role == "image") return &input;
  }
  return recipe.inputs.empty() ? nullptr : &recipe.inputs.front();
}

const InputBlob* blob_of(const ProviderCall& call) {
  const RecipeInput* picture = start_picture(call.recipe);
  if (picture == nullptr) return nullptr;
  const auto found = std::find_if(call.inputs.begin(), call.inputs.end(),
                                  [&](const InputBlob& blob) { return blob.sha256 == picture->sha256; });
  return found == call.inputs.end() ? nullptr : &*found;
}

// The address of the picture: this attempt's own upload, else one that another attempt made.
std::string picture_url(const ProviderCall& call) {
  const RecipeInput* picture = start_picture(call.recipe);
  if (picture == nullptr) return {};
  const fal::UploadState state = fal::upload_state_from(call.attempt.prepare_state);
  if (state.is_done && state.sha == picture->sha256) return state.file_url;
  for (const RemoteUpload& upload : call.uploads) {
    if (upload.sha256 == picture->sha256) return upload.reference;
  }
  return {};
}

// A name that says nothing of where the picture comes from.
std::string upload_name(const InputBlob& blob) {
  const std::string ending =
      blob.mime.starts_with("image/") && is_plain_id(blob.mime.substr(6), 10) ? "." + blob.mime.substr(6) : "";
  return blob.sha256.substr(0, 16) + ending;
}

void drop_keys(HttpRequest& request) {
  std::erase_if(request.headers, [](const HttpHeader& header) { return header.secret; });
}

bool has_no_answer(const HttpResponse& response) {
  return response.failure != HttpFailure::None || response.status == 0;
}

class FalProvider final : public Provider {
 public:
  explicit FalProvider(ProviderInfo info) : info_(std::move(info)) {
    profile_.local = info_.reached_at.starts_with("http://");
    profile_.cancels = true;
    profile_.request_id_header = "x-fal-request-id";
    profile_.lists =
        true;  // of 24 hours; whether it shows what is not over yet is not documented, so absence proves nothing
    // What its table of codes says is refused before anything starts. A 402 or 413 is not in it: a 402 stops the account, and
    // leaves the outcome of its own request open.
    profile_.never_accepted = {400, 401, 403, 404, 422, 429};
    for (const char* purpose : {queue, rest, api}) {
      const std::string origin = origin_of(address(Endpoint{}, purpose));
      if (origin.starts_with("https://")) profile_.key_hosts.push_back(origin.substr(8));
    }
  }

  const ProviderInfo& info() const override { return info_; }
  const ProviderProfile& profile() const override { return profile_; }

  // --- upload: ask for a place, put the bytes there
  std::optional<HttpRequest> plan_prepare(const ProviderCall& call) const override {
    const InputBlob* blob = blob_of(call);
    if (blob == nullptr) return std::nullopt;
    const fal::UploadState state = fal::upload_state_from(call.attempt.prepare_state);
    const bool is_ours = state.sha == blob->sha256;
    if (is_ours && state.is_done) {
      if (state.expires_ms > call.now_wall_ms + upload_margin_ms) return std::nullopt;
    } else if (is_ours && !state.put_url.empty()) {
      return plan_upload_bytes(call.endpoint, state.put_url, *blob);
    } else if (!picture_url(call).empty()) {
      return std::nullopt;
    }
    return plan_upload_place(call.endpoint, *blob);
  }

  PrepareRead read_prepare(const ProviderCall& call, const HttpResponse& response) const override {
    fal::UploadState state = fal::upload_state_from(call.attempt.prepare_state);
    const RecipeInput* picture = start_picture(call.recipe);
    const std::string sha = picture == nullptr ? std::string() : picture->sha256;
    const bool is_bytes_step = state.sha == sha && !state.put_url.empty() && !state.is_done;
    if (is_bytes_step) return read_upload_bytes(std::move(state), response, call.now_wall_ms);
    return read_upload_place(call, sha, state.restarts, response);
  }

  // --- submit
  HttpRequest plan_submit(const ProviderCall& call) const override {
    HttpRequest request =
        to(call.endpoint, queue, HttpMethod::Post, HttpProfile::Submit, "/" + service_id(call.recipe.model));
    request.headers.push_back({"Content-Type", "application/json"});
    request.total_timeout_ms = submit_timeout_ms;
    request.body = to_text(submit_body(call));
    return request;
  }

  SubmitRead read_submit(const ProviderCall& call, const HttpResponse& response) const override {
    if (!response.ok()) return read_refused_submit(response, call.now_wall_ms);
    const auto json = json_of(response);
    if (!json) {
      return Unclear{info_.label + " gave an answer that was not understood. It may have accepted the job.", false,
                     told_id(profile_, response)};
    }
    const auto id = text_at(*json, "request_id");
    if (!id || !is_plain_id(*id)) {
      return Unclear{info_.label + " accepted something but gave no usable id for it.", false, told_id(profile_, response)};
    }
    const std::string base = address(call.endpoint, queue);
    const auto path_at = [&](const char* name) {
      return fal::path_below(base, text_at(*json, name, fal::max_url_bytes).value_or("")).value_or("");
    };
    fal::QueueStatus state;
    state.status = path_at("status_url");
    state.response = path_at("response_url");
    state.cancel = path_at("cancel_url");
    return Accepted{*id, fal::to_text(state), 0};
  }

  // --- status, and once it is over the result
  HttpRequest plan_poll(const ProviderCall& call) const override {
    const fal::QueueStatus state = fal::queue_state_from(call.attempt.remote_state);
    const std::string path =
        state.completed_ms > 0 ? path_or(state.response, call, "") : path_or(state.status, call, "/status");
    HttpRequest request = to(call.endpoint, queue, HttpMethod::Get, HttpProfile::Poll, path);
    request.total_timeout_ms = status_timeout_ms;
    return request;
  }

  PollRead read_poll(const ProviderCall& call, const HttpResponse& response) const override {
    const fal::QueueStatus state = fal::queue_state_from(call.attempt.remote_state);
    if (state.completed_ms == 0) return read_status(call, state, response);
    const fal::ResultCall result{info_.label,   model_of(call.recipe.model),
                                 call.recipe,   std::max<std::int64_t>(0, call.now_wall_ms - state.completed_ms),
                                 state.failure, state.failure_type};
    return fal::read_result(result, response, call.now_wall_ms);
  }

  // --- fetch: public addresses, which never get the key
  HttpRequest plan_fetch(const ProviderCall& call, const RemoteOutput& output) const override {
    HttpRequest request = request_to(call.endpoint, profile_, HttpMethod::Get, HttpProfile::Download, output.url);
    drop_keys(request);
    request.max_bytes = profile_.max_output_bytes;
    request.total_timeout_ms = fetch_timeout_ms;
    return request;
  }

  FetchRead read_fetch(const ProviderCall& call, const RemoteOutput& output,
                       const HttpResponse& response) const override {
    if (response.failure == HttpFailure::None && (response.status == 404 || response.status == 410))
      return OutputExpired{};
    if (!response.ok()) return poll_failed(info_.label, response, call.now_wall_ms);
    const std::string type = to_lower_ascii(response.header("content-type"));
    if (type.starts_with("text/") || type.starts_with("application/json"))
      return not_understood(info_.label, "a page instead of the file");
    if (output.bytes > 0 && response.body_bytes != output.bytes)
      return not_understood(info_.label, "the file has another length");
    return Fetched{};
  }

  // --- cancel. OK: it was taken out of the queue before it began. CANCELLATION_REQUESTED: the model decides, so it may finish,
  // and be paid. NOT_FOUND says nothing of a stop: a job that is done and forgotten answers the same.
  std::optional<HttpRequest> plan_cancel(const ProviderCall& call) const override {
    const fal::QueueStatus state = fal::queue_state_from(call.attempt.remote_state);
    return to(call.endpoint, queue, HttpMethod::Put, HttpProfile::Poll, path_or(state.cancel, call, "/cancel"));
  }

  CancelRead read_cancel(const ProviderCall& call, const HttpResponse& response) const override {
    if (has_no_answer(response)) return call_failed(info_.label, response, call.now_wall_ms);
    const auto json = json_of(response);
    const std::string word = json ? text_at(*json, "status").value_or("") : "";
    if (word == "ALREADY_COMPLETED") return TooLateToCancel{};
    if (word == "OK") return CancelAccepted{true};
    if (word == "CANCELLATION_REQUESTED" || word == "NOT_FOUND") return CancelAccepted{false};
    if (response.ok()) return not_understood(info_.label, "cancel");
    return call_failed(info_.label, response, call.now_wall_ms);
  }

  // --- list
  std::optional<HttpRequest> plan_list_for(const ProviderCall& call, std::int64_t since_wall_ms,
                                           const std::string& page) const override {
    std::string path = "/models/requests/by-endpoint?endpoint_id=" + percent_encoded(service_id(call.recipe.model)) +
                       "&expand=payloads&limit=100&start=" + percent_encoded(iso_utc(since_wall_ms));
    if (!page.empty()) path += "&cursor=" + percent_encoded(page);
    return to(call.endpoint, api, HttpMethod::Get, HttpProfile::Poll, path);
  }

  ListRead read_list(const HttpResponse& response) const override {
    if (!response.ok()) return call_failed(info_.label, response, 0);
    const auto json = json_of(response);
    const Json* items = json ? member(*json, "items") : nullptr;
    if (items == nullptr || !items->is_array()) return not_understood(info_.label, "list without items");
    RemoteJobs list;
    for (const Json& item : *items) {
      auto job = listed_job(item);
      if (!job) return not_understood(info_.label, "list entry without an id");
      list.jobs.push_back(std::move(*job));
    }
    if (flag_at(*json, "has_more").value_or(true)) list.next_page = text_at(*json, "next_cursor").value_or("");
    return list;
  }

  // Everything that we sent is in what the list shows of it; the service may have filled in more.
  bool could_be(const ProviderCall& call, const RemoteJob& job) const override {
    if (job.model != call.recipe.model) return false;
    const auto theirs = parse_json(job.input);
    if (!theirs) return true;  // its payload was not kept
    const auto ours = call.attempt.submit_body.empty() ? parse_json(to_text(submit_body(call)))
                                                       : parse_json(call.attempt.submit_body);
    if (!ours || !ours->is_object()) return false;
    return std::all_of(ours->items().begin(), ours->items().end(), [&](const auto& field) {
      const Json* value = member(*theirs, field.key());
      return value != nullptr && *value == field.value();
    });
  }

 private:
  // Where a purpose is served: as the endpoint says, else as the data file does.
  std::string address(const Endpoint& endpoint, const char* purpose) const {
    if (const auto found = endpoint.bases.find(purpose); found != endpoint.bases.end()) return found->second;
    const auto known = info_.endpoints.find(purpose);
    return known == info_.endpoints.end() ? endpoint.base_url : known->second;
  }

  HttpRequest to(const Endpoint& endpoint, const char* purpose, HttpMethod method, HttpProfile kind,
                 const std::string& path) const {
    return request_to(endpoint, profile_, method, kind, address(endpoint, purpose) + path);
  }

  const ModelInfo* model_of(const std::string& id) const {
    const auto found =
        std::find_if(info_.models.begin(), info_.models.end(), [&](const ModelInfo& model) { return model.id == id; });
    return found == info_.models.end() ? nullptr : &*found;
  }

  std::string service_id(const std::string& model_id) const {
    const ModelInfo* model = model_of(model_id);
    return model == nullptr ? model_id : model->service_id;
  }

  // The address as the submit's answer gave it; where it gave none of its own host, or the id came from a list, by the
  // rule.
  std::string path_or(const std::string& given, const ProviderCall& call, const char* ending) const {
    if (is_path(given)) return given;
    return "/" + fal::queue_name_of(service_id(call.recipe.model)) + "/requests/" +
           percent_encoded(call.attempt.remote_id) + ending;
  }

  HttpRequest plan_upload_place(const Endpoint& endpoint, const InputBlob& blob) const {
    HttpRequest request =
        to(endpoint, rest, HttpMethod::Post, HttpProfile::Upload, "/storage/upload/initiate?storage_type=fal-cdn-v3");
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"X-Fal-Object-Lifecycle", to_text({{"expiration_duration_seconds", upload_life_secs}})});
    request.body = to_text({{"content_type", blob.mime}, {"file_name", upload_name(blob)}});
    return request;
  }

  // An address that a file may be put to or taken from: https, or the simulator's own.
  bool is_file_address(const Endpoint& endpoint, const std::string& url) const {
    const std::string origin = origin_of(url);
    if (origin.empty() || !joined_url(Endpoint{}, url)) return false;
    return origin.starts_with("https://") || origin == origin_of(address(endpoint, files));
  }

  PrepareRead read_upload_place(const ProviderCall& call, const std::string& sha, std::int64_t restarts,
                                const HttpResponse& response) const {
    if (!response.ok()) return call_failed(info_.label, response, call.now_wall_ms);
    const auto json = json_of(response);
    if (!json) return not_understood(info_.label, "upload");
    fal::UploadState state;
    state.sha = sha;
    state.put_url = text_at(*json, "upload_url", fal::max_url_bytes).value_or("");
    state.file_url = text_at(*json, "file_url", fal::max_url_bytes).value_or("");
    if (!is_file_address(call.endpoint, state.put_url) || !is_file_address(call.endpoint, state.file_url))
      return not_understood(info_.label, "upload");
    state.expires_ms = call.now_wall_ms + upload_life_secs * 1000;
    state.restarts = restarts;
    return Prepared{fal::to_text(state), {}};
  }

  // The address is signed: the key has no business there.
  HttpRequest plan_upload_bytes(const Endpoint& endpoint, const std::string& put_url, const InputBlob& blob) const {
    HttpRequest request = request_to(endpoint, profile_, HttpMethod::Put, HttpProfile::Upload, put_url);
    drop_keys(request);
    request.headers.push_back({"Content-Type", blob.mime});
    request.body_file = blob.path;
    request.total_timeout_ms = upload_timeout_ms;
    return request;
  }

  PrepareRead read_upload_bytes(fal::UploadState state, const HttpResponse& response, std::int64_t now_wall_ms) const {
    const bool is_lost = response.failure == HttpFailure::None &&
                         (response.status == 403 || response.status == 404 || response.status == 410);
    if (is_lost && state.restarts < max_upload_restarts) {  // the signature ran out: ask for another place
      fal::UploadState fresh;
      fresh.sha = state.sha;
      fresh.restarts = state.restarts + 1;
      return Prepared{fal::to_text(fresh), {}};
    }
    if (is_lost)
      return CallFailed{Error{ErrorKind::Offline, info_.label + " does not take the picture.",
                              "status " + std::to_string(response.status), 0},
                        true};
    if (!response.ok()) return call_failed(info_.label, response, now_wall_ms);
    state.put_url.clear();
    state.is_done = true;
    return Prepared{fal::to_text(state), {RemoteUpload{state.sha, state.file_url, state.expires_ms}}};
  }

  // Only fields that the model's page documents, and nothing that changes from call to call.
  OrderedJson submit_body(const ProviderCall& call) const {
    const Recipe& recipe = call.recipe;
    const ModelInfo* model = model_of(recipe.model);
    OrderedJson body{{"prompt", recipe.prompt}};
    const bool is_avoiding = model != nullptr && model->has_negative_prompt && !recipe.negative_prompt.empty();
    if (is_avoiding) body["negative_prompt"] = recipe.negative_prompt;
    if (recipe.kind == MediaKind::Image) body["image_size"] = {{"width", recipe.width}, {"height", recipe.height}};
    if (const std::string picture = picture_url(call); !picture.empty()) body["image_url"] = picture;
    if (recipe.kind == MediaKind::Video) body["duration"] = seconds_word(recipe.seconds);
    if (model == nullptr || model->has_seed) body["seed"] = recipe.seed;
    if (model != nullptr && !model->fixed_fields.empty())
      body.update(OrderedJson::parse(model->fixed_fields, nullptr, false));
    return body;
  }

  // Lengths are words here: "5".
  static std::string seconds_word(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", seconds);
    return text;
  }

  SubmitRead read_refused_submit(const HttpResponse& response, std::int64_t now_wall_ms) const {
    SubmitRead read = submit_without_success(info_.label, profile_, response, now_wall_ms);
    auto* refused = std::get_if<NotAccepted>(&read);
    if (refused == nullptr || response.status == 0) return read;
    const fal::ServiceError error = fal::error_of(response);
    if (error.type == "content_policy_violation" && response.status < 500) {
      const std::string words = error.message.empty() ? "it is against its content policy." : error.message;
      return RefusedByService{info_.label + " refused it: " + words, error.input, false, std::nullopt};
    }
    if (error.message.empty()) return read;
    // A locked account and a wrong key are both a 403: its own words tell them apart.
    if (refused->error.kind == ErrorKind::Unauthorised)
      refused->error.message = info_.label + " refused the key or the account: " + error.message;
    if (refused->error.kind == ErrorKind::BadRequest || refused->error.kind == ErrorKind::NotFound) {
      refused->error.message = info_.label + " refused the request: " + error.message +
                               (error.input.empty() ? "" : " (" + error.input + ")");
    }
    return read;
  }

  PollRead read_status(const ProviderCall& call, fal::QueueStatus state, const HttpResponse& response) const {
    if (response.failure == HttpFailure::None && response.status == 404 && fal::error_of(response).is_said)
      return Gone{};
    if (!response.ok()) return poll_failed(info_.label, response, call.now_wall_ms);
    const auto json = json_of(response);
    if (!json || !json->is_object()) return not_understood(info_.label, "status: no JSON object");
    if (text_at(*json, "request_id").value_or(call.attempt.remote_id) != call.attempt.remote_id)
      return not_understood(info_.label, "status of another job");
    const Json* status = member(*json, "status");
    if (status == nullptr) return not_understood(info_.label, "status without a word");
    const std::string word = status->is_string() ? status->get<std::string>() : std::string();
    if (word == "COMPLETED") {
      // Success or failure: only the result tells.
      state.completed_ms = std::max<std::int64_t>(1, call.now_wall_ms);
      state.failure = sentence_from(text_at(*json, "error").value_or(""));
      state.failure_type = text_at(*json, "error_type", 80).value_or("");
      HttpRequest request =
          to(call.endpoint, queue, HttpMethod::Get, HttpProfile::Poll, path_or(state.response, call, ""));
      request.total_timeout_ms = status_timeout_ms;
      return NextRequest{std::move(request), fal::to_text(state)};
    }
    Pending pending;
    pending.started = word == "IN_PROGRESS";
    if (word != "IN_PROGRESS" && word != "IN_QUEUE") {
      const std::string shown = shortened(sentence_from(word), 40);
      pending.unknown_status = shown.empty() ? "(no word)" : shown;
    }
    pending.queue_position = static_cast<int>(integer_at(*json, "queue_position", 0, 1'000'000).value_or(0));
    return pending;
  }

  std::optional<RemoteJob> listed_job(const Json& item) const {
    RemoteJob job;
    job.remote_id = text_at(item, "request_id").value_or("");
    if (!is_plain_id(job.remote_id)) return std::nullopt;
    const std::string endpoint_id = text_at(item, "endpoint_id").value_or("");
    const auto model = std::find_if(info_.models.begin(), info_.models.end(),
                                    [&](const ModelInfo& one) { return one.service_id == endpoint_id; });
    job.model = model == info_.models.end() ? endpoint_id : model->id;
    if (const Json* input = member(item, "json_input"); input != nullptr && input->is_object()) {
      job.prompt = text_at(*input, "prompt", max_json_bytes).value_or("");
      job.input = input->dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    const auto time_at = [&](const char* name) { return rfc3339_ms(text_at(item, name).value_or("")); };
    job.created_ms = time_at("sent_at").value_or(time_at("started_at").value_or(0));
    return job;
  }

  const ProviderInfo info_;
  ProviderProfile profile_;
};

}  // namespace

std::unique_ptr<Provider> make_fal_provider(ProviderInfo info) {
  return std::make_unique<FalProvider>(std::move(info));
}

}  // namespace studio
