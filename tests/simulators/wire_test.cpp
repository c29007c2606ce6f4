// The bytes of the simulators' HTTP: connections kept and reused, bodies in every coding, and what is no request at all.
#include "simulators/wire.h"

#include "simulators/raw_http.h"
#include "support/catch.h"

using namespace studio;
using namespace studio::simulators;

namespace {

// Answers with what it was asked.
std::unique_ptr<WireServer> echo() {
  auto server = WireServer::start(0, [](const WireRequest& request) {
    WireAnswer answer;
    answer.body = request.method + " " + request.path + (request.is_reused ? " again " : " ") + request.body;
    for (const auto& [name, value] : request.query) answer.body += " " + name + "=" + value;
    return answer;
  });
  REQUIRE(server);
  return std::move(*server);
}

}  // namespace

TEST_CASE("wire: a connection is kept, and a second request on it says so") {
  const auto server = echo();
  RawConnection connection(server->port());
  connection.send(raw_request("GET", "/a", {}, ""));
  CHECK(connection.answer().body == "GET /a ");
  connection.send(raw_request("POST", "/b", {}, "word"));
  const auto second = connection.answer();
  CHECK(second.body == "POST /b again word");
  CHECK(second.header("connection") == "keep-alive");
  connection.send(raw_request("GET", "/c", {{"Connection", "close"}}, ""));
  CHECK(connection.answer().header("connection") == "close");
  CHECK(connection.has_ended());
}

TEST_CASE("wire: two requests may come in one piece, and one in many") {
  const auto server = echo();
  RawConnection connection(server->port());
  connection.send(raw_request("POST", "/a", {}, "one") + raw_request("POST", "/b", {}, "two"));
  CHECK(connection.answer().body == "POST /a one");
  CHECK(connection.answer().body == "POST /b again two");
  for (const char byte : raw_request("POST", "/slow", {}, "three")) connection.send(std::string(1, byte));
  CHECK(connection.answer().body == "POST /slow again three");
}

TEST_CASE("wire: a body in chunks is put together, and a client that asks first is told to go on") {
  const auto server = echo();
  RawConnection chunked(server->port());
  chunked.send("PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n3;x=y\r\nefg\r\n0\r\nTrailer: t\r\n\r\n");
  CHECK(chunked.answer().body == "PUT /x abcdefg");
  RawConnection polite(server->port());
  polite.send("PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  polite.send("ok");
  CHECK(polite.answer().body == "PUT /x ok");
  CHECK(polite.interim_answers() == 1);
}

TEST_CASE("wire: names and values of a query are decoded, HEAD has no body") {
  const auto server = echo();
  CHECK(ask_raw(server->port(), "GET", "/a?endpoint_id=fal-ai%2Fflux&x=1%202+3&y").body == "GET /a  endpoint_id=fal-ai/flux x=1 2 3 y=");
  RawConnection connection(server->port());
  connection.send(raw_request("HEAD", "/a", {}, ""));
  const auto head = connection.answer(true);
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "8");
  connection.send(raw_request("GET", "/b", {}, ""));
  CHECK(connection.answer().body == "GET /b again ");
}

TEST_CASE("wire: what is no request is 400, what is too large is 413, and the connection ends") {
  const auto server = echo();
  for (const char* nonsense : {"hello\r\n\r\n", "GET a HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1\r\nno colon\r\n\r\n", "GET /a SPDY/1\r\n\r\n",
                               "POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"}) {
    INFO(nonsense);
    RawConnection connection(server->port());
    connection.send(nonsense);
    CHECK(connection.answer().status == 400);
    CHECK(connection.has_ended());
  }
  RawConnection large(server->port());
  large.send("POST /a HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n");
  CHECK(large.answer().status == 413);
}

TEST_CASE("wire: a port that is taken is an error with words") {
  const auto server = echo();
  const auto second = WireServer::start(server->port(), [](const WireRequest&) { return WireAnswer(); });
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::BadRequest);
}

TEST_CASE("wire: a server that ends hangs up on those who wait") {
  auto server = echo();
  RawConnection connection(server->port());
  connection.send("GET /a HTTP/1.1\r\n");  // and never more
  server.reset();
  CHECK(connection.has_ended());
}
