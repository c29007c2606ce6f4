// The verbs about the queue: options as commands. Nothing here changes a project.
#pragma once

#include <vector>

#include "cli/options.h"
#include "engine/again.h"
#include "engine/command.h"
#include "engine/needs.h"

namespace studio {

class Ledger;

// Errors (BadRequest) are sentences about bad usage.
Result<Command> cancel_command(const CliOptions& options);
Result<Command> retry_command(const CliOptions& options);
// jobs --move, --priority, --dismiss
bool steers_jobs(const CliOptions& options);
Result<Command> steer_command(const CliOptions& options);
// pause, drain, resume: what is to be done, in order
Result<std::vector<Command>> pause_commands(const CliOptions& options);
// `old`: the job's recipe as it is
Result<Command> edit_command(const CliOptions& options, const Recipe& old);
Result<Command> again_command(const CliOptions& options);
std::string offer_line(const ModelOffer& offer);

// The ways on of a card as command lines, "retry j1 j2 · cancel j1 j2".
std::string ways_in_verbs(const Need& need, const NeedBoard& board);

// Why nothing new is sent, for people; empty: it goes.
Result<std::string> queue_sentence(Ledger& ledger);

}  // namespace studio
