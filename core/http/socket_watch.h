// Which sockets the one epoll watches. libcurl lets go of a connection's socket after each request and asks for it again with
// the next; what is registered stays so in between, which saves two calls of the kernel a request. Not so for what nobody told
// of, such as the pair by which a look-up of names tells its end: its number may be another's at once. For the network thread.
#pragma once

#include <cstdint>
#include <vector>

namespace studio {

class SocketWatch {
 public:
  explicit SocketWatch(int epoll) : epoll_(epoll) {}

  // A connection's socket is new, or about to be closed: with that it is gone from epoll.
  void opened(int fd) { at(fd) = {0, 0, true}; }
  void closed(int fd) { at(fd) = {}; }
  // From now on these events (EPOLLIN, EPOLLOUT), reported with this mark; none: nobody waits for it now.
  void want(int fd, std::uint32_t events, std::uint64_t mark);
  // An event came. False: nobody waits for it, and it is not watched any more, or it would come for ever.
  bool is_wanted(int fd);

 private:
  struct Watched {
    std::uint32_t registered = 0, wanted = 0;
    bool is_connection = false;
  };
  void drop(int fd, Watched& socket);
  Watched& at(int fd) {
    const auto place = static_cast<std::size_t>(fd);
    if (place >= sockets_.size()) sockets_.resize(place + 1);
    return sockets_[place];
  }

  int epoll_;
  std::vector<Watched> sockets_;  // by number
};

}  // namespace studio
