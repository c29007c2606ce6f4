// Which model is it to be: what does each one make, take and cost?
#include "panels/model_list.h"

#include "panels/prompt_rows.h"

namespace studio {

std::string draw_model_rows(const PanelContext& c, MediaKind kind, const std::string& chosen, float width) {
  const Ui& ui = c.ui;
  std::string clicked;
  for (const ModelInfo* model : models_of(c.view.providers, kind)) {
    const bool needs_key = !c.studio.missing_key(model->provider).empty();
    const std::string price = price_text(*model), can = model_can(*model, c.view.providers);
    const std::string note = (needs_key ? "Needs a key. " : "") + model->note;
    const Press press = press_area(model->id.c_str(), {width, ui.px(62)});
    ImDrawList* list = ImGui::GetWindowDrawList();
    const bool is_chosen = model->id == chosen;
    if (is_chosen || press.hovered)
      list->AddRectFilled(press.box.min, press.box.max, ui.tone(is_chosen ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
    const float x = press.box.min.x + ui.px(10), right = press.box.max.x - ui.px(10), y = press.box.min.y;
    const float left = text_right(ui, list, Type::Body, right, y + ui.px(14), ui.tone(Tone::Text2), price);
    const float title_room = left - x - ui.px(12), room = right - x;
    text_elided(ui, list, Type::Strong, x, y + ui.px(14), title_room, ui.tone(Tone::Text1), model->label);
    text_elided(ui, list, Type::Caption, x, y + ui.px(32), room, ui.tone(Tone::Text2), note);
    text_elided(ui, list, Type::Caption, x, y + ui.px(48), room, ui.tone(Tone::Text2), can);
    const bool is_cut = text_width(ui, Type::Strong, model->label) > title_room || text_width(ui, Type::Caption, note) > room ||
                        text_width(ui, Type::Caption, can) > room;
    if (press.hovered && is_cut) ImGui::SetTooltip("%s\n%s\n%s\n%s", model->label.c_str(), price.c_str(), note.c_str(), can.c_str());
    if (press.clicked) clicked = model->id;
  }
  return clicked;
}

}  // namespace studio
