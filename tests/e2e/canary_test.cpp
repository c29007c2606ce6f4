// A key with a mark in it goes through everything that writes: failures that name the key, doubtful submits, export, crashes.
// Afterwards no byte of any file or output has it, in any form.

#include <csignal>

#include "base/redaction.h"
#include "e2e/fal_simulator.h"

using namespace studio;

namespace {

// With characters that addresses, JSON and base64 write differently.
const std::string secret = "kanarie/7f3a+9cZq=x~Wb2";
const std::string key = "canary-id:" + secret;

// All that a service could say of it: as it is, percent-encoded, and as the base64 of a header (made by other programs).
const std::string said = "The key canary-id:kanarie/7f3a+9cZq=x~Wb2 (canary-id%3Akanarie%2F7f3a%2B9cZq%3Dx~Wb2, "
                         "Y2FuYXJ5LWlkOmthbmFyaWUvN2YzYSs5Y1pxPXh+V2Iy, S2V5IGNhbmFyeS1pZDprYW5hcmllLzdmM2ErOWNacT14fldiMg==) is not welcome";

Json rule(Json match, Json deed, int times = 1) { return {{"match", std::move(match)}, {"do", std::move(deed)}, {"times", times}}; }

struct Found {
  int files = 0;
  std::vector<std::string> places;
};

void search(const std::string& place, const std::string& bytes, Found& found) {
  ++found.files;
  for (const std::string& whole : {key, secret, std::string("canary-id%3Akanarie%2F7f3a%2B9cZq%3Dx~Wb2"), std::string("canary-id%3akanarie%2f7f3a%2b9cZq%3dx~Wb2"),
                                   std::string("kanarie\\/7f3a+9cZq=x~Wb2"), std::string("Y2FuYXJ5LWlkOmthbmFyaWUvN2YzYSs5Y1pxPXh+V2Iy"),
                                   std::string("S2V5IGNhbmFyeS1pZDprYW5hcmllLzdmM2ErOWNacT14fldiMg")}) {
    if (bytes.find(whole) != std::string::npos) found.places.push_back(place + ": " + whole.substr(0, 12));
  }
  for (const std::string& whole : {key, secret})
    for (const std::string& form : forms_of_secret(whole))
      if (bytes.find(form) != std::string::npos) found.places.push_back(place + ": a form of it");
}

// Everything that was written, but what the service itself keeps.
Found search_all(const Headless& studio, const std::vector<std::pair<std::string, std::string>>& outputs) {
  Found found;
  for (const auto& [name, text] : outputs) search(name, text, found);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(studio.folder())) {
    if (!entry.is_regular_file() || entry.path().string().starts_with((studio.folder() / "fal").string() + "/")) continue;
    const auto bytes = read_file(entry.path(), 1u << 30);
    REQUIRE(bytes);
    search(entry.path().string(), entry.path().filename().string() + *bytes, found);
  }
  return found;
}

int core_files(const std::filesystem::path& folder) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.path().filename().string().starts_with("core") ? 1 : 0;
  return count;
}

// Run where a core file may be written, into that folder.
Args with_cores(Args command) {
  command.insert(command.begin(), {"sh", "-c", "ulimit -c unlimited 2>/dev/null; exec \"$@\"", "sh"});
  return command;
}

}  // namespace

TEST_CASE("canary: no byte of project, export, state, output or crash has the key", "[fault-66]") {
  Headless studio;
  const Fal fal(studio,
                {{"rules",
                  {rule({{"purpose", "submit"}, {"body_contains", "doubtful"}}, {{"close", "after"}}),
                   rule({{"purpose", "submit"}, {"body_contains", "unwelcome"}}, {{"status", 422}, {"body", {{"detail", {{{"loc", {"body", "prompt"}}, {"msg", said}, {"type", key}}}}}}}),
                   rule({{"purpose", "submit"}, {"body_contains", "broken"}}, {{"outcome", {{"status", 500}, {"error_type", "runner_server_error"}, {"message", said}}}}),
                   rule({{"purpose", "submit"}, {"body_contains", "locked out"}}, {{"status", 401}, {"body", {{"detail", said}}}, {"headers", {{"X-Your-Key", key}}}}, 0),
                   rule({{"purpose", "status"}, {"nth", 1}}, {{"status", 200}, {"body", "<html>" + said + "</html>"}, {"headers", {{"Content-Type", "text/html"}}}}),
                   rule({{"purpose", "status"}, {"nth", 1}}, {{"set", {{"/status", "LOST " + key}}}}),
                   rule({{"purpose", "result"}, {"nth", 2}}, {{"status", 503}, {"body", {{"detail", said}}}}),
                   rule({{"purpose", "file"}, {"nth", 1}}, {{"status", 500}, {"body", said}})}}},
                key);
  std::vector<std::pair<std::string, std::string>> outputs;
  const auto run = [&](const Args& arguments) {
    const auto result = studio.run(arguments);
    outputs.emplace_back(arguments[0] + " stdout", result.out);
    outputs.emplace_back(arguments[0] + " stderr", result.err);
    return result;
  };
  const auto generate = [&](const std::string& prompt, int count) {
    return run({"generate", "--prompt", prompt, "--count", std::to_string(count), "--strategy", "seed", "--model", "fal-flux-schnell", "--aspect", "512x512", "--wait"});
  };
  run({"new"});
  REQUIRE(generate("a lighthouse at dawn", 2).exit_code == 0);
  generate("a doubtful boat", 1);
  const auto unwelcome = generate("an unwelcome boat", 1);
  const auto failed = generate("a broken boat", 1);
  // The service did name the key, and what it named was left out: without that the rest would prove nothing.
  CHECK(failed.exit_code == 1);
  CHECK((failed.err + failed.out + unwelcome.err + unwelcome.out).find("•••") != std::string::npos);
  run({"mark", "a1", "--pick"});
  const auto out = studio.folder() / "out";
  CHECK(run({"export", "--picked", "--to", out.string()}).exit_code == 0);

  // A crash while the key is in memory, where a core file may be written.
  const auto crashes = studio.folder() / "crashes";
  std::filesystem::create_directory(crashes);
  Process victim(with_cores({"sleep", "60"}), studio.environment(), crashes.string());
  // `exec` has happened when the shell is gone: sleep reads nothing, so its name is asked for.
  for (int tries = 0; tries < 2000 && read_file("/proc/" + std::to_string(victim.pid()) + "/comm", 64).value_or("") != "sleep\n"; ++tries) victim.runs_out_within(5);
  victim.signal(SIGABRT);
  victim.wait();
  const bool cores_are_written = core_files(crashes) == 1;
  for (const auto& entry : std::filesystem::directory_iterator(crashes)) std::filesystem::remove(entry.path());
  for (const int signal : {SIGSEGV, SIGABRT}) {
    const std::size_t billed_before = fal.bill().size();
    Process program(with_cores(studio.command(studio.project(), {"generate", "--prompt", "a slow boat", "--count", "2", "--strategy", "seed", "--model", "fal-flux-schnell",
                                                                 "--aspect", "512x512", "--wait"})),
                    studio.environment(), crashes.string());
    // Under way: it has the key and talks to the service.
    for (int tries = 0; tries < 3000 && fal.bill().size() == billed_before; ++tries) program.runs_out_within(20);
    REQUIRE(fal.bill().size() > billed_before);
    program.signal(signal);
    const auto ended = program.wait();
    outputs.emplace_back("a crash's stdout", ended.out);
    outputs.emplace_back("a crash's stderr", ended.err);
    CHECK(core_files(crashes) == 0);
  }
  if (!cores_are_written) WARN("this system writes core files elsewhere or not at all; that none is written here proves little");

  const auto shut_out = generate("a boat locked out", 3);
  CHECK(shut_out.exit_code == 1);
  for (const Args& verb : {Args{"jobs"}, Args{"list"}, Args{"costs"}, Args{"models"}, Args{"show", "a1"}, Args{"run"}}) run(verb);

  const Found found = search_all(studio, outputs);
  for (const std::string& place : found.places) UNSCOPED_INFO(place);
  CHECK(found.places.empty());
  CHECK(found.files > 30);
  // The search finds what is there.
  Found proof;
  search("", "a log with " + key + " in it", proof);
  CHECK_FALSE(proof.places.empty());
}
