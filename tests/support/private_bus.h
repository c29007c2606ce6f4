// A message bus of a test's own, which needs the program dbus-daemon.
#pragma once

#include <fstream>
#include <string>

#include "support/process.h"
#include "support/temp_folder.h"

namespace studio {

// A bus of this test alone; ends with it. It starts no services: the machine's own keyring and portal must not come to it.
class PrivateBus {
 public:
  PrivateBus() : daemon_({"dbus-daemon", "--config-file=" + config(), "--nofork", "--print-address=1"}) {
    if (!daemon_.wait_for_output("\n")) return;
    address_ = daemon_.out().substr(0, daemon_.out().find('\n'));
  }
  const std::string& address() const { return address_; }

 private:
  std::string config() const {
    const auto file = folder_.path() / "bus.conf";
    std::ofstream(file) << R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=)" << folder_.path().string() << R"(</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>
)";
    return file.string();
  }

  TempFolder folder_;
  Process daemon_;
  std::string address_;
};

}  // namespace studio
