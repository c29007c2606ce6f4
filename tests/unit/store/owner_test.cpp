#include "store/owner.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "project_fixture.h"
#include "store/owner_socket.h"

using namespace studio;

namespace {

struct OwnedProject : TestProject {
  std::unique_ptr<Store> store = open();
  std::unique_ptr<OwnerServer> serve(OwnerServer::Handler handle) const {
    auto server = OwnerServer::start(path, std::move(handle));
    if (!server) FAIL(server.error().message);
    return std::move(*server);
  }
};

struct Answer {
  Result<void> result;
  std::vector<std::string> lines;
};

Answer ask(const std::filesystem::path& project, const std::string& request, int first_answer_ms = 20'000) {
  Answer answer;
  answer.result = call_owner(project, request, [&](std::string_view line) { answer.lines.emplace_back(line); }, first_answer_ms);
  return answer;
}

UniqueFd connect_raw(const std::filesystem::path& project) {
  const auto places = owner_addresses(project, false);
  REQUIRE_FALSE(places.empty());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&places[0].address), sizeof places[0].address) == 0);
  return fd;
}

// Waits until the other side has closed.
bool is_closed_by_peer(int fd) {
  char rest[4096];
  for (;;) {
    const ssize_t got = ::recv(fd, rest, sizeof rest, 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return true;
    if (got < 0) return false;
  }
}

const auto echo = [](std::string request, OwnerServer::Reply reply) {
  reply("got " + request, false);
  reply("done", true);
};

}  // namespace

TEST_CASE("a request goes to the owner and its lines come back in order") {
  OwnedProject p;
  auto server = p.serve(echo);
  const auto answer = ask(p.path, R"({"verb":"mark","ids":["a1"]} – é)");
  REQUIRE(answer.result);
  CHECK(answer.lines == std::vector<std::string>{R"(got {"verb":"mark","ids":["a1"]} – é)", "done"});
}

TEST_CASE("the answer may come from another thread, later, and an empty line only says that it is being worked on") {
  OwnedProject p;
  std::promise<OwnerServer::Reply> asked;
  auto server = p.serve([&](std::string, OwnerServer::Reply reply) {
    reply("", false);
    asked.set_value(std::move(reply));
  });
  std::jthread worker([&] {
    const auto reply = asked.get_future().get();
    for (int i = 0; i < 1000; ++i) reply("line " + std::to_string(i), false);
    reply("", true);
    reply("too late", true);
  });
  const auto answer = ask(p.path, "run");
  REQUIRE(answer.result);
  REQUIRE(answer.lines.size() == 1000);
  CHECK(answer.lines.back() == "line 999");
}

TEST_CASE("two clients at the same time get their own answers") {
  OwnedProject p;
  std::mutex mutex;
  std::vector<std::pair<std::string, OwnerServer::Reply>> waiting;
  auto server = p.serve([&](std::string request, OwnerServer::Reply reply) {
    std::lock_guard guard(mutex);
    waiting.emplace_back(std::move(request), std::move(reply));
    if (waiting.size() < 2) return;  // both are there before either is answered
    for (auto& [words, answer] : waiting) answer("for " + words, true);
  });
  auto first = std::async(std::launch::async, [&] { return ask(p.path, "one"); });
  auto second = std::async(std::launch::async, [&] { return ask(p.path, "two"); });
  CHECK(first.get().lines == std::vector<std::string>{"for one"});
  CHECK(second.get().lines == std::vector<std::string>{"for two"});
}

TEST_CASE("clients that hang, stop half-way or flood cost the others nothing") {
  OwnedProject p;
  auto server = p.serve(echo);
  std::vector<UniqueFd> silent;
  for (int i = 0; i < 70; ++i) silent.push_back(connect_raw(p.path));  // more than there are places
  const UniqueFd half = connect_raw(p.path);
  REQUIRE(::send(half.get(), "{\"verb\":", 8, MSG_NOSIGNAL) == 8);
  const UniqueFd flood = connect_raw(p.path);
  const std::string block(64 * 1024, 'x');
  while (::send(flood.get(), block.data(), block.size(), MSG_NOSIGNAL) > 0) {}  // until the owner has had enough
  CHECK(is_closed_by_peer(flood.get()));
  const auto answer = ask(p.path, "hello");
  REQUIRE(answer.result);
  CHECK(answer.lines.size() == 2);
}

TEST_CASE("a request of a megabyte is taken, a larger one or two lines are refused before they are sent") {
  OwnedProject p;
  auto server = p.serve([](std::string request, OwnerServer::Reply reply) { reply(std::to_string(request.size()), true); });
  CHECK(ask(p.path, std::string(max_request_bytes, 'x')).lines == std::vector<std::string>{"1048576"});
  CHECK(ask(p.path, std::string(max_request_bytes + 1, 'x')).result.error().kind == ErrorKind::BadRequest);
  CHECK(ask(p.path, "one\ntwo").result.error().kind == ErrorKind::BadRequest);
}

TEST_CASE("a long reply to a slow reader arrives whole") {
  OwnedProject p;
  const std::string line(10'000, 'z');
  auto server = p.serve([&](std::string, OwnerServer::Reply reply) {
    for (int i = 0; i < 500; ++i) reply(line, false);
    reply("end", true);
  });
  const auto answer = ask(p.path, "list");
  REQUIRE(answer.result);
  REQUIRE(answer.lines.size() == 501);
  CHECK(answer.lines[499] == line);
}

TEST_CASE("an owner that does not answer is named, and so is nobody") {
  OwnedProject p;
  {
    auto server = p.serve([](std::string, OwnerServer::Reply reply) {
      static std::vector<OwnerServer::Reply> held;  // never answered
      held.push_back(std::move(reply));
    });
    const auto answer = ask(p.path, "hello", 50);
    REQUIRE_FALSE(answer.result);
    CHECK(answer.result.error().kind == ErrorKind::Owned);
    CHECK(answer.result.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
    CHECK(answer.result.error().message.find("does not answer") != std::string::npos);
    CHECK(answer.result.error().message.find("test_store") != std::string::npos);
  }
  // It owns the project and does not even listen.
  CHECK(ask(p.path, "hello", 50).result.error().kind == ErrorKind::Owned);
  p.store.reset();
  CHECK(ask(p.path, "hello", 50).result.error().kind == ErrorKind::Offline);
}

TEST_CASE("a request that its handler drops is told so") {
  OwnedProject p;
  auto server = p.serve([](std::string, OwnerServer::Reply) {});
  const auto answer = ask(p.path, "hello");
  REQUIRE_FALSE(answer.result);
  CHECK(answer.result.error().kind == ErrorKind::UnknownOutcome);
}

TEST_CASE("a reply after the server's end is harmless, and its client is told") {
  OwnedProject p;
  std::promise<OwnerServer::Reply> asked;
  auto server = p.serve([&](std::string, OwnerServer::Reply reply) { asked.set_value(std::move(reply)); });
  auto client = std::async(std::launch::async, [&] { return ask(p.path, "hello"); });
  const auto reply = asked.get_future().get();
  server.reset();
  CHECK(client.get().result.error().kind == ErrorKind::UnknownOutcome);
  reply("nobody hears this", true);
}

TEST_CASE("whoever comes while the owner closes was answered or surely not begun with") {
  OwnedProject project;
  std::atomic<int> begun{0};
  std::atomic<bool> is_over{false};
  std::vector<Answer> answers;
  std::jthread client([&] {
    while (!is_over) answers.push_back(ask(project.path, "work"));
  });
  for (int round = 0; round < 200; ++round) {
    std::mutex mutex;
    std::vector<OwnerServer::Reply> open;
    auto server = project.serve([&](std::string, OwnerServer::Reply reply) {
      std::lock_guard lock(mutex);
      open.push_back(std::move(reply));
    });
    // Some rounds carry out what they have, the others close upon it: either way the client hears which.
    if (round % 2 == 0) {
      std::lock_guard lock(mutex);
      for (auto& reply : std::exchange(open, {})) {
        ++begun;
        reply("done", true);
      }
    }
    server->stop();
    for (auto& reply : open) reply("closing", true);
  }
  is_over = true;
  // The last call may still wait for somebody: nobody is there.
  client.join();
  int done = 0;
  for (const Answer& answer : answers) {
    if (answer.result) {
      REQUIRE(answer.lines.size() == 1);
      done += answer.lines[0] == "done" ? 1 : 0;
    } else {
      INFO(answer.result.error().message);
      CHECK(answer.result.error().kind != ErrorKind::UnknownOutcome);
    }
  }
  CHECK(done == begun);
}

TEST_CASE("an owner killed in the middle is told, and what it left is taken over") {
  TestProject p;
  SecondProcess other([&](auto ready) {
    auto store = Store::open(p.path);
    auto server = OwnerServer::start(p.path, [&](std::string, OwnerServer::Reply reply) {
      reply("working", false);
      static std::vector<OwnerServer::Reply> held;
      held.push_back(std::move(reply));
    });
    if (!server) ::_exit(1);
    ready();
    for (;;) ::pause();
  });
  REQUIRE(other.wait_ready());
  Answer answer;
  answer.result = call_owner(p.path, "hello", [&](std::string_view line) {
    answer.lines.emplace_back(line);
    other.kill();
  }, 20'000);
  CHECK(answer.lines == std::vector<std::string>{"working"});
  CHECK(answer.result.error().kind == ErrorKind::UnknownOutcome);

  CHECK(ask(p.path, "hello", 50).result.error().kind == ErrorKind::Offline);  // the socket it left answers nobody
  auto store = p.open();
  auto server = OwnerServer::start(p.path, echo);
  REQUIRE(server);
  CHECK(ask(p.path, "again").lines.size() == 2);
}

TEST_CASE("only the owner of the project may listen for it") {
  TestProject p;
  const auto refused = OwnerServer::start(p.path, echo);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::Owned);
}

TEST_CASE("the socket is for its user alone, goes with the server, and a project may lie deep") {
  TempFolder temp;
  std::filesystem::path deep = temp.path();
  for (int i = 0; i < 5; ++i) deep /= std::string(50, static_cast<char>('a' + i));  // longer than a socket's address
  REQUIRE(Store::create(deep, "deep"));
  auto store = Store::open(deep).value();
  auto server = OwnerServer::start(deep, echo);
  REQUIRE(server);
  struct stat facts{};
  REQUIRE(::lstat((deep / "owner.sock").c_str(), &facts) == 0);
  CHECK(S_ISSOCK(facts.st_mode));
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(ask(deep, "hello").lines.size() == 2);
  server->reset();
  CHECK_FALSE(std::filesystem::exists(deep / "owner.sock"));
}

TEST_CASE("a program of another user is not heard") {
  if (::geteuid() != 0) STUDIO_SKIP("the right to be another user");
  TestProject p;
  std::filesystem::permissions(p.temp.path(), std::filesystem::perms::all);
  std::filesystem::permissions(p.path, std::filesystem::perms::all);
  int go[2], said[2];
  REQUIRE((::pipe(go) == 0 && ::pipe(said) == 0));
  SecondProcess stranger([&](auto) {
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) ::_exit(1);
    if (::setuid(12345) != 0) ::_exit(1);
    const auto places = owner_addresses(p.path, false);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    byte = 'n';
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&places.at(0).address), sizeof places[0].address) == 0) {
      (void)!::send(fd.get(), "hello\n", 6, MSG_NOSIGNAL);
      byte = ::recv(fd.get(), &byte, 1, 0) == 1 ? 'y' : 'c';
    }
    (void)!::write(said[1], &byte, 1);
  });
  auto store = p.open();
  auto server = OwnerServer::start(p.path, echo);
  REQUIRE(server);
  // Open the door itself, so that the check behind it is what keeps the stranger out.
  std::filesystem::permissions(p.path / "owner.sock", std::filesystem::perms::all);
  REQUIRE(::write(go[1], "g", 1) == 1);
  char byte = 0;
  REQUIRE(::read(said[0], &byte, 1) == 1);
  CHECK(byte == 'c');  // connected, and closed without an answer
  for (const int fd : {go[0], go[1], said[0], said[1]}) ::close(fd);
}
