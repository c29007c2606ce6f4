// The window is closed while the service works for it, and opened again.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/paths.h"
#include "support/catch.h"
#include "window/real_window.h"

using namespace studio;

namespace {

std::vector<nlohmann::json> objects_in(const std::string& lines) {
  std::vector<nlohmann::json> found;
  std::istringstream text(lines);
  for (std::string line; std::getline(text, line);) found.push_back(nlohmann::json::parse(line));
  return found;
}

}  // namespace

TEST_CASE("The window closed in mid-flight and opened again: each job ends done, and is billed once") {
  std::string why;
  const TempFolder folder;
  const std::string state = (folder.path() / "sandbox").string();
  const auto window = RealWindow::make({.environment = {{"STUDIO_SANDBOX_STATE", state}}}, why);
  if (!window) STUDIO_SKIP(why);
  // None is done before the window is gone.
  Process server({sibling_program("studio_headless").string(), "sandbox", "serve", "--state", state, "--port", "0", "--latency", "6"});
  REQUIRE(server.wait_for_output("listening 127.0.0.1:"));
  const auto project = (window->folder() / "film").string();
  window->headless({"new", "--project", project});
  const auto count = [&](const char* job_state) { return objects_in(window->headless({"jobs", "--state", job_state, "--project", project, "--json"})).size(); };

  window->open({project});
  XScreen& screen = window->screen();
  screen.click(window->place("##prompt"));
  screen.play("key ctrl+a");
  screen.type("a lighthouse on a cliff");
  screen.click(window->place("count 5"));
  screen.click(window->place("Generate##generate"));
  REQUIRE(window->until([&] { return count("running") > 0; }));
  window->close();
  REQUIRE(count("running") > 0);  // it was in mid-flight
  REQUIRE(count("done") == 0);
  REQUIRE(objects_in(window->headless({"jobs", "--project", project, "--json"})).size() == 5);

  window->open({project});
  CHECK(window->until([&] { return count("done") == 5; }, 90));
  window->close();
  const auto bill = objects_in(window->headless({"sandbox", "bill", "--state", state, "--json"}));
  std::set<std::string> keys;
  for (const auto& line : bill) keys.insert(line.at("key").get<std::string>());
  CHECK(bill.size() == 5);
  CHECK(keys.size() == 5);
}
