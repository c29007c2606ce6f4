#include "shell/desktop.h"

#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "base/file.h"
#include "base/log.h"

extern char** environ;

namespace studio {
namespace {

constexpr const char* portal = "org.freedesktop.portal.Desktop";
constexpr const char* portal_path = "/org/freedesktop/portal/desktop";
constexpr const char* chooser = "org.freedesktop.portal.FileChooser";
// The first call may have to start the portal.
constexpr std::uint64_t first_answer_us = 4'000'000;
constexpr std::chrono::milliseconds opener_has{3000};

struct CloseBus {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
struct DropMessage {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;
using Message = std::unique_ptr<sd_bus_message, DropMessage>;

// Null where there is no session bus.
Bus open_bus(const std::string& address) {
  sd_bus* bus = nullptr;
  if (address.empty()) return sd_bus_open_user(&bus) < 0 ? nullptr : Bus(bus);
  if (sd_bus_new(&bus) < 0) return nullptr;
  Bus owned(bus);
  const bool is_open =
      sd_bus_set_address(bus, address.c_str()) >= 0 && sd_bus_set_bus_client(bus, 1) >= 0 && sd_bus_start(bus) >= 0;
  return is_open ? std::move(owned) : nullptr;
}

// Ends a poll when a stop is wished for.
class StopBell {
 public:
  explicit StopBell(const std::stop_token& stop)
      : fd_(::eventfd(0, EFD_CLOEXEC)), callback_(stop, [this] {
          const std::uint64_t one = 1;
          [[maybe_unused]] const auto put = ::write(fd_.get(), &one, sizeof one);
        }) {}
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::stop_callback<std::function<void()>> callback_;
};

// What a portal of that interface can do; nothing when nobody answers.
std::optional<unsigned> portal_version(sd_bus* bus) {
  Message call, reply;
  sd_bus_message* raw = nullptr;
  if (sd_bus_message_new_method_call(bus, &raw, portal, portal_path, "org.freedesktop.DBus.Properties", "Get") < 0)
    return std::nullopt;
  call.reset(raw);
  if (sd_bus_message_append(raw, "ss", chooser, "version") < 0) return std::nullopt;
  sd_bus_message* answer = nullptr;
  if (sd_bus_call(bus, raw, first_answer_us, nullptr, &answer) < 0) return std::nullopt;
  reply.reset(answer);
  std::uint32_t version = 0;
  if (sd_bus_message_read(answer, "v", "u", &version) < 0) return std::nullopt;
  return version;
}

int append_flag(sd_bus_message* call, const char* name, bool value) {
  return sd_bus_message_append(call, "{sv}", name, "b", value ? 1 : 0);
}

// A path as the portal wants it: bytes with the closing 0.
int append_path(sd_bus_message* call, const char* name, const std::string& path) {
  int r = sd_bus_message_open_container(call, 'e', "sv");
  if (r >= 0) r = sd_bus_message_append(call, "s", name);
  if (r >= 0) r = sd_bus_message_open_container(call, 'v', "ay");
  if (r >= 0) r = sd_bus_message_append_array(call, 'y', path.c_str(), path.size() + 1);
  if (r >= 0) r = sd_bus_message_close_container(call);
  if (r >= 0) r = sd_bus_message_close_container(call);
  return r;
}

struct Response {
  bool arrived = false;
  std::uint32_t code = 2;
  std::vector<std::filesystem::path> paths;
};

int on_response(sd_bus_message* message, void* user_data, sd_bus_error*) {
  auto& response = *static_cast<Response*>(user_data);
  response.arrived = true;
  if (sd_bus_message_read(message, "u", &response.code) < 0) return 0;
  if (sd_bus_message_enter_container(message, 'a', "{sv}") < 0) return 0;
  while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
    const char* key = nullptr;
    if (sd_bus_message_read(message, "s", &key) < 0) return 0;
    if (std::strcmp(key, "uris") == 0 && sd_bus_message_enter_container(message, 'v', "as") > 0) {
      char** uris = nullptr;
      if (sd_bus_message_read_strv(message, &uris) >= 0 && uris != nullptr) {
        for (char** uri = uris; *uri != nullptr; ++uri) {
          if (auto path = path_from_uri(*uri)) response.paths.push_back(std::move(*path));
          std::free(*uri);
        }
        std::free(uris);
      }
      sd_bus_message_exit_container(message);
    } else {
      sd_bus_message_skip(message, "v");
    }
    sd_bus_message_exit_container(message);
  }
  return 0;
}

// The portal has gone, and its dialog with it.
int on_owner_changed(sd_bus_message* message, void* user_data, sd_bus_error*) {
  const char *name = nullptr, *before = nullptr, *now = nullptr;
  if (sd_bus_message_read(message, "sss", &name, &before, &now) < 0) return 0;
  if (std::strcmp(name, portal) == 0 && *now == '\0') static_cast<Response*>(user_data)->arrived = true;
  return 0;
}

// The name by which a request's answer is known before it is sent, so that no answer is missed.
std::string request_path(sd_bus* bus, const std::string& token) {
  const char* unique = nullptr;
  if (sd_bus_get_unique_name(bus, &unique) < 0 || unique == nullptr) return "";
  std::string sender(unique + 1);  // without the colon
  std::replace(sender.begin(), sender.end(), '.', '_');
  return std::string(portal_path) + "/request/" + sender + "/" + token;
}

}  // namespace

std::string file_uri(const std::filesystem::path& path) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string uri = "file://";
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || std::strchr("/-_.~", c) != nullptr;
    if (is_plain && c != '\0') {
      uri += c;
    } else {
      uri += '%';
      uri += hex[byte >> 4];
      uri += hex[byte & 15];
    }
  }
  return uri;
}

std::optional<std::filesystem::path> path_from_uri(std::string_view uri) {
  constexpr std::string_view scheme = "file://";
  if (!uri.starts_with(scheme)) return std::nullopt;
  uri.remove_prefix(scheme.size());
  const std::size_t slash = uri.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  uri.remove_prefix(slash);  // a host name, which can only be this one
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] != '%') {
      path += uri[i];
      continue;
    }
    if (i + 2 >= uri.size()) return std::nullopt;
    const int high = digit(uri[i + 1]), low = digit(uri[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    path += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return std::filesystem::path(path);
}

FileAnswer ask_portal(const FileQuestion& question, const std::string& parent_window, const std::stop_token& stop,
                      const std::string& bus_address) {
  using What = FileQuestion::What;
  FileAnswer answer;
  const Bus bus = open_bus(bus_address);
  if (!bus) return answer;
  const auto version = portal_version(bus.get());
  // Folders can be asked for since version 3.
  if (!version || (question.what == What::Folder && *version < 3)) return answer;
  if (stop.stop_requested()) return {FileAnswer::How::Cancelled, {}};

  static std::atomic<int> questions = 0;
  const std::string token = "studio_" + std::to_string(::getpid()) + "_" + std::to_string(++questions);
  const std::string request = request_path(bus.get(), token);
  Response response;
  if (sd_bus_match_signal(bus.get(), nullptr, portal, request.c_str(), "org.freedesktop.portal.Request", "Response",
                          on_response, &response) < 0 ||
      sd_bus_match_signal(bus.get(), nullptr, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "NameOwnerChanged", on_owner_changed, &response) < 0)
    return answer;

  sd_bus_message* raw = nullptr;
  if (sd_bus_message_new_method_call(bus.get(), &raw, portal, portal_path, chooser,
                                     question.what == What::NewFolder ? "SaveFile" : "OpenFile") < 0)
    return answer;
  const Message call(raw);
  int r = sd_bus_message_append(raw, "ss", parent_window.c_str(), question.title.c_str());
  if (r >= 0) r = sd_bus_message_open_container(raw, 'a', "{sv}");
  if (r >= 0) r = sd_bus_message_append(raw, "{sv}", "handle_token", "s", token.c_str());
  if (r >= 0) r = sd_bus_message_append(raw, "{sv}", "accept_label", "s", question.accept_label.c_str());
  if (r >= 0) r = append_flag(raw, "modal", true);
  if (r >= 0 && question.what == What::Files) r = append_flag(raw, "multiple", true);
  if (r >= 0 && question.what == What::Folder) r = append_flag(raw, "directory", true);
  if (r >= 0 && question.what == What::NewFolder && !question.name.empty())
    r = sd_bus_message_append(raw, "{sv}", "current_name", "s", question.name.c_str());
  if (r >= 0 && !question.start.empty()) r = append_path(raw, "current_folder", question.start.string());
  if (r >= 0) r = sd_bus_message_close_container(raw);
  sd_bus_message* reply = nullptr;
  if (r >= 0) r = sd_bus_call(bus.get(), raw, first_answer_us * 5, nullptr, &reply);
  if (r < 0) {
    log_info(std::string("the desktop's file dialog did not open: ") + std::strerror(-r));
    return answer;
  }
  const Message opened(reply);

  // The dialog is open as long as it likes.
  const StopBell bell(stop);
  while (!response.arrived) {
    if (stop.stop_requested()) {
      sd_bus_call_method(bus.get(), portal, request.c_str(), "org.freedesktop.portal.Request", "Close", nullptr,
                         nullptr, "");
      return {FileAnswer::How::Cancelled, {}};
    }
    const int worked = sd_bus_process(bus.get(), nullptr);
    if (worked < 0) return {FileAnswer::How::Cancelled, {}};  // the bus is gone, and the dialog with it
    if (worked > 0) continue;
    const int events = sd_bus_get_events(bus.get());
    pollfd fds[] = {{sd_bus_get_fd(bus.get()), static_cast<short>(std::max(events, 0)), 0}, {bell.fd(), POLLIN, 0}};
    ::poll(fds, 2, -1);
  }
  if (response.code != 0 || response.paths.empty()) return {FileAnswer::How::Cancelled, {}};
  return {FileAnswer::How::Chosen, std::move(response.paths)};
}

namespace {

bool show_by_file_manager(const std::vector<std::filesystem::path>& paths, const std::string& bus_address) {
  const Bus bus = open_bus(bus_address);
  if (!bus) return false;
  sd_bus_message* raw = nullptr;
  if (sd_bus_message_new_method_call(bus.get(), &raw, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                                     "org.freedesktop.FileManager1", "ShowItems") < 0)
    return false;
  const Message call(raw);
  if (sd_bus_message_open_container(raw, 'a', "s") < 0) return false;
  for (const auto& path : paths)
    if (sd_bus_message_append(raw, "s", file_uri(path).c_str()) < 0) return false;
  if (sd_bus_message_close_container(raw) < 0 || sd_bus_message_append(raw, "s", "") < 0) return false;
  return sd_bus_call(bus.get(), raw, first_answer_us * 2, nullptr, nullptr) >= 0;
}

// Without a shell: a folder's name is an argument, whatever is in it. An opener that is still there after some seconds
// is the file manager itself; it is left alone, and the system collects it after us.
bool open_by_program(const std::filesystem::path& folder, const std::stop_token& stop) {
  std::string program = "xdg-open", argument = folder.string();
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t child = -1;
  if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0) return false;
  const auto until = std::chrono::steady_clock::now() + opener_has;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (stop.stop_requested() || std::chrono::steady_clock::now() > until) return true;
    ::poll(nullptr, 0, 20);
  }
}

}  // namespace

Result<void> show_in_folder(const std::vector<std::filesystem::path>& paths, const std::stop_token& stop,
                            const std::string& bus_address) {
  if (paths.empty()) return {};
  // More than a few would open a window each in some file managers.
  const std::vector<std::filesystem::path> first(paths.begin(),
                                                 paths.begin() + std::min<std::ptrdiff_t>(20, std::ssize(paths)));
  std::error_code error;
  if (!std::filesystem::exists(first.front(), error))
    return fail(ErrorKind::NotFound, "It is not there any more: " + first.front().string());
  if (show_by_file_manager(first, bus_address)) return {};
  const bool is_folder = std::filesystem::is_directory(first.front(), error);
  const auto folder = is_folder ? first.front() : first.front().parent_path();
  if (open_by_program(folder, stop)) return {};
  return fail(ErrorKind::NotFound,
              "No file manager answers on this desktop: open the folder yourself: " + folder.string());
}

void Desktop::ask(FileQuestion question, std::function<void(FileAnswer)> answered) {
  is_asking_ = true;
  errands_.start([this, question = std::move(question), settings = settings_, answered = std::move(answered)](
                     const std::stop_token& stop, const Errands::Tell& tell) {
    auto answer =
        std::make_shared<FileAnswer>(ask_portal(question, settings.parent_window, stop, settings.bus_address));
    tell([this, answer, answered] {
      is_asking_ = false;
      if (answer->how == FileAnswer::How::NoPortal) has_portal_ = false;
      answered(std::move(*answer));
    });
  });
}

void Desktop::show(std::vector<std::filesystem::path> paths, std::function<void(Result<void>)> done) {
  if (!settings_.is_there) return done(fail(ErrorKind::NotFound, "There is no desktop here that could show a folder."));
  errands_.start([paths = std::move(paths), done = std::move(done), bus_address = settings_.bus_address](
                     const std::stop_token& stop, const Errands::Tell& tell) {
    auto shown = std::make_shared<Result<void>>(show_in_folder(paths, stop, bus_address));
    tell([shown, done] { done(std::move(*shown)); });
  });
}

}  // namespace studio
