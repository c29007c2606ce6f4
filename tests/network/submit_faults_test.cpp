// What a network can do to the one paid request, and what it costs: POSTs are counted where they arrive, and the books are held
// against the service's own bill.
#include "network/wire_rig.h"
#include "support/catch.h"

using namespace studio;

namespace {

using Bite = WireService::Bite;
constexpr Money price{40'000};

// What becomes of one submit.
struct Fault {
  std::string name;
  bool job_is_made = false;
  WireService::Mischief mischief;
  bool on_head = false;  // before the body is read
};

// The n-th submit meets the n-th fault, the first time it is sent.
void set_faults(WireRig& rig, const std::vector<Fault>& faults) {
  struct Dealt {
    std::mutex mutex;
    std::map<std::string, std::size_t> of_key;
    std::size_t next = 0;
  };
  auto dealt = std::make_shared<Dealt>();
  const auto deal = [dealt, faults](const std::string& key, bool on_head) -> const Fault* {
    std::lock_guard lock(dealt->mutex);
    if (on_head && !dealt->of_key.contains(key) && dealt->next < faults.size()) dealt->of_key[key] = dealt->next++;
    const auto found = dealt->of_key.find(key);
    if (found == dealt->of_key.end() || found->second >= faults.size() || faults[found->second].on_head != on_head) return nullptr;
    const Fault& fault = faults[found->second];
    found->second = faults.size();  // once
    return &fault;
  };
  for (const bool on_head : {true, false}) {
    rig.wire.set_mischief("POST /jobs", [deal, faults, on_head](RawConnection& connection, const RawRequest& request, const WireService::Serve& serve) {
      const Fault* fault = deal(request.header("key"), on_head);
      return fault == nullptr ? Bite::None : fault->mischief(connection, request, serve);
    }, on_head);
  }
}

// Answers after which nobody knows whether the job was accepted. Without help each is a card with its sum reserved; where the
// service replays or lists, each job is made, and paid once.
void check_doubtful(const std::vector<Fault>& faults, Help help, RigOptions options = {}) {
  const int count = static_cast<int>(faults.size());
  int jobs_made = 0;
  for (const Fault& fault : faults) jobs_made += fault.job_is_made ? 1 : 0;
  options.provider.image_lane = count;
  WireRig wire(help, std::move(options));
  set_faults(wire, faults);
  wire.rig.open();
  const auto jobs = wire.rig.generate(count);
  wire.rig.drain();
  INFO("help " << static_cast<int>(help));
  int at_most = 1;
  if (help == Help::None) {
    for (const Job& job : jobs) {
      CHECK(wire.rig.job(job.id).state == JobState::Unknown);
      CHECK(wire.rig.job(job.id).reason.find("may have been charged $0.04") != std::string::npos);
    }
    CHECK(wire.wire.count("POST /jobs") == count);
    CHECK(wire.billed() == price * jobs_made);
    CHECK(wire.rig.books().reserved == price * count);
    CHECK(wire.rig.books().settled == Money{});
    wire.rig.reopen();
    wire.rig.clock.advance_ms(24 * 3'600'000);
    wire.rig.drain();
    CHECK(wire.wire.count("POST /jobs") == count);
  } else {
    for (const Job& job : jobs) CHECK(wire.rig.job(job.id).state == JobState::Done);
    CHECK(wire.billed() == price * count);
    CHECK(wire.rig.books().settled == wire.billed());
    CHECK(wire.rig.books().reserved == Money{});
    CHECK(static_cast<int>(wire.rig.assets().size()) == count);
    if (help == Help::Replay) at_most = 2;
    // What the list never showed was a new attempt, with a key of its own.
    if (help == Help::List) CHECK(wire.wire.count("POST /jobs") == count + (count - jobs_made));
  }
  for (const auto& [key, posts] : wire.posts_on_the_wire()) CHECK(posts <= at_most);
  // A connection that served before is the one on which a client sends again by itself.
  for (const WireRequest& post : wire.wire.requests("POST /jobs")) CHECK(post.place == 0);
  CHECK(wire.money_trouble() == "");
  CHECK(wire.rig.broken_promises() == "");
}

Fault made(std::string name, WireService::Mischief mischief) { return {std::move(name), true, std::move(mischief), false}; }
Fault not_made(std::string name, WireService::Mischief mischief) { return {std::move(name), false, std::move(mischief), false}; }

}  // namespace

TEST_CASE("a server's fault as the answer to a submit, with the job made or not: unknown, and sent again by nobody", "[fault-31]") {
  std::vector<Fault> faults;
  for (const char* status : {"500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"}) {
    faults.push_back(made(status, answers_after(simple_answer("oops", {}, status))));
    faults.push_back(not_made(status, answers(simple_answer("oops", {}, status))));
  }
  check_doubtful(faults, GENERATE(Help::None, Help::Replay, Help::List));
}

TEST_CASE("a connection that ends once the submit was read: one POST, and unknown", "[fault-35]") {
  const std::vector<Fault> faults = {made("closed after the work", hangs_up(true)), not_made("closed before the work", hangs_up(false)),
                                     made("reset after the work", resets(true)), not_made("reset before the work", resets(false))};
  check_doubtful(faults, GENERATE(Help::None, Help::Replay, Help::List));
}

TEST_CASE("a submit is never sent over a connection that other requests use", "[fault-35]") {
  WireRig wire(Help::Replay);
  wire.rig.open();
  wire.rig.generate(3);
  wire.rig.drain();
  int reused = 0;
  for (const WireRequest& look : wire.wire.requests("GET /jobs/")) reused += look.place > 0 ? 1 : 0;
  CHECK(reused > 0);
  std::map<int, int> on_connection;
  for (const WireRequest& request : wire.wire.requests("")) ++on_connection[request.connection];
  for (const WireRequest& post : wire.wire.requests("POST /jobs")) CHECK(on_connection[post.connection] == 1);
  CHECK(wire.wire.count("POST /jobs") == 3);
}

TEST_CASE("a submit that breaks on its way or whose answer never comes is unknown", "[fault-36]") {
  const auto headers_only = [](const char* bytes, bool work) {
    return [bytes, work](RawConnection& connection, const RawRequest&, const WireService::Serve& serve) {
      if (work) serve();
      connection.send(bytes);
      connection.reset();
      return Bite::Ended;
    };
  };
  const auto silence = [](bool work) {
    return [work](RawConnection& connection, const RawRequest&, const WireService::Serve& serve) {
      if (work) serve();
      connection.wait_for_end();
      return Bite::Ended;
    };
  };
  const std::vector<Fault> faults = {
      {"reset in the middle of the body", false, resets(false), true},
      {"closed in the middle of the body", false, hangs_up(false), true},
      made("reset after the headers of the answer", headers_only("HTTP/1.1 202 Accepted\r\nContent-Length: 12\r\n\r\n", true)),
      made("reset in the headers", headers_only("HTTP/1.1 202 Acc", true)),
      not_made("reset in the body of the answer", headers_only("HTTP/1.1 202 Accepted\r\nContent-Length: 12\r\n\r\n{\"id\":", false)),
      made("no answer, with the job made", silence(true)),
      not_made("no answer, with nothing made", silence(false)),
  };
  RigOptions options;
  options.provider.submit_timeout_ms = 200;
  check_doubtful(faults, GENERATE(Help::None, Help::Replay, Help::List), options);
}

TEST_CASE("a portal's page, an empty answer or one without an id is no proof of anything", "[fault-43]") {
  const std::string portal = simple_answer("<html><title>Hotel</title><a href=\"/login\">Sign in</a></html>", "Content-Type: text/html\r\n");
  const std::vector<Fault> faults = {made("page", answers_after(portal)),
                                     not_made("page", answers(portal)),
                                     made("empty", answers_after(simple_answer("", {}, "204 No Content"))),
                                     not_made("no id", answers(simple_answer("{}", "Content-Type: application/json\r\n"))),
                                     made("half of an answer", answers_after(simple_answer("{\"id\":\"r"))),
                                     not_made("no HTTP at all", answers("SSH-2.0-OpenSSH_9.2\r\n\r\n"))};
  check_doubtful(faults, GENERATE(Help::None, Help::Replay, Help::List));
}

TEST_CASE("a submit that is sent elsewhere by a redirect goes nowhere, and its key with it", "[fault-39]") {
  Counter elsewhere;
  RawServer other(answering([&](const RawRequest&) {
    elsewhere.add();
    return simple_answer("{\"id\":\"stolen\"}", {}, "202 Accepted");
  }));
  std::vector<Fault> faults;
  for (const char* status : {"301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"}) {
    faults.push_back(not_made("to another", answers(simple_answer("", "Location: " + other.url("/jobs") + "\r\n", status))));
    faults.push_back(made("to itself", answers_after(simple_answer("", "Location: /jobs\r\n", status))));
  }
  check_doubtful(faults, GENERATE(Help::None, Help::Replay, Help::List));
  CHECK(elsewhere.count() == 0);
}

TEST_CASE("an id that another job has: flagged, nothing overwritten, and found by a list", "[fault-48]") {
  const Help help = GENERATE(Help::None, Help::List);
  WireRig wire(help);
  wire.rig.open();
  const Job first = wire.run_one("the first");
  REQUIRE(first.state == JobState::Done);
  wire.wire.set_mischief_times(1, "POST /jobs", answers_after(simple_answer("{\"id\":\"r1\"}", {}, "202 Accepted")));
  const Job second = wire.run_one("the second");
  CHECK(second.state == (help == Help::List ? JobState::Done : JobState::Unknown));
  CHECK(wire.rig.job(first.id).asset == first.asset);
  CHECK(wire.rig.attempts(first.id).at(0).remote_id == "r1");
  CHECK(wire.rig.attempts(second.id).at(0).remote_id == (help == Help::List ? "r2" : ""));
  CHECK(wire.wire.count("POST /jobs") == 2);
  CHECK(wire.billed() == price * 2);
  CHECK(wire.rig.books().settled + wire.rig.books().reserved == price * 2);
  CHECK(wire.money_trouble() == "");
  CHECK(wire.rig.broken_promises() == "");
}

TEST_CASE("a request that the service refuses is not accepted, and free", "[fault-33]") {
  WireRig wire;
  wire.rig.options().provider.image_lane = 4;
  const std::vector<Fault> faults = {not_made("400", answers(simple_answer("{}", {}, "400 Bad Request"))),
                                     not_made("404", answers(simple_answer("{}", {}, "404 Not Found"))),
                                     not_made("413", answers(simple_answer("{}", {}, "413 Too Large"))),
                                     not_made("422", answers(simple_answer("{}", {}, "422 Unprocessable")))};
  set_faults(wire, faults);
  wire.rig.open();
  const auto jobs = wire.rig.generate(4);
  wire.rig.drain();
  int failed = 0, refused = 0;
  for (const Job& job : jobs) {
    failed += wire.rig.job(job.id).state == JobState::Failed ? 1 : 0;
    refused += wire.rig.job(job.id).state == JobState::Refused ? 1 : 0;
    CHECK_FALSE(wire.rig.job(job.id).reason.empty());
  }
  CHECK(failed == 3);
  CHECK(refused == 1);
  CHECK(wire.wire.count("POST /jobs") == 4);
  CHECK(wire.rig.books().settled == Money{});
  CHECK(wire.rig.books().reserved == Money{});
  CHECK(wire.rig.broken_promises() == "");
}

TEST_CASE("a key that is refused stops its account once: nobody else is sent to the same refusal", "[fault-33]") {
  const char* status = GENERATE("401 Unauthorized", "402 Payment Required", "403 Forbidden");
  WireRig wire;  // two at once
  wire.rig.open();
  wire.wire.set_mischief("POST /jobs", answers(simple_answer("{}", {}, status)));
  const auto jobs = wire.rig.generate(8);
  wire.rig.drain();
  INFO(status);
  CHECK(wire.wire.count("POST /jobs") <= 2);
  std::string reason;
  for (const Job& job : jobs) {
    const Job now = wire.rig.wait_for(job.id, JobState::Blocked);  // those that wait in line are told last
    if (reason.empty()) reason = now.reason;
    CHECK(now.reason == reason);  // one card
  }
  CHECK(wire.rig.books().reserved == Money{});
  CHECK(wire.billed() == Money{});
  wire.wire.set_mischief("POST /jobs", {});
  REQUIRE(wire.rig.retry(jobs[0].id));
  wire.rig.drain();
  for (const Job& job : jobs) CHECK(wire.rig.job(job.id).state == JobState::Done);
  CHECK(wire.rig.books().settled == wire.billed());
  CHECK(wire.billed() == price * 8);
  CHECK(wire.money_trouble() == "");
  CHECK(wire.rig.broken_promises() == "");
}
