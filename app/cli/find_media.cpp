#include "cli/find_media.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "engine/find_files.h"

namespace studio {

bool find_media(const std::vector<std::string>& names, std::vector<std::string>& files) {
  static constexpr std::string_view extensions[] = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".mp4", ".mov", ".webm", ".mkv"};
  int hidden = 0, links = 0, others = 0;
  bool is_whole = true;
  for (const auto& name : names) {
    std::string path = std::filesystem::absolute(name).lexically_normal().string();
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(std::move(path));
      continue;
    }
    FoundFiles found = find_files({path}, {}, {}, std::numeric_limits<std::size_t>::max());
    for (auto& file : found.files) {
      const std::string extension = to_lower_ascii(std::filesystem::path(file).extension().string());
      const bool is_media = std::find(std::begin(extensions), std::end(extensions), extension) != std::end(extensions);
      if (is_media) files.push_back(std::move(file));
      else ++others;
    }
    for (const auto& failure : found.failures) {
      const bool names_it = failure.error.message.ends_with(failure.path);
      std::fprintf(stderr, "%s\n", on_one_line((names_it ? "" : failure.path + ": ") + failure.error.message).c_str());
      is_whole = false;
    }
    hidden += found.hidden;
    links += found.links;
  }
  if (hidden + links + others > 0) {
    std::fprintf(stderr, "Passed over in the folders: %d hidden, %d links, %d that are no picture or clip. Name one to import it.\n", hidden, links, others);
  }
  return is_whole;
}

}  // namespace studio
