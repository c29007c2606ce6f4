// Answers into files: complete, resumed, begun anew, and what never may end up in the file.
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "base/file.h"
#include "client_loop.h"
#include "support/raw_server.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

std::string text_of(const std::filesystem::path& path) {
  const auto text = read_file(path);
  return text ? *text : "(no file)";
}

void put(const std::filesystem::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

HttpRequest download(const RawServer& server, const std::filesystem::path& file, std::int64_t resume_from = 0) {
  HttpRequest request = local_request(server.url("/clip"), HttpMethod::Get, HttpProfile::Download);
  request.answer_file = file.string();
  request.resume_from = resume_from;
  request.max_bytes = 1 << 20;
  return request;
}

}  // namespace

TEST_CASE("a download lies in its file, and not in memory") {
  const std::string clip(300'000, 'v');
  LastRequest seen;
  RawServer server(answering([&](const RawRequest& request) {
    seen.set(request);
    return simple_answer(clip, "ETag: \"1\"\r\n");
  }));
  TempFolder folder;
  ClientLoop loop;
  put(folder.path() / "part", "an older and longer part" + std::string(400'000, '.'));
  const HttpResponse answer = loop.ask(download(server, folder.path() / "part"));
  CHECK(answer.ok());
  CHECK(seen.get().header("accept-encoding") == "");
  CHECK(seen.get().header("range") == "");
  CHECK(answer.body.empty());
  CHECK(answer.body_bytes == 300'000);
  CHECK(answer.header("etag") == "\"1\"");
  CHECK(text_of(folder.path() / "part") == clip);
}

TEST_CASE("a resumed download asks for the rest and joins it") {
  LastRequest seen;
  RawServer server(answering([&](const RawRequest& request) {
    seen.set(request);
    return simple_answer("rest", "ETag: \"etag\"\r\nContent-Range: bytes 6-9/10\r\n", "206 Partial Content");
  }));
  TempFolder folder;
  ClientLoop loop;
  put(folder.path() / "part", "begun,and bytes beyond what counted");
  HttpRequest request = download(server, folder.path() / "part", 6);
  request.part = {"\"etag\"", server.url("/clip"), 10};
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.status == 206);
  CHECK(answer.body_bytes == 10);
  CHECK(text_of(folder.path() / "part") == "begun,rest");
  CHECK(seen.get().header("range") == "bytes=6-");
  CHECK(seen.get().header("if-range") == "\"etag\"");
}

TEST_CASE("what a broken download leaves can be told from another file by a strong tag alone", "[fault-41]") {
  struct Kind {
    const char* headers;
    const char* etag;
  };
  const Kind kind = GENERATE(Kind{"ETag: \"v1\"\r\n", "\"v1\""}, Kind{"ETag: W/\"v1\"\r\n", ""}, Kind{"ETag: v1\r\n", ""}, Kind{"ETag: \"v1\r\n", ""}, Kind{"", ""});
  RawServer server([kind](RawConnection& connection) {
    connection.read_request();
    connection.send(std::string("HTTP/1.1 200 OK\r\n") + kind.headers + "Content-Length: 100\r\n\r\nten bytes.");
    connection.hang_up();
  });
  TempFolder folder;
  ClientLoop loop;
  INFO(kind.headers);
  HttpRequest request = download(server, folder.path() / "part");
  request.url += "?X-Signature=secret";
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.failure == HttpFailure::Broken);
  CHECK(answer.part.etag == kind.etag);
  if (answer.part.etag.empty()) return;
  CHECK(answer.part.from == server.url("/clip"));
  CHECK(answer.part.whole_bytes == 100);
}

TEST_CASE("a broken rest leaves the part it was joined to, and nobody who never answered changes it", "[fault-41]") {
  const std::string kind = GENERATE(std::string("silence"), std::string("503"), std::string("some of the rest"), std::string("some of another file"));
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    if (kind == "503") connection.send(simple_answer("busy", "", "503 Busy"));
    if (kind == "some of the rest") connection.send("HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes 6-9/10\r\nContent-Length: 4\r\n\r\nre");
    if (kind == "some of another file") connection.send("HTTP/1.1 200 OK\r\nETag: \"v2\"\r\nContent-Length: 20\r\n\r\nanother");
    connection.hang_up();
  });
  TempFolder folder;
  ClientLoop loop;
  INFO(kind);
  put(folder.path() / "part", "begun,");
  HttpRequest request = download(server, folder.path() / "part", 6);
  request.part = {"\"v1\"", server.url("/clip"), 10};
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.status == (kind == "503" ? 503 : 0));
  const bool is_other = kind == "some of another file";
  CHECK(text_of(folder.path() / "part") == (is_other ? "another" : kind == "some of the rest" ? "begun,re" : "begun,"));
  CHECK(answer.part.etag == (is_other ? "\"v2\"" : "\"v1\""));
  CHECK(answer.part.whole_bytes == (is_other ? 20 : 10));
}

TEST_CASE("a rest that is not of the file that was begun is not joined to it", "[fault-42]") {
  const std::string kind = GENERATE(std::string("other tag"), std::string("weak tag"), std::string("no tag"), std::string("other length"), std::string("elsewhere"));
  Counter requests;
  RawServer server(answering([&](const RawRequest& request) {
    requests.add();
    if (request.header("range").empty()) return simple_answer("all of the new file");
    const std::string etag = kind == "other tag" ? "\"v2\"" : kind == "weak tag" ? "W/\"v1\"" : "\"v1\"";
    const std::string length = kind == "other length" ? "11" : "10";
    return simple_answer("REST", (kind == "no tag" ? "" : "ETag: " + etag + "\r\n") + "Content-Range: bytes 6-9/" + length + "\r\n", "206 Partial Content");
  }));
  TempFolder folder;
  ClientLoop loop;
  INFO(kind);
  put(folder.path() / "part", "begun,");
  HttpRequest request = download(server, folder.path() / "part", 6);
  request.part = {"\"v1\"", server.url(kind == "elsewhere" ? "/other" : "/clip"), 10};
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.status == 200);
  CHECK(text_of(folder.path() / "part") == "all of the new file");
  CHECK(requests.count() == 2);
}

TEST_CASE("a rest is as long as its head says, and whole only where the whole's length is known", "[fault-41]") {
  struct Kind {
    const char* range;
    bool is_taken, is_proven;
  };
  const Kind kind = GENERATE(Kind{"6-9/10", true, true}, Kind{"6-9/*", true, false}, Kind{"6-8/*", false, false}, Kind{"6-10/*", false, false});
  RawServer server(answering([kind](const RawRequest&) {
    return simple_answer("rest", std::string("Content-Range: bytes ") + kind.range + "\r\n", "206 Partial Content");
  }));
  TempFolder folder;
  ClientLoop loop;
  INFO(kind.range);
  put(folder.path() / "part", "begun,");
  const HttpResponse answer = loop.ask(download(server, folder.path() / "part", 6));
  CHECK(answer.ok() == kind.is_taken);
  CHECK((answer.failure == HttpFailure::Broken) == !kind.is_taken);
  if (!kind.is_taken) return;
  CHECK(answer.end_is_proven == kind.is_proven);
  CHECK(text_of(folder.path() / "part") == "begun,rest");
}

TEST_CASE("a server that has another file, or another part, is read from the start", "[fault-42]") {
  const std::string kind = GENERATE(std::string("200"), std::string("416"), std::string("wrong range"), std::string("no range"), std::string("no such part"));
  Counter requests;
  RawServer server(answering([&](const RawRequest& request) {
    requests.add();
    if (request.header("range").empty() || kind == "200") return simple_answer("all of the new file");
    if (kind == "416") return simple_answer("", "Content-Range: bytes */19\r\n", "416 Range Not Satisfiable");
    if (kind == "wrong range") return simple_answer("abc", "Content-Range: bytes 0-2/19\r\n", "206 Partial Content");
    return simple_answer("abc", "", "206 Partial Content");
  }));
  TempFolder folder;
  ClientLoop loop;
  if (kind != "no such part") put(folder.path() / "part", "old bytes");
  INFO(kind);
  const HttpResponse answer = loop.ask(download(server, folder.path() / "part", 4));
  CHECK(answer.status == 200);
  CHECK(text_of(folder.path() / "part") == "all of the new file");
  CHECK(answer.body_bytes == 19);
  CHECK(requests.count() == (kind == "200" || kind == "no such part" ? 1 : 2));
}

TEST_CASE("a part that never fits is given up after one new beginning", "[fault-42]") {
  Counter requests;
  RawServer server(answering([&](const RawRequest&) {
    requests.add();
    return simple_answer("abc", "Content-Range: bytes 1-3/9\r\n", "206 Partial Content");
  }));
  TempFolder folder;
  ClientLoop loop;
  put(folder.path() / "part", "old bytes");
  CHECK(loop.ask(download(server, folder.path() / "part", 4)).failure == HttpFailure::Broken);
  CHECK(requests.count() == 2);
}

TEST_CASE("a cut download is not complete, and what came stays for the resume", "[fault-41]") {
  RawServer server([](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.");
    connection.hang_up();
  });
  TempFolder folder;
  ClientLoop loop;
  const HttpResponse answer = loop.ask(download(server, folder.path() / "part"));
  CHECK(answer.failure == HttpFailure::Broken);
  CHECK(answer.body_bytes == 10);
  CHECK(text_of(folder.path() / "part") == "ten bytes.");
}

TEST_CASE("a rest that is shorter than the whole said is not believed", "[fault-41]") {
  RawServer server(answering([](const RawRequest&) { return simple_answer("re", "Content-Range: bytes 6-7/10\r\n", "206 Partial Content"); }));
  TempFolder folder;
  ClientLoop loop;
  put(folder.path() / "part", "begun,");
  CHECK(loop.ask(download(server, folder.path() / "part", 6)).failure == HttpFailure::Broken);
}

TEST_CASE("a refusal never touches the part that lies there") {
  RawServer server(answering([](const RawRequest&) { return simple_answer("{\"error\":\"expired\"}", "", "403 Forbidden"); }));
  TempFolder folder;
  ClientLoop loop;
  put(folder.path() / "part", "precious");
  const HttpResponse answer = loop.ask(download(server, folder.path() / "part", 4));
  CHECK(answer.status == 403);
  CHECK(answer.body == "{\"error\":\"expired\"}");
  CHECK(text_of(folder.path() / "part") == "precious");
}

TEST_CASE("a compressed download that nobody asked for is refused") {
  RawServer server(answering([](const RawRequest&) { return simple_answer("xx", "Content-Encoding: gzip\r\n"); }));
  TempFolder folder;
  ClientLoop loop;
  CHECK(loop.ask(download(server, folder.path() / "part")).failure == HttpFailure::Broken);
}

TEST_CASE("a download over its size ends early, with the resumed part counted") {
  RawServer server(answering([](const RawRequest& request) {
    if (request.header("range").empty()) return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(2000, 'x');
    return simple_answer(std::string(600, 'x'), "Content-Range: bytes 500-1099/1100\r\n", "206 Partial Content");
  }));
  TempFolder folder;
  ClientLoop loop;
  put(folder.path() / "part", std::string(500, 'x'));
  HttpRequest resumed = download(server, folder.path() / "part", 500);
  resumed.max_bytes = 1000;
  CHECK(loop.ask(resumed).failure == HttpFailure::TooLarge);
  HttpRequest whole = download(server, folder.path() / "part");
  whole.max_bytes = 1000;
  CHECK(loop.ask(whole).failure == HttpFailure::TooLarge);
}

TEST_CASE("a file that cannot be written is said to be the disk's fault") {
  RawServer server(answering([](const RawRequest&) { return simple_answer(std::string(200'000, 'x')); }));
  TempFolder folder;
  ClientLoop loop;
  CHECK(loop.ask(download(server, folder.path() / "no such folder" / "part")).failure == HttpFailure::Disk);
  std::filesystem::create_symlink("elsewhere", folder.path() / "link");
  CHECK(loop.ask(download(server, folder.path() / "link")).failure == HttpFailure::Disk);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));

  // The same in the middle of writing: no file may grow beyond 64 KiB.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{64 << 10, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const HttpResponse answer = loop.ask(download(server, folder.path() / "part"));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(answer.failure == HttpFailure::Disk);
}

TEST_CASE("progress counts the part that lay there and names the whole") {
  Counter half_sent, go_on;
  RawServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 100-1099/1100\r\nContent-Length: 1000\r\n\r\n" + std::string(500, 'x'));
    half_sent.add();
    go_on.wait_for(1);
    connection.send(std::string(500, 'x'));
  });
  TempFolder folder;
  ClientLoop loop;
  put(folder.path() / "part", std::string(100, 'x'));
  bool done = false;
  const TransferId id = loop.client->start(download(server, folder.path() / "part", 100), [&](HttpResponse response) {
    CHECK(response.body_bytes == 1100);
    done = true;
  });
  loop.run_until([&] { return loop.client->progress(id).received == 600; });
  CHECK(loop.client->progress(id).total == 1100);
  CHECK_FALSE(done);
  go_on.add();
  loop.run_until([&] { return done; });
}
