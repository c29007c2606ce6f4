// Calls that may make a thread wait, caught where they are made: files, folders, sockets, waits for other threads, programs
// and time, the database, decoders. Linked into a test program, it stands before the C library; it only notes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace studio {

// While one lives, calls of this thread are noted. The other way round within it: TrapPause.
class TrapScope {
 public:
  TrapScope();
  ~TrapScope();
  TrapScope(const TrapScope&) = delete;
  TrapScope& operator=(const TrapScope&) = delete;
};

// What happens meanwhile is not ours: the graphics driver.
class TrapPause {
 public:
  TrapPause();
  ~TrapPause();
  TrapPause(const TrapPause&) = delete;
  TrapPause& operator=(const TrapPause&) = delete;

 private:
  int before_;
};

struct TrappedCall {
  std::string name;      // "open /etc/passwd"
  std::string where;     // function and line of the callers, innermost first
};
// What was noted since the last call. Finding the names of the callers takes about a second a call.
std::vector<TrappedCall> take_trapped_calls(bool with_callers = true);

// A disk that is slow: whoever reads this file at a place (pread), or opens this folder to list it (fdopendir), on whatever
// thread, stands there as long as this lives. One at a time.
class SlowFile {
 public:
  explicit SlowFile(const std::filesystem::path& file);  // throws where there is none
  ~SlowFile() { let_go(); }
  SlowFile(const SlowFile&) = delete;
  SlowFile& operator=(const SlowFile&) = delete;

  bool is_waited_for() const;  // somebody stands there
  void let_go();
};

}  // namespace studio
