// What is chosen, and where keys act.
#include <algorithm>

#include "commands/command_table.h"
#include "commands/select_step.h"
#include "engine/versions.h"

namespace studio {
namespace {

using Step = std::size_t (*)(const ShownRows&, std::size_t from, int page);

// Where keys act now. A video in a strip stands where its image does.
std::size_t place_of_focus(const CommandContext& c) {
  const Row row = c.state.selection.focus();
  const std::size_t place = c.state.shown.place_of(row);
  if (place != ShownRows::nowhere || row >= c.view->library.items.size()) return place;
  return c.state.shown.place_of(c.view->library.row_of(c.view->library.items[row].parent));
}

Row row_after(const CommandContext& c, Step step) {
  const ShownRows& shown = c.state.shown;
  const std::size_t from = place_of_focus(c);
  return shown[from == ShownRows::nowhere ? 0 : step(shown, from, std::max(1, c.state.lines_on_page))];
}

void move_focus(CommandContext& c, Step step) {
  const Row row = row_after(c, step);
  c.state.selection.set_focus(row);
  // Several that are selected stay so: the focus only walks over them.
  if (c.state.selection.count() <= 1) c.state.selection.set_only(row);
  c.state.wishes.show_focus = true;
}

void extend_focus(CommandContext& c, Step step) {
  Selection& selection = c.state.selection;
  if (!c.state.shown.contains(selection.anchor())) {
    const std::size_t from = place_of_focus(c);
    selection.set_anchor(c.state.shown[from == ShownRows::nowhere ? 0 : from]);
  }
  const Row row = row_after(c, step);
  SelectionBefore before = selection_now(c.state);
  selection.extend_to(row, c.state.shown);
  selection.set_focus(row);
  push_selection_step(c.state, std::move(before));
  c.state.wishes.show_focus = true;
}

template <class Change>
void change_selection(CommandContext& c, Change change) {
  SelectionBefore before = selection_now(c.state);
  change(c.state.selection);
  push_selection_step(c.state, std::move(before));
}

// Of what is shown, and of the videos in its strips; what is rejected is nobody's wish.
void select_stale(CommandContext& c) {
  const Library& library = c.view->library;
  std::vector<Row> rows;
  const auto take = [&](Row row) {
    const Item& item = library.items[row];
    const bool is_wanted = !item.in_trash && item.mark != Mark::Reject;
    if (is_wanted && staleness(library, row).because != StaleBecause::Current) rows.push_back(row);
  };
  for (const Row row : c.state.shown.rows()) {
    take(row);
    const auto children = library.children.find(library.items[row].asset);
    if (!library.items[row].asset.valid() || children == library.children.end()) continue;
    for (const Row child : children->second)
      if (!c.state.shown.contains(child)) take(child);
  }
  if (rows.empty()) {
    c.state.note = {Note::Kind::Done, "Nothing here is stale"};
    return;
  }
  c.state.note = {Note::Kind::Done, counted(rows.size(), "asset is", "assets are") + " stale"};
  change_selection(c, [&](Selection& s) { s.set_all(rows); });
}

std::size_t to_left(const ShownRows&, std::size_t from, int) { return from - (from > 0 ? 1 : 0); }
std::size_t to_right(const ShownRows& shown, std::size_t from, int) { return std::min(from + 1, shown.size() - 1); }
std::size_t to_above(const ShownRows& shown, std::size_t from, int) { return shown.place_in_line(from, -1); }
std::size_t to_below(const ShownRows& shown, std::size_t from, int) { return shown.place_in_line(from, 1); }
std::size_t to_first(const ShownRows&, std::size_t, int) { return 0; }
std::size_t to_last(const ShownRows& shown, std::size_t, int) { return shown.size() - 1; }
std::size_t page_above(const ShownRows& shown, std::size_t from, int page) { return shown.place_in_line(from, -page); }
std::size_t page_below(const ShownRows& shown, std::size_t from, int page) { return shown.place_in_line(from, page); }

template <Step step>
void moved(CommandContext& c) {
  move_focus(c, step);
}
template <Step step>
void extended(CommandContext& c) {
  extend_focus(c, step);
}

constexpr auto group = CommandGroup::Select;
constexpr auto pictures = CommandScope::Pictures;

const UiCommand commands[] = {
    {group,
     "select-all",
     "Select all",
     {'A', true},
     pictures,
     has_shown,
     [](CommandContext& c) { change_selection(c, [&](Selection& s) { s.set_all(c.state.shown.rows()); }); }},
    {group,
     "select-none",
     "Select none",
     {key::escape},
     pictures,
     [](const CommandContext& c) { return !c.state.selection.empty() && !c.state.drags_frame; },
     [](CommandContext& c) { change_selection(c, [](Selection& s) { s.clear(); }); }},
    {group,
     "select-invert",
     "Invert the selection",
     {'I', true},
     pictures,
     has_shown,
     [](CommandContext& c) { change_selection(c, [&](Selection& s) { s.invert(c.state.shown); }); }},
    {group,
     "select-stale",
     "Select what is stale",
     {},
     pictures,
     [](const CommandContext& c) { return has_shown(c) && !c.view->library.versions.empty(); },
     select_stale,
     [](const CommandContext& c) { return has_shown(c) ? std::string("Nothing here is stale") : std::string(); }},
    {group, "focus-left", "Previous picture", {key::left}, pictures, has_shown, moved<to_left>},
    {group, "focus-right", "Next picture", {key::right}, pictures, has_shown, moved<to_right>},
    {group, "focus-up", "Picture above", {key::up}, pictures, has_shown, moved<to_above>},
    {group, "focus-down", "Picture below", {key::down}, pictures, has_shown, moved<to_below>},
    {group, "focus-first", "First picture", {key::home}, pictures, has_shown, moved<to_first>},
    {group, "focus-last", "Last picture", {key::end}, pictures, has_shown, moved<to_last>},
    {group, "focus-page-up", "One page up", {key::page_up}, pictures, has_shown, moved<page_above>},
    {group, "focus-page-down", "One page down", {key::page_down}, pictures, has_shown, moved<page_below>},
    {group, "extend-left", "Select to the left", {key::left, false, true}, pictures, has_shown, extended<to_left>},
    {group, "extend-right", "Select to the right", {key::right, false, true}, pictures, has_shown, extended<to_right>},
    {group, "extend-up", "Select upwards", {key::up, false, true}, pictures, has_shown, extended<to_above>},
    {group, "extend-down", "Select downwards", {key::down, false, true}, pictures, has_shown, extended<to_below>},
    {group, "extend-first", "Select to the first", {key::home, false, true}, pictures, has_shown, extended<to_first>},
    {group, "extend-last", "Select to the last", {key::end, false, true}, pictures, has_shown, extended<to_last>},
    {group,
     "extend-page-up",
     "Select one page up",
     {key::page_up, false, true},
     pictures,
     has_shown,
     extended<page_above>},
    {group,
     "extend-page-down",
     "Select one page down",
     {key::page_down, false, true},
     pictures,
     has_shown,
     extended<page_below>},
};

}  // namespace

std::span<const UiCommand> select_commands() { return commands; }

}  // namespace studio
