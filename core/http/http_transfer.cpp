#include "http/http_transfer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>

#include "base/text.h"

namespace studio {
namespace {

// Of the body of a refusal or a fault: enough for its words.
constexpr std::size_t max_error_body_bytes = 256 << 10;
// Of a redirect's body, which nobody reads; more and the connection is given up instead.
constexpr std::int64_t max_redirect_body_bytes = 64 << 10;

std::int64_t mono_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);  // fails only for an option unknown to this libcurl, which the version check rules out
}

std::int64_t info_number(CURL* easy, CURLINFO what) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

long request_bytes(CURL* easy) {
  long value = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &value);
  return value;
}

bool is_success(int status) { return status >= 200 && status < 300; }

std::int64_t declared_length(const HttpResponse& response) {
  const std::string_view text = trimmed(response.header("content-length"));
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc() && end == text.data() + text.size() && value >= 0 ? value : -1;
}

// Two readers of such an answer would see two ends of it (RFC 9112 section 6.3).
bool has_two_lengths(const HttpResponse& response) {
  std::string_view first;
  for (const HttpHeader& header : response.headers) {
    if (to_lower_ascii(header.name) != "content-length") continue;
    const std::string_view length = trimmed(header.value);
    if (first.empty()) first = length;
    else if (length != first) return true;
  }
  return false;
}

bool is_encoded(const HttpResponse& response) {
  const std::string encoding = to_lower_ascii(trimmed(response.header("content-encoding")));
  return !encoding.empty() && encoding != "identity";
}

std::string address_text(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.sa_family == AF_INET) inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  if (address.sa_family == AF_INET6) inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text, sizeof text);
  return text;
}

}  // namespace

HttpTransfer::HttpTransfer(TransferId id, HttpRequest request, TransferContext& context)
    : id_(id), context_(context), request_(std::move(request)) {}

HttpTransfer::~HttpTransfer() {
  context_.easy_handles.give(easy_);
  curl_slist_free_all(header_list_);
}

bool HttpTransfer::set_up() {
  const std::optional<HttpUrl> url = context_.urls.read(request_.url);
  if (!url) {
    response_.failure = HttpFailure::NotSentRefusedHere;
    response_.detail = std::string(to_string(request_.method)) + ": not an http address";
    return false;
  }
  first_url_ = url_ = *url;
  if (const auto objection = objection_to_request(request_, url_)) {
    end_with(HttpFailure::NotSentRefusedHere, *objection);
    return false;
  }
  if (!request_.body_file.empty() || !request_.body_parts.empty()) {
    auto source = BodySource::open(request_);
    if (!source) {
      end_with(HttpFailure::NotSentRefusedHere, source.error().message);
      return false;
    }
    body_source_ = std::move(*source);
    has_body_source_ = true;
  }
  start_clock();
  easy_ = context_.easy_handles.take();
  if (easy_ == nullptr) {
    end_with(HttpFailure::NotSentRefusedHere, "out of memory");
    return false;
  }
  // A part that is not there, or is shorter than thought, is fetched from the start.
  if (request_.resume_from > 0) {
    struct stat facts {};
    const bool is_there = ::stat(request_.answer_file.c_str(), &facts) == 0 && facts.st_size >= request_.resume_from;
    if (is_there) part_ = request_.part;
    else request_.resume_from = 0;
  }
  return prepare_hop();
}

void HttpTransfer::start_clock() { deadline_ms_ = mono_ms() + std::max(request_.total_timeout_ms, 1); }

std::string HttpTransfer::line() const {
  std::string text;
  text.reserve(first_url_.scheme.size() + first_url_.host.size() + first_url_.port.size() + 6);
  text += static_cast<char>('0' + static_cast<int>(request_.profile));
  text += request_.http1_only ? " 1 " : " ";
  text.append(first_url_.scheme).append("://").append(first_url_.host).append(":").append(first_url_.port);
  return text;
}

bool HttpTransfer::prepare_hop() {
  forget_answer();
  if (hop_ > 0 || restarted_) curl_easy_reset(easy_);
  set(easy_, CURLOPT_PRIVATE, static_cast<void*>(this));
  set(easy_, CURLOPT_ERRORBUFFER, curl_words_);
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_NOPROGRESS, 1L);
  set(easy_, CURLOPT_SHARE, context_.share);
  if (context_.pinned != nullptr) set(easy_, CURLOPT_RESOLVE, context_.pinned);
  set(easy_, CURLOPT_URL, url_.text.c_str());
  set(easy_, CURLOPT_PROTOCOLS_STR, url_.is_secure() ? "https" : "http");
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);  // we follow ourselves, by our own rules
  set(easy_, CURLOPT_HEADERFUNCTION, &header_callback);
  set(easy_, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_WRITEFUNCTION, &write_callback);
  set(easy_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &open_socket_callback);
  set(easy_, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_CLOSESOCKETFUNCTION, &close_socket_callback);
  set(easy_, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(context_.sockets.get()));  // a connection outlives its transfer
  set(easy_, CURLOPT_PREREQFUNCTION, &before_request_callback);
  set(easy_, CURLOPT_PREREQDATA, static_cast<void*>(this));
  // A download is stored and resumed by the byte, so it must come as it is; everything else may be compressed.
  if (request_.profile != HttpProfile::Download) set(easy_, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  set_method_and_body();
  set_connection_rules();
  set_headers();
  return true;
}

bool HttpTransfer::sends_body() const {
  const bool wants_body = request_.method == HttpMethod::Post || request_.method == HttpMethod::Put;
  return wants_body || has_body_source_ || !request_.body.empty();
}

void HttpTransfer::set_method_and_body() {
  const std::int64_t size = has_body_source_ ? body_source_.size() : static_cast<std::int64_t>(request_.body.size());
  if (has_body_source_) {
    body_source_.seek(0);
    set(easy_, CURLOPT_READFUNCTION, &read_callback);
    set(easy_, CURLOPT_READDATA, static_cast<void*>(this));
    set(easy_, CURLOPT_SEEKFUNCTION, &seek_callback);
    set(easy_, CURLOPT_SEEKDATA, static_cast<void*>(this));
  }
  if (sends_body()) {
    set(easy_, CURLOPT_POST, 1L);
    if (!has_body_source_) set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
  } else {
    set(easy_, CURLOPT_HTTPGET, 1L);
  }
  if (request_.method == HttpMethod::Put) set(easy_, CURLOPT_CUSTOMREQUEST, "PUT");
  if (request_.method == HttpMethod::Delete) set(easy_, CURLOPT_CUSTOMREQUEST, "DELETE");
}

void HttpTransfer::set_connection_rules() {
  const HttpClientSettings& settings = context_.settings;
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout_ms));
  set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(milliseconds_left(), 1)));
  set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings.ca_file.empty()) set(easy_, CURLOPT_CAINFO, settings.ca_file.c_str());  // the system's folder of roots stays
  set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy_, CURLOPT_MAXLIFETIME_CONN, settings.connection_life_secs);
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);  // a submit may wait for minutes in silence, behind a router that forgets
  if (request_.local || !settings.use_environment_proxy) set(easy_, CURLOPT_PROXY, "");
#if LIBCURL_VERSION_NUM >= 0x075700
  set(easy_, CURLOPT_QUICK_EXIT, 1L);  // a cancelled transfer must not wait for a name server
#endif
  if (request_.profile == HttpProfile::Submit) {
    // One POST on the wire, ever: libcurl sends again by itself when a reused connection dies, and HTTP/2 lets a server
    // refuse a stream and be asked again.
    set(easy_, CURLOPT_FRESH_CONNECT, 1L);
    set(easy_, CURLOPT_FORBID_REUSE, 1L);
    set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  } else {
    const bool http2 = url_.is_secure() && !request_.http1_only;
    set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    // Without it every parallel request opens a connection of its own.
    if (http2) set(easy_, CURLOPT_PIPEWAIT, 1L);
    set(easy_, CURLOPT_LOW_SPEED_LIMIT, settings.low_speed_bytes_per_sec);
    set(easy_, CURLOPT_LOW_SPEED_TIME, settings.low_speed_secs);
  }
}

void HttpTransfer::set_headers() {
  curl_slist_free_all(header_list_);
  header_list_ = nullptr;
  bool has_type = false, has_agent = false;
  const auto append = [&](const std::string& line) { header_list_ = curl_slist_append(header_list_, line.c_str()); };
  for (const HttpHeader& header : request_.headers) {
    if (!header_may_travel(header, first_url_, url_)) continue;
    const std::string name = to_lower_ascii(header.name);
    has_type = has_type || name == "content-type";
    has_agent = has_agent || name == "user-agent";
    // libcurl's way to say "present and empty" is a semicolon.
    append(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (!has_agent) set(easy_, CURLOPT_USERAGENT, context_.settings.user_agent.c_str());
  if (sends_body()) {
    if (!has_type) append("Content-Type:");  // no invented form type
    append("Expect:");                       // a body is not held back for an interim answer
  }
  if (request_.resume_from > 0) {
    append("Range: bytes=" + std::to_string(request_.resume_from) + "-");
    if (!request_.part.etag.empty()) append("If-Range: " + request_.part.etag);
  }
  set(easy_, CURLOPT_HTTPHEADER, header_list_);
}

void HttpTransfer::forget_answer() {
  response_ = {};
  header_count_ = 0;
  header_bytes_ = 0;
  headers_complete_ = following_ = to_file_ = request_begun_ = false;
  answer_fd_.reset();
  answer_start_ = 0;
  answer_end_ = answer_total_ = -1;
  received_ = 0;
  stop_ = Stop::None;
  stop_words_.clear();
  curl_words_[0] = '\0';
  const auto& pinned = context_.settings.pinned_hosts;
  const std::string here = url_.host + ":" + url_.port + ":";
  trusted_address_ = std::any_of(pinned.begin(), pinned.end(), [&](const std::string& entry) { return entry.starts_with(here); });
}

// --- what arrives

bool HttpTransfer::stop_with(Stop stop, std::string_view words) {
  stop_ = stop;
  stop_words_ = words;
  return false;
}

namespace {

// "HTTP/1.1 200 OK", three digits and no more (RFC 9112 section 4): libcurl 8 takes the first three of "2000".
bool is_status_line(std::string_view line) {
  const std::size_t at = line.find(' ');
  if (at == std::string_view::npos || line.size() < at + 4) return false;
  const std::string_view code = line.substr(at + 1, 3);
  return code.find_first_not_of("0123456789") == std::string_view::npos && (line.size() == at + 4 || line[at + 4] == ' ');
}

}  // namespace

bool HttpTransfer::on_header_line(std::string_view line) {
  header_bytes_ += static_cast<std::int64_t>(line.size());
  if (header_bytes_ > context_.settings.max_header_bytes) return stop_with(Stop::BadAnswer, "too many bytes of headers");
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/") && !headers_complete_) {
    response_.headers.clear();  // an interim answer's are not the answer's
    if (!is_status_line(line)) return stop_with(Stop::BadAnswer, "a malformed status line");
    return true;
  }
  if (headers_complete_) return true;  // trailers: counted, not believed
  if (line.empty()) return on_headers_complete();
  if (++header_count_ > context_.settings.max_headers) return stop_with(Stop::BadAnswer, "too many headers");
  const std::size_t colon = line.find(':');
  // Folded lines, names with spaces and the like are how one server's header becomes another's.
  if (colon == std::string_view::npos || !is_header_name(line.substr(0, colon)) || !is_header_value(line.substr(colon + 1))) {
    return stop_with(Stop::BadAnswer, "a malformed header");
  }
  response_.headers.push_back({std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  return true;
}

bool HttpTransfer::on_headers_complete() {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return true;
  headers_complete_ = true;
  response_.status = static_cast<int>(status);
  if (has_two_lengths(response_)) return stop_with(Stop::BadAnswer, "two lengths of one answer");
  if (follows_redirect(request_, response_.status) && !response_.header("location").empty()) {
    following_ = true;
    return true;
  }
  if (request_.resume_from > 0 && status == 416) return stop_with(Stop::FromStart, "nothing left to resume");

  std::int64_t start = 0;
  if (status == 206) {
    const auto range = parse_content_range(response_.header("content-range"));
    if (request_.resume_from == 0) return stop_with(Stop::BadAnswer, "a part that was not asked for");
    if (!range || range->first != request_.resume_from) return stop_with(Stop::FromStart, "another part than asked for");
    if (!fits_the_part(range->total)) return stop_with(Stop::FromStart, "a part of another file");
    start = request_.resume_from;
    answer_end_ = range->last + 1;
    answer_total_ = range->total >= 0 ? range->total : request_.part.whole_bytes;
  }
  to_file_ = !request_.answer_file.empty() && is_success(response_.status);
  if (to_file_ && request_.profile == HttpProfile::Download && is_encoded(response_)) {
    return stop_with(Stop::BadAnswer, "compressed without being asked");
  }
  if (is_success(response_.status)) {
    const std::int64_t length = is_encoded(response_) ? -1 : declared_length(response_);
    if (length >= 0 && start + length > request_.max_bytes) return stop_with(Stop::TooLarge, "longer than is allowed");
  }
  return !to_file_ || open_answer_file(start);
}

// Whether a rest may be joined to what lies here. A server that was given a tag must repeat it (RFC 9110 section 15.3.7); without
// one the whole is for the owner to check.
bool HttpTransfer::fits_the_part(std::int64_t total) const {
  const HttpPart& part = request_.part;
  if (!part.etag.empty() && (trimmed(response_.header("etag")) != part.etag || part.from != url_for_log(url_))) return false;
  return part.whole_bytes < 0 || total < 0 || part.whole_bytes == total;
}

bool HttpTransfer::open_answer_file(std::int64_t start) {
  answer_fd_.reset(::open(request_.answer_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!answer_fd_ || ::ftruncate(answer_fd_.get(), start) != 0 || ::lseek(answer_fd_.get(), start, SEEK_SET) != start) {
    return stop_with(Stop::Disk, disk_error("write what arrives", errno, request_.answer_file).message);
  }
  answer_start_ = start;
  if (start > 0) return true;  // more of what it was
  const std::string_view etag = trimmed(response_.header("etag"));
  part_ = {};
  if (is_strong_etag(etag)) part_ = {std::string(etag), url_for_log(url_), declared_length(response_)};
  return true;
}

bool HttpTransfer::on_body(const char* data, std::size_t size) {
  received_ += static_cast<std::int64_t>(size);
  if (following_) return received_ <= max_redirect_body_bytes || stop_with(Stop::EnoughSeen, "");
  if (!is_success(response_.status)) {
    const std::size_t room = max_error_body_bytes - std::min(response_.body.size(), max_error_body_bytes);
    response_.body.append(data, std::min(size, room));
    return size <= room || stop_with(Stop::EnoughSeen, "");
  }
  if (answer_start_ + received_ > request_.max_bytes) return stop_with(Stop::TooLarge, "longer than is allowed");
  if (!to_file_) {
    response_.body.append(data, size);
    return true;
  }
  if (const int error = write_all(answer_fd_.get(), data, size); error != 0) {
    return stop_with(Stop::Disk, disk_error("Cannot write", error, {}).message);
  }
  return true;
}

// --- how it ends

HttpTransfer::Next HttpTransfer::on_hop_done(CURLcode code) {
  response_.request_sent = hop_ > 0 || (request_begun_ && request_bytes(easy_) > 0);
  if (stop_ == Stop::FromStart && !restarted_) return restart_from_zero();
  const bool complete = code == CURLE_OK || stop_ == Stop::EnoughSeen;
  if (!complete || !headers_complete_) {
    fail_with_code(code);
    return Next::Finished;
  }
  if (!following_) {
    finish_answer();
    return Next::Finished;
  }
  auto target = redirect_target(request_, first_url_, url_, response_.header("location"));
  if (target && ++hop_ > context_.settings.max_redirects) {
    target = fail(ErrorKind::Refused, "The server sends us around in circles.", "too many redirects");
  }
  if (!target) {
    end_with(HttpFailure::BadRedirect, target.error().detail);
    return Next::Finished;
  }
  url_ = *target;
  prepare_hop();
  return Next::AnotherHop;
}

HttpTransfer::Next HttpTransfer::restart_from_zero() {
  restarted_ = true;
  request_.resume_from = 0;
  request_.part = part_ = {};
  url_ = first_url_;
  hop_ = 0;
  prepare_hop();
  return Next::AnotherHop;
}

void HttpTransfer::finish_answer() {
  response_.body_bytes = answer_start_ + received_;
  response_.end_is_proven = body_has_an_end() && (answer_end_ < 0 || answer_total_ >= 0);
  if (!to_file_) {
    response_.part = part_;
    return;
  }
  if (answer_end_ >= 0 && response_.body_bytes != answer_end_) {
    part_ = {};
    return end_with(HttpFailure::Broken, "the rest was not what was said of it");
  }
  if (answer_total_ >= 0 && response_.body_bytes != answer_total_) return end_with(HttpFailure::Broken, "the rest was not all of the rest");
  if (::close(answer_fd_.release()) == 0) return;
  end_with(HttpFailure::Disk, disk_error("write what arrives", errno, request_.answer_file).message);
}

// A length, chunks, or the frames of HTTP/2. Without one of them a server's crash looks like the end of its answer (RFC 9112
// section 6.3).
bool HttpTransfer::body_has_an_end() const {
  long version = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &version);
  if (version >= CURL_HTTP_VERSION_2_0 || response_.status == 204 || declared_length(response_) >= 0) return true;
  return to_lower_ascii(response_.header("transfer-encoding")).find("chunked") != std::string::npos;
}

void HttpTransfer::fail_with_code(CURLcode code) {
  switch (stop_) {
    case Stop::TooLarge: return end_with(HttpFailure::TooLarge, stop_words_);
    case Stop::Disk: return end_with(HttpFailure::Disk, stop_words_);
    case Stop::BadAnswer:
    case Stop::FromStart:
    case Stop::Source: return end_with(HttpFailure::Broken, stop_words_);
    case Stop::Address: return end_with(hop_ > 0 ? HttpFailure::BadRedirect : HttpFailure::NotSentRefusedHere, stop_words_);
    case Stop::EnoughSeen:
    case Stop::None: break;
  }
  const std::string words = curl_words_[0] != '\0' ? curl_words_ : curl_easy_strerror(code);
  if (!request_begun_ && hop_ == 0) return end_with(failure_before_request(code), words);
  end_with(code == CURLE_OPERATION_TIMEDOUT ? HttpFailure::Timeout : HttpFailure::Broken, words);
}

// No request byte can have left: libcurl had no connection ready.
HttpFailure HttpTransfer::failure_before_request(CURLcode code) const {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_FAILED_INIT:
    case CURLE_OUT_OF_MEMORY:
      return HttpFailure::NotSentRefusedHere;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return HttpFailure::NotSentDns;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return HttpFailure::NotSentTls;
    default:
      break;
  }
  // Time ran out, mostly: while the name was looked up, or later (libcurl does not tell connecting from a handshake).
  return info_number(easy_, CURLINFO_NAMELOOKUP_TIME_T) == 0 ? HttpFailure::NotSentDns : HttpFailure::NotSentConnect;
}

void HttpTransfer::end_with(HttpFailure failure, std::string_view words) {
  const bool was_sent = response_.request_sent;
  const std::int64_t bytes = answer_start_ + received_;
  response_ = {};
  response_.failure = failure;
  response_.request_sent = was_sent;
  response_.body_bytes = to_file_ ? bytes : received_;
  if (failure != HttpFailure::Disk) response_.part = part_;  // what a failing disk wrote is not known
  response_.detail = std::string(to_string(request_.method)) + " " + url_for_log(url_) + ": " + cleaned(words);
  answer_fd_.reset();
}

void HttpTransfer::cancel() {
  response_.request_sent = hop_ > 0 || (request_begun_ && request_bytes(easy_) > 0);
  end_with(HttpFailure::Cancelled, "cancelled");
}

void HttpTransfer::fail_to_start(const char* why) { end_with(hop_ > 0 ? HttpFailure::Broken : HttpFailure::NotSentRefusedHere, why); }

Transport::Progress HttpTransfer::progress() const {
  Transport::Progress progress;
  if (easy_ == nullptr) return progress;
  progress.received = answer_start_ + (following_ ? 0 : received_);
  progress.sent = info_number(easy_, CURLINFO_SIZE_UPLOAD_T);
  if (request_.profile == HttpProfile::Upload) {
    progress.total = has_body_source_ ? body_source_.size() : static_cast<std::int64_t>(request_.body.size());
  } else if (headers_complete_ && !following_) {
    const std::int64_t length = is_encoded(response_) ? -1 : declared_length(response_);
    progress.total = length >= 0 ? answer_start_ + length : 0;
  }
  return progress;
}

// libcurl's words name hosts and ports, now and then an address: nothing after a question mark is kept, no key either.
std::string HttpTransfer::cleaned(std::string_view words) const {
  std::string text(words);
  for (std::size_t at = 0; (at = text.find('?', at)) != std::string::npos; ++at) {
    const std::size_t end = text.find_first_of(" '\"", at);
    text.erase(at + 1, end == std::string::npos ? end : end - at - 1);
  }
  for (const HttpHeader& header : request_.headers) {
    if (!header.secret || header.value.size() < 6) continue;
    for (std::size_t at = 0; (at = text.find(header.value, at)) != std::string::npos;) text.replace(at, header.value.size(), "•••");
  }
  return text;
}

std::int64_t HttpTransfer::milliseconds_left() const { return deadline_ms_ - mono_ms(); }

// --- libcurl's callbacks; nothing may be thrown through them

std::size_t HttpTransfer::header_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<HttpTransfer*>(self)->on_header_line({data, size * count}) ? size * count : 0;
}

std::size_t HttpTransfer::write_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<HttpTransfer*>(self)->on_body(data, size * count) ? size * count : 0;
}

std::size_t HttpTransfer::read_callback(char* to, std::size_t size, std::size_t count, void* self) {
  HttpTransfer& transfer = *static_cast<HttpTransfer*>(self);
  const std::int64_t got = transfer.body_source_.read(to, size * count);
  if (got >= 0) return static_cast<std::size_t>(got);
  transfer.stop_with(Stop::Source, "a file to send changed while it was sent");
  return CURL_READFUNC_ABORT;
}

int HttpTransfer::seek_callback(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<HttpTransfer*>(self)->body_source_.seek(offset);
  return CURL_SEEKFUNC_OK;
}

// The one place where an address is known before anything is sent to it. Sockets are closed on exec: what the program
// starts must not hold its connections open.
curl_socket_t HttpTransfer::open_socket_callback(void* self, curlsocktype, curl_sockaddr* address) {
  HttpTransfer& transfer = *static_cast<HttpTransfer*>(self);
  const bool is_proxy = transfer.context_.behind_proxy && !transfer.request_.local;
  if (!is_proxy && !transfer.trusted_address_ &&
      !address_is_allowed(address_text(address->addr), transfer.request_, transfer.url_, transfer.hop_ > 0)) {
    transfer.stop_with(Stop::Address, "the name points at an address that is not allowed");
    return CURL_SOCKET_BAD;
  }
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  transfer.context_.sockets->opened(fd);
  return fd;
}

int HttpTransfer::close_socket_callback(void* sockets, curl_socket_t fd) {
  static_cast<SocketWatch*>(sockets)->closed(fd);
  return ::close(fd);
}

// Called with a connection ready, new or reused, just before the request's first byte.
int HttpTransfer::before_request_callback(void* self, char* address, char*, int, int) {
  HttpTransfer& transfer = *static_cast<HttpTransfer*>(self);
  const bool is_proxy = transfer.context_.behind_proxy && !transfer.request_.local;
  if (!is_proxy && !transfer.trusted_address_ && !address_is_allowed(address, transfer.request_, transfer.url_, transfer.hop_ > 0)) {
    transfer.stop_with(Stop::Address, "the name points at an address that is not allowed");
    return CURL_PREREQFUNC_ABORT;
  }
  // An address refused on the way here (a second one of the same name answered) no longer matters.
  transfer.stop_ = Stop::None;
  transfer.request_begun_ = true;
  return CURL_PREREQFUNC_OK;
}

}  // namespace studio
