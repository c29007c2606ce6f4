// Where a service is and with which key, from the environment and the keys file; and who knows without asking the disk.
#include "engine/endpoints.h"

#include <condition_variable>
#include <cstdlib>

#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/key_watch.h"
#include "engine/wiring.h"
#include "settings/secret_keys.h"
#include "support/catch.h"
#include "support/fake_keyring.h"
#include "support/private_bus.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// An environment without keys, and a configuration folder of its own; put back at the end.
class Surroundings {
 public:
  Surroundings() {
    set("XDG_CONFIG_HOME", folder_.path().string());
    set("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    for (const char* name : {"STUDIO_KEY_FAL", "FAL_KEY", "STUDIO_ENDPOINT_FAL"}) set(name, "");
  }
  ~Surroundings() {
    for (const auto& [name, value] : before_)
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
  }
  void set(const std::string& name, const std::string& value) {
    const char* old = std::getenv(name.c_str());
    before_.emplace(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
  }
  void save_key(const std::string& key) {
    auto keys = SecretKeys::load(user_config_folder());
    REQUIRE(keys);
    REQUIRE(keys->set("fal", key));
  }

 private:
  TempFolder folder_;
  std::map<std::string, std::optional<std::string>> before_;
};

ProviderSet providers(const std::map<std::string, std::string>& elsewhere = {}) {
  auto set = load_providers(assets_folder(), elsewhere);
  REQUIRE(set);
  return std::move(*set);
}

std::string key_in(const Result<Endpoint>& endpoint) {
  REQUIRE(endpoint);
  REQUIRE(endpoint->headers.size() == 1);
  CHECK(endpoint->headers[0].name == "Authorization");
  CHECK(endpoint->headers[0].secret);
  return endpoint->headers[0].value;
}

}  // namespace

TEST_CASE("without a key there is a sentence that says what to do") {
  Surroundings surroundings;
  const auto endpoint = resolve_endpoint(providers(), "fal:default");
  REQUIRE_FALSE(endpoint);
  CHECK(endpoint.error().kind == ErrorKind::Unauthorised);
  CHECK(endpoint.error().message == "There is no key for fal: add it in the settings or set STUDIO_KEY_FAL.");
  CHECK(missing_keys(providers()) == std::map<std::string, std::string>{{"fal", endpoint.error().message}});
}

TEST_CASE("the key comes from our variable, else the service's own, else the file") {
  Surroundings surroundings;
  surroundings.save_key("file-id:file-secret");
  CHECK(key_in(resolve_endpoint(providers(), "fal:default")) == "Key file-id:file-secret");
  CHECK(missing_keys(providers()).empty());
  surroundings.set("FAL_KEY", " own-id:own-secret\n");
  CHECK(key_in(resolve_endpoint(providers(), "fal:default")) == "Key own-id:own-secret");
  surroundings.set("STUDIO_KEY_FAL", "our-id:our-secret");
  CHECK(key_in(resolve_endpoint(providers(), "fal:default")) == "Key our-id:our-secret");
}

TEST_CASE("a key in the keyring is sent, a locked one is said, a changed one is sent the next time", "[fault-66]") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  Surroundings surroundings;
  const PrivateBus bus;
  surroundings.set("DBUS_SESSION_BUS_ADDRESS", bus.address());
  FakeKeyring keyring(bus.address());
  keyring.put_key("fal", "ring-id:ring-secret");
  CHECK(key_in(resolve_endpoint(providers(), "fal:default")) == "Key ring-id:ring-secret");
  surroundings.save_key("new-id:new-secret");
  CHECK(keyring.keys_of("fal") == std::vector<std::string>{"new-id:new-secret"});
  CHECK(key_in(resolve_endpoint(providers(), "fal:default")) == "Key new-id:new-secret");
  keyring.lock(true);
  const auto endpoint = resolve_endpoint(providers(), "fal:default");
  REQUIRE_FALSE(endpoint);
  CHECK(endpoint.error().kind == ErrorKind::Unauthorised);
  CHECK(endpoint.error().message.find("locked") != std::string::npos);
  CHECK(missing_keys(providers()) == std::map<std::string, std::string>{{"fal", endpoint.error().message}});
}

TEST_CASE("a key is kept out of the log, also without the id before its colon") {
  Surroundings surroundings;
  surroundings.set("FAL_KEY", "0f1e2d3c:4b5a69788796a5b4");
  REQUIRE(resolve_endpoint(providers(), "fal:default"));
  CHECK(redacted("Authorization: Key 0f1e2d3c:4b5a69788796a5b4").find("4b5a6978") == std::string::npos);
  CHECK(redacted("secret 4b5a69788796a5b4 alone").find("4b5a6978") == std::string::npos);
}

TEST_CASE("what cannot be a key is not sent") {
  Surroundings surroundings;
  surroundings.set("STUDIO_KEY_FAL", "Key id:secret\r\nX-Evil: yes");
  const auto endpoint = resolve_endpoint(providers(), "fal:default");
  REQUIRE_FALSE(endpoint);
  CHECK(endpoint.error().message.find("STUDIO_KEY_FAL") != std::string::npos);
  CHECK(endpoint.error().message.find("secret") == std::string::npos);
  CHECK(missing_keys(providers()).contains("fal"));
}

TEST_CASE("a service is at its own addresses") {
  Surroundings surroundings;
  surroundings.set("FAL_KEY", "id:secret-0123456789");
  const auto endpoint = resolve_endpoint(providers(), "fal:default");
  REQUIRE(endpoint);
  CHECK(endpoint->bases.at("queue") == "https://queue.fal.run");
  CHECK(endpoint->bases.at("rest") == "https://rest.fal.ai");
  CHECK(endpoint->bases.at("api") == "https://api.fal.ai/v1");
  CHECK(endpoint->base_url.empty());
  for (const char* logical : {"fal", "fal:", "fal:other", "nobody:default", "", ":default"})
    CHECK_FALSE(resolve_endpoint(providers(), logical));
}

TEST_CASE("a simulator on this machine, or another https address, takes the place of a service") {
  Surroundings surroundings;
  CHECK(services_elsewhere().value().empty());
  for (const char* address :
       {"http://127.0.0.1:41000", "http://localhost:41000/", "http://[::1]:41000", "https://fal.example.test/base"}) {
    INFO(address);
    surroundings.set("STUDIO_ENDPOINT_FAL", address);
    const auto elsewhere = services_elsewhere();
    REQUIRE(elsewhere);
    CHECK_FALSE(elsewhere->at("fal").ends_with('/'));
    CHECK(std::string(address).starts_with(elsewhere->at("fal")));
  }
  surroundings.set("STUDIO_ENDPOINT_FAL", "http://127.0.0.1:41000");
  surroundings.set("FAL_KEY", "id:secret-0123456789");
  const auto endpoint = resolve_endpoint(providers(*services_elsewhere()), "fal:default");
  REQUIRE(endpoint);
  CHECK(endpoint->base_url == "http://127.0.0.1:41000");
  CHECK(endpoint->bases.at("api") == "http://127.0.0.1:41000/api/v1");
}

TEST_CASE("a key is led nowhere else by plain http") {
  Surroundings surroundings;
  for (const char* address :
       {"http://fal.example.test", "http://10.0.0.1:80", "http://192.168.1.2", "http://127.0.0.1.evil.test",
        "http://user@127.0.0.1:1", "ftp://127.0.0.1", "127.0.0.1:41000", "/tmp/socket", "https://x.test/?a=1",
        "https://x.test/#a", "nonsense"}) {
    INFO(address);
    surroundings.set("STUDIO_ENDPOINT_FAL", address);
    const auto elsewhere = services_elsewhere();
    REQUIRE_FALSE(elsewhere);
    CHECK(elsewhere.error().kind == ErrorKind::BadRequest);
    CHECK(elsewhere.error().message.find("STUDIO_ENDPOINT_FAL") != std::string::npos);
  }
}

TEST_CASE("who asks for missing keys waits for no disk, and hears of a change") {
  struct {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::string> missing = {{"fal", "no key"}};
    int looks = 0, wakes = 0;
  } world;
  auto clock = std::make_shared<FakeClock>();
  KeyWatch watch(
      [&] {
        std::lock_guard lock(world.mutex);
        ++world.looks;
        world.changed.notify_all();
        return world.missing;
      },
      clock,
      [&] {
        std::lock_guard lock(world.mutex);
        ++world.wakes;
        world.changed.notify_all();
      });
  const auto wait_for_wakes = [&](int count) {
    std::unique_lock lock(world.mutex);
    REQUIRE(world.changed.wait_for(lock, std::chrono::seconds(10), [&] { return world.wakes >= count; }));
  };
  wait_for_wakes(1);
  CHECK(watch.missing("fal") == "no key");
  CHECK(watch.missing("sandbox").empty());
  {
    std::lock_guard lock(world.mutex);
    CHECK(world.looks == 1);  // asked again at once it does not look again
    world.missing.clear();
  }
  CHECK(watch.missing("fal") == "no key");
  clock->advance_ms(2000);
  CHECK(watch.missing("fal") == "no key");  // what was known; it looks meanwhile
  wait_for_wakes(2);
  CHECK(watch.missing("fal").empty());
}

TEST_CASE("roots of one's own are added by STUDIO_CA_FILE, and a file that is not there is said at the start") {
  const TempFolder folder;
  const auto file = folder.path() / "roots.pem";
  ::unsetenv("STUDIO_CA_FILE");
  CHECK(network_settings().value().ca_file.empty());
  ::setenv("STUDIO_CA_FILE", file.c_str(), 1);
  const auto missing = network_settings();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find(file.string()) != std::string::npos);
  REQUIRE(write_file_durable(file, "-----BEGIN CERTIFICATE-----\n"));
  CHECK(network_settings().value().ca_file == file.string());
  ::setenv("STUDIO_CA_FILE", folder.path().c_str(), 1);
  CHECK_FALSE(network_settings());
  ::unsetenv("STUDIO_CA_FILE");
}

TEST_CASE("a sandbox that has no folder to work in says what to set") {
  Surroundings surroundings;
  const auto endpoint = resolve_endpoint(providers(), "sandbox:default", "/proc/nope");
  REQUIRE_FALSE(endpoint);
  CHECK(endpoint.error().message.find("STUDIO_SANDBOX_STATE") != std::string::npos);
  CHECK(endpoint.error().message.ends_with("/proc/nope"));
}
