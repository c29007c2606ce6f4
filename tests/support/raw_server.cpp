#include "support/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "base/text.h"

namespace studio {

TlsIdentity::TlsIdentity(const std::vector<std::string>& hosts, int version, long from_secs, long to_secs) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from_secs);
  X509_gmtime_adj(X509_getm_notAfter(certificate), to_secs);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("studio test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  std::string names;
  for (const std::string& host : hosts) names += (names.empty() ? "DNS:" : ",DNS:") + host;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  context_.reset(SSL_CTX_new(TLS_server_method()));
  if (version != 0) {
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_security_level(context_.get(), 0);
  }
  const bool ok = SSL_CTX_use_certificate(context_.get(), certificate) == 1 && SSL_CTX_use_PrivateKey(context_.get(), key) == 1;
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!ok) throw std::runtime_error("no test certificate");
}

void TlsIdentity::write_certificate(const std::filesystem::path& pem) const {
  std::FILE* file = std::fopen(pem.c_str(), "w");
  if (file == nullptr || PEM_write_X509(file, SSL_CTX_get0_certificate(context_.get())) != 1) throw std::runtime_error("cannot write the certificate");
  std::fclose(file);
}

std::string RawRequest::header(std::string_view lower_name) const {
  for (const std::string& entry : split(headers, '\n')) {
    const std::size_t colon = entry.find(':');
    if (colon != std::string::npos && to_lower_ascii(entry.substr(0, colon)) == lower_name) return std::string(trimmed(entry.substr(colon + 1)));
  }
  return {};
}

RawConnection::RawConnection(int fd, int number, SSL_CTX* tls) : number_(number), fd_(fd), tls_(tls) {}

RawConnection::~RawConnection() {
  SSL_free(ssl_);
  if (fd_ >= 0) ::close(fd_);
}

bool RawConnection::shake_hands() {
  if (tls_ == nullptr) return true;
  ssl_ = SSL_new(tls_);
  SSL_set_fd(ssl_, fd_);
  return SSL_accept(ssl_) == 1;
}

int RawConnection::receive(char* to, int room) {
  if (fd_ < 0) return -1;
  return ssl_ != nullptr ? SSL_read(ssl_, to, room) : static_cast<int>(::recv(fd_, to, static_cast<std::size_t>(room), 0));
}

std::optional<RawRequest> RawConnection::read_request() {
  std::optional<RawRequest> request = read_head();
  if (request && !read_body(*request)) return std::nullopt;
  return request;
}

std::optional<RawRequest> RawConnection::read_head() {
  char buffer[16384];
  std::size_t head = 0;
  while ((head = pending_.find("\r\n\r\n")) == std::string::npos) {
    const int got = receive(buffer, sizeof buffer);
    if (got <= 0) return std::nullopt;
    pending_.append(buffer, static_cast<std::size_t>(got));
  }
  RawRequest request;
  const std::size_t line = pending_.find("\r\n");
  request.line = pending_.substr(0, line);
  request.headers = pending_.substr(line + 2, head - line);
  pending_.erase(0, head + 4);
  return request;
}

bool RawConnection::read_body(RawRequest& request) {
  char buffer[16384];
  const std::string length = request.header("content-length");
  const std::size_t bytes = length.empty() ? 0 : std::stoul(length);
  while (pending_.size() < bytes) {
    const int got = receive(buffer, sizeof buffer);
    if (got <= 0) return false;
    pending_.append(buffer, static_cast<std::size_t>(got));
  }
  request.body = pending_.substr(0, bytes);
  pending_.erase(0, bytes);
  return true;
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (fd_ < 0) return false;
    const int sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                     : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawConnection::hang_up() {
  const int fd = fd_.exchange(-1);
  if (fd >= 0) {
    ::shutdown(fd, SHUT_RDWR);
    ::close(fd);
  }
}

void RawConnection::reset() {
  const int fd = fd_.exchange(-1);
  if (fd < 0) return;
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd);
}

void RawConnection::wait_for_end() {
  char buffer[4096];
  while (receive(buffer, sizeof buffer) > 0) {
  }
}

RawServer::RawServer(Script script, const TlsIdentity* tls) : script_(std::move(script)), tls_(tls == nullptr ? nullptr : tls->context()) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on the loopback address");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    std::lock_guard lock(mutex_);
    for (const auto& connection : open_) {
      const int fd = connection->fd_;
      if (fd >= 0) ::shutdown(fd, SHUT_RDWR);
    }
  }
  for (std::thread& worker : workers_) worker.join();
}

void RawServer::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    std::lock_guard lock(mutex_);
    open_.push_back(std::make_unique<RawConnection>(fd, connections_++, tls_));
    workers_.emplace_back([this, connection = open_.back().get()] {
      if (connection->shake_hands()) script_(*connection);
      const int open_fd = connection->fd_;
      if (open_fd >= 0) ::shutdown(open_fd, SHUT_RDWR);  // closed with the server: the number must not be used again before
    });
  }
}

std::string simple_answer(std::string_view body, std::string_view extra_headers, std::string_view status) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(extra_headers) + "\r\n" + std::string(body);
}

RawServer::Script answering(std::function<std::string(const RawRequest&)> answer) {
  return [answer = std::move(answer)](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      if (!connection.send(answer(*request))) return;
    }
  };
}

}  // namespace studio
