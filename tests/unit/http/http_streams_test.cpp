// HTTP/2: looks share one connection, and a service's switch keeps it out.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>

#include "base/file.h"
#include "client_loop.h"
#include "support/process.h"
#include "support/raw_server.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

constexpr const char* test_host = "files.test";

HttpClientSettings trusting(const std::filesystem::path& certificate, int port) {
  HttpClientSettings settings;
  settings.use_environment_proxy = false;
  settings.ca_file = certificate.string();
  settings.pinned_hosts = {std::string(test_host) + ":" + std::to_string(port) + ":127.0.0.1"};
  return settings;
}

HttpRequest look_at(int port, const std::string& path) {
  HttpRequest request;
  request.url = std::string("https://") + test_host + ":" + std::to_string(port) + path;
  request.total_timeout_ms = 20'000;
  return request;
}

// A port of this machine where nobody listens.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

// Open connections to a port of this machine, by their client's end. What the client opened and still may use stays open.
int connections_to(int port) {
  std::ifstream table("/proc/net/tcp");
  std::string line, number, own, other, state;
  std::getline(table, line);
  constexpr const char* established = "01";
  int count = 0;
  while (std::getline(table, line)) {
    std::istringstream(line) >> number >> own >> other >> state;
    if (state == established && std::stoi(other.substr(other.find(':') + 1), nullptr, 16) == port) ++count;
  }
  return count;
}

// Debian's HTTP/2 server with one file in it. It speaks nothing older.
struct StreamServer {
  TempFolder folder;
  TlsIdentity identity{{test_host}};
  const int port = free_port();
  std::unique_ptr<Process> process;

  explicit StreamServer(const std::string& program) {
    REQUIRE(write_file_durable(folder.path() / "status", "IN_PROGRESS"));
    identity.write_certificate(certificate());
    const auto key = folder.path() / "key.pem";
    std::FILE* file = std::fopen(key.c_str(), "w");
    REQUIRE(PEM_write_PrivateKey(file, SSL_CTX_get0_privatekey(identity.context()), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    std::fclose(file);
    process = std::make_unique<Process>(std::vector<std::string>{program, "-a", "127.0.0.1", "-d", folder.path().string(), std::to_string(port), key.string(), certificate().string()});
  }
  std::filesystem::path certificate() const { return folder.path() / "root.pem"; }
};

std::string stream_server_program() {
  for (const char* path : {"/usr/sbin/nghttpd", "/usr/bin/nghttpd"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return {};
}

}  // namespace

TEST_CASE("looks over HTTP/2 share one connection, and a service whose HTTP/2 is not to be used is not asked over it") {
  const std::string program = stream_server_program();
  if (program.empty()) STUDIO_SKIP("an HTTP/2 server: the package nghttp2-server");
  StreamServer server(program);
  {
    ClientLoop loop(trusting(server.certificate(), server.port));
    // It listens in a moment.
    for (int tries = 0; tries < 100 && !loop.ask(look_at(server.port, "/status")).ok(); ++tries) REQUIRE_FALSE(server.process->runs_out_within(50));
  }
  ClientLoop loop(trusting(server.certificate(), server.port));
  constexpr int looks = 200;
  int good = 0;
  for (int i = 0; i < looks; ++i) {
    loop.client->start(look_at(server.port, "/status"), [&](HttpResponse response) { good += response.body == "IN_PROGRESS" ? 1 : 0; });
  }
  loop.run_until([&] { return loop.client->in_flight() == 0; });
  CHECK(good == looks);
  CHECK(connections_to(server.port) == 1);

  HttpRequest old = look_at(server.port, "/status");
  old.http1_only = true;
  const HttpResponse answer = loop.ask(old);
  CHECK(answer.status == 0);  // there is nothing older to agree on
  CHECK(answer.body.empty());
  CHECK(loop.ask(look_at(server.port, "/status")).ok());
}

TEST_CASE("HTTP/2 is offered to a service, and not where its data say HTTP/1.1 only, and never for a submit") {
  TempFolder folder;
  TlsIdentity identity({test_host});
  identity.write_certificate(folder.path() / "root.pem");
  static std::mutex mutex;  // the server's thread writes what the client offered
  static std::string offered;
  SSL_CTX_set_alpn_select_cb(
      identity.context(),
      [](SSL*, const unsigned char**, unsigned char*, const unsigned char* names, unsigned int size, void*) {
        std::lock_guard lock(mutex);
        offered.assign(reinterpret_cast<const char*>(names), size);
        return SSL_TLSEXT_ERR_NOACK;
      },
      nullptr);
  RawServer server(answering([](const RawRequest&) { return simple_answer("ok"); }), &identity);
  const auto offer_of = [&](bool http1_only, HttpProfile profile) {
    ClientLoop loop(trusting(folder.path() / "root.pem", server.port()));
    HttpRequest request = look_at(server.port(), "/");
    request.http1_only = http1_only;
    request.profile = profile;
    CHECK(loop.ask(request).ok());
    std::lock_guard lock(mutex);
    return std::exchange(offered, {});
  };
  CHECK(offer_of(false, HttpProfile::Poll).find("h2") != std::string::npos);
  CHECK(offer_of(false, HttpProfile::Download).find("h2") != std::string::npos);
  CHECK(offer_of(true, HttpProfile::Poll).find("h2") == std::string::npos);
  CHECK(offer_of(true, HttpProfile::Download).find("h2") == std::string::npos);
  CHECK(offer_of(false, HttpProfile::Submit).find("h2") == std::string::npos);
}
