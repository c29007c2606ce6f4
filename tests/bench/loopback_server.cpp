#include "bench/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace studio {
namespace {

constexpr std::string_view body = R"({"state":"running","progress":0.5})";

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

LoopbackServer::LoopbackServer() {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) give_up("shared memory");
  shared_ = new (memory) Shared;
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("a socket on the loopback address");
  }
  port_ = ntohs(address.sin_port);
  pid_ = ::fork();
  if (pid_ < 0) give_up("a process for the server");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener);
    ::_exit(0);
  }
  ::close(listener);
}

LoopbackServer::~LoopbackServer() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::munmap(shared_, sizeof(Shared));
}

void LoopbackServer::serve(int listener) const {
  ::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, std::string> pending;
  std::vector<int> held;
  std::array<epoll_event, 512> events;
  const auto reply = [&](int fd) {
    if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(answer.size())) ++shared_->answered;
  };
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 20);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        for (int fresh = 0; (fresh = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
          const int now = 1;
          ::setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
          event.data.fd = fresh;
          ::epoll_ctl(epoll, EPOLL_CTL_ADD, fresh, &event);
        }
        continue;
      }
      char buffer[4096];
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) {
        pending.erase(fd);
        ::close(fd);
        continue;
      }
      std::string& text = pending[fd];
      text.append(buffer, static_cast<std::size_t>(got));
      if (!text.ends_with("\r\n\r\n")) continue;
      const bool waits = text.starts_with("GET /hold") && !shared_->released;
      text.clear();
      if (!waits) {
        reply(fd);
      } else {
        held.push_back(fd);
        ++shared_->held;
      }
    }
    if (!shared_->released || held.empty()) continue;
    for (const int fd : held) reply(fd);
    held.clear();
    shared_->held = 0;
  }
}

}  // namespace studio
