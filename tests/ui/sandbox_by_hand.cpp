#include <filesystem>
#include <string>

#include "store/sqlite_db.h"

namespace studio {

// Declared in sandbox_by_hand.h, which cannot be here: two rooms have a Row.
std::string first_remote_id(const std::filesystem::path& state);
std::string first_remote_id(const std::filesystem::path& state) {
  auto jobs = Database::open(state / "jobs.sqlite", Database::Mode::ReadOnly);
  if (!jobs) return {};
  auto found = (*jobs)->prepare("SELECT id FROM jobs LIMIT 1");
  if (!found || !found->step().value_or(false)) return {};
  return std::string(found->row().text());
}

}  // namespace studio
