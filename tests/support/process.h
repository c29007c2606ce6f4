// Programs as their users start them: run to the end, or in the background to be killed.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace studio {

struct ProgramResult {
  int exit_code = -1;  // -1: ended by a signal, or by the time limit
  bool timed_out = false;
  std::string out, err;
};

class Process {
 public:
  // Starts `arguments[0]`; its output is collected. `environment` is added to ours; an empty value removes the name.
  Process(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment = {}, const std::string& folder = {});
  ~Process();  // kills and reaps what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number);
  // Reads its output until it ends (and every holder of its descriptors has closed them) or the time is over.
  ProgramResult wait(int limit_ms = 60'000);
  // Reads until stdout contains `text`; false when it ended or the time is over.
  // `from`: only what comes after so many bytes counts.
  bool wait_for_output(const std::string& text, int limit_ms = 20'000, std::size_t from = 0);
  // Lets it run for a while; true when it ended meanwhile.
  bool runs_out_within(int ms);
  const std::string& out() const { return out_; }

 private:
  bool pump(int limit_ms);  // false when nothing more can come

  pid_t pid_ = -1;
  int out_fd_ = -1, err_fd_ = -1;
  bool reaped_ = false;
  int status_ = 0;
  std::string out_, err_;
};

ProgramResult run_program(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment = {}, int limit_ms = 60'000);

// Whether a program of that name is on the PATH.
bool has_program(const std::string& name);

}  // namespace studio
