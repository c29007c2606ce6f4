// The command table: names are unique, single keys keep to the pictures, marks act on what they should.
#include <set>

#include "base/paths.h"
#include "commands/command_table.h"
#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

// A project in memory, and the commands that were sent to it.
struct Desk {
  Library library;
  std::filesystem::path folder = "/nowhere";
  std::string name = "film";
  VariationLists lists;
  Budgets budgets;
  const PriceRules price_rules;
  std::string warning;
  std::optional<Error> problem;
  StudioView view{folder, name, library, providers(), lists, {}, {}, budgets, price_rules, warning, 0, problem};
  AppState state;
  std::vector<Command> sent;
  SendCommand send = [this](Command command, CommandDone) { sent.push_back(std::move(command)); };
  CommandContext context{&view, state, send};

  Desk() {
    library.fold(generation(1, "p", 3));
    for (int n = 1; n <= 3; ++n) arrived(library, n, job(n, 1, n));
    state.shown = {0, 1, 2};
    state.pictures_have_focus = true;
  }
  // What the one command that was sent wishes.
  std::vector<AssetId> marked() const {
    std::vector<AssetId> assets;
    for (const auto& wanted : marks().marks) assets.push_back(wanted.asset);
    return assets;
  }
  Mark mark() const { return marks().marks.at(0).mark; }
  const SetMarksCommand& marks() const {
    REQUIRE(sent.size() == 1);
    REQUIRE(std::holds_alternative<SetMarksCommand>(sent[0]));
    return std::get<SetMarksCommand>(sent[0]);
  }
};

}  // namespace

TEST_CASE("Command names and keys are unique, what has a single key keeps to the pictures") {
  std::set<std::string> names, chords;
  for (const UiCommand& command : command_table()) {
    CHECK(names.insert(std::string(command.name)).second);
    CHECK_FALSE(command.label.empty());
    REQUIRE(command.run != nullptr);
    if (command.chord.key == key::none) continue;
    CHECK(chords.insert(to_string(command.chord)).second);
    const bool types_nothing = command.chord.ctrl || command.chord.alt || (command.chord.key >= key::f1 && command.chord.key < key::f1 + 11);
    // The sheet of keys opens everywhere but in a text: "?" is no letter.
    if (!types_nothing && command.name != "keys-sheet") CHECK(command.scope == CommandScope::Pictures);
  }
}

TEST_CASE("P picks the selection, or the focused picture when nothing is selected") {
  Desk desk;
  desk.state.selection.set_focus(1);
  REQUIRE(run_command("pick", desk.context));
  CHECK(desk.marked() == std::vector<AssetId>{AssetId{2}});
  CHECK(desk.mark() == Mark::Pick);
  desk.sent.clear();
  desk.state.selection.add(0);
  desk.state.selection.add(2);
  REQUIRE(run_command("pick", desk.context));
  CHECK(desk.marked() == std::vector<AssetId>{AssetId{1}, AssetId{3}});
}

TEST_CASE("A mark stays when its key is pressed again, and U takes it off") {
  Desk desk;
  desk.state.selection.set_focus(0);
  desk.library.set_mark(AssetId{1}, Mark::Pick, 0);
  run_command("pick", desk.context);
  CHECK(desk.sent.empty());
  CHECK(desk.library.items[0].mark == Mark::Pick);
  run_command("unmark", desk.context);
  CHECK(desk.mark() == Mark::None);
}

TEST_CASE("A mark of several is taken back to what each of them had, and done again") {
  Desk desk;
  desk.library.set_mark(AssetId{1}, Mark::Reject, 2);
  desk.library.set_mark(AssetId{2}, Mark::Pick, 0);
  for (const Row row : {0u, 1u, 2u}) desk.state.selection.add(row);
  run_command("pick", desk.context);
  CHECK(desk.marked() == std::vector<AssetId>{AssetId{1}, AssetId{3}});  // the second one is picked already
  CHECK(desk.state.undo.undo_label() == "Picked 2 assets");
  desk.sent.clear();
  REQUIRE(run_command("undo", desk.context));
  REQUIRE(desk.marks().marks.size() == 2);
  CHECK(desk.marks().marks[0].mark == Mark::Reject);
  CHECK(desk.marks().marks[0].stars == 2);
  CHECK(desk.marks().marks[1].mark == Mark::None);
  desk.sent.clear();
  REQUIRE(run_command("redo", desk.context));
  CHECK(desk.mark() == Mark::Pick);
  CHECK(desk.marks().marks[0].stars == 2);
  CHECK_FALSE(run_command("redo", desk.context));
}

TEST_CASE("While text is edited Ctrl+Z belongs to the text") {
  Desk desk;
  desk.state.selection.set_focus(0);
  run_command("pick", desk.context);
  desk.state.edits_text = true;
  CHECK_FALSE(run_command("undo", desk.context));
  desk.state.edits_text = false;
  CHECK(run_command("undo", desk.context));
}

TEST_CASE("In the loupe a mark means the one that is seen, and goes on to the next") {
  Desk desk;
  for (const Row row : {0u, 1u, 2u}) desk.state.selection.add(row);
  desk.state.selection.set_focus(1);
  desk.state.loupe_has_focus = true;
  run_command("pick", desk.context);
  CHECK(desk.marked() == std::vector<AssetId>{AssetId{2}});
  CHECK(desk.state.selection.focus() == 2);
  desk.state.goes_on = false;
  desk.sent.clear();
  run_command("reject", desk.context);
  CHECK(desk.marked() == std::vector<AssetId>{AssetId{3}});
  CHECK(desk.state.selection.focus() == 2);
}

TEST_CASE("Rejected assets go to the trash together, and come back together") {
  Desk desk;
  desk.library.set_mark(AssetId{1}, Mark::Reject, 0);
  desk.library.set_mark(AssetId{3}, Mark::Reject, 0);
  REQUIRE(run_command("trash-rejected", desk.context));
  REQUIRE(desk.sent.size() == 1);
  const auto& thrown = std::get<TrashCommand>(desk.sent[0]);
  CHECK(thrown.assets == std::vector<AssetId>{AssetId{1}, AssetId{3}});
  CHECK_FALSE(thrown.restore);
  desk.sent.clear();
  REQUIRE(run_command("undo", desk.context));
  CHECK(std::get<TrashCommand>(desk.sent[0]).restore);
}

TEST_CASE("What goes to the trash leaves the selection, alone, and is selected again when it is taken back") {
  Desk desk;
  desk.state.selection.set_all({2, 0, 1});
  desk.state.selection.set_focus(0);
  desk.library.set_mark(AssetId{1}, Mark::Reject, 0);
  REQUIRE(run_command("trash-rejected", desk.context));
  CHECK(desk.state.selection.rows() == std::vector<Row>{2, 1});
  desk.state.selection.set_focus(1);  // as the gallery does
  REQUIRE(run_command("undo", desk.context));
  CHECK(desk.state.selection.rows() == std::vector<Row>{2, 0, 1});
  CHECK(desk.state.selection.focus() == 0);
  REQUIRE(run_command("redo", desk.context));
  CHECK(desk.state.selection.rows() == std::vector<Row>{2, 1});
  REQUIRE(run_command("undo", desk.context));

  // In the loupe only the one that is seen goes.
  desk.state.selection.set_all({1, 2});
  desk.state.loupe_has_focus = true;
  REQUIRE(run_command("trash", desk.context));
  CHECK(desk.state.selection.rows() == std::vector<Row>{1, 2});

  // Taking back what was none of the chosen leaves them.
  Desk other;
  other.library.set_mark(AssetId{1}, Mark::Reject, 0);
  other.state.selection.set_only(1);
  other.state.selection.set_focus(1);
  REQUIRE(run_command("trash-rejected", other.context));
  other.state.selection.set_only(2);
  REQUIRE(run_command("undo", other.context));
  CHECK(other.state.selection.rows() == std::vector<Row>{2});
}

TEST_CASE("Single keys do nothing while the pictures have not the focus, and marks nothing without an asset") {
  Desk desk;
  desk.state.selection.set_focus(0);
  desk.state.pictures_have_focus = false;
  CHECK_FALSE(run_command("pick", desk.context));
  CHECK_FALSE(run_command("stars-5", desk.context));
  desk.state.pictures_have_focus = true;
  desk.library.fold(job(9, 1, 4));
  desk.state.selection.set_focus(desk.library.row_of(JobId{9}));
  CHECK_FALSE(run_command("pick", desk.context));
  CHECK(desk.sent.empty());
}

TEST_CASE("Arrows go along the shown order and stop at the ends") {
  Desk desk;
  desk.state.shown = ShownRows({2, 0, 1}, 2);
  run_command("focus-right", desk.context);
  CHECK(desk.state.selection.focus() == 2);
  run_command("focus-right", desk.context);
  CHECK(desk.state.selection.focus() == 0);
  run_command("focus-down", desk.context);
  CHECK(desk.state.selection.focus() == 1);
  run_command("focus-right", desk.context);
  CHECK(desk.state.selection.focus() == 1);
  run_command("focus-up", desk.context);
  CHECK(desk.state.selection.focus() == 2);
  CHECK(desk.state.selection.rows() == std::vector<Row>{2});
}

TEST_CASE("A range goes along what is shown, and keeps the order of choosing") {
  Selection selection;
  const std::vector<Row> shown = {5, 3, 8, 1};
  selection.set_only(8);
  selection.extend_to(5, shown);
  CHECK(selection.rows() == std::vector<Row>{8, 3, 5});
  selection.extend_to(1, shown);
  CHECK(selection.rows() == std::vector<Row>{8, 1});
  selection.toggle(8);
  CHECK_FALSE(selection.contains(8));
  CHECK(selection.contains(1));
}

TEST_CASE("What would be paid is said before: what makes one again has its price, in the loupe of the one seen there") {
  Desk desk;
  const UiCommand& again = *find_command("again-new-seed");
  CHECK(price_now(again, desk.context).empty());
  desk.state.selection.set_only(0);
  CHECK(price_now(again, desk.context) == "$0.04 play");
  CHECK(price_now(*find_command("pick"), desk.context).empty());
  desk.library.fold(video_job(9, 1, AssetId{1}, JobState::Failed));
  desk.library.fold(job(10, 1, 4, JobState::Cancelled));
  const Row video = desk.library.row_of(JobId{9});
  desk.state.selection.set_focus(video);
  CHECK(price_now(again, desk.context) == "$0.04 play");
  desk.state.loupe_has_focus = true;
  CHECK(price_now(again, desk.context) == "$0.42 play");
  desk.state.loupe_has_focus = false;
  desk.state.selection.set_all({0, video, desk.library.row_of(JobId{10})});
  const UiCommand& retry = *find_command("retry-job");
  CHECK(price_now(retry, desk.context) == "$0.46 play");
  // With every change of what is chosen, and of how it fares.
  desk.state.selection.toggle(video);
  CHECK(price_now(retry, desk.context) == "$0.04 play");
  desk.state.selection.add(video);
  CHECK(price_now(retry, desk.context) == "$0.46 play");
  desk.library.fold(job(10, 1, 4, JobState::Queued));
  CHECK(price_now(retry, desk.context) == "$0.42 play");
}

TEST_CASE("Without a project only its making and opening can be done") {
  AppState state;
  const SendCommand nowhere = [](Command, CommandDone) { FAIL("sent without a project"); };
  CommandContext context{nullptr, state, nowhere};
  state.pictures_have_focus = true;
  for (const UiCommand& command : command_table()) {
    if (!can_run(command, context)) continue;
    command.run(context);
  }
  CHECK(state.wishes.new_project);
  CHECK(state.wishes.open_project);
  CHECK_FALSE(state.wishes.generate);
  CHECK_FALSE(state.wishes.videos);
}

TEST_CASE("An address is copied while it works, and says until when or why there is none") {
  Desk desk;
  const std::int64_t now = 1'700'000'000'000, hour = 3'600'000;
  desk.view.now_wall_ms = now;
  const UiCommand& copy = *find_command("copy-url");
  desk.state.selection.set_only(0);
  CHECK_FALSE(run_command("copy-url", desk.context));
  CHECK(why_not(copy, desk.context) == "It is only in this project: no service keeps it at an address");

  desk.library.fold_copy(AssetId{1}, {"provider", "https://a.example/1.png", now + hour});
  REQUIRE(run_command("copy-url", desk.context));
  CHECK(desk.state.wishes.copy_text == "https://a.example/1.png");
  CHECK(desk.state.note.text.starts_with("Copied the provider's address, it works until "));

  // Its time is over: it is not offered any more.
  desk.view.now_wall_ms = now + hour;
  CHECK_FALSE(run_command("copy-url", desk.context));
  CHECK(why_not(copy, desk.context).starts_with("The provider's address expired: "));

  // Of several the live ones are taken, and the others counted.
  desk.library.fold_copy(AssetId{2}, {"shelf", "https://shelf.example/2.png", 0});
  desk.state.selection.set_all({0, 1, 2});
  desk.state.wishes.copy_text.clear();
  REQUIRE(run_command("copy-url", desk.context));
  CHECK(desk.state.wishes.copy_text == "https://shelf.example/2.png");
  CHECK(desk.state.note.text == "Copied the lasting address, 2 of 3 have none");
}
