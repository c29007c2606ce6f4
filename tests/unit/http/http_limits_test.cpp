// Peers that send too much, too slowly or nothing: bounded memory, bounded time.
#include <sys/resource.h>
#include <zlib.h>

#include <atomic>

#include "client_loop.h"
#include "support/raw_server.h"

using namespace studio;

namespace {

std::string gzipped(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// Of this process so far.
std::int64_t peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024L;
}

}  // namespace

TEST_CASE("an answer is bounded by its declared length, by what arrives, and after unpacking", "[fault-49][fault-50]") {
  const std::string unpacked(4 << 20, 'a');
  const std::string bomb = gzipped(unpacked);
  REQUIRE(bomb.size() < 10'000);
  RawServer server(answering([&](const RawRequest& request) -> std::string {
    if (request.line.starts_with("GET /declared")) return "HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\nabc";
    if (request.line.starts_with("GET /bomb")) return simple_answer(bomb, "Content-Encoding: gzip\r\n");
    if (request.line.starts_with("GET /exact")) return simple_answer(std::string(1000, 'x'));
    // Chunks without end: the limit must end them.
    std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 100; ++i) chunks += "400\r\n" + std::string(1024, 'x') + "\r\n";
    return chunks;
  }));
  ClientLoop loop;
  const auto ask = [&](const char* path, std::int64_t limit) {
    HttpRequest request = local_request(server.url(path));
    request.max_bytes = limit;
    return loop.ask(request);
  };
  CHECK(ask("/declared", 1 << 20).failure == HttpFailure::TooLarge);
  CHECK(ask("/chunks", 50'000).failure == HttpFailure::TooLarge);
  CHECK(ask("/bomb", 1 << 20).failure == HttpFailure::TooLarge);
  const HttpResponse allowed = ask("/bomb", 8 << 20);
  CHECK(allowed.ok());
  CHECK(allowed.body == unpacked);
  CHECK(allowed.body_bytes == static_cast<std::int64_t>(unpacked.size()));
  CHECK(ask("/exact", 1000).ok());
  CHECK(ask("/exact", 999).failure == HttpFailure::TooLarge);
}

TEST_CASE("a gigabyte of JSON is refused as soon as it is too much, and never held", "[fault-49]") {
  const bool is_declared = GENERATE(false, true);
  std::atomic<std::int64_t> sent{0};
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    const std::string framing = is_declared ? "Content-Length: 1073741824" : "Transfer-Encoding: chunked";
    connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + framing + "\r\n\r\n");
    const std::string piece = std::string(65'536, '['), chunk = "10000\r\n" + piece + "\r\n";
    while (sent < 1 << 30 && connection.send(is_declared ? piece : chunk)) sent += 65'536;
  });
  ClientLoop loop;
  const std::int64_t before = peak_memory_bytes();
  const HttpResponse answer = loop.ask(local_request(server.url("/")));
  CHECK(answer.failure == HttpFailure::TooLarge);
  CHECK(answer.body.empty());
  CHECK(answer.body_bytes <= (8 << 20) + (1 << 20));
  loop.client.reset();  // the server hears that nobody listens
  CHECK(peak_memory_bytes() - before < 64 << 20);
}

TEST_CASE("an answer that was packed twice is unpacked no further than its limit", "[fault-50]") {
  const std::string bomb = gzipped(gzipped(std::string(32 << 20, 'a')));
  REQUIRE(bomb.size() < 2'000);
  RawServer server(answering([&](const RawRequest&) { return simple_answer(bomb, "Content-Encoding: gzip, gzip\r\n"); }));
  ClientLoop loop;
  const HttpResponse answer = loop.ask(local_request(server.url("/")));
  CHECK((answer.failure == HttpFailure::TooLarge || answer.failure == HttpFailure::Broken));
  CHECK(answer.body.empty());
  CHECK(answer.body_bytes <= (8 << 20) + (1 << 20));
}

TEST_CASE("a refusal's endless page is cut, its status stands") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\n\r\n");
    while (connection.send(std::string(16 << 10, 'x'))) {
    }
  });
  ClientLoop loop;
  const HttpResponse answer = loop.ask(local_request(server.url("/"), HttpMethod::Post, HttpProfile::Submit));
  CHECK(answer.status == 503);
  CHECK(answer.failure == HttpFailure::None);
  CHECK(answer.body.size() == 256u << 10);
}

TEST_CASE("header bombs and malformed headers are refused", "[fault-51]") {
  const std::string attack = GENERATE(std::string("many"), std::string("long"), std::string("1 MB"), std::string("no end"), std::string("interim"), std::string("trailers"),
                                      std::string("folded"), std::string("space"), std::string("bare return"), std::string("NUL"), std::string("no colon"));
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    if (attack == "interim") {
      while (connection.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")) {
      }
      return;
    }
    if (attack == "no end") {
      connection.send("HTTP/1.1 200 OK\r\n");
      while (connection.send("X-More: and more\r\n")) {
      }
      return;
    }
    if (attack == "trailers") {
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n");
      while (connection.send("X-More: and more\r\n")) {
      }
      return;
    }
    std::string headers = "HTTP/1.1 200 OK\r\n";
    if (attack == "many") {
      for (int i = 0; i < 300; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
    }
    if (attack == "long") headers += "X-Long: " + std::string(80 << 10, 'z') + "\r\n";
    if (attack == "1 MB") headers += "X-Long: " + std::string(1 << 20, 'z') + "\r\n";
    if (attack == "NUL") headers += std::string("X-A: one\0two\r\n", 14);
    if (attack == "no colon") headers += "X-A one\r\n";
    if (attack == "folded") headers += "X-A: one\r\n two\r\n";
    if (attack == "space") headers += "X A: one\r\n";
    if (attack == "bare return") headers += "X-A: one\rX-B: two\r\n";
    connection.send(headers + "Content-Length: 2\r\n\r\nok");
    connection.wait_for_end();
  });
  ClientLoop loop;
  INFO(attack);
  const HttpResponse answer = loop.ask(local_request(server.url("/")));
  CHECK(answer.failure == HttpFailure::Broken);
  CHECK(answer.status == 0);
  CHECK(answer.headers.empty());
}

TEST_CASE("a server that says nothing ends at the total time") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.wait_for_end();
  });
  ClientLoop loop;
  HttpRequest request = local_request(server.url("/"), HttpMethod::Post, HttpProfile::Submit);
  request.total_timeout_ms = 150;
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.failure == HttpFailure::Timeout);
  CHECK(answer.request_sent);
}

TEST_CASE("a trickle of headers or of a body ends a look, while a submit may wait in silence", "[fault-40]") {
  Counter answer_now;
  RawServer server([&](RawConnection& connection) {
    const auto request = connection.read_request();
    if (request && request->line.starts_with("GET /headers")) {
      connection.send("HTTP/1.1 200 OK\r\nX");
      return connection.wait_for_end();
    }
    if (request && request->line.starts_with("GET")) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nx");
      return connection.wait_for_end();
    }
    if (answer_now.wait_for(1)) connection.send(simple_answer("made at last"));
  });
  HttpClientSettings settings;
  settings.low_speed_secs = 1;
  ClientLoop loop(settings);
  HttpResponse submit, poll, headers;
  int ended = 0;
  loop.client->start(local_request(server.url("/jobs"), HttpMethod::Post, HttpProfile::Submit), [&](HttpResponse response) { submit = std::move(response); });
  loop.client->start(local_request(server.url("/poll")), [&](HttpResponse response) {
    poll = std::move(response);
    ++ended;
  });
  loop.client->start(local_request(server.url("/headers")), [&](HttpResponse response) {
    headers = std::move(response);
    ++ended;
  });
  loop.run_until([&] { return ended == 2; });
  CHECK(poll.failure == HttpFailure::Timeout);
  CHECK(headers.failure == HttpFailure::Timeout);
  CHECK(submit.status == 0);
  CHECK(loop.client->in_flight() == 1);
  answer_now.add();
  loop.run_until([&] { return loop.client->in_flight() == 0; });
  CHECK(submit.body == "made at last");
}
