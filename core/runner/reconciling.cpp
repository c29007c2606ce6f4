// Attempts whose outcome is not known are cleared up by asking their service: for the id that an unclear answer named, for our own
// key where it echoes one, else by its list. What is found goes on as if it had been accepted; what surely never arrived goes back into the queue; all else is for a
// person. jobs/reconcile.h judges, this asks. Replays come before and are the state machine's own affair.
#include <algorithm>
#include <cstdlib>

#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

// A list that goes on for longer is not read to its end: then nothing is believed.
constexpr int most_pages = 50;
// How far the list is asked for beyond what the intents want: clocks differ, and only the answer says by how much.
constexpr std::int64_t clock_margin_ms = 3'600'000;
// After the send: the service needs a moment until it lists what it was given.
constexpr double first_look_secs = 2;
// So many until an absence from a complete list is believed, and where it never is until nothing more is to be expected.
constexpr int first_looks_complete = 4, first_looks = 3;

// The service's clock against ours, by the Date of an answer; 0 where it says none.
std::int64_t clock_ahead_of(const HttpResponse& response, std::int64_t now_wall_ms) {
  const std::int64_t date_ms = http_date_ms(response.header("date"));
  return date_ms <= 0 ? 0 : date_ms - now_wall_ms;
}

}  // namespace

// One look at what a service knows about all attempts of one account that were sent and have no id.
struct Runner::Engine::Look {
  struct Question {
    enum class About : std::uint8_t { List, Key, ToldId };
    OwnedCall call;
    About about = About::List;
    std::int64_t since_ms = 0;
    std::string page;
  };
  std::string logical;
  const Provider* provider = nullptr;
  std::set<AttemptId> asked_about;
  std::vector<Question> questions;
  std::vector<RemoteJob> listed;
  std::set<std::string, std::less<>> known_ids;  // that were told, and of which the service says how their job stands
  bool is_complete = false;
  std::int64_t clock_ahead_ms = 0;
  int pages = 0;
  Breaker::Pass pass;
};

void Runner::Engine::want_look(const std::string& logical, double in_secs) {
  Account& account = accounts[logical];
  const std::int64_t due = parts.clock.mono_ms() + static_cast<std::int64_t>(in_secs * 1000);
  if (account.look_due_mono_ms >= 0 && account.look_due_mono_ms <= due) return;
  account.look_due_mono_ms = due;
  after(in_secs, [this, logical, due] {
    Account& then = accounts[logical];
    if (then.look_due_mono_ms != due) return;
    then.look_due_mono_ms = -1;
    begin_look(logical);
  });
}

void Runner::Engine::want_first_look(const Live& live) { want_look(endpoint_of(live), first_look_secs); }

// The service has a list, or shows our key; else an id that it named is all there is to ask about.
bool Runner::Engine::can_be_asked(const Live& live) const {
  const Provider* provider = provider_of(live);
  if (provider == nullptr || !live.life.attempt) return false;
  return provider->profile().lists || provider->profile().echoes_own_id || !live.life.attempt->told_id.empty();
}

// The first looks are still to come: a person need not be asked yet.
bool Runner::Engine::may_be_found(const Live& live) {
  if (!can_be_asked(live)) return false;
  const Provider* provider = provider_of(live);
  Account& account = accounts[endpoint_of(live)];
  if (!account.stopped.empty() || gate_of(endpoint_of(live), ServicePath::Poll).breaker.is_lasting() || account.looks_failed >= first_looks || !needs_person(live.life)) return false;
  const auto looks = account.looks.find(live.life.attempt->id);
  return looks == account.looks.end() || looks->second.looks < (provider->profile().list_is_complete ? first_looks_complete : first_looks);
}

// Those of the account that were sent and have no id, oldest first. On the wire is also what the machine will replay.
std::vector<std::pair<UnknownAttempt, JobId>> Runner::Engine::unknown_of(const std::string& logical) {
  std::vector<std::pair<UnknownAttempt, JobId>> found;
  for (const auto& [id, live] : lives) {
    const auto& attempt = live.life.attempt;
    const JobState state = live.life.job.state;
    if (!attempt || attempt->endpoint != logical || !attempt->remote_id.empty()) continue;
    if (state != JobState::Unknown && state != JobState::Sending) continue;
    UnknownAttempt unknown = unknown_attempt(live.life.job, *attempt);
    // A clock that was set back since would make it younger than what the service has of it.
    if (!boot_id.empty() && attempt->boot_id == boot_id) {
      unknown.intent_wall_ms = std::min(unknown.intent_wall_ms, parts.clock.wall_ms() - (parts.clock.mono_ms() - attempt->intent_mono_ms));
    }
    unknown.is_on_wire = state == JobState::Sending || live.busy || live.committing || !needs_person(live.life);
    found.emplace_back(std::move(unknown), id);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first.attempt < b.first.attempt; });
  return found;
}

void Runner::Engine::begin_look(const std::string& logical) {
  Account& account = accounts[logical];
  // A person who makes the account work again brings the next look, too.
  if (stopping || !parts.drive || account.is_looking || !account.stopped.empty()) return;
  const auto unknown = unknown_of(logical);
  auto look = std::make_shared<Look>();
  look->logical = logical;
  for (const auto& [attempt, id] : unknown) {
    if (attempt.is_on_wire || !can_be_asked(lives.at(id))) continue;
    look->provider = provider_of(lives.at(id));
    look->asked_about.insert(attempt.attempt);
  }
  if (look->provider == nullptr) return;
  if (const double wait_secs = secs_until_look(logical, look->provider); wait_secs > 0) return want_look(logical, wait_secs);
  Gate& gate = gate_of(logical, ServicePath::Poll);
  const auto pass = gate.breaker.ask(now_secs());
  // A probe that is under way says nothing of when: never at once, or this would go round for ever.
  if (!pass) return want_look(logical, std::max(1.0, gate.breaker.secs_until_free(now_secs())));
  look->pass = *pass;
  account.is_looking = true;
  with_endpoint(logical, [this, look](const Result<Endpoint>& endpoint) {
    if (!endpoint) return look_failed(*look, endpoint.error());
    guarded_look(*look, [&] {
      plan_look(*look, *endpoint);
      look_further(look);
    });
  });
}

// What a provider throws ends this look, not all of them.
void Runner::Engine::guarded_look(const Look& look, const std::function<void()>& what) {
  try {
    what();
  } catch (const std::exception& thrown) {
    look_failed(look, error_thrown(thrown));
  }
}

// By the id that was told and by our own key, one question an attempt; else the list, one question a model.
void Runner::Engine::plan_look(Look& look, const Endpoint& endpoint) {
  const ProviderProfile& profile = look.provider->profile();
  std::map<std::string, std::size_t> by_model;
  std::vector<Look::Question> told;
  look.is_complete = true;
  for (const auto& [attempt, id] : unknown_of(look.logical)) {
    if (!look.asked_about.contains(attempt.attempt)) continue;
    OwnedCall call = call_of(lives.at(id), endpoint);
    if (!attempt.told_id.empty()) {
      told.push_back({call, Look::Question::About::ToldId, 0, {}});
      told.back().call.attempt.remote_id = attempt.told_id;
      told.back().call.attempt.remote_state.clear();
    }
    if (profile.echoes_own_id && look.provider->plan_look_up(call.call())) {
      look.questions.push_back({std::move(call), Look::Question::About::Key, 0, {}});
      continue;
    }
    look.is_complete = look.is_complete && profile.list_is_complete;
    const std::int64_t since = list_since_ms(attempt) - clock_margin_ms;
    const auto [known, is_new] = by_model.try_emplace(attempt.model, look.questions.size());
    if (is_new) look.questions.push_back({std::move(call), Look::Question::About::List, since, {}});
    auto& question = look.questions[known->second];
    question.since_ms = std::min(question.since_ms, since);
  }
  std::move(told.begin(), told.end(), std::back_inserter(look.questions));  // the last ones are asked first
}

void Runner::Engine::look_further(const std::shared_ptr<Look>& look) {
  if (look->questions.empty()) return look_is_complete(look);
  if (const double wait_secs = secs_until_look(look->logical, look->provider); wait_secs > 0) {
    return after(wait_secs, [this, look] { guarded_look(*look, [&] { look_further(look); }); });
  }
  const Look::Question& question = look->questions.back();
  std::optional<HttpRequest> request;
  switch (question.about) {
    case Look::Question::About::ToldId: request = look->provider->plan_poll(question.call.call()); break;
    case Look::Question::About::Key: request = look->provider->plan_look_up(question.call.call()); break;
    case Look::Question::About::List: request = look->provider->plan_list_for(question.call.call(), question.since_ms, question.page); break;
  }
  if (!request) {
    look->is_complete = false;
    look->questions.pop_back();
    return look_further(look);
  }
  if (++look->pages > most_pages) return look_failed(*look, {ErrorKind::Damaged, "The service's list has no end.", "", 0});
  keep_to_profile(*request, look->provider);
  Account& account = accounts[look->logical];
  RetryBudget& budget = retry_budgets.of_host(host_of(request->url));
  if (account.looks_failed > 0 && look->pages == 1 && !budget.take(now_secs())) {
    account.is_looking = false;
    no_news(look->logical, ServicePath::Poll, look->pass);
    // Never at once: what is left of a millisecond is no wait, and this would go round until the clock moves.
    return want_look(look->logical, std::max(1.0, budget.secs_until_retry(now_secs())));
  }
  take_look(look->logical);
  transport->start(std::move(*request), [this, look](const HttpResponse& response) {
    guarded_look(*look, [&] { look_answered(look, response); });
  });
}

// Any word on how that job stands shows that there is one. None says nothing: the id may be of the call alone.
void Runner::Engine::told_id_answered(const std::shared_ptr<Look>& look, const HttpResponse& response) {
  const OwnedCall call = std::move(look->questions.back().call);
  look->questions.pop_back();
  const PollRead read = look->provider->read_poll(call.call(), response);
  const auto* failed = std::get_if<CallFailed>(&read);
  if (failed != nullptr) {
    look->is_complete = false;
    note_throttled_look(look->logical, failed->error);
  }
  else if (!std::holds_alternative<Gone>(read)) look->known_ids.insert(call.attempt.remote_id);
  // The list may tell what the status did not. What was found is not lost with a list that fails.
  if (failed != nullptr && look->questions.empty() && look->known_ids.empty()) return look_failed(*look, failed->error);
  look_further(look);
}

// Of the list, or of the job that carries our key.
void Runner::Engine::listing_failed(const std::shared_ptr<Look>& look, const Error& error) {
  if (look->known_ids.empty()) return look_failed(*look, error);
  look->is_complete = false;
  look->questions.clear();
  look_further(look);
}

void Runner::Engine::look_answered(const std::shared_ptr<Look>& look, const HttpResponse& response) {
  Look::Question& question = look->questions.back();
  if (question.about == Look::Question::About::ToldId) return told_id_answered(look, response);
  const bool is_for_key = question.about == Look::Question::About::Key;
  if (response.failure != HttpFailure::None) return listing_failed(look, {ErrorKind::Offline, "The service's list cannot be read.", "", 0});
  ListRead read = is_for_key ? look->provider->read_look_up(question.call.call(), response) : look->provider->read_list(response);
  if (auto* failed = std::get_if<CallFailed>(&read)) {
    // Not every reading knows what time it is, which a date in it needs.
    failed->error.retry_after_secs = std::max(0.0, retry_after_secs(response, parts.clock.wall_ms()));
    note_throttled_look(look->logical, failed->error);
    // There is no such list, or not for this key: looking soon again would show nothing else, so a person is asked now.
    if (!failed->transient) accounts[look->logical].looks_failed = std::max(accounts[look->logical].looks_failed, first_looks);
    return listing_failed(look, failed->error);
  }
  look->clock_ahead_ms = clock_ahead_of(response, parts.clock.wall_ms());
  // Farther apart than was asked for: what is not listed may well be there.
  if (std::abs(look->clock_ahead_ms) >= clock_margin_ms) look->is_complete = false;
  RemoteJobs& page = std::get<RemoteJobs>(read);
  for (RemoteJob& job : page.jobs) {
    if (is_for_key && job.own_id.empty()) job.own_id = question.call.attempt.key;
    look->listed.push_back(std::move(job));
  }
  question.page = page.next_page;
  if (question.page.empty()) look->questions.pop_back();
  look_further(look);
}

void Runner::Engine::look_failed(const Look& look, const Error& error) {
  Account& account = accounts[look.logical];
  account.is_looking = false;
  log_warning("look for jobs of unknown outcome at " + look.logical + ": " + error.message);
  ++account.looks_failed;
  if (is_breakage(error.kind)) path_failed(look.logical, ServicePath::Poll, look.pass, error);
  else no_news(look.logical, ServicePath::Poll, look.pass);
  want_look(look.logical, std::max(reconcile_wait_secs(account.looks_failed), std::min(error.retry_after_secs, longest_park_secs)));
}

// Which of the listed ones are ours already only the ledger knows.
void Runner::Engine::look_is_complete(const std::shared_ptr<Look>& look) {
  auto owned = std::make_shared<std::set<std::string, std::less<>>>();
  // An id that the list does not show stands for itself: nothing more is said of its job.
  for (const std::string& id : look->known_ids) {
    const bool is_listed = std::any_of(look->listed.begin(), look->listed.end(), [&](const RemoteJob& job) { return job.remote_id == id; });
    if (!is_listed) look->listed.push_back({id, {}, {}, {}, 0, {}});
  }
  parts.store.write(
      [look, owned](Ledger& ledger) -> Result<void> {
        for (const RemoteJob& job : look->listed) {
          STUDIO_TRY(const auto owner, ledger.attempt_with_remote_id(look->logical, job.remote_id));
          if (owner) owned->insert(job.remote_id);
        }
        return {};
      },
      [this, look, owned, letters = box](Result<void> result) {
        letters->post([this, look, owned, result = std::move(result)] {
          if (!result) return look_failed(*look, result.error());
          guarded_look(*look, [&] { judge_look(*look, *owned); });
        });
      });
}

void Runner::Engine::judge_look(const Look& look, const std::set<std::string, std::less<>>& owned) {
  Account& account = accounts[look.logical];
  account.is_looking = false;
  account.looks_failed = 0;
  path_works(look.logical, ServicePath::Poll, look.pass);
  // As it is now: what was sent meanwhile, and what is not unknown any more.
  std::vector<UnknownAttempt> attempts;
  std::vector<JobId> jobs;
  std::vector<ReconcileLooks> looks;
  std::map<AttemptId, ReconcileLooks> kept;
  bool has_new = false;  // whose own look was due while this one was under way, and is over
  for (auto& [attempt, id] : unknown_of(look.logical)) {
    has_new = has_new || (!attempt.is_on_wire && !look.asked_about.contains(attempt.attempt) && can_be_asked(lives.at(id)));
    attempt.is_on_wire = attempt.is_on_wire || !look.asked_about.contains(attempt.attempt);
    looks.push_back(account.looks[attempt.attempt]);
    attempts.push_back(std::move(attempt));
    jobs.push_back(id);
  }
  std::vector<ListedJob> listed;
  for (const RemoteJob& job : look.listed) listed.push_back({job.remote_id, job.own_id, job.model, job.prompt, std::nullopt, 0, 0, 0, job.created_ms});
  Listing listing;
  listing.is_offered = true;
  listing.is_complete = look.is_complete;
  listing.jobs = listed;
  listing.clock_ahead_ms = look.clock_ahead_ms;
  listing.is_owned = [&](std::string_view remote_id) { return owned.contains(remote_id); };
  listing.like = [&](const UnknownAttempt& ours, const ListedJob& theirs) {
    const auto at = std::find_if(attempts.begin(), attempts.end(), [&](const UnknownAttempt& one) { return one.attempt == ours.attempt; });
    const RemoteJob& job = look.listed[static_cast<std::size_t>(&theirs - listed.data())];
    if (!job.own_id.empty()) return job.own_id == ours.key ? Likeness::Own : Likeness::No;
    // Named in the answer to one request, it is no other's. Named to several it is a clue to none.
    const auto was_told = [&](const UnknownAttempt& one) { return one.told_id == job.remote_id; };
    const auto told = std::count_if(attempts.begin(), attempts.end(), was_told);
    if (told == 1 && !was_told(ours)) return Likeness::No;
    const bool is_told = told == 1 && look.known_ids.contains(job.remote_id);
    const bool says_nothing = job.model.empty() && job.prompt.empty() && job.input.empty() && job.created_ms == 0;
    if (is_told && says_nothing) return Likeness::Own;
    if (job.created_ms > 0 && job.created_ms < list_since_ms(ours, look.clock_ahead_ms)) return Likeness::No;
    const OwnedCall call = call_of(lives.at(jobs[static_cast<std::size_t>(at - attempts.begin())]), account.endpoint.value_or(Endpoint{}));
    if (!look.provider->could_be(call.call(), job)) return Likeness::No;
    if (is_told) return Likeness::Own;
    const bool is_recognised = job.created_ms > 0 && (!job.input.empty() || !job.prompt.empty());
    return is_recognised ? Likeness::Yes : Likeness::Perhaps;
  };
  if (has_new) want_look(look.logical, first_look_secs);
  const auto results = reconcile(attempts, looks, listing, parts.clock.mono_ms());
  for (std::size_t i = 0; i < attempts.size(); ++i) kept[attempts[i].attempt] = looks[i];
  account.looks = std::move(kept);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (attempts[i].is_on_wire) continue;
    if (const auto* found = std::get_if<LinkedTo>(&results[i])) {
      log_info(to_string(jobs[i]) + ": found at the service");
      happen(jobs[i], happened::FoundAtService{found->remote_id, {}});
    } else if (std::holds_alternative<SurelyAbsent>(results[i])) {
      log_info(to_string(jobs[i]) + ": the service never had it");
      happen(jobs[i], happened::AbsentAtService{});
    } else if (const auto* again = std::get_if<AskAgain>(&results[i])) {
      want_look(look.logical, again->in_secs);
    } else if (const auto* person = std::get_if<NeedsPerson>(&results[i]); person->ask_again_secs > 0) {
      want_look(look.logical, person->ask_again_secs);
    }
  }
}

}  // namespace studio
