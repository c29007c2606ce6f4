// The main of every Catch2 test program. A test that checks nothing fails, and so does a name that no test has: Catch2 2
// calls both a success.
#define CATCH_CONFIG_RUNNER
#include "support/catch.h"

int main(int argc, char** argv) {
  Catch::Session session;
  const int bad_usage = session.applyCommandLine(argc, argv);
  if (bad_usage != 0) return bad_usage;
  auto& config = session.configData();
#if __has_include(<catch2/catch_all.hpp>)
  config.warnings = static_cast<Catch::WarnAbout::What>(Catch::WarnAbout::NoAssertions | Catch::WarnAbout::UnmatchedTestSpec);
#else
  const bool lists_only = config.listTests || config.listTestNamesOnly || config.listTags || config.listReporters;
  if (!lists_only) {
    config.warnings = static_cast<Catch::WarnAbout::What>(Catch::WarnAbout::NoAssertions | Catch::WarnAbout::NoTests);
  }
#endif
  const int failed = session.run();
  if (failed != 0) return failed == studio::SkippedExitCode ? 1 : failed;
  return studio::test_was_skipped ? studio::SkippedExitCode : 0;
}
