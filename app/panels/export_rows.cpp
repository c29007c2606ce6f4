#include "panels/export_rows.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <unordered_set>

#include "base/clock.h"
#include "base/text.h"
#include "engine/versions.h"

namespace studio {
namespace {

bool is_here(const Item& item) { return item.asset.valid() && item.asset_state == AssetState::Done; }

std::vector<Row> rows_meant(const Library& library, const Selection& selection, ExportWhat what) {
  const auto& items = library.items;
  std::vector<Row> rows;
  if (what == ExportWhat::Selection) {
    std::vector<Row> chosen = selection.rows();
    if (chosen.empty() && selection.focus() != no_row) chosen.push_back(selection.focus());
    for (const Row row : chosen)
      if (row < items.size() && is_here(items[row])) rows.push_back(row);
    return rows;
  }
  for (Row row = 0; row < items.size(); ++row) {
    const Item& item = items[row];
    if (!is_here(item) || item.in_trash || item.mark == Mark::Reject) continue;
    if (what == ExportWhat::Picked && item.mark != Mark::Pick) {
      const Row parent = item.kind == MediaKind::Video && item.parent.valid() ? library.row_of(item.parent) : no_row;
      if (parent == no_row || items[parent].mark != Mark::Pick || items[parent].in_trash) continue;
    }
    rows.push_back(row);
  }
  // As the ledger gives them.
  std::sort(rows.begin(), rows.end(), [&](Row a, Row b) { return items[a].asset < items[b].asset; });
  return rows;
}

constexpr NameField fields[] = {{"{project}", "Project"}, {"{prompt}", "Prompt"}, {"{n}", "Number"}, {"{seed}", "Seed"},
                                {"{model}", "Model"},     {"{date}", "Date"},     {"{id}", "Id"}};

}  // namespace

std::span<const NameField> name_fields() { return fields; }

std::size_t selected_here(const Library& library, const Selection& selection) {
  return selection.empty() ? 0 : rows_meant(library, selection, ExportWhat::Selection).size();
}

ExportPlan plan_export(const Library& library, const Selection& selection, ExportWhat what, bool with_pictures) {
  ExportPlan plan;
  const std::vector<Row> rows = rows_meant(library, selection, what);
  std::unordered_set<Row> there(rows.begin(), rows.end());
  const auto add = [&](Row row) {
    plan.files.push_back(row);
    plan.bytes += library.texts[row].bytes;
    if (staleness(library, row).because != StaleBecause::Current) ++plan.stale;
  };
  for (const Row row : rows) {
    const Item& item = library.items[row];
    plan.assets.push_back(item.asset);
    if (with_pictures && item.kind == MediaKind::Video && item.parent.valid()) {
      const Row parent = library.row_of(item.parent);
      if (parent != no_row && is_here(library.items[parent]) && there.insert(parent).second) add(parent);
    }
    add(row);
  }
  return plan;
}

Result<std::vector<std::string>> preview_names(const Library& library, const std::string& project,
                                               const ExportPlan& plan, std::string_view name_template,
                                               std::size_t most) {
  STUDIO_CHECK(name_from_template(name_template, {}));
  std::vector<std::string> names;
  std::map<std::string, int> taken;
  for (std::size_t i = 0; i < std::min(most, plan.files.size()); ++i) {
    const Item& item = library.items[plan.files[i]];
    const ItemText& text = library.texts[plan.files[i]];
    const Recipe none;
    const Recipe& recipe = text.recipe ? *text.recipe : none;
    char digits[16];
    std::snprintf(digits, sizeof digits, "%03d", static_cast<int>(i) + 1);
    STUDIO_TRY(std::string stem,
               name_from_template(name_template,
                                  {project, words_for_name(recipe.prompt, text.source_name),
                                   std::to_string(recipe.seed), recipe.model.empty() ? recipe.provider : recipe.model,
                                   digits, iso_date(item.created_ms), to_string(item.asset)}));
    const std::string extension = text.extension.empty() ? "" : "." + text.extension;
    const int number = ++taken[stem + extension];
    if (number > 1) stem = safe_file_name(stem, 120 - 1 - std::to_string(number).size()) + "-" + std::to_string(number);
    names.push_back(stem + extension);
  }
  return names;
}

}  // namespace studio
