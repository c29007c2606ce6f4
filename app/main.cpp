// The program with the window: builds the parts, wires them, runs.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/core_files.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/wiring.h"
#include "gpu/gl_gpu.h"
#include "http/http_client.h"
#include "shell/frame_loop.h"
#include "shell/theme_file.h"
#include "widgets/places.h"

namespace {

constexpr const char* usage =
    "usage: studio [FOLDER | --demo]\n"
    "  FOLDER            a project to open; where there is none yet, it is made after a question\n"
    "  --demo            the sample project, in a folder of its own; it fills itself, and can be deleted from its menu\n"
    "  --scale FACTOR    make everything larger or smaller than the display asks for (0.75 to 3), from now on\n"
    "  --frames N        close again after N drawn frames\n"
    "  --until-pictures  close again once all pictures on screen are there, and say how long that took\n"
    "Without a display use: studio --headless\n";

// Set by a signal; the loop sees it at its next heartbeat at the latest, and the program ends well.
std::atomic<bool> stop_wanted = false;
void on_stop(int) { stop_wanted = true; }

#ifdef STUDIO_TEST_HOOKS
// A test asks how many frames were drawn so far: "frames N" on stdout.
std::atomic<int> frames_drawn = 0;
void on_frames(int) {
  char text[] = "frames 0000000\n";
  char* digit = text + sizeof text - 3;
  for (int left = frames_drawn; left > 0 && *digit == '0'; left /= 10) *digit-- = static_cast<char>('0' + left % 10);
  [[maybe_unused]] const auto put = ::write(1, text, sizeof text - 1);
}

// A test asks where everything lies that can be pressed: what the last frame noted, and "end of places" on stdout.
std::array<char, 1 << 17> places;
std::atomic<std::size_t> places_size = 0;
void keep_places() {
  places_size = 0;  // a question that comes right now finds none, and is asked again
  const std::string text = studio::take_places();
  const std::size_t size = std::min(text.size(), places.size());
  std::copy_n(text.data(), size, places.data());
  places_size = size;
}
void on_places(int) {
  [[maybe_unused]] auto put = ::write(1, places.data(), places_size);
  put = ::write(1, "end of places\n", 14);
}
#endif

struct Options {
  std::optional<std::filesystem::path> folder;
  studio::FrameLoopSettings loop;
  double scale = 0;
  bool demo = false;
};

// Nothing when the words are not understood; the reason is on stderr then.
std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  const auto refuse = [](const std::string& words) {
    std::fprintf(stderr, "studio: %s\n", words.c_str());
    return std::nullopt;
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&]() -> const char* { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--demo") {
      options.demo = true;
    } else if (word == "--until-pictures") {
      options.loop.until_pictures = true;
    } else if (word == "--frames") {
      options.loop.most_frames = std::atoi(value());
      if (options.loop.most_frames <= 0) return refuse("--frames needs a number above 0.");
    } else if (word == "--scale") {
      options.scale = std::atof(value());
      if (options.scale < 0.75 || options.scale > 3) return refuse("--scale needs a number from 0.75 to 3.");
    } else if (word.starts_with("-")) {
      return refuse("there is no option " + std::string(word) + "; --help lists those there are.");
    } else if (options.folder) {
      return refuse("only one project folder can be opened at a time.");
    } else if (word.empty()) {
      return refuse("the project's folder is an empty name.");
    } else {
      options.folder = std::filesystem::absolute(word).lexically_normal();
    }
  }
  if (options.demo && options.folder) return refuse("--demo opens a project of its own: leave the folder out.");
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  studio::forbid_core_files();
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--help" || std::string_view(argv[i]) == "-h") return std::fputs(usage, stdout), 0;
  const auto options = read_options(argc, argv);
  if (!options) return 2;
  studio::http_init();  // libcurl, before any thread
  std::signal(SIGTERM, on_stop);
  std::signal(SIGINT, on_stop);
  studio::log_to_file(studio::user_state_folder() / "studio.log");

  const auto stop = [](const studio::Error& error) {
    std::fprintf(stderr, "studio: %s\n", error.message.c_str());
    if (!error.detail.empty()) studio::log_error(error.detail);
    return 2;
  };
  auto parts = studio::make_studio_parts(&studio::Window::wake);
  if (!parts) return stop(parts.error());
  auto theme = studio::load_theme(studio::assets_folder() / "theme" / "tokens.json");
  if (!theme) return stop(theme.error());

  const auto config_folder = studio::user_config_folder();
  const auto start_pictures = studio::assets_folder() / "start";
  auto files = studio::read_start_files(config_folder, start_pictures, *theme, &studio::Window::wake);
  auto window = studio::Window::open("Production Studio", files.settings.width, files.settings.height);
  if (!window) return stop(window.error());
  auto gpu = studio::make_gl_gpu(studio::Window::gl_loader());
  if (!gpu) return stop(gpu.error());

  const char* home = std::getenv("HOME");
  studio::App app({std::move(*theme), std::move(*gpu), std::move(*parts), &studio::Window::wake,
                   config_folder, studio::user_data_folder(), home != nullptr ? home : "/", start_pictures, std::move(files),
                   {.is_there = true, .parent_window = (*window)->portal_name(), .bus_address = {}}});
  if (options->scale > 0) app.set_user_scale(options->scale);
  if (options->demo)
    app.start_demo();
  else
    app.start(options->folder);
  auto loop = options->loop;
  loop.stop = &stop_wanted;
#ifdef STUDIO_TEST_HOOKS
  loop.drawn = &frames_drawn;
  std::signal(SIGUSR1, on_frames);
  loop.after_drawing = keep_places;
  std::signal(SIGUSR2, on_places);
#endif
  const auto result = studio::run_frame_loop(app, **window, loop);
  if (options->loop.until_pictures) std::printf("%.1f\n", result.secs_to_pictures * 1000);
  return 0;
}
