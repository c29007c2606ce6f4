// The pieces of the picker: where it goes, and its list. Not for anybody else.
#pragma once

#include "panels/file_picker.h"

namespace studio::picking {

bool wants_folder(PickFor purpose);
const FolderEntry* entry_at(const PickerState& state, std::size_t row);  // null: there is no such row
std::filesystem::path path_of(const PickerState& state, const FolderEntry& entry);

void go_to(PickerState& state, const std::filesystem::path& folder);
void go_up(PickerState& state);
void fill_rows(PickerState& state);  // out of the listing, by the filter
// A head was pressed: by this order, or the other way round.
void sort_by(PickerState& state, PickerOrder order);
void accept(PickerState& state);
// A folder is gone into, unless it is what was looked for.
void open_row(PickerState& state, std::size_t row);

void draw_rows(PickerState& state, const Ui& ui, Rect box);
void append_character(std::string& text, unsigned character);  // as UTF-8; what types nothing is left out
// Keys of the list, while nothing is typed into a field.
void take_keys(PickerState& state, const Ui& ui);

}  // namespace studio::picking
