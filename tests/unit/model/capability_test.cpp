#include "model/capability.h"

#include <limits>

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
  CHECK(objects(video, r, "2, 3, 5, 8 seconds"));
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

TEST_CASE("a price by the megapixel counts each begun million pixels whole") {
  ModelInfo model;
  model.price_per_megapixel = money_from_dollars(0.025);
  const auto costs = [&](int width, int height) {
    Recipe recipe;
    recipe.width = width;
    recipe.height = height;
    return price_of(model, recipe).value().micros;
  };
  CHECK(costs(1000, 1000) == 25'000);
  CHECK(costs(512, 512) == 25'000);
  CHECK(costs(1024, 768) == 25'000);
  CHECK(costs(1001, 1000) == 50'000);
  CHECK(costs(1024, 1024) == 50'000);  // 1.05 million: whether a service lets that pass is not known, so it counts
  CHECK(costs(1344, 768) == 50'000);
  CHECK(costs(2048, 2048) == 125'000);
  CHECK(costs(0, 0) == 25'000);
  CHECK(costs(100'000, 100'000) == 250'000'000);
}

TEST_CASE("units that a service counted are worth their price, and nonsense is worth nothing") {
  ModelInfo model;
  CHECK_FALSE(price_of_units(model, 1));
  model.price_per_unit = money_from_dollars(0.00111);
  CHECK(price_of_units(model, 2.3) == Money{2553});
  CHECK(price_of_units(model, 0) == Money{0});
  for (const double units : {-1.0, 1e300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK_FALSE(price_of_units(model, units));
  }
}

TEST_CASE("a service can be reached elsewhere, all its addresses under one") {
  auto provider = provider_info_from_json(R"({"id":"x","label":"X","endpoints":{"queue":"https://queue.x.test","api":"https://api.x.test/v1"},"models":[]})").value();
  reach_at(provider, "http://127.0.0.1:41000");
  CHECK(provider.endpoints.at("queue") == "http://127.0.0.1:41000/queue");
  CHECK(provider.endpoints.at("api") == "http://127.0.0.1:41000/api/v1");
  CHECK(provider.reached_at == "http://127.0.0.1:41000");
  CHECK(provider.label == "X at http://127.0.0.1:41000");
}

TEST_CASE("what a data file says of a service, its key and its words") {
  const auto provider = provider_info_from_json(R"({"id":"x","label":"X","rates":{"image_submits_per_minute":600,"calls_per_minute":3000},
      "key":{"scheme":"Key","variables":["X_KEY"],"page":"https://x.test/keys"},
      "models":[{"id":"m","label":"M","kind":"image","price":{"per_megapixel":0.003,"per_unit":0.003},
                 "service":{"id":"x/m","fixed":{"num_images":1}}},
                {"id":"n","label":"N","kind":"image"}]})").value();
  CHECK(provider.needs_key);
  CHECK(provider.key_scheme == "Key");
  CHECK(provider.key_variables == std::vector<std::string>{"X_KEY"});
  CHECK(provider.key_page == "https://x.test/keys");
  CHECK(provider.rates.image_submits == 600);
  CHECK(provider.rates.video_submits == 0);  // no limit is named
  CHECK(provider.rates.calls == 3000);
  CHECK_FALSE(provider.http1_only);
  CHECK(provider_info_from_json(R"({"id":"x","label":"X","models":[],"http1_only":true})")->http1_only);
  CHECK_FALSE(provider_info_from_json(R"({"id":"x","label":"X","models":[],"http1_only":"yes"})"));
  for (const char* rates : {R"({"submits":5})", R"({"calls_per_minute":0})", R"({"calls_per_minute":-1})"}) {
    CHECK_FALSE(provider_info_from_json(R"({"id":"x","label":"X","models":[],"rates":)" + std::string(rates) + "}"));
  }
  CHECK(provider.models[0].price_per_megapixel == Money{3000});
  CHECK(provider.models[0].service_id == "x/m");
  CHECK(provider.models[0].fixed_fields == R"({"num_images":1})");
  CHECK(provider.models[1].service_id == "n");
  CHECK(provider.models[1].fixed_fields.empty());
  CHECK_FALSE(price_of(provider.models[1], picture()));
  CHECK_FALSE(sandbox().needs_key);
}

TEST_CASE("a broken data file is damage, not a crash", "[fault-58]") {
  for (const char* text : {"", "{}", "[]", R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"cake"}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"video"}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"image","price":{"each":"a"}}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"image","price":{"each":-0.04}}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"image","price":{"per_second":-1}}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"image","price":{"each":1e18}}]})",
                           R"({"id":"x","label":"X","models":[{"id":"m","label":"M","kind":"image","service":{"fixed":[]}}]})",
                           R"({"id":"x","label":"X","endpoints":{"queue":"http://x.test"},"models":[]})",
                           R"({"id":"x","label":"X","endpoints":{"queue":"https://x.test/"},"models":[]})"}) {
    CHECK(provider_info_from_json(text).error().kind == ErrorKind::Damaged);
  }
}

TEST_CASE("the length of a clip is one that is offered, to the last bit") {
  ModelInfo model;
  model.kind = MediaKind::Video;
  model.seconds = {2, 5};
  model.min_side = 1;
  model.max_side = 100;
  model.max_prompt_bytes = 100;
  CHECK(offered_secs(model, 2.0000001) == 2);
  CHECK(offered_secs(model, 4.9999999) == 5);
  CHECK(offered_secs(model, 3) == 3);
  Recipe recipe;
  recipe.kind = MediaKind::Video;
  recipe.prompt = "a boat";
  recipe.width = recipe.height = 64;
  recipe.seconds = 2;
  CHECK_FALSE(objection_to(model, recipe));
  for (const double other : {2.0000001, 3.0, 0.0, -2.0}) {
    recipe.seconds = other;
    CHECK(objection_to(model, recipe));
  }
}

TEST_CASE("a zero character in a prompt is refused in words") {
  ModelInfo model;
  model.min_side = 1;
  model.max_side = 100;
  model.max_prompt_bytes = 100;
  model.has_negative_prompt = true;
  Recipe recipe;
  recipe.prompt = "a boat";
  recipe.width = recipe.height = 64;
  CHECK_FALSE(objection_to(model, recipe));
  recipe.negative_prompt = std::string("te\0xt", 5);
  CHECK(objection_to(model, recipe).value_or("").find("zero character") != std::string::npos);
  recipe.negative_prompt.clear();
  recipe.prompt = std::string("a\0boat", 6);
  CHECK(objection_to(model, recipe).value_or("").find("zero character") != std::string::npos);
}
