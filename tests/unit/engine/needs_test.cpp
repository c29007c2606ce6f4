#include "engine/needs.h"

#include <algorithm>

#include "engine/library.h"
#include "support/catch.h"

using namespace studio;

namespace {

Job job_in(std::int64_t id, JobState state, JobCause cause, std::string reason) {
  Job job;
  job.id = JobId{id};
  job.state = state;
  job.cause = cause;
  job.reason = std::move(reason);
  job.recipe.provider = "fal";
  job.estimate = Money{40'000};
  return job;
}

bool offers(const Need& need, Way way) { return std::find(need.ways.begin(), need.ways.end(), way) != need.ways.end(); }

}  // namespace

TEST_CASE("forty jobs behind one refused key are one card with a count and a sum") {
  NeedBoard board;
  for (int i = 1; i <= 38; ++i) board.note(job_in(i, JobState::Blocked, JobCause::Key, "fal.ai refused the key."));
  Job other = job_in(39, JobState::Blocked, JobCause::Key, "Other refused the key.");
  other.recipe.provider = "other";
  board.note(other);
  REQUIRE(board.cards().size() == 2);
  const Need& card = board.cards()[0];
  CHECK(card.jobs == 38);
  CHECK(card.sum == Money{38 * 40'000});
  CHECK(card.billed == Billed::No);
  CHECK(card.again == AgainHelps::AfterHelp);
  CHECK(offers(card, Way::CheckKey));
  CHECK(offers(card, Way::Cancel));
  CHECK_FALSE(offers(card, Way::Dismiss));
  CHECK(board.jobs_of(card.key).size() == 38);
  CHECK(board.jobs_of("no such card").empty());
}

TEST_CASE("what is paid and waits for the same account is on the same card, and neither cancelled with the rest nor called free") {
  NeedBoard board;
  board.note(job_in(1, JobState::Blocked, JobCause::Key, "fal.ai refused the key."));
  board.note(job_in(2, JobState::Running, JobCause::Key, "fal.ai refused the key."));
  board.note(job_in(3, JobState::Unknown, JobCause::Key, "fal.ai refused the key."));  // its replay
  REQUIRE(board.cards().size() == 1);
  const std::string key = board.cards()[0].key;
  CHECK(board.cards()[0].jobs == 3);
  CHECK(board.cards()[0].unsent == 1);
  CHECK(board.cards()[0].sum == Money{40'000});
  CHECK(board.cards()[0].in_doubt == Money{80'000});
  CHECK(board.cards()[0].billed == Billed::Maybe);
  CHECK(board.jobs_of(key).size() == 3);
  CHECK(board.jobs_of(key, Way::Retry).size() == 3);
  CHECK(board.jobs_of(key, Way::Cancel) == std::vector<JobId>{JobId{1}});
  CHECK(board.jobs_of(key, Way::OtherModel) == std::vector<JobId>{JobId{1}});
  // What is about to be sent can be cancelled still, but not be changed.
  board.note(job_in(4, JobState::Preparing, JobCause::Key, "fal.ai refused the key."));
  CHECK(board.jobs_of(key, Way::Cancel) == std::vector<JobId>{JobId{1}, JobId{4}});
  CHECK(board.jobs_of(key, Way::OtherModel) == std::vector<JobId>{JobId{1}});
  board.note(job_in(4, JobState::Done, JobCause::None, ""));
  CHECK(offers(board.cards()[0], Way::Cancel));
  // Only what is paid is left: it can neither be let be nor cancelled in one go, and its money is still set aside.
  board.note(job_in(1, JobState::Cancelled, JobCause::None, ""));
  REQUIRE(board.cards().size() == 1);
  CHECK(board.cards()[0].ways == std::vector<Way>{Way::CheckKey, Way::Retry});
  CHECK(board.cards()[0].billed == Billed::Maybe);
  NeedBoard away;
  away.note(job_in(1, JobState::Running, JobCause::Service, "fal.ai cannot be reached."));
  CHECK(away.cards()[0].ways == std::vector<Way>{Way::Retry});
  // What was sent meanwhile is told apart, too.
  board.note(job_in(2, JobState::Blocked, JobCause::Key, "fal.ai refused the key."));
  CHECK(board.cards()[0].unsent == 1);
  CHECK(board.cards()[0].in_doubt == Money{40'000});
}

TEST_CASE("sums and ids in a sentence make no second card, another reason does") {
  NeedBoard board;
  Job first = job_in(1, JobState::Refused, JobCause::Moderation, "fal.ai refused it: nudity. It charged $0.04.");
  first.charged = Money{40'000};
  first.refused_input = "prompt";
  board.note(first);
  board.note(job_in(2, JobState::Failed, JobCause::ServiceFailed, "It broke (request 8c1f0a92b7d4)."));
  board.note(job_in(3, JobState::Failed, JobCause::ServiceFailed, "It broke (request 77aa31c0e5f2)."));
  board.note(job_in(4, JobState::Failed, JobCause::ServiceFailed, "It was too long."));
  Job second = first;
  second.id = JobId{5};
  second.reason = "fal.ai refused it: nudity. It charged $0.055.";
  second.charged = Money{55'000};
  board.note(second);
  REQUIRE(board.cards().size() == 3);
  const auto refused = std::find_if(board.cards().begin(), board.cards().end(), [](const Need& need) { return need.cause == JobCause::Moderation; });
  REQUIRE(refused != board.cards().end());
  CHECK(refused->jobs == 2);
  CHECK(refused->charged == Money{95'000});
  CHECK(refused->billed == Billed::Yes);
  CHECK(refused->refused_input == "prompt");
  CHECK(refused->again == AgainHelps::No);
  CHECK_FALSE(offers(*refused, Way::Retry));
  CHECK(offers(*refused, Way::OtherModel));
}

TEST_CASE("where the same again fails again, a card does not offer it, and names the input that has to change") {
  NeedBoard board;
  Job job = job_in(1, JobState::Failed, JobCause::Rejected, "fal.ai could not make it: too small (image). The same again will not help.");
  job.refused_input = "image";
  board.note(job);
  REQUIRE(board.cards().size() == 1);
  const Need& card = board.cards()[0];
  CHECK(card.again == AgainHelps::No);
  CHECK(card.refused_input == "image");
  CHECK_FALSE(offers(card, Way::Retry));
  CHECK(card.ways.front() == Way::Edit);
  CHECK(offers(card, Way::OtherModel));
  CHECK(card.advice.find("Try again") == std::string::npos);
  CHECK(headline(card.cause) == "Not taken as it is");
}

TEST_CASE("caps make one card each, whatever each job would cost, and play money is no real money") {
  NeedBoard board;
  board.note(job_in(1, JobState::Blocked, JobCause::Cap, "Today's budget of $2.00 has $0.01 left, and this costs up to $0.04: …"));
  board.note(job_in(2, JobState::Blocked, JobCause::Cap, "Today's budget of $2.00 has $0.01 left, and this costs up to $0.90: …"));
  board.note(job_in(3, JobState::Blocked, JobCause::Cap, "The project's budget of $9.00 has $0.01 left, and this costs up to $0.90: …"));
  Job play = job_in(4, JobState::Blocked, JobCause::Cap, "Today's budget of $2.00 play has nothing left.");
  play.currency = Currency::Play;
  board.note(play);
  CHECK(board.cards().size() == 3);
  CHECK(board.cards()[0].jobs == 2);
}

TEST_CASE("an unknown outcome may have been charged, and only its own ways are offered") {
  NeedBoard board;
  board.note(job_in(1, JobState::Unknown, JobCause::Unknown, "It may have been charged $0.04."));
  board.note(job_in(2, JobState::Unknown, JobCause::None, "Asking the service again."));  // goes on by itself
  REQUIRE(board.cards().size() == 1);
  CHECK(board.cards()[0].billed == Billed::Maybe);
  CHECK(board.cards()[0].ways == std::vector<Way>{Way::Link, Way::Resubmit, Way::WriteOff});
}

TEST_CASE("what ended without a word on its charge is one card with both answers, and stays one when it is tried again") {
  NeedBoard board;
  const auto refused = [](std::int64_t id, std::int64_t micros) {
    Job job = job_in(id, JobState::Refused, JobCause::Moderation, "It was refused. It may have charged " + format_money(Money{micros}) + ", which stays reserved until you say.");
    job.in_doubt = Money{micros};
    return job;
  };
  board.note(refused(1, 3'000));
  board.note(refused(2, 40'000));
  Job free = job_in(3, JobState::Refused, JobCause::Moderation, "It was refused.");
  board.note(free);
  REQUIRE(board.cards().size() == 2);
  const Need& card = board.cards()[0];
  CHECK(card.jobs == 2);
  CHECK(card.cause == JobCause::Moderation);
  CHECK(card.billed == Billed::Maybe);
  CHECK(card.in_doubt == Money{43'000});
  CHECK(offers(card, Way::Charged));
  CHECK(offers(card, Way::NotCharged));
  CHECK(offers(card, Way::Edit));
  CHECK_FALSE(offers(board.cards()[1], Way::Charged));
  // Tried again, or let be: the question stays.
  Job again = refused(1, 3'000);
  again.state = JobState::Running;
  again.cause = JobCause::None;
  board.note(again);
  Job let_be = refused(2, 40'000);
  let_be.hold = true;
  board.note(let_be);
  REQUIRE(board.cards().size() == 2);
  CHECK(board.cards()[0].jobs == 2);
  CHECK(board.cards()[0].ways == std::vector<Way>{Way::Charged, Way::NotCharged});
  CHECK(board.cards()[0].in_doubt == Money{43'000});
  again.in_doubt = let_be.in_doubt = Money{};
  board.note(again);
  board.note(let_be);
  CHECK(board.cards().size() == 1);
}

TEST_CASE("what needs nobody is on no card, and a card goes with its last job") {
  NeedBoard board;
  board.note(job_in(1, JobState::Running, JobCause::None, ""));
  board.note(job_in(2, JobState::Done, JobCause::None, ""));
  board.note(job_in(3, JobState::Cancelled, JobCause::None, ""));
  board.note(job_in(4, JobState::Queued, JobCause::None, ""));
  board.note(job_in(5, JobState::Waiting, JobCause::None, ""));
  Job local = job_in(6, JobState::Failed, JobCause::None, "No poster.");
  local.kind = JobKind::Poster;
  board.note(local);
  Job settled = job_in(7, JobState::Failed, JobCause::WrittenOff, "Written off.");
  settled.hold = true;
  board.note(settled);
  CHECK(board.cards().empty());
  Job failed = job_in(8, JobState::Failed, JobCause::ServiceFailed, "It broke.");
  board.note(failed);
  CHECK(board.cards().size() == 1);
  const auto revision = board.revision();
  board.note(failed);  // nothing new
  CHECK(board.revision() == revision);
  failed.hold = true;  // dismissed
  board.note(failed);
  CHECK(board.cards().empty());
  CHECK(board.revision() != revision);
  failed.hold = false;
  board.note(failed);
  board.note(job_in(8, JobState::Queued, JobCause::None, ""));  // tried again
  CHECK(board.cards().empty());
  CHECK(board.job_count() == 0);
}

TEST_CASE("ten thousand failed jobs are one card, and one more change touches no other") {
  Library library;
  for (int i = 1; i <= 10'000; ++i) library.fold(job_in(i, JobState::Failed, JobCause::ServiceFailed, "It broke."));
  const Need* card = library.needs.cards().data();
  REQUIRE(library.needs.cards().size() == 1);
  CHECK(card->jobs == 10'000);
  // Looked at again without a change: the very same card, not made anew.
  CHECK(library.needs.cards().data() == card);
  const auto revision = library.needs.revision();
  library.fold(job_in(10'001, JobState::Running, JobCause::None, ""));
  CHECK(library.needs.revision() == revision);
  library.fold(job_in(1, JobState::Queued, JobCause::None, ""));
  CHECK(library.needs.cards()[0].jobs == 9'999);
}
