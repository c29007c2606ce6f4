// A project and a sandbox of its own for one benchmark, driven through the headless program.
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/paths.h"
#include "support/process.h"
#include "support/temp_folder.h"

namespace studio {

class BenchProject {
 public:
  BenchProject()
      : environment_{{"XDG_DATA_HOME", (folder() / "data").string()},
                     {"XDG_STATE_HOME", (folder() / "state").string()},
                     {"XDG_CONFIG_HOME", (folder() / "config").string()},
                     {"STUDIO_SANDBOX_STATE", (folder() / "sandbox").string()}} {}

  // `studio_headless VERB … --project P`; what went wrong is printed.
  std::optional<std::string> run(std::vector<std::string> arguments, int limit_ms = 300'000) const {
    arguments.insert(arguments.begin(), headless_);
    for (const std::string& part : {std::string("--project"), project()}) arguments.push_back(part);
    const auto result = run_program(std::move(arguments), environment_, limit_ms);
    if (result.exit_code == 0) return result.out;
    std::fprintf(stderr, "%s\n", result.err.c_str());
    return std::nullopt;
  }
  // Ends with the benchmark. False when it does not come up.
  bool start_sandbox(const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{headless_, "sandbox", "serve", "--state", (folder() / "sandbox").string(), "--port", "0"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    sandbox_.emplace(std::move(arguments), environment_);
    return sandbox_->wait_for_output("listening 127.0.0.1:");
  }

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::string project() const { return (folder() / "film").string(); }
  std::map<std::string, std::string>& environment() { return environment_; }

 private:
  TempFolder folder_;
  std::map<std::string, std::string> environment_;
  const std::string headless_ = sibling_program("studio_headless").string();
  std::optional<Process> sandbox_;
};

}  // namespace studio
