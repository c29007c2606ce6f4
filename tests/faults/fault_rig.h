// What the tests of this folder have in common: where a project lies, what must hold when a fault is over, and engines in
// processes that die.
#pragma once

#include <functional>
#include <string>

#include "support/runner_rig.h"

namespace studio {

// From now on temporary folders lie in memory, where there is such a place: for hundreds of projects, whose real fsync adds
// nothing. The log goes nowhere.
void prepare_for_many_projects();

// The queue ended by itself: every job done, failed or shown to a person as unknown.
struct Ended {
  int jobs = 0, done = 0, unknown = 0, cancelled = 0;
  Money reserved, settled, billed;
  std::string broken;  // promises; empty: all kept
  std::string stuck;   // what neither ended nor needs a person
};
// Once nothing hinders the disk any more: drives on until the engine says that it is well, and looks at everything.
Ended go_on_to_the_end(Rig& rig);

// Runs `body` in a child process; true when it was killed, false when it came to its end. Call it while this process has no
// threads of its own. `failed` says when the body threw.
bool dies(const std::function<void()>& body, std::string* failed = nullptr);

}  // namespace studio
