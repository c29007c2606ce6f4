// Calls to fal.ai's provider, and answers to it, for its tests.
#pragma once

#include "base/paths.h"
#include "providers/provider_set.h"

namespace studio {

inline constexpr const char* fal_id = "764cabcf-b745-4b3e-ae38-1200304cf45b";

inline const Provider& fal_provider() {
  static const ProviderSet set = [] {
    auto loaded = load_providers(assets_folder());
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }();
  return *set.find("fal");
}

// Owns what a ProviderCall refers to: a picture to be made, or a clip from a picture.
struct FalCall {
  Recipe recipe;
  Attempt attempt;
  Endpoint endpoint{"", {{"Authorization", "Key 0123abcd:secret-0123456789", true}}};
  std::vector<InputBlob> inputs;
  std::vector<RemoteUpload> uploads;
  std::int64_t now_wall_ms = 1'795'262'400'000;  // 2026-11-21T12:00:00Z

  explicit FalCall(const std::string& model = "fal-flux-dev") {
    recipe.provider = "fal";
    recipe.model = model;
    recipe.prompt = "a harbour at dawn";
    recipe.seed = 7;
    recipe.width = 1344;
    recipe.height = 768;
    attempt.provider = "fal";
    attempt.model = model;
    attempt.key = "0123456789abcdef0123456789abcdef";
    attempt.remote_id = fal_id;
  }
  static FalCall clip(const std::string& model, double seconds) {
    FalCall call(model);
    call.recipe.kind = MediaKind::Video;
    call.recipe.seconds = seconds;
    call.recipe.inputs = {{"image", std::string(64, 'a')}};
    call.inputs = {{"image", std::string(64, 'a'), "/vault/a", "image/png", 1234}};
    call.uploads = {{std::string(64, 'a'), "https://v3b.fal.media/files/b/a.png", 0}};
    return call;
  }
  // The service said COMPLETED so many milliseconds ago.
  FalCall& completed(std::int64_t ago_ms = 0) {
    attempt.remote_state = R"({"completed_ms":)" + std::to_string(now_wall_ms - ago_ms) + "}";
    return *this;
  }
  ProviderCall call() const { return {recipe, attempt, endpoint, inputs, uploads, now_wall_ms}; }
};

inline HttpResponse fal_answer(int status, std::string body, std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.request_sent = true;
  response.headers = std::move(headers);
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = std::move(body);
  return response;
}

inline bool has_secret(const HttpRequest& request) {
  for (const HttpHeader& header : request.headers) {
    if (header.secret) return true;
  }
  return false;
}

}  // namespace studio
