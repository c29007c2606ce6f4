// What shall be done with the chosen ones, and what does it cost?
#include "panels/selection_bar.h"

#include "base/text.h"
#include "panels/prompt_rows.h"

namespace studio {
namespace {

std::string seconds_text(double seconds) {
  const auto whole = static_cast<int>(seconds);
  char text[32];
  if (static_cast<double>(whole) == seconds)
    std::snprintf(text, sizeof text, "%d s", whole);
  else
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  return text;
}

void send_videos(GalleryState& state, const PanelContext& c, std::vector<AssetId> images, double seconds) {
  AnimateCommand command;
  command.picked = images.empty();
  command.assets = std::move(images);
  command.model = state.video.model;
  command.seconds = seconds;
  command.another = state.video.another;
  if (!trimmed(state.video.prompt).empty()) command.prompt = state.video.prompt;
  AppState* app = &c.state;
  c.send(std::move(command), [app](const CommandReply& reply) {
    if (reply.error) {
      app->note = {Note::Kind::Problem, reply.error->message};
      return;
    }
    std::string text =
        std::to_string(reply.jobs.size()) + (reply.jobs.size() == 1 ? " video is" : " videos are") + " on the way";
    if (reply.jobs.empty()) text = "Nothing new to make";
    if (reply.skipped > 0) text += ", " + std::to_string(reply.skipped) + " had it already";
    app->note = {Note::Kind::Done, text};
  });
}

// Model, length and motion, in a popup above the bar.
void draw_options(GalleryState& state, const PanelContext& c, Rect anchor, const ModelInfo* model, double seconds) {
  const Ui& ui = c.ui;
  ImGui::SetNextWindowPos({anchor.min.x, anchor.min.y - ui.px(8)}, ImGuiCond_Always, {0, 1});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(12), ui.px(12)));
  if (ImGui::BeginPopup("video options")) {
    const float width = ui.px(360);
    for (const ModelInfo* other : models_of(c.view.providers, MediaKind::Video)) {
      const std::string price = other->price ? format_money(*other->price, other->currency) : price_text(*other);
      if (list_row(ui, other->id.c_str(), other->label, other->note, price, other->id == state.video.model, width)) {
        state.video.model = other->id;
        state.video.seconds = 0;
      }
    }
    ImGui::Dummy({width, 0});
    form_label(ui, "Length", ui.px(24));
    if (model != nullptr) {
      for (std::size_t i = 0; i < model->seconds.size(); ++i) {
        if (i > 0) ImGui::SameLine();
        const std::string text = seconds_text(model->seconds[i]);
        if (chip(ui, text.c_str(), text, model->seconds[i] == seconds)) state.video.seconds = model->seconds[i];
      }
    }
    form_label(ui, "Motion", ui.px(24));
    FieldLook look;
    look.size = {width - ui.px(88), ui.px(24)};
    look.hint = "as the picture's prompt";
    text_field(ui, "##motion", state.video.prompt, look);
    form_label(ui, "Again", ui.px(24));
    if (chip(ui, "Another take", "Another take, where there is one already", state.video.another))
      state.video.another = !state.video.another;
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

}  // namespace

void draw_selection_bar(GalleryState& state, const PanelContext& c, Rect box) {
  const Ui& ui = c.ui;
  const auto& selected = c.state.selection.rows();
  // Without a selection the bar is about what is picked.
  if (selected.empty() && state.picked == 0) {
    c.state.wishes.videos = false;
    return;
  }
  if (state.chosen_selection != c.state.selection.revision() || state.chosen_rows != c.view.library.rows_revision) {
    state.chosen_selection = c.state.selection.revision();
    state.chosen_rows = c.view.library.rows_revision;
    state.chosen_images = images_of(c.view.library, selected);
  }
  const std::vector<AssetId>& images = state.chosen_images;
  const std::size_t count = selected.empty() ? static_cast<std::size_t>(state.picked) : images.size();
  const ModelInfo* model = c.view.providers.find_model(state.video.model);
  const double seconds = state.video.seconds > 0                       ? state.video.seconds
                         : model != nullptr && !model->seconds.empty() ? model->seconds.front()
                                                                       : 5;

  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##selection", {box.width(), box.height()}, 0,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollbar);
  ImGui::PopStyleVar();
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceFloat), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  const float y = box.centre().y, h = ui.px(32), top = std::round(y - h * 0.5f);
  float x = box.min.x + ui.px(16);
  const std::string what =
      selected.empty() ? std::to_string(state.picked) + " picked" : std::to_string(selected.size()) + " selected";
  x = text_at(ui, list, Type::Strong, x, y, ui.tone(Tone::Text1), what) + ui.px(12);

  ButtonFace face;
  face.kind = ButtonKind::Accent;
  face.icon = Icon::FilmStrip;
  const std::string act = "Generate " + std::to_string(count) + (count == 1 ? " video" : " videos");
  face.text = act;
  const auto price = model != nullptr ? videos_price(*model, seconds, count) : std::nullopt;
  const std::string sum = price ? format_money(*price) : "";
  face.value = sum;
  face.key1 = "V";
  face.enabled = price.has_value();
  // What has no picture to start from has nothing to offer here.
  if (count > 0) {
    const float w = button_width(ui, face) + ui.px(4);
    const bool pressed = button_at(ui, "Generate videos", face, rect_at(x, top, w, h));
    if ((pressed || c.state.wishes.videos) && face.enabled) send_videos(state, c, images, seconds);
    x += w + ui.px(12);
  }
  c.state.wishes.videos = false;

  const std::string options = (model != nullptr ? model->label : state.video.model) + " · " + seconds_text(seconds) +
                              (trimmed(state.video.prompt).empty() ? "" : " · own motion");
  const float close = box.max.x - ui.px(8 + 32);
  const float room = close - x - ui.px(12);
  if (count > 0 && room > ui.px(80)) {
    const float ow = std::min(room, std::round(text_width(ui, Type::Body, options) + ui.px(64)));
    const Press press = press_area_at("Video options", rect_at(x, top, ow, h));
    const bool open = ImGui::IsPopupOpen("video options");
    if (press.hovered || open) list->AddRectFilled(press.box.min, press.box.max, ui.tone(Tone::SurfaceHover), ui.px(4));
    icon_at(ui, list, Icon::Sliders, {x + ui.px(18), y}, 16, ui.tone(Tone::Text2));
    const float end =
        text_elided(ui, list, Type::Body, x + ui.px(34), y, ow - ui.px(58), ui.tone(Tone::Text1), options);
    icon_at(ui, list, Icon::CaretDown, {end + ui.px(14), y}, 12, ui.tone(Tone::Text3));
    if (press.clicked) ImGui::OpenPopup("video options");
    draw_options(state, c, press.box, model, seconds);
  }
  if (!selected.empty()) {
    const float line = std::round(close - ui.px(4));
    list->AddRectFilled({line, box.min.y + ui.px(12)}, {line + ui.hair(), box.max.y - ui.px(12)},
                        ui.tone(Tone::LineHard));
    if (icon_button_at(ui, "Select none", Icon::X, rect_at(close, top, ui.px(32), ui.px(32))))
      c.state.selection.clear();
  }
  ImGui::EndChild();
}

}  // namespace studio
