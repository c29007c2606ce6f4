#include "e2e/headless.h"

#include <csignal>

#include "base/file.h"
#include "base/hash.h"
#include "base/paths.h"
#include "support/catch.h"

namespace studio {

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(Json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

Headless::Headless() {
  const auto home = folder_.path() / "home";
  std::filesystem::create_directories(home);
  environment_ = {{"STUDIO_SANDBOX_STATE", sandbox_state().string()}, {"HOME", home.string()}, {"XDG_DATA_HOME", ""},
                  {"XDG_STATE_HOME", ""}, {"XDG_CONFIG_HOME", ""}, {"XDG_CACHE_HOME", ""},
                  // A key of the user's has no business in a test.
                  {"DBUS_SESSION_BUS_ADDRESS", "disabled:"}, {"STUDIO_KEY_FAL", ""}, {"FAL_KEY", ""}, {"STUDIO_ENDPOINT_FAL", ""}};
}

Headless::~Headless() {
  const auto text = read_file(sandbox_state() / "endpoint.json");
  if (!text) return;
  const Json json = Json::parse(*text, nullptr, false);
  if (json.is_object() && json.contains("pid")) ::kill(json["pid"].get<pid_t>(), SIGKILL);
}

Args Headless::command(const std::filesystem::path& project, Args arguments) const {
  arguments.insert(arguments.begin(), sibling_program("studio_headless").string());
  for (const char* part : {"--project", project.c_str(), "--json"}) arguments.push_back(part);
  return arguments;
}

ProgramResult Headless::run_in(const std::filesystem::path& project, Args arguments, int limit_ms) const {
  return run_program(command(project, std::move(arguments)), environment_, limit_ms);
}

ProgramResult Headless::run(Args arguments, int limit_ms) const { return run_in(project(), std::move(arguments), limit_ms); }

ProgramResult Headless::run_plain(Args arguments, int limit_ms) const {
  arguments.insert(arguments.begin(), sibling_program("studio_headless").string());
  return run_program(std::move(arguments), environment_, limit_ms);
}

std::vector<Json> Headless::lines(Args arguments, int exit_code) const {
  const std::string verb = arguments.front();
  const auto result = run(std::move(arguments));
  INFO(verb << " said: " << result.err);
  REQUIRE(result.exit_code == exit_code);
  return json_lines(result.out);
}

std::unique_ptr<Process> Headless::serve(Args options) const {
  Args arguments = {sibling_program("studio_headless").string(), "sandbox", "serve", "--state", sandbox_state().string(), "--port", "0"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  auto process = std::make_unique<Process>(arguments, environment_);
  REQUIRE(process->wait_for_output("listening 127.0.0.1:"));
  return process;
}

std::vector<Json> Headless::bill() const {
  const auto result = run_plain({"sandbox", "bill", "--state", sandbox_state().string(), "--json"});
  REQUIRE(result.exit_code == 0);
  return json_lines(result.out);
}

std::string hash_of_file(const std::filesystem::path& path) { return sha256_hex(read_file(path, 1u << 30).value()); }

}  // namespace studio
