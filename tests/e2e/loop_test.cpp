// The main job from end to end: a prompt becomes pictures, the good ones are kept and become videos, all is exported.
#include <cmath>
#include <set>

#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {

Json ffprobe(const std::string& path) {
  const auto result = run_program({"ffprobe", "-v", "error", "-print_format", "json", "-show_streams", "-show_format", path});
  REQUIRE(result.exit_code == 0);
  return Json::parse(result.out);
}

double sum_of(const std::vector<Json>& bill) {
  double sum = 0;
  for (const auto& line : bill) sum += line.at("amount").get<double>();
  return sum;
}

}  // namespace

TEST_CASE("five variations, two picked, two videos, an export, and the same picture again from its recipe") {
  if (!has_program("ffprobe")) STUDIO_SKIP("the program ffprobe (package ffmpeg)");
  Headless studio;
  studio.lines({"new"});
  const auto images = studio.lines({"generate", "--prompt", "a lighthouse on a stormy coast at dusk", "--count", "5", "--aspect", "16:9", "--model",
                                    "sandbox-flux", "--seed", "7", "--wait"});
  REQUIRE(images.size() == 5);
  std::set<std::string> hashes, prompts;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Json& image = images[i];
    CHECK(image.at("variation") == i + 1);
    CHECK(image.at("kind") == "image");
    CHECK(image.at("state") == "done");
    CHECK(image.at("provider") == "sandbox");
    CHECK(image.at("mark") == "none");
    CHECK(image.at("seed") == 7);
    CHECK(std::abs(image.at("cost").get<double>() - 0.04) < 1e-9);
    const auto probe = ffprobe(image.at("path"));
    CHECK(probe.at("streams")[0].at("width") == image.at("width"));
    CHECK(probe.at("streams")[0].at("height") == image.at("height"));
    CHECK(image.at("width").get<int>() > image.at("height").get<int>());
    hashes.insert(hash_of_file(image.at("path").get<std::string>()));
    prompts.insert(image.at("prompt").get<std::string>());
  }
  CHECK(images[0].at("prompt") == "a lighthouse on a stormy coast at dusk");
  CHECK(hashes.size() == 5);
  CHECK(prompts.size() == 5);

  studio.lines({"mark", images[1].at("id"), images[3].at("id"), "--pick"});
  const auto videos = studio.lines({"animate", "--picked", "--seconds", "2", "--wait"});
  REQUIRE(videos.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(videos[i].at("kind") == "video");
    CHECK(videos[i].at("parents")[0] == images[i == 0 ? 1 : 3].at("id"));
    const auto probe = ffprobe(videos[i].at("path"));
    std::set<std::string> codecs;
    for (const auto& stream : probe.at("streams")) {
      codecs.insert(stream.at("codec_name").get<std::string>());
      if (stream.at("codec_type") == "video") {
        CHECK(stream.value("color_space", "") == "bt709");
        CHECK(stream.value("color_range", "") == "tv");
      }
    }
    CHECK(codecs == std::set<std::string>{"aac", "h264"});
    CHECK(std::abs(std::stod(probe.at("format").at("duration").get<std::string>()) - 2) < 0.1);
  }

  const auto to = studio.folder() / "out";
  const auto files = studio.lines({"export", "--picked", "--to", to.string(), "--name", "{n}-{model}-{prompt}"});
  REQUIRE(files.size() == 4);
  for (const auto& file : files) CHECK(std::filesystem::exists(file.at("path").get<std::string>()));

  // The books and the sandbox's own bill agree.
  const auto bill = studio.bill();
  CHECK(bill.size() == 7);
  CHECK(std::abs(sum_of(bill) - (5 * 0.04 + 2 * 0.42)) < 1e-9);
  for (const auto& books : studio.lines({"costs"})) {
    CHECK(std::abs(books.at("reserved").get<double>()) < 1e-9);
    CHECK(std::abs(books.at("settled").get<double>() - (books.at("currency") == "play" ? sum_of(bill) : 0)) < 1e-9);
  }

  const auto other = studio.folder() / "other";
  REQUIRE(studio.run_in(other, {"new"}).exit_code == 0);
  const auto remade = studio.run_in(other, {"generate", "--recipe", (to / "manifest.json").string() + "#" + images[3].at("id").get<std::string>(), "--wait"});
  INFO(remade.err);
  REQUIRE(remade.exit_code == 0);
  const auto again = json_lines(remade.out);
  REQUIRE(again.size() == 1);
  CHECK(hash_of_file(again[0].at("path").get<std::string>()) == hash_of_file(images[3].at("path").get<std::string>()));
}

TEST_CASE("the three image models make different pictures of the same words and seed") {
  Headless studio;
  studio.lines({"new"});
  std::set<std::string> hashes;
  for (const char* model : {"sandbox-flux", "sandbox-xl", "sandbox-dream"}) {
    const auto made = studio.lines({"generate", "--prompt", "snowy night city", "--seed", "3", "--aspect", "256x256", "--model", model, "--wait"});
    REQUIRE(made.size() == 1);
    hashes.insert(hash_of_file(made[0].at("path").get<std::string>()));
  }
  CHECK(hashes.size() == 3);
}

TEST_CASE("without --wait the work is queued and run does it") {
  Headless studio;
  studio.lines({"new"});
  const auto queued = studio.lines({"generate", "--prompt", "a boat", "--count", "3", "--aspect", "256x256"});
  REQUIRE(queued.size() == 3);
  for (const auto& job : queued) {
    CHECK(job.at("state") == "queued");
    CHECK(job.at("path").is_null());
  }
  CHECK(studio.bill().empty());  // nothing was sent
  CHECK(studio.lines({"run"}).size() == 3);
  for (const auto& job : studio.lines({"jobs"})) CHECK(job.at("state") == "done");
  CHECK(studio.lines({"list", "--kind", "image"}).size() == 3);
  CHECK(studio.lines({"list", "--kind", "video"}).empty());
}

TEST_CASE("a video that exists is left out, another one is a new take") {
  Headless studio;
  studio.lines({"new"});
  const auto images = studio.lines({"generate", "--prompt", "a boat", "--count", "2", "--aspect", "256x144", "--wait"});
  studio.lines({"mark", images[0].at("id"), images[1].at("id"), "--pick"});
  const auto first = studio.lines({"animate", images[0].at("id"), "--seconds", "2", "--wait"});
  const auto rest = studio.run({"animate", "--picked", "--seconds", "2", "--wait"});
  CHECK(rest.exit_code == 0);
  CHECK(json_lines(rest.out).size() == 1);
  CHECK(rest.err.find("1 of 2") != std::string::npos);
  const auto take = studio.lines({"animate", images[0].at("id"), "--seconds", "2", "--another", "--wait"});
  REQUIRE(take.size() == 1);
  CHECK(take[0].at("seed") != first[0].at("seed"));
  CHECK(hash_of_file(take[0].at("path").get<std::string>()) != hash_of_file(first[0].at("path").get<std::string>()));
}

TEST_CASE("every asset carries what the interface names") {
  Headless studio;
  studio.lines({"new"});
  const auto made = studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128", "--wait"});
  REQUIRE(made.size() == 1);
  for (const char* key : {"id", "kind", "state", "path", "prompt", "seed", "model", "provider", "width", "height", "seconds", "parents", "generation",
                          "variation", "cost", "stars", "mark"}) {
    CHECK(made[0].contains(key));
  }
  CHECK(made[0].at("path").get<std::string>().starts_with('/'));
  const auto jobs = studio.lines({"jobs"});
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].at("asset") == made[0].at("id"));
  CHECK(jobs[0].contains("reason"));
  const auto shown = studio.lines({"show", made[0].at("id")});
  CHECK(shown[0].at("recipe").at("prompt") == "a boat");
}

TEST_CASE("models lists every model with its price, the sandbox's as play money, others with what they need") {
  Headless studio;
  const auto result = studio.run_plain({"models", "--json"});
  REQUIRE(result.exit_code == 0);
  int of_sandbox = 0;
  for (const auto& model : json_lines(result.out)) {
    const bool is_sandbox = model.at("provider") == "sandbox";
    CHECK((model.at("currency") == "play") == is_sandbox);
    CHECK(model.at("needs_key") == !is_sandbox);  // no key is here
    if (!is_sandbox) continue;
    ++of_sandbox;
    CHECK(std::abs(model.at("price").get<double>() - (model.at("kind") == "video" ? 0.42 : 0.04)) < 1e-9);
  }
  CHECK(of_sandbox == 4);
  CHECK(result.err.empty());
  const auto for_people = studio.run_plain({"models"});
  CHECK(for_people.out.find("There is no key for fal: add it in the settings or set STUDIO_KEY_FAL.") != std::string::npos);
  CHECK(for_people.err.empty());
}
