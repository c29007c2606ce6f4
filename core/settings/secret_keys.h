// The user's keys for services: out of the environment, the desktop's secret service, or a 0600 file that only the user
// can read.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "settings/secret_service.h"

namespace studio {

// In this order: the environment is what a user sets for this run, and a keyring is safer than a file.
enum class KeyPlace : std::uint8_t { None, Environment, SecretService, File };

// What may be shown of a key: never the key.
struct KeyFact {
  KeyPlace place = KeyPlace::None;
  std::string ending;  // the last four characters of a long one; empty: too short to show any
};

// Where a key was put, and why not into the secret service although there is one (a sentence; empty: nothing to say).
struct KeySaved {
  KeyPlace place = KeyPlace::None;
  std::string note;
};

// The name of the variable for a provider's key: "fal" → "STUDIO_KEY_FAL".
std::string key_variable(std::string_view provider);

// A value: loading and changing are blocking file work and a talk with the secret service (settings/secret_service.h), not
// for the UI thread. Every key that it meets is kept out of the log from then on. Loaded anew for each look-up, so that a
// key which was changed meanwhile, here or by another program, is the one that is used.
class SecretKeys {
 public:
  // keys.json in the user's configuration folder, and what the secret service holds; none there: no keys. Errors: Damaged
  // (it is then never written over), Disk, BadRequest (a file that others can read or that is another user's, or a link: it is not
  // used, and the sentence says the step that mends it).
  static Result<SecretKeys> load(const std::filesystem::path& config_folder, SecretServiceSettings service = {});

  KeyFact fact(std::string_view provider) const;
  std::string key(std::string_view provider) const;  // empty: there is none
  // Why a key that may well be there cannot be had, as a sentence that says what to do; empty: nothing is wrong.
  std::string trouble(std::string_view provider) const;

  // Into the secret service where it takes keys, else into the file; then it lies nowhere else. The file is replaced in one
  // step, so that a power loss leaves the old one or the new one. What another program changed meanwhile stays.
  Result<KeySaved> set(std::string_view provider, std::string_view key);
  // From both. Error: Unauthorised, Timeout (the secret service keeps its copy: locked, or silent).
  Result<void> remove(std::string_view provider);
  std::filesystem::path file() const { return file_; }

 private:
  using Keys = std::map<std::string, std::string, std::less<>>;
  using Names = std::set<std::string, std::less<>>;
  // As the file has them. `ahead` were put there because the secret service did not take them: what it holds is older.
  struct InFile {
    Keys keys;
    Names ahead;
  };
  static Result<InFile> read(const std::filesystem::path& file);
  Result<void> change_file(std::string_view provider, std::string_view key, bool goes_ahead);

  std::filesystem::path file_;
  SecretServiceSettings settings_;
  InFile in_file_;
  ServiceSecrets in_service_;
};

}  // namespace studio
