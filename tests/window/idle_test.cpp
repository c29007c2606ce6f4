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
  double cpu_ms = 0;
  long wake_ups = 0;
};

// Of all threads of the program and of its children.
Use use_of(pid_t process) {
  Use use;
  const std::filesystem::path folder = "/proc/" + std::to_string(process);
  for (const auto& task : std::filesystem::directory_iterator(folder / "task")) {
    std::ifstream status(task.path() / "status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("voluntary_ctxt_switches:")) use.wake_ups += std::atol(line.c_str() + 24);
    std::ifstream schedule(task.path() / "schedstat");  // nanoseconds on a processor come first
    double ns = 0;
    schedule >> ns;
    use.cpu_ms += ns / 1e6;
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) {
      const Use more = use_of(child);
      use.cpu_ms += more.cpu_ms;
      use.wake_ups += more.wake_ups;
    }
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
  for (const auto& file : {clip, picture}) window->headless({"import", file.string(), "--project", project});  // a1, a2
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
    INFO(where << ": " << after.cpu_ms - before.cpu_ms << " ms of processor time, " << after.wake_ups - before.wake_ups << " wake-ups in ten seconds");
    CHECK(after.cpu_ms - before.cpu_ms < 10);  // not one tick
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
    const Box box = window->place("Picture");
    const Picture first = screen.look(box);
    screen.key("space");
    REQUIRE(window->until([&] { return screen.look(box).rgba != first.rgba; }));  // it plays
    screen.key("space");
    screen.move(1200, 1060);
    sleeps("loupe");
  }
  SECTION("prompt with the caret in it") {
    const Box field = window->place("##prompt");
    const Picture empty = screen.look(field);
    screen.key("ctrl+l");
    screen.type("waiting");
    REQUIRE(window->until([&] { return screen.look(field).rgba != empty.rgba; }));  // the words and the caret are there
    sleeps("prompt");
  }
  SECTION("hidden") {
    screen.play("search --class production-studio windowunmap");
    REQUIRE(window->until([&] {
      const Picture bare = screen.look({900, 500, 1, 1});
      return bare.rgba[0] + bare.rgba[1] + bare.rgba[2] == 0;  // the server shows its own ground
    }));
    sleeps("hidden");
  }
  window->close();
}
