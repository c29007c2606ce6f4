// What the window remembers between starts: recent projects, the last one, scale and sizes. A 0600 file of the user.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "panels/start_page.h"

namespace studio {

// An arrangement of the docked panels as Dear ImGui writes it, in px of the scale it was kept at.
struct KeptLayout {
  std::string text;
  double scale = 0;  // 0: not known
  bool operator==(const KeptLayout&) const = default;
};

struct WindowSettings {
  std::vector<RecentProject> recent;  // newest first, at most 20
  std::filesystem::path last;         // open when the program ended; empty: the start page
  double user_scale = 1;              // 0.75 … 3
  bool high_contrast = false;
  std::string key_map = "photo-cull";        // the ready map of keys
  std::map<std::string, std::string> keys;    // changed ones by command: {"pick": "P"}; "" is none
  int tile_step = 4;
  bool sound_on = true;  // of clips in the loupe
  int width = 1600, height = 900;
  std::string export_folder, export_template;  // of the last export; empty: none yet
  std::string layout_name = "Tune";            // or "Review"
  std::map<std::string, KeptLayout> layouts;   // by that name, those of narrow windows apart
};

// A file that is not there gives the defaults; one that cannot be read too, with a warning in the log. Only this
// file is asked for: whether the recent projects are there is for a worker to find out.
WindowSettings load_window_settings(const std::filesystem::path& file);
Result<void> save_window_settings(const std::filesystem::path& file, const WindowSettings& settings);
// The sandbox's pictures for the first page, from a folder with pictures.json; none when there are none.
std::vector<StartPicture> load_start_pictures(const std::filesystem::path& folder);
void remember_project(WindowSettings& settings, const std::filesystem::path& folder, const std::string& name,
                      std::int64_t now_ms);

}  // namespace studio
