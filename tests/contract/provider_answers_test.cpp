// Promises about what providers make of answers: what is proven, what stays open, and that nothing breaks them.
#include <algorithm>
#include <tuple>

#include "base/random.h"
#include "contract/provider_subjects.h"
#include "support/catch.h"

using namespace studio;

namespace {

// As for submit and poll of a job that was accepted.
CallBox accepted_box(const Subject& subject, const Flow& flow, const TempFolder& folder) {
  CallBox box = call_box(subject, flow, folder);
  box.attempt.remote_id = subject.remote_id;
  return box;
}

template <class Check>
void for_each_subject(Check check) {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    for (const Flow& flow : subject.flows) {
      INFO(subject.name << ", " << flow.name);
      const CallBox box = accepted_box(subject, flow, folder);
      check(subject, *subject.make(), box);
    }
  }
}

// Words that answers of 2xx may take for a submit although nothing usable is in them. Null: not one of them.
bool is_unclear(const SubmitRead& read) {
  const auto* unclear = std::get_if<Unclear>(&read);
  return unclear != nullptr && !unclear->reason.empty();
}

bool is_open(const PollRead& read) {
  if (std::holds_alternative<Pending>(read)) return true;
  const auto* failed = std::get_if<CallFailed>(&read);
  return failed != nullptr && failed->transient && !failed->error.message.empty();
}

HttpResponse failed_with(HttpFailure failure) {
  HttpResponse response;
  response.failure = failure;
  response.request_sent = !surely_not_sent(response);
  return response;
}

const HttpFailure ambiguous_failures[] = {HttpFailure::Timeout, HttpFailure::Broken, HttpFailure::TooLarge, HttpFailure::BadRedirect, HttpFailure::Disk, HttpFailure::Cancelled};
const HttpFailure not_sent_failures[] = {HttpFailure::NotSentDns, HttpFailure::NotSentConnect, HttpFailure::NotSentTls, HttpFailure::NotSentRefusedHere};

}  // namespace

TEST_CASE("provider contract: a submit with a status that is never accepted is surely not accepted", "[fault-33]") {
  for_each_subject([](const Subject&, const Provider& provider, const CallBox& box) {
    for (const int status : provider.profile().never_accepted) {
      for (const auto& [name, body] : bad_bodies()) {
        INFO(status << " " << name);
        const SubmitRead read = provider.read_submit(box.call(), answer_of(status, body, name == "page" ? "text/html" : "application/json"));
        const auto* refused = std::get_if<NotAccepted>(&read);
        REQUIRE(refused != nullptr);
        CHECK_FALSE(refused->error.message.empty());
        if (status == 401 || status == 403) CHECK(refused->error.kind == ErrorKind::Unauthorised);
        if (status == 400 || status == 401 || status == 402 || status == 413) CHECK_FALSE(refused->transient);
      }
    }
    HttpResponse slow_down = answer_of(429, "{}");
    slow_down.headers.push_back({"Retry-After", "17"});
    const SubmitRead read = provider.read_submit(box.call(), slow_down);
    REQUIRE(std::holds_alternative<NotAccepted>(read));
    CHECK(std::get<NotAccepted>(read).transient);
    CHECK(std::get<NotAccepted>(read).error.kind == ErrorKind::RateLimited);
    CHECK(std::get<NotAccepted>(read).error.retry_after_secs == 17);
  });
}

TEST_CASE("provider contract: what was proven not sent is not accepted", "[fault-37]") {
  for_each_subject([](const Subject&, const Provider& provider, const CallBox& box) {
    for (const HttpFailure failure : not_sent_failures) {
      INFO(to_string(failure));
      CHECK(std::holds_alternative<NotAccepted>(provider.read_submit(box.call(), failed_with(failure))));
    }
  });
}

TEST_CASE("provider contract: an ambiguous answer to a submit stays unclear, never failed and never accepted", "[fault-31][fault-36]") {
  for_each_subject([](const Subject&, const Provider& provider, const CallBox& box) {
    for (const HttpFailure failure : ambiguous_failures) {
      INFO(to_string(failure));
      CHECK(is_unclear(provider.read_submit(box.call(), failed_with(failure))));
    }
    for (const int status : {301, 302, 307, 408, 409, 500, 502, 503, 504, 520, 599}) {
      for (const auto& [name, body] : bad_bodies()) {
        INFO(status << " " << name);
        CHECK(is_unclear(provider.read_submit(box.call(), answer_of(status, body))));
      }
    }
    for (const int status : {200, 201, 202, 204}) {
      for (const auto& [name, body] : bad_bodies()) {
        INFO(status << " " << name);
        CHECK(is_unclear(provider.read_submit(box.call(), answer_of(status, body))));
        CHECK(is_unclear(provider.read_submit(box.call(), answer_of(status, body, ""))));
      }
    }
  });
}

TEST_CASE("provider contract: an unclear answer to a submit tells the id that its headers name, if it may be one") {
  int named = 0;
  for_each_subject([&](const Subject& subject, const Provider& provider, const CallBox& box) {
    const std::string& header = provider.profile().request_id_header;
    const auto told = [&](HttpResponse answer, const std::string& id) {
      answer.headers.push_back({header.empty() ? "x-request-id" : header, id});
      const SubmitRead read = provider.read_submit(box.call(), answer);
      REQUIRE(std::holds_alternative<Unclear>(read));
      return std::get<Unclear>(read).told_id;
    };
    const std::string expected = header.empty() ? "" : subject.remote_id;
    named += header.empty() ? 0 : 1;
    for (const int status : {200, 302, 408, 409, 500, 503}) {
      for (const auto& [name, body] : bad_bodies()) {
        INFO(status << " " << name);
        CHECK(told(answer_of(status, body), subject.remote_id) == expected);
      }
    }
    HttpResponse broken = failed_with(HttpFailure::Broken);
    CHECK(told(broken, subject.remote_id) == expected);
    for (const char* bad : {"", "../../admin", "a b", "a\r\nX: y", "a/b", "https://evil.test/x"}) {
      INFO(bad);
      CHECK(told(answer_of(500, "{}"), bad).empty());
    }
    CHECK(told(answer_of(500, "{}"), std::string(100'000, 'a')).empty());
  });
  CHECK(named > 0);
}

TEST_CASE("provider contract: a page in the place of an answer is not believed, whatever it says", "[fault-43]") {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    const Recording recording = load_recording(subject.recording);
    const CallBox box = accepted_box(subject, subject.flows.front(), folder);
    const auto provider = subject.make();
    INFO(subject.name);
    for (const RecordedExchange& exchange : recording.exchanges) {
      if (exchange.profile != HttpProfile::Submit || exchange.answer.status >= 300) continue;
      INFO(exchange.name);
      CHECK(is_unclear(provider->read_submit(box.call(), answer_of(200, exchange.answer.body, "text/html; charset=utf-8"))));
    }
  }
}

TEST_CASE("provider contract: every beginning of an accepted answer is unclear") {
  std::size_t beginnings = 0;
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    const Recording recording = load_recording(subject.recording);
    const CallBox box = accepted_box(subject, subject.flows.front(), folder);
    const auto provider = subject.make();
    for (const RecordedExchange& exchange : recording.exchanges) {
      if (exchange.profile != HttpProfile::Submit || exchange.answer.status >= 300) continue;
      beginnings += exchange.answer.body.size();
      const std::string& body = exchange.answer.body;
      for (std::size_t size = 0; size < body.size(); ++size) {
        const bool is_cut = is_unclear(provider->read_submit(box.call(), answer_of(exchange.answer.status, body.substr(0, size))));
        if (is_cut) continue;
        INFO(subject.name << ", " << exchange.name << ", first " << size << " bytes");
        CHECK(is_cut);
      }
    }
  }
  CHECK(beginnings > 1000);
}

TEST_CASE("provider contract: a poll that went wrong says nothing about the job", "[fault-32]") {
  for_each_subject([](const Subject&, const Provider& provider, const CallBox& box) {
    for (const HttpFailure failure : {HttpFailure::Timeout, HttpFailure::Broken, HttpFailure::TooLarge, HttpFailure::BadRedirect, HttpFailure::NotSentConnect,
                                      HttpFailure::NotSentDns, HttpFailure::NotSentTls}) {
      INFO(to_string(failure));
      CHECK(is_open(provider.read_poll(box.call(), failed_with(failure))));
    }
    for (const int status : {200, 204, 302, 400, 404, 405, 408, 409, 422, 429, 500, 502, 503, 504}) {
      for (const auto& [name, body] : bad_bodies()) {
        INFO(status << " " << name);
        CHECK(is_open(provider.read_poll(box.call(), answer_of(status, body, name == "page" ? "text/html" : "application/json"))));
      }
    }
    for (const int status : {401, 403}) {
      const PollRead read = provider.read_poll(box.call(), answer_of(status, "{}"));
      REQUIRE(std::holds_alternative<CallFailed>(read));
      CHECK(std::get<CallFailed>(read).error.kind == ErrorKind::Unauthorised);
    }
  });
}

TEST_CASE("provider contract: an unknown status word means still running, and is named", "[fault-45]") {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    const CallBox box = accepted_box(subject, subject.flows.front(), folder);
    const auto provider = subject.make();
    for (const char* word : {"\"aborted\"", "\"THROTTLED\"", "\"DONE\"", "\"Running\"", "\"\"", "7", "null", "[]", "{}", "true", "\"w\\u0000rd\""}) {
      INFO(subject.name << ": " << word);
      const PollRead read = provider->read_poll(box.call(), answer_of(200, subject.status_with_word(word)));
      REQUIRE(std::holds_alternative<Pending>(read));
      CHECK_FALSE(std::get<Pending>(read).unknown_status.empty());
    }
  }
}

TEST_CASE("provider contract: done without a file is finished with nothing, so that it is seen as billed", "[fault-46]") {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    CallBox box = accepted_box(subject, subject.flows.front(), folder);
    box.attempt.remote_state = subject.remote_state_when_done;
    INFO(subject.name);
    HttpResponse done = answer_of(200, subject.done_without_files);
    done.headers.insert(done.headers.end(), subject.done_headers.begin(), subject.done_headers.end());
    const PollRead read = subject.make()->read_poll(box.call(), done);
    REQUIRE(std::holds_alternative<Finished>(read));
    CHECK(std::get<Finished>(read).outputs.empty());
    CHECK(std::get<Finished>(read).cost.has_value());
  }
}

TEST_CASE("provider contract: the recorded ends of a job are told apart") {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    CallBox box = accepted_box(subject, subject.flows.front(), folder);
    box.attempt.remote_state = subject.remote_state_at_end;
    const auto provider = subject.make();
    const Recording recording = load_recording(subject.recording);
    INFO(subject.name);
    const SubmitRead refused = provider->read_submit(box.call(), recording.answer("refused"));
    REQUIRE(std::holds_alternative<RefusedByService>(refused));
    CHECK_FALSE(std::get<RefusedByService>(refused).reason.empty());
    CHECK_FALSE(std::get<RefusedByService>(refused).billed);
    CHECK(std::get<RefusedByService>(refused).refused_input == "prompt");
    CHECK(std::holds_alternative<RefusedByService>(provider->read_poll(box.call(), recording.answer("status refused"))));
    const PollRead failed = provider->read_poll(box.call(), recording.answer("status failed"));
    REQUIRE(std::holds_alternative<FailedByService>(failed));
    CHECK_FALSE(std::get<FailedByService>(failed).reason.empty());
    CHECK_FALSE(std::get<FailedByService>(failed).billed);
    CHECK(std::get<FailedByService>(failed).may_retry == (subject.says_same_again ? std::optional(false) : std::nullopt));
    CHECK(std::holds_alternative<CancelledByService>(provider->read_poll(box.call(), recording.answer("status stopped"))));
    CHECK(std::holds_alternative<Gone>(provider->read_poll(box.call(), recording.answer("status gone"))));
  }
}

TEST_CASE("provider contract: only the service's own word that a job stops counts as one") {
  const std::vector<std::tuple<std::string, std::string, bool>> answers = {
      {"sandbox", "cancel", true}, {"fal", "cancel", true}, {"fal", "cancel while running", false}, {"fal", "cancel of nobody", false}};
  std::size_t read_count = 0;
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    const CallBox box = accepted_box(subject, subject.flows.front(), folder);
    const Recording recording = load_recording(subject.recording);
    for (const auto& [name, exchange, stops] : answers) {
      if (name != subject.name) continue;
      INFO(name << ", " << exchange);
      const CancelRead read = subject.make()->read_cancel(box.call(), recording.answer(exchange));
      REQUIRE(std::holds_alternative<CancelAccepted>(read));
      CHECK(std::get<CancelAccepted>(read).stops == stops);
      ++read_count;
    }
  }
  CHECK(read_count == answers.size());
}

TEST_CASE("provider contract: a download is judged before it is kept", "[fault-43][fault-44]") {
  for_each_subject([](const Subject&, const Provider& provider, const CallBox& box) {
    RemoteOutput output;
    output.url = box.endpoint.base_url + "/content/1";
    output.bytes = 100;
    const auto with_bytes = [&](int status, std::int64_t bytes, const char* type) {
      HttpResponse response = answer_of(status, "", type);
      response.body_bytes = bytes;
      return provider.read_fetch(box.call(), output, response);
    };
    CHECK(std::holds_alternative<Fetched>(with_bytes(200, 100, "image/png")));
    CHECK(std::holds_alternative<Fetched>(with_bytes(206, 100, "video/mp4")));
    CHECK(std::holds_alternative<CallFailed>(with_bytes(200, 99, "image/png")));
    CHECK(std::holds_alternative<CallFailed>(with_bytes(200, 100, "text/html")));
    CHECK(std::holds_alternative<OutputExpired>(with_bytes(404, 0, "text/plain")));
    CHECK(std::holds_alternative<OutputExpired>(with_bytes(410, 0, "text/plain")));
    for (const int status : {302, 429, 500, 503}) {
      const FetchRead read = with_bytes(status, 0, "text/plain");
      REQUIRE(std::holds_alternative<CallFailed>(read));
      CHECK(std::get<CallFailed>(read).transient);
    }
    CHECK(std::holds_alternative<CallFailed>(provider.read_fetch(box.call(), output, failed_with(HttpFailure::Broken))));
  });
}

TEST_CASE("provider contract: side calls that went wrong are failures of the call and nothing else") {
  for_each_subject([](const Subject&, const Provider& provider, const CallBox& box) {
    std::vector<HttpResponse> answers = {failed_with(HttpFailure::Timeout), answer_of(500, "{}"), answer_of(401, "{}")};
    for (const auto& [name, body] : bad_bodies()) answers.push_back(answer_of(200, body));
    for (const HttpResponse& answer : answers) {
      INFO(answer.status << " " << answer.body.substr(0, 60));
      CHECK(std::holds_alternative<CallFailed>(provider.read_info(answer)));
      CHECK(std::holds_alternative<CallFailed>(provider.read_prepare(box.call(), answer)));
      CHECK(std::holds_alternative<CallFailed>(provider.read_cancel(box.call(), answer)));
      CHECK(std::holds_alternative<CallFailed>(provider.read_list(answer)));
      CHECK(std::holds_alternative<CallFailed>(provider.read_look_up(box.call(), answer)));
    }
  });
}

TEST_CASE("provider contract: an answer about several jobs that went wrong says nothing about any of them", "[fault-32]") {
  for_each_subject([](const Subject&, const Provider& provider, const CallBox& box) {
    std::vector<HttpResponse> answers = {failed_with(HttpFailure::Timeout), failed_with(HttpFailure::Broken), answer_of(500, "{}"), answer_of(503, ""), answer_of(404, "{}")};
    for (const auto& [name, body] : bad_bodies()) answers.push_back(answer_of(200, body));
    for (const HttpResponse& answer : answers) {
      INFO(answer.status << " " << answer.body.substr(0, 60));
      const auto reads = provider.read_poll_many({box.call(), box.call(), box.call()}, answer);
      REQUIRE(reads.size() == 3);
      for (const auto& read : reads) {
        if (!read) continue;  // asked about alone
        REQUIRE(std::holds_alternative<CallFailed>(*read));
        CHECK(std::get<CallFailed>(*read).transient);
      }
    }
  });
}

TEST_CASE("provider contract: no damaged answer breaks a reading", "[fault-49]") {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    const Recording recording = load_recording(subject.recording);
    const auto provider = subject.make();
    CallBox box = accepted_box(subject, subject.flows.back(), folder);
    RemoteOutput output;
    output.url = box.endpoint.base_url + "/x";
    Random random(stable_hash(subject.name));
    int read_count = 0;
    for (const RecordedExchange& exchange : recording.exchanges) {
      if (exchange.answer.failure != HttpFailure::None || exchange.profile == HttpProfile::Download) continue;
      for (int round = 0; round < 200; ++round) {
        HttpResponse damaged = exchange.answer;
        const std::uint64_t changes = 1 + random.below(4);
        for (std::uint64_t i = 0; i < changes && !damaged.body.empty(); ++i) {
          const std::size_t at = random.below(damaged.body.size());
          switch (random.below(3)) {
            case 0: damaged.body[at] = static_cast<char>(random.below(256)); break;
            case 1: damaged.body.erase(at, 1 + random.below(8)); break;
            default: damaged.body.insert(at, 1 + random.below(3), "{}[]\",:09-e"[random.below(11)]); break;
          }
        }
        const auto readings = [&] {
          provider->read_info(damaged);
          provider->read_prepare(box.call(), damaged);
          provider->read_submit(box.call(), damaged);
          provider->read_poll(box.call(), damaged);
          provider->read_poll_many({box.call(), box.call(), box.call()}, damaged);
          provider->read_fetch(box.call(), output, damaged);
          provider->read_cancel(box.call(), damaged);
          provider->read_list(damaged);
          provider->read_look_up(box.call(), damaged);
        };
        INFO(subject.name << ", " << exchange.name << ", round " << round);
        REQUIRE_NOTHROW(readings());
        ++read_count;
      }
    }
    CHECK(read_count > 1000);
  }
}
