// How a job ends, as values: what its settings, its outcome and its input make of it, and the bodies of its answers.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "simulators/fal_painter.h"
#include "simulators/fal_settings.h"
#include "simulators/fal_state.h"

namespace studio::simulators {

struct FalEnding {
  int http_status = 200;
  nlohmann::json result;
  nlohmann::json headers = nlohmann::json::object();
  std::string error, error_type;  // of the status answer
  FalBilling billing = FalBilling::Refunded;
};

// A model error: {"detail": [{loc, msg, type}]}.
FalEnding model_error(int status, std::vector<FalDetail> details);
// A request error: {"detail": "…", "error_type": "…"} and its header.
FalEnding request_error(int status, const std::string& error_type, const std::string& message);

// The ending that is sure before anything is painted, or nothing.
std::optional<FalEnding> early_ending(const FalJob& job, const FalReading& reading, const FalSettings& settings);

// Whether the checker strikes on the pictures of this job.
bool is_unsafe(const FalJob& job, const FalOrder& order, const FalSettings& settings);

// The result of what was painted: files by fal_file_mark and id.
FalEnding good_ending(const FalOrder& order, const std::vector<FalFile>& files, const FalPainting& painting, std::int64_t seed, bool is_blank, double secs);

}  // namespace studio::simulators
