// window.json in the user's configuration folder.
#include "shell/window_settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/log.h"

namespace studio {
namespace {

constexpr std::size_t most_recent = 20;

}  // namespace

WindowSettings load_window_settings(const std::filesystem::path& file) {
  WindowSettings settings;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return settings;
  auto text = read_file(file, 1 << 20);
  if (!text) {
    log_warning(text.error().message);
    return settings;
  }
  try {
    const auto json = nlohmann::json::parse(*text);
    for (const auto& entry : json.value("recent", nlohmann::json::array())) {
      RecentProject project;
      project.folder = entry.at("folder").get<std::string>();
      project.name = entry.value("name", project.folder.filename().string());
      project.opened_ms = entry.value("opened_ms", std::int64_t{0});
      settings.recent.push_back(std::move(project));
    }
    settings.last = json.value("last", "");
    settings.user_scale = std::clamp(json.value("user_scale", 1.0), 0.75, 3.0);
    settings.high_contrast = json.value("high_contrast", false);
    settings.key_map = json.value("key_map", settings.key_map);
    const auto keys = json.value("keys", nlohmann::json::object());
    for (const auto& [command, chord] : keys.items()) {
      if (chord.is_string())
        settings.keys[command] = chord.get<std::string>();
      else
        log_warning("The settings' key for \"" + command + "\" is no text; it is left out.");
    }
    settings.tile_step = json.value("tile_step", settings.tile_step);
    settings.sound_on = json.value("sound_on", settings.sound_on);
    settings.width = std::clamp(json.value("width", settings.width), 640, 16384);
    settings.height = std::clamp(json.value("height", settings.height), 480, 16384);
    settings.export_folder = json.value("export_folder", "");
    settings.export_template = json.value("export_template", "");
    if (json.value("layout_name", "") == "Review") settings.layout_name = "Review";
    // Held by a name of its own: what a loop runs over must outlive it.
    const auto layouts = json.value("layouts", nlohmann::json::object());
    for (const auto& [name, layout] : layouts.items())
      settings.layouts[name].text = layout.get<std::string>();
    const auto scales = json.value("layout_scales", nlohmann::json::object());
    for (auto& [name, layout] : settings.layouts) layout.scale = std::clamp(scales.value(name, 0.0), 0.0, 64.0);
  } catch (const std::exception& problem) {
    log_warning(std::string("window settings are damaged, starting with fresh ones: ") + problem.what());
    return WindowSettings{};
  }
  return settings;
}

Result<void> save_window_settings(const std::filesystem::path& file, const WindowSettings& settings) {
  nlohmann::json json;
  json["recent"] = nlohmann::json::array();
  for (const RecentProject& project : settings.recent)
    json["recent"].push_back(
        {{"folder", project.folder.string()}, {"name", project.name}, {"opened_ms", project.opened_ms}});
  json["last"] = settings.last.string();
  json["user_scale"] = settings.user_scale;
  json["high_contrast"] = settings.high_contrast;
  json["key_map"] = settings.key_map;
  json["keys"] = nlohmann::json::object();
  for (const auto& [command, chord] : settings.keys) json["keys"][command] = chord;
  json["tile_step"] = settings.tile_step;
  json["sound_on"] = settings.sound_on;
  json["width"] = settings.width;
  json["height"] = settings.height;
  json["export_folder"] = settings.export_folder;
  json["export_template"] = settings.export_template;
  json["layout_name"] = settings.layout_name;
  json["layouts"] = json["layout_scales"] = nlohmann::json::object();
  for (const auto& [name, layout] : settings.layouts) {
    json["layouts"][name] = layout.text;
    json["layout_scales"][name] = layout.scale;
  }
  STUDIO_CHECK(make_folder(file.parent_path(), true));
  // A folder's name may hold any bytes: what is not UTF-8 is replaced, not thrown at.
  return write_file_durable(file, json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace), 0600);
}

std::vector<StartPicture> load_start_pictures(const std::filesystem::path& folder) {
  std::vector<StartPicture> pictures;
  if (folder.empty()) return pictures;
  const auto text = read_file(folder / "pictures.json", 1 << 20);
  if (!text) return pictures;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("pictures") || !json["pictures"].is_array()) return pictures;
  for (const auto& entry : json["pictures"])
    if (entry.is_object()) pictures.push_back({entry.value("file", ""), entry.value("kept", false)});
  return pictures;
}

void remember_project(WindowSettings& settings, const std::filesystem::path& folder, const std::string& name,
                      std::int64_t now_ms) {
  std::erase_if(settings.recent, [&](const RecentProject& project) { return project.folder == folder; });
  settings.recent.insert(settings.recent.begin(), RecentProject{folder, name, now_ms, true});
  if (settings.recent.size() > most_recent) settings.recent.resize(most_recent);
  settings.last = folder;
}

}  // namespace studio
