// Real results from every endpoint: the pictures are decoded and measured, the clips are H.264 of the length that was asked for.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"
#include "media/decode_image.h"
#include "media/probe.h"
#include "simulators/base64.h"
#include "simulators/fal_bench.h"

using namespace studio;
using namespace studio::fal_test;

namespace {

Served::Setup real(Json settings = Json::object()) {
  Served::Setup setup;
  setup.settings = std::move(settings);
  setup.has_real_painter = true;
  return setup;
}

MediaFacts facts_of(const std::string& bytes) {
  TempFolder folder;
  const auto file = folder.path() / "file";
  std::ofstream(file, std::ios::binary) << bytes;
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const auto facts = probe_media(fd.get());
  REQUIRE(facts);
  return *facts;
}

Picture picture_of(const std::string& bytes) {
  TempFolder folder;
  const auto file = folder.path() / "file";
  std::ofstream(file, std::ios::binary) << bytes;
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const FitBox as_it_is;
  auto image = decode_image(fd.get(), {&as_it_is, 1});
  REQUIRE(image);
  REQUIRE(image->pictures.size() == 1);
  return std::move(image->pictures[0]);
}

std::string only_picture(const Client& client, const Reply& result) {
  INFO(result.body);
  REQUIRE(result.status == 200);
  REQUIRE(result.json.at("images").size() == 1);
  const auto file = client.fetch(result.json.at("images").at(0).at("url"));
  REQUIRE(file.status == 200);
  return file.body;
}

Json small(Json input, int width = 96, int height = 64) {
  input["image_size"] = {{"width", width}, {"height", height}};
  return input;
}

}  // namespace

TEST_CASE("fal models: every endpoint for pictures from words gives a real picture of exactly that size") {
  Served served(real());
  const auto client = served.client();
  struct Wanted {
    const char* endpoint;
    const char* format_field;
    bool says_prompt;
  };
  for (const auto& [endpoint, format_field, says_prompt] : {Wanted{"fal-ai/flux/dev", "output_format", true}, Wanted{"fal-ai/flux/schnell", "output_format", true},
                                                            Wanted{"fal-ai/flux-pro/v1.1", "output_format", true}, Wanted{"fal-ai/fast-sdxl", "format", true},
                                                            Wanted{"fal-ai/dreamshaper", "format", true}, Wanted{"fal-ai/lora", "image_format", false}}) {
    for (const std::string format : {"jpeg", "png"}) {
      INFO(endpoint << " " << format);
      Json input = small({{"prompt", "a red fox in snow"}, {"seed", 7}}, 200, 120);
      input[format_field] = format;
      if (!says_prompt) input["model_name"] = "Lykon/dreamshaper-8";
      const auto result = client.result(client.submit(endpoint, input));
      const auto facts = facts_of(only_picture(client, result));
      CHECK(facts.width == 200);
      CHECK(facts.height == 120);
      CHECK(facts.container == format);
      CHECK(result.json.at("images").at(0).at("content_type") == "image/" + format);
      CHECK(result.json.at("seed") == 7);
      CHECK(result.json.contains("prompt") == says_prompt);
      CHECK(std::stod(result.header("x-fal-billable-units")) > 0);
    }
  }
}

TEST_CASE("fal models: names of sizes are the pixels of the provider sheet, portrait_16_9 among them") {
  Served served(real());
  const auto client = served.client();
  struct Named {
    const char* name;
    int width, height;
  };
  for (const auto& [name, width, height] : {Named{"square", 512, 512}, Named{"portrait_16_9", 576, 1024}, Named{"landscape_4_3", 1024, 768}}) {
    INFO(name);
    const auto result = client.result(client.submit("fal-ai/flux/schnell", {{"prompt", "a lighthouse"}, {"image_size", name}}));
    CHECK(result.json.at("images").at(0).at("width") == width);
    CHECK(result.json.at("images").at(0).at("height") == height);
    const auto facts = facts_of(only_picture(client, result));
    CHECK(facts.width == width);
    CHECK(facts.height == height);
  }
}

TEST_CASE("fal models: the same seed gives the same bytes, another seed and a second picture give others") {
  Served served(real());
  const auto client = served.client();
  const auto bytes = [&](int seed) { return only_picture(client, client.result(client.submit("fal-ai/flux/dev", small({{"prompt", "a fox"}, {"seed", seed}})))); };
  const std::string first = bytes(3);
  CHECK(bytes(3) == first);
  CHECK(bytes(4) != first);
  const auto two = client.result(client.submit("fal-ai/flux/dev", small({{"prompt", "a fox"}, {"seed", 3}, {"num_images", 2}})));
  REQUIRE(two.json.at("images").size() == 2);
  CHECK(client.fetch(two.json.at("images").at(0).at("url")).body == first);
  CHECK(client.fetch(two.json.at("images").at(1).at("url")).body != first);
}

TEST_CASE("fal models: sync_mode answers the bytes themselves and keeps nothing in the list") {
  Served served(real());
  const auto client = served.client();
  const auto result = client.result(client.submit("fal-ai/flux/dev", small({{"prompt", "a fox"}, {"sync_mode", true}, {"output_format", "png"}})));
  const std::string url = result.json.at("images").at(0).at("url");
  const std::string head = "data:image/png;base64,";
  REQUIRE(url.starts_with(head));
  const auto bytes = simulators::base64_decoded(std::string_view(url).substr(head.size()));
  REQUIRE(bytes);
  CHECK(facts_of(*bytes).width == 96);
  const auto list = client.get("/api/v1/models/requests/by-endpoint?endpoint_id=fal-ai/flux/dev&expand=payloads");
  REQUIRE(list.json.at("items").size() == 1);
  CHECK_FALSE(list.json.at("items").at(0).contains("json_output"));
}

TEST_CASE("fal models: a picture from a picture has its size, and is nearer to it the smaller the strength") {
  Served served(real());
  const auto client = served.client();
  const std::string given = png_of(150, 100);
  const std::string address = client.upload(given);
  const auto distance = [&](double strength) {
    const auto result = client.result(client.submit("fal-ai/flux/dev/image-to-image", {{"prompt", "a fox"}, {"image_url", address}, {"strength", strength},
                                                                                       {"output_format", "png"}, {"seed", 1}}));
    const Picture made = picture_of(only_picture(client, result)), before = picture_of(given);
    REQUIRE(made.width == 150);
    REQUIRE(made.height == 100);
    double sum = 0;
    for (std::size_t i = 0; i < made.rgba.size(); ++i) sum += std::abs(made.rgba[i] - before.rgba[i]);
    return sum;
  };
  CHECK(distance(0.2) < distance(0.9));
  const auto bill = client.bill();
  CHECK(bill.at(0).at("units") == 1.0);  // known at the end only
  CHECK(bill.at(0).at("amount_micros") == 30'000);
}

TEST_CASE("fal models: a picture may come as a data URI") {
  Served served(real());
  const auto client = served.client();
  const std::string uri = "data:image/png;base64," + simulators::base64_encoded(png_of(64, 48));
  const auto result = client.result(client.submit("fal-ai/flux/dev/image-to-image", {{"prompt", "a fox"}, {"image_url", uri}}));
  CHECK(facts_of(only_picture(client, result)).width == 64);
}

TEST_CASE("fal models: a clip is H.264 of the asked length in the shape of the uploaded picture") {
  Served served(real({{"clip_short_side", 96}}));
  const auto client = served.client();
  const std::string address = client.upload(png_of(160, 120));
  struct Wanted {
    const char* endpoint;
    double secs;
    std::int64_t micros;
  };
  for (const auto& [endpoint, secs, micros] : {Wanted{kling, 5, 280'000}, Wanted{hailuo, 6, 270'000}}) {
    INFO(endpoint);
    const auto submitted = client.submit(endpoint, {{"prompt", "the camera moves in"}, {"image_url", address}});
    const auto result = client.result(submitted);
    REQUIRE(result.status == 200);
    const Json& video = result.json.at("video");
    CHECK(video.at("content_type") == "video/mp4");
    CHECK_FALSE(result.json.contains("seed"));
    CHECK_FALSE(result.json.contains("has_nsfw_concepts"));
    const auto file = client.fetch(video.at("url"));
    CHECK(file.header("content-type") == "video/mp4");
    CHECK(static_cast<std::int64_t>(file.body.size()) == video.at("file_size"));
    const auto facts = facts_of(file.body);
    CHECK(facts.kind == FileKind::Video);
    CHECK(facts.video_codec == "h264");
    CHECK(facts.width == 128);
    CHECK(facts.height == 96);
    CHECK(facts.duration_secs == Approx(secs).margin(0.1));
    CHECK(std::stod(result.header("x-fal-billable-units")) == secs);
    CHECK(client.bill().back().at("amount_micros") == micros);
  }
}

TEST_CASE("fal models: an input picture that cannot be had or is none ends the request with 422 and costs nothing") {
  Served served(real());
  const auto client = served.client();
  const std::string no_picture = client.upload("these are words", "image/png");
  const auto announced = client.post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", {{"content_type", "image/png"}, {"file_name", "a.png"}});
  const std::pair<std::string, std::string> inputs[] = {{"https://example.com/picture.png", "file_download_error"},
                                                        {announced.json.at("file_url"), "file_download_error"},
                                                        {"data:image/png;base64,???", "file_download_error"},
                                                        {no_picture, "image_load_error"}};
  for (const auto& [address, type] : inputs) {
    INFO(address);
    const auto result = client.result(client.submit(kling, {{"prompt", "waves"}, {"image_url", address}}));
    CHECK(result.status == 422);
    CHECK(result.faults() == std::vector<std::string>{type + " body.image_url"});
  }
  for (const auto& line : client.bill()) CHECK(line.at("state") == "refunded");
}

TEST_CASE("fal models: an unsafe picture comes back black, flagged and billed, unless the checker is off") {
  Served served(real({{"unsafe_words", {"bare"}}}));
  const auto client = served.client();
  const Json input = small({{"prompt", "a bare rock"}, {"output_format", "png"}});
  const auto flagged = client.result(client.submit("fal-ai/flux/dev", input));
  CHECK(flagged.json.at("has_nsfw_concepts") == Json::array({true}));
  const Picture black = picture_of(only_picture(client, flagged));
  bool is_black = true;
  for (std::size_t i = 0; i < black.rgba.size(); i += 4) is_black = is_black && black.rgba[i] == 0 && black.rgba[i + 1] == 0 && black.rgba[i + 2] == 0;
  CHECK(is_black);
  Json unchecked = input;
  unchecked["enable_safety_checker"] = false;
  CHECK(client.result(client.submit("fal-ai/flux/dev", unchecked)).json.at("has_nsfw_concepts") == Json::array({false}));
  for (const auto& line : client.bill()) CHECK(line.at("state") == "billed");
}
