#include "simulators/fal_models.h"

#include <array>

namespace studio::simulators {
namespace {

using K = FalFieldKind;

// What several endpoints share, once.
constexpr FalField prompt_field{"prompt", K::Text, true};
constexpr FalField seed_field{"seed", K::Whole};
constexpr FalField sync_field{"sync_mode", K::Flag, false, 0, 0, {}, "false"};
constexpr FalField checker_field{"enable_safety_checker", K::Flag, false, 0, 0, {}, "true"};
constexpr FalField count_field{"num_images", K::Whole, false, 1, 4, {}, "1"};
constexpr FalField output_format_field{"output_format", K::Choice, false, 0, 0, "jpeg|png", "\"jpeg\""};
constexpr FalField acceleration_field{"acceleration", K::Choice, false, 0, 0, "none|regular|high", "\"none\""};
constexpr FalField landscape_field{"image_size", K::ImageSize, false, 0, 0, {}, "\"landscape_4_3\""};
constexpr FalField flux_guidance_field{"guidance_scale", K::Number, false, 1, 20, {}, "3.5"};
constexpr FalField image_field{"image_url", K::Address, true};

constexpr std::array flux_dev{
    prompt_field, landscape_field, seed_field, sync_field, checker_field, count_field, output_format_field, acceleration_field, flux_guidance_field,
    FalField{"num_inference_steps", K::Whole, false, 1, 50, {}, "28"},
};

constexpr std::array flux_schnell{
    prompt_field, landscape_field, seed_field, sync_field, checker_field, count_field, output_format_field, acceleration_field, flux_guidance_field,
    FalField{"num_inference_steps", K::Whole, false, 1, 12, {}, "4"},
};

constexpr std::array flux_pro{
    prompt_field, landscape_field, seed_field, sync_field, checker_field, count_field, output_format_field,
    FalField{"enhance_prompt", K::Flag, false, 0, 0, {}, "false"},
    FalField{"safety_tolerance", K::Choice, false, 0, 0, "1|2|3|4|5|6", "\"2\""},
};

constexpr std::array flux_from_picture{
    prompt_field, image_field, seed_field, sync_field, checker_field, count_field, output_format_field, acceleration_field, flux_guidance_field,
    FalField{"num_inference_steps", K::Whole, false, 1, 50, {}, "40"},
    FalField{"strength", K::Number, false, 0.01, 1, {}, "0.95"},
};

constexpr std::array fast_sdxl{
    prompt_field, seed_field, sync_field, checker_field,
    FalField{"negative_prompt", K::Text, false, 0, 0, {}, "\"\""},
    FalField{"image_size", K::ImageSize, false, 0, 0, {}, "\"square_hd\""},
    FalField{"num_inference_steps", K::Whole, false, 1, 50, {}, "25"},
    FalField{"guidance_scale", K::Number, false, 0, 20, {}, "7.5"},
    FalField{"num_images", K::Whole, false, 1, 8, {}, "1"},
    FalField{"format", K::Choice, false, 0, 0, "jpeg|png", "\"jpeg\""},
    FalField{"safety_checker_version", K::Choice, false, 0, 0, "v1|v2", "\"v1\""},
    FalField{"expand_prompt", K::Flag, false, 0, 0, {}, "false"},
    FalField{"loras", K::Weights, false, 0, 0, {}, "[]"},
    FalField{"embeddings", K::Weights, false, 0, 0, {}, "[]"},
    FalField{"request_id", K::Text, false, 0, 0, {}, "\"\""},
};

constexpr std::array dreamshaper{
    prompt_field, seed_field, sync_field, checker_field,
    FalField{"negative_prompt", K::Text, false, 0, 0, {}, "\"(worst quality, low quality)\""},  // the service's own is longer
    FalField{"image_size", K::ImageSize, false, 0, 0, {}, R"({"width":1024,"height":1024})"},
    FalField{"num_inference_steps", K::Whole, false, 1, 70, {}, "35"},
    FalField{"guidance_scale", K::Number, false, 0, 20, {}, "5"},
    FalField{"num_images", K::Whole, false, 1, 8, {}, "1"},
    FalField{"format", K::Choice, false, 0, 0, "jpeg|png", "\"jpeg\""},
    FalField{"safety_checker_version", K::Choice, false, 0, 0, "v1|v2", "\"v1\""},
    FalField{"expand_prompt", K::Flag, false, 0, 0, {}, "false"},
    FalField{"loras", K::Weights, false, 0, 0, {}, "[]"},
    FalField{"embeddings", K::Weights, false, 0, 0, {}, "[]"},
    FalField{"request_id", K::Text, false, 0, 0, {}, "\"\""},
};

// Of the forty fields of fal-ai/lora those that a picture from words needs.
constexpr std::array lora{
    prompt_field, seed_field,
    FalField{"model_name", K::Text, true},
    FalField{"negative_prompt", K::Text, false, 0, 0, {}, "\"\""},
    FalField{"image_size", K::ImageSize, false, 0, 0, {}, "\"square_hd\""},
    FalField{"num_inference_steps", K::Whole, false, 1, 150, {}, "30"},
    FalField{"guidance_scale", K::Number, false, 0, 20, {}, "7.5"},
    FalField{"num_images", K::Whole, false, 1, 8, {}, "1"},
    FalField{"image_format", K::Choice, false, 0, 0, "jpeg|png", "\"png\""},
    FalField{"enable_safety_checker", K::Flag, false, 0, 0, {}, "false"},
    FalField{"prompt_weighting", K::Flag, false, 0, 0, {}, "false"},
    FalField{"clip_skip", K::Whole, false, 0, 2, {}, "0"},
    FalField{"scheduler", K::Choice, false, 0, 0,
             "DPM++ 2M|DPM++ 2M Karras|DPM++ 2M SDE|DPM++ 2M SDE Karras|Euler|Euler A|Euler (trailing timesteps)|LCM|LCM (trailing timesteps)|DDIM|TCD"},
    FalField{"loras", K::Weights, false, 0, 0, {}, "[]"},
    FalField{"embeddings", K::Weights, false, 0, 0, {}, "[]"},
};

constexpr std::array kling{
    prompt_field, image_field,
    FalField{"duration", K::Choice, false, 0, 0, "5|10", "\"5\""},
    FalField{"negative_prompt", K::Text, false, 0, 0, {}, "\"blur, distort, and low quality\""},
    FalField{"cfg_scale", K::Number, false, 0, 1, {}, "0.5"},
};

constexpr std::array hailuo{
    prompt_field, image_field,
    FalField{"duration", K::Choice, false, 0, 0, "6|10", "\"6\""},
    FalField{"resolution", K::Choice, false, 0, 0, "512P|768P", "\"768P\""},
    FalField{"prompt_optimizer", K::Flag, false, 0, 0, {}, "true"},
    FalField{"end_image_url", K::Address},
};

constexpr std::array<FalModel, 9> models{{
    {"fal-ai/flux/dev", FalKind::Picture, FalUnit::Megapixels, 25'000, "sandbox-flux", flux_dev, "output_format"},
    {"fal-ai/flux/schnell", FalKind::Picture, FalUnit::Megapixels, 3'000, "sandbox-flux", flux_schnell, "output_format"},
    {"fal-ai/flux-pro/v1.1", FalKind::Picture, FalUnit::Megapixels, 40'000, "sandbox-flux", flux_pro, "output_format"},
    {"fal-ai/flux/dev/image-to-image", FalKind::PictureFromPicture, FalUnit::Megapixels, 30'000, "sandbox-flux", flux_from_picture, "output_format"},
    {"fal-ai/fast-sdxl", FalKind::Picture, FalUnit::ComputeSeconds, 1'110, "sandbox-xl", fast_sdxl, "format"},
    {"fal-ai/dreamshaper", FalKind::Picture, FalUnit::ComputeSeconds, 1'110, "sandbox-dream", dreamshaper, "format"},
    {"fal-ai/lora", FalKind::Picture, FalUnit::ComputeSeconds, 1'110, "sandbox-xl", lora, "image_format", 8, false},
    {"fal-ai/kling-video/v2.1/standard/image-to-video", FalKind::Clip, FalUnit::Seconds, 56'000, {}, kling},
    {"fal-ai/minimax/hailuo-02/standard/image-to-video", FalKind::Clip, FalUnit::Seconds, 45'000, {}, hailuo},
}};

struct NamedSize {
  std::string_view name;
  int width, height;
};
// The name tells the ratio the wrong way round for the portraits: portrait_16_9 is 9:16.
constexpr std::array<NamedSize, 6> named_sizes{{
    {"square_hd", 1024, 1024}, {"square", 512, 512}, {"portrait_4_3", 768, 1024},
    {"portrait_16_9", 576, 1024}, {"landscape_4_3", 1024, 768}, {"landscape_16_9", 1024, 576},
}};

}  // namespace

std::span<const FalModel> fal_models() { return models; }

const FalModel* find_fal_model(std::string_view id) {
  for (const auto& model : models)
    if (model.id == id) return &model;
  return nullptr;
}

std::string_view fal_app_of(std::string_view endpoint) {
  const auto first = endpoint.find('/');
  return first == std::string_view::npos ? endpoint : endpoint.substr(0, endpoint.find('/', first + 1));
}

std::string_view to_string(FalUnit unit) {
  switch (unit) {
    case FalUnit::Megapixels: return "megapixels";
    case FalUnit::ComputeSeconds: return "compute seconds";
    case FalUnit::Seconds: return "seconds";
  }
  return "";
}

bool fal_named_size(std::string_view name, int& width, int& height) {
  for (const auto& size : named_sizes) {
    if (size.name != name) continue;
    width = size.width;
    height = size.height;
    return true;
  }
  return false;
}

}  // namespace studio::simulators
