// The sandbox's wire (docs/sandbox-api.md, version 1): the provider as it ships reads real JSON, written here.
#include <nlohmann/json.hpp>

#include "providers/sandbox_provider.h"
#include "simulation/wire.h"

namespace studio {
namespace {

using Json = nlohmann::json;

constexpr std::string_view jobs_path = "/v1/jobs", uploads_path = "/v1/uploads", files_path = "/files/";

HttpResponse json_answer(int status, const Json& json) {
  HttpResponse response = answer_of(status, json.dump());
  response.headers.push_back({"Content-Type", "application/json"});
  return response;
}

HttpResponse error_answer(int status, const char* code, const char* message) {
  return json_answer(status, {{"error", {{"code", code}, {"message", message}}}});
}

void add_cost(Json& json, const RemoteRow& row) {
  if (row.states_cost) json["cost"] = Money{row.charged_micros}.dollars();
}

class SandboxWire final : public Wire {
 public:
  SandboxWire(const ServiceTerms& terms, int image_lane) : terms_(terms), image_lane_(image_lane) {}

  std::string provider_id() const override { return "sandbox"; }

  std::unique_ptr<Provider> make_provider() const override {
    ProviderInfo info;
    info.id = "sandbox";
    info.label = "Sandbox";
    info.is_sandbox = true;
    info.image_lane = info.video_lane = image_lane_;
    ModelInfo image;
    image.id = "sandbox-image";
    image.provider = "sandbox";
    image.label = "Sandbox Image";
    image.price = Money{terms_.price_micros};
    image.expected_secs = 6;
    info.models.push_back(image);
    ModelInfo clip = image;
    clip.id = "sandbox-clip";
    clip.kind = MediaKind::Video;
    clip.seconds = {5};
    clip.needs_image = true;
    info.models.push_back(clip);
    return make_sandbox_provider(std::move(info));
  }

  Asked understand(const HttpRequest& request) const override {
    Asked asked;
    const std::string_view url = request.url;
    const auto slash = url.find('/', url.find("//") + 2);
    if (slash == std::string_view::npos) return asked;
    const std::string_view path = url.substr(slash);
    if (path == "/v1/info") {
      asked.what = Asked::For::Info;
    } else if (path.starts_with(uploads_path)) {
      asked.what = Asked::For::Upload;
      if (request.method == HttpMethod::Put) asked.id = path.substr(uploads_path.size() + 1);
    } else if (path.starts_with(files_path)) {
      asked.what = Asked::For::File;
      const std::string rest(path.substr(files_path.size()));
      const auto dot = rest.find('.'), second = rest.find('.', dot + 1);
      asked.id = rest.substr(0, dot);
      asked.file = std::stoi(rest.substr(dot + 1));
      asked.addresses = std::stoi(rest.substr(second + 1));
    } else if (path.starts_with(jobs_path) && request.method == HttpMethod::Post) {
      asked.what = Asked::For::Submit;
      asked.body = request.body;
      for (const HttpHeader& header : request.headers) {
        if (header.name == "Idempotency-Key") asked.key = header.value;
      }
      const Json body = Json::parse(request.body);
      asked.model = body.at("model").get<std::string>();
      asked.prompt = body.at("prompt").get<std::string>();
    } else if (path.starts_with("/v1/jobs?ids=")) {
      asked.what = Asked::For::Statuses;
      std::string_view ids = path.substr(13);
      while (!ids.empty()) {
        const auto end = std::min(ids.find(','), ids.size());
        asked.ids.emplace_back(ids.substr(0, end));
        ids.remove_prefix(std::min(end + 1, ids.size()));
      }
    } else if (path.starts_with("/v1/jobs?since=")) {
      asked.what = Asked::For::List;
      const std::string rest(path.substr(15));
      asked.since_ms = std::stoll(rest);
      if (const auto page = rest.find("&page="); page != std::string::npos) asked.page = static_cast<std::size_t>(std::stoi(rest.substr(page + 6)));
    } else if (path.starts_with(jobs_path)) {
      asked.what = request.method == HttpMethod::Delete ? Asked::For::Cancel : Asked::For::Status;
      asked.id = path.substr(jobs_path.size() + 1);
    }
    return asked;
  }

  HttpResponse info(bool replays) const override { return json_answer(200, {{"replay", replays}}); }
  HttpResponse upload(const Asked& asked) const override {
    if (asked.id.empty()) return json_answer(200, {{"upload_id", "u1"}, {"put_url", "/v1/uploads/u1"}});
    return json_answer(200, {{"reference", "upload:" + asked.id}});
  }
  HttpResponse accepted(const std::string& id) const override { return json_answer(202, {{"id", id}, {"status", "queued"}, {"poll_after_ms", 500}}); }
  // The sandbox has neither; its terms never ask for them.
  HttpResponse ticket(const std::string& id) const override { return accepted(id); }
  HttpResponse with_files(const RemoteRow& row, const std::vector<std::string>&) const override { return accepted(row.id); }
  HttpResponse refused(const RemoteRow* row) const override {
    if (row == nullptr) return error_answer(422, "refused", "The prompt was refused");
    Json json{{"id", row->id}, {"status", "failed"}, {"error", {{"code", "refused"}, {"message", "The picture was refused"}}}};
    add_cost(json, *row);
    return json_answer(200, json);
  }
  HttpResponse status(const RemoteRow& row, const StatusQuirks& quirks, const std::vector<RemoteOutput>& outputs) const override {
    Json json{{"id", row.id}};
    if (row.now == RemoteNow::Working || quirks.says_working || quirks.odd_word) {
      json["status"] = quirks.odd_word ? "THROTTLED" : row.looks > 1 ? "running" : "queued";
      json["progress"] = row.looks / 10.0;
      HttpResponse response = json_answer(200, json);
      if (quirks.poll_after_secs > 0) response.headers.push_back({"Poll-After-Ms", std::to_string(static_cast<int>(quirks.poll_after_secs * 1000))});
      return response;
    }
    if (row.now != RemoteNow::Cancelled && row.end == RemoteEnd::Refused) return refused(&row);
    add_cost(json, row);
    if (row.now == RemoteNow::Cancelled) {
      json["status"] = "cancelled";
    } else if (row.end == RemoteEnd::Failed) {
      json["status"] = "failed";
      json["error"] = {{"code", "broken"}, {"message", "It broke"}};
    } else {
      json["status"] = "done";
      if (!outputs.empty()) {
        const RemoteOutput& output = outputs.front();
        Json file{{"url", std::string(files_path) + output.url}, {"mime", "image/png"}};
        if (!output.sha256.empty()) file["sha256"] = output.sha256;
        if (output.bytes > 0) file["bytes"] = output.bytes;
        if (output.expires_ms > 0) file["expires_at"] = iso_utc(output.expires_ms);
        json["output"] = std::move(file);
      }
    }
    return json_answer(200, json);
  }
  HttpResponse statuses(const std::vector<std::pair<std::string, HttpResponse>>& each) const override {
    Json jobs = Json::array();
    for (const auto& [id, status] : each) {
      jobs.push_back(Json::parse(status.body));
      const std::string poll_after(status.header("Poll-After-Ms"));
      if (!poll_after.empty()) jobs.back()["poll_after_ms"] = std::stoi(poll_after);
    }
    return json_answer(200, {{"jobs", std::move(jobs)}});
  }
  HttpResponse not_known() const override { return error_answer(404, "not_found", "There is no such job"); }
  HttpResponse cancelled(CancelAnswer answer) const override {
    return answer == CancelAnswer::TooLate ? error_answer(409, "too_late", "It is over") : json_answer(200, {{"status", "cancelled"}});
  }
  HttpResponse list(const std::vector<const RemoteRow*>& rows, bool, const std::string& next) const override {
    Json jobs = Json::array();
    for (const RemoteRow* row : rows) {
      jobs.push_back({{"id", row->id}, {"key", row->key}, {"model", row->model}, {"prompt", row->prompt}, {"created_at", row->created_wall_ms}});
    }
    Json json{{"jobs", std::move(jobs)}};
    if (!next.empty()) json["next_page"] = next;
    return json_answer(200, json);
  }
  HttpResponse rejected(int status) const override { return error_answer(status, "no", "The service says no"); }

 private:
  ServiceTerms terms_;
  int image_lane_;
};

}  // namespace

void as_the_sandbox(ServiceTerms& terms) {
  terms.says_so = true;
  terms.key_life_secs = 0;
  terms.lists = terms.list_is_complete = terms.echoes_keys = terms.cancels = true;
  terms.answers_inline = terms.inline_status = terms.tickets = terms.names_ids = false;
  terms.always_states_cost = terms.always_stops = true;
  terms.most_files = 1;
}

std::unique_ptr<Wire> make_sandbox_wire(const ServiceTerms& terms, int image_lane) { return std::make_unique<SandboxWire>(terms, image_lane); }

}  // namespace studio
