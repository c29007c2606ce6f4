// Files that another program drags onto the window are imported, and what could not be is said.
#include "base/paths.h"
#include "media/encode_image.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "window/real_window.h"

using namespace studio;

TEST_CASE("Files and folders dropped by another program are imported") {
  std::string why;
  const auto window = RealWindow::make({}, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = (window->folder() / "film").string();
  window->headless({"new", "--project", project});
  const auto folder = window->folder() / "from the camera";
  std::filesystem::create_directories(folder / "night");
  samples::write_file(folder / "one.png", encode_png(samples::gradient(300, 200)).value());
  samples::write_file(folder / "night" / "höhle 2.png", encode_png(samples::flat(200, 300, {40, 90, 160})).value());
  const auto other = window->folder() / "three, loose.jpg", rubbish = window->folder() / "broken.png";
  samples::write_file(other, encode_jpeg(samples::gradient(400, 400)).value());
  samples::write_file(rubbish, "this is no picture");
  window->open({project});
  const Box gallery = window->place("Gallery");
  const auto drop = [&](std::vector<std::string> files) {
    std::vector<std::string> arguments{sibling_program("drag_source").string(), std::to_string(gallery.middle_x()), std::to_string(gallery.middle_y())};
    arguments.insert(arguments.end(), files.begin(), files.end());
    const auto result = run_program(std::move(arguments), {{"DISPLAY", window->screen().name()}}, 30'000);
    INFO(result.err);
    CHECK(result.exit_code == 0);
  };
  const auto count = [&] {
    const std::string list = window->headless({"list", "--project", project, "--json"});
    return std::count(list.begin(), list.end(), '\n');
  };
  drop({folder.string(), other.string(), rubbish.string()});
  REQUIRE(window->until([&] { return count() == 3; }));
  REQUIRE(window->until([&] { return window->has_place("tile a3"); }));
  // The one that failed is named on the card.
  CHECK(window->until([&] { return window->has_place("broken.png"); }, 5));
  window->settle();
  window->save_picture("window-after-a-drop");
  // The same again brings nothing twice.
  drop({other.string()});
  CHECK(window->until([&] { return window->has_place("Known"); }));
  CHECK(count() == 3);
  window->close();
}
