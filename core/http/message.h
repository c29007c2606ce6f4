// HTTP as plain values: what providers plan and read, what the client carries. No library, no I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace studio {

enum class HttpMethod : std::uint8_t { Get, Post, Put, Delete };

struct HttpHeader {
  std::string name;
  std::string value;
  bool secret = false;  // a key: never logged, never sent to another host
};

// How the client treats the request (research: submit and poll profiles apart).
enum class HttpProfile : std::uint8_t {
  Submit,    // paid: fresh connection, one POST on the wire, no redirect, no retry below the state machine
  Poll,      // small and repeatable: reuse, multiplexing
  Upload,    // free and repeatable: a large body
  Download,  // a large answer into a file, may resume
};

// A piece of a body that is put together while it is sent: multipart forms, pictures inside JSON. So a planner never
// reads a file.
struct HttpBodyPart {
  std::string text;         // sent as it is, when `file` is empty
  std::string file;         // path
  std::string sha256;       // of the whole file, for the digest (a path may change, the bytes may not)
  bool base64 = false;      // the file's bytes are sent as base64 (RFC 4648, padded, no line breaks)
  std::int64_t offset = 0;  // of the file's first byte to send
  std::int64_t bytes = -1;  // how many; negative: to the end
};

// What lies in the `answer_file` of a download that did not come whole, as far as its server said: enough to ask later for the
// rest of the very same file (RFC 9110 section 13.1.5).
struct HttpPart {
  std::string etag;               // a strong one; empty: nothing tells this file from another
  std::string from;               // "https://host/path" that gave it, without the query string
  std::int64_t whole_bytes = -1;  // how long the whole is; negative: not said
};

struct HttpRequest {
  HttpMethod method = HttpMethod::Get;
  HttpProfile profile = HttpProfile::Poll;
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;
  std::string body_file;      // path; sent instead of `body` when not empty
  std::vector<HttpBodyPart> body_parts;  // sent one after another instead of `body` when not empty
  // Path; the body of a 2xx answer is written there instead of into `HttpResponse::body` (that of any other status stays
  // in memory, so that a part that lies there already is not spoilt). Not synced to disk: that is the owner's business.
  std::string answer_file;
  std::int64_t resume_from = 0;  // Download: asks for the rest from here (Range), appends to `answer_file` on 206
  HttpPart part;                 // with resume_from: what is known of the part. With its ETag another file comes whole (If-Range)
  std::int64_t max_bytes = 8 << 20;  // of the answer's body after decoding; more is an error
  int total_timeout_ms = 60'000;  // redirects included
  bool local = false;  // plain http and loopback are allowed: only where the profile of the provider says local
  bool http1_only = false;  // no HTTP/2: for services whose multiplexing is broken (submits never use it anyway)
};

// Why there is no status. `NotSent…` kinds prove that no byte of the request left this machine.
enum class HttpFailure : std::uint8_t {
  None,
  NotSentDns,
  NotSentConnect,
  NotSentTls,
  NotSentRefusedHere,  // our own rules: plain http to the world, bad URL, no such body file
  Timeout,
  Broken,    // reset, closed early, truncated, protocol error
  TooLarge,  // more than max_bytes
  BadRedirect,
  Disk,  // the answer could not be written
  Cancelled,
};

struct HttpResponse {
  int status = 0;  // 0 with a failure
  HttpFailure failure = HttpFailure::None;
  std::string detail;  // for the log, without secrets and query strings
  std::vector<HttpHeader> headers;
  std::string body;
  std::int64_t body_bytes = 0;  // also when written to a file (the whole file's size after a resume)
  bool request_sent = false;    // at least one byte of the request went out
  HttpPart part;                // of what lies in `answer_file` when the answer is not a whole file
  bool end_is_proven = true;    // false: the connection's end ended the body, so nothing shows that it came whole

  bool ok() const { return failure == HttpFailure::None && status >= 200 && status < 300; }
  // The first header of that name (case-insensitive), or empty.
  std::string_view header(std::string_view name) const;
};

// True when the failure proves that the other side cannot have seen the request.
bool surely_not_sent(const HttpResponse& response);

// Retry-After in seconds or as an HTTP date (RFC 9110 section 10.2.3), clamped to 0…3600; nothing (negative) when absent
// or not understood.
double retry_after_secs(const HttpResponse& response, std::int64_t now_wall_ms);

// An HTTP date in any of its three forms (RFC 9110 section 5.6.7) as wall time; negative when it is none.
std::int64_t http_date_ms(std::string_view text);

// SHA-256 over what the request would send as its body. With `body_parts` the files count by the hash they were planned
// with, so that nothing is read.
std::string body_digest(const HttpRequest& request);

std::string_view to_string(HttpMethod method);    // "GET"
std::string_view to_string(HttpFailure failure);  // "not sent (DNS)", for logs

}  // namespace studio
