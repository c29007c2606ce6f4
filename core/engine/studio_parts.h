// What a Studio is made of, shared by its two source files. Not for anybody else.
#pragma once

#include <list>
#include <set>
#include <thread>
#include <variant>

#include "base/inbox.h"
#include "engine/studio.h"
#include "store/owner.h"

namespace studio {

struct Studio::Parts {
  explicit Parts(StudioParts given) : shared(std::move(given)), inbox(shared.wake), requests(shared.wake) {}

  StudioParts shared;
  std::filesystem::path project;
  std::string project_name;

  // Everything that other threads tell us comes through here and is worked off in tick().
  using Message = std::variant<RunnerEvent, std::function<void()>>;
  Inbox<Message> inbox;

  std::unique_ptr<Store> store;
  std::shared_ptr<Packs> packs;  // shared with who reads posters: a read may outlive the project
  std::unique_ptr<Runner> runner;
  std::unique_ptr<OwnerServer> owner;

  Library library;
  std::multiset<std::string> takes_under_way;  // asset and seedless digest of videos that are being admitted
  Books usd, play;
  Budgets budgets;
  PriceRules price_rules;
  std::string budget_warning;
  int budget_warnings = 0;
  std::optional<Error> problem;
  QueueStatus queue;
  bool export_under_way = false;
  std::jthread exporting;
  std::optional<Error> ledger_problem;  // found by the full check; stays
  bool ledger_check_is_due = false;
  std::jthread checking_ledger;

  // Choices on their way to the disk. What is shown runs ahead; when the last write of an asset is through, what is shown is
  // what is saved, whichever of them failed.
  struct Choices {
    Mark mark = Mark::None;
    int stars = 0;
    bool in_trash = false;
    int writes = 0;
  };
  std::unordered_map<AssetId, Choices> unsaved;  // as they are saved
  void begin_choice(AssetId id);
  // `saved`: what a write that went through changed; null: it failed.
  void end_choice(AssetId id, const std::function<void(Choices&)>& saved);
  // After a failed commit: some of it may be on the disk nevertheless.
  void ask_what_is_saved(std::vector<AssetId> assets);
  void show_what_is_saved(AssetId id, const Choices& saved);

  // A wait for jobs: looked at again after each change, and the job engine is asked when only it can tell.
  struct Wait {
    std::vector<JobId> jobs;  // empty: all
    std::size_t total = 0;
    Studio::Done done;
    Studio::OnProgress progress;
    CommandProgress told{-1, -1, 0};
    bool asking = false;
    std::optional<std::uint64_t> asked_at_event;  // what the engine had told by then
    std::int64_t ask_again_mono_ms = 0;
    bool over = false;
  };
  std::list<std::shared_ptr<Wait>> waits;
  std::uint64_t events = 0;  // that the job engine has told so far
  std::int64_t waits_checked_mono_ms = 0;

  // Requests of other programs, apart from the rest: what was not begun when the project closes is sent back unread.
  struct Request {
    std::string text;
    OwnerServer::Reply reply;
  };
  Inbox<Request> requests;
  int serving = 0;  // requests that are being carried out
  void serve(Request request);

  void post(std::function<void()> work) { inbox.post(Message(std::move(work))); }
  void fold(RunnerEvent event);
  Result<void> load();
  void check_ledger();

  // studio_commands.cpp, studio_queue.cpp, studio_choices.cpp
  void run(Command command, Studio::Done done, Studio::OnProgress progress);
  void carry_out(const GenerateCommand& command, Studio::Done done);
  void carry_out(const RemakeCommand& command, Studio::Done done);
  void carry_out(const VersionCommand& command, Studio::Done done);
  void carry_out(const RemakeAssetsCommand& command, Studio::Done done);
  void remake(const std::vector<AssetId>& assets, Studio::Done done);
  void carry_out(const AnimateCommand& command, Studio::Done done);
  void carry_out(const MarkCommand& command, Studio::Done done);
  void carry_out(const SetMarksCommand& command, Studio::Done done);
  void carry_out(const TrashCommand& command, Studio::Done done);
  void carry_out(const EmptyTrashCommand& command, Studio::Done done);
  struct Emptying;
  void empty_page(const std::shared_ptr<Emptying>& emptying);
  void carry_out(const PauseCommand& command, Studio::Done done);
  void carry_out(const ReleaseHoldCommand& command, Studio::Done done);
  void carry_out(const HoldAfterCrashCommand& command, Studio::Done done);
  void carry_out(const BudgetsCommand& command, Studio::Done done);
  void carry_out(const GoOnCommand& command, Studio::Done done);
  void carry_out(const AllowModelCommand& command, Studio::Done done);
  void carry_out(const CancelCommand& command, Studio::Done done);
  void carry_out(const RetryCommand& command, Studio::Done done);
  void carry_out(const MoveJobsCommand& command, Studio::Done done);
  void carry_out(const PriorityCommand& command, Studio::Done done);
  void carry_out(const EditJobCommand& command, Studio::Done done);
  void carry_out(const AgainCommand& command, Studio::Done done);
  void carry_out(const DismissCommand& command, Studio::Done done);
  template <class Wish>
  void wish_each(const std::vector<JobId>& jobs, Studio::Done done, Wish wish);
  std::function<void(Result<Reordered>)> reordered(Studio::Done done);
  std::optional<Error> unknown_generation(GenerationId generation) const;
  void import(const ImportCommand& command, Studio::Done done, Studio::OnProgress progress);
  void wait(const WaitCommand& command, Studio::Done done, Studio::OnProgress progress);
  // `reply`: what is known already (selected, skipped, left out); the jobs come to it.
  void admit(Admission admission, CommandReply reply, Studio::Done done, std::vector<std::string> takes = {});
  std::optional<Error> unknown_job(const std::vector<JobId>& jobs) const;
  std::vector<AssetId> pictures_meant(const AnimateCommand& command) const;
  // Into a recipe that may have served for another picture: it keeps its room.
  void write_video_recipe(const ModelInfo& model, const AnimateCommand& command, Row row, Recipe& recipe) const;
  // Why the picture can start no such video, in a sentence that names it.
  std::optional<Error> objection_to_video(const ModelInfo& model, AssetId id, Row row, const Recipe& recipe) const;
  bool has_take(AssetId picture, const std::string& seedless_digest) const;
  void check_waits();
  void check(const std::shared_ptr<Wait>& wait);
};

// A command that is refused as a whole: nothing changed.
inline void refuse(const Studio::Done& done, Error error) {
  if (!done) return;
  CommandReply reply;
  reply.error = std::move(error);
  done(reply);
}
inline Error bad(std::string sentence) { return {ErrorKind::BadRequest, std::move(sentence), "", 0}; }

}  // namespace studio
