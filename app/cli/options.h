// The command line of the headless program as values.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace studio {

struct CliOptions {
  std::string verb;
  std::filesystem::path project;
  bool json = false;
  bool wait = false;
  std::vector<std::string> names;  // assets, jobs or files, as written
  // generate, animate
  std::optional<std::string> prompt, model, recipe;
  std::string aspect = "1:1";
  std::string strategy = "mixed";
  int count = 1;
  std::optional<std::int64_t> seed;
  double seconds = 5;
  bool picked = false, another = false;
  // import, mark
  std::optional<std::string> version_of;
  // mark
  bool pick = false, reject = false, clear = false;
  std::optional<int> stars;
  // list, jobs
  std::vector<std::string> states;
  std::optional<std::string> kind;
  // cancel, retry
  bool all = false, resubmit = false, write_off = false;
  std::string link;  // the id at the service
  std::optional<std::string> charged;  // "all", "none", a sum
  std::optional<std::string> generation;
  // jobs, edit, pause
  std::optional<std::string> move, priority, negative_prompt, size;
  std::optional<double> clip_seconds;
  bool dismiss = false, needs = false;
  std::optional<std::string> after_crash;
  // costs
  std::optional<std::string> cap_run, cap_day, cap_project, cap_minute;
  bool play = false, go_on = false;
  std::vector<std::string> allow, disallow;  // "MODEL=AMOUNT", "MODEL"
  // export
  std::optional<std::string> to, name_template;
};

// What to do instead of running a verb: print a help text (exit 0), or one sentence about bad usage (exit 2).
struct CliStop {
  int exit_code = 2;
  std::string text;
};

tl::expected<CliOptions, CliStop> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace studio
