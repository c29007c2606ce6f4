#include "store/owner_socket.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/hash.h"
#include "store/project_folder.h"

namespace studio {
namespace {

constexpr const char* socket_name = "owner.sock";

// A folder under /tmp that nobody else can look into; a foreign one of that name is not used.
std::filesystem::path private_folder(bool make) {
  const std::filesystem::path folder = "/tmp/production-studio-" + std::to_string(::geteuid());
  if (make) ::mkdir(folder.c_str(), 0700);
  struct stat facts{};
  if (::lstat(folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode) || facts.st_uid != ::geteuid() || (facts.st_mode & 077) != 0) return {};
  return folder;
}

}  // namespace

bool fill_address(OwnerAddress& address, const std::string& name) {
  const auto path = address.path.parent_path() / name;
  std::string text = path.string();
  if (text.size() >= sizeof address.address.sun_path) {
    if (!address.folder) address.folder = UniqueFd(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!address.folder) return false;
    text = "/proc/self/fd/" + std::to_string(address.folder.get()) + "/" + name;
  }
  if (text.size() >= sizeof address.address.sun_path) return false;
  address.address = {};
  address.address.sun_family = AF_UNIX;
  std::memcpy(address.address.sun_path, text.data(), text.size());
  return true;
}

std::vector<OwnerAddress> owner_addresses(const std::filesystem::path& project, bool for_listening) {
  const ProjectFolder folder(project);
  std::error_code error;
  auto real = std::filesystem::canonical(folder.root(), error);
  if (error) real = folder.root();
  std::vector<OwnerAddress> addresses;
  const auto add = [&](const std::filesystem::path& path) {
    OwnerAddress address;
    address.path = path;
    if (fill_address(address, path.filename().string())) addresses.push_back(std::move(address));
  };
  add(real / socket_name);
  if (const auto shared = private_folder(for_listening); !shared.empty()) {
    add(shared / (sha256_hex(real.string()).substr(0, 32) + ".sock"));
  }
  return addresses;
}

bool is_same_user(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

}  // namespace studio
