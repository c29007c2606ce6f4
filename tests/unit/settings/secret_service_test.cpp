// Keys in the desktop's keyring: used and kept there when it answers; locked, silent or missing it never costs more than a
// sentence, and never a dialog.
#include "settings/secret_service.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <fstream>

#include "base/file.h"
#include "base/log.h"
#include "settings/secret_keys.h"
#include "support/catch.h"
#include "support/fake_keyring.h"
#include "support/private_bus.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

constexpr std::chrono::milliseconds short_limit{40};

#define NEEDS_BUS() \
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed")

void put_key(const std::filesystem::path& file, const std::string& key) {
  std::ofstream(file) << R"({"version": 1, "keys": {"fal": ")" << key << "\"}}";
  std::filesystem::permissions(file, std::filesystem::perms(0600));
}

struct Desk {
  TempFolder folder;
  PrivateBus bus;

  SecretServiceSettings settings() const { return {bus.address(), std::chrono::seconds(20)}; }
  SecretServiceSettings impatient() const { return {bus.address(), short_limit}; }
  SecretKeys load(const SecretServiceSettings& service) const {
    auto keys = SecretKeys::load(folder.path(), service);
    REQUIRE(keys);
    return std::move(*keys);
  }
  SecretKeys load() const { return load(settings()); }
  // As somebody wrote it by hand, or as it was before there was a keyring.
  void put_in_file(const std::string& key) const { put_key(folder.path() / "keys.json", key); }
  std::string file_text() const { return read_file(folder.path() / "keys.json").value_or(""); }
};

}  // namespace

TEST_CASE("without a bus, or with nobody on it who keeps secrets, keys come from the file without a word", "[fault-66]") {
  TempFolder folder;
  put_key(folder.path() / "keys.json", "key-of-the-file");
  std::vector<std::string> addresses = {"unix:path=" + (folder.path() / "nobody").string(), "disabled:", "nonsense"};
  std::optional<PrivateBus> empty_bus;
  if (has_program("dbus-daemon")) addresses.push_back(empty_bus.emplace().address());
  for (const std::string& address : addresses) {
    INFO(address);
    auto keys = SecretKeys::load(folder.path(), {address, std::chrono::seconds(20)});
    REQUIRE(keys);
    CHECK(keys->key("fal") == "key-of-the-file");
    CHECK(keys->fact("fal").place == KeyPlace::File);
    CHECK(keys->trouble("other").empty());
    const auto saved = keys->set("other", "a-key-for-another");
    REQUIRE(saved);
    CHECK(saved->place == KeyPlace::File);
    CHECK(saved->note.empty());
    CHECK(keys->remove("other"));
  }
}

TEST_CASE("the environment goes before the keyring, and the keyring before the file", "[fault-66]") {
  NEEDS_BUS();
  Desk desk;
  FakeKeyring keyring(desk.bus.address());
  desk.put_in_file("key-of-the-file");
  CHECK(desk.load().key("fal") == "key-of-the-file");
  keyring.put_key("fal", "key-of-the-keyring");
  keyring.put({{"application", "another program"}, {"provider", "fal"}}, "not-ours-at-all");
  CHECK(desk.load().key("fal") == "key-of-the-keyring");
  CHECK(desk.load().fact("fal").place == KeyPlace::SecretService);
  CHECK(desk.load().fact("fal").ending == "ring");
  CHECK(redacted("sent key-of-the-keyring along").find("key-of-the-keyring") == std::string::npos);
  ::setenv("STUDIO_KEY_FAL", "key-of-the-environment", 1);
  CHECK(desk.load().key("fal") == "key-of-the-environment");
  CHECK(desk.load().fact("fal").place == KeyPlace::Environment);
  ::unsetenv("STUDIO_KEY_FAL");
}

TEST_CASE("a key is kept in the keyring alone, replaced there and removed there") {
  NEEDS_BUS();
  Desk desk;
  FakeKeyring keyring(desk.bus.address());
  desk.put_in_file("an-older-key");
  for (const std::string key : {"first-new-key", "second-new-key"}) {
    auto keys = desk.load();
    const auto saved = keys.set("fal", key);
    REQUIRE(saved);
    CHECK(saved->place == KeyPlace::SecretService);
    CHECK(saved->note.empty());
    CHECK(keyring.keys_of("fal") == std::vector<std::string>{key});
    CHECK(desk.file_text().find("key\"") == std::string::npos);
    CHECK(keys.key("fal") == key);
    CHECK(desk.load().key("fal") == key);
  }
  // A second service's key is another item.
  REQUIRE(desk.load().set("other", "a-key-for-another"));
  CHECK(keyring.keys_of("fal").size() == 1);
  REQUIRE(desk.load().remove("fal"));
  CHECK(keyring.keys_of("fal").empty());
  CHECK(keyring.keys_of("other").size() == 1);
  CHECK(desk.load().key("fal").empty());
}

TEST_CASE("one that a person put into the keyring by another program is used and replaced, not doubled") {
  NEEDS_BUS();
  Desk desk;
  FakeKeyring keyring(desk.bus.address());
  keyring.put({{"application", "production-studio"}, {"provider", "fal"}, {"xdg:schema", "org.freedesktop.Secret.Generic"}}, "typed-with-a-line-end\n");
  CHECK(desk.load().key("fal") == "typed-with-a-line-end");
  REQUIRE(desk.load().set("fal", "the-key-after-it"));
  CHECK(keyring.keys_of("fal") == std::vector<std::string>{"the-key-after-it"});
}

TEST_CASE("a key that another program changed in the keyring or the file is the one of the next look-up", "[fault-66]") {
  NEEDS_BUS();
  Desk desk;
  FakeKeyring keyring(desk.bus.address());
  REQUIRE(desk.load().set("fal", "the-key-before"));
  REQUIRE(keep_in_service(desk.settings(), "fal", "the-key-after") == SecretServiceState::Ready);
  CHECK(desk.load().key("fal") == "the-key-after");
  REQUIRE(remove_from_service(desk.settings(), "fal") == SecretServiceState::Ready);
  desk.put_in_file("the-key-in-the-file");
  CHECK(desk.load().key("fal") == "the-key-in-the-file");
}

TEST_CASE("a locked keyring is said and opens no dialog, and what is saved meanwhile goes into the file and counts", "[fault-66]") {
  NEEDS_BUS();
  Desk desk;
  FakeKeyring keyring(desk.bus.address());
  keyring.put_key("fal", "the-older-key");
  keyring.lock(true);
  {
    auto keys = desk.load();
    CHECK(keys.key("fal").empty());
    CHECK(keys.trouble("fal") == "The key for fal lies in the desktop's keyring, which is locked: unlock it or set STUDIO_KEY_FAL.");
    CHECK(keys.trouble("other").empty());
    const auto saved = keys.set("fal", "the-newer-key");
    REQUIRE(saved);
    CHECK(saved->place == KeyPlace::File);
    CHECK(saved->note.find("locked") != std::string::npos);
    CHECK(keys.trouble("fal").empty());
  }
  keyring.lock(false);
  // Unlocked, it has a key too: the older one.
  CHECK(keyring.keys_of("fal") == std::vector<std::string>{"the-older-key"});
  CHECK(desk.load().key("fal") == "the-newer-key");
  CHECK(desk.load().fact("fal").place == KeyPlace::File);
  REQUIRE(desk.load().set("fal", "the-newest-key"));
  CHECK(keyring.keys_of("fal") == std::vector<std::string>{"the-newest-key"});
  CHECK(desk.file_text().find("newer") == std::string::npos);
  CHECK(desk.load().key("fal") == "the-newest-key");
  keyring.lock(true);
  const auto removed = desk.load().remove("fal");
  REQUIRE_FALSE(removed);
  CHECK(removed.error().kind == ErrorKind::Unauthorised);
  CHECK(keyring.keys_of("fal").size() == 1);
  CHECK(keyring.dialogs_opened() == 0);
}

TEST_CASE("a keyring that never answers costs its limit once, and the file has the key", "[fault-66]") {
  NEEDS_BUS();
  Desk desk;
  FakeKeyring::Plan plan;
  plan.answers = false;
  FakeKeyring keyring(desk.bus.address(), plan);
  CHECK(desk.load(desk.impatient()).trouble("fal").find("does not answer") != std::string::npos);
  CHECK(keyring.calls() == 1);
  desk.put_in_file("key-of-the-file");
  for (int looks = 0; looks < 3; ++looks) CHECK(desk.load(desk.impatient()).key("fal") == "key-of-the-file");
  CHECK(desk.load(desk.impatient()).trouble("fal").empty());
  CHECK(keyring.calls() == 1);  // it was not asked again
  // A person who saves a key asks anew.
  const auto saved = desk.load(desk.impatient()).set("fal", "the-newer-key");
  REQUIRE(saved);
  CHECK(saved->place == KeyPlace::File);
  CHECK(saved->note.find("does not answer") != std::string::npos);
  CHECK(keyring.calls() == 2);
  const auto removed = desk.load(desk.impatient()).remove("fal");
  REQUIRE_FALSE(removed);
  CHECK(removed.error().kind == ErrorKind::Timeout);
  CHECK(desk.load(desk.impatient()).key("fal").empty());
}

TEST_CASE("a keyring that falls silent in the middle, and a bus that never greets, are no more than silent", "[fault-66]") {
  NEEDS_BUS();
  for (const char* method : {"SearchItems", "OpenSession", "Get", "GetSecret"}) {
    INFO(method);
    Desk desk;
    FakeKeyring::Plan plan;
    plan.silent_at = method;
    FakeKeyring keyring(desk.bus.address(), plan);
    keyring.put_key("fal", "never-told");
    CHECK(secrets_of_service(desk.impatient()).state == SecretServiceState::Silent);
  }
  for (const char* method : {"SearchItems", "ReadAlias", "Get", "OpenSession", "CreateItem"}) {
    INFO(method);
    Desk desk;
    FakeKeyring::Plan plan;
    plan.silent_at = method;
    FakeKeyring keyring(desk.bus.address(), plan);
    CHECK(keep_in_service(desk.impatient(), "fal", "never-taken") == SecretServiceState::Silent);
  }
  TempFolder folder;
  const std::string path = (folder.path() / "bus").string();
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 4) == 0);
  CHECK(secrets_of_service({"unix:path=" + path, short_limit}).state == SecretServiceState::Silent);
}

TEST_CASE("a keyring that wants to ask before it changes anything is left as it is, and one that nobody made is none") {
  NEEDS_BUS();
  Desk desk;
  {
    FakeKeyring::Plan plan;
    plan.asks_first = true;
    FakeKeyring keyring(desk.bus.address(), plan);
    const auto saved = desk.load().set("fal", "the-key-to-keep");
    REQUIRE(saved);
    CHECK(saved->place == KeyPlace::File);
    CHECK(keyring.keys_of("fal").empty());
    CHECK(keyring.dialogs_opened() == 0);
  }
  FakeKeyring::Plan plan;
  plan.has_collection = false;
  FakeKeyring keyring(desk.bus.address(), plan);
  const auto saved = desk.load().set("other", "a-key-for-another");
  REQUIRE(saved);
  CHECK(saved->place == KeyPlace::File);
  CHECK(saved->note.empty());
}

TEST_CASE("what the keyring holds and is no key is not used") {
  NEEDS_BUS();
  Desk desk;
  FakeKeyring keyring(desk.bus.address());
  desk.put_in_file("key-of-the-file");
  for (const std::string& junk : {std::string("two words"), std::string("a\r\nX-Evil: yes"), std::string(5000, 'a'), std::string("nul\0inside", 10), std::string()}) {
    FakeKeyring::Attributes ours = {{"application", "production-studio"}, {"provider", "fal"}};
    keyring.put(ours, junk);
    CHECK(desk.load().key("fal") == "key-of-the-file");
    REQUIRE(remove_from_service(desk.settings(), "fal") == SecretServiceState::Ready);
  }
  keyring.put({{"application", "production-studio"}}, "for-nobody");
  CHECK(desk.load().key("fal") == "key-of-the-file");
}
