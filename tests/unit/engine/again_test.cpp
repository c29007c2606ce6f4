#include "engine/again.h"

#include "support/catch.h"

using namespace studio;

namespace {

ModelInfo image_model(std::string id) {
  ModelInfo model;
  model.id = id;
  model.label = std::move(id);
  model.provider = "one";
  model.price = Money{30'000};
  return model;
}

Recipe picture() {
  Recipe recipe;
  recipe.provider = "two";
  recipe.model = "old";
  recipe.prompt = "a boat";
  recipe.seed = 7;
  recipe.width = recipe.height = 512;
  recipe.options = {{"guidance", "3"}};
  return recipe;
}

}  // namespace

TEST_CASE("prompt, seed and size go over to another model, the old one's own options stay behind") {
  const Recipe other = carried_over(picture(), image_model("new"));
  CHECK(other.provider == "one");
  CHECK(other.model == "new");
  CHECK(other.prompt == "a boat");
  CHECK(other.seed == 7);
  CHECK(other.width == 512);
  CHECK(other.options.empty());
  CHECK(carried_over(picture(), image_model("old")).options.size() == 1);
}

TEST_CASE("what the other model cannot do is said, never dropped") {
  CHECK_FALSE(objection_to_again(image_model("new"), picture()));
  ModelInfo small = image_model("small");
  small.max_side = 256;
  CHECK(objection_to_again(small, picture()));
  Recipe with_negative = picture();
  with_negative.negative_prompt = "people";
  CHECK(objection_to_again(image_model("new"), with_negative));
  ModelInfo video = image_model("video");
  video.kind = MediaKind::Video;
  CHECK(objection_to_again(video, picture()));
  Recipe from_picture = picture();
  from_picture.inputs = {{"image", "aa"}};
  CHECK(objection_to_again(image_model("new"), from_picture));
}
