#include "model/capability.h"

#include "base/file.h"
#include "support/catch.h"

using namespace studio;

namespace {
ProviderInfo sandbox() {
  return provider_info_from_json(read_file(std::filesystem::path(STUDIO_SOURCE_ASSETS) / "providers/sandbox.json").value()).value();
}
Recipe picture() {
  Recipe recipe;
  recipe.prompt = "a boat";
  recipe.width = 1344;
  recipe.height = 768;
  return recipe;
}
}  // namespace

TEST_CASE("the sandbox's models cost what the product says") {
  const auto provider = sandbox();
  REQUIRE(provider.models.size() == 4);
  for (const auto& model : provider.models) {
    CHECK(model.currency == Currency::Play);
    Recipe recipe = picture();
    recipe.kind = model.kind;
    recipe.seconds = 5;
    const Money price = price_of(model, recipe).value();
    CHECK(price == money_from_dollars(model.kind == MediaKind::Video ? 0.42 : 0.04));
  }
}

TEST_CASE("what a model cannot do is said in one sentence") {
  const auto provider = sandbox();
  const ModelInfo& image = provider.models.at(0);
  const ModelInfo& video = provider.models.at(3);
  CHECK_FALSE(objection_to(image, picture()));
  const auto objects = [](const ModelInfo& model, Recipe recipe, const char* word) {
    const auto sentence = objection_to(model, recipe);
    return sentence && sentence->find(word) != std::string::npos && sentence->ends_with('.');
  };
  Recipe r = picture();
  r.prompt = " \n ";
  CHECK(objects(image, r, "empty"));
  r = picture();
  r.prompt = "\xFF";
  CHECK(objects(image, r, "UTF-8"));
  r = picture();
  r.prompt = std::string(5000, 'a');
  CHECK(objects(image, r, "longer"));
  r = picture();
  r.width = 63;
  CHECK(objects(image, r, "64"));
  r = picture();
  r.seed = -1;
  CHECK(objects(image, r, "seed"));
  r = picture();
  r.negative_prompt = "people";
  CHECK(objects(image, r, "negative"));
  r = picture();
  r.kind = MediaKind::Video;
  r.width = 1280;
  r.height = 720;
  r.seconds = 7;
  r.inputs = {{"image", "x"}};
  CHECK(objects(video, r, "seconds"));
  r.seconds = 5;
  CHECK_FALSE(objection_to(video, r));
  r.inputs.clear();
  CHECK(objects(video, r, "picture"));
  r.inputs = {{"image", "x"}};
  r.width = 1279;
  CHECK(objects(video, r, "steps"));
}

TEST_CASE("a price by the second grows with the clip") {
  ModelInfo model;
  model.price_per_second = money_from_dollars(0.07);
  Recipe recipe;
  recipe.seconds = 8;
  CHECK(price_of(model, recipe) == money_from_dollars(0.56));
  CHECK_FALSE(price_of(ModelInfo{}, recipe));
}

TEST_CASE("a broken data file is damage, not a crash") {
  for (const char* text : {"", "{}", "[]", R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"cake"}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"video"}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"image","price":{"each":"a"}}]})"}) {
    CHECK(provider_info_from_json(text).error().kind == ErrorKind::Damaged);
  }
}
