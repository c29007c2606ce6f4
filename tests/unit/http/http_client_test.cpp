// One request, one answer: what goes on the wire, what a broken wire means, and the loop itself.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "base/file.h"
#include "client_loop.h"
#include "http/http_rules.h"
#include "support/raw_server.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// Sends the second request over the first one's connection, which the server then closes without an answer, having read
// the request in full. Says how often the second one reached the server.
int times_sent_on_a_dying_connection(HttpProfile profile, HttpResponse& answer) {
  Counter posts;
  RawServer server([&](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->line.starts_with("POST")) {
        posts.add();
        if (posts.count() > 1) {
          connection.send(simple_answer("made"));
          continue;
        }
        return connection.hang_up();
      }
      connection.send(simple_answer("warm"));
    }
  });
  ClientLoop loop;
  CHECK(loop.ask(local_request(server.url("/warm"))).body == "warm");
  HttpRequest post = local_request(server.url("/jobs"), HttpMethod::Post, profile);
  post.body = "{\"prompt\":\"sea\"}";
  answer = loop.ask(std::move(post));
  return posts.count();
}

// A port of this machine where nobody listens.
int closed_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

// A name whose look-up gives this machine though it does not look like it.
std::string loopback_name() {
  char own[256] = {};
  ::gethostname(own, sizeof own - 1);
  for (const std::string& name : {std::string("ip6-localhost"), std::string(own)}) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(name.c_str(), "443", &hints, &found) != 0) continue;
    char text[NI_MAXHOST] = {};
    ::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    ::freeaddrinfo(found);
    if (address_class(text) == AddressClass::Loopback) return name;
  }
  return {};
}

}  // namespace

TEST_CASE("a submit is on the wire exactly once, even where libcurl would send again", "[fault-35]") {
  HttpResponse answer;
  // The fault bites: with the poll profile, the POST goes over the kept connection and is sent twice.
  CHECK(times_sent_on_a_dying_connection(HttpProfile::Poll, answer) == 2);
  CHECK(times_sent_on_a_dying_connection(HttpProfile::Submit, answer) == 1);
  CHECK(answer.failure == HttpFailure::Broken);
  CHECK(answer.status == 0);
  CHECK(answer.request_sent);
  CHECK_FALSE(surely_not_sent(answer));
}

TEST_CASE("polls share a connection, each submit has its own") {
  RawServer server(answering([](const RawRequest&) { return simple_answer("ok"); }));
  ClientLoop loop;
  for (int i = 0; i < 3; ++i) CHECK(loop.ask(local_request(server.url("/poll"))).ok());
  CHECK(server.connections() == 1);
  for (int i = 0; i < 2; ++i) CHECK(loop.ask(local_request(server.url("/jobs"), HttpMethod::Post, HttpProfile::Submit)).ok());
  CHECK(server.connections() == 3);
  CHECK(loop.ask(local_request(server.url("/poll"))).ok());
  CHECK(server.connections() == 3);
}

TEST_CASE("what is planned is what is sent, and nothing is invented") {
  LastRequest seen;
  RawServer server(answering([&](const RawRequest& request) {
    seen.set(request);
    return simple_answer("{}", "Content-Type: application/json\r\nX-Two: b\r\n", "202 Accepted");
  }));
  ClientLoop loop;
  HttpRequest post = local_request(server.url("/v1/jobs?a=1"), HttpMethod::Post, HttpProfile::Submit);
  post.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer secret-key", true}, {"X-Empty", ""}};
  post.body = std::string("{\"x\":\"\0\"}", 9);
  const HttpResponse answer = loop.ask(post);
  CHECK(answer.status == 202);
  CHECK(answer.ok());
  CHECK(answer.body == "{}");
  CHECK(answer.body_bytes == 2);
  CHECK(answer.header("x-two") == "b");
  CHECK(seen.get().line == "POST /v1/jobs?a=1 HTTP/1.1");
  CHECK(seen.get().body == post.body);
  CHECK(seen.get().header("authorization") == "Bearer secret-key");
  CHECK(seen.get().header("expect") == "");
  CHECK(seen.get().headers.find("X-Empty:") != std::string::npos);

  HttpRequest bare = local_request(server.url("/v1/jobs"), HttpMethod::Post);
  CHECK(loop.ask(bare).ok());
  CHECK(seen.get().header("content-type") == "");
  CHECK(seen.get().header("content-length") == "0");
  CHECK(loop.ask(local_request(server.url("/v1/jobs/1"), HttpMethod::Delete)).ok());
  CHECK(seen.get().line == "DELETE /v1/jobs/1 HTTP/1.1");
}

TEST_CASE("nothing listens: not sent, by proof", "[fault-37]") {
  ClientLoop loop;
  const HttpResponse answer = loop.ask(local_request("http://127.0.0.1:" + std::to_string(closed_port()) + "/", HttpMethod::Post, HttpProfile::Submit));
  CHECK(answer.failure == HttpFailure::NotSentConnect);
  CHECK_FALSE(answer.request_sent);
  CHECK(surely_not_sent(answer));
}

TEST_CASE("an unknown name: not sent, by proof", "[fault-37]") {
  HttpClientSettings settings;
  settings.connect_timeout_ms = 500;  // where there is no name server at all, the look-up waits
  settings.use_environment_proxy = false;
  ClientLoop loop(settings);
  HttpRequest request;
  request.method = HttpMethod::Post;
  request.profile = HttpProfile::Submit;
  request.url = "https://no-such-host.invalid/jobs";  // RFC 6761: never a name
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.failure == HttpFailure::NotSentDns);
  CHECK(surely_not_sent(answer));
}

TEST_CASE("a connection that breaks after the request is never called not sent", "[fault-36]") {
  enum class Fault { CloseAtOnce, Reset, HalfHeaders, HalfBody, ResetInBody };
  const Fault fault = GENERATE(Fault::CloseAtOnce, Fault::Reset, Fault::HalfHeaders, Fault::HalfBody, Fault::ResetInBody);
  RawServer server([fault](RawConnection& connection) {
    connection.read_request();
    if (fault == Fault::HalfHeaders) connection.send("HTTP/1.1 200 OK\r\nContent-Le");
    if (fault == Fault::HalfBody || fault == Fault::ResetInBody) connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.");
    if (fault == Fault::Reset || fault == Fault::ResetInBody) connection.reset();
    else connection.hang_up();
  });
  ClientLoop loop;
  const HttpProfile profile = GENERATE(HttpProfile::Submit, HttpProfile::Poll);
  const HttpResponse answer = loop.ask(local_request(server.url("/"), HttpMethod::Post, profile));
  CHECK(answer.failure == HttpFailure::Broken);
  CHECK(answer.status == 0);
  CHECK(answer.request_sent);
  CHECK_FALSE(surely_not_sent(answer));
}

TEST_CASE("bytes that are no answer are none", "[fault-43][fault-51]") {
  const char* bytes = GENERATE("SSH-2.0-OpenSSH_9.2\r\n\r\n", "<html>Sign in</html>", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\nhello",
                               "HTTP/1.1 2000 OK\r\n\r\n{}", "ICY 200 OK\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
                               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 12\r\n\r\n{}",
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}",
                               "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}");
  RawServer server([bytes](RawConnection& connection) {
    connection.read_request();
    connection.send(bytes);
    connection.hang_up();
  });
  ClientLoop loop;
  INFO(bytes);
  const HttpResponse answer = loop.ask(local_request(server.url("/"), HttpMethod::Post, HttpProfile::Submit));
  CHECK(answer.failure == HttpFailure::Broken);
  CHECK(answer.status == 0);
  CHECK(answer.body.empty());
  CHECK(answer.request_sent);
}

TEST_CASE("whether anything shows that an answer came whole is said", "[fault-41]") {
  struct Kind {
    const char* bytes;
    bool is_proven;
  };
  const Kind kind = GENERATE(Kind{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole", true}, Kind{"HTTP/1.1 200 OK\r\n\r\nwhole", false},
                             Kind{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n", true},
                             Kind{"HTTP/1.0 200 OK\r\n\r\nwhole", false});
  RawServer server([kind](RawConnection& connection) {
    connection.read_request();
    connection.send(kind.bytes);
    connection.hang_up();
  });
  ClientLoop loop;
  INFO(kind.bytes);
  const HttpResponse answer = loop.ask(local_request(server.url("/")));
  CHECK(answer.ok());
  CHECK(answer.body == "whole");
  CHECK(answer.end_is_proven == kind.is_proven);
}

TEST_CASE("what is refused here never reaches the network") {
  RawServer server(answering([](const RawRequest&) { return simple_answer("reached"); }));
  ClientLoop loop;
  HttpRequest not_local = local_request(server.url("/"));
  not_local.local = false;
  HttpRequest bad_header = local_request(server.url("/"));
  bad_header.headers = {{"X", "a\r\nY: b"}};
  HttpRequest missing_file = local_request(server.url("/"), HttpMethod::Put, HttpProfile::Upload);
  missing_file.body_file = "/no/such/file";
  for (const HttpRequest& request : {not_local, bad_header, missing_file, local_request("ftp://127.0.0.1/"), local_request("nonsense"), local_request("")}) {
    const HttpResponse answer = loop.ask(request);
    CHECK(answer.failure == HttpFailure::NotSentRefusedHere);
    CHECK(surely_not_sent(answer));
    CHECK_FALSE(answer.detail.empty());
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("a name that leads to this machine is caught when it is looked up") {
  const std::string name = loopback_name();
  if (name.empty()) STUDIO_SKIP("a name other than localhost that the system resolves to this machine");
  HttpClientSettings settings;
  settings.use_environment_proxy = false;
  ClientLoop loop(settings);
  HttpRequest request;
  request.url = "https://" + name + "/";
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.failure == HttpFailure::NotSentRefusedHere);
}

TEST_CASE("a proxy in the environment is not asked about this machine") {
  RawServer server(answering([](const RawRequest&) { return simple_answer("direct"); }));
  const std::string dead = "http://127.0.0.1:" + std::to_string(closed_port());
  for (const char* name : {"http_proxy", "all_proxy"}) ::setenv(name, dead.c_str(), 1);
  HttpResponse answer;
  {
    ClientLoop loop;
    answer = loop.ask(local_request(server.url("/")));
  }
  for (const char* name : {"http_proxy", "all_proxy"}) ::unsetenv(name);
  CHECK(answer.body == "direct");
}

TEST_CASE("what is logged of a failure holds no query string and no key") {
  ClientLoop loop;
  HttpRequest request = local_request("http://127.0.0.1:" + std::to_string(closed_port()) + "/path?X-Signature=topsecret");
  request.headers = {{"Authorization", "Key topsecret", true}};
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.detail.find("/path") != std::string::npos);
  CHECK(answer.detail.find("topsecret") == std::string::npos);
  CHECK(answer.detail.find("Signature") == std::string::npos);
}

TEST_CASE("a cancelled transfer ends once, at once, and alone") {
  Counter arrived;
  Counter released;
  RawServer server([&](RawConnection& connection) {
    const auto request = connection.read_request();
    arrived.add();
    if (request && request->line.starts_with("GET /slow")) return connection.wait_for_end();
    released.wait_for(1);
    connection.send(simple_answer("other"));
  });
  ClientLoop loop;
  int slow_calls = 0;
  HttpResponse slow, other;
  const TransferId id = loop.client->start(local_request(server.url("/slow")), [&](HttpResponse response) {
    ++slow_calls;
    slow = std::move(response);
  });
  loop.client->start(local_request(server.url("/other")), [&](HttpResponse response) { other = std::move(response); });
  loop.run_until([&] { return arrived.count() == 2; });
  CHECK(loop.client->in_flight() == 2);
  loop.client->cancel(id);
  CHECK(slow_calls == 0);
  loop.client->cancel(id);
  loop.run_until([&] { return slow_calls > 0; });
  CHECK(slow.failure == HttpFailure::Cancelled);
  CHECK(slow.request_sent);
  released.add();
  loop.run_until([&] { return other.status != 0; });
  CHECK(other.body == "other");
  CHECK(slow_calls == 1);
  loop.client->cancel(id);
  loop.client->cancel(9999);
  CHECK(loop.client->in_flight() == 0);
}

TEST_CASE("callbacks may start and cancel transfers") {
  RawServer server([](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->line.starts_with("GET /hang")) return connection.wait_for_end();
      connection.send(simple_answer(request->line));
    }
  });
  ClientLoop loop;
  std::vector<std::string> seen;
  const TransferId hanging = loop.client->start(local_request(server.url("/hang")), [&](HttpResponse response) {
    seen.push_back(std::string(to_string(response.failure)));
  });
  loop.client->start(local_request(server.url("/first")), [&](HttpResponse first) {
    seen.push_back(first.body);
    loop.client->cancel(hanging);
    loop.client->start(local_request(server.url("/second")), [&](HttpResponse second) { seen.push_back(second.body); });
  });
  loop.run_until([&] { return seen.size() == 3; });
  CHECK(std::set<std::string>(seen.begin(), seen.end()) == std::set<std::string>{"GET /first HTTP/1.1", "cancelled", "GET /second HTTP/1.1"});
  CHECK(loop.client->in_flight() == 0);
}

TEST_CASE("any thread may wake a loop that waits for ever") {
  ClientLoop loop;
  std::thread waker([&] { loop.client->wake(); });
  loop.client->run_once(-1);
  waker.join();
  // A bell that rang before the waiting began counts as well, and only once.
  loop.client->wake();
  loop.client->run_once(-1);
  loop.client->run_once(0);
}

TEST_CASE("a client that goes away takes its transfers along, without a word") {
  Counter arrived;
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    arrived.add();
    connection.wait_for_end();
  });
  int calls = 0;
  {
    ClientLoop loop;
    loop.client->start(local_request(server.url("/")), [&](HttpResponse) { ++calls; });
    loop.run_until([&] { return arrived.count() == 1; });
  }
  CHECK(calls == 0);
}

TEST_CASE("200 looks at one host share its few connections, and a submit goes past them") {
  constexpr int looks = 200, at_once = 16;
  Counter arrived, go_on;
  RawServer server([&](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (request->line.starts_with("GET")) {
        arrived.add();
        go_on.wait_for(1);
      }
      if (!connection.send(simple_answer(request->line))) return;
    }
  });
  ClientLoop loop;
  int good = 0;
  for (int i = 0; i < looks; ++i) {
    loop.client->start(local_request(server.url("/" + std::to_string(i))), [&](HttpResponse response) { good += response.ok() ? 1 : 0; });
  }
  loop.run_until([&] { return arrived.count() == at_once; });
  // Every place is taken, and none is given back before this is over.
  CHECK(loop.ask(local_request(server.url("/jobs"), HttpMethod::Post, HttpProfile::Submit)).body == "POST /jobs HTTP/1.1");
  CHECK(arrived.count() == at_once);
  CHECK(server.connections() == at_once + 1);
  CHECK(loop.client->in_flight() == looks);
  go_on.add();
  loop.run_until([&] { return loop.client->in_flight() == 0; });
  CHECK(good == looks);
  CHECK(server.connections() == at_once + 1);
}

TEST_CASE("a request that waits for its turn is cancelled without a word on the wire, and those behind it go on") {
  Counter arrived, go_on;
  LastRequest seen;
  RawServer server([&](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      arrived.add();
      seen.set(*request);
      if (request->line.starts_with("GET /first")) go_on.wait_for(1);
      connection.send(simple_answer("ok"));
    }
  });
  HttpClientSettings settings;
  settings.requests_per_host = 1;
  ClientLoop loop(settings);
  HttpResponse first, second, third;
  const TransferId going = loop.client->start(local_request(server.url("/first")), [&](HttpResponse response) { first = std::move(response); });
  const TransferId waiting = loop.client->start(local_request(server.url("/second")), [&](HttpResponse response) { second = std::move(response); });
  loop.client->start(local_request(server.url("/third")), [&](HttpResponse response) { third = std::move(response); });
  loop.run_until([&] { return arrived.count() == 1; });
  loop.client->cancel(waiting);
  loop.run_until([&] { return second.failure != HttpFailure::None; });
  CHECK(second.failure == HttpFailure::Cancelled);
  CHECK_FALSE(second.request_sent);
  CHECK(third.status == 0);
  loop.client->cancel(going);  // its place is free
  loop.run_until([&] { return third.status != 0; });
  CHECK(first.failure == HttpFailure::Cancelled);
  CHECK(third.ok());
  CHECK(arrived.count() == 2);
  CHECK(seen.get().line == "GET /third HTTP/1.1");
  CHECK(loop.client->in_flight() == 0);
  go_on.add();
}

TEST_CASE("the time of a request that waits for its turn has not begun") {
  Counter arrived;
  RawServer server([&](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      arrived.add();
      if (request->line.starts_with("GET /silent")) return connection.wait_for_end();
      if (request->header("range").empty()) connection.send(simple_answer("whole"));
      else connection.send(simple_answer("", "", "416 Range Not Satisfiable"));  // so that it takes a second request
    }
  });
  HttpClientSettings settings;
  settings.requests_per_host = 1;
  ClientLoop loop(settings);
  TempFolder folder;
  HttpRequest silent = local_request(server.url("/silent"), HttpMethod::Get, HttpProfile::Download);
  silent.total_timeout_ms = 700;
  HttpRequest request = local_request(server.url("/file"), HttpMethod::Get, HttpProfile::Download);
  request.total_timeout_ms = 500;  // over before the one in front of it is
  request.answer_file = (folder.path() / "part").string();
  REQUIRE(write_file_durable(request.answer_file, "part"));
  request.resume_from = 4;
  HttpResponse first, second;
  loop.client->start(silent, [&](HttpResponse response) { first = std::move(response); });
  loop.client->start(request, [&](HttpResponse response) { second = std::move(response); });
  loop.run_until([&] { return loop.client->in_flight() == 0; });
  CHECK(first.failure == HttpFailure::Timeout);
  CHECK(second.ok());
  CHECK(second.body_bytes == 5);
  CHECK(arrived.count() == 3);
}

TEST_CASE("300 transfers wait beside each other, in handles of at most 250") {
  constexpr int count = 300;
  Counter arrived;
  RawServer server([&](RawConnection& connection) {
    const auto request = connection.read_request();
    arrived.add();
    if (!request || !arrived.wait_for(count)) return;
    connection.send(simple_answer(request->line));
  });
  HttpClientSettings settings;
  settings.requests_per_host = count;
  ClientLoop loop(settings);
  std::set<std::string> bodies;
  int failures = 0;
  for (int i = 0; i < count; ++i) {
    loop.client->start(local_request(server.url("/" + std::to_string(i))), [&](HttpResponse response) {
      if (!response.ok()) ++failures;
      bodies.insert(response.body);
    });
  }
  loop.run_until([&] { return loop.client->in_flight() == 0; });
  CHECK(failures == 0);
  CHECK(bodies.size() == count);
  CHECK(loop.client->handles() == 2);
}
