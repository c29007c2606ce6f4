// Imports, and the local jobs of the ledger: free, and done again after a crash. Whether posters are missing is told by the
// packs themselves, so a job that is done and a pack that is lost cannot leave a picture without. What stands in a poster's
// place while it is read is made of the small one, and kept in the ledger: that of older pictures is made beside all else.
#include "base/log.h"
#include "runner/engine.h"
#include "store/version_links.h"

namespace studio {
namespace {

constexpr int large_edge = 1024;
constexpr int small_edge = 256;
constexpr int posters_page = 500;  // assets looked through at one go on the store thread
constexpr double posters_again_secs = 30;
constexpr int few_posters = 100;   // so many in the queue: the next page is looked at
constexpr std::size_t hints_at_once = 32;
constexpr double hints_pause_secs = 0.05;

std::string poster_key(const std::string& sha256, int edge) { return sha256 + ":" + std::to_string(edge); }

bool has_posters(const Packs& packs, const std::string& sha256) {
  return packs.has(poster_key(sha256, large_edge)) && packs.has(poster_key(sha256, small_edge));
}

Result<void> keep_posters(Packs& packs, const std::string& sha256, const MediaWork::Posters& posters) {
  STUDIO_CHECK(packs.append(poster_key(sha256, large_edge), posters.large));
  return packs.append(poster_key(sha256, small_edge), posters.small);
}

PosterHint hint_in(const Packs& packs, MediaWork& media, const std::string& sha256) {
  const auto small = packs.read(poster_key(sha256, small_edge));
  return small ? media.hint_of(*small) : PosterHint{};
}

MediaKind kind_of(const MediaSummary& media) {
  if (media.mime.starts_with("video/")) return MediaKind::Video;
  return media.mime.starts_with("audio/") ? MediaKind::Audio : MediaKind::Image;
}

struct Import {
  Asset asset;
  std::optional<Job> poster_job;
  bool was_known = false;
  std::vector<Asset> mended;  // its bytes were missed by these
  bool was_in_trash = false;
  bool is_linked = false;  // it was known, and now is an edited version of another
};

Error import_error(const MediaWork::Failure& failure, const std::filesystem::path& file) {
  Error error = failure.error;
  if (failure.crashed) error.message = "The file crashes the decoder, so it is not imported";
  while (!error.message.empty() && error.message.back() == '.') error.message.pop_back();
  error.message += ": " + file.string();
  return error;
}

Error version_error(const VersionOf& version_of, const std::filesystem::path& file) {
  const std::string kind(to_string(version_of.kind));
  return {ErrorKind::BadRequest, "This is no " + kind + ", and " + to_string(version_of.asset) + " is one: choose its edited version: " + file.string(), "", 0};
}

// Tells whether a file was written to between two looks.
struct FileStamp {
  std::filesystem::file_time_type written{};
  std::uintmax_t bytes = 0;
  bool operator==(const FileStamp&) const = default;
};
FileStamp stamp_of(const std::filesystem::path& file) {
  std::error_code ignored;
  return {std::filesystem::last_write_time(file, ignored), std::filesystem::file_size(file, ignored)};
}

// Worker. The file is looked at before it is copied, so that what is refused leaves nothing behind; the posters are made
// from the copy, because the original may change under us. `copied` is the SHA-256 of the copy, where it is a new one: for
// nothing, if this fails.
Result<Import> import_one(const std::filesystem::path& file, const Vault& vault, MediaWork& media, Packs& packs,
                          const std::optional<VersionOf>& version_of, const std::function<bool()>& cancelled, std::string& copied) {
  std::error_code status_error;
  if (std::filesystem::is_directory(file, status_error)) {
    return fail(ErrorKind::BadRequest, "This is a folder; name the files in it: " + file.string());
  }
  const FileStamp before = stamp_of(file);
  STUDIO_TRY(const UniqueFd source, open_for_read(file));
  auto summary = media.probe(source.get());
  if (!summary) return fail(import_error(summary.error(), file));
  if (version_of && kind_of(*summary) != version_of->kind) return fail(version_error(*version_of, file));
  STUDIO_TRY(const StoredBlob blob, vault.import(file, cancelled));
  if (!blob.was_known) copied = blob.sha256;
  STUDIO_TRY(const UniqueFd fd, vault.open(blob.sha256));
  if (stamp_of(file) != before) {
    summary = media.probe(fd.get());
    if (!summary) return fail(import_error(summary.error(), file));
    if (version_of && kind_of(*summary) != version_of->kind) return fail(version_error(*version_of, file));
  }
  Import import;
  import.asset.kind = kind_of(*summary);
  if (import.asset.kind != MediaKind::Audio && !has_posters(packs, blob.sha256)) {
    const auto posters = media.posters(fd.get(), import.asset.kind);
    if (!posters) return fail(import_error(posters.error(), file));
    if (auto kept = keep_posters(packs, blob.sha256, *posters); !kept) log_warning("posters: " + kept.error().message);
    import.asset.hint = media.hint_of(posters->small);
  } else if (import.asset.kind != MediaKind::Audio) {
    import.asset.hint = hint_in(packs, media, blob.sha256);
  }
  import.asset.media = *summary;
  import.asset.sha256 = blob.sha256;
  import.asset.bytes = blob.bytes;
  import.asset.source_name = file.filename().string();
  import.asset.recipe.kind = import.asset.kind;
  import.asset.recipe.provider = import_provider;
  import.asset.recipe.width = summary->width;
  import.asset.recipe.height = summary->height;
  import.asset.recipe.seconds = summary->seconds;
  return import;
}

}  // namespace

void Runner::Engine::import_files(std::vector<std::filesystem::path> sources, std::function<void(ImportedFile)> each,
                                  std::function<void()> all_done, std::optional<VersionOf> version_of) {
  if (sources.empty()) {
    if (all_done) all_done();
    return;
  }
  auto left = std::make_shared<std::size_t>(sources.size());
  const auto finish = [this, left, each = std::move(each), all_done = std::move(all_done)](ImportedFile imported) {
    --imports_under_way;
    grant_wished = true;
    if (each) each(std::move(imported));
    if (--*left == 0 && all_done) all_done();
  };
  for (const auto& file : sources) {
    ++imports_under_way;
    auto copied = std::make_shared<std::string>();
    const auto work = [this, file, copied, version_of, vault = parts.vault, media = parts.media] {
      return import_one(file, vault, *media, parts.packs, version_of, [this] { return stop_wished.load(); }, *copied);
    };
    on_worker(Urgency::Background, work, [this, file, copied, version_of, finish](Result<Import> worked) {
      if (!worked) {
        if (!copied->empty()) remove_blob(*copied);
        return finish({file, fail(worked.error()), false});
      }
      auto import = std::make_shared<Import>(std::move(*worked));
      import->asset.created_ms = parts.clock.wall_ms();
      if (version_of) import->asset.parents = {version_of->asset};
      const bool lacks = lacks_posters(AssetState::Done, import->asset.kind, import->asset.sha256);
      parts.store.write(
          [import, lacks, version_of, vault = parts.vault](Ledger& ledger) -> Result<void> {
            if (!vault.has(import->asset.sha256)) return fail(ErrorKind::Disk, "The copy of the file is gone; import it again.");
            STUDIO_TRY(const auto known, ledger.asset_of_blob(import->asset.sha256));
            if (!known) {
              STUDIO_TRY(import->asset.id, ledger.add_asset(import->asset));
              if (lacks) {
                const Asset& added = import->asset;
                STUDIO_TRY(import->poster_job, add_poster_job(ledger, added.id, added.kind, added.sha256, added.created_ms));
              }
              return {};
            }
            import->was_known = true;
            STUDIO_TRY(import->mended, found_again(ledger, known->sha256));
            import->asset = *known;
            import->was_in_trash = known->in_trash;
            if (known->in_trash) STUDIO_CHECK(ledger.set_trashed(known->id, false));
            import->asset.in_trash = false;
            if (known->state == AssetState::Missing) {
              import->asset.state = AssetState::Done;
              import->asset.reason.clear();
            }
            // Its own file came back, or it becomes an edited version by what is said of it.
            if (!version_of || (known->id == version_of->asset && !import->mended.empty())) return {};
            STUDIO_TRY(import->is_linked, link_version(ledger, import->asset, version_of->asset));
            return {};
          },
          [this, file, finish, import, version_of, letters = box](Result<void> result) {
            letters->post([this, file, finish, import, version_of, result = std::move(result)] {
              if (!result) return finish({file, fail(result.error()), false});
              if (!import->was_known) tell(AssetArrived{import->asset});
              else if (import->was_in_trash || import->is_linked) tell(AssetChanged{import->asset, import->was_in_trash, import->is_linked});
              for (const Asset& mended : import->mended) {
                if (mended.id != import->asset.id || !(import->was_in_trash || import->is_linked)) tell(AssetChanged{mended});
              }
              finish({file, import->asset, import->was_known, import->is_linked || (version_of && !import->was_known)});
              if (has_posters(parts.packs, import->asset.sha256)) tell(PosterReady{import->asset.id, import->asset.sha256});
              if (import->poster_job) begin(std::move(*import->poster_job));
            });
          });
    });
  }
}

// On the store thread, where the rows are made: a blob that got one meanwhile stays.
void Runner::Engine::remove_blob(const std::string& sha256) {
  parts.store.write([sha256, vault = parts.vault](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(const auto asset, ledger.asset_of_blob(sha256));
    std::error_code ignored;
    if (!asset) std::filesystem::remove(vault.blob_path(sha256), ignored);
    return {};
  });
}

// --- local jobs

bool Runner::Engine::lacks_posters(AssetState state, MediaKind kind, const std::string& sha256) const {
  return state == AssetState::Done && kind != MediaKind::Audio && !has_posters(parts.packs, sha256);
}

Result<Job> add_poster_job(Ledger& ledger, AssetId asset, MediaKind kind, const std::string& sha256, std::int64_t now_wall_ms) {
  Job job;
  job.kind = JobKind::Poster;
  job.state = JobState::Queued;
  job.asset = asset;
  job.recipe.provider = local_lane.provider;
  job.recipe.kind = local_lane.kind;
  job.recipe.inputs = {{std::string(to_string(kind)), sha256}};
  job.progress = -1;
  job.created_ms = job.updated_ms = now_wall_ms;
  STUDIO_TRY(job.id, ledger.add_job(job));
  return job;
}

// From now on a local job of the ledger is driven.
void Runner::Engine::begin(Job job) {
  const JobId id = job.id;
  if (!parts.drive || find(id) != nullptr) return;
  tell(JobChanged{job});
  const bool is_waiting = job.state == JobState::Queued;
  adopt_live({std::move(job), std::nullopt, {}});
  if (is_waiting) return carry_out(id, {{ActKind::QueueAgain}});
  happen(id, happened::LocalMissing{});
  if (const Live* live = find(id); live != nullptr && !live->committing && is_terminal(live->life.job.state)) over(id);
}

void Runner::Engine::work(Live& live) {
  const Job& job = live.life.job;
  const RecipeInput& input = job.recipe.inputs.front();
  const MediaKind kind = media_kind_from(input.role).value_or(MediaKind::Image);
  struct Made {
    std::optional<MediaWork::Failure> failure;
    PosterHint hint = {};
  };
  const auto make_posters = [this, sha256 = input.sha256, kind, media = parts.media]() -> Made {
    if (has_posters(parts.packs, sha256)) return {std::nullopt, hint_in(parts.packs, *media, sha256)};
    auto posters = tl::expected<MediaWork::Posters, MediaWork::Failure>();
    // To a decoder a disk that cannot be read looks like a damaged file: it is believed when it says so twice, and the disk not.
    for (int look = 1; look <= 2; ++look) {
      const auto fd = files->open(sha256);
      if (!fd) return {MediaWork::Failure{fd.error(), false}};
      posters = media->posters(fd->get(), kind);
      if (posters) break;
      if (posters.error().crashed || posters.error().error.kind != ErrorKind::Damaged || look == 2) return {posters.error()};
      if (const auto hash = files->hash_of(files->blob_path(sha256)); !hash) return {MediaWork::Failure{hash.error(), false}};
    }
    if (auto kept = keep_posters(parts.packs, sha256, *posters); !kept) return {MediaWork::Failure{kept.error(), false}};
    return {std::nullopt, media->hint_of(posters->small)};
  };
  on_worker(Urgency::Background, make_posters,
            [this, id = job.id, asset = job.asset, sha256 = input.sha256, ticket = live.ticket](const Result<Made>& answer) {
              const std::optional<MediaWork::Failure> failure = answer ? answer->failure : MediaWork::Failure{answer.error(), false};
              if (!failure) {
                keep_hints({{sha256, answer->hint}});
                return happen(id, happened::LocalDone{}, ticket);
              }
              log_warning("no poster of " + to_string(asset) + ": " + failure->error.message);
              happen(id, happened::LocalFailed{failure->error, failure->crashed}, ticket);
            });
}

// Page by page, so that a large project holds neither the store nor the memory up at its start.
void Runner::Engine::find_missing_posters(AssetId after_id) {
  looking_for_posters = true;
  auto rows = std::make_shared<std::vector<AssetRow>>();
  parts.store.write(
      [after_id, rows](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(*rows, ledger.asset_rows_after(after_id, posters_page));
        return {};
      },
      [this, after_id, rows, letters = box](Result<void> result) {
        letters->post([this, after_id, rows, result = std::move(result)] {
          looking_for_posters = false;
          if (stopping) return;
          if (!result) return look_for_posters_later(after_id, result.error());
          if (static_cast<int>(rows->size()) == posters_page) posters_looked_at = rows->back().id;
          want_hints(*rows);
          std::erase_if(*rows, [this](const AssetRow& row) { return !lacks_posters(row.state, row.kind, row.sha256); });
          if (!rows->empty()) return want_posters(after_id, std::move(*rows));
          look_for_more_posters();
        });
      });
}

// A picture without posters gets its job back, or its first one.
void Runner::Engine::want_posters(AssetId after_id, std::vector<AssetRow> rows) {
  looking_for_posters = true;
  auto jobs = std::make_shared<std::vector<Job>>();
  parts.store.write(
      [rows = std::move(rows), jobs, now = parts.clock.wall_ms()](Ledger& ledger) -> Result<void> {
        jobs->clear();
        for (const AssetRow& row : rows) {
          STUDIO_TRY(auto known, ledger.jobs({.kind = JobKind::Poster, .asset = row.id}));
          if (known.empty()) {
            STUDIO_TRY(known.emplace_back(), add_poster_job(ledger, row.id, row.kind, row.sha256, now));
          }
          jobs->push_back(std::move(known.back()));
        }
        return {};
      },
      [this, after_id, jobs, letters = box](Result<void> result) {
        letters->post([this, after_id, jobs, result = std::move(result)] {
          looking_for_posters = false;
          if (stopping) return;
          if (!result) return look_for_posters_later(after_id, result.error());
          for (Job& job : *jobs) begin(std::move(job));
          look_for_more_posters();
        });
      });
}

// The ledger could not be read or written: the same page once more, when its disk may have recovered.
void Runner::Engine::look_for_posters_later(AssetId after_id, const Error& why) {
  log_warning("missing posters are looked for later: " + why.message);
  after(posters_again_secs, [this, after_id, why] {
    if (stopping) return;
    if (looking_for_posters) return look_for_posters_later(after_id, why);
    find_missing_posters(after_id);
  });
}

void Runner::Engine::look_for_more_posters() {
  if (stopping || looking_for_posters || !posters_looked_at || lanes.queued(local_lane) >= few_posters) return;
  if (hints_wanted.size() >= hints_at_once) return;
  find_missing_posters(*std::exchange(posters_looked_at, std::nullopt));
}

// --- hints: what is known of a poster before it is read

// What cannot be written now is made again at the next start.
void Runner::Engine::keep_hints(BlobHints hints) {
  std::erase_if(hints, [](const auto& entry) { return !entry.second.is_known(); });
  if (hints.empty()) return;
  auto ready = std::make_shared<HintsReady>();
  parts.store.write(
      [hints = std::move(hints), ready](Ledger& ledger) -> Result<void> {
        ready->hints.clear();
        for (const auto& [sha256, hint] : hints) {
          STUDIO_TRY(const auto assets, ledger.save_poster_hint(sha256, hint));
          for (const AssetId asset : assets) ready->hints.emplace_back(asset, hint);
        }
        return {};
      },
      [this, ready, letters = box](Result<void> result) {
        letters->post([this, ready, result = std::move(result)] {
          if (!result) return log_warning("average colours are kept later: " + result.error().message);
          tell(std::move(*ready));
        });
      });
}

// Of one page: of the same bytes once.
void Runner::Engine::want_hints(const std::vector<AssetRow>& rows) {
  std::set<std::string_view> wanted;
  for (const AssetRow& row : rows) {
    const bool is_shown = row.state == AssetState::Done && row.kind != MediaKind::Audio;
    if (!is_shown || row.has_hint || !parts.packs.has(poster_key(row.sha256, small_edge))) continue;
    if (wanted.insert(row.sha256).second) hints_wanted.push_back(row.sha256);
  }
  make_hints();
}

// Of pictures from before there were any: a few at a time, with pauses, so that nobody notices.
void Runner::Engine::make_hints() {
  if (stopping || making_hints || hints_wanted.empty()) return;
  making_hints = true;
  std::vector<std::string> blobs;
  for (; !hints_wanted.empty() && blobs.size() < hints_at_once; hints_wanted.pop_front()) blobs.push_back(std::move(hints_wanted.front()));
  const auto work = [this, blobs = std::move(blobs), media = parts.media]() -> BlobHints {
    BlobHints hints;
    for (const std::string& sha256 : blobs) {
      if (stop_wished) break;
      hints.emplace_back(sha256, hint_in(parts.packs, *media, sha256));
    }
    return hints;
  };
  on_worker(Urgency::Background, work, [this](Result<BlobHints> made) {
    if (made) keep_hints(std::move(*made));
    const auto go_on = [this] {
      making_hints = false;
      make_hints();
      look_for_more_posters();
    };
    if (hints_wanted.empty()) return go_on();
    after(hints_pause_secs, go_on);
  });
}

}  // namespace studio
