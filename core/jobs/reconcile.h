// What became of attempts whose outcome is not known: matched against the jobs that the service itself lists.
//
// A match is believed only where it cannot be another: the list's job is younger than the intent less two minutes, belongs to no
// attempt of ours, agrees in everything that is said of it, and the matches pair one to one. That a job is *not* listed counts
// only after three looks spread over two minutes, and only where the service's list is declared complete. Everything else
// is for a person. Nothing here ever sends again: an attempt that surely never arrived goes back into the queue.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "model/job.h"

namespace studio {

// One of ours: sent, and without an id.
struct UnknownAttempt {
  AttemptId attempt;
  bool is_on_wire = false;  // its answer may still come: it is not judged, but a listed job may be its
  std::string key;  // what a service may echo
  std::string model;
  std::string prompt;
  std::int64_t seed = 0;
  int width = 0, height = 0;  // 0: the model's own
  double seconds = 0;
  std::int64_t intent_wall_ms = 0;
  std::string told_id = {};  // that its unclear answer named
};
UnknownAttempt unknown_attempt(const Job& job, const Attempt& attempt);

// One of theirs. What the list does not say is empty.
struct ListedJob {
  std::string remote_id;
  std::string own_id;  // our key, where echoed
  std::string model, prompt;
  std::optional<std::int64_t> seed;
  int width = 0, height = 0;
  double seconds = 0;
  std::int64_t created_ms = 0;
};

// Whether a listed job is what an attempt sent. Perhaps: nothing speaks against it, but too little is said to know. Own: it carries
// the attempt's key, or the answer to the attempt's own request named it and the service knows a job of that id.
enum class Likeness : std::uint8_t { No, Perhaps, Yes, Own };
// By what both say: key, time, model, prompt, seed, size, length. A service that says it in its own ways may judge by itself.
Likeness likeness_of(const UnknownAttempt& ours, const ListedJob& theirs, std::int64_t clock_ahead_ms = 0);

// What a service answered, and what its profile declares; the default is nothing.
struct Listing {
  bool is_offered = false;   // it can be asked at all: by a list, or for our own key
  bool is_complete = false;  // what it does not list does not exist
  std::span<const ListedJob> jobs = {};  // of all pages
  // How far the service's clock is ahead of ours, by the Date of its answers: on a machine whose clock is minutes off, a job that
  // exists would otherwise seem older than its intent.
  std::int64_t clock_ahead_ms = 0;
  // Whether a remote id belongs to any attempt of this project.
  std::function<bool(std::string_view remote_id)> is_owned;
  std::function<Likeness(const UnknownAttempt&, const ListedJob&)> like = {};  // empty: likeness_of()
};

// How often the service has been asked about one attempt; kept between looks, in memory.
struct ReconcileLooks {
  int looks = 0;
  int absent = 0;  // looks in a row that listed nothing it could be
  std::int64_t first_absent_mono_ms = 0, last_absent_mono_ms = 0;
};

// --- results
struct LinkedTo { std::string remote_id; };
struct SurelyAbsent {};
struct AskAgain { double in_secs = 0; };
// `ask_again_secs`: the service is asked on meanwhile; 0: it would tell nothing more.
struct NeedsPerson { std::string reason; double ask_again_secs = 0; };
using Reconciled = std::variant<LinkedTo, SurelyAbsent, AskAgain, NeedsPerson>;

// The wait after `looks` looks: 30 s, 60 s, 120 s … 10 min.
double reconcile_wait_secs(int looks);
// How far back a list has to reach for this attempt, by the service's clock: two minutes before the intent.
std::int64_t list_since_ms(const UnknownAttempt& attempt, std::int64_t clock_ahead_ms = 0);

// Judges one listing, which must reach back to the earliest list_since_ms(). One answer an attempt, in their order; `looks` has
// one entry an attempt and is brought up to date. All attempts of the account that were sent and have no id must be given
// together, those on the wire too: alone, each of them might match what is another's.
std::vector<Reconciled> reconcile(std::span<const UnknownAttempt> attempts, std::span<ReconcileLooks> looks, const Listing& listing,
                                  std::int64_t now_mono_ms);

}  // namespace studio
