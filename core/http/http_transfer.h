// One transfer of the client: its libcurl options, what arrives, and what the end means. Internal to the room.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "http/body_source.h"
#include "http/easy_handles.h"
#include "http/http_client.h"
#include "http/http_rules.h"
#include "http/socket_watch.h"

namespace studio {

// What a transfer needs of the client; outlives every transfer.
struct TransferContext {
  HttpClientSettings settings;
  CURLSH* share = nullptr;    // names and TLS sessions; never connections
  curl_slist* pinned = nullptr;
  EasyHandles easy_handles;
  std::unique_ptr<SocketWatch> sockets;
  HttpUrlReader urls;
  bool behind_proxy = false;  // the environment names one for https: addresses are then looked up there, not here
};

// Lives on the network thread, at one address from set_up() to the end (libcurl keeps pointers to it). One hop is one
// request on the wire; a redirect or a restarted download makes a further hop of the same transfer.
class HttpTransfer {
 public:
  HttpTransfer(TransferId id, HttpRequest request, TransferContext& context);
  ~HttpTransfer();
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  TransferId id() const { return id_; }
  HttpProfile profile() const { return request_.profile; }
  CURL* easy() const { return easy_; }
  // What it may share a connection with, as far as is known before: its host, and whether HTTP/2 may be spoken.
  std::string line() const;

  // Prepares the first hop. False: refused here, take_response() says why.
  bool set_up();
  // Its time begins now: it has waited for its turn.
  void start_clock();

  enum class Next { Finished, AnotherHop };
  // The hop ended with this code. AnotherHop: the handle is ready to be added again.
  Next on_hop_done(CURLcode code);
  // Ends it from outside, with the handle already out of its multi handle.
  void cancel();
  // Ends it because libcurl did not take the handle.
  void fail_to_start(const char* why);
  HttpResponse take_response() { return std::move(response_); }

  Transport::Progress progress() const;

 private:
  // Why we ended a hop ourselves.
  enum class Stop : std::uint8_t { None, TooLarge, BadAnswer, Disk, Address, Source, FromStart, EnoughSeen };

  bool prepare_hop();
  bool sends_body() const;
  void set_method_and_body();
  void set_connection_rules();
  void set_headers();
  void forget_answer();
  void end_with(HttpFailure failure, std::string_view words);
  void finish_answer();
  bool body_has_an_end() const;
  void fail_with_code(CURLcode code);
  HttpFailure failure_before_request(CURLcode code) const;
  Next restart_from_zero();
  bool stop_with(Stop stop, std::string_view words);

  bool on_header_line(std::string_view line);
  bool on_headers_complete();
  bool fits_the_part(std::int64_t total) const;
  bool open_answer_file(std::int64_t start);
  bool on_body(const char* data, std::size_t size);
  std::string cleaned(std::string_view words) const;
  std::int64_t milliseconds_left() const;

  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t write_callback(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t read_callback(char* to, std::size_t size, std::size_t count, void* self);
  static int seek_callback(void* self, curl_off_t offset, int origin);
  static curl_socket_t open_socket_callback(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket_callback(void* sockets, curl_socket_t fd);
  static int before_request_callback(void* self, char* address, char* local_address, int port, int local_port);

  const TransferId id_;
  TransferContext& context_;
  HttpRequest request_;
  HttpUrl first_url_, url_;
  CURL* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;
  char curl_words_[CURL_ERROR_SIZE] = {};
  std::int64_t deadline_ms_ = 0;  // monotonic
  int hop_ = 0;
  bool restarted_ = false;
  bool trusted_address_ = false;  // the host is pinned
  BodySource body_source_;
  bool has_body_source_ = false;
  HttpPart part_;                 // what lies in the answer's file: from before, until an answer is written there

  // The answer of this hop.
  HttpResponse response_;
  std::string reason_line_;
  int header_count_ = 0;
  std::int64_t header_bytes_ = 0;
  bool headers_complete_ = false;
  bool following_ = false;
  bool to_file_ = false;
  UniqueFd answer_fd_;
  std::int64_t answer_start_ = 0;   // bytes of the file that lay there already
  std::int64_t answer_end_ = -1;    // of a part: where it was said to end
  std::int64_t answer_total_ = -1;  // of the whole that a part belongs to
  std::int64_t received_ = 0;       // of this hop's body, decoded
  bool request_begun_ = false;      // a connection was ready: from here on nothing proves that nothing was sent
  Stop stop_ = Stop::None;
  std::string stop_words_;
};

}  // namespace studio
