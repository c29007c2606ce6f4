#include "simulators/fal_input.h"

#include <cmath>
#include <set>

#include "base/text.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;

constexpr int min_side = 16, max_side = 14142;              // the upper one is in the service's own schema
constexpr std::int64_t max_pixels = 16'777'216;             // what we draw without running out of memory
constexpr int max_painted_side = 8192;                      // what the scenes know
constexpr double secs_per_step = 0.092;                     // of a megapixel (2^20): 25 steps are the documented 2.3 s
constexpr std::size_t max_prompt_bytes = 32'768;

// Collects what is wrong with one body.
class Checker {
 public:
  Checker(const FalModel& model, std::vector<FalDetail>& faults) : model_(model), faults_(faults) {}

  void fault(Json loc, const std::string& type, const std::string& msg, const Json& input, Json ctx = nullptr) {
    FalDetail detail = fal_detail(std::move(loc), type, msg);
    if (!ctx.is_null()) detail["ctx"] = std::move(ctx);
    detail["input"] = input;
    faults_.push_back(std::move(detail));
  }

  void check(const FalField& field, const Json& value) {
    const Json loc = {"body", field.name};
    // Only fields that have no default may be null: those of the service's schema that say "null".
    if (value.is_null() && !field.is_required && field.fallback.empty()) return;
    switch (field.kind) {
      case FalFieldKind::Text: return check_text(field, loc, value);
      case FalFieldKind::Whole: return check_whole(field, loc, value);
      case FalFieldKind::Number: return check_number(field, loc, value);
      case FalFieldKind::Flag:
        if (!value.is_boolean()) fault(loc, "bool_type", "Input should be a valid boolean", value);
        return;
      case FalFieldKind::Choice: return check_choice(field.choices, loc, value);
      case FalFieldKind::ImageSize: return check_size(loc, value);
      case FalFieldKind::Address: return check_address(loc, value);
      case FalFieldKind::Weights: return check_weights(loc, value);
    }
  }

 private:
  void check_text(const FalField& field, const Json& loc, const Json& value) {
    if (!value.is_string()) return fault(loc, "string_type", "Input should be a valid string", value);
    const auto& text = value.get_ref<const std::string&>();
    if (field.is_required && trimmed(text).empty()) fault(loc, "string_too_short", "String should have at least 1 character", value, {{"min_length", 1}});
    if (text.size() > max_prompt_bytes) fault(loc, "string_too_long", "String should have at most 32768 characters", "…", {{"max_length", max_prompt_bytes}});
  }

  void check_range(const FalField& field, const Json& loc, const Json& value) {
    if (field.low == field.high) return;
    const double number = value.get<double>();
    if (number < field.low) fault(loc, "greater_than_equal", "Input should be greater than or equal to " + Json(field.low).dump(), value, {{"ge", field.low}});
    if (number > field.high) fault(loc, "less_than_equal", "Input should be less than or equal to " + Json(field.high).dump(), value, {{"le", field.high}});
  }

  void check_whole(const FalField& field, const Json& loc, const Json& value) {
    const bool is_whole = value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX);
    if (!is_whole) return fault(loc, "int_type", "Input should be a valid integer", value);
    check_range(field, loc, value);
  }

  void check_number(const FalField& field, const Json& loc, const Json& value) {
    if (!value.is_number()) return fault(loc, "float_type", "Input should be a valid number", value);
    check_range(field, loc, value);
  }

  void check_choice(std::string_view choices, const Json& loc, const Json& value) {
    const auto words = split(choices, '|');
    if (value.is_string())
      for (const auto& word : words)
        if (value == word) return;
    std::string expected;
    for (std::size_t i = 0; i < words.size(); ++i) expected += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + ("'" + words[i] + "'");
    fault(loc, "literal_error", "Input should be " + expected, value, {{"expected", expected}});
  }

  void check_size(const Json& loc, const Json& value) {
    int width = 512, height = 512;
    if (value.is_string()) {
      if (!fal_named_size(value.get_ref<const std::string&>(), width, height))
        check_choice("square_hd|square|portrait_4_3|portrait_16_9|landscape_4_3|landscape_16_9", loc, value);
      return;
    }
    if (!value.is_object()) return fault(loc, "model_type", "Input should be a valid dictionary or one of the names of a size", value);
    const std::size_t before = faults_.size();
    for (const auto& [name, side] : value.items()) {
      const Json place = {"body", loc[1], name};
      if (name != "width" && name != "height") {
        fault(place, "extra_forbidden", "Extra inputs are not permitted", side);
      } else {
        check_whole({name, FalFieldKind::Whole, false, min_side, max_side}, place, side);
        if (faults_.size() == before && side.get<int>() % model_.side_step != 0)
          fault(place, "multiple_of", "Input should be a multiple of " + std::to_string(model_.side_step), side, {{"multiple_of", model_.side_step}});
      }
    }
    if (faults_.size() != before) return;
    width = value.value("width", 512);
    height = value.value("height", 512);
    if (std::int64_t{width} * height > max_pixels || std::max(width, height) > max_painted_side)
      fault(loc, "image_too_large", "The image is too large", value, {{"max_pixels", max_pixels}});
  }

  void check_address(const Json& loc, const Json& value) {
    if (!value.is_string()) return fault(loc, "string_type", "Input should be a valid string", value);
    const auto& text = value.get_ref<const std::string&>();
    if (!text.starts_with("https://") && !text.starts_with("http://") && !text.starts_with("data:"))
      fault(loc, "url_scheme", "URL scheme should be 'http', 'https' or 'data'", value, {{"expected_schemes", "'http', 'https' or 'data'"}});
  }

  void check_weights(const Json& loc, const Json& value) {
    if (!value.is_array()) return fault(loc, "list_type", "Input should be a valid list", value);
    static const std::set<std::string> known{"path", "scale", "force", "tokens"};
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Json place = {"body", loc[1], i};
      if (!value[i].is_object()) {
        fault(place, "model_type", "Input should be a valid dictionary", value[i]);
        continue;
      }
      if (!value[i].contains("path")) fault({"body", loc[1], i, "path"}, "missing", "Field required", value[i]);
      for (const auto& [name, entry] : value[i].items())
        if (!known.contains(name)) fault({"body", loc[1], i, name}, "extra_forbidden", "Extra inputs are not permitted", entry);
    }
  }

  const FalModel& model_;
  std::vector<FalDetail>& faults_;
};

// Which of two values of one name counts would be a guess; the service would take the last.
bool comes_twice(const std::string& body) {
  std::vector<std::set<std::string>> seen;
  bool twice = false;
  const Json::parser_callback_t watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) seen.emplace_back();
    if (event == Json::parse_event_t::object_end && !seen.empty()) seen.pop_back();
    if (event == Json::parse_event_t::key && !seen.empty() && !seen.back().insert(parsed.get<std::string>()).second) twice = true;
    return true;
  };
  return Json::parse(body, watch, false).is_discarded() || twice;
}

FalOrder order_from(const FalModel& model, const Json& input) {
  FalOrder order;
  order.model = &model;
  order.prompt = input.at("prompt");
  if (const auto seed = input.find("seed"); seed != input.end() && !seed->is_null()) order.seed = seed->get<std::int64_t>();
  if (const auto size = input.find("image_size"); size != input.end()) {
    if (size->is_string()) {
      fal_named_size(size->get_ref<const std::string&>(), order.width, order.height);
    } else {
      order.width = size->value("width", 512);
      order.height = size->value("height", 512);
    }
  }
  order.count = input.value("num_images", 1);
  order.steps = input.value("num_inference_steps", 28);
  order.strength = input.value("strength", 1.0);
  if (!model.format_field.empty()) order.wants_png = input.at(std::string(model.format_field)) == "png";
  order.wants_checker = input.value("enable_safety_checker", false);
  order.wants_inline = input.value("sync_mode", false);
  order.image_url = input.value("image_url", std::string());
  if (const auto end = input.find("end_image_url"); end != input.end() && end->is_string()) order.end_image_url = *end;
  if (model.kind == FalKind::Clip) {
    order.seconds = std::stod(input.at("duration").get<std::string>());
    order.short_side = !input.contains("resolution") ? 720 : input.at("resolution") == "512P" ? 512 : 768;
  }
  return order;
}

}  // namespace

FalDetail fal_detail(Json loc, const std::string& type, const std::string& msg) {
  return {{"loc", std::move(loc)}, {"msg", msg}, {"type", type}};
}

FalReading read_fal_input(const FalModel& model, const std::string& body) {
  FalReading reading;
  Checker checker(model, reading.faults);
  Json input = Json::parse(body, nullptr, false);
  if (input.is_discarded()) {
    checker.fault({"body", 0}, "json_invalid", "JSON decode error", Json::object(), {{"error", "Expecting value"}});
    return reading;
  }
  if (!input.is_object()) {
    checker.fault({"body"}, "model_attributes_type", "Input should be a valid dictionary or object to extract fields from", input);
    return reading;
  }
  if (comes_twice(body)) checker.fault({"body"}, "duplicate_field", "A field comes twice", nullptr);
  std::set<std::string> known;
  for (const auto& field : model.fields) {
    const std::string name(field.name);
    known.insert(name);
    if (const auto value = input.find(name); value != input.end()) {
      checker.check(field, *value);
    } else if (field.is_required) {
      checker.fault({"body", name}, "missing", "Field required", input);
    } else if (!field.fallback.empty()) {
      input[name] = Json::parse(field.fallback);
    }
  }
  for (const auto& [name, value] : input.items())
    if (!known.contains(name)) checker.fault({"body", name}, "extra_forbidden", "Extra inputs are not permitted", value);
  if (reading.faults.empty()) reading.order = order_from(model, input);
  return reading;
}

double fal_units(const FalOrder& order, int width, int height) {
  const double pixels = static_cast<double>(width) * height;
  switch (order.model->unit) {
    // "Images are billed by rounding up to the nearest megapixel", each by itself.
    case FalUnit::Megapixels: return std::ceil(pixels / 1e6) * order.count;
    case FalUnit::ComputeSeconds: return std::max(0.01, std::round(secs_per_step * static_cast<double>(order.steps) * order.count * pixels / 1048576 * 100) / 100);
    // One price is told for an endpoint, so the cheaper resolution counts fewer of its seconds: 0.017 instead of 0.045 dollars.
    case FalUnit::Seconds: return order.short_side == 512 ? order.seconds * 17 / 45 : order.seconds;
  }
  return 0;
}

std::int64_t fal_amount_micros(double units, std::int64_t unit_price_micros, double factor) {
  return std::llround(units * static_cast<double>(unit_price_micros) * factor);
}

}  // namespace studio::simulators
