// Everything that changes a project, as values: sent by panels, by the headless program, and over the owner's socket.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "model/asset.h"
#include "model/budgets.h"
#include "model/job.h"
#include "model/naming.h"
#include "model/queue_order.h"
#include "model/variation.h"

namespace studio {

// 1–10 images from one prompt.
struct GenerateCommand {
  std::string prompt;
  int count = 1;
  Strategy strategy = Strategy::Mixed;
  std::string model = "sandbox-flux";
  Size size{1024, 1024};
  std::optional<std::int64_t> seed;  // none: drawn
  std::vector<std::string> prompts = {};  // of each variation, as edited; empty: made from `prompt` by the strategy
  std::string negative_prompt = {};       // where the model has one
};

// One asset by a recipe that somebody kept. A video names the picture it starts from.
struct RemakeCommand {
  Recipe recipe;
  std::vector<AssetId> parents = {};
};

// An asset is an edited version of an earlier one, or none any more. A choice: it can be taken back.
struct VersionCommand {
  AssetId asset;
  AssetId earlier;     // none: of all, where it is not linked
  bool linked = true;
};

// Each of these once more, in its place: by its own recipe where its file is lost, and from the newest version of its picture
// where that has one (engine/versions.h). The earlier one stays. Where there is nothing to make it is skipped; what cannot be
// made is in the reply's failures. A job that failed at the same before is let be.
struct RemakeAssetsCommand {
  std::vector<AssetId> assets;
};

// One video per picture, all at the same time. What cannot be made is in the reply's failures, and the others are made; where
// nothing can be made the command is refused.
struct AnimateCommand {
  std::vector<AssetId> assets;
  bool picked = false;  // all picked images instead
  std::string model = "sandbox-motion";
  double seconds = 5;
  std::optional<std::string> prompt;  // none: the picture's own
  bool another = false;               // also where such a video exists or is on its way: a further take, new seed
};

struct MarkCommand {
  std::vector<AssetId> assets;
  std::optional<Mark> mark;
  std::optional<int> stars;  // 0–5
};

// The marks of each asset as they shall be: what undo and redo send.
struct SetMarksCommand {
  struct Wanted {
    AssetId asset;
    Mark mark = Mark::None;
    int stars = 0;
  };
  std::vector<Wanted> marks;
};

// Into the trash or out of it; nothing is deleted.
struct TrashCommand {
  std::vector<AssetId> assets;
  bool restore = false;
};
// Deletes what is in the trash for good. What a job under way is made from stays there and is named in the reply's failures.
struct EmptyTrashCommand {};

// While paused nothing new is sent; what is on its way goes on. Kept in the project. `drain`: the same, said while the last
// of it comes home (StudioView::queue). Going on also ends a hold after a crash.
struct PauseCommand {
  bool paused = true;
  bool drain = false;
};

// A person says "go on" to what waits since a run ended in the middle.
struct ReleaseHoldCommand {};
// Whether this project waits for that word at all (it does until somebody says otherwise).
struct HoldAfterCrashCommand {
  bool hold = true;
};

struct ImportCommand {
  std::vector<std::string> paths;  // absolute
  AssetId version_of = {};         // one file alone: it is an edited version of this asset
};

struct CancelCommand {
  std::vector<JobId> jobs;  // empty: all that are not over
  std::optional<GenerationId> generation = {};  // all of this one that are not over, instead
};

// Link: the person found the id that the service gave it. Charged: the person found out what was charged for what is over, or
// for an unknown one that is given up with it; nothing is made again.
enum class RetryHow : std::uint8_t { Again, Resubmit, WriteOff, Link, Charged };
struct RetryCommand {
  std::vector<JobId> jobs;  // empty: all that failed and may be helped by the same again (Again), all that are over and in doubt (Charged)
  RetryHow how = RetryHow::Again;
  std::string remote_id = {};  // Link only: one job's
  std::optional<GenerationId> generation = {};  // Again, Charged: those of this one, instead
  std::optional<Money> charged = {};  // Charged only: so much; nothing: all that is reserved for it
};

// Where waiting jobs stand in their line. They keep the order in which they are named, and take the priority of where they go.
struct MoveJobsCommand {
  std::vector<JobId> jobs;
  MoveTo to = MoveTo::First;
  JobId before = {};  // MoveTo::Before only
};
struct PriorityCommand {
  std::vector<JobId> jobs;
  Priority priority = Priority::Normal;
};

// Another recipe for a job that waits and of which nothing was sent: the estimate is made anew. Its kind of medium and the
// picture it starts from stay.
struct EditJobCommand {
  JobId job;
  Recipe recipe;
};

// The same recipe once more, by another model: new jobs, the old ones stay as they are. Refused as a whole where the model
// cannot do one of them.
struct AgainCommand {
  std::vector<JobId> jobs;
  std::string model;
};

// A person has seen that these failed and lets them be: they need nobody any more, and a retry of all that failed leaves
// them out. Retrying one by name takes it up again.
struct DismissCommand {
  std::vector<JobId> jobs;
};

// Caps on what may be spent in this project.
struct BudgetsCommand {
  Budgets budgets;
};

// The guard against runaway spending has stopped what would be paid: a person says that it may go on.
struct GoOnCommand {};

// A model without a known price may be used in this project, and one job of it counts as `each`; nothing: not any more.
struct AllowModelCommand {
  std::string model;
  std::optional<Money> each;
};

// Answers when nothing more can happen by machine to these jobs (empty: to any job).
struct WaitCommand {
  std::vector<JobId> jobs;
  bool release_hold = false;  // who asks for the work to be done says "go on" (ReleaseHoldCommand)
};

using Command = std::variant<GenerateCommand, RemakeCommand, VersionCommand, RemakeAssetsCommand, AnimateCommand, MarkCommand, SetMarksCommand, TrashCommand,
                             EmptyTrashCommand, PauseCommand, ReleaseHoldCommand, HoldAfterCrashCommand, ImportCommand, CancelCommand,
                             RetryCommand, MoveJobsCommand, PriorityCommand, EditJobCommand, AgainCommand, DismissCommand,
                             BudgetsCommand, GoOnCommand, AllowModelCommand, WaitCommand>;

struct CommandReply {
  struct Failure {
    std::string subject;  // an id or a file
    Error error;
  };
  std::optional<Error> error;       // the command as a whole was refused; nothing changed
  std::vector<Job> jobs;            // made or touched
  std::vector<Asset> assets;        // imported or marked, in the order asked for
  std::vector<Failure> failures;    // parts that failed
  std::vector<std::string> known = {};  // imported files whose bytes the project had already
  int linked = 0;                   // imported files that became an edited version
  int skipped = 0;                  // videos that exist or are on their way already
  int selected = 0;                 // how many pictures were meant
  std::int64_t bytes_freed = 0;     // by emptying the trash
  std::vector<Job> need_person;     // of a wait: cannot go on without a person
};

// How far a command is that takes a while.
struct CommandProgress {
  int done = 0;
  int total = 0;
  double eta_secs = 0;  // 0: not known
  int asked_about = 0;  // of a wait: jobs whose outcome is not known, and whose service is being asked
};

std::string command_to_json(const Command& command);  // one line
Result<Command> command_from_json(std::string_view text);
// Ids only for jobs and assets: the other program reads the rest from the ledger.
std::string reply_to_json(const CommandReply& reply);
std::string progress_to_json(const CommandProgress& progress);
std::optional<CommandProgress> progress_from_json(std::string_view text);  // nothing when it is the reply itself
struct ReplyIds {
  std::optional<Error> error;
  std::vector<JobId> jobs;
  std::vector<AssetId> assets;
  std::vector<CommandReply::Failure> failures;
  std::vector<JobId> need_person;
  int skipped = 0, selected = 0;
};
Result<ReplyIds> reply_from_json(std::string_view text);

}  // namespace studio
