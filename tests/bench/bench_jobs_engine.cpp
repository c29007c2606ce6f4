// The engine with ten thousand jobs: how soon after a start the first one is looked at, and what a long queue weighs.
#include <sys/resource.h>

#include <stdexcept>
#include <thread>

#include "bench/bench_jobs.h"
#include "bench/loopback_server.h"
#include "network/wire_network.h"
#include "support/runner_rig.h"

namespace studio {
namespace {

constexpr int jobs_count = 10'000;
constexpr double queue_memory_mb = 256;

void make_running(Rig& rig) {
  const auto jobs = rig.generate(jobs_count);
  const auto done = rig.store().write_and_wait([&](Ledger& ledger) -> Result<void> {
    for (Job job : jobs) {
      Attempt attempt;
      attempt.job = job.id;
      attempt.state = AttemptState::Submitted;
      attempt.provider = "tiny";
      attempt.account = "default";
      attempt.endpoint = "tiny:default";
      attempt.model = "tiny-image";
      attempt.key = "key-" + std::to_string(job.id.value);
      attempt.remote_id = "r" + std::to_string(job.id.value);
      attempt.reserved = job.estimate;
      attempt.currency = Currency::Play;
      STUDIO_TRY(job.attempt, ledger.add_attempt(attempt));
      STUDIO_CHECK(ledger.add_money({job.attempt, MoneyKind::Reserve, job.estimate, Currency::Play, 0}));
      job.state = JobState::Running;
      STUDIO_CHECK(ledger.save_job(job));
    }
    return {};
  });
  if (!done) throw std::runtime_error(done.error().message);
}

double secs_until(const LoopbackServer& server, int answered, double begun) {
  while (server.answered() < answered) {
    if (wall_secs() - begun > 120) throw std::runtime_error("no look after two minutes");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return wall_secs() - begun;
}

// Every look is a request on the wire. Between two rounds of looks time is virtual.
Json restart(const LoopbackServer& server) {
  http_init();
  RigOptions options;
  options.drive = false;
  options.transport = [](FakeClock& clock) -> std::unique_ptr<Transport> {
    HttpClientSettings settings;
    settings.use_environment_proxy = false;
    auto client = HttpClient::create(settings);
    if (!client) throw std::runtime_error(client.error().message);
    return std::make_unique<WireNetwork>(std::move(*client), clock);
  };
  Rig rig(options);
  rig.resolve = [&](const std::string&) -> Result<Endpoint> { return Endpoint{server.url(""), {}}; };
  rig.open();
  make_running(rig);
  rig.close();
  rig.options().drive = true;
  const double begun = wall_secs();
  rig.open();
  const double first = secs_until(server, 1, begun);
  const double all = secs_until(server, jobs_count, begun);
  rig.close();
  return {{"first", first}, {"all", all}};
}

std::int64_t peak_bytes() {
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  return own.ru_maxrss * 1024L;
}

Json long_queue() {
  RigOptions options;
  options.provider.has_info = false;
  Rig rig(options);
  // Two are on the wire for ever, the others wait for their places.
  rig.service.hook = [](const HttpRequest& request) -> std::optional<FakeService::Stroke> {
    if (request.method != HttpMethod::Post) return std::nullopt;
    FakeService::Stroke never;
    never.never = true;
    return never;
  };
  rig.open();
  rig.outlook();
  const Usage before = usage_now();
  const double begun = wall_secs();
  rig.generate(jobs_count);
  const double admitted = wall_secs() - begun;
  const Runner::Outlook outlook = rig.outlook();
  if (outlook.can_go_on != jobs_count) throw std::runtime_error("the queue is not whole");
  return {{"kb_each", static_cast<double>(usage_now().rss_bytes - before.rss_bytes) / 1024 / jobs_count},
          {"peak_mb", static_cast<double>(peak_bytes()) / 1e6},
          {"admitted_secs", admitted}};
}

}  // namespace

bool bench_engine() {
  bool ok = false;
  {
    const LoopbackServer server;
    const Json figures = in_own_process([&] { return restart(server); });
    const bool is_there = figures.is_object();
    ok = report("jobs: restart to the first look with 10,000 active jobs", is_there ? figures["first"] : Json(), "floor", 2.0, "s",
                "opening the project, until the server has answered a look; the floor is what is promised", Promise{at_most(2)}, is_there ? Json{{"all_looked_at_secs", figures["all"]}} : Json::object());
  }
  const Json figures = in_own_process(long_queue);
  const bool is_there = figures.is_object();
  return report("jobs: memory with 10,000 jobs in the queue", is_there ? figures["peak_mb"] : Json(), "floor", queue_memory_mb, "MB",
                "highest resident memory of engine, ledger and what hears of them, from an empty project on; the floor is what is promised",
                Promise{at_most(queue_memory_mb)}, is_there ? Json{{"kb_a_job", figures["kb_each"]}, {"admitted_secs", figures["admitted_secs"]}} : Json::object()) && ok;
}

}  // namespace studio
