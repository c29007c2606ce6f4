// T9, T10, T11, T12: the result is brought home, hashed into the vault, checked, and becomes an asset.
#include <utility>

#include "jobs/backoff.h"
#include "jobs/steps.h"

namespace studio::steps {
namespace {

constexpr int crashes_before_quarantine = 2;
constexpr int damaged_before_asking = 3;

MediaKind kind_of(const MediaSummary& media, MediaKind wanted) {
  if (media.mime.starts_with("image/")) return MediaKind::Image;
  if (media.mime.starts_with("video/")) return MediaKind::Video;
  if (media.mime.starts_with("audio/")) return MediaKind::Audio;
  return wanted;
}

// One asset an output; the first one carries the cost, so that sums over assets are right.
void add_assets(JobStep& step, const JobFacts& facts, const std::vector<MediaSummary>& media, AssetState state) {
  const Job& job = step.life.job;
  const Attempt& attempt = *step.life.attempt;
  for (std::size_t i = 0; i < attempt.outputs.size(); ++i) {
    Asset asset;
    asset.kind = i < media.size() ? kind_of(media[i], job.recipe.kind) : job.recipe.kind;
    asset.state = state;
    if (state != AssetState::Done) asset.reason = job.reason;
    asset.sha256 = attempt.outputs[i].sha256;
    asset.bytes = attempt.outputs[i].bytes;
    if (i < media.size()) asset.media = media[i];
    else asset.media.mime = attempt.outputs[i].mime;
    asset.recipe = job.recipe;
    asset.job = job.id;
    asset.generation = job.generation;
    asset.variation = job.variation;
    asset.parents = job.parents;
    if (i == 0) asset.cost = attempt.settled;
    asset.currency = attempt.currency;
    asset.created_ms = facts.now_wall_ms;
    step.assets.push_back(std::move(asset));
  }
}

}  // namespace

JobStep on(JobLife life, const JobFacts& facts, const happened::FetchChained& event) {
  if (!is(life, JobState::Fetching, AttemptState::RemoteDone)) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T9", JobState::Fetching, {});
  step.life.attempt->remote_state = event.remote_state;
  step.acts.push_back({ActKind::FollowChain});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::FetchFailed& event) {
  if (!is(life, JobState::Fetching, AttemptState::RemoteDone)) return bug(std::move(life));
  const int tries = ++life.tries.fetches_failed;
  JobStep step = nothing(std::move(life));
  step.saving = Saving::Lazily;
  step.name = "T9";
  step.life.job.reason = sentence(event.error.message);
  step.life.job.cause = event.error.kind == ErrorKind::Unauthorised ? JobCause::Key : JobCause::None;
  step.life.job.updated_ms = facts.now_wall_ms;
  const bool was_throttled = event.error.kind == ErrorKind::RateLimited;
  if (event.error.kind == ErrorKind::Unauthorised) step.acts.push_back({ActKind::StopAccount});
  // What keeps arriving may be right and what is expected wrong: hash and length of a first download that nothing vouched for,
  // whose file is gone. What the service itself says of it is read once more; where it says nothing new, the fetching goes on.
  const bool is_suspect = event.error.kind == ErrorKind::Damaged && tries >= damaged_before_asking && !step.life.attempt->remote_id.empty();
  const bool is_asked = is_suspect && !std::exchange(step.life.tries.result_asked_anew, true);
  if (is_asked) step.life.tries.gone = 0;
  step.acts.push_back({is_asked ? ActKind::Poll : ActKind::Fetch, backoff_secs(tries, was_throttled ? BackoffKind::Throttled : BackoffKind::Network, facts.jitter,
                                                    event.error.retry_after_secs)});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::OutputExpired&) {
  if (!is(life, JobState::Fetching, AttemptState::RemoteDone)) return bug(std::move(life));
  if (life.tries.addresses_renewed || life.attempt->remote_id.empty()) {
    return expired(std::move(life), facts, "The result was made and paid, but its address has expired.");
  }
  life.tries.addresses_renewed = true;
  life.tries.gone = 0;
  return nothing(std::move(life), {{ActKind::Poll}});
}

JobStep on(JobLife life, const JobFacts& facts, const happened::BlobsStored& event) {
  if (!is(life, JobState::Fetching, AttemptState::RemoteDone) || event.outputs.empty()) return bug(std::move(life));
  JobStep step = first(std::move(life), facts, "T10", JobState::Fetching, {});
  step.life.attempt->state = AttemptState::Fetched;
  step.life.attempt->outputs = event.outputs;
  step.life.tries = {.checks_failed = step.life.tries.checks_failed};  // of blobs that were gone, which must not go round for ever
  step.acts.push_back({ActKind::Check});
  return step;
}

// Lost between the vault and its check: the addresses are still there, so what is paid is brought home once more.
JobStep on(JobLife life, const JobFacts& facts, const happened::BlobsGone&) {
  if (!is(life, JobState::Fetching, AttemptState::Fetched)) return bug(std::move(life));
  const int tries = ++life.tries.checks_failed;
  JobStep step = first(std::move(life), facts, "T10g", JobState::Fetching, "The file of the result is gone from the project; it is fetched again.");
  step.life.attempt->state = AttemptState::RemoteDone;
  step.acts.push_back({ActKind::Fetch, tries > 1 ? backoff_secs(tries, BackoffKind::Throttled, facts.jitter) : 0});
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::ResultChecked& event) {
  if (!is(life, JobState::Fetching, AttemptState::Fetched) || event.media.size() != life.attempt->outputs.size()) {
    return bug(std::move(life));
  }
  JobStep step = first(std::move(life), facts, "T12", JobState::Done, {});
  settle(step, facts, step.life.attempt->settled);
  step.life.attempt->state = AttemptState::Settled;
  step.life.job.progress = 1;
  step.life.job.eta_secs = 0;
  step.life.job.cancel_wished = false;  // a result that arrived anyway is kept
  add_assets(step, facts, event.media, AssetState::Done);
  return step;
}

JobStep on(JobLife life, const JobFacts& facts, const happened::CheckFailed& event) {
  if (!is(life, JobState::Fetching, AttemptState::Fetched)) return bug(std::move(life));
  const ErrorKind kind = event.error.kind;
  const bool counts = event.crashed || kind == ErrorKind::Timeout;
  // Damaged bytes stay damaged. What is wrong with this machine (disk, no child) may pass.
  const bool is_hopeless = kind == ErrorKind::Damaged || kind == ErrorKind::BadRequest || kind == ErrorKind::Refused;
  if (counts) ++life.job.local_tries;
  if (life.job.local_tries >= crashes_before_quarantine || (is_hopeless && !counts)) {
    const std::string why = counts ? "The result crashed the decoder twice: it is kept, but never opened again."
                                   : "The result cannot be read: " + sentence(event.error.message);
    JobStep step = first(std::move(life), facts, "T12", JobState::Quarantined, why);
    step.life.job.cause = JobCause::Result;
    settle(step, facts, step.life.attempt->settled);
    step.life.attempt->state = AttemptState::Settled;
    step.life.attempt->detail = event.error.detail;
    add_assets(step, facts, {}, AssetState::Quarantined);
    return step;
  }
  const int tries = ++life.tries.checks_failed;
  JobStep step = first(std::move(life), facts, "T11", JobState::Fetching, sentence(event.error.message));
  step.acts.push_back({ActKind::Check, counts ? 0 : backoff_secs(tries, BackoffKind::Throttled, facts.jitter)});
  return step;
}

}  // namespace studio::steps
