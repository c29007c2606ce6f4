// A picture is edited elsewhere, or its file is lost: what is stale says so, and a person's word makes it again, once.
#include "base/paths.h"
#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {

Json asset_named(const std::vector<Json>& lines, const std::string& id) {
  for (const Json& line : lines)
    if (line.at("id") == id) return line;
  FAIL("there is no " + id);
  return {};
}

}  // namespace

TEST_CASE("a picture comes back from an editor: its video is stale, made again by name, paid once, and nothing is overwritten") {
  Headless studio;
  studio.lines({"new"});
  const auto picture = studio.lines({"generate", "--prompt", "a boat at dawn", "--count", "1", "--aspect", "256x144", "--wait"}).at(0);
  const std::string a1 = picture.at("id");
  const auto video = studio.lines({"animate", a1, "--seconds", "2", "--wait"}).at(0);
  const std::string a2 = video.at("id");
  const std::string old_hash = hash_of_file(video.at("path").get<std::string>());
  for (const Json& asset : studio.lines({"list"})) CHECK_FALSE(asset.contains("stale"));
  const auto nothing = studio.run({"remake", a1, a2});
  CHECK(nothing.exit_code == 0);
  CHECK(nothing.err.find("2 of 2") != std::string::npos);

  const auto file = studio.folder() / "boat-retouched.jpg";
  std::filesystem::copy_file(assets_folder() / "start" / "01.jpg", file);
  const auto edited = studio.lines({"import", file.string(), "--version-of", a1}).at(0);
  const std::string a3 = edited.at("id");
  CHECK(edited.at("parents") == Json::array({a1}));
  auto assets = studio.lines({"list"});
  CHECK(asset_named(assets, a1).at("stale") == "version");
  CHECK(asset_named(assets, a1).at("newer") == a3);
  CHECK(asset_named(assets, a2).at("stale") == "picture");
  CHECK(asset_named(assets, a2).at("newer") == a3);
  CHECK_FALSE(asset_named(assets, a3).contains("stale"));
  CHECK(studio.lines({"show", a2}).at(0).at("newer") == a3);
  CHECK(edited.at("version_of") == Json::array({a1}));
  CHECK(studio.lines({"list", "--state", "stale"}).size() == 2);
  // Said by mistake, and taken back.
  studio.lines({"mark", a3, "--version-of", "none"});
  CHECK(studio.lines({"list", "--state", "stale"}).empty());
  CHECK(studio.run({"mark", a3, "--version-of", "none"}).exit_code == 2);
  CHECK(studio.lines({"mark", a3, "--version-of", a1}).at(0).at("parents") == Json::array({a1}));
  CHECK(studio.lines({"list", "--state", "stale"}).size() == 2);

  const auto out = studio.run({"export", a2, a3, "--to", (studio.folder() / "out").string()});
  CHECK(out.exit_code == 0);
  CHECK(out.err.find("newer versions are there: 1 of them") != std::string::npos);

  const auto made = studio.run({"remake", a2, "--wait"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(made.err.starts_with("1 job for $0.42 play at most.\n"));
  const Json remade = json_lines(made.out).at(0);
  const std::string a4 = remade.at("id");
  CHECK(remade.at("parents") == Json::array({a3, a2}));
  CHECK(remade.at("version_of") == Json::array({a2}));
  CHECK(remade.at("prompt") == video.at("prompt"));
  CHECK(remade.at("seed") == video.at("seed"));
  CHECK(remade.at("seconds") == video.at("seconds"));
  assets = studio.lines({"list"});
  REQUIRE(assets.size() == 4);
  CHECK(asset_named(assets, a2).at("stale") == "version");
  CHECK(asset_named(assets, a2).at("newer") == a4);
  CHECK(hash_of_file(video.at("path").get<std::string>()) == old_hash);
  CHECK(hash_of_file(remade.at("path").get<std::string>()) != old_hash);
  CHECK(studio.run({"remake", a2, "--wait"}).err.find("1 of 1") != std::string::npos);
  CHECK(studio.bill().size() == 3);

  // The edit is thrown out: what was made before is current again.
  studio.lines({"mark", a3, "--reject"});
  studio.lines({"mark", a4, "--reject"});
  for (const Json& asset : studio.lines({"list"})) CHECK_FALSE(asset.contains("stale"));
}

TEST_CASE("a picture whose file is lost is made again by its recipe, and the very same bytes are its own again") {
  Headless studio;
  studio.lines({"new"});
  const auto picture = studio.lines({"generate", "--prompt", "a mill", "--count", "1", "--aspect", "128x128", "--wait"}).at(0);
  const std::filesystem::path file = picture.at("path").get<std::string>();
  const std::string hash = hash_of_file(file);
  std::filesystem::remove(file);
  CHECK(studio.lines({"list"}).at(0).at("state") == "missing");
  const auto remade = studio.lines({"remake", picture.at("id"), "--wait"}).at(0);
  CHECK(remade.at("parents") == Json::array({picture.at("id")}));
  CHECK(hash_of_file(file) == hash);  // the sandbox makes the same of the same recipe
  for (const Json& asset : studio.lines({"list"})) {
    CHECK(asset.at("state") == "done");
    CHECK_FALSE(asset.contains("stale"));
  }
  CHECK(studio.bill().size() == 2);
}

TEST_CASE("what cannot be made again, or is no version, is a sentence and an exit code") {
  Headless studio;
  studio.lines({"new"});
  const auto file = studio.folder() / "one.jpg";
  std::filesystem::copy_file(assets_folder() / "start" / "01.jpg", file);
  const std::string a1 = studio.lines({"import", file.string()}).at(0).at("id");
  for (const Args& arguments : {Args{"remake", "a99"}, Args{"remake", "j1"}, Args{"import", file.string(), "--version-of", "a99"}, Args{"remake"},
                                Args{"mark", a1, "--version-of", "a99"}, Args{"mark", a1, "--version-of", "a1", "--pick"}}) {
    const auto result = studio.run(arguments);
    INFO(result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find_first_not_of(" \n") != std::string::npos);
  }
  const auto same = studio.run({"import", file.string(), "--version-of", a1});
  CHECK(same.exit_code == 1);
  CHECK(same.err.find("very bytes") != std::string::npos);
  CHECK(studio.lines({"list"}).size() == 1);
  // Lost, and nobody's recipe.
  std::filesystem::remove(studio.lines({"list"}).at(0).at("path").get<std::string>());
  const auto lost = studio.run({"remake", a1});
  CHECK(lost.exit_code == 2);
  CHECK(lost.err.find("import its file again") != std::string::npos);
}

TEST_CASE("an open program links, unlinks and re-makes for another one, exactly as told") {
  Headless studio;
  studio.lines({"new"});
  const auto picture = studio.folder() / "one.jpg", edited = studio.folder() / "two.jpg";
  std::filesystem::copy_file(assets_folder() / "start" / "01.jpg", picture);
  std::filesystem::copy_file(assets_folder() / "start" / "02.jpg", edited);
  const std::string a1 = studio.lines({"import", picture.string()}).at(0).at("id");
  const auto slow = studio.serve({"--latency", "600"});
  REQUIRE(slow);
  // It waits for a job that comes to no end, and has the project meanwhile.
  Process owner(studio.command(studio.project(), {"generate", "--prompt", "a boat", "--count", "1", "--aspect", "128x128", "--wait"}), studio.environment());
  const auto is_owned = [&] {
    const auto jobs = studio.lines({"jobs"});
    return !jobs.empty() && jobs[0].at("state") == "running";
  };
  for (int i = 0; i < 600 && !is_owned(); ++i) REQUIRE_FALSE(owner.runs_out_within(100));
  REQUIRE(is_owned());
  const auto imported = studio.lines({"import", edited.string(), "--version-of", a1}).at(0);
  CHECK(imported.at("parents") == Json::array({a1}));
  CHECK(studio.lines({"list", "--state", "stale"}).size() == 1);
  studio.lines({"mark", imported.at("id"), "--version-of", "none"});
  CHECK(studio.lines({"list", "--state", "stale"}).empty());
  const auto two = studio.run({"import", picture.string(), edited.string(), "--version-of", a1});
  CHECK(two.exit_code == 2);
  CHECK(two.err.find("name one") != std::string::npos);
  CHECK(studio.run({"remake", a1}).err.find("1 of 1") != std::string::npos);
}
