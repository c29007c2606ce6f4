#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "simulators/fal_server.h"
#include "simulators/simulators.h"

namespace studio::simulators {
namespace {

constexpr std::uintmax_t longest_log_bytes = 4 << 20;

int say_failure(const Error& error) {
  std::fprintf(stderr, "studio: simulate: %s\n", error.message.c_str());
  return error.kind == ErrorKind::Owned ? simulate_exit_taken : error.kind == ErrorKind::BadRequest ? simulate_exit_usage : simulate_exit_failed;
}

void start_log(const std::filesystem::path& folder) {
  const auto file = folder / "simulator.log";
  std::error_code error;
  if (std::filesystem::file_size(file, error) > longest_log_bytes && !error) std::filesystem::rename(file, folder / "simulator.log.1", error);
  log_to_file(file);
}

int serve_fal(const FalServerOptions& options) {
  ::sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const UniqueFd signals(::signalfd(-1, &ends, SFD_CLOEXEC));
  if (!signals) return say_failure({ErrorKind::Bug, "The simulator cannot watch for signals; restart the program.", "signalfd", 0});
  const SystemClock clock;
  auto server = FalServer::start(options, make_fal_painter(), clock);
  if (!server) return say_failure(server.error());
  start_log(options.state_dir);  // only the owner of the folder writes its log
  std::printf("listening 127.0.0.1:%d\n", (*server)->port());
  std::fflush(stdout);
  pollfd watched{signals.get(), POLLIN, 0};
  while (::poll(&watched, 1, -1) < 0 && errno == EINTR) {
  }
  log_info("simulator: told to end");
  server->reset();
  return simulate_exit_ok;
}

int print_fal_bill(const std::string& state, bool as_json) {
  const auto lines = read_fal_bill(state);
  if (!lines) return say_failure(lines.error());
  double total = 0;
  for (const auto& line : *lines) {
    const double amount = static_cast<double>(line.amount_micros) / 1e6;
    total += amount;
    if (as_json) {
      std::printf("%s\n", to_json(line).dump().c_str());
    } else {
      std::printf("%s  %-48s  %8.4f %-15s  %9.6f %s  %-8s  %s\n", iso_utc(line.created_ms).c_str(), line.endpoint.c_str(), line.units, line.unit.c_str(), amount,
                  line.currency.c_str(), std::string(to_string(line.state)).c_str(), line.request_id.c_str());
    }
  }
  if (!as_json && !lines->empty()) std::printf("%zu requests, %.6f USD of no real money\n", lines->size(), total);
  return std::fflush(stdout) == 0 ? simulate_exit_ok : simulate_exit_failed;
}

// What the options say of the settings, over what the file of orders says.
struct FalWords {
  std::string state, key, orders_file;
  int port = 0;
  double latency_secs = -1, price_factor = -1;
  int concurrency = 0;
  std::int64_t seed = -1;
  std::vector<std::string> refused_words;

  Result<nlohmann::json> orders() const {
    nlohmann::json orders = nlohmann::json::object();
    if (!orders_file.empty()) {
      STUDIO_TRY(const std::string text, read_file(orders_file, 16 << 20));
      orders = nlohmann::json::parse(text, nullptr, false);
      if (!orders.is_object()) return fail(ErrorKind::BadRequest, "The file of --faults is not a JSON object: " + orders_file);
    }
    auto& settings = orders["settings"];
    if (settings.is_null()) settings = nlohmann::json::object();
    if (latency_secs >= 0) settings["latency"] = {{"shape", "fixed"}, {"secs", latency_secs}};
    if (price_factor >= 0) settings["price_factor"] = price_factor;
    if (concurrency > 0) settings["concurrency"] = concurrency;
    if (seed >= 0) settings["seed"] = seed;
    if (!refused_words.empty()) settings["refused_words"] = refused_words;
    return orders;
  }
};

}  // namespace
}  // namespace studio::simulators

namespace studio {

int simulate_main(std::span<const std::string> args) {
  using namespace simulators;
  CLI::App app{"Servers that behave as real services do, for tests: nothing they bill is real.", "simulate"};
  app.require_subcommand(1);
  FalWords words;
  bool wants_json = false;
  const auto finite = [](const std::string& text) { return std::isfinite(std::strtod(text.c_str(), nullptr)) ? std::string() : std::string("must be a number"); };

  auto* fal = app.add_subcommand("fal", "fal.ai: queue, storage, platform and files on 127.0.0.1, until SIGTERM.");
  fal->add_option("--state", words.state, "folder for jobs, files and bill")->type_name("DIR");
  fal->add_option("--port", words.port, "port on 127.0.0.1, 0 for a free one")->check(CLI::Range(0, 65535));
  fal->add_option("--key", words.key, "the key that is accepted, from now on; else the folder's own")->type_name("ID:SECRET");
  fal->add_option("--faults", words.orders_file, "JSON file with settings and fault rules (docs/simulators.md)")->type_name("FILE");
  fal->add_option("--latency", words.latency_secs, "a job takes this many seconds")->check(finite)->check(CLI::Range(0.0, 86400.0));
  fal->add_option("--concurrency", words.concurrency, "jobs in progress at a time")->check(CLI::Range(1, 1000));
  fal->add_option("--price-factor", words.price_factor, "multiplies every price")->check(finite)->check(CLI::Range(0.0, 10000.0));
  fal->add_option("--refuse", words.refused_words, "refuse prompts with this word")->type_name("WORD")->allow_extra_args(false);
  fal->add_option("--seed", words.seed, "of every draw")->check(CLI::Range(std::int64_t{0}, INT64_MAX));
  auto* bill = fal->add_subcommand("bill", "Print one line per accepted request.");
  bill->add_option("--state", words.state, "folder of the server")->type_name("DIR");
  bill->add_flag("--json", wants_json, "one object a line");

  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());  // the order CLI11 takes
    app.parse(reversed);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& problem) {
    std::fprintf(stderr, "studio: simulate: %s. Use: simulate fal --state DIR --port N […], or: simulate fal bill --state DIR [--json].\n", problem.what());
    return simulate_exit_usage;
  }
  if (words.state.empty()) {
    std::fprintf(stderr, "studio: simulate: --state needs the name of a folder.\n");
    return simulate_exit_usage;
  }
  if (bill->parsed()) return print_fal_bill(words.state, wants_json);
  if (!words.key.empty() && words.key.find(':') == std::string::npos) {
    std::fprintf(stderr, "studio: simulate: --key looks like id:secret.\n");
    return simulate_exit_usage;
  }
  auto orders = words.orders();
  if (!orders) return say_failure(orders.error());
  return serve_fal({words.state, words.port, words.key, std::move(*orders), 2});
}

}  // namespace studio
