// What keeps a ledger safe from its disk: copies of it in the project's folder backup/, the words that lead back to one, and
// the full check.
//
// A copy is a whole ledger of its own: put in the ledger's place, the project is as it was then. What was sent to services
// since is not known to it, so it says of itself that it is a copy, and whoever opens it holds what waits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/project_folder.h"

namespace studio {

inline constexpr std::size_t ledger_backups_kept = 3;
// A copy must leave this much room on the project's disk: results that are paid for come first.
inline constexpr std::int64_t room_beside_backup_bytes = 64ll << 20;

// The fact in a copy that says when it was made ("2026-11-21T18:03:00Z"); empty in every other ledger.
inline constexpr std::string_view backup_fact = "backup_of";

// backup/ledger-YYYY-MM-DD.sqlite, newest first. Any thread but the UI's.
std::vector<std::filesystem::path> ledger_backups(const ProjectFolder& folder);

// When the newest was written, by the disk's clock; nothing when there is none.
std::optional<std::int64_t> last_backup_wall_ms(const ProjectFolder& folder);

enum class LedgerNow {
  Open,    // by this process: copied through a connection that only reads
  Closed,  // its log is empty, and nobody opens it meanwhile
};
// Copies the ledger, checks the copy, gives it the name of the user's day, and removes all but the newest three. A copy of the
// same day is replaced in one step. Blocking, in steps between which `stopped` is asked; not on the UI thread, and only by the
// owner of the project. Errors: Disk (no room: nothing was written), Damaged (the ledger: no copy is made of it and the older
// ones stay), Cancelled. After an error nothing is left behind.
Result<std::filesystem::path> back_up_ledger(const ProjectFolder& folder, LedgerNow now, std::int64_t now_wall_ms,
                                             const std::function<bool()>& stopped = {});

// What to do about a damaged ledger, as sentences that name the newest copy and every file to move.
std::string restore_words(const std::filesystem::path& ledger);

// Every page, index and reference of the ledger, through a connection that only reads: what is wrong, or nothing. Takes
// seconds for a large one. Blocking; any thread but the UI's. Errors: Cancelled, Disk, NotFound.
Result<std::optional<std::string>> check_whole_ledger(const std::filesystem::path& project, const std::function<bool()>& stopped = {});

}  // namespace studio
