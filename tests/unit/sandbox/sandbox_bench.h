// What the sandbox's tests share: a stand-in for the painter whose work a test can hold back, and requests in few words.
#pragma once

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/hash.h"
#include "sandbox/api.h"
#include "sandbox/board.h"
#include "sandbox/state.h"
#include "support/catch.h"
#include "support/temp_folder.h"

namespace studio::sandbox_test {

using Json = nlohmann::json;

// Writes the order's words as the output. While held, workers wait at the gate until it opens or they are stopped.
class Gate {
 public:
  RenderFunction painter() {
    return [this](const RenderOrder& order, const std::stop_token& stop, const std::function<void(double)>&) -> Result<void> {
      std::unique_lock lock(mutex_);
      ++started_;
      changed_.notify_all();
      if (!opened_.wait(lock, stop, [&] { return is_open_; })) return fail(ErrorKind::Cancelled, "stopped");
      if (!complaint_.empty()) return fail(ErrorKind::Damaged, complaint_);
      std::ofstream(order.file) << order.model << "|" << order.prompt << "|" << order.seed << "|" << order.width << "x" << order.height;
      return {};
    };
  }
  void hold() { set(false); }
  void open() { set(true); }
  void complain(std::string words) {
    std::lock_guard lock(mutex_);
    complaint_ = std::move(words);
  }
  void wait_until_started(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return started_ >= count; });
  }
  int started() {
    std::lock_guard lock(mutex_);
    return started_;
  }

 private:
  void set(bool is_open) {
    std::lock_guard lock(mutex_);
    is_open_ = is_open;
    opened_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable_any opened_;
  std::condition_variable changed_;
  bool is_open_ = true;
  int started_ = 0;
  std::string complaint_;
};

inline Json picture_body(const std::string& prompt = "a red fox in snow", std::int64_t seed = 7) {
  return {{"model", "sandbox-flux"}, {"prompt", prompt}, {"seed", seed}, {"width", 256}, {"height", 128}};
}

inline std::string key_of(int n) { return "key-for-tests-" + std::to_string(100000 + n); }

// A board on a folder, and the interface over it, without sockets.
struct Service {
  FakeClock clock;
  Gate gate;
  std::unique_ptr<JobBoard> board;

  explicit Service(const std::filesystem::path& folder, SandboxOptions options = {}) {
    options.state_dir = folder;
    auto state = SandboxState::open(folder);
    REQUIRE(state);
    board = std::make_unique<JobBoard>(std::move(*state), options, gate.painter(), clock);
  }
  ~Service() { gate.open(); }

  ApiAnswer ask(ApiRequest request) const {
    if (request.authorization.empty()) request.authorization = "Bearer " + board->token();
    return answer_api(*board, request);
  }
  ApiAnswer get(const std::string& path, std::map<std::string, std::string> query = {}) const {
    ApiRequest request;
    request.method = "GET";
    request.path = path;
    request.query = std::move(query);
    return ask(request);
  }
  ApiAnswer post(const std::string& path, const std::string& body, const std::string& key = {}) const {
    ApiRequest request;
    request.method = "POST";
    request.path = path;
    request.body = body;
    request.idempotency_key = key;
    return ask(request);
  }
  ApiAnswer submit(const Json& body, const std::string& key) const { return post("/v1/jobs", body.dump(), key); }
  ApiAnswer cancel(const std::string& id) const {
    ApiRequest request;
    request.method = "DELETE";
    request.path = "/v1/jobs/" + id;
    return ask(request);
  }
  ApiAnswer put(const std::string& path, const std::string& bytes) const {
    ApiRequest request;
    request.method = "PUT";
    request.path = path;
    request.body = bytes;
    return ask(request);
  }
  // The job once it is over. Rendering is on other threads, so this looks until it is so.
  Json over(const std::string& id) const {
    for (;;) {
      const Json job = Json::parse(get("/v1/jobs/" + id).body);
      const std::string status = job.at("status");
      if (status != "queued" && status != "running") return job;
      std::this_thread::yield();
    }
  }
  std::string upload(const std::string& bytes) const {
    const Json body{{"sha256", sha256_hex(bytes)}, {"bytes", bytes.size()}, {"mime", "image/png"}};
    const Json announced = Json::parse(post("/v1/uploads", body.dump()).body);
    return Json::parse(put(announced.at("put_url"), bytes).body).at("reference");
  }
};

inline std::string code_of(const ApiAnswer& answer) {
  const Json json = Json::parse(answer.body, nullptr, false);
  if (!json.is_object() || !json.contains("error")) return {};
  CHECK(json["error"].size() == 2);
  CHECK(!json["error"].value("message", "").empty());
  return json["error"].value("code", "");
}
inline std::string id_of(const ApiAnswer& answer) { return Json::parse(answer.body).at("id"); }

}  // namespace studio::sandbox_test
