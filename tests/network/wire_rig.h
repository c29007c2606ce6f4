// The whole engine on a temporary project with the real HTTP client, against a service behind real sockets. Time is virtual.
#pragma once

#include <string>
#include <vector>

#include "network/wire_service.h"
#include "support/runner_rig.h"

namespace studio {

// How a service may help to clear up a submit of which nobody knows whether it was accepted.
enum class Help { None, Replay, List };

class WireRig {
 public:
  explicit WireRig(Help help = Help::None, RigOptions options = {});
  ~WireRig();

  Rig rig;
  WireService wire;

  // A job of its own, played to where the machine alone can go.
  Job run_one(const std::string& prompt = "a prompt");
  // Every moment at which the books and the service's bill did not fit: settled ≤ bill ≤ settled + reserved.
  std::string money_trouble();
  Money billed() const;
  // Submits that came in whole or in part, by key.
  std::map<std::string, int> posts_on_the_wire() const;

 private:
  static RigOptions with_wire(Help help, RigOptions options);
  std::mutex mutex_;
  std::string trouble_;
};

}  // namespace studio
