// Words as people type them, found in prompts and names, a slice at a time.
#include "panels/gallery_text.h"

#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

Library library_with(const std::vector<std::string>& prompts) {
  Library library;
  library.fold(generation(1, "p", static_cast<int>(prompts.size())));
  for (std::size_t n = 0; n < prompts.size(); ++n) {
    Job j = job(static_cast<std::int64_t>(n) + 1, 1, static_cast<int>(n) + 1);
    j.recipe.prompt = prompts[n];
    library.fold(j);
  }
  return library;
}

std::string matching(GalleryText& text, const Library& library, std::string_view wanted) {
  while (text.work(library, wanted, false)) {
  }
  std::string rows;
  for (Row row = 0; row < library.items.size(); ++row)
    if (text.matches(row)) rows += std::to_string(row) + " ";
  return rows;
}

}  // namespace

TEST_CASE("Case is folded for Latin, Greek and Cyrillic letters, and bytes that are no text are kept") {
  CHECK(fold_case("Pixar 5X") == "pixar 5x");
  CHECK(fold_case("ÀÉÖØÞ × ÿ") == "àéöøþ × ÿ");
  CHECK(fold_case("ŁÓDŹ Żółw ČESKÝ") == "łódź żółw český");
  CHECK(fold_case("ΦΆΡΟΣ") == fold_case("φάρος"));
  CHECK(fold_case("МАЯК Ёж") == "маяк ёж");
  CHECK(fold_case("海の灯台 🐙") == "海の灯台 🐙");
  CHECK(fold_case("A\xFF\xC3") == "a\xFF\xC3");
}

TEST_CASE("Names are compared with their figures by value") {
  CHECK(compare_names("img 2", "img 10") < 0);
  CHECK(compare_names("img 10", "img 2") > 0);
  CHECK(compare_names("img 02", "img 2") == 0);
  CHECK(compare_names("a", "ab") < 0);
  CHECK(compare_names("a1b", "a1b") == 0);
}

TEST_CASE("All words must occur, in any order, in the prompt or in the name") {
  Library library = library_with({"A Lighthouse at dusk", "a boat at DUSK", "a lighthouse, boat"});
  Asset import;
  import.id = {9};
  import.recipe.provider = "import";
  import.source_name = "Harbour 07.PNG";
  library.fold(import);
  GalleryText text;
  CHECK(matching(text, library, "") == "0 1 2 3 ");
  CHECK(matching(text, library, "lighthouse") == "0 2 ");
  CHECK(matching(text, library, "  dusk BOAT ") == "1 ");
  CHECK(matching(text, library, "boat lighthouse") == "2 ");
  CHECK(matching(text, library, "harbour png") == "3 ");
  CHECK(matching(text, library, "zebra") == "");
  CHECK(matching(text, library, "") == "0 1 2 3 ");
}

TEST_CASE("Typing on narrows, taking back widens, and each answer is that of a fresh start") {
  const Library library = library_with({"lamp", "lamp post", "post", "lantern post lamp"});
  GalleryText kept;
  for (const char* wanted : {"l", "la", "lam", "lamp", "lamp p", "lamp post", "lamp", "la", "po", ""}) {
    GalleryText fresh;
    CHECK(matching(kept, library, wanted) == matching(fresh, library, wanted));
  }
}

TEST_CASE("A slice is bounded, and the answer before stands until the next is whole") {
  std::vector<std::string> prompts(4000, "a lighthouse on a storm coast at dusk");
  prompts[3999] = "a harbour";
  const Library library = library_with(prompts);
  GalleryText text;
  int slices = 0;
  while (text.work(library, "harbour", false, 10'000)) {
    ++slices;
    // Nothing is known yet, so nothing is filtered.
    CHECK(text.matches(0));
  }
  CHECK(slices > 10);
  CHECK_FALSE(text.matches(0));
  CHECK(text.matches(3999));
}

TEST_CASE("What arrives later is judged by the words that stand") {
  Library library = library_with({"a lighthouse"});
  GalleryText text;
  CHECK(matching(text, library, "boat") == "");
  const auto revision = text.revision();
  Job j = job(50, 1, 2);
  j.recipe.prompt = "a Boat";
  library.fold(j);
  CHECK(matching(text, library, "boat") == "1 ");
  // It is new to whoever asks as well: nothing that was there before has changed.
  CHECK(text.revision() == revision);
}
