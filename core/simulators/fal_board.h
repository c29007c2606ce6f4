// The simulator's jobs at work: accepts and bills them, queues them, gives them one of the few places, paints, ends them, and
// says how each stands. Any thread may call; one mutex guards the state and is held over commits on purpose: the order of
// acceptance is the order on disk. Painting runs outside it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "simulators/fal_painter.h"
#include "simulators/fal_settings.h"
#include "simulators/fal_state.h"

namespace studio::simulators {

enum class FalPhase : std::uint8_t { Queued, InProgress, Completed };

struct FalView {
  FalJob job;
  FalPhase phase = FalPhase::Queued;
  int queue_position = 0;  // of a queued one, from 0
};

enum class FalCancel : std::uint8_t { Removed, Requested, AlreadyCompleted, NotFound };

class FalBoard {
 public:
  // Takes the unfinished jobs of the state up again: they are queued anew.
  FalBoard(FalState state, FalSettings settings, FalPaint paint, const Clock& clock, int painters = 2);
  ~FalBoard();  // stops painting; unfinished jobs stay in the state

  const std::string& key() const;
  const std::string& control_token() const;
  std::int64_t now_ms() const;
  FalSettings settings() const;
  Result<void> change_settings(const nlohmann::json& words);

  // Accepts, with a line of the bill; on disk when it returns. `job` has input, endpoint and what the headers said.
  Result<FalView> accept(FalJob job, const FalModel& model);
  Result<std::optional<FalView>> look(const std::string& request_id);
  Result<FalCancel> cancel(const std::string& request_id);
  Result<std::vector<FalView>> list(const FalListing& listing);
  int queued_count();
  Result<std::vector<FalBillLine>> bill();
  bool is_out_of_money();

  Result<FalFile> announce_file(std::string content_type, std::string file_name, std::optional<double> life_secs);
  // Nothing for an unknown one, and for one whose time is over.
  Result<std::optional<FalFile>> file(const std::string& id);
  Result<void> fill_file(const FalFile& file, const std::string& bytes);
  std::filesystem::path file_path(const std::string& id) const;

  // What time alone changes, with a fake clock; else a thread sees to it.
  void settle_due();

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

// How a picture or a clip stands in a result until it is given out: the file's id, after which addresses are made.
inline constexpr const char* fal_file_mark = "file:";

}  // namespace studio::simulators
