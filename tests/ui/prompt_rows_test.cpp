// What the prompt panel says: price before submit, objections, wordings, sizes.
#include "panels/prompt_rows.h"

#include "base/file.h"
#include "ui/samples.h"

using namespace studio;
using namespace studio::samples;

namespace {

VariationLists lists() {
  auto text = read_file(assets_folder() / "variations.json");
  REQUIRE(text);
  auto read = variation_lists_from_json(*text);
  REQUIRE(read);
  return *read;
}

}  // namespace

TEST_CASE("The price of the whole run is known before it is sent") {
  PromptDraft draft;
  draft.prompt = "a lighthouse";
  draft.count = 10;
  const PromptRows rows = prompt_rows(draft, providers(), lists());
  CHECK(rows.act == "Generate 10 images");
  REQUIRE(rows.total);
  CHECK(rows.total->micros == 400'000);
  CHECK(rows.total_text == "$0.40 play");
  CHECK(rows.model_facts == "Sandbox · $0.04 play an image");
  CHECK(rows.objection.empty());
}

TEST_CASE("The first wording is as written, each further one names what it adds") {
  PromptDraft draft;
  draft.prompt = "a lighthouse";
  draft.count = 4;
  draft.strategy = Strategy::Camera;
  const auto rows = prompt_rows(draft, providers(), lists());
  REQUIRE(rows.wordings.size() == 4);
  CHECK(rows.wordings[0] == "as written");
  const auto all = lists();
  for (std::size_t i = 1; i < 4; ++i) {
    REQUIRE(rows.wordings[i].starts_with("+ "));
    CHECK(std::find(all.camera.begin(), all.camera.end(), rows.wordings[i].substr(2)) != all.camera.end());
  }
  draft.strategy = Strategy::Off;
  CHECK(prompt_rows(draft, providers(), lists()).wordings[3] == "the same again");
  draft.strategy = Strategy::Seed;
  CHECK(prompt_rows(draft, providers(), lists()).wordings[3].starts_with("seed "));
}

TEST_CASE("What cannot be sent says why") {
  PromptDraft draft;
  draft.prompt = "  \n ";
  CHECK(prompt_rows(draft, providers(), lists()).objection == "Write a prompt first.");
  draft.prompt = "a lighthouse";
  draft.model = "no-such-model";
  CHECK(prompt_rows(draft, providers(), lists()).objection.find("sandbox-flux") != std::string::npos);
  draft.model = "sandbox-flux";
  draft.size = {40'000, 40'000};
  CHECK_FALSE(prompt_rows(draft, providers(), lists()).objection.empty());
}

TEST_CASE("How the variations differ is said by what is chosen, not by habit") {
  PromptDraft draft;
  draft.prompt = "a lighthouse";
  draft.count = 5;
  const auto words = [&] { return prompt_rows(draft, providers(), {}).how_varied; };
  CHECK(words() == "first as written, others slightly changed");
  draft.count = 2;
  CHECK(words() == "first as written, the other slightly changed");
  draft.count = 1;
  CHECK(words() == "as written");
  draft.count = 5;
  draft.strategy = Strategy::Seed;
  CHECK(words() == "all as written, each with its own seed");
  draft.strategy = Strategy::Off;
  CHECK(words() == "all as written, with the same seed");
  draft.edits[7] = "of a run that was longer";
  CHECK(words() == "all as written, with the same seed");
  draft.edits[2] = "a lighthouse in fog";
  CHECK(words() == "some as you edited them");
}

TEST_CASE("Sizes are read as people write them") {
  CHECK(size_from_text("1344 × 768") == Size{1344, 768});
  CHECK(size_from_text(" 1024x1024 ") == Size{1024, 1024});
  CHECK(size_from_text("640 480") == Size{640, 480});
  CHECK(size_from_text("16:9") == size_from_aspect("16:9"));
  CHECK_FALSE(size_from_text(""));
  CHECK_FALSE(size_from_text("wide"));
  CHECK_FALSE(size_from_text("12 × "));
  CHECK_FALSE(size_from_text("12 × 34 × 56"));
}

TEST_CASE("A size knows its ratio by name, a custom one has none") {
  PromptDraft draft;
  draft.prompt = "x";
  draft.size = *size_from_aspect("9:16");
  CHECK(prompt_rows(draft, providers(), lists()).ratio == "9:16");
  draft.size = {1000, 600};
  CHECK(prompt_rows(draft, providers(), lists()).ratio.empty());
  CHECK(prompt_rows(draft, providers(), lists()).size_text == "1000 × 600");
  CHECK(prompt_rows(draft, providers(), lists()).size_facts == "0.60 Mpx");
}

TEST_CASE("Videos cost their number times the price") {
  const ModelInfo* motion = providers().find_model("sandbox-motion");
  REQUIRE(motion != nullptr);
  const auto sum = videos_price(*motion, 5, 5);
  REQUIRE(sum);
  CHECK(sum->micros == 2'100'000);
}

TEST_CASE("The sandbox's models come first, those of other services after them") {
  const auto images = models_of(providers(), MediaKind::Image), videos = models_of(providers(), MediaKind::Video);
  REQUIRE(images.size() > 3);
  CHECK(images.front()->id == PromptDraft{}.model);
  CHECK(images[2]->provider == "sandbox");
  CHECK(images[3]->provider == "fal");
  CHECK(videos.front()->id == "sandbox-motion");
}

TEST_CASE("A model without its key says what is missing, and one without a price too") {
  PromptDraft draft;
  draft.prompt = "a lighthouse";
  draft.model = "fal-flux-dev";
  const std::string missing = "There is no key for fal: add it in the settings or set STUDIO_KEY_FAL.";
  const PromptRows without = prompt_rows(draft, providers(), lists(), missing);
  CHECK(without.objection == missing);
  CHECK(without.model_facts == "fal.ai · needs a key");
  const PromptRows with = prompt_rows(draft, providers(), lists());
  CHECK(with.objection.empty());
  CHECK(with.model_facts == "fal.ai · $0.025 a megapixel");
  CHECK(with.total_text == "$0.25");  // five of 1344 × 768, two begun megapixels each
  draft.model = "fal-dreamshaper";
  CHECK(prompt_rows(draft, providers(), lists()).objection.find("price") != std::string::npos);
}

TEST_CASE("Of each model it is said in a line what it can do") {
  const auto can = [](const char* model) { return model_can(*providers().find_model(model), providers()); };
  CHECK(can("sandbox-flux") == "Sandbox · up to 2048 px · seed");
  CHECK(can("sandbox-motion") == "Sandbox · up to 1280 px · 2, 3, 5 or 8 s · from a picture · seed");
  CHECK(can("fal-kling") == "fal.ai · up to 1280 px · 5 or 10 s · from a picture · no seed · avoid");
  CHECK(can("fal-flux-pro") == "fal.ai · up to 1440 px in steps of 32 · seed");
  ModelInfo going = *providers().find_model("sandbox-flux");
  going.retires = "2027-03-01";
  CHECK(model_can(going, providers()) == "Sandbox · up to 2048 px · seed · until 2027-03-01");
}

TEST_CASE("Earlier prompts come newest first, each once, those that hold all the words that are looked for") {
  std::vector<Generation> generations = {generation(1, "a harbour at dawn", 3), generation(2, "A Lighthouse in rain", 1), generation(3, "a harbour at dawn", 2),
                                         generation(4, "the camera rises over a harbour", 1), generation(5, "  ", 1), generation(6, "a harbour in fog", 1)};
  generations[3].kind = MediaKind::Video;  // words about a motion are no prompt for pictures
  using Prompts = std::vector<std::string>;
  CHECK(earlier_prompts(generations, "", 10) == Prompts{"a harbour in fog", "a harbour at dawn", "A Lighthouse in rain"});
  CHECK(earlier_prompts(generations, "", 2) == Prompts{"a harbour in fog", "a harbour at dawn"});
  CHECK(earlier_prompts(generations, " RAIN  light ", 10) == Prompts{"A Lighthouse in rain"});
  CHECK(earlier_prompts(generations, "harbour", 1) == Prompts{"a harbour in fog"});
  CHECK(earlier_prompts(generations, "harbour rain", 10).empty());
  CHECK(earlier_prompts({}, "", 10).empty());
}

TEST_CASE("The next batch is due when the last one has come to its end and somebody has begun to judge it") {
  Library library;
  library.fold(generation(1, "a harbour", 2));
  library.fold(generation(2, "a lighthouse", 2));
  CHECK_FALSE(next_batch_is_due(library, {1}));  // no job of it is known yet
  arrived(library, 1, job(1, 1, 1));
  library.fold(job(2, 1, 2, JobState::Running));
  library.set_mark(AssetId{1}, Mark::Pick, 0);
  CHECK_FALSE(next_batch_is_due(library, {1}));  // one is still on its way
  library.fold(job(2, 1, 2, JobState::Failed));
  CHECK(next_batch_is_due(library, {1}));  // what failed is not waited for
  library.set_mark(AssetId{1}, Mark::None, 0);
  CHECK_FALSE(next_batch_is_due(library, {1}));
  library.set_mark(AssetId{1}, Mark::None, 2);
  CHECK(next_batch_is_due(library, {1}));  // stars are a judgement too
  library.set_mark(AssetId{1}, Mark::None, 0);
  CHECK_FALSE(next_batch_is_due(library, {1}));
  library.items[library.row_of(AssetId{1})].in_trash = true;
  CHECK(next_batch_is_due(library, {1}));  // and so is the trash
  // What was judged of another batch does not count.
  arrived(library, 2, job(3, 2, 1));
  arrived(library, 3, job(4, 2, 2));
  CHECK_FALSE(next_batch_is_due(library, {2}));
  library.set_mark(AssetId{3}, Mark::Reject, 0);
  CHECK(next_batch_is_due(library, {2}));
  CHECK_FALSE(next_batch_is_due(library, {9}));
}

TEST_CASE("A batch is lost when all of it ended and nothing arrived") {
  Library library;
  library.fold(generation(1, "a harbour", 2));
  CHECK_FALSE(batch_is_lost(library, {1}));  // no job of it is known yet
  library.fold(job(1, 1, 1, JobState::Failed));
  library.fold(job(2, 1, 2, JobState::Blocked));
  CHECK_FALSE(batch_is_lost(library, {1}));
  library.fold(job(2, 1, 2, JobState::Cancelled));
  CHECK(batch_is_lost(library, {1}));
  CHECK_FALSE(next_batch_is_due(library, {1}));
  arrived(library, 1, job(2, 1, 2));
  CHECK_FALSE(batch_is_lost(library, {1}));
}
