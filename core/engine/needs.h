// What needs a person, as one card per cause: a refused key with forty jobs behind it is one card with a count, not forty.
//
// Plain values and bookkeeping, no I/O; a NeedBoard belongs to one thread. A job that changes costs the same with ten
// thousand others on the board as with ten, and cards are written anew only when they are looked at after a change.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/job.h"

namespace studio {

// Whether what failed was paid for.
enum class Billed : std::uint8_t { No, Yes, Maybe };
std::string_view to_string(Billed billed);

// Whether the same again can help.
enum class AgainHelps : std::uint8_t {
  Yes,
  AfterHelp,  // when what `advice` says is done
  No,         // the same again fails again: something in the recipe has to change
};
std::string_view to_string(AgainHelps helps);

// Ways on that a card offers, the likeliest first.
enum class Way : std::uint8_t {
  Retry,         // RetryCommand
  Cancel,        // CancelCommand
  Dismiss,       // DismissCommand
  Resubmit,      // RetryCommand{…, RetryHow::Resubmit}, one job at a time
  WriteOff,      // the same with WriteOff
  Link,          // the same with Link
  Charged,       // RetryCommand{…, RetryHow::Charged}: it was
  NotCharged,    // the same with no sum: it was not
  OtherModel,    // AgainCommand for what is over, EditJobCommand for what waits
  Edit,          // EditJobCommand for what waits; the recipe into the prompt for what is over
  RaiseCap,      // BudgetsCommand
  CheckKey,      // the settings
  Import,        // ImportCommand
};
std::string_view to_string(Way way);  // "retry", …
std::string_view way_label(Way way);  // for a button: "Try again"

struct Need {
  std::string key;             // the same for as long as the cause is
  JobCause cause = JobCause::None;
  std::string provider;        // id
  std::string sentence;        // of the newest of its jobs
  std::string refused_input;   // "prompt", "image": where the service named one
  int jobs = 0;                // how many; which: NeedBoard::jobs_of()
  int unsent = 0;              // of them: what was not sent, which alone *Cancel* is about
  Currency currency = Currency::Usd;
  Money sum;                   // what is still to be paid for them, or may have been charged
  Money charged;               // what they have charged so far
  Money in_doubt;              // of what is reserved for them: what was sent, and may have been charged
  Billed billed = Billed::No;
  AgainHelps again = AgainHelps::Yes;
  std::string advice;          // one sentence
  std::vector<Way> ways;
};

// Of a card: "The account is stopped".
std::string_view headline(JobCause cause);

class NeedBoard {
 public:
  // Tells how a job is now; called after every change of it. Local jobs and those that need nobody are not on the board.
  void note(const Job& job);
  // The cards, the one with most jobs first; costs nothing while no card changes, else as much as there are cards. Valid
  // until the next note().
  const std::vector<Need>& cards() const;
  std::vector<JobId> jobs_of(const std::string& key) const;  // of that card, by id; empty: there is no such card (any more)
  std::vector<JobId> jobs_of(const std::string& key, Way way) const;  // that this way on is about: what was sent is not cancelled with what waits
  std::uint64_t revision() const { return revision_; }  // grows when any card changes
  int job_count() const { return static_cast<int>(places_.size()); }

 private:
  enum class Stage : std::uint8_t { Waiting, Preparing, Sent, Over };  // what waits can be changed still, until it is sent it costs nothing
  struct Sums {
    Money estimate, charged, in_doubt;
    Stage stage = Stage::Over;
    bool operator==(const Sums&) const = default;
  };
  struct Group {
    JobCause cause = JobCause::None;
    std::string provider, sentence, refused_input;
    Currency currency = Currency::Usd;
    std::map<JobId, Sums> jobs;
    Money estimate, charged, in_doubt;
    Money sent;             // of the estimates: what was sent and is not over
    int waiting = 0, preparing = 0, over = 0;
    int unsent() const { return waiting + preparing; }
    bool asks_for_charge = false;   // nobody has said whether they were charged
    bool is_only_that = false;      // they need nothing else
  };
  void forget(JobId job);
  static Stage stage_of(JobState state);
  static void count(Group& group, const Sums& sums, int sign);

  std::map<std::string, Group> groups_;
  std::unordered_map<JobId, std::string> places_;  // the key of its card
  std::uint64_t revision_ = 1;
  mutable std::uint64_t drawn_ = 0;
  mutable std::vector<Need> cards_;
};

// Whether a job needs a person, and which others need the same: jobs with equal keys do. Nothing: it needs nobody.
std::optional<std::string> need_key(const Job& job);

}  // namespace studio
