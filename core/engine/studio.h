// Studio: one open project for a face (window or headless): the read model, the choices, and the way to the job engine.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "engine/command.h"
#include "engine/exporter.h"
#include "engine/library.h"
#include "model/capability.h"
#include "runner/runner.h"

namespace studio {

class KeyWatch;

// What panels see of a project: const references, valid until the next tick().
struct StudioView {
  const std::filesystem::path& project;
  const std::string& project_name;
  const Library& library;
  const ProviderSet& providers;
  const VariationLists& variations;
  Books usd, play;
  const Budgets& budgets;
  const PriceRules& price_rules;      // models allowed without a known price, estimates that were too low: for estimate_of()
  const std::string& budget_warning;  // the newest: four fifths of a cap are used
  int budget_warnings = 0;            // how many there were
  const std::optional<Error>& problem;  // of the engine as a whole, until it is over
  bool paused = false;                  // or draining: nothing new is sent until a person resumes
  QueueStatus queue;                     // the whole of it, with a hold after a crash
  std::int64_t now_wall_ms = 0;
  std::filesystem::path blob_path(const std::string& sha256) const;  // where the file lies
};

// What every project of this program shares. The wake function may be called from any thread and may only wake.
struct StudioParts {
  std::shared_ptr<const ProviderSet> providers;
  std::shared_ptr<const VariationLists> variations;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<MediaWork> media;
  EndpointResolver resolve_endpoint;
  std::shared_ptr<KeyWatch> keys = {};  // null: no service is looked at for its key
  std::function<Result<std::unique_ptr<Transport>>()> make_transport;
  std::function<void()> wake;
  bool drive = true;  // false: only adds to the queue; an open window or `run` does the work
};

// How many pictures a wish for videos means, how many of them have such a video already, or one on its way, and how many
// cannot be made (its file is missing, its prompt too long).
struct VideoTakes {
  int wanted = 0, have = 0, left_out = 0;
};

// All calls on one thread (the UI's, or headless main).
class Studio {
 public:
  static Result<void> create_project(const std::filesystem::path& project, const std::string& name);
  // Takes the project (error Owned when another program has it), loads the read model, starts the job engine and the
  // owner's socket.
  static Result<std::unique_ptr<Studio>> open(const std::filesystem::path& project, StudioParts parts);
  ~Studio();

  // Folds what arrived since the last call. Cheap when nothing did. True when anything changed.
  bool tick();
  StudioView view() const;
  // Work that another program handed over is under way; closing now would leave that program without its answer.
  bool is_serving() const;

  // Carries a command out; `done` is called from a later tick(), after the change is durable; `progress` from ticks in
  // between, for commands that take a while (wait, import).
  using Done = std::function<void(const CommandReply&)>;
  using OnProgress = std::function<void(const CommandProgress&)>;
  void run(Command command, Done done = {}, OnProgress progress = {});

  VideoTakes video_takes(const AnimateCommand& command) const;

  // What a service lacks before it can be used, as a sentence ("There is no key for fal: …"); empty: nothing, or not known
  // yet. Costs nothing: what was found some seconds ago, at most.
  std::string missing_key(std::string_view provider) const;

  // Copies assets out, on a thread of its own; `done` and `progress` come from later ticks. One at a time: a second is
  // refused while the first is under way. Closing the project ends it between two files.
  using Exported = std::function<void(const Result<ExportReport>&)>;
  void export_files(ExportRequest request, Exported done, OnProgress progress = {});
  void cancel_export();

  // Somebody could not see these: their files are read again, and what is gone or damaged says so.
  void check_files(std::vector<AssetId> assets);

  // A poster out of the packs, any thread: JPEG bytes with the longest edge 256 or 1024; nothing when there is none yet.
  std::function<std::optional<std::string>(const std::string& sha256, int edge)> poster_source() const;
  std::filesystem::path blob_path(const std::string& sha256) const;
  // Opens blobs for reading, any thread, also after this project was closed.
  std::function<Result<UniqueFd>(const std::string& sha256)> blob_source() const;

 private:
  Studio();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Carries out a command as another hand of a project that is open elsewhere. Blocking.
Result<ReplyIds> run_through_owner(const std::filesystem::path& project, const Command& command,
                                   const Studio::OnProgress& progress = {});

}  // namespace studio
