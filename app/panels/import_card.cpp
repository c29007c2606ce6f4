// How far is the import, and did everything come in?
#include "panels/import_card.h"

#include <filesystem>

#include "base/text.h"
#include "panels/file_picker_rows.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

constexpr double stays_secs = 6;

std::string file_name(const std::string& path) { return shown_name(std::filesystem::path(path).filename().string()); }

// The file is named above its reason.
std::string without_path(std::string reason, const std::string& path) {
  const std::string tail = ": " + path;
  if (reason.size() > tail.size() && reason.ends_with(tail)) reason.resize(reason.size() - tail.size());
  return shown_name(reason);
}

void draw_list(const ImportState& state, const Ui& ui, Rect box) {
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##files", {box.width(), box.height()}, 0, ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();  // a row's tooltip has the padding of all tooltips
  ImDrawList* list = ImGui::GetWindowDrawList();
  const std::size_t known = state.unfolds_known ? state.known.size() : 0;
  // Each line is as high as the others, so that a hundred thousand of them cost what ten do.
  const float height = ui.px(44), width = box.width() - ui.px(12);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(state.failures.size() + known), height);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto n = static_cast<std::size_t>(i);
      const bool failed = n < state.failures.size();
      const std::string& name = failed ? state.failures[n].name : state.known[n - state.failures.size()];
      const std::string reason = failed ? state.failures[n].reason : "in the project already";
      const ImVec2 at = ImGui::GetCursorScreenPos();
      ImGui::PushID(i);
      const Press press = press_area(name.c_str(), {width, height});
      ImGui::PopID();
      state_shape(ui, list, failed ? StateShape::Triangle : StateShape::DiscCheck, {at.x + ui.px(8), at.y + ui.px(14)},
                  14);
      text_elided(ui, list, Type::Body, at.x + ui.px(24), at.y + ui.px(14), width - ui.px(24), ui.tone(Tone::Text1),
                  name);
      const std::string cut = elided(ui, Type::Caption, reason, width - ui.px(24));
      text_at(ui, list, Type::Caption, at.x + ui.px(24), at.y + ui.px(31), ui.tone(Tone::Text2), cut);
      if (press.hovered && cut != reason) {
        ImGui::SetNextWindowSize({ui.px(360), 0});
        if (ImGui::BeginTooltip()) {
          ImGui::PushTextWrapPos(ui.px(336));
          ImGui::TextUnformatted(reason.c_str());
          ImGui::PopTextWrapPos();
          ImGui::EndTooltip();
        }
      }
    }
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

}  // namespace

void begin_import(ImportState& state) {
  if (state.is_under_way()) return;
  state = {};
}

void count_import(ImportState& state, const CommandReply& reply) {
  --state.imports;
  if (reply.error) {
    state.failures.push_back({"The import", reply.error->message});
    return;
  }
  state.imported += static_cast<int>(reply.assets.size()) - static_cast<int>(reply.known.size());
  for (const std::string& path : reply.known) state.known.push_back(file_name(path));
  for (const auto& failure : reply.failures) fail_import(state, failure.subject, failure.error);
}

void fail_import(ImportState& state, const std::string& path, const Error& error) {
  state.failures.push_back({file_name(path), without_path(error.message, path)});
}

std::string import_headline(const ImportState& state) {
  if (state.searches > 0 && state.total == 0) {
    return state.found == 0 ? "Looking for files" : "Looking for files: " + std::to_string(state.found) + " so far";
  }
  if (state.is_under_way()) {
    const int now = std::min(state.done + 1, state.total);
    return "Importing " + std::to_string(now) + " of " + std::to_string(state.total);
  }
  if (state.imported > 0) return "Imported " + counted(static_cast<std::size_t>(state.imported), "file", "files");
  return state.failures.empty() && state.known.empty() ? "There was nothing to import" : "Nothing new was imported";
}

std::string import_details(const ImportState& state) {
  std::string text;
  const auto add = [&](const std::string& words) { text += (text.empty() ? "" : " · ") + words; };
  if (state.is_under_way()) {
    if (state.eta_secs >= 1) add("about " + format_duration(std::round(state.eta_secs)) + " left");
    if (!state.failures.empty()) add(std::to_string(state.failures.size()) + " failed");
    return text;
  }
  if (!state.known.empty())
    add(std::to_string(state.known.size()) + (state.known.size() == 1 ? " was" : " were") + " here already");
  if (!state.failures.empty()) add(std::to_string(state.failures.size()) + " failed");
  if (state.links > 0) add(counted(static_cast<std::size_t>(state.links), "link", "links") + " not followed");
  if (state.is_cut) add("only the first 100,000 files were taken");
  return text;
}

void draw_import_card(ImportState& state, const Ui& ui, ImVec2 corner, float max_height) {
  if (!state.is_shown) return;
  const bool over = !state.is_under_way();
  if (over && state.over_since_secs == 0) state.over_since_secs = ui.now_secs;
  if (!over) state.over_since_secs = 0;
  if (over && !state.needs_reading()) {
    const double left = stays_secs - (ui.now_secs - state.over_since_secs);
    if (left <= 0) {
      state.is_shown = false;
      return;
    }
    ui.redraw_in(left);
  }
  const std::size_t lines = state.failures.size() + (state.unfolds_known ? state.known.size() : 0);
  const bool has_list = over && lines > 0;
  const bool can_unfold = over && !state.known.empty();
  const std::string details = import_details(state);
  const float head = ui.px(64);
  float height = head;
  if (can_unfold) height += ui.px(32);
  if (has_list) height += std::min(static_cast<float>(lines) * ui.px(44) + ui.px(8), ui.px(232));
  height = std::min(height, std::max(max_height, head));
  const float width = ui.px(392);

  ImGui::SetNextWindowPos({corner.x - width, corner.y - height});
  ImGui::SetNextWindowSize({width, height});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(1, 1));
  ImGui::Begin("Import", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground |
                   ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar(2);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Rect box = rect_at(corner.x - width, corner.y - height, width, height);
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceFloat), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  const float x = box.min.x + ui.px(16), right = box.max.x - ui.px(16);
  const StateShape shape = !over                    ? StateShape::Ring
                           : state.failures.empty() ? StateShape::DiscCheck
                                                    : StateShape::Triangle;
  const float part = state.total > 0 ? static_cast<float>(state.done) / static_cast<float>(state.total) : 0;
  const bool two_lines = !details.empty() || !over;
  const float first = box.min.y + (two_lines ? ui.px(22) : head * 0.5f), second = box.min.y + ui.px(43);
  state_shape(ui, list, shape, {x + ui.px(10), box.min.y + head * 0.5f}, 20, part);
  text_elided(ui, list, Type::Strong, x + ui.px(34), first, right - ui.px(40) - x - ui.px(34), ui.tone(Tone::Text1),
              import_headline(state));
  if (!over) {
    const float end = details.empty() ? x + ui.px(34)
                                      : text_elided(ui, list, Type::Caption, x + ui.px(34), second, ui.px(180),
                                                    ui.tone(Tone::Text2), details) +
                                            ui.px(12);
    const Rect bar{{end, second - ui.px(2)}, {right, second + ui.px(2)}};
    list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfacePress), ui.px(2));
    if (state.total > 0)
      list->AddRectFilled(bar.min, {bar.min.x + std::round(bar.width() * part), bar.max.y}, ui.tone(Tone::AccentBase),
                          ui.px(2));
  } else {
    if (!details.empty())
      text_elided(ui, list, Type::Caption, x + ui.px(34), second, right - ui.px(40) - x - ui.px(34),
                  ui.tone(Tone::Text2), details);
    if (icon_button_at(ui, "Close", Icon::X, rect_at(right - ui.px(20), box.min.y + ui.px(16), ui.px(32), ui.px(32))))
      state.is_shown = false;
  }
  float y = box.min.y + head;
  if (has_list) {
    const float bottom = box.max.y - (can_unfold ? ui.px(36) : ui.px(4));
    if (bottom - y > ui.px(20)) draw_list(state, ui, {{x, y}, {box.max.x - ui.px(4), bottom}});
    y = bottom;
  }
  if (can_unfold) {
    ButtonFace face;
    face.kind = ButtonKind::Quiet;
    const std::string text = state.unfolds_known ? "Hide what was here already"
                                                 : "Show the " + std::to_string(state.known.size()) + " that " +
                                                       (state.known.size() == 1 ? "was" : "were") + " here already";
    face.text = text;
    if (button_at(ui, "Known", face, rect_at(x + ui.px(22), box.max.y - ui.px(32), button_width(ui, face), ui.px(24))))
      state.unfolds_known = !state.unfolds_known;
  }
  ImGui::End();
}

}  // namespace studio
