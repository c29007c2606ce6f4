// Two hundred clips on screen and a pointer that races over them: nothing queues up, nothing stutters, nothing leaks.
#include <fstream>

#include "base/file.h"
#include "base/random.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "window/real_window.h"

using namespace studio;

namespace {

long count_in(const std::filesystem::path& folder) {
  long count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) ++count;
  return count;
}

long resident_kb(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
  return 0;
}

}  // namespace

TEST_CASE("Two hundred clips on screen, the pointer races over them, and the window keeps up") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  std::string why;
  RealWindow::Settings settings;
  settings.width = 3840;
  settings.height = 2160;
  const auto window = RealWindow::make(settings, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = (window->folder() / "clips").string();
  const auto first = window->folder() / "clip.mp4";
  REQUIRE(samples::numbered_clip(first, {"-c:v", "libx264", "-preset", "veryfast", "-g", "24"}, 72));
  window->headless({"new", "--project", project});
  // The same clip with other bytes at its end is another file.
  const std::string bytes = samples::read_bytes(first);
  std::vector<std::string> import{"import"};
  for (int i = 0; i < 200; ++i) {
    const auto file = window->folder() / ("clip" + std::to_string(i) + ".mp4");
    samples::write_file(file, bytes + std::string("\0\0\0\x10"
                                                  "free",
                                                  8) +
                                  std::to_string(10'000'000 + i));
    import.push_back(file.string());
  }
  import.insert(import.end(), {"--project", project});
  window->headless(import);
  window->headless({"run", "--project", project});
  window->open({project});
  XScreen& screen = window->screen();
  const pid_t program = window->program().pid();
  const auto leave = [&] { screen.move(4, 2155); };
  leave();
  window->settle();
  // As small as tiles get: all two hundred are there at once.
  for (int i = 0; i < 8; ++i) screen.key("ctrl+minus");
  window->settle();
  const auto tiles = [&] {
    std::vector<Box> boxes;
    for (const auto& [label, box] : window->places())
      if (label.starts_with("tile a")) boxes.push_back(box);
    return boxes;
  };
  std::vector<Box> boxes = tiles();
  CHECK(boxes.size() == 200);
  window->save_picture("window-two-hundred-clips");

  const auto race = [&](int moves, std::uint64_t seed) {
    Random random(seed);
    for (int i = 0; i < moves; i += 20) {
      std::string line;
      for (int k = 0; k < 20; ++k) {
        const Box& box = boxes[random.below(boxes.size())];
        line += (line.empty() ? "" : " ") + std::string("mousemove ") + std::to_string(box.x + static_cast<int>(random.below(static_cast<std::uint64_t>(box.width)))) + " " +
                std::to_string(box.middle_y());
      }
      screen.play(line);
    }
  };
  race(200, 1);
  leave();
  window->settle();
  const long descriptors = count_in("/proc/" + std::to_string(program) + "/fd"), threads = count_in("/proc/" + std::to_string(program) + "/task");
  const long memory = resident_kb(program);
  race(1600, 2);
  // Where it comes to rest, the clip is shown at once.
  const Box& last = boxes[boxes.size() / 2];
  screen.move(last.x + last.width / 3, last.middle_y());
  const Picture before = screen.look(last);
  screen.move(last.x + last.width * 2 / 3, last.middle_y());
  CHECK(window->until([&] { return screen.look(last).rgba != before.rgba; }, 20));
  leave();
  window->settle();
  CHECK(count_in("/proc/" + std::to_string(program) + "/fd") <= descriptors + 6);
  CHECK(count_in("/proc/" + std::to_string(program) + "/task") <= threads + 1);
  // What is kept of strips has a budget of 256 MiB.
  CHECK(resident_kb(program) - memory < 300 * 1024);
  window->close();
  // No frame of it was slow by the program's own fault. The log is whole once the program has ended.
  const auto log = read_file(window->folder() / "state" / "production-studio" / "studio.log");
  REQUIRE(log);
  CHECK(log->find("of processor time before it could be shown") == std::string::npos);
  CHECK(log->find("ended while decoding") == std::string::npos);
}
