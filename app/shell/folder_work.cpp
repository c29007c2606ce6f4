#include "shell/folder_work.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "engine/open_folder.h"

namespace studio {
namespace {

std::int64_t changed_ms(const struct stat& facts) {
  return static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
}

// XDG_DESKTOP_DIR="$HOME/Desktop" and its like; what a shell would make of it, without one.
std::filesystem::path user_folder(const std::string& text, std::string_view key, const std::filesystem::path& home) {
  for (const std::string& line : split(text, '\n')) {
    const std::string_view trim = trimmed(line);
    if (!trim.starts_with(std::string(key) + "=\"") || !trim.ends_with('"')) continue;
    std::string value(trim.substr(key.size() + 2));
    value.pop_back();
    if (value.starts_with("$HOME/")) return home / value.substr(6);
    return value.starts_with('/') ? std::filesystem::path(value) : std::filesystem::path();
  }
  return {};
}

bool is_folder(const std::filesystem::path& path) {
  struct stat facts {};
  return !path.empty() && ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

// "\040" is a space, and so on.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto is_octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && is_octal(i + 1) && is_octal(i + 2) && is_octal(i + 3)) {
      plain += static_cast<char>(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

FolderListing list_folder(const std::filesystem::path& folder, const std::stop_token& stop) {
  FolderListing listing;
  listing.folder = folder;
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0) {
    listing.error = disk_error("Cannot open the folder", errno, folder);
    return listing;
  }
  if (!S_ISDIR(facts.st_mode)) {
    listing.is_file = true;
    return listing;
  }
  const OpenFolder open = open_folder(AT_FDCWD, folder.c_str());
  if (!open) {
    listing.error = disk_error("Cannot open the folder", errno, folder);
    return listing;
  }
  const int fd = ::dirfd(open.get());
  listing.is_project = holds_project(fd);
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) {
      if (errno != 0) listing.error = disk_error("Cannot read the folder to its end", errno, folder);
      break;
    }
    if (stop.stop_requested()) break;
    if (is_dots(entry->d_name)) continue;
    FolderEntry row;
    row.name = entry->d_name;
    // A link is what it leads to; one that leads nowhere is a file of no size.
    if (::fstatat(fd, entry->d_name, &facts, 0) != 0 && ::fstatat(fd, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    row.is_folder = S_ISDIR(facts.st_mode);
    row.bytes = S_ISREG(facts.st_mode) ? static_cast<std::uint64_t>(facts.st_size) : 0;
    row.changed_ms = changed_ms(facts);
    row.is_project = row.is_folder && holds_project(fd, row.name);
    listing.entries.push_back(std::move(row));
  }
  sort_by_name(listing.entries);
  return listing;
}

std::vector<PickerPlace> standard_places(const std::filesystem::path& home) {
  using Kind = PickerPlace::Kind;
  std::vector<PickerPlace> places;
  const auto add = [&](Kind kind, std::string label, const std::filesystem::path& folder) {
    const bool known =
        std::any_of(places.begin(), places.end(), [&](const PickerPlace& place) { return place.folder == folder; });
    if (!known && is_folder(folder)) places.push_back({kind, std::move(label), folder});
  };
  add(Kind::Home, "Home", home);
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const auto config_folder = config != nullptr && *config == '/' ? std::filesystem::path(config) : home / ".config";
  const std::string dirs = read_file(config_folder / "user-dirs.dirs", 1 << 16).value_or("");
  const auto user = [&](std::string_view key, const char* label) {
    const auto named = user_folder(dirs, key, home);
    add(Kind::Folder, label, named.empty() ? home / label : named);
  };
  user("XDG_DESKTOP_DIR", "Desktop");
  user("XDG_PICTURES_DIR", "Pictures");
  user("XDG_VIDEOS_DIR", "Videos");
  user("XDG_DOWNLOAD_DIR", "Downloads");
  // Field 5 of each line is where something is mounted.
  std::string mounts;
  if (const UniqueFd fd{::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)}) {
    char chunk[1 << 14];
    for (ssize_t got = 0; (got = ::read(fd.get(), chunk, sizeof chunk)) > 0 && mounts.size() < (1u << 20);)
      mounts.append(chunk, static_cast<std::size_t>(got));
  }
  for (const std::string& line : split(mounts, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() < 5) continue;
    const std::filesystem::path at(unescaped(fields[4]));
    const std::string text = at.string();
    if (text.starts_with("/media/") || text.starts_with("/run/media/") || text.starts_with("/mnt/"))
      add(Kind::Volume, at.filename().string(), at);
  }
  add(Kind::Volume, "This computer", "/");
  return places;
}

}  // namespace studio
