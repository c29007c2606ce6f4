// A server for tests that does exactly what its script says on the bare socket: hang up, lie about lengths, say nothing.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace studio {

// A certificate for `hosts`, signed by itself, made anew.
class TlsIdentity {
 public:
  // `version`: the only one that is spoken, 0: all. The certificate is good from `from_secs` to `to_secs`, counted from now.
  TlsIdentity(const std::vector<std::string>& hosts, int version = 0, long from_secs = -3600, long to_secs = 3600);
  void write_certificate(const std::filesystem::path& pem) const;
  SSL_CTX* context() const { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, &SSL_CTX_free};
};

// One request as it was on the wire.
struct RawRequest {
  std::string line;     // "GET /x HTTP/1.1"
  std::string headers;  // as sent, each line ended by CRLF
  std::string body;
  std::string header(std::string_view lower_name) const;
};

class RawConnection {
 public:
  RawConnection(int fd, int number, SSL_CTX* tls);
  ~RawConnection();
  int number() const { return number_; }  // from 0, in order of arrival
  bool shake_hands();                     // TLS; true on plain connections
  std::optional<RawRequest> read_request();
  // In two steps: line and headers, then what they announce. read_body() is false when the other side is gone before.
  std::optional<RawRequest> read_head();
  bool read_body(RawRequest& request);
  bool send(std::string_view bytes);  // false when the other side is gone
  void hang_up();                     // an orderly end
  void reset();                       // RST instead of FIN
  void wait_for_end();                // until the other side closes

 private:
  friend class RawServer;
  int receive(char* to, int room);
  const int number_;
  std::atomic<int> fd_;
  SSL_CTX* tls_;
  SSL* ssl_ = nullptr;
  std::string pending_;
};

// Runs `script` for each connection on a thread of its own. The destructor ends all of them.
class RawServer {
 public:
  using Script = std::function<void(RawConnection&)>;
  explicit RawServer(Script script, const TlsIdentity* tls = nullptr);
  ~RawServer();
  int port() const { return port_; }
  std::string url(std::string_view path) const { return "http://127.0.0.1:" + std::to_string(port_) + std::string(path); }
  int connections() const { return connections_; }

 private:
  void accept_all();
  Script script_;
  SSL_CTX* tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<std::unique_ptr<RawConnection>> open_;
  std::list<std::thread> workers_;
  std::thread acceptor_;
};

std::string simple_answer(std::string_view body, std::string_view extra_headers = {}, std::string_view status = "200 OK");

// Reads requests and answers each by `answer` until the other side closes.
RawServer::Script answering(std::function<std::string(const RawRequest&)> answer);

// What a server's thread saw last, for the test's own thread.
class LastRequest {
 public:
  void set(RawRequest request) {
    std::lock_guard lock(mutex_);
    request_ = std::move(request);
  }
  RawRequest get() const {
    std::lock_guard lock(mutex_);
    return request_;
  }

 private:
  mutable std::mutex mutex_;
  RawRequest request_;
};

// Counts up and lets others wait for a number.
class Counter {
 public:
  int add() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
    return ++count_;
  }
  int count() const {
    std::lock_guard lock(mutex_);
    return count_;
  }
  // False after half a minute.
  bool wait_for(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return count_ >= count; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace studio
