#include "simulators/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace studio::simulators {
namespace {

constexpr std::size_t max_head_bytes = 64 << 10;
constexpr int listen_backlog = 512;
constexpr std::size_t max_connections = 1024;  // more wait in the backlog
constexpr int idle_limit_ms = 60'000;          // of a connection that is kept open
constexpr int read_limit_secs = 20;            // of one that stops in the middle of a request
constexpr int write_limit_secs = 60;

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 206: return "Partial Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 416: return "Range Not Satisfiable";
    case 422: return "Unprocessable Entity";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

bool same_word(std::string_view a, std::string_view b) { return to_lower_ascii(a) == to_lower_ascii(b); }

const std::string* find_in(const WireHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_word(key, name)) return &value;
  return nullptr;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::size_t> number_of(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

// Reads requests from one socket, whatever pieces they come in.
class Reader {
 public:
  explicit Reader(int fd) : fd_(fd) {}

  bool has_more() const { return begin_ < buffer_.size(); }
  // Nothing when the connection ended or went silent.
  std::optional<std::string> line(std::size_t limit) {
    for (;;) {
      const auto end = buffer_.find('\n', begin_);
      if (end != std::string::npos) {
        std::string text = buffer_.substr(begin_, end - begin_);
        begin_ = end + 1;
        if (!text.empty() && text.back() == '\r') text.pop_back();
        return text;
      }
      if (buffer_.size() - begin_ > limit || !fill()) return std::nullopt;
    }
  }
  std::optional<std::string> bytes(std::size_t count) {
    while (buffer_.size() - begin_ < count)
      if (!fill()) return std::nullopt;
    std::string text = buffer_.substr(begin_, count);
    begin_ += count;
    return text;
  }

 private:
  bool fill() {
    if (begin_ > 0) {
      buffer_.erase(0, begin_);
      begin_ = 0;
    }
    char chunk[64 << 10];
    ssize_t got = 0;
    do got = ::recv(fd_, chunk, sizeof chunk, 0);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  std::string buffer_;
  std::size_t begin_ = 0;
};

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void parse_target(const std::string& target, WireRequest& request) {
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark == std::string::npos) return;
  for (const auto& pair : split(std::string_view(target).substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    request.query.emplace_back(percent_decoded(pair.substr(0, equals)),
                               equals == std::string::npos ? std::string() : percent_decoded(pair.substr(equals + 1)));
  }
}

enum class Got { Request, End, Nonsense, TooLarge };

Got read_body(Reader& reader, int fd, WireRequest& request) {
  if (const auto* expect = request.header("Expect"); expect != nullptr && same_word(*expect, "100-continue"))
    if (!send_all(fd, "HTTP/1.1 100 Continue\r\n\r\n")) return Got::End;
  if (const auto* coding = request.header("Transfer-Encoding")) {
    if (!same_word(*coding, "chunked")) return Got::Nonsense;
    for (;;) {
      const auto line = reader.line(256);
      if (!line) return Got::End;
      const auto size = number_of(std::string_view(*line).substr(0, line->find(';')), 16);
      if (!size) return Got::Nonsense;
      if (*size == 0) break;
      if (request.body.size() + *size > wire_max_body_bytes) return Got::TooLarge;
      const auto piece = reader.bytes(*size);
      if (!piece || !reader.line(2)) return Got::End;
      request.body += *piece;
    }
    while (const auto trailer = reader.line(max_head_bytes))
      if (trailer->empty()) return Got::Request;
    return Got::End;
  }
  const auto* length = request.header("Content-Length");
  if (length == nullptr) return Got::Request;
  const auto size = number_of(*length, 10);
  if (!size) return Got::Nonsense;
  if (*size > wire_max_body_bytes) return Got::TooLarge;
  auto body = reader.bytes(*size);
  if (!body) return Got::End;
  request.body = std::move(*body);
  return Got::Request;
}

Got read_request(Reader& reader, int fd, WireRequest& request, bool& keeps_open) {
  const auto first = reader.line(max_head_bytes);
  if (!first) return Got::End;
  const auto words = split(*first, ' ');
  if (words.size() != 3 || !words[2].starts_with("HTTP/1.") || !words[1].starts_with("/")) return Got::Nonsense;
  request.method = words[0];
  parse_target(words[1], request);
  keeps_open = words[2] != "HTTP/1.0";
  std::size_t head_bytes = first->size();
  for (;;) {
    const auto line = reader.line(max_head_bytes);
    if (!line) return Got::End;
    if (line->empty()) break;
    head_bytes += line->size();
    const auto colon = line->find(':');
    if (colon == std::string::npos || colon == 0 || head_bytes > max_head_bytes) return Got::Nonsense;
    request.headers.emplace_back(line->substr(0, colon), std::string(trimmed(std::string_view(*line).substr(colon + 1))));
  }
  if (const auto* connection = request.header("Connection"); connection != nullptr && same_word(*connection, "close")) keeps_open = false;
  return read_body(reader, fd, request);
}

}  // namespace

const std::string* WireRequest::header(std::string_view name) const { return find_in(headers, name); }

const std::string* WireRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return &value;
  return nullptr;
}

void WireAnswer::set_header(const std::string& name, std::string value) {
  for (auto& [key, old] : headers) {
    if (!same_word(key, name)) continue;
    old = std::move(value);
    return;
  }
  headers.emplace_back(name, std::move(value));
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      plain += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      plain += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

struct WireServer::Parts {
  struct Connection {
    UniqueFd fd;
    std::atomic<bool> is_over{false};
    std::thread thread;
  };

  WireHandler handler;
  UniqueFd listening, bell;
  int port = 0;
  std::atomic<bool> is_stopping{false};
  std::mutex mutex;  // guards connections
  std::condition_variable stopping;
  std::list<Connection> connections;
  std::thread acceptor;

  // True when it lasted that long; false when the server ends.
  bool pause(int ms) {
    std::unique_lock lock(mutex);
    return !stopping.wait_for(lock, std::chrono::milliseconds(ms), [&] { return is_stopping.load(); });
  }

  void accept_all() {
    while (!is_stopping) {
      pollfd watched[2] = {{listening.get(), POLLIN, 0}, {bell.get(), POLLIN, 0}};
      if (::poll(watched, 2, -1) < 0 && errno != EINTR) return;
      reap();
      if (is_stopping || watched[1].revents != 0) return;
      if ((watched[0].revents & POLLIN) == 0) continue;
      {
        std::unique_lock lock(mutex);
        if (connections.size() >= max_connections) {
          stopping.wait_for(lock, std::chrono::milliseconds(5), [&] { return is_stopping.load(); });
          continue;
        }
      }
      UniqueFd fd(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) continue;
      const int yes = 1;
      ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      const timeval read_limit{read_limit_secs, 0}, write_limit{write_limit_secs, 0};
      ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &read_limit, sizeof read_limit);
      ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &write_limit, sizeof write_limit);
      std::lock_guard lock(mutex);
      Connection& connection = connections.emplace_back();
      connection.fd = std::move(fd);
      connection.thread = std::thread([this, &connection] {
        converse(connection.fd.get());
        ::shutdown(connection.fd.get(), SHUT_RDWR);
        connection.is_over = true;
      });
    }
  }

  void reap() {
    std::lock_guard lock(mutex);
    for (auto it = connections.begin(); it != connections.end();) {
      if (!it->is_over) {
        ++it;
        continue;
      }
      it->thread.join();
      it = connections.erase(it);
    }
  }

  void converse(int fd) {
    Reader reader(fd);
    for (bool is_reused = false; !is_stopping; is_reused = true) {
      if (is_reused && !reader.has_more()) {
        pollfd watched[2] = {{fd, POLLIN, 0}, {bell.get(), POLLIN, 0}};
        if (::poll(watched, 2, idle_limit_ms) <= 0 || watched[1].revents != 0) return;
      }
      WireRequest request;
      request.port = port;
      request.is_reused = is_reused;
      bool keeps_open = false;
      const Got got = read_request(reader, fd, request, keeps_open);
      if (got == Got::End) return;
      WireAnswer answer;
      if (got == Got::Request) {
        try {
          answer = handler(request);
        } catch (const std::exception& problem) {
          log_error(std::string("simulator: unexpected: ") + problem.what());
          return;
        }
      } else {
        answer.status = got == Got::TooLarge ? 413 : 400;
        keeps_open = false;
      }
      if (!answer_with(fd, answer, request.method == "HEAD", keeps_open) || !keeps_open) return;
    }
  }

  // False: the connection must end.
  bool answer_with(int fd, const WireAnswer& answer, bool is_head, bool keeps_open) {
    if (answer.delay_ms > 0 && !pause(answer.delay_ms)) return false;
    const WireMishap& mishap = answer.mishap;
    if (mishap.hang_up) {
      if (mishap.reset) {
        const linger now{1, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        // shutdown() would send the FIN first; disconnecting sends the RST that the option asks for.
        sockaddr nowhere{};
        nowhere.sa_family = AF_UNSPEC;
        ::connect(fd, &nowhere, sizeof nowhere);
      }
      return false;
    }
    if (!mishap.raw.empty()) {
      send_all(fd, mishap.raw);
      return false;
    }
    const bool stays = keeps_open && mishap.tells_length && !mishap.cut_at;
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " " + std::string(reason_of(answer.status)) + "\r\n";
    for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
    if (mishap.tells_length && find_in(answer.headers, "Content-Length") == nullptr)
      head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    head += stays ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    std::string_view body = is_head ? std::string_view() : std::string_view(answer.body);
    if (mishap.cut_at) body = body.substr(0, *mishap.cut_at);
    if (mishap.chunk_bytes == 0) return send_all(fd, head + std::string(body)) && stays;
    if (!send_all(fd, head)) return false;
    while (!body.empty()) {
      if (!pause(mishap.pause_ms)) return false;
      const auto piece = body.substr(0, mishap.chunk_bytes);
      if (!send_all(fd, piece)) return false;
      body.remove_prefix(piece.size());
    }
    return stays;
  }
};

WireServer::WireServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<WireServer>> WireServer::start(int port, WireHandler handler) {
  auto parts = std::make_unique<Parts>();
  parts->handler = std::move(handler);
  parts->listening.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  parts->bell.reset(::eventfd(0, EFD_CLOEXEC));
  if (!parts->listening || !parts->bell) return fail(ErrorKind::Bug, "The simulator cannot make a socket; restart it.", "errno " + std::to_string(errno));
  const int yes = 1;
  ::setsockopt(parts->listening.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(parts->listening.get(), plain, size) != 0 || ::listen(parts->listening.get(), listen_backlog) != 0 ||
      ::getsockname(parts->listening.get(), plain, &size) != 0)
    return fail(ErrorKind::BadRequest, "The port " + std::to_string(port) + " on 127.0.0.1 is taken or not allowed; choose another, or 0 for a free one.");
  parts->port = ntohs(address.sin_port);
  Parts* raw = parts.get();
  parts->acceptor = std::thread([raw] { raw->accept_all(); });
  return std::unique_ptr<WireServer>(new WireServer(std::move(parts)));
}

WireServer::~WireServer() {
  {
    std::lock_guard lock(parts_->mutex);
    parts_->is_stopping = true;
    parts_->stopping.notify_all();
  }
  const std::uint64_t ring = 1;
  [[maybe_unused]] const auto written = ::write(parts_->bell.get(), &ring, sizeof ring);
  parts_->acceptor.join();
  for (auto& connection : parts_->connections) ::shutdown(connection.fd.get(), SHUT_RDWR);
  for (auto& connection : parts_->connections) connection.thread.join();
}

int WireServer::port() const { return parts_->port; }

}  // namespace studio::simulators
