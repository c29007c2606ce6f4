// The last dollar of a cap that many want at once, prices that are not what was expected, and cancels that meet whatever
// happens in the same moment.
#include <future>
#include <thread>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

using Stroke = FakeService::Stroke;

Admission pictures(int count, int first_seed) {
  Admission admission;
  admission.generation.prompt = "many at once";
  admission.generation.count = count;
  for (int i = 0; i < count; ++i) {
    Recipe recipe;
    recipe.provider = "tiny";
    recipe.model = "tiny-image";
    recipe.prompt = "many at once";
    recipe.seed = first_seed + i;
    recipe.width = recipe.height = 512;
    admission.items.push_back({recipe, i + 1, {}, {}});
  }
  return admission;
}

std::int64_t billed(const FakeService& service) {
  std::int64_t sum = 0;
  for (const BillLine& line : service.bill()) sum += line.amount.micros;
  return sum;
}

int with_state(Rig& rig, const std::vector<Job>& jobs, JobState state) {
  int count = 0;
  for (const Job& job : jobs) count += rig.job(job.id).state == state ? 1 : 0;
  return count;
}

// No request to this path is answered.
FakeService::Hook hang(std::string method_and_path) {
  return [method_and_path](const HttpRequest& request) -> std::optional<Stroke> {
    const auto slash = request.url.find('/', 8);
    if (!(std::string(to_string(request.method)) + " " + request.url.substr(slash)).starts_with(method_and_path)) return std::nullopt;
    return Stroke{{}, true, true};
  };
}

}  // namespace

TEST_CASE("a hundred jobs admitted at once by ten threads: exactly as many are paid as the cap has room for", "[fault-58]") {
  RigOptions options;
  options.budgets.play.project = money_from_dollars(1.01);  // 25 pictures of $0.04, and a cent
  options.provider.image_lane = 100;
  Rig rig(options);
  rig.open();
  std::vector<std::future<std::vector<Job>>> hands;
  for (int hand = 0; hand < 10; ++hand)
    hands.push_back(std::async(std::launch::async, [&rig, hand] { return rig.admit(pictures(10, hand * 10))->jobs; }));
  std::vector<Job> jobs;
  for (auto& hand : hands)
    for (Job& job : hand.get()) jobs.push_back(std::move(job));
  REQUIRE(jobs.size() == 100);
  rig.drain();
  CHECK(rig.service.bill().size() == 25);
  CHECK(with_state(rig, jobs, JobState::Done) == 25);
  CHECK(with_state(rig, jobs, JobState::Blocked) == 75);
  for (const BooksChanged& change : rig.events<BooksChanged>()) CHECK(change.play.reserved + change.play.settled <= *options.budgets.play.project);
  CHECK(rig.broken_promises() == "");
  // Raised by one picture, then for all.
  Budgets more;
  more.play.project = money_from_dollars(1.04);
  rig.set_budgets(more);
  rig.drain();
  CHECK(rig.service.bill().size() == 26);
  rig.set_budgets({});
  rig.drain();
  CHECK(with_state(rig, jobs, JobState::Done) == 100);
  CHECK(rig.service.bill().size() == 100);
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a price above the estimate is booked as it is, and what it leaves no room for waits", "[fault-58]") {
  RigOptions options;
  options.budgets.play.project = money_from_dollars(0.20);
  options.provider.image_lane = 1;
  Rig rig(options);
  rig.service.done_charge = money_from_dollars(0.15);  // and $0.04 were expected
  rig.open();
  const auto jobs = rig.generate(4);
  rig.drain();
  // As soon as the first one's price is known it counts in full, and a second one is asked for as much: there is no room.
  CHECK(with_state(rig, jobs, JobState::Done) == 1);
  CHECK(with_state(rig, jobs, JobState::Blocked) == 3);
  for (const Job& job : jobs) {
    const Job now = rig.job(job.id);
    if (now.state != JobState::Blocked) continue;
    CHECK(now.estimate == money_from_dollars(0.15));
    CHECK(now.reason.find("this costs up to $0.15") != std::string::npos);
    CHECK(now.reason.find("Tiny Image has cost more than its price says: it is reserved with 375 % of it.") != std::string::npos);
  }
  CHECK(rig.books().settled == money_from_dollars(0.15));
  CHECK(rig.books().settled.micros == billed(rig.service));
  CHECK(rig.books().reserved == Money{});
  CHECK(rig.broken_promises() == "");
}

TEST_CASE("a price below nothing is not believed: the estimate counts, and no room is made", "[fault-58]") {
  RigOptions options;
  options.budgets.play.project = money_from_dollars(0.08);
  options.provider.image_lane = 1;
  Rig rig(options);
  rig.service.done_charge = Money{-1'000'000};
  rig.open();
  const auto jobs = rig.generate(3);
  rig.drain();
  CHECK(with_state(rig, jobs, JobState::Done) == 2);
  CHECK(with_state(rig, jobs, JobState::Blocked) == 1);
  CHECK(rig.books().settled == money_from_dollars(0.08));
  CHECK(rig.books().settled.micros == billed(rig.service));
  CHECK(rig.broken_promises() == "");
  // The same for an end without a result.
  rig.service.done_charge.reset();
  rig.service.ending_charge = Money{-1'000'000};
  rig.service.final_state = [](const std::string&) { return "failed"; };
  rig.set_budgets({});
  rig.drain();
  CHECK(rig.books().settled == money_from_dollars(0.08));
}

TEST_CASE("a cancel, and a second one, at every request of a job's life: one end, and what is paid is known", "[fault-59]") {
  // Each life is cut at another request, seen from the engine's own thread: before the answer, so that the cancel meets it.
  int lives = 0, done = 0, cancelled = 0;
  for (const bool replays : {true, false}) {
    for (int cut = 1;; ++cut) {
      INFO("cut at request " << cut << (replays ? ", with replay" : ", without replay"));
      Rig rig;
      rig.service.replays = replays;
      std::atomic<int> requests{0};
      std::atomic<std::int64_t> job{0};
      std::atomic<int> answers{0};
      rig.service.hook = [&](const HttpRequest& request) -> std::optional<Stroke> {
        if (request.method == HttpMethod::Delete || ++requests != cut) return std::nullopt;
        for (int twice = 0; twice < 2; ++twice) rig.runner().cancel(JobId{job.load()}, [&](const Result<Job>&) { ++answers; });
        return std::nullopt;
      };
      rig.open();
      job = 1;
      const auto jobs = rig.generate(1);
      REQUIRE(jobs[0].id == JobId{1});
      rig.drain();
      if (requests < cut) break;  // it was over before
      rig.wait_until([&] { return answers == 2; });
      rig.drain();
      ++lives;
      const Job end = rig.job(jobs[0].id);
      CHECK(is_terminal(end.state));
      CHECK((end.state == JobState::Done || end.state == JobState::Cancelled));
      done += end.state == JobState::Done ? 1 : 0;
      cancelled += end.state == JobState::Cancelled ? 1 : 0;
      CHECK(rig.books().reserved == Money{});
      CHECK(rig.books().settled.micros == billed(rig.service));
      CHECK((end.state == JobState::Done) == (rig.assets().size() == 1));
      CHECK(rig.broken_promises() == "");
    }
  }
  CHECK(lives >= 8);
  CHECK(done >= 2);       // too late: the result was there
  CHECK(cancelled >= 4);
}

TEST_CASE("a cancel, and a second one, in every state where a job can rest", "[fault-59]") {
  struct Rest {
    JobState state;
    std::function<void(Rig&)> arrange;
    JobState end;
  };
  const std::vector<Rest> rests = {
      {JobState::Preparing, [](Rig& rig) { rig.service.hook = hang("GET /info"); }, JobState::Cancelled},
      {JobState::Running, [](Rig& rig) { rig.service.polls_until_done = 1'000'000; }, JobState::Cancelled},
      {JobState::Blocked,
       [](Rig& rig) {
         Budgets none;
         none.play.project = Money{};
         rig.options().budgets = none;
       },
       JobState::Cancelled},
      {JobState::Done, [](Rig&) {}, JobState::Done},
      {JobState::Failed, [](Rig& rig) { rig.service.final_state = [](const std::string&) { return "failed"; }; }, JobState::Failed},
      {JobState::Refused, [](Rig& rig) { rig.service.final_state = [](const std::string&) { return "refused"; }; }, JobState::Refused},
      {JobState::Expired,
       [](Rig& rig) {
         rig.service.hook = [](const HttpRequest& request) -> std::optional<Stroke> {
           if (request.method == HttpMethod::Get && request.url.find("/jobs/") != std::string::npos) return Stroke{http_answer(404)};
           return std::nullopt;
         };
       },
       JobState::Expired},
      {JobState::Quarantined, [](Rig& rig) { rig.service.file_bytes = [](const std::string&, int) { return "CRASH"; }; }, JobState::Quarantined},
      {JobState::Unknown,
       [](Rig& rig) {
         rig.service.replays = false;
         rig.service.hook = [](const HttpRequest& request) -> std::optional<Stroke> {
           if (request.method != HttpMethod::Post || !request.url.ends_with("/jobs")) return std::nullopt;
           return Stroke{http_failure(HttpFailure::Broken, true), false, true};
         };
       },
       JobState::Unknown},
  };
  for (const Rest& rest : rests) {
    INFO(to_string(rest.state));
    Rig rig;
    rest.arrange(rig);
    rig.open();
    const auto jobs = rig.generate(1);
    rig.wait_for(jobs[0].id, rest.state);
    const Result<Job> first = rig.cancel(jobs[0].id), second = rig.cancel(jobs[0].id);
    // What is over, and what is in doubt, is not cancelled, and says so.
    if (rest.end == rest.state) {
      REQUIRE_FALSE(first);
      CHECK_FALSE(first.error().message.empty());
    } else {
      CHECK(first);
    }
    CHECK((second || !second.error().message.empty()));
    rig.drain();
    CHECK(rig.job(jobs[0].id).state == rest.end);
    const Books books = rig.books();
    CHECK(books.settled.micros <= billed(rig.service));
    CHECK(billed(rig.service) <= books.settled.micros + books.reserved.micros);
    if (rest.end == JobState::Unknown) CHECK(books.reserved == Money{40'000});  // it may have been charged
    CHECK(rig.broken_promises() == "");
  }
}
