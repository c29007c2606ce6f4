// Both themes can be read, sizes are typed and stepped, and the window's settings keep keys and look.
#include <fstream>

#include "base/paths.h"
#include "panels/settings_panel.h"
#include "shell/theme_file.h"
#include "shell/window_settings.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

Theme plain() {
  auto loaded = load_theme(assets_folder() / "theme" / "tokens.json");
  if (!loaded) FAIL(loaded.error().message);
  return *loaded;
}

// WCAG 2, written from its definition.
double contrast(ImU32 a, ImU32 b) {
  const auto light = [](ImU32 c) {
    const auto linear = [](ImU32 channel) {
      const double v = channel / 255.0;
      return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(c & 0xFF) + 0.7152 * linear(c >> 8 & 0xFF) + 0.0722 * linear(c >> 16 & 0xFF);
  };
  const double la = light(a), lb = light(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

constexpr Tone grounds[] = {Tone::SurfaceVoid,   Tone::SurfaceApp,   Tone::SurfacePanel,
                            Tone::SurfaceRaised, Tone::SurfaceHover, Tone::SurfacePress,
                            Tone::SurfaceFloat,  Tone::GroundBase,   Tone::GroundCell};
constexpr Tone states[] = {Tone::StateWaiting, Tone::StateRunning, Tone::StateDone, Tone::StateFailed,
                           Tone::StateRefused, Tone::StateMoney,   Tone::StateStale};

}  // namespace

TEST_CASE("The measure of contrast is the published one") {
  CHECK(std::abs(contrast(IM_COL32(0, 0, 0, 255), IM_COL32(255, 255, 255, 255)) - 21.0) < 0.01);
  CHECK(std::abs(contrast(IM_COL32(0x76, 0x76, 0x76, 255), IM_COL32(255, 255, 255, 255)) - 4.54) < 0.01);
}

TEST_CASE("With high contrast every word stands out by 7 wherever it may stand") {
  const Theme t = with_high_contrast(plain());
  for (const Tone ground : grounds) {
    INFO(tone_names[static_cast<std::size_t>(ground)]);
    for (const Tone text : {Tone::Text1, Tone::Text2, Tone::Text3, Tone::TextOff, Tone::AccentBase})
      CHECK(contrast(t[text], t[ground]) >= 7);
    for (const Tone state : states) CHECK(contrast(t[state], t[ground]) >= 7);
    CHECK(contrast(t[Tone::LineHard], t[ground]) >= 3);
  }
  for (const Tone fill : {Tone::AccentBase, Tone::AccentHover, Tone::AccentPress})
    CHECK(contrast(t[Tone::TextOn], t[fill]) >= 7);
  for (const Tone fill : states) CHECK(contrast(t[Tone::TextOn], t[fill]) >= 7);
  CHECK(contrast(t[Tone::Text1], t[Tone::AccentWash]) >= 7);
  // Words keep their order of weight.
  CHECK(contrast(t[Tone::Text1], t[Tone::SurfacePanel]) > contrast(t[Tone::Text2], t[Tone::SurfacePanel]));
  CHECK(contrast(t[Tone::Text2], t[Tone::SurfacePanel]) > contrast(t[Tone::Text3], t[Tone::SurfacePanel]));
  CHECK(contrast(t[Tone::Text3], t[Tone::SurfacePanel]) > contrast(t[Tone::TextOff], t[Tone::SurfacePanel]));
}

TEST_CASE("With the plain theme words stand out as the look says") {
  const Theme t = plain();
  for (const Tone ground :
       {Tone::SurfacePanel, Tone::SurfaceRaised, Tone::SurfaceFloat, Tone::SurfaceApp, Tone::GroundBase}) {
    CHECK(contrast(t[Tone::Text1], t[ground]) >= 12);
    CHECK(contrast(t[Tone::Text2], t[ground]) >= 7);
    CHECK(contrast(t[Tone::Text3], t[ground]) >= 4.5);
  }
}

TEST_CASE("High contrast leaves pictures to be judged on the same ground, and greys stay grey") {
  const Theme before = plain(), after = with_high_contrast(before);
  CHECK(after[Tone::GroundBase] == before[Tone::GroundBase]);
  for (const Tone ground : grounds) {
    const ImU32 c = after[ground];
    CHECK((c & 0xFF) == (c >> 8 & 0xFF));
    CHECK((c & 0xFF) == (c >> 16 & 0xFF));
  }
  // Dear ImGui's own colours follow.
  CHECK(ImGui::ColorConvertFloat4ToU32(after.style.Colors[ImGuiCol_Text]) == after[Tone::Text1]);
  CHECK(ImGui::ColorConvertFloat4ToU32(after.style.Colors[ImGuiCol_PopupBg]) == after[Tone::SurfaceFloat]);
  CHECK(ImGui::ColorConvertFloat4ToU32(before.style.Colors[ImGuiCol_PopupBg]) == before[Tone::SurfaceFloat]);
  CHECK(after.style.Colors[ImGuiCol_ChildBg].w == 0);
}

TEST_CASE("Sizes are stepped within 75 and 300 percent, and typed with or without a sign") {
  CHECK(next_scale(1, 1) == 1.1);
  CHECK(next_scale(1, -1) == 0.9);
  CHECK(next_scale(1.37, 1) == 1.5);
  CHECK(next_scale(3, 1) == 3);
  CHECK(next_scale(0.75, -1) == 0.75);
  CHECK(scale_from_text("125") == 1.25);
  CHECK(scale_from_text(" 150 % ") == 1.5);
  for (const char* none : {"", "%", "74", "301", "abc", "12x", "1.5", "-100", "99999999999999999999"})
    CHECK_FALSE(scale_from_text(none));
  CHECK(scale_text(1.25) == "125%");
}

TEST_CASE("Keys, map and look are kept between starts, keys that are no text are left out") {
  TempFolder folder;
  const auto file = folder.path() / "window.json";
  WindowSettings settings;
  settings.keys = {{"pick", "K"}, {"reject", ""}};
  settings.key_map = "prompt-tool";
  settings.high_contrast = true;
  settings.user_scale = 1.5;
  REQUIRE(save_window_settings(file, settings));
  const WindowSettings again = load_window_settings(file);
  CHECK(again.keys == settings.keys);
  CHECK(again.key_map == "prompt-tool");
  CHECK(again.high_contrast);
  CHECK(again.user_scale == 1.5);
  std::ofstream(file) << R"({"keys": {"pick": 7, "reject": "Y"}, "user_scale": 1.25})";
  const WindowSettings mended = load_window_settings(file);
  CHECK(mended.keys == std::map<std::string, std::string>{{"reject", "Y"}});
  CHECK(mended.user_scale == 1.25);
}
