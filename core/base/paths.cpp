#include "base/paths.h"

#include <unistd.h>

#include <cstdlib>

namespace studio {
namespace {

std::filesystem::path xdg(const char* variable, const char* fallback_in_home) {
  const char* value = std::getenv(variable);
  if (value != nullptr && value[0] == '/') return std::filesystem::path(value) / "production-studio";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr && home[0] == '/' ? home : "/tmp") / fallback_in_home / "production-studio";
}

}  // namespace

std::filesystem::path user_data_folder() { return xdg("XDG_DATA_HOME", ".local/share"); }
std::filesystem::path user_state_folder() { return xdg("XDG_STATE_HOME", ".local/state"); }
std::filesystem::path user_config_folder() { return xdg("XDG_CONFIG_HOME", ".config"); }
std::filesystem::path user_cache_folder() { return xdg("XDG_CACHE_HOME", ".cache"); }

std::filesystem::path sandbox_folder() {
  const char* given = std::getenv("STUDIO_SANDBOX_STATE");
  if (given == nullptr || given[0] == 0) return user_state_folder() / "sandbox";
  std::error_code error;  // the folder we are in may be gone; then the path is left to fail where it is used
  const auto absolute = std::filesystem::absolute(given, error);
  return error ? std::filesystem::path(given) : absolute;
}

std::filesystem::path program_folder() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::current_path() : self.parent_path();
}

std::filesystem::path sibling_program(const std::string& name) { return program_folder() / name; }

std::filesystem::path assets_folder() {
  if (const char* given = std::getenv("STUDIO_ASSETS"); given != nullptr && given[0] != 0) return given;
  std::error_code error;
  for (const auto& candidate : {program_folder() / "assets", program_folder() / "../share/production-studio/assets"}) {
    if (std::filesystem::is_directory(candidate, error)) return candidate;
  }
  return STUDIO_SOURCE_ASSETS;
}

}  // namespace studio
