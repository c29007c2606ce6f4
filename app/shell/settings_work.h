// The file work behind the settings panel, on a thread of its own: measuring the project, reading and keeping keys.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/inbox.h"
#include "base/side_work.h"
#include "engine/studio.h"
#include "panels/settings_panel.h"

namespace studio {

// UI thread. One piece of work at a time; its end joins it.
class SettingsWork {
 public:
  // `wake` may be called from the thread; it may only wake.
  SettingsWork(std::filesystem::path config_folder, std::shared_ptr<const ProviderSet> providers,
               std::function<void()> wake);
  ~SettingsWork();

  // Something was found out that a frame should show.
  bool has_news() const { return has_news_; }
  // Once a frame, before the panel is drawn: brings what was found, and takes up what the panel wants.
  void tend(SettingsState& state, const StudioView* view);

 private:
  struct Task {
    std::optional<std::filesystem::path> measure;
    bool keys = false;
    std::optional<SettingsState::KeyWish> key_wish;
  };
  using News = std::function<void(SettingsState&)>;
  void carry_out(const Task& task, const std::stop_token& stop);

  std::filesystem::path config_folder_;
  std::shared_ptr<const ProviderSet> providers_;
  std::atomic<bool> has_news_ = false;
  Inbox<News> inbox_;
  std::stop_source stop_;
  std::filesystem::path measured_;  // the project that `storage` is about
  SideWork<bool> work_;
};

}  // namespace studio
