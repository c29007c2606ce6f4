#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "base/paths.h"
#include "sandbox/sandbox.h"

namespace studio {

int sandbox_main(std::span<const std::string> args) {
  CLI::App app{"The built-in provider: draws on this machine, costs play money only.", "sandbox"};
  app.require_subcommand(1);
  SandboxOptions options;
  options.state_dir = sandbox_folder();
  std::string state = options.state_dir.string();
  const auto finite = [](const std::string& text) {
    return std::isfinite(std::strtod(text.c_str(), nullptr)) ? std::string() : std::string("must be a number");
  };
  bool has_no_replay = false, has_list = false, wants_json = false;

  auto* serve = app.add_subcommand("serve", "Serve until SIGTERM.");
  serve->add_option("--state", state, "folder for jobs, bill and files")->type_name("DIR");
  serve->add_option("--port", options.port, "port on 127.0.0.1, 0 for a free one")->check(CLI::Range(0, 65535));
  serve->add_option("--latency", options.latency_secs, "no job is done earlier than this many seconds")->check(finite)->check(CLI::Range(0.0, 86400.0));
  serve->add_option("--submit-delay", options.submit_delay_secs, "accept and bill at once, answer after this many seconds")->check(finite)->check(CLI::Range(0.0, 3600.0));
  serve->add_option("--fail-rate", options.fail_rate, "share of the jobs that fails, 0 to 1")->check(finite)->check(CLI::Range(0.0, 1.0));
  serve->add_option("--refuse", options.refused_words, "refuse prompts with this word")->type_name("WORD")->allow_extra_args(false);
  serve->add_option("--price-factor", options.price_factor, "multiplies every price")->check(finite)->check(CLI::Range(0.0, 10000.0));
  serve->add_flag("--no-replay", has_no_replay, "a repeated Idempotency-Key makes and bills another job, and there is no list of jobs");
  serve->add_flag("--list", has_list, "there is a list of jobs, with --no-replay too");
  serve->add_option("--seed", options.seed, "of the failures");
  serve->add_option("--idle-exit", options.idle_exit_secs, "end after this many seconds without client and unfinished job")
      ->check(finite)->check(CLI::Range(0.0, 86400.0))->group("");  // for the app that starts it; not shown

  auto* bill = app.add_subcommand("bill", "Print one line per billed job.");
  bill->add_option("--state", state, "folder of the server")->type_name("DIR");
  bill->add_flag("--json", wants_json, "one object a line: key, model, amount, created");

  try {
    std::vector<std::string> reversed(args.rbegin(), args.rend());  // the order CLI11 takes
    app.parse(reversed);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& problem) {
    std::fprintf(stderr, "studio: sandbox: %s. Use: sandbox serve --state DIR --port N […], or: sandbox bill --state DIR [--json].\n", problem.what());
    return sandbox_exit_usage;
  }
  if (state.empty()) {
    std::fprintf(stderr, "studio: sandbox: --state needs the name of a folder.\n");
    return sandbox_exit_usage;
  }
  if (bill->parsed()) return print_sandbox_bill(state, wants_json);
  options.state_dir = state;
  options.replay = !has_no_replay;
  options.list = options.replay || has_list;
  return run_sandbox_server(options);
}

}  // namespace studio
