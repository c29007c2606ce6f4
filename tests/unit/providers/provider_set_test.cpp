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
  CHECK(set->all().size() == 1);
}

TEST_CASE("an unknown model is answered with the known ones") {
  const auto set = load_providers(assets_folder());
  REQUIRE(set);
  CHECK(set->find_model("flux-9") == nullptr);
  const Error error = set->unknown_model("flux-9");
  CHECK(error.kind == ErrorKind::NotFound);
  CHECK(error.message == "Unknown model \"flux-9\": choose one of sandbox-flux, sandbox-xl, sandbox-dream, sandbox-motion.");
  CHECK(set->unknown_model(std::string(5000, 'x')).message.size() < 300);
}

TEST_CASE("a missing, foreign or broken data file is said in a sentence") {
  TempFolder folder;
  CHECK_FALSE(load_providers(folder.path()));
  std::filesystem::create_directory(folder.path() / "providers");
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
