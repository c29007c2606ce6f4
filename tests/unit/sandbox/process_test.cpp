// The sandbox as a process: its command line, its first line, its exit codes, and that kill -9 loses nothing.
#include <httplib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "base/file.h"
#include "base/paths.h"
#include "unit/sandbox/sandbox_bench.h"

using namespace studio;
using namespace studio::sandbox_test;

namespace {

// A child whose stdout and stderr are read through pipes.
class Process {
 public:
  explicit Process(std::vector<std::string> args) {
    args.insert(args.begin(), sibling_program("sandbox_host").string());
    int out[2], err[2];
    REQUIRE(::pipe(out) == 0);
    REQUIRE(::pipe(err) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], 1);
      ::dup2(err[1], 2);
      for (const int fd : {out[0], out[1], err[0], err[1]}) ::close(fd);
      std::vector<char*> words;
      for (auto& arg : args) words.push_back(arg.data());
      words.push_back(nullptr);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = ::fdopen(out[0], "r");
    err_ = ::fdopen(err[0], "r");
  }
  ~Process() {
    if (pid_ > 0) end(SIGKILL);
    std::fclose(out_);
    std::fclose(err_);
  }
  std::string line() {
    char text[512] = {};
    return std::fgets(text, sizeof text, out_) != nullptr ? text : "";
  }
  std::string rest() { return rest_of(out_); }
  std::string complaint() { return rest_of(err_); }
  // Exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int end(int signal) {
    ::kill(pid_, signal);
    return wait();
  }
  pid_t pid() const { return pid_; }

 private:
  static std::string rest_of(FILE* file) {
    std::string text;
    char chunk[4096];
    while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, file)) text.append(chunk, got);
    return text;
  }
  pid_t pid_ = 0;
  FILE* out_ = nullptr;
  FILE* err_ = nullptr;
};

struct Ran {
  int code;
  std::string out, err;
};
Ran run(const std::vector<std::string>& args) {
  Process process(args);
  Ran ran;
  ran.out = process.rest();
  ran.err = process.complaint();
  ran.code = process.wait();
  return ran;
}

Json endpoint_of(const TempFolder& folder) {
  std::ifstream in(folder.path() / "endpoint.json");
  return Json::parse(in);
}

httplib::Client client_of(const TempFolder& folder) {
  const Json endpoint = endpoint_of(folder);
  httplib::Client http("127.0.0.1", endpoint.at("port").get<int>());
  http.set_default_headers({{"Authorization", "Bearer " + endpoint.at("token").get<std::string>()}});
  http.set_read_timeout(30);
  return http;
}

}  // namespace

TEST_CASE("Bad usage is exit 2 and one sentence") {
  TempFolder folder;
  const std::string state = folder.path().string();
  const std::vector<std::vector<std::string>> wrong = {
      {}, {"dance"}, {"serve", "--state", state, "--port", "99999"}, {"serve", "--state", state, "--port", "x"}, {"serve", "--state", state, "--fail-rate", "2"},
      {"serve", "--state", state, "--latency", "-1"}, {"serve", "--state", state, "--latency", "nan"}, {"serve", "--state", state, "--price-factor", "cheap"},
      {"serve", "--state", state, "--unknown"}, {"serve", "--state"}, {"serve", "--state", ""}, {"bill", "--state", state, "extra"}, {"serve", "--state", state, "--refuse"}};
  for (const auto& args : wrong) {
    const Ran ran = run(args);
    INFO(ran.err);
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with("studio: sandbox: "));
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  }
}

TEST_CASE("The server says where it listens, ends cleanly on SIGTERM, and refuses a second with exit 3") {
  TempFolder folder;
  Process server({"serve", "--state", folder.path().string(), "--port", "0"});
  const std::string line = server.line();
  const Json endpoint = endpoint_of(folder);
  CHECK(line == "listening 127.0.0.1:" + std::to_string(endpoint.at("port").get<int>()) + "\n");
  CHECK(endpoint.at("pid") == server.pid());
  const Ran second = run({"serve", "--state", folder.path().string(), "--port", "0"});
  CHECK(second.code == 3);
  CHECK(second.out.empty());
  CHECK(second.err.find("process " + std::to_string(server.pid())) != std::string::npos);
  CHECK(server.end(SIGTERM) == 0);
  CHECK(server.rest().empty());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "endpoint.json"));
  CHECK(std::filesystem::exists(folder.path() / "sandbox.log"));
  CHECK(run({"bill", "--state", folder.path().string(), "--json"}).out.empty());
}

TEST_CASE("Without replay there is no list of jobs either, unless it is asked for") {
  struct Case {
    std::vector<std::string> options;
    bool replay;
    int list_status;
  };
  for (const Case& each : {Case{{}, true, 200}, Case{{"--no-replay"}, false, 404}, Case{{"--no-replay", "--list"}, false, 200}}) {
    TempFolder folder;
    std::vector<std::string> args{"serve", "--state", folder.path().string(), "--port", "0"};
    args.insert(args.end(), each.options.begin(), each.options.end());
    Process server(args);
    REQUIRE(server.line().starts_with("listening "));
    auto http = client_of(folder);
    const auto info = http.Get("/v1/info");
    REQUIRE(info);
    CHECK(Json::parse(info->body).at("replay") == each.replay);
    const auto list = http.Get("/v1/jobs?since=0");
    REQUIRE(list);
    CHECK(list->status == each.list_status);
    // What is known by its name is still looked at.
    const auto named = http.Get("/v1/jobs?ids=s_none");
    REQUIRE(named);
    CHECK(named->status == 200);
  }
}

TEST_CASE("The bill of a folder where nothing ever ran is empty and exit 0") {
  TempFolder folder;
  const Ran ran = run({"bill", "--state", (folder.path() / "none").string(), "--json"});
  CHECK(ran.code == 0);
  CHECK(ran.out.empty());
  CHECK(ran.err.empty());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "none"));
}

TEST_CASE("Started with an idle time it ends by itself") {
  TempFolder folder;
  Process server({"serve", "--state", folder.path().string(), "--port", "0", "--idle-exit", "0.05"});
  CHECK(server.line().starts_with("listening "));
  CHECK(server.wait() == 0);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "endpoint.json"));
}

TEST_CASE("After kill -9 the jobs go on with the same bytes and the bill is whole") {
  TempFolder folder, other;
  const auto body = [](int n) { return Json{{"model", "sandbox-xl"}, {"prompt", "red sunset over the sea"}, {"seed", n}, {"width", 128}, {"height", 128}}; };
  const auto submit = [&](const TempFolder& where, int n) {
    auto http = client_of(where);
    const auto answer = http.Post("/v1/jobs", httplib::Headers{{"Idempotency-Key", key_of(n)}}, body(n).dump(), "application/json");
    REQUIRE(answer);
    return Json::parse(answer->body).at("id").get<std::string>();
  };
  const auto hash_when_done = [&](const TempFolder& where, const std::string& id) {
    for (;;) {
      auto http = client_of(where);
      const auto answer = http.Get("/v1/jobs/" + id);
      REQUIRE(answer);
      const Json job = Json::parse(answer->body);
      const std::string status = job.at("status");
      if (status == "queued" || status == "running") continue;
      REQUIRE(status == "done");
      const auto output = http.Get("/v1/jobs/" + id + "/output");
      REQUIRE(output);
      CHECK(output->body.starts_with("\x89PNG"));
      CHECK(job.at("output").at("sha256") == sha256_hex(output->body));
      return sha256_hex(output->body);
    }
  };
  std::vector<std::string> ids;
  std::string token;
  {
    // A latency keeps every job unfinished until the kill.
    Process server({"serve", "--state", folder.path().string(), "--port", "0", "--latency", "1"});
    server.line();
    token = endpoint_of(folder).at("token");
    for (int n = 0; n < 6; ++n) ids.push_back(submit(folder, n));
    CHECK(server.end(SIGKILL) == -SIGKILL);
  }
  const Ran bill = run({"bill", "--state", folder.path().string(), "--json"});
  CHECK(bill.code == 0);
  CHECK(std::count(bill.out.begin(), bill.out.end(), '\n') == 6);
  const Json first = Json::parse(bill.out.substr(0, bill.out.find('\n')));
  CHECK(first.size() == 4);
  CHECK(first.at("key") == key_of(0));
  CHECK(first.at("model") == "sandbox-xl");
  CHECK(first.at("amount") == 0.04);
  CHECK(first.at("created").get<std::string>().size() == 20);

  Process again({"serve", "--state", folder.path().string(), "--port", "0"});
  REQUIRE(again.line().starts_with("listening "));
  CHECK(endpoint_of(folder).at("token") == token);
  Process fresh({"serve", "--state", other.path().string(), "--port", "0"});
  REQUIRE(fresh.line().starts_with("listening "));
  for (int n = 0; n < 6; ++n) {
    CHECK(submit(folder, n) == ids[static_cast<std::size_t>(n)]);  // replayed across the kill
    CHECK(hash_when_done(folder, ids[static_cast<std::size_t>(n)]) == hash_when_done(other, submit(other, n)));
  }
  CHECK(run({"bill", "--state", folder.path().string(), "--json"}).out == bill.out);
}

TEST_CASE("A clip comes from an uploaded picture, and a broken upload fails its job at no cost") {
  TempFolder folder;
  Process server({"serve", "--state", folder.path().string(), "--port", "0"});
  REQUIRE(server.line().starts_with("listening "));
  auto http = client_of(folder);
  const auto over = [&](const std::string& id) {
    for (;;) {
      const auto answer = http.Get("/v1/jobs/" + id);
      REQUIRE(answer);
      const Json job = Json::parse(answer->body);
      if (job.at("status") != "queued" && job.at("status") != "running") return job;
    }
  };
  const auto submit = [&](const Json& body, int n) {
    const auto answer = http.Post("/v1/jobs", httplib::Headers{{"Idempotency-Key", key_of(n)}}, body.dump(), "application/json");
    REQUIRE(answer);
    REQUIRE(answer->status == 202);
    return over(Json::parse(answer->body).at("id"));
  };
  const auto upload = [&](const std::string& bytes) {
    const Json announcement{{"sha256", sha256_hex(bytes)}, {"bytes", bytes.size()}, {"mime", "image/png"}};
    const auto announced = http.Post("/v1/uploads", announcement.dump(), "application/json");
    REQUIRE(announced);
    const auto filled = http.Put(Json::parse(announced->body).at("put_url").get<std::string>(), bytes, "image/png");
    REQUIRE(filled);
    return Json::parse(filled->body).at("reference").get<std::string>();
  };
  const Json picture = submit({{"model", "sandbox-flux"}, {"prompt", "a lighthouse at dusk"}, {"seed", 1}, {"width", 192}, {"height", 128}}, 1);
  REQUIRE(picture.at("status") == "done");
  const auto png = http.Get(picture.at("output").at("url").get<std::string>());
  REQUIRE(png);
  const auto clip_of = [&](const std::string& reference) {
    return Json{{"model", "sandbox-motion"}, {"prompt", "push in"}, {"seed", 1}, {"width", 192}, {"height", 128}, {"image", reference}, {"seconds", 1}};
  };
  const Json clip = submit(clip_of(upload(png->body)), 2);
  REQUIRE(clip.at("status") == "done");
  CHECK(clip.at("cost") == 0.42);
  CHECK(clip.at("output").at("mime") == "video/mp4");
  const Json same = submit(clip_of(upload(png->body)), 3);
  CHECK(same.at("output").at("sha256") == clip.at("output").at("sha256"));

  for (const std::string& broken : {std::string("not a picture at all"), png->body.substr(0, 100), std::string("#EXTM3U\nfile:///etc/passwd\n")}) {
    static int n = 10;
    const Json failed = submit(clip_of(upload(broken)), n++);
    CHECK(failed.at("status") == "failed");
    CHECK(failed.at("cost") == 0.0);
    CHECK(failed.at("error").at("code") == "bad_image");
    CHECK(failed["error"].at("message").get<std::string>().starts_with("The uploaded "));
  }
  const Ran bill = run({"bill", "--state", folder.path().string(), "--json"});
  double total = 0;
  std::istringstream lines(bill.out);
  for (std::string text; std::getline(lines, text);) total += Json::parse(text).at("amount").get<double>();
  CHECK(std::abs(total - (0.04 + 0.42 + 0.42)) < 1e-9);
}
