// A sandbox with options of a test's own, in the stage's folder.
#pragma once

#include <algorithm>

#include "base/paths.h"
#include "support/process.h"
#include "ui/stage.h"

namespace studio {

// The sandbox of the stage, started by hand with these options.
inline std::unique_ptr<Process> serve(Stage& stage, std::vector<std::string> options) {
  std::vector<std::string> arguments = {sibling_program("studio_headless").string(),
                                        "sandbox",
                                        "serve",
                                        "--state",
                                        stage.sandbox_state().string(),
                                        "--port",
                                        "0"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  auto process = std::make_unique<Process>(arguments);
  return process->wait_for_output("listening ") ? std::move(process) : nullptr;
}

// As a person reads it in the service's own list; empty: there is none.
std::string first_remote_id(const std::filesystem::path& state);

// How many jobs it took and billed so far.
inline int billed(Stage& stage) {
  const auto bill = run_program({sibling_program("studio_headless").string(), "sandbox", "bill", "--state", stage.sandbox_state().string()});
  return std::max(0, static_cast<int>(std::count(bill.out.begin(), bill.out.end(), '\n')) - 1);  // the last line is the sum
}

}  // namespace studio
