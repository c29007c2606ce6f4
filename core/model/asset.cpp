#include "model/asset.h"

#include <algorithm>

namespace studio {

std::string_view to_string(AssetState state) {
  switch (state) {
    case AssetState::Done: return "done";
    case AssetState::Missing: return "missing";
    case AssetState::Quarantined: return "quarantined";
    case AssetState::Deleted: return "deleted";
  }
  return "done";
}

std::optional<AssetState> asset_state_from(std::string_view text) {
  for (const auto state : {AssetState::Done, AssetState::Missing, AssetState::Quarantined, AssetState::Deleted}) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

std::string_view to_string(Mark mark) {
  switch (mark) {
    case Mark::None: return "none";
    case Mark::Pick: return "pick";
    case Mark::Reject: return "reject";
  }
  return "none";
}

std::size_t inputs_among(const Recipe& recipe, std::size_t parents) {
  // A video that a model makes starts from a picture, whatever its recipe says.
  const bool is_animated = recipe.kind == MediaKind::Video && recipe.provider != import_provider;
  return std::min(parents, std::max<std::size_t>(recipe.inputs.size(), is_animated ? 1 : 0));
}

std::span<const AssetId> made_from(const Recipe& recipe, const std::vector<AssetId>& parents) {
  return std::span(parents).first(inputs_among(recipe, parents.size()));
}

std::span<const AssetId> earlier_versions(const Recipe& recipe, const std::vector<AssetId>& parents) {
  return std::span(parents).subspan(inputs_among(recipe, parents.size()));
}

std::optional<Mark> mark_from(std::string_view text) {
  for (const auto mark : {Mark::None, Mark::Pick, Mark::Reject}) {
    if (to_string(mark) == text) return mark;
  }
  return std::nullopt;
}

}  // namespace studio
