// The headless program on a project and a sandbox of its own, for one test.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_folder.h"

namespace studio {

using Json = nlohmann::json;
using Args = std::vector<std::string>;

std::vector<Json> json_lines(const std::string& text);

class Headless {
 public:
  Headless();
  ~Headless();  // ends the sandbox

  // `studio_headless VERB … --project P --json`; a verb without a project is called with run_plain.
  ProgramResult run(Args arguments, int limit_ms = 90'000) const;
  ProgramResult run_in(const std::filesystem::path& project, Args arguments, int limit_ms = 90'000) const;
  ProgramResult run_plain(Args arguments, int limit_ms = 90'000) const;
  Args command(const std::filesystem::path& project, Args arguments) const;
  // Runs, demands that exit code and gives the lines of JSON.
  std::vector<Json> lines(Args arguments, int exit_code = 0) const;

  // A sandbox started by hand with these options, ready when this returns.
  std::unique_ptr<Process> serve(Args options) const;
  std::vector<Json> bill() const;

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path project() const { return folder_.path() / "film"; }
  std::filesystem::path sandbox_state() const { return folder_.path() / "sandbox"; }
  const std::map<std::string, std::string>& environment() const { return environment_; }
  // For what is started from now on.
  void set(const std::string& name, const std::string& value) { environment_[name] = value; }

 private:
  TempFolder folder_;
  std::map<std::string, std::string> environment_;
};

std::string hash_of_file(const std::filesystem::path& path);

}  // namespace studio
