// The sandbox over real connections: headers, ranges, many clients at once, one server a folder.
#include <httplib.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "sandbox/server.h"
#include "unit/sandbox/sandbox_bench.h"

using namespace studio;
using namespace studio::sandbox_test;

namespace {

// A server on a free port and a client with its token.
struct Served {
  SystemClock clock;
  Gate gate;
  std::unique_ptr<SandboxServer> server;

  explicit Served(const std::filesystem::path& folder, SandboxOptions options = {}) {
    options.state_dir = folder;
    auto started = SandboxServer::start(options, gate.painter(), clock);
    REQUIRE(started);
    server = std::move(*started);
  }
  ~Served() { gate.open(); }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", server->port());
    client.set_default_headers({{"Authorization", "Bearer " + server->token()}});
    client.set_read_timeout(30);
    return client;
  }
  httplib::Result submit(const Json& body, const std::string& key) const {
    auto http = client();
    return http.Post("/v1/jobs", httplib::Headers{{"Idempotency-Key", key}}, body.dump(), "application/json");
  }
  Json over(const std::string& id) const {
    for (;;) {
      auto http = client();
      const auto answer = http.Get("/v1/jobs/" + id);
      REQUIRE(answer);
      const Json job = Json::parse(answer->body);
      if (job.at("status") != "queued" && job.at("status") != "running") return job;
    }
  }
};

}  // namespace

TEST_CASE("The server serves a job over HTTP, one request a connection") {
  TempFolder folder;
  Served served(folder.path());
  const auto accepted = served.submit(picture_body(), key_of(1));
  REQUIRE(accepted);
  REQUIRE(accepted->status == 202);
  CHECK(accepted->get_header_value("Content-Type") == "application/json");
  CHECK(accepted->get_header_value("Connection") == "close");
  const std::string id = Json::parse(accepted->body).at("id");
  CHECK(served.over(id).at("status") == "done");

  auto http = served.client();
  const auto whole = http.Get("/v1/jobs/" + id + "/output");
  REQUIRE(whole);
  CHECK(whole->status == 200);
  CHECK(whole->body == "sandbox-flux|a red fox in snow|7|256x128");
  const std::string etag = whole->get_header_value("ETag");
  const auto part = http.Get("/v1/jobs/" + id + "/output", httplib::Headers{{"Range", "bytes=13-17"}, {"If-Range", etag}});
  REQUIRE(part);
  CHECK(part->status == 206);
  CHECK(part->body == "a red");
  CHECK(part->get_header_value("Content-Range") == "bytes 13-17/40");
  CHECK(part->get_header_value("Content-Length") == "5");
  const auto stale = http.Get("/v1/jobs/" + id + "/output", httplib::Headers{{"Range", "bytes=13-17"}, {"If-Range", "\"old\""}});
  REQUIRE(stale);
  CHECK(stale->status == 200);
  CHECK(stale->body.size() == 40);
  const auto again = served.submit(picture_body(), key_of(1));
  REQUIRE(again);
  CHECK(again->status == 200);
  CHECK(again->get_header_value("Idempotent-Replay") == "true");
}

TEST_CASE("A body is JSON whatever its content type says, and queries are read from the address") {
  TempFolder folder;
  Served served(folder.path());
  auto http = served.client();
  for (const char* type : {"application/json", "application/x-www-form-urlencoded", "text/plain"}) {
    INFO(type);
    const auto accepted = http.Post("/v1/jobs", httplib::Headers{{"Idempotency-Key", key_of(1)}}, picture_body("a & b = c?").dump(), type);
    REQUIRE(accepted);
    CHECK((accepted->status == 202 || accepted->status == 200));
  }
  const auto with_query = http.Post("/v1/jobs?x=1", httplib::Headers{{"Idempotency-Key", key_of(2)}}, picture_body().dump(), "application/json");
  REQUIRE(with_query);
  CHECK(with_query->status == 400);
  const auto listed = http.Get("/v1/jobs?since=0&page=");
  REQUIRE(listed);
  CHECK(listed->status == 200);
  CHECK(Json::parse(listed->body).at("jobs").size() == 1);
  const auto late = http.Get("/v1/jobs?since=99999999999999");
  REQUIRE(late);
  CHECK(Json::parse(late->body).at("jobs").empty());
}

TEST_CASE("Every way in wants the token, unknown pages included") {
  TempFolder folder;
  Served served(folder.path());
  httplib::Client stranger("127.0.0.1", served.server->port());
  for (const std::string path : {"/v1/info", "/v1/jobs", "/", "/v1/jobs/s_1/output"}) {
    const auto answer = stranger.Get(path);
    REQUIRE(answer);
    CHECK(answer->status == 401);
    CHECK(Json::parse(answer->body).at("error").at("code") == "unauthorised");
  }
  const auto posted = stranger.Post("/v1/jobs", httplib::Headers{{"Idempotency-Key", key_of(1)}}, picture_body().dump(), "application/json");
  REQUIRE(posted);
  CHECK(posted->status == 401);
  auto http = served.client();
  const auto unknown = http.Patch("/v1/jobs", "{}", "application/json");
  REQUIRE(unknown);
  CHECK(unknown->status == 404);
  CHECK(Json::parse(unknown->body).at("error").at("code") == "not_found");
}

TEST_CASE("Its endpoint file is private, tells port and token, and goes with the server") {
  TempFolder folder;
  const auto file = folder.path() / "endpoint.json";
  {
    Served served(folder.path());
    std::ifstream in(file);
    const Json endpoint = Json::parse(in);
    CHECK(endpoint.at("port") == served.server->port());
    CHECK(endpoint.at("token") == served.server->token());
    CHECK(endpoint.at("pid") == ::getpid());
    CHECK(endpoint.at("version") == 1);
    CHECK(served.server->token().size() >= 32);
    struct stat facts {};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    REQUIRE(::stat((folder.path() / "jobs.sqlite").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("A second server on a folder is refused with the first one's process, until that ends") {
  TempFolder folder;
  SystemClock clock;
  Gate gate;
  SandboxOptions options;
  options.state_dir = folder.path();
  {
    Served first(folder.path());
    const auto second = SandboxServer::start(options, gate.painter(), clock);
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == ErrorKind::Owned);
    CHECK(second.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
    CHECK(second.error().message.find(std::to_string(first.server->port())) != std::string::npos);
    auto http = first.client();
    CHECK(http.Get("/v1/info"));  // and the first is unharmed
    CHECK(std::filesystem::exists(folder.path() / "endpoint.json"));
  }
  CHECK(SandboxServer::start(options, gate.painter(), clock));
}

TEST_CASE("A taken port is told in words") {
  TempFolder folder, other;
  Served served(folder.path());
  SystemClock clock;
  Gate gate;
  SandboxOptions options;
  options.state_dir = other.path();
  options.port = served.server->port();
  const auto second = SandboxServer::start(options, gate.painter(), clock);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find(std::to_string(options.port)) != std::string::npos);
}

TEST_CASE("Forty clients at once are all answered, and a key sent by many makes one job") {
  TempFolder folder;
  Served served(folder.path());
  std::mutex mutex;
  std::set<std::string> own, shared;
  std::atomic<int> accepted{0}, replayed{0};
  {
    std::vector<std::jthread> clients;
    for (int n = 0; n < 40; ++n) {
      clients.emplace_back([&, n] {
        const auto mine = served.submit(picture_body("mine", n), key_of(n));
        const auto ours = served.submit(picture_body("ours"), key_of(1000));
        std::lock_guard lock(mutex);
        if (mine && mine->status == 202) own.insert(Json::parse(mine->body).at("id").get<std::string>());
        if (ours) {
          shared.insert(Json::parse(ours->body).at("id").get<std::string>());
          ++(ours->status == 202 ? accepted : replayed);
        }
      });
    }
  }
  CHECK(own.size() == 40);
  CHECK(shared.size() == 1);
  CHECK(accepted == 1);
  CHECK(replayed == 39);
  const auto bill = read_sandbox_bill(folder.path());
  REQUIRE(bill);
  CHECK(bill->size() == 41);
  for (const auto& id : own) CHECK(served.over(id).at("status") == "done");
}

TEST_CASE("With a submit delay the job is billed before the answer leaves, and a replay meanwhile finds it") {
  TempFolder folder;
  SandboxOptions options;
  options.submit_delay_secs = 30;  // ended by the server's end, not by waiting
  auto served = std::make_unique<Served>(folder.path(), options);
  std::string late;
  auto first_client = served->client();
  std::jthread client([&] {
    const auto answer = first_client.Post("/v1/jobs", httplib::Headers{{"Idempotency-Key", key_of(1)}}, picture_body().dump(), "application/json");
    if (answer) late = Json::parse(answer->body).at("id").get<std::string>();
  });
  for (;;) {
    const auto bill = read_sandbox_bill(folder.path());
    REQUIRE(bill);
    if (bill->size() == 1) break;
    std::this_thread::yield();
  }
  const auto replay = served->submit(picture_body(), key_of(1));
  REQUIRE(replay);
  CHECK(replay->status == 200);
  const std::string id = Json::parse(replay->body).at("id");
  CHECK(served->over(id).at("status") == "done");
  served->server.reset();  // lets the held answer go
  client.join();
  CHECK(late == id);
}

TEST_CASE("An upload over HTTP is taken byte for byte") {
  TempFolder folder;
  Served served(folder.path());
  std::string bytes;
  for (int n = 0; n < 300'000; ++n) bytes += static_cast<char>(n * 31 % 251);
  auto http = served.client();
  const Json announcement{{"sha256", sha256_hex(bytes)}, {"bytes", bytes.size()}, {"mime", "image/png"}};
  const auto announced = http.Post("/v1/uploads", announcement.dump(), "application/json");
  REQUIRE(announced);
  REQUIRE(announced->status == 201);
  const std::string url = Json::parse(announced->body).at("put_url");
  for (const char* type : {"image/png", "application/octet-stream", "application/x-www-form-urlencoded"}) {
    INFO(type);
    const auto filled = http.Put(url, bytes, type);
    REQUIRE(filled);
    CHECK(filled->status == 200);
  }
  const auto form = http.Post("/v1/jobs", httplib::MultipartFormDataItems{{"a", "b", "", ""}});
  REQUIRE(form);
  CHECK(form->status == 400);
  const std::string id = Json::parse(announced->body).at("upload_id");
  std::ifstream in(folder.path() / "uploads" / id, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == bytes);
}

TEST_CASE("The server is idle only without requests and unfinished jobs") {
  TempFolder folder;
  FakeClock clock;
  Gate gate;
  SandboxOptions options;
  options.state_dir = folder.path();
  auto server = SandboxServer::start(options, gate.painter(), clock);
  REQUIRE(server);
  clock.advance_ms(5000);
  CHECK((*server)->idle_ms() == 5000);
  gate.hold();
  httplib::Client http("127.0.0.1", (*server)->port());
  http.set_default_headers({{"Authorization", "Bearer " + (*server)->token()}});
  const auto accepted = http.Post("/v1/jobs", httplib::Headers{{"Idempotency-Key", key_of(1)}}, picture_body().dump(), "application/json");
  REQUIRE(accepted);
  clock.advance_ms(60'000);
  CHECK((*server)->idle_ms() == 0);
  gate.open();
  while ((*server)->board().has_unfinished()) std::this_thread::yield();
  (*server)->idle_ms();
  clock.advance_ms(7000);
  CHECK((*server)->idle_ms() == 7000);
}

TEST_CASE("Pictures are made at low priority, and who asks for them keeps his") {
  TempFolder folder;
  SandboxOptions options;
  options.state_dir = folder.path();
  std::promise<std::pair<int, int>> told;
  const auto priority = [] { return std::pair(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())), ::sched_getscheduler(0)); };
  const auto own = priority();
  const auto paint = [&](const RenderOrder& order, const std::stop_token&, const std::function<void(double)>&) -> Result<void> {
    told.set_value(priority());
    std::ofstream(order.file) << "a picture";
    return {};
  };
  auto state = SandboxState::open(folder.path());
  REQUIRE(state);
  FakeClock clock;
  JobBoard board(std::move(*state), options, paint, clock, 1);
  SandboxJob job;
  job.model = "sandbox-flux";
  job.key = key_of(1);
  REQUIRE(board.accept(job));
  const auto [nice, policy] = told.get_future().get();
  CHECK(nice > own.first);
  CHECK(policy == SCHED_BATCH);
  CHECK(priority() == own);
}
