// Another keyboard than an American one: signs lie elsewhere on it, and their keys still do what their signs say.
#include "support/catch.h"
#include "support/process.h"
#include "window/real_window.h"

using namespace studio;

TEST_CASE("On a German and a French keyboard ? opens and closes the sheet of keys, / goes to the filter, Ctrl+ makes tiles larger") {
  if (!has_program("setxkbmap") || !has_program("xkbcomp")) STUDIO_SKIP("setxkbmap and xkbcomp are not installed (package x11-xkb-utils)");
  for (const char* layout : {"de", "fr"}) {
    INFO(layout);
    std::string why;
    const auto window = RealWindow::make({}, why);
    if (!window) STUDIO_SKIP(why);
    const auto project = (window->folder() / "film").string();
    window->headless({"new", "--project", project});
    window->headless({"generate", "--prompt", "a lamp", "--count", "1", "--aspect", "256x256", "--project", project});
    window->headless({"run", "--project", project});
    XScreen& screen = window->screen();
    screen.use_keyboard(layout);
    window->open({project});
    const auto tile = [&] {
      for (const auto& [label, box] : window->places())
        if (label.starts_with("tile j")) return box;
      return Box{};
    };
    REQUIRE(window->until([&] { return tile().width > 0; }));
    window->settle();  // in the first frames the panels still find their places
    screen.click(tile());
    window->settle();

    // The cross of the sheet is there only while it is open.
    screen.key("question");
    CHECK(window->until([&] { return window->has_place("Close##keys"); }));
    window->settle();
    CHECK(window->has_place("Close##keys"));
    screen.key("question");
    CHECK(window->until([&] { return !window->has_place("Close##keys"); }));
    window->settle();
    CHECK_FALSE(window->has_place("Close##keys"));

    const int small = tile().width;
    screen.key("ctrl+plus");
    CHECK(window->until([&] { return tile().width > small; }));
    const int large = tile().width;
    screen.key("ctrl+minus");
    CHECK(window->until([&] { return tile().width < large; }));
    CHECK(tile().width == small);

    // Words go into the filter behind the slash, and single keys act no more: none of these matches.
    screen.click(tile());
    window->settle();
    screen.key("slash");
    window->settle();
    screen.type("xu?");
    CHECK(window->until([&] { return tile().width == 0; }));
    CHECK_FALSE(window->has_place("Close##keys"));
    window->close();
    CHECK(window->headless({"list", "--project", project, "--json"}).find("\"mark\":\"reject\"") == std::string::npos);
  }
}
