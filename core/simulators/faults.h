// What a simulator is told to do wrong: rules that say on which request to bite and what to do to it, and a count of the bites,
// so that a test can see that its fault was there. Any thread may call the book. docs/simulators.md explains the JSON.
#pragma once

#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "simulators/wire.h"

namespace studio::simulators {

// A request as the rules look at it.
struct FaultSubject {
  std::string purpose;     // "submit", "status", "result", "cancel", "initiate", "put", "file", "pricing", "list", "other"
  std::string method, path, body;
  std::string endpoint;    // of a submit
  std::string request_id;  // of status, result and cancel
};

struct FaultAction {
  std::string rule;  // its name, for the log

  // --- in place of the service, or done to its answer
  bool carries_out = true;                 // the service does its work; else only the words below are answered
  std::optional<int> status;
  std::optional<std::string> body;
  WireHeaders headers;                     // put into the answer, in place of those that are there
  nlohmann::json set, remove;              // JSON pointers into the answer's body
  std::vector<std::string> ignored_headers;  // of the request: the service does not see them
  bool same_id = false;                    // a submit answers the id of the submit before it
  nlohmann::json outcome;                  // of the job that this submit makes; see fal_outcome.h

  // --- on the wire
  int delay_ms = 0;
  std::optional<double> cut_share;  // of the body
  WireMishap mishap;
};

class FaultBook {
 public:
  // In place of all rules; counts begin anew. BadRequest names the word that is not understood.
  Result<void> load(const nlohmann::json& rules, std::uint64_t seed);
  // What the first rule that bites wants; counts it.
  std::optional<FaultAction> bite(const FaultSubject& subject);
  // [{"name", "seen", "bites"}]
  nlohmann::json counts() const;

 private:
  struct Rule {
    std::string name, purpose, method, path_contains, body_contains, endpoint, request_id;
    std::int64_t nth = 0, from = 0, every = 0, times = 1;
    double share = 1;
    FaultAction action;
    std::int64_t seen = 0, bites = 0;
  };
  static Result<Rule> rule_from(const nlohmann::json& json, std::size_t position);
  static bool fits(const Rule& rule, const FaultSubject& subject);

  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::uint64_t seed_ = 1;
};

// The service's answer, or an empty one where it was not asked, as the action wants it to leave.
WireAnswer spoilt(WireAnswer answer, const FaultAction& action);

}  // namespace studio::simulators
