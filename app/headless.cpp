// The headless program: the same core without a window, the sandbox's server, and the simulators of real services.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/core_files.h"
#include "base/redaction.h"
#include "cli/options.h"
#include "cli/verbs.h"
#include "http/http_client.h"
#include "sandbox/sandbox.h"
#include "simulators/simulators.h"

int main(int argc, char** argv) {
  studio::forbid_core_files();  // the sandbox and the simulators too: they hold keys as well
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  studio::http_init();  // libcurl, before any thread
  if (!arguments.empty() && arguments.front() == "sandbox") {
    return studio::sandbox_main({arguments.data() + 1, arguments.size() - 1});
  }
  if (!arguments.empty() && arguments.front() == "simulate") {
    return studio::simulate_main({arguments.data() + 1, arguments.size() - 1});
  }
  try {
    const auto options = studio::parse_command_line(arguments);
    if (!options) {
      std::fprintf(options.error().exit_code == 0 ? stdout : stderr, "%s\n", options.error().text.c_str());
      return options.error().exit_code;
    }
    return studio::run_verb(*options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "Something went wrong that this program did not expect (%s). What is queued or done is kept.\n",
                 studio::redacted(error.what()).c_str());
    return 1;
  }
}
