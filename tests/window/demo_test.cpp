// The first minute of somebody new: the first page, the demo that fills itself, a mark, a video, a prompt typed quickly; and
// then the window sleeps.
#include "support/catch.h"
#include "support/media_samples.h"
#include "window/real_window.h"

using namespace studio;

TEST_CASE("The demo in a real window fills itself, takes marks and a quickly typed prompt, and falls asleep") {
  std::string why;
  const auto window = RealWindow::make({}, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = (window->folder() / "data" / "production-studio" / "Demo").string();
  window->open();
  XScreen& screen = window->screen();
  window->settle();
  window->save_picture("window-start");
  screen.key("Return");  // opens the demo

  const auto list = [&](std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"list", "--project", project, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return window->headless(arguments);
  };
  const auto count = [](const std::string& text, const std::string& what) {
    int found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++found;
    return found;
  };
  const auto videos = [&] { return count(list({"--kind", "video"}), "\n"); };
  REQUIRE(window->until([&] { return std::filesystem::exists(std::filesystem::path(project) / "ledger.sqlite"); }));
  // It makes fifteen pictures, picks two of them and has them animated.
  REQUIRE(window->until([&] { return count(list(), "\n") >= 15 && videos() == 2; }, 120));
  window->settle();

  // Single keys act on pictures: one is clicked and rejected, the reject is taken back, it is picked and animated.
  const auto marked = [&](const std::string& mark) { return count(list(), "\"mark\":\"" + mark + "\""); };
  std::string name;
  Box tile;
  for (const auto& [label, box] : window->places())
    if (label.starts_with("tile j") && box.height > 80 && (tile.width == 0 || box.y < tile.y || (box.y == tile.y && box.x > tile.x))) name = label, tile = box;
  INFO(name);
  REQUIRE(tile.width > 0);
  const int picked = marked("pick");
  screen.click(tile);
  window->settle();
  screen.key("x");
  CHECK(window->until([&] { return marked("reject") == 1; }));
  screen.key("ctrl+z");
  CHECK(window->until([&] { return marked("reject") == 0; }));
  screen.key("p");
  CHECK(window->until([&] { return marked("pick") == picked + 1; }));
  screen.key("v");
  CHECK(window->until([&] { return videos() == 3; }, 90));

  // Quick typing arrives whole, the last letter too, with no further event to push it.
  const std::string typed = "A Tent by 1 quiet Lake under Northern lights";
  screen.click(window->place("##prompt"));
  screen.play("key ctrl+a");
  screen.type(typed);
  screen.play("key ctrl+Return");
  CHECK(window->until([&] { return count(list(), "\"prompt\":\"" + typed) >= 5; }, 90));
  screen.move(1300, 1060);
  window->settle();
  window->save_picture("window-gallery");

  // Asleep: for three seconds no frame is drawn.
  const int frames = window->frames();
  window->program().runs_out_within(3000);
  CHECK(window->frames() == frames);
  window->close();
}
