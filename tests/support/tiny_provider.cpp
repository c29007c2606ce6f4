#include "support/tiny_provider.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace studio {
namespace {

using Json = nlohmann::json;

class TinyProvider final : public Provider {
 public:
  explicit TinyProvider(const TinyOptions& options) {
    profile_.local = true;
    profile_.has_info = options.has_info;
    profile_.answers_inline = options.inline_answers;
    profile_.authorised_download = options.authorised_download;
    profile_.cancels = options.cancels;
    profile_.looks_at_once = options.looks_at_once;
    profile_.lists = options.lists;
    profile_.list_is_complete = options.list_is_complete;
    if (options.names_ids) profile_.request_id_header = "Job-Id";
    cancels_in_two_ = options.cancels_in_two;
    fetches_in_two_ = options.fetches_in_two;
    if (options.before) before_ = options.before;
    profile_.key_life_secs = options.key_life_secs;
    submit_timeout_ms_ = options.submit_timeout_ms;
    info_.id = "tiny";
    info_.label = "Tiny";
    info_.image_lane = options.image_lane;
    info_.video_lane = options.video_lane;
    info_.rates = options.rates;
    info_.http1_only = options.http1_only;
    ModelInfo image;
    image.id = "tiny-image";
    image.provider = "tiny";
    image.label = "Tiny Image";
    image.price = options.price;
    image.price_version = "1";
    image.currency = Currency::Play;
    image.expected_secs = options.expected_secs;
    info_.models.push_back(image);
    ModelInfo clip = image;
    clip.id = "tiny-clip";
    clip.kind = MediaKind::Video;
    clip.seconds = {5};
    clip.needs_image = true;
    info_.models.push_back(clip);
    ModelInfo unpriced = image;
    unpriced.id = "tiny-unpriced";
    unpriced.price.reset();
    info_.models.push_back(unpriced);
  }

  const ProviderInfo& info() const override { return info_; }
  const ProviderProfile& profile() const override { return profile_; }

  std::optional<HttpRequest> plan_info(const Endpoint& endpoint) const override {
    before_("plan_info");
    return request(endpoint, HttpMethod::Get, "/info");
  }
  InfoRead read_info(const HttpResponse& response) const override {
    if (!response.ok()) return failed(response);
    return ServiceFacts{Json::parse(response.body).at("replay").get<bool>()};
  }

  std::optional<HttpRequest> plan_prepare(const ProviderCall& call) const override {
    if (call.inputs.empty() || !reference(call).empty()) return std::nullopt;
    const std::string& state = call.attempt.prepare_state;
    if (state.empty()) return request(call.endpoint, HttpMethod::Post, "/uploads");
    HttpRequest put = request(call.endpoint, HttpMethod::Put, Json::parse(state).at("put").get<std::string>());
    put.body_file = call.inputs.front().path;
    return put;
  }
  PrepareRead read_prepare(const ProviderCall& call, const HttpResponse& response) const override {
    if (!response.ok()) return failed(response);
    const Json json = Json::parse(response.body);
    if (json.contains("put")) return Prepared{response.body, {}};
    return Prepared{response.body, {{call.inputs.front().sha256, json.at("reference").get<std::string>(), 0}}};
  }

  HttpRequest plan_submit(const ProviderCall& call) const override {
    before_("plan_submit");
    HttpRequest submit = request(call.endpoint, HttpMethod::Post, "/jobs");
    submit.profile = HttpProfile::Submit;
    submit.total_timeout_ms = submit_timeout_ms_;
    submit.headers.push_back({"Key", call.attempt.key});
    submit.body = Json{{"model", call.recipe.model}, {"prompt", call.recipe.prompt}, {"seed", call.recipe.seed}, {"image", reference(call)}}.dump();
    return submit;
  }
  SubmitRead read_submit(const ProviderCall& call, const HttpResponse& response) const override {
    before_("read_submit");
    if (response.status == 422) return RefusedByService{"The prompt was refused", "prompt", false};
    if (std::count(profile_.never_accepted.begin(), profile_.never_accepted.end(), response.status) > 0) {
      const CallFailed why = failed(response, call.now_wall_ms);
      return NotAccepted{why.error, why.transient, response.body.find("unknown_upload") != std::string::npos};
    }
    const Json json = Json::parse(response.body, nullptr, false);
    if (!response.ok() || !json.is_object()) return Unclear{"status " + std::to_string(response.status), false, told_id(profile_, response)};
    if (json.contains("files")) {
      InlineFinished finished;
      for (const Json& file : json["files"]) finished.outputs.push_back({file.get<std::string>(), "image/png"});
      finished.cost = Money{json.at("charged").get<std::int64_t>()};
      return finished;
    }
    if (json.contains("ticket")) {
      const std::string ticket = json["ticket"].get<std::string>();
      return NextRequest{request(call.endpoint, HttpMethod::Get, ticket), ticket};
    }
    return Accepted{json.value("id", ""), "", 0};
  }
  std::optional<HttpRequest> plan_continue(const ProviderCall& call) const override {
    before_("plan_continue");
    if (call.attempt.remote_state.empty()) return std::nullopt;
    return request(call.endpoint, HttpMethod::Get, call.attempt.remote_state);
  }

  HttpRequest plan_poll(const ProviderCall& call) const override {
    before_("plan_poll");
    return request(call.endpoint, HttpMethod::Get, "/jobs/" + call.attempt.remote_id);
  }
  PollRead read_poll(const ProviderCall& call, const HttpResponse& response) const override {
    before_("read_poll");
    if (response.status == 404) return Gone{};
    if (!response.ok()) return failed(response, call.now_wall_ms);
    return read_status(Json::parse(response.body, nullptr, false));
  }
  std::optional<HttpRequest> plan_poll_many(const std::vector<ProviderCall>& calls) const override {
    before_("plan_poll_many");
    std::string ids;
    for (const ProviderCall& call : calls) ids += (ids.empty() ? "" : ",") + call.attempt.remote_id;
    return request(calls.front().endpoint, HttpMethod::Get, "/jobs?ids=" + ids);
  }
  std::vector<std::optional<PollRead>> read_poll_many(const std::vector<ProviderCall>& calls, const HttpResponse& response) const override {
    before_("read_poll_many");
    std::vector<std::optional<PollRead>> reads(calls.size());
    if (response.status == 404) return reads;
    const Json json = Json::parse(response.body, nullptr, false);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!response.ok()) {
        reads[i] = failed(response, calls[i].now_wall_ms);
        continue;
      }
      for (const Json& job : json.at("jobs")) {
        if (job.value("id", "") == calls[i].attempt.remote_id) reads[i] = read_status(job);
      }
    }
    return reads;
  }

  static PollRead read_status(const Json& json) {
    if (!json.is_object()) return CallFailed{{ErrorKind::Damaged, "Tiny's answer was not understood.", "", 0}, true};
    const std::string state = json.value("state", "");
    std::optional<Money> cost;
    if (json.contains("charged")) cost = Money{json["charged"].get<std::int64_t>()};
    if (state == "failed") return FailedByService{"It broke", json.value("billed", false), cost, json.value("uploads_gone", false)};
    if (state == "refused") return RefusedByService{"The picture was refused", "", json.value("billed", false), cost, json.value("perhaps_billed", false)};
    if (state == "cancelled") return CancelledByService{cost};
    if (state == "queued") return Pending{.started = false, .queue_position = json.value("position", 0)};
    if (state != "done") return Pending{.started = true, .progress = json.value("progress", -1.0), .unknown_status = state == "running" ? "" : state};
    const Json files = json.value("files", Json::array());
    if (!files.empty() && files[0].is_string()) {
      InlineFinished with_files;
      with_files.cost = Money{json.at("charged").get<std::int64_t>()};
      for (const Json& file : files) with_files.outputs.push_back({file.get<std::string>(), "image/png"});
      return with_files;
    }
    Finished finished;
    finished.cost = Money{json.at("charged").get<std::int64_t>()};
    for (const Json& file : files) {
      finished.outputs.push_back({file.at("url").get<std::string>(), "image/png", file.value("sha256", ""), file.at("bytes").get<std::int64_t>(),
                                  file.value("expires", std::int64_t{0})});
    }
    return finished;
  }

  HttpRequest plan_fetch(const ProviderCall& call, const RemoteOutput& output) const override {
    before_("plan_fetch");
    HttpRequest fetch = request(call.endpoint, HttpMethod::Get, (lacks_address(call) ? "/address" : "") + output.url);
    fetch.profile = HttpProfile::Download;
    return fetch;
  }
  FetchRead read_fetch(const ProviderCall& call, const RemoteOutput& output, const HttpResponse& response) const override {
    before_("read_fetch");
    if (response.status == 404 || response.status == 410) return OutputExpired{};
    if (!response.ok()) return failed(response);
    if (lacks_address(call)) return NextRequest{request(call.endpoint, HttpMethod::Get, output.url), "addressed"};
    return Fetched{};
  }

  std::optional<HttpRequest> plan_cancel(const ProviderCall& call) const override {
    before_("plan_cancel");
    if (!profile_.cancels) return std::nullopt;
    return request(call.endpoint, HttpMethod::Delete, "/jobs/" + call.attempt.remote_id);
  }
  CancelRead read_cancel(const ProviderCall& call, const HttpResponse& response) const override {
    const bool was_first = cancels_in_two_ && call.attempt.remote_state != "interrupting";
    if (was_first && response.ok()) {
      HttpRequest interrupt = request(call.endpoint, HttpMethod::Post, "/interrupt/" + call.attempt.remote_id);
      return NextRequest{std::move(interrupt), "interrupting"};
    }
    if (response.ok()) return CancelAccepted{response.body.find("may go on") == std::string::npos};
    if (response.status == 409) return TooLateToCancel{};
    return failed(response);
  }

  std::optional<HttpRequest> plan_list(const Endpoint& endpoint, std::int64_t, const std::string& page) const override {
    before_("plan_list");
    if (!profile_.lists) return std::nullopt;
    return request(endpoint, HttpMethod::Get, "/jobs?page=" + page);
  }
  bool could_be(const ProviderCall& call, const RemoteJob& job) const override { return job.input == plan_submit(call).body; }
  ListRead read_list(const HttpResponse& response) const override {
    before_("read_list");
    if (!response.ok()) return failed(response);
    const Json json = Json::parse(response.body, nullptr, false);
    if (!json.is_object()) return CallFailed{{ErrorKind::Damaged, "Tiny's list was not understood.", "", 0}, true};
    RemoteJobs page;
    page.next_page = json.value("next", "");
    for (const Json& job : json["jobs"]) {
      page.jobs.push_back({job["id"].get<std::string>(), job.value("key", ""), job["model"].get<std::string>(), job["prompt"].get<std::string>(),
                           job["created"].get<std::int64_t>(), job["input"].get<std::string>()});
    }
    return page;
  }

 private:
  static std::string reference(const ProviderCall& call) {
    if (call.inputs.empty()) return {};
    const Json state = Json::parse(call.attempt.prepare_state, nullptr, false);
    if (state.is_object() && state.contains("reference")) return state["reference"].get<std::string>();
    for (const RemoteUpload& upload : call.uploads) {
      if (upload.sha256 == call.inputs.front().sha256) return upload.reference;
    }
    return {};
  }

  bool lacks_address(const ProviderCall& call) const { return fetches_in_two_ && call.attempt.remote_state != "addressed"; }

  static HttpRequest request(const Endpoint& endpoint, HttpMethod method, const std::string& path) {
    HttpRequest made;
    made.method = method;
    made.url = endpoint.base_url + path;
    made.headers = endpoint.headers;
    made.local = true;
    return made;
  }

  static CallFailed failed(const HttpResponse& response, std::int64_t now_wall_ms = 0) {
    const int status = response.status;
    if (status == 401 || status == 402 || status == 403) return {{ErrorKind::Unauthorised, "Tiny refused the key: check it in the settings.", "", 0}, false};
    if (status == 429) return {{ErrorKind::RateLimited, "Tiny asks us to slow down.", "", std::max(0.0, retry_after_secs(response, now_wall_ms))}, true};
    if (status >= 500) return {{ErrorKind::Offline, "Tiny has trouble.", "", 0}, true};
    return {{ErrorKind::BadRequest, "Tiny does not take this request.", "", 0}, false};
  }

  ProviderInfo info_;
  ProviderProfile profile_;
  bool cancels_in_two_ = false, fetches_in_two_ = false;
  int submit_timeout_ms_ = 60'000;
  std::function<void(std::string_view)> before_ = [](std::string_view) {};
};

}  // namespace

std::unique_ptr<Provider> make_tiny_provider(TinyOptions options) { return std::make_unique<TinyProvider>(options); }

}  // namespace studio
