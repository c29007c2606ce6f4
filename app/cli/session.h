// One command on a project, by whichever hand: as its owner, or through the owner when another program has it.
#pragma once

#include <filesystem>
#include <functional>

#include "engine/studio.h"

namespace studio {

// What a command did, with ids only: the facts are read from the ledger afterwards.
struct Outcome {
  ReplyIds reply;
  ReplyIds wait;  // of the wait that followed
};

// Carries `command` out; with `wait`, also waits for the jobs it made (all jobs when it is a WaitCommand itself). `drive`:
// as owner, do the work of the queue meanwhile. `taken_on`: hears what the command did, before the waiting. Progress goes to
// stderr. Blocking.
Result<Outcome> carry_out(const std::filesystem::path& project, const Command& command, bool wait, bool drive,
                          const std::function<void(const ReplyIds&)>& taken_on = {});

}  // namespace studio
