// The other program's side of the owner's socket.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "store/owner.h"
#include "store/owner_socket.h"
#include "store/project_folder.h"

namespace studio {
namespace {

using Steady = std::chrono::steady_clock;

int left_ms(Steady::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
}

Error nobody_answers(const ProjectFolder& folder) {
  const auto owner = OwnerLock::current_owner(folder);
  if (!owner) {
    return Error{ErrorKind::Offline, "The program that had the project open is gone: try again: " + folder.root().string(), {}, 0};
  }
  return Error{ErrorKind::Owned, "The project is open in " + owner_words(*owner) +
                                     ", which does not answer: close it and try again: " + folder.root().string(), {}, 0};
}

// A connection to the owner of this user; none when nobody listens.
UniqueFd connect_owner(const ProjectFolder& folder, Steady::time_point until) {
  for (const OwnerAddress& place : owner_addresses(folder.root(), false)) {
    for (;;) {
      UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      if (!fd) return {};
      if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&place.address), sizeof place.address) == 0) {
        if (is_same_user(fd.get())) return fd;
        break;
      }
      // The owner's waiting line is full; a moment later there may be a place.
      if (errno != EAGAIN || left_ms(until) == 0) break;
      ::poll(nullptr, 0, std::min(20, left_ms(until)));
    }
  }
  return {};
}

}  // namespace

Result<void> call_owner(const std::filesystem::path& project, const std::string& request,
                        const std::function<void(std::string_view line)>& on_line, int first_answer_ms, bool* is_sent) {
  if (is_sent != nullptr) *is_sent = false;
  const ProjectFolder folder(project);
  STUDIO_CHECK(folder.check_is_project());
  if (request.find('\n') != std::string::npos || request.size() > max_request_bytes) {
    return fail(ErrorKind::BadRequest, "The request is too long to be handed to the program that has the project open.");
  }
  const auto until = Steady::now() + std::chrono::milliseconds(first_answer_ms);
  const UniqueFd socket = connect_owner(folder, until);
  if (!socket) return fail(nobody_answers(folder));

  std::string unsent = request + "\n";
  while (!unsent.empty()) {
    const ssize_t put = ::send(socket.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (put > 0) {
      unsent.erase(0, static_cast<std::size_t>(put));
      continue;
    }
    if (errno == EINTR) continue;
    pollfd wait{socket.get(), POLLOUT, 0};
    // A request that is not whole changes nothing at the owner.
    if ((errno != EAGAIN && errno != EWOULDBLOCK) || ::poll(&wait, 1, left_ms(until)) == 0) return fail(nobody_answers(folder));
  }

  if (is_sent != nullptr) *is_sent = true;
  const auto ended_in_the_middle = [&folder] {
    return Error{ErrorKind::UnknownOutcome, "The program that has the project open ended before it had answered: look with jobs what was done: " +
                                                folder.root().string(), {}, 0};
  };
  std::string received;
  bool is_answered = false;
  for (;;) {
    pollfd wait{socket.get(), POLLIN, 0};
    const int ready = ::poll(&wait, 1, is_answered ? -1 : left_ms(until));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      Error why = nobody_answers(folder);
      return fail(why.kind == ErrorKind::Offline ? ended_in_the_middle() : std::move(why));
    }
    char chunk[16384];
    const ssize_t got = ::recv(socket.get(), chunk, sizeof chunk, 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (got <= 0) return fail(ended_in_the_middle());
    is_answered = true;
    received.append(chunk, static_cast<std::size_t>(got));
    std::size_t at = 0;
    for (std::size_t end; (end = received.find('\n', at)) != std::string::npos; at = end + 1) {
      const std::string_view line = std::string_view(received).substr(at, end - at);
      if (line == "!") return fail(ErrorKind::Offline, "The program that had the project open is closing: try again: " + folder.root().string());
      if (line.size() > 1) on_line(line.substr(1));
      if (!line.empty() && line.front() == '.') return {};
    }
    received.erase(0, at);
  }
}

}  // namespace studio
