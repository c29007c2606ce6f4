// The files of the vault are read again, so that a bit that flipped on the disk is found before the day the file is needed.
//
// One round looks at every asset in the order of arrival, one file at a time, only while no job is under way and nobody uses
// the window, and rests three times as long as it read. Arriving is a check: a file that came within the last thirty days is
// left out, and a round begins thirty days after the last. Where the machine stopped in the middle a round over all of them
// begins at once. How far a round is, is a fact of the ledger, so that a library that was looked through costs nothing more,
// and sets no timer. What is wrong is said of the asset; the bytes stay as they are.
#include <algorithm>
#include <sstream>

#include "base/hash.h"
#include "base/log.h"
#include "model/damage.h"
#include "runner/engine.h"

namespace studio {
namespace {

constexpr std::int64_t rounds_apart_ms = 30ll * 24 * 60 * 60 * 1000;
constexpr int page_of_rows = 200;
constexpr int files_between_notes = 50;  // so many are read again after a crash, at most
constexpr std::int64_t unused_ms = 5000;  // so long nobody has used the window
constexpr double look_again_secs = 5, disk_again_secs = 60;
constexpr double rest_per_read = 3;

}  // namespace

Result<std::vector<Asset>> found_again(Ledger& ledger, const std::string& sha256) {
  // Nearly always nobody misses anything, and asking for all that do would be a walk through the table.
  STUDIO_TRY(const auto first, ledger.asset_of_blob(sha256));
  if (!first || first->state != AssetState::Missing) return std::vector<Asset>{};
  STUDIO_TRY(std::vector<Asset> missing, ledger.assets({.states = {AssetState::Missing}}));
  std::erase_if(missing, [&](const Asset& asset) { return asset.sha256 != sha256; });
  for (Asset& asset : missing) {
    STUDIO_CHECK(ledger.set_asset_state(asset.id, AssetState::Done, ""));
    asset.state = AssetState::Done;
    asset.reason.clear();
  }
  return missing;
}

// "BEGAN AFTER all|old|over": wall ms, the number of the last asset looked at, which files.
std::string Runner::Engine::FileChecks::to_fact() const {
  return std::to_string(began_wall_ms) + " " + std::to_string(after.value) + (!is_under_way ? " over" : takes_all ? " all" : " old");
}

// Called on the starting thread. `oldest`: when the first asset arrived.
void Runner::Engine::plan_file_checks(const std::string& fact, std::optional<std::int64_t> oldest) {
  const std::int64_t now = parts.clock.wall_ms();
  last_use_mono_ms = parts.clock.mono_ms();
  checks.due_wall_ms = oldest.value_or(now) + rounds_apart_ms;
  std::string which;
  if (std::istringstream words(fact); words >> checks.began_wall_ms >> checks.after.value >> which) {
    // A clock that was ahead would put the next round off for as long.
    checks.due_wall_ms = std::min(checks.began_wall_ms, now) + rounds_apart_ms;
    checks.is_under_way = which != "over";
    checks.takes_all = which == "all";
  }
  if (parts.doubts_files && oldest && !(checks.is_under_way && checks.takes_all)) {
    begin_file_round(true);
    note_file_checks();
  }
}

void Runner::Engine::begin_file_round(bool takes_all) {
  checks.began_wall_ms = parts.clock.wall_ms();
  checks.due_wall_ms = checks.began_wall_ms + rounds_apart_ms;
  checks.after = {};
  checks.rows.clear();
  checks.is_last_page = false;
  checks.is_under_way = true;
  checks.takes_all = takes_all;
  checks.unnoted = 0;
}

void Runner::Engine::note_file_checks() {
  checks.unnoted = 0;
  parts.store.write([fact = checks.to_fact()](Ledger& ledger) { return ledger.set_fact(files_checked_fact, fact); });
}

// Nothing else is to be done here, and nobody is at the window.
bool Runner::Engine::is_quiet() const {
  if (parts.clock.mono_ms() - last_use_mono_ms < unused_ms) return false;
  if (imports_under_way > 0 || commits_under_way > 0) return false;
  return std::none_of(lives.begin(), lives.end(), [](const auto& entry) {
    const Job& job = entry.second.life.job;
    if (is_local(job.kind)) return !entry.second.is_broken && !is_terminal(job.state);
    return job.state == JobState::Preparing || job.state == JobState::Sending || job.state == JobState::Running || job.state == JobState::Fetching;
  });
}

void Runner::Engine::check_files(const std::vector<AssetId>& assets, std::function<void()> done) {
  checks.wished.insert(checks.wished.end(), assets.begin(), assets.end());
  if (done) checks.askers.push_back(std::move(done));
  go_on_checking();
}

void Runner::Engine::go_on_checking() {
  if (stopping || checks.is_busy) return;
  if (!checks.wished.empty()) {
    const AssetId id = checks.wished.front();
    checks.wished.pop_front();
    return read_file_of(id);
  }
  tell_askers();
  if (!parts.drive) return;
  if (!checks.is_under_way) {
    if (parts.clock.wall_ms() < checks.due_wall_ms) return;
    begin_file_round(false);
  }
  if (checks.timer_is_set) return;
  if (!is_quiet()) return check_files_later(look_again_secs);
  if (checks.rows.empty()) return next_files();
  const AssetRow row = std::move(checks.rows.front());
  checks.rows.pop_front();
  checks.after = row.id;
  read_file_again(row.id, row.state, row.sha256);
}

// One that asks again from within is told by the next round.
void Runner::Engine::tell_askers() {
  for (auto& done : std::exchange(checks.askers, {})) done();
}

void Runner::Engine::check_files_later(double secs) {
  checks.timer_is_set = true;
  after(secs, [this] {
    checks.timer_is_set = false;
    go_on_checking();
  });
}

void Runner::Engine::next_files() {
  if (checks.is_last_page) {
    checks.is_under_way = false;
    return note_file_checks();
  }
  checks.is_busy = true;
  auto rows = std::make_shared<std::vector<AssetRow>>();
  parts.store.write(
      [from = checks.after, rows](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(*rows, ledger.asset_rows_after(from, page_of_rows));
        return {};
      },
      [this, rows, letters = box](Result<void> result) {
        letters->post([this, rows, result = std::move(result)] {
          checks.is_busy = false;
          if (stopping) return;
          if (!result) return check_files_later(disk_again_secs);
          checks.is_last_page = static_cast<int>(rows->size()) < page_of_rows;
          const std::int64_t young = parts.clock.wall_ms() - rounds_apart_ms;
          for (AssetRow& row : *rows) {
            if (!checks.takes_all && row.created_ms > young) {
              checks.is_last_page = true;  // those behind it arrived later still
              break;
            }
            const bool has_file = row.state == AssetState::Done || row.state == AssetState::Missing;
            if (has_file && is_sha256_hex(row.sha256)) checks.rows.push_back(std::move(row));
            else checks.after = row.id;
          }
          go_on_checking();
        });
      });
}

// One that somebody asked about: whatever else goes on.
void Runner::Engine::read_file_of(AssetId id) {
  checks.is_busy = true;
  auto found = std::make_shared<std::optional<Asset>>();
  parts.store.write(
      [id, found](Ledger& ledger) -> Result<void> {
        STUDIO_TRY(*found, ledger.asset(id));
        return {};
      },
      [this, found, letters = box](Result<void> result) {
        letters->post([this, found, result = std::move(result)] {
          checks.is_busy = false;
          if (!result || !*found || !is_sha256_hex((*found)->sha256)) return go_on_checking();
          read_file_again((*found)->id, (*found)->state, (*found)->sha256);
        });
      });
}

void Runner::Engine::read_file_again(AssetId id, AssetState state, const std::string& sha256) {
  checks.is_busy = true;
  const auto read = [files = files, sha256]() -> Result<FileFound> {
    if (!files->has(sha256)) return FileFound::Gone;
    const auto sound = files->is_sound(sha256);
    if (!sound && sound.error().kind == ErrorKind::NotFound) return FileFound::Gone;
    if (!sound) return fail(sound.error());
    return *sound ? FileFound::Sound : FileFound::Damaged;
  };
  on_worker(Urgency::Background, read, [this, id, state, began = parts.clock.mono_ms()](const Result<FileFound>& found) {
    checks.is_busy = false;
    if (stopping) return;
    // A disk that does not give the bytes says nothing about them.
    if (!found) log_warning("the file of " + to_string(id) + " cannot be read again: " + found.error().message);
    else if ((*found == FileFound::Sound) == (state == AssetState::Missing)) return judge_file(id, *found);
    if (checks.is_under_way && ++checks.unnoted >= files_between_notes) note_file_checks();
    const double took_secs = static_cast<double>(parts.clock.mono_ms() - began) / 1000;
    if (checks.wished.empty()) tell_askers();
    if (checks.wished.empty() && took_secs > 0 && !checks.timer_is_set) return check_files_later(took_secs * rest_per_read);
    go_on_checking();
  });
}

void Runner::Engine::judge_file(AssetId id, FileFound found) {
  checks.is_busy = true;
  auto changed = std::make_shared<std::vector<Asset>>();
  parts.store.write(
      [id, found, changed, now = parts.clock.wall_ms()](Ledger& ledger) -> Result<void> {
        changed->clear();
        STUDIO_TRY(auto asset, ledger.asset(id));
        if (!asset) return {};
        if (found == FileFound::Sound) {
          STUDIO_TRY(*changed, found_again(ledger, asset->sha256));
          if (!changed->empty() || asset->state != AssetState::Missing) return {};
          asset->state = AssetState::Done;
          asset->reason.clear();
          STUDIO_CHECK(ledger.set_asset_state(id, asset->state, ""));
          changed->push_back(std::move(*asset));
          return {};
        }
        if (asset->state != AssetState::Done) return {};  // what was deleted meanwhile stays deleted
        asset->state = AssetState::Missing;
        asset->reason = "Its file is not in the project any more.";
        if (found == FileFound::Damaged) {
          STUDIO_TRY(const auto copies, ledger.copies());
          const bool has_address = std::any_of(copies.begin(), copies.end(), [&](const StoredCopy& copy) {
            return copy.asset == id && (copy.expires_ms == 0 || copy.expires_ms > now);
          });
          asset->reason = damaged_reason(asset->recipe, has_address);
        }
        STUDIO_CHECK(ledger.set_asset_state(id, asset->state, asset->reason));
        changed->push_back(std::move(*asset));
        return {};
      },
      [this, id, found, changed, letters = box](Result<void> result) {
        letters->post([this, id, found, changed, result = std::move(result)] {
          checks.is_busy = false;
          if (!result) {
            log_warning("what was found about the file of " + to_string(id) + " is not saved: " + result.error().message);
          } else {
            for (const Asset& asset : *changed) {
              log_warning(to_string(asset.id) + ": " + (asset.reason.empty() ? "its file is there again" : asset.reason));
              tell(AssetChanged{asset});
            }
            // The right bytes may have come while it was read: then it is put right at once.
            if (found != FileFound::Sound && !changed->empty()) checks.wished.push_back(id);
          }
          go_on_checking();
        });
      });
}

}  // namespace studio
