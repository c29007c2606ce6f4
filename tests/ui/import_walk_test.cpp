// Which files are meant by what was dropped: folders to the bottom, links and loops not followed, what cannot be read named.
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "panels/import_card.h"
#include "shell/folder_work.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

void write(const std::filesystem::path& path, const std::string& text = "x") {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

using Names = std::vector<std::string>;

// As somebody who is not root, on this thread alone.
class AsNobody {
 public:
  AsNobody() : before_(::setfsuid(65534)) {}
  ~AsNobody() { ::setfsuid(static_cast<uid_t>(before_)); }

 private:
  int before_;
};

}  // namespace

TEST_CASE("Folders are walked to the bottom in the order of names, hidden entries and links are passed over") {
  TempFolder home;
  const auto root = home.path() / "shoot";
  write(root / "b 10.png");
  write(root / "b 9.png");
  write(root / "night" / "deep" / "c.mp4");
  write(root / ".thumbs" / "t.png");
  write(root / ".hidden.png");
  write(home.path() / "outside.png");
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
  write(home.path() / ".hidden.png");
  write(home.path() / "real" / "a.png");
  std::filesystem::create_directory_symlink(home.path() / "real", home.path() / "link");
  const auto found = find_files({(home.path() / ".hidden.png").string(), (home.path() / "link").string(), (home.path() / "gone").string()});
  CHECK(found.files == Names{(home.path() / ".hidden.png").string(), (home.path() / "link/a.png").string()});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].error.kind == ErrorKind::NotFound);
}

TEST_CASE("A folder that may not be read is named, and the others are still walked") {
  TempFolder home;
  write(home.path() / "closed" / "a.png");
  write(home.path() / "open" / "b.png");
  std::filesystem::permissions(home.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(home.path() / "open", std::filesystem::perms(0755));
  std::filesystem::permissions(home.path() / "closed", std::filesystem::perms(0000));
  FoundFiles found;
  FolderListing listed;
  bool bites = false;
  {
    const AsNobody nobody;
    std::error_code error;
    std::filesystem::directory_iterator(home.path() / "closed", error);
    bites = static_cast<bool>(error);
    found = find_files({home.path().string()});
    listed = list_folder(home.path() / "closed");
  }
  std::filesystem::permissions(home.path() / "closed", std::filesystem::perms(0755));
  if (!bites) STUDIO_SKIP("every folder can be read here");
  CHECK(found.files == Names{(home.path() / "open/b.png").string()});
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].path == (home.path() / "closed").string());
  CHECK(found.failures[0].error.message.find("permission") != std::string::npos);
  REQUIRE(listed.error);
  CHECK(listed.entries.empty());
}

TEST_CASE("A project among the folders is named, not taken apart, more than the most files are cut and said") {
  TempFolder home;
  write(home.path() / "film" / "ledger.sqlite");
  write(home.path() / "film" / "vault" / "aa" / "blob");
  for (int i = 0; i < 12; ++i) write(home.path() / ("p" + std::to_string(i)));
  const auto found = find_files({home.path().string()});
  CHECK(found.files.size() == 12);
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].error.message.find("project") != std::string::npos);
  const auto cut = find_files({home.path().string()}, {}, {}, 5);
  CHECK(cut.files.size() == 5);
  CHECK(cut.is_cut);
}

TEST_CASE("A name of any bytes is walked and listed as it is") {
  TempFolder home;
  const std::string name = "pic\xFF\xFE\n.png";
  write(home.path() / name);
  const auto found = find_files({home.path().string()});
  REQUIRE(found.files.size() == 1);
  CHECK(found.files[0] == home.path().string() + "/" + name);
  const auto listed = list_folder(home.path());
  REQUIRE(listed.entries.size() == 1);
  CHECK(listed.entries[0].name == name);
}

TEST_CASE("A stop ends the walk") {
  TempFolder home;
  for (int i = 0; i < 20; ++i) write(home.path() / "d" / std::to_string(i));
  std::stop_source stop;
  stop.request_stop();
  CHECK(find_files({home.path().string()}, stop.get_token()).files.empty());
}

TEST_CASE("A folder is listed with sizes, dates, projects and what links lead to") {
  TempFolder home;
  write(home.path() / "a.png", "12345");
  write(home.path() / "film" / "ledger.sqlite");
  std::filesystem::create_directory_symlink(home.path() / "film", home.path() / "link");
  std::filesystem::create_symlink(home.path() / "nowhere", home.path() / "dead");
  const auto listed = list_folder(home.path());
  REQUIRE(listed.entries.size() == 4);
  CHECK(listed.entries[0].name == "film");
  CHECK((listed.entries[0].is_folder && listed.entries[0].is_project));
  CHECK((listed.entries[1].name == "link" && listed.entries[1].is_folder));
  CHECK((listed.entries[2].name == "a.png" && listed.entries[2].bytes == 5));
  CHECK(listed.entries[2].changed_ms > 1'500'000'000'000);
  CHECK((listed.entries[3].name == "dead" && !listed.entries[3].is_folder));
  CHECK(list_folder(home.path() / "film").is_project);
  CHECK(list_folder(home.path() / "a.png").is_file);
  CHECK(list_folder(home.path() / "gone").error);
}

TEST_CASE("The user's own folders are found where the desktop says they are") {
  TempFolder home;
  std::filesystem::create_directories(home.path() / "Bilder");
  std::filesystem::create_directories(home.path() / "Desktop");
  write(home.path() / ".config" / "user-dirs.dirs", "# a comment\nXDG_PICTURES_DIR=\"$HOME/Bilder\"\nXDG_VIDEOS_DIR=\"$HOME/none\"\n");
  ::unsetenv("XDG_CONFIG_HOME");
  const auto places = standard_places(home.path());
  std::vector<std::string> found;
  for (const auto& place : places)
    if (place.kind != PickerPlace::Kind::Volume) found.push_back(place.label + " " + place.folder.lexically_relative(home.path()).string());
  CHECK(found == Names{"Home .", "Desktop Desktop", "Pictures Bilder"});
  CHECK(places.back().folder == "/");
}

TEST_CASE("The card says how far the import is, and names what did not come in") {
  ImportState state;
  begin_import(state);
  state.searches = 1;
  CHECK(import_headline(state) == "Looking for files");
  state.searches = 0;
  state.imports = 1;
  state.total = 310;
  state.done = 33;
  CHECK(import_headline(state) == "Importing 34 of 310");
  CommandReply reply;
  reply.assets.resize(5);
  reply.known = {"/a/old.png", "/a/older.png"};
  reply.failures = {{"/a/bad.png", {ErrorKind::Damaged, "The picture is damaged.", "", 0}}};
  count_import(state, reply);
  CHECK(import_headline(state) == "Imported 3 files");
  CHECK(import_details(state) == "2 were here already · 1 failed");
  CHECK(state.known == Names{"old.png", "older.png"});
  CHECK(state.failures[0].name == "bad.png");
  CHECK(state.needs_reading());
  // The next one begins with a clean card.
  begin_import(state);
  CHECK_FALSE(state.needs_reading());
  state.imports = 1;
  begin_import(state);
  CHECK(state.imports == 1);
}
