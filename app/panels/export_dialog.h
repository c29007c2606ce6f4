// Export: what goes where, under which names, with what beside it; how far it is, and what came of it.
#pragma once

#include <memory>
#include <optional>

#include "panels/export_rows.h"
#include "panels/file_picker.h"
#include "panels/panel_context.h"

namespace studio {

struct ExportState {
  bool is_open = false, opens = false;
  ExportWhat what = ExportWhat::Selection;
  std::string folder;  // as it is typed
  std::string name_template{default_name_template};
  bool with_manifest = true, with_sidecars = false, with_pictures = false;
  std::filesystem::path home;  // what ~ means; set by the shell

  // Cached by what they are made of.
  struct Key {
    std::uint64_t rows = 0, selection = 0;
    Row focus = no_row;
    ExportWhat what = ExportWhat::Selection;
    bool with_pictures = false;
    std::string name_template;
    bool operator==(const Key&) const = default;
  };
  Key planned_for;
  ExportPlan plan;
  std::size_t selected_here = 0;  // counted with it
  std::vector<std::string> names;
  std::string template_problem;
  int template_caret = -1;  // where a chip puts its field; below 0: at the end
  bool has_selection = false;
  std::size_t picked = 0;

  bool is_running = false;
  int done = 0, total = 0;
  std::optional<Error> error;  // it did not come to its end
  std::shared_ptr<const ExportReport> report;
  std::vector<std::string> failures;  // "a12, a boat at night: its file is missing"
  std::filesystem::path exported_to;
  std::string shown_problem;  // the folder could not be shown

  bool wants_folder = false;      // ask for a folder; the shell takes it
  bool wants_show = false;        // show what was exported in its folder; the shell takes it
  bool changed_settings = false;  // folder or template: the shell remembers them
};

// Opens by the wish `export_dialog`. The picker is drawn within while it asks for the folder.
void draw_export_dialog(ExportState& state, PickerState& picker, const PanelContext& context);

// For another project: what is running there is no longer ours.
void reset_export(ExportState& state);

}  // namespace studio
