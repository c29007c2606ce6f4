// The address of a project's owner socket and the lines on it: what both sides share.
//
// A request is one line. Each line of the reply is sent with a first character: '+' when more follow, '.' for the last. A
// line that is empty behind its first character only says "I am at it". A line '!' instead of all that: the owner is closing
// and has not begun with it.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace studio {

inline constexpr std::size_t max_request_bytes = 1u << 20;

// A place where the socket of a project may be. `folder` is kept open while the address is used: the address of a deep
// project goes through it, since a socket's address has room for 107 bytes only.
struct OwnerAddress {
  std::filesystem::path path;  // real
  UniqueFd folder;
  sockaddr_un address{};       // of `path`, or short for it
};

// In the project; and, where its file system has no sockets, in a private folder of this user under /tmp. The places are
// the same for every process, whatever its environment is. `for_listening` makes the private folder.
std::vector<OwnerAddress> owner_addresses(const std::filesystem::path& project, bool for_listening);
// The address of another name in the same folder.
bool fill_address(OwnerAddress& address, const std::string& name);

// Both sides speak only with programs of the same user.
bool is_same_user(int socket);

}  // namespace studio
