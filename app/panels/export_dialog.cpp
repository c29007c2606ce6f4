// What goes out of the project, where to, and under which names?
#include "panels/export_dialog.h"

#include <imgui_internal.h>

#include "base/text.h"
#include "panels/start_page.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

constexpr float export_width_1x = 624;

// The choice that has something in it: what is selected, else what is picked, else everything.
void choose_what(ExportState& state, const PanelContext& c) {
  const auto has = [&](ExportWhat what) {
    return !plan_export(c.view.library, c.state.selection, what, false).files.empty();
  };
  state.what = c.state.selection.count() > 0 && has(ExportWhat::Selection) ? ExportWhat::Selection
               : has(ExportWhat::Picked)                                   ? ExportWhat::Picked
               : has(ExportWhat::Selection)                                ? ExportWhat::Selection
                                                                           : ExportWhat::All;
}

void plan(ExportState& state, const PanelContext& c) {
  ExportState::Key key{c.view.library.rows_revision, c.state.selection.revision(),
                       c.state.selection.focus(),    state.what,
                       state.with_pictures,          state.name_template};
  if (key == state.planned_for) return;
  const bool same_files = key.rows == state.planned_for.rows && key.selection == state.planned_for.selection &&
                          key.focus == state.planned_for.focus && key.what == state.planned_for.what &&
                          key.with_pictures == state.planned_for.with_pictures;
  state.planned_for = std::move(key);
  if (!same_files) {
    state.plan = plan_export(c.view.library, c.state.selection, state.what, state.with_pictures);
    state.selected_here = selected_here(c.view.library, c.state.selection);
  }
  auto names = preview_names(c.view.library, c.view.project_name, state.plan, state.name_template, 3);
  state.template_problem = names ? "" : names.error().message;
  state.names = names ? std::move(*names) : std::vector<std::string>();
}

void begin(ExportState& state, const PanelContext& c) {
  ExportRequest request;
  request.assets = state.plan.assets;
  request.to = folder_from_text(state.folder, state.home);
  request.name_template = state.name_template;
  request.with_manifest = state.with_manifest;
  request.with_sidecars = state.with_sidecars;
  request.with_pictures = state.with_pictures;
  state.exported_to = request.to;
  state.is_running = true;
  state.done = 0;
  state.total = static_cast<int>(state.plan.files.size());
  state.report.reset();
  state.error.reset();
  state.failures.clear();
  state.shown_problem.clear();
  state.changed_settings = true;
  AppState* app = &c.state;
  const Studio* studio = &c.studio;  // alive whenever it answers
  c.studio.export_files(
      std::move(request),
      [&state, app, studio](const Result<ExportReport>& report) {
        state.is_running = false;
        if (!report) {
          state.error = report.error();
          if (!state.is_open) app->note = {Note::Kind::Problem, report.error().message};
          return;
        }
        state.report = std::make_shared<const ExportReport>(*report);
        const Library& library = studio->view().library;
        for (const auto& failure : report->failures) {
          const Row row = library.row_of(failure.asset);
          const std::string prompt =
              row != no_row && library.texts[row].recipe ? library.texts[row].recipe->prompt : "";
          state.failures.push_back(to_string(failure.asset) + (prompt.empty() ? "" : ", " + shortened(prompt, 40)) +
                                   ": " + failure.error.message);
        }
        const std::string text = "Exported " + counted(report->files.size(), "file", "files");
        app->note = {
            report->failures.empty() ? Note::Kind::Done : Note::Kind::Problem,
            report->failures.empty() ? text : text + ", " + std::to_string(report->failures.size()) + " failed"};
      },
      [&state, app](const CommandProgress& step) {
        state.done = step.done;
        state.total = step.total;
        if (!state.is_open)
          app->note = {Note::Kind::Done, "Exporting " + std::to_string(std::min(step.done + 1, step.total)) + " of " +
                                             std::to_string(step.total)};
      });
}

// A place in the dialog that goes down with what is drawn.
struct Pen {
  const Ui& ui;
  ImDrawList* list;
  float x, y, right;
  float width() const { return right - x; }
  void at() const { ImGui::SetCursorScreenPos({x, y}); }
};

void label(Pen& pen, std::string_view text, float height) {
  text_at(pen.ui, pen.list, Type::Label, pen.x, pen.y + height * 0.5f, pen.ui.tone(Tone::Text2), text);
}

// Chips in the fields' column, wrapped; each says whether it was pressed.
template <class Each>
void chips(Pen& pen, std::size_t count, const Each& each) {
  const Ui& ui = pen.ui;
  const float left = pen.x + ui.px(88);
  float x = left;
  for (std::size_t i = 0; i < count; ++i) {
    const float room = pen.right - x;
    each(i, [&](const char* id, std::string_view text, bool on) {
      const float w = chip_width(ui, text, on);
      if (w > room && x > left) {
        x = left;
        pen.y += ui.px(24 + 6);
      }
      ImGui::SetCursorScreenPos({x, pen.y});
      x += w + ui.px(6);
      return chip(ui, id, text, on);
    });
  }
  pen.y += ui.px(24);
}

void draw_what(ExportState& state, const PanelContext& c, Pen& pen) {
  const Ui& ui = c.ui;
  label(pen, "What", ui.px(24));
  plan(state, c);
  const std::string words[] = {
      c.state.selection.count() > 0 ? "Selection, " + counted(state.selected_here, "asset", "assets") : "The focused asset",
      "Picked and their videos", "Everything not rejected"};
  constexpr const char* ids[] = {"Selection", "Picked", "All"};
  chips(pen, 3, [&](std::size_t i, const auto& draw) {
    const auto what = static_cast<ExportWhat>(i);
    if (draw(ids[i], words[i], state.what == what)) state.what = what;
  });
  plan(state, c);
  pen.y += ui.px(6);
  const std::string sum = state.plan.files.empty() ? "Nothing to export here"
                                                   : counted(state.plan.files.size(), "file", "files") + ", " +
                                                         format_bytes(static_cast<std::uint64_t>(state.plan.bytes));
  const float end = text_at(ui, pen.list, Type::Caption, pen.x + ui.px(88), pen.y + ui.px(8), ui.tone(Tone::Text2), sum);
  if (state.plan.stale > 0) {
    state_shape(ui, pen.list, StateShape::Half, {end + ui.px(16 + 6), pen.y + ui.px(8)}, 12);
    const float x = end + ui.px(16 + 16);
    text_elided(ui, pen.list, Type::Caption, x, pen.y + ui.px(8), pen.right - x, ui.tone(Tone::Text1),
                counted(state.plan.stale, "is stale: a newer version is there", "are stale: newer versions are there"));
  }
  pen.y += ui.px(16 + 12);
}

void draw_folder(ExportState& state, const PanelContext& c, Pen& pen) {
  const Ui& ui = c.ui;
  const float h = ui.px(28);
  label(pen, "Folder", h);
  ButtonFace choose;
  choose.text = "Choose…";
  const float w = button_width(ui, choose);
  ImGui::SetCursorScreenPos({pen.x + ui.px(88), pen.y});
  FieldLook look;
  look.size = {pen.right - pen.x - ui.px(88) - w - ui.px(8), h};
  look.hint = "Such as ~/Exports/The last lamp";
  text_field(ui, "##folder", state.folder, look);
  if (button_at(ui, "Choose folder", choose, {{pen.right - w, pen.y}, {pen.right, pen.y + h}}))
    state.wants_folder = true;
  pen.y += h + ui.px(12);
}

void draw_names(ExportState& state, const PanelContext& c, Pen& pen) {
  const Ui& ui = c.ui;
  const float h = ui.px(28), left = pen.x + ui.px(88);
  label(pen, "Names", h);
  ImGui::SetCursorScreenPos({left, pen.y});
  FieldLook look;
  look.size = {pen.right - left, h};
  look.type = Type::Mono;
  const FieldState field = text_field(ui, "##template", state.name_template, look);
  if (field.active)
    if (const ImGuiInputTextState* input = ImGui::GetInputTextState(ImGui::GetItemID()))
      state.template_caret = input->GetCursorPos();
  pen.y += h + ui.px(8);
  const auto fields = name_fields();
  chips(pen, fields.size(), [&](std::size_t i, const auto& draw) {
    if (!draw(fields[i].token.data(), fields[i].label, false)) return;
    const auto end = static_cast<int>(state.name_template.size());
    const int at = state.template_caret < 0 ? end : std::clamp(state.template_caret, 0, end);
    state.name_template.insert(static_cast<std::size_t>(at), fields[i].token);
    state.template_caret = at + static_cast<int>(fields[i].token.size());
  });
  plan(state, c);
  pen.y += ui.px(8);
  // Always the room of three lines: nothing jumps while one is typing.
  if (!state.template_problem.empty()) {
    state_shape(ui, pen.list, StateShape::Triangle, {left + ui.px(8), pen.y + ui.px(9)}, 14);
    text_wrapped(ui, pen.list, Type::Caption, {left + ui.px(24), pen.y}, pen.right - left - ui.px(24),
                 ui.tone(Tone::Text1), state.template_problem, 3);
  } else {
    float y = pen.y + ui.px(9);
    for (const std::string& name : state.names) {
      text_elided(ui, pen.list, Type::MonoSmall, left, y, pen.right - left, ui.tone(Tone::Text2), name);
      y += ui.px(18);
    }
  }
  pen.y += ui.px(54 + 12);
}

void draw_extras(ExportState& state, const PanelContext& c, Pen& pen) {
  label(pen, "With it", c.ui.px(24));
  struct Extra {
    const char* label;
    bool* on;
  } extras[] = {{"Manifest", &state.with_manifest},
                {"Sidecars", &state.with_sidecars},
                {"Videos' pictures", &state.with_pictures}};
  chips(pen, 3, [&](std::size_t i, const auto& draw) {
    if (draw(extras[i].label, extras[i].label, *extras[i].on)) *extras[i].on = !*extras[i].on;
  });
  const char* words = state.with_sidecars && state.with_manifest
                          ? "All recipes, prices and parents in one file, and each beside its own file too."
                      : state.with_manifest ? "All recipes, prices and parents in one file: enough to make them again."
                      : state.with_sidecars ? "Beside each file its recipe, price and parents."
                                            : "The files alone, without their recipes.";
  pen.y += c.ui.px(6);
  text_at(c.ui, pen.list, Type::Caption, pen.x + c.ui.px(88), pen.y + c.ui.px(8), c.ui.tone(Tone::Text3), words);
  pen.y += c.ui.px(16 + 16);
}

void draw_foot(ExportState& state, const PanelContext& c, Pen& pen) {
  const Ui& ui = c.ui;
  const float h = ui.px(32);
  ButtonFace go, close;
  const std::string act = "Export " + counted(state.plan.files.size(), "file", "files");
  go.kind = ButtonKind::Accent;
  go.icon = Icon::Export;
  go.text = act;
  const bool has_folder = !folder_from_text(state.folder, state.home).empty();
  go.enabled = has_folder && state.template_problem.empty() && !state.plan.files.empty();
  close.kind = ButtonKind::Quiet;
  close.text = "Close";
  float right = pen.right;
  const float w = button_width(ui, go);
  if (button_at(ui, "Export", go, rect_at(right - w, pen.y, w, h))) begin(state, c);
  right -= w + ui.px(8);
  const float cw = button_width(ui, close);
  if (button_at(ui, "Close", close, rect_at(right - cw, pen.y, cw, h))) state.is_open = false;
  if (!has_folder)
    text_elided(ui, pen.list, Type::Caption, pen.x, pen.y + h * 0.5f, right - cw - ui.px(16) - pen.x,
                ui.tone(Tone::Text2), "Choose a folder first");
  pen.y += h;
}

void draw_running(ExportState& state, const PanelContext& c, Pen& pen) {
  const Ui& ui = c.ui;
  const int now = std::min(state.done + 1, state.total);
  text_at(ui, pen.list, Type::Strong, pen.x, pen.y + ui.px(10), ui.tone(Tone::Text1),
          "Exporting " + std::to_string(now) + " of " + std::to_string(state.total));
  pen.y += ui.px(28);
  const Rect bar = rect_at(pen.x, pen.y, pen.width(), ui.px(4));
  pen.list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfacePress), ui.px(2));
  const float part = state.total > 0 ? static_cast<float>(state.done) / static_cast<float>(state.total) : 0;
  pen.list->AddRectFilled(bar.min, {bar.min.x + std::round(bar.width() * part), bar.max.y}, ui.tone(Tone::AccentBase),
                          ui.px(2));
  pen.y += ui.px(16);
  text_elided(ui, pen.list, Type::Caption, pen.x, pen.y + ui.px(8), pen.width(), ui.tone(Tone::Text2),
              "to " + shown_name(state.exported_to.string()));
  pen.y += ui.px(16 + 16);
  ButtonFace stop, close;
  stop.text = "Cancel the export";
  close.kind = ButtonKind::Quiet;
  close.text = "Close, and go on";
  const float h = ui.px(32), w = button_width(ui, stop), cw = button_width(ui, close);
  if (button_at(ui, "Cancel the export", stop, rect_at(pen.right - w, pen.y, w, h))) c.studio.cancel_export();
  if (button_at(ui, "Close", close, rect_at(pen.right - w - ui.px(8) - cw, pen.y, cw, h))) state.is_open = false;
  pen.y += h;
}

void draw_outcome(ExportState& state, const PanelContext& c, Pen& pen) {
  const Ui& ui = c.ui;
  const bool stopped = state.error.has_value();
  const std::size_t files = state.report ? state.report->files.size() : 0;
  const StateShape shape =
      stopped ? (state.error->kind == ErrorKind::Cancelled ? StateShape::CircleSlash : StateShape::Triangle)
      : state.failures.empty() ? StateShape::DiscCheck
                               : StateShape::Triangle;
  state_shape(ui, pen.list, shape, {pen.x + ui.px(10), pen.y + ui.px(10)}, 20);
  const std::string head = !stopped                                    ? "Exported " + counted(files, "file", "files")
                           : state.error->kind == ErrorKind::Cancelled ? "The export was cancelled"
                                                                       : "The export stopped";
  text_at(ui, pen.list, Type::Strong, pen.x + ui.px(32), pen.y + ui.px(10), ui.tone(Tone::Text1), head);
  pen.y += ui.px(28);
  const float left = pen.x + ui.px(32);
  const auto words = [&](const std::string& text, Tone tone) {
    pen.y +=
        text_wrapped(ui, pen.list, Type::Caption, {left, pen.y}, pen.right - left, ui.tone(tone), text, 3) + ui.px(6);
  };
  if (stopped) words(state.error->message, Tone::Text2);
  const bool has_files = files > 0 || (stopped && state.error->kind == ErrorKind::Cancelled);
  if (has_files) {
    text_elided(ui, pen.list, Type::Caption, left, pen.y + ui.px(8), pen.right - left, ui.tone(Tone::Text2),
                shown_name(state.exported_to.string()));
    pen.y += ui.px(16 + 8);
  }
  if (!state.failures.empty()) {
    const float height = std::min(static_cast<float>(state.failures.size()) * ui.px(20), ui.px(140));
    ImGui::SetCursorScreenPos({left, pen.y});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGui::BeginChild("##failures", {pen.right - left, height}, 0, ImGuiWindowFlags_NoNav);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(state.failures.size()), ui.px(20));
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        text_elided(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x, at.y + ui.px(10), pen.right - left - ui.px(12),
                    ui.tone(Tone::Text1), state.failures[static_cast<std::size_t>(i)]);
        ImGui::Dummy({1, ui.px(20)});
      }
    }
    ImGui::EndChild();
    ImGui::PopStyleVar(2);
    pen.y += height + ui.px(8);
  }
  if (!state.shown_problem.empty()) words(state.shown_problem, Tone::Text1);
  pen.y += ui.px(8);
  ButtonFace show, again, close;
  show.kind = ButtonKind::Accent;
  show.icon = Icon::FolderOpen;
  show.text = "Show in folder";
  again.text = "Export more…";
  close.kind = ButtonKind::Quiet;
  close.text = "Close";
  const float h = ui.px(32);
  float right = pen.right;
  const auto place = [&](const ButtonFace& face) {
    const float w = button_width(ui, face);
    right -= w + ui.px(8);
    return rect_at(right + ui.px(8), pen.y, w, h);
  };
  if (has_files && button_at(ui, "Show in folder", show, place(show))) state.wants_show = true;
  if (button_at(ui, "Export more", again, place(again))) {
    state.report.reset();
    state.error.reset();
    state.failures.clear();
  }
  if (button_at(ui, "Close", close, place(close))) {
    state.is_open = false;
    state.report.reset();
    state.error.reset();
  }
  pen.y += h;
}

}  // namespace

void reset_export(ExportState& state) {
  ExportState fresh;
  fresh.folder = std::move(state.folder);
  fresh.name_template = std::move(state.name_template);
  fresh.home = std::move(state.home);
  fresh.with_manifest = state.with_manifest;
  fresh.with_sidecars = state.with_sidecars;
  fresh.with_pictures = state.with_pictures;
  state = std::move(fresh);
}

void draw_export_dialog(ExportState& state, PickerState& picker, const PanelContext& c) {
  const Ui& ui = c.ui;
  if (std::exchange(c.state.wishes.export_dialog, false) && !state.is_open) {
    state.is_open = state.opens = true;
    if (!state.is_running && !state.report && !state.error) choose_what(state, c);
  }
  if (std::exchange(state.opens, false)) ImGui::OpenPopup("export");
  if (!state.is_open) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float width = ui.px(export_width_1x), pad = ui.px(24);
  ImGui::SetNextWindowPos({viewport->Pos.x + viewport->Size.x * 0.5f, viewport->Pos.y + viewport->Size.y * 0.45f},
                          ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSize({width, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  const bool is_drawn = ImGui::BeginPopup("export", ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollbar);
  ImGui::PopStyleVar();
  if (!is_drawn) {
    state.is_open = false;  // what runs goes on; its progress is in the status bar
    return;
  }
  const ImVec2 at = ImGui::GetWindowPos();
  Pen pen{ui, ImGui::GetWindowDrawList(), at.x + pad, at.y + ui.px(20), at.x + width - pad};
  text_at(ui, pen.list, Type::Title, pen.x, pen.y + ui.px(12), ui.tone(Tone::Text1), "Export");
  pen.y += ui.px(24 + 16);
  if (state.is_running) {
    draw_running(state, c, pen);
  } else if (state.report || state.error) {
    draw_outcome(state, c, pen);
  } else {
    draw_what(state, c, pen);
    draw_folder(state, c, pen);
    draw_names(state, c, pen);
    draw_extras(state, c, pen);
    draw_foot(state, c, pen);
  }
  // So high is the content.
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, pen.y + ui.px(20) - at.y});
  if (picker.is_open && picker.purpose == PickFor::ExportFolder)
    draw_file_picker(picker, ui);
  else if (ImGui::IsKeyPressed(ImGuiKey_Escape) && !ImGui::GetIO().WantTextInput)
    state.is_open = false;
  if (!state.is_open) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

}  // namespace studio
