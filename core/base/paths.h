// Where things lie: the user's folders by the XDG rules, and the folder of the running program.
#pragma once

#include <filesystem>
#include <string>

namespace studio {

std::filesystem::path user_data_folder();    // $XDG_DATA_HOME/production-studio
std::filesystem::path user_state_folder();   // $XDG_STATE_HOME/production-studio
std::filesystem::path user_config_folder();  // $XDG_CONFIG_HOME/production-studio
std::filesystem::path user_cache_folder();   // $XDG_CACHE_HOME/production-studio

// Where the sandbox keeps its jobs and its bill: $STUDIO_SANDBOX_STATE, absolute, else in the user's state folder. It and
// the programs that look for it must find the same one.
std::filesystem::path sandbox_folder();

// The folder of the running executable: its sibling programs lie there.
std::filesystem::path program_folder();
std::filesystem::path sibling_program(const std::string& name);

// assets/ of the build or the installation: $STUDIO_ASSETS, else beside the program, else the source tree it was built from.
std::filesystem::path assets_folder();

}  // namespace studio
