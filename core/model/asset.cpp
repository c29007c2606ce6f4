#include "model/asset.h"

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

std::optional<Mark> mark_from(std::string_view text) {
  for (const auto mark : {Mark::None, Mark::Pick, Mark::Reject}) {
    if (to_string(mark) == text) return mark;
  }
  return std::nullopt;
}

}  // namespace studio
