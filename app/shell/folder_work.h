// Reading folders for the window: one folder for the picker, and the places to start from.
// Blocking; on a worker only.
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "panels/file_picker_rows.h"

namespace studio {

// What the path names. A folder that cannot be read comes back with the error; a path to a file with `is_file`.
FolderListing list_folder(const std::filesystem::path& folder, const std::stop_token& stop = {});

// Home, the user's own folders (user-dirs.dirs), and mounted volumes; only what is there.
std::vector<PickerPlace> standard_places(const std::filesystem::path& home);

}  // namespace studio
