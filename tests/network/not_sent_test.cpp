// A service that cannot be reached, or cannot be trusted: nothing is sent, nothing is owed, and the same attempt goes out once the
// way is free.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network/wire_rig.h"
#include "support/catch.h"

using namespace studio;

namespace {

// A port of this machine where nobody listens, for as long as this lives.
class DeadPort {
 public:
  DeadPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { ::close(fd_); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int fd_;
  int port_ = 0;
};

// The address is wrong for the first two look-ups, and right from then on.
void check_sent_later(const std::string& wrong_url) {
  WireRig wire;
  std::atomic<int> looked_up{0};
  wire.rig.resolve = [&, good = wire.wire.url()](const std::string&) -> Result<Endpoint> {
    return Endpoint{looked_up++ < 2 ? wrong_url : good, {{"Authorization", "Bearer fake-token", true}}};
  };
  wire.rig.open();
  INFO(wrong_url);
  const Job job = wire.run_one();
  CHECK(job.state == JobState::Done);
  CHECK(looked_up >= 3);
  REQUIRE(wire.rig.attempts(job.id).size() == 1);  // of which nothing had left: it served again, with its key
  CHECK(wire.wire.count("POST /jobs") == 1);
  CHECK(wire.rig.service.bill().size() == 1);
  CHECK(wire.rig.books().settled == wire.billed());
  CHECK(wire.rig.books().reserved == Money{});
  CHECK(wire.money_trouble() == "");
  CHECK(wire.rig.broken_promises() == "");
}

}  // namespace

TEST_CASE("nobody listens at the address: sent when somebody does", "[fault-37]") {
  const DeadPort dead;
  check_sent_later(dead.url());
}

TEST_CASE("a name that is not found: sent when it is", "[fault-37]") {
  check_sent_later("https://no-such-host.invalid");  // RFC 6761: never a name
}

TEST_CASE("an address to which no way leads: sent when there is one", "[fault-37]") {
  check_sent_later("https://192.0.2.1");  // RFC 5737: nobody's
}

TEST_CASE("a server that nobody vouches for gets nothing, a handshake that hangs ends", "[fault-38]") {
  Counter requests;
  const auto count = answering([&](const RawRequest&) {
    requests.add();
    return simple_answer("{\"id\":\"r1\"}", {}, "202 Accepted");
  });
  const TlsIdentity identity({"localhost"}), old({"localhost"}, TLS1_VERSION);
  RawServer untrusted(count, &identity), outdated(count, &old);
  RawServer stalled([](RawConnection& connection) { connection.wait_for_end(); });
  const RawServer* const servers[] = {&untrusted, &outdated, &stalled};
  const RawServer& server = *servers[GENERATE(0, 1, 2)];
  check_sent_later("https://127.0.0.1:" + std::to_string(server.port()));
  CHECK(requests.count() == 0);
  CHECK(server.connections() >= 2);
}
