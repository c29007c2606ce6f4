// The tables of a ledger, as numbered steps: step n brings a database of schema n to schema n + 1.
#pragma once

#include <span>

#include "base/result.h"
#include "store/sqlite_db.h"

namespace studio {

// Marks the file as a ledger of ours (PRAGMA application_id): "PSl1".
inline constexpr std::int64_t ledger_application_id = 0x50536C31;

// All steps that this program knows; their number is the schema it writes.
std::span<const char* const> ledger_migrations();

// Refuses what a newer program wrote (TooNew) and what is no ledger of ours (Damaged); changes nothing.
Result<std::int64_t> check_schema(Database& database, std::size_t known);

// Brings the database up to date, each step in a transaction of its own.
Result<void> migrate(Database& database, std::span<const char* const> migrations);

}  // namespace studio
