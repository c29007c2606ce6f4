// keys.json: {"version": 1, "keys": {"fal": "…"}, "ahead_of_secret_service": ["fal"]}. The last may be missing.
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

using State = SecretServiceState;

constexpr int version = 1;
constexpr const char* ahead_member = "ahead_of_secret_service";
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
    return fail(ErrorKind::BadRequest, "The file with your keys belongs to another user, so it is not used: say `sudo chown \"$USER\" '" +
                                           file.string() + "'`, then try again.");
  // Who could read it may have: closing it in silence would keep that from its owner.
  if ((facts.st_mode & 077) != 0)
    return fail(ErrorKind::BadRequest, "Others can read the file with your keys, so it is not used: say `chmod 600 '" + file.string() +
                                           "'`, then try again.");
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

// What a service or a person put there is taken as it is typed: with a line's end, at most.
std::string as_key(std::string_view provider, std::string_view held) {
  const std::string_view key = trimmed(held);
  if (!key.empty() && key.size() <= most_key_bytes && can_be_a_key(key)) return std::string(key);
  log_warning("What the keyring holds for " + std::string(provider) + " is no key: put the key there alone.");
  return "";
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

Result<SecretKeys::InFile> SecretKeys::read(const std::filesystem::path& file) {
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0) {
    if (errno == ENOENT) return InFile{};
    return fail(disk_error("look for the keys", errno, file));
  }
  if (S_ISLNK(facts.st_mode))
    return fail(ErrorKind::BadRequest, "The file with your keys is a link: move it away: " + file.string());
  STUDIO_TRY(const std::string bytes, read_private(file));
  const auto json = nlohmann::json::parse(bytes, nullptr, false);
  if (!json.is_object() || !json.contains("keys") || !json["keys"].is_object()) return fail(damaged(file));
  if (json.value("version", nlohmann::json(version)) != version)
    return fail(ErrorKind::TooNew, "The file with your keys was written by a newer version: " + file.string());
  InFile found;
  for (const auto& [provider, key] : json["keys"].items()) {
    if (!key.is_string() || key.get_ref<const std::string&>().empty()) return fail(damaged(file));
    found.keys.emplace(provider, key.get<std::string>());
    redact_in_logs(key.get<std::string>());
  }
  for (const auto& provider : json.value(ahead_member, nlohmann::json::array()))
    if (provider.is_string()) found.ahead.insert(provider.get<std::string>());
  return found;
}

Result<SecretKeys> SecretKeys::load(const std::filesystem::path& config_folder, SecretServiceSettings service) {
  SecretKeys keys;
  keys.file_ = config_folder / "keys.json";
  keys.settings_ = std::move(service);
  STUDIO_TRY(keys.in_file_, read(keys.file_));
  keys.in_service_ = secrets_of_service(keys.settings_);
  for (auto& [provider, key] : keys.in_service_.keys) {
    redact_in_logs(key);
    key = as_key(provider, key);
    redact_in_logs(key);
  }
  std::erase_if(keys.in_service_.keys, [](const auto& each) { return each.second.empty(); });
  return keys;
}

std::string SecretKeys::key(std::string_view provider) const {
  if (std::string value = from_environment(provider); !value.empty()) {
    redact_in_logs(value);
    return value;
  }
  const auto in_file = in_file_.keys.find(provider);
  const auto in_service = in_service_.keys.find(provider);
  const bool is_file_ahead = in_file != in_file_.keys.end() && in_file_.ahead.contains(provider);
  if (in_service != in_service_.keys.end() && !is_file_ahead) return in_service->second;
  return in_file == in_file_.keys.end() ? std::string() : in_file->second;
}

KeyFact SecretKeys::fact(std::string_view provider) const {
  KeyFact fact;
  const std::string value = key(provider);
  if (value.empty()) return fact;
  const auto in_file = in_file_.keys.find(provider);
  const bool is_in_service = in_service_.keys.contains(provider);
  const bool is_of_file = in_file != in_file_.keys.end() && (!is_in_service || in_file_.ahead.contains(provider));
  fact.place = !from_environment(provider).empty() ? KeyPlace::Environment : is_of_file ? KeyPlace::File : KeyPlace::SecretService;
  if (value.size() >= shown_from && is_valid_utf8(value)) fact.ending = value.substr(value.size() - shown);
  if (!is_valid_utf8(fact.ending)) fact.ending.clear();
  return fact;
}

std::string SecretKeys::trouble(std::string_view provider) const {
  if (!key(provider).empty()) return "";
  const std::string or_else = " or set " + key_variable(provider) + ".";
  if (in_service_.locked.contains(provider))
    return "The key for " + std::string(provider) + " lies in the desktop's keyring, which is locked: unlock it" + or_else;
  if (in_service_.state == State::Silent)
    return "The desktop's keyring, where a key for " + std::string(provider) + " may lie, does not answer: start it again, add the key in the settings" + or_else;
  return "";
}

Result<KeySaved> SecretKeys::set(std::string_view provider, std::string_view key) {
  const std::string_view value = trimmed(key);
  if (value.empty()) return fail(ErrorKind::BadRequest, "Paste the key first.");
  if (value.size() > most_key_bytes)
    return fail(ErrorKind::BadRequest, "That is too long for a key: paste the key alone.");
  if (!can_be_a_key(value))
    return fail(ErrorKind::BadRequest, "A key has no spaces or line breaks: paste the key alone.");
  // Neither JSON nor the message bus takes what is no text.
  if (!is_valid_utf8(value) || !is_valid_utf8(provider))
    return fail(ErrorKind::BadRequest, "That is not text: paste the key alone.");
  redact_in_logs(std::string(value));
  KeySaved saved;
  const State state = keep_in_service(settings_, provider, value);
  if (state == State::Ready) {
    in_service_.keys.insert_or_assign(std::string(provider), std::string(value));
    saved.place = KeyPlace::SecretService;
    STUDIO_CHECK(change_file(provider, "", false));
    return saved;
  }
  const bool may_hold_another = state != State::Absent;
  STUDIO_CHECK(change_file(provider, value, may_hold_another));
  saved.place = KeyPlace::File;
  const std::string in_the_file = ", so the key was put into the file that only you can read.";
  if (state == State::Locked) saved.note = "The desktop's keyring is locked" + in_the_file;
  if (state == State::Silent) saved.note = "The desktop's keyring does not answer" + in_the_file;
  return saved;
}

Result<void> SecretKeys::remove(std::string_view provider) {
  STUDIO_CHECK(change_file(provider, "", false));
  const State state = remove_from_service(settings_, provider);
  if (state == State::Locked)
    return fail(ErrorKind::Unauthorised, "The desktop's keyring keeps its copy of the key, because it is locked: unlock it, then remove the key again.");
  if (state == State::Silent)
    return fail(ErrorKind::Timeout, "The desktop's keyring does not answer and may keep a copy of the key: remove it again later.");
  in_service_.keys.erase(std::string(provider));
  return {};
}

// An empty key: removed. A file is made for a key only.
Result<void> SecretKeys::change_file(std::string_view provider, std::string_view key, bool goes_ahead) {
  const auto folder = file_.parent_path();
  std::error_code error;
  if (key.empty() && !std::filesystem::exists(file_, error) && !error) return {};
  STUDIO_CHECK(make_folder(folder, true));
  STUDIO_TRY(const UniqueFd lock, lock_folder(folder));
  STUDIO_TRY(InFile now, read(file_));
  if (const auto found = now.ahead.find(provider); found != now.ahead.end()) now.ahead.erase(found);
  if (goes_ahead) now.ahead.emplace(provider);
  if (key.empty()) {
    if (const auto found = now.keys.find(provider); found != now.keys.end()) now.keys.erase(found);
  } else {
    now.keys.insert_or_assign(std::string(provider), std::string(key));
  }
  nlohmann::json json = {{"version", version}, {"keys", now.keys}};
  if (!now.ahead.empty()) json[ahead_member] = now.ahead;
  STUDIO_CHECK(write_file_durable(file_, json.dump(1), 0600));
  in_file_ = std::move(now);
  return {};
}

}  // namespace studio
