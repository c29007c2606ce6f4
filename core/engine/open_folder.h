// A folder that is open for reading, by its descriptor, so that what is looked at is what was opened. Any thread; blocking.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

namespace studio {

inline constexpr const char* project_mark = "ledger.sqlite";  // its presence makes a folder a project

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

// Relative to `parent`; null with errno.
inline OpenFolder open_folder(int parent, const char* name, int extra_flags = 0) {
  const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | extra_flags);
  if (fd < 0) return nullptr;
  DIR* folder = ::fdopendir(fd);
  if (folder == nullptr) ::close(fd);
  return OpenFolder(folder);
}

// The folder itself, or the one of that name in it.
inline bool holds_project(int folder, const std::string& name = {}) {
  struct stat facts {};
  return ::fstatat(folder, name.empty() ? project_mark : (name + "/" + project_mark).c_str(), &facts, 0) == 0 &&
         S_ISREG(facts.st_mode);
}

inline bool is_dots(const char* name) { return std::string_view(name) == "." || std::string_view(name) == ".."; }

}  // namespace studio
