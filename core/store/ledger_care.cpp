#include "store/ledger_care.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"
#include "base/file.h"
#include "store/sqlite_db.h"

namespace studio {
namespace {

constexpr std::string_view name_begin = "ledger-", name_end = ".sqlite";
constexpr std::string_view day_shape = "dddd-dd-dd";

std::filesystem::path folder_of_backups(const std::filesystem::path& project) { return project / "backup"; }

// "2026-11-21" of "ledger-2026-11-21.sqlite"; empty for every other name.
std::string day_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (!name.starts_with(name_begin) || !name.ends_with(name_end)) return {};
  if (name.size() != name_begin.size() + day_shape.size() + name_end.size()) return {};
  std::string day = name.substr(name_begin.size(), day_shape.size());
  for (std::size_t i = 0; i < day.size(); ++i) {
    const bool is_digit = day[i] >= '0' && day[i] <= '9';
    if (day_shape[i] == 'd' ? !is_digit : day[i] != '-') return {};
  }
  return day;
}

std::vector<std::filesystem::path> backups_of(const std::filesystem::path& project) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder_of_backups(project), error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (!day_of(entry->path()).empty() && entry->is_regular_file(ignored)) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  return found;
}

Result<void> check_room(const ProjectFolder& folder) {
  std::error_code error;
  const auto size = std::filesystem::file_size(folder.ledger(), error);
  struct statvfs facts{};
  if (error || ::statvfs(folder.root().c_str(), &facts) != 0) return fail(disk_error("Cannot make a backup of the ledger", EIO, folder.root()));
  const auto room = static_cast<std::int64_t>(facts.f_bavail) * static_cast<std::int64_t>(facts.f_frsize);
  if (room - static_cast<std::int64_t>(size) >= room_beside_backup_bytes) return {};
  return fail(ErrorKind::Disk, "There is too little room on the disk for a backup of the ledger; free some: " + folder.root().string());
}

void remove_part(const std::filesystem::path& part) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(part.string() + suffix, ignored);
}

Result<void> copy_ledger(const ProjectFolder& folder, LedgerNow now, std::int64_t now_wall_ms, const std::filesystem::path& part,
                         const std::function<bool()>& stopped) {
  const auto mode = now == LedgerNow::Open ? Database::Mode::ReadOnly : Database::Mode::Immutable;
  STUDIO_TRY(const auto ledger, Database::open(folder.ledger(), mode));
  STUDIO_TRY(const auto copy, Database::open(part, Database::Mode::Create));
  copy->set_stop(stopped);
  // Its bytes are synced once, at the end, before it gets its name.
  STUDIO_CHECK(copy->run_script("PRAGMA synchronous = OFF"));
  STUDIO_CHECK(ledger->copy_to(*copy, stopped));
  // One file that needs no other beside it; as a ledger it gets its log back when it is opened.
  STUDIO_CHECK(copy->run_script("PRAGMA journal_mode = DELETE"));
  STUDIO_CHECK(copy->run("INSERT INTO facts VALUES(?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", backup_fact, iso_utc(now_wall_ms)));
  STUDIO_TRY(const auto problem, copy->quick_check());
  if (problem) return fail(ErrorKind::Damaged, "The project's ledger is damaged, so no backup was made of it; the older ones stay.", *problem);
  return {};
}

}  // namespace

std::vector<std::filesystem::path> ledger_backups(const ProjectFolder& folder) { return backups_of(folder.root()); }

std::optional<std::int64_t> last_backup_wall_ms(const ProjectFolder& folder) {
  const auto found = ledger_backups(folder);
  struct stat facts{};
  if (found.empty() || ::stat(found.front().c_str(), &facts) != 0) return std::nullopt;
  return static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
}

Result<std::filesystem::path> back_up_ledger(const ProjectFolder& folder, LedgerNow now, std::int64_t now_wall_ms,
                                             const std::function<bool()>& stopped) {
  STUDIO_CHECK(check_room(folder));
  const auto place = folder_of_backups(folder.root());
  STUDIO_CHECK(make_folder(place));
  const auto part = place / "ledger.part";
  remove_part(part);  // of a copy that a crash cut short
  const auto file = place / (std::string(name_begin) + local_date(now_wall_ms) + std::string(name_end));
  const auto work = [&]() -> Result<void> {
    STUDIO_CHECK(copy_ledger(folder, now, now_wall_ms, part, stopped));
    STUDIO_TRY(const UniqueFd fd, open_for_read(part));
    STUDIO_CHECK(sync_file(fd.get(), part));
    if (::rename(part.c_str(), file.c_str()) != 0) return fail(disk_error("Cannot make a backup of the ledger", errno, file));
    STUDIO_CHECK(sync_folder(place));
    return sync_folder(folder.root());  // for a folder that was made just now
  };
  if (auto done = work(); !done) {
    remove_part(part);
    return fail(std::move(done.error()));
  }
  const auto kept = ledger_backups(folder);
  std::error_code ignored;  // one too many does no harm
  for (std::size_t i = ledger_backups_kept; i < kept.size(); ++i) std::filesystem::remove(kept[i], ignored);
  return file;
}

std::string restore_words(const std::filesystem::path& ledger) {
  const auto project = ledger.parent_path();
  const auto backups = backups_of(project);
  const std::string vault = "the pictures and clips in the folder vault are not affected";
  if (backups.empty()) {
    return "There is no backup of it yet; " + vault + ": import them into a new project. It is " + ledger.string();
  }
  // A log that stays would be played into the copy.
  std::string others;
  std::error_code ignored;
  for (const char* suffix : {"-wal", "-shm"}) {
    const std::string name = ledger.filename().string() + suffix;
    if (std::filesystem::exists(project / name, ignored)) others += (others.empty() ? "" : " and ") + name;
  }
  return "To go back to its backup of " + day_of(backups.front()) + ": close the program, move " + ledger.filename().string() +
         (others.empty() ? "" : ", " + others) + " out of the folder, copy backup/" + backups.front().filename().string() + " to " +
         ledger.filename().string() + " and open the project again (" + vault + "). The folder is " + project.string();
}

Result<std::optional<std::string>> check_whole_ledger(const std::filesystem::path& project, const std::function<bool()>& stopped) {
  STUDIO_TRY(const auto ledger, Database::open(ProjectFolder(project).ledger(), Database::Mode::ReadOnly));
  ledger->set_stop(stopped);
  auto checked = ledger->full_check();
  // Pages that cannot even be walked through are an answer, too.
  if (!checked && checked.error().kind == ErrorKind::Damaged) return std::optional<std::string>(checked.error().detail);
  return checked;
}

}  // namespace studio
