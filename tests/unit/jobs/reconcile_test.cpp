#include "jobs/reconcile.h"

#include <set>

#include "support/catch.h"

using namespace studio;

namespace {

constexpr std::int64_t intent_ms = 1'700'000'000'000;

UnknownAttempt ours(std::int64_t id, std::string prompt = "a boat", std::int64_t seed = 5, std::int64_t at_ms = intent_ms) {
  return {AttemptId{id}, false, "key-" + std::to_string(id), "flux/dev", std::move(prompt), seed, 1024, 768, 0, at_ms};
}

ListedJob theirs(std::string id, std::string prompt = "a boat", std::optional<std::int64_t> seed = 5, std::int64_t created_ms = intent_ms + 1'000) {
  return {std::move(id), {}, "flux/dev", std::move(prompt), seed, 1024, 768, 0, created_ms};
}

// A project with its unknown attempts, asked again and again.
struct Case {
  std::vector<UnknownAttempt> attempts;
  std::vector<ListedJob> jobs;
  std::set<std::string, std::less<>> owned;
  bool is_complete = true;
  std::vector<ReconcileLooks> looks = std::vector<ReconcileLooks>(8);

  std::vector<Reconciled> look(std::int64_t now_mono_ms = 0) {
    Listing listing;
    listing.is_offered = true;
    listing.is_complete = is_complete;
    listing.jobs = jobs;
    listing.is_owned = [this](std::string_view id) { return owned.contains(id); };
    return reconcile(attempts, std::span(looks).first(attempts.size()), listing, now_mono_ms);
  }
};

std::string linked(const Reconciled& answer) {
  const auto* link = std::get_if<LinkedTo>(&answer);
  return link == nullptr ? "" : link->remote_id;
}
bool asks_again(const Reconciled& answer) { return std::holds_alternative<AskAgain>(answer); }
bool needs_a_person(const Reconciled& answer) { return std::holds_alternative<NeedsPerson>(answer); }
bool is_absent(const Reconciled& answer) { return std::holds_alternative<SurelyAbsent>(answer); }

}  // namespace

TEST_CASE("one unknown attempt and one job that agrees belong together") {
  Case one{{ours(1)}, {theirs("r1"), theirs("r2", "a house")}, {}};
  CHECK(linked(one.look()[0]) == "r1");
}

TEST_CASE("a job that differs in anything it says is not it") {
  const auto is_it = [](const ListedJob& job) { return likeness_of(ours(1), job) != Likeness::No; };
  CHECK(is_it(theirs("r")));
  CHECK_FALSE(is_it(theirs("r", "a boat ")));
  CHECK_FALSE(is_it(theirs("r", "a boat", 6)));
  ListedJob other = theirs("r");
  other.model = "flux/pro";
  CHECK_FALSE(is_it(other));
  other = theirs("r");
  other.height = 1024;
  CHECK_FALSE(is_it(other));
  UnknownAttempt clip = ours(1);
  clip.seconds = 5;
  other = theirs("r");
  other.seconds = 10;
  CHECK(likeness_of(clip, other) == Likeness::No);
  other.seconds = 5.04;
  CHECK(likeness_of(clip, other) == Likeness::Yes);
}

TEST_CASE("what a list does not say speaks neither for nor against") {
  ListedJob job = theirs("r", "a boat", std::nullopt);
  job.width = job.height = 0;
  job.model.clear();
  CHECK(likeness_of(ours(1), job) == Likeness::Yes);
  job.prompt.clear();
  CHECK(likeness_of(ours(1), job) == Likeness::Perhaps);  // nothing to know it by
  job.seed = 5;
  CHECK(likeness_of(ours(1), job) == Likeness::Yes);
  job.created_ms = 0;
  CHECK(likeness_of(ours(1), job) == Likeness::Perhaps);
}

TEST_CASE("a job from more than two minutes before the intent is not it, by the service's clock") {
  CHECK(likeness_of(ours(1), theirs("r", "a boat", 5, intent_ms - 120'000)) == Likeness::Yes);
  CHECK(likeness_of(ours(1), theirs("r", "a boat", 5, intent_ms - 120'001)) == Likeness::No);
  // Our clock is ten minutes ahead of the service's: its job seems older than it is.
  CHECK(likeness_of(ours(1), theirs("r", "a boat", 5, intent_ms - 600'000), -600'000) == Likeness::Yes);
  CHECK(list_since_ms(ours(1)) == intent_ms - 120'000);
  CHECK(list_since_ms(ours(1), 5'000) == intent_ms - 115'000);
}

TEST_CASE("a job that another attempt owns is nobody's candidate") {
  Case one{{ours(1)}, {theirs("r1")}, {"r1"}};
  CHECK(asks_again(one.look()[0]));
  one.jobs.push_back(theirs("r2"));
  CHECK(linked(one.look()[0]) == "r2");
}

TEST_CASE("our own key in the answer decides, whatever else is there") {
  Case one{{ours(1), ours(2)}, {theirs("r1"), theirs("r2"), theirs("r3")}, {}};
  one.jobs[1].own_id = "key-1";
  one.jobs[1].prompt.clear();
  CHECK(linked(one.look()[0]) == "r2");
  one.jobs[0].own_id = "key-7";  // somebody else's
  CHECK(linked(one.look()[1]) == "r3");
  one.jobs[2].own_id = "key-1";  // the service took it twice
  CHECK(linked(one.look()[0]).empty());
}

TEST_CASE("two jobs for one attempt, or one for two, are not told apart by the machine") {
  Case two_jobs{{ours(1)}, {theirs("r1"), theirs("r2")}, {}};
  CHECK(asks_again(two_jobs.look(0)[0]));  // a list may be a little behind
  CHECK(asks_again(two_jobs.look(30'000)[0]));
  CHECK(needs_a_person(two_jobs.look(90'000)[0]));
  CHECK(needs_a_person(two_jobs.look(1'000'000)[0]));  // and it is never taken for absent
  Case two_attempts{{ours(1), ours(2)}, {theirs("r1")}, {}};
  for (int i = 0; i < 3; ++i) two_attempts.look(i * 100'000);
  const auto answers = two_attempts.look(400'000);
  CHECK(needs_a_person(answers[0]));
  CHECK(needs_a_person(answers[1]));
}

TEST_CASE("as many equal attempts as equal jobs pair in the order of their times") {
  Case three{{ours(1, "a boat", 5, intent_ms + 200), ours(2, "a boat", 5, intent_ms), ours(3, "a boat", 5, intent_ms + 100)},
             {theirs("late", "a boat", 5, intent_ms + 3'000), theirs("early", "a boat", 5, intent_ms + 1'000), theirs("middle", "a boat", 5, intent_ms + 2'000)},
             {}};
  const auto answers = three.look();
  CHECK(linked(answers[0]) == "late");
  CHECK(linked(answers[1]) == "early");
  CHECK(linked(answers[2]) == "middle");
}

TEST_CASE("two equal attempts that change places do so both, though a look comes between the two links") {
  // The first one's request travelled for a minute: what it made is younger than what the second one made.
  Case two{{ours(1), ours(2, "a boat", 5, intent_ms + 600)},
           {theirs("of-2", "a boat", 5, intent_ms + 700), theirs("of-1", "a boat", 5, intent_ms + 60'000)},
           {}};
  CHECK(linked(two.look()[1]) == "of-1");
  two.attempts.pop_back();
  two.owned = {"of-1"};
  CHECK(linked(two.look()[0]) == "of-2");
}

TEST_CASE("attempts that differ in what the list does not say are not paired by order") {
  Case seeds{{ours(1, "a boat", 5), ours(2, "a boat", 6)}, {theirs("r1", "a boat", std::nullopt), theirs("r2", "a boat", std::nullopt)}, {}};
  for (int i = 0; i < 3; ++i) seeds.look(i * 100'000);
  for (const Reconciled& answer : seeds.look(400'000)) CHECK(needs_a_person(answer));
  seeds.jobs[0].seed = 6;
  seeds.jobs[1].seed = 5;
  const auto answers = seeds.look(500'000);
  CHECK(linked(answers[0]) == "r2");
  CHECK(linked(answers[1]) == "r1");
}

TEST_CASE("a chain of overlapping matches is left to a person, the rest is paired") {
  // r0 can only be the first's by its time, but r1 may be either's.
  Case chain{{ours(1), ours(2, "a boat", 5, intent_ms + 600'000), ours(3, "a house")},
             {theirs("r0"), theirs("r1", "a boat", 5, intent_ms + 601'000), theirs("r2", "a house")},
             {}};
  chain.look(0);
  chain.look(60'000);
  const auto answers = chain.look(300'000);
  CHECK(needs_a_person(answers[0]));
  CHECK(needs_a_person(answers[1]));
  CHECK(linked(answers[2]) == "r2");
}

TEST_CASE("a request that is still on the wire may be what is listed: it is waited for") {
  Case wire{{ours(1), ours(2)}, {theirs("r1")}, {}};
  wire.attempts[1].is_on_wire = true;
  for (int i = 0; i < 6; ++i) {
    const auto answers = wire.look(i * 100'000);
    CHECK(asks_again(answers[0]));
    CHECK(asks_again(answers[1]));
  }
  wire.owned = {"r1"};  // its answer came, with this id
  wire.attempts.pop_back();
  wire.look(700'000);
  wire.look(760'000);
  CHECK(is_absent(wire.look(820'000)[0]));
}

TEST_CASE("not even as many jobs as requests are paired while one of them is on the wire") {
  Case wire{{ours(1), ours(2)}, {theirs("r1"), theirs("r2")}, {}};
  wire.attempts[1].is_on_wire = true;
  CHECK(asks_again(wire.look()[0]));
  wire.attempts[1].is_on_wire = false;
  CHECK(linked(wire.look()[0]) == "r1");
}

TEST_CASE("absence counts after three looks over two minutes, and only in a complete list") {
  Case absent{{ours(1)}, {theirs("r1", "a house")}, {}};
  CHECK(asks_again(absent.look(0)[0]));
  CHECK(asks_again(absent.look(30'000)[0]));
  CHECK(asks_again(absent.look(119'999)[0]));  // three looks, but not two minutes
  CHECK(is_absent(absent.look(120'000)[0]));
  Case slow{{ours(1)}, {}, {}};
  slow.look(0);
  CHECK(asks_again(slow.look(600'000)[0]));  // two minutes, but not three looks
  CHECK(is_absent(slow.look(600'001)[0]));
  Case incomplete{{ours(1)}, {}, {}, false};
  for (int i = 0; i < 20; ++i) CHECK_FALSE(is_absent(incomplete.look(i * 600'000)[0]));
  CHECK(needs_a_person(incomplete.look(20 * 600'000)[0]));
}

TEST_CASE("a look that lists something it may be begins the count of absence anew") {
  Case flicker{{ours(1)}, {}, {}};
  flicker.look(0);
  flicker.look(100'000);
  flicker.jobs = {theirs("r1", "a boat", 5, 0)};  // no time is said
  CHECK_FALSE(is_absent(flicker.look(200'000)[0]));
  flicker.jobs.clear();
  CHECK(asks_again(flicker.look(300'000)[0]));
  CHECK(asks_again(flicker.look(400'000)[0]));
  CHECK(is_absent(flicker.look(500'000)[0]));
}

TEST_CASE("a job that turns up late is still linked") {
  Case late{{ours(1)}, {}, {}, false};
  for (int i = 0; i < 5; ++i) late.look(i * 600'000);
  late.jobs = {theirs("r1")};
  CHECK(linked(late.look(6 * 600'000)[0]) == "r1");
}

TEST_CASE("a service that cannot be asked leaves it to a person at once, for good") {
  std::vector<UnknownAttempt> attempts = {ours(1), ours(2)};
  std::vector<ReconcileLooks> looks(2);
  const auto answers = reconcile(attempts, looks, {}, 0);
  REQUIRE(answers.size() == 2);
  const auto* person = std::get_if<NeedsPerson>(&answers[0]);
  REQUIRE(person != nullptr);
  CHECK(person->ask_again_secs == 0);
}

TEST_CASE("looks come after 30 s, then after twice the time each, at least every ten minutes") {
  const double expected[] = {30, 60, 120, 240, 480, 600, 600};
  for (int looks = 1; looks <= 7; ++looks) CHECK(reconcile_wait_secs(looks) == expected[looks - 1]);
  CHECK(reconcile_wait_secs(0) == 30);
  CHECK(reconcile_wait_secs(1'000'000) == 600);
  // By that order absence is known with the fourth look, after 210 s.
  Case absent{{ours(1)}, {}, {}};
  std::int64_t now = 0;
  int looks = 0;
  for (;; ++looks) {
    const Reconciled answer = absent.look(now)[0];
    if (!asks_again(answer)) break;
    now += static_cast<std::int64_t>(std::get<AskAgain>(answer).in_secs * 1000);
  }
  CHECK(looks == 3);
  CHECK(now == 210'000);
}

TEST_CASE("the same job on two pages is one job, and one without an id is none") {
  Case pages{{ours(1)}, {theirs("r1"), theirs("r1"), theirs("")}, {}};
  CHECK(linked(pages.look()[0]) == "r1");
}

TEST_CASE("a service may judge by itself what is alike") {
  std::vector<UnknownAttempt> attempts = {ours(1)};
  std::vector<ListedJob> jobs = {theirs("r1", "quite another text"), theirs("r2")};
  std::vector<ReconcileLooks> looks(1);
  Listing listing;
  listing.is_offered = true;
  listing.jobs = jobs;
  listing.like = [](const UnknownAttempt&, const ListedJob& job) { return job.remote_id == "r1" ? Likeness::Yes : Likeness::No; };
  CHECK(linked(reconcile(attempts, looks, listing, 0)[0]) == "r1");
}

TEST_CASE("no id is ever given to two attempts") {
  // All small worlds of three attempts and three jobs, told apart by prompt and seed, some of them unsaid.
  const std::string prompts[] = {"a boat", "a house"};
  for (int world = 0; world < 4096; ++world) {
    Case any{{}, {}, {}};
    for (int i = 0; i < 3; ++i) {
      any.attempts.push_back(ours(i + 1, prompts[(world >> i) & 1], 5 + ((world >> (3 + i)) & 1)));
      ListedJob job = theirs("r" + std::to_string(i), prompts[(world >> (6 + i)) & 1], std::nullopt);
      if ((world >> (9 + i)) & 1) job.seed = 5;
      any.jobs.push_back(job);
    }
    std::set<std::string> given;
    const auto answers = any.look();
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string id = linked(answers[i]);
      if (id.empty()) continue;
      CHECK(given.insert(id).second);
      const ListedJob& job = any.jobs[static_cast<std::size_t>(id[1] - '0')];
      CHECK(likeness_of(any.attempts[i], job) == Likeness::Yes);
      // Nobody else of other work may have had it.
      for (const UnknownAttempt& other : any.attempts) {
        if (likeness_of(other, job) == Likeness::No) continue;
        CHECK(other.seed == any.attempts[i].seed);
        CHECK(other.prompt == any.attempts[i].prompt);
      }
    }
  }
}
