// The simulator as a process: its command line, its first line, its exit codes, and that kill -9 loses nothing that was billed.
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "base/file.h"
#include "base/paths.h"
#include "simulators/fal_bench.h"
#include "support/process.h"

using namespace studio;
using namespace studio::fal_test;

namespace {

std::vector<std::string> command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), sibling_program("simulator_host").string());
  return arguments;
}

Json endpoint_of(const std::filesystem::path& folder) {
  const auto text = read_file(folder / "endpoint.json");
  REQUIRE(text);
  return Json::parse(*text);
}

struct Running {
  std::unique_ptr<Process> process;
  Json endpoint;

  explicit Running(const std::filesystem::path& folder, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"fal", "--state", folder.string(), "--port", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    process = std::make_unique<Process>(command(arguments));
    REQUIRE(process->wait_for_output("listening 127.0.0.1:"));
    endpoint = endpoint_of(folder);
  }
  Client client() const { return {endpoint.at("port"), endpoint.at("key"), endpoint.at("control_token")}; }
};

std::vector<Json> bill_of(const std::filesystem::path& folder) {
  const auto printed = run_program(command({"fal", "bill", "--state", folder.string(), "--json"}));
  REQUIRE(printed.exit_code == 0);
  std::vector<Json> lines;
  std::istringstream text(printed.out);
  for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("simulate: it tells where it listens, in a file for its owner only, and takes that away at its end") {
  TempFolder folder;
  Running running(folder.path());
  CHECK(running.endpoint.at("pid") == running.process->pid());
  CHECK(running.process->out().starts_with("listening 127.0.0.1:"));
  const std::string key = running.endpoint.at("key");
  CHECK(key.find(':') != std::string::npos);
  for (const char* name : {"endpoint.json", "jobs.sqlite"}) {
    struct stat facts {};
    REQUIRE(::stat((folder.path() / name).c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
  }
  CHECK(running.client().submit("fal-ai/flux/dev", picture_input()).status == 200);
  running.process->signal(SIGTERM);
  CHECK(running.process->wait(20'000).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "endpoint.json"));
  const Running again(folder.path());
  CHECK(again.endpoint.at("key") == key);  // of the folder
}

TEST_CASE("simulate: a key that is given is the accepted one, now and at later starts") {
  TempFolder folder;
  {
    const Running running(folder.path(), {"--key", "mine:secret"});
    CHECK(running.endpoint.at("key") == "mine:secret");
    CHECK(running.client().submit("fal-ai/flux/dev", picture_input()).status == 200);
  }
  const Running again(folder.path());
  CHECK(again.endpoint.at("key") == "mine:secret");
}

TEST_CASE("simulate: one server a folder, wrong words are exit 2 and say what is right") {
  TempFolder folder;
  const Running running(folder.path());
  const auto second = run_program(command({"fal", "--state", folder.path().string(), "--port", "0"}));
  CHECK(second.exit_code == 3);
  CHECK(second.err.find(std::to_string(running.process->pid())) != std::string::npos);
  const std::vector<std::vector<std::string>> wrong{{}, {"fal"}, {"fal", "--state", ""}, {"fal", "--state", "x", "--port", "70000"}, {"replicate"},
                                                    {"fal", "--state", "x", "--key", "nocolon"}, {"fal", "--state", "x", "--latency", "soon"}};
  for (const auto& arguments : wrong) {
    const auto result = run_program(command(arguments));
    CHECK(result.exit_code == 2);
    CHECK(result.err.size() > 10);
  }
  const auto help = run_program(command({"fal", "--help"}));
  CHECK(help.exit_code == 0);
  CHECK(help.out.find("--faults") != std::string::npos);
}

TEST_CASE("simulate: settings and rules come from options and from a file, which is read strictly") {
  TempFolder folder;
  const auto orders = folder.path() / "orders.json";
  std::ofstream(orders) << Json{{"settings", {{"price_factor", 2}, {"concurrency", 7}}}, {"rules", one_rule({{"purpose", "submit"}}, {{"status", 500}})}}.dump();
  {
    const Running running(folder.path() / "state", {"--faults", orders.string(), "--price-factor", "3", "--refuse", "forbidden", "--seed", "9"});
    const auto client = running.client();
    CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 500);
    const Json settings = client.control("GET", "/control/faults").json.at("settings");
    CHECK(settings.at("price_factor") == 3.0);
    CHECK(settings.at("concurrency") == 7);
    CHECK(settings.at("seed") == 9);
    CHECK(settings.at("refused_words") == Json::array({"forbidden"}));
  }
  std::ofstream(orders) << Json{{"settings", {{"price_faktor", 2}}}}.dump();
  const auto refused = run_program(command({"fal", "--state", (folder.path() / "state").string(), "--faults", orders.string()}));
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find("price_faktor") != std::string::npos);
}

TEST_CASE("simulate: killed in the middle of everything, it has every line of the bill, every job and every file again") {
  TempFolder folder;
  std::vector<std::string> ids;
  std::string file;
  {
    Running running(folder.path(), {"--concurrency", "1"});
    const auto client = running.client();
    const auto done = client.submit("fal-ai/flux/schnell", picture_input("done"));
    file = client.result(done).json.at("images").at(0).at("url");
    ids.push_back(done.json.at("request_id"));
    client.obey({{"rules", one_rule({{"purpose", "submit"}, {"nth", 4}}, {{"close", "after"}})}});
    client.obey({{"settings", {{"latency", {{"shape", "fixed"}, {"secs", 3600}}}}}});
    for (int i = 0; i < 3; ++i) ids.push_back(client.submit("fal-ai/flux/dev", picture_input()).json.at("request_id"));
    CHECK(client.submit("fal-ai/flux/dev", picture_input("lost")).status == 0);  // accepted, and nobody was told
    running.process->signal(SIGKILL);
    running.process->wait();
  }
  auto lines = bill_of(folder.path());
  REQUIRE(lines.size() == 5);
  for (std::size_t i = 0; i < ids.size(); ++i) CHECK(lines[i].at("request_id") == ids[i]);
  CHECK(lines[0].at("state") == "billed");
  CHECK(lines[0].at("amount") == 0.003);
  for (std::size_t i = 1; i < 5; ++i) CHECK(lines[i].at("state") == "pending");

  const Running again(folder.path());
  const auto client = again.client();
  CHECK(ask_raw(client.port(), "GET", file.substr(file.find("/files/"))).status == 200);
  // The one that nobody was told of is found by the list, by what it was asked for.
  const auto list = client.get("/api/v1/models/requests/by-endpoint?endpoint_id=fal-ai/flux/dev&expand=payloads");
  int lost = 0;
  for (const auto& item : list.json.at("items")) lost += item.at("json_input") == picture_input("lost");
  CHECK(lost == 1);
  for (const auto& id : ids) {
    for (;;) {
      const auto status = client.get("/queue/fal-ai/flux/requests/" + id + "/status");
      if (status.json.at("status") == "COMPLETED") break;
      REQUIRE(status.status == 202);
    }
    CHECK(client.get("/queue/fal-ai/flux/requests/" + id).status == 200);
  }
}

TEST_CASE("simulate: the bill of no server is no error, for people it has a sum") {
  TempFolder folder;
  const auto none = run_program(command({"fal", "bill", "--state", (folder.path() / "none").string(), "--json"}));
  CHECK(none.exit_code == 0);
  CHECK(none.out.empty());
  {
    const Running running(folder.path());
    const auto client = running.client();
    client.completed(client.submit("fal-ai/flux/schnell", picture_input()));
    CHECK(bill_of(folder.path()).size() == 1);  // beside the running server
  }
  const auto printed = run_program(command({"fal", "bill", "--state", folder.path().string()}));
  CHECK(printed.out.find("1 requests, 0.003000 USD of no real money") != std::string::npos);
}
