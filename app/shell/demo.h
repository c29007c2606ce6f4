// The demo: a project of its own that fills itself through the sandbox with pictures, two of them picked and made into
// clips.
#pragma once

#include <filesystem>
#include <string>

#include "engine/studio.h"

namespace studio {

// UI thread. One project at a time.
class DemoFill {
 public:
  // A fresh project gets its requests; one whose filling was cut short goes on. Does nothing to a filled one.
  void begin(Studio& studio);
  void end() { is_on_ = false; }
  // After each tick of the project: what has arrived is picked, and what is picked is animated.
  void tend(Studio& studio);
  bool is_on() const { return is_on_; }
  // The picture to begin with, once it is there; no_row until then.
  Row first_pick(const Studio& studio) const;
  const std::string& problem() const { return problem_; }  // of the last request that was refused

 private:
  bool is_on_ = false;
  std::uint64_t looked_at_ = 0;  // revision of the rows
  bool is_sent_[2] = {};
  std::string problem_;
};

// The newest request of the demo, for the form.
std::string demo_prompt();
std::string demo_model();

// What a folder held that is now gone. Blocking; on a worker. Links in it are removed, not followed.
struct RemovedFolder {
  std::uint64_t files = 0, bytes = 0;
};
Result<RemovedFolder> remove_project_folder(const std::filesystem::path& folder);

}  // namespace studio
