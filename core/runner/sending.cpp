// The one paid request of an attempt, and what its answer means. Its intent is on disk before anything here is called.
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "runner/crash_point.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr std::int64_t gone_long_ago_ms = 1;  // an upload's end that is over for sure

}  // namespace

std::filesystem::path Runner::Engine::answer_spool(const Attempt& attempt) const {
  return files->spool_path("attempt-" + std::to_string(attempt.id.value) + ".answer");
}

std::filesystem::path Runner::Engine::part_spool(const Attempt& attempt, std::size_t output) const {
  return files->spool_path("attempt-" + std::to_string(attempt.id.value) + "-" + std::to_string(output) + ".part");
}

void Runner::Engine::submit(Live& live) {
  if (live.busy) return;
  if (const std::string& stopped = accounts[endpoint_of(live)].why_nothing_is_sent(); !stopped.empty()) {
    return happen(live.life.job.id, happened::SubmitNotAccepted{{ErrorKind::Unauthorised, stopped, "", 0}, false, true});
  }
  crash_point("send", "before");
  // An answer that lies there is of an earlier send of this attempt, and was looked at.
  if (!live.planned.answer_file.empty()) files->remove(live.planned.answer_file);
  exchange(live, live.planned, [this](Live& asked, HttpResponse response) { submit_answered(asked, std::move(response)); });
}

void Runner::Engine::submit_answered(Live& live, HttpResponse response) {
  const JobId id = live.life.job.id;
  crash_point("answer", "before");
  if (!live.life.attempt->remote_state.empty()) {
    if (response.failure != HttpFailure::None) return chain_broken(live, error_of(response, live));
    if (response.status == 429 || response.status >= 500) return chain_broken(live, error_of_status(response, live));
  }
  const bool is_replay = live.life.tries.replays > 0;
  const bool was_refused_here = response.failure == HttpFailure::NotSentRefusedHere;
  if (surely_not_sent(response) && !(was_refused_here && is_replay)) {
    Error error = error_of(response, live);
    return happen(id, happened::SubmitNotAccepted{std::move(error), !was_refused_here, !was_refused_here});
  }
  if (response.failure != HttpFailure::None) {
    const Error error = error_of(response, live);
    return happen(id, happened::SubmitUnclear{error.message, error.detail, false, told_id(provider_of(live)->profile(), response)});
  }
  if (!live.planned.answer_file.empty() && response.status >= 200 && response.status < 300) {
    return read_spool(live, std::move(response), false);
  }
  read_submit(live, response);
}

// The paid request went well; a further, free one did not. It is asked again, for as long as it can be.
void Runner::Engine::chain_broken(Live& live, Error error) {
  const OwnedCall call = call_of(live, accounts[endpoint_of(live)].endpoint.value_or(Endpoint{}));
  if (provider_of(live)->plan_continue(call.call())) live.planned = {};  // planned anew, for the address of then
  else if (live.planned.method != HttpMethod::Get) return happen(live.life.job.id, happened::SubmitUnclear{error.message, error.detail});
  happen(live.life.job.id, happened::ChainBroken{std::move(error)});
}

// Goes on in the middle of a submit's chain, from the position that the attempt keeps.
void Runner::Engine::continue_chain(Live& live) {
  with_endpoint_of(live, [this](Live& asked, const Result<Endpoint>& endpoint) {
    const JobId id = asked.life.job.id;
    if (!endpoint) return happen(id, happened::ChainBroken{endpoint.error()});
    const OwnedCall call = call_of(asked, *endpoint);
    std::optional<HttpRequest> request = provider_of(asked)->plan_continue(call.call());
    if (!request) return happen(id, happened::SubmitUnclear{"The service's further steps are not known any more", {}});
    asked.planned = std::move(*request);
    follow_chain(asked);
  });
}

void Runner::Engine::read_submit(Live& live, const HttpResponse& response) {
  // Reading needs no address: what the answer names is relative to where it was asked, which the next plan looks up.
  const auto& known = accounts[endpoint_of(live)].endpoint;
  const OwnedCall call = call_of(live, known.value_or(Endpoint{}));
  submit_read(live, provider_of(live)->read_submit(call.call(), response));
}

void Runner::Engine::submit_read(Live& live, SubmitRead read) {
  const JobId id = live.life.job.id;
  if (auto* accepted = std::get_if<Accepted>(&read)) {
    begin_sighting(live);
    live.server_says_secs = accepted->poll_after_secs;
    happen(id, happened::SubmitAccepted{std::move(accepted->remote_id), std::move(accepted->remote_state), accepted->poll_after_secs, false});
  } else if (auto* finished = std::get_if<Finished>(&read)) {
    happen(id, happened::RemoteFinished{std::move(finished->outputs), finished->cost});
  } else if (auto* refused = std::get_if<RefusedByService>(&read)) {
    std::string reason = refused->reason;
    if (!refused->refused_input.empty()) reason += " (" + refused->refused_input + ")";
    happen(id, happened::RemoteRefused{std::move(reason), refused->billed, refused->cost, refused->refused_input, refused->perhaps_billed});
  } else if (auto* not_taken = std::get_if<NotAccepted>(&read)) {
    not_accepted(live, std::move(*not_taken));
  } else if (auto* unclear = std::get_if<Unclear>(&read)) {
    // In the middle of a chain the answer speaks of another request than the paid one.
    if (!live.life.attempt->remote_state.empty()) unclear->told_id.clear();
    happen(id, happened::SubmitUnclear{std::move(unclear->reason), {}, unclear->stops_account, std::move(unclear->told_id)});
  } else if (auto* next_request = std::get_if<NextRequest>(&read)) {
    live.planned = std::move(next_request->request);
    happen(id, happened::SubmitChained{std::move(next_request->state)});
  } else {
    // An inline answer comes through read_spool(), which has put its bytes on disk.
    happen(id, happened::SubmitUnclear{"The service answered with a result where none is expected", {}});
  }
}

void Runner::Engine::not_accepted(Live& live, NotAccepted read) {
  if (!live.life.attempt->remote_state.empty()) {
    // In the middle of a chain only the first request's answer could prove that nothing was started.
    if (read.transient || read.error.kind == ErrorKind::Unauthorised) return chain_broken(live, std::move(read.error));
    return happen(live.life.job.id, happened::SubmitUnclear{read.error.message, read.error.detail});
  }
  // An upload that we believed alive is gone: made anew, once.
  if (read.uploads_gone && !live.uploads_forgotten) {
    live.uploads_forgotten = true;
    read.transient = true;
    forget_uploads(live);
  }
  happen(live.life.job.id, happened::SubmitNotAccepted{std::move(read.error), read.transient, false});
}

// They are no longer at the service: nobody names them again.
void Runner::Engine::forget_uploads(Live& live) {
  std::vector<StoredUpload> dead;
  for (const RecipeInput& input : live.life.job.recipe.inputs) {
    dead.push_back({live.life.job.recipe.provider, endpoint_of(live), input.sha256, "", gone_long_ago_ms});
  }
  live.uploads.clear();
  live.gathered = false;
  parts.store.write([dead = std::move(dead)](Ledger& ledger) -> Result<void> {
    for (const StoredUpload& upload : dead) STUDIO_CHECK(ledger.save_upload(upload));
    return {};
  });
}

// Worker: the files of an answer become durable files of the spool, named as outputs that are here already.
Result<Finished> Runner::Engine::keep_inline(const Attempt& attempt, const InlineFinished& read) const {
  Finished finished{{}, read.cost};
  for (std::size_t i = 0; i < read.outputs.size(); ++i) {
    const auto& output = read.outputs[i];
    const auto part = part_spool(attempt, i);
    STUDIO_CHECK(files->write_durable(part, output.bytes));
    // With its hash: should we die between the vault and the ledger, the blob is found by it.
    finished.outputs.push_back({"spool:" + part.filename().string(), output.mime, sha256_hex(output.bytes),
                                static_cast<std::int64_t>(output.bytes.size()), 0});
  }
  return finished;
}

// An answer that carries the result lies in the spool: synced before it is read, its files made durable before the job
// moves on. `response` has the status and headers; after a crash they are assumed, the file is all there is.
void Runner::Engine::read_spool(Live& live, HttpResponse response, bool recovering) {
  const OwnedCall call = call_of(live, accounts[endpoint_of(live)].endpoint.value_or(Endpoint{}));
  const Provider* provider = provider_of(live);
  // Nothing when no answer lies there; an InlineFinished is turned into Finished.
  auto work = [this, call, provider, response = std::move(response)]() mutable -> Result<std::optional<SubmitRead>> {
    const auto path = answer_spool(call.attempt);
    if (files->size_of(path) == 0) return std::nullopt;
    STUDIO_CHECK(files->make_durable(path));
    crash_point("spool", "after");
    STUDIO_TRY(response.body, files->read(path, static_cast<std::uint64_t>(provider->profile().inline_max_bytes)));
    response.body_bytes = static_cast<std::int64_t>(response.body.size());
    SubmitRead read = provider->read_submit(call.call(), response);
    if (const auto* with_result = std::get_if<InlineFinished>(&read)) {
      STUDIO_TRY(read, keep_inline(call.attempt, *with_result));
    }
    return read;
  };
  on_worker(live, std::move(work), [this, recovering](Live& asked, Result<std::optional<SubmitRead>> read) {
    const JobId id = asked.life.job.id;
    // Nothing usable: the same as no answer at all.
    const bool is_usable = read && *read && !(recovering && std::holds_alternative<Unclear>(**read));
    if (is_usable) return submit_read(asked, std::move(**read));
    if (recovering) return happen(id, happened::Recovered{});
    if (!read) return happen(id, happened::SubmitUnclear{read.error().message, read.error().detail});
    happen(id, happened::SubmitUnclear{"The answer was empty", {}});
  });
}

}  // namespace studio
