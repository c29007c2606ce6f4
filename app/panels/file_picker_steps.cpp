// Where the picker goes, what it lists, and what accepting would give.
#include <utility>

#include "base/text.h"
#include "panels/file_picker_parts.h"

namespace studio {
namespace picking {

bool wants_folder(PickFor purpose) { return purpose != PickFor::ImportFiles && purpose != PickFor::EditedVersion; }

const FolderEntry* entry_at(const PickerState& state, std::size_t row) {
  return state.listing && row < state.rows.size() ? &state.listing->entries[state.rows[row]] : nullptr;
}

std::filesystem::path path_of(const PickerState& state, const FolderEntry& entry) {
  return state.listing->folder / std::filesystem::path(entry.name);
}

void go_to(PickerState& state, const std::filesystem::path& folder) {
  state.folder = folder;
  state.path_text = folder.string();
  state.problem.clear();
  state.letters.clear();
  state.names_folder = false;
  state.is_reading = true;
  state.reads_since_secs = 0;
  state.asks.push_back({PickerAsk::Kind::List, folder});
}

void go_up(PickerState& state) {
  const auto parent = state.folder.parent_path();
  if (parent == state.folder || parent.empty()) return;
  const std::string left = state.folder.filename().string();
  go_to(state, parent);
  state.come_from = left;
}

void fill_rows(PickerState& state) {
  state.rows.clear();
  state.shown.clear();
  if (state.listing) {
    state.filter.folders_only = wants_folder(state.purpose);
    state.rows = picker_rows(*state.listing, state.filter);
    state.shown.reserve(state.rows.size());
    for (const std::uint32_t i : state.rows) state.shown.push_back(shown_name(state.listing->entries[i].name));
  }
  state.choice.reset(state.rows.size());
}

void sort_by(PickerState& state, PickerOrder order) {
  if (state.filter.order == order)
    state.filter.is_descending = !state.filter.is_descending;
  else
    state.filter.order = order, state.filter.is_descending = false;
  fill_rows(state);
}

void accept(PickerState& state) {
  state.chosen = picker_answer(state);
  if (!state.chosen.empty()) state.is_open = false;
}

void open_row(PickerState& state, std::size_t row) {
  const FolderEntry* entry = entry_at(state, row);
  if (entry == nullptr) return;
  if (entry->is_folder && !(entry->is_project && state.purpose == PickFor::OpenProject)) {
    go_to(state, path_of(state, *entry));
  } else {
    if (!state.choice.has(row)) state.choice.set_only(row);
    accept(state);
  }
}

}  // namespace picking

using namespace picking;

void open_picker(PickerState& state, PickFor purpose, const std::filesystem::path& folder, std::string name) {
  state.purpose = purpose;
  state.is_open = state.opens = true;
  state.listing.reset();
  state.rows.clear();
  state.shown.clear();
  state.choice.reset(0);
  state.chosen.clear();
  state.path_begun.clear();
  state.name = std::move(name);
  state.takes_name_caret = purpose == PickFor::NewProject;
  state.edits_path = state.names_folder = state.was_accepted = false;
  state.come_from.clear();
  state.asks.clear();
  state.asks.push_back({PickerAsk::Kind::Places, {}});
  go_to(state, folder);
}

void show_in_picker(PickerState& state, const std::filesystem::path& folder) { go_to(state, folder); }

void picker_listed(PickerState& state, std::shared_ptr<const FolderListing> listing) {
  if (!state.is_open || listing->folder != state.folder) return;
  state.is_reading = false;
  const bool was_accepted = std::exchange(state.was_accepted, false);
  if (listing->is_file) {
    // A typed path may name a file: then it is the answer, where files are looked for.
    if (was_accepted && !wants_folder(state.purpose)) {
      state.chosen = {listing->folder};
      state.is_open = false;
    } else {
      state.problem = "This is a file, and a folder is looked for: " + shown_name(listing->folder.string());
    }
    return;
  }
  state.listing = std::move(listing);
  fill_rows(state);
  const std::string left = std::exchange(state.come_from, {});
  for (std::size_t row = 0; !left.empty() && row < state.rows.size(); ++row) {
    if (entry_at(state, row)->name != left) continue;
    state.choice.cursor = state.choice.anchor = row;
    state.shows_cursor = true;
    break;
  }
}

void picker_completed(PickerState& state, std::shared_ptr<const FolderListing> listing) {
  if (state.is_open && listing->folder == state.completes) state.completing = std::move(listing);
}

std::vector<std::filesystem::path> picker_answer(const PickerState& state) {
  std::vector<std::filesystem::path> answer;
  if (state.purpose == PickFor::NewProject) {
    const std::string name(trimmed(state.name));
    if (!name.empty() && objection_to_folder_name(name).empty() && state.problem.empty())
      answer.push_back(state.folder / name);
    return answer;
  }
  if (!state.listing) return answer;
  const auto is_no_answer = [&](const FolderEntry& entry) { return state.purpose == PickFor::EditedVersion && entry.is_folder; };
  for (std::size_t row = 0; row < state.rows.size(); ++row)
    if (state.choice.has(row) && !is_no_answer(*entry_at(state, row))) answer.push_back(path_of(state, *entry_at(state, row)));
  const bool is_readable = !state.listing->error && state.problem.empty() && state.listing->folder == state.folder;
  if (answer.empty() && is_readable &&
      (state.purpose == PickFor::ExportFolder || (state.purpose == PickFor::OpenProject && state.listing->is_project)))
    answer.push_back(state.folder);
  return answer;
}

}  // namespace studio
