// The queue: kept up to date it is the same as made anew, and its words are true.
#include "panels/queue_rows.h"

#include <algorithm>

#include "base/random.h"
#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

constexpr QueueSection all_sections[] = {QueueSection::NeedYou, QueueSection::Failed, QueueSection::Running,
                                         QueueSection::Waiting, QueueSection::Done, QueueSection::Cancelled};

void check_same(const QueueIndex& kept, const Library& library) {
  QueueIndex fresh;
  fresh.update(library, providers());
  for (const QueueSection section : all_sections) CHECK(kept.rows(section) == fresh.rows(section));
  CHECK(kept.open() == fresh.open());
  CHECK(kept.total() == fresh.total());
  CHECK(kept.expected_secs() == fresh.expected_secs());
  for (Row row = 0; row < library.items.size(); ++row) CHECK(kept.place_in_line(row) == fresh.place_in_line(row));
  REQUIRE(kept.lanes().size() == fresh.lanes().size());
  for (std::size_t i = 0; i < kept.lanes().size(); ++i) {
    CHECK(kept.lanes()[i].running == fresh.lanes()[i].running);
    CHECK(kept.lanes()[i].waiting == fresh.lanes()[i].waiting);
    CHECK(kept.lanes()[i].blocked == fresh.lanes()[i].blocked);
    CHECK(kept.lanes()[i].held_up == fresh.lanes()[i].held_up);
  }
}

Job with_reason(Job j, std::string reason) {
  j.reason = std::move(reason);
  return j;
}

struct Words {
  Library library;
  QueueIndex index;
  explicit Words(const Job& j) {
    library.fold(generation(1, "p", 1));
    library.fold(j);
    index.update(library, providers());
  }
  QueueFaceContext context() const { return {library, providers(), index, 1'700'000'010'000}; }
  QueueRowFace face() const { return queue_face(context(), 0); }
  FailureCard card() const { return failure_card(context(), 0); }
};

}  // namespace

TEST_CASE("Every state has its section, and imports have none") {
  Item item;
  CHECK_FALSE(queue_section_of(item));
  item.job = JobId{1};
  int seen[static_cast<int>(QueueSection::Count)] = {};
  for (int s = 0; s < job_state_count; ++s) {
    item.state = static_cast<JobState>(s);
    REQUIRE(queue_section_of(item));
    ++seen[static_cast<int>(*queue_section_of(item))];
  }
  CHECK(seen[static_cast<int>(QueueSection::NeedYou)] == 2);
  CHECK(seen[static_cast<int>(QueueSection::Failed)] == 4);
  CHECK(seen[static_cast<int>(QueueSection::Running)] == 4);
  CHECK(seen[static_cast<int>(QueueSection::Waiting)] == 2);
  CHECK(seen[static_cast<int>(QueueSection::Done)] == 1);
  CHECK(seen[static_cast<int>(QueueSection::Cancelled)] == 1);
}

TEST_CASE("Whatever happens to jobs, the queue that is kept is the queue made anew") {
  Random random(5);
  Library library;
  QueueIndex kept;
  library.fold(generation(1, "p", 9));
  std::vector<Job> jobs;
  for (int step = 0; step < 600; ++step) {
    if (jobs.size() < 40 || random.below(10) == 0) {
      const auto id = static_cast<std::int64_t>(jobs.size()) + 1;
      jobs.push_back(random.below(3) == 0 ? video_job(id, 1, AssetId{1}) : job(id, 1, static_cast<int>(id % 10) + 1));
      library.fold(jobs.back());
    } else {
      Job& j = jobs[random.below(jobs.size())];
      // What is done stays done; everything else may go anywhere, also back by a retry.
      if (j.state == JobState::Done) continue;
      j.state = static_cast<JobState>(random.below(job_state_count));
      j.progress = j.state == JobState::Running ? 0.5 : -1;
      j.priority = static_cast<Priority>(random.below(3));
      j.cause = random.below(5) == 0 ? JobCause::Cap : JobCause::None;
      if (random.below(8) == 0) j.recipe.model = j.recipe.kind == MediaKind::Video ? "sandbox-motion" : "sandbox-xl";
      library.fold(j);
      if (j.state == JobState::Done) library.fold(asset(1000 + j.id.value, j));
    }
    // Not after each change: several may come between two frames.
    if (random.below(4) == 0) {
      kept.update(library, providers());
      check_same(kept, library);
    }
  }
  kept.update(library, providers());
  check_same(kept, library);
}

TEST_CASE("Without a change nothing is looked at, and another project starts anew") {
  Library library;
  library.fold(generation(1, "p", 2));
  library.fold(job(1, 1, 1));
  library.fold(job(2, 1, 2));
  QueueIndex index;
  CHECK(index.update(library, providers()));
  const auto revision = index.revision();
  CHECK_FALSE(index.update(library, providers()));
  // Progress changes no row's place.
  Job running = job(1, 1, 1, JobState::Queued);
  running.progress = 0.3;
  library.fold(running);
  CHECK_FALSE(index.update(library, providers()));
  CHECK(index.revision() == revision);
  Library other;
  other.fold(generation(7, "q", 1));
  other.fold(job(9, 7, 1, JobState::Running));
  index.update(other, providers());
  CHECK(index.count(QueueSection::Waiting) == 0);
  CHECK(index.count(QueueSection::Running) == 1);
}

TEST_CASE("Places in line and the time left go by provider and medium") {
  Library library;
  library.fold(generation(1, "p", 9));
  for (int n = 1; n <= 3; ++n) library.fold(job(n, 1, n));
  library.fold(video_job(4, 1, AssetId{1}));
  QueueIndex index;
  index.update(library, providers());
  CHECK(index.place_in_line(2) == 3);
  CHECK(index.place_in_line(3) == 1);
  // By hand: the third goes first. Another kind's line stays as it is.
  library.fold(QueueRank{Priority::Normal, -5, JobId{3}});
  CHECK(index.update(library, providers()));
  CHECK(index.rows(QueueSection::Waiting) == std::vector<Row>{2, 0, 1, 3});
  CHECK(index.place_in_line(2) == 1);
  CHECK(index.place_in_line(0) == 2);
  CHECK(index.place_in_line(3) == 1);
  library.fold(QueueRank{Priority::High, 0, JobId{2}});
  index.update(library, providers());
  CHECK(index.place_in_line(1) == 1);
  CHECK(queue_face({library, providers(), index, 0}, 1).line.find("High priority") == 0);
  const ModelInfo* image = providers().find_model("sandbox-flux");
  const ModelInfo* video = providers().find_model("sandbox-motion");
  REQUIRE(image != nullptr);
  REQUIRE(video != nullptr);
  // Three pictures in at least three places take as long as one; the video has a lane of its own.
  CHECK(index.expected_secs() >= std::max(image->expected_secs, video->expected_secs) - 1e-3);
  CHECK(index.expected_secs() <= std::max(image->expected_secs * 3, video->expected_secs) + 1e-3);
}

TEST_CASE("A row says what is made out of what, how far it is, and whether it can be cancelled") {
  Job running = job(1, 1, 3, JobState::Running);
  running.progress = 0.62;
  running.eta_secs = 41;
  const auto face = Words(running).face();
  CHECK(face.shape == StateShape::Ring);
  CHECK(face.title == "03 · a lighthouse");
  CHECK(face.done == "62%");
  CHECK(face.left == "0:41");
  CHECK(face.cost == "$0.04");
  CHECK(face.can_cancel);
  CHECK(Words(job(1, 1, 1, JobState::Sending)).face().no_cancel.empty() == false);
  CHECK_FALSE(Words(job(1, 1, 1, JobState::Sending)).face().can_cancel);
  CHECK(Words(with_reason(job(1, 1, 1), "Waits for the network.")).face().line == "Waits for the network.");

  Library library;
  library.fold(generation(1, "p", 2));
  arrived(library, 1, job(1, 1, 6));
  library.fold(video_job(2, 1, AssetId{1}));
  QueueIndex index;
  index.update(library, providers());
  CHECK(queue_face({library, providers(), index, 0}, 1).title == "06 → video · a lighthouse");
}

TEST_CASE("Whether it was charged is said truly, by state and by the engine's own sentence") {
  Item item;
  item.cost = money_from_dollars(0.04);
  item.state = JobState::Failed;
  CHECK(charge_words(item, "The service failed.") == "not charged");
  CHECK(charge_words(item, "The service said it was done, but gave no file. It charged $0.035.") == "charged $0.035");
  CHECK(charge_words(item, "Cancelled at the service, which charged $0.42.") == "charged $0.42");
  CHECK(charge_words(item, "Written off: it may have been charged, and counts as paid.") == "counts as paid, $0.04");
  item.state = JobState::Refused;
  CHECK(charge_words(item, "Its filter stopped at the prompt.") == "not charged");
  CHECK(charge_words(item, "Its filter stopped at the prompt. It charged $0.01.") == "charged $0.01");
  CHECK(charge_words(item, "It was refused. It may have charged $0.04, which stays reserved until you say.") == "up to $0.04 set aside");
  item.state = JobState::Expired;
  CHECK(charge_words(item, "") == "paid $0.04");
  item.state = JobState::Unknown;
  CHECK(charge_words(item, "It may have been charged $0.04.") == "up to $0.04 set aside");
  item.state = JobState::Blocked;
  CHECK(charge_words(item, "") == "nothing spent");
}

TEST_CASE("A failure's card gives the ways on that the engine will take") {
  const auto ways = [](JobState state, std::string reason = "It broke.") {
    std::vector<std::string> ids;
    for (const FailureWay& way : Words(with_reason(job(1, 1, 2, state), std::move(reason))).card().ways)
      ids.push_back(way.id);
    return ids;
  };
  using Ids = std::vector<std::string>;
  CHECK(ways(JobState::Failed) == Ids{"Retry"});
  CHECK(ways(JobState::Expired) == Ids{"Retry"});
  CHECK(ways(JobState::Refused) == Ids{"Change the words"});  // the same again gets the same answer
  CHECK(ways(JobState::Quarantined) == Ids{"New seed"});
  CHECK(ways(JobState::Unknown) == Ids{"Decide"});
  CHECK(ways(JobState::Blocked) == Ids{"Cancel"});
  CHECK(ways(JobState::Blocked, "Sandbox refused the key: check it in the settings.") == Ids{"Keys", "Cancel"});
  const auto card = Words(with_reason(job(1, 1, 2, JobState::Failed), "The service failed.")).card();
  CHECK(card.why == "The service failed.");
  CHECK(card.charge == "not charged");
  CHECK(card.ways[0].value == "$0.04 play");
  CHECK(card.facts.find("02") == 0);
  for (const JobState state : {JobState::Failed, JobState::Refused, JobState::Expired, JobState::Quarantined,
                               JobState::Unknown, JobState::Blocked})
    CHECK_FALSE(what_helps(state, "").empty());
}

TEST_CASE("Times are written for people") {
  CHECK(clock_words(41) == "0:41");
  CHECK(clock_words(600) == "10:00");
  CHECK(clock_words(3723) == "1:02:03");
  CHECK(about_time(0.4) == "under 1 s");
  CHECK(about_time(12) == "about 12 s");
  CHECK(about_time(14 * 60) == "about 14 min");
  CHECK(about_time(2 * 3600) == "about 2 h");
}

TEST_CASE("Retrying all that failed leaves out what comes out the same, and says the price of the rest in each currency") {
  Library library;
  library.fold(generation(1, "p", 5));
  std::int64_t id = 0;
  for (const auto& [state, currency] : {std::pair{JobState::Failed, Currency::Play}, {JobState::Expired, Currency::Play}, {JobState::Refused, Currency::Play},
                                        {JobState::Quarantined, Currency::Play}, {JobState::Failed, Currency::Usd}}) {
    ++id;
    Job failed = job(id, 1, static_cast<int>(id), state);
    failed.estimate = Money{40'000};
    failed.currency = currency;
    library.fold(failed);
  }
  Job not_taken = job(6, 1, 6, JobState::Failed);
  not_taken.cause = JobCause::Rejected;
  library.fold(not_taken);
  QueueIndex index;
  index.update(library, providers());
  const RetryAll all = retry_all(library, index);
  CHECK(all.jobs == std::vector{JobId{1}, JobId{2}, JobId{5}});
  CHECK(all.price == "$0.04 + $0.08 play");
}

TEST_CASE("Of ten thousand jobs that wait a change looks at each once, and nothing while nothing changes") {
  Library library;
  library.fold(generation(1, "p", 9));
  for (int n = 1; n <= 10'000; ++n) library.fold(job(n, 1, n % 9 + 1));
  QueueIndex index;
  index.update(library, providers());
  CHECK(index.looked_at() == 10'000);
  for (int frame = 0; frame < 100; ++frame) index.update(library, providers());
  CHECK(index.looked_at() == 10'000);
  // Progress alone moves no row.
  Job running = job(1, 1, 2, JobState::Running);
  library.fold(running);
  index.update(library, providers());
  CHECK(index.looked_at() == 20'000);
  for (int step = 1; step <= 50; ++step) {
    running.progress = step / 50.0;
    library.fold(running);
    index.update(library, providers());
  }
  CHECK(index.looked_at() == 20'000);
  CHECK(index.place_in_line(9'999) == 9'999);
}

TEST_CASE("Failures with one cause are one card, and it says how many, what was paid and what helps") {
  Library library;
  library.fold(generation(1, "p", 9));
  for (int n = 1; n <= 37; ++n) {
    Job stopped = with_reason(job(n, 1, n % 9 + 1, JobState::Blocked), "Sandbox refused the key.");
    stopped.cause = JobCause::Key;
    library.fold(stopped);
  }
  Job refused = with_reason(job(50, 1, 1, JobState::Refused), "The prompt was refused.");
  refused.cause = JobCause::Moderation;
  refused.refused_input = "prompt";
  library.fold(refused);
  Job lost = with_reason(job(51, 1, 1, JobState::Unknown), "The line broke after the request left.");
  lost.cause = JobCause::Unknown;
  library.fold(lost);
  QueueIndex index;
  index.update(library, providers());
  const QueueFaceContext context{library, providers(), index, 0};
  const auto& needs = library.needs.cards();
  REQUIRE(needs.size() == 3);
  const auto card_of = [&](JobCause cause) {
    const auto need = std::find_if(needs.begin(), needs.end(), [&](const Need& n) { return n.cause == cause; });
    REQUIRE(need != needs.end());
    return need_card(context, *need);
  };
  const NeedCard key = card_of(JobCause::Key);
  CHECK(key.title == "Sandbox refused the key: 37 jobs wait");
  CHECK(key.facts.find("not charged") == 0);
  REQUIRE_FALSE(key.ways.empty());
  CHECK(key.ways[0].id == "Keys");
  CHECK(key.ways[0].is_best);
  const NeedCard words = card_of(JobCause::Moderation);
  CHECK(words.title == "Refused: the prompt");
  CHECK(words.ways[0].id == "Change the words");
  CHECK(std::none_of(words.ways.begin(), words.ways.end(), [](const FailureWay& way) { return way.id == "Retry"; }));
  const NeedCard unknown = card_of(JobCause::Unknown);
  CHECK(unknown.title == "May have been charged $0.04 play");
  CHECK(unknown.facts.find("up to $0.04 play set aside") == 0);
  CHECK(unknown.ways[0].id == "Decide");
  for (const Need& need : needs) CHECK_FALSE(need_card(context, need).helps.empty());
}

TEST_CASE("A hold says why: a run that ended in the middle, or a backup in the ledger's place") {
  QueueStatus queue;
  queue.held = true;
  queue.waiting = 12;
  CHECK(hold_words(queue) == "The last run ended in the middle: 12 jobs wait for a word of yours.");
  queue.waiting = 1;
  queue.backup_of = "2026-11-20 09:30";
  CHECK(hold_words(queue) == "This is the project's backup of 2026-11-20 09:30: 1 job waits for a word of yours.");
}
