#include "support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

extern char** environ;

namespace studio {
namespace {

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Process::Process(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment, const std::string& folder) {
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!environment.contains(text.substr(0, text.find('=')))) variables.push_back(text);
  }
  for (const auto& [name, value] : environment) {
    if (!value.empty()) variables.push_back(name + "=" + value);
  }
  std::vector<char*> argv, envp;
  for (auto& argument : arguments) argv.push_back(argument.data());
  for (auto& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  const int error = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
  if (error != 0) throw std::runtime_error("cannot start " + arguments[0] + ": " + std::strerror(error));
}

Process::~Process() {
  if (!reaped_ && pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
  }
  if (out_fd_ >= 0) ::close(out_fd_);
  if (err_fd_ >= 0) ::close(err_fd_);
}

void Process::signal(int number) {
  if (!reaped_) ::kill(pid_, number);
}

bool Process::pump(int limit_ms) {
  pollfd fds[2] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
  if (out_fd_ < 0 && err_fd_ < 0) return false;
  if (::poll(fds, 2, limit_ms) <= 0) return true;
  char chunk[1 << 16];
  const auto take = [&](int& fd, std::string& text, short events) {
    if (fd < 0 || events == 0) return;
    const ssize_t got = ::read(fd, chunk, sizeof chunk);
    if (got > 0) {
      text.append(chunk, static_cast<std::size_t>(got));
    } else if (got == 0) {
      ::close(fd);
      fd = -1;
    }
  };
  take(out_fd_, out_, fds[0].revents);
  take(err_fd_, err_, fds[1].revents);
  return out_fd_ >= 0 || err_fd_ >= 0;
}

ProgramResult Process::wait(int limit_ms) {
  const std::int64_t end = now_ms() + limit_ms;
  ProgramResult result;
  while (pump(static_cast<int>(std::max<std::int64_t>(0, std::min<std::int64_t>(end - now_ms(), 1000))))) {
    if (now_ms() >= end) {
      result.timed_out = true;
      signal(SIGKILL);
      break;
    }
  }
  if (!reaped_) {
    ::waitpid(pid_, &status_, 0);
    reaped_ = true;
  }
  if (!result.timed_out && WIFEXITED(status_)) result.exit_code = WEXITSTATUS(status_);
  result.out = out_;
  result.err = err_;
  return result;
}

bool Process::wait_for_output(const std::string& text, int limit_ms, std::size_t from) {
  const std::int64_t end = now_ms() + limit_ms;
  while (out_.find(text, from) == std::string::npos) {
    const std::int64_t left = end - now_ms();
    if (left <= 0 || !pump(static_cast<int>(left))) return out_.find(text, from) != std::string::npos;
  }
  return true;
}

bool Process::runs_out_within(int ms) {
  if (reaped_) return true;
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (fd < 0) return false;
  pollfd ended{fd, POLLIN, 0};
  const bool is_over = ::poll(&ended, 1, ms) > 0;
  ::close(fd);
  return is_over;
}

ProgramResult run_program(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment, int limit_ms) {
  Process process(std::move(arguments), environment);
  return process.wait(limit_ms);
}

bool has_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string folders = path != nullptr ? path : "";
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    if (::access((folders.substr(at, end - at) + "/" + name).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace studio
