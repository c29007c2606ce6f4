// What an export would copy, and under which names: computed from the library, without files.
#pragma once

#include <string>
#include <vector>

#include "commands/selection.h"
#include "engine/exporter.h"
#include "engine/library.h"

namespace studio {

enum class ExportWhat : std::uint8_t { Selection, Picked, All };

// The assets in the order in which they are copied. Only those that are here: what is on its way, or missing, is left
// out.
struct ExportPlan {
  std::vector<AssetId> assets;  // as the request names them
  std::vector<Row> files;       // one for each file, the pictures of videos among them
  std::int64_t bytes = 0;
  std::size_t stale = 0;  // of the files
};

// Selection: the chosen rows, else the focused one. Picked: the picked ones and every video made from them that is not
// rejected. All: everything that is not rejected. What lies in the trash stays there, unless it is chosen by hand.
ExportPlan plan_export(const Library& library, const Selection& selection, ExportWhat what, bool with_pictures);
// How many of what is selected are here to be copied.
std::size_t selected_here(const Library& library, const Selection& selection);

// The names of the first files; an error says what is wrong with the template.
Result<std::vector<std::string>> preview_names(const Library& library, const std::string& project,
                                               const ExportPlan& plan, std::string_view name_template,
                                               std::size_t most);

// The fields that a template may have, in the order of their chips.
struct NameField {
  std::string_view token, label;
};
std::span<const NameField> name_fields();

}  // namespace studio
