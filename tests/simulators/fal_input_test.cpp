// What a submit's body must be: every kind of mistake in the shape of the service's errors, every endpoint's fields and ranges.
#include "simulators/fal_bench.h"
#include "simulators/fal_input.h"

using namespace studio;
using namespace studio::fal_test;
using namespace studio::simulators;

namespace {

Json least_input(const FalModel& model) {
  Json input{{"prompt", "a harbour"}};
  for (const auto& field : model.fields) {
    if (!field.is_required || field.name == "prompt") continue;
    input[std::string(field.name)] = field.kind == FalFieldKind::Address ? "https://example.com/a.png" : "stabilityai/stable-diffusion-xl-base-1.0";
  }
  return input;
}

// The one fault that `change` makes of a good input: "less_than_equal body.num_images", or "" for none.
std::string fault_of(const std::string& endpoint, const Json& change) {
  const FalModel* model = find_fal_model(endpoint);
  REQUIRE(model != nullptr);
  Json input = least_input(*model);
  input.update(change);
  RawAnswer answer;
  const auto reading = read_fal_input(*model, input.dump());
  answer.body = Json{{"detail", reading.faults}}.dump();
  std::string all;
  for (const auto& fault : Reply(answer).faults()) all += (all.empty() ? "" : ", ") + fault;
  return all;
}

}  // namespace

TEST_CASE("fal input: the least that an endpoint wants is enough, for each of them") {
  for (const auto& model : fal_models()) {
    INFO(model.id);
    CHECK(fault_of(std::string(model.id), Json::object()).empty());
    // What it does not want is refused, the wrapper of other services first of all.
    CHECK(fault_of(std::string(model.id), {{"input", {{"prompt", "x"}}}}) == "extra_forbidden body.input");
    CHECK(fault_of(std::string(model.id), {{"prompt", 7}}) == "string_type body.prompt");
    CHECK(fault_of(std::string(model.id), {{"prompt", "  "}}) == "string_too_short body.prompt");
  }
}

TEST_CASE("fal input: numbers are held to the ranges of the provider sheet, both ends allowed") {
  struct Range {
    const char* endpoint;
    const char* field;
    double low, high, step;
  };
  const Range ranges[] = {
      {"fal-ai/flux/dev", "num_inference_steps", 1, 50, 1},         {"fal-ai/flux/dev", "guidance_scale", 1, 20, 0.5},
      {"fal-ai/flux/dev", "num_images", 1, 4, 1},                   {"fal-ai/flux/schnell", "num_inference_steps", 1, 12, 1},
      {"fal-ai/flux-pro/v1.1", "num_images", 1, 4, 1},              {"fal-ai/fast-sdxl", "num_inference_steps", 1, 50, 1},
      {"fal-ai/fast-sdxl", "guidance_scale", 0, 20, 0.5},           {"fal-ai/dreamshaper", "num_inference_steps", 1, 70, 1},
      {"fal-ai/dreamshaper", "num_images", 1, 8, 1},                {"fal-ai/lora", "num_inference_steps", 1, 150, 1},
      {"fal-ai/flux/dev/image-to-image", "strength", 0.01, 1, 0.01}, {kling, "cfg_scale", 0, 1, 0.1},
  };
  for (const auto& range : ranges) {
    const auto given = [&](double value) { return fault_of(range.endpoint, {{range.field, range.step < 1 ? Json(value) : Json(static_cast<int>(value))}}); };
    INFO(range.endpoint << " " << range.field);
    const std::string place = std::string("body.") + range.field;
    CHECK(given(range.low).empty());
    CHECK(given(range.high).empty());
    CHECK(given(range.low - range.step) == "greater_than_equal " + place);
    CHECK(given(range.high + range.step) == "less_than_equal " + place);
    CHECK(fault_of(range.endpoint, {{range.field, "1"}}) == (range.step < 1 ? "float_type " : "int_type ") + place);
  }
}

TEST_CASE("fal input: words are held to those that the endpoint knows") {
  CHECK(fault_of("fal-ai/flux/dev", {{"output_format", "png"}}).empty());
  CHECK(fault_of("fal-ai/flux/dev", {{"output_format", "webp"}}) == "literal_error body.output_format");
  CHECK(fault_of("fal-ai/flux/dev", {{"acceleration", "high"}}).empty());
  CHECK(fault_of("fal-ai/flux/dev", {{"acceleration", "max"}}) == "literal_error body.acceleration");
  CHECK(fault_of("fal-ai/flux-pro/v1.1", {{"safety_tolerance", "6"}}).empty());
  CHECK(fault_of("fal-ai/flux-pro/v1.1", {{"safety_tolerance", 2}}) == "literal_error body.safety_tolerance");
  CHECK(fault_of("fal-ai/flux-pro/v1.1", {{"safety_tolerance", "7"}}) == "literal_error body.safety_tolerance");
  // fast-sdxl and dreamshaper call it `format`, and only that.
  for (const char* endpoint : {"fal-ai/fast-sdxl", "fal-ai/dreamshaper"}) {
    CHECK(fault_of(endpoint, {{"format", "png"}}).empty());
    CHECK(fault_of(endpoint, {{"output_format", "png"}}) == "extra_forbidden body.output_format");
  }
  CHECK(fault_of(kling, {{"duration", "10"}}).empty());
  CHECK(fault_of(kling, {{"duration", 10}}) == "literal_error body.duration");
  CHECK(fault_of(kling, {{"duration", "6"}}) == "literal_error body.duration");
  CHECK(fault_of(kling, {{"tail_image_url", "https://example.com/b.png"}}) == "extra_forbidden body.tail_image_url");
  CHECK(fault_of(hailuo, {{"duration", "6"}, {"resolution", "512P"}}).empty());
  CHECK(fault_of(hailuo, {{"resolution", "1080P"}}) == "literal_error body.resolution");
  CHECK(fault_of(hailuo, {{"duration", "5"}}) == "literal_error body.duration");
  CHECK(fault_of("fal-ai/flux/schnell", {{"strength", 0.5}}) == "extra_forbidden body.strength");
  CHECK(fault_of("fal-ai/flux-pro/v1.1", {{"num_inference_steps", 20}}) == "extra_forbidden body.num_inference_steps");
}

TEST_CASE("fal input: sizes are names or two sides") {
  const auto size = [](const Json& value) { return fault_of("fal-ai/flux/dev", {{"image_size", value}}); };
  for (const char* name : {"square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"}) CHECK(size(name).empty());
  CHECK(size({{"width", 640}, {"height", 480}}).empty());
  CHECK(size(Json::object()).empty());  // 512 x 512
  CHECK(size("16:9") == "literal_error body.image_size");
  CHECK(size(1024) == "model_type body.image_size");
  CHECK(size({{"width", 640}, {"height", "480"}}) == "int_type body.image_size.height");
  CHECK(size({{"width", 0}, {"height", 480}}) == "greater_than_equal body.image_size.width");
  CHECK(size({{"width", 20000}, {"height", 480}}) == "less_than_equal body.image_size.width");
  CHECK(size({{"width", 640}, {"height", 480}, {"depth", 3}}) == "extra_forbidden body.image_size.depth");
  CHECK(size({{"width", 8000}, {"height", 8000}}) == "image_too_large body.image_size");
  CHECK(fault_of("fal-ai/lora", {{"image_size", {{"width", 100}, {"height", 104}}}}) == "multiple_of body.image_size.width");
}

TEST_CASE("fal input: null is for fields without a default, flags are true or false, addresses have a scheme") {
  CHECK(fault_of("fal-ai/flux/dev", {{"seed", nullptr}}).empty());
  CHECK(fault_of("fal-ai/flux/dev", {{"num_images", nullptr}}) == "int_type body.num_images");
  CHECK(fault_of("fal-ai/flux/dev", {{"seed", 1.5}}) == "int_type body.seed");
  CHECK(fault_of("fal-ai/flux/dev", {{"seed", -3}}).empty());
  CHECK(fault_of("fal-ai/flux/dev", {{"sync_mode", "true"}}) == "bool_type body.sync_mode");
  CHECK(fault_of("fal-ai/flux/dev/image-to-image", {{"image_url", "upload:u_1"}}) == "url_scheme body.image_url");
  CHECK(fault_of(kling, {{"image_url", "data:image/png;base64,AAAA"}}).empty());
  CHECK(fault_of("fal-ai/fast-sdxl", {{"loras", {{{"path", "https://example.com/l.safetensors"}, {"scale", 1}}, {{"scale", 1}}}}}) == "missing body.loras.1.path");
  CHECK(fault_of("fal-ai/fast-sdxl", {{"loras", "none"}}) == "list_type body.loras");
}

TEST_CASE("fal input: mistakes are 422 with loc, msg and type, all of them at once, and cost nothing") {
  Served served;
  const auto client = served.client();
  const auto reply = client.submit("fal-ai/flux/dev", {{"num_images", 9}, {"colour", "red"}});
  CHECK(reply.status == 422);
  auto faults = reply.faults();
  std::sort(faults.begin(), faults.end());
  CHECK(faults == std::vector<std::string>{"extra_forbidden body.colour", "less_than_equal body.num_images", "missing body.prompt"});
  for (const auto& fault : reply.json.at("detail")) {
    CHECK(fault.at("loc").at(0) == "body");
    CHECK_FALSE(fault.at("msg").get<std::string>().empty());
    CHECK(fault.contains("input"));
  }
  CHECK(client.bill().empty());
}

TEST_CASE("fal input: a body that is no JSON object, and one that does not say that it is JSON, are 422") {
  Served served;
  const auto client = served.client();
  const auto post = [&](const std::string& body, const std::string& type) {
    return Reply(ask_raw(client.port(), "POST", "/queue/fal-ai/flux/dev", client.with_key({{"Content-Type", type}}), body));
  };
  CHECK(post("{\"prompt\": ", "application/json").faults() == std::vector<std::string>{"json_invalid body.0"});
  CHECK(post("[1]", "application/json").faults() == std::vector<std::string>{"model_attributes_type body"});
  CHECK(post("", "application/json").status == 422);
  CHECK(post("{\"prompt\":\"x\",\"prompt\":\"y\"}", "application/json").faults() == std::vector<std::string>{"duplicate_field body"});
  CHECK(post("{\"prompt\":\"x\"}", "text/plain").faults() == std::vector<std::string>{"content_type header.content-type"});
  CHECK(post("{\"prompt\":\"x\"}", "application/json; charset=utf-8").status == 200);
  CHECK(ask_raw(client.port(), "POST", "/queue/fal-ai/flux/dev", client.with_key(), "{\"prompt\":\"x\"}").status == 422);
  CHECK(client.bill().size() == 1);
}

TEST_CASE("fal input: in the mode in which the runner checks, a mistake is accepted, ends as COMPLETED and is 422 then") {
  Served::Setup setup;
  setup.settings = {{"checks", "by_runner"}};
  Served served(setup);
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", {{"prompt", "a harbour"}, {"num_images", 9}});
  CHECK(submitted.status == 200);
  CHECK(client.completed(submitted).at("error_type") == "less_than_equal");
  const auto result = client.follow(submitted.json.at("response_url"));
  CHECK(result.status == 422);
  CHECK(result.faults() == std::vector<std::string>{"less_than_equal body.num_images"});
  CHECK(client.bill().at(0).at("state") == "refunded");
  CHECK(client.bill().at(0).at("amount_micros") == 0);
}

TEST_CASE("fal input: units are what the model pages say, amounts to the millionth of a dollar") {
  const auto amount = [](const std::string& endpoint, Json input, int width, int height) {
    const FalModel& model = *find_fal_model(endpoint);
    Json whole = least_input(model);
    whole.update(input);
    const auto reading = read_fal_input(model, whole.dump());
    REQUIRE(reading.faults.empty());
    const int w = reading.order.width > 0 ? reading.order.width : width, h = reading.order.height > 0 ? reading.order.height : height;
    return fal_amount_micros(fal_units(reading.order, w, h), model.unit_price_micros, 1);
  };
  CHECK(amount("fal-ai/flux/dev", Json::object(), 0, 0) == 25'000);  // landscape_4_3 is 0.79 MP: one
  CHECK(amount("fal-ai/flux/dev", {{"image_size", "square_hd"}}, 0, 0) == 50'000);  // 1.05 MP: two
  CHECK(amount("fal-ai/flux/dev", {{"image_size", "square"}, {"num_images", 4}}, 0, 0) == 100'000);  // each by itself
  CHECK(amount("fal-ai/flux/schnell", {{"image_size", {{"width", 1000}, {"height", 1000}}}}, 0, 0) == 3'000);
  CHECK(amount("fal-ai/flux-pro/v1.1", Json::object(), 0, 0) == 40'000);
  CHECK(amount("fal-ai/flux/dev/image-to-image", Json::object(), 1200, 1000) == 60'000);
  CHECK(amount("fal-ai/fast-sdxl", Json::object(), 0, 0) == 2'553);  // 2.3 s, "about 0.0025"
  CHECK(amount(kling, Json::object(), 0, 0) == 280'000);
  CHECK(amount(kling, {{"duration", "10"}}, 0, 0) == 560'000);
  CHECK(amount(hailuo, Json::object(), 0, 0) == 270'000);
  CHECK(amount(hailuo, {{"resolution", "512P"}}, 0, 0) == 102'000);
}
