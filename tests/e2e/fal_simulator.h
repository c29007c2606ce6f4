// The simulator of fal.ai as its own process, with options of a test's own, and its bill.
#pragma once

#include <cmath>

#include "base/file.h"
#include "e2e/headless.h"
#include "simulators/raw_http.h"
#include "support/catch.h"

namespace studio {

class Fal {
 public:
  // `faults`: as docs/simulators.md says.
  Fal(Headless& studio, const Json& faults = Json::object(), const std::string& key = "me:secret-of-the-test") : studio_(studio) {
    REQUIRE(make_folder(folder()));
    REQUIRE(write_file_durable(folder() / "faults.json", faults.dump()));
    server_ = std::make_unique<Process>(Args{studio.command({}, {}).at(0), "simulate", "fal", "--state", folder().string(), "--port", "0", "--key",
                                             key, "--faults", (folder() / "faults.json").string()},
                                        studio.environment());
    REQUIRE(server_->wait_for_output("listening 127.0.0.1:"));
    const std::string& out = server_->out();
    port_ = std::atoi(out.c_str() + out.find("127.0.0.1:") + 10);
    studio.set("STUDIO_ENDPOINT_FAL", "http://127.0.0.1:" + std::to_string(port_));
    studio.set("STUDIO_KEY_FAL", key);
  }

  std::vector<Json> bill() const {
    const auto result = run_program({studio_.command({}, {}).at(0), "simulate", "fal", "bill", "--state", folder().string(), "--json"}, studio_.environment());
    REQUIRE(result.exit_code == 0);
    return json_lines(result.out);
  }
  std::int64_t billed_micros() const {
    std::int64_t sum = 0;
    for (const Json& line : bill()) sum += line.at("amount_micros").get<std::int64_t>();
    return sum;
  }

  // Paid requests that arrived, whatever was answered.
  int submits() const { return log().at("counts").value("submit", 0); }
  // What was answered to requests of that purpose.
  std::vector<int> answers_to(const std::string& purpose) const {
    std::vector<int> statuses;
    const Json report = log();
    for (const Json& seen : report.at("requests")) {
      if (seen.at("purpose") == purpose) statuses.push_back(seen.at("status"));
    }
    return statuses;
  }
  // Rules and settings from now on.
  void obey(const Json& faults) const { ask("PUT", "/control/faults", faults.dump()); }

 private:
  Json log() const { return ask("GET", "/control/log"); }
  Json ask(const std::string& method, const std::string& path, const std::string& body = {}) const {
    const auto endpoint = read_file(folder() / "endpoint.json");
    REQUIRE(endpoint);
    const std::string token = Json::parse(*endpoint).at("control_token");
    const RawAnswer answer = ask_raw(port_, method, path, {{"Authorization", "Bearer " + token}}, body);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  std::filesystem::path folder() const { return studio_.folder() / "fal"; }
  Headless& studio_;
  std::unique_ptr<Process> server_;
  int port_ = 0;
};

inline Json books_in_dollars(const Headless& studio) {
  for (const Json& line : studio.lines({"costs"})) {
    if (line.at("currency") == "usd") return line;
  }
  return {};
}

inline std::int64_t micros(const Json& dollars) { return std::llround(dollars.get<double>() * 1e6); }

}  // namespace studio
