// Our own picker of files and folders, for where the desktop has none. It asks for folders to be read and shows what it
// was given; the shell reads them on a worker.
#pragma once

#include "base/ids.h"
#include "panels/file_picker_rows.h"
#include "widgets/controls.h"

namespace studio {

enum class PickFor : std::uint8_t { NewProject, OpenProject, ImportFiles, EditedVersion, ExportFolder };

// What the shell shall do for the picker; it takes them after each frame.
struct PickerAsk {
  enum class Kind : std::uint8_t {
    List,        // read the folder
    Complete,    // read it for the names that a typed path may go on with
    MakeFolder,  // and go there
    Places,
  } kind = Kind::List;
  std::filesystem::path path;
};

struct PickerState {
  PickFor purpose = PickFor::OpenProject;
  AssetId version_of;    // EditedVersion: whose,
  std::string of_whom;   // and what that is called
  bool is_open = false;
  bool opens = false;  // in this frame
  std::filesystem::path home;

  std::filesystem::path folder;                  // where we are
  std::shared_ptr<const FolderListing> listing;  // the last that was read; null: none yet
  bool is_reading = false;
  double reads_since_secs = 0;
  std::string problem;  // in place, until something else is done
  std::vector<PickerPlace> places;

  PickerFilter filter;
  std::vector<std::uint32_t> rows;  // of `listing`, as they are shown
  std::vector<std::string> shown;   // their names as text
  PickerChoice choice;
  std::string come_from;  // the folder that was left upwards: the cursor goes there
  bool shows_cursor = false;
  std::string letters;  // typed ahead
  double letters_secs = 0;

  std::string path_text;
  std::string path_begun;  // typed before the field has the keyboard
  bool edits_path = false, takes_path_caret = false, was_accepted = false;
  std::shared_ptr<const FolderListing> completing;
  std::filesystem::path completes;  // asked for last
  std::vector<std::string> going_on;

  std::string name;  // of a new project
  bool takes_name_caret = false;
  bool names_folder = false, takes_folder_caret = false;
  std::string folder_name;

  std::int64_t now_wall_ms = 0;  // set by the shell
  std::vector<PickerAsk> asks;
  std::vector<std::filesystem::path> chosen;  // the answer, once; the shell takes it
};

// Opens it in the next frame, in that folder.
// For an edited version the shell says whose it is, afterwards.
void open_picker(PickerState& state, PickFor purpose, const std::filesystem::path& folder, std::string name = {});
// Goes there.
void show_in_picker(PickerState& state, const std::filesystem::path& folder);
// What was read has arrived. Listings that are no longer wanted are dropped.
void picker_listed(PickerState& state, std::shared_ptr<const FolderListing> listing);
void picker_completed(PickerState& state, std::shared_ptr<const FolderListing> listing);

// The path that accepting would give now; empty: nothing to accept.
std::vector<std::filesystem::path> picker_answer(const PickerState& state);

void draw_file_picker(PickerState& state, const Ui& ui);

}  // namespace studio
