// The verbs of the headless program: each turns options into a command or a read, and prints what came of it.
#pragma once

#include "cli/options.h"

namespace studio {

// Results on stdout, everything else on stderr. Answers the exit code: 0 all done, 1 some failed, 2 bad usage, 3 the
// project is owned by a program that does not answer, or of a newer version.
int run_verb(const CliOptions& options);

}  // namespace studio
