// The endpoints of fal.ai that the simulator serves: fields, ranges, defaults, units and prices, as docs/simulators.md tells
// where they are from. The app has a table of its own (assets/providers/), made from the same sources by another hand.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace studio::simulators {

enum class FalKind : std::uint8_t { Picture, PictureFromPicture, Clip };

// In what the service counts what it bills: the words of its pricing interface.
enum class FalUnit : std::uint8_t { Megapixels, ComputeSeconds, Seconds };

enum class FalFieldKind : std::uint8_t {
  Text,
  Whole,
  Number,
  Flag,
  Choice,     // one of `choices`, a string
  ImageSize,  // a name or {"width", "height"}
  Address,    // https, http or data
  Weights,    // a list of {"path", "scale"?, "force"?} or embeddings {"path", "tokens"?}
};

struct FalField {
  std::string_view name;
  FalFieldKind kind = FalFieldKind::Text;
  bool is_required = false;
  double low = 0, high = 0;        // Whole and Number, both ends allowed; equal: no limit
  std::string_view choices = {};   // "jpeg|png"
  std::string_view fallback = {};  // JSON; empty: none
};

struct FalModel {
  std::string_view id;
  FalKind kind = FalKind::Picture;
  FalUnit unit = FalUnit::Megapixels;
  std::int64_t unit_price_micros = 0;  // millionths of a dollar
  std::string_view painter;            // the scene painter's look
  std::span<const FalField> fields;
  std::string_view format_field = {};  // of pictures
  int side_step = 1;                   // given sides must be multiples of it
  bool says_prompt = true;             // prompt and timings in the result
};

std::span<const FalModel> fal_models();
const FalModel* find_fal_model(std::string_view id);

// "fal-ai/flux/dev" → "fal-ai/flux": what the addresses of a request are made of.
std::string_view fal_app_of(std::string_view endpoint);

std::string_view to_string(FalUnit unit);

// "square_hd" and its fellows; false for another name.
bool fal_named_size(std::string_view name, int& width, int& height);

}  // namespace studio::simulators
