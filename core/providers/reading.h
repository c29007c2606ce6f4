// What every provider needs to plan requests and to read answers without believing them. For the sources of this room.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "providers/provider.h"

namespace studio::reading {

using Json = nlohmann::json;

inline constexpr std::size_t max_json_bytes = 8 << 20;
inline constexpr int max_json_depth = 64;

// --- JSON from outside. Nothing here throws, whatever the bytes are.

// Nothing for bad UTF-8, numbers out of range, deeper or longer than the limits.
std::optional<Json> parse_json(std::string_view text, std::size_t max_bytes = max_json_bytes);
// The same for an answer; a content type that is said and is not JSON (a portal's page) is refused first.
std::optional<Json> json_of(const HttpResponse& response, std::size_t max_bytes = max_json_bytes);

// A member of an object, or nothing when `json` is no object, has no such member, or one of another type.
const Json* member(const Json& json, std::string_view name);
std::optional<std::string> text_at(const Json& json, std::string_view name, std::size_t max_bytes = 4096);
std::optional<double> number_at(const Json& json, std::string_view name);  // finite
std::optional<std::int64_t> integer_at(const Json& json, std::string_view name, std::int64_t low, std::int64_t high);
std::optional<bool> flag_at(const Json& json, std::string_view name);
// A price or a cost in dollars: 0…1,000,000.
std::optional<Money> money_at(const Json& json, std::string_view name);

// "2026-11-21T12:00:00Z", with fractions and offsets (RFC 3339), as wall time; nothing otherwise.
std::optional<std::int64_t> rfc3339_ms(std::string_view text);
// A service's words as one line for people: no control characters, at most 300 characters.
std::string sentence_from(std::string_view text);

// --- addresses

// "https://host:port" in lower case; empty when it is no plain http or https address.
std::string origin_of(std::string_view url);
// `reference` as an address: absolute ones stay, "/path" is put behind the endpoint. Nothing for anything else: what a
// service names is data, not a rule of ours.
std::optional<std::string> joined_url(const Endpoint& endpoint, std::string_view reference);
std::string percent_encoded(std::string_view text);  // RFC 3986: all but unreserved characters
// Letters, digits, '_', '-', '.', ':' and at most `max_bytes`: what an id may be before it goes into an address.
bool is_plain_id(std::string_view text, std::size_t max_bytes = 200);

// A request to `url`, with the endpoint's credentials only when it goes to the endpoint itself or to one of
// `profile.key_hosts`.
HttpRequest request_to(const Endpoint& endpoint, const ProviderProfile& profile, HttpMethod method, HttpProfile kind, std::string url);

// --- meanings that are the same everywhere

// Why a call brought no usable answer. `service` is its label, for the sentence.
CallFailed call_failed(std::string_view service, const HttpResponse& response, std::int64_t now_wall_ms);
// A 2xx whose body is not what it should be.
CallFailed not_understood(std::string_view service, std::string_view what);
// A poll of a paid job: whatever went wrong with the call says nothing about the job, so all but a lacking right may be
// tried again.
CallFailed poll_failed(std::string_view service, const HttpResponse& response, std::int64_t now_wall_ms);

// The outcome of a submit that brought no status or one outside 2xx: NotAccepted where that is proven (no byte sent, or
// a status of `profile.never_accepted`), else Unclear.
SubmitRead submit_without_success(std::string_view service, const ProviderProfile& profile, const HttpResponse& response,
                                  std::int64_t now_wall_ms);

}  // namespace studio::reading
