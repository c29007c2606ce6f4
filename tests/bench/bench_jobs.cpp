// bench jobs: what the engine of paid jobs can carry. The client beside bare libcurl and beside aiohttp, against one server on the
// loopback address; durable transitions in groups beside one by one; a restart with 10,000 active jobs; 10,000 in the queue; the end
// asked for with 1,000 under way; and learned polling beside fixed, by bench_polling.
#include "bench/bench_jobs.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "base/paths.h"
#include "support/process.h"

namespace studio {

Json in_own_process(const std::function<Json()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return std::perror("pipe"), Json();
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) return std::perror("fork"), Json();
  if (child == 0) {
    ::close(ends[0]);
    std::string said;
    try {
      said = work().dump();
    } catch (const std::exception& thrown) {
      std::fprintf(stderr, "bench_jobs: %s\n", thrown.what());
    }
    [[maybe_unused]] const ssize_t put = ::write(ends[1], said.data(), said.size());
    ::_exit(said.empty() ? 1 : 0);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  Json json = Json::parse(said, nullptr, false);
  return json.is_discarded() ? Json() : json;
}

Usage usage_now() {
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  const auto secs = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return {secs(own.ru_utime) + secs(own.ru_stime), resident * ::sysconf(_SC_PAGESIZE)};
}

double wall_secs() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

bool report(const std::string& name, const Json& ours, const std::string& against, const Json& other, const std::string& unit, const std::string& method,
            const std::optional<Promise>& promise, const Json& further) {
  if (!ours.is_number() || !other.is_number()) return std::fprintf(stderr, "bench_jobs: no figure for %s\n", name.c_str()), false;
  nlohmann::ordered_json line;
  const auto rounded = [](double value) { return std::round(value * 1000) / 1000; };
  line["name"] = name;
  line["ours"] = rounded(ours);
  line[against] = rounded(other);
  line["ratio"] = rounded(ours.get<double>() / other.get<double>());
  line["unit"] = unit;
  if (promise) line[promise->is_of_ratio ? "promised_ratio" : "promised"] = promise->goal.limit;
  for (const auto& [word, value] : further.items()) line[word] = value.is_number_float() ? Json(rounded(value)) : value;
  line["method"] = method;
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
  return !promise || keeps_to(promise->goal, promise->is_of_ratio ? ours.get<double>() / other.get<double>() : ours.get<double>(),
                              name + (promise->is_of_ratio ? ", ratio" : ", " + unit));
}

}  // namespace studio

int main() {
  using namespace studio;
  bool ok = bench_transfers();
  ok = bench_ledger() && ok;
  ok = bench_engine() && ok;
  ok = bench_stop() && ok;
  const ProgramResult polling = run_program({sibling_program("bench_polling").string()}, {}, 600'000);
  std::fputs(polling.out.c_str(), stdout);
  std::fputs(polling.err.c_str(), stderr);
  return ok && polling.exit_code == 0 ? 0 : 1;
}
