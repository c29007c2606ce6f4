// Results are brought home: earliest expiry first, checked against what the service said, hashed into the vault, probed.
#include <limits>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "runner/crash_point.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr std::size_t fetches_at_once = 8;
constexpr std::string_view spool_scheme = "spool:";

bool is_in_spool(const RemoteOutput& output) { return output.url.starts_with(spool_scheme); }

}  // namespace

void Runner::Engine::fetch(Live& live) {
  if (live.busy || park(live, ActKind::Fetch)) return;
  const JobId id = live.life.job.id;
  if (live.stored.size() >= live.life.attempt->outputs.size()) return happen(id, happened::BlobsStored{live.stored});
  const std::int64_t expires = live.life.attempt->outputs[live.stored.size()].expires_ms;
  if (!is_home(live) && !may_go(live, ServicePath::Download, ActKind::Fetch)) return;
  live.busy = true;
  fetches_waiting.emplace(expires == 0 ? std::numeric_limits<std::int64_t>::max() : expires, id);
  start_fetches();
}

void Runner::Engine::start_fetches() {
  while (fetches_under_way.size() < fetches_at_once && !fetches_waiting.empty()) {
    const JobId id = fetches_waiting.begin()->second;
    fetches_waiting.erase(fetches_waiting.begin());
    Live* live = find(id);
    if (live == nullptr || live->life.job.state != JobState::Fetching) continue;
    live->busy = false;
    fetch_output(*live);
  }
}

// The next output is here already: from an inline answer, or from before a crash.
bool Runner::Engine::is_home(const Live& live) const {
  const RemoteOutput& output = live.life.attempt->outputs[live.stored.size()];
  if (is_in_spool(output) || (is_sha256_hex(output.sha256) && !live.is_home_damaged && files->has(output.sha256))) return true;
  return output.bytes > 0 && is_sha256_hex(output.sha256) && files->size_of(part_spool(*live.life.attempt, live.stored.size())) == output.bytes;
}

void Runner::Engine::fetch_output(Live& live) {
  const JobId id = live.life.job.id;
  const Ticket ticket = live.ticket;
  if (is_home(live)) return store_output(live);
  if (park(live, ActKind::Fetch)) return never_went(live);
  fetches_under_way.insert(id);
  live.busy = true;
  with_endpoint(endpoint_of(live), [this, id, ticket](const Result<Endpoint>& endpoint) {
    fetches_under_way.erase(id);
    if (Live* asked = answered(id, ticket)) guarded(id, [&] { start_download(*asked, endpoint); });
    // By a letter: start_fetches() may be what called us.
    if (!fetches_under_way.contains(id)) post_to_engine([this] { start_fetches(); });
  });
}

void Runner::Engine::start_download(Live& live, const Result<Endpoint>& endpoint) {
  const Provider* provider = provider_of(live);
  if (!endpoint || provider == nullptr) {
    const Error error = endpoint ? Error{ErrorKind::NotFound, "This program does not know the service of this job.", "", 0} : endpoint.error();
    return happen(live.life.job.id, happened::FetchFailed{error});
  }
  download(live, provider->plan_fetch(loan_of(live, *endpoint), live.life.attempt->outputs[live.stored.size()]));
}

void Runner::Engine::download(Live& live, HttpRequest request) {
  const JobId id = live.life.job.id;
  const RemoteOutput& output = live.life.attempt->outputs[live.stored.size()];
  const auto part = part_spool(*live.life.attempt, live.stored.size());
  const ProviderProfile& profile = provider_of(live)->profile();
  request.profile = HttpProfile::Download;
  request.answer_file = part.string();
  request.max_bytes = profile.max_output_bytes;
  // A signed address gets no key, whatever was planned.
  if (!profile.authorised_download) std::erase_if(request.headers, [](const HttpHeader& header) { return header.secret; });
  const std::int64_t there = files->size_of(part);
  // Going on with a part is right only where its tag shows that the rest is of the same file, or the hash of the whole would
  // show that it is not.
  const bool may_go_on = !live.part.etag.empty() || is_sha256_hex(output.sha256);
  if (there > 0 && may_go_on && (output.bytes == 0 || there < output.bytes)) {
    request.resume_from = there;
    request.part = live.part;
  } else if (there > 0) {
    files->remove(part);
  }
  fetches_under_way.insert(id);
  live.chain_is_fetch = false;
  const Ticket ticket = live.ticket;
  const std::string logical = endpoint_of(live);
  keep_to_profile(request, provider_of(live));
  if (!may_retry(live, request, live.life.tries.fetches_failed, ActKind::Fetch)) {
    fetches_under_way.erase(id);
    return;
  }
  live.busy = true;
  live.part = {};  // until the answer says what lies there now
  live.asked_epoch = accounts[logical].epoch;
  leaves(live);
  const std::int64_t here = request.resume_from;
  live.transfer = transport->start(std::move(request), [this, id, ticket](const HttpResponse& response) {
    fetches_under_way.erase(id);
    Live* asked = answered(id, ticket);
    if (asked != nullptr) {
      came_back(*asked, response);
      guarded(id, [&] { fetch_answered(*asked, response); });
    }
    start_fetches();
  });
  live.bytes_told = -1;
  tell_download(live, {.received = here});
  watch_downloads_later();
}

void Runner::Engine::tell_download(Live& live, Transport::Progress progress) {
  if (progress.received <= live.bytes_told) return;
  live.bytes_told = progress.received;
  const RemoteOutput& output = live.life.attempt->outputs[live.stored.size()];
  tell(DownloadProgress{live.life.job.id, progress.received, output.bytes > 0 ? output.bytes : progress.total, output.expires_ms});
}

void Runner::Engine::watch_downloads_later() {
  constexpr double told_every_secs = 0.5;
  if (std::exchange(downloads_are_watched, true)) return;
  after(told_every_secs, [this] {
    downloads_are_watched = false;
    for (const JobId id : fetches_under_way) {
      Live* live = find(id);
      // Before its first byte it may still be looking for its address.
      if (live == nullptr || live->life.job.state != JobState::Fetching || live->bytes_told < 0) continue;
      tell_download(*live, transport->progress(live->transfer));
    }
    if (!fetches_under_way.empty()) watch_downloads_later();
  });
}

void Runner::Engine::fetch_answered(Live& live, const HttpResponse& response) {
  const JobId id = live.life.job.id;
  live.part = response.part;
  if (response.failure != HttpFailure::None) return happen(id, happened::FetchFailed{error_of(response, live)});
  const RemoteOutput output = live.life.attempt->outputs[live.stored.size()];
  const ProviderCall call = loan_of(live, known_endpoint(endpoint_of(live)));
  // Asked without a key, a refusal is of the address: signed ones answer so when their time is over.
  const bool address_is_over = !provider_of(live)->profile().authorised_download && (response.status == 401 || response.status == 403);
  if (address_is_over) return happen(id, happened::OutputExpired{});
  const FetchRead read = provider_of(live)->read_fetch(call, output, response);
  if (std::holds_alternative<Fetched>(read)) {
    went_well(live);
    // Nobody said how long it is: only a second one of the same length is believed.
    const bool is_proven = response.end_is_proven || output.bytes > 0 || is_sha256_hex(output.sha256);
    if (!is_proven && std::exchange(live.unproven_bytes, response.body_bytes) != response.body_bytes) {
      return happen(id, happened::FetchFailed{{ErrorKind::Damaged, "The result came without its length: it is fetched once more, to be sure that it is whole.", "", 0}});
    }
    store_output(live);
  } else if (std::holds_alternative<OutputExpired>(read)) {
    happen(id, happened::OutputExpired{});
  } else if (const auto* failed = std::get_if<CallFailed>(&read)) {
    happen(id, happened::FetchFailed{failed->error});
  } else if (const auto* next_request = std::get_if<NextRequest>(&read)) {
    live.planned = next_request->request;
    live.chain_is_fetch = true;
    happen(id, happened::FetchChained{next_request->state});
  }
}

// Worker: checks what came against what was said, then the vault takes it.
void Runner::Engine::store_output(Live& live) {
  const RemoteOutput output = live.life.attempt->outputs[live.stored.size()];
  const auto file = is_in_spool(output) ? files->spool_path(output.url.substr(spool_scheme.size()))
                                        : part_spool(*live.life.attempt, live.stored.size());
  const auto work = [output, file, files = files]() -> Result<StoredBlob> {
    const bool hash_is_known = is_sha256_hex(output.sha256);
    // A blob that lies there is believed only when it is read again: the good bytes take a damaged one's place.
    if (hash_is_known && files->has(output.sha256)) {
      const auto blob = files->blob_path(output.sha256);
      STUDIO_TRY(const std::string found, files->hash_of(blob));
      if (found == output.sha256) {
        files->remove(file);
        return StoredBlob{output.sha256, files->size_of(blob), true};
      }
    }
    const std::int64_t size = files->size_of(file);
    const auto damaged = [&](const char* words) {
      files->remove(file);
      return fail(ErrorKind::Damaged, words, "got " + std::to_string(size) + " of " + std::to_string(output.bytes) + " bytes");
    };
    if (size == 0) return damaged("The result arrived empty; it is fetched again.");
    if (output.bytes > 0 && size != output.bytes) return damaged("The result did not arrive whole; it is fetched again.");
    if (hash_is_known) {
      STUDIO_TRY(const std::string found, files->hash_of(file));
      if (found != output.sha256) return damaged("The result arrived damaged; it is fetched again.");
    }
    crash_point("vault", "before");
    auto blob = files->adopt(file);
    crash_point("vault", "after");
    return blob;
  };
  on_worker(live, work, [this](Live& asked, Result<StoredBlob> blob) { output_stored(asked, std::move(blob)); });
}

void Runner::Engine::output_stored(Live& live, Result<StoredBlob> blob) {
  const JobId id = live.life.job.id;
  RemoteOutput output = live.life.attempt->outputs[live.stored.size()];
  // What the spool lost cannot be fetched again: the service may be asked once more for it.
  if (!blob && is_in_spool(output) && blob.error().kind == ErrorKind::Damaged) return happen(id, happened::OutputExpired{});
  live.is_home_damaged = !blob && blob.error().kind == ErrorKind::Damaged && is_sha256_hex(output.sha256) && files->has(output.sha256);
  if (!blob) return happen(id, happened::FetchFailed{blob.error()});
  output.sha256 = blob->sha256;
  output.bytes = blob->bytes;
  live.stored.push_back(std::move(output));
  live.unproven_bytes = -1;
  live.part = {};
  fetch(live);  // the next one, or the end
}

// Worker: what the files are, by content, in the media child. No asset exists before this has passed.
void Runner::Engine::check_result(Live& live) {
  if (live.busy) return;
  const auto work = [outputs = live.life.attempt->outputs, files = files, media = parts.media]() -> JobEvent {
    happened::ResultChecked checked;
    for (const RemoteOutput& output : outputs) {
      // To a decoder a disk that cannot be read looks like a damaged file: it is believed when it says so twice, and the disk not.
      for (int look = 1;; ++look) {
        auto fd = files->open(output.sha256);
        if (!fd && fd.error().kind == ErrorKind::NotFound) return happened::BlobsGone{};
        if (!fd) return happened::CheckFailed{{ErrorKind::Disk, fd.error().message, fd.error().detail, 0}, false};
        // Between the vault and here lies a commit, or a night: what became damaged meanwhile is fetched again.
        const auto hash = files->hash_of(files->blob_path(output.sha256));
        if (!hash) return happened::CheckFailed{{ErrorKind::Disk, hash.error().message, hash.error().detail, 0}, false};
        if (*hash != output.sha256) return happened::BlobsGone{};
        auto summary = media->probe(fd->get());
        if (!summary && !summary.error().crashed && summary.error().error.kind == ErrorKind::Damaged && look == 1) continue;
        if (!summary) return happened::CheckFailed{summary.error().error, summary.error().crashed};
        checked.media.push_back(std::move(*summary));
        break;
      }
    }
    return checked;
  };
  on_worker(live, work, [this](Live& asked, Result<JobEvent> event) {
    happen(asked.life.job.id, event ? std::move(*event) : JobEvent(happened::CheckFailed{event.error(), false}));
  });
}

}  // namespace studio
