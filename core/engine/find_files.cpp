#include "engine/find_files.h"

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/name_order.h"
#include "engine/open_folder.h"

namespace studio {
namespace {

class Finder {
 public:
  Finder(const std::stop_token& stop, const std::function<void(std::size_t)>& found, std::size_t most)
      : stop_(stop), found_(found), most_(most) {}

  void begin(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return refuse("Cannot read it", errno, path);
    if (!S_ISDIR(facts.st_mode)) return take(path);
    folder(open_folder(AT_FDCWD, path.c_str()), path, 0);
  }

  FoundFiles result;

 private:
  // Deeper than any real tree; each level holds one open descriptor.
  static constexpr int most_depth = 64;

  void refuse(std::string_view what, int error_number, const std::string& path) {
    result.failures.push_back({path, disk_error(what, error_number, path)});
  }

  void take(std::string path) {
    if (result.files.size() >= most_) {
      result.is_cut = true;
      return;
    }
    result.files.push_back(std::move(path));
    if (found_ && result.files.size() % 500 == 0) found_(result.files.size());
  }

  bool is_over() const { return result.is_cut || stop_.stop_requested(); }

  void folder(OpenFolder open, const std::string& path, int depth) {
    if (!open) return refuse("Cannot open the folder", errno, path);
    const int fd = ::dirfd(open.get());
    if (holds_project(fd)) {
      result.failures.push_back(
          {path,
           {ErrorKind::BadRequest, "This is a project: open it, and export from there what you want to import.", "",
            0}});
      return;
    }
    if (depth >= most_depth) {
      result.failures.push_back(
          {path, {ErrorKind::BadRequest, "The folders are nested too deep here: import this one by itself.", "", 0}});
      return;
    }
    std::vector<std::string> files, folders;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(open.get());
      if (entry == nullptr) {
        if (errno != 0) refuse("Cannot read the folder", errno, path);
        break;
      }
      if (is_over()) return;
      if (is_dots(entry->d_name)) continue;
      if (entry->d_name[0] == '.') {
        ++result.hidden;
        continue;
      }
      struct stat facts {};
      if (::fstatat(fd, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        refuse("Cannot read it", errno, path + "/" + entry->d_name);
      } else if (S_ISLNK(facts.st_mode)) {
        ++result.links;
      } else if (S_ISDIR(facts.st_mode)) {
        folders.emplace_back(entry->d_name);
      } else if (S_ISREG(facts.st_mode)) {
        files.emplace_back(entry->d_name);
      }
    }
    std::sort(files.begin(), files.end(), is_name_before);
    std::sort(folders.begin(), folders.end(), is_name_before);
    for (std::string& name : files)
      if (!is_over()) take(path + "/" + name);
    for (const std::string& name : folders) {
      if (is_over()) return;
      folder(open_folder(fd, name.c_str(), O_NOFOLLOW), path + "/" + name, depth + 1);
    }
  }

  const std::stop_token& stop_;
  const std::function<void(std::size_t)>& found_;
  std::size_t most_;
};

}  // namespace

FoundFiles find_files(const std::vector<std::string>& paths, const std::stop_token& stop,
                      const std::function<void(std::size_t)>& found, std::size_t most_files) {
  Finder finder(stop, found, most_files);
  for (const std::string& path : paths) finder.begin(path);
  return std::move(finder.result);
}

}  // namespace studio
