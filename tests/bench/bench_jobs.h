// The parts of bench jobs, and what they share.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bench/goal.h"

namespace studio {

using Json = nlohmann::json;

// What `work` returns, from a process of its own: its memory and its time on the processor are nobody else's. Null, with words on
// stderr, when it failed. Only before this process has threads.
Json in_own_process(const std::function<Json()>& work);

struct Usage {
  double cpu_secs = 0;        // of this process so far, in the program and in the kernel for it
  std::int64_t rss_bytes = 0; // now
};
Usage usage_now();
double wall_secs();

// What is promised of a line: of our figure, or of its ratio to the other.
struct Promise {
  Goal goal;
  bool is_of_ratio = false;
};
// One line of JSON. `against`: "peer" or "floor". False, with words on stderr, when a figure is missing or misses what is promised.
bool report(const std::string& name, const Json& ours, const std::string& against, const Json& other, const std::string& unit, const std::string& method,
            const std::optional<Promise>& promise = {}, const Json& further = Json::object());

bool bench_transfers();  // the client: in flight, and requests a second
bool bench_ledger();     // durable transitions
bool bench_engine();     // restart, and a long queue
bool bench_stop();       // the end asked for with 1,000 jobs under way

}  // namespace studio
