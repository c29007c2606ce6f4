// Shall a job that waits make something else?
#include "panels/prompt_edit.h"

#include <algorithm>
#include <utility>

#include "commands/queue_steps.h"
#include "engine/again.h"
#include "panels/queue_rows.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

void begin_edit(PromptState& state, const PanelContext& c, Row row) {
  const Item& item = c.view.library.items[row];
  const auto& recipe = c.view.library.texts[row].recipe;
  if (!recipe || !waits_in_line(item.state)) {
    c.state.note = {Note::Kind::Problem, "It does not wait any more, so it cannot be changed: make another one"};
    return;
  }
  PromptEdit edit;
  edit.job = item.job;
  edit.recipe = *recipe;
  // Of one job after the other the first draft is the one that comes back.
  edit.draft_before = state.edit ? state.edit->draft_before : state.draft;
  edit.seed_was_kept = state.edit ? state.edit->seed_was_kept : state.seed_kept;
  state.edit = std::move(edit);
  PromptDraft draft;
  draft.prompt = recipe->prompt;
  draft.avoid = recipe->negative_prompt;
  draft.model = recipe->model;
  draft.count = 1;
  draft.strategy = Strategy::Off;
  draft.size = {recipe->width, recipe->height};
  draft.seconds = recipe->seconds;
  draft.seed = recipe->seed;
  state.draft = std::move(draft);
  state.seed_kept = true;
  state.problem.clear();
  c.state.wishes.write_prompt = true;
}

}  // namespace

void tend_edit(PromptState& state, const PanelContext& c) {
  if (const Row row = std::exchange(c.state.wishes.edit_job, no_row); row < c.view.library.items.size())
    begin_edit(state, c, row);
  if (!state.edit) return;
  const Row row = c.view.library.row_of(state.edit->job);
  state.edit->still_waits = row != no_row && waits_in_line(c.view.library.items[row].state);
}

Recipe edited_recipe(const PromptState& state, const ModelInfo& model) {
  // What only the old model knew does not go over to another one.
  Recipe recipe = model.id == state.edit->recipe.model ? state.edit->recipe : carried_over(state.edit->recipe, model);
  recipe.model = model.id;
  recipe.provider = model.provider;
  recipe.prompt = state.draft.prompt;
  recipe.negative_prompt = model.has_negative_prompt ? state.draft.avoid : "";
  recipe.seed = state.draft.seed;
  if (model.kind == MediaKind::Video) {
    recipe.seconds = state.draft.seconds;
  } else {
    recipe.width = state.draft.size.width;
    recipe.height = state.draft.size.height;
  }
  return recipe;
}

void save_edit(PromptState& state, const PanelContext& c, const PromptRows& rows) {
  if (!state.edit || state.edit->is_saving) return;
  if (!state.edit->still_waits || rows.model == nullptr || !rows.objection.empty()) {
    state.problem = rows.objection;
    if (!rows.objection.empty()) c.state.note = {Note::Kind::Problem, rows.objection};
    return;
  }
  state.edit->is_saving = true;
  PromptState* panel = &state;
  AppState* app = &c.state;
  c.send(EditJobCommand{state.edit->job, edited_recipe(state, *rows.model)},
         [panel, app, job = state.edit->job](const CommandReply& reply) {
           const bool is_this = panel->edit && panel->edit->job == job;
           if (is_this) panel->edit->is_saving = false;
           if (reply.error) {
             if (is_this) panel->problem = reply.error->message;
             app->note = {Note::Kind::Problem, reply.error->message};
             return;
           }
           if (is_this) end_edit(*panel);
           app->note = {Note::Kind::Done, "Saved: " + to_string(job) + " keeps its place in line"};
         });
}

void end_edit(PromptState& state) {
  if (!state.edit) return;
  state.draft = std::move(state.edit->draft_before);
  state.seed_kept = state.edit->seed_was_kept;
  state.edit.reset();
  state.problem.clear();
}

float draw_edit_head(const PromptState& state, const PanelContext& c, float width) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Rect box = rect_at(at.x, at.y, width, ui.px(44));
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceRaised), ui.px(4));
  list->AddRectFilled(box.min, {box.min.x + ui.px(3), box.max.y}, ui.tone(Tone::AccentBase), ui.px(4),
                      ImDrawFlags_RoundTopLeft | ImDrawFlags_RoundBottomLeft);
  const Row row = c.view.library.row_of(state.edit->job);
  text_elided(ui, list, Type::Strong, box.min.x + ui.px(14), box.min.y + ui.px(14), width - ui.px(24),
              ui.tone(Tone::Text1), "Editing job " + to_string(state.edit->job));
  const std::string line = !state.edit->still_waits ? std::string("It has begun: what you change here is not used.")
                           : row == no_row          ? std::string()
                                                    : job_title(c.view.library, row);
  if (!state.edit->still_waits) state_shape(ui, list, StateShape::Half, {box.min.x + ui.px(20), box.min.y + ui.px(32)}, 12);
  text_elided(ui, list, Type::Caption, box.min.x + ui.px(state.edit->still_waits ? 14 : 32), box.min.y + ui.px(32),
              width - ui.px(42), ui.tone(Tone::Text2), line);
  ImGui::Dummy({width, ui.px(44)});
  return ui.px(44);
}

void draw_edit_length(PromptState& state, const PanelContext& c, const ModelInfo& model) {
  const Ui& ui = c.ui;
  form_label(ui, "Length", ui.px(24));
  for (std::size_t n = 0; n < model.seconds.size(); ++n) {
    if (n > 0) ImGui::SameLine();
    char text[24];
    std::snprintf(text, sizeof text, "%g s", model.seconds[n]);
    if (chip(ui, text, text, model.seconds[n] == state.draft.seconds)) state.draft.seconds = model.seconds[n];
  }
}

void draw_edit_foot(PromptState& state, const PanelContext& c, const PromptRows& rows, float width) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const std::string problem = !state.problem.empty() ? state.problem : rows.objection;
  if (!problem.empty()) {
    const ImVec2 p = ImGui::GetCursorScreenPos();
    state_shape(ui, list, StateShape::Triangle, {p.x + ui.px(8), p.y + ui.px(9)}, 14);
    const float used = text_wrapped(ui, list, Type::Caption, {p.x + ui.px(24), p.y}, width - ui.px(24),
                                    ui.tone(Tone::Text1), problem, 3);
    ImGui::Dummy({width, std::max(used, ui.px(18))});
  }
  ButtonFace save, leave;
  save.kind = ButtonKind::Accent;
  save.text = state.edit->is_saving ? "Saving" : "Save the job";
  const std::string price = rows.total ? format_money(*rows.total) : "";
  save.value = price;
  save.enabled = state.edit->still_waits && !state.edit->is_saving && rows.objection.empty();
  leave.text = state.edit->still_waits ? "Cancel" : "Back to my draft";
  const float leave_w = button_width(ui, leave);
  if (button(ui, "Save the job", save, width - leave_w - ui.px(8), ui.px(40))) save_edit(state, c, rows);
  ImGui::SameLine(0, ui.px(8));
  if (button(ui, "Leave the edit", leave, leave_w, ui.px(40))) end_edit(state);
}

}  // namespace studio
