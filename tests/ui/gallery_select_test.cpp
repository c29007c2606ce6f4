// Selecting without a window: places, lines, ranges, and the keys that walk over them.
#include "commands/command_table.h"
#include "commands/select_step.h"
#include "commands/shown_rows.h"
#include "ui/samples.h"
#include "widgets/scrub.h"

using namespace studio;
using namespace studio::samples;

namespace {

// Eight pictures in lines of three, three, one, one: as two groups in three columns, the second with a picture each
// way.
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
  SendCommand send = [](Command, CommandDone) {};
  CommandContext context{&view, state, send};

  Desk() {
    library.fold(generation(1, "p", 8));
    for (int n = 1; n <= 8; ++n) arrived(library, n, job(n, 1, n));
    library.fold(generation(2, "p", 1));
    library.fold(video_job(20, 2, AssetId{3}));
    state.shown.set({7, 6, 5, 4, 3, 2, 1, 0}, {0, 3, 6, 7});
    state.pictures_have_focus = true;
    state.lines_on_page = 2;
  }
  Row after(const char* command) {
    REQUIRE(run_command(command, context));
    return state.selection.focus();
  }
};

}  // namespace

TEST_CASE("A row's place is known without looking for it, and forgotten when it is not shown any more") {
  ShownRows shown({5, 3, 8, 1}, 2);
  CHECK(shown.place_of(8) == 2);
  CHECK(shown.place_of(4) == ShownRows::nowhere);
  CHECK(shown.place_of(100'000) == ShownRows::nowhere);
  shown.set({1, 9}, {0});
  CHECK(shown.place_of(1) == 0);
  CHECK(shown.place_of(9) == 1);
  CHECK_FALSE(shown.contains(8));
}

TEST_CASE("Up and down keep the column over lines of different length") {
  const ShownRows shown = [] {
    ShownRows s;
    s.set({7, 6, 5, 4, 3, 2, 1, 0}, {0, 3, 6, 7});
    return s;
  }();
  CHECK(shown.place_in_line(2, 1) == 5);
  CHECK(shown.place_in_line(5, 1) == 6);  // that line has one
  CHECK(shown.place_in_line(6, 1) == 7);
  CHECK(shown.place_in_line(7, 1) == 7);
  CHECK(shown.place_in_line(7, -2) == 3);
  CHECK(shown.place_in_line(1, -5) == 1);
}

TEST_CASE("The keys walk over real lines, ends and pages") {
  Desk desk;
  desk.state.selection.set_only(5);
  desk.state.selection.set_focus(5);
  CHECK(desk.after("focus-down") == 2);
  CHECK(desk.after("focus-down") == 1);
  CHECK(desk.after("focus-up") == 4);
  CHECK(desk.after("focus-last") == 0);
  CHECK(desk.after("focus-first") == 7);
  CHECK(desk.after("focus-page-down") == 1);
  CHECK(desk.after("focus-page-up") == 7);
  CHECK(desk.state.selection.rows() == std::vector<Row>{7});
}

TEST_CASE("A video in a strip stands where its image does") {
  Desk desk;
  desk.state.selection.set_focus(desk.library.row_of(JobId{20}));
  CHECK(desk.after("focus-right") == 1);
}

TEST_CASE("With Shift the keys extend from where they began") {
  Desk desk;
  desk.state.selection.set_only(6);
  desk.state.selection.set_focus(6);
  desk.after("extend-right");
  CHECK(desk.state.selection.rows() == std::vector<Row>{6, 5});
  desk.after("extend-down");
  CHECK(desk.state.selection.rows() == std::vector<Row>{6, 5, 4, 3, 2});
  desk.after("extend-first");
  CHECK(desk.state.selection.rows() == std::vector<Row>{6, 7});
  desk.after("extend-last");
  CHECK(desk.state.selection.count() == 7);
  CHECK(desk.state.selection.focus() == 0);
}

TEST_CASE("All, none and the others, each can be taken back and done again") {
  Desk desk;
  desk.after("select-all");
  CHECK(desk.state.selection.count() == 8);
  desk.state.selection.toggle(3);
  desk.state.selection.toggle(4);
  desk.after("select-invert");
  CHECK(desk.state.selection.rows() == std::vector<Row>{4, 3});
  desk.after("select-none");
  CHECK(desk.state.selection.empty());
  desk.state.undo.undo(desk.context);
  CHECK(desk.state.selection.rows() == std::vector<Row>{4, 3});
  desk.state.undo.undo(desk.context);
  CHECK(desk.state.selection.count() == 6);
  desk.state.undo.redo(desk.context);
  CHECK(desk.state.selection.rows() == std::vector<Row>{4, 3});
}

TEST_CASE("Walking about is no step to take back") {
  Desk desk;
  desk.after("focus-right");
  desk.after("focus-right");
  CHECK_FALSE(desk.state.undo.can_undo());
}

TEST_CASE("A moving pointer scrubs by its place, one at rest plays on from there and around") {
  ScrubHand hand;
  CHECK(scrub_time(hand, 1, 150, 100, 200, 8, 10.0) == 2);
  CHECK(scrub_time(hand, 1, 200, 100, 200, 8, 10.1) == 4);
  CHECK(scrub_time(hand, 1, 200, 100, 200, 8, 10.4) == 4);
  CHECK_FALSE(scrub_plays(hand, 10.4));
  CHECK(scrub_plays(hand, 10.6));
  CHECK(std::abs(scrub_time(hand, 1, 200, 100, 200, 8, 11.5) - 5) < 1e-9);
  CHECK(std::abs(scrub_time(hand, 1, 200, 100, 200, 8, 15.5) - 1) < 1e-9);
  // Another clip under the same pointer begins anew.
  CHECK(scrub_time(hand, 2, 200, 100, 200, 4, 15.5) == 2);
  scrub_leave(hand);
  CHECK_FALSE(scrub_plays(hand, 99));
}
