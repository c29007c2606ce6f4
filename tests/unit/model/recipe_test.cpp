#include "model/recipe.h"

#include "support/catch.h"

using namespace studio;

namespace {
Recipe example() {
  Recipe recipe;
  recipe.kind = MediaKind::Video;
  recipe.provider = "sandbox";
  recipe.model = "sandbox-motion";
  recipe.prompt = "slow \"push\" in\n夜の街 🎬";
  recipe.negative_prompt = "text";
  recipe.seed = 2'147'483'647;
  recipe.width = 1280;
  recipe.height = 720;
  recipe.seconds = 5;
  recipe.inputs = {{"image", std::string(64, 'a')}};
  recipe.options = {{"guidance", "3.5"}};
  return recipe;
}
}  // namespace

TEST_CASE("a recipe survives its JSON whole") { CHECK(recipe_from_json(recipe_to_json(example())).value() == example()); }

TEST_CASE("each field of a recipe changes its digest") {
  const std::string base = recipe_digest(example());
  const auto changed = [&](auto change) {
    Recipe recipe = example();
    change(recipe);
    return recipe_digest(recipe) != base;
  };
  CHECK(changed([](Recipe& r) { r.prompt += " "; }));
  CHECK(changed([](Recipe& r) { r.negative_prompt.clear(); }));
  CHECK(changed([](Recipe& r) { r.model = "other"; }));
  CHECK(changed([](Recipe& r) { r.seed = 1; }));
  CHECK(changed([](Recipe& r) { r.width = 1278; }));
  CHECK(changed([](Recipe& r) { r.seconds = 8; }));
  CHECK(changed([](Recipe& r) { r.inputs[0].sha256[0] = 'b'; }));
  CHECK(changed([](Recipe& r) { r.options["guidance"] = "4"; }));
}

TEST_CASE("the seedless digest forgets the seed and nothing else") {
  Recipe other = example();
  other.seed = 5;
  CHECK(recipe_digest(other, false) == recipe_digest(example(), false));
  other.prompt = "x";
  CHECK(recipe_digest(other, false) != recipe_digest(example(), false));
}

TEST_CASE("what is not a recipe is refused in words") {
  for (const char* text : {"", "[]", "{\"kind\":\"cake\"}", "{\"seed\":\"x\"}", "{\"inputs\":[{\"role\":1}]}", "{\"prompt\":", "null"}) {
    const auto recipe = recipe_from_json(text);
    REQUIRE_FALSE(recipe);
    CHECK(recipe.error().kind == ErrorKind::BadRequest);
  }
}

TEST_CASE("a recipe from outside is taken as it was written, or refused in words") {
  const std::string whole = recipe_to_json(example());
  CHECK(recipe_from_outside(whole).value() == example());
  const auto with = [&](const std::string& old, const std::string& other) {
    std::string text = whole;
    const std::size_t at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), other);
  };
  const std::string seed = "\"seed\":2147483647,", width = "\"width\":1280,", seconds = "\"seconds\":5.0";
  for (const std::string& text :
       {with(seed, ""), with(seed, "\"seed\":1.5,"), with(seed, "\"seed\":1.0,"), with(seed, "\"seed\":-1,"), with(seed, "\"seed\":9007199254740992,"),
        with(seed, "\"seed\":18446744073709551615,"), with(seed, "\"seed\":\"7\","), with(seed, "\"seed\":null,"), with(seed, seed + "\"sede\":7,"),
        with(width, ""), with(width, "\"width\":4294967808,"), with(width, "\"width\":512.9,"), with(width, "\"width\":-512,"), with(width, "\"width\":1e300,"),
        with("\"kind\":\"video\",", ""), with("\"model\":", "\"modle\":"), with("\"negative_prompt\":", "\"negativ\":"), with(seconds, "\"seconds\":-5"),
        with(seconds, "\"seconds\":\"5\""), with(seconds, "\"seconds\":1e300"), with("\"3.5\"", "3.5"), std::string("[]"), std::string("null"), std::string("{")}) {
    INFO(text);
    const auto recipe = recipe_from_outside(text);
    REQUIRE_FALSE(recipe);
    CHECK(recipe.error().kind == ErrorKind::BadRequest);
    CHECK(recipe.error().message.starts_with("This is not a recipe: "));
  }
  // The same of our own, written by whatever version.
  CHECK(recipe_from_json(with(seed, "\"sede\":7,")).value().seed == 0);
}
