// A paid job is looked at through every kind of trouble and brought home, however long that takes.
#include <algorithm>
#include <ctime>

#include "base/hash.h"
#include "network/wire_rig.h"
#include "support/catch.h"

using namespace studio;

namespace {

using Bite = WireService::Bite;
constexpr Money price{40'000};
constexpr std::int64_t ten_minutes_ms = 600'000;

// Until the virtual clock says so; answers come from `statuses` in turn.
WireService::Mischief until(const Rig& rig, std::int64_t mono_ms, std::vector<std::string> bytes) {
  auto turn = std::make_shared<std::atomic<std::size_t>>(0);
  return [&rig, mono_ms, turn, bytes = std::move(bytes)](RawConnection& connection, const RawRequest&, const WireService::Serve&) {
    if (rig.clock.mono_ms() >= mono_ms) return Bite::None;
    connection.send(bytes[(*turn)++ % bytes.size()]);
    return Bite::Answered;
  };
}

void check_done_and_paid(WireRig& wire, const Job& job) {
  CHECK(job.state == JobState::Done);
  CHECK(wire.rig.service.bill().size() == 1);
  CHECK(wire.rig.books().settled == price);
  CHECK(wire.rig.books().reserved == Money{});
  CHECK(wire.money_trouble() == "");
  CHECK(wire.rig.broken_promises() == "");
}

std::vector<std::int64_t> gaps_of(const std::vector<WireRequest>& requests) {
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < requests.size(); ++i) gaps.push_back(requests[i].mono_ms - requests[i - 1].mono_ms);
  return gaps;
}

std::string date_text(std::int64_t wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm parts{};
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&secs, &parts));
  return text;
}

std::string throttled(const std::string& retry_after) { return simple_answer("{}", "Retry-After: " + retry_after + "\r\n", "429 Too Many Requests"); }

}  // namespace

TEST_CASE("Retry-After in all its forms is the least that is waited, and never a day", "[fault-29]") {
  struct Word {
    std::string text;
    std::int64_t least_secs, most_secs;
  };
  const std::string where = GENERATE(std::string("POST /jobs"), std::string("GET /jobs/"));
  WireRig wire;
  wire.rig.open();
  const std::vector<Word> words = {{"70", 70, 90},
                                   {"date", 0, 120},
                                   {date_text(1'000'000'000'000), 0, 61},  // 2001
                                   {"0", 0, 61},
                                   {"86400", 3600, 4000},
                                   {"soon, I hope", 0, 61},
                                   {"-5", 0, 61}};
  for (const Word& word : words) {
    const auto before = wire.wire.requests(where).size();
    const bool is_date = word.text == "date";
    const std::string text = is_date ? date_text(wire.rig.clock.wall_ms() + 95'000) : word.text;
    const std::int64_t date_mono_ms = wire.rig.clock.mono_ms() + 94'000;  // up to a second is lost to the date's whole seconds
    wire.wire.set_mischief_times(1, where, answers(throttled(text)));
    INFO(where << " " << text);
    CHECK(wire.run_one(text).state == JobState::Done);
    auto asked = wire.wire.requests(where);
    asked.erase(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(before));
    REQUIRE(asked.size() >= 2);
    const std::int64_t waited_ms = asked[1].mono_ms - asked[0].mono_ms;
    // A date holds whenever it is read.
    CHECK(waited_ms >= (is_date ? date_mono_ms - asked[0].mono_ms : word.least_secs * 1000));
    CHECK(waited_ms <= word.most_secs * 1000);
  }
  CHECK(wire.billed() == price * static_cast<std::int64_t>(words.size()));
  CHECK(wire.rig.books().settled == wire.billed());
  CHECK(wire.money_trouble() == "");
  CHECK(wire.rig.broken_promises() == "");
}

TEST_CASE("ten minutes of 429 without a word are waited out, ever more slowly", "[fault-30]") {
  const std::string where = GENERATE(std::string("POST /jobs"), std::string("GET /jobs/"));
  WireRig wire;
  wire.rig.open();
  const std::int64_t end = wire.rig.clock.mono_ms() + ten_minutes_ms;
  wire.wire.set_mischief(where, until(wire.rig, end, {simple_answer("{}", {}, "429 Too Many Requests")}));
  const Job job = wire.run_one();
  INFO(where);
  check_done_and_paid(wire, job);
  CHECK(wire.rig.clock.mono_ms() >= end);
  const auto gaps = gaps_of(wire.wire.requests(where));
  REQUIRE(gaps.size() >= 8);
  CHECK(gaps.size() <= 60);
  CHECK(*std::max_element(gaps.begin(), gaps.end()) >= 20 * gaps[0]);
  // Those that were put off held no money and count as nothing.
  for (const Attempt& attempt : wire.rig.attempts(job.id)) CHECK((attempt.state == AttemptState::Settled || attempt.state == AttemptState::NotSent));
}

TEST_CASE("ten minutes of a server's faults on every look do not fail the job", "[fault-32]") {
  WireRig wire;
  wire.rig.open();
  const std::int64_t end = wire.rig.clock.mono_ms() + ten_minutes_ms;
  std::vector<std::string> answers;
  for (const char* status : {"500 Fault", "502 Bad Gateway", "503 Busy", "504 Too Late"}) answers.push_back(simple_answer("<h1>oops</h1>", {}, status));
  wire.wire.set_mischief("GET /jobs/", until(wire.rig, end, answers));
  // After ten failures in a row a person is told, and the looks go on.
  const Job job = wire.rig.wait_for(wire.run_one().id, JobState::Done);
  check_done_and_paid(wire, job);
  CHECK(wire.rig.clock.mono_ms() >= end);
  CHECK(wire.wire.count("GET /jobs/") >= 10);
  CHECK(wire.wire.count("GET /jobs/") <= 120);
  CHECK(wire.wire.count("POST /jobs") == 1);
}

TEST_CASE("a job that the service has not heard of yet is looked at again, and is gone after three looks only", "[fault-34]") {
  const std::string unknown = simple_answer("{\"error\":\"unknown\"}", {}, "404 Not Found");
  for (const int times : {1, 2}) {
    WireRig wire;
    wire.rig.open();
    wire.wire.set_mischief_times(times, "GET /jobs/", answers(unknown));
    check_done_and_paid(wire, wire.run_one());
  }
  WireRig wire;
  wire.rig.open();
  wire.wire.set_mischief("GET /jobs/", answers(unknown));
  const Job job = wire.run_one();
  CHECK(job.state == JobState::Expired);
  CHECK(wire.wire.count("GET /jobs/") == 3);
  CHECK(wire.rig.books().settled == Money{});  // whether it was charged it did not say
  CHECK(wire.rig.books().reserved >= wire.billed());
  CHECK(wire.money_trouble() == "");
  CHECK(wire.rig.broken_promises() == "");
}

TEST_CASE("a portal's page is no status and no picture", "[fault-43]") {
  const std::string portal = simple_answer("<html><title>Hotel</title>Sign in</html>", "Content-Type: text/html\r\n");
  const std::string where = GENERATE(std::string("GET /jobs/"), std::string("GET /files/"));
  WireRig wire;
  wire.rig.open();
  wire.wire.set_mischief_times(5, where, answers(portal));
  const Job job = wire.run_one();
  INFO(where);
  check_done_and_paid(wire, job);
  CHECK(wire.wire.count(where) >= 6);
  REQUIRE(wire.rig.assets().size() == 1);
  CHECK(wire.rig.assets()[0].sha256 == sha256_hex("PNG:r1.0"));
}

TEST_CASE("words that nobody knows mean that the job goes on, and are told of", "[fault-45]") {
  WireRig wire;
  wire.rig.open();
  auto turn = std::make_shared<std::atomic<std::size_t>>(0);
  wire.wire.set_mischief("GET /jobs/", [turn](RawConnection& connection, const RawRequest&, const WireService::Serve&) {
    static const std::vector<std::string> words = {"\"aborted\"", "\"THROTTLED\"", "\"Done\"", "\"\"", "\"running \"", "\"gone to lunch\""};
    const std::size_t now = (*turn)++;
    if (now >= words.size()) return Bite::None;
    connection.send(simple_answer("{\"state\":" + words[now] + "}", "Content-Type: application/json\r\n"));
    return Bite::Answered;
  });
  check_done_and_paid(wire, wire.run_one());
  CHECK(wire.wire.count("GET /jobs/") > 6);
}

TEST_CASE("a progress that jumps, falls and lies is shown as one that only grows", "[fault-47]") {
  WireRig wire;
  std::mutex mutex;
  std::vector<double> shown;
  wire.rig.on_event = [&](const RunnerEvent& event) {
    const auto* changed = std::get_if<JobChanged>(&event);
    if (changed == nullptr || is_local(changed->job.kind) || changed->job.state != JobState::Running) return;
    std::lock_guard lock(mutex);
    shown.push_back(changed->job.progress);
  };
  wire.rig.open();
  auto turn = std::make_shared<std::atomic<std::size_t>>(0);
  wire.wire.set_mischief("GET /jobs/", [turn](RawConnection& connection, const RawRequest&, const WireService::Serve&) {
    static const std::vector<const char*> said = {"0.5", "0.2", "-7", "0.6", "0", "1e300", "0.1"};
    const std::size_t now = (*turn)++;
    if (now >= said.size()) return Bite::None;
    connection.send(simple_answer("{\"state\":\"running\",\"progress\":" + std::string(said[now]) + "}"));
    return Bite::Answered;
  });
  const Job job = wire.run_one();
  CHECK(job.state == JobState::Done);
  std::lock_guard lock(mutex);
  REQUIRE(shown.size() >= 7);
  CHECK(std::is_sorted(shown.begin(), shown.end()));
  CHECK(shown.back() == 1.0);
  CHECK(std::count(shown.begin(), shown.end(), 0.6) == 2);
}

TEST_CASE("a job that is done and then runs again has its result all the same", "[fault-47]") {
  WireRig wire;
  wire.rig.open();
  wire.wire.set_mischief_times(1, "GET /files/", answers(simple_answer("", {}, "410 Gone")));
  auto looks = std::make_shared<std::atomic<int>>(0);
  // The first look finds it done; asked for fresh addresses it says for a while that it runs.
  wire.rig.service.polls_until_done = 0;
  wire.wire.set_mischief("GET /jobs/", [looks](RawConnection& connection, const RawRequest&, const WireService::Serve&) {
    const int now = (*looks)++;
    if (now == 0 || now > 2) return Bite::None;
    connection.send(simple_answer("{\"state\":\"running\",\"progress\":0.1}"));
    return Bite::Answered;
  });
  check_done_and_paid(wire, wire.run_one());
}

TEST_CASE("a success without files is a failure that was paid, and visible", "[fault-46]") {
  const std::string files = GENERATE(std::string("[]"), std::string("null"), std::string("missing"));
  WireRig wire;
  wire.rig.open();
  wire.wire.set_mischief("GET /jobs/", [files](RawConnection& connection, const RawRequest&, const WireService::Serve&) {
    connection.send(simple_answer("{\"state\":\"done\",\"charged\":40000" + (files == "missing" ? std::string("}") : ",\"files\":" + files + "}")));
    return Bite::Answered;
  });
  const Job job = wire.run_one();
  INFO(files);
  CHECK(job.state == JobState::Failed);
  CHECK(job.reason.find("$0.04") != std::string::npos);
  CHECK(wire.rig.attempts(job.id).at(0).state == AttemptState::FailedBilled);
  CHECK(wire.rig.books().settled == wire.billed());
  CHECK(wire.rig.books().reserved == Money{});
  CHECK(wire.money_trouble() == "");
}
