// The picker's list as values: names of any bytes, order, choice, letters typed ahead, completion of a path.
#include "panels/file_picker_rows.h"

#include <ctime>

#include "panels/file_picker.h"
#include "support/catch.h"

using namespace studio;

namespace {

FolderEntry file(std::string name, std::uint64_t bytes = 1, std::int64_t changed_ms = 0) {
  return {std::move(name), false, false, bytes, changed_ms};
}
FolderEntry folder(std::string name) { return {std::move(name), true, false, 0, 0}; }

FolderListing listing(std::vector<FolderEntry> entries) {
  FolderListing made;
  made.folder = "/films";
  made.entries = std::move(entries);
  sort_by_name(made.entries);
  return made;
}

std::vector<std::string> names(const FolderListing& of, const std::vector<std::uint32_t>& rows) {
  std::vector<std::string> text;
  for (const std::uint32_t row : rows) text.push_back(of.entries[row].name);
  return text;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Names of any bytes are shown safely, and good ones as they are") {
  CHECK(shown_name("The last lamp.png") == "The last lamp.png");
  CHECK(shown_name("żółw 海 🐙") == "żółw 海 🐙");
  CHECK(shown_name("a\xFF" "b") == "a\xEF\xBF\xBD" "b");
  CHECK(shown_name("cut \xE6\xB5") == "cut \xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(shown_name("two\nlines\x1b[31m") == "two\xEF\xBF\xBDlines\xEF\xBF\xBD[31m");
  // U+202E would turn "gpj.exe" into something that looks like a picture.
  CHECK(shown_name("a\u202Egpj.exe") == "a\xEF\xBF\xBDgpj.exe");
  CHECK(shown_name("a\u2066b\u0085c") == "a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c");
}

TEST_CASE("Folders stand first, numbers in names count as numbers, and hidden ones are left out") {
  const auto all = listing({file("take 10.png"), file("Take 2.png"), folder("zoo"), folder("Alps"), file(".secret"), file("take 2b.png"), folder(".git")});
  CHECK(names(all, picker_rows(all, {})) == Names{"Alps", "zoo", "Take 2.png", "take 2b.png", "take 10.png"});
  PickerFilter folders;
  folders.folders_only = true;
  CHECK(names(all, picker_rows(all, folders)) == Names{"Alps", "zoo"});
  PickerFilter hidden;
  hidden.with_hidden = true;
  CHECK(names(all, picker_rows(all, hidden)) == Names{".git", "Alps", "zoo", ".secret", "Take 2.png", "take 2b.png", "take 10.png"});
  CHECK(is_name_before("a007", "a8"));
  CHECK_FALSE(is_name_before("a8", "a007"));
  CHECK_FALSE(is_name_before("same", "same"));
}

TEST_CASE("The list is ordered by size and by date, either way round, folders first") {
  const auto all = listing({file("a", 5, 30), file("b", 900, 10), file("c", 70, 20), folder("d")});
  PickerFilter filter;
  filter.order = PickerOrder::Size;
  CHECK(names(all, picker_rows(all, filter)) == Names{"d", "b", "c", "a"});
  filter.is_descending = true;
  CHECK(names(all, picker_rows(all, filter)) == Names{"d", "a", "c", "b"});
  filter = {};
  filter.order = PickerOrder::Changed;
  CHECK(names(all, picker_rows(all, filter)) == Names{"d", "a", "c", "b"});
}

TEST_CASE("Rows are chosen one at a time, added and taken away, and as a range from the anchor") {
  PickerChoice choice;
  choice.reset(6);
  choice.set_only(2);
  choice.extend_to(4);
  CHECK(choice.count == 3);
  CHECK((choice.has(2) && choice.has(3) && choice.has(4)));
  choice.extend_to(0);  // from the same anchor, the other way
  CHECK(choice.count == 3);
  CHECK((choice.has(0) && choice.has(2) && !choice.has(3)));
  choice.toggle(5);
  CHECK(choice.count == 4);
  choice.toggle(0);
  CHECK(choice.count == 3);
  CHECK_FALSE(choice.has(0));
  choice.set_all();
  CHECK(choice.count == 6);
  choice.set_only(9);
  CHECK(choice.count == 0);
}

TEST_CASE("Letters typed ahead find the next name that begins with them, going round") {
  const auto all = listing({file("boat"), file("Bridge"), file("cliff"), file("bay")});
  const auto rows = picker_rows(all, {});
  REQUIRE(names(all, rows) == Names{"bay", "boat", "Bridge", "cliff"});
  CHECK(row_that_begins(all, rows, "b", 1) == 1u);
  CHECK(row_that_begins(all, rows, "b", 3) == 0u);
  CHECK(row_that_begins(all, rows, "br", 0) == 2u);
  CHECK(row_that_begins(all, rows, "x", 0) == std::nullopt);
}

TEST_CASE("A typed path goes on with the names that begin so") {
  CHECK(split_typed("/home/me/Pi", false).folder == "/home/me");
  CHECK(split_typed("/home/me/Pi", false).begun == "Pi");
  CHECK(split_typed("/home/me/", true).begun.empty());
  const auto all = listing({folder("Pictures"), folder("Pixels"), folder("pier"), file("Pin.txt"), folder(".Private"), file("P\xFF")});
  CHECK(completions(all, "Pi", true, 8) == Names{"Pictures", "Pixels", "pier"});
  CHECK(completions(all, "pi", false, 8) == Names{"pier", "Pictures", "Pixels", "Pin.txt"});
  CHECK(completions(all, ".P", true, 8) == Names{".Private"});
  CHECK(completions(all, "P", false, 2).size() == 2);
  CHECK(common_start({"Pictures", "Pixels"}) == "Pi");
  CHECK(common_start({"żółw", "żaba"}) == "ż");
  CHECK(common_start({"ż", "ź"}).empty());  // their first bytes are alike, their letters are not
}

TEST_CASE("A folder's name is refused with a reason") {
  CHECK(objection_to_folder_name("The last lamp").empty());
  CHECK_FALSE(objection_to_folder_name("a/b").empty());
  CHECK_FALSE(objection_to_folder_name("..").empty());
  CHECK_FALSE(objection_to_folder_name(std::string(256, 'x')).empty());
}

TEST_CASE("A file's date is said in words, seen from now") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const std::int64_t now = 1'772'373'909'000;  // 2026-03-01 14:05:09 UTC
  CHECK(date_words(now - 3600'000, now) == "today 13:05");
  CHECK(date_words(now - 86'400'000, now) == "28 Feb 2026");
}

TEST_CASE("Ten thousand entries are ordered without a thought") {
  std::vector<FolderEntry> many;
  for (int i = 0; i < 10'000; ++i) many.push_back(file("frame " + std::to_string((i * 7919) % 10'000) + ".png"));
  const auto all = listing(std::move(many));
  const auto rows = picker_rows(all, {});
  REQUIRE(rows.size() == 10'000);
  CHECK(all.entries[rows[0]].name == "frame 0.png");
  CHECK(all.entries[rows[9'999]].name == "frame 9999.png");
}

TEST_CASE("What the picker answers depends on what it is asked for") {
  PickerState state;
  const auto show = [&](PickFor purpose, bool is_project) {
    open_picker(state, purpose, "/films", "New project");
    auto arrived = listing({folder("lamp"), file("a.png"), file("b.png")});
    arrived.is_project = is_project;
    picker_listed(state, std::make_shared<const FolderListing>(std::move(arrived)));
  };
  using Paths = std::vector<std::filesystem::path>;
  show(PickFor::NewProject, false);
  CHECK(picker_answer(state) == Paths{"/films/New project"});
  state.name = "a/b";
  CHECK(picker_answer(state).empty());
  show(PickFor::OpenProject, false);
  CHECK(picker_answer(state).empty());
  state.choice.set_only(0);
  CHECK(picker_answer(state) == Paths{"/films/lamp"});
  show(PickFor::OpenProject, true);
  CHECK(picker_answer(state) == Paths{"/films"});
  show(PickFor::ExportFolder, false);
  CHECK(picker_answer(state) == Paths{"/films"});
  show(PickFor::ImportFiles, false);
  CHECK(picker_answer(state).empty());
  state.choice.set_all();
  CHECK(picker_answer(state) == Paths{"/films/lamp", "/films/a.png", "/films/b.png"});
  show(PickFor::EditedVersion, false);  // a file, and one alone
  state.choice.set_only(0);
  CHECK(picker_answer(state).empty());
  state.choice.set_only(1);
  CHECK(picker_answer(state) == Paths{"/films/a.png"});
  // A listing that is no longer wanted changes nothing.
  auto late = listing({file("other")});
  late.folder = "/elsewhere";
  picker_listed(state, std::make_shared<const FolderListing>(std::move(late)));
  CHECK(state.listing->folder == "/films");
}
