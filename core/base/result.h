// Result and Error: how every fallible function answers. Nothing else in the tree defines such a type.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace studio {

// What callers branch on. Everything else about an error is words.
enum class ErrorKind : std::uint8_t {
  Cancelled,
  Offline,
  Timeout,
  RateLimited,
  Unauthorised,
  Refused,     // the provider's moderation said no
  BadRequest,  // bad input from the user, or a request the other side rejects as malformed
  NotFound,
  Damaged,     // bytes that are not what they should be
  Disk,        // no room, no permission, I/O error
  Owned,       // another program owns the project and does not answer
  TooNew,      // made by a newer version
  UnknownOutcome,
  Bug,
};

struct Error {
  ErrorKind kind = ErrorKind::Bug;
  std::string message;         // one sentence for the user, says what to do; never keys, never prompts
  std::string detail;          // for the log
  double retry_after_secs = 0; // with RateLimited: do not try sooner
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string detail = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(detail), 0});
}

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

// Adds context while an error climbs: "open project: read assets: …".
inline tl::unexpected<Error> fail_in(std::string_view context, Error error) {
  error.message = std::string(context) + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

std::string_view to_string(ErrorKind kind);

}  // namespace studio

// Leaves the function with the error of `expr`, or gives its value a name.
#define STUDIO_CONCAT_(a, b) a##b
#define STUDIO_CONCAT(a, b) STUDIO_CONCAT_(a, b)
#define STUDIO_TRY(decl, expr)                                                                 \
  auto STUDIO_CONCAT(try_, __LINE__) = (expr);                                                 \
  if (!STUDIO_CONCAT(try_, __LINE__)) return ::studio::fail(std::move(STUDIO_CONCAT(try_, __LINE__).error())); \
  decl = std::move(*STUDIO_CONCAT(try_, __LINE__))
#define STUDIO_CHECK(expr) \
  if (auto studio_checked = (expr); !studio_checked) return ::studio::fail(std::move(studio_checked.error()))
