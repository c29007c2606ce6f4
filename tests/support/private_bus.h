// A message bus of a test's own, which needs the program dbus-daemon.
#pragma once

#include <string>

#include "support/process.h"

namespace studio {

// A bus of this test alone; ends with it.
class PrivateBus {
 public:
  PrivateBus() : daemon_({"dbus-daemon", "--session", "--nofork", "--print-address=1"}) {
    if (!daemon_.wait_for_output("\n")) return;
    address_ = daemon_.out().substr(0, daemon_.out().find('\n'));
  }
  const std::string& address() const { return address_; }

 private:
  Process daemon_;
  std::string address_;
};

}  // namespace studio
