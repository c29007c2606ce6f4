// What the parts of the simulated service share when they answer: the three shapes of its errors, addresses, and the way out of
// a check that fails.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "simulators/fal_input.h"
#include "simulators/wire.h"

namespace studio::simulators {

// Leaves a check with an answer that is an error.
struct FalProblem {
  WireAnswer answer;
};

WireAnswer json_answer(int status, const nlohmann::json& body);
// {"detail": "…"}: queue and storage.
[[noreturn]] void refuse(int status, const std::string& detail);
// {"detail": [{loc, msg, type}]}
[[noreturn]] void refuse_input(nlohmann::json loc, const std::string& type, const std::string& msg);
// {"error": {"type": "…", "message": "…"}}: the platform interface.
[[noreturn]] void refuse_platform(int status, const std::string& type, const std::string& message);

// Our own trouble (a full disk) is a 500 with its sentence.
void tell_trouble(const Error& error);
template <class T>
T need(Result<T> result) {
  if (!result) {
    tell_trouble(result.error());
    refuse(500, result.error().message);
  }
  return std::move(*result);
}
inline void need(Result<void> result) {
  if (result) return;
  tell_trouble(result.error());
  refuse(500, result.error().message);
}

// A method that the page does not know: 405 with Allow.
void check_method(const WireRequest& request, std::string_view method);
// Parameters that are not among `known` are 422, stricter than the service.
void check_parameters(const WireRequest& request, const std::set<std::string>& known);
// application/json, with or without a charset.
void check_json_type(const WireRequest& request);

// X-Fal-Object-Lifecycle and its fellow: {"expiration_duration_seconds": n}; nothing when the header is absent.
std::optional<double> lifecycle_secs(const WireRequest& request, const std::string& header);

// "http://127.0.0.1:41234"
std::string base_address(const WireRequest& request);
std::string file_address(const WireRequest& request, const std::string& id, const std::string& content_type);

}  // namespace studio::simulators
