// Stories that the table cannot tell: replay, cancel races, quarantine, three looks, money.
#include <algorithm>

#include "jobs/life.h"
#include "support/catch.h"

using namespace studio;

namespace {

RemoteOutput file_at(std::string url, std::string sha256 = {}) {
  RemoteOutput output;
  output.url = std::move(url);
  output.mime = "image/png";
  output.sha256 = std::move(sha256);
  output.bytes = 5;
  return output;
}

MediaSummary media_of(std::string mime) {
  MediaSummary media;
  media.mime = std::move(mime);
  return media;
}

JobFacts facts(std::int64_t wall_ms = 1'000'000) {
  return {.now_wall_ms = wall_ms, .now_mono_ms = 1, .jitter = 0.5, .expected_secs = 2, .service_cancels = true};
}

JobLife queued() {
  JobLife life;
  life.job.id = JobId{1};
  life.job.estimate = Money{420'000};
  life.job.currency = Currency::Play;
  return life;
}

JobLife take(JobLife life, const JobEvent& event, JobFacts with = facts()) {
  JobStep step = next(std::move(life), with, event);
  REQUIRE(step.bug == "");
  REQUIRE(step.refusal == "");
  if (step.attempt_is_new) step.life.attempt->id = AttemptId{step.life.job.attempts};
  return step.life;
}

const happened::PlaceGranted granted{"key-1", "sandbox", "default", "sandbox:default", "m"};

JobLife sending(bool replay) { return take(take(queued(), granted), happened::SubmitPlanned{"digest", "body", "boot", replay}); }
JobLife running() { return take(sending(true), happened::SubmitAccepted{"s_1", "{}"}); }
JobLife fetching() {
  return take(running(), happened::RemoteFinished{{file_at("/a")}, Money{300'000}});
}
JobLife at_home() { return take(fetching(), happened::BlobsStored{{file_at("/a", "aa")}}); }

bool has_act(const JobStep& step, ActKind kind) {
  for (const JobAct& act : step.acts) {
    if (act.kind == kind) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the intent carries digest, boot, both clocks and the frozen answer about replay") {
  JobFacts now = facts(77'000);
  now.now_mono_ms = 99;
  const JobStep step = next(take(queued(), granted), now, happened::SubmitPlanned{"digest", "body", "boot-9", true});
  CHECK(step.saving == Saving::First);
  CHECK(step.name == "T2");
  const Attempt& attempt = *step.life.attempt;
  CHECK(attempt.key == "key-1");
  CHECK(attempt.body_digest == "digest");
  CHECK(attempt.boot_id == "boot-9");
  CHECK(attempt.replay_declared);
  CHECK(attempt.intent_wall_ms == 77'000);
  CHECK(attempt.intent_mono_ms == 99);
  REQUIRE(step.acts.size() == 1);
  CHECK(step.acts[0].kind == ActKind::Submit);
}

TEST_CASE("an attempt sent without replay is never replayed, whatever the profile says later") {
  JobLife life = take(sending(false), happened::Recovered{});
  CHECK(life.job.state == JobState::Unknown);
  CHECK(needs_person(life));
  const JobStep due = next(life, facts(), happened::ReplayDue{});
  CHECK(due.life.job.state == JobState::Unknown);
  CHECK(due.acts.empty());
  CHECK(life.job.reason.find("may have been charged $0.42") != std::string::npos);
}

TEST_CASE("an attempt sent with replay goes out again with the same key and body") {
  const JobStep recovered = next(sending(true), facts(), happened::Recovered{});
  CHECK(has_act(recovered, ActKind::ReplayLater));
  CHECK_FALSE(needs_person(recovered.life));
  const JobStep again = next(recovered.life, facts(), happened::ReplayDue{});
  CHECK(again.life.job.state == JobState::Sending);
  CHECK(again.saving == Saving::First);
  CHECK(has_act(again, ActKind::Replay));
  CHECK(again.life.attempt->key == "key-1");
  CHECK(again.life.attempt->body_digest == "digest");
  CHECK(again.money.empty());  // nothing is reserved twice
}

TEST_CASE("a key that no longer lives is not replayed") {
  JobFacts late = facts(1'000'000 + 3'600'001);
  late.key_life_secs = 3600;
  const JobLife life = take(take(sending(true), happened::SubmitUnclear{"reset"}), happened::ReplayDue{}, late);
  CHECK(life.job.state == JobState::Unknown);
  CHECK(needs_person(life));
}

TEST_CASE("a clock that was set back does not make a key young again, and one at its end is not sent on its way") {
  const JobLife doubtful = take(sending(true), happened::SubmitUnclear{"reset"});
  JobFacts set_back = facts(1'000'000 + 10'000);
  set_back.key_life_secs = 3600;
  CHECK(take(doubtful, happened::ReplayDue{}, set_back).job.state == JobState::Sending);
  set_back.intent_age_ms = 3'600'001;
  CHECK(take(doubtful, happened::ReplayDue{}, set_back).job.hold);
  JobFacts at_its_end = facts(1'000'000 + 3'590'000);
  at_its_end.key_life_secs = 3600;
  CHECK(take(doubtful, happened::ReplayDue{}, at_its_end).job.hold);
}

TEST_CASE("a replay that is put off says nothing about the first send") {
  const Error offline{ErrorKind::Offline, "Away", "", 0};
  JobLife life = take(take(sending(true), happened::Recovered{}), happened::ReplayDue{});
  life = take(life, happened::SubmitNotAccepted{offline, true, true});
  CHECK(life.job.state == JobState::Unknown);
  CHECK(life.attempt->state == AttemptState::Unknown);
  life = take(take(life, happened::ReplayDue{}), happened::SubmitAccepted{"s_1", "{}"});
  CHECK(life.job.state == JobState::Running);
}

TEST_CASE("an attempt of which no byte left serves again with its key, one that was turned down does not") {
  const Error offline{ErrorKind::Offline, "Away", "", 0};
  const happened::PlaceGranted second{"key-2", "sandbox", "default", "sandbox:default", "m"};
  const JobLife unsent = take(sending(true), happened::SubmitNotAccepted{offline, true, true});
  const JobStep same = next(unsent, facts(), second);
  CHECK_FALSE(same.attempt_is_new);
  CHECK(same.life.attempt->key == "key-1");
  const Error busy{ErrorKind::RateLimited, "Slow down", "", 7};
  const JobStep put_off = next(sending(true), facts(), happened::SubmitNotAccepted{busy, true, false});
  CHECK(put_off.life.job.state == JobState::Queued);
  CHECK(put_off.life.job.not_before_ms >= 1'007'000);
  const JobStep other = next(put_off.life, facts(), second);
  CHECK(other.attempt_is_new);
  CHECK(other.life.attempt->key == "key-2");
  CHECK(other.life.job.attempts == 2);
}

TEST_CASE("an attempt of which no byte left does not serve again on another day: its money would be beyond that day's cap") {
  constexpr std::int64_t day_ms = 86'400'000;
  const happened::PlaceGranted second{"key-2", "sandbox", "default", "sandbox:default", "m"};
  const JobLife unsent = take(sending(true), happened::SubmitNotAccepted{{ErrorKind::Offline, "Away", "", 0}, true, true});
  for (const std::int64_t away_ms : {day_ms, -day_ms}) {
    const JobStep step = next(unsent, facts(unsent.attempt->created_ms + away_ms), second);
    CHECK(step.attempt_is_new);
    CHECK(step.life.attempt->key == "key-2");
  }
}

TEST_CASE("an attempt never serves again under another endpoint, model or service than it was made for") {
  const JobLife unsent = take(sending(true), happened::SubmitNotAccepted{{ErrorKind::Offline, "Away", "", 0}, true, true});
  for (const happened::PlaceGranted& other : {happened::PlaceGranted{"key-2", "sandbox", "default", "sandbox:two", "m"},
                                              happened::PlaceGranted{"key-2", "sandbox", "default", "sandbox:default", "n"},
                                              happened::PlaceGranted{"key-2", "fal", "default", "sandbox:default", "m"}}) {
    const JobStep step = next(unsent, facts(), other);
    CHECK(step.attempt_is_new);
    CHECK(step.life.attempt->key == "key-2");
    CHECK(step.life.attempt->endpoint == other.endpoint);
  }
}

TEST_CASE("cancel while sending waits for the answer, then cancels at the service") {
  JobLife life = take(sending(true), happened::CancelWished{});
  CHECK(life.job.state == JobState::Sending);
  CHECK(life.job.cancel_wished);
  const JobStep accepted = next(life, facts(), happened::SubmitAccepted{"s_1", "{}"});
  CHECK(has_act(accepted, ActKind::CancelRemote));
  life = take(take(accepted.life, happened::CancelAccepted{true}), happened::RemoteCancelled{});
  CHECK(life.job.state == JobState::Cancelled);
}

TEST_CASE("a result that arrives although it was cancelled is kept: it is paid") {
  JobLife life = take(running(), happened::CancelWished{});
  life = take(life, happened::RemoteFinished{{file_at("/a")}, Money{420'000}});
  CHECK(life.job.state == JobState::Fetching);
  life = take(life, happened::BlobsStored{{file_at("/a", "aa")}});
  const JobStep done = next(life, facts(), happened::ResultChecked{{media_of("video/mp4")}});
  CHECK(done.life.job.state == JobState::Done);
  REQUIRE(done.assets.size() == 1);
  CHECK(done.assets[0].cost == Money{420'000});
}

TEST_CASE("the asset carries the settled cost and the books get the rest back") {
  const JobStep done = next(at_home(), facts(), happened::ResultChecked{{media_of("video/mp4")}});
  REQUIRE(done.money.size() == 2);
  CHECK(done.money[0].kind == MoneyKind::Release);
  CHECK(done.money[0].amount == Money{120'000});
  CHECK(done.money[1].kind == MoneyKind::Settle);
  CHECK(done.money[1].amount == Money{300'000});
  REQUIRE(done.assets.size() == 1);
  CHECK(done.assets[0].kind == MediaKind::Video);
  CHECK(done.assets[0].cost == Money{300'000});
  CHECK(done.assets[0].sha256 == "aa");
}

TEST_CASE("two decoder crashes quarantine the result, which is paid and kept") {
  const happened::CheckFailed crash{{ErrorKind::Damaged, "The decoder crashed.", "", 0}, true};
  JobLife life = take(at_home(), crash);
  CHECK(life.job.state == JobState::Fetching);
  CHECK(life.job.local_tries == 1);
  life = take(life, happened::Recovered{});  // the count survives a restart
  const JobStep second = next(life, facts(), crash);
  CHECK(second.life.job.state == JobState::Quarantined);
  REQUIRE(second.assets.size() == 1);
  CHECK(second.assets[0].state == AssetState::Quarantined);
  CHECK(second.assets[0].sha256 == "aa");
}

TEST_CASE("what is wrong with this machine does not quarantine a result") {
  JobLife life = at_home();
  for (int i = 0; i < 20; ++i) life = take(life, happened::CheckFailed{{ErrorKind::Disk, "No room.", "", 0}, false});
  CHECK(life.job.state == JobState::Fetching);
  CHECK(needs_person(life));
}

TEST_CASE("an unknown id is looked for three times before the job is over, and then its charge is in doubt") {
  JobLife life = take(take(running(), happened::RemoteGone{}), happened::RemoteGone{});
  CHECK(life.job.state == JobState::Running);
  const JobStep found = next(life, facts(), happened::PollPending{.progress = 0.1});
  CHECK(found.life.tries.gone == 0);  // it was only slow to be seen
  const JobStep gone = next(life, facts(), happened::RemoteGone{});
  CHECK(gone.life.job.state == JobState::Expired);
  CHECK(gone.life.attempt->state == AttemptState::InDoubt);
  CHECK(gone.life.job.in_doubt == Money{420'000});
  CHECK(gone.money.empty());  // it stays reserved
}

TEST_CASE("forgotten after a cancel: free where the service had said that it stops, else in doubt") {
  const JobLife cancelling = take(running(), happened::CancelWished{});
  const auto forgotten = [](JobLife life) {
    for (int i = 0; i < 3; ++i) life = take(life, happened::RemoteGone{});
    return life;
  };
  const JobLife unheard = forgotten(cancelling);
  CHECK(unheard.job.state == JobState::Expired);
  CHECK(unheard.job.in_doubt == Money{420'000});
  // It has heard the wish, which is no word of a stop: it may have gone on to its end, and been paid.
  const JobLife heard = forgotten(take(cancelling, happened::CancelAccepted{false}));
  CHECK(heard.job.state == JobState::Expired);
  CHECK(heard.job.in_doubt == Money{420'000});
  const JobLife stopped = forgotten(take(take(cancelling, happened::CancelAccepted{true}), happened::PollPending{}));
  CHECK(stopped.job.state == JobState::Cancelled);
  CHECK(stopped.attempt->settled == Money{});
  // What was once said is not taken back by a second answer.
  CHECK(forgotten(take(take(cancelling, happened::CancelAccepted{true}), happened::CancelAccepted{false})).job.state == JobState::Cancelled);
}

TEST_CASE("cancelled at the service, which does not say what it charged: in doubt, but not where it had said that it stops") {
  const JobLife cancelling = take(running(), happened::CancelWished{});
  const happened::RemoteCancelled silent{std::nullopt, true};
  const JobStep heard = next(take(cancelling, happened::CancelAccepted{false}), facts(), silent);
  CHECK(heard.life.job.state == JobState::Cancelled);
  CHECK(heard.life.attempt->state == AttemptState::InDoubt);
  CHECK(heard.life.job.in_doubt == Money{420'000});
  CHECK(heard.money.empty());  // it stays reserved
  CHECK(heard.life.job.reason == "Cancelled at the service. It may have charged $0.42 play, which stays reserved until you say.");
  const JobStep stopped = next(take(cancelling, happened::CancelAccepted{true}), facts(), silent);
  CHECK(stopped.life.attempt->state == AttemptState::CancelledRemote);
  CHECK(stopped.life.job.in_doubt == Money{});
  const JobStep told = next(cancelling, facts(), happened::RemoteCancelled{Money{70'000}, true});
  CHECK(told.life.attempt->settled == Money{70'000});
  CHECK(told.life.job.in_doubt == Money{});
}

TEST_CASE("a failure of which the service says that the same again fails again is none to try again, and names its input") {
  const JobStep never = next(running(), facts(), happened::RemoteFailed{"Too large", false, {}, false, false, "image"});
  CHECK(never.life.job.state == JobState::Failed);
  CHECK(never.life.job.cause == JobCause::Rejected);
  CHECK(never.life.job.refused_input == "image");
  for (const std::optional<bool>& said : {std::optional<bool>(), std::optional(true)}) {
    CHECK(next(running(), facts(), happened::RemoteFailed{"Broke", false, {}, false, said}).life.job.cause == JobCause::ServiceFailed);
  }
}

TEST_CASE("expired addresses are asked for once more") {
  const JobStep once = next(fetching(), facts(), happened::OutputExpired{});
  CHECK(has_act(once, ActKind::Poll));
  JobLife life = take(once.life, happened::RemoteFinished{{file_at("/b")}, std::nullopt});
  CHECK(life.attempt->outputs[0].url == "/b");
  CHECK(life.attempt->settled == Money{300'000});  // the first word about the cost stands
  life = take(life, happened::OutputExpired{});
  CHECK(life.job.state == JobState::Expired);
  CHECK(life.attempt->settled == Money{300'000});
}

TEST_CASE("polls that fail never fail the job") {
  JobLife life = running();
  for (int i = 0; i < 200; ++i) {
    const JobStep step = next(life, facts(), happened::PollFailed{{ErrorKind::Offline, "Away", "", 0}});
    CHECK(step.acts.back().kind == ActKind::Poll);
    CHECK(step.acts.back().in_secs <= 60);
    life = step.life;
  }
  CHECK(life.job.state == JobState::Running);
  CHECK(needs_person(life));
  CHECK_FALSE(needs_person(take(life, happened::PollPending{})));
}

TEST_CASE("no credit stops the submits, also where it does not say what became of the request") {
  const JobStep step = next(sending(false), facts(), happened::SubmitUnclear{"It has no credit left.", {}, true});
  CHECK(step.life.job.state == JobState::Unknown);
  CHECK(step.life.job.cause == JobCause::Unknown);
  CHECK(has_act(step, ActKind::StopSubmits));
  CHECK_FALSE(has_act(next(sending(false), facts(), happened::SubmitUnclear{"reset"}), ActKind::StopSubmits));
}

TEST_CASE("a key refused to a submit stops what is not paid yet, to a look or a download the whole account") {
  const Error key{ErrorKind::Unauthorised, "The key was refused.", "", 0};
  const JobStep submit = next(sending(true), facts(), happened::SubmitNotAccepted{key, false, false});
  CHECK(has_act(submit, ActKind::StopSubmits));
  CHECK_FALSE(has_act(submit, ActKind::StopAccount));
  CHECK(has_act(next(sending(true), facts(), happened::ChainBroken{key}), ActKind::StopAccount));
  CHECK(has_act(next(running(), facts(), happened::PollFailed{key}), ActKind::StopAccount));
  CHECK(has_act(next(fetching(), facts(), happened::FetchFailed{key}), ActKind::StopAccount));
  CHECK(next(running(), facts(), happened::PollFailed{key}).life.job.state == JobState::Running);  // it is paid
}

TEST_CASE("progress is never taken back and stays between nothing and all") {
  JobLife life = take(running(), happened::PollPending{.progress = 0.6});
  life = take(life, happened::PollPending{.progress = 0.2});
  CHECK(life.job.progress == 0.6);
  life = take(life, happened::PollPending{.progress = 7});
  CHECK(life.job.progress == 1);
}

TEST_CASE("a resubmit writes the first attempt off and begins a second one") {
  JobLife life = take(sending(false), happened::SubmitUnclear{"reset"});
  const JobStep step = next(life, facts(), happened::ResubmitWished{});
  CHECK(step.life.attempt->state == AttemptState::WrittenOff);
  CHECK(step.life.attempt->settled == Money{420'000});
  const JobStep second = next(step.life, facts(), happened::PlaceGranted{"key-2", "sandbox", "default", "sandbox:default", "m"});
  CHECK(second.attempt_is_new);
  CHECK(second.life.attempt->key == "key-2");
}

TEST_CASE("several files of one answer become several assets, the first with the cost") {
  JobLife life = take(running(), happened::RemoteFinished{{file_at("/a"), file_at("/b")}, std::nullopt});
  life = take(life, happened::BlobsStored{{file_at("/a", "aa"), file_at("/b", "bb")}});
  const JobStep done = next(life, facts(), happened::ResultChecked{{media_of("image/png"), media_of("image/png")}});
  REQUIRE(done.assets.size() == 2);
  CHECK(done.assets[0].cost == Money{420'000});
  CHECK(done.assets[1].cost == Money{});
}

TEST_CASE("a key too old to be replayed is a person's turn, said so and held") {
  JobFacts late = facts(1'000'000 + 3'600'001);
  late.key_life_secs = 3600;
  JobFacts set_back = facts(1'000'000 - 60'000);
  set_back.key_life_secs = 3600;
  for (const JobFacts& when : {late, set_back}) {
    // Found while sending, told that no answer came, and found in doubt.
    const JobLife doubtful = take(sending(true), happened::SubmitUnclear{"reset"});
    REQUIRE_FALSE(needs_person(doubtful));
    for (const JobLife& life : {take(sending(true), happened::Recovered{}, when), take(sending(true), happened::SubmitUnclear{"reset"}, when),
                                take(doubtful, happened::Recovered{}, when)}) {
      CHECK(life.job.state == JobState::Unknown);
      CHECK(life.job.hold);
      CHECK(needs_person(life));
      CHECK(life.job.reason.find("may have been charged $0.42") != std::string::npos);
    }
  }
}

TEST_CASE("a replay that is refused for its key says so and stops the submits, still in doubt") {
  const Error key{ErrorKind::Unauthorised, "The key was refused", "", 0};
  const JobLife replaying = take(take(sending(true), happened::Recovered{}), happened::ReplayDue{});
  const JobStep step = next(replaying, facts(), happened::SubmitNotAccepted{key, false, false});
  CHECK(step.life.job.state == JobState::Unknown);
  CHECK(step.life.job.reason == "The key was refused.");
  CHECK(step.life.job.cause == JobCause::Key);
  CHECK(has_act(step, ActKind::StopSubmits));
  CHECK(has_act(step, ActKind::ReplayLater));
  CHECK(step.money.empty());
}

TEST_CASE("an end without a result costs what the service says, and else all or nothing") {
  struct Case {
    JobEvent event;
    std::int64_t spent;
    AttemptState attempt;
  };
  const std::vector<Case> cases{{happened::RemoteFailed{"Broke", true}, 420'000, AttemptState::FailedBilled},
                                {happened::RemoteFailed{"Broke", false}, 0, AttemptState::FailedFree},
                                {happened::RemoteFailed{"Broke", true, Money{70'000}}, 70'000, AttemptState::FailedBilled},
                                {happened::RemoteFailed{"Broke", false, Money{70'000}}, 70'000, AttemptState::FailedBilled},
                                {happened::RemoteFailed{"Broke", true, Money{}}, 0, AttemptState::FailedFree},
                                {happened::RemoteFailed{"Broke", true, Money{500'000}}, 500'000, AttemptState::FailedBilled},
                                {happened::RemoteRefused{"No", true}, 420'000, AttemptState::Refused},
                                {happened::RemoteRefused{"No", true, Money{70'000}}, 70'000, AttemptState::Refused},
                                {happened::RemoteCancelled{}, 0, AttemptState::CancelledRemote},
                                {happened::RemoteCancelled{Money{70'000}}, 70'000, AttemptState::CancelledRemote}};
  for (const Case& one : cases) {
    INFO(name_of(one.event) << ", spent " << one.spent);
    const JobStep step = next(running(), facts(), one.event);
    CHECK(step.life.attempt->state == one.attempt);
    CHECK(step.life.attempt->settled == Money{one.spent});
    std::int64_t released = 0, settled = 0;
    for (const MoneyEntry& entry : step.money) (entry.kind == MoneyKind::Settle ? settled : released) += entry.amount.micros;
    CHECK(settled == one.spent);
    CHECK(released == std::max<std::int64_t>(0, 420'000 - one.spent));
  }
}

TEST_CASE("a blob that is gone before its check is fetched again, from the addresses that are still there") {
  JobStep step = next(at_home(), facts(), happened::BlobsGone{});
  CHECK(step.life.job.state == JobState::Fetching);
  CHECK(step.life.attempt->state == AttemptState::RemoteDone);
  CHECK(step.life.attempt->outputs.at(0).url == "/a");
  CHECK(step.life.attempt->settled == Money{300'000});
  CHECK(step.money.empty());
  REQUIRE(step.acts.size() == 1);
  CHECK(step.acts[0].kind == ActKind::Fetch);
  CHECK(step.acts[0].in_secs == 0);
  // A folder that loses everything is not asked in one breath for ever.
  for (int i = 0; i < 12; ++i) step = next(take(step.life, happened::BlobsStored{{file_at("/a", "aa")}}), facts(), happened::BlobsGone{});
  CHECK(step.acts[0].in_secs > 1);
  CHECK(needs_person(step.life));
}

TEST_CASE("of a result that keeps arriving damaged the service is asked once what it is") {
  const happened::FetchFailed damaged{{ErrorKind::Damaged, "The result arrived damaged; it is fetched again.", "", 0}};
  JobStep step = next(fetching(), facts(), damaged);
  CHECK(has_act(step, ActKind::Fetch));
  step = next(step.life, facts(), damaged);
  CHECK(has_act(step, ActKind::Fetch));
  step = next(step.life, facts(), damaged);
  CHECK(has_act(step, ActKind::Poll));
  CHECK_FALSE(has_act(step, ActKind::Fetch));
  const JobLife third = step.life;

  // What it says takes the place of what was expected; after that only the fetching goes on, and a person hears of it.
  JobLife told = take(third, happened::RemoteFinished{{file_at("/b")}, Money{300'000}});
  CHECK(told.attempt->outputs.at(0).url == "/b");
  CHECK(told.attempt->outputs.at(0).sha256.empty());
  for (int i = 0; i < 12; ++i) {
    const JobStep again = next(told, facts(), damaged);
    CHECK(has_act(again, ActKind::Fetch));
    told = again.life;
  }
  CHECK(needs_person(told));

  // A service that has forgotten the job, but not its files, loses nobody's result.
  JobLife forgotten = third;
  for (int i = 0; i < 2; ++i) forgotten = take(forgotten, happened::RemoteGone{});
  const JobStep back = next(forgotten, facts(), happened::RemoteGone{});
  CHECK(back.life.job.state == JobState::Fetching);
  CHECK(back.life.attempt->outputs.at(0).url == "/a");
  CHECK(has_act(back, ActKind::Fetch));
  // Over is over: the addresses, too, were refused.
  JobLife over = take(third, happened::OutputExpired{});
  for (int i = 0; i < 3; ++i) over = take(over, happened::RemoteGone{});
  CHECK(over.job.state == JobState::Expired);
}

TEST_CASE("after a start the service's word about the next look holds, but not for longer than a minute") {
  JobLife life = take(running(), happened::PollPending{.poll_after_secs = 20});
  const auto wait = [&](std::int64_t now_wall_ms) {
    const JobStep step = next(life, facts(now_wall_ms), happened::Recovered{});
    REQUIRE(step.acts.size() == 1);
    CHECK(step.acts[0].kind == ActKind::Poll);
    return step.acts[0].in_secs;
  };
  CHECK(wait(1'000'000) == 20.5);           // jitter 0.5 of the second over which a start is spread
  CHECK(wait(1'015'000) == 5.5);
  CHECK(wait(1'100'000) == 0.5);            // long due
  CHECK(wait(1'000'000 - 86'400'000) == 60.5);  // the clock was set back by a day
}

TEST_CASE("an unknown attempt that the service has goes on as an accepted one, from when it was sent") {
  const JobLife unknown = take(sending(false), happened::SubmitUnclear{"reset"});
  const JobStep step = next(unknown, facts(1'900'000), happened::FoundAtService{"s_7", R"({"url":"/s_7"})"});
  CHECK(step.saving == Saving::First);
  CHECK(step.name == "T6");
  CHECK(step.life.job.state == JobState::Running);
  CHECK(step.life.attempt->remote_id == "s_7");
  CHECK(step.life.attempt->remote_state == R"({"url":"/s_7"})");
  CHECK(step.life.attempt->submitted_ms == 1'000'000);
  CHECK(step.money.empty());  // what was set aside stays so
  REQUIRE(has_act(step, ActKind::Poll));
  CHECK(step.acts.back().in_secs == 0);
  CHECK_FALSE(needs_person(step.life));
}

TEST_CASE("a cancel that was wished is asked for when an unknown attempt is found") {
  JobLife life = take(sending(true), happened::CancelWished{});
  life = take(life, happened::SubmitUnclear{"reset"});
  CHECK(has_act(next(life, facts(), happened::FoundAtService{"s_7", "{}"}), ActKind::CancelRemote));
  const JobStep absent = next(life, facts(), happened::AbsentAtService{});
  CHECK(absent.life.job.state == JobState::Cancelled);
  REQUIRE(absent.money.size() == 1);
  CHECK(absent.money[0].kind == MoneyKind::Release);
}

TEST_CASE("an unknown attempt that the service surely never had gives its money back, and the next one has a key of its own") {
  const JobStep step = next(take(sending(true), happened::SubmitUnclear{"reset"}), facts(), happened::AbsentAtService{});
  CHECK(step.life.job.state == JobState::Queued);
  CHECK(step.life.attempt->state == AttemptState::NotSent);
  REQUIRE(step.money.size() == 1);
  CHECK(step.money[0].kind == MoneyKind::Release);
  CHECK(step.money[0].amount == Money{420'000});
  CHECK(has_act(step, ActKind::QueueAgain));
  const JobStep second = next(step.life, facts(), happened::PlaceGranted{"key-2", "sandbox", "default", "sandbox:default", "m"});
  CHECK(second.attempt_is_new);
  CHECK(second.life.attempt->key == "key-2");
}

TEST_CASE("a person links an unknown attempt with the service's id, unless another job has it") {
  const JobLife unknown = take(take(sending(true), happened::SubmitUnclear{"reset"}), happened::ReplayImpossible{"other bytes"});
  REQUIRE(needs_person(unknown));
  const JobStep taken = next(unknown, facts(), happened::LinkWished{"s_7", true});
  CHECK(taken.refusal == "That id belongs to another job already.");
  CHECK(next(unknown, facts(), happened::LinkWished{""}).refusal == "There is no id to link it with.");
  const JobStep linked = next(unknown, facts(), happened::LinkWished{"s_7"});
  CHECK(linked.life.job.state == JobState::Running);
  CHECK_FALSE(linked.life.job.hold);
  CHECK(has_act(linked, ActKind::DropTransfer));
}

TEST_CASE("an id that a person linked and of which the service never said a word is taken back, and the job says why it is in doubt") {
  const JobLife unknown = take(sending(false), happened::SubmitUnclear{"The connection broke"});
  JobLife life = take(unknown, happened::LinkWished{"s_8"});
  life = take(take(life, happened::Recovered{}), happened::CancelWished{});
  life = take(take(life, happened::CancelAccepted{true}), happened::PollFailed{{ErrorKind::Offline, "Away", "", 0}});
  for (int i = 0; i < 2; ++i) {
    const JobStep look = next(life, facts(), happened::RemoteGone{});
    CHECK(look.acts.at(0).in_secs < 5);  // nothing is lost by it, and somebody waits for the word
    life = look.life;
  }
  const JobStep back = next(life, facts(), happened::RemoteGone{});
  CHECK(back.saving == Saving::First);
  CHECK(back.life.job.state == JobState::Unknown);
  CHECK(back.life.attempt->state == AttemptState::Unknown);
  CHECK(back.life.attempt->remote_id.empty());
  CHECK(back.money.empty());  // what was set aside stays so
  CHECK(back.life.job.reason == "The service knows no job s_8: check the id. It may have been charged $0.42 play: it was sent, and its outcome is not "
                                "known. The connection broke. Send it again (it may pay twice), or write it off.");
  CHECK(needs_person(back.life));
  // The cancel was wished of the wrong one.
  const JobStep right = next(back.life, facts(), happened::LinkWished{"s_7"});
  CHECK(right.life.job.state == JobState::Running);
  CHECK_FALSE(right.life.job.cancel_wished);
  CHECK(std::none_of(right.acts.begin(), right.acts.end(), [](const JobAct& act) { return act.kind == ActKind::CancelRemote; }));
}

TEST_CASE("after a start nobody says that an account is stopped until it says so again") {
  for (JobLife life : {running(), fetching(), take(sending(true), happened::Recovered{})}) {
    life.job.cause = JobCause::Key;
    life.job.reason = "The key was refused.";
    const JobStep step = next(life, facts(), happened::Recovered{});
    INFO(to_string(life.job.state));
    CHECK(step.saving == Saving::Nothing);
    CHECK(step.life.job.state == life.job.state);
    CHECK(step.life.job.cause == JobCause::None);
    CHECK(step.life.job.reason.empty());
    REQUIRE(step.acts.size() == 1);
    CHECK(step.acts[0].kind == next(step.life, facts(), happened::Recovered{}).acts.at(0).kind);
  }
}

TEST_CASE("a linked id that the service has spoken of once is as good as one that it gave") {
  const JobLife linked = take(take(sending(false), happened::SubmitUnclear{"reset"}), happened::LinkWished{"s_7"});
  for (const JobEvent& word : {JobEvent(happened::PollPending{}), JobEvent(happened::PollChained{"{}"})}) {
    JobLife life = take(linked, word);
    for (int i = 0; i < 3; ++i) life = take(life, happened::RemoteGone{});
    CHECK(life.job.state == JobState::Expired);
    CHECK(life.job.in_doubt == Money{420'000});
  }
  CHECK(take(linked, happened::RemoteFinished{{file_at("/a")}, {}}).attempt->reason.empty());
}

TEST_CASE("what was accepted is looked for during a minute before it counts as gone, what was asked to stop for a few seconds") {
  const auto waits = [](JobLife life, const JobEvent& gone) {
    double secs = 0;
    JobFacts soonest = facts();
    soonest.jitter = 0;
    for (int i = 0; i < 2; ++i) {
      const JobStep step = next(std::move(life), soonest, gone);
      REQUIRE(step.acts.at(0).kind == ActKind::Poll);
      secs += step.acts.at(0).in_secs;
      life = step.life;
    }
    return secs;
  };
  CHECK(waits(running(), happened::RemoteGone{}) >= 60);
  CHECK(waits(take(fetching(), happened::OutputExpired{}), happened::RemoteGone{}) >= 60);
  CHECK(waits(take(running(), happened::CancelWished{}), happened::RemoteGone{}) < 5);
  CHECK(next(running(), facts(), happened::RemoteGone{}).life.job.reason ==
        "The service does not know this job at the moment: it is asked again before it counts as gone.");
}

TEST_CASE("the sentence of an unknown outcome tells what was answered") {
  const JobLife refused = take(sending(false), happened::SubmitUnclear{"fal.ai says that the account has no credit left.", "", true});
  CHECK(refused.job.reason == "It may have been charged $0.42 play: it was sent, and its outcome is not known. fal.ai says that the account has no "
                              "credit left. Send it again (it may pay twice), or write it off.");
  const JobLife no_id = take(sending(false), happened::SubmitAccepted{"", "{}"});
  CHECK(no_id.job.reason.find("The service answered without an id.") != std::string::npos);
  CHECK(no_id.job.reason.find("no answer") == std::string::npos);
  const JobLife named = take(sending(false), happened::SubmitUnclear{"reset", "", false, "s_5"});
  CHECK(named.job.reason.find("reset. The answer named the id s_5. Link that id") != std::string::npos);
  // The last replay's answer, when the key has grown too old for another.
  JobFacts late = facts(1'000'000 + 3'600'001);
  late.key_life_secs = 3600;
  CHECK(take(take(sending(true), happened::SubmitUnclear{"reset"}), happened::ReplayDue{}, late).job.reason.find(" reset. ") != std::string::npos);
}

TEST_CASE("a replay that is told when to come back does not come before") {
  const JobLife again = take(take(sending(true), happened::Recovered{}), happened::ReplayDue{});
  const JobStep step = next(again, facts(), happened::SubmitNotAccepted{{ErrorKind::RateLimited, "Slow down", "", 300}, true, false});
  REQUIRE(step.acts.size() == 1);
  CHECK(step.acts[0].kind == ActKind::ReplayLater);
  CHECK(step.acts[0].in_secs >= 300);
}

TEST_CASE("what has charged, or may have, at one service is not edited into a job of another, nor of another currency") {
  Recipe here = queued().job.recipe, there = here;
  there.provider = "elsewhere";
  const auto edited = [](const JobLife& life, const Recipe& recipe, Currency currency) {
    return next(life, facts(), happened::EditWished{recipe, Money{1'000}, currency});
  };
  JobLife in_doubt = queued();
  in_doubt.job.in_doubt = Money{3'000};
  JobLife charged = queued();
  charged.job.charged = Money{3'000};
  for (const JobLife& life : {in_doubt, charged}) {
    CHECK(edited(life, here, Currency::Play).refusal.empty());
    for (const JobStep& step : {edited(life, there, Currency::Play), edited(life, here, Currency::Usd)}) {
      CHECK(step.refusal.find("make another one") != std::string::npos);
      CHECK(step.refusal.find("$0.003 play") != std::string::npos);
      CHECK(step.life.job.currency == Currency::Play);
      CHECK(step.saving == Saving::Nothing);
    }
  }
  CHECK(edited(queued(), there, Currency::Usd).refusal.empty());
}

TEST_CASE("rows that do not fit together are not acted upon") {
  JobLife life = running();
  life.job.state = JobState::Queued;  // with an attempt that the service works on
  const JobStep step = next(life, facts(), granted);
  CHECK(step.bug == "PlaceGranted in queued/submitted");
  CHECK(step.acts.empty());
  life.attempt.reset();
  life.job.state = JobState::Sending;
  CHECK_FALSE(next(life, facts(), happened::Recovered{}).bug.empty());
}

TEST_CASE("the schedule's wait is taken as it is, and a late job says so") {
  JobFacts planned = facts();
  planned.poll_wait_secs = 7.5;
  CHECK(next(sending(true), planned, happened::SubmitAccepted{"s_1", "{}"}).acts.back().in_secs == 7.5);
  JobStep step = next(running(), planned, happened::PollPending{});
  CHECK(step.acts.back().in_secs == 7.5);
  CHECK(step.life.attempt->next_poll_ms == 1'007'500);
  CHECK(step.life.job.reason.empty());
  planned.is_late = true;
  step = next(running(), planned, happened::PollPending{});
  CHECK(step.life.job.reason == "It takes far longer than usual; it is looked at for as long as the service has it.");
}

TEST_CASE("a place is granted at what such a job costs now, and never at less than the job was shown") {
  happened::PlaceGranted dearer = granted;
  dearer.estimate = Money{500'000};
  const JobStep step = next(queued(), facts(), dearer);
  CHECK(step.life.job.estimate == Money{500'000});
  CHECK(step.life.attempt->reserved == Money{500'000});
  REQUIRE(step.money.size() == 1);
  CHECK(step.money[0].amount == Money{500'000});
  happened::PlaceGranted cheaper = granted;
  cheaper.estimate = Money{100'000};
  CHECK(take(queued(), cheaper).attempt->reserved == Money{420'000});
  // What a cap then holds shows what it would cost.
  CHECK(take(queued(), happened::Held{"no room", JobCause::Cap, Money{500'000}}).job.estimate == Money{500'000});
  CHECK(take(queued(), happened::Held{"no key", JobCause::Key}).job.estimate == Money{420'000});
}

TEST_CASE("what the service says it charged beyond the reservation is set aside until it is settled") {
  const JobStep step = next(running(), facts(), happened::RemoteFinished{{file_at("/a")}, Money{500'000}});
  REQUIRE(step.money.size() == 1);
  CHECK(step.money[0].kind == MoneyKind::Reserve);
  CHECK(step.money[0].amount == Money{80'000});
  CHECK(step.life.attempt->reserved == Money{500'000});
  // Said again, as after expired addresses, it is not set aside again.
  CHECK(next(step.life, facts(), happened::RemoteFinished{{file_at("/b")}, Money{500'000}}).money.empty());
  const JobStep done = next(take(step.life, happened::BlobsStored{{file_at("/a", "aa")}}), facts(), happened::ResultChecked{{media_of("image/png")}});
  REQUIRE(done.money.size() == 1);
  CHECK(done.money[0].kind == MoneyKind::Settle);
  CHECK(done.money[0].amount == Money{500'000});
  CHECK(next(running(), facts(), happened::RemoteFinished{{file_at("/a")}, Money{300'000}}).money.empty());
}
