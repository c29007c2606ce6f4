// What the palette finds and in which order.
#include "panels/palette_rows.h"

#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

int score(std::string_view query, std::string_view text) {
  const auto match = fuzzy_match(query, text);
  return match ? match->score : -1;
}

std::string marked(std::string_view query, std::string_view text) {
  const auto match = fuzzy_match(query, text);
  std::string letters;
  if (match)
    for (const auto at : match->places) letters += text[at];
  return letters;
}

}  // namespace

TEST_CASE("A beginning goes before a word's beginning, that before initials, a piece, and scattered letters") {
  const std::string_view ranked[] = {"Retry", "Retry all that failed", "Keys for retry", "Really try"};
  for (std::size_t i = 0; i + 1 < std::size(ranked); ++i) {
    INFO(ranked[i]);
    CHECK(score("retry", ranked[i]) > score("retry", ranked[i + 1]));
  }
  CHECK(score("gv", "Generate videos") > score("gv", "Logve"));
  CHECK(score("gv", "Generate videos") > 0);
  CHECK(score("pick", "Pick") > score("pick", "Unpicked"));
  CHECK(score("pick", "Unpicked") > score("pick", "Peel ice kiosk"));
  CHECK(score("xyz", "Generate videos") == -1);
  CHECK(score("", "Anything") == 0);
}

TEST_CASE("Any case, several words in any order, and the letters that fit are marked") {
  CHECK(score("GENERATE", "Generate videos") == score("generate", "Generate videos"));
  CHECK(score("videos gen", "Generate videos") > 0);
  CHECK(score("videos cat", "Generate videos") == -1);
  CHECK(marked("retry", "Keys for retry") == "retry");
  CHECK(marked("gv", "Generate videos") == "Gv");
  CHECK(marked("vid gen", "Generate videos") == "Genvid");
  CHECK(marked("маяк", "старый маяк") == "маяк");
}

TEST_CASE("> asks for commands only, @ for assets only") {
  CHECK(palette_query("> pick ").scope == PaletteScope::Commands);
  CHECK(palette_query("> pick ").words == "pick");
  CHECK(palette_query("@light").scope == PaletteScope::Assets);
  CHECK(palette_query("light").scope == PaletteScope::All);
}

TEST_CASE("What cannot be done stays and says why, what was used lately comes first") {
  AppState state;
  const SendCommand nowhere = [](Command, CommandDone) {};
  const CommandContext context{nullptr, state, nowhere};
  const auto all = palette_commands(palette_query(""), context, {});
  CHECK(all.size() + 1 == command_table().size());  // all but the palette itself
  const auto pick = palette_commands(palette_query("pick"), context, {});
  REQUIRE_FALSE(pick.empty());
  CHECK(pick[0].command->name == "pick");
  CHECK(pick[0].why_not == "Open a project first");
  const auto recent = palette_commands(palette_query(""), context, {"settings", "quit"});
  REQUIRE(recent.size() > 2);
  CHECK(recent[0].command->name == "settings");
  CHECK(recent[1].command->name == "quit");
  CHECK(palette_commands(palette_query("@pick"), context, {}).empty());
}

TEST_CASE("Text is found in any case without a copy") {
  CHECK(contains_any_case("A Lighthouse at dusk", "lighthouse"));
  CHECK(contains_any_case("A Lighthouse at dusk", "dusk"));
  CHECK_FALSE(contains_any_case("A Lighthouse at dusk", "dawn"));
  CHECK_FALSE(contains_any_case("a", "abc"));
  CHECK(contains_any_case("海の灯台", "灯台"));
}

TEST_CASE("Assets are found in slices: an id, then beginnings, then pieces, newest first") {
  Library library;
  library.fold(generation(1, "p", 3));
  for (int n = 1; n <= 500; ++n) {
    Job j = job(n, 1, 1);
    j.recipe.prompt = n % 100 == 0   ? "Lighthouse number " + std::to_string(n)
                      : n % 150 == 1 ? "An old lighthouse"
                                     : "A boat " + std::to_string(n);
    arrived(library, n, j);
  }
  AssetSearch search;
  search.want("lighthouse", library);
  int slices = 0;
  while (search.step(library, 64)) ++slices;
  CHECK(slices >= 6);
  std::vector<std::int64_t> ids;
  for (const Row row : search.found()) ids.push_back(library.items[row].asset.value);
  CHECK(ids == std::vector<std::int64_t>{500, 400, 300, 200, 100, 451, 301, 151, 1});
  search.want(to_string(AssetId{77}), library);
  while (search.step(library, 64)) {
  }
  REQUIRE_FALSE(search.found().empty());
  CHECK(library.items[search.found()[0]].asset == AssetId{77});
  search.want("boat", library);
  while (search.step(library, 64)) {
  }
  CHECK(search.found().size() == AssetSearch::most);
  CHECK(library.items[search.found()[0]].asset == AssetId{499});
  search.want("no such thing", library);
  while (search.step(library, 64)) {
  }
  CHECK(search.found().empty());
  CHECK(search.is_done());
}
