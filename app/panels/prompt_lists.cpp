// What was asked before, and what exactly will be sent?
#include "panels/prompt_lists.h"

#include <algorithm>

#include "panels/gallery_menu.h"

namespace studio {

void draw_earlier_prompts(PromptState& state, const PanelContext& c, Rect anchor) {
  const Ui& ui = c.ui;
  if (std::exchange(state.show_history, false)) {
    state.history_search.clear();
    ImGui::OpenPopup("history");
  }
  ImGui::SetNextWindowPos({anchor.min.x, anchor.max.y + ui.px(4)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(8), ui.px(8)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, ui.px(4)));
  if (ImGui::BeginPopup("history")) {
    close_on_escape(true);
    const float width = std::max(anchor.width(), ui.px(360));
    FieldLook look;
    look.size = {width, ui.px(24)};
    look.hint = "Search earlier prompts";
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    text_field(ui, "##history", state.history_search, look);
    const auto& generations = c.view.library.generations;
    if (state.history_of != state.history_search || state.history_generations != generations.size()) {
      state.history_of = state.history_search;
      state.history_generations = generations.size();
      state.history = earlier_prompts(generations, state.history_search, 40);
    }
    if (state.history.empty()) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x + ui.px(8), at.y + ui.px(12), ui.tone(Tone::Text2),
              generations.empty() ? "Nothing was asked for yet." : "No earlier prompt has these words.");
      ImGui::Dummy({width, ui.px(24)});
    }
    ImGui::BeginChild("##rows", {width, std::min(ui.px(320), ui.px(28) * static_cast<float>(state.history.size()))}, 0,
                      ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
    for (std::size_t i = 0; i < state.history.size(); ++i) {
      const std::string& prompt = state.history[i];
      if (list_row(ui, ("earlier " + std::to_string(i)).c_str(), prompt, "", "", prompt == state.draft.prompt, width - ui.px(12))) {
        state.draft.prompt = prompt;
        state.draft.edits.clear();
        state.problem.clear();
        ImGui::CloseCurrentPopup();
      }
    }
    ImGui::EndChild();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

void draw_wordings(PromptState& state, const PanelContext& c, const PromptRows& rows, Rect anchor) {
  const Ui& ui = c.ui;
  const float width = ui.px(560);
  const ImVec2 outer{width + ui.px(2 * 16),
                     ui.px(2 * 12 + 20 + 8) + ui.px(28 + 8) * static_cast<float>(rows.prompts.size())};
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float edge = ui.px(8);
  const bool has_room_right = anchor.max.x + edge + outer.x <= viewport->Pos.x + viewport->Size.x;
  const float x = has_room_right ? anchor.max.x + edge : anchor.min.x - edge - outer.x;
  ImGui::SetNextWindowPos({std::max(viewport->Pos.x, x), std::max(viewport->Pos.y + edge, anchor.max.y - outer.y)},
                          ImGuiCond_Appearing);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(16), ui.px(12)));
  if (ImGui::BeginPopup("wordings")) {
    close_on_escape(true);
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 head = ImGui::GetCursorScreenPos();
    text_at(ui, list, Type::Strong, head.x, head.y + ui.px(10), ui.tone(Tone::Text1), "What will be sent");
    ImGui::Dummy({width, ui.px(20)});
    FieldLook look;
    look.size = {width - ui.px(64), ui.px(24)};
    for (std::size_t i = 0; i < rows.prompts.size(); ++i) {
      const int number = static_cast<int>(i) + 1;
      const ImVec2 at = ImGui::GetCursorScreenPos();
      text_right(ui, list, Type::MonoSmall, at.x + ui.px(20), at.y + ui.px(12), ui.tone(Tone::Text3), std::to_string(number));
      ImGui::SetCursorScreenPos({at.x + ui.px(28), at.y});
      std::string prompt = rows.prompts[i];
      if (text_field(ui, ("##wording " + std::to_string(number)).c_str(), prompt, look).changed) state.draft.edits[number] = prompt;
      if (state.draft.edits.contains(number)) {
        const Rect box = rect_at(at.x + width - ui.px(28), at.y, ui.px(24), ui.px(24));
        if (icon_button_at(ui, ("Undo wording " + std::to_string(number)).c_str(), Icon::X, box)) state.draft.edits.erase(number);
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("As the list has it");
      }
      ImGui::SetCursorScreenPos({at.x, at.y + ui.px(28)});
      ImGui::Dummy({width, 0});
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

void draw_wordings_row(PromptState& state, const PanelContext& c, const PromptRows& rows, float width) {
  const Ui& ui = c.ui;
  const std::size_t count = rows.prompts.size();
  const auto edited = std::count_if(state.draft.edits.begin(), state.draft.edits.end(), [count](const auto& edit) {
    return edit.first >= 1 && static_cast<std::size_t>(edit.first) <= count;
  });
  std::string text = std::to_string(count) + (count == 1 ? " wording" : " wordings");
  text += edited > 0 ? ", " + std::to_string(edited) + " edited…" : ", edit…";
  ButtonFace face;
  face.text = text;
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const bool pressed = button(ui, "Edit the wordings", face, width, ui.px(24));
  if (pressed) ImGui::OpenPopup("wordings");
  draw_wordings(state, c, rows, rect_at(min.x, min.y, width, ui.px(24)));
}

}  // namespace studio
