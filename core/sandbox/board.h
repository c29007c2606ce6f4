// The server's jobs at work: accepts, bills, queues, renders on worker threads, ends, and says how each one stands.
// Any thread may call; one mutex guards the state, and it is held over commits on purpose: the order of acceptance is the
// order on disk. Rendering runs outside it, at low priority.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sandbox/sandbox.h"
#include "sandbox/state.h"

namespace studio {

// What a worker makes: the finished file at `file`. `upload` is the picture's file for clips. The same order gives the
// same bytes. Blocks; looks at the stop token; tells its progress from 0 to 1 where it knows it.
struct RenderOrder {
  std::string model, prompt;
  std::int64_t seed = 0;
  int width = 0, height = 0;
  double seconds = 0;
  std::filesystem::path upload;
  std::filesystem::path file;
};
using RenderFunction = std::function<Result<void>(const RenderOrder&, const std::stop_token&, const std::function<void(double)>&)>;

// A job as a client sees it at one moment.
struct JobView {
  SandboxJob job;
  std::string status;  // queued, running, done, failed, cancelled
  std::string trouble;  // a sentence: it is over, and that cannot be written
  double progress = 0;
  double eta_secs = 0;
  int queue_position = 0;  // from 1; 0 when not queued
};

struct Acceptance {
  JobView view;
  bool is_replay = false;
};

class JobBoard {
 public:
  // Takes the unfinished jobs of the state up again. `workers` threads render.
  JobBoard(SandboxState state, SandboxOptions options, RenderFunction render, const Clock& clock, int workers = 2);
  ~JobBoard();  // stops rendering; unfinished jobs stay in the state

  const SandboxOptions& options() const { return options_; }
  const std::string& token() const;
  std::int64_t now_ms() const;

  // The job that this key has already, with replay on; error BadRequest when its body was another one.
  Result<std::optional<JobView>> replayed(const std::string& key, const std::string& body_digest);
  // Accepts and bills; on disk when it returns. Looks for a replayed key once more, under the same lock.
  Result<Acceptance> accept(SandboxJob job);
  Result<std::optional<JobView>> look(const std::string& id);
  // True when it was in time, false when the job was over already, nothing for an unknown job.
  Result<std::optional<bool>> cancel(const std::string& id);
  Result<std::vector<SandboxJob>> list(std::int64_t since_ms, std::int64_t after_number, int limit);

  Result<SandboxUpload> add_upload(std::string sha256, std::int64_t bytes, std::string mime);
  Result<std::optional<SandboxUpload>> upload(const std::string& id);
  // Takes the bytes when size and hash are those announced (else error Damaged).
  Result<SandboxUpload> fill_upload(const SandboxUpload& upload, std::string_view bytes);
  std::filesystem::path output_path(const std::string& name) const;

  bool has_unfinished();
  // Sleeps for the submit delay, or until release_answers().
  void hold_answer();
  void release_answers();
  // Ends jobs whose time has come; with a fake clock a test calls this after stepping it.
  void settle_due();

 private:
  struct Inner;
  SandboxOptions options_;
  std::unique_ptr<Inner> inner_;
};

}  // namespace studio
