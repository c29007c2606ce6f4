// The program in a window on an X server of the test's own, with folders of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_folder.h"
#include "window/x_screen.h"

namespace studio {

class RealWindow {
 public:
  struct Settings {
    int width = 1920, height = 1080;
    int dpi = 96;
    std::map<std::string, std::string> environment = {};
    bool check_frames = false;  // each frame drawn in parts is held against the whole; close() says how that went
  };
  // Null where there is no X server to be had; why() says what lacks.
  static std::unique_ptr<RealWindow> make(Settings settings, std::string& why);

  XScreen& screen() { return *screen_; }
  std::filesystem::path folder() const { return folder_.path(); }
  // `studio_headless …`; its output. Fails the test when it fails.
  std::string headless(std::vector<std::string> arguments);
  // Starts the window and waits until it has drawn.
  void open(std::vector<std::string> arguments = {});
  Process& program() { return *program_; }
  // Ends it the way a session does; fails the test when it complains.
  void close();

  // Where everything lies that can be pressed, as last drawn, by its label.
  std::multimap<std::string, Box> places();
  // Waits until there is such a place.
  Box place(const std::string& label, double secs = 30);
  bool has_place(const std::string& label) { return places().contains(label); }
  // Waits until nothing moves any more: no frame was drawn in half a second.
  void settle();
  // Looks again and again until it is so. False: not within that time.
  bool until(const std::function<bool()>& done, double secs = 30);
  // A number of frames drawn so far.
  int frames();
  // What the X server shows is what the program shows when it draws everything anew.
  void shows_all();
  void save_picture(const std::string& name);

 private:
  RealWindow() = default;
  std::string answer_to(int signal, const std::string& last_line);

  Settings settings_;
  TempFolder folder_;
  std::unique_ptr<XScreen> screen_;
  std::map<std::string, std::string> environment_;
  std::unique_ptr<Process> program_;
};

}  // namespace studio
