// What shall be done with the chosen ones, and what does it cost?
#include "panels/selection_bar.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "panels/gallery_menu.h"
#include "panels/model_list.h"
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

AnimateCommand wish_of(const GalleryState& state, std::vector<AssetId> images, double seconds) {
  AnimateCommand command;
  command.picked = images.empty();
  command.assets = std::move(images);
  command.model = state.video.model;
  command.seconds = seconds;
  command.another = state.video.another;
  if (!trimmed(state.video.prompt).empty()) command.prompt = state.video.prompt;
  return command;
}

void send_videos(const GalleryState& state, const PanelContext& c, std::vector<AssetId> images, double seconds) {
  AppState* app = &c.state;
  const Studio* studio = &c.studio;  // alive whenever it answers
  c.send(wish_of(state, std::move(images), seconds), [app, studio](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else
      app->note = {reply.failures.empty() ? Note::Kind::Done : Note::Kind::Problem,
                   words_of_videos(studio->view().library, reply)};
  });
}

std::string price_unknown_words(const ModelInfo* model) {
  return (model != nullptr ? model->label : std::string("This model")) +
         ": its price is not known. Say in Settings, Budget, what a job of it shall count as, or choose another model.";
}

// Counted once for a selection, a draft and a state of the library.
const VideoTakes& takes_of(GalleryState& state, const PanelContext& c, const std::vector<AssetId>& images,
                           double seconds) {
  // While a frame is dragged the selection changes with each move; counted when it stands.
  static constexpr VideoTakes unknown;
  if (state.marquee.phase == Marquee::Phase::Active) return unknown;
  VideoDraft draft = state.video;
  draft.seconds = seconds;
  if (state.takes_selection == c.state.selection.revision() && state.takes_rows == c.view.library.rows_revision &&
      state.takes_draft == draft)
    return state.takes;
  state.takes_selection = c.state.selection.revision();
  state.takes_rows = c.view.library.rows_revision;
  state.takes_draft = draft;
  state.takes = c.studio.video_takes(wish_of(state, images, seconds));
  return state.takes;
}

// The hint of the motion: what is sent when nothing is written.
std::string motion_hint(const PanelContext& c, const std::vector<AssetId>& images) {
  std::string hint;
  for (const AssetId image : images) {
    const Row row = c.view.library.row_of(image);
    const auto& recipe = c.view.library.texts[row].recipe;
    const std::string prompt = recipe ? recipe->prompt : "";
    if (!hint.empty() && prompt != hint) return "as each picture's own prompt";
    hint = prompt;
    if (images.size() > 50) break;  // surely not all alike
  }
  return hint.empty() ? "as the picture's prompt" : hint;
}

// Model, length and motion, in a popup above the bar.
void draw_options(GalleryState& state, const PanelContext& c, Rect anchor, const ModelInfo* model, double seconds,
                  const std::vector<AssetId>& images, const VideoTakes& takes) {
  const Ui& ui = c.ui;
  const float width = ui.px(360), padding = ui.px(12);
  // Within the window wherever the bar lies, and no higher than what is above it.
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float last_x = viewport->Pos.x + viewport->Size.x - width - 2 * padding - ui.px(8);
  const float left = std::max(viewport->Pos.x, std::min(anchor.min.x, last_x)), bottom = anchor.min.y - ui.px(8);
  ImGui::SetNextWindowPos({left, bottom}, ImGuiCond_Always, {0, 1});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {1e9f, std::max(ui.px(120), bottom - viewport->Pos.y - ui.px(8))});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(padding, padding));
  if (ImGui::BeginPopup("video options")) {
    close_on_escape(true);
    if (const std::string clicked = draw_model_rows(c, MediaKind::Video, state.video.model, width); !clicked.empty()) {
      state.video.model = clicked;
      state.video.seconds = 0;
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
    const std::string hint = motion_hint(c, images);
    look.hint = hint.c_str();
    if (std::exchange(state.focus_motion, false)) ImGui::SetKeyboardFocusHere();
    text_field(ui, "##motion", state.video.prompt, look);
    if (takes.have > 0) {
      const std::string have = std::to_string(takes.have) + " of " + std::to_string(takes.wanted) +
                               (takes.have == 1 ? " has one:" : " have one:");
      form_label(ui, "Takes", ui.px(24));
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const float x =
          text_at(ui, ImGui::GetWindowDrawList(), Type::Body, at.x, at.y + ui.px(12), ui.tone(Tone::Text1), have);
      ImGui::SetCursorScreenPos({x + ui.px(8), at.y});
      if (chip(ui, "Skip", "skip", !state.video.another)) state.video.another = false;
      ImGui::SameLine(0, ui.px(4));
      if (chip(ui, "Another take", "another take", state.video.another)) state.video.another = true;
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

// The bar's buttons act on the pictures, wherever the keyboard is.
bool can_run_selected(const PanelContext& c, const UiCommand& command) {
  const bool before = std::exchange(c.state.pictures_have_focus, true);
  const bool can = can_run(command, c.commands);
  c.state.pictures_have_focus = before;
  return can;
}

void run_selected(const PanelContext& c, std::string_view name) {
  const bool before = std::exchange(c.state.pictures_have_focus, true);
  run_command(name, c.commands);
  c.state.pictures_have_focus = before;
}

// What a part of the bar without words is about, above the bar.
void hint_above(const Ui& ui, std::string_view words, const std::string& key, float x, Rect bar) {
  const float w =
      text_width(ui, Type::Caption, words) + ui.px(16) + (key.empty() ? 0 : key_cap_width(ui, key) + ui.px(8));
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float last_x = viewport->Pos.x + viewport->Size.x - w;
  const Rect box = rect_at(std::round(std::max(viewport->Pos.x, std::min({x, bar.max.x - w, last_x}))),
                           bar.min.y - ui.px(30), std::round(w), ui.px(26));
  ImDrawList* list = ImGui::GetForegroundDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceFloat), ui.px(4));
  list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), ui.px(4), ui.hair());
  const float y = box.centre().y;
  const float end = text_at(ui, list, Type::Caption, box.min.x + ui.px(8), y, ui.tone(Tone::Text1), words);
  if (!key.empty()) key_cap(ui, list, end + ui.px(8), y, key, ui.tone(Tone::Text2), ui.tone(Tone::LineHard));
}

// One of the quiet acts at the bar's right. The most important first: where there is no room for all, the last go, and
// stay in the context menu and under their keys.
struct QuietAct {
  const char* name;
  Icon icon;
  int place;  // from the right: the bin at the end, where it is not hit by chance
};
constexpr QuietAct quiet_acts[] = {{"export", Icon::Export, 3},
                                   {"trash", Icon::Trash, 0},
                                   {"untrash", Icon::ArrowClockwise, 1},
                                   {"copy-path", Icon::Copy, 2}};

// The words of the bar, in less and less room. What the videos cost and how many they are is always said.
struct BarWords {
  std::string what, act;
  ButtonFace face;
  float what_width = 0, act_width = 0;
};
BarWords words_within(const Ui& ui, float room, std::size_t count, const char* chosen, std::size_t to_make,
                      std::string_view none, ButtonFace face) {
  const std::string number = std::to_string(count);
  const std::string made = std::to_string(to_make) + (to_make == 1 ? " video" : " videos");
  BarWords words;
  for (int step = 0; step < 4; ++step) {
    words.what = step < 2 ? number + chosen : number;
    words.act = to_make == 0 ? std::string(none) : step < 1 ? "Generate " + made : made;
    words.face = face;
    words.face.text = words.act;
    if (step > 2) words.face.icon = Icon::Count;
    words.what_width = text_width(ui, Type::Strong, words.what) + ui.px(12);
    words.act_width = button_width(ui, words.face) + ui.px(4);
    if (words.what_width + words.act_width <= room) break;
  }
  return words;
}

void set_video_of(GalleryState& state, Row row, std::uint64_t selection) {
  state.video_of = row;
  state.video_of_selection = selection;
  state.chosen_selection = state.takes_selection = 0;
}

// Keys of the loupe mean the one that is seen there. Where the bar is about others it turns to that one first, with its
// price: what costs money is never sent unseen.
void take_wish_of_loupe(GalleryState& state, const PanelContext& c) {
  const Selection& selection = c.state.selection;
  if (state.video_of != no_row && (state.video_of != selection.focus() || state.video_of_selection != selection.revision()))
    set_video_of(state, no_row, 0);
  const Row row = std::exchange(c.state.wishes.videos_of, no_row);
  if (row >= c.view.library.items.size() || row == state.video_of) return;
  const Item& item = c.view.library.items[row];
  const bool is_alone = selection.count() == 1 && selection.contains(row);
  if (images_of(c.view.library, {row}).empty()) {
    c.state.wishes.videos = false;
    c.state.note = {Note::Kind::Problem, item.kind == MediaKind::Video ? "This is a video: videos are made from pictures"
                                                                       : "This picture is not here, so no video can be made from it"};
  } else if (!is_alone) {
    set_video_of(state, row, selection.revision());
    c.state.wishes.videos = false;
    c.state.note = {Note::Kind::Done, "The gallery's bar says what the video of this picture will cost: " +
                                          to_string(c.state.keys.chord(*find_command("videos"))) + " again makes it"};
  }
}

}  // namespace

void draw_selection_bar(GalleryState& state, const PanelContext& c, Rect box) {
  const Ui& ui = c.ui;
  if (const Row row = std::exchange(c.state.wishes.edit_motion, no_row); row < c.view.library.texts.size()) {
    if (const auto& recipe = c.view.library.texts[row].recipe; recipe && recipe->kind == MediaKind::Video) {
      state.video.model = recipe->model;
      state.video.seconds = recipe->seconds;
      state.video.prompt = recipe->prompt;
      state.open_video_options = state.focus_motion = true;  // below, or nowhere
    }
  }
  take_wish_of_loupe(state, c);
  const bool of_loupe = state.video_of != no_row;
  const std::vector<Row> seen_large{state.video_of};
  const auto& selected = of_loupe ? seen_large : c.state.selection.rows();
  const int picked = state.index.counts().picked_images;
  // Without a selection the bar is about what is picked.
  if (selected.empty() && picked == 0) {
    c.state.wishes.videos = false;
    return;
  }
  if (state.chosen_selection != c.state.selection.revision() || state.chosen_rows != c.view.library.rows_revision) {
    state.chosen_selection = c.state.selection.revision();
    state.chosen_rows = c.view.library.rows_revision;
    state.chosen_images = images_of(c.view.library, selected);
  }
  const std::vector<AssetId>& images = state.chosen_images;
  const std::size_t count = selected.empty() ? static_cast<std::size_t>(picked) : images.size();
  const ModelInfo* model = c.view.providers.find_model(state.video.model);
  const double seconds = state.video.seconds > 0                       ? state.video.seconds
                         : model != nullptr && !model->seconds.empty() ? model->seconds.front()
                                                                       : 5;
  const VideoTakes takes = count > 0 ? takes_of(state, c, images, seconds) : VideoTakes{};
  const bool is_counted = takes.wanted > 0;  // else a frame is being dragged
  const auto to_make = is_counted ? static_cast<std::size_t>(videos_to_make(takes, state.video.another)) : count;

  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::BeginChild("##selection", {box.width(), box.height()}, 0,
                    ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollbar);
  ImGui::PopStyleVar();
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceFloat), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  const float y = box.centre().y, h = ui.px(32), top = std::round(y - h * 0.5f), side = ui.px(32);
  const bool is_narrow = box.width() < ui.px(420);
  float x = box.min.x + ui.px(is_narrow ? 12 : 16), right = box.max.x - ui.px(8);
  if (!selected.empty()) {
    right -= side;
    if (of_loupe) {
      if (icon_button_at(ui, "Not this picture", Icon::X, rect_at(right, top, side, side))) set_video_of(state, no_row, 0);
    } else if (icon_button_at(ui, "Select none", Icon::X, rect_at(right, top, side, side))) {
      run_selected(c, "select-none");
    }
    right -= ui.px(is_narrow ? 4 : 9);
    if (!is_narrow) {
      list->AddRectFilled({right, box.min.y + ui.px(12)}, {right + ui.hair(), box.max.y - ui.px(12)},
                          ui.tone(Tone::LineHard));
      right -= ui.px(8);
    }
  }

  // What costs money and how it is made comes first, the quiet acts get what is left.
  ButtonFace face;
  face.kind = ButtonKind::Accent;
  face.icon = Icon::FilmStrip;
  const auto price = model != nullptr ? videos_price(*model, seconds, to_make, c.view.price_rules) : std::nullopt;
  const std::string missing = model != nullptr ? c.studio.missing_key(model->provider) : "";
  const std::string sum = to_make == 0       ? ""
                          : !missing.empty() ? "needs a key"
                          : price            ? format_money(*price)
                                             : "price not known";
  face.value = sum;
  if (right - x > ui.px(540)) face.key1 = "V";
  face.enabled = price.has_value() || !missing.empty();
  // Where all have one, or the service has no key, a press says so and what helps.
  if (to_make == 0 || !missing.empty()) face.kind = ButtonKind::Plain;
  const float options_least = ui.px(36);
  const bool has_options = count > 0;  // what has no picture to start from has nothing to offer here
  const char* none = takes.left_out == 0 ? "All have one" : takes.have == 0 ? "None can be made" : "Nothing new to make";
  BarWords words = words_within(ui, right - x - (has_options ? options_least : 0), selected.empty() ? count : selected.size(),
                                of_loupe ? " in the loupe" : selected.empty() ? " picked" : " selected", to_make, none, face);
  words.face.text = words.act;
  const float first_part = words.what_width + (has_options ? words.act_width + options_least + ui.px(8) : 0);

  if (!selected.empty() && !of_loupe) {
    std::vector<QuietAct> shown;
    for (const QuietAct& act : quiet_acts) {
      const UiCommand* command = find_command(act.name);
      if (command == nullptr || !can_run_selected(c, *command)) continue;
      if (right - x - first_part < (side + ui.px(4)) * static_cast<float>(shown.size() + 1)) break;
      shown.push_back(act);
    }
    std::sort(shown.begin(), shown.end(), [](const QuietAct& a, const QuietAct& b) { return a.place < b.place; });
    for (const QuietAct& act : shown) {
      const UiCommand* command = find_command(act.name);
      right -= side;
      if (icon_button_at(ui, std::string(command->label).c_str(), act.icon, rect_at(right, top, side, side)))
        run_selected(c, act.name);
      if (ImGui::IsMouseHoveringRect({right, top}, {right + side, top + h}))
        hint_above(ui, command->label, to_string(c.state.keys.chord(*command)), right, box);
      right -= ui.px(4);
    }
  }

  text_at(ui, list, Type::Strong, x, y, ui.tone(Tone::Text1), words.what);
  x += words.what_width;
  if (has_options) {
    const bool pressed = button_at(ui, "Generate videos", words.face, rect_at(x, top, words.act_width, h));
    if (!pressed && c.state.wishes.videos && !c.state.over_panels.empty()) {
      c.state.note = {Note::Kind::Price, "Close " + std::string(c.state.over_panels) + " first: this bar says what the videos will cost"};
    } else if (pressed || c.state.wishes.videos) {
      if (to_make > 0 && !missing.empty()) {
        c.state.note = {Note::Kind::Problem, missing};
        c.state.wishes.settings = true;
        c.state.wishes.settings_section = "Providers";
      } else if (!price) {
        c.state.note = {Note::Kind::Problem, price_unknown_words(model)};
      } else if (to_make > 0 || takes.left_out > 0)  // why not is in the answer
        send_videos(state, c, images, seconds);
      else
        c.state.note = {Note::Kind::Done, "Nothing new to make: " + std::to_string(takes.have) +
                                              " had it already. Choose \"another take\" to make more."};
    }
    x += words.act_width + ui.px(4);

    std::string options = (model != nullptr ? model->label : state.video.model) + " · " + seconds_text(seconds);
    if (!trimmed(state.video.prompt).empty()) options += " · own motion";
    if (takes.have > 0)
      options += " · " + std::to_string(takes.have) + " of " + std::to_string(takes.wanted) +
                 (takes.have == 1 ? " has one: " : " have one: ") + (state.video.another ? "another take" : "skip");
    if (takes.left_out > 0) options += " · " + std::to_string(takes.left_out) + " cannot be made";
    const float wished = std::round(text_width(ui, Type::Body, options) + ui.px(64));
    const float room = right - x - ui.px(8) - ui.px(12);
    const bool with_words = room > ui.px(120);
    if (with_words) x += ui.px(8);
    const float ow = with_words ? std::min(room, wished) : side;
    const Press press = press_area_at("Video options", rect_at(x, top, ow, h));
    const bool open = ImGui::IsPopupOpen("video options");
    if (press.hovered || open) list->AddRectFilled(press.box.min, press.box.max, ui.tone(Tone::SurfaceHover), ui.px(4));
    icon_at(ui, list, Icon::Sliders, {x + ui.px(with_words ? 18 : 16), y}, 16, ui.tone(Tone::Text2));
    if (with_words) {
      const float end =
          text_elided(ui, list, Type::Body, x + ui.px(34), y, ow - ui.px(58), ui.tone(Tone::Text1), options);
      icon_at(ui, list, Icon::CaretDown, {end + ui.px(14), y}, 12, ui.tone(Tone::Text3));
    }
    if (press.hovered && !open && ow < wished) hint_above(ui, options, {}, x, box);
    if (press.clicked || std::exchange(state.open_video_options, false)) ImGui::OpenPopup("video options");
    draw_options(state, c, press.box, model, seconds, images, takes);
  }
  c.state.wishes.videos = false;
  if (std::exchange(state.open_video_options, false)) {
    state.focus_motion = false;
    c.state.note = {Note::Kind::Done, "The words are in the videos' bar: select the picture to change them"};
  }
  ImGui::EndChild();
}

}  // namespace studio
