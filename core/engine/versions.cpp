#include "engine/versions.h"

#include <algorithm>

#include "engine/again.h"

namespace studio {
namespace {

constexpr std::size_t most_versions = 256;  // of one asset that are looked at; a guard, no limit of the product

bool counts(const Item& item) {
  return item.asset.valid() && item.asset_state == AssetState::Done && !item.in_trash && item.mark != Mark::Reject;
}

// Whether a picture has, or awaits, the very video that a stale one would become: that is not made twice.
bool has_its_video(const Library& library, Row picture, const Recipe& wanted) {
  const auto children = library.children.find(library.items[picture].asset);
  if (children == library.children.end()) return false;
  return std::any_of(children->second.begin(), children->second.end(), [&](Row row) {
    const Item& item = library.items[row];
    const bool is_gone = item.in_trash || item.mark == Mark::Reject || (item.asset.valid() && item.asset_state != AssetState::Done);
    const bool came_to_nothing = !item.asset.valid() && is_terminal(item.state);
    const auto& recipe = library.texts[row].recipe;
    if (is_gone || came_to_nothing || !recipe) return false;
    return recipe->model == wanted.model && recipe->seed == wanted.seed && recipe->prompt == wanted.prompt && recipe->negative_prompt == wanted.negative_prompt &&
           recipe->seconds == wanted.seconds && recipe->options == wanted.options && !recipe->inputs.empty() &&
           recipe->inputs.front().sha256 == library.texts[picture].sha256;
  });
}

// Whether something with other bytes was made in its place by a job, and counts.
bool was_made_again(const Library& library, AssetId asset) {
  const auto found = library.versions.find(asset);
  return found != library.versions.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](Row row) { return library.items[row].job.valid() && counts(library.items[row]); });
}

Error cannot(std::string sentence) { return {ErrorKind::BadRequest, std::move(sentence), "", 0}; }

}  // namespace

Row newest_version(const Library& library, AssetId asset) {
  if (library.versions.empty()) return no_row;  // nearly always
  std::vector<AssetId> earlier = {asset}, later = {asset};
  const auto meet = [](std::vector<AssetId>& all, AssetId id) {
    if (id.valid() && all.size() < most_versions && std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
  };
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    const Row at = library.row_of(earlier[i]);
    for (std::size_t k = 0; at != no_row && k < library.texts[at].earlier.size(); ++k) meet(earlier, library.texts[at].earlier[k]);
  }
  Row newest = no_row;
  const auto look_at = [&](Row row, bool is_sibling) {
    const Item& item = library.items[row];
    // In whose place something was made again is asked of that one; of an edit beside it, only what people brought is newer.
    if (!counts(item) || item.asset < asset || item.asset == asset || (is_sibling && item.job.valid())) return;
    if (newest != no_row && item.asset < library.items[newest].asset) return;
    const bool is_known = std::any_of(earlier.begin(), earlier.end(), [&](AssetId id) {
      const Row at = library.row_of(id);
      return at != no_row && library.texts[at].sha256 == library.texts[row].sha256;
    });
    if (!is_known) newest = row;
  };
  // Down from itself first, past what does not count; then from those before it, so that of two edits of one the later wins.
  std::size_t own = 0;
  for (std::size_t i = 0, up = 0; i < later.size() || up < earlier.size();) {
    if (i == later.size()) {
      own = own == 0 ? later.size() : own;
      meet(later, earlier[up++]);
      continue;
    }
    const auto found = library.versions.find(later[i++]);
    if (found == library.versions.end()) continue;
    for (const Row row : found->second) {
      if (!library.items[row].asset.valid()) continue;
      if (std::find(later.begin(), later.end(), library.items[row].asset) == later.end()) look_at(row, own != 0);
      meet(later, library.items[row].asset);
    }
  }
  return newest;
}

Row being_remade(const Library& library, AssetId asset) {
  if (library.versions.empty() || !asset.valid()) return no_row;
  const auto found = library.versions.find(asset);
  if (found == library.versions.end()) return no_row;
  for (const Row row : found->second) {
    const Item& item = library.items[row];
    if (item.job.valid() && !item.asset.valid() && !is_terminal(item.state)) return row;
  }
  return no_row;
}

Staleness staleness(const Library& library, Row row) {
  const Item& item = library.items[row];
  if (library.versions.empty() || !item.asset.valid() || item.asset_state != AssetState::Done) return {};
  if (const Row newer = newest_version(library, item.asset); newer != no_row) return {StaleBecause::Version, newer};
  if (item.kind != MediaKind::Video || !item.parent.valid()) return {};
  const Row newer = newest_version(library, item.parent);
  return newer == no_row ? Staleness{} : Staleness{StaleBecause::Picture, newer};
}

NoRemake why_not_remade(const Library& library, Row row) {
  const Item& item = library.items[row];
  const auto& recipe = library.texts[row].recipe;
  if (!item.asset.valid() || item.asset_state == AssetState::Deleted) return NoRemake::NotThere;
  if (being_remade(library, item.asset) != no_row) return NoRemake::UnderWay;
  const bool has_recipe = recipe && !recipe->model.empty();
  if (item.asset_state == AssetState::Quarantined) return has_recipe ? NoRemake::Quarantined : NoRemake::Imported;
  const bool is_lost = item.asset_state == AssetState::Missing;
  const Staleness stale = staleness(library, row);
  // What was made in the place of a lost one took it, also with other bytes.
  if (stale.because == StaleBecause::Version || (is_lost && was_made_again(library, item.asset))) return NoRemake::HasNewer;
  if (!is_lost && stale.because == StaleBecause::Current) return NoRemake::Current;
  if (!has_recipe) return NoRemake::Imported;
  if (item.in_trash) return NoRemake::InTrash;
  const Row picture = is_lost ? (item.kind == MediaKind::Video ? library.row_of(item.parent) : no_row) : stale.newer;
  if (picture != no_row && has_its_video(library, picture, *recipe)) return NoRemake::PictureHasIt;
  return NoRemake::CanBe;
}

std::string sentence_of(NoRemake why, const std::string& id) {
  switch (why) {
    case NoRemake::CanBe: return "";
    case NoRemake::NotThere: return id + " is not there.";
    case NoRemake::UnderWay: return id + " is being made again.";
    case NoRemake::Current: return id + " is current.";
    case NoRemake::HasNewer: return id + " has a newer version.";
    case NoRemake::PictureHasIt: return "Its picture has the very video that " + id + " would become already.";
    case NoRemake::Quarantined: return id + " is quarantined, for it broke the decoder twice: Again exactly makes another one.";
    case NoRemake::Imported: return id + " was imported, so there is no recipe to make it again by: import its file again.";
    case NoRemake::InTrash: return id + " is in the trash: take it out first.";
  }
  return "";
}

Result<Remaking> remaking_of(const Library& library, Row row, const ProviderSet& providers) {
  const Item& item = library.items[row];
  const std::string id = to_string(item.asset);
  const auto& recipe = library.texts[row].recipe;
  if (const NoRemake why = why_not_remade(library, row); why != NoRemake::CanBe) return fail(cannot(sentence_of(why, id)));
  const ModelInfo* model = providers.find_model(recipe->model);
  if (model == nullptr) return fail(providers.unknown_model(recipe->model));
  Remaking remaking;
  remaking.recipe = *recipe;
  remaking.recipe.provider = model->provider;
  if (item.kind == MediaKind::Video && item.parent.valid()) {
    // What is lost is made by its own recipe; what is stale, from the newest version of its picture.
    const Row newest = item.asset_state == AssetState::Missing ? no_row : newest_version(library, item.parent);
    const Row picture = newest != no_row ? newest : library.row_of(item.parent);
    if (picture == no_row || library.items[picture].asset_state != AssetState::Done) {
      return fail(cannot(to_string(item.parent) + ", which " + id + " is made from, is not there: re-make or import that first."));
    }
    const Size size = clip_size(*model, library.items[picture].width, library.items[picture].height);
    if (newest != no_row) remaking.recipe.width = size.width, remaking.recipe.height = size.height;
    if (remaking.recipe.inputs.empty()) remaking.recipe.inputs.push_back({"image", {}});
    remaking.recipe.inputs.front().sha256 = library.texts[picture].sha256;
    remaking.parents.push_back(library.items[picture].asset);
  }
  remaking.parents.push_back(item.asset);
  if (auto objection = objection_to(*model, remaking.recipe)) return fail(cannot(id + ": " + *objection));
  return remaking;
}

std::optional<std::pair<Money, Currency>> price_of(const Remaking& remaking, const ProviderSet& providers, const PriceRules& rules) {
  const ModelInfo* model = providers.find_model(remaking.recipe.model);
  const auto price = model != nullptr ? estimate_of(*model, remaking.recipe, rules) : std::nullopt;
  if (!price) return std::nullopt;
  return std::pair{*price, model->currency};
}

}  // namespace studio
