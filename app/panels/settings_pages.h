// The pieces of the settings: one page a source, and what all of them are laid out with. Not for anybody else.
#pragma once

#include "panels/settings_panel.h"

namespace studio::settings {

// px at scale 1.
inline constexpr float label_column = 120, control = 28;

// What a page is drawn with.
struct Page {
  SettingsState& state;
  const Ui& ui;
  CommandContext& commands;
  float width = 0;  // of the content
};

void heading(const Page& page, const char* text);
void words(const Page& page, std::string_view text, Tone tone = Tone::Text2, Type type = Type::Label);
void gap(const Page& page, float px);
// The label of a row; what follows stands right of it.
void label(const Page& page, const char* text);
bool plain_button(const Page& page, const char* text, ButtonKind kind = ButtonKind::Plain, bool enabled = true);
// A figure at the right of its row.
void figure(const Page& page, const char* name, const std::string& value, const std::string& note = {});

void draw_keys(const Page& page);
void draw_budget(const Page& page);
void draw_providers(const Page& page);

// No key is asked for any more.
void stop_capture(SettingsState& state, AppState& app);

}  // namespace studio::settings
