#include "providers/provider_set.h"

#include <fstream>
#include <iterator>

#include "base/paths.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

TEST_CASE("the sandbox and its models are there") {
  const auto set = load_providers(assets_folder());
  REQUIRE(set);
  const Provider* sandbox = set->find("sandbox");
  REQUIRE(sandbox != nullptr);
  CHECK(sandbox->info().is_sandbox);
  CHECK(set->find("nobody") == nullptr);
  for (const char* id : {"sandbox-flux", "sandbox-xl", "sandbox-dream", "sandbox-motion"}) {
    const ModelInfo* model = set->find_model(id);
    REQUIRE(model != nullptr);
    CHECK(model->id == id);
    CHECK(model->provider == "sandbox");
  }
  CHECK(set->find_model("sandbox-flux")->price == Money{40'000});
  CHECK(set->find_model("sandbox-motion")->price == Money{420'000});
  CHECK(set->all().front() == sandbox);  // what a new user meets first costs nothing
}

TEST_CASE("fal.ai and its models are there, each with its own price") {
  const auto set = load_providers(assets_folder());
  REQUIRE(set);
  const Provider* fal = set->find("fal");
  REQUIRE(fal != nullptr);
  CHECK(fal->info().needs_key);
  CHECK(fal->info().image_lane == 2);  // new accounts run two requests at a time
  const auto price = [&](const char* id) { return set->find_model(id)->price_per_megapixel.value().micros; };
  CHECK(price("fal-flux-dev") == 25'000);
  CHECK(price("fal-flux-schnell") == 3'000);
  CHECK(price("fal-flux-pro") == 40'000);
  CHECK(price("fal-sdxl") == 5'000);
  CHECK(set->find_model("fal-kling")->price_per_second == Money{56'000});
  CHECK(set->find_model("fal-hailuo")->price_per_second == Money{45'000});
  Recipe recipe;
  recipe.width = recipe.height = 1024;
  CHECK_FALSE(price_of(*set->find_model("fal-dreamshaper"), recipe));
}

TEST_CASE("a service that is reached elsewhere says so") {
  const auto set = load_providers(assets_folder(), {{"fal", "http://127.0.0.1:41000"}});
  REQUIRE(set);
  CHECK(set->find("fal")->info().label == "fal.ai at http://127.0.0.1:41000");
  CHECK(set->find("fal")->profile().local);
  CHECK(set->find("sandbox")->info().reached_at.empty());
  CHECK_FALSE(load_providers(assets_folder(), {{"fal", "https://fal.example.test"}})->find("fal")->profile().local);
  CHECK_FALSE(load_providers(assets_folder())->find("fal")->profile().local);
}

TEST_CASE("an unknown model is answered with the known ones") {
  const auto set = load_providers(assets_folder());
  REQUIRE(set);
  CHECK(set->find_model("flux-9") == nullptr);
  const Error error = set->unknown_model("flux-9");
  CHECK(error.kind == ErrorKind::NotFound);
  CHECK(error.message.starts_with("Unknown model \"flux-9\": choose one of sandbox-flux, sandbox-xl, sandbox-dream, sandbox-motion, fal-"));
  CHECK(set->unknown_model(std::string(5000, 'x')).message.size() < 500);
}

TEST_CASE("a missing, foreign or broken data file is said in a sentence") {
  TempFolder folder;
  CHECK_FALSE(load_providers(folder.path()));
  std::filesystem::create_directory(folder.path() / "providers");
  std::ofstream(folder.path() / "providers" / "fal.json") << R"({"id":"fal","label":"F","models":[]})";
  const auto with_text = [&](const std::string& text) {
    std::ofstream(folder.path() / "providers" / "sandbox.json") << text;
    return load_providers(folder.path());
  };
  const auto broken = with_text("{");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().kind == ErrorKind::Damaged);
  CHECK(broken.error().message.find("sandbox") != std::string::npos);
  CHECK_FALSE(with_text(R"({"id":"other","label":"Other","models":[]})"));
  const std::string model = R"({"id":"m","label":"M","kind":"image"})";
  CHECK_FALSE(with_text(R"({"id":"sandbox","label":"S","models":[)" + model + "," + model + "]}"));
  CHECK(with_text(R"({"id":"sandbox","label":"S","models":[)" + model + "]}"));
}
