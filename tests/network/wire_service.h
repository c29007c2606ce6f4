// The made-up service of tests/support behind a real socket, with a place for every kind of mischief between the two.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "support/fake_service.h"
#include "support/raw_server.h"

namespace studio {

// One request as it came in.
struct WireRequest {
  std::string line;      // "POST /jobs HTTP/1.1"
  std::string key;       // of a submit
  std::string range, if_range;  // as asked for
  int connection = 0;
  int place = 0;         // on its connection, from 0
  bool is_whole = false; // its body came to the end
  std::int64_t mono_ms = 0;  // of the virtual clock
};

class WireService {
 public:
  // Lets the service carry the request out; gives its answer as it would go on the wire.
  using Serve = std::function<std::string()>;
  enum class Bite {
    None,      // the service answers as ever
    Answered,  // done with this request
    Ended,     // done with this connection
  };
  // `serve` is null while only the head of the request was read.
  using Mischief = std::function<Bite(RawConnection& connection, const RawRequest& request, const Serve& serve)>;

  WireService(FakeService& service, const FakeClock& clock, const TlsIdentity* tls = nullptr);

  std::string url() const { return server_.url(""); }
  int port() const { return server_.port(); }
  // For requests that begin so; in place of what was there for the same beginning. `on_head`: before the body is read.
  void set_mischief(const std::string& prefix, Mischief mischief, bool on_head = false);
  // The same for the first `times` of them.
  void set_mischief_times(int times, const std::string& prefix, Mischief mischief);

  std::vector<WireRequest> requests(const std::string& prefix) const;
  int count(const std::string& prefix) const { return static_cast<int>(requests(prefix).size()); }

 private:
  struct Trap {
    std::string prefix;
    bool on_head = false;
    Mischief mischief;
  };
  void talk(RawConnection& connection);
  Mischief trap_for(const std::string& line, bool on_head) const;
  std::string serve(const RawRequest& request) const;

  FakeService& service_;
  const FakeClock& clock_;
  mutable std::mutex mutex_;
  std::vector<Trap> traps_;
  std::vector<WireRequest> seen_;
  RawServer server_;  // last: its threads use what is above
};

// What a mischief may answer with, and go on.
WireService::Mischief answers(std::string bytes);
// The service does its work, and its answer is replaced.
WireService::Mischief answers_after(std::string bytes);
WireService::Mischief hangs_up(bool after_the_work);
WireService::Mischief resets(bool after_the_work);

}  // namespace studio
