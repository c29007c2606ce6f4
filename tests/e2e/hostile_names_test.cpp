// Names and prompts that mean harm: whatever they are, they are words, and files are made only where they were asked for.
#include <fstream>
#include <set>

#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {

// Everything under a folder, by path.
std::set<std::string> all_under(const std::filesystem::path& folder) {
  std::set<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) paths.insert(entry.path().string());
  return paths;
}

}  // namespace

TEST_CASE("files of hostile names are imported under their content, and exported into the folder alone", "[fault-57]") {
  Headless studio;
  studio.lines({"new"});
  const auto made = studio.lines({"generate", "--prompt", "a boat", "--aspect", "64x64", "--wait"});
  const auto bytes = [&] {
    std::ifstream file(made[0].at("path").get<std::string>(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  const auto in = studio.folder() / "in";
  std::filesystem::create_directory(in);
  const std::vector<std::string> names = {"-rf.png", "--help", "..png", "line\nbreak.png", "\xE2\x80\xAEgnp.exe", "\xff\xfe.png", "CON", "$(touch x).png", "a'b\"c`d.png", "%s%n%x.png", " ", "\x1b[31mred.png",
                                          std::string(250, 'n')};
  Args import = {"import"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    // Another picture each: what follows the end of a PNG is not looked at.
    std::ofstream(in / names[i], std::ios::binary) << bytes << "picture " << i;
    import.push_back((in / names[i]).string());
  }
  const auto before = all_under(studio.folder() / "home");
  const auto imported = studio.lines(import);
  CHECK(imported.size() == names.size());
  CHECK(studio.lines({"list"}).size() == names.size() + 1);
  for (const Json& asset : studio.lines({"list"})) studio.lines({"show", asset.at("id").get<std::string>()});
  // In the project no file has a name from outside.
  for (const std::string& path : all_under(studio.project()))
    for (const std::string& name : names) CHECK((name.size() < 5 || path.find(name) == std::string::npos));
  const auto out = studio.folder() / "out";
  Args marks = {"mark"};
  for (const Json& asset : imported) marks.push_back(asset.at("id").get<std::string>());
  marks.push_back("--pick");
  studio.lines(marks);
  studio.lines({"export", "--picked", "--to", out.string()});
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out)) {
    const std::string name = entry.path().filename().string();
    INFO(name);
    CHECK(entry.is_regular_file());
    CHECK_FALSE((name.starts_with('-') || name.starts_with('.')));
    CHECK(name.find_first_of("\n\x1b") == std::string::npos);
    ++files;
  }
  CHECK(files >= static_cast<int>(names.size()));
  CHECK(all_under(studio.folder() / "home") == before);
  CHECK_FALSE(std::filesystem::exists("x"));
}

TEST_CASE("hostile prompts stay whole, or are refused in a sentence", "[fault-57]") {
  Headless studio;
  studio.lines({"new"});
  const std::vector<std::string> prompts = {"../../../../tmp/x", "/etc/passwd", std::string(4000, 'p'), "\xE2\x80\xAEgnp.exe", "-rf", "a\"b\\c'd", "{\"a\":1}", "<script>alert(1)</script>", "%00%0a", "line\nbreak"};
  for (const std::string& prompt : prompts) {
    INFO(prompt.substr(0, 40));
    const auto queued = studio.run({"generate", "--prompt=" + prompt, "--aspect", "64x64"});
    INFO(queued.err);
    REQUIRE(queued.exit_code == 0);
  }
  REQUIRE(studio.run({"run"}).exit_code == 0);
  std::multiset<std::string> kept;
  for (const Json& asset : studio.lines({"list"})) kept.insert(asset.at("prompt").get<std::string>());
  CHECK(kept == std::multiset<std::string>(prompts.begin(), prompts.end()));
  const auto no_text = studio.run({"generate", "--prompt", "\xff\xfe", "--aspect", "64x64"});
  CHECK(no_text.exit_code == 2);
  CHECK(no_text.err.size() > 15);
}
