// The set-up with the machine's own pip, which finds its archives in a folder here instead of the network: its words for what
// went wrong are those that third_party/fetch.sh listens for.
#include "e2e/setup_tree.h"

using namespace studio;

TEST_CASE("with the real pip a missing archive, a wrong one and the right one are told apart") {
  const Tree tree;
  const auto shelf = tree.folder() / "shelf";
  const std::string name = "toy-1.0-py3-none-any.whl";
  write(tree.folder() / "wheel" / "toy" / "source" / "toy.h", "t");
  write(tree.folder() / "wheel" / "toy-1.0.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n");
  write(tree.folder() / "wheel" / "toy-1.0.dist-info" / "WHEEL", "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
  write(tree.folder() / "wheel" / "toy-1.0.dist-info" / "RECORD", "");
  std::filesystem::create_directories(shelf);
  REQUIRE(Process({"cmake", "-E", "tar", "cf", (tree.folder() / name).string(), "--format=zip", "toy", "toy-1.0.dist-info"}, {}, (tree.folder() / "wheel").string())
              .wait()
              .exit_code == 0);
  const std::string hash = sha256_hex(read_file(tree.folder() / name).value());
  write(tree.root() / "third_party" / "LIST.md", "| wheel | toy | 1.0 | " + name + " | " + hash + " |\n| take | toy | toy/source | toy | MIT | why |\n");
  const auto fetch = [&] {
    return tree.run({"third_party/fetch.sh"}, {{"PYTHONPATH", ""}, {"PIP_NO_INDEX", "1"}, {"PIP_FIND_LINKS", shelf.string()}, {"PIP_CONFIG_FILE", "/dev/null"}});
  };
  const auto nothing = fetch();
  INFO(nothing.err);
  CHECK(nothing.exit_code == 1);
  CHECK(says(nothing, "The download of " + name + " failed: check the network and start again"));
  CHECK(tree.left_behind().empty());
  write(tree.folder() / "wheel" / "toy" / "source" / "toy.h", "another");
  REQUIRE(Process({"cmake", "-E", "tar", "cf", (shelf / name).string(), "--format=zip", "toy", "toy-1.0.dist-info"}, {}, (tree.folder() / "wheel").string())
              .wait()
              .exit_code == 0);
  const auto wrong = fetch();
  INFO(wrong.err);
  CHECK(wrong.exit_code == 1);
  CHECK(says(wrong, "The archive " + name + " is not the one we pinned"));
  CHECK(tree.left_behind().empty());
  std::filesystem::copy_file(tree.folder() / name, shelf / name, std::filesystem::copy_options::overwrite_existing);
  const auto right = fetch();
  INFO(right.err);
  CHECK(right.exit_code == 0);
  CHECK(std::filesystem::exists(tree.cache() / "third-party" / ("toy-1.0-" + hash.substr(0, 8)) / "toy" / "toy.h"));
}
