// A small HTTP server in a process of its own, so that what a client costs is the client's alone.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>

namespace studio {

// GET /hold is answered when let_go() was called, everything else at once, over kept connections. Made before there are threads.
class LoopbackServer {
 public:
  LoopbackServer();   // exits the program when there is no socket or no process for it
  ~LoopbackServer();  // kills it
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  int held() const { return shared_->held; }          // requests that wait now
  int answered() const { return shared_->answered; }  // so far
  void let_go() { shared_->released = true; }

 private:
  struct Shared {
    std::atomic<int> held{0}, answered{0};
    std::atomic<bool> released{false};
  };
  void serve(int listener) const;
  Shared* shared_ = nullptr;
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace studio
