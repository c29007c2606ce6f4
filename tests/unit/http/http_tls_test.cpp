// Certificates, and redirects between hosts (which only exist over TLS).
#include "client_loop.h"
#include "support/raw_server.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// A server with a certificate for two names, and a client that trusts it and finds both names there.
struct SecureServer {
  TempFolder folder;
  TlsIdentity identity{{"files.test", "cdn.test"}};
  RawServer server;
  explicit SecureServer(RawServer::Script script) : server(std::move(script), &identity) { identity.write_certificate(folder.path() / "root.pem"); }

  std::string at(const std::string& host, const std::string& path) const { return "https://" + host + ":" + std::to_string(server.port()) + path; }
  HttpClientSettings trusting() const {
    HttpClientSettings settings;
    settings.use_environment_proxy = false;
    settings.connect_timeout_ms = 5'000;
    settings.ca_file = (folder.path() / "root.pem").string();
    for (const char* host : {"files.test", "cdn.test", "wrong.test"}) {
      settings.pinned_hosts.push_back(std::string(host) + ":" + std::to_string(server.port()) + ":127.0.0.1");
    }
    return settings;
  }
};

HttpRequest request_for(std::string url, HttpMethod method = HttpMethod::Get, HttpProfile profile = HttpProfile::Poll) {
  HttpRequest request;
  request.method = method;
  request.profile = profile;
  request.url = std::move(url);
  request.total_timeout_ms = 20'000;
  return request;
}

}  // namespace

TEST_CASE("a certificate that nobody vouches for, or of another host, sends nothing", "[fault-38]") {
  Counter requests;
  SecureServer secure(answering([&](const RawRequest&) {
    requests.add();
    return simple_answer("ok");
  }));
  HttpClientSettings distrusting = secure.trusting();
  distrusting.ca_file.clear();
  const HttpRequest submit = request_for(secure.at("files.test", "/jobs"), HttpMethod::Post, HttpProfile::Submit);
  {
    ClientLoop loop(distrusting);
    const HttpResponse answer = loop.ask(submit);
    CHECK(answer.failure == HttpFailure::NotSentTls);
    CHECK(surely_not_sent(answer));
  }
  ClientLoop loop(secure.trusting());
  CHECK(loop.ask(request_for(secure.at("wrong.test", "/jobs"), HttpMethod::Post, HttpProfile::Submit)).failure == HttpFailure::NotSentTls);
  CHECK(requests.count() == 0);
  CHECK(loop.ask(submit).body == "ok");
  CHECK(requests.count() == 1);
}

TEST_CASE("TLS below 1.2 is not spoken, nor is a certificate believed outside its time", "[fault-38]") {
  struct Kind {
    int version;
    long from_secs, to_secs;
    bool is_good;
  };
  const Kind kind = GENERATE(Kind{TLS1_VERSION, -3600, 3600, false}, Kind{TLS1_1_VERSION, -3600, 3600, false}, Kind{0, -7200, -3600, false},
                             Kind{0, 3600, 7200, false}, Kind{TLS1_2_VERSION, -3600, 3600, true});
  Counter requests;
  TempFolder folder;
  const TlsIdentity identity({"files.test"}, kind.version, kind.from_secs, kind.to_secs);
  identity.write_certificate(folder.path() / "root.pem");
  RawServer server(answering([&](const RawRequest&) {
    requests.add();
    return simple_answer("ok");
  }), &identity);
  HttpClientSettings settings;
  settings.use_environment_proxy = false;
  settings.ca_file = (folder.path() / "root.pem").string();
  settings.pinned_hosts = {"files.test:" + std::to_string(server.port()) + ":127.0.0.1"};
  ClientLoop loop(settings);
  const HttpResponse answer = loop.ask(request_for("https://files.test:" + std::to_string(server.port()) + "/", HttpMethod::Post, HttpProfile::Submit));
  INFO(kind.version << " " << kind.from_secs);
  CHECK(answer.failure == (kind.is_good ? HttpFailure::None : HttpFailure::NotSentTls));
  CHECK(surely_not_sent(answer) == !kind.is_good);
  CHECK(requests.count() == (kind.is_good ? 1 : 0));
}

TEST_CASE("a handshake that never ends counts as connecting", "[fault-38]") {
  RawServer server([](RawConnection& connection) { connection.wait_for_end(); });
  HttpClientSettings settings;
  settings.use_environment_proxy = false;
  settings.connect_timeout_ms = 200;
  settings.pinned_hosts = {"files.test:" + std::to_string(server.port()) + ":127.0.0.1"};
  ClientLoop loop(settings);
  const HttpResponse answer = loop.ask(request_for("https://files.test:" + std::to_string(server.port()) + "/", HttpMethod::Post, HttpProfile::Submit));
  CHECK(answer.failure == HttpFailure::NotSentConnect);
  CHECK(surely_not_sent(answer));
}

TEST_CASE("a redirect is followed, and the key stays behind", "[fault-39]") {
  std::vector<RawRequest> seen;
  std::mutex mutex;
  std::string cdn;
  SecureServer secure(answering([&](const RawRequest& request) {
    std::lock_guard lock(mutex);
    seen.push_back(request);
    if (request.line.starts_with("GET /start")) return simple_answer("moved", "Location: /same\r\n", "302 Found");
    if (request.line.starts_with("GET /same")) return simple_answer(std::string(200'000, 'm'), "Location: " + cdn + "\r\n", "307 Temporary Redirect");
    return simple_answer("the file");
  }));
  {
    std::lock_guard lock(mutex);
    cdn = secure.at("cdn.test", "/file?signature=s");
  }
  ClientLoop loop(secure.trusting());
  HttpRequest request = request_for(secure.at("files.test", "/start"), HttpMethod::Get, HttpProfile::Download);
  request.headers = {{"x-api-key", "secret", true}, {"Authorization", "Bearer secret"}, {"X-Plain", "yes"}};
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.status == 200);
  CHECK(answer.body == "the file");
  std::lock_guard lock(mutex);
  REQUIRE(seen.size() == 3);
  CHECK(seen[1].header("x-api-key") == "secret");
  CHECK(seen[2].line == "GET /file?signature=s HTTP/1.1");
  CHECK(seen[2].header("x-api-key") == "");
  CHECK(seen[2].header("authorization") == "");
  CHECK(seen[2].header("x-plain") == "yes");
  CHECK(seen[2].header("host").starts_with("cdn.test"));
}

TEST_CASE("redirects into the dark are not followed", "[fault-39]") {
  const std::string target = GENERATE(std::string("http://files.test/"), std::string("https://127.0.0.1/"), std::string("https://10.0.0.1/"),
                                      std::string("https://[::1]/"), std::string("https://localhost/"), std::string("/again"));
  Counter requests;
  SecureServer secure(answering([&](const RawRequest&) {
    requests.add();
    return simple_answer("", "Location: " + target + "\r\n", "302 Found");
  }));
  ClientLoop loop(secure.trusting());
  INFO(target);
  const HttpResponse answer = loop.ask(request_for(secure.at("files.test", "/x?key=hidden")));
  CHECK(answer.failure == HttpFailure::BadRedirect);
  CHECK(answer.status == 0);
  CHECK(answer.request_sent);
  CHECK(answer.detail.find("hidden") == std::string::npos);
  CHECK(requests.count() == (target == "/again" ? 6 : 1));
}

TEST_CASE("a submit or an upload is never sent a second time by a redirect", "[fault-39]") {
  Counter requests;
  SecureServer secure(answering([&](const RawRequest&) {
    requests.add();
    return simple_answer("", "Location: /other\r\n", "307 Temporary Redirect");
  }));
  ClientLoop loop(secure.trusting());
  for (const HttpProfile profile : {HttpProfile::Submit, HttpProfile::Upload}) {
    HttpRequest request = request_for(secure.at("files.test", "/jobs"), HttpMethod::Post, profile);
    request.body = "{}";
    const HttpResponse answer = loop.ask(request);
    CHECK(answer.status == 307);
    CHECK(answer.failure == HttpFailure::None);
  }
  CHECK(requests.count() == 2);
}

TEST_CASE("a local service may send us around at home only", "[fault-39]") {
  RawServer other(answering([](const RawRequest&) { return simple_answer("elsewhere"); }));
  RawServer server(answering([&](const RawRequest& request) {
    if (request.line.starts_with("GET /home")) return simple_answer("", "Location: /done\r\n", "302 Found");
    if (request.line.starts_with("GET /away")) return simple_answer("", "Location: " + other.url("/") + "\r\n", "302 Found");
    return simple_answer("done");
  }));
  ClientLoop loop;
  CHECK(loop.ask(local_request(server.url("/home"))).body == "done");
  CHECK(loop.ask(local_request(server.url("/away"))).failure == HttpFailure::BadRedirect);
  CHECK(other.connections() == 0);
}
