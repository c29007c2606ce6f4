// The loop on real input: photographs from a wallpaper package.
#include "base/text.h"
#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("thirty real photographs are imported, six are animated at the same time and exported with their videos") {
  if (!has_program("ffprobe")) STUDIO_SKIP("the program ffprobe (package ffmpeg)");
  std::vector<std::string> photos;
  std::error_code error;
  for (const char* folder : {"/usr/share/wallpapers", "/usr/share/backgrounds"}) {
    for (auto it = std::filesystem::recursive_directory_iterator(folder, error); !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
      const auto extension = to_lower_ascii(it->path().extension().string());
      if (it->is_regular_file() && !it->is_symlink() && (extension == ".jpg" || extension == ".jpeg") && it->file_size() > 100'000) photos.push_back(it->path().string());
    }
  }
  if (photos.size() < 30) STUDIO_SKIP("30 photographs of a wallpaper package");
  std::sort(photos.begin(), photos.end());
  photos.resize(30);
  Headless studio;
  studio.lines({"new"});
  Args import = {"import"};
  import.insert(import.end(), photos.begin(), photos.end());
  const auto result = studio.run(import, 240'000);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto assets = json_lines(result.out);
  REQUIRE(assets.size() == 30);
  // Not a byte of any was changed.
  for (std::size_t i = 0; i < photos.size(); ++i) CHECK(hash_of_file(assets[i].at("path").get<std::string>()) == hash_of_file(photos[i]));
  Args animate = {"animate"};
  for (std::size_t i = 0; i < 6; ++i) animate.push_back(assets[i].at("id"));
  for (const char* option : {"--seconds", "2", "--prompt", "slow pan to the left", "--wait"}) animate.push_back(option);
  // The service takes its time for each, so that all six are bought before any is done only where none waits for another.
  const auto server = studio.serve({"--latency", "4"});
  Process animating(studio.command(studio.project(), animate), studio.environment());
  while (studio.bill().size() < 6 && !animating.runs_out_within(50)) {
  }
  CHECK(studio.lines({"list", "--kind", "video"}).empty());
  const auto made = animating.wait(240'000);
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  REQUIRE(json_lines(made.out).size() == 6);
  CHECK(studio.bill().size() == 6);
  Args mark = {"mark"};
  for (std::size_t i = 0; i < 6; ++i) mark.push_back(assets[i].at("id"));
  mark.push_back("--pick");
  studio.lines(mark);
  const auto files = studio.lines({"export", "--picked", "--to", (studio.folder() / "out").string()});
  REQUIRE(files.size() == 12);
  for (const auto& file : files) {
    CHECK(run_program({"ffprobe", "-v", "error", file.at("path").get<std::string>()}).exit_code == 0);
  }
}
