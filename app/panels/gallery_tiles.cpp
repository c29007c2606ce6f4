// Tiles, the strips under them, and what a click on either does.
#include "panels/gallery_tiles.h"

#include <algorithm>
#include <utility>

#include "clips/clip_desk.h"
#include "gpu/frame_texture.h"
#include "panels/gallery_menu.h"

namespace studio {
namespace {

constexpr float strip_gap = 6, strip_tile = 40;
constexpr int strip_most = 3;

void toggle_tile(const PanelContext& c, Row row) {
  SelectionBefore before = selection_now(c.state);
  c.state.selection.toggle(row);
  c.state.selection.set_focus(row);
  push_toggle_step(c.state, std::move(before));
}

// By the keys that were held when the button went down: a quick hand lets go of them before the button.
void click_tile(const GalleryState& state, const PanelContext& c, Row row) {
  // The end of a frame that was dragged around tiles is no click.
  if (state.marquee.phase == Marquee::Phase::Active) return;
  if (state.press_ctrl) return toggle_tile(c, row);
  Selection& selection = c.state.selection;
  SelectionBefore before = selection_now(c.state);
  if (state.press_shift && selection.anchor() != no_row)
    selection.extend_to(row, c.state.shown);
  else
    selection.set_only(row);
  selection.set_focus(row);
  push_selection_step(c.state, std::move(before));
}

// A press with the right button is about what is selected, or about this one alone.
void right_click(GalleryState& state, const PanelContext& c, Row row) {
  if (!ImGui::IsItemHovered() || !ImGui::IsMouseReleased(ImGuiMouseButton_Right)) return;
  Selection& selection = c.state.selection;
  if (!selection.contains(row)) {
    SelectionBefore before = selection_now(c.state);
    selection.set_only(row);
    push_selection_step(c.state, std::move(before));
  }
  selection.set_focus(row);
  state.menu_row = row;
  state.open_menu = true;
}

void open_loupe(const PanelContext& c, Row row) {
  c.state.selection.set_focus(row);
  if (c.state.selection.count() <= 1) c.state.selection.set_only(row);
  c.state.wishes.show_panel = "Loupe";
}

void double_click(const PanelContext& c, Row row) {
  const ImGuiIO& io = ImGui::GetIO();
  if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left) && !io.KeyCtrl && !io.KeyShift)
    open_loupe(c, row);
}

void look_at(GalleryState& state, const PanelContext& c, Row row, Rect box) {
  TileHover& hover = state.hover;
  const ImVec2 at = ImGui::GetIO().MousePos;
  if (hover.row != row || hover.at.x != at.x || hover.at.y != at.y) hover.still_since = c.ui.now_secs;
  hover.row = row;
  hover.box = box;
  hover.at = at;
  hover.seen = true;
}

void draw_flash(const GalleryState& state, const PanelContext& c, ImDrawList* list, Row row, Rect shown) {
  for (const MarkFlash& flash : state.flashes) {
    if (flash.row != row) continue;
    const double gone = (c.ui.now_secs - flash.since_secs) / mark_flash_secs;
    if (gone < 0 || gone >= 1) continue;
    mark_flash(c.ui, list, c.view.library.items[row].mark, shown, 1 - static_cast<float>(gone));
    c.ui.redraw_in(0);
  }
}

void send_retry(const PanelContext& c, JobId job) {
  AppState* app = &c.state;
  RetryCommand command;
  command.jobs = {job};
  c.send(command, [app](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else if (!reply.failures.empty())
      app->note = {Note::Kind::Problem, reply.failures.front().error.message};
    else
      app->note = {Note::Kind::Done, "Retrying"};
  });
}

void send_cancel(const PanelContext& c, JobId job) {
  AppState* app = &c.state;
  CancelCommand command;
  command.jobs = {job};
  c.send(command, [app](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else
      app->note = {Note::Kind::Done, "Cancelled"};
  });
}

// From a button on the tile: about this one alone, whatever is selected.
void send_mark(const PanelContext& c, const Item& item, Mark mark) {
  const auto send = [](const CommandContext& context, SetMarksCommand::Wanted wanted, Note note) {
    AppState* app = &context.state;
    context.send(SetMarksCommand{{wanted}}, [app, note = std::move(note)](const CommandReply& reply) {
      app->note = reply.error ? Note{Note::Kind::Problem, reply.error->message} : note;
    });
  };
  const SetMarksCommand::Wanted before{item.asset, item.mark, item.stars}, after{item.asset, mark, item.stars};
  const Note note = mark == Mark::Pick     ? Note{Note::Kind::Pick, "Picked 1 asset"}
                    : mark == Mark::Reject ? Note{Note::Kind::Reject, "Rejected 1 asset"}
                                           : Note{Note::Kind::Done, "Took the mark off 1 asset"};
  send(c.commands, after, note);
  c.state.undo.push({note.text,
                     [send, before, note](CommandContext& context) {
                       send(context, before, {Note::Kind::Done, "Undone: " + note.text});
                     },
                     [send, after, note](CommandContext& context) { send(context, after, note); }});
}

// A stable name for a place: by its job where it has one, else by its asset.
std::string tile_label(const Item& item) {
  return "tile " + (item.job.valid() ? to_string(item.job) : to_string(item.asset));
}

// Those that only lead somewhere else need no popup that explains them first.
bool leads_elsewhere(const TileFace& face) { return !face.act_id.empty() && face.act_id != "Retry"; }

PictureSlot slot_for(const PanelContext& c, Row row, Rect shown) {
  const Library& library = c.view.library;
  if (!library.items[row].asset.valid()) return {};
  const std::string& sha256 = library.texts[row].sha256;
  if (!library.items[row].has_poster) return c.ui.pictures->hint_of(sha256, library.hints[row]);
  return c.ui.pictures->ask(sha256, static_cast<int>(shown.width()), static_cast<int>(shown.height()), library.hints[row]);
}

// In channel 0. What must be filtered waits until the end of it, so that one change of the renderer's state is enough.
void lay_picture(GalleryState& state, ImDrawList* list, const PictureSlot& slot, Rect box) {
  if (slot.is_hint)
    state.filtered.push_back({slot, box});
  else
    tile_picture(list, slot, box);
}

// The middle of the picture, as high and wide as the box, in its own pixels.
PictureSlot cropped_slot(const PanelContext& c, Row row, Rect box) {
  const Item& item = c.view.library.items[row];
  if (item.width <= 0 || item.height <= 0) return slot_for(c, row, box);
  const float cover =
      std::max(box.width() / static_cast<float>(item.width), box.height() / static_cast<float>(item.height));
  const float w = std::max(box.width(), std::round(static_cast<float>(item.width) * cover));
  const float h = std::max(box.height(), std::round(static_cast<float>(item.height) * cover));
  PictureSlot slot = slot_for(c, row, rect_at(0, 0, w, h));
  const auto crop = [](float& a, float& b, float whole, float part) {
    const float texel = (b - a) / whole, begin = std::floor((whole - part) * 0.5f);
    a += begin * texel;
    b = a + part * texel;
  };
  crop(slot.u0, slot.u1, w, box.width());
  crop(slot.v0, slot.v1, h, box.height());
  return slot;
}

// The clip under the pointer, at its place in time. Only asked for while the pointer is on it: leaving ends all work.
void draw_scrub(GalleryState& state, const PanelContext& c, ImDrawList* list, Row row, Rect shown) {
  const Ui& ui = c.ui;
  const Item& item = c.view.library.items[row];
  if (c.clips == nullptr || c.frames == nullptr || item.kind != MediaKind::Video || !item.asset.valid() ||
      item.asset_state != AssetState::Done || item.seconds <= 0)
    return;
  const double secs = static_cast<double>(item.seconds);
  const double at = scrub_time(state.scrub, row + std::uint64_t{1}, ImGui::GetIO().MousePos.x, shown.min.x,
                               shown.width(), secs, ui.now_secs);
  state.scrub_seen = true;
  // As large as it is shown, or so large that its middle fills a square.
  float w = shown.width(), h = shown.height();
  if (item.width > 0 && item.height > 0 && state.metrics.square) {
    const float cover = std::max(w / static_cast<float>(item.width), h / static_cast<float>(item.height));
    w = std::round(static_cast<float>(item.width) * cover);
    h = std::round(static_cast<float>(item.height) * cover);
  }
  const StripView view = c.clips->strip(c.view.library.texts[row].sha256, static_cast<int>(w), static_cast<int>(h), at);
  if (view.problem != nullptr) return;  // its poster stays
  state.scrub_exact = view.frame && view.exact;
  if (view.frame && view.frame->picture.width > 0) {
    // What stands in for its poster would come over it.
    if (!state.filtered.empty() && state.filtered.back().box.min.x == shown.min.x && state.filtered.back().box.min.y == shown.min.y)
      state.filtered.pop_back();
    state.channels.SetCurrentChannel(list, 0);
    list->PushClipRect(shown.min, shown.max, true);
    const ImVec2 corner{std::round(shown.centre().x - w * 0.5f), std::round(shown.centre().y - h * 0.5f)};
    const float sx = w / static_cast<float>(view.frame->picture.width);
    const float sy = h / static_cast<float>(view.frame->picture.height);
    for (const FrameTile& tile : c.frames->show_frame("hover", view.frame)) {
      const ImVec2 min{corner.x + static_cast<float>(tile.x) * sx, corner.y + static_cast<float>(tile.y) * sy};
      list->AddImage(ImTextureRef(static_cast<ImTextureID>(tile.texture)), min,
                     {min.x + static_cast<float>(tile.width) * sx, min.y + static_cast<float>(tile.height) * sy},
                     {tile.u0, tile.v0}, {tile.u1, tile.v1});
    }
    list->PopClipRect();
    state.channels.SetCurrentChannel(list, 1);
  }
  scrub_overlay(ui, list, {at, view.decoded_to_secs, secs, view.exact}, shown);
  if (scrub_plays(state.scrub, ui.now_secs))
    ui.redraw_in(1.0 / 60);
  else
    ui.redraw_in(scrub_rest_secs - (ui.now_secs - state.scrub.moved_secs));
}

}  // namespace

void act_on_tile(const PanelContext& c, const TileFace& face, Row row) {
  const JobId job = face.over_picture ? face.over_job : c.view.library.items[row].job;
  if (face.over_picture) row = c.view.library.row_of(job);
  if (face.act_id == "Decide") {
    c.state.wishes.decide = row;
  } else if (face.act_id == "Open card" || face.act_id == "Details") {
    select_only(c.state, row);
    c.state.wishes.show_panel = "Queue";
  } else if (face.act_id == "Raise cap" || face.act_id == "Check key") {
    c.state.wishes.settings = true;
    c.state.wishes.settings_section = face.act_id == "Raise cap" ? "Budget" : "Providers";
  } else if (face.act_id == "Find") {
    select_only(c.state, row);
    c.state.wishes.import_files = true;
    c.state.note = {Note::Kind::Done, "Choose its file, wherever it is now: the same bytes take their place again"};
  } else {
    send_retry(c, job);
  }
}

void lay_filtered_pictures(GalleryState& state, ImDrawList* list) {
  for (const auto& [slot, box] : state.filtered) tile_picture(list, slot, box);
  state.filtered.clear();
}

namespace {

// As wide as its own shape wants it, within limits.
float child_width(const Ui& ui, const Item& item, float height) {
  const float ratio = item.height > 0 ? static_cast<float>(item.width) / static_cast<float>(item.height) : 1.5f;
  return std::clamp(std::round(height * ratio), ui.px(24), std::round(height * 1.8f));
}

// What the trash or a switch hides leaves no gap.
const std::vector<Row>& children_of(GalleryState& state, const Library& library, AssetId image) {
  std::vector<Row>& children = state.strip_rows;
  children.clear();
  if (const auto found = library.children.find(image); found != library.children.end())
    for (const Row row : found->second)
      if (state.index.is_shown(row) && !state.index.is_tile(row)) children.push_back(row);
  return children;
}

void draw_child(const PanelContext& c, const FaceContext& faces, GalleryState& state, ImDrawList* list, AssetId image, Row row,
                Rect box) {
  const Library& library = c.view.library;
  const Ui& ui = c.ui;
  const Item& item = library.items[row];
  const Press press = press_area_at(tile_label(item).c_str(), box);
  TileFace face = face_of(faces, row);
  face.selected = c.state.selection.contains(row);
  face.focused = c.state.selection.focus() == row;
  face.hovered = press.hovered;
  // Until it has its own poster, its image stands there under the state.
  PictureSlot slot = slot_for(c, row, box);
  if (slot.texture == 0 && slot.average_rgba == 0) {
    const Row parent = library.row_of(image);
    if (parent != no_row) slot = slot_for(c, parent, box);
  }
  state.channels.SetCurrentChannel(list, 0);
  lay_picture(state, list, slot, box);
  state.channels.SetCurrentChannel(list, 1);
  strip_overlay(ui, list, face, slot, box);
  draw_flash(state, c, list, row, box);
  if (press.hovered) {
    look_at(state, c, row, box);
    if (face.shape == StateShape::None) draw_scrub(state, c, list, row, box);
  }
  right_click(state, c, row);
  double_click(c, row);
  if (press.clicked) {
    click_tile(state, c, row);
    if (leads_elsewhere(face))
      act_on_tile(c, face, row);
    else if (!face.act.empty() || face.can_cancel)
      state.child = row, state.open_child = true;
  }
  if (face.big_ring && face.progress < 0) ui.redraw_in(0.25);
}

}  // namespace

void draw_strip(const PanelContext& c, const FaceContext& faces, GalleryState& state, ImDrawList* list, AssetId image,
                ImVec2 at, float width) {
  const Library& library = c.view.library;
  const Ui& ui = c.ui;
  const std::vector<Row>& children = children_of(state, library, image);
  if (children.empty()) return;
  const float height = ui.px(strip_tile), gap = ui.px(strip_gap);
  const auto more_width = [&](std::size_t n) { return text_width(ui, Type::Caption, "+" + std::to_string(n)) + ui.px(12); };
  // The newest matter most: the last ones are shown, oldest of them first, as many as leave room for the rest's number.
  std::size_t first = children.size() > strip_most ? children.size() - strip_most : 0;
  for (; first + 1 < children.size(); ++first) {
    float needed = first > 0 ? more_width(first) : 0;
    for (std::size_t i = first; i < children.size(); ++i) needed += child_width(ui, library.items[children[i]], height) + gap;
    if (needed - (first > 0 ? 0 : gap) <= width + 1) break;
  }
  float x = at.x;
  for (std::size_t i = first; i < children.size(); ++i) {
    const float w = std::min(child_width(ui, library.items[children[i]], height), std::max(1.0f, at.x + width - x));
    draw_child(c, faces, state, list, image, children[i], rect_at(x, at.y, w, height));
    x += w + gap;
  }
  if (first == 0) return;
  // Never over the neighbour's strip.
  const float w = std::max(ui.px(24), more_width(first));
  const Rect box = rect_at(std::min(x, std::max(at.x, at.x + width - w)), at.y, w, height);
  const Press press = press_area_at(("More of " + to_string(image)).c_str(), box);
  if (press.hovered) list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceHover), ui.px(4));
  text_centred(ui, list, Type::Caption, box.centre(), ui.tone(press.hovered ? Tone::Text1 : Tone::Text2), "+" + std::to_string(first));
  if (press.clicked) {
    state.strip_of = image;
    state.strip_at = {box.min.x, box.max.y + ui.px(4)};
    state.open_strip = true;
  }
}

// All that were made from one picture, oldest first: those its strip has no room for too.
void draw_strip_popup(GalleryState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  if (std::exchange(state.open_strip, false)) ImGui::OpenPopup("strip");
  const std::vector<Row> children = children_of(state, c.view.library, state.strip_of);
  constexpr std::size_t in_row = 5;
  const float height = ui.px(64), gap = ui.px(8), cell = std::round(height * 1.8f), padding = ui.px(12);
  const std::size_t columns = std::min(children.size(), in_row), lines = (children.size() + in_row - 1) / in_row;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float full = (cell + gap) * static_cast<float>(columns) - gap + 2 * padding;
  const float tall = std::min((height + gap) * static_cast<float>(lines) - gap + 2 * padding, viewport->Size.y - ui.px(16));
  const ImVec2 end{viewport->Pos.x + viewport->Size.x, viewport->Pos.y + viewport->Size.y};
  ImGui::SetNextWindowPos({std::max(viewport->Pos.x, std::min(state.strip_at.x, end.x - full - ui.px(24))),
                           std::max(viewport->Pos.y, std::min(state.strip_at.y, end.y - tall - ui.px(8)))});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {1e9f, viewport->Size.y - ui.px(16)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(padding, padding));
  if (ImGui::BeginPopup("strip")) {
    close_on_escape(true);
    if (children.empty()) ImGui::CloseCurrentPopup();
    const FaceContext faces{c.view.library, c.view.providers, c.view.now_wall_ms, state.place_in_line};
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({full - 2 * padding, (height + gap) * static_cast<float>(lines) - gap});
    state.channels.Split(list, 2);
    for (std::size_t i = 0; i < children.size(); ++i) {
      const float w = std::min(cell, child_width(ui, c.view.library.items[children[i]], height));
      draw_child(c, faces, state, list, state.strip_of, children[i],
                 rect_at(at.x + (cell + gap) * static_cast<float>(i % in_row),
                         at.y + (height + gap) * static_cast<float>(i / in_row), w, height));
    }
    state.channels.SetCurrentChannel(list, 0);
    lay_filtered_pictures(state, list);
    state.channels.Merge(list);
    if (c.state.wishes.show_panel != nullptr) ImGui::CloseCurrentPopup();  // one was opened large
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

void draw_child_popup(GalleryState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  if (std::exchange(state.open_child, false)) ImGui::OpenPopup("child");
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(16), ui.px(14)));
  if (ImGui::BeginPopup("child")) {
    close_on_escape(true);
    const Library& library = c.view.library;
    const TileFace face =
        state.child < library.items.size()
            ? face_of({library, c.view.providers, c.view.now_wall_ms, state.place_in_line}, state.child)
            : TileFace{};
    if (face.act.empty() && !face.can_cancel) {
      ImGui::CloseCurrentPopup();
    } else {
      const float width = ui.px(300);
      const JobId job = face.over_picture ? face.over_job : library.items[state.child].job;
      ImDrawList* list = ImGui::GetWindowDrawList();
      const ImVec2 at = ImGui::GetCursorScreenPos();
      state_shape(ui, list, face.shape, {at.x + ui.px(10), at.y + ui.px(10)}, 20, face.progress, face.steps);
      text_at(ui, list, Type::Strong, at.x + ui.px(30), at.y + ui.px(10), ui.tone(Tone::Text1),
              face.headline.empty() ? "Running" : face.headline);
      ImGui::Dummy({width, ui.px(20)});
      if (!face.line.empty()) {
        const ImVec2 p = ImGui::GetCursorScreenPos();
        ImGui::Dummy({width, text_wrapped(ui, list, Type::Body, p, width, ui.tone(Tone::Text2), face.line, 5)});
      }
      ButtonFace act;
      act.text = face.can_cancel ? "Cancel it" : face.act;
      if (button(ui, face.can_cancel ? "Cancel it" : face.act_id.c_str(), act, 0, ui.px(32))) {
        if (face.can_cancel)
          send_cancel(c, job);
        else
          act_on_tile(c, face, state.child);
        ImGui::CloseCurrentPopup();
      }
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

void draw_tile(const PanelContext& c, const FaceContext& faces, GalleryState& state, ImDrawList* list, Row row,
               Rect box) {
  const Ui& ui = c.ui;
  const Item& item = c.view.library.items[row];
  Selection& selection = c.state.selection;
  TileFace face = face_of(faces, row);
  face.selected = selection.contains(row);
  face.focused = selection.focus() == row;
  face.hovered = state.marquee.phase != Marquee::Phase::Active &&
                 ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
                 ImGui::IsMouseHoveringRect(box.min, box.max);
  const bool is_picture = face.is_picture();
  const Rect shown = is_picture && !state.metrics.square ? fitted_box(box, item.width, item.height) : box;
  const PictureSlot slot = !is_picture            ? PictureSlot{}
                           : state.metrics.square ? cropped_slot(c, row, box)
                                                  : slot_for(c, row, shown);

  state.channels.SetCurrentChannel(list, 0);
  lay_picture(state, list, slot, shown);
  state.channels.SetCurrentChannel(list, 1);
  tile_overlay(ui, list, face, slot, box, shown);
  draw_flash(state, c, list, row, shown);
  if (face.hovered && face.shape == StateShape::None) draw_scrub(state, c, list, row, shown);

  // What lies on the tile is asked first: the first to be asked has the pointer.
  const TileParts parts = tile_parts(ui, face, box);
  const std::string label = tile_label(item);
  ImGui::PushID(label.c_str());
  if (parts.check.width() > 0 && press_area_at("Choose", grown(parts.check, ui.px(2))).clicked) toggle_tile(c, row);
  if (parts.flag.width() > 0) {
    if (press_area_at("Pick", parts.flag).clicked)
      send_mark(c, item, item.mark == Mark::Pick ? Mark::None : Mark::Pick);
    if (press_area_at("Reject", parts.reject).clicked)
      send_mark(c, item, item.mark == Mark::Reject ? Mark::None : Mark::Reject);
    if (press_area_at("Open", parts.open).clicked) open_loupe(c, row);
  }
  if (parts.cancel.width() > 0 && press_area_at("Cancel", parts.cancel).clicked) send_cancel(c, face.over_picture ? face.over_job : item.job);
  if (parts.act.width() > 0 && press_area_at(face.act_id.c_str(), parts.act).clicked) act_on_tile(c, face, row);
  ImGui::PopID();
  const Press press = press_area_at(label.c_str(), box);
  if (face.hovered) look_at(state, c, row, box);
  right_click(state, c, row);
  double_click(c, row);
  if (press.clicked) click_tile(state, c, row);

  if (face.big_ring && face.progress < 0) ui.redraw_in(0.25);
}

}  // namespace studio
