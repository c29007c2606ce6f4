// Each provider's recordings from the first step to the file, with everything it knows going through text at each step.
#include "base/file.h"
#include "base/hash.h"
#include "contract/provider_subjects.h"
#include "support/catch.h"

using namespace studio;

namespace {

HttpResponse ask(RecordedTransport& transport, HttpRequest request) {
  HttpResponse answer;
  bool done = false;
  transport.start(std::move(request), [&](HttpResponse response) {
    answer = std::move(response);
    done = true;
  });
  CHECK_FALSE(done);
  transport.run_once(0);
  REQUIRE(done);
  return answer;
}

// What a walk brings home: the file's bytes.
std::string walk(const Subject& subject, const Flow& flow, RecordedTransport& transport, const TempFolder& folder) {
  CallBox box = call_box(subject, flow, folder);
  const auto spool = (folder.path() / "answer").string();
  if (const auto info = subject.make()->plan_info(box.endpoint)) {
    const InfoRead read = subject.make()->read_info(ask(transport, *info));
    REQUIRE(std::holds_alternative<ServiceFacts>(read));
    box.attempt.replay_declared = std::get<ServiceFacts>(read).replays;
  }
  for (int step = 0; auto request = subject.make()->plan_prepare(box.call()); ++step) {
    REQUIRE(step < 10);
    const PrepareRead read = subject.make()->read_prepare(box.call(), ask(transport, *request));
    REQUIRE(std::holds_alternative<Prepared>(read));
    box.attempt.prepare_state = std::get<Prepared>(read).prepare_state;
    for (const RemoteUpload& upload : std::get<Prepared>(read).uploads) box.uploads.push_back(upload);
  }

  // The submit and what follows it, until there is an id or a result. An inline answer goes through a spool that keeps
  // neither status nor headers, as after a crash.
  HttpRequest request = subject.make()->plan_submit(box.call());
  for (int step = 0; box.attempt.remote_id.empty(); ++step) {
    REQUIRE(step < 5);
    const bool is_inline = subject.make()->profile().answers_inline;
    if (is_inline) request.answer_file = spool;
    HttpResponse answer = ask(transport, request);
    if (is_inline) {
      answer = {};
      answer.status = 200;
      answer.body = *read_file(spool);
    }
    SubmitRead read = subject.make()->read_submit(box.call(), answer);
    if (auto* finished = std::get_if<InlineFinished>(&read)) {
      REQUIRE(finished->outputs.size() == 1);
      CHECK(finished->outputs[0].mime == "image/png");
      CHECK(finished->cost->micros > 0);
      return finished->outputs[0].bytes;
    }
    if (auto* next = std::get_if<NextRequest>(&read)) {
      box.attempt.remote_state = next->state;
      CHECK(text_of(subject.make()->plan_continue(box.call())) == text_of(next->request));
      request = next->request;
      CHECK(request.profile != HttpProfile::Submit);
      continue;
    }
    REQUIRE(std::holds_alternative<Accepted>(read));
    box.attempt.remote_id = std::get<Accepted>(read).remote_id;
    box.attempt.remote_state = std::get<Accepted>(read).remote_state;
    CHECK(std::get<Accepted>(read).poll_after_secs == subject.poll_after_secs);
  }

  // Nothing is followed from the reading's request: each look is planned anew from the text, as after a restart.
  for (int look = 0; box.attempt.outputs.empty(); ++look) {
    REQUIRE(look < 10);
    const PollRead read = subject.make()->read_poll(box.call(), ask(transport, subject.make()->plan_poll(box.call())));
    if (const auto* next = std::get_if<NextRequest>(&read)) {
      box.attempt.remote_state = next->state;
      CHECK(text_of(subject.make()->plan_poll(box.call())) == text_of(next->request));
    } else if (const auto* finished = std::get_if<Finished>(&read)) {
      REQUIRE(finished->outputs.size() == 1);
      CHECK(finished->cost->micros > 0);
      box.attempt.outputs = finished->outputs;
    } else {
      REQUIRE(std::holds_alternative<Pending>(read));
      CHECK(std::get<Pending>(read).unknown_status.empty());
    }
  }
  const RemoteOutput output = box.attempt.outputs[0];
  CHECK(output.sha256 == (subject.describes_files ? flow.expected_sha256 : ""));
  CHECK(output.expires_ms == (subject.describes_files ? 2'110'881'600'000 : 0));  // date -u -d 2036-11-21T12:00:00Z +%s
  HttpRequest fetch = subject.make()->plan_fetch(box.call(), output);
  fetch.answer_file = (folder.path() / "file").string();
  CHECK(std::holds_alternative<Fetched>(subject.make()->read_fetch(box.call(), output, ask(transport, fetch))));
  return *read_file(folder.path() / "file");
}

}  // namespace

TEST_CASE("provider contract: every flow of every provider brings its file home, by text alone") {
  for (const Subject& subject : subjects()) {
    RecordedTransport transport(load_recording(subject.recording));
    for (const Flow& flow : subject.flows) {
      TempFolder folder;
      INFO(subject.name << ", " << flow.name);
      CHECK(sha256_hex(walk(subject, flow, transport, folder)) == flow.expected_sha256);
    }
    // All that the recordings hold was asked for, and nothing else.
    CHECK(transport.complaints() == std::vector<std::string>{});
    CHECK(transport.never_asked() == std::vector<std::string>{});
  }
}

TEST_CASE("provider contract: a recording that does not fit is complained about") {
  // The test of the tests: a wrong key, body or address must not pass.
  const Subject& subject = subjects().front();
  TempFolder folder;
  CallBox box = call_box(subject, subject.flows.front(), folder);
  RecordedTransport transport(load_recording(subject.recording));
  const HttpRequest good = subject.make()->plan_submit(box.call());
  HttpRequest no_key = good, other_body = good, other_address = good, other_profile = good;
  std::erase_if(no_key.headers, [](const HttpHeader& header) { return header.secret; });
  other_body.body = "{\"model\":\"sandbox-flux\"}";
  other_address.url += "/";
  other_profile.profile = HttpProfile::Poll;
  for (const HttpRequest& bad : {no_key, other_body, other_address, other_profile}) CHECK(ask(transport, bad).failure == HttpFailure::NotSentConnect);
  CHECK(transport.complaints().size() == 4);
  CHECK(ask(transport, good).status == 202);
  CHECK(ask(transport, good).failure == HttpFailure::NotSentConnect);  // it was there once
}

TEST_CASE("provider contract: lists and look-ups give our own id back") {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    CallBox box = call_box(subject, subject.flows.back(), folder);
    const auto provider = subject.make();
    if (!provider->profile().echoes_own_id) continue;
    INFO(subject.name);
    RecordedTransport transport(load_recording(subject.recording));
    walk(subject, subject.flows.back(), transport, folder);
    const auto check_jobs = [&](const ListRead& read) {
      REQUIRE(std::holds_alternative<RemoteJobs>(read));
      const auto& jobs = std::get<RemoteJobs>(read).jobs;
      REQUIRE(jobs.size() == 1);
      CHECK(jobs[0].own_id == box.attempt.key);
      CHECK(jobs[0].model == box.recipe.model);
      CHECK(jobs[0].created_ms / 1000 == 1'795'255'200);  // date -u -d 2026-11-21T10:00:00Z +%s
      CHECK(std::get<RemoteJobs>(read).next_page.empty());
    };
    check_jobs(provider->read_list(ask(transport, *provider->plan_list_for(box.call(), 1'795'000'000'000, ""))));
    if (const auto look_up = provider->plan_look_up(box.call())) check_jobs(provider->read_look_up(box.call(), ask(transport, *look_up)));
  }
}

TEST_CASE("provider contract: an upload that is known and alive is not made again") {
  for (const Subject& subject : subjects()) {
    TempFolder folder;
    CallBox box = call_box(subject, subject.flows.back(), folder);
    const auto provider = subject.make();
    INFO(subject.name);
    REQUIRE(provider->plan_prepare(box.call()));
    const std::string& reference = subject.upload_reference;
    box.uploads = {{std::string(64, 'f'), "of-another-picture", 0}, {box.recipe.inputs[0].sha256, reference, 0}};
    CHECK_FALSE(provider->plan_prepare(box.call()));
    CHECK(provider->plan_submit(box.call()).body.find('"' + reference + '"') != std::string::npos);
  }
}
