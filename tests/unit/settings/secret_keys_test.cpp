// Keys lie in a file that only the user can read, never in the log, and a damaged file is never written over.
#include "settings/secret_keys.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/log.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

// Closed to others, as the program leaves it.
void put(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
  std::filesystem::permissions(file, std::filesystem::perms(0600));
}

}  // namespace

TEST_CASE("Without a file there are no keys, and looking makes none") {
  TempFolder folder;
  const auto keys = SecretKeys::load(folder.path() / "config");
  REQUIRE(keys);
  CHECK(keys->key("fal").empty());
  CHECK(keys->fact("fal").place == KeyPlace::None);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "config"));
}

TEST_CASE("A key that was set is read again, from a file of mode 0600 in a folder of mode 0700") {
  TempFolder folder;
  const auto config = folder.path() / "config";
  auto keys = SecretKeys::load(config);
  REQUIRE(keys);
  REQUIRE(keys->set("fal", "  sk-abcdefgh12345678f2c9\n"));
  CHECK(mode_of(config / "keys.json") == 0600);
  CHECK(mode_of(config) == 0700);
  const auto again = SecretKeys::load(config);
  REQUIRE(again);
  CHECK(again->key("fal") == "sk-abcdefgh12345678f2c9");
  CHECK(again->fact("fal").place == KeyPlace::File);
  CHECK(again->fact("fal").ending == "f2c9");
  // Nothing of it is left beside the file.
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(config)) ++files;
  CHECK(files == 1);
}

TEST_CASE("Replacing and removing a key leaves the others") {
  TempFolder folder;
  auto keys = SecretKeys::load(folder.path());
  REQUIRE(keys);
  REQUIRE(keys->set("one", "first-key-of-one"));
  REQUIRE(keys->set("two", "only-key-of-two"));
  REQUIRE(keys->set("one", "second-key-of-one"));
  REQUIRE(keys->remove("two"));
  const auto again = SecretKeys::load(folder.path());
  REQUIRE(again);
  CHECK(again->key("one") == "second-key-of-one");
  CHECK(again->key("two").empty());
  const auto text = read_file(folder.path() / "keys.json");
  REQUIRE(text);
  CHECK(text->find("only-key-of-two") == std::string::npos);
  CHECK(text->find("first-key-of-one") == std::string::npos);
}

TEST_CASE("Two programs that set keys lose none of them") {
  TempFolder folder;
  auto first = SecretKeys::load(folder.path());
  auto second = SecretKeys::load(folder.path());
  REQUIRE(first);
  REQUIRE(second);
  REQUIRE(first->set("one", "key-by-the-first"));
  REQUIRE(second->set("two", "key-by-the-second"));
  const auto both = SecretKeys::load(folder.path());
  REQUIRE(both);
  CHECK(both->key("one") == "key-by-the-first");
  CHECK(both->key("two") == "key-by-the-second");
}

TEST_CASE("A file that others can read is refused with the one step that mends it", "[fault-66]") {
  TempFolder folder;
  const auto file = folder.path() / "keys.json";
  put(file, R"({"version": 1, "keys": {"fal": "a-key-for-the-world"}})");
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  REQUIRE(mode_of(file) == 0644);
  for (const unsigned mode : {0644u, 0640u, 0604u, 0620u}) {
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
    const auto keys = SecretKeys::load(folder.path());
    REQUIRE_FALSE(keys);
    CHECK(keys.error().message.find("`chmod 600 '" + file.string() + "'`") != std::string::npos);
    CHECK(keys.error().message.find("a-key-for-the-world") == std::string::npos);
    CHECK(mode_of(file) == mode);
  }
  std::filesystem::permissions(file, std::filesystem::perms(0600));  // as it was told
  const auto keys = SecretKeys::load(folder.path());
  REQUIRE(keys);
  CHECK(keys->key("fal") == "a-key-for-the-world");
}

TEST_CASE("A damaged file is named, and kept as it is whatever is set afterwards") {
  for (const std::string damage : {"{", "[]", "{}", R"({"keys": 3})", R"({"keys": {"fal": 7}})",
                                   R"({"keys": {"fal": ""}})", "\xff\xfe\x00garbage"}) {
    TempFolder folder;
    auto healthy = SecretKeys::load(folder.path());
    REQUIRE(healthy);
    put(folder.path() / "keys.json", damage);
    const auto keys = SecretKeys::load(folder.path());
    INFO(damage);
    REQUIRE_FALSE(keys);
    CHECK(keys.error().kind == ErrorKind::Damaged);
    CHECK(keys.error().message.find("keys.json") != std::string::npos);
    REQUIRE_FALSE(healthy->set("other", "a-new-key-for-other"));
    CHECK(read_file(folder.path() / "keys.json").value_or("") == damage);
  }
}

TEST_CASE("A link in the place of the file is not followed", "[fault-66]") {
  TempFolder folder;
  const auto elsewhere = folder.path() / "elsewhere.json";
  put(elsewhere, R"({"version": 1, "keys": {"fal": "a-key-somewhere-else"}})");
  std::filesystem::create_directory(folder.path() / "config");
  std::filesystem::create_symlink(elsewhere, folder.path() / "config" / "keys.json");
  const auto keys = SecretKeys::load(folder.path() / "config");
  REQUIRE_FALSE(keys);
  CHECK(keys.error().kind == ErrorKind::BadRequest);
}

TEST_CASE("What is no key is refused in words") {
  TempFolder folder;
  auto keys = SecretKeys::load(folder.path());
  REQUIRE(keys);
  for (const std::string text : {"", "   ", "two words", "line\nbreak", "\x01", "\xff\xfe"})
    CHECK_FALSE(keys->set("fal", text));
  CHECK_FALSE(keys->set("fal", std::string(5000, 'a')));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "keys.json"));
}

TEST_CASE("The environment goes before the file, and short keys show nothing of themselves") {
  TempFolder folder;
  CHECK(key_variable("black-forest.labs2") == "STUDIO_KEY_BLACK_FOREST_LABS2");
  auto keys = SecretKeys::load(folder.path());
  REQUIRE(keys);
  REQUIRE(keys->set("envtest", "the-key-of-the-file"));
  ::setenv("STUDIO_KEY_ENVTEST", "short-one", 1);
  CHECK(keys->key("envtest") == "short-one");
  CHECK(keys->fact("envtest").place == KeyPlace::Environment);
  CHECK(keys->fact("envtest").ending.empty());
  ::unsetenv("STUDIO_KEY_ENVTEST");
  CHECK(keys->fact("envtest").place == KeyPlace::File);
  CHECK(keys->fact("envtest").ending == "file");
}

TEST_CASE("No key that was set or read comes into the log", "[fault-66]") {
  TempFolder folder;
  auto keys = SecretKeys::load(folder.path());
  REQUIRE(keys);
  REQUIRE(keys->set("log", "secret-that-was-set-1"));
  CHECK(redacted("sent secret-that-was-set-1 along").find("secret-that-was-set-1") == std::string::npos);
  TempFolder other;
  put(other.path() / "keys.json", R"({"version": 1, "keys": {"fal": "secret-that-was-read-2"}})");
  REQUIRE(SecretKeys::load(other.path()));
  CHECK(redacted("secret-that-was-read-2").find("secret-that-was-read-2") == std::string::npos);
}
