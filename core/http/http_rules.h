// The client's rules as pure functions: which addresses may be talked to, which redirects followed, what a header may be.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace studio {

// A checked http or https address. `host` is lower case and without brackets; `port` is never empty.
struct HttpUrl {
  std::string text;  // normalised, no fragment
  std::string scheme, host, port, path;
  bool is_secure() const { return scheme == "https"; }
  bool same_origin(const HttpUrl& other) const { return scheme == other.scheme && host == other.host && port == other.port; }
};

// Refuses other schemes, user names in the address, control characters, and more than 16 KiB.
std::optional<HttpUrl> parse_http_url(std::string_view text);
// The same for an address after the other. What stands before the path is read once by libcurl and remembered: a service's
// looks differ behind it only. An address that is not plain, to the last character, is read whole each time.
class HttpUrlReader {
 public:
  std::optional<HttpUrl> read(std::string_view text);

 private:
  std::map<std::string, HttpUrl, std::less<>> origins_;  // "https://host:443" as written
};
// `location` as seen from `base` (RFC 3986 section 5).
std::optional<HttpUrl> resolve_http_url(const HttpUrl& base, std::string_view location);
// "https://host/path": for logs, the query string may hold a signature.
std::string url_for_log(const HttpUrl& url);

enum class AddressClass : std::uint8_t { NotAnAddress, Public, Private, LinkLocal, Loopback, Special };
// Of an IPv4 or IPv6 address in text form; addresses that embed an IPv4 one (mapped, NAT64) count as that one.
AddressClass address_class(std::string_view address);
bool is_loopback_name(std::string_view host);  // "localhost", "x.localhost"

// Why a request may not leave this machine; nothing when it may.
std::optional<std::string> objection_to_request(const HttpRequest& request, const HttpUrl& url);

// Whether a connection to this address is right for the request, once the name is looked up: a public name may well
// point at this machine or into its network.
bool address_is_allowed(std::string_view address, const HttpRequest& request, const HttpUrl& url, bool is_redirected);

// Whether the client follows the answer's Location by itself: reading requests only, never a submit or an upload.
bool follows_redirect(const HttpRequest& request, int status);
// The next address, or why it is not gone to.
Result<HttpUrl> redirect_target(const HttpRequest& request, const HttpUrl& first, const HttpUrl& from, std::string_view location);
// Whether this header of the request goes along to `to`.
bool header_may_travel(const HttpHeader& header, const HttpUrl& first, const HttpUrl& to);

bool is_header_name(std::string_view name);
bool is_header_value(std::string_view value);  // no control characters but tab

// "\"abc\"": a tag that two files never share, byte for byte; not "W/…" (RFC 9110 section 8.8.3).
bool is_strong_etag(std::string_view text);

// "bytes 200-1000/67589"; total is negative when given as "*".
struct ContentRange {
  std::int64_t first = 0, last = 0, total = -1;
};
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace studio
