// How a job is told to end when it is accepted: part of a fault rule, kept with the job so that it survives a restart.
//
//   {"status": 500, "error_type": "internal_server_error", "message": "…", "body": …, "headers": {…}, "billed": false,
//    "images": 1, "blank": true, "never": true, "work_secs": 2.5}
//
// status: of the answer at response_url; without one the job ends well. images: fewer pictures than were asked for (0: none).
// blank: the safety checker strikes. never: it stays in progress. work_secs: in place of the settings' latency.
#pragma once

#include <nlohmann/json.hpp>

namespace studio::simulators {

inline bool is_fal_outcome(const nlohmann::json& json) {
  if (!json.is_object()) return false;
  for (const auto& [name, value] : json.items()) {
    const bool fits = name == "status"                           ? value.is_number_integer() && value >= 400 && value <= 599
                      : name == "error_type" || name == "message" ? value.is_string()
                      : name == "body"                           ? true
                      : name == "headers"                        ? value.is_object()
                      : name == "billed" || name == "blank" || name == "never" ? value.is_boolean()
                      : name == "images"                         ? value.is_number_unsigned() && value <= 8
                      : name == "work_secs"                      ? value.is_number() && value >= 0
                                                                 : false;
    if (!fits) return false;
  }
  return true;
}

}  // namespace studio::simulators
