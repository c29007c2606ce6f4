// The user's keys for services: out of the environment, or out of a 0600 file that only the user can read.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace studio {

// The environment goes before the file: it is what a user sets for this run.
enum class KeyPlace : std::uint8_t { None, Environment, File };

// What may be shown of a key: never the key.
struct KeyFact {
  KeyPlace place = KeyPlace::None;
  std::string ending;  // the last four characters of a long one; empty: too short to show any
};

// The name of the variable for a provider's key: "fal" → "STUDIO_KEY_FAL".
std::string key_variable(std::string_view provider);

// A value: loading and changing are blocking file work, not for the UI thread. Every key that it meets is kept out of
// the log from then on.
class SecretKeys {
 public:
  // keys.json in the user's configuration folder; none there: no keys. A file that others could read is closed to them
  // first. Errors: Damaged (it is then never written over), Disk, BadRequest (another user's file, or a link).
  static Result<SecretKeys> load(const std::filesystem::path& config_folder);

  KeyFact fact(std::string_view provider) const;
  std::string key(std::string_view provider) const;  // empty: there is none

  // In one step, so that a power loss leaves the old file or the new one. What another program changed meanwhile stays.
  Result<void> set(std::string_view provider, std::string_view key);
  Result<void> remove(std::string_view provider);
  std::filesystem::path file() const { return file_; }

 private:
  Result<void> change(std::string_view provider, std::string_view key);
  std::filesystem::path file_;
  std::map<std::string, std::string, std::less<>> keys_;
};

}  // namespace studio
