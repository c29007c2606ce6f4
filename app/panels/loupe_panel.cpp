// What is it exactly, pixel by pixel and frame by frame, and shall it be kept?
#include "panels/loupe_panel.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "gpu/frame_texture.h"
#include "panels/gallery_rows.h"
#include "panels/gallery_tiles.h"
#include "sound/sound_player.h"
#include "widgets/picture.h"
#include "widgets/state_shape.h"
#include "widgets/tile.h"

namespace studio {
namespace {

// Black, the ground of the gallery, and two lighter ones: L* 0, 18, 38, 50.
constexpr std::array<ImU32, 4> grounds = {IM_COL32(0, 0, 0, 255), IM_COL32(0x2B, 0x2B, 0x2B, 255),
                                          IM_COL32(0x5A, 0x5A, 0x5A, 255), IM_COL32(0x77, 0x77, 0x77, 255)};

std::string number_words(const Item& item) {
  if (item.variation <= 0) return "";
  char digits[8];
  std::snprintf(digits, sizeof digits, "%02d", item.variation);
  return digits;
}

std::string title_of(const Item& item, const ItemText& text) {
  const std::string number = number_words(item);
  const std::string words = text.recipe && !text.recipe->prompt.empty() ? text.recipe->prompt : text.source_name;
  return number.empty() ? words : number + " · " + words;
}

// Another mark or other stars than in the frame before: also where the mark has moved on to the next already.
void watch_marks(LoupeState& state, const PanelContext& c) {
  const Library& library = c.view.library;
  if (state.row >= library.items.size() || library.items[state.row].asset != state.asset) return;
  const Item& item = library.items[state.row];
  if (item.mark == state.mark && item.stars == state.stars) return;
  state.flash = {state.row, item.mark, c.ui.now_secs};
  state.mark = item.mark;
  state.stars = item.stars;
}

// On the picture, or, where that has made room for the next, on the bar with which it was marked.
void draw_given_mark(const LoupeState& state, const PanelContext& c, ImDrawList* list, Rect place, bool is_shown) {
  if (state.flash.row == no_row || (state.flash.row == state.row) != is_shown) return;
  const double gone = (c.ui.now_secs - state.flash.since_secs) / mark_flash_secs;
  if (gone >= 1) return;
  mark_flash(c.ui, list, state.flash.mark, place, 1 - static_cast<float>(gone));
  c.ui.redraw_in(0);
}

void open(LoupeState& state, const Library& library, Row row, AssetId asset) {
  state.row = row;
  state.asset = asset;
  state.mark = row < library.items.size() ? library.items[row].mark : Mark::None;
  state.stars = row < library.items.size() ? library.items[row].stars : 0;
  state.view.fit();
  state.playhead.open();
  state.last = nullptr;
  state.scrubbing = false;
  state.wanted = 0;
  state.waits_since_secs = 0;
  state.asked_about = {};
  state.was_missing = state.was_read_anew = false;
}

void draw_toolbar(LoupeState& state, const PanelContext& c, Rect bar, float scale) {
  const Ui& ui = c.ui;
  const Item& item = c.view.library.items[state.row];
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = bar.centre().y, h = ui.px(24);
  float right = bar.max.x - ui.px(8);
  const Rect ground = rect_at(right - h, y - h / 2, h, h);
  if (icon_button_at(ui, "Ground", Icon::CircleHalf, ground)) state.ground = (state.ground + 1) % 4;
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("The grey around the picture");
  right = ground.min.x - ui.px(4);
  if (item.asset.valid()) {
    char words[24];
    std::snprintf(words, sizeof words, "%s%d%%", state.view.is_fit() ? "Fit " : "",
                  static_cast<int>(std::lround(scale * 100)));
    const float w = std::max(ui.px(64), text_width(ui, Type::Label, words) + ui.px(12));
    const Press press = press_area_at("Zoom", rect_at(right - w, y - h / 2, w, h));
    if (press.hovered) list->AddRectFilled(press.box.min, press.box.max, ui.tone(Tone::SurfaceHover), ui.px(4));
    text_right(ui, list, Type::Label, right - ui.px(6), y, ui.tone(Tone::Text1), words);
    if (press.clicked) c.state.wishes.zoom = state.view.is_fit() ? 1.0f : 0.0f;
    right -= w + ui.px(8);
    const std::string size = std::to_string(item.width) + " × " + std::to_string(item.height);
    right = text_right(ui, list, Type::Label, right, y, ui.tone(Tone::Text2), size) - ui.px(12);
  }
  text_elided(ui, list, Type::Strong, bar.min.x + ui.px(16), y, right - bar.min.x - ui.px(20), ui.tone(Tone::Text1),
              title_of(item, c.view.library.texts[state.row]));
}

// The picture that stands for what is not there yet.
void draw_poster(const PanelContext& c, ImDrawList* list, Row row, Rect place) {
  const Library& library = c.view.library;
  if (!library.items[row].has_poster) return;
  const float longest = std::max(place.width(), place.height());
  const float s = longest > 1024 ? 1024 / longest : 1;
  const PictureSlot slot = c.ui.pictures->ask(library.texts[row].sha256, std::max(1, static_cast<int>(place.width() * s)),
                                              std::max(1, static_cast<int>(place.height() * s)), library.hints[row]);
  picture_ground(c.ui, list, slot, place);
  picture(list, slot, place);
}

// What is waited for longer than people notice is said by a line that moves nothing.
void draw_wait(LoupeState& state, const Ui& ui, ImDrawList* list, Rect toolbar, bool waits) {
  constexpr double noticed_secs = 0.3;
  if (!waits) {
    state.waits_since_secs = 0;
    return;
  }
  if (state.waits_since_secs == 0) state.waits_since_secs = ui.now_secs;
  const double waited = ui.now_secs - state.waits_since_secs;
  if (waited < noticed_secs) return ui.redraw_in(noticed_secs - waited);
  list->AddRectFilled({toolbar.min.x, toolbar.max.y}, {toolbar.max.x, toolbar.max.y + ui.px(2)}, ui.tone(Tone::AccentBase));
}

// Its own pixels, or a whole multiple of them, are drawn as they are; only what must be fitted is filtered.
bool is_whole(const std::shared_ptr<const ClipFrame>& frame, Rect place) {
  const float times = place.width() / static_cast<float>(frame->picture.width);
  return times >= 1 && times == std::round(times) && place.height() == times * static_cast<float>(frame->picture.height);
}

void draw_frame(const PanelContext& c, ImDrawList* list, const std::shared_ptr<const ClipFrame>& frame, Rect place) {
  const Picture& whole = frame->picture;
  const float sx = place.width() / static_cast<float>(whole.width), sy = place.height() / static_cast<float>(whole.height);
  for (const FrameTile& piece : c.frames->show_frame("loupe", frame)) {
    const ImVec2 min{std::round(place.min.x + static_cast<float>(piece.x) * sx), std::round(place.min.y + static_cast<float>(piece.y) * sy)};
    const ImVec2 max{std::round(place.min.x + static_cast<float>(piece.x + piece.width) * sx),
                     std::round(place.min.y + static_cast<float>(piece.y + piece.height) * sy)};
    list->AddImage(ImTextureRef(static_cast<ImTextureID>(piece.texture)), min, max, {piece.u0, piece.v0}, {piece.u1, piece.v1});
  }
}

struct Motion {
  const ClipFacts* facts = nullptr;
  std::vector<FrameRange> cached;
  const Error* problem = nullptr;
};

// The sound goes with the pictures at their own speed; faster, backwards and while scrubbing there is none.
void listen(LoupeState& state, const PanelContext& c, const ClipFacts& facts, const std::string& sha256) {
  state.silence.clear();
  if (!facts.has_audio || !c.state.sound_on || c.sound == nullptr) return;
  if (c.sound->device() == SoundDevice::None) state.silence = "No sound device was found: the clip plays silently.";
  const SoundView view = c.clips->sound(sha256);
  if (view.problem != nullptr) state.silence = view.problem->message;
  if (view.sound && state.playhead.speed() == 1 && !state.scrubbing) {
    c.ui.redraw_in(0.2);  // a long frame: the player forgets what nobody asks for
    c.sound->play(view.sound, state.playhead.secs(facts, c.ui.now_secs), facts.seconds, state.playhead.loops());
  }
}

// Asks for what shall be seen now, and keeps the best there is in state.last.
Motion look(LoupeState& state, const PanelContext& c, const Item& item, const std::string& sha256, Rect place, float scale) {
  Motion motion;
  if (c.clips == nullptr || item.asset_state != AssetState::Done) return motion;
  const Ui& ui = c.ui;
  if (item.kind == MediaKind::Image) {
    FitBox box;
    if (scale < 1) box = {static_cast<int>(place.width()), static_cast<int>(place.height())};
    const StillView still = c.clips->still(sha256, box);
    motion.problem = still.problem;
    if (still.frame) state.last = still.frame;
    state.is_exact = still.frame != nullptr;
    return motion;
  }
  if (item.kind != MediaKind::Video) return motion;
  ClipView clip = c.clips->clip(sha256, state.wanted, state.playhead.direction());
  if (clip.facts != nullptr) {
    auto acts = std::exchange(c.state.clip_keys.acts, {});
    for (const auto act : acts) state.playhead.press(act, *clip.facts, ui.now_secs);
    const std::int64_t index = state.playhead.frame(*clip.facts, ui.now_secs);
    if (index != state.wanted) {
      state.wanted = index;
      clip = c.clips->clip(sha256, index, state.playhead.direction());
    }
    listen(state, c, *clip.facts, sha256);
    if (const double secs = state.playhead.secs_to_next(*clip.facts, ui.now_secs); secs < 1e6) ui.redraw_in(secs);
  }
  motion.facts = clip.facts;
  motion.cached = std::move(clip.cached);
  motion.problem = clip.problem;
  if (clip.frame) state.last = clip.frame;
  state.is_exact = clip.exact;
  return motion;
}

void handle_pointer(LoupeState& state, const PanelContext& c, Rect box, int width, int height) {
  const Press press = press_area_at("Picture", box);
  const ImGuiIO& io = ImGui::GetIO();
  if (press.hovered && io.MouseWheel != 0) {
    state.view.step(io.MouseWheel > 0 ? 1 : -1, io.MousePos, box, width, height);
    c.ui.redraw_in(0);
  }
  if (press.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 0)) {
    state.view.drag(io.MouseDelta, box, width, height);
    if (!state.view.is_fit()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  }
  if (press.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
    state.view.set_zoom(state.view.is_fit() ? 1.0f : 0.0f, io.MousePos, box, width, height);
  if (const auto zoom = std::exchange(c.state.wishes.zoom, std::nullopt))
    state.view.set_zoom(*zoom, press.hovered ? io.MousePos : box.centre(), box, width, height);
}

// Flag, cross, stars, and whether a mark goes on to the next.
void draw_marks(const PanelContext& c, const Item& item, Rect bar) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(bar.min, bar.max, ui.tone(Tone::SurfaceRaised));
  const float y = bar.centre().y, h = ui.px(32), top = y - h / 2;
  float x = bar.min.x + ui.px(8);
  const auto press = [&](const char* name) {
    // Here the one that is seen is meant.
    const bool before = std::exchange(c.state.loupe_has_focus, true);
    press_command(name, c.commands);
    c.state.loupe_has_focus = before;
  };
  if (press_area_at("Pick", rect_at(x, top, h, h)).clicked) press(item.mark == Mark::Pick ? "unmark" : "pick");
  const bool over_pick = ImGui::IsItemHovered();
  icon_at(ui, list, Icon::Flag, {x + h / 2, y}, 16, item.mark == Mark::Pick ? ui.tone(Tone::StateDone) : ui.tone(over_pick ? Tone::Text1 : Tone::Text2), item.mark == Mark::Pick);
  x += h;
  if (press_area_at("Reject", rect_at(x, top, h, h)).clicked) press(item.mark == Mark::Reject ? "unmark" : "reject");
  const bool over_reject = ImGui::IsItemHovered();
  icon_at(ui, list, Icon::X, {x + h / 2, y}, 16, ui.tone(item.mark == Mark::Reject || over_reject ? Tone::Text1 : Tone::Text2));
  x += h + ui.px(12);
  for (int star = 1; star <= 5; ++star) {
    const Rect box = rect_at(x, top, ui.px(24), h);
    const std::string label = std::to_string(star) + (star == 1 ? " star" : " stars");
    // The star that is given already takes all of them off.
    if (press_area_at(label.c_str(), box).clicked)
      press(("stars-" + std::to_string(item.stars == star ? 0 : star)).c_str());
    const bool is_given = star <= item.stars;
    icon_at(ui, list, Icon::Star, box.centre(), 16, ui.tone(is_given || ImGui::IsItemHovered() ? Tone::Text1 : Tone::Text3), is_given);
    x += ui.px(24);
  }
  const char* words = "Go on after a mark";
  const float w = chip_width(ui, words, c.state.goes_on);
  if (bar.max.x - ui.px(12) - w > x + ui.px(12)) {
    ImGui::SetCursorScreenPos({bar.max.x - ui.px(12) - w, y - ui.px(12)});
    if (chip(ui, "Go on", words, c.state.goes_on)) c.state.goes_on = !c.state.goes_on;
  }
}

void draw_state(const PanelContext& c, ImDrawList* list, Rect box, const std::string& sentence, StateShape shape) {
  const ImVec2 middle = box.centre();
  state_shape(c.ui, list, shape, {middle.x, middle.y - c.ui.px(28)}, 32);
  text_wrapped_centred(c.ui, list, Type::Body, middle.x, middle.y, std::min(box.width() - c.ui.px(32), c.ui.px(420)),
                       c.ui.tone(Tone::Text1), sentence, 5);
}

// Its file is gone, damaged or held: what that is, and the way on. As on its tile.
void draw_lost(const PanelContext& c, ImDrawList* list, Rect box, const TileFace& face, Row row) {
  const Ui& ui = c.ui;
  const ImVec2 middle = box.centre();
  state_shape(ui, list, face.shape, {middle.x, middle.y - ui.px(44)}, 32, face.progress, face.steps);
  if (face.big_ring && face.progress < 0) ui.redraw_in(0.25);
  text_centred(ui, list, Type::Strong, {middle.x, middle.y - ui.px(6)}, ui.tone(Tone::Text1), face.headline);
  const float used = text_wrapped_centred(ui, list, Type::Body, middle.x, middle.y + ui.px(8), std::min(box.width() - ui.px(32), ui.px(420)),
                                          ui.tone(Tone::Text2), face.line, 4);
  if (face.act.empty()) return;
  ButtonFace act;
  act.text = face.act;
  const float w = button_width(ui, act);
  if (button_at(ui, face.act_id.c_str(), act, rect_at(std::round(middle.x - w / 2), std::round(middle.y + ui.px(20) + used), w, ui.px(28))))
    act_on_tile(c, face, row);
}

// The engine learns of a file that cannot be read as soon as somebody sees it, so that its tile and what is made from it
// know, too.
void ask_about_file(LoupeState& state, const PanelContext& c, const Item& item, const std::string& sha256, const Error*& problem) {
  if (c.clips == nullptr) return;
  if (item.asset_state == AssetState::Missing) {
    // When it is there again it is read anew.
    if (!std::exchange(state.was_missing, true)) c.clips->forget(sha256);
    state.asked_about = {};
    return;
  }
  state.was_missing = false;
  if (problem == nullptr || state.asked_about == item.asset) return;
  if (problem->kind != ErrorKind::NotFound && problem->kind != ErrorKind::Damaged) return;
  // What was not there when it was looked for last may have come back since.
  if (problem->kind == ErrorKind::NotFound && !std::exchange(state.was_read_anew, true)) {
    c.clips->forget(sha256);
    problem = nullptr;
    c.ui.redraw_in(0);
    return;
  }
  state.asked_about = item.asset;
  c.studio.check_files({item.asset});
}

}  // namespace

void reset_loupe(LoupeState& state) {
  const int ground = state.ground;
  state = {};
  state.ground = ground;
}

void draw_loupe_panel(LoupeState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  const Library& library = c.view.library;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 min = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  const Rect all{min, {min.x + size.x, min.y + size.y}};
  const bool has_focus = ImGui::IsWindowFocused(ImGuiFocusedFlags_ChildWindows) && !ImGui::GetIO().WantTextInput &&
                         !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  c.state.loupe_has_focus = has_focus;
  c.state.pictures_have_focus = c.state.pictures_have_focus || has_focus;

  const Row row = c.state.selection.focus();
  const AssetId asset = row < library.items.size() ? library.items[row].asset : AssetId{};
  watch_marks(state, c);
  if (row != state.row || asset != state.asset) open(state, library, row, asset);
  list->AddRectFilled(all.min, {all.max.x, all.min.y + ui.px(40)}, ui.tone(Tone::SurfacePanel));
  if (row >= library.items.size()) {
    list->AddRectFilled({all.min.x, all.min.y + ui.px(40)}, all.max, grounds[static_cast<std::size_t>(state.ground)]);
    text_centred(ui, list, Type::Body, all.centre(), ui.tone(Tone::Text2), "Click a picture to see it large.");
    return;
  }
  const Item& item = library.items[row];
  const ItemText& text = library.texts[row];
  const bool is_clip = item.kind == MediaKind::Video && item.asset.valid();

  // Wide: the recipe at the right. Narrow: below.
  const bool wide = size.x >= ui.px(820);
  const float side = wide ? ui.px(304) : 0;
  const float transport = is_clip ? loupe_transport_height(ui, size.x - side) : 0, marks = item.asset.valid() ? ui.px(40) : 0;
  const Rect toolbar = rect_at(all.min.x, all.min.y, size.x - side, ui.px(40));
  const float room = size.y - ui.px(40) - transport - marks;
  float picture_h = room;
  if (!wide) {
    const float ratio = item.height > 0 ? static_cast<float>(item.height) / static_cast<float>(std::max(1, item.width)) : 0.6f;
    picture_h = std::clamp(std::round(size.x * ratio), ui.px(120), std::max(ui.px(120), std::round(room * 0.62f)));
  }
  const Rect box = rect_at(all.min.x, toolbar.max.y, size.x - side, std::max(ui.px(48), picture_h));
  list->AddRectFilled(box.min, box.max, grounds[static_cast<std::size_t>(state.ground)]);

  const int width = std::max(1, item.width), height = std::max(1, item.height);
  if (item.asset.valid() && item.asset_state == AssetState::Done)
    handle_pointer(state, c, box, width, height);
  else
    c.state.wishes.zoom.reset();  // there is nothing to see closer, and it is not meant for the next one
  const float scale = state.view.scale(box, width, height);
  const Rect place = state.view.place(box, width, height);
  draw_toolbar(state, c, toolbar, scale);

  Motion motion;
  if (item.asset.valid()) motion = look(state, c, item, text.sha256, place, scale);
  if (item.asset.valid()) ask_about_file(state, c, item, text.sha256, motion.problem);
  static const std::unordered_map<Row, int> no_places;
  ImGui::PushClipRect(box.min, box.max, true);
  if (item.asset.valid() && item.asset_state == AssetState::Done && motion.problem == nullptr) {
    const bool has_frame = state.last != nullptr && c.frames != nullptr;
    const bool as_it_is = has_frame && is_whole(state.last, place);
    if (as_it_is) begin_pictures(list, ui.pictures->gpu());
    if (has_frame)
      draw_frame(c, list, state.last, place);
    else
      draw_poster(c, list, row, place);
    if (as_it_is) end_pictures(list);
  } else if (item.asset.valid() && motion.problem != nullptr && motion.problem->kind != ErrorKind::NotFound) {
    draw_state(c, list, box, motion.problem->message, StateShape::SquareCross);
  } else if (item.asset.valid()) {
    TileFace face = face_of({library, c.view.providers, c.view.now_wall_ms, no_places}, row);
    if (motion.problem != nullptr && !face.over_picture) say_missing(face, "");
    draw_lost(c, list, box, face, row);
  } else {
    const TileFace face = face_of({library, c.view.providers, c.view.now_wall_ms, no_places}, row);
    state_shape(ui, list, face.shape, {box.centre().x, box.centre().y - ui.px(28)}, 44, face.progress, face.steps);
    text_centred(ui, list, Type::Strong, {box.centre().x, box.centre().y + ui.px(16)}, ui.tone(Tone::Text1),
                 face.headline.empty() ? face.inside : face.headline);
    text_wrapped_centred(ui, list, Type::Caption, box.centre().x, box.centre().y + ui.px(30), box.width() - ui.px(32),
                         ui.tone(Tone::Text2), face.line, 3);
    if (face.big_ring && face.progress < 0) ui.redraw_in(0.25);
  }
  draw_given_mark(state, c, list,
                  {{std::max(place.min.x, box.min.x), std::max(place.min.y, box.min.y)},
                   {std::min(place.max.x, box.max.x), std::min(place.max.y, box.max.y)}},
                  true);
  ImGui::PopClipRect();
  const bool is_there = c.clips != nullptr && item.asset.valid() && item.asset_state == AssetState::Done && motion.problem == nullptr;
  draw_wait(state, ui, list, toolbar, is_there && (item.kind == MediaKind::Image ? !state.is_exact : is_clip && motion.facts == nullptr));

  float y = box.max.y;
  if (is_clip) {
    draw_loupe_transport(state, c, motion.facts, motion.problem == nullptr && item.asset_state == AssetState::Done, motion.cached, rect_at(all.min.x, y, box.width(), transport));
    y += transport;
  }
  if (item.asset.valid()) {
    const Rect bar = rect_at(all.min.x, y, box.width(), marks);
    draw_marks(c, item, bar);
    draw_given_mark(state, c, list, bar, false);
    y += marks;
  }
  const Rect recipe = wide ? rect_at(all.max.x - side, all.min.y, side, size.y) : Rect{{all.min.x, y}, all.max};
  list->AddRectFilled(recipe.min, recipe.max, ui.tone(Tone::SurfacePanel));
  if (recipe.height() > ui.px(24)) {
    ImGui::SetCursorScreenPos(recipe.min);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::BeginChild("##recipe", {recipe.width(), recipe.height()}, 0, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
    ImGui::PopStyleVar();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float used = draw_loupe_recipe(state, c, rect_at(at.x, at.y, recipe.width(), recipe.height()));
    ImGui::Dummy({1, used});
    ImGui::EndChild();
  }
}

}  // namespace studio
