// The network: libcurl's multi-socket interface on one epoll, for one thread.
//
// Transfers are spread over several multi handles of at most 250 each, because a handle's cost per transfer grows with
// their number (limits: 1,164 µs a request by poll, 103 µs on one handle, 20 µs on ten, at 5,000 waiting). Submits have
// handles of their own: they share no connection with anything, and wait for nothing: how many there are is the lanes' business.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/transport.h"

namespace studio {

// Call first thing in main, before any thread exists; later calls do nothing. Initialises libcurl, ignores SIGPIPE (a
// peer that hangs up is an answer, not a signal) and lets the process open as many sockets as the system allows.
void http_init();

struct HttpClientSettings {
  int connect_timeout_ms = 10'000;       // name look-up, connection and TLS together
  long low_speed_bytes_per_sec = 1'000;  // slower than this for low_speed_secs ends a transfer; never a submit, which
  long low_speed_secs = 30;              // may wait in silence for an answer that is made while it waits
  int max_header_bytes = 64 << 10;       // of one answer, interim answers and trailers included
  int max_headers = 200;
  int max_redirects = 5;
  int transfers_per_handle = 250;
  // Looks, uploads, or downloads that are under way to one host at the same time; further ones wait here, and their time has
  // not begun. Over HTTP/1.1 each has a connection. Over HTTP/2 they share one: the limit is the streams it commonly has.
  int requests_per_host = 16;
  int streams_per_host = 100;
  long connection_life_secs = 3'600;     // certificates are checked only when connecting
  std::string user_agent = "production-studio";
  std::string ca_file;                   // further roots, PEM; those of the system are always there
  // "host:port:address": a name that is not looked up. Its address is trusted, wherever it points.
  std::vector<std::string> pinned_hosts;
  bool use_environment_proxy = true;     // https_proxy and friends; never for `local` requests
};

class HttpClient final : public Transport {
 public:
  // Fails when the system gives no more descriptors.
  static Result<std::unique_ptr<HttpClient>> create(HttpClientSettings settings = {});
  // Transfers in flight end without their callback.
  ~HttpClient() override;

  TransferId start(HttpRequest request, std::function<void(HttpResponse)> done) override;
  // A transfer whose answer is complete already keeps that answer: a paid one must not be lost.
  void cancel(TransferId id) override;
  Progress progress(TransferId id) const override;
  void run_once(int max_wait_ms) override;
  void wake() override;
  int in_flight() const override;

  int handles() const;  // libcurl multi handles made so far

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace studio
