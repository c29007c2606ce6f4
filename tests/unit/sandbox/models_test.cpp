// The server's own table of models against the data file that the app's form, checks and prices are made from.
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/paths.h"
#include "sandbox/models.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("The app's data file of the sandbox says what its server does") {
  std::ifstream in(assets_folder() / "providers" / "sandbox.json");
  REQUIRE(in);
  const auto data = nlohmann::json::parse(in);
  REQUIRE(data.at("models").size() == sandbox_models.size());
  for (const auto& row : data["models"]) {
    const std::string id = row.at("id");
    INFO(id);
    const SandboxModel* model = find_sandbox_model(id);
    REQUIRE(model != nullptr);
    CHECK(row.at("kind") == (model->makes_clips ? "video" : "image"));
    CHECK(row.at("price").at("each").get<double>() * 1e6 == static_cast<double>(model->price_micros));
    CHECK(row.at("size").at("min_side") == sandbox_min_side);
    CHECK(row.at("size").at("max_side") == model->max_side);
    CHECK(row.at("size").value("max_pixels", sandbox_max_pixels) == sandbox_max_pixels);
    CHECK(row.at("size").value("multiple", 1) == (model->makes_clips ? 2 : 1));
    CHECK(row.value("needs_image", false) == model->makes_clips);
    if (!model->makes_clips) continue;
    for (const double seconds : row.at("seconds")) {
      CHECK(seconds >= sandbox_min_seconds);
      CHECK(seconds <= sandbox_max_seconds);
    }
  }
  CHECK(find_sandbox_model("sandbox") == nullptr);
}
