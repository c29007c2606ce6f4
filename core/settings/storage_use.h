// How much room a project takes on its disk, part by part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "base/result.h"

namespace studio {

// Bytes.
struct StorageUse {
  std::int64_t vault = 0, packs = 0, ledger = 0, spool = 0;
  std::int64_t vault_files = 0;
  std::int64_t free = 0;  // left on the project's disk
  std::int64_t total() const { return vault + packs + ledger + spool; }
};

// Blocking: looks at every file of the project once; not for the UI thread. Files that go away meanwhile count nothing.
// Cancelled when `stop` is asked for.
Result<StorageUse> measure_storage(const std::filesystem::path& project, std::stop_token stop = {});

}  // namespace studio
