#include "http/http_rules.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "base/text.h"

namespace studio {
namespace {

constexpr std::size_t max_url_bytes = 16 << 10;
constexpr std::size_t max_known_origins = 64;

struct UrlFree {
  void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlFree>;

std::string url_part(CURLU* handle, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, part, &text, flags) != CURLUE_OK) return {};
  std::string value(text);
  curl_free(text);
  return value;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::optional<HttpUrl> url_from_handle(CURLU* handle) {
  HttpUrl url;
  url.scheme = to_lower_ascii(url_part(handle, CURLUPART_SCHEME));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  if (!url_part(handle, CURLUPART_USER).empty() || !url_part(handle, CURLUPART_PASSWORD).empty()) return std::nullopt;
  curl_url_set(handle, CURLUPART_FRAGMENT, nullptr, 0);
  url.host = to_lower_ascii(url_part(handle, CURLUPART_HOST));
  if (url.host.size() > 2 && url.host.front() == '[' && url.host.back() == ']') url.host = url.host.substr(1, url.host.size() - 2);
  // "localhost." and "localhost" are one host.
  if (url.host.size() > 1 && url.host.back() == '.') url.host.pop_back();
  url.port = url_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  url.path = url_part(handle, CURLUPART_PATH);
  url.text = url_part(handle, CURLUPART_URL);
  if (url.host.empty() || url.text.empty() || url.text.size() > max_url_bytes) return std::nullopt;
  return url;
}

// A path and a query that mean the same to every reader: nothing to escape, nothing escaped, no way up ("..").
bool is_plain_path(std::string_view text) {
  const std::string_view path = text.substr(0, text.find('?'));
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("/?&=-_.~:").find(c) != std::string_view::npos;
  };
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), is_plain) && path.find("/.") == std::string_view::npos;
}

AddressClass ipv4_class(std::uint32_t address) {
  const auto in = [&](std::uint32_t net, int bits) { return (address >> (32 - bits)) == (net >> (32 - bits)); };
  if (in(0x7F000000, 8) || in(0x00000000, 8)) return AddressClass::Loopback;  // 0.0.0.0 reaches this machine as well
  if (in(0x0A000000, 8) || in(0xAC100000, 12) || in(0xC0A80000, 16) || in(0x64400000, 10)) return AddressClass::Private;
  if (in(0xA9FE0000, 16)) return AddressClass::LinkLocal;
  if (in(0xE0000000, 4) || in(0xF0000000, 4)) return AddressClass::Special;
  return AddressClass::Public;
}

std::uint32_t ipv4_at(const std::uint8_t* bytes) {
  return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) | bytes[3];
}

AddressClass ipv6_class(const std::uint8_t* bytes) {
  static constexpr std::array<std::uint8_t, 16> none{};
  const bool first_15_zero = std::equal(bytes, bytes + 15, none.begin());
  if (first_15_zero && bytes[15] <= 1) return AddressClass::Loopback;  // "::" and "::1"
  const bool is_mapped = std::equal(bytes, bytes + 10, none.begin()) && bytes[10] == 0xFF && bytes[11] == 0xFF;
  const bool is_compatible = std::equal(bytes, bytes + 12, none.begin());
  static constexpr std::array<std::uint8_t, 12> nat64 = {0x00, 0x64, 0xFF, 0x9B};
  if (is_mapped || is_compatible || std::equal(nat64.begin(), nat64.end(), bytes)) return ipv4_class(ipv4_at(bytes + 12));
  if (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80) return AddressClass::LinkLocal;
  if ((bytes[0] & 0xFE) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0xC0)) return AddressClass::Private;
  if (bytes[0] == 0xFF) return AddressClass::Special;
  return AddressClass::Public;
}

bool is_this_machine(const HttpUrl& url) {
  return is_loopback_name(url.host) || address_class(url.host) == AddressClass::Loopback;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || text.starts_with('-')) return std::nullopt;
  return value;
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view text) {
  if (text.empty() || text.size() > max_url_bytes || has_control_characters(text)) return std::nullopt;
  if (text.find(' ') != std::string_view::npos) return std::nullopt;
  const UrlHandle handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) return std::nullopt;
  return url_from_handle(handle.get());
}

std::optional<HttpUrl> HttpUrlReader::read(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  const std::size_t path_at = scheme_end == std::string_view::npos ? scheme_end : text.find_first_of("/?#", scheme_end + 3);
  if (path_at == std::string_view::npos || !is_plain_path(text.substr(path_at)) || text.size() > max_url_bytes) return parse_http_url(text);
  const std::string_view before = text.substr(0, path_at), rest = text.substr(path_at), path = rest.substr(0, rest.find('?'));
  const auto known = origins_.find(before);
  if (known == origins_.end()) {
    auto url = parse_http_url(text);
    const bool is_as_written = url && path_at > scheme_end + 3 && url->path == path && url->text.ends_with(rest);
    if (!is_as_written) return url;
    HttpUrl origin = *url;
    origin.text.resize(origin.text.size() - rest.size());
    if (origins_.size() >= max_known_origins) origins_.clear();
    origins_.emplace(before, std::move(origin));
    return url;
  }
  HttpUrl url = known->second;
  url.text += rest;
  url.path = path;
  if (url.text.size() > max_url_bytes) return std::nullopt;
  return url;
}

std::optional<HttpUrl> resolve_http_url(const HttpUrl& base, std::string_view location) {
  if (location.empty() || location.size() > max_url_bytes || has_control_characters(location)) return std::nullopt;
  const UrlHandle handle(curl_url());
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, base.text.c_str(), 0) != CURLUE_OK) return std::nullopt;
  if (curl_url_set(handle.get(), CURLUPART_URL, std::string(location).c_str(), CURLU_URLENCODE) != CURLUE_OK) return std::nullopt;
  return url_from_handle(handle.get());
}

std::string url_for_log(const HttpUrl& url) {
  const bool is_default_port = url.port == (url.is_secure() ? "443" : "80");
  const bool is_v6 = url.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + url.host + "]" : url.host;
  return url.scheme + "://" + host + (is_default_port ? "" : ":" + url.port) + shortened(url.path, 200);
}

AddressClass address_class(std::string_view address) {
  std::uint8_t bytes[16];
  const std::string text(address.substr(0, address.find('%')));  // without a zone
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return ipv4_class(ipv4_at(bytes));
  if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) return ipv6_class(bytes);
  return AddressClass::NotAnAddress;
}

bool is_loopback_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

std::optional<std::string> objection_to_request(const HttpRequest& request, const HttpUrl& url) {
  if (!url.is_secure() && !(request.local && is_this_machine(url))) return "plain http is allowed to this machine only";
  if (!request.local) {
    const AddressClass kind = address_class(url.host);
    if (is_this_machine(url) || kind == AddressClass::LinkLocal || kind == AddressClass::Special) {
      return "this service is not allowed on this machine's own addresses";
    }
  }
  for (const HttpHeader& header : request.headers) {
    if (!is_header_name(header.name) || !is_header_value(header.value)) return "a header is malformed";
  }
  const bool has_body = !request.body.empty() || !request.body_file.empty() || !request.body_parts.empty();
  if (request.method == HttpMethod::Get && has_body) return "a GET carries no body";
  if (request.resume_from < 0 || (request.resume_from > 0 && request.answer_file.empty())) return "nothing to resume";
  if (!is_header_value(request.part.etag)) return "a header is malformed";
  return std::nullopt;
}

bool address_is_allowed(std::string_view address, const HttpRequest& request, const HttpUrl& url, bool is_redirected) {
  const AddressClass kind = address_class(address);
  if (request.local) return url.is_secure() || kind == AddressClass::Loopback;
  switch (kind) {
    case AddressClass::Public: return true;
    case AddressClass::Private: return !is_redirected;  // a company's gateway may be named by the user, not by an answer
    default: return false;
  }
}

bool follows_redirect(const HttpRequest& request, int status) {
  if (request.method != HttpMethod::Get) return false;
  const bool is_reading = request.profile == HttpProfile::Poll || request.profile == HttpProfile::Download;
  return is_reading && (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

Result<HttpUrl> redirect_target(const HttpRequest& request, const HttpUrl& first, const HttpUrl& from, std::string_view location) {
  const auto refuse = [](const char* why) {
    return fail(ErrorKind::Refused, "The server sent us to an address that is not allowed.", why);
  };
  const std::optional<HttpUrl> to = resolve_http_url(from, location);
  if (!to) return refuse("not an http address");
  if (request.local) {
    if (!to->same_origin(first)) return refuse("a local service may not send us elsewhere");
    return *to;
  }
  if (!to->is_secure()) return refuse("from https to plain http");
  const AddressClass kind = address_class(to->host);
  if (is_this_machine(*to) || (kind != AddressClass::NotAnAddress && kind != AddressClass::Public)) return refuse("a private address");
  return *to;
}

bool header_may_travel(const HttpHeader& header, const HttpUrl& first, const HttpUrl& to) {
  if (first.same_origin(to)) return true;
  if (header.secret) return false;
  const std::string name = to_lower_ascii(header.name);
  return name != "authorization" && name != "cookie" && name != "proxy-authorization" && name != "host";
}

bool is_header_name(std::string_view name) {
  // RFC 9110 section 5.6.2, token.
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && name.size() <= 256 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); });
}

bool is_strong_etag(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const std::string_view inside = text.substr(1, text.size() - 2);
  return std::all_of(inside.begin(), inside.end(), [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != '"' && c != 0x7F; });
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  text = trimmed(text);
  if (to_lower_ascii(text.substr(0, 6)) != "bytes ") return std::nullopt;
  text = trimmed(text.substr(6));
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) return std::nullopt;
  const auto first = whole_number(text.substr(0, dash));
  const auto last = whole_number(text.substr(dash + 1, slash - dash - 1));
  if (!first || !last || *last < *first) return std::nullopt;
  ContentRange range{*first, *last, -1};
  if (text.substr(slash + 1) != "*") {
    const auto total = whole_number(text.substr(slash + 1));
    if (!total || *total <= *last) return std::nullopt;
    range.total = *total;
  }
  return range;
}

}  // namespace studio
