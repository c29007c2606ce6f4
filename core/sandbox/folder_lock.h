// One server a folder: a lock file that the system releases when its process ends, with the words of who holds it.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace studio {

class FolderLock {
 public:
  // `what`: "sandbox", for the sentences. Error Owned: somebody serves the folder, the sentence says who.
  static Result<FolderLock> take(const std::filesystem::path& folder, std::string_view what);
  // Who we are, for whoever comes second.
  Result<void> sign(int port);

 private:
  std::filesystem::path file_;
  UniqueFd fd_;
};

}  // namespace studio
