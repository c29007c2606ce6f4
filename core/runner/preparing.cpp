// The free steps before a submit (uploads, tokens), the info call, and the plan of the paid request.
#include "base/hash.h"
#include "runner/engine.h"

namespace studio {
namespace {

// A body up to this size is kept with the intent, so that a replay sends it even when it could not be planned again.
constexpr std::size_t kept_body_bytes = 256 << 10;
// An upload that dies within this time is made anew.
constexpr std::int64_t upload_margin_ms = 60'000;

}  // namespace

const Provider* Runner::Engine::provider_of(const Live& live) const {
  const auto& attempt = live.life.attempt;
  return parts.providers.find(attempt && is_open(attempt->state) ? attempt->provider : live.life.job.recipe.provider);
}

OwnedCall Runner::Engine::call_of(const Live& live, const Endpoint& endpoint) const {
  return {live.life.job.recipe, live.life.attempt.value_or(Attempt{}), endpoint, live.inputs, live.uploads, parts.clock.wall_ms()};
}

// The same for who plans or reads at once, and keeps nothing of it.
ProviderCall Runner::Engine::loan_of(const Live& live, const Endpoint& endpoint) const {
  static const Attempt none;
  return {live.life.job.recipe, live.life.attempt ? *live.life.attempt : none, endpoint, live.inputs, live.uploads, parts.clock.wall_ms()};
}

// As it was looked up last; reading needs no more.
const Endpoint& Runner::Engine::known_endpoint(const std::string& logical) const {
  static const Endpoint nowhere;
  const auto account = accounts.find(logical);
  return account == accounts.end() || !account->second.endpoint ? nowhere : *account->second.endpoint;
}

// What its data and its profile say of every request to a service, whatever was planned.
void Runner::Engine::keep_to_profile(HttpRequest& request, const Provider* provider) {
  request.local = request.local && provider != nullptr && provider->profile().local;
  request.http1_only = request.http1_only || (provider != nullptr && provider->info().http1_only);
}

// One request whose answer belongs to this job in this state.
void Runner::Engine::exchange(Live& live, HttpRequest request, std::function<void(Live&, HttpResponse)> answer) {
  const JobId id = live.life.job.id;
  const Ticket ticket = live.ticket;
  const std::string logical = endpoint_of(live);
  keep_to_profile(request, provider_of(live));
  live.busy = true;
  live.asked_epoch = accounts[logical].epoch;
  leaves(live);
  live.transfer = transport->start(std::move(request), [this, id, ticket, answer = std::move(answer)](HttpResponse response) {
    Live* asked = answered(id, ticket);
    if (asked == nullptr) return;
    came_back(*asked, response);
    guarded(id, [&] { answer(*asked, std::move(response)); });
  });
}

// Looks up the inputs' files and the uploads that still live, once a job.
void Runner::Engine::gather(JobId id, Ticket ticket, std::function<void(Live&, Result<void>)> then) {
  Live* live = find(id);
  if (live == nullptr) return;
  if (live->gathered || live->life.job.recipe.inputs.empty()) return then(*live, {});
  struct Found {
    std::vector<InputBlob> inputs;
    std::vector<RemoteUpload> uploads;
  };
  auto found = std::make_shared<Found>();
  live->busy = true;
  parts.store.write(
      [found, recipe = live->life.job.recipe, logical = endpoint_of(*live), now = parts.clock.wall_ms(), files = files](Ledger& ledger) -> Result<void> {
        for (const RecipeInput& input : recipe.inputs) {
          STUDIO_TRY(const auto asset, ledger.asset_of_blob(input.sha256));
          if (!asset || !files->has(input.sha256)) {
            return fail(ErrorKind::NotFound, "The picture it is made from is no longer in the project: import it again, then retry.");
          }
          found->inputs.push_back({input.role, input.sha256, files->blob_path(input.sha256).string(), asset->media.mime, asset->bytes});
        }
        STUDIO_TRY(const auto uploads, ledger.uploads(recipe.provider, logical));
        for (const StoredUpload& upload : uploads) {
          if (upload.expires_ms != 0 && upload.expires_ms < now + upload_margin_ms) continue;
          for (const RecipeInput& input : recipe.inputs) {
            if (input.sha256 != upload.sha256) continue;
            found->uploads.push_back({upload.sha256, upload.reference, upload.expires_ms});
            break;
          }
        }
        return {};
      },
      [this, id, ticket, found, then = std::move(then), letters = box](Result<void> result) {
        letters->post([this, id, ticket, found, then, result = std::move(result)] {
          Live* asked = answered(id, ticket);
          if (asked == nullptr) return;
          if (result) {
            asked->inputs = std::move(found->inputs);
            asked->uploads = std::move(found->uploads);
            asked->gathered = true;
          }
          guarded(id, [&] { then(*asked, result); });
        });
      });
}

void Runner::Engine::fail_prepare(Live& live, Error error, bool transient) {
  happen(live.life.job.id, happened::PrepareFailed{std::move(error), transient});
}

// A key that was refused meanwhile stops what is on its way to its submit, too: nothing of it has cost anything.
bool Runner::Engine::is_stopped_before_send(Live& live) {
  const std::string& stopped = accounts[endpoint_of(live)].why_nothing_is_sent();
  if (stopped.empty()) return false;
  fail_prepare(live, {ErrorKind::Unauthorised, stopped, "", 0});
  return true;
}

void Runner::Engine::prepare(Live& live) {
  if (live.busy || is_stopped_before_send(live) || !may_go(live, ServicePath::Submit, ActKind::Prepare)) return;
  const JobId id = live.life.job.id;
  const Ticket ticket = live.ticket;
  if (provider_of(live) == nullptr) {
    return fail_prepare(live, {ErrorKind::NotFound, "This program does not know the service " + live.life.job.recipe.provider + ".", "", 0});
  }
  gather(id, ticket, [this](Live& gathered, const Result<void>& result) {
    if (!result) return fail_prepare(gathered, result.error(), result.error().kind == ErrorKind::Disk);
    with_endpoint_of(gathered, [this](Live& asked, const Result<Endpoint>& endpoint) {
      if (!endpoint) return fail_prepare(asked, endpoint.error(), endpoint.error().kind == ErrorKind::Offline);
      prepare_step(asked, *endpoint);
    });
  });
}

void Runner::Engine::prepare_step(Live& live, const Endpoint& endpoint) {
  const Provider& provider = *provider_of(live);
  const OwnedCall call = call_of(live, endpoint);
  std::optional<HttpRequest> request = provider.plan_prepare(call.call());
  if (!request) return ask_info(live, endpoint);
  if (!may_retry(live, *request, live.life.tries.put_off, ActKind::Prepare)) return;
  exchange(live, std::move(*request), [this, call](Live& asked, const HttpResponse& response) {
    if (response.failure != HttpFailure::None) {
      const Error error = error_of(response, asked);
      return fail_prepare(asked, error, error.kind != ErrorKind::BadRequest && error.kind != ErrorKind::Damaged);
    }
    PrepareRead read = provider_of(asked)->read_prepare(call.call(), response);
    if (auto* failed = std::get_if<CallFailed>(&read)) return fail_prepare(asked, std::move(failed->error), failed->transient);
    auto& prepared = std::get<Prepared>(read);
    std::vector<StoredUpload> uploads;
    for (RemoteUpload& upload : prepared.uploads) {
      uploads.push_back({call.recipe.provider, call.attempt.endpoint, upload.sha256, upload.reference, upload.expires_ms});
      asked.uploads.push_back(std::move(upload));
    }
    take(asked, happened::PrepareStepDone{std::move(prepared.prepare_state)}, {}, std::move(uploads));
  });
}

// Asked for each attempt, right before its intent: a server may have been started anew with other rules.
void Runner::Engine::ask_info(Live& live, const Endpoint& endpoint) {
  const Provider& provider = *provider_of(live);
  std::optional<HttpRequest> request;
  if (provider.profile().has_info) request = provider.plan_info(endpoint);
  if (!request) return plan_submit(live, endpoint, !provider.profile().has_info && provider.profile().replays);
  if (!may_retry(live, *request, live.life.tries.put_off, ActKind::Prepare)) return;
  exchange(live, std::move(*request), [this, endpoint](Live& asked, const HttpResponse& response) {
    if (response.failure != HttpFailure::None) return fail_prepare(asked, error_of(response, asked), true);
    InfoRead read = provider_of(asked)->read_info(response);
    if (auto* failed = std::get_if<CallFailed>(&read)) return fail_prepare(asked, std::move(failed->error), failed->transient);
    plan_submit(asked, endpoint, std::get<ServiceFacts>(read).replays);
  });
}

namespace {

// The one thing a submit may never be: repeated below us, or led elsewhere.
void make_submit(HttpRequest& request, const ProviderProfile& profile, const std::filesystem::path& spool) {
  request.profile = HttpProfile::Submit;
  if (!profile.answers_inline) return;
  request.answer_file = spool.string();
  request.max_bytes = profile.inline_max_bytes;
}

}  // namespace

void Runner::Engine::plan_submit(Live& live, const Endpoint& endpoint, bool replays) {
  if (stopping) return;  // nothing was sent: the next start takes it up
  if (is_stopped_before_send(live)) return;
  const Provider& provider = *provider_of(live);
  const OwnedCall call = call_of(live, endpoint);
  HttpRequest request = provider.plan_submit(call.call());
  make_submit(request, provider.profile(), answer_spool(call.attempt));
  happened::SubmitPlanned planned;
  planned.boot_id = boot_id;
  planned.replay_declared = replays;
  planned.body_digest = body_digest(request);
  if (request.body_parts.empty() && request.body.size() <= kept_body_bytes) planned.submit_body = request.body;
  const std::string file = request.body_file;
  live.planned = std::move(request);
  // With its ticket: a cancel that is being committed in this moment goes first, and this is then over.
  if (file.empty()) return happen(live.life.job.id, std::move(planned), live.ticket);
  // The body is a file: its digest takes a read, which is a worker's business.
  const auto digest_of_file = [file, files = files] { return files->hash_of(file); };
  on_worker(live, digest_of_file, [this, planned = std::move(planned)](Live& asked, Result<std::string> digest) mutable {
    if (!digest) return fail_prepare(asked, digest.error());
    planned.submit_body.clear();
    planned.body_digest = std::move(*digest);
    happen(asked.life.job.id, std::move(planned), asked.ticket);
  });
}

// The same request once more, for an attempt that was sent with replay declared. What cannot be made the same is not sent.
void Runner::Engine::plan_replay(Live& live) {
  if (live.busy || live.life.job.state != JobState::Unknown) return;
  const JobId id = live.life.job.id;
  if (park(live, ActKind::ReplayLater)) return;
  if (const double wait_secs = secs_until_submit(live); wait_secs > 0) return carry_out(id, {{ActKind::ReplayLater, wait_secs}});
  if (!may_go(live, ServicePath::Submit, ActKind::ReplayLater)) return;
  take_submit(live);
  const Ticket ticket = live.ticket;
  if (provider_of(live) == nullptr) return happen(id, happened::ReplayImpossible{"unknown provider"});
  gather(id, ticket, [this, id](Live& gathered, const Result<void>& result) {
    if (!result && result.error().kind != ErrorKind::NotFound) return happen(id, happened::ReplayPutOff{result.error()});
    with_endpoint_of(gathered, [this, id](Live& asked, const Result<Endpoint>& endpoint) {
      if (!endpoint) return happen(id, happened::ReplayPutOff{endpoint.error()});
      const Provider& provider = *provider_of(asked);
      OwnedCall call = call_of(asked, *endpoint);
      call.attempt.remote_state.clear();  // as it was when it was planned first
      HttpRequest request = provider.plan_submit(call.call());
      make_submit(request, provider.profile(), answer_spool(call.attempt));
      if (!call.attempt.submit_body.empty()) request.body = call.attempt.submit_body;
      if (!request.body_file.empty() || body_digest(request) != call.attempt.body_digest) {
        return happen(id, happened::ReplayImpossible{"the body would not be the same"});
      }
      asked.planned = std::move(request);
      happen(id, happened::ReplayDue{}, asked.ticket);
    });
  });
}

}  // namespace studio
