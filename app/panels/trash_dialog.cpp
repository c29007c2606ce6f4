// Shall this be deleted for good?
#include "panels/trash_dialog.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "panels/gallery_rows.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

std::string bytes_text(std::int64_t bytes) {
  return format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

std::string asset_words(const Library& library, const std::string& subject) {
  const std::string words = words_of_asset(library, subject, 60);
  return words.empty() ? subject : subject + ", " + words;
}

void send(TrashState& state, const PanelContext& c) {
  state.is_deleting = true;
  state.to_delete = state.counts.assets;
  AppState* app = &c.state;
  const Studio* studio = &c.studio;  // alive whenever it answers
  c.send(EmptyTrashCommand{}, [&state, app, studio](const CommandReply& reply) {
    state.is_deleting = false;
    if (reply.error) {
      state.problem = reply.error->message;
      return;
    }
    std::string text = "Deleted " + counted(reply.assets.size(), "asset", "assets") + " for good";
    if (reply.bytes_freed > 0) text += ", " + bytes_text(reply.bytes_freed) + " are free again";
    state.headline = text;
    state.failures.clear();
    for (const auto& failure : reply.failures)
      state.failures.push_back({asset_words(studio->view().library, failure.subject), failure.error});
    app->note = {Note::Kind::Done, text};
    if (state.failures.empty()) state.is_open = false;
  });
}

// What is below the title; gives its height. Without a list it is only measured.
float draw_words(const TrashState& state, const PanelContext& c, ImDrawList* list, ImVec2 at, float width) {
  const Ui& ui = c.ui;
  float y = at.y;
  const auto paragraph = [&](std::string_view words, Tone tone) {
    y += text_wrapped(ui, list, Type::Body, {at.x, y}, width, list != nullptr ? ui.tone(tone) : 0, words, 6) + ui.px(8);
  };
  if (!state.problem.empty()) {
    paragraph(state.problem, Tone::Text1);
  } else if (!state.failures.empty()) {
    paragraph(state.failures.size() == 1 ? "This one stays in the trash:" : "These stay in the trash:", Tone::Text2);
    std::size_t shown = 0;
    for (const auto& failure : state.failures) {
      if (++shown > 5) break;
      if (list != nullptr)
        text_elided(ui, list, Type::Strong, at.x, y + ui.px(10), width, ui.tone(Tone::Text1), failure.subject);
      y += ui.px(20);
      y += text_wrapped(ui, list, Type::Caption, {at.x, y}, width, list != nullptr ? ui.tone(Tone::Text2) : 0,
                        failure.error.message, 2) +
           ui.px(8);
    }
    if (state.failures.size() > 5) paragraph("and " + std::to_string(state.failures.size() - 5) + " more", Tone::Text2);
  } else if (state.is_deleting) {
    // They go page by page; the bar says how far it is.
    const int gone = state.to_delete - state.counts.assets;
    paragraph(std::to_string(gone) + " of " + counted(static_cast<std::size_t>(state.to_delete), "asset is", "assets are") + " gone.",
              Tone::Text2);
    if (list != nullptr) {
      const float part = static_cast<float>(gone) / static_cast<float>(std::max(1, state.to_delete));
      list->AddRectFilled({at.x, y}, {at.x + width, y + ui.px(4)}, ui.tone(Tone::LineHard), ui.px(2));
      list->AddRectFilled({at.x, y}, {at.x + std::round(width * part), y + ui.px(4)}, ui.tone(Tone::AccentBase), ui.px(2));
    }
    y += ui.px(4 + 8);
  } else if (state.about == TrashState::About::Demo) {
    paragraph(
        "Its folder goes, with every picture, video, recipe and mark in it, also what you made or imported there.",
        Tone::Text2);
    paragraph("Your other projects stay as they are. The demo can be made again at any time.", Tone::Text2);
  } else {
    paragraph("Their files are deleted and cannot come back.", Tone::Text2);
    paragraph("The books stay: what they cost, their recipes, and what was made from them.", Tone::Text2);
  }
  return y - at.y;
}

}  // namespace

void draw_trash_dialog(TrashState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  const auto open = [&](TrashState::About about) {
    state = {};
    state.about = about;
    state.is_open = state.opens = true;
  };
  if (std::exchange(c.state.wishes.empty_trash, false)) {
    if (count_trash(c.view.library).assets == 0)
      c.state.note = {Note::Kind::Done, "The trash is empty"};
    else
      open(TrashState::About::Trash);
  }
  if (std::exchange(c.state.wishes.delete_demo, false) && c.state.is_demo) open(TrashState::About::Demo);
  if (std::exchange(state.opens, false)) ImGui::OpenPopup("delete");
  if (!state.is_open) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(viewport->Pos);
  ImGui::SetNextWindowSize(viewport->Size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_PopupBorderSize, 0);
  // As large as the window, so that the scrim is its own and a click beside the question does nothing.
  const bool is_drawn = ImGui::BeginPopup("delete", ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav |
                                                        ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoScrollbar);
  ImGui::PopStyleVar(2);
  if (!is_drawn) {
    state.is_open = false;
    return;
  }
  if (state.counted_revision != c.view.library.rows_revision) {
    state.counted_revision = c.view.library.rows_revision;
    state.counts = count_trash(c.view.library);
    if (state.about == TrashState::About::Demo) {
      state.counts = {};
      for (const ItemText& text : c.view.library.texts) {
        state.counts.assets += text.sha256.empty() ? 0 : 1;
        state.counts.bytes += text.bytes;
      }
    }
  }
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(viewport->Pos, {viewport->Pos.x + viewport->Size.x, viewport->Pos.y + viewport->Size.y},
                      ui.tone(Tone::OverScrim));
  const bool is_demo = state.about == TrashState::About::Demo;
  const bool is_report = !state.failures.empty() || !state.problem.empty();
  const std::string what = counted(static_cast<std::size_t>(state.counts.assets), "asset", "assets") + " (" +
                           bytes_text(state.counts.bytes) + ")";
  const std::string title = !state.problem.empty()    ? "Nothing was deleted"
                            : !state.failures.empty() ? state.headline
                            : state.is_deleting       ? "Deleting for good"
                            : is_demo                 ? "Delete the demo with " + what + "?"
                                                      : "Delete " + what + " for good?";
  const float width = ui.px(480), pad = ui.px(24), inner = width - 2 * pad;
  const float words = draw_words(state, c, nullptr, {0, 0}, inner);
  const float height = ui.px(20 + 32) + words + ui.px(8 + 32 + 20);
  const Rect box = rect_at(std::round(viewport->Pos.x + (viewport->Size.x - width) * 0.5f),
                           std::round(viewport->Pos.y + (viewport->Size.y - height) * 0.4f), width, height);
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceFloat), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  const float x = box.min.x + pad;
  float y = box.min.y + ui.px(20);
  text_elided(ui, list, Type::Title, x, y + ui.px(12), inner, ui.tone(Tone::Text1), title);
  y += ui.px(32);
  draw_words(state, c, list, {x, y}, inner);

  const float top = box.max.y - ui.px(20 + 32), h = ui.px(32);
  ButtonFace yes, no;
  const std::string act = is_demo ? "Delete the demo" : "Delete " + std::to_string(state.counts.assets) + " for good";
  yes.kind = ButtonKind::Accent;
  yes.icon = Icon::Trash;
  yes.text = state.is_deleting ? "Deleting" : std::string_view(act);
  yes.enabled = !state.is_deleting && state.counts.assets + (is_demo ? 1 : 0) > 0;
  no.kind = ButtonKind::Quiet;
  no.text = is_report || state.is_deleting ? "Close" : "Keep everything";  // what is being deleted cannot be kept
  float right = box.max.x - pad;
  if (!is_report) {
    const float w = button_width(ui, yes);
    if (button_at(ui, "Delete for good", yes, rect_at(right - w, top, w, h))) {
      if (is_demo) {
        state.demo_confirmed = true;
        state.is_open = false;
      } else {
        send(state, c);
      }
    }
    right -= w + ui.px(8);
  }
  const float nw = button_width(ui, no);
  if (button_at(ui, "Keep", no, rect_at(right - nw, top, nw, h)) || ImGui::IsKeyPressed(ImGuiKey_Escape))
    state.is_open = false;
  if (!state.is_open) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

}  // namespace studio
