#include "http/socket_watch.h"

#include <sys/epoll.h>

#include <cerrno>

namespace studio {

void SocketWatch::want(int fd, std::uint32_t events, std::uint64_t mark) {
  Watched& socket = at(fd);
  socket.wanted = events;
  if (events == 0 && !socket.is_connection) return drop(fd, socket);
  if (events == 0 || events == socket.registered) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = mark;
  const int first = socket.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  const int other = first == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (::epoll_ctl(epoll_, first, fd, &event) == 0 || ((errno == EEXIST || errno == ENOENT) && ::epoll_ctl(epoll_, other, fd, &event) == 0)) {
    socket.registered = events;
  }
}

bool SocketWatch::is_wanted(int fd) {
  Watched& socket = at(fd);
  if (socket.wanted != 0) return true;
  drop(fd, socket);
  return false;
}

void SocketWatch::drop(int fd, Watched& socket) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);  // fails when the socket is closed already, which is as good
  socket.registered = 0;
}

}  // namespace studio
