// tokens.json → Theme. The file holds more than this program uses yet; what it uses must be complete.
#include "shell/theme_file.h"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

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

Theme read(const Json& json) {
  Theme theme;
  const Json& colours = part(json, "colour", "tokens");
  for (std::size_t i = 0; i < tone_count; ++i)
    theme.tones[i] = colour_from_hex(
        part(part(colours, tone_names[i], "colour"), "hex", tone_names[i]).get<std::string>());

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
    ImVec4 colour{0, 0, 0, 0};
    if (found != imgui_colours.end() && found->get<std::string>() != "none") {
      const auto token = found->get<std::string>();
      colour = ImGui::ColorConvertU32ToFloat4(
          colour_from_hex(part(part(colours, token, "colour"), "hex", token).get<std::string>()));
    }
    theme.style.Colors[i] = colour;
  }
  return theme;
}

}  // namespace

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
