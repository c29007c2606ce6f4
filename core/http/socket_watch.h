// Which sockets the one epoll watches. libcurl lets go of a connection's socket after each request and asks for it again with
// the next; what is registered stays so in between, which saves two calls of the kernel a request. For the network thread.
#pragma once

#include <cstdint>
#include <vector>

namespace studio {

class SocketWatch {
 public:
  explicit SocketWatch(int epoll) : epoll_(epoll) {}

  // A new socket: whatever had this number before is closed, and with it gone from epoll. Every socket must be told.
  void opened(int fd) { at(fd) = {}; }
  // From now on these events (EPOLLIN, EPOLLOUT), reported with this mark; none: nobody waits for it now.
  void want(int fd, std::uint32_t events, std::uint64_t mark);
  // An event came. False: nobody waits for it, and it is not watched any more, or it would come for ever.
  bool is_wanted(int fd);

 private:
  struct Watched {
    std::uint32_t registered = 0, wanted = 0;
  };
  Watched& at(int fd) {
    const auto place = static_cast<std::size_t>(fd);
    if (place >= sockets_.size()) sockets_.resize(place + 1);
    return sockets_[place];
  }

  int epoll_;
  std::vector<Watched> sockets_;  // by number
};

}  // namespace studio
