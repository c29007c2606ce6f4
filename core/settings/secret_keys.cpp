// keys.json: {"version": 1, "keys": {"fal": "…"}}.
#include "settings/secret_keys.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace studio {
namespace {

using Keys = std::map<std::string, std::string, std::less<>>;

constexpr int version = 1;
constexpr std::size_t most_bytes = 1 << 20, most_key_bytes = 4096, shown_from = 12, shown = 4;

Error damaged(const std::filesystem::path& file) {
  return {
      ErrorKind::Damaged,
      "The file with your keys cannot be read: mend it or move it away, then enter the keys again: " + file.string(),
      "", 0};
}

// Only ours, only an ordinary file, and open to nobody else.
Result<std::string> read_private(const std::filesystem::path& file) {
  STUDIO_TRY(const UniqueFd fd, open_for_read(file, O_NOFOLLOW));
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return fail(disk_error("look at the keys", errno, file));
  if (facts.st_uid != ::geteuid())
    return fail(ErrorKind::BadRequest,
                "The file with your keys belongs to another user: move it away: " + file.string());
  if ((facts.st_mode & 077) != 0) {
    if (::fchmod(fd.get(), 0600) != 0) return fail(disk_error("close the keys to others", errno, file));
    log_warning("Others could read the file with the keys; it is closed to them now: " + file.string());
  }
  if (facts.st_size > static_cast<off_t>(most_bytes)) return fail(damaged(file));
  std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(disk_error("read the keys", errno, file));
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

Result<Keys> read_keys_file(const std::filesystem::path& file) {
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0) {
    if (errno == ENOENT) return Keys{};
    return fail(disk_error("look for the keys", errno, file));
  }
  if (S_ISLNK(facts.st_mode))
    return fail(ErrorKind::BadRequest, "The file with your keys is a link: move it away: " + file.string());
  STUDIO_TRY(const std::string bytes, read_private(file));
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object() || !json.contains("keys") || !json["keys"].is_object()) return fail(damaged(file));
  if (json.value("version", nlohmann::json(version)) != version)
    return fail(ErrorKind::TooNew, "The file with your keys was written by a newer version: " + file.string());
  Keys keys;
  for (const auto& [provider, key] : json["keys"].items()) {
    if (!key.is_string() || key.get_ref<const std::string&>().empty()) return fail(damaged(file));
    keys.emplace(provider, key.get<std::string>());
    redact_in_logs(key.get<std::string>());
  }
  return keys;
}

// Held while the file is read, changed and replaced; given back by the kernel however the program ends.
Result<UniqueFd> lock_folder(const std::filesystem::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(disk_error("open the folder of the keys", errno, folder));
  while (::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) return fail(disk_error("lock the folder of the keys", errno, folder));
  return fd;
}

bool can_be_a_key(std::string_view key) {
  return std::none_of(key.begin(), key.end(), [](unsigned char c) { return c <= ' ' || c == 127; });
}

std::string from_environment(std::string_view provider) {
  const char* value = std::getenv(key_variable(provider).c_str());
  return value == nullptr ? std::string() : std::string(trimmed(value));
}

}  // namespace

std::string key_variable(std::string_view provider) {
  std::string name = "STUDIO_KEY_";
  for (const char c : provider) {
    const bool is_small = c >= 'a' && c <= 'z', is_plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_small ? static_cast<char>(c - 'a' + 'A') : is_plain ? c : '_';
  }
  return name;
}

Result<SecretKeys> SecretKeys::load(const std::filesystem::path& config_folder) {
  SecretKeys keys;
  keys.file_ = config_folder / "keys.json";
  STUDIO_TRY(keys.keys_, read_keys_file(keys.file_));
  return keys;
}

std::string SecretKeys::key(std::string_view provider) const {
  if (std::string value = from_environment(provider); !value.empty()) {
    redact_in_logs(value);
    return value;
  }
  const auto found = keys_.find(provider);
  return found == keys_.end() ? std::string() : found->second;
}

KeyFact SecretKeys::fact(std::string_view provider) const {
  KeyFact fact;
  const std::string value = key(provider);
  if (value.empty()) return fact;
  fact.place = from_environment(provider).empty() ? KeyPlace::File : KeyPlace::Environment;
  if (value.size() >= shown_from && is_valid_utf8(value)) fact.ending = value.substr(value.size() - shown);
  if (!is_valid_utf8(fact.ending)) fact.ending.clear();
  return fact;
}

Result<void> SecretKeys::set(std::string_view provider, std::string_view key) {
  const std::string_view value = trimmed(key);
  if (value.empty()) return fail(ErrorKind::BadRequest, "Paste the key first.");
  if (value.size() > most_key_bytes)
    return fail(ErrorKind::BadRequest, "That is too long for a key: paste the key alone.");
  if (!can_be_a_key(value))
    return fail(ErrorKind::BadRequest, "A key has no spaces or line breaks: paste the key alone.");
  redact_in_logs(std::string(value));
  return change(provider, value);
}

Result<void> SecretKeys::remove(std::string_view provider) { return change(provider, ""); }

Result<void> SecretKeys::change(std::string_view provider, std::string_view key) {
  const auto folder = file_.parent_path();
  STUDIO_CHECK(make_folder(folder, true));
  STUDIO_TRY(const UniqueFd lock, lock_folder(folder));
  STUDIO_TRY(Keys keys, read_keys_file(file_));
  if (key.empty()) {
    if (const auto found = keys.find(provider); found != keys.end()) keys.erase(found);
  } else {
    keys.insert_or_assign(std::string(provider), std::string(key));
  }
  nlohmann::json json = {{"version", version}, {"keys", keys}};
  // A key may hold any bytes that a header may: what is not UTF-8 cannot be kept as JSON and is refused.
  for (const auto& [name, value] : keys)
    if (!is_valid_utf8(value) || !is_valid_utf8(name))
      return fail(ErrorKind::BadRequest, "That is not text: paste the key alone.");
  STUDIO_CHECK(write_file_durable(file_, json.dump(1), 0600));
  keys_ = std::move(keys);
  return {};
}

}  // namespace studio
