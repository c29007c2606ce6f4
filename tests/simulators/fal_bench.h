// What the tests of the simulated fal.ai share: a server over real sockets with a painter that a test can hold back, or the real
// one, and requests in few words.
#pragma once

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "simulators/fal_server.h"
#include "simulators/raw_http.h"
#include "support/catch.h"
#include "support/temp_folder.h"

namespace studio::fal_test {

using Json = nlohmann::json;

inline constexpr const char* test_key = "test-id:test-secret";
inline constexpr const char* kling = "fal-ai/kling-video/v2.1/standard/image-to-video";
inline constexpr const char* hailuo = "fal-ai/minimax/hailuo-02/standard/image-to-video";

// Writes the order's words as the files. While held, painters wait until it opens or they are stopped.
class Gate {
 public:
  simulators::FalPaint painter();
  void hold() { set(false); }
  void open() { set(true); }
  void wait_until_started(int count);

 private:
  void set(bool is_open);

  std::mutex mutex_;
  std::condition_variable_any opened_;
  std::condition_variable changed_;
  bool is_open_ = true;
  int started_ = 0;
};

// An answer with its body read as JSON where it is some.
struct Reply : RawAnswer {
  explicit Reply(RawAnswer answer) : RawAnswer(std::move(answer)), json(Json::parse(body, nullptr, false)) {}
  Json json;
  // The types of {"detail": […]}, for a look at all of them at once: "missing body.prompt".
  std::vector<std::string> faults() const;
};

// What a service did, whoever runs it.
class Client {
 public:
  Client(int port, std::string key, std::string control_token) : port_(port), key_(std::move(key)), control_token_(std::move(control_token)) {}

  RawHeaders with_key(RawHeaders headers = {}) const;
  Reply get(const std::string& target, RawHeaders headers = {}) const { return Reply(ask_raw(port_, "GET", target, with_key(std::move(headers)))); }
  Reply put(const std::string& target, RawHeaders headers = {}, const std::string& body = {}) const {
    return Reply(ask_raw(port_, "PUT", target, with_key(std::move(headers)), body));
  }
  Reply post(const std::string& target, const Json& body, RawHeaders headers = {}) const;
  Reply submit(const std::string& endpoint, const Json& input, RawHeaders headers = {}) const { return post("/queue/" + endpoint, input, std::move(headers)); }
  // Of addresses that an answer gave.
  Reply follow(const std::string& address, const std::string& method = "GET", RawHeaders headers = {}) const;
  Reply fetch(const std::string& address, RawHeaders headers = {}) const;  // without the key, as files are

  // The request once it is COMPLETED; work is on other threads, so this looks until it is so.
  Json completed(const Reply& submitted) const;
  // The answer of response_url then.
  Reply result(const Reply& submitted) const;
  // Two calls; the address of the file.
  std::string upload(const std::string& bytes, const std::string& content_type = "image/png", const std::string& name = "picture.png") const;

  Reply control(const std::string& method, const std::string& path, const Json& body = nullptr) const;
  void obey(const Json& orders) const;  // demands 200
  // How often the rule of that name bit.
  std::int64_t bites(const std::string& rule = "rule 1") const;
  Json log() const { return control("GET", "/control/log").json; }
  Json bill() const { return control("GET", "/control/bill").json.at("lines"); }

  int port() const { return port_; }

 private:
  int port_;
  std::string key_, control_token_;
};

// A server in this process, on a free port.
struct Served {
  TempFolder own_folder;
  FakeClock fake_clock;
  SystemClock system_clock;
  Gate gate;
  std::unique_ptr<simulators::FalServer> server;

  struct Setup {
    Json settings = Json::object();
    Json rules = Json::array();
    bool has_real_painter = false;
    bool has_fake_clock = false;
    std::filesystem::path folder;  // empty: its own
    std::string key = test_key;
  };
  explicit Served(const Setup& setup);
  Served() : Served(Setup()) {}
  ~Served() { gate.open(); }

  Client client() const { return {server->port(), server->board().key(), server->board().control_token()}; }
};

// One rule in an array, as the control door takes them. Named "rule 1" when it has no name.
Json one_rule(const Json& match, const Json& what, std::int64_t times = 1);
Json picture_input(const std::string& prompt = "a harbour at dawn");
// A real PNG of that size.
std::string png_of(int width, int height);

}  // namespace studio::fal_test
