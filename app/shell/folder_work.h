// Reading folders for the window: one folder for the picker, whole trees for an import, and the places to start from.
// Blocking; on a worker only.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "panels/file_picker_rows.h"

namespace studio {

// What the path names. A folder that cannot be read comes back with the error; a path to a file with `is_file`.
FolderListing list_folder(const std::filesystem::path& folder, const std::stop_token& stop = {});

// The files that were meant by what was dropped or picked.
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

// Home, the user's own folders (user-dirs.dirs), and mounted volumes; only what is there.
std::vector<PickerPlace> standard_places(const std::filesystem::path& home);

}  // namespace studio
