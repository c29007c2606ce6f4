// The desktop around the window, asked over the session bus: its file dialog (the portal), and its file manager. Both
// may be missing; every call says so and nothing waits on the UI thread.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "shell/errands.h"

namespace studio {

struct DesktopSettings {
  bool is_there = false;      // false: nothing outside of the window is asked or started
  std::string parent_window;  // "x11:1e00007" in the portal's words; empty: none
  std::string bus_address;    // empty: the session's own bus
};

struct FileQuestion {
  std::string title, accept_label;
  enum class What : std::uint8_t { Files, File, Folder, NewFolder } what = What::Files;
  std::filesystem::path start;  // the folder to begin in; may be empty
  std::string name;             // of a new folder, as a proposal
};

struct FileAnswer {
  enum class How : std::uint8_t {
    Chosen,
    Cancelled,
    NoPortal,  // nobody there who could ask: use our own picker
  } how = How::NoPortal;
  std::vector<std::filesystem::path> paths;
};

// Blocking; `stop` ends it, with the dialog closed. On a worker only. An empty bus address means the session's own.
FileAnswer ask_portal(const FileQuestion& question, const std::string& parent_window, const std::stop_token& stop,
                      const std::string& bus_address = {});

// Shows the files in their folder, chosen there: by the file manager on the bus, else by xdg-open. Blocking, some
// seconds at most. Errors: NotFound when there is neither.
Result<void> show_in_folder(const std::vector<std::filesystem::path>& paths, const std::stop_token& stop,
                            const std::string& bus_address = {});

// The percent-encoded address of a file, and back; nothing for what is no local file.
std::string file_uri(const std::filesystem::path& path);
std::optional<std::filesystem::path> path_from_uri(std::string_view uri);

// UI thread. Answers come in a tick of the errands.
class Desktop {
 public:
  Desktop(DesktopSettings settings, Errands& errands) : settings_(std::move(settings)), errands_(errands) {}

  // Whether the portal may answer; where it once did not, our own picker asks.
  bool can_ask() const { return settings_.is_there && has_portal_; }
  bool is_asking() const { return is_asking_; }
  void ask(FileQuestion question, std::function<void(FileAnswer)> answered);
  void show(std::vector<std::filesystem::path> paths, std::function<void(Result<void>)> done);

 private:
  DesktopSettings settings_;
  Errands& errands_;
  bool is_asking_ = false;
  bool has_portal_ = true;  // until it does not answer
};

}  // namespace studio
