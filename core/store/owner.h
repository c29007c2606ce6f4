// One owner, many hands: who owns a project, and how another program hands it a writing verb over a local socket.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace studio {

// The owner's side: listens on a 0600 socket for this project, on a thread of its own; only programs of the same user are
// heard. Needs the project's lock (Store::open) in this process. `handle` is called on that thread and may only post; it
// gets one request line and a function that sends one reply line. The connection ends when `reply` is called with
// last = true, or when the last copy of it is dropped; both from any thread, also after the server is gone. Many clients at a
// time; one that hangs, floods or never reads costs the others nothing.
//
// The caller believes that the owner hangs when no first line came within its time. So who takes up a request that will
// take long sends an empty line at once, reply("", false): it says "I am at it" and is not shown.
class OwnerServer {
 public:
  using Reply = std::function<void(std::string line, bool last)>;
  using Handler = std::function<void(std::string request, Reply reply)>;
  static Result<std::unique_ptr<OwnerServer>> start(const std::filesystem::path& project, Handler handle);
  // Hands nothing over any more: whoever comes, or has not said all, learns that nothing was begun. Requests that were handed
  // over before can still be answered; the destructor sends what is unsent.
  void stop();
  ~OwnerServer();

 private:
  OwnerServer();
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

// The other program's side: sends one line and calls `on_line` for each line of the reply that is not empty, blocking until
// the last one. Errors: Owned when the owner does not answer within `first_answer_ms`, naming it: "The project is open in
// studio, process 123, which does not answer: close it and try again"; Offline when there is no owner any more, or it is
// closing and has not begun (open the project instead); UnknownOutcome when the owner ended in the middle. `is_sent`: the request was
// whole with the owner, so one that does not answer may still carry it out.
Result<void> call_owner(const std::filesystem::path& project, const std::string& request,
                        const std::function<void(std::string_view line)>& on_line, int first_answer_ms = 5000, bool* is_sent = nullptr);

}  // namespace studio
