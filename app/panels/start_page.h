// The first page: try the demo, make or open a project, and what was open lately.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "panels/panel_context.h"

namespace studio {

struct RecentProject {
  std::filesystem::path folder;
  std::string name;
  std::int64_t opened_ms = 0;
  bool there = true;  // the folder still exists, as far as it is known
};

// One of the sandbox's own pictures that the page shows.
struct StartPicture {
  std::string id;  // by which the picture cache knows it
  bool kept = false;
};

struct StartState {
  std::vector<StartPicture> pictures;  // two rows of the same length
  std::vector<RecentProject> recent;   // newest first
  std::vector<std::string> lacking_key;  // providers, by id, whose key is missing
  std::string new_problem, open_problem, demo_problem;
  std::filesystem::path question;  // this folder is no project yet: make one there?
  std::string question_problem;
};

// What the user decided in this frame.
struct StartAct {
  enum class Kind : std::uint8_t { None, Demo, New, Open, Forget, Show } kind = Kind::None;
  std::string path;
};
StartAct draw_start_page(StartState& state, const Ui& ui, const ProviderSet* providers, Wishes& wishes, Rect page);

// "~/x" and relative paths made absolute; surrounding spaces and quotes are dropped.
std::filesystem::path folder_from_text(std::string_view text, const std::filesystem::path& home);

}  // namespace studio
