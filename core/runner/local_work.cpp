// Imports and posters: local, free, and done again after a crash. Posters are no jobs of the ledger: whether one is missing
// is told by the packs themselves, so nothing can get stuck between the two.
#include "base/log.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr int large_edge = 1024;
constexpr int small_edge = 256;
constexpr int posters_page = 500;  // assets looked through at one go on the store thread

std::string poster_key(const std::string& sha256, int edge) { return sha256 + ":" + std::to_string(edge); }

bool has_posters(const Packs& packs, const std::string& sha256) {
  return packs.has(poster_key(sha256, large_edge)) && packs.has(poster_key(sha256, small_edge));
}

Result<void> keep_posters(Packs& packs, const std::string& sha256, const MediaWork::Posters& posters) {
  STUDIO_CHECK(packs.append(poster_key(sha256, large_edge), posters.large));
  return packs.append(poster_key(sha256, small_edge), posters.small);
}

MediaKind kind_of(const MediaSummary& media) {
  if (media.mime.starts_with("video/")) return MediaKind::Video;
  return media.mime.starts_with("audio/") ? MediaKind::Audio : MediaKind::Image;
}

struct Import {
  Asset asset;
  bool was_known = false;
  bool was_missing = false;
};

Error import_error(const MediaWork::Failure& failure, const std::filesystem::path& file) {
  Error error = failure.error;
  if (failure.crashed) error.message = "The file crashes the decoder, so it is not imported";
  while (!error.message.empty() && error.message.back() == '.') error.message.pop_back();
  error.message += ": " + file.string();
  return error;
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
                          const std::function<bool()>& cancelled, std::string& copied) {
  std::error_code status_error;
  if (std::filesystem::is_directory(file, status_error)) {
    return fail(ErrorKind::BadRequest, "This is a folder; name the files in it: " + file.string());
  }
  const FileStamp before = stamp_of(file);
  STUDIO_TRY(const UniqueFd source, open_for_read(file));
  auto summary = media.probe(source.get());
  if (!summary) return fail(import_error(summary.error(), file));
  STUDIO_TRY(const StoredBlob blob, vault.import(file, cancelled));
  if (!blob.was_known) copied = blob.sha256;
  STUDIO_TRY(const UniqueFd fd, vault.open(blob.sha256));
  if (stamp_of(file) != before) {
    summary = media.probe(fd.get());
    if (!summary) return fail(import_error(summary.error(), file));
  }
  Import import;
  import.asset.kind = kind_of(*summary);
  if (import.asset.kind != MediaKind::Audio && !has_posters(packs, blob.sha256)) {
    const auto posters = media.posters(fd.get(), import.asset.kind);
    if (!posters) return fail(import_error(posters.error(), file));
    if (auto kept = keep_posters(packs, blob.sha256, *posters); !kept) log_warning("posters: " + kept.error().message);
  }
  import.asset.media = *summary;
  import.asset.sha256 = blob.sha256;
  import.asset.bytes = blob.bytes;
  import.asset.source_name = file.filename().string();
  import.asset.recipe.kind = import.asset.kind;
  import.asset.recipe.provider = "import";
  import.asset.recipe.width = summary->width;
  import.asset.recipe.height = summary->height;
  import.asset.recipe.seconds = summary->seconds;
  return import;
}

}  // namespace

void Runner::Engine::import_files(std::vector<std::filesystem::path> files, std::function<void(ImportedFile)> each,
                                  std::function<void()> all_done) {
  if (files.empty()) {
    if (all_done) all_done();
    return;
  }
  auto left = std::make_shared<std::size_t>(files.size());
  const auto finish = [this, left, each = std::move(each), all_done = std::move(all_done)](ImportedFile imported) {
    --local_work;
    if (each) each(std::move(imported));
    if (--*left == 0 && all_done) all_done();
  };
  for (const auto& file : files) {
    ++local_work;
    auto copied = std::make_shared<std::string>();
    const auto work = [this, file, copied, vault = parts.vault, media = parts.media] {
      return import_one(file, vault, *media, parts.packs, [this] { return stop_wished.load(); }, *copied);
    };
    on_worker(Urgency::Background, work, [this, file, copied, finish](Result<Import> worked) {
      if (!worked) {
        if (!copied->empty()) remove_blob(*copied);
        return finish({file, fail(worked.error()), false});
      }
      auto import = std::make_shared<Import>(std::move(*worked));
      import->asset.created_ms = parts.clock.wall_ms();
      parts.store.write(
          [import, vault = parts.vault](Ledger& ledger) -> Result<void> {
            if (!vault.has(import->asset.sha256)) return fail(ErrorKind::Disk, "The copy of the file is gone; import it again.");
            STUDIO_TRY(const auto known, ledger.asset_of_blob(import->asset.sha256));
            if (!known) {
              STUDIO_TRY(import->asset.id, ledger.add_asset(import->asset));
              return {};
            }
            import->was_known = true;
            import->was_missing = known->state == AssetState::Missing;
            if (import->was_missing) STUDIO_CHECK(ledger.set_asset_state(known->id, AssetState::Done, ""));
            import->asset = *known;
            if (import->was_missing) import->asset.state = AssetState::Done;
            return {};
          },
          [this, file, finish, import, letters = box](Result<void> result) {
            letters->post([this, file, finish, import, result = std::move(result)] {
              if (!result) return finish({file, fail(result.error()), false});
              if (!import->was_known) tell(AssetArrived{import->asset});
              else if (import->was_missing) tell(AssetChanged{import->asset});
              finish({file, import->asset, import->was_known});
              if (has_posters(parts.packs, import->asset.sha256)) tell(PosterReady{import->asset.id, import->asset.sha256});
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

void Runner::Engine::make_poster(AssetId id, const std::string& sha256, MediaKind kind) {
  if (kind == MediaKind::Audio || stopping) return;
  if (has_posters(parts.packs, sha256)) return tell(PosterReady{id, sha256});
  ++local_work;
  const auto work = [this, sha256, kind, vault = parts.vault, media = parts.media]() -> std::optional<MediaWork::Failure> {
    const auto fd = vault.open(sha256);
    if (!fd) return MediaWork::Failure{fd.error(), false};
    const auto posters = media->posters(fd->get(), kind);
    if (!posters) return posters.error();
    if (auto kept = keep_posters(parts.packs, sha256, *posters); !kept) return MediaWork::Failure{kept.error(), false};
    return std::nullopt;
  };
  on_worker(Urgency::Background, work, [this, id, sha256, kind](const Result<std::optional<MediaWork::Failure>>& failure) {
    posters_done(id, sha256, kind, failure ? *failure : MediaWork::Failure{failure.error(), false});
  });
}

void Runner::Engine::posters_done(AssetId id, const std::string& sha256, MediaKind kind, std::optional<MediaWork::Failure> failure) {
  --local_work;
  if (!failure) return tell(PosterReady{id, sha256});
  log_warning("no poster of " + to_string(id) + ": " + failure->error.message);
  const bool counts = failure->crashed || failure->error.kind == ErrorKind::Timeout;
  if (counts && ++poster_crashes[id] < 2) return make_poster(id, sha256, kind);
  AssetState state = AssetState::Quarantined;
  std::string reason = "It crashed the decoder twice: it is kept, but never opened again.";
  if (!counts) {
    const bool is_gone = failure->error.kind == ErrorKind::NotFound;
    if (!is_gone && failure->error.kind != ErrorKind::Damaged) return;  // of this machine: tried again at the next start
    state = is_gone ? AssetState::Missing : AssetState::Quarantined;
    reason = is_gone ? "Its file is not in the project any more." : "Its file cannot be read: " + failure->error.message;
  }
  auto changed = std::make_shared<std::optional<Asset>>();
  parts.store.write(
      [id, state, reason, changed](Ledger& ledger) -> Result<void> {
        STUDIO_CHECK(ledger.set_asset_state(id, state, reason));
        STUDIO_TRY(*changed, ledger.asset(id));
        return {};
      },
      [this, changed, letters = box](Result<void> result) {
        letters->post([this, changed, result = std::move(result)] {
          // The next start looks at its posters again.
          if (!result) return log_warning("its state could not be saved: " + result.error().message);
          if (*changed) tell(AssetChanged{**changed});
        });
      });
}

// Page by page, so that a large project does not hold the store up at its start.
void Runner::Engine::find_missing_posters(AssetId after_id) {
  auto rows = std::make_shared<std::vector<AssetRow>>();
  parts.store.write(
      [after_id, rows](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(*rows, ledger.asset_rows_after(after_id, posters_page));
        return {};
      },
      [this, rows, letters = box](Result<void> result) {
        letters->post([this, rows, result = std::move(result)] {
          if (!result || stopping) return;
          for (const AssetRow& row : *rows) {
            if (row.state == AssetState::Done && !has_posters(parts.packs, row.sha256)) make_poster(row.id, row.sha256, row.kind);
          }
          if (static_cast<int>(rows->size()) == posters_page) find_missing_posters(rows->back().id);
        });
      });
}

}  // namespace studio
