// The look is data: every token is read, greys are grey, and text can be read on its grounds.
#include <imgui.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/paths.h"
#include "shell/theme_file.h"
#include "support/catch.h"

using namespace studio;

namespace {

Theme theme() {
  auto loaded = load_theme(assets_folder() / "theme" / "tokens.json");
  if (!loaded) FAIL(loaded.error().message);
  return *loaded;
}

double linear(ImU32 channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}
// WCAG 2 contrast of two opaque colours.
double contrast(ImU32 a, ImU32 b) {
  const auto light = [](ImU32 c) {
    return 0.2126 * linear(c & 0xFF) + 0.7152 * linear(c >> 8 & 0xFF) + 0.0722 * linear(c >> 16 & 0xFF);
  };
  const double la = light(a), lb = light(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

}  // namespace

TEST_CASE("The theme is read whole") {
  const Theme t = theme();
  CHECK(t[Tone::GroundBase] == IM_COL32(0x2B, 0x2B, 0x2B, 255));
  CHECK(t[Tone::AccentBase] == IM_COL32(0x63, 0xBE, 0xFC, 255));
  CHECK(t[Tone::OverPlate] == IM_COL32(0x0C, 0x0C, 0x0C, 0xCC));
  CHECK(t.type(Type::Display).size == 32);
  CHECK(t.type(Type::MonoSmall).face == Face::Mono);
  CHECK(t.icon(Icon::Flag).regular == 0xF17C);
  CHECK(t.icon(Icon::Flag).fill == 0xF8E7);
  CHECK(t.tile_widths == std::vector<int>{96, 128, 160, 208, 248, 320, 384, 512});
  CHECK(t.style.FramePadding.x == 8);
  CHECK(t.style.WindowPadding.x == 16);
  CHECK(t.style.WindowPadding.y == 12);
  CHECK(t.style.FrameRounding == 4);
}

TEST_CASE("Grounds and lines are exactly neutral") {
  const Theme t = theme();
  for (std::size_t i = 0; i < tone_count; ++i) {
    const auto name = tone_names[i];
    if (!name.starts_with("surface.") && !name.starts_with("ground.") && !name.starts_with("line.")) continue;
    const ImU32 c = t.tones[i];
    CHECK((c & 0xFF) == (c >> 8 & 0xFF));
    CHECK((c & 0xFF) == (c >> 16 & 0xFF));
  }
}

TEST_CASE("Text can be read where it stands") {
  const Theme t = theme();
  for (const Tone ground :
       {Tone::SurfacePanel, Tone::SurfaceRaised, Tone::GroundBase, Tone::SurfaceApp, Tone::SurfaceFloat}) {
    CHECK(contrast(t[Tone::Text1], t[ground]) >= 12);
    CHECK(contrast(t[Tone::Text2], t[ground]) >= 7);
    CHECK(contrast(t[Tone::Text3], t[ground]) >= 4.5);
  }
  CHECK(contrast(t[Tone::TextOn], t[Tone::AccentBase]) >= 7);
}

TEST_CASE("No colour of Dear ImGui's own is left") {
  const Theme t = theme();
  const ImGuiStyle stock;
  for (int i = 0; i < ImGuiCol_COUNT; ++i) {
    const ImVec4 ours = t.style.Colors[i], theirs = stock.Colors[i];
    if (theirs.w == 0 || ours.w == 0) continue;
    INFO(ImGui::GetStyleColorName(i));
    CHECK_FALSE((ours.x == theirs.x && ours.y == theirs.y && ours.z == theirs.z && ours.w == theirs.w));
  }
}

TEST_CASE("A theme that lacks something says what") {
  auto text = read_file(assets_folder() / "theme" / "tokens.json");
  REQUIRE(text);
  auto json = nlohmann::json::parse(*text);
  json["colour"].erase("ground.base");
  const auto without = theme_from_json(json.dump());
  REQUIRE_FALSE(without);
  CHECK(without.error().message.find("ground.base") != std::string::npos);
  REQUIRE_FALSE(theme_from_json("{"));
}
