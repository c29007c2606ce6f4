#include "store/project_folder.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/clock.h"
#include "base/text.h"

namespace studio {
namespace {

constexpr std::string_view clean_note = "closed\n";

std::string read_note(int fd) {
  std::array<char, 4096> bytes{};
  const ssize_t got = ::pread(fd, bytes.data(), bytes.size(), 0);
  return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : std::string();
}

bool write_note(int fd, std::string_view note) {
  // The longer text first, the cut after it: a reader in between sees a whole first part.
  return ::pwrite(fd, note.data(), note.size(), 0) == static_cast<ssize_t>(note.size()) &&
         ::ftruncate(fd, static_cast<off_t>(note.size())) == 0 && ::fsync(fd) == 0;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string program_name() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return ignored ? "a program" : program.filename().string();
}

OwnerNote parse_note(const std::string& text) {
  OwnerNote note;
  for (const std::string& line : split(text, '\n')) {
    const auto space = line.find(' ');
    if (space == std::string::npos) continue;
    const std::string name = line.substr(0, space), value = line.substr(space + 1);
    if (name == "pid") note.pid = std::strtol(value.c_str(), nullptr, 10);
    if (name == "program") note.program = value;
    if (name == "host") note.host = value;
    if (name == "started") note.started = value;
  }
  return note;
}

std::filesystem::path absolute_of(const std::filesystem::path& path) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(path, error);
  if (error) absolute = path;
  absolute = absolute.lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

// The type of the file system that `device` is mounted with ("fuse.sshfs"), as the kernel tells this process.
std::string mounted_type(dev_t device) {
  const std::string wanted = std::to_string(major(device)) + ":" + std::to_string(minor(device));
  auto text = read_file("/proc/self/mountinfo");
  if (!text) return {};
  for (const std::string& line : split(*text, '\n')) {
    const auto words = split(line, ' ');
    if (words.size() < 3 || words[2] != wanted) continue;
    for (std::size_t i = 3; i + 1 < words.size(); ++i) {
      if (words[i] == "-") return words[i + 1];  // the optional fields end with a dash, the type follows
    }
  }
  return {};
}

// An open-file lock on the whole file: it belongs to this opening, not to the process, so that two openings exclude each
// other even within one process, and closing another descriptor of the file does not lose it.
struct flock whole_file(short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

std::string_view network_file_system(std::int64_t magic, std::string_view type) {
  // The kernel keeps some of these numbers in headers of its own.
  switch (static_cast<std::uint64_t>(magic) & 0xFFFFFFFFu) {
    case NFS_SUPER_MAGIC: return "NFS";
    case SMB_SUPER_MAGIC: case 0xFF534D42u: case 0xFE534D42u: return "SMB";
    case AFS_SUPER_MAGIC: case 0x6B414653u: return "AFS";
    case CODA_SUPER_MAGIC: return "Coda";
    case NCP_SUPER_MAGIC: return "NCP";
    case 0x00C36400u: return "Ceph";
    case 0x65735546u:  // FUSE: sshfs and its like, but also local disks and containers
      return type == "fuseblk" || type == "fuse.fuse-overlayfs" ? std::string_view() : std::string_view("FUSE");
    default: return {};
  }
}

ProjectFolder::ProjectFolder(const std::filesystem::path& project) : root_(absolute_of(project)) {}

bool ProjectFolder::is_project() const {
  std::error_code error;
  return std::filesystem::is_regular_file(ledger(), error);
}

Result<void> ProjectFolder::check_is_project() const {
  if (is_project()) return {};
  std::error_code error;
  if (!std::filesystem::exists(root_, error)) {
    if (error) return fail(disk_error("Cannot open the project", error.value(), root_));
    return fail(ErrorKind::NotFound, "There is no project here, make it first with new: " + root_.string());
  }
  if (!std::filesystem::is_directory(root_, error)) {
    return fail(ErrorKind::NotFound, "A project is a folder, and this is none: " + root_.string());
  }
  if (::access(root_.c_str(), R_OK | X_OK) != 0) return fail(disk_error("Cannot open the project", errno, root_));
  return fail(ErrorKind::NotFound, "This folder is not a project (it has no ledger.sqlite), make one with new: " + root_.string());
}

Result<void> ProjectFolder::check_can_become_project() const {
  if (is_project()) return fail(ErrorKind::BadRequest, "There is a project already, open it instead: " + root_.string());
  std::error_code error;
  if (!std::filesystem::exists(root_, error)) return {};
  if (!std::filesystem::is_directory(root_, error)) {
    return fail(ErrorKind::BadRequest, "A project is a folder, and a file has that name already: " + root_.string());
  }
  std::filesystem::directory_iterator entries(root_, error);
  if (error) return fail(disk_error("Cannot make the project", error.value(), root_));
  for (const auto& entry : entries) {
    const auto path = entry.path();
    const auto unfinished = unfinished_ledger().string();
    const bool is_ours = path == vault() || path == spool() || path == packs() || path == lock() || path == unfinished ||
                         path == unfinished + "-wal" || path == unfinished + "-shm" || path == unfinished + "-journal";
    if (!is_ours) {
      return fail(ErrorKind::BadRequest, "This folder is not empty and no project; choose a new or an empty folder: " + root_.string());
    }
  }
  return {};
}

Result<void> ProjectFolder::check_file_system() const {
  struct statfs facts{};
  if (::statfs(root_.c_str(), &facts) != 0) return fail(disk_error("Cannot open the project", errno, root_));
  struct stat status{};
  const std::string type = ::stat(root_.c_str(), &status) == 0 ? mounted_type(status.st_dev) : std::string();
  const std::string_view name = network_file_system(static_cast<std::int64_t>(facts.f_type), type);
  if (name.empty()) return {};
  return fail(ErrorKind::Disk, "The project lies on a network file system (" + std::string(name) +
                                   "), which cannot keep it safe: move the folder to a local disk: " + root_.string());
}

std::string owner_words(const OwnerNote& note) {
  const std::string program = note.program.empty() ? "another program" : note.program;
  if (note.pid == 0) return program;
  const std::string where = note.host.empty() || note.host == host_name() ? "" : " on the machine " + note.host;
  return program + where + ", process " + std::to_string(note.pid);
}

Result<std::unique_ptr<OwnerLock>> OwnerLock::take(const ProjectFolder& folder) {
  UniqueFd fd(::open(folder.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) {
    const bool is_readable = errno == EROFS || errno == EACCES || errno == EPERM;
    return fail(disk_error(is_readable ? "Cannot open the project to work in it (list, show and export of ./studio --headless can read it)" : "Cannot open the project",
                           errno, folder.root()));
  }
  struct flock lock = whole_file(F_WRLCK);
  if (::fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) return fail(disk_error("Cannot take the project", errno, folder.root()));
    return fail(ErrorKind::Owned, "The project is open in " + owner_words(parse_note(read_note(fd.get()))) +
                                      ": close it there and try again: " + folder.root().string());
  }
  const std::string before = read_note(fd.get());
  const std::string note = "pid " + std::to_string(::getpid()) + "\nprogram " + program_name() + "\nhost " + host_name() +
                           "\nstarted " + iso_utc(SystemClock().wall_ms()) + "\n";
  if (!write_note(fd.get(), note)) return fail(disk_error("Cannot take the project", errno, folder.root()));
  return std::unique_ptr<OwnerLock>(new OwnerLock(std::move(fd), before == clean_note));
}

std::optional<OwnerNote> OwnerLock::current_owner(const ProjectFolder& folder) {
  UniqueFd fd(::open(folder.lock().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return std::nullopt;
  // Only asks: a lock taken for an instant could turn away somebody who wants to become the owner.
  struct flock lock = whole_file(F_RDLCK);
  if (::fcntl(fd.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return std::nullopt;
  return parse_note(read_note(fd.get()));
}

Result<void> OwnerLock::mark_clean() {
  if (!write_note(fd_.get(), clean_note)) return fail(ErrorKind::Disk, "Cannot note the orderly end of the project.");
  return {};
}

}  // namespace studio
