#include "http/http_client.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "http/http_transfer.h"

namespace studio {
namespace {

constexpr rlim_t wanted_open_files = 16'384;
constexpr std::uint64_t wake_mark = ~std::uint64_t{0};

// Microseconds, so that a rounded-down wait never spins.
std::int64_t mono_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Submits share no handle with anything, downloads none with small requests: a slow file must not make polls queue.
enum class Group : std::uint8_t { Submit, Exchange, Download };

Group group_of(HttpProfile profile) {
  switch (profile) {
    case HttpProfile::Submit: return Group::Submit;
    case HttpProfile::Download: return Group::Download;
    case HttpProfile::Poll:
    case HttpProfile::Upload: break;
  }
  return Group::Exchange;
}

bool environment_names_proxy() {
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return true;
  }
  return false;
}

// One multi handle and what it asked of the loop.
struct Handle {
  CURLM* multi = nullptr;
  Group group = Group::Exchange;
  std::uint32_t number = 0;
  SocketWatch* sockets = nullptr;
  int transfers = 0;
  std::int64_t due_us = -1;  // monotonic; negative: no timer
  bool touched = false;

  ~Handle() {
    if (multi != nullptr) curl_multi_cleanup(multi);
  }
};

// Requests of one kind to one host. They queue here and not in libcurl, where the wait would count as time of the request.
struct Line {
  int under_way = 0;
  bool has_streams = false;  // its last answer came over HTTP/2
  std::deque<TransferId> waiting;
};

int on_socket(CURL*, curl_socket_t fd, int what, void* user, void*) {
  Handle& handle = *static_cast<Handle*>(user);
  std::uint32_t events = 0;
  if (what != CURL_POLL_REMOVE && (what & CURL_POLL_IN)) events |= EPOLLIN;
  if (what != CURL_POLL_REMOVE && (what & CURL_POLL_OUT)) events |= EPOLLOUT;
  handle.sockets->want(fd, events, (std::uint64_t{handle.number} << 32) | static_cast<std::uint32_t>(fd));
  return 0;
}

int on_timer(CURLM*, long timeout_ms, void* user) {
  static_cast<Handle*>(user)->due_us = timeout_ms < 0 ? -1 : mono_us() + timeout_ms * 1000;
  return 0;
}

}  // namespace

void http_init() {
  static std::once_flag once;
  std::call_once(once, [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct sigaction now {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) ::signal(SIGPIPE, SIG_IGN);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < wanted_open_files) {
      files.rlim_cur = std::min(wanted_open_files, files.rlim_max);
      ::setrlimit(RLIMIT_NOFILE, &files);
    }
  });
}

struct HttpClient::Impl {
  struct Flight {
    std::unique_ptr<HttpTransfer> transfer;
    std::function<void(HttpResponse)> done;
    Handle* handle = nullptr;  // null: waits in its line, or ended and waits in `ended`
    Line* line = nullptr;      // null: it keeps to none
    bool is_waiting = false;   // in its line
  };

  TransferContext context;
  UniqueFd epoll, bell;
  std::vector<std::unique_ptr<Handle>> handles;  // the position is the number
  std::unordered_map<TransferId, Flight> flights;
  std::unordered_map<std::string, Line> lines;  // those with something in them, and those with streams
  std::deque<TransferId> ended;
  TransferId last_id = 0;

  ~Impl() {
    for (auto& [id, flight] : flights) leave(flight);
    flights.clear();
    handles.clear();
    context.easy_handles.clear();  // they hold the share
    if (context.share != nullptr) curl_share_cleanup(context.share);
    curl_slist_free_all(context.pinned);
  }

  Handle* handle_for(Group group) {
    // The first with room: while little goes on, everything meets in one handle and shares its connections.
    for (const auto& handle : handles) {
      if (handle->group == group && handle->transfers < context.settings.transfers_per_handle) return handle.get();
    }
    auto handle = std::make_unique<Handle>();
    handle->multi = curl_multi_init();
    if (handle->multi == nullptr) return nullptr;
    handle->group = group;
    handle->number = static_cast<std::uint32_t>(handles.size());
    handle->sockets = context.sockets.get();
    curl_multi_setopt(handle->multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(handle->multi, CURLMOPT_SOCKETDATA, handle.get());
    curl_multi_setopt(handle->multi, CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(handle->multi, CURLMOPT_TIMERDATA, handle.get());
    curl_multi_setopt(handle->multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
    // At least the number in flight, or connections are closed and opened again.
    curl_multi_setopt(handle->multi, CURLMOPT_MAXCONNECTS, static_cast<long>(context.settings.transfers_per_handle));
    handles.push_back(std::move(handle));
    return handles.back().get();
  }

  bool join(Flight& flight) {
    Handle* handle = handle_for(group_of(flight.transfer->profile()));
    if (handle == nullptr || curl_multi_add_handle(handle->multi, flight.transfer->easy()) != CURLM_OK) {
      flight.transfer->fail_to_start("no handle for it");
      return false;
    }
    flight.handle = handle;
    ++handle->transfers;
    return true;
  }

  void leave(Flight& flight) {
    if (flight.handle == nullptr) return;
    curl_multi_remove_handle(flight.handle->multi, flight.transfer->easy());
    --flight.handle->transfers;
    flight.handle = nullptr;
  }

  int room_of(const Line& line) const {
    return (line.has_streams ? context.settings.streams_per_host : context.settings.requests_per_host) - line.under_way;
  }

  // It is its turn, or it waits for it.
  void stand_in_line(TransferId id, Flight& flight) {
    if (flight.transfer->profile() != HttpProfile::Submit) {
      Line& line = lines[flight.transfer->line()];
      flight.line = &line;
      if (room_of(line) <= 0) {
        flight.is_waiting = true;
        return line.waiting.push_back(id);
      }
      ++line.under_way;
    }
    if (!join(flight)) end(id, flight);
  }

  // Takes it out of its line and lets those behind it go on.
  void end(TransferId id, Flight& flight) {
    ended.push_back(id);
    Line* line = std::exchange(flight.line, nullptr);
    if (line == nullptr) return;
    if (std::exchange(flight.is_waiting, false)) std::erase(line->waiting, id);
    else --line->under_way;
    while (!line->waiting.empty() && room_of(*line) > 0) {
      const TransferId next = line->waiting.front();
      line->waiting.pop_front();
      Flight& then = flights.at(next);
      then.is_waiting = false;
      then.transfer->start_clock();
      if (join(then)) {
        ++line->under_way;
      } else {
        then.line = nullptr;
        ended.push_back(next);
      }
    }
    if (line->under_way == 0 && line->waiting.empty() && !line->has_streams) lines.erase(flight.transfer->line());
  }

  static void note_version(CURL* easy, Line& line) {
    long version = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    if (version != 0) line.has_streams = version >= CURL_HTTP_VERSION_2_0;
  }

  void collect(Handle& handle) {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(handle.multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* owner = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
      const CURLcode code = message->data.result;  // the message is gone once the handle is removed
      HttpTransfer& transfer = *reinterpret_cast<HttpTransfer*>(owner);
      Flight& flight = flights.at(transfer.id());
      leave(flight);
      if (flight.line != nullptr) note_version(transfer.easy(), *flight.line);
      if (transfer.on_hop_done(code) == HttpTransfer::Next::AnotherHop && join(flight)) continue;
      end(transfer.id(), flight);
    }
  }

  void act(Handle& handle, curl_socket_t fd, int what) {
    int running = 0;
    curl_multi_socket_action(handle.multi, fd, what, &running);
    handle.touched = true;
  }

  int wait_ms(int max_wait_ms) const {
    if (!ended.empty()) return 0;
    std::int64_t due = -1;
    for (const auto& handle : handles) {
      if (handle->due_us >= 0 && (due < 0 || handle->due_us < due)) due = handle->due_us;
    }
    if (due < 0) return max_wait_ms;
    const std::int64_t wait = std::clamp<std::int64_t>((due - mono_us() + 999) / 1000, 0, 3'600'000);
    return max_wait_ms < 0 ? static_cast<int>(wait) : static_cast<int>(std::min<std::int64_t>(wait, max_wait_ms));
  }

  void take_events(int max_wait_ms) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), wait_ms(max_wait_ms));
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == wake_mark) {
        std::uint64_t rings = 0;
        [[maybe_unused]] const ssize_t got = ::read(bell.get(), &rings, sizeof rings);
        continue;
      }
      const std::size_t number = event.data.u64 >> 32;
      if (number >= handles.size()) continue;
      const auto fd = static_cast<curl_socket_t>(event.data.u64 & 0xFFFFFFFFu);
      if (!context.sockets->is_wanted(fd)) continue;
      int what = 0;
      if (event.events & EPOLLIN) what |= CURL_CSELECT_IN;
      if (event.events & EPOLLOUT) what |= CURL_CSELECT_OUT;
      if (event.events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
      // A socket that was closed and opened again within this batch is at worst told of an event it does not have.
      act(*handles[number], fd, what);
    }
  }

  void run_timers() {
    const std::int64_t now = mono_us();
    for (const auto& handle : handles) {
      if (handle->due_us < 0 || handle->due_us > now) continue;
      handle->due_us = -1;  // libcurl sets it anew while it acts
      act(*handle, CURL_SOCKET_TIMEOUT, 0);
    }
  }

  // A callback may start and cancel transfers; what it ends is delivered in the next round.
  void deliver() {
    for (std::size_t left = ended.size(); left > 0; --left) {
      const TransferId id = ended.front();
      ended.pop_front();
      const auto found = flights.find(id);
      const std::function<void(HttpResponse)> done = std::move(found->second.done);
      HttpResponse response = found->second.transfer->take_response();
      flights.erase(found);
      if (done) done(std::move(response));
    }
  }
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::create(HttpClientSettings settings) {
  http_init();
  auto impl = std::make_unique<Impl>();
  impl->context.settings = std::move(settings);
  impl->context.behind_proxy = impl->context.settings.use_environment_proxy && environment_names_proxy();
  for (const std::string& entry : impl->context.settings.pinned_hosts) {
    impl->context.pinned = curl_slist_append(impl->context.pinned, entry.c_str());
  }
  impl->context.share = curl_share_init();
  impl->epoll.reset(::epoll_create1(EPOLL_CLOEXEC));
  impl->bell.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  impl->context.sockets = std::make_unique<SocketWatch>(impl->epoll.get());
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = wake_mark;
  const bool is_made = impl->context.share != nullptr && impl->epoll && impl->bell;
  if (!is_made || ::epoll_ctl(impl->epoll.get(), EPOLL_CTL_ADD, impl->bell.get(), &event) != 0) {
    return fail(ErrorKind::Disk, "The network cannot be used: too many files are open. Close other programs and try again.",
                "epoll, eventfd or share");
  }
  curl_share_setopt(impl->context.share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  curl_share_setopt(impl->context.share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

TransferId HttpClient::start(HttpRequest request, std::function<void(HttpResponse)> done) {
  const TransferId id = ++impl_->last_id;
  Impl::Flight& flight = impl_->flights[id];
  flight.transfer = std::make_unique<HttpTransfer>(id, std::move(request), impl_->context);
  flight.done = std::move(done);
  if (flight.transfer->set_up()) impl_->stand_in_line(id, flight);
  else impl_->ended.push_back(id);
  return id;
}

void HttpClient::cancel(TransferId id) {
  const auto found = impl_->flights.find(id);
  if (found == impl_->flights.end() || (found->second.handle == nullptr && !found->second.is_waiting)) return;
  impl_->leave(found->second);
  found->second.transfer->cancel();
  impl_->end(id, found->second);
}

Transport::Progress HttpClient::progress(TransferId id) const {
  const auto found = impl_->flights.find(id);
  return found == impl_->flights.end() ? Progress{} : found->second.transfer->progress();
}

void HttpClient::run_once(int max_wait_ms) {
  impl_->take_events(max_wait_ms);
  impl_->run_timers();
  // By position: collecting may add handles.
  for (std::size_t i = 0; i < impl_->handles.size(); ++i) {
    Handle& handle = *impl_->handles[i];
    if (!std::exchange(handle.touched, false)) continue;
    impl_->collect(handle);
  }
  impl_->deliver();
}

void HttpClient::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(impl_->bell.get(), &one, sizeof one);
}

int HttpClient::in_flight() const { return static_cast<int>(impl_->flights.size()); }
int HttpClient::handles() const { return static_cast<int>(impl_->handles.size()); }

}  // namespace studio
