// The owner's side of the socket: one thread, one poll, no call that a client could make wait.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "store/owner.h"
#include "store/owner_socket.h"
#include "store/project_folder.h"

namespace studio {
namespace {

constexpr std::size_t max_clients = 64;
constexpr std::size_t max_unread_bytes = 64u << 20;          // of a reply that its client does not read
constexpr auto time_for_request = std::chrono::seconds(10);  // to send one line
constexpr auto time_for_goodbye = std::chrono::milliseconds(500);
using Time = std::chrono::steady_clock::time_point;

// What the answering side writes and the socket thread sends; outlives either.
struct Mailbox {
  explicit Mailbox(std::shared_ptr<UniqueFd> wake_fd) : wake(std::move(wake_fd)) {}
  std::shared_ptr<UniqueFd> wake;
  std::mutex mutex;
  std::string text;         // framed lines, not yet taken
  bool is_finished = false;  // the last line is in
  bool is_closed = false;    // the client is gone

  void ring() const {
    const std::uint64_t one = 1;
    if (::write(wake->get(), &one, sizeof one) < 0) return;  // full: it rings already
  }
  void put(std::string line, bool last) {
    std::replace(line.begin(), line.end(), '\n', ' ');
    {
      std::lock_guard guard(mutex);
      if (is_closed || is_finished) return;
      text += last ? '.' : '+';
      text += line;
      text += '\n';
      is_finished = last;
    }
    ring();
  }
  void abandon() {
    {
      std::lock_guard guard(mutex);
      is_finished = true;
    }
    ring();
  }
};

// Ends the connection when whoever should answer has dropped the last copy of the reply function.
struct Answer {
  std::shared_ptr<Mailbox> mailbox;
  explicit Answer(std::shared_ptr<Mailbox> box) : mailbox(std::move(box)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { mailbox->abandon(); }
};

struct Client {
  UniqueFd socket;
  Time since;
  std::string request;
  bool is_asked = false;  // the request is whole and with the handler
  std::shared_ptr<Mailbox> mailbox;
  std::string unsent;
};

}  // namespace

struct OwnerServer::Worker {
  Handler handle;
  UniqueFd listener;
  std::filesystem::path path;
  ino_t inode = 0;
  std::shared_ptr<UniqueFd> wake = std::make_shared<UniqueFd>();
  std::atomic<bool> is_stopping = false;
  std::map<int, Client> clients;  // by descriptor; the thread's own
  std::jthread thread;

  Result<void> listen(const std::filesystem::path& project);
  void run();
  void accept_clients();
  bool receive(Client& client);  // false: drop it
  bool send(Client& client);
  int poll_timeout_ms() const;
};

Result<void> OwnerServer::Worker::listen(const std::filesystem::path& project) {
  int error_number = ENOTSUP;
  for (OwnerAddress& place : owner_addresses(project, true)) {
    // Bound under another name and renamed over: what a dead owner left is replaced in one step, and nobody ever finds
    // the name without a listener behind it.
    const std::string name = place.path.filename().string();
    const std::string temp_name = name + "." + std::to_string(::getpid());
    const auto temp = place.path.parent_path() / temp_name;
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd || !fill_address(place, temp_name)) continue;
    ::unlink(temp.c_str());
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&place.address), sizeof place.address) != 0) {
      error_number = errno;
      continue;
    }
    struct stat facts{};
    if (::chmod(temp.c_str(), 0600) != 0 || ::listen(fd.get(), 64) != 0 || ::lstat(temp.c_str(), &facts) != 0 ||
        ::rename(temp.c_str(), place.path.c_str()) != 0) {
      error_number = errno;
      ::unlink(temp.c_str());
      continue;
    }
    listener = std::move(fd);
    path = place.path;
    inode = facts.st_ino;
    return {};
  }
  return fail(disk_error("Cannot listen for other programs on this project", error_number, project));
}

void OwnerServer::Worker::accept_clients() {
  for (;;) {
    UniqueFd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return;
    if (!is_same_user(fd.get())) continue;
    if (clients.size() >= max_clients) {
      // The one that has waited longest without saying what it wants makes room; those that asked are never dropped.
      auto oldest = clients.end();
      for (auto at = clients.begin(); at != clients.end(); ++at) {
        if (!at->second.is_asked && (oldest == clients.end() || at->second.since < oldest->second.since)) oldest = at;
      }
      if (oldest == clients.end()) continue;
      clients.erase(oldest);
    }
    const int number = fd.get();
    Client& client = clients[number];
    client.socket = std::move(fd);
    client.since = std::chrono::steady_clock::now();
    client.mailbox = std::make_shared<Mailbox>(wake);
  }
}

bool OwnerServer::Worker::receive(Client& client) {
  char chunk[16384];
  // A few pieces a turn: who floods waits for the others.
  for (int turn = 0; turn < 8; ++turn) {
    const ssize_t got = ::recv(client.socket.get(), chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (got == 0) return false;
    if (client.is_asked) continue;  // one request a connection; the rest is thrown away
    client.request.append(chunk, static_cast<std::size_t>(got));
    const auto line_end = client.request.find('\n');
    if (line_end == std::string::npos && client.request.size() <= max_request_bytes) continue;
    if (line_end == std::string::npos || line_end > max_request_bytes) return false;
    client.request.resize(line_end);
    client.is_asked = true;
    auto answer = std::make_shared<Answer>(client.mailbox);
    try {
      handle(std::move(client.request), [answer](std::string line, bool last) { answer->mailbox->put(std::move(line), last); });
    } catch (const std::exception& error) {
      log_error(std::string("a request of another program failed: ") + error.what());
    }
    client.request = {};
    return true;
  }
  return true;
}

bool OwnerServer::Worker::send(Client& client) {
  bool is_finished = false;
  {
    std::lock_guard guard(client.mailbox->mutex);
    client.unsent += client.mailbox->text;
    client.mailbox->text.clear();
    is_finished = client.mailbox->is_finished;
  }
  if (client.unsent.size() > max_unread_bytes) return false;
  while (!client.unsent.empty()) {
    const ssize_t put = ::send(client.socket.get(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    client.unsent.erase(0, static_cast<std::size_t>(put));
  }
  return !is_finished;
}

// Asleep for good, unless a client still owes its request.
int OwnerServer::Worker::poll_timeout_ms() const {
  Time first = Time::max();
  for (const auto& [fd, client] : clients) {
    if (!client.is_asked) first = std::min(first, client.since + time_for_request);
  }
  if (first == Time::max()) return -1;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(first - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::max<long long>(left, 0)) + 1;
}

void OwnerServer::Worker::run() {
  std::vector<pollfd> watched;
  while (!is_stopping) {
    watched.clear();
    watched.push_back({wake->get(), POLLIN, 0});
    watched.push_back({listener.get(), POLLIN, 0});
    for (const auto& [fd, client] : clients) {
      watched.push_back({fd, static_cast<short>(client.unsent.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    }
    if (::poll(watched.data(), watched.size(), poll_timeout_ms()) < 0 && errno != EINTR) {
      log_error("the owner's socket stopped: poll failed");
      return;
    }
    std::uint64_t rings = 0;
    if (watched[0].revents != 0 && ::read(wake->get(), &rings, sizeof rings) < 0) rings = 0;
    const Time now = std::chrono::steady_clock::now();
    for (std::size_t i = 2; i < watched.size(); ++i) {
      const auto found = clients.find(watched[i].fd);
      Client& client = found->second;
      bool is_wanted = (watched[i].revents & (POLLERR | POLLNVAL)) == 0;
      if (is_wanted && (watched[i].revents & (POLLIN | POLLHUP)) != 0) is_wanted = receive(client);
      if (is_wanted) is_wanted = send(client);
      if (is_wanted && !client.is_asked && now - client.since > time_for_request) is_wanted = false;
      if (is_wanted) continue;
      {
        std::lock_guard guard(client.mailbox->mutex);
        client.mailbox->is_closed = true;
        client.mailbox->text = {};
      }
      clients.erase(found);
    }
    if (watched[1].revents != 0) accept_clients();
  }
}

OwnerServer::OwnerServer() : worker_(std::make_unique<Worker>()) {}

Result<std::unique_ptr<OwnerServer>> OwnerServer::start(const std::filesystem::path& project, Handler handle) {
  // The lock decides who may answer for a project; the socket only follows it.
  const auto owner = OwnerLock::current_owner(ProjectFolder(project));
  if (!owner || owner->pid != ::getpid()) {
    return fail(ErrorKind::Owned, "Another program has this project open: " + project.string());
  }
  std::unique_ptr<OwnerServer> server(new OwnerServer);
  Worker& worker = *server->worker_;
  worker.handle = std::move(handle);
  worker.wake->reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!*worker.wake) return fail(disk_error("Cannot listen for other programs on this project", errno, project));
  STUDIO_CHECK(worker.listen(project));
  worker.thread = std::jthread([&worker] { worker.run(); });
  return server;
}

void OwnerServer::stop() {
  Worker& worker = *worker_;
  if (!worker.thread.joinable()) return;
  worker.is_stopping = true;
  Mailbox(worker.wake).ring();
  worker.thread.join();
  // From here nobody can connect, and those who did are all accepted: none is left without a word.
  ::shutdown(worker.listener.get(), SHUT_RDWR);
  worker.accept_clients();
  for (auto at = worker.clients.begin(); at != worker.clients.end();) {
    const Client& client = at->second;
    if (client.is_asked) {
      ++at;
      continue;
    }
    // Read to its end first: closing on unread bytes could take the word back.
    char chunk[16384];
    while (::recv(client.socket.get(), chunk, sizeof chunk, MSG_DONTWAIT) > 0) {
    }
    [[maybe_unused]] const auto put = ::send(client.socket.get(), "!\n", 2, MSG_NOSIGNAL);
    at = worker.clients.erase(at);
  }
}

OwnerServer::~OwnerServer() {
  stop();
  if (worker_->path.empty()) return;
  const auto until = std::chrono::steady_clock::now() + time_for_goodbye;
  for (auto& [fd, client] : worker_->clients) {
    while (worker_->send(client) && !client.unsent.empty()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      pollfd room{fd, POLLOUT, 0};
      if (left <= 0 || ::poll(&room, 1, static_cast<int>(left)) <= 0) break;
    }
    std::lock_guard guard(client.mailbox->mutex);
    client.mailbox->is_closed = true;
  }
  // Only the name that is still ours: the next owner may have taken it already.
  struct stat facts{};
  if (::lstat(worker_->path.c_str(), &facts) == 0 && facts.st_ino == worker_->inode) ::unlink(worker_->path.c_str());
}

}  // namespace studio
