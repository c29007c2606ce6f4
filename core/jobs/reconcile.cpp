#include "jobs/reconcile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <tuple>

namespace studio {
namespace {

constexpr std::int64_t clocks_differ_ms = 120'000;
constexpr int looks_for_absence = 3;
constexpr std::int64_t absence_spread_ms = 120'000;

// Attempts that no list could tell apart: which of them gets which remote job makes no difference.
bool is_same_work(const UnknownAttempt& a, const UnknownAttempt& b) {
  const auto work = [](const UnknownAttempt& of) { return std::tie(of.model, of.prompt, of.seed, of.width, of.height, of.seconds); };
  return work(a) == work(b);
}

// Who may be whom: rows are attempts, columns are the listed jobs that are nobody's.
class Likenesses {
 public:
  Likenesses(std::span<const UnknownAttempt> attempts, const std::vector<const ListedJob*>& jobs, const Listing& listing)
      : attempts_(attempts), jobs_(jobs) {
    for (const UnknownAttempt& attempt : attempts) {
      auto& row = rows_.emplace_back();
      for (const ListedJob* job : jobs) row.push_back(listing.like ? listing.like(attempt, *job) : likeness_of(attempt, *job, listing.clock_ahead_ms));
      // One that is found by its key wants no other job.
      if (std::find(row.begin(), row.end(), Likeness::Own) == row.end()) continue;
      std::replace_if(row.begin(), row.end(), [](Likeness likeness) { return likeness != Likeness::Own; }, Likeness::No);
    }
  }

  bool has_any(std::size_t attempt) const { return count(attempt, Likeness::No) < jobs_.size(); }

  // A job that it may be may also be of a request whose answer has not come yet.
  bool is_wanted_on_wire(std::size_t attempt) const {
    for (std::size_t other = 0; other < attempts_.size(); ++other) {
      if (other != attempt && attempts_[other].is_on_wire && shares_job(other, attempt)) return true;
    }
    return false;
  }

  // The job that it is for sure, if there is one.
  const ListedJob* sure_job(std::size_t attempt) const {
    const std::vector<std::size_t> own = jobs_of(attempt, Likeness::Own);
    if (!own.empty()) return own.size() == 1 ? jobs_[own.front()] : nullptr;
    if (count(attempt, Likeness::Perhaps) > 0) return nullptr;
    // Everybody who may be one of these jobs must be the same work and like the same jobs, and there must be a job for each.
    const std::vector<std::size_t> group = jobs_of(attempt, Likeness::Yes);
    std::vector<std::size_t> claimants;
    for (std::size_t other = 0; other < attempts_.size(); ++other) {
      if (!shares_job(other, attempt)) continue;
      if (rows_[other] != rows_[attempt] || !is_same_work(attempts_[other], attempts_[attempt])) return nullptr;
      claimants.push_back(other);
    }
    if (group.empty() || claimants.size() != group.size()) return nullptr;
    return jobs_[group[place_of(attempt, claimants)]];
  }

 private:
  std::size_t count(std::size_t attempt, Likeness likeness) const {
    return static_cast<std::size_t>(std::count(rows_[attempt].begin(), rows_[attempt].end(), likeness));
  }

  // There is a job that may be either.
  bool shares_job(std::size_t a, std::size_t b) const {
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
      if (rows_[a][job] != Likeness::No && rows_[b][job] != Likeness::No) return true;
    }
    return false;
  }

  // Oldest first.
  std::vector<std::size_t> jobs_of(std::size_t attempt, Likeness likeness) const {
    std::vector<std::size_t> found;
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
      if (rows_[attempt][job] == likeness) found.push_back(job);
    }
    std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) { return jobs_[a]->created_ms < jobs_[b]->created_ms; });
    return found;
  }

  // Which of the claimants it is, by the time of their intents.
  std::size_t place_of(std::size_t attempt, std::vector<std::size_t> claimants) const {
    std::stable_sort(claimants.begin(), claimants.end(),
                     [&](std::size_t a, std::size_t b) { return attempts_[a].intent_wall_ms < attempts_[b].intent_wall_ms; });
    return static_cast<std::size_t>(std::find(claimants.begin(), claimants.end(), attempt) - claimants.begin());
  }

  std::span<const UnknownAttempt> attempts_;
  const std::vector<const ListedJob*>& jobs_;
  std::vector<std::vector<Likeness>> rows_;
};

void note_absence(ReconcileLooks& looks, std::int64_t now_mono_ms) {
  if (looks.absent++ == 0) looks.first_absent_mono_ms = now_mono_ms;
  looks.last_absent_mono_ms = now_mono_ms;
}

bool is_long_absent(const ReconcileLooks& looks) {
  return looks.absent >= looks_for_absence && looks.last_absent_mono_ms - looks.first_absent_mono_ms >= absence_spread_ms;
}

Reconciled judged(const Likenesses& likenesses, std::size_t attempt, ReconcileLooks& looks, bool list_is_complete, std::int64_t now_mono_ms) {
  constexpr int looks_before_person = 3;  // a list may be a little behind
  ++looks.looks;
  const double again_secs = reconcile_wait_secs(looks.looks);
  const bool may_be_others = likenesses.is_wanted_on_wire(attempt);
  if (const ListedJob* job = may_be_others ? nullptr : likenesses.sure_job(attempt)) return LinkedTo{job->remote_id};
  if (likenesses.has_any(attempt)) {
    looks.absent = 0;
    if (may_be_others || looks.looks < looks_before_person) return AskAgain{again_secs};
    return NeedsPerson{"The service lists more than one job that it may be, or too little about one: link the right id by hand.", again_secs};
  }
  note_absence(looks, now_mono_ms);
  if (!is_long_absent(looks)) return AskAgain{again_secs};
  if (list_is_complete) return SurelyAbsent{};
  return NeedsPerson{"The service does not list it, which does not mean that it never arrived.", again_secs};
}

}  // namespace

Likeness likeness_of(const UnknownAttempt& ours, const ListedJob& theirs, std::int64_t clock_ahead_ms) {
  if (!theirs.own_id.empty()) return theirs.own_id == ours.key ? Likeness::Own : Likeness::No;
  const bool has_time = theirs.created_ms > 0;
  if (has_time && theirs.created_ms < list_since_ms(ours, clock_ahead_ms)) return Likeness::No;
  if (!theirs.model.empty() && theirs.model != ours.model) return Likeness::No;
  if (!theirs.prompt.empty() && theirs.prompt != ours.prompt) return Likeness::No;
  if (theirs.seed && *theirs.seed != ours.seed) return Likeness::No;
  const bool sizes_are_said = theirs.width > 0 && theirs.height > 0 && ours.width > 0 && ours.height > 0;
  if (sizes_are_said && (theirs.width != ours.width || theirs.height != ours.height)) return Likeness::No;
  constexpr double a_frame = 0.1;  // services round lengths
  if (theirs.seconds > 0 && ours.seconds > 0 && std::abs(theirs.seconds - ours.seconds) > a_frame) return Likeness::No;
  const bool is_recognised = !theirs.prompt.empty() || theirs.seed;
  return has_time && is_recognised ? Likeness::Yes : Likeness::Perhaps;
}

UnknownAttempt unknown_attempt(const Job& job, const Attempt& attempt) {
  const Recipe& recipe = job.recipe;
  return {attempt.id, false, attempt.key, attempt.model, recipe.prompt, recipe.seed, recipe.width, recipe.height, recipe.seconds, attempt.intent_wall_ms, attempt.told_id};
}

double reconcile_wait_secs(int looks) {
  constexpr double first_secs = 30, most_secs = 600;
  return std::min(most_secs, first_secs * std::exp2(std::clamp(looks - 1, 0, 10)));
}

std::int64_t list_since_ms(const UnknownAttempt& attempt, std::int64_t clock_ahead_ms) {
  return attempt.intent_wall_ms + clock_ahead_ms - clocks_differ_ms;
}

std::vector<Reconciled> reconcile(std::span<const UnknownAttempt> attempts, std::span<ReconcileLooks> looks, const Listing& listing,
                                  std::int64_t now_mono_ms) {
  std::vector<Reconciled> answers;
  if (!listing.is_offered) {
    answers.assign(attempts.size(), NeedsPerson{"The service cannot be asked what became of it.", 0});
    return answers;
  }
  std::vector<const ListedJob*> nobodys;
  std::set<std::string_view> seen;  // pages of a list may overlap
  for (const ListedJob& job : listing.jobs) {
    const bool is_owned = listing.is_owned && listing.is_owned(job.remote_id);
    if (!job.remote_id.empty() && !is_owned && seen.insert(job.remote_id).second) nobodys.push_back(&job);
  }
  const Likenesses likenesses(attempts, nobodys, listing);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    answers.push_back(attempts[i].is_on_wire ? Reconciled(AskAgain{reconcile_wait_secs(1)})
                                             : judged(likenesses, i, looks[i], listing.is_complete, now_mono_ms));
  }
  return answers;
}

}  // namespace studio
