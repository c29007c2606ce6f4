#include "engine/needs.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace studio {
namespace {

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

bool changes_recipe(Way way) { return way == Way::OtherModel || way == Way::Edit; }

std::vector<Way> ways_of(JobCause cause, bool asks_for_charge) {
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

NeedBoard::Stage NeedBoard::stage_of(JobState state) {
  switch (state) {
    case JobState::Waiting: case JobState::Queued: case JobState::Blocked: return Stage::Waiting;
    case JobState::Preparing: return Stage::Preparing;
    case JobState::Sending: case JobState::Unknown: case JobState::Running: case JobState::Fetching: return Stage::Sent;
    default: return Stage::Over;
  }
}

void NeedBoard::count(Group& group, const Sums& sums, int sign) {
  const auto add = [sign](Money& to, Money amount) { to.micros += sign * amount.micros; };
  add(group.estimate, sums.estimate);
  add(group.charged, sums.charged);
  add(group.in_doubt, sums.in_doubt);
  if (sums.stage == Stage::Sent) add(group.sent, sums.estimate);
  group.waiting += sums.stage == Stage::Waiting ? sign : 0;
  group.preparing += sums.stage == Stage::Preparing ? sign : 0;
  group.over += sums.stage == Stage::Over ? sign : 0;
}

void NeedBoard::forget(JobId job) {
  const auto place = places_.find(job);
  if (place == places_.end()) return;
  const auto group = groups_.find(place->second);
  places_.erase(place);
  const auto sums = group->second.jobs.find(job);
  count(group->second, sums->second, -1);
  group->second.jobs.erase(sums);
  if (group->second.jobs.empty()) groups_.erase(group);
  ++revision_;
}

void NeedBoard::note(const Job& job) {
  const auto key = need_key(job);
  const auto place = places_.find(job.id);
  if (!key) return forget(job.id);
  const Sums now{job.estimate, job.charged, job.in_doubt, stage_of(job.state)};
  // Most changes of a job on a card say nothing new.
  if (place != places_.end() && place->second == *key) {
    const Group& known = groups_.find(*key)->second;
    if (known.jobs.at(job.id) == now && (known.is_only_that || known.sentence == job.reason)) return;
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
  g.jobs[job.id] = now;
  count(g, now, 1);
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
    need.unsent = group.is_only_that ? 0 : group.unsent();
    const Money unpaid = group.estimate - group.sent;
    need.sum = unpaid.micros > 0 ? unpaid : group.estimate;
    need.charged = group.charged;
    // What is under way is set aside until it is settled. Of what ended in doubt only that is asked.
    need.in_doubt = group.asks_for_charge ? group.in_doubt : group.sent;
    need.billed = need.in_doubt.micros > 0 || group.asks_for_charge || group.cause == JobCause::Unknown ? Billed::Maybe : group.charged.micros > 0 ? Billed::Yes : Billed::No;
    need.again = again_of(group.cause);
    if (group.is_only_that) {
      need.advice = look_at_bill;
      need.ways = {Way::Charged, Way::NotCharged};
    } else {
      need.advice = advice_of(group.cause, group.unsent() > 0);
      if (group.asks_for_charge) need.advice += " " + std::string(look_at_bill);
      need.ways = ways_of(group.cause, group.asks_for_charge);
      if (group.over == need.jobs && group.cause != JobCause::Unknown) need.ways.push_back(Way::Dismiss);
      if (group.unsent() > 0) need.ways.push_back(Way::Cancel);
      // What is being sent, or was, stays what it is.
      if (group.over < need.jobs && group.waiting == 0) std::erase_if(need.ways, changes_recipe);
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

std::vector<JobId> NeedBoard::jobs_of(const std::string& key, Way way) const {
  const auto group = groups_.find(key);
  if (group == groups_.end() || group->second.unsent() == 0 || !(way == Way::Cancel || changes_recipe(way))) return jobs_of(key);
  std::vector<JobId> jobs;
  for (const auto& [job, sums] : group->second.jobs)
    if (sums.stage == Stage::Waiting || (sums.stage == Stage::Preparing && way == Way::Cancel)) jobs.push_back(job);
  return jobs;
}

}  // namespace studio
