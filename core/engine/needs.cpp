#include "engine/needs.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace studio {
namespace {

bool waits(JobState state) { return state == JobState::Waiting || state == JobState::Queued || state == JobState::Blocked; }
bool is_under_way(JobState state) {
  return state == JobState::Preparing || state == JobState::Sending || state == JobState::Running || state == JobState::Fetching;
}

JobCause cause_of(const Job& job) {
  if (job.cause != JobCause::None) return job.cause;
  // Rows from before there were causes.
  if (job.state == JobState::Failed) return JobCause::ServiceFailed;
  return job.cause;
}

bool needs_somebody(const Job& job) {
  if (is_local(job.kind)) return false;
  switch (job.state) {
    case JobState::Blocked: return true;
    case JobState::Unknown: return job.cause == JobCause::Unknown || job.cause == JobCause::Key;  // its replay waits for the account
    case JobState::Waiting: return job.cause == JobCause::Parent;
    case JobState::Failed: case JobState::Refused: case JobState::Expired: case JobState::Quarantined: return !job.hold;
    // Its account was stopped meanwhile, or its service is away for long.
    case JobState::Queued: case JobState::Preparing: case JobState::Sending: case JobState::Running: case JobState::Fetching:
      return job.cause == JobCause::Key || job.cause == JobCause::Service;
    default: return false;
  }
}

// An unknown outcome has ways of its own, and comes first.
bool asks_for_charge(const Job& job) { return job.in_doubt.micros > 0 && job.state != JobState::Unknown; }

// What a sentence says of one job alone (a sum, an id) tells no causes apart.
std::string common_words(std::string_view reason) {
  for (const std::string_view charge : {" It charged ", " It may have charged "}) {
    if (const std::size_t at = reason.find(charge); at != std::string_view::npos) reason = reason.substr(0, at);
  }
  std::string words;
  std::string word;
  const auto end_word = [&] {
    const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    const bool has_digit = std::any_of(word.begin(), word.end(), is_digit);
    const bool is_long_code = word.size() >= 8 && has_digit;
    words += is_long_code || (has_digit && std::all_of(word.begin(), word.end(), is_digit)) ? "#" : word;
    word.clear();
  };
  for (const char c : reason) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_') {
      word += c;
      continue;
    }
    end_word();
    words += c;
  }
  end_word();
  return words;
}

// Which of Run, Day and Project a blocked job met is in its sentence alone; its sums differ from job to job.
std::string cap_words(const std::string& reason) { return reason.substr(0, reason.find(" of ")); }

AgainHelps again_of(JobCause cause) {
  switch (cause) {
    case JobCause::Key: case JobCause::Cap: case JobCause::Spending: case JobCause::Price: case JobCause::Parent: case JobCause::Input:
      return AgainHelps::AfterHelp;
    case JobCause::Moderation: case JobCause::Rejected: case JobCause::Result: return AgainHelps::No;
    default: return AgainHelps::Yes;
  }
}

std::string advice_of(JobCause cause, bool may_wait) {
  switch (cause) {
    case JobCause::Key: return "Check the key in the settings and the credit at the service, then try again.";
    case JobCause::Cap: return "Raise the cap, or cancel what is not needed.";
    case JobCause::Spending: return "Look at what is being spent, then say go on.";
    case JobCause::Price: return "Allow the model at a price of your own, or choose another one.";
    case JobCause::Service: return "It is tried again by itself; nothing is lost meanwhile.";
    case JobCause::Parent: return "Try again what it waits for, or cancel it.";
    case JobCause::Unknown: return "Look for it at the service and link its id. To send it again may pay twice.";
    case JobCause::Moderation: return "The same again is refused again: change the prompt or the picture, or choose another model.";
    case JobCause::Rejected: return "The same again will not help: change what it names, or choose another model.";
    case JobCause::Input: return "Import the file again, then try again.";
    case JobCause::ServiceFailed: return "Try again; if it fails again, another model may do it.";
    case JobCause::Expired: return "It is made, and paid, anew when you try again.";
    case JobCause::Result: return "Its file is kept. Another seed makes another one.";
    case JobCause::WrittenOff: return "You gave it up.";
    case JobCause::None: break;
  }
  return may_wait ? "Try again, or cancel it." : "Try again.";
}

constexpr std::string_view look_at_bill = "Look at the service's bill, and say whether it was charged.";

std::vector<Way> ways_of(JobCause cause, bool may_be_cancelled, bool asks_for_charge) {
  std::vector<Way> ways;
  switch (cause) {
    case JobCause::Key: ways = {Way::CheckKey, Way::Retry}; break;
    case JobCause::Cap: ways = {Way::RaiseCap, Way::OtherModel}; break;
    case JobCause::Spending: ways = {Way::RaiseCap, Way::Retry}; break;
    case JobCause::Price: ways = {Way::OtherModel, Way::RaiseCap}; break;
    case JobCause::Service: ways = {Way::Retry, Way::OtherModel}; break;
    case JobCause::Parent: ways = {}; break;
    case JobCause::Unknown: return {Way::Link, Way::Resubmit, Way::WriteOff};
    case JobCause::Moderation: case JobCause::Rejected: ways = {Way::Edit, Way::OtherModel}; break;
    case JobCause::Input: ways = {Way::Import, Way::Retry}; break;
    case JobCause::Result: ways = {Way::Edit, Way::OtherModel}; break;
    default: ways = {Way::Retry, Way::OtherModel}; break;
  }
  if (asks_for_charge) ways.insert(ways.end(), {Way::Charged, Way::NotCharged});
  ways.push_back(may_be_cancelled ? Way::Cancel : Way::Dismiss);
  return ways;
}

constexpr std::array<std::string_view, 13> way_names = {"retry", "cancel", "dismiss", "resubmit", "write_off", "link",
                                                        "charged", "not_charged", "other_model", "edit", "raise_cap", "check_key", "import"};
constexpr std::array<std::string_view, 13> way_labels = {"Try again", "Cancel", "Let it be", "Send again…", "Write off…", "Link an id…",
                                                         "It was charged", "It was not charged",
                                                         "Other model…", "Change…", "Raise the cap…", "Check the key…", "Import…"};

}  // namespace

std::string_view to_string(Billed billed) {
  switch (billed) {
    case Billed::No: return "no";
    case Billed::Yes: return "yes";
    case Billed::Maybe: return "maybe";
  }
  return "no";
}

std::string_view to_string(AgainHelps helps) {
  switch (helps) {
    case AgainHelps::Yes: return "yes";
    case AgainHelps::AfterHelp: return "after_help";
    case AgainHelps::No: return "no";
  }
  return "yes";
}

std::string_view to_string(Way way) { return way_names[static_cast<std::size_t>(way)]; }
std::string_view way_label(Way way) { return way_labels[static_cast<std::size_t>(way)]; }

std::string_view headline(JobCause cause) {
  switch (cause) {
    case JobCause::Key: return "The account is stopped";
    case JobCause::Cap: return "The budget is used up";
    case JobCause::Spending: return "Money goes too fast";
    case JobCause::Price: return "The price is not known";
    case JobCause::Service: return "The service cannot be reached";
    case JobCause::Parent: return "Waiting for a job that failed";
    case JobCause::Unknown: return "May have been charged";
    case JobCause::Moderation: return "Refused by the service's rules";
    case JobCause::Rejected: return "Not taken as it is";
    case JobCause::Input: return "A file is missing";
    case JobCause::ServiceFailed: return "Failed at the service";
    case JobCause::Expired: return "The result is gone";
    case JobCause::Result: return "The result cannot be opened";
    case JobCause::WrittenOff: return "Written off";
    case JobCause::None: break;
  }
  return "Needs you";
}

std::optional<std::string> need_key(const Job& job) {
  const std::string currency = std::string(to_string(job.currency)) + "|";
  if (!needs_somebody(job)) {
    // Also of one that was retried since, or let be: its money is still set aside.
    if (!asks_for_charge(job)) return std::nullopt;
    return "charge|" + currency + job.recipe.provider;
  }
  const JobCause cause = cause_of(job);
  std::string key = std::string(to_string(cause)) + "|" + currency + (asks_for_charge(job) ? "in doubt|" : "");
  switch (cause) {
    // One account, one card, whatever each answer said.
    case JobCause::Key: case JobCause::Service: case JobCause::Unknown: case JobCause::Expired: return key + job.recipe.provider;
    case JobCause::Cap: return key + cap_words(job.reason);
    case JobCause::Spending: return key;
    // Blocked, failed and waiting ones with the same sentence differ in what can be done about them.
    default: break;
  }
  return key + job.recipe.provider + "|" + (is_terminal(job.state) ? "over|" : "open|") + job.refused_input + "|" + common_words(job.reason);
}

void NeedBoard::forget(JobId job) {
  const auto place = places_.find(job);
  if (place == places_.end()) return;
  const auto group = groups_.find(place->second);
  places_.erase(place);
  const auto sums = group->second.jobs.find(job);
  group->second.total.estimate = group->second.total.estimate - sums->second.estimate;
  group->second.total.charged = group->second.total.charged - sums->second.charged;
  group->second.total.in_doubt = group->second.total.in_doubt - sums->second.in_doubt;
  group->second.jobs.erase(sums);
  if (group->second.jobs.empty()) groups_.erase(group);
  ++revision_;
}

void NeedBoard::note(const Job& job) {
  const auto key = need_key(job);
  const auto place = places_.find(job.id);
  if (!key) return forget(job.id);
  // Most changes of a job on a card say nothing new.
  if (place != places_.end() && place->second == *key) {
    const Group& known = groups_.find(*key)->second;
    const Sums& sums = known.jobs.at(job.id);
    const bool is_as_dear = sums.estimate == job.estimate && sums.charged == job.charged && sums.in_doubt == job.in_doubt;
    if (is_as_dear && (known.is_only_that || known.sentence == job.reason)) return;
  }
  forget(job.id);
  const auto group = groups_.try_emplace(*key).first;
  Group& g = group->second;
  g.is_only_that = !needs_somebody(job);
  g.asks_for_charge = asks_for_charge(job);
  g.cause = g.is_only_that ? JobCause::Unknown : cause_of(job);
  g.provider = job.recipe.provider;
  g.sentence = g.is_only_that ? "The service did not say whether it charged for what it ended without a result." : job.reason;
  g.refused_input = job.refused_input;
  g.currency = job.currency;
  g.may_be_cancelled = waits(job.state) || is_under_way(job.state);
  g.jobs[job.id] = {job.estimate, job.charged, job.in_doubt};
  g.total.estimate += job.estimate;
  g.total.charged += job.charged;
  g.total.in_doubt += job.in_doubt;
  places_[job.id] = *key;
  ++revision_;
}

const std::vector<Need>& NeedBoard::cards() const {
  if (drawn_ == revision_) return cards_;
  drawn_ = revision_;
  cards_.clear();
  for (const auto& [key, group] : groups_) {
    Need need;
    need.key = key;
    need.cause = group.cause;
    need.provider = group.provider;
    need.sentence = group.sentence;
    need.refused_input = group.refused_input;
    need.jobs = static_cast<int>(group.jobs.size());
    need.currency = group.currency;
    need.sum = group.total.estimate;
    need.charged = group.total.charged;
    const bool is_unknown = group.cause == JobCause::Unknown && !group.asks_for_charge;
    need.in_doubt = is_unknown ? group.total.estimate : group.asks_for_charge ? group.total.in_doubt : Money{};
    need.billed = is_unknown || group.asks_for_charge ? Billed::Maybe : group.total.charged.micros > 0 ? Billed::Yes : Billed::No;
    need.again = again_of(group.cause);
    if (group.is_only_that) {
      need.advice = look_at_bill;
      need.ways = {Way::Charged, Way::NotCharged};
    } else {
      need.advice = advice_of(group.cause, group.may_be_cancelled);
      if (group.asks_for_charge) need.advice += " " + std::string(look_at_bill);
      need.ways = ways_of(group.cause, group.may_be_cancelled, group.asks_for_charge);
    }
    cards_.push_back(std::move(need));
  }
  std::stable_sort(cards_.begin(), cards_.end(), [](const Need& a, const Need& b) { return a.jobs > b.jobs; });
  return cards_;
}

std::vector<JobId> NeedBoard::jobs_of(const std::string& key) const {
  std::vector<JobId> jobs;
  const auto group = groups_.find(key);
  if (group == groups_.end()) return jobs;
  jobs.reserve(group->second.jobs.size());
  for (const auto& [job, sums] : group->second.jobs) jobs.push_back(job);
  return jobs;
}

}  // namespace studio
