// What a batch may cost at most, said once it is taken on and before anything is waited for.
#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "base/ids.h"
#include "engine/command.h"

namespace studio {

class BatchSum {
 public:
  // Before the command is carried out: afterwards nobody can tell which of the jobs that a retry names were paid already.
  BatchSum(std::filesystem::path project, const Command& command);

  // One sentence on stderr; none for a command that buys nothing.
  void say(const std::vector<JobId>& taken_on) const;

 private:
  std::filesystem::path project_;
  bool buys_ = false;
  std::set<JobId> paid_already_;  // only looked at or fetched again: they cost nothing more
};

}  // namespace studio
