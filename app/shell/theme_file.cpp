// tokens.json → Theme. The file holds more than this program uses yet; what it uses must be complete.
#include "shell/theme_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "base/file.h"

namespace studio {
namespace {

using Json = nlohmann::json;

struct Missing {
  std::string what;
};

const Json& part(const Json& object, std::string_view name, std::string_view where) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || found == object.end()) throw Missing{std::string(where) + "." + std::string(name)};
  return *found;
}

ImU32 colour_from_hex(std::string_view hex) {
  if (!hex.empty() && hex.front() == '#') hex.remove_prefix(1);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + hex.size() || (hex.size() != 6 && hex.size() != 8))
    throw Missing{"colour " + std::string(hex)};
  if (hex.size() == 6) value = value << 8 | 0xFF;
  return IM_COL32(value >> 24 & 0xFF, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF);
}

ImVec2 pair(const Json& value) { return {value.at(0).get<float>(), value.at(1).get<float>()}; }

void read_style(const Json& json, ImGuiStyle& style) {
  const std::map<std::string_view, float*> floats = {
      {"FontSizeBase", &style.FontSizeBase},
      {"Alpha", &style.Alpha},
      {"DisabledAlpha", &style.DisabledAlpha},
      {"WindowRounding", &style.WindowRounding},
      {"WindowBorderSize", &style.WindowBorderSize},
      {"ChildRounding", &style.ChildRounding},
      {"ChildBorderSize", &style.ChildBorderSize},
      {"PopupRounding", &style.PopupRounding},
      {"PopupBorderSize", &style.PopupBorderSize},
      {"FrameRounding", &style.FrameRounding},
      {"FrameBorderSize", &style.FrameBorderSize},
      {"IndentSpacing", &style.IndentSpacing},
      {"ColumnsMinSpacing", &style.ColumnsMinSpacing},
      {"ScrollbarSize", &style.ScrollbarSize},
      {"ScrollbarRounding", &style.ScrollbarRounding},
      {"ScrollbarPadding", &style.ScrollbarPadding},
      {"GrabMinSize", &style.GrabMinSize},
      {"GrabRounding", &style.GrabRounding},
      {"ImageRounding", &style.ImageRounding},
      {"ImageBorderSize", &style.ImageBorderSize},
      {"TabRounding", &style.TabRounding},
      {"TabBorderSize", &style.TabBorderSize},
      {"TabMinWidthBase", &style.TabMinWidthBase},
      {"TabMinWidthShrink", &style.TabMinWidthShrink},
      {"TabBarBorderSize", &style.TabBarBorderSize},
      {"TabBarOverlineSize", &style.TabBarOverlineSize},
      {"TabCloseButtonMinWidthSelected", &style.TabCloseButtonMinWidthSelected},
      {"TabCloseButtonMinWidthUnselected", &style.TabCloseButtonMinWidthUnselected},
      {"TreeLinesSize", &style.TreeLinesSize},
      {"TreeLinesRounding", &style.TreeLinesRounding},
      {"MenuItemRounding", &style.MenuItemRounding},
      {"SelectableRounding", &style.SelectableRounding},
      {"DragDropTargetRounding", &style.DragDropTargetRounding},
      {"DragDropTargetBorderSize", &style.DragDropTargetBorderSize},
      {"DragDropTargetPadding", &style.DragDropTargetPadding},
      {"InputTextCursorSize", &style.InputTextCursorSize},
      {"SeparatorSize", &style.SeparatorSize},
      {"SeparatorTextBorderSize", &style.SeparatorTextBorderSize},
      {"DockingSeparatorSize", &style.DockingSeparatorSize},
      {"HoverStationaryDelay", &style.HoverStationaryDelay},
      {"HoverDelayShort", &style.HoverDelayShort},
      {"HoverDelayNormal", &style.HoverDelayNormal},
  };
  const std::map<std::string_view, ImVec2*> pairs = {
      {"WindowPadding", &style.WindowPadding},
      {"WindowMinSize", &style.WindowMinSize},
      {"WindowTitleAlign", &style.WindowTitleAlign},
      {"FramePadding", &style.FramePadding},
      {"ItemSpacing", &style.ItemSpacing},
      {"ItemInnerSpacing", &style.ItemInnerSpacing},
      {"CellPadding", &style.CellPadding},
      {"ButtonTextAlign", &style.ButtonTextAlign},
      {"SelectableTextAlign", &style.SelectableTextAlign},
      {"SeparatorTextAlign", &style.SeparatorTextAlign},
      {"SeparatorTextPadding", &style.SeparatorTextPadding},
  };
  for (const auto& [name, value] : json.items()) {
    if (const auto number = floats.find(name); number != floats.end())
      *number->second = value.get<float>();
    else if (const auto two = pairs.find(name); two != pairs.end())
      *two->second = pair(value);
    else if (name == "DockingNodeHasCloseButton")
      style.DockingNodeHasCloseButton = value.get<bool>();
    else if (name == "WindowMenuButtonPosition")
      style.WindowMenuButtonPosition = ImGuiDir_None;
    else
      throw Missing{"imgui_style." + name + " in this version of Dear ImGui"};
  }
}

// Dear ImGui's colours are ours by name.
void colour_style(Theme& theme) {
  for (std::size_t i = 0; i < ImGuiCol_COUNT; ++i) {
    const Tone tone = theme.style_tones[i];
    theme.style.Colors[i] = tone == Tone::Count ? ImVec4{0, 0, 0, 0} : ImGui::ColorConvertU32ToFloat4(theme[tone]);
  }
}

// --- high contrast

double linear(ImU32 channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(ImU32 c) {
  return 0.2126 * linear(c & 0xFF) + 0.7152 * linear(c >> 8 & 0xFF) + 0.0722 * linear(c >> 16 & 0xFF);
}

double contrast(ImU32 a, ImU32 b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

// A share of the way to white (or black), opacity kept.
ImU32 moved(ImU32 c, double share, bool to_white) {
  ImU32 out = c & IM_COL32_A_MASK;
  for (const int shift : {IM_COL32_R_SHIFT, IM_COL32_G_SHIFT, IM_COL32_B_SHIFT}) {
    const double value = c >> shift & 0xFF;
    const double goal = to_white ? 255 : 0;
    out |= static_cast<ImU32>(std::lround(value + (goal - value) * share)) << shift;
  }
  return out;
}

// As little lighter as it takes to stand out from all of `grounds` by `ratio`.
ImU32 lighter_until(ImU32 colour, std::span<const ImU32> grounds, double ratio) {
  for (int step = 0; step <= 100; ++step) {
    const ImU32 now = moved(colour, step / 100.0, true);
    if (std::all_of(grounds.begin(), grounds.end(), [&](ImU32 ground) { return contrast(now, ground) >= ratio; }))
      return now;
  }
  return moved(colour, 1, true);
}

bool is_named(Tone tone, std::string_view group) {
  return tone_names[static_cast<std::size_t>(tone)].starts_with(group);
}

Theme read(const Json& json) {
  Theme theme;
  const Json& colours = part(json, "colour", "tokens");
  for (std::size_t i = 0; i < tone_count; ++i)
    theme.tones[i] =
        colour_from_hex(part(part(colours, tone_names[i], "colour"), "hex", tone_names[i]).get<std::string>());

  const Json& faces = part(json, "faces", "tokens");
  for (std::size_t i = 0; i < named_faces; ++i) {
    const Json& face = part(faces, face_names[i], "faces");
    theme.faces[i].file =
        std::filesystem::path(part(face, "file", std::string(face_names[i])).get<std::string>()).filename().string();
    theme.faces[i].extra_size_scale = face.value("extra_size_scale", 1.0f);
    if (face.contains("digits"))
      theme.faces[i].digit_advance = part(face["digits"], "advance_at_16", "digits").get<float>();
  }
  const Json& types = part(json, "type", "tokens");
  for (std::size_t i = 0; i < named_types; ++i) {
    const Json& type = part(types, type_names[i], "type");
    const auto face = part(type, "face", std::string(type_names[i])).get<std::string>();
    const auto at = std::find(face_names.begin(), face_names.end(), face);
    if (at == face_names.end()) throw Missing{"face " + face};
    theme.types[i] = {static_cast<Face>(at - face_names.begin()), part(type, "size", "type").get<float>(),
                      part(type, "line", "type").get<float>()};
  }
  // Dear ImGui sets lines as close as the font is high. As high as the line and drawn smaller, the face has the leading
  // it wants.
  const TypeStyle& body = theme.types[static_cast<std::size_t>(Type::Body)];
  theme.types[static_cast<std::size_t>(Type::Lines)] = {Face::UiLines, body.line, body.line};
  FaceSource& lines = theme.faces[static_cast<std::size_t>(Face::UiLines)];
  lines = theme.faces[static_cast<std::size_t>(Face::Ui)];
  lines.extra_size_scale = body.size / body.line;
  lines.offset_y = (body.line - body.size) * 0.5f / body.line;
  const Json& icons = part(json, "icons", "tokens");
  const auto code_point = [](const Json& text) {
    return static_cast<unsigned>(std::stoul(text.get<std::string>(), nullptr, 16));
  };
  for (std::size_t i = 0; i < icon_count; ++i) {
    const Json& icon = part(icons, icon_names[i], "icons");
    theme.icons[i] = {code_point(part(icon, "regular", "icon")), code_point(part(icon, "fill", "icon"))};
  }
  theme.tile_widths = part(part(json, "tile", "tokens"), "sizes", "tile").get<std::vector<int>>();
  if (theme.tile_widths.empty()) throw Missing{"tile.sizes"};

  read_style(part(json, "imgui_style", "tokens"), theme.style);
  const Json& imgui_colours = part(json, "imgui_colours", "tokens");
  for (int i = 0; i < ImGuiCol_COUNT; ++i) {
    // Colours that the look does not name stay invisible rather than blue.
    const auto found = imgui_colours.find(ImGui::GetStyleColorName(i));
    Tone tone = Tone::Count;
    if (found != imgui_colours.end() && found->get<std::string>() != "none") {
      const auto token = found->get<std::string>();
      const auto at = std::find(tone_names.begin(), tone_names.end(), token);
      if (at == tone_names.end()) throw Missing{"colour " + token};
      tone = static_cast<Tone>(at - tone_names.begin());
    }
    theme.style_tones[static_cast<std::size_t>(i)] = tone;
  }
  colour_style(theme);
  return theme;
}

}  // namespace

// By rule, so that it follows the tokens: panels go half the way to black, controls stay and stand out from them, and
// so does the ground around pictures, so that they are judged alike. Words then stand out by 7 at least (WCAG 2, level
// AAA) wherever they may stand, lines by 3, and what carries dark words is light enough for them.
Theme with_high_contrast(const Theme& plain) {
  Theme theme = plain;
  const auto at = [&](Tone tone) -> ImU32& { return theme.tones[static_cast<std::size_t>(tone)]; };
  std::vector<ImU32> grounds;
  for (std::size_t i = 0; i < tone_count; ++i) {
    const auto tone = static_cast<Tone>(i);
    if (tone == Tone::SurfaceVoid || tone == Tone::SurfaceApp || tone == Tone::SurfacePanel ||
        tone == Tone::SurfaceFloat)
      at(tone) = moved(at(tone), 0.5, false);
    if (is_named(tone, "surface.") || is_named(tone, "ground.")) grounds.push_back(at(tone));
  }
  grounds.push_back(at(Tone::AccentWash));
  at(Tone::TextOn) = IM_COL32(0, 0, 0, 255);
  at(Tone::Text1) = at(Tone::SelectRing) = IM_COL32(255, 255, 255, 255);
  at(Tone::Text2) = lighter_until(at(Tone::Text2), grounds, 9.5);
  at(Tone::Text3) = lighter_until(at(Tone::Text3), grounds, 8);
  at(Tone::TextOff) = lighter_until(at(Tone::TextOff), grounds, 7);
  for (std::size_t i = 0; i < tone_count; ++i) {
    const auto tone = static_cast<Tone>(i);
    if (is_named(tone, "state.") || tone == Tone::AccentBase || tone == Tone::AccentHover || tone == Tone::AccentPress)
      at(tone) = lighter_until(at(tone), grounds, 7);
  }
  at(Tone::LineSoft) = at(Tone::LineHard);
  at(Tone::LineHard) = lighter_until(at(Tone::LineHard), grounds, 3);
  at(Tone::LineEdge) = lighter_until(at(Tone::LineEdge), grounds, 4.5);
  // What lies over a picture lets less of it through under words.
  at(Tone::OverPlate) = (at(Tone::OverPlate) & ~IM_COL32_A_MASK) | IM_COL32(0, 0, 0, 0xE6);
  colour_style(theme);
  return theme;
}

Result<Theme> theme_from_json(std::string_view text) {
  try {
    return read(Json::parse(text));
  } catch (const Missing& missing) {
    return fail(ErrorKind::Damaged, "The theme lacks " + missing.what + ": install the program again.");
  } catch (const std::exception& error) {
    return fail(ErrorKind::Damaged, "The theme cannot be read: install the program again.", error.what());
  }
}

Result<Theme> load_theme(const std::filesystem::path& tokens_file) {
  STUDIO_TRY(const std::string text, read_file(tokens_file));
  auto theme = theme_from_json(text);
  if (!theme) return fail_in(tokens_file.string(), std::move(theme.error()));
  return theme;
}

}  // namespace studio
