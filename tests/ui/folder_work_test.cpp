// What the picker finds in folders, the places it starts from, and what the card of an import says.
#include <sys/stat.h>
#include <unistd.h>


#include "panels/import_card.h"
#include "shell/folder_work.h"
#include "support/as_nobody.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("A folder that may not be read is listed with the reason, and without entries") {
  TempFolder home;
  put_file(home.path() / "closed" / "a.png");
  std::filesystem::permissions(home.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(home.path() / "closed", std::filesystem::perms(0000));
  FolderListing listed;
  bool bites = false;
  {
    const AsNobody nobody;
    std::error_code error;
    std::filesystem::directory_iterator(home.path() / "closed", error);
    bites = static_cast<bool>(error);
    listed = list_folder(home.path() / "closed");
  }
  std::filesystem::permissions(home.path() / "closed", std::filesystem::perms(0755));
  if (!bites) STUDIO_SKIP("every folder can be read here");
  REQUIRE(listed.error);
  CHECK(listed.entries.empty());
}

TEST_CASE("A name of any bytes is listed as it is") {
  TempFolder home;
  const std::string name = "pic\xFF\xFE\n.png";
  put_file(home.path() / name);
  const auto listed = list_folder(home.path());
  REQUIRE(listed.entries.size() == 1);
  CHECK(listed.entries[0].name == name);
}

TEST_CASE("A folder is listed with sizes, dates, projects and what links lead to") {
  TempFolder home;
  put_file(home.path() / "a.png", "12345");
  put_file(home.path() / "film" / "ledger.sqlite");
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
  put_file(home.path() / ".config" / "user-dirs.dirs", "# a comment\nXDG_PICTURES_DIR=\"$HOME/Bilder\"\nXDG_VIDEOS_DIR=\"$HOME/none\"\n");
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
