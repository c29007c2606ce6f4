// A paid result is brought home whole, or not at all: cut, changed and expired downloads, and who goes first when time is short.
#include <algorithm>

#include "base/hash.h"
#include "network/wire_rig.h"
#include "support/catch.h"

using namespace studio;

namespace {

using Bite = WireService::Bite;
constexpr Money price{40'000};

// Sends the head of the service's answer and so many bytes of its body, then ends the connection.
WireService::Mischief cut_after(std::size_t body_bytes, bool with_length) {
  return [=](RawConnection& connection, const RawRequest&, const WireService::Serve& serve) {
    const std::string answer = serve();
    const std::size_t body = answer.find("\r\n\r\n") + 4;
    const std::string head = with_length ? answer.substr(0, body) : std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    connection.send(head + answer.substr(body, body_bytes));
    connection.hang_up();
    return Bite::Ended;
  };
}

struct FetchRig : WireRig {
  const std::string bytes = "PNG:" + std::string(100'000, 'p');
  explicit FetchRig(bool says_hash = true) {
    rig.service.file_bytes = [this](const std::string&, int) { return bytes; };
    rig.service.says_hash = says_hash;
    rig.open();
  }
  void check_brought_home(const Job& job) {
    CHECK(job.state == JobState::Done);
    REQUIRE(rig.assets().size() == 1);
    CHECK(rig.assets()[0].sha256 == sha256_hex(bytes));
    CHECK(rig.books().settled == price);
    CHECK(rig.service.bill().size() == 1);
    CHECK(rig.broken_promises() == "");
  }
};

}  // namespace

TEST_CASE("a download that is cut is not taken for the whole, and goes on where it was", "[fault-41]") {
  FetchRig wire;
  SECTION("at 99 %") {
    wire.wire.set_mischief_times(1, "GET /files/", cut_after(99'000, true));
    wire.check_brought_home(wire.run_one());
    const auto asked = wire.wire.requests("GET /files/");
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].range == "");
    CHECK(asked[1].range == "bytes=99000-");
  }
  SECTION("where its length was not said") {
    wire.wire.set_mischief_times(1, "GET /files/", cut_after(40'000, false));
    wire.check_brought_home(wire.run_one());
    CHECK(wire.wire.count("GET /files/") == 2);
  }
  SECTION("again and again") {
    wire.wire.set_mischief_times(6, "GET /files/", cut_after(10'000, true));
    wire.check_brought_home(wire.run_one());
    const auto asked = wire.wire.requests("GET /files/");
    REQUIRE(asked.size() == 7);
    CHECK(asked[6].range == "bytes=60000-");
  }
  SECTION("before its first byte") {
    wire.wire.set_mischief_times(3, "GET /files/", resets(true));
    wire.check_brought_home(wire.run_one());
  }
}

TEST_CASE("where no hash of the whole is known, a cut download goes on under the tag of its file", "[fault-41]") {
  FetchRig wire(false);
  wire.rig.service.says_size = GENERATE(true, false);
  wire.rig.service.tag = FakeService::Tag::Strong;
  wire.wire.set_mischief_times(3, "GET /files/", cut_after(30'000, true));
  wire.check_brought_home(wire.run_one());
  const auto asked = wire.wire.requests("GET /files/");
  REQUIRE(asked.size() == 4);
  const std::string etag = "\"" + sha256_hex(wire.bytes).substr(0, 16) + "\"";
  CHECK(asked[0].range == "");
  CHECK(asked[0].if_range == "");
  CHECK(asked[1].range == "bytes=30000-");
  CHECK(asked[3].range == "bytes=90000-");
  CHECK(asked[3].if_range == etag);
}

TEST_CASE("where neither a hash nor a tag tells a file from another, a cut download begins anew", "[fault-41]") {
  FetchRig wire(false);
  wire.rig.service.tag = GENERATE(FakeService::Tag::None, FakeService::Tag::Weak);
  wire.wire.set_mischief_times(1, "GET /files/", cut_after(99'000, true));
  wire.check_brought_home(wire.run_one());
  const auto asked = wire.wire.requests("GET /files/");
  REQUIRE(asked.size() == 2);
  CHECK(asked[1].range == "");
}

TEST_CASE("a file that changed while its download was cut comes whole, and nothing of the old one is in it", "[fault-42]") {
  FetchRig wire(false);
  wire.rig.service.says_size = false;
  wire.rig.service.tag = FakeService::Tag::Strong;
  const std::string kind = GENERATE(std::string("the server looks at the tag"), std::string("it does not"), std::string("it does not, and says no tag"));
  auto turn = std::make_shared<std::atomic<int>>(0);
  wire.wire.set_mischief("GET /files/", [&wire, kind, turn](RawConnection& connection, const RawRequest& request, const WireService::Serve&) {
    const std::string old = "MP4:" + std::string(100'000, 'o');
    if ((*turn)++ == 0) {
      connection.send("HTTP/1.1 200 OK\r\nETag: \"old\"\r\nContent-Length: " + std::to_string(old.size()) + "\r\n\r\n" + old.substr(0, 5004));
      connection.hang_up();
      return Bite::Ended;
    }
    if (request.header("range").empty() || kind == "the server looks at the tag") return Bite::None;
    const std::string etag = kind == "it does not" ? "ETag: \"new\"\r\n" : "";
    connection.send(simple_answer(wire.bytes.substr(5004), etag + "Content-Range: bytes 5004-100003/100004\r\n", "206 Partial Content"));
    return Bite::Answered;
  });
  INFO(kind);
  wire.check_brought_home(wire.run_one());
  const auto asked = wire.wire.requests("GET /files/");
  REQUIRE(asked.size() == (kind == "the server looks at the tag" ? 2 : 3));
  CHECK(asked[1].range == "bytes=5004-");
  CHECK(asked[1].if_range == "\"old\"");
}

TEST_CASE("where nothing is known of the whole, what the connection's end cut is not believed at once", "[fault-41]") {
  FetchRig wire(false);
  wire.rig.service.says_size = false;
  SECTION("cut once") {
    wire.wire.set_mischief_times(1, "GET /files/", cut_after(99'000, false));
    wire.check_brought_home(wire.run_one());
    CHECK(wire.wire.count("GET /files/") == 2);
  }
  SECTION("cut in two places") {
    auto turn = std::make_shared<std::atomic<int>>(0);
    wire.wire.set_mischief("GET /files/", [turn](RawConnection& connection, const RawRequest& request, const WireService::Serve& serve) {
      const int now = (*turn)++;
      return cut_after(now < 2 ? 50'000 + static_cast<std::size_t>(now) : 200'000, false)(connection, request, serve);
    });
    wire.check_brought_home(wire.run_one());
    CHECK(wire.wire.count("GET /files/") == 4);  // the whole one twice
  }
  SECTION("not cut, and its length told") {
    wire.check_brought_home(wire.run_one());
    CHECK(wire.wire.count("GET /files/") == 1);
  }
}

TEST_CASE("a server that gives another part, or a part of another file, is asked for all of it", "[fault-42]") {
  FetchRig wire;
  const std::string kind = GENERATE(std::string("range ignored"), std::string("wrong range"), std::string("416"), std::string("other bytes"));
  // The first part: of the right file, or of what lay there before.
  auto turn = std::make_shared<std::atomic<int>>(0);
  wire.wire.set_mischief("GET /files/", [&wire, kind, turn](RawConnection& connection, const RawRequest& request, const WireService::Serve&) {
    const std::string head = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: " + std::to_string(wire.bytes.size()) + "\r\n\r\n";
    if ((*turn)++ == 0) {
      const std::string part = kind == "other bytes" ? "MP4:" + std::string(5000, 'o') : wire.bytes.substr(0, 5004);
      connection.send(head + part);
      connection.hang_up();
      return Bite::Ended;
    }
    if (request.header("range").empty() || kind == "other bytes") return Bite::None;
    if (kind == "range ignored") connection.send(head + wire.bytes);
    if (kind == "wrong range") connection.send(simple_answer("abc", "Content-Range: bytes 0-2/100004\r\n", "206 Partial Content"));
    if (kind == "416") connection.send(simple_answer("", "Content-Range: bytes */100004\r\n", "416 Range Not Satisfiable"));
    return Bite::Answered;
  });
  INFO(kind);
  wire.check_brought_home(wire.run_one());
  const auto asked = wire.wire.requests("GET /files/");
  REQUIRE(asked.size() >= 2);
  CHECK(asked[1].range == "bytes=5004-");
}

TEST_CASE("a download that is sent elsewhere by its server does not take the key along", "[fault-39]") {
  Counter elsewhere;
  RawServer other(answering([&](const RawRequest&) {
    elsewhere.add();
    return simple_answer("PNG:not ours");
  }));
  FetchRig wire;
  wire.wire.set_mischief_times(2, "GET /files/", answers(simple_answer("", "Location: " + other.url("/file") + "\r\n", "302 Found")));
  wire.check_brought_home(wire.run_one());
  CHECK(wire.wire.count("GET /files/") == 3);
  CHECK(elsewhere.count() == 0);
}

TEST_CASE("an address that has run out is asked for anew once, then the job has expired and is paid", "[fault-44]") {
  const char* status = GENERATE("403 Forbidden", "404 Not Found", "410 Gone");
  const std::string expired = simple_answer("<Error><Code>AccessDenied</Code></Error>", "Content-Type: application/xml\r\n", status);
  INFO(status);
  for (const bool always : {false, true}) {
    RigOptions options;
    options.provider.authorised_download = false;  // what is signed needs no key: a refusal is of the address
    WireRig wire(Help::None, options);
    wire.rig.service.files_need_key = false;
    wire.rig.open();
    if (always) wire.wire.set_mischief("GET /files/", answers(expired));
    else wire.wire.set_mischief_times(1, "GET /files/", answers(expired));
    const int looks = wire.rig.service.polls_until_done + 1;
    const Job job = wire.run_one();
    CHECK(job.state == (always ? JobState::Expired : JobState::Done));
    CHECK(wire.wire.count("GET /files/") == 2);
    CHECK(wire.wire.count("GET /jobs/") == looks + 1);
    CHECK(wire.rig.books().settled == wire.billed());
    CHECK(wire.rig.books().reserved == Money{});
    CHECK(wire.billed() == price);
    CHECK(wire.rig.broken_promises() == "");
  }
}
