// What a submit's body must be: checked against the endpoint's fields, strictly, and read into an order with all defaults filled in.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "simulators/fal_models.h"

namespace studio::simulators {

struct FalOrder {
  const FalModel* model = nullptr;
  std::string prompt;
  std::optional<std::int64_t> seed;  // null and absent: the service draws one
  int width = 0, height = 0;         // pictures from words
  int count = 1;
  std::int64_t steps = 1;
  double strength = 1;
  bool wants_png = false;
  bool wants_checker = false;
  bool wants_inline = false;  // sync_mode
  std::string image_url, end_image_url;
  double seconds = 0;   // clips
  int short_side = 0;   // of clips, px
};

// One entry of {"detail": […]}: {"loc", "msg", "type", "ctx"?, "input"?}.
using FalDetail = nlohmann::json;

struct FalReading {
  FalOrder order;
  std::vector<FalDetail> faults;  // empty: the order is good
};

// Stricter than the service where that finds a client's mistakes: a field that it would ignore is refused (extra_forbidden),
// a whole number is not taken for a text nor 4.0 for 4, and an empty prompt is refused.
FalReading read_fal_input(const FalModel& model, const std::string& body);

FalDetail fal_detail(nlohmann::json loc, const std::string& type, const std::string& msg);

// What an order is billed in the units of its endpoint. Pictures from pictures: with the size that came out.
double fal_units(const FalOrder& order, int width, int height);

// Amounts in millionths of a dollar.
std::int64_t fal_amount_micros(double units, std::int64_t unit_price_micros, double factor);

}  // namespace studio::simulators
