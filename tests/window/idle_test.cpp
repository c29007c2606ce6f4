// Asleep: nothing is drawn, no time is spent, and hardly a thread wakes, wherever the window was left.
#include <sys/types.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "media/encode_image.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "window/real_window.h"

using namespace studio;

namespace {

struct Use {
  long ticks = 0, wake_ups = 0;
};

// Of all threads of the program.
Use use_of(pid_t process) {
  Use use;
  const std::filesystem::path folder = "/proc/" + std::to_string(process);
  std::string stat = read_file(folder / "stat").value_or("");
  stat = stat.substr(stat.rfind(')') + 2);
  std::istringstream fields(stat);
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0, system = 0;
  fields >> user >> system;
  use.ticks = user + system;
  for (const auto& task : std::filesystem::directory_iterator(folder / "task")) {
    std::ifstream status(task.path() / "status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("voluntary_ctxt_switches:")) use.wake_ups += std::atol(line.c_str() + 24);
  }
  return use;
}

}  // namespace

TEST_CASE("The window sleeps in gallery, loupe and prompt, and while it is hidden") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  std::string why;
  const auto window = RealWindow::make({}, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = (window->folder() / "film").string();
  const auto clip = window->folder() / "numbered.mp4", picture = window->folder() / "picture.png";
  REQUIRE(samples::numbered_clip(clip, {"-c:v", "libx264", "-preset", "veryfast"}, 48));
  samples::write_file(picture, encode_png(samples::gradient(600, 400)).value());
  window->headless({"new", "--project", project});
  window->headless({"import", clip.string(), picture.string(), "--project", project});
  window->headless({"run", "--project", project});
  window->open({project});
  XScreen& screen = window->screen();

  const auto sleeps = [&](const char* where) {
    // What was begun comes to its end first: within half a minute there is a second without a frame.
    CHECK(window->until([&] {
      const int before = window->frames();
      window->program().runs_out_within(1000);
      return window->frames() == before;
    }));
    window->program().runs_out_within(3000);  // the media child and the sound device are given back
    const int frames = window->frames();
    const Use before = use_of(window->program().pid());
    window->program().runs_out_within(10'000);
    const Use after = use_of(window->program().pid());
    INFO(where << ": " << after.ticks - before.ticks << " ticks, " << after.wake_ups - before.wake_ups << " wake-ups in ten seconds");
    CHECK(after.ticks - before.ticks == 0);
    CHECK(after.wake_ups - before.wake_ups <= 20);
    CHECK(window->frames() == frames);
  };
  SECTION("gallery") {
    screen.click(window->place("tile a2"));
    sleeps("gallery");
  }
  SECTION("loupe, paused") {
    screen.key("F3");
    window->settle();
    screen.click(window->place("tile a1"));
    screen.click(window->place("Picture"));
    screen.key("space");
    window->program().runs_out_within(1500);
    screen.key("space");
    screen.move(1200, 1060);
    sleeps("loupe");
  }
  SECTION("prompt with the caret in it") {
    screen.key("ctrl+l");
    screen.play("type waiting");
    sleeps("prompt");
  }
  SECTION("hidden") {
    screen.play("search --class production-studio windowunmap");
    sleeps("hidden");
  }
  window->close();
}
