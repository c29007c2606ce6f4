// What every page of the settings is laid out with.
#include "panels/settings_pages.h"

namespace studio::settings {

void heading(const Page& p, const char* text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(p.ui, ImGui::GetWindowDrawList(), Type::Title, at.x, at.y + p.ui.px(14), p.ui.tone(Tone::Text1), text);
  ImGui::Dummy({p.width, p.ui.px(32)});
}

void words(const Page& p, std::string_view text, Tone tone, Type type) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Dummy({p.width, text_wrapped(p.ui, ImGui::GetWindowDrawList(), type, at, p.width, p.ui.tone(tone), text)});
}

void gap(const Page& p, float px) { ImGui::Dummy({1, p.ui.px(px)}); }

void label(const Page& p, const char* text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(p.ui, ImGui::GetWindowDrawList(), Type::Label, at.x, at.y + p.ui.px(control * 0.5f), p.ui.tone(Tone::Text2),
          text);
  ImGui::SetCursorScreenPos({at.x + p.ui.px(label_column), at.y});
}

bool plain_button(const Page& p, const char* text, ButtonKind kind, bool enabled) {
  ButtonFace face;
  face.text = text;
  face.kind = kind;
  face.enabled = enabled;
  return button(p.ui, text, face, 0, p.ui.px(control));
}

void figure(const Page& p, const char* name, const std::string& value, const std::string& note) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y + p.ui.px(12);
  ImDrawList* list = ImGui::GetWindowDrawList();
  text_at(p.ui, list, Type::Label, at.x, y, p.ui.tone(Tone::Text2), name);
  const float left = at.x + p.ui.px(label_column);
  text_right(p.ui, list, Type::Mono, left + p.ui.px(110), y, p.ui.tone(Tone::Text1), value);
  text_elided(p.ui, list, Type::Caption, left + p.ui.px(126), y, p.width - p.ui.px(label_column + 126),
              p.ui.tone(Tone::Text3), note);
  ImGui::Dummy({p.width, p.ui.px(24)});
}

}  // namespace studio::settings
