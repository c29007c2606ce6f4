// Which files are meant by an import: folders to the bottom, links and loops not followed, what cannot be read named.
#include "engine/find_files.h"

#include <sys/stat.h>

#include <filesystem>

#include "support/as_nobody.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Folders are walked to the bottom in the order of names, hidden entries and links are passed over") {
  TempFolder home;
  const auto root = home.path() / "shoot";
  put_file(root / "b 10.png");
  put_file(root / "b 9.png");
  put_file(root / "night" / "deep" / "c.mp4");
  put_file(root / ".thumbs" / "t.png");
  put_file(root / ".hidden.png");
  put_file(home.path() / "outside.png");
  std::filesystem::create_symlink(home.path() / "outside.png", root / "link.png");
  std::filesystem::create_directory_symlink(root, root / "night" / "loop");
  ::mkfifo((root / "pipe").c_str(), 0600);
  const auto found = find_files({root.string()});
  CHECK(found.files == Names{(root / "b 9.png").string(), (root / "b 10.png").string(), (root / "night/deep/c.mp4").string()});
  CHECK(found.hidden == 2);
  CHECK(found.links == 2);
  CHECK(found.failures.empty());
  CHECK_FALSE(found.is_cut);
}

TEST_CASE("What is named itself counts, be it hidden, a link, or gone") {
  TempFolder home;
  put_file(home.path() / ".hidden.png");
  put_file(home.path() / "real" / "a.png");
  std::filesystem::create_directory_symlink(home.path() / "real", home.path() / "link");
  const auto found = find_files({(home.path() / ".hidden.png").string(), (home.path() / "link").string(), (home.path() / "gone").string()});
  CHECK(found.files == Names{(home.path() / ".hidden.png").string(), (home.path() / "link/a.png").string()});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].error.kind == ErrorKind::NotFound);
}

TEST_CASE("A folder that may not be read is named, and the others are still walked") {
  TempFolder home;
  put_file(home.path() / "closed" / "a.png");
  put_file(home.path() / "open" / "b.png");
  std::filesystem::permissions(home.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(home.path() / "open", std::filesystem::perms(0755));
  std::filesystem::permissions(home.path() / "closed", std::filesystem::perms(0000));
  FoundFiles found;
  bool bites = false;
  {
    const AsNobody nobody;
    std::error_code error;
    std::filesystem::directory_iterator(home.path() / "closed", error);
    bites = static_cast<bool>(error);
    found = find_files({home.path().string()});
  }
  std::filesystem::permissions(home.path() / "closed", std::filesystem::perms(0755));
  if (!bites) STUDIO_SKIP("every folder can be read here");
  CHECK(found.files == Names{(home.path() / "open/b.png").string()});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].path == (home.path() / "closed").string());
  CHECK(found.failures[0].error.message.find("permission") != std::string::npos);
}

TEST_CASE("A project among the folders is named, not taken apart, more than the most files are cut and said") {
  TempFolder home;
  put_file(home.path() / "film" / "ledger.sqlite");
  put_file(home.path() / "film" / "vault" / "aa" / "blob");
  for (int i = 0; i < 12; ++i) put_file(home.path() / ("p" + std::to_string(i)));
  const auto found = find_files({home.path().string()});
  CHECK(found.files.size() == 12);
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].error.message.find("project") != std::string::npos);
  const auto cut = find_files({home.path().string()}, {}, {}, 5);
  CHECK(cut.files.size() == 5);
  CHECK(cut.is_cut);
}

TEST_CASE("A name of any bytes is walked as it is") {
  TempFolder home;
  const std::string name = "pic\xFF\xFE\n.png";
  put_file(home.path() / name);
  const auto found = find_files({home.path().string()});
  REQUIRE(found.files.size() == 1);
  CHECK(found.files[0] == home.path().string() + "/" + name);
}

TEST_CASE("A stop ends the walk") {
  TempFolder home;
  for (int i = 0; i < 20; ++i) put_file(home.path() / "d" / std::to_string(i));
  std::stop_source stop;
  stop.request_stop();
  CHECK(find_files({home.path().string()}, stop.get_token()).files.empty());
}
