// Typed folders, and what the window remembers.
#include "panels/start_page.h"

#include <sys/stat.h>

#include "shell/window_settings.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

TEST_CASE("A typed folder is understood as people type it") {
  CHECK(folder_from_text("/films/a", "/home/me") == "/films/a");
  CHECK(folder_from_text("  ~/films/a  ", "/home/me") == "/home/me/films/a");
  CHECK(folder_from_text("~", "/home/me") == "/home/me");
  CHECK(folder_from_text("\"/films/The last lamp\"", "/home/me") == "/films/The last lamp");
  CHECK(folder_from_text("films/../a", "/home/me") == std::filesystem::current_path() / "a");
  CHECK(folder_from_text("   ", "/home/me").empty());
}

TEST_CASE("What the window remembers comes back, readable by its user only") {
  TempFolder folder;
  const auto file = folder.path() / "config" / "window.json";
  WindowSettings settings;
  settings.user_scale = 1.25;
  settings.tile_step = 2;
  settings.export_folder = "/exports/ż";
  settings.export_template = "{project} {n}";
  settings.layouts["Tune"] = {"[Window][Prompt]\nPos=0,42\n", 1.5};
  for (int i = 0; i < 25; ++i)
    remember_project(settings, "/films/" + std::to_string(i), "film " + std::to_string(i), i);
  remember_project(settings, "/films/10", "film 10", 99);
  REQUIRE(save_window_settings(file, settings));
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  const WindowSettings read = load_window_settings(file);
  CHECK(read.user_scale == 1.25);
  CHECK(read.tile_step == 2);
  CHECK(read.export_folder == "/exports/ż");
  CHECK(read.export_template == "{project} {n}");
  CHECK(read.layouts == settings.layouts);
  CHECK(read.last == "/films/10");
  REQUIRE(read.recent.size() == 20);
  CHECK(read.recent[0].folder == "/films/10");
  CHECK(read.recent[0].opened_ms == 99);
  CHECK(read.recent[1].folder == "/films/24");
  // Nobody has looked yet.
  CHECK(read.recent[1].there);
}

TEST_CASE("Damaged settings are replaced by fresh ones") {
  TempFolder folder;
  const auto file = folder.path() / "window.json";
  FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out != nullptr);
  std::fputs("{\"recent\": [{\"folder\": 7}]}", out);
  std::fclose(out);
  const WindowSettings read = load_window_settings(file);
  CHECK(read.recent.empty());
  CHECK(read.user_scale == 1);
}
