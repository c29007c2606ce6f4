// The main of every Catch2 test program. A test that checks nothing fails, and so does a name that no test has: Catch2 2
// calls both a success. `--list-faults` names the tests with a tag [fault-N], "N<tab>name" a line (scripts/reliability.sh).
#define CATCH_CONFIG_RUNNER
#include <cstring>

#include "support/catch.h"

namespace {

constexpr const char* fault_tag = "fault-";

void list_fault(const std::string& tag, const std::string& name) {
  if (tag.rfind(fault_tag, 0) == 0) std::printf("%s\t%s\n", tag.c_str() + std::strlen(fault_tag), name.c_str());
}

int list_faults(Catch::Session& session) {
#if __has_include(<catch2/catch_all.hpp>)
  for (const auto& test : Catch::getAllTestCasesSorted(session.config())) {
    const auto& info = test.getTestCaseInfo();
    if (info.isHidden()) continue;
    for (const auto& tag : info.tags) list_fault(std::string(tag.original.data(), tag.original.size()), info.name);
  }
#else
  for (const auto& info : Catch::getAllTestCasesSorted(session.config())) {
    if (info.isHidden()) continue;
    for (const auto& tag : info.tags) list_fault(tag, info.name);
  }
#endif
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Catch::Session session;
  if (argc == 2 && std::strcmp(argv[1], "--list-faults") == 0) return list_faults(session);
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
