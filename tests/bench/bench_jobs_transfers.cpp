// The client's part of bench jobs. Each client runs in a process of its own, one after another, against the same server.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/bare_curl.h"
#include "bench/bench_jobs.h"
#include "bench/loopback_server.h"
#include "http/http_client.h"
#include "support/process.h"

namespace studio {
namespace {

constexpr int waiting_transfers = 5'000;
constexpr int in_flight = 1'000, requests = 20'000, rounds = 5;

// Both clients behind one face.
class OurClient {
 public:
  OurClient() : client_(make()) {}
  void get(const std::string& url, std::function<void(bool)> done) {
    HttpRequest request;
    request.url = url;
    request.local = true;
    request.total_timeout_ms = 600'000;
    client_->start(std::move(request), [done = std::move(done)](const HttpResponse& answer) { done(answer.ok() && !answer.body.empty()); });
  }
  void run_once(int max_wait_ms) { client_->run_once(max_wait_ms); }

 private:
  static std::unique_ptr<HttpClient> make() {
    HttpClientSettings settings;
    settings.use_environment_proxy = false;
    settings.requests_per_host = waiting_transfers + in_flight;  // what is measured is how they wait beside each other
    settings.low_speed_secs = 600;  // the server is silent on purpose
    auto client = HttpClient::create(settings);
    if (!client) throw std::runtime_error(client.error().message);
    return std::move(*client);
  }
  std::unique_ptr<HttpClient> client_;
};

void must_go_well(int failed) {
  if (failed > 0) throw std::runtime_error(std::to_string(failed) + " transfers failed");
}

// One transfer first, so that what is there once is not counted.
template <class Client>
void warm_up(Client& client, const LoopbackServer& server) {
  bool is_done = false;
  client.get(server.url("/now"), [&](bool) { is_done = true; });
  while (!is_done) client.run_once(100);
}

template <class Client>
Json hold_many(LoopbackServer& server) {
  http_init();
  Client client;
  warm_up(client, server);
  const Usage before = usage_now();
  int done = 0, failed = 0;
  for (int i = 0; i < waiting_transfers; ++i) {
    client.get(server.url("/hold"), [&](bool ok) {
      ++done;
      failed += ok ? 0 : 1;
    });
    if (i % 100 == 99) client.run_once(0);  // the other side's queue of connections has an end
  }
  while (server.held() < waiting_transfers && failed == 0) client.run_once(50);
  const Usage held = usage_now();
  server.let_go();
  while (done < waiting_transfers) client.run_once(50);
  must_go_well(failed);
  return {{"kb_each", static_cast<double>(held.rss_bytes - before.rss_bytes) / 1024 / waiting_transfers}, {"cpu_secs", usage_now().cpu_secs - before.cpu_secs}};
}

template <class Client>
Json many_requests(const LoopbackServer& server) {
  http_init();
  Client client;
  warm_up(client, server);
  int started = 0, done = 0, failed = 0;
  std::function<void()> next = [&] {
    if (started == requests) return;
    ++started;
    client.get(server.url("/jobs/" + std::to_string(started)), [&](bool ok) {
      ++done;
      failed += ok ? 0 : 1;
      next();
    });
  };
  const Usage before = usage_now();
  const double begun = wall_secs();
  for (int i = 0; i < in_flight; ++i) next();
  while (done < requests) client.run_once(50);
  must_go_well(failed);
  return {{"a_core_second", requests / (usage_now().cpu_secs - before.cpu_secs)}, {"a_second", requests / (wall_secs() - begun)}};
}

// As a program in Python would: one session, one coroutine for each place.
constexpr const char* aiohttp_program = R"py(
import asyncio, json, resource, sys, time
import aiohttp

def cpu():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime

async def main(base, in_flight, total):
    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector) as session:
        async def get(path):
            async with session.get(base + path) as answer:
                assert answer.status == 200 and len(await answer.read()) > 0
        await get("/now")
        left = iter(range(total))
        async def place():
            for number in left:
                await get(f"/jobs/{number}")
        before, begun = cpu(), time.monotonic()
        await asyncio.gather(*(place() for _ in range(in_flight)))
        print(json.dumps({"a_core_second": total / (cpu() - before), "a_second": total / (time.monotonic() - begun), "version": aiohttp.__version__}))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
)py";

Json aiohttp_requests(const LoopbackServer& server) {
  // Debian's own Python: its packages belong to it.
  const ProgramResult result =
      run_program({"/usr/bin/python3", "-c", aiohttp_program, server.url(""), std::to_string(in_flight), std::to_string(requests)}, {}, 600'000);
  if (result.exit_code != 0) std::fprintf(stderr, "bench_jobs: aiohttp (package python3-aiohttp): %s\n", result.err.c_str());
  Json json = Json::parse(result.out, nullptr, false);
  return json.is_discarded() ? Json::object() : json;
}

Json figure(const Json& from, const char* name) { return from.is_object() ? from.value(name, Json()) : Json(); }

// One round of the three clients.
struct Round {
  Json ours, bare, aiohttp;
  double ratio(const Json& other) const {
    const Json mine = figure(ours, "a_core_second"), its = figure(other, "a_core_second");
    return mine.is_number() && its.is_number() ? mine.get<double>() / its.get<double>() : 0;
  }
};

// The round in the middle, by our ratio to one of the others.
const Round& middle_round(std::vector<Round>& all, Json Round::* other) {
  std::sort(all.begin(), all.end(), [&](const Round& a, const Round& b) { return a.ratio(a.*other) < b.ratio(b.*other); });
  return all[all.size() / 2];
}

bool bench_requests() {
  const LoopbackServer server;
  std::vector<Round> all;
  for (int round = 0; round < rounds; ++round) {
    Json ours = in_own_process([&] { return many_requests<OurClient>(server); });
    Json bare = in_own_process([&] { return many_requests<BareCurl>(server); });
    all.push_back({std::move(ours), std::move(bare), aiohttp_requests(server)});
  }
  const auto say = [&](const char* name, const char* against, Json Round::* other, const std::string& beside, const std::optional<Promise>& promise) {
    const Round& middle = middle_round(all, other);
    Json ratios = Json::array();
    for (const Round& round : all) ratios.push_back(std::round(round.ratio(round.*other) * 100) / 100);
    const std::string method = std::to_string(requests) + " requests, " + std::to_string(in_flight) +
                               " in flight, a second of the client's own processor time, beside " + beside + "; of " + std::to_string(rounds) +
                               " rounds the one in the middle by its ratio";
    return report(name, figure(middle.ours, "a_core_second"), against, figure(middle.*other, "a_core_second"), "1/s", method, promise,
                  {{"ratios", ratios}, {"a_second", {figure(middle.ours, "a_second"), figure(middle.*other, "a_second")}}});
  };
  const std::string version = all.front().aiohttp.value("version", "?");
  const bool ok = say("jobs: requests a second of one core, beside libcurl", "floor", &Round::bare, "bare libcurl with its handles used again", {});
  return say("jobs: requests a second of one core, beside aiohttp", "peer", &Round::aiohttp, "aiohttp " + version, Promise{at_least(5), true}) && ok;
}

}  // namespace

bool bench_transfers() {
  Json ours, bare;
  {
    LoopbackServer server;
    ours = in_own_process([&] { return hold_many<OurClient>(server); });
  }
  {
    LoopbackServer server;
    bare = in_own_process([&] { return hold_many<BareCurl>(server); });
  }
  const std::string held = std::to_string(waiting_transfers) + " requests that wait for their answer on one thread, plain http on loopback, ";
  bool ok = report("jobs: memory of a transfer in flight", figure(ours, "kb_each"), "floor", figure(bare, "kb_each"), "KiB",
                   held + "resident memory while all wait, beside bare libcurl (multi socket, 250 a handle)", Promise{at_most(25)});
  ok = report("jobs: processor time of 5,000 transfers", figure(ours, "cpu_secs"), "floor", figure(bare, "cpu_secs"), "s",
              held + "from the first start to the last answer, beside bare libcurl", Promise{at_most(2)}) && ok;
  return bench_requests() && ok;
}

}  // namespace studio
