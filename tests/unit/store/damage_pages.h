// A ledger that its disk has changed.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.h"

namespace studio {

// Overwrites pages of its second half, behind the schema, with rubbish; in place, as a disk does. It must have some hundred pages.
inline void damage_pages(const std::filesystem::path& ledger) {
  std::fstream file(ledger, std::ios::in | std::ios::out | std::ios::binary);
  const auto pages = std::filesystem::file_size(ledger) / 4096;
  REQUIRE(pages > 80);
  for (auto page = pages / 2; page < pages; page += 3) {
    file.seekp(static_cast<std::streamoff>(page * 4096));
    file << std::string(512, '\x5A');
  }
}

}  // namespace studio
