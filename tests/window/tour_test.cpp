// The whole loop with mouse and keys of a real X server: generate, pick, videos, hover, loupe, export.
#include <fstream>

#include "support/catch.h"
#include "support/media_samples.h"
#include "window/real_window.h"

using namespace studio;

namespace {

bool differ(const Picture& a, const Picture& b) { return a.rgba != b.rgba; }

void tour(const RealWindow::Settings& settings, const std::string& name) {
  std::string why;
  const auto window = RealWindow::make(settings, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = (window->folder() / "film").string();
  window->headless({"new", "--project", project});
  window->open({project});
  XScreen& screen = window->screen();
  const auto listed = [&](std::vector<std::string> which) {
    std::vector<std::string> arguments{"list", "--project", project, "--json"};
    arguments.insert(arguments.end(), which.begin(), which.end());
    const std::string lines = window->headless(arguments);
    return std::count(lines.begin(), lines.end(), '\n');
  };

  // Generate.
  screen.click(window->place("##prompt"));
  screen.play("key ctrl+a");
  screen.play("type --delay 4 a_lighthouse_on_a_cliff");
  screen.click(window->place("count 5"));
  const Box generate = window->place("Generate##generate");
  CHECK(generate.height == 40 * settings.dpi / 96);  // the scale is what the display asks for
  screen.click(generate);
  REQUIRE(window->until([&] { return listed({"--kind", "image"}) == 5; }, 60));
  REQUIRE(window->until([&] { return window->has_place("tile j5"); }));

  // Pick two.
  for (const char* tile : {"tile j1", "tile j2"}) {
    screen.click(window->place(tile));
    screen.key("p");
  }
  const auto picked = [&] {
    const std::string lines = window->headless({"list", "--project", project, "--json"});
    int count = 0;
    const std::string mark = "\"mark\":\"pick\"";
    for (std::size_t at = lines.find(mark); at != std::string::npos; at = lines.find(mark, at + 1)) ++count;
    return count;
  };
  REQUIRE(window->until([&] { return picked() == 2; }));

  // Both become videos.
  screen.click(window->place("tile j1"));
  const Box second = window->place("tile j2");
  screen.play("keydown ctrl mousemove " + std::to_string(second.middle_x()) + " " + std::to_string(second.middle_y()) + " click 1 keyup ctrl");
  screen.click(window->place("Generate videos"));
  REQUIRE(window->until([&] { return listed({"--kind", "video"}) == 2; }, 90));

  window->shows_all();
  window->save_picture(name + "-videos");
  // Hover: a moving pointer scrubs, a resting one plays on, leaving brings the poster back.
  Box clip;
  REQUIRE(window->until([&] {
    // The strip's tiles are the small ones.
    for (const auto& [label, box] : window->places())
      if (label.starts_with("tile j") && box.height < second.height / 2) clip = box;
    return clip.height > 0;
  }));
  screen.move(clip.x - 40, clip.y - 40);
  window->program().runs_out_within(1000);
  const Box inner{clip.x + clip.width / 4, clip.y + clip.height / 4, clip.width / 2, clip.height / 3};
  const Picture poster = screen.look(inner);
  screen.move(clip.x + clip.width / 5, clip.middle_y());
  CHECK(window->until([&] { return differ(screen.look(inner), poster); }));
  window->program().runs_out_within(300);  // the exact frame is there, and it does not play on yet
  const Picture left = screen.look(inner);
  screen.move(clip.x + clip.width * 4 / 5, clip.middle_y());
  CHECK(window->until([&] { return differ(screen.look(inner), left); }));
  // At rest it plays on by itself.
  window->program().runs_out_within(800);
  const Picture now = screen.look(inner);
  CHECK(window->until([&] { return differ(screen.look(inner), now); }));
  window->save_picture(name + "-hover");
  screen.move(clip.x - 40, clip.y - 40);
  CHECK(window->until([&] { return !differ(screen.look(inner), poster); }));

  // Loupe: the clip plays and stops.
  screen.click(clip);
  screen.key("F3");
  window->settle();
  const Box large = window->place("Picture");
  screen.click(large);
  const Box middle{large.middle_x() - 100, large.middle_y() - 60, 200, 120};
  REQUIRE(window->until([&] { return window->has_place("Play"); }));
  const Picture still = screen.look(middle);
  screen.key("space");
  CHECK(window->until([&] { return differ(screen.look(middle), still); }));
  screen.key("space");
  CHECK(window->until([&] {
    const Picture before = screen.look(middle);
    window->program().runs_out_within(400);
    return !differ(screen.look(middle), before);
  }));
  window->shows_all();
  window->save_picture(name + "-loupe");

  // Export of what is picked, into a folder that is typed.
  const auto to = window->folder() / "out";
  screen.play("key ctrl+e");
  window->place("##folder");
  window->settle();
  Box picked_and_videos;  // the dialog's is drawn after the gallery's
  for (const auto& [label, box] : window->places())
    if (label == "Picked") picked_and_videos = box;
  screen.click(picked_and_videos);
  screen.click(window->place("##folder"));
  screen.play("key ctrl+a");
  screen.play("type --delay 4 " + to.string());
  window->shows_all();
  window->save_picture(name + "-exporting");
  screen.click(window->place("Export"));
  const auto files = [&] {
    int videos = 0, pictures = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(to, error)) {
      videos += entry.path().extension() == ".mp4" ? 1 : 0;
      pictures += entry.path().extension() == ".png" ? 1 : 0;
    }
    return std::pair(pictures, videos);
  };
  CHECK(window->until([&] { return files() == std::pair(2, 2) && std::filesystem::exists(to / "manifest.json"); }));
  CHECK(window->until([&] { return window->has_place("Show in folder"); }));
  window->save_picture(name + "-export");
  window->close();
}

}  // namespace

TEST_CASE("The whole loop in a real window") {
  RealWindow::Settings settings;
  settings.check_frames = true;
  tour(settings, "window-tour");
}

TEST_CASE("The whole loop in a real window of 4K at twice the scale") {
  RealWindow::Settings settings;
  settings.width = 3840;
  settings.height = 2160;
  settings.dpi = 192;
  tour(settings, "window-tour-4k");
}
