#include "simulators/raw_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <stdexcept>

namespace studio {

RawConnection::RawConnection(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const timeval limit{60, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect to the simulator");
}

RawConnection::~RawConnection() { ::close(fd_); }

void RawConnection::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;  // the other side hung up: the answer will tell
    sent += static_cast<std::size_t>(count);
  }
}

bool RawConnection::fill() {
  char chunk[65536];
  const ssize_t count = ::recv(fd_, chunk, sizeof chunk, 0);
  if (count < 0 && errno == ECONNRESET) was_reset_ = true;
  if (count <= 0) return false;
  buffer_.append(chunk, static_cast<std::size_t>(count));
  return true;
}

RawAnswer RawConnection::answer(bool is_head) {
  RawAnswer answer;
  std::size_t end = 0;
  for (;;) {
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (fill()) continue;
      answer.was_reset = was_reset_;
      answer.head = buffer_;
      return answer;
    }
    answer.head = buffer_.substr(0, end);
    buffer_.erase(0, end + 4);
    if (answer.head.compare(0, 10, "HTTP/1.1 1") != 0) break;
    ++interim_;
  }
  answer.status = std::stoi(answer.head.substr(9, 3));
  for (std::size_t at = answer.head.find("\r\n"); at != std::string::npos; at = answer.head.find("\r\n", at + 2)) {
    const std::size_t colon = answer.head.find(": ", at);
    if (colon == std::string::npos) break;
    std::string name = answer.head.substr(at + 2, colon - at - 2);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    answer.headers[name] = answer.head.substr(colon + 2, answer.head.find("\r\n", colon) - colon - 2);
  }
  const std::string length = answer.header("content-length");
  if (is_head) {
    answer.is_whole = true;
    return answer;
  }
  const std::size_t wanted = length.empty() ? std::string::npos : std::stoul(length);
  while (buffer_.size() < wanted && fill()) {
  }
  answer.was_reset = was_reset_;
  answer.is_whole = length.empty() ? !was_reset_ : buffer_.size() >= wanted;
  answer.body = buffer_.substr(0, wanted);
  buffer_.erase(0, answer.body.size());
  return answer;
}

bool RawConnection::has_ended() { return buffer_.empty() && !fill(); }

std::string raw_request(const std::string& method, const std::string& target, const RawHeaders& headers, const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST" || method == "PUT") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + body;
}

RawAnswer ask_raw(int port, const std::string& method, const std::string& target, const RawHeaders& headers, const std::string& body) {
  RawConnection connection(port);
  connection.send(raw_request(method, target, headers, body));
  return connection.answer(method == "HEAD");
}

}  // namespace studio
