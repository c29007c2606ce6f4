// Files made in passing, and this thread as somebody who may not read them all.
#pragma once

#include <sys/fsuid.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace studio {

inline void put_file(const std::filesystem::path& path, const std::string& text = "x") {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

// As somebody who is not root, on this thread alone.
class AsNobody {
 public:
  AsNobody() : before_(::setfsuid(65534)) {}
  ~AsNobody() { ::setfsuid(static_cast<uid_t>(before_)); }

 private:
  int before_;
};

}  // namespace studio
