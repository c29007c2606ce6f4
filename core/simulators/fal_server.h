// The listening half of the simulated fal.ai: HTTP on 127.0.0.1 over one state folder, which it locks. Made once, serves until it
// is destroyed. simulators.h wraps it with signals and a command line; tests make it directly.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "simulators/fal_board.h"
#include "simulators/fal_service.h"

namespace studio::simulators {

struct FalServerOptions {
  std::filesystem::path state_dir;  // made when missing; one server a folder
  int port = 0;                     // on 127.0.0.1; 0 takes a free one
  std::string key;                  // "id:secret"; empty: the folder's own
  nlohmann::json orders;            // settings and rules, as the control door takes them; null: none
  int painters = 2;                 // threads
};

class FalServer {
 public:
  // Locks the folder (error Owned: somebody serves it), takes up unfinished jobs, listens, writes endpoint.json (mode 0600).
  // `clock` must outlive the server.
  static Result<std::unique_ptr<FalServer>> start(const FalServerOptions& options, FalPaint paint, const Clock& clock);
  // Hangs up, stops painting, removes endpoint.json.
  ~FalServer();
  FalServer(const FalServer&) = delete;
  FalServer& operator=(const FalServer&) = delete;

  int port() const;
  FalBoard& board();
  FalService& service();

 private:
  struct Parts;
  explicit FalServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace studio::simulators
