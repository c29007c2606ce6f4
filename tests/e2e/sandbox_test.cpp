// The sandbox as a service: started when needed, outliving the program, killed in mid-job, refusing and failing.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>

#include "base/file.h"
#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {
pid_t sandbox_pid(const Headless& studio) {
  return Json::parse(read_file(studio.sandbox_state() / "endpoint.json").value()).at("pid").get<pid_t>();
}
}  // namespace

TEST_CASE("a sandbox started by the program outlives it and holds none of its descriptors") {
  Headless studio;
  studio.lines({"new"});
  // run() returns when every holder of stdout and stderr has closed them: a server that kept them would hold this up for
  // its whole idle minute.
  const auto made = studio.run({"generate", "--prompt", "a boat", "--aspect", "128x128", "--wait"}, 30'000);
  CHECK_FALSE(made.timed_out);
  CHECK(made.exit_code == 0);
  const pid_t pid = sandbox_pid(studio);
  CHECK(::kill(pid, 0) == 0);
  studio.lines({"generate", "--prompt", "a castle", "--aspect", "128x128", "--wait"});
  CHECK(sandbox_pid(studio) == pid);  // found again, not started twice
}

TEST_CASE("a second server on the same folder is exit 3") {
  Headless studio;
  auto server = studio.serve({});
  const auto second = studio.run_plain({"sandbox", "serve", "--state", studio.sandbox_state().string(), "--port", "0"}, 20'000);
  CHECK(second.exit_code == 3);
  CHECK(second.err.size() > 10);
}

TEST_CASE("a sandbox killed in mid-job costs nothing and loses nothing") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--latency", "2"});
  studio.lines({"generate", "--prompt", "a boat", "--count", "3", "--aspect", "128x128"});
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  bool is_running = false;
  for (int look = 0; look < 400 && !is_running; ++look) is_running = !studio.lines({"jobs", "--state", "running"}).empty();
  REQUIRE(is_running);
  server->signal(SIGKILL);
  server->wait();
  const auto result = owner.wait(60'000);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(studio.lines({"list"}).size() == 3);
  CHECK(studio.bill().size() == 3);
}

TEST_CASE("a refused prompt is refused in words, bills nothing and disturbs no other") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--refuse", "forbidden"});
  const auto refused = studio.run({"generate", "--prompt", "a forbidden boat", "--aspect", "128x128", "--wait"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.empty());
  CHECK(refused.err.find("refused") != std::string::npos);
  CHECK(studio.bill().empty());
  CHECK(studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128", "--wait"}).size() == 1);
  CHECK(studio.lines({"jobs", "--state", "refused"}).size() == 1);
}

TEST_CASE("jobs that fail are named, cost nothing and can be tried again") {
  Headless studio;
  studio.lines({"new"});
  {
    auto server = studio.serve({"--fail-rate", "1"});
    const auto failed = studio.run({"generate", "--prompt", "a boat", "--count", "2", "--aspect", "128x128", "--wait"});
    CHECK(failed.exit_code == 1);
    CHECK(failed.out.empty());
    const auto jobs = studio.lines({"jobs", "--state", "failed"});
    REQUIRE(jobs.size() == 2);
    for (const auto& job : jobs) {
      CHECK(failed.err.find(job.at("id").get<std::string>()) != std::string::npos);
      CHECK_FALSE(job.at("reason").get<std::string>().empty());
    }
    for (const auto& line : studio.bill()) CHECK(line.at("amount") == 0);
    server->signal(SIGTERM);
    CHECK(server->wait(10'000).exit_code == 0);
  }
  CHECK(studio.lines({"retry", "--all", "--wait"}).size() == 2);
}

TEST_CASE("a bill without server or jobs prints nothing and is no error") {
  Headless studio;
  const auto result = studio.run_plain({"sandbox", "bill", "--state", (studio.folder() / "none").string(), "--json"});
  CHECK(result.exit_code == 0);
  CHECK(result.out.empty());
}

TEST_CASE("what a killed sandbox left says nothing of who has its port and its number now, and they get no token") {
  Headless studio;
  studio.lines({"new"});
  // Other programs of this machine: one has the number, one the port.
  Process other({"sleep", "600"}, {});
  const UniqueFd stranger(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(stranger.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(stranger.get(), 8) == 0);
  REQUIRE(::getsockname(stranger.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  std::filesystem::create_directories(studio.sandbox_state());
  REQUIRE(write_file_durable(studio.sandbox_state() / "lock", "{}"));
  REQUIRE(write_file_durable(studio.sandbox_state() / "endpoint.json",
                             Json{{"port", ntohs(address.sin_port)}, {"token", "secret-of-the-folder"}, {"pid", other.pid()}, {"version", 1}}.dump()));
  CHECK(studio.lines({"generate", "--prompt", "a boat", "--aspect", "64x64", "--wait"}).size() == 1);
  CHECK(::accept(stranger.get(), nullptr, nullptr) < 0);  // nobody called
}
