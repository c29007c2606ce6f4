#include "support/recorded_provider.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/hash.h"
#include "providers/reading.h"
#include "support/recorded_transport.h"

namespace studio {
namespace {

using namespace reading;
using OrderedJson = nlohmann::ordered_json;

std::string dump(const OrderedJson& json) { return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace); }

std::optional<std::string> from_base64(std::string_view text) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = letters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = ((bits << 6) | static_cast<unsigned>(value)) & 0xFFFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xFF);
  }
  return bytes;
}

class RecordedProvider final : public Provider {
 public:
  explicit RecordedProvider(ProviderInfo info) : info_(std::move(info)) {
    profile_.answers_inline = true;
    profile_.authorised_download = true;
    profile_.lists = true;
    profile_.list_is_complete = true;
    profile_.echoes_own_id = true;
  }

  const ProviderInfo& info() const override { return info_; }
  const ProviderProfile& profile() const override { return profile_; }

  // --- upload: ask for a place → put the bytes there → say that they are there
  std::optional<HttpRequest> plan_prepare(const ProviderCall& call) const override {
    const InputBlob* blob = picture_of(call);
    if (blob == nullptr) return std::nullopt;
    const Json state = state_from(call.attempt.prepare_state);
    if (!file_of(call).empty()) return std::nullopt;
    if (const auto etag = text_at(state, "etag")) {
      HttpRequest request = to_path(call.endpoint, HttpMethod::Post, HttpProfile::Upload, "/files/complete");
      request.body = dump({{"etag", *etag}, {"sha256", blob->sha256}});
      return as_json(std::move(request));
    }
    if (const auto url = text_at(state, "put_url", 8192)) {
      HttpRequest request = request_to(call.endpoint, profile_, HttpMethod::Put, HttpProfile::Upload, *url);
      request.headers.push_back({"Content-Type", blob->mime});
      request.body_parts = {{"", blob->path, blob->sha256, false, 0, -1}};
      return request;
    }
    HttpRequest request = to_path(call.endpoint, HttpMethod::Post, HttpProfile::Upload, "/files");
    request.body = dump({{"name", blob->sha256}, {"type", blob->mime}, {"size", blob->bytes}});
    return as_json(std::move(request));
  }

  PrepareRead read_prepare(const ProviderCall& call, const HttpResponse& response) const override {
    if (!response.ok()) return call_failed(info_.label, response, call.now_wall_ms);
    const Json state = state_from(call.attempt.prepare_state);
    if (text_at(state, "etag")) {
      const auto json = json_of(response);
      const auto file = json ? text_at(*json, "file") : std::nullopt;
      const InputBlob* blob = picture_of(call);
      if (!file || !is_plain_id(*file) || blob == nullptr) return not_understood(info_.label, "upload");
      const std::int64_t expires = rfc3339_ms(text_at(*json, "expires").value_or("")).value_or(0);
      return Prepared{dump({{"file", *file}, {"sha", blob->sha256}}), {{blob->sha256, *file, expires}}};
    }
    if (text_at(state, "put_url", 8192)) {
      const std::string etag(response.header("etag"));
      if (etag.empty() || etag.size() > 100) return not_understood(info_.label, "upload without an etag");
      return Prepared{dump({{"etag", etag}}), {}};
    }
    const std::string url(response.header("x-upload-url"));
    if (origin_of(url).empty()) return not_understood(info_.label, "no place to upload to");
    return Prepared{dump({{"put_url", url}}), {}};
  }

  // --- submit
  HttpRequest plan_submit(const ProviderCall& call) const override {
    const Recipe& recipe = call.recipe;
    const bool is_clip = recipe.kind == MediaKind::Video;
    HttpRequest request = to_path(call.endpoint, HttpMethod::Post, HttpProfile::Submit, is_clip ? "/clips" : "/images");
    OrderedJson body{{"model", recipe.model}, {"prompt", recipe.prompt}, {"seed", recipe.seed}, {"width", recipe.width}, {"height", recipe.height}};
    if (is_clip) {
      body["seconds"] = recipe.seconds;
      body["image"] = file_of(call);
    }
    body["client_ref"] = call.attempt.key;
    request.body = dump(body);
    request.total_timeout_ms = 300'000;
    return as_json(std::move(request));
  }

  SubmitRead read_submit(const ProviderCall& call, const HttpResponse& response) const override {
    if (!response.ok()) {
      SubmitRead read = submit_without_success(info_.label, profile_, response, call.now_wall_ms);
      const auto json = response.status == 0 ? std::nullopt : json_of(response);
      const bool is_refusal = json && text_at(*json, "code").value_or("") == "moderated";
      if (is_refusal && std::holds_alternative<NotAccepted>(read)) return RefusedByService{"The prompt was refused.", "prompt", false};
      return read;
    }
    const auto json = json_of(response, static_cast<std::size_t>(profile_.inline_max_bytes));
    const std::string unclear = info_.label + " gave an answer that was not understood. It may have accepted the job.";
    if (!json) return Unclear{unclear};
    if (const auto ticket = text_at(*json, "ticket"); ticket && ticket->starts_with("/tickets/") && is_plain_id(ticket->substr(9))) {
      const std::string state = dump({{"ticket", *ticket}});
      return NextRequest{ticket_request(call.endpoint, *ticket), state};
    }
    if (const auto job = text_at(*json, "job"); job && is_plain_id(*job)) return Accepted{*job, dump({{"job", *job}}), number_at(*json, "wait").value_or(0)};
    const Json* images = member(*json, "images");
    if (images == nullptr || !images->is_array() || images->empty()) return Unclear{unclear};
    InlineFinished finished;
    finished.cost = money_at(*json, "charged");
    for (const Json& image : *images) {
      const auto text = text_at(image, "b64", static_cast<std::size_t>(profile_.inline_max_bytes));
      const auto bytes = text ? from_base64(*text) : std::nullopt;
      if (!bytes || bytes->empty()) return Unclear{unclear};
      finished.outputs.push_back({*bytes, text_at(image, "mime").value_or("")});
    }
    return finished;
  }

  std::optional<HttpRequest> plan_continue(const ProviderCall& call) const override {
    const auto ticket = text_at(state_from(call.attempt.remote_state), "ticket");
    if (!ticket) return std::nullopt;
    return ticket_request(call.endpoint, *ticket);
  }

  // --- poll: the status, and once it is ready the result's own address
  HttpRequest plan_poll(const ProviderCall& call) const override {
    const auto result = text_at(state_from(call.attempt.remote_state), "result");
    return to_path(call.endpoint, HttpMethod::Get, HttpProfile::Poll, result ? *result : "/clips/" + percent_encoded(call.attempt.remote_id));
  }

  PollRead read_poll(const ProviderCall& call, const HttpResponse& response) const override {
    if (response.failure == HttpFailure::None && response.status == 404) {
      const auto json = json_of(response);
      if (json && text_at(*json, "code")) return Gone{};
    }
    if (!response.ok()) return poll_failed(info_.label, response, call.now_wall_ms);
    const auto json = json_of(response);
    if (!json || !json->is_object()) return not_understood(info_.label, "status");
    if (text_at(state_from(call.attempt.remote_state), "result")) return read_result(*json);
    const Json* state = member(*json, "state");
    if (state == nullptr) return not_understood(info_.label, "status without a word");
    const std::string word = state->is_string() ? state->get<std::string>() : "(no word)";
    if (word == "ready") {
      const std::string path = text_at(*json, "result").value_or("");
      if (!path.starts_with("/clips/") || !joined_url(call.endpoint, path)) return not_understood(info_.label, "ready without a result");
      return NextRequest{to_path(call.endpoint, HttpMethod::Get, HttpProfile::Poll, path), dump({{"result", path}})};
    }
    if (word == "failed") return FailedByService{sentence_from(text_at(*json, "why").value_or("It failed.")), flag_at(*json, "billed").value_or(false)};
    if (word == "moderated") return RefusedByService{"The picture was refused.", "image", flag_at(*json, "billed").value_or(false)};
    if (word == "stopped") return CancelledByService{};
    Pending pending;
    pending.started = word == "working";
    if (word != "working" && word != "queued") pending.unknown_status = sentence_from(word).empty() ? "(no word)" : sentence_from(word);
    if (const auto percent = number_at(*json, "percent")) pending.progress = std::clamp(*percent / 100, 0.0, 1.0);
    return pending;
  }

  // --- fetch
  HttpRequest plan_fetch(const ProviderCall& call, const RemoteOutput& output) const override {
    HttpRequest request = request_to(call.endpoint, profile_, HttpMethod::Get, HttpProfile::Download, joined_url(call.endpoint, output.url).value_or(output.url));
    request.max_bytes = profile_.max_output_bytes;
    request.total_timeout_ms = 900'000;
    return request;
  }

  FetchRead read_fetch(const ProviderCall& call, const RemoteOutput& output, const HttpResponse& response) const override {
    if (response.failure == HttpFailure::None && (response.status == 404 || response.status == 410)) return OutputExpired{};
    if (!response.ok()) return poll_failed(info_.label, response, call.now_wall_ms);
    if (response.header("content-type").starts_with("text/")) return not_understood(info_.label, "a page instead of the file");
    if (output.bytes > 0 && response.body_bytes != output.bytes) return not_understood(info_.label, "length");
    return Fetched{};
  }

  // --- list and look-up
  std::optional<HttpRequest> plan_list(const Endpoint& endpoint, std::int64_t since_wall_ms, const std::string& page) const override {
    return to_path(endpoint, HttpMethod::Get, HttpProfile::Poll, "/clips?after=" + std::to_string(since_wall_ms) + "&page=" + percent_encoded(page));
  }
  ListRead read_list(const HttpResponse& response) const override {
    if (!response.ok()) return call_failed(info_.label, response, 0);
    const auto json = json_of(response);
    const Json* clips = json ? member(*json, "clips") : nullptr;
    if (clips == nullptr || !clips->is_array()) return not_understood(info_.label, "list");
    RemoteJobs list;
    for (const Json& clip : *clips) {
      const std::string id = text_at(clip, "id").value_or("");
      if (!is_plain_id(id)) return not_understood(info_.label, "list entry");
      list.jobs.push_back({id, text_at(clip, "client_ref").value_or(""), text_at(clip, "model").value_or(""), text_at(clip, "prompt").value_or(""),
                           rfc3339_ms(text_at(clip, "created").value_or("")).value_or(0)});
    }
    list.next_page = text_at(*json, "next").value_or("");
    return list;
  }
  std::optional<HttpRequest> plan_look_up(const ProviderCall& call) const override {
    return to_path(call.endpoint, HttpMethod::Get, HttpProfile::Poll, "/clips?client_ref=" + percent_encoded(call.attempt.key));
  }
  ListRead read_look_up(const ProviderCall&, const HttpResponse& response) const override { return read_list(response); }

 private:
  static Json state_from(const std::string& text) { return parse_json(text).value_or(Json::object()); }

  static const InputBlob* picture_of(const ProviderCall& call) { return call.inputs.empty() ? nullptr : &call.inputs.front(); }

  // The service's name of the picture: from this attempt, else from an earlier upload that still lives.
  static std::string file_of(const ProviderCall& call) {
    const InputBlob* blob = picture_of(call);
    if (blob == nullptr) return {};
    const Json state = state_from(call.attempt.prepare_state);
    if (text_at(state, "sha").value_or("") == blob->sha256) return text_at(state, "file").value_or("");
    for (const RemoteUpload& upload : call.uploads) {
      if (upload.sha256 == blob->sha256) return upload.reference;
    }
    return {};
  }

  static HttpRequest as_json(HttpRequest request) {
    request.headers.push_back({"Content-Type", "application/json"});
    return request;
  }

  HttpRequest to_path(const Endpoint& endpoint, HttpMethod method, HttpProfile kind, const std::string& path) const {
    return request_to(endpoint, profile_, method, kind, endpoint.base_url + path);
  }
  HttpRequest ticket_request(const Endpoint& endpoint, const std::string& ticket) const {
    return to_path(endpoint, HttpMethod::Get, HttpProfile::Poll, ticket);
  }

  PollRead read_result(const Json& json) const {
    const Json* files = member(json, "files");
    if (files == nullptr || !files->is_array()) return not_understood(info_.label, "result");
    Finished finished;
    finished.cost = money_at(json, "charged");
    for (const Json& file : *files) {
      RemoteOutput output;
      output.url = text_at(file, "url", 8192).value_or("");
      if (origin_of(output.url).empty()) return not_understood(info_.label, "file without an address");
      output.mime = text_at(file, "mime").value_or("");
      output.bytes = integer_at(file, "bytes", 0, std::int64_t{1} << 50).value_or(0);
      const std::string sha = text_at(file, "sha256").value_or("");
      if (is_sha256_hex(sha)) output.sha256 = sha;
      output.expires_ms = rfc3339_ms(text_at(file, "expires").value_or("")).value_or(0);
      finished.outputs.push_back(std::move(output));
    }
    return finished;
  }

  const ProviderInfo info_;
  ProviderProfile profile_;
};

}  // namespace

std::unique_ptr<Provider> make_recorded_provider(ProviderInfo info) { return std::make_unique<RecordedProvider>(std::move(info)); }

std::unique_ptr<Provider> make_recorded_provider() {
  std::ifstream in(test_data_folder() / "providers" / "recorded.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  auto info = provider_info_from_json(text);
  if (!info) throw std::runtime_error("recorded.json: " + info.error().detail);
  return make_recorded_provider(std::move(*info));
}

Endpoint recorded_endpoint() { return {"https://api.recorded.test", {{"x-api-key", "recorded-key-0123456789", true}}}; }

}  // namespace studio
