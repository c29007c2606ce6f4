// How was it made, from what, and what was made from it?
#include <algorithm>

#include "commands/select_step.h"
#include "engine/versions.h"
#include "panels/gallery_rows.h"
#include "panels/loupe_panel.h"
#include "widgets/picture.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

// Draws from the top down and remembers how far it came.
struct Column {
  const PanelContext& c;
  ImDrawList* list;
  float left, right, y;

  void fact(const char* label, const std::string& value, Type type = Type::Body) {
    if (value.empty()) return;
    const Ui& ui = c.ui;
    text_at(ui, list, Type::Label, left, y + ui.px(10), ui.tone(Tone::Text2), label);
    const float x = left + ui.px(88);
    const float h = text_wrapped(ui, list, type, {x, y}, right - x, ui.tone(Tone::Text1), value, 3);
    y += std::max(ui.px(24), h + ui.px(4));
  }
  void head(const char* words) {
    const Ui& ui = c.ui;
    y += ui.px(12);
    list->AddRectFilled({left, y}, {right, y + ui.hair()}, ui.tone(Tone::LineSoft));
    y += ui.px(20);
    text_at(ui, list, Type::Strong, left, y, ui.tone(Tone::Text1), words);
    y += ui.px(16);
  }
  bool act(const char* command, const char* words, Icon icon, float& x, std::string_view price = {}) {
    const Ui& ui = c.ui;
    ButtonFace face;
    face.kind = ButtonKind::Quiet;
    face.icon = icon;
    face.text = words;
    face.value = price;
    const float w = button_width(ui, face);
    if (x + w > right + ui.px(12)) {
      x = left - ui.px(12);
      y += ui.px(28);
    }
    const bool pressed = button_at(ui, command, face, rect_at(x, y, w, ui.px(24)));
    x += w + ui.px(4);
    return pressed;
  }
};

void thumbnail(const PanelContext& c, ImDrawList* list, Row row, Rect box) {
  const Item& item = c.view.library.items[row];
  const std::string label = "thumb " + (item.job.valid() ? to_string(item.job) : to_string(item.asset));
  const Press press = press_area_at(label.c_str(), box);
  list->AddRectFilled(box.min, box.max, c.ui.tone(Tone::GroundCell));
  if (item.has_poster && item.asset.valid()) {
    begin_pictures(list, c.ui.pictures->gpu());
    const Rect shown = fitted_box(box, item.width, item.height);
    picture(list, c.ui.pictures->ask(c.view.library.texts[row].sha256, static_cast<int>(shown.width()), static_cast<int>(shown.height())), shown);
    end_pictures(list);
  }
  if (press.hovered) list->AddRect(box.min, box.max, c.ui.tone(Tone::SelectRing), 0, c.ui.hair());
  if (press.clicked) select_only(c.state, row);
}

void lineage(Column& column, const char* words, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  const Ui& ui = column.c.ui;
  column.head(words);
  const float w = ui.px(88), h = ui.px(56), gap = ui.px(8);
  float x = column.left;
  for (const Row row : rows) {
    if (x > column.left && x + w > column.right) {
      x = column.left;
      column.y += h + gap;
    }
    thumbnail(column.c, column.list, row, rect_at(x, column.y, w, h));
    x += w + gap;
  }
  column.y += h;
}

// Why it is stale, or that it is being made again, and the way on with its price.
void draw_stale(Column& column, Row row) {
  const PanelContext& c = column.c;
  const Ui& ui = c.ui;
  const Library& library = c.view.library;
  const bool is_being_remade = being_remade(library, library.items[row].asset) != no_row;
  std::string words = stale_words(library, row);
  bool can = can_remake(library, row);
  if (const auto remaking = can ? remaking_of(library, row, c.view.providers) : Result<Remaking>{}; !remaking) {
    words += (words.empty() ? "" : " ") + remaking.error().message;
    can = false;
  }
  const NoRemake why = why_not_remade(library, row);
  const bool is_lost = library.items[row].asset_state == AssetState::Missing;
  if (why == NoRemake::PictureHasIt || (is_lost && why == NoRemake::HasNewer))
    words += (words.empty() ? "" : " ") + sentence_of(why, to_string(library.items[row].asset));
  if (words.empty() && !is_being_remade && !can) return;
  const std::string said = is_being_remade ? "Being re-made." + (words.empty() ? "" : " " + words) : words;
  if (!said.empty()) {
    state_shape(ui, column.list, is_being_remade ? StateShape::RingTick : StateShape::Half, {column.left + ui.px(8), column.y + ui.px(10)}, 16);
    column.y += text_wrapped(ui, column.list, Type::Body, {column.left + ui.px(24), column.y}, column.right - column.left - ui.px(24),
                             ui.tone(Tone::Text1), said, 4) + ui.px(4);
  }
  if (!can) {
    column.y += ui.px(4);
    return;
  }
  float x = column.left - ui.px(12);
  const bool before = std::exchange(c.state.loupe_has_focus, true);
  const std::string price = price_now(*find_command("remake"), c.commands);
  if (column.act("Re-make", "Re-make", Icon::ArrowClockwise, x, price)) press_command("remake", c.commands);
  c.state.loupe_has_focus = before;
  column.y += ui.px(32);
}

}  // namespace

float draw_loupe_recipe(LoupeState& state, const PanelContext& c, Rect box) {
  const Ui& ui = c.ui;
  const Library& library = c.view.library;
  const Item& item = library.items[state.row];
  const ItemText& text = library.texts[state.row];
  Column column{c, ImGui::GetWindowDrawList(), box.min.x + ui.px(16), box.max.x - ui.px(16), box.min.y + ui.px(12)};
  text_at(ui, column.list, Type::Strong, column.left, column.y + ui.px(8), ui.tone(Tone::Text1), "Recipe");
  column.y += ui.px(24);
  draw_stale(column, state.row);
  const bool was_made = text.recipe && !text.recipe->model.empty();
  if (text.recipe && !text.recipe->prompt.empty())
    column.y += text_wrapped(ui, column.list, Type::Body, {column.left, column.y}, column.right - column.left,
                             ui.tone(Tone::Text1), text.recipe->prompt, 8) +
                ui.px(8);
  if (was_made) {
    // The words of quiet buttons stand in line with the text above them.
    float x = column.left - ui.px(12);
    const auto press = [&](const char* name) {
      const bool before = std::exchange(c.state.loupe_has_focus, true);
      press_command(name, c.commands);
      c.state.loupe_has_focus = before;
    };
    if (column.act("Copy prompt", "Copy", Icon::Copy, x)) press("copy-prompt");
    if (column.act("Load into prompt", "Use in prompt", Icon::ArrowBendDownRight, x)) press("load-prompt");
    const bool before = std::exchange(c.state.loupe_has_focus, true);
    const std::string price = price_now(*find_command("again-exactly"), c.commands);
    c.state.loupe_has_focus = before;
    if (column.act("Again with a new seed", "New seed", Icon::Shuffle, x, price)) press("again-new-seed");
    if (column.act("Again exactly", "Again", Icon::ArrowsClockwise, x, price)) press("again-exactly");
    const bool is_seen = ImGui::IsRectVisible({column.left, column.y}, {column.right, column.y + ui.px(24)});
    if (is_seen && c.state.over_panels.empty()) c.state.priced_row = state.row;
    column.y += ui.px(32);
  }
  for (const auto& [label, value] : recipe_facts(library, c.view.providers, state.row))
    column.fact(label.c_str(), value, label == "Seed" ? Type::Mono : Type::Body);

  std::vector<Row> parents, children, takes;
  if (const Row parent = library.row_of(item.parent); item.parent.valid() && parent != no_row) {
    parents.push_back(parent);
    if (const auto found = library.children.find(item.parent); found != library.children.end() && found->second.size() > 1) takes = found->second;
  }
  if (const auto found = library.children.find(item.asset); item.asset.valid() && found != library.children.end()) children = found->second;
  std::vector<Row> earlier, newer;
  for (const AssetId id : text.earlier)
    if (const Row row = library.row_of(id); row != no_row) earlier.push_back(row);
  if (const auto found = library.versions.find(item.asset); item.asset.valid() && found != library.versions.end()) {
    // What came to nothing is no version.
    for (const Row row : found->second)
      if (!library.items[row].in_trash && (library.items[row].asset.valid() || !is_terminal(library.items[row].state))) newer.push_back(row);
  }
  lineage(column, "Newer versions", newer);
  lineage(column, earlier.size() > 1 ? "Earlier versions" : "Earlier version", earlier);
  lineage(column, "Made from", parents);
  lineage(column, "Videos of that picture", takes);
  lineage(column, "Videos made from it", children);
  return column.y - box.min.y + ui.px(16);
}

}  // namespace studio
