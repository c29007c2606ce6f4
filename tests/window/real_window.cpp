#include "window/real_window.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "base/file.h"
#include "base/paths.h"
#include "media/encode_image.h"
#include "support/catch.h"

namespace studio {
namespace {

double now_secs() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

std::unique_ptr<RealWindow> RealWindow::make(Settings settings, std::string& why) {
  std::unique_ptr<RealWindow> window(new RealWindow);
  window->settings_ = std::move(settings);
  const Settings& s = window->settings_;
  window->screen_ = XScreen::start(s.width, s.height, s.dpi, why);
  if (!window->screen_) return nullptr;
  const auto folder = window->folder();
  window->environment_ = {{"DISPLAY", window->screen_->name()},
                          {"XDG_DATA_HOME", (folder / "data").string()},
                          {"XDG_STATE_HOME", (folder / "state").string()},
                          {"XDG_CONFIG_HOME", (folder / "config").string()},
                          {"STUDIO_SANDBOX_STATE", (folder / "sandbox").string()},
                          {"DBUS_SESSION_BUS_ADDRESS", ""},
                          {"ALSOFT_DRIVERS", "wave"},
                          {"STUDIO_TELL_PLACES", "1"}};
  if (s.check_frames) window->environment_["STUDIO_CHECK_FRAMES"] = "1";
  for (const auto& [name, value] : s.environment) window->environment_[name] = value;
  const auto config = folder / "config" / "production-studio";
  REQUIRE(make_folder(config));
  REQUIRE(write_file_durable(config / "window.json", "{\"width\": " + std::to_string(s.width) + ", \"height\": " + std::to_string(s.height) + "}"));
  return window;
}

std::string RealWindow::headless(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), sibling_program("studio_headless").string());
  const auto result = run_program(std::move(arguments), environment_, 180'000);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

void RealWindow::open(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), sibling_program("studio").string());
  program_ = std::make_unique<Process>(std::move(arguments), environment_);
  // Signals are answered from the first frame on; before that they would end it.
  REQUIRE(until([&] {
    const auto found = run_program({"xdotool", "search", "--onlyvisible", "--class", "production-studio"}, environment_, 20'000);
    if (found.exit_code != 0 || found.out.empty()) return false;
    run_program({"xdotool", "windowfocus", found.out.substr(0, found.out.find('\n'))}, environment_, 20'000);
    return true;
  }));
  REQUIRE(until([&] {
    const Picture pixel = screen_->look({settings_.width / 2, 4, 1, 1});
    return pixel.rgba[0] + pixel.rgba[1] + pixel.rgba[2] > 0;
  }));
  REQUIRE(until([&] { return !places().empty(); }));
}

void RealWindow::close() {
  program_->signal(SIGTERM);
  const auto result = program_->wait(60'000);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  if (!settings_.check_frames) return;
  int frames = 0, wrong = -1;
  const std::size_t at = result.out.rfind("painted ");
  REQUIRE(at != std::string::npos);
  REQUIRE(std::sscanf(result.out.c_str() + at, "painted %d in parts, %d wrong", &frames, &wrong) == 2);
  CHECK(frames > 20);
  CHECK(wrong == 0);
}

void RealWindow::shows_all() {
  settle();
  const Picture before = screen_->look();
  const int drawn = frames();
  screen_->spoil_all();
  REQUIRE(until([&] { return frames() > drawn; }));
  settle();
  // The edges of what was moved are smoothed with sums that were rounded at another place: one step of 255 either way.
  const Picture after = screen_->look();
  CHECK(std::equal(after.rgba.begin(), after.rgba.end(), before.rgba.begin(), before.rgba.end(), [](int a, int b) { return std::abs(a - b) <= 1; }));
}

std::multimap<std::string, Box> RealWindow::places() {
  std::multimap<std::string, Box> found;
  std::istringstream lines(answer_to(SIGUSR2, "end of places\n"));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    Box box;
    if (std::sscanf(line.c_str() + tab, "%d %d %d %d", &box.x, &box.y, &box.width, &box.height) == 4) found.emplace(line.substr(0, tab), box);
  }
  return found;
}

Box RealWindow::place(const std::string& label, double secs) {
  Box box;
  INFO("the place of " << label);
  REQUIRE(until(
      [&] {
        const auto all = places();
        const auto found = all.find(label);
        if (found == all.end()) return false;
        box = found->second;
        return true;
      },
      secs));
  return box;
}

void RealWindow::settle() {
  REQUIRE(until([&] {
    const int before = frames();
    program_->runs_out_within(500);
    return frames() == before;
  }));
}

bool RealWindow::until(const std::function<bool()>& done, double secs) {
  const double end = now_secs() + secs;
  while (!done()) {
    if (now_secs() > end) return false;
    if (program_ && program_->runs_out_within(20)) {
      UNSCOPED_INFO("the program has ended");
      return done();
    }
    if (!program_)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

int RealWindow::frames() {
  const std::string answer = answer_to(SIGUSR1, "\n");
  REQUIRE(answer.starts_with("frames "));
  return std::atoi(answer.c_str() + 7);
}

// What it says on stdout when it gets this signal.
std::string RealWindow::answer_to(int signal, const std::string& last_line) {
  const std::size_t before = program_->out().size();
  program_->signal(signal);
  REQUIRE(program_->wait_for_output(last_line, 30'000, before));
  return program_->out().substr(before);
}

void RealWindow::save_picture(const std::string& name) {
  const auto bytes = encode_png(screen_->look());
  const auto to = program_folder().parent_path() / "screenshots";
  if (!bytes || !make_folder(to)) return;
  static_cast<void>(write_file_durable(to / (name + ".png"), *bytes));
}

}  // namespace studio
