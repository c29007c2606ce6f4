#include "contract/provider_subjects.h"

#include <fstream>

#include "base/file.h"
#include "base/hash.h"
#include "base/paths.h"
#include "providers/fal_provider.h"
#include "providers/provider_set.h"
#include "providers/sandbox_provider.h"
#include "support/recorded_provider.h"

namespace studio {
namespace {

// From the files that the recordings were made of, by sha256sum.
constexpr const char* still_sha256 = "cb6d258678c8a50661fcb62895433baf107e38c408a9f171180e61609d67528a";
constexpr const char* clip_sha256 = "bb395f107103af90c24c7f0c32cf9d2d0d27068bdce6a58c31408d4c46835579";

Recipe recipe_of(const std::string& provider, const std::string& model, MediaKind kind, double seconds) {
  Recipe recipe;
  recipe.kind = kind;
  recipe.provider = provider;
  recipe.model = model;
  recipe.prompt = "a tram in fog, 霧の電車";
  recipe.seed = 7;
  recipe.width = 1280;
  recipe.height = 720;
  recipe.seconds = seconds;
  return recipe;
}

ProviderInfo shipped_info(const std::string& id) {
  auto text = read_file(assets_folder() / "providers" / (id + ".json"));
  if (!text) throw std::runtime_error(text.error().message);
  auto info = provider_info_from_json(*text);
  if (!info) throw std::runtime_error(info.error().detail);
  return std::move(*info);
}

Subject fal_subject() {
  Subject fal;
  fal.name = "fal";
  fal.make = [] { return make_fal_provider(shipped_info("fal")); };
  fal.recording = "fal";
  fal.endpoint = {"https://queue.fal.run", {{"Authorization", "Key 0123abcd:secret-0123456789", true}}};
  fal.flows = {{"picture", recipe_of("fal", "fal-flux-dev", MediaKind::Image, 0), still_sha256},
               {"clip", recipe_of("fal", "fal-kling", MediaKind::Video, 5), clip_sha256}};
  fal.remote_id = "5d0c7a1e-8a44-4a0b-9c1d-2f6f1e1b7a90";
  fal.status_with_word = [](const std::string& word) { return R"({"status":)" + word + "}"; };
  fal.done_without_files = R"({"images":[],"seed":7,"has_nsfw_concepts":[]})";
  fal.done_headers = {{"x-fal-billable-units", "1"}};
  fal.remote_state_when_done = fal.remote_state_at_end = R"({"completed_ms":1795000000000})";
  fal.upload_reference = "https://v3b.fal.media/files/b/earlier/start.png";
  fal.takes_key = false;
  fal.describes_files = false;
  fal.says_same_again = true;
  fal.poll_after_secs = 0;
  return fal;
}

std::vector<Subject> make_subjects() {
  std::vector<Subject> list;
  Subject sandbox;
  sandbox.name = "sandbox";
  sandbox.make = [] { return make_sandbox_provider(shipped_info("sandbox")); };
  sandbox.recording = "sandbox";
  sandbox.endpoint = {"http://127.0.0.1:41234", {{"Authorization", "Bearer sandbox-token-0123456789", true}}};
  sandbox.flows = {{"picture", recipe_of("sandbox", "sandbox-flux", MediaKind::Image, 0), still_sha256},
                   {"clip", recipe_of("sandbox", "sandbox-motion", MediaKind::Video, 5), clip_sha256}};
  sandbox.remote_id = "s_0001";
  sandbox.status_with_word = [](const std::string& word) { return R"({"id":"s_0001","status":)" + word + "}"; };
  sandbox.done_without_files = R"({"id":"s_0001","status":"done","cost":0.04})";
  sandbox.upload_reference = "upload:u_earlier";
  list.push_back(std::move(sandbox));

  Subject recorded;
  recorded.name = "recorded";
  recorded.make = [] { return make_recorded_provider(); };
  recorded.recording = "recorded";
  recorded.endpoint = recorded_endpoint();
  recorded.flows = {{"picture in the answer", recipe_of("recorded", "recorded-still", MediaKind::Image, 0), still_sha256},
                    {"clip by chains", recipe_of("recorded", "recorded-clip", MediaKind::Video, 2), clip_sha256}};
  recorded.remote_id = "clip-77";
  recorded.status_with_word = [](const std::string& word) { return R"({"state":)" + word + "}"; };
  recorded.done_without_files = R"({"charged":0.1,"files":[]})";
  recorded.remote_state_when_done = R"({"result":"/clips/clip-77/result"})";
  recorded.upload_reference = "file-earlier";
  list.push_back(std::move(recorded));

  list.push_back(fal_subject());
  return list;
}

}  // namespace

const std::vector<Subject>& subjects() {
  static const std::vector<Subject> list = make_subjects();
  return list;
}

CallBox call_box(const Subject& subject, const Flow& flow, const TempFolder& folder) {
  CallBox box;
  box.recipe = flow.recipe;
  box.endpoint = subject.endpoint;
  box.attempt.provider = flow.recipe.provider;
  box.attempt.model = flow.recipe.model;
  box.attempt.endpoint = flow.recipe.provider + ":default";
  box.attempt.key = "0123456789abcdef0123456789abcdef";
  if (flow.recipe.kind != MediaKind::Video) return box;
  const std::string bytes = "the bytes of a picture";
  const auto path = folder.path() / "input.png";
  std::ofstream(path, std::ios::binary) << bytes;
  box.recipe.inputs = {{"image", sha256_hex(bytes)}};
  box.inputs = {{"image", sha256_hex(bytes), path.string(), "image/png", static_cast<std::int64_t>(bytes.size())}};
  return box;
}

std::string text_of(const HttpRequest& request) {
  std::string text = std::string(to_string(request.method)) + " " + std::to_string(static_cast<int>(request.profile)) + " " + request.url + "\n";
  for (const HttpHeader& header : request.headers) text += header.name + ": " + header.value + (header.secret ? " (secret)\n" : "\n");
  text += request.body + "\n" + request.body_file + "\n" + request.answer_file + "\n";
  for (const HttpBodyPart& part : request.body_parts) {
    text += "part " + part.text + "|" + part.file + "|" + part.sha256 + "|" + std::to_string(part.base64) + std::to_string(part.offset) + "/" + std::to_string(part.bytes) + "\n";
  }
  return text + std::to_string(request.max_bytes) + " " + std::to_string(request.total_timeout_ms) + " " + std::to_string(request.local) + "\n";
}

HttpResponse answer_of(int status, std::string body, std::string content_type) {
  HttpResponse response;
  response.status = status;
  response.request_sent = true;
  if (!content_type.empty()) response.headers.push_back({"Content-Type", std::move(content_type)});
  response.body_bytes = static_cast<std::int64_t>(body.size());
  response.body = std::move(body);
  return response;
}

std::vector<std::pair<std::string, std::string>> bad_bodies() {
  return {
      {"empty", ""},
      {"page", "<!doctype html><html><title>Sign in to the hotel</title></html>"},
      {"text", "Internal Server Error"},
      {"cut", R"({"id":"s_0001","sta)"},
      {"deep arrays", std::string(100'000, '[')},
      {"deep objects", [] {
         std::string text;
         for (int i = 0; i < 20'000; ++i) text += "{\"a\":";
         return text + "1" + std::string(20'000, '}');
       }()},
      {"array", "[]"},
      {"number", "7"},
      {"null", "null"},
      {"empty object", "{}"},
      {"overflow", R"({"id":1e999,"job":1e999,"status":1e999})"},
      {"huge integer", R"({"id":99999999999999999999999999,"job":-99999999999999999999999999,"status":18446744073709551616})"},
      {"bad UTF-8", "{\"id\":\"\xC3\x28\",\"job\":\"\xC3\x28\",\"status\":\"done\"}"},
      {"lone surrogate", R"({"id":"\ud800","job":"\ud800","state":"ready"})"},
      {"NUL", std::string("{\"id\":\"s\0x\"}", 12)},
      {"id of another type", R"({"id":{},"job":[],"ticket":7,"images":"none","status":[],"state":{}})"},
      {"id that climbs", R"({"id":"../../admin","job":"../../admin","ticket":"/tickets/../../admin"})"},
      {"id with a newline", R"({"id":"a\r\nX: y","job":"a\r\nX: y"})"},
      {"endless id", R"({"id":")" + std::string(100'000, 'a') + R"(","job":")" + std::string(100'000, 'a') + "\"}"},
      {"two documents", R"({"error":"x"}{"error":"y"})"},
      {"picture that is none", R"({"images":[{"b64":"%%%"}]})"},
      {"no pictures", R"({"images":[]})"},
  };
}

}  // namespace studio
