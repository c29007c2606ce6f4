#include "bench/bare_curl.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace studio {
namespace {

constexpr int transfers_a_multi = 250;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::size_t keep(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

}  // namespace

struct BareCurl::Multi {
  CURLM* handle = nullptr;
  std::uint32_t number = 0;
  int epoll = -1;
  int transfers = 0;
  std::int64_t due_ms = -1;

  static int on_socket(CURL*, curl_socket_t fd, int what, void* user, void* known) {
    Multi& multi = *static_cast<Multi*>(user);
    if (what == CURL_POLL_REMOVE) {
      ::epoll_ctl(multi.epoll, EPOLL_CTL_DEL, fd, nullptr);
      return 0;
    }
    epoll_event event{};
    event.events = ((what & CURL_POLL_IN) ? unsigned{EPOLLIN} : 0u) | ((what & CURL_POLL_OUT) ? unsigned{EPOLLOUT} : 0u);
    event.data.u64 = (std::uint64_t{multi.number} << 32) | static_cast<std::uint32_t>(fd);
    ::epoll_ctl(multi.epoll, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
    curl_multi_assign(multi.handle, fd, &multi);
    return 0;
  }
  static int on_timer(CURLM*, long timeout_ms, void* user) {
    static_cast<Multi*>(user)->due_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    return 0;
  }
};

BareCurl::BareCurl() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

BareCurl::~BareCurl() {
  for (const auto& transfer : transfers_) {
    if (transfer->multi != nullptr) curl_multi_remove_handle(transfer->multi->handle, transfer->easy);
    curl_easy_cleanup(transfer->easy);
  }
  for (const auto& multi : multis_) curl_multi_cleanup(multi->handle);
  ::close(epoll_);
}

BareCurl::Multi& BareCurl::multi_with_room() {
  const auto found = std::find_if(multis_.begin(), multis_.end(), [](const auto& multi) { return multi->transfers < transfers_a_multi; });
  if (found != multis_.end()) return **found;
  auto multi = std::make_unique<Multi>();
  multi->handle = curl_multi_init();
  multi->number = static_cast<std::uint32_t>(multis_.size());
  multi->epoll = epoll_;
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi.get());
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi.get());
  curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, static_cast<long>(transfers_a_multi));
  multis_.push_back(std::move(multi));
  return *multis_.back();
}

void BareCurl::get(const std::string& url, std::function<void(bool)> done) {
  if (idle_.empty()) {
    auto fresh = std::make_unique<Transfer>();
    fresh->easy = curl_easy_init();
    curl_easy_setopt(fresh->easy, CURLOPT_PRIVATE, static_cast<void*>(fresh.get()));
    curl_easy_setopt(fresh->easy, CURLOPT_WRITEFUNCTION, &keep);
    curl_easy_setopt(fresh->easy, CURLOPT_WRITEDATA, static_cast<void*>(&fresh->body));
    curl_easy_setopt(fresh->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(fresh->easy, CURLOPT_PROXY, "");
    idle_.push_back(fresh.get());
    transfers_.push_back(std::move(fresh));
  }
  Transfer& transfer = *idle_.back();
  idle_.pop_back();
  transfer.body.clear();
  transfer.done = std::move(done);
  curl_easy_setopt(transfer.easy, CURLOPT_URL, url.c_str());
  transfer.multi = &multi_with_room();
  ++transfer.multi->transfers;
  curl_multi_add_handle(transfer.multi->handle, transfer.easy);
}

void BareCurl::collect(Multi& multi) {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi.handle, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    const bool ok = message->data.result == CURLE_OK;
    Transfer& transfer = *reinterpret_cast<Transfer*>(owner);
    curl_multi_remove_handle(multi.handle, transfer.easy);
    --multi.transfers;
    transfer.multi = nullptr;
    idle_.push_back(&transfer);
    const auto done = std::move(transfer.done);
    done(ok && !transfer.body.empty());
  }
}

void BareCurl::run_once(int max_wait_ms) {
  std::int64_t wait = max_wait_ms;
  const std::int64_t before = now_ms();
  for (const auto& multi : multis_) {
    if (multi->due_ms >= 0) wait = std::min(wait, std::max<std::int64_t>(0, multi->due_ms - before));
  }
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(wait));
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    int what = 0;
    if (event.events & EPOLLIN) what |= CURL_CSELECT_IN;
    if (event.events & EPOLLOUT) what |= CURL_CSELECT_OUT;
    if (event.events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multis_[event.data.u64 >> 32]->handle, static_cast<curl_socket_t>(event.data.u64 & 0xFFFFFFFFu), what, &running);
  }
  const std::int64_t now = now_ms();
  for (std::size_t i = 0; i < multis_.size(); ++i) {
    Multi& multi = *multis_[i];
    if (multi.due_ms >= 0 && multi.due_ms <= now) {
      multi.due_ms = -1;
      curl_multi_socket_action(multi.handle, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    collect(multi);
  }
}

}  // namespace studio
