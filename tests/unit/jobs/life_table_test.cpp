// Every event in every position of a job's life, against one table. A position is the pair (job state, attempt state).
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "jobs/life.h"
#include "runner/crash_point.h"
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

// W waiting · Q queued · B blocked · P preparing, reserved only · p preparing, some steps done · S sending
// U unknown, replayed · V unknown, a person's turn · R running · F fetching · H fetching, the blob is home
// D done · X failed · Z refused · C cancelled · E expired · K quarantined
constexpr std::string_view positions = "WQBPpSUVRFHDXZCEK";

struct Position {
  JobState job;
  std::optional<AttemptState> attempt;
  bool replay = true;
};

const std::map<char, Position> places = {
    {'W', {JobState::Waiting, {}}},
    {'Q', {JobState::Queued, {}}},
    {'B', {JobState::Blocked, AttemptState::NotSent}},
    {'P', {JobState::Preparing, AttemptState::Reserved}},
    {'p', {JobState::Preparing, AttemptState::Preparing}},
    {'S', {JobState::Sending, AttemptState::Sending}},
    {'U', {JobState::Unknown, AttemptState::Unknown, true}},
    {'V', {JobState::Unknown, AttemptState::Unknown, false}},
    {'R', {JobState::Running, AttemptState::Submitted}},
    {'F', {JobState::Fetching, AttemptState::RemoteDone}},
    {'H', {JobState::Fetching, AttemptState::Fetched}},
    {'D', {JobState::Done, AttemptState::Settled}},
    {'X', {JobState::Failed, AttemptState::FailedFree}},
    {'Z', {JobState::Refused, AttemptState::Refused}},
    {'C', {JobState::Cancelled, AttemptState::CancelledRemote}},
    {'E', {JobState::Expired, AttemptState::Expired}},
    {'K', {JobState::Quarantined, AttemptState::Settled}},
};

JobLife life_in(const Position& place) {
  JobLife life;
  life.job.id = JobId{7};
  life.job.state = place.job;
  life.job.estimate = Money{40'000};
  life.job.currency = Currency::Play;
  life.job.recipe.provider = "sandbox";
  life.job.recipe.model = "m";
  if (place.attempt) {
    Attempt attempt;
    attempt.id = AttemptId{3};
    attempt.job = life.job.id;
    attempt.state = *place.attempt;
    attempt.key = "first-key";
    attempt.provider = "sandbox";
    attempt.model = "m";
    attempt.endpoint = "sandbox:default";
    attempt.reserved = Money{40'000};
    attempt.currency = Currency::Play;
    attempt.replay_declared = place.replay;
    attempt.intent_wall_ms = 1'000;
    const bool is_made = attempt.state == AttemptState::RemoteDone || attempt.state == AttemptState::Fetched;
    if (is_made || attempt.state == AttemptState::Submitted) attempt.remote_id = "s_1";
    if (is_made) {
      attempt.outputs = {file_at("/out")};
      attempt.settled = Money{40'000};
    }
    life.attempt = attempt;
    life.job.attempt = attempt.id;
    life.job.attempts = 1;
  }
  return life;
}

JobLife life_at(char letter) { return life_in(places.at(letter)); }

char letter_of(const JobLife& life) {
  switch (life.job.state) {
    case JobState::Waiting: return 'W';
    case JobState::Queued: return 'Q';
    case JobState::Blocked: return 'B';
    case JobState::Preparing: return life.attempt->state == AttemptState::Reserved ? 'P' : 'p';
    case JobState::Sending: return 'S';
    case JobState::Unknown: return life.attempt->replay_declared ? 'U' : 'V';
    case JobState::Running: return 'R';
    case JobState::Fetching: return life.attempt->state == AttemptState::RemoteDone ? 'F' : 'H';
    case JobState::Done: return 'D';
    case JobState::Failed: return 'X';
    case JobState::Refused: return 'Z';
    case JobState::Cancelled: return 'C';
    case JobState::Expired: return 'E';
    case JobState::Quarantined: return 'K';
  }
  return '?';
}

JobFacts facts() { return {.now_wall_ms = 60'000, .now_mono_ms = 5'000, .jitter = 0.5, .expected_secs = 2, .service_cancels = true}; }

const Error offline{ErrorKind::Offline, "The service cannot be reached", "", 0};
const Error unauthorised{ErrorKind::Unauthorised, "The key was refused", "", 0};
const Error malformed{ErrorKind::BadRequest, "The size is not offered", "", 0};
const std::vector<RemoteOutput> one_output = {file_at("/out", "aa")};

struct Row {
  std::string label;
  JobEvent event;
  std::string_view leads_to;  // per position: the new position, '-' a bug, '/' a wish refused in words
};

// The attempt's own state may never stay open behind a job that is over, and never closed behind one under way.
void check_consistent(const JobLife& life) {
  const bool attempt_open = life.attempt && is_open(life.attempt->state);
  const bool under_way = life.job.state == JobState::Preparing || life.job.state == JobState::Sending ||
                         life.job.state == JobState::Unknown || life.job.state == JobState::Running ||
                         life.job.state == JobState::Fetching;
  CHECK(attempt_open == under_way);
}

std::vector<Row> table() {
  using namespace happened;
  return {
      //                                                            WQBPpSUVRFHDXZCEK
      {"ParentsDone", ParentsDone{},                               "Q----------------"},
      {"ParentFailed", ParentFailed{"j1 failed."},                 "W----------------"},
      {"PlaceGranted", PlaceGranted{"k", "sandbox", "default", "sandbox:default", "m"}, "-P---------------"},
      {"Held", Held{"No room."},                                   "-B---------------"},
      {"Released", Released{},                                     "--Q--------------"},
      {"PrepareStepDone", PrepareStepDone{"{}"},                   "---pp------------"},
      {"PrepareFailed offline", PrepareFailed{offline, true},      "---QQ------------"},
      {"PrepareFailed key", PrepareFailed{unauthorised, false},    "---BB------------"},
      {"PrepareFailed bad", PrepareFailed{malformed, false},       "---XX------------"},
      {"SubmitPlanned", SubmitPlanned{"d", "b", "boot", true},     "---SS------------"},
      {"SubmitChained", SubmitChained{"{}"},                       "-----S-----------"},
      {"ChainBroken", ChainBroken{offline},                        "-----S-----------"},
      {"SubmitAccepted", SubmitAccepted{"s_1", "{}"},              "-----R-----------"},
      {"SubmitAccepted no id", SubmitAccepted{"", "{}"},           "-----U-----------"},
      {"SubmitAccepted taken", SubmitAccepted{"s_1", "{}", 0, true}, "-----U-----------"},
      {"SubmitNotAccepted offline", SubmitNotAccepted{offline, true, true}, "-----Q-----------"},
      {"SubmitNotAccepted key", SubmitNotAccepted{unauthorised},   "-----B-----------"},
      {"SubmitNotAccepted bad", SubmitNotAccepted{malformed},      "-----X-----------"},
      {"SubmitUnclear", SubmitUnclear{"reset"},                    "-----U-----------"},
      {"ReplayDue", ReplayDue{},                                   "------SV---------"},
      {"ReplayPutOff", ReplayPutOff{offline},                      "------UV---------"},
      {"ReplayImpossible", ReplayImpossible{"other bytes"},        "------UV---------"},
      {"FoundAtService", FoundAtService{"s_9", "{}"},              "------RR---------"},
      {"FoundAtService taken", FoundAtService{"s_9", "{}", true},  "------UV---------"},
      {"AbsentAtService", AbsentAtService{},                       "------QQ---------"},
      {"PollPending", PollPending{.progress = 0.5},                "--------RF-------"},
      {"PollChained", PollChained{"{}"},                           "--------RF-------"},
      {"PollFailed", PollFailed{offline},                          "--------RF-------"},
      {"RemoteFinished", RemoteFinished{one_output, Money{30'000}}, "-----F--FF-------"},
      {"RemoteFinished empty", RemoteFinished{},                   "-----X--XF-------"},
      {"RemoteRefused", RemoteRefused{"No", false},                "-----Z--ZF-------"},
      {"RemoteFailed", RemoteFailed{"Broke", false},               "--------XF-------"},
      {"RemoteFailed for good", RemoteFailed{"Broke", false, {}, false, false}, "--------XF-------"},
      {"RemoteCancelled", RemoteCancelled{},                       "--------CF-------"},
      {"RemoteGone", RemoteGone{},                                 "--------RF-------"},
      {"CancelAccepted", CancelAccepted{true},                     "--------R--------"},
      {"CancelAccepted goes on", CancelAccepted{false},            "--------R--------"},
      {"CancelTooLate", CancelTooLate{},                           "--------R--------"},
      {"CancelFailed", CancelFailed{offline},                      "--------R--------"},
      {"FetchChained", FetchChained{"{}"},                         "---------F-------"},
      {"FetchFailed", FetchFailed{offline},                        "---------F-------"},
      {"OutputExpired", OutputExpired{},                           "---------F-------"},
      {"BlobsStored", BlobsStored{one_output},                     "---------H-------"},
      {"BlobsGone", BlobsGone{},                                   "----------F------"},
      {"ResultChecked", ResultChecked{{media_of("image/png")}}, "----------D------"},
      {"CheckFailed damaged", CheckFailed{{ErrorKind::Damaged, "No picture", "", 0}, false}, "----------K------"},
      {"CheckFailed crash", CheckFailed{{ErrorKind::Damaged, "Crash", "", 0}, true}, "----------H------"},
      {"LocalDone", LocalDone{},                                   "-----------------"},
      {"LocalFailed", LocalFailed{offline},                        "-----------------"},
      {"LocalMissing", LocalMissing{},                             "-----------------"},
      {"CancelWished", CancelWished{},                             "CCCCCSU/R////////"},
      {"RetryWished", RetryWished{},                               "/QQ///U/RFH/QQQQ/"},
      {"ResubmitWished", ResubmitWished{},                         "//////QQ/////////"},
      {"WriteOffWished", WriteOffWished{},                         "//////XX/////////"},
      {"LinkWished", LinkWished{"s_9"},                            "//////RR/////////"},
      {"LinkWished taken", LinkWished{"s_9", true},                "/////////////////"},
      {"EditWished", EditWished{Recipe{}, Money{1'000}, Currency::Play}, "WQQ//////////////"},
      {"EditWished other kind", EditWished{{.kind = MediaKind::Video}, Money{1'000}}, "/////////////////"},
      {"DismissWished", DismissWished{},                           "////////////XZ/EK"},
      {"ChargeSaid", ChargeSaid{},                                 "//////XX/////////"},
      {"Recovered", Recovered{},                                   "WQQQQUUVRFHDXZCEK"},
  };
}

}  // namespace

TEST_CASE("every event in every state does what the table says") {
  for (const Row& row : table()) {
    REQUIRE(row.leads_to.size() == positions.size());
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const char from = positions[i];
      const char expected = row.leads_to[i];
      INFO(row.label << " at " << from << ", expected " << expected);
      const JobStep step = next(life_at(from), facts(), row.event);
      if (expected == '-') {
        CHECK(!step.bug.empty());
        CHECK(letter_of(step.life) == from);
        CHECK(step.acts.empty());
        CHECK(step.money.empty());
        CHECK(step.saving == Saving::Nothing);
        continue;
      }
      CHECK(step.bug.empty());
      CHECK(step.refusal.empty() == (expected != '/'));
      if (expected == '/') {
        CHECK(letter_of(step.life) == from);
        CHECK(step.acts.empty());
        CHECK(step.saving == Saving::Nothing);
        continue;
      }
      CHECK(letter_of(step.life) == expected);
      check_consistent(step.life);
      // A change of state is never followed by an act before it is durable.
      if (expected != from) CHECK(step.saving == Saving::First);
      if (step.saving == Saving::First) CHECK(!step.name.empty());
    }
  }
}

TEST_CASE("the table has every event and every job state") {
  std::set<std::string> seen;
  for (const Row& row : table()) seen.insert(std::string(name_of(row.event)));
  CHECK(seen.size() == std::variant_size_v<JobEvent>);
  std::set<JobState> states;
  for (const auto& [letter, place] : places) states.insert(place.job);
  CHECK(states.size() == static_cast<std::size_t>(job_state_count));
}

TEST_CASE("in every step of the table the money of the attempt adds up") {
  for (const Row& row : table()) {
    for (const char from : positions) {
      INFO(row.label << " at " << from);
      const JobLife before = life_at(from);
      const JobStep step = next(before, facts(), row.event);
      const auto holds = [](const std::optional<Attempt>& attempt) {
        return attempt && (is_open(attempt->state) || attempt->state == AttemptState::InDoubt);
      };
      std::int64_t held = holds(before.attempt) ? before.attempt->reserved.micros : 0;
      for (const MoneyEntry& entry : step.money) {
        CHECK(entry.amount.micros >= 0);
        CHECK(entry.currency == Currency::Play);
        held += entry.kind == MoneyKind::Reserve ? entry.amount.micros : -entry.amount.micros;
      }
      // What is set aside is exactly what an open attempt may still cost, or one that ended in doubt: UNKNOWN stays reserved.
      CHECK(held == (holds(step.life.attempt) ? 40'000 : 0));
    }
  }
}

// --- every pair of states, also those that no life should ever be in

namespace {

constexpr std::array all_attempts = {
    AttemptState::Reserved, AttemptState::Preparing, AttemptState::Sending, AttemptState::Submitted, AttemptState::Unknown,
    AttemptState::RemoteDone, AttemptState::Fetched, AttemptState::Settled, AttemptState::NotSent, AttemptState::Refused,
    AttemptState::FailedFree, AttemptState::FailedBilled, AttemptState::CancelledBeforeSend, AttemptState::CancelledRemote,
    AttemptState::Expired, AttemptState::WrittenOff, AttemptState::InDoubt};

std::vector<Position> all_positions() {
  std::vector<Position> all;
  for (int i = 0; i < job_state_count; ++i) {
    const auto job = static_cast<JobState>(i);
    all.push_back({job, std::nullopt});
    for (const AttemptState attempt : all_attempts) {
      all.push_back({job, attempt, true});
      all.push_back({job, attempt, false});
    }
  }
  return all;
}

// The letter whose column holds for this pair; nothing where the two do not fit. An attempt that is over says nothing about what
// may happen next to a job that is not under way, nor does none.
std::optional<char> column_of(const Position& position) {
  const auto is = [&](AttemptState attempt) { return position.attempt == attempt; };
  switch (position.job) {
    case JobState::Preparing: return is(AttemptState::Reserved) ? std::optional('P') : is(AttemptState::Preparing) ? std::optional('p') : std::nullopt;
    case JobState::Sending: return is(AttemptState::Sending) ? std::optional('S') : std::nullopt;
    case JobState::Unknown: return is(AttemptState::Unknown) ? std::optional(position.replay ? 'U' : 'V') : std::nullopt;
    case JobState::Running: return is(AttemptState::Submitted) ? std::optional('R') : std::nullopt;
    case JobState::Fetching: return is(AttemptState::RemoteDone) ? std::optional('F') : is(AttemptState::Fetched) ? std::optional('H') : std::nullopt;
    default: break;
  }
  if (position.attempt && is_open(*position.attempt)) return std::nullopt;
  for (const auto& [letter, place] : places) {
    if (place.job == position.job) return letter;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("every event in every pair of job and attempt state does what its column says, or nothing at all") {
  int pairs = 0, fitting = 0;
  const std::vector<Row> rows = table();
  for (const Position& position : all_positions()) {
    const auto column = column_of(position);
    CHECK(fit_together(position.job, position.attempt) == column.has_value());
    ++pairs;
    fitting += column ? 1 : 0;
    for (const Row& row : rows) {
      const JobLife before = life_in(position);
      const JobStep step = next(before, facts(), row.event);
      const char expected = column ? row.leads_to[positions.find(*column)] : '-';
      INFO(row.label << " at " << to_string(position.job) << "/" << (position.attempt ? to_string(*position.attempt) : "none") << ", expected " << expected);
      if (expected == '-' || expected == '/') {
        CHECK(step.bug.empty() == (expected == '/'));
        CHECK(step.refusal.empty() == (expected == '-'));
        CHECK(step.life.job.state == before.job.state);
        CHECK(step.life.attempt.has_value() == before.attempt.has_value());
        if (before.attempt) CHECK(step.life.attempt->state == before.attempt->state);
        CHECK(step.acts.empty());
        CHECK(step.money.empty());
        CHECK(step.assets.empty());
        CHECK(step.saving == Saving::Nothing);
        continue;
      }
      CHECK(step.bug.empty());
      CHECK(step.refusal.empty());
      // Whether a doubt is replayed is said by the attempt, not by the column.
      if (expected == 'U' || expected == 'V') CHECK(step.life.job.state == JobState::Unknown);
      else CHECK(letter_of(step.life) == expected);
      CHECK(fit_together(step.life.job.state, step.life.attempt ? std::optional(step.life.attempt->state) : std::nullopt));
    }
  }
  CHECK(pairs == job_state_count * (1 + 2 * static_cast<int>(all_attempts.size())));
  // Nine states that are not under way, with none or ten ended attempts; seven open pairs; with and without replay.
  CHECK(fitting == 9 * (1 + 2 * 10) + 2 * 7);
}

// --- local jobs: Q queued · R running · D done · X failed · C cancelled

namespace {

constexpr std::string_view local_positions = "QRDXC";

JobLife local_at(char letter) {
  JobLife life;
  life.job.id = JobId{8};
  life.job.kind = JobKind::Poster;
  life.job.asset = AssetId{4};
  for (const auto& [known, place] : places) {
    if (known == letter) life.job.state = place.job;
  }
  return life;
}

std::vector<Row> local_table() {
  using namespace happened;
  const Error damaged{ErrorKind::Damaged, "No picture", "", 0};
  std::vector<Row> rows = {
      //                                                        QRDXC
      {"PlaceGranted", PlaceGranted{},                         "R----"},
      {"LocalDone", LocalDone{},                               "-D---"},
      {"LocalFailed machine", LocalFailed{offline},            "-X---"},
      {"LocalFailed damaged", LocalFailed{damaged},            "-X---"},
      {"LocalFailed crash", LocalFailed{damaged, true},        "-Q---"},
      {"LocalMissing", LocalMissing{},                         "QRQQC"},
      {"CancelWished", CancelWished{},                         "CC///"},
      {"RetryWished", RetryWished{},                           "///QQ"},
      {"ResubmitWished", ResubmitWished{},                     "/////"},
      {"WriteOffWished", WriteOffWished{},                     "/////"},
      {"LinkWished", LinkWished{"s_9"},                        "/////"},
      {"EditWished", EditWished{},                             "/////"},
      {"DismissWished", DismissWished{},                       "/////"},
      {"ChargeSaid", ChargeSaid{},                             "/////"},
      {"Recovered", Recovered{},                               "QQDXC"},
  };
  std::set<std::string> known;
  for (const Row& row : rows) known.insert(std::string(name_of(row.event)));
  for (const Row& row : table()) {
    if (!known.contains(std::string(name_of(row.event)))) rows.push_back({row.label, row.event, "-----"});
  }
  return rows;
}

}  // namespace

TEST_CASE("a local job goes from queued to running to done, and paid events do not belong to it") {
  for (const Row& row : local_table()) {
    for (std::size_t i = 0; i < local_positions.size(); ++i) {
      const char from = local_positions[i];
      const char expected = row.leads_to[i];
      INFO(row.label << " at " << from << ", expected " << expected);
      const JobStep step = next(local_at(from), facts(), row.event);
      CHECK(step.bug.empty() == (expected != '-'));
      CHECK(step.refusal.empty() == (expected != '/'));
      CHECK(letter_of(step.life) == (expected == '-' || expected == '/' ? from : expected));
      CHECK(step.money.empty());
      CHECK_FALSE(step.life.attempt);
      CHECK((step.saving == Saving::First) == (letter_of(step.life) != from));
      const bool is_ready = expected == 'Q' && (from != 'Q' || std::holds_alternative<happened::Recovered>(row.event));
      const bool will_be_queued = std::any_of(step.acts.begin(), step.acts.end(), [](const JobAct& act) { return act.kind == ActKind::QueueAgain; });
      CHECK(will_be_queued == is_ready);
    }
  }
}

TEST_CASE("each transition that is saved first names one of the points at which tests kill the program, and each point is of one") {
  std::set<std::string_view> saved;
  const auto take = [&](const JobStep& step) {
    if (step.saving == Saving::First) saved.insert(step.name);
  };
  for (const Row& row : table()) {
    for (const char from : positions) take(next(life_at(from), facts(), row.event));
  }
  for (const Row& row : local_table()) {
    for (const char from : local_positions) take(next(local_at(from), facts(), row.event));
  }
  // What was asked for anew has expired, too.
  JobLife renewed = life_at('F');
  renewed.tries.addresses_renewed = true;
  take(next(renewed, facts(), happened::OutputExpired{}));
  // What was charged is said of one that ended without a word on it.
  JobLife ended = life_at('X');
  ended.job.in_doubt = Money{40'000};
  take(next(ended, facts(), happened::ChargeSaid{}));
  // Of the engine's own: between two transitions, or of many jobs at once.
  for (const std::string_view own : {"T0 job", "send", "answer", "spool", "vault"}) CHECK(saved.insert(own).second);
  std::set<std::string_view> listed;
  for (const CrashPlace& place : crash_places) CHECK(listed.insert(place.name).second);
  CHECK(listed == saved);
}

TEST_CASE("what a poster's failure says about its picture") {
  const auto verdict_of = [](const Error& error, bool crashed, int tries) {
    JobLife life = local_at('R');
    life.job.local_tries = tries;
    const JobStep step = next(std::move(life), facts(), happened::LocalFailed{error, crashed});
    return std::pair{step.life.job.state, step.verdict ? step.verdict->state : AssetState::Done};
  };
  using Told = std::pair<JobState, AssetState>;
  const Error damaged{ErrorKind::Damaged, "No picture", "", 0};
  CHECK(verdict_of(damaged, false, 0) == Told{JobState::Failed, AssetState::Quarantined});
  CHECK(verdict_of(damaged, true, 0) == Told{JobState::Queued, AssetState::Done});
  CHECK(verdict_of(damaged, true, 1) == Told{JobState::Failed, AssetState::Quarantined});
  CHECK(verdict_of({ErrorKind::Timeout, "It hangs", "", 0}, false, 1) == Told{JobState::Failed, AssetState::Quarantined});
  CHECK(verdict_of({ErrorKind::NotFound, "It is gone", "", 0}, false, 0) == Told{JobState::Failed, AssetState::Missing});
  CHECK(verdict_of({ErrorKind::Disk, "The disk is full", "", 0}, false, 0) == Told{JobState::Failed, AssetState::Done});
}
