// Which files are meant by an import of files and folders, for the window and the command line alike: folders to the bottom,
// and each part that cannot be read named with its reason. Blocking; on a worker, or in a program without a window.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace studio {

// The files that were meant by what was named, dropped or picked.
struct FoundFiles {
  std::vector<std::string> files;  // absolute; in the order of their names, folder by folder
  struct Failure {
    std::string path;
    Error error;
  };
  std::vector<Failure> failures;  // what could not be read, and why
  int hidden = 0;                 // hidden entries that were passed over
  int links = 0;                  // links within folders, which are not followed
  bool is_cut = false;            // there are more than `most_files`
};
inline constexpr std::size_t most_dropped_files = 100'000;

// Goes into folders, but not through links, and not into projects of this program: those are named as failures. What is
// named itself may be hidden or a link. `found` is told the number of files so far, now and then.
FoundFiles find_files(const std::vector<std::string>& paths, const std::stop_token& stop = {},
                      const std::function<void(std::size_t)>& found = {}, std::size_t most_files = most_dropped_files);

}  // namespace studio
