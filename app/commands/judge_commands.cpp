// Marks and the trash: choices of people, each with its way back.
#include <algorithm>

#include "commands/command_table.h"
#include "commands/select_step.h"

namespace studio {
namespace {

// Sends what shall be, and says so in the status bar; a failure is said too.
void send_marks(const CommandContext& c, std::vector<SetMarksCommand::Wanted> marks, Note note) {
  AppState* state = &c.state;
  c.send(SetMarksCommand{std::move(marks)}, [state, note = std::move(note)](const CommandReply& reply) {
    state->note = reply.error ? Note{Note::Kind::Problem, reply.error->message} : note;
  });
}

using Marks = std::vector<SetMarksCommand::Wanted>;

// `change` turns what is into what shall be.
template <class Change>
void mark(CommandContext& c, Note note, Change change) {
  const Library& library = c.view->library;
  Marks before, after;
  for (const AssetId id : assets_to_mark(c)) {
    const Item& item = library.items[library.row_of(id)];
    const SetMarksCommand::Wanted was{id, item.mark, item.stars};
    SetMarksCommand::Wanted now = was;
    change(now);
    if (now.mark == was.mark && now.stars == was.stars) continue;
    before.push_back(was);
    after.push_back(now);
  }
  if (after.empty()) return;
  note.text += " " + counted(after.size(), "asset", "assets");
  const std::string label = note.text;
  send_marks(c, after, note);
  c.state.undo.push({label,
                     [before, label](CommandContext& context) {
                       send_marks(context, before, {Note::Kind::Done, "Undone: " + label});
                     },
                     [after, note](CommandContext& context) { send_marks(context, after, note); }});
}

void go_on(CommandContext& c) {
  if (!c.state.loupe_has_focus || !c.state.goes_on) return;
  if (const UiCommand* next = find_command("focus-right"); next != nullptr && is_possible(*next, c)) next->run(c);
}

void set_mark(CommandContext& c, Mark wanted) {
  const Note note = wanted == Mark::Pick     ? Note{Note::Kind::Pick, "Picked"}
                    : wanted == Mark::Reject ? Note{Note::Kind::Reject, "Rejected"}
                                             : Note{Note::Kind::Done, "Took the mark off"};
  mark(c, note, [wanted](SetMarksCommand::Wanted& now) { now.mark = wanted; });
  if (wanted != Mark::None) go_on(c);
}

template <int stars>
void set_stars(CommandContext& c) {
  const std::string words = stars == 0 ? "Took the stars off" : counted(stars, "star", "stars") + " for";
  mark(c, {Note::Kind::Done, words}, [](SetMarksCommand::Wanted& now) { now.stars = stars; });
}

void send_trash(const CommandContext& c, std::vector<AssetId> assets, bool restore, std::string words) {
  AppState* state = &c.state;
  c.send(TrashCommand{std::move(assets), restore}, [state, words = std::move(words)](const CommandReply& reply) {
    state->note = reply.error ? Note{Note::Kind::Problem, reply.error->message} : Note{Note::Kind::Done, words};
  });
}

// Only what goes to the trash leaves the selection; taking it back selects it again.
void let_go_of(CommandContext& c, const std::vector<AssetId>& assets) {
  std::vector<Row> rows;
  for (const AssetId id : assets) rows.push_back(c.view->library.row_of(id));
  std::sort(rows.begin(), rows.end());
  c.state.selection.keep_if([&](Row row) { return !std::binary_search(rows.begin(), rows.end(), row); });
}

void trash(CommandContext& c, std::vector<AssetId> assets, bool restore) {
  if (assets.empty()) return;
  const SelectionBefore before = selection_now(c.state);
  const std::string what = counted(assets.size(), "asset", "assets");
  const std::string words = restore ? "Took " + what + " out of the trash" : "Moved " + what + " to the trash";
  send_trash(c, assets, restore, words);
  if (!restore) let_go_of(c, assets);
  // Where nothing that was chosen is concerned, the selection stays what it has become since.
  const bool was_chosen = before.rows.size() != c.state.selection.count() ||
                          std::any_of(assets.begin(), assets.end(), [&](AssetId id) {
                            const Row row = c.view->library.row_of(id);
                            return row == before.focus || c.state.selection.contains(row);
                          });
  c.state.undo.push({words,
                     [assets, restore, words, before, was_chosen](CommandContext& context) {
                       send_trash(context, assets, !restore, "Undone: " + words);
                       if (was_chosen) restore_selection(context.state, before);
                     },
                     [assets, restore, words](CommandContext& context) {
                       send_trash(context, assets, restore, words);
                       if (!restore) let_go_of(context, assets);
                     }});
}

// Of what is chosen, those that are in the trash, or are not.
std::vector<AssetId> chosen_in_trash(const CommandContext& c, bool in_trash) {
  std::vector<AssetId> assets = assets_to_mark(c);
  const Library& library = c.view->library;
  std::erase_if(assets, [&](AssetId id) { return library.items[library.row_of(id)].in_trash != in_trash; });
  return assets;
}

bool any_chosen(const CommandContext& c, bool in_trash) {
  return any_row_meant(c, [&](Row row) {
    const Item& item = c.view->library.items[row];
    return item.asset.valid() && item.asset_state != AssetState::Deleted && item.in_trash == in_trash;
  });
}

std::vector<AssetId> rejected(const Library& library) {
  std::vector<AssetId> assets;
  for (const Item& item : library.items)
    if (item.mark == Mark::Reject && !item.in_trash && item.asset_state != AssetState::Deleted)
      assets.push_back(item.asset);
  return assets;
}

constexpr auto group = CommandGroup::Judge;
constexpr auto window = CommandScope::Window;
constexpr auto pictures = CommandScope::Pictures;

const UiCommand commands[] = {
    {group, "pick", "Pick", {'P'}, pictures, has_marks, [](CommandContext& c) { set_mark(c, Mark::Pick); }},
    {group, "reject", "Reject", {'X'}, pictures, has_marks, [](CommandContext& c) { set_mark(c, Mark::Reject); }},
    {group,
     "unmark",
     "Take the mark off",
     {'U'},
     pictures,
     has_marks,
     [](CommandContext& c) { set_mark(c, Mark::None); }},
    {group, "stars-0", "No stars", {'0'}, pictures, has_marks, set_stars<0>},
    {group, "stars-1", "1 star", {'1'}, pictures, has_marks, set_stars<1>},
    {group, "stars-2", "2 stars", {'2'}, pictures, has_marks, set_stars<2>},
    {group, "stars-3", "3 stars", {'3'}, pictures, has_marks, set_stars<3>},
    {group, "stars-4", "4 stars", {'4'}, pictures, has_marks, set_stars<4>},
    {group, "stars-5", "5 stars", {'5'}, pictures, has_marks, set_stars<5>},
    {group,
     "undo",
     "Undo",
     {'Z', true},
     window,
     [](const CommandContext& c) { return c.state.undo.can_undo() && !c.state.edits_text; },
     [](CommandContext& c) { c.state.undo.undo(c); }},
    {group,
     "redo",
     "Redo",
     {'Z', true, true},
     window,
     [](const CommandContext& c) { return c.state.undo.can_redo() && !c.state.edits_text; },
     [](CommandContext& c) { c.state.undo.redo(c); }},
    {group,
     "trash",
     "Move to the trash",
     {key::del},
     pictures,
     [](const CommandContext& c) { return any_chosen(c, false); },
     [](CommandContext& c) { trash(c, chosen_in_trash(c, false), false); }},
    {group,
     "untrash",
     "Take out of the trash",
     {key::del, false, true},
     pictures,
     [](const CommandContext& c) { return any_chosen(c, true); },
     [](CommandContext& c) { trash(c, chosen_in_trash(c, true), true); }},
    {group,
     "trash-rejected",
     "Move all rejected to the trash",
     {key::del, true},
     window,
     has_project,
     [](CommandContext& c) {
       const auto assets = rejected(c.view->library);
       if (assets.empty())
         c.state.note = {Note::Kind::Done, "Nothing is rejected"};
       else
         trash(c, assets, false);
     }},
    {group,
     "empty-trash",
     "Empty the trash…",
     {},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.empty_trash = true; }},
};

}  // namespace

std::span<const UiCommand> judge_commands() { return commands; }

}  // namespace studio
