// Which project is this, what is running, what has it cost, and what happened last?
#include "panels/bars.h"

#include "widgets/state_shape.h"

namespace studio {
namespace {

void count(BarsState& state, const Library& library) {
  if (state.counted_revision == library.rows_revision) return;
  state.counted_revision = library.rows_revision;
  state.counts = count_queue(library);
  state.assets = library.by_asset.size();
}

// Nine dots, the corner ones lit: the mark of the program and the menu's button.
void mark(const Ui& ui, ImDrawList* list, ImVec2 centre) {
  for (int i = 0; i < 9; ++i) {
    const ImVec2 p{std::round(centre.x + ui.px(static_cast<float>(i % 3 - 1) * 6) - ui.px(2)),
                   std::round(centre.y + ui.px(static_cast<float>(i / 3 - 1) * 6) - ui.px(2))};
    list->AddRectFilled(p, {p.x + ui.px(4), p.y + ui.px(4)}, ui.tone(i % 2 == 0 ? Tone::Text1 : Tone::AccentBase));
  }
}

void draw_menu(const Ui& ui, CommandContext& commands, Rect bar) {
  ImGui::SetNextWindowPos({bar.min.x + ui.px(4), bar.max.y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(4), ui.px(4)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  if (ImGui::BeginPopup("menu")) {
    for (const UiCommand& command : command_table()) {
      // Single keys belong to the pictures; the menu lists what acts on the window.
      if (command.scope != CommandScope::Window || !can_run(command, commands)) continue;
      if (list_row(ui, std::string(command.label).c_str(), command.label, "", to_string(command.chord), false,
                   ui.px(260))) {
        command.run(commands);
        ImGui::CloseCurrentPopup();
      }
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

}  // namespace

void draw_app_bar(BarsState& state, const Ui& ui, const StudioView* view, CommandContext& commands, Rect bar) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfaceApp));
  const float y = bar.centre().y;
  const Press menu = press_area_at("Menu", rect_at(bar.min.x + ui.px(4), bar.min.y + ui.px(4), ui.px(32), ui.px(32)));
  if (menu.hovered || ImGui::IsPopupOpen("menu"))
    list->AddRectFilled(menu.box.min, menu.box.max, ui.tone(Tone::SurfaceHover), ui.px(4));
  mark(ui, list, menu.box.centre());
  if (menu.clicked) ImGui::OpenPopup("menu");
  draw_menu(ui, commands, bar);
  const float x = bar.min.x + ui.px(40);
  if (view == nullptr) {
    text_at(ui, list, Type::Strong, x, y, ui.tone(Tone::Text1), "Production Studio");
    return;
  }
  text_elided(ui, list, Type::Strong, x, y, bar.width() * 0.4f, ui.tone(Tone::Text1), view->project_name);

  count(state, view->library);
  float right = bar.max.x - ui.px(16);
  const auto books = [&](const Books& b, Currency currency, const char* label) {
    if (b.settled.micros == 0 && b.reserved.micros == 0 && currency == Currency::Usd) return;
    right = text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text3), label) - ui.px(6);
    right = text_right(ui, list, Type::Strong, right, y, ui.tone(Tone::Text1), format_money(b.settled)) - ui.px(24);
  };
  books(view->play, Currency::Play, "play money");
  books(view->usd, Currency::Usd, "spent");
  if (state.counts.failed > 0) {
    right = text_right(ui, list, Type::Body, right, y, ui.tone(Tone::Text1),
                       std::to_string(state.counts.failed) + " failed") -
            ui.px(14);
    state_shape(ui, list, StateShape::Triangle, {right, y}, 16);
    right -= ui.px(22);
  }
  if (state.counts.need_person > 0) {
    right = text_right(ui, list, Type::Body, right, y, ui.tone(Tone::Text1),
                       std::to_string(state.counts.need_person) + " need you") -
            ui.px(14);
    state_shape(ui, list, StateShape::Diamond, {right, y}, 16);
    right -= ui.px(22);
  }
  if (state.counts.waiting > 0)
    right = text_right(ui, list, Type::Body, right, y, ui.tone(Tone::Text2),
                       std::to_string(state.counts.waiting) + " waiting") -
            ui.px(8);
  if (state.counts.running > 0) {
    right = text_right(ui, list, Type::Strong, right, y, ui.tone(Tone::Text1),
                       std::to_string(state.counts.running) + " running") -
            ui.px(14);
    // The share of what was asked for in this session that has arrived would jump; a quiet quarter says "at work".
    state_shape(ui, list, StateShape::RingTick, {right, y}, 16);
  }
}

void draw_status_bar(BarsState& state, const Ui& ui, const StudioView* view, const AppState& app, Rect bar) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfaceApp));
  const float y = bar.centre().y;
  float x = bar.min.x + ui.px(12);
  const float right = bar.max.x - ui.px(12);
  if (view == nullptr) {
    text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2), "no project open");
    if (app.note.kind == Note::Kind::None) return;
  } else {
    count(state, view->library);
    if (view->problem) {
      state_shape(ui, list, StateShape::Triangle, {x + ui.px(7), y}, 14);
      x = text_elided(ui, list, Type::Caption, x + ui.px(20), y, bar.width() * 0.6f, ui.tone(Tone::Text1),
                      view->problem->message);
    } else {
      for (const Provider* provider : view->providers.all()) {
        const bool at_work = state.counts.running > 0;
        list->AddCircleFilled({x + ui.px(4), y}, ui.px(3), ui.tone(at_work ? Tone::StateRunning : Tone::LineEdge));
        x = text_at(ui, list, Type::Caption, x + ui.px(12), y, ui.tone(Tone::Text1), provider->info().label);
        const int lanes = provider->info().image_lane + provider->info().video_lane;
        x = text_at(ui, list, Type::Caption, x + ui.px(6), y, ui.tone(Tone::Text3),
                    std::to_string(state.counts.running) + " of " + std::to_string(lanes)) +
            ui.px(16);
      }
    }
    const std::string assets = std::to_string(state.assets) + (state.assets == 1 ? " asset" : " assets");
    text_right(ui, list, Type::Caption, right, y, ui.tone(Tone::Text2), assets);
  }
  if (app.note.kind == Note::Kind::None) return;
  const float w = text_width(ui, Type::Caption, app.note.text) + ui.px(20);
  const float max_w = bar.width() * 0.5f;
  float at = std::max(x + ui.px(16), bar.centre().x - std::min(w, max_w) * 0.5f);
  switch (app.note.kind) {
    case Note::Kind::Pick:
      icon_at(ui, list, Icon::Flag, {at + ui.px(7), y}, 14, ui.tone(Tone::StateDone), true);
      break;
    case Note::Kind::Reject:
      icon_at(ui, list, Icon::X, {at + ui.px(7), y}, 14, ui.tone(Tone::Text2));
      break;
    case Note::Kind::Problem:
      state_shape(ui, list, StateShape::Triangle, {at + ui.px(7), y}, 14);
      break;
    case Note::Kind::Done:
      state_shape(ui, list, StateShape::DiscCheck, {at + ui.px(7), y}, 14);
      break;
    case Note::Kind::None:
      break;
  }
  at += ui.px(20);
  text_elided(ui, list, Type::Caption, at, y, right - ui.px(90) - at, ui.tone(Tone::Text1), app.note.text);
}

}  // namespace studio
