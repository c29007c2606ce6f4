// Who may be asked, and where is the key for it?
#include <algorithm>

#include "base/text.h"
#include "panels/settings_pages.h"
#include "widgets/state_shape.h"

namespace studio::settings {
namespace {

std::string place_words(const ProviderEntry& provider, const std::string& file) {
  const std::string key = provider.ending.empty() ? "•••• " : "•••• " + provider.ending + "  ";
  switch (provider.place) {
    case ProviderEntry::Place::Environment:
      return key + "from the environment, " + provider.variable;
    case ProviderEntry::Place::SecretService:
      return key + "in the keyring of this desktop";
    case ProviderEntry::Place::File:
      return key + "in " + file + ", which only you can read";
    case ProviderEntry::Place::None:
      if (!provider.trouble.empty()) return provider.trouble;
      return "No key yet: add one here, or set " + provider.variables + " in the environment before the start.";
  }
  return "";
}

void edit_key(const Page& p, const ProviderEntry& provider) {
  const Ui& ui = p.ui;
  FieldLook look;
  look.size = {p.width - ui.px(28 + 190), ui.px(control)};
  look.hint = "paste the key";
  look.masked = true;
  look.type = Type::Mono;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos({at.x + ui.px(28), at.y});
  const FieldState field = text_field(ui, "##key", p.state.typed_key, look);
  ImGui::SameLine();
  const bool save = plain_button(p, "Save the key", ButtonKind::Accent, !trimmed(p.state.typed_key).empty());
  ImGui::SameLine();
  const bool leave = plain_button(p, "Leave", ButtonKind::Quiet);
  if ((save || field.entered) && !trimmed(p.state.typed_key).empty())
    p.state.key_wish = SettingsState::KeyWish{provider.id, p.state.typed_key};
  if (save || leave || (field.entered && !p.state.typed_key.empty())) {
    // What was typed stays nowhere longer than needed.
    std::fill(p.state.typed_key.begin(), p.state.typed_key.end(), '\0');
    p.state.typed_key.clear();
    p.state.editing_provider.clear();
  }
}

// Where the service gives keys; the address to be pasted into a browser.
void draw_key_page(const Page& p, const ProviderEntry& provider) {
  if (provider.key_page.empty()) return;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y + p.ui.px(12), x = at.x + p.ui.px(28);
  const float end = text_at(p.ui, ImGui::GetWindowDrawList(), Type::Caption, x, y, p.ui.tone(Tone::Text2),
                            "Its service gives keys at " + provider.key_page);
  ButtonFace copy;
  copy.text = "Copy the address";
  copy.kind = ButtonKind::Quiet;
  const float w = button_width(p.ui, copy), h = p.ui.px(24);
  if (button_at(p.ui, "Copy the address", copy, rect_at(std::min(end + p.ui.px(8), at.x + p.width - w), at.y, w, h))) {
    p.commands.state.wishes.copy_text = provider.key_page;
    p.commands.state.note = {Note::Kind::Done, "Copied " + provider.key_page};
  }
  ImGui::Dummy({p.width, h});
}

void draw_provider(const Page& p, const ProviderEntry& provider) {
  const Ui& ui = p.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const bool is_ready = !provider.needs_key || provider.place != ProviderEntry::Place::None;
  ImGui::PushID(provider.id.c_str());
  state_shape(ui, list, is_ready ? StateShape::DiscCheck : StateShape::Circle, {at.x + ui.px(8), at.y + ui.px(14)}, 16);
  text_at(ui, list, Type::Strong, at.x + ui.px(28), at.y + ui.px(14), ui.tone(Tone::Text1), provider.label);
  const std::string facts = provider.needs_key ? place_words(provider, p.state.keys_file) : provider.note;
  float right = at.x + p.width;
  const bool is_editing = p.state.editing_provider == provider.id;
  // A key out of the environment is changed there.
  if (provider.needs_key && provider.place != ProviderEntry::Place::Environment && !is_editing) {
    ButtonFace change, remove;
    const bool is_kept = provider.place != ProviderEntry::Place::None;
    change.text = is_kept ? "Replace…" : "Add a key…";
    remove.text = "Remove";
    remove.kind = ButtonKind::Quiet;
    const float w = button_width(ui, change);
    if (button_at(ui, "Set", change, rect_at(right - w, at.y, w, ui.px(control)))) {
      p.state.editing_provider = provider.id;
      p.state.typed_key.clear();
    }
    right -= w + ui.px(8);
    if (is_kept) {
      const float rw = button_width(ui, remove);
      if (button_at(ui, "Remove", remove, rect_at(right - rw, at.y, rw, ui.px(control))))
        p.state.key_wish = SettingsState::KeyWish{provider.id, ""};
      right -= rw + ui.px(8);
    }
  }
  const float facts_height = text_wrapped(ui, list, Type::Caption, {at.x + ui.px(28), at.y + ui.px(28)},
                                          p.width - ui.px(28), ui.tone(Tone::Text2), facts, 2);
  ImGui::Dummy({p.width, ui.px(30) + facts_height});
  if (is_editing) {
    edit_key(p, provider);
    draw_key_page(p, provider);
  }
  hairline(ui);
  ImGui::PopID();
}

}  // namespace

void draw_providers(const Page& p) {
  heading(p, "Providers");
  if (!p.state.keys_problem.empty()) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    state_shape(p.ui, ImGui::GetWindowDrawList(), StateShape::Triangle, {at.x + p.ui.px(8), at.y + p.ui.px(10)}, 16);
    const float indent = p.ui.px(28);
    const float h = text_wrapped(p.ui, ImGui::GetWindowDrawList(), Type::Label, {at.x + indent, at.y}, p.width - indent,
                                 p.ui.tone(Tone::Text1), p.state.keys_problem);
    ImGui::Dummy({p.width, h});
  }
  bool any_key = false;
  for (const ProviderEntry& provider : p.state.providers) {
    draw_provider(p, provider);
    any_key = any_key || provider.needs_key;
  }
  gap(p, 4);
  words(
      p,
      any_key
          ? "A key is kept in the keyring of this desktop; where there is none, or it is locked, in " + p.state.keys_file +
                ", readable by you alone (mode 0600). One in the environment, under the name shown, goes before both. It "
                "goes to its own service only, and never into a project or the log."
          : "The sandbox runs on this machine and needs no key. Services that need one are listed here with it: kept "
            "in the keyring of this desktop or in " +
                p.state.keys_file + ", readable by you alone (mode 0600), or given in the environment.",
      Tone::Text3, Type::Caption);
}

}  // namespace studio::settings
