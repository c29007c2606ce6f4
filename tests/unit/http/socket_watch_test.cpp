#include "http/socket_watch.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <vector>

#include "base/file.h"
#include "support/catch.h"

using namespace studio;

namespace {

struct Pair {
  UniqueFd ours, theirs;
  Pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
  }
  void speak() { REQUIRE(::write(theirs.get(), "x", 1) == 1); }
};

struct Watching {
  UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  SocketWatch sockets{epoll.get()};
  // The marks of what is there now.
  std::vector<std::uint64_t> events() {
    std::array<epoll_event, 8> found;
    const int count = ::epoll_wait(epoll.get(), found.data(), static_cast<int>(found.size()), 0);
    std::vector<std::uint64_t> marks;
    for (int i = 0; i < count; ++i) marks.push_back(found[static_cast<std::size_t>(i)].data.u64);
    return marks;
  }
};

}  // namespace

TEST_CASE("a socket that is let go and wanted again is watched again") {
  Watching watching;
  Pair pair;
  const int fd = pair.ours.get();
  watching.sockets.opened(fd);
  watching.sockets.want(fd, EPOLLIN, 7);
  CHECK(watching.events().empty());
  pair.speak();
  CHECK(watching.events() == std::vector<std::uint64_t>{7});
  CHECK(watching.sockets.is_wanted(fd));
  watching.sockets.want(fd, EPOLLOUT, 7);
  CHECK(watching.events() == std::vector<std::uint64_t>{7});
  watching.sockets.want(fd, 0, 7);
  watching.sockets.want(fd, EPOLLIN, 7);
  CHECK(watching.events() == std::vector<std::uint64_t>{7});
}

TEST_CASE("an idle socket whose peer speaks or leaves does not wake the program for ever") {
  Watching watching;
  Pair pair;
  const int fd = pair.ours.get();
  watching.sockets.opened(fd);
  watching.sockets.want(fd, EPOLLIN, 7);
  watching.sockets.want(fd, 0, 7);
  pair.theirs.reset();
  CHECK(watching.events() == std::vector<std::uint64_t>{7});
  CHECK_FALSE(watching.sockets.is_wanted(fd));
  CHECK(watching.events().empty());
  watching.sockets.want(fd, EPOLLIN, 7);
  CHECK(watching.events() == std::vector<std::uint64_t>{7});
}

TEST_CASE("what nobody told of is not watched any more once it is let go") {
  Watching watching;
  auto first = std::make_unique<Pair>();
  const int fd = first->ours.get();
  if (const bool was_a_connection = GENERATE(false, true); was_a_connection) {
    watching.sockets.opened(fd);
    watching.sockets.want(fd, EPOLLIN, 5);
    watching.sockets.closed(fd);
    first.reset();
    first = std::make_unique<Pair>();
    REQUIRE(first->ours.get() == fd);
  }
  watching.sockets.want(fd, EPOLLIN, 7);
  first->speak();
  CHECK(watching.events() == std::vector<std::uint64_t>{7});
  watching.sockets.want(fd, 0, 7);
  CHECK(watching.events().empty());
  first.reset();
  Pair second;  // another pair, by the same number
  REQUIRE(second.ours.get() == fd);
  watching.sockets.want(fd, EPOLLIN, 9);
  second.speak();
  CHECK(watching.events() == std::vector<std::uint64_t>{9});
}

TEST_CASE("a new socket with the number of a closed one is watched") {
  Watching watching;
  auto first = std::make_unique<Pair>();
  const int fd = first->ours.get();
  watching.sockets.opened(fd);
  watching.sockets.want(fd, EPOLLIN, 7);
  first.reset();
  Pair second;
  REQUIRE(second.ours.get() == fd);  // the lowest that is free
  watching.sockets.opened(fd);
  watching.sockets.want(fd, EPOLLIN, 9);
  second.speak();
  CHECK(watching.events() == std::vector<std::uint64_t>{9});
}
