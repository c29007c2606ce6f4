// The clip's time: a strip to scrub in, what is decoded, and the keys of a player as buttons.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "gpu/frame_texture.h"
#include "panels/loupe_panel.h"
#include "sound/sound_player.h"

namespace studio {
namespace {

std::string timecode(double secs) {
  const auto ms = static_cast<long long>(std::floor(secs * 1000 + 1e-6));
  char words[32];
  std::snprintf(words, sizeof words, "%lld:%02lld.%03lld", ms / 60'000, ms / 1000 % 60, ms % 1000);
  return words;
}

std::string speed_words(double speed) {
  if (speed == 0) return "1×";
  char words[32];
  std::snprintf(words, sizeof words, "%s%g×", speed < 0 ? "−" : "", std::abs(speed));
  return words;
}

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

}  // namespace

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
  const float row_y = box.max.y - ui.px(26), h = ui.px(32), top = row_y - h / 2;
  if (facts == nullptr) {
    text_at(ui, list, Type::Caption, ruler.min.x, row_y, ui.tone(Tone::Text2),
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

  // Time, frame, rate.
  float x = ruler.min.x;
  const double at = facts->times[static_cast<std::size_t>(index)];
  x = text_at(ui, list, Type::Mono, x, row_y, ui.tone(Tone::Text1), timecode(at)) + ui.px(12);
  char frame[80];
  std::snprintf(frame, sizeof frame, "f %lld of %lld%s", static_cast<long long>(index + 1),
                static_cast<long long>(facts->frames()), state.is_exact ? "" : " …");
  x = text_at(ui, list, Type::MonoSmall, x, row_y, ui.tone(Tone::Text2), frame) + ui.px(12);

  // Step and play in the middle, the rest at the right.
  struct Key {
    const char* label;
    Icon icon;
    ClipKeys::Act act;
  };
  const bool plays = state.playhead.speed() != 0;
  const auto press = [&](ClipKeys::Act act) {
    state.playhead.press(act, *facts, ui.now_secs);
    ui.redraw_in(0);
  };
  float middle = std::round(box.centre().x - ui.px(92));
  middle = std::max(middle, x);
  if (icon_button_at(ui, "First frame", Icon::SkipBack, rect_at(middle, top, h, h))) state.playhead.seek(0, *facts, ui.now_secs), ui.redraw_in(0);
  middle += h + ui.px(4);
  if (icon_button_at(ui, "One frame back", Icon::CaretLeft, rect_at(middle, top, h, h))) press(ClipKeys::Act::FrameBack);
  middle += h + ui.px(4);
  if (icon_button_at(ui, "Play", plays ? Icon::Pause : Icon::Play, rect_at(middle, top, ui.px(40), h), true)) press(ClipKeys::Act::Toggle);
  middle += ui.px(44);
  if (icon_button_at(ui, "One frame on", Icon::CaretRight, rect_at(middle, top, h, h))) press(ClipKeys::Act::FrameOn);
  middle += h + ui.px(4);
  if (icon_button_at(ui, "Last frame", Icon::SkipForward, rect_at(middle, top, h, h)))
    state.playhead.seek(facts->frames() - 1, *facts, ui.now_secs), ui.redraw_in(0);
  middle += h + ui.px(8);

  float right = ruler.max.x;
  if (icon_button_at(ui, "Loop", Icon::Repeat, rect_at(right - h, top, h, h), state.playhead.loops())) press(ClipKeys::Act::Loop);
  right -= h + ui.px(4);
  if (facts->has_audio) {
    const bool heard = c.state.sound_on && state.silence.empty();
    if (icon_button_at(ui, "Sound", heard ? Icon::SpeakerHigh : Icon::SpeakerSlash, rect_at(right - h, top, h, h))) press_command("sound", c.commands);
    if (ImGui::IsItemHovered())
      ImGui::SetTooltip("%s", !c.state.sound_on ? "Sound off" : state.silence.empty() ? "Sound on, at the clip's own speed" : state.silence.c_str());
    right -= h + ui.px(4);
    if (c.state.sound_on && !state.silence.empty()) {
      const char* words = c.sound != nullptr && c.sound->device() == SoundDevice::None ? "No sound device" : "No sound";
      const float w = text_width(ui, Type::Caption, words);
      if (right - w - ui.px(12) > middle) right = text_right(ui, list, Type::Caption, right, row_y, ui.tone(Tone::Text2), words) - ui.px(12);
    }
  }
  const std::string speed = speed_words(state.playhead.speed());
  if (right - ui.px(44) > middle) {
    text_right(ui, list, Type::Mono, right - ui.px(4), row_y, ui.tone(plays ? Tone::Text1 : Tone::Text2), speed);
    right -= ui.px(48);
  }
  const float rate = text_width(ui, Type::Caption, facts->fps_words);
  if (right - rate - ui.px(12) > middle) text_right(ui, list, Type::Caption, right, row_y, ui.tone(Tone::Text2), facts->fps_words);
}

}  // namespace studio
