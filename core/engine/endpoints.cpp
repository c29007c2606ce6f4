#include "engine/endpoints.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "http/http_rules.h"
#include "settings/secret_keys.h"

namespace studio {
namespace {

struct Announcement {
  int port = 0;
  std::string token;
  pid_t pid = 0;
  bool operator==(const Announcement&) const = default;
};

std::optional<Announcement> announced(const std::filesystem::path& folder) {
  const auto text = read_file(folder / "endpoint.json", 4096);
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Announcement found;
  try {
    found.port = json.at("port").get<int>();
    found.token = json.at("token").get<std::string>();
    found.pid = json.at("pid").get<pid_t>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
  if (found.port <= 0 || found.port > 65535 || found.pid <= 0) return std::nullopt;
  return found;
}

// A server holds its folder's lock for as long as it lives. Shared, so that two who look do not take each other for it.
bool is_served(const std::filesystem::path& folder) {
  const UniqueFd lock(::open((folder / "lock").c_str(), O_RDONLY | O_CLOEXEC));
  return lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

// A file may be left from a server that was killed; its number and its port may be another program's by now, which must not
// get the token.
bool answers(const std::filesystem::path& folder, const Announcement& server) {
  if (!is_served(folder)) return false;
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(server.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  // Who holds the lock has taken a predecessor's file away before anything else: what still stands there is his.
  const auto again = announced(folder);
  return again && *again == server;
}

// Starts the server twice removed from us: no parent to wait for it, a session of its own, no descriptor of ours.
// Between fork and exec only calls that are safe after a fork of a program with threads.
Result<void> start_sandbox(const std::filesystem::path& folder) {
  if (auto made = make_folder(folder, true); !made) {
    return fail(made.error().kind, "The sandbox has no folder to work in: set STUDIO_SANDBOX_STATE to one that can be made, or make it yourself: " + folder.string(),
                made.error().message + " (" + made.error().detail + ")");
  }
  const std::string program = sibling_program("studio_headless").string();
  if (::access(program.c_str(), X_OK) != 0) {
    return fail(ErrorKind::NotFound, "The sandbox cannot be started: the program studio_headless is missing beside this one; install it again.");
  }
  const std::string state = folder.string();
  const std::string log_path = (folder / "sandbox.log").string();
  const char* const arguments[] = {program.c_str(), "sandbox", "serve", "--state", state.c_str(), "--port", "0", "--idle-exit", "60", nullptr};
  const pid_t child = ::fork();
  if (child < 0) return fail(ErrorKind::Disk, "The sandbox cannot be started: the system has no room for another process.");
  if (child == 0) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    const int null_fd = ::open("/dev/null", O_RDWR);
    const int log_fd = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(null_fd, 0);
    ::dup2(null_fd, 1);
    ::dup2(log_fd >= 0 ? log_fd : null_fd, 2);
    if (::syscall(SYS_close_range, 3u, ~0u, 0u) != 0) {
      for (int fd = 3; fd < 4096; ++fd) ::close(fd);
    }
    if (::chdir("/") != 0) ::_exit(126);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    ::execv(program.c_str(), const_cast<char* const*>(arguments));
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {};
}

// Whether that process is a server of this folder: a number that was written down may be another program's by now.
bool serves(pid_t pid, const std::filesystem::path& folder) {
  const auto words = read_file("/proc/" + std::to_string(pid) + "/cmdline", 1 << 16);
  return words && words->find("serve") != std::string::npos && words->find(folder.string()) != std::string::npos;
}

Result<Announcement> sandbox_now(const std::filesystem::path& folder) {
  static std::mutex mutex;  // one start at a time within this program; the server's own lock settles it between programs
  std::lock_guard lock(mutex);
  if (auto found = announced(folder); found && answers(folder, *found)) return *found;
  STUDIO_CHECK(start_sandbox(folder));
  for (int tries = 0; tries < 400; ++tries) {
    if (auto found = announced(folder); found && answers(folder, *found)) return *found;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  return fail(ErrorKind::Offline, "The sandbox does not start: see " + (folder / "sandbox.log").string() + ".");
}

std::string from_environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value == nullptr ? std::string() : std::string(trimmed(value));
}

// The environment goes first, our own name before the service's; then the keyring and the file. Empty: there is none.
Result<std::string> key_of(const ProviderInfo& info) {
  std::vector<std::string> variables = {key_variable(info.id)};
  variables.insert(variables.end(), info.key_variables.begin(), info.key_variables.end());
  for (const std::string& variable : variables) {
    std::string key = from_environment(variable);
    if (key.empty()) continue;
    redact_in_logs(key);
    const bool is_plain = std::none_of(key.begin(), key.end(), [](unsigned char c) { return c <= ' ' || c == 127; });
    if (!is_plain) return fail(ErrorKind::Unauthorised, "What " + variable + " holds is no key: a key has no spaces or line breaks.");
    return key;
  }
  STUDIO_TRY(const SecretKeys keys, SecretKeys::load(user_config_folder()));
  if (const std::string trouble = keys.trouble(info.id); !trouble.empty()) return fail(ErrorKind::Unauthorised, trouble);
  return keys.key(info.id);
}

std::string no_key_sentence(const ProviderInfo& info) {
  return "There is no key for " + info.id + ": add it in the settings or set " + key_variable(info.id) + ".";
}

Result<Endpoint> service_now(const ProviderInfo& info) {
  // A service with several hosts has no one base: which of them get the key is its provider's word (key_hosts). Reached
  // elsewhere, all are one.
  Endpoint endpoint{info.reached_at, {}, info.endpoints};
  if (!info.needs_key) return endpoint;
  const auto key = key_of(info);
  // Whatever is wrong with the keys holds the account's jobs until a person has put it right; none of them fails by it.
  if (!key) return fail(ErrorKind::Unauthorised, key.error().message, key.error().detail);
  if (key->empty()) return fail(ErrorKind::Unauthorised, no_key_sentence(info));
  redact_in_logs(*key);
  // Of "id:secret" the secret alone must not be seen either.
  if (const std::size_t colon = key->find(':'); colon != std::string::npos) redact_in_logs(key->substr(colon + 1));
  endpoint.headers = {{"Authorization", info.key_scheme + " " + *key, true}};
  return endpoint;
}

// https anywhere, plain http to this machine alone.
Result<std::string> checked_base(const std::string& variable, const std::string& text) {
  const auto url = parse_http_url(text);
  const bool is_bare = url && text.find_first_of("?#") == std::string::npos;
  const bool is_here = url && (is_loopback_name(url->host) || address_class(url->host) == AddressClass::Loopback);
  if (!is_bare || (!url->is_secure() && !is_here)) {
    return fail(ErrorKind::BadRequest, variable + " must be an https address, or http://127.0.0.1:PORT of a simulator on this machine.");
  }
  std::string base = text;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace

// Spelled as the key's variable is.
std::string elsewhere_variable(std::string_view provider) {
  return "STUDIO_ENDPOINT_" + key_variable(provider).substr(key_variable("").size());
}

Result<std::map<std::string, std::string>> services_elsewhere() {
  std::map<std::string, std::string> bases;
  for (const std::string& provider : provider_ids()) {
    const std::string variable = elsewhere_variable(provider), text = from_environment(variable);
    if (text.empty()) continue;
    STUDIO_TRY(bases[provider], checked_base(variable, text));
    log_warning(provider + " is reached at " + bases[provider] + ", as " + variable + " says.");
  }
  return bases;
}

Result<void> end_sandbox(const std::filesystem::path& folder) {
  const UniqueFd lock(::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC));
  if (!lock) {
    if (errno == ENOENT || errno == ENOTDIR) return {};  // none was ever there
    return fail(disk_error("Cannot look for the sandbox's server", errno, folder));
  }
  pid_t told = 0;
  for (int tries = 0; tries < 500; ++tries) {
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return {};
    // One that is just starting has not signed yet.
    const auto text = read_file(folder / "lock", 4096);
    const auto owner = nlohmann::json::parse(text ? *text : std::string(), nullptr, false);
    const pid_t pid = owner.is_object() ? owner.value("pid", pid_t{0}) : 0;
    if (pid > 0 && pid != told && serves(pid, folder) && ::kill(pid, SIGTERM) == 0) told = pid;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return fail(ErrorKind::Timeout, "The sandbox's server does not end: try again in a moment, or end " +
                                      (told > 0 ? "process " + std::to_string(told) : std::string("it")) + " by hand.",
              folder.string());
}

Result<Endpoint> resolve_endpoint(const ProviderSet& providers, const std::string& logical, const std::filesystem::path& sandbox) {
  const std::size_t colon = logical.find(':');
  const Provider* provider = providers.find(logical.substr(0, colon));
  const bool is_default = colon != std::string::npos && logical.substr(colon) == ":default";
  if (provider == nullptr || !is_default) return fail(ErrorKind::NotFound, "There is no account for " + logical + ": add its key in the settings.");
  if (!provider->info().is_sandbox) return service_now(provider->info());
  STUDIO_TRY(const Announcement server, sandbox_now(sandbox));
  redact_in_logs(server.token);
  return Endpoint{"http://127.0.0.1:" + std::to_string(server.port), {{"Authorization", "Bearer " + server.token, true}}};
}

std::map<std::string, std::string> missing_keys(const ProviderSet& providers) {
  std::map<std::string, std::string> missing;
  for (const Provider* provider : providers.all()) {
    const ProviderInfo& info = provider->info();
    if (!info.needs_key) continue;
    const auto key = key_of(info);
    if (!key) missing[info.id] = key.error().message;
    else if (key->empty()) missing[info.id] = no_key_sentence(info);
  }
  return missing;
}

}  // namespace studio
