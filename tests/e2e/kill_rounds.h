// The plug pulled at ten moments of a 20-job run, three of them while something is being sent and the others at random, and the bill
// compared afterwards: nothing paid is lost, nothing is paid twice. Each round has a project and a sandbox of its own.
#pragma once

#include <filesystem>

#include "support/process.h"

namespace studio {

// Lets the program that works on the project run until its ledger says that a job is being sent; false: it ended before.
bool runs_until_sending(const std::filesystem::path& project, Process& owner);

// Everything completes, and each job is billed exactly once.
void kill_round_with_replay();
// What was being sent is shown as maybe charged with its sum reserved, nothing is sent twice, and a person settles it.
void kill_round_without_replay();
// Without replay, but with a list: all is cleared up by it, everything completes, and each job is billed exactly once. Takes
// minutes.
void kill_round_with_list();

}  // namespace studio
