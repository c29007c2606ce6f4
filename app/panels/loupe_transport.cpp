// The clip's time: a strip to scrub in, what is decoded, and the keys of a player as buttons.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "gpu/frame_texture.h"
#include "panels/gallery_menu.h"
#include "panels/loupe_panel.h"
#include "panels/loupe_words.h"
#include "sound/sound_player.h"

namespace studio {
namespace {

// Marks of whole seconds, as many as there is room for.
void draw_ruler(const Ui& ui, ImDrawList* list, Rect box, double seconds) {
  if (seconds <= 0) return;
  double step = 0.5;
  while (box.width() * step / seconds < ui.px(56)) step *= 2;
  for (double at = 0; at <= seconds + 1e-6; at += step) {
    const float x = std::round(box.min.x + box.width() * static_cast<float>(at / seconds));
    list->AddRectFilled({x, box.max.y - ui.px(5)}, {x + ui.hair(), box.max.y}, ui.tone(Tone::LineEdge));
    if (x + ui.px(28) > box.max.x) continue;
    char words[16];
    std::snprintf(words, sizeof words, "%.1f", at);
    text_at(ui, list, Type::MonoSmall, x + ui.px(4), box.min.y + ui.px(8), ui.tone(Tone::Text3), words);
  }
}

// The clip as a row of small pictures, each from the middle of its stretch.
void draw_pictures(const PanelContext& c, ImDrawList* list, const std::string& sha256, const ClipFacts& facts, Rect strip) {
  if (c.clips == nullptr || c.frames == nullptr || facts.height <= 0) return;
  const float h = strip.height();
  const float wished = std::max(c.ui.px(24), h * static_cast<float>(facts.width) / static_cast<float>(facts.height));
  const int cells = std::clamp(static_cast<int>(std::lround(strip.width() / wished)), 1, 40);
  const int w = static_cast<int>(std::lround(wished));
  for (int i = 0; i < cells; ++i) {
    const float left = std::round(strip.min.x + strip.width() * static_cast<float>(i) / static_cast<float>(cells));
    const float right = std::round(strip.min.x + strip.width() * static_cast<float>(i + 1) / static_cast<float>(cells));
    const StripView view = c.clips->strip(sha256, w, static_cast<int>(h), facts.seconds * (i + 0.5) / cells);
    if (!view.frame) continue;
    for (const FrameTile& tile : c.frames->show_frame("loupe strip " + std::to_string(i), view.frame)) {
      list->AddImage(ImTextureRef(static_cast<ImTextureID>(tile.texture)), {left, strip.min.y}, {right, strip.max.y},
                     {tile.u0, tile.v0}, {tile.u1, tile.v1});
    }
  }
}

// px at scale 1. Narrower than this, what is said stands in a row of its own above the buttons.
constexpr float width_of_one_row = 860, height_of_one_row = 116, height_of_two_rows = 140;
constexpr float speed_width = 68, key_size = 32, key_gap = 4;

bool is_one_row(const Ui& ui, float width) { return width >= ui.px(width_of_one_row); }

using Shown = TransportShown::Words;

// Gives the right edge.
float say_at(const Ui& ui, ImDrawList* list, Type type, float x, float y, Tone tone, std::string words, Shown& shown) {
  const float right = text_at(ui, list, type, x, y, ui.tone(tone), words), half = ui.line_px(type) / 2;
  shown = {std::move(words), {{x, y - half}, {right, y + half}}};
  return right;
}

// Gives the left edge.
float say_right(const Ui& ui, ImDrawList* list, Type type, float right, float y, Tone tone, std::string words, Shown& shown) {
  const float x = text_right(ui, list, type, right, y, ui.tone(tone), words), half = ui.line_px(type) / 2;
  shown = {std::move(words), {{x, y - half}, {right, y + half}}};
  return x;
}

// The present speed; a click offers the others.
void draw_speed(LoupeState& state, const PanelContext& c, const ClipFacts& facts, Rect box) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const double now = state.playhead.speed();
  const Press press = press_area_at("Speed", box);
  const bool is_open = ImGui::IsPopupOpen("speeds");
  if (press.hovered || is_open)
    list->AddRectFilled(box.min, box.max, ui.tone(press.held || is_open ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
  const float caret = box.max.x - ui.px(12);
  say_right(ui, list, Type::Mono, caret - ui.px(8), box.centre().y, now != 0 ? Tone::Text1 : Tone::Text2, speed_words(now), state.transport.speed);
  icon_at(ui, list, Icon::CaretDown, {caret, box.centre().y}, 12, ui.tone(Tone::Text3));
  if (press.hovered && !is_open) ImGui::SetTooltip("The clip's speed: L faster, J backwards, K stops");
  if (press.clicked) ImGui::OpenPopup("speeds");
  ImGui::SetNextWindowPos({box.min.x, box.max.y + ui.px(2)}, ImGuiCond_Appearing);
  if (!begin_menu(ui, "speeds")) return;
  for (const double speed : clip_speeds) {
    const std::string words = speed_words(speed);
    if (!list_row(ui, words.c_str(), words, "", "", speed == now, ui.px(96))) continue;
    state.playhead.play_at(speed, facts, ui.now_secs);
    ui.redraw_in(0);
    ImGui::CloseCurrentPopup();
  }
  end_menu();
}

// Steps and play side by side around `middle`; no further to the left than `least`.
void draw_keys(LoupeState& state, const PanelContext& c, const ClipFacts& facts, float middle, float least, float y, bool has_ends) {
  const Ui& ui = c.ui;
  using Act = ClipKeys::Act;
  const float h = ui.px(key_size), gap = ui.px(key_gap), play_w = ui.px(40), top = std::round(y - h / 2);
  const float all = play_w + (has_ends ? 4 : 2) * (h + gap);
  float x = std::max(least, std::round(middle - all / 2));
  const auto key = [&](const char* label, Icon icon, float w, bool on) {
    const bool pressed = icon_button_at(ui, label, icon, rect_at(x, top, w, h), on);
    x += w + gap;
    if (pressed) ui.redraw_in(0);
    return pressed;
  };
  const auto press = [&](Act act) { state.playhead.press(act, facts, ui.now_secs); };
  const auto seek = [&](std::int64_t to) { state.playhead.seek(to, facts, ui.now_secs); };
  if (has_ends && key("First frame", Icon::SkipBack, h, false)) seek(0);
  if (key("One frame back", Icon::CaretLeft, h, false)) press(Act::FrameBack);
  if (key("Play", state.playhead.speed() != 0 ? Icon::Pause : Icon::Play, play_w, true)) press(Act::Toggle);
  if (key("One frame on", Icon::CaretRight, h, false)) press(Act::FrameOn);
  if (has_ends && key("Last frame", Icon::SkipForward, h, false)) seek(facts.frames() - 1);
}

SoundFacts sound_of(const LoupeState& state, const PanelContext& c, const ClipFacts& facts) {
  SoundFacts sound;
  sound.has_audio = facts.has_audio;
  sound.is_on = c.state.sound_on;
  sound.has_device = c.sound == nullptr || c.sound->device() != SoundDevice::None;
  sound.is_broken = !state.silence.empty();
  sound.speed = state.playhead.speed();
  return sound;
}

// Time, frame, rate and sound in words; the keys of a player. In one row or in two, but all of it is always said: only the
// rate gives way.
void draw_time_and_keys(LoupeState& state, const PanelContext& c, const ClipFacts& facts, std::int64_t index, Rect box) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool one_row = is_one_row(ui, box.width());
  const float left = box.min.x + ui.px(16), right = box.max.x - ui.px(16), gap = ui.px(12);
  const float keys_y = box.max.y - ui.px(26), words_y = one_row ? keys_y : box.min.y + ui.px(76);
  const float h = ui.px(key_size), key_top = std::round(keys_y - h / 2);
  TransportShown& shown = state.transport;

  float keys_right = right;
  if (icon_button_at(ui, "Loop", Icon::Repeat, rect_at(keys_right - h, key_top, h, h), state.playhead.loops())) {
    state.playhead.press(ClipKeys::Act::Loop, facts, ui.now_secs);
    ui.redraw_in(0);
  }
  keys_right -= h + ui.px(key_gap);
  const SoundFacts sound = sound_of(state, c, facts);
  const std::string words = sound_words(sound);
  if (facts.has_audio) {
    const bool heard = sound.is_on && sound.has_device && !sound.is_broken;
    if (icon_button_at(ui, "Sound", heard ? Icon::SpeakerHigh : Icon::SpeakerSlash, rect_at(keys_right - h, key_top, h, h)))
      press_command("sound", c.commands);
    if (ImGui::IsItemHovered())
      ImGui::SetTooltip("%s", sound.is_on && !state.silence.empty() ? state.silence.c_str() : words.empty() ? "Sound on" : words.c_str());
    keys_right -= h + ui.px(key_gap);
  }

  float words_right = right;
  const float speed_w = ui.px(speed_width);
  if (one_row) {
    draw_speed(state, c, facts, rect_at(keys_right - speed_w, key_top, speed_w, h));
    words_right = keys_right - speed_w - gap;
  } else {
    draw_speed(state, c, facts, rect_at(left, key_top, speed_w, h));
  }
  if (!words.empty()) words_right = say_right(ui, list, Type::Caption, words_right, words_y, Tone::Text2, words, shown.sound) - gap;

  float x = say_at(ui, list, Type::Mono, left, words_y, Tone::Text1, timecode(facts.times[static_cast<std::size_t>(index)]), shown.time) + gap;
  x = say_at(ui, list, Type::MonoSmall, x, words_y, Tone::Text2, frame_words(index, facts.frames(), state.is_exact), shown.frame) + gap;
  const float keys_least = one_row ? x : left + speed_w + ui.px(8);
  const float rate_end = one_row ? box.centre().x - ui.px(110) : words_right;
  if (x + text_width(ui, Type::Caption, facts.fps_words) <= rate_end)
    say_at(ui, list, Type::Caption, x, words_y, Tone::Text2, facts.fps_words, shown.rate);
  draw_keys(state, c, facts, box.centre().x, keys_least, keys_y, box.width() >= ui.px(380));
}

}  // namespace

float loupe_transport_height(const Ui& ui, float width) {
  return ui.px(is_one_row(ui, width) ? height_of_one_row : height_of_two_rows);
}

void draw_loupe_transport(LoupeState& state, const PanelContext& c, const ClipFacts* facts, bool is_opening,
                          const std::vector<FrameRange>& cached, Rect box) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfacePanel));
  const float pad = ui.px(16);
  const Rect ruler = rect_at(box.min.x + pad, box.min.y + ui.px(4), box.width() - 2 * pad, ui.px(18));
  const Rect strip = rect_at(ruler.min.x, ruler.max.y, ruler.width(), ui.px(36));
  list->AddRectFilled(strip.min, strip.max, ui.tone(Tone::GroundCell));
  const Press scrub = press_area_at("Scrub", {ruler.min, {strip.max.x, strip.max.y + ui.px(4)}});
  state.transport = {};
  state.transport.bar = box;
  if (facts == nullptr) {
    text_at(ui, list, Type::Caption, ruler.min.x, box.max.y - ui.px(26), ui.tone(Tone::Text2),
            is_opening ? "Opening the clip…" : "This clip cannot be played.");
    return;
  }

  draw_ruler(ui, list, ruler, facts->seconds);
  draw_pictures(c, list, c.view.library.texts[state.row].sha256, *facts, strip);
  if (scrub.held) {
    const float part = std::clamp((ImGui::GetIO().MousePos.x - strip.min.x) / strip.width(), 0.0f, 1.0f);
    if (!std::exchange(state.scrubbing, true) && state.playhead.speed() != 0)
      state.playhead.press(ClipKeys::Act::Stop, *facts, ui.now_secs);
    state.playhead.seek(frame_at(*facts, part * facts->seconds), *facts, ui.now_secs);
  } else {
    state.scrubbing = false;
  }
  const auto x_of = [&](double secs) {
    return std::round(strip.min.x + strip.width() * static_cast<float>(secs / std::max(1e-9, facts->seconds)));
  };
  // What is decoded needs no waiting.
  for (const auto& [first, last] : cached)
    list->AddRectFilled({x_of(facts->times[static_cast<std::size_t>(first)]), strip.max.y},
                        {x_of(facts->end_of(last)), strip.max.y + ui.px(2)}, ui.tone(Tone::StateDone));
  const std::int64_t index = state.playhead.frame(*facts, ui.now_secs);
  const float from = x_of(facts->times[static_cast<std::size_t>(index)]), to = x_of(facts->end_of(index));
  list->AddRectFilled({from, strip.min.y}, {std::max(to, from + ui.px(2)), strip.max.y}, faded(ui.tone(Tone::AccentBase), 0.35f));
  list->AddRectFilled({from - ui.hair(), ruler.min.y + ui.px(6)}, {from + ui.hair(), strip.max.y + ui.px(2)}, ui.tone(Tone::AccentBase));
  list->AddTriangleFilled({from - ui.px(5), ruler.min.y + ui.px(4)}, {from + ui.px(5), ruler.min.y + ui.px(4)},
                          {from, ruler.min.y + ui.px(11)}, ui.tone(Tone::AccentBase));

  draw_time_and_keys(state, c, *facts, index, box);
}

}  // namespace studio
