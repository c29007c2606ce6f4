// The real App on a surface without a window, played by the Dear ImGui Test Engine: EGL without a surface where there
// is one, else no drawing at all.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "shell/app.h"
#include "support/off_screen.h"
#include "support/temp_folder.h"

struct ImGuiTestEngine;
struct ImGuiTestContext;

namespace studio {

class Stage {
 public:
  struct Settings {
    int width = 1600, height = 900;
    float scale = 1;
    bool draw = true;                // false: the null renderer
    bool own_sandbox_folder = true;  // STUDIO_SANDBOX_STATE in the stage's folder
    std::string bus_address = {};    // of a desktop to ask; empty: there is none
    std::string sound_driver = "wave";  // of OpenAL Soft; "wave" without a file: there is no device; "null": one that nobody hears
    WindowSettings remembered = {};  // from an earlier start
  };
  explicit Stage(Settings settings);
  Stage() : Stage(Settings{}) {}
  ~Stage();

  App& app() { return *app_; }
  bool draws() const { return screen_ != nullptr; }  // pixels can be read back
  std::filesystem::path folder() const { return folder_.path(); }
  std::filesystem::path sandbox_state() const { return folder_.path() / "sandbox"; }
  // Makes and opens a fresh project of that name.
  std::filesystem::path open_fresh_project(const std::string& name = "film");

  // Opens, or says on the first page why not. None: as at a start without arguments.
  void open(const std::optional<std::filesystem::path>& project);

  // One frame, as the frame loop draws it.
  void frame();
  // Plays a script: it runs between frames and uses the Test Engine's context. True when no check failed.
  bool play(const std::string& name, std::function<void(ImGuiTestContext*)> script);
  // Within a script: frames until `done` is true; false when `secs` of real time are over first.
  bool wait_until(ImGuiTestContext* context, const std::function<bool()>& done, double secs = 60);
  // Frames until all that is wanted is on screen, outside of a script.
  bool settle(double secs = 30);
  // The same, and then nothing more to draw comes in: twenty waits in a row without news.
  bool falls_asleep(double secs = 30);
  Picture pixels();
  // The next frame, into the folder of pictures beside the test programs, for people to look at.
  void save_picture(const std::string& name);

 private:
  bool tick();
  // Says each call noted so far that may have held the window up.
  bool waited_for_nothing();
  void wait_for_wake(int ms);
  void write_picture(const std::string& name);

  Settings settings_;
  TempFolder folder_;
  std::unique_ptr<OffScreen> screen_;
  std::string picture_wanted_;
  bool is_looked_at_ = false;  // the next frame's pixels are read
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool ringing = false;
  };
  std::shared_ptr<Bell> bell_;
  std::unique_ptr<App> app_;
  ImGuiTestEngine* engine_ = nullptr;
  bool idle_ = false;  // the script waits for something outside
};

}  // namespace studio
