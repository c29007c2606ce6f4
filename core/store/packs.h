// Pack files: append-only, checksummed records of small cached things (posters), found by blob and size.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace studio {

// Records are lost-able: a torn tail is cut at open, a record with a wrong checksum is "not there". One process writes
// (the project's owner); any thread of it may read and append (a lock inside, held for the bookkeeping only).
class Packs {
 public:
  static Result<std::unique_ptr<Packs>> open(const std::filesystem::path& folder);
  virtual ~Packs() = default;
  // `key`: for posters the blob's sha256 + ":" + edge, for instance "ab…:512".
  virtual Result<void> append(std::string_view key, std::string_view bytes) = 0;
  virtual std::optional<std::string> read(std::string_view key) const = 0;
  virtual bool has(std::string_view key) const = 0;
};

}  // namespace studio
