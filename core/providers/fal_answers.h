// What fal.ai says, in its own shapes: errors and results. For fal_provider.cpp.
#pragma once

#include "providers/reading.h"

namespace studio::fal {

// Three shapes: {"detail": "text", "error_type": "…"} of the queue, {"detail": [{"loc", "msg", "type"}]} of the models,
// {"error": {"type", "message"}} of the platform.
struct ServiceError {
  bool is_said = false;  // the body has one of these shapes; otherwise it is a gateway's, or somebody else's
  std::string type;      // "content_policy_violation", "request_timeout", …; empty: not said
  std::string message;   // for people
  std::string input;     // which of our inputs it is about, in our words: "prompt", "image"; empty: not said
};
ServiceError error_of(const HttpResponse& response);

// What is known when the answer to "give me the result" is read.
struct ResultCall {
  std::string_view label;            // the service's, for sentences
  const ModelInfo* model = nullptr;  // null: it is not offered any more
  const Recipe& recipe;
  std::int64_t waited_ms = 0;  // since the service said that it is over
  std::string failure;         // what the status call said of it, where it did
  std::string failure_type;
};
PollRead read_result(const ResultCall& call, const HttpResponse& response, std::int64_t now_wall_ms);

// What the answer says was billed, as a sum; nothing when it does not say, or says what cannot be.
std::optional<Money> billed(const ModelInfo* model, const Recipe& recipe, const HttpResponse& response);

}  // namespace studio::fal
