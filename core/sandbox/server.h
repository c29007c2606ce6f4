// The listening half of the sandbox: HTTP on 127.0.0.1 over one state folder, which it locks. Made once, serves until it
// is destroyed. run_sandbox_server() wraps it with signals and the idle time; tests make it directly.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "sandbox/board.h"
#include "sandbox/sandbox.h"

namespace studio {

class SandboxServer {
 public:
  // Locks the folder (error Owned: somebody serves it, the sentence says who), takes up unfinished jobs, listens, writes
  // endpoint.json (mode 0600). `clock` must outlive the server.
  static Result<std::unique_ptr<SandboxServer>> start(const SandboxOptions& options, RenderFunction render, const Clock& clock);
  // Lets the requests in progress end, stops rendering, removes endpoint.json.
  ~SandboxServer();
  SandboxServer(const SandboxServer&) = delete;
  SandboxServer& operator=(const SandboxServer&) = delete;

  int port() const;
  const std::string& token() const;
  JobBoard& board();

  // How long nobody has asked anything and no job was unfinished; 0 while something is going on.
  std::int64_t idle_ms();

 private:
  struct Parts;
  explicit SandboxServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace studio
