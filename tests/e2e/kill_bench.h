// Projects that are killed: many from one template, each looked at from outside. What a project's ledger says is held against
// the bill of the service, and its files against their names.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "e2e/headless.h"
#include "store/ledger.h"

namespace studio {

// One line of a service's bill.
struct Billed {
  std::string key;        // ours, where the service says it
  std::string remote_id;  // the service's own
  Money amount;
};
std::vector<Billed> sandbox_bill(const Headless& studio);
struct ProjectNow;
// Those lines of a common bill that are this project's, by their keys.
std::vector<Billed> lines_of(const ProjectNow& now, const std::vector<Billed>& all);

// A project as it lies there, read without its programs.
struct ProjectNow {
  std::vector<Job> jobs;          // of generations, without local work
  std::vector<Attempt> attempts;  // all, of those jobs
  Books usd, play;
  std::string damage;  // of the database or of a blob; empty: none

  std::set<JobId> in_state(JobState state) const;
  int count(JobState state) const { return static_cast<int>(in_state(state).size()); }
};
ProjectNow look_at(const std::filesystem::path& project, bool reads_blobs = true);

// What must never be, counted.
struct Sins {
  int duplicates = 0;  // lines of the bill beyond what our attempts account for
  int lost = 0;        // lines whose result neither came home nor is shown as unknown with its sum reserved
  int stuck = 0;       // jobs that neither ended nor are shown
  std::string words;   // which, and what else does not hold; empty: none
};
// Of one project and the lines that are its; `is_over`: all programs have done what they could.
Sins sins_of(const ProjectNow& now, const std::vector<Billed>& bill, bool is_over);

class KillBench {
 public:
  // `make` puts jobs into the queue of the project it is given, with `new` done.
  KillBench(Headless& studio, const std::vector<Args>& requests);

  std::filesystem::path another();  // a project as the template is
  // Runs the verb, with this beside the usual environment, and says whether it was killed at that point; core/runner/crash_point.h
  // says how points are named.
  bool dies_at(const std::filesystem::path& project, const std::string& point, Args verb = {"run"},
               std::map<std::string, std::string> environment = {}) const;
  ProgramResult run(const std::filesystem::path& project, Args verb = {"run"}) const { return studio_.run_in(project, std::move(verb)); }

 private:
  Headless& studio_;
  int made_ = 0;
};

}  // namespace studio
