// Looking at what the service works on, following its chains, and asking it to stop.
#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

// More looks than this at one time would only wait in the client's own queue, where their time-outs run.
constexpr int polls_at_once = 200;
}  // namespace

void Runner::Engine::poll(Live& live) {
  if (live.busy || park(live, ActKind::Poll) || !may_go(live, ServicePath::Poll, ActKind::Poll)) return;
  live.busy = true;
  if (!takes_look(live)) {
    const std::string logical = endpoint_of(live);
    accounts[logical].looks_waiting.emplace_back(live.life.job.id, live.ticket);
    return start_looks(logical);
  }
  polls_waiting.emplace_back(live.life.job.id, live.ticket);
  start_polls();
}

void Runner::Engine::start_polls() {
  while (polls_under_way < polls_at_once && !polls_waiting.empty()) {
    const auto [id, ticket] = polls_waiting.front();
    polls_waiting.pop_front();
    Live* live = find(id);
    if (live == nullptr || live->ticket != ticket) continue;
    ++polls_under_way;
    with_endpoint(endpoint_of(*live), [this, id = id, ticket = ticket](const Result<Endpoint>& endpoint) {
      bool is_on_wire = false;
      if (Live* asked = answered(id, ticket)) guarded(id, [&] { is_on_wire = start_poll(*asked, endpoint); });
      if (!is_on_wire) --polls_under_way;
    });
  }
}

// False: it was not sent, and the job has heard why.
bool Runner::Engine::start_poll(Live& live, const Result<Endpoint>& endpoint) {
  const JobId id = live.life.job.id;
  const Provider* provider = provider_of(live);
  if (park(live, ActKind::Poll)) {
    never_went(live);
    return false;
  }
  // Its turn may have been long in coming.
  if (!may_go(live, ServicePath::Poll, ActKind::Poll)) return false;
  if (!endpoint || provider == nullptr) {
    const Error error = endpoint ? Error{ErrorKind::NotFound, "This program does not know the service of this job.", "", 0} : endpoint.error();
    happen(id, happened::PollFailed{error});
    return false;
  }
  if (const auto is_on_wire = start_shared_poll(live, *endpoint)) return *is_on_wire;
  HttpRequest request = provider->plan_poll(loan_of(live, *endpoint));
  keep_to_profile(request, provider);
  if (!may_retry(live, request, live.life.tries.polls_failed, ActKind::Poll)) return false;
  live.asked_epoch = accounts[endpoint_of(live)].epoch;
  leaves(live);
  live.transfer = transport->start(std::move(request), [this, id, ticket = live.ticket](HttpResponse response) {
    --polls_under_way;  // also where the job has moved on and does not hear the answer
    if (Live* polled = answered(id, ticket)) {
      came_back(*polled, response);
      guarded(id, [&] { poll_answered(*polled, std::move(response)); });
    }
    start_polls();
  });
  live.busy = true;
  return true;
}

void Runner::Engine::poll_answered(Live& live, HttpResponse response) {
  const std::string logical = endpoint_of(live);
  if (response.failure != HttpFailure::None) return happen(live.life.job.id, happened::PollFailed{error_of(response, live)});
  if (response.status == 429) accounts[logical].throttle.told_to_slow_down(now_secs());
  if (response.body.size() > read_here_bytes) return read_poll_apart(live, std::move(response));
  const PollRead read = provider_of(live)->read_poll(loan_of(live, known_endpoint(logical)), response);
  if (std::holds_alternative<InlineFinished>(read)) return read_poll_apart(live, std::move(response));
  poll_read(live, read);
}

// An answer that may carry the files: taken apart, and its files written down, on a worker. Nothing of it is on disk
// before; should we die now, the next look brings it again.
void Runner::Engine::read_poll_apart(Live& live, HttpResponse response) {
  const OwnedCall call = call_of(live, accounts[endpoint_of(live)].endpoint.value_or(Endpoint{}));
  auto work = [this, provider = provider_of(live), call, response = std::move(response)]() -> Result<PollRead> {
    PollRead read = provider->read_poll(call.call(), response);
    const auto* with_result = std::get_if<InlineFinished>(&read);
    if (with_result == nullptr) return read;
    STUDIO_TRY(Finished kept, keep_inline(call.attempt, *with_result));
    return kept;
  };
  on_worker(live, std::move(work), [this](Live& asked, const Result<PollRead>& read) {
    poll_read(asked, read ? *read : PollRead(CallFailed{read.error(), true}));
  });
}

void Runner::Engine::poll_read(Live& live, const PollRead& read) {
  const JobId id = live.life.job.id;
  if (const auto* pending = std::get_if<Pending>(&read)) {
    if (!pending->unknown_status.empty() && std::exchange(live.odd_word, pending->unknown_status) != pending->unknown_status) {
      log_warning("job " + to_string(id) + ": the service says \"" + pending->unknown_status + "\", which is taken as still running");
    }
    note_look(live.sighting, now_secs(), pending->started ? ServiceStage::Running : ServiceStage::Queued, pending->queue_position, pending->progress);
    live.server_says_secs = pending->poll_after_secs;
    happen(id, happened::PollPending{pending->started, pending->progress, pending->eta_secs, pending->poll_after_secs});
  } else if (const auto* finished = std::get_if<Finished>(&read)) {
    if (live.life.job.state == JobState::Running) learn(live);
    happen(id, happened::RemoteFinished{finished->outputs, finished->cost});
  } else if (const auto* refused = std::get_if<RefusedByService>(&read)) {
    std::string reason = refused->reason;
    if (!refused->refused_input.empty()) reason += " (" + refused->refused_input + ")";
    happen(id, happened::RemoteRefused{std::move(reason), refused->billed, refused->cost, refused->refused_input, refused->perhaps_billed});
  } else if (const auto* failed = std::get_if<FailedByService>(&read)) {
    if (failed->uploads_gone) forget_uploads(live);
    happen(id, happened::RemoteFailed{failed->reason, failed->billed, failed->cost, failed->perhaps_billed, failed->may_retry, failed->refused_input});
  } else if (const auto* cancelled = std::get_if<CancelledByService>(&read)) {
    happen(id, happened::RemoteCancelled{cancelled->cost, cancelled->perhaps_billed});
  } else if (std::holds_alternative<Gone>(read)) {
    happen(id, happened::RemoteGone{});
  } else if (const auto* call_failed = std::get_if<CallFailed>(&read)) {
    happen(id, happened::PollFailed{call_failed->error});
  } else if (const auto* next_request = std::get_if<NextRequest>(&read)) {
    live.planned = next_request->request;
    live.chain_is_fetch = false;
    happen(id, happened::PollChained{next_request->state});
  }
}

// It goes beside the job's own question, so it has a pass of its own.
void Runner::Engine::cancel_remote(Live& live) {
  if (live.cancelling || park(live, ActKind::CancelRemote)) return;
  const std::string logical = endpoint_of(live);
  if (const double wait_secs = secs_until_look(logical, provider_of(live)); wait_secs > 0) {
    return carry_out(live.life.job.id, {{ActKind::CancelRemote, wait_secs}});
  }
  const auto pass = gate_of(logical, ServicePath::Poll).breaker.ask(now_secs());
  if (!pass) {
    gate_of(logical, ServicePath::Poll).waiting.push_back({live.life.job.id, live.ticket, ActKind::CancelRemote});
    return watch_gate(logical, ServicePath::Poll);
  }
  live.cancelling = true;
  with_endpoint(logical, [this, logical, id = live.life.job.id, ticket = live.ticket, pass = *pass](const Result<Endpoint>& endpoint) {
    Live* asked = find(id);
    if (asked == nullptr || asked->ticket != ticket) return no_news(logical, ServicePath::Poll, pass);
    asked->cancelling = false;
    if (!endpoint) return cancel_failed(id, ticket, endpoint.error(), pass);
    try {
      const OwnedCall call = call_of(*asked, *endpoint);
      std::optional<HttpRequest> request = provider_of(*asked)->plan_cancel(call.call());
      if (request) return send_cancel(*asked, std::move(*request), call, pass);
      no_news(logical, ServicePath::Poll, pass);
      happen(id, happened::CancelTooLate{}, ticket);
    } catch (const std::exception& thrown) {  // of the wish alone: the job goes on
      cancel_failed(id, ticket, error_thrown(thrown), pass);
    }
  });
}

void Runner::Engine::cancel_failed(JobId id, Ticket ticket, Error error, Breaker::Pass pass) {
  const std::string logical = endpoint_of(*find(id));
  if (is_breakage(error.kind)) path_failed(logical, ServicePath::Poll, pass, error);
  else no_news(logical, ServicePath::Poll, pass);
  happen(id, happened::CancelFailed{std::move(error)}, ticket);
}

// One request of a cancel. `call` has the position in its chain, which nobody keeps: a repeated cancel starts anew.
void Runner::Engine::send_cancel(Live& live, HttpRequest request, OwnedCall call, Breaker::Pass pass) {
  const JobId id = live.life.job.id;
  const Ticket ticket = live.ticket;
  keep_to_profile(request, provider_of(live));
  live.cancelling = true;
  const std::string logical = endpoint_of(live);
  take_look(logical);
  transport->start(std::move(request), [this, id, ticket, logical, pass, call = std::move(call)](const HttpResponse& response) {
    Live* cancelled = find(id);
    if (cancelled != nullptr) cancelled->cancelling = false;
    if (cancelled == nullptr || cancelled->ticket != ticket) return no_news(logical, ServicePath::Poll, pass);
    if (response.failure != HttpFailure::None) return cancel_failed(id, ticket, error_of(response, *cancelled), pass);
    try {
      CancelRead read = provider_of(*cancelled)->read_cancel(call.call(), response);
      if (auto* failed = std::get_if<CallFailed>(&read)) return cancel_failed(id, ticket, std::move(failed->error), pass);
      path_works(logical, ServicePath::Poll, pass);
      if (const auto* accepted = std::get_if<CancelAccepted>(&read)) return happen(id, happened::CancelAccepted{accepted->stops}, ticket);
      if (std::holds_alternative<TooLateToCancel>(read)) return happen(id, happened::CancelTooLate{}, ticket);
      auto& next_request = std::get<NextRequest>(read);
      OwnedCall further = call;
      further.attempt.remote_state = std::move(next_request.state);
      send_cancel(*cancelled, std::move(next_request.request), std::move(further), pass);
    } catch (const std::exception& thrown) {
      cancel_failed(id, ticket, error_thrown(thrown), pass);
    }
  });
}

// The next request of a chain that the provider gave with its reading; its position is on disk.
void Runner::Engine::follow_chain(Live& live) {
  if (live.busy || park(live, ActKind::FollowChain)) return;
  const JobState state = live.life.job.state;
  const ServicePath path = state == JobState::Sending                           ? ServicePath::Submit
                           : state == JobState::Fetching && live.chain_is_fetch ? ServicePath::Download
                                                                                : ServicePath::Poll;
  if (!may_go(live, path, ActKind::FollowChain)) return;
  const JobTries& tries = live.life.tries;
  const bool is_planned = !live.planned.url.empty() && path != ServicePath::Download;  // a download asks for itself
  if (is_planned && !may_retry(live, live.planned, tries.polls_failed, ActKind::FollowChain)) return;
  switch (state) {
    case JobState::Sending:
      if (live.planned.url.empty()) return continue_chain(live);
      if (!live.planned.answer_file.empty() || provider_of(live)->profile().answers_inline) {
        live.planned.answer_file = answer_spool(*live.life.attempt).string();
        live.planned.max_bytes = provider_of(live)->profile().inline_max_bytes;
      }
      return exchange(live, live.planned, [this](Live& asked, HttpResponse response) { submit_answered(asked, std::move(response)); });
    case JobState::Running:
      return exchange(live, live.planned, [this](Live& asked, HttpResponse response) { poll_answered(asked, std::move(response)); });
    case JobState::Fetching:
      if (live.chain_is_fetch) return download(live, live.planned);
      return exchange(live, live.planned, [this](Live& asked, HttpResponse response) { poll_answered(asked, std::move(response)); });
    default: return;
  }
}

}  // namespace studio
