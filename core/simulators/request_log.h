// Every request as a simulator saw it, for tests: what came, with which key (as a digest, never the key), and what was done.
// Any thread may call; the oldest entries go when there are too many.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

namespace studio::simulators {

struct SeenRequest {
  std::int64_t number = 0;  // from 1
  std::int64_t at_ms = 0;
  std::string purpose, method, path, endpoint, request_id;
  std::string key_digest;  // 12 hex digits of the SHA-256 of what follows the word Key; empty: there was none
  std::string body_digest;
  std::int64_t body_bytes = 0;
  bool is_reused = false;  // its connection carried a request before
  int status = 0;          // as answered; 0: nothing was
  std::string fault;       // the rule that bit
};

class RequestLog {
 public:
  void add(SeenRequest request);
  // {"requests": [those after `since`], "counts": {"submit": 3}, "total": 5}
  nlohmann::json report(std::int64_t since) const;
  void clear();  // numbers go on

 private:
  mutable std::mutex mutex_;
  std::deque<SeenRequest> requests_;
  std::map<std::string, std::int64_t> counts_;
  std::int64_t last_ = 0;
};

}  // namespace studio::simulators
