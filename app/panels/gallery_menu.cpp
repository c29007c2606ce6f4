// Menus out of the command table, and the recipe in few lines.
#include "panels/gallery_menu.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "model/price_rules.h"

namespace studio {
namespace {

constexpr float menu_width = 296;

// While a menu is open the pictures have lent their keys to it; its commands are still theirs.
class PicturesHaveFocus {
 public:
  explicit PicturesHaveFocus(AppState& state) : state_(state), before_(state.pictures_have_focus) {
    state_.pictures_have_focus = true;
  }
  ~PicturesHaveFocus() { state_.pictures_have_focus = before_; }
  PicturesHaveFocus(const PicturesHaveFocus&) = delete;
  PicturesHaveFocus& operator=(const PicturesHaveFocus&) = delete;

 private:
  AppState& state_;
  const bool before_;
};

bool can_run_named(const PanelContext& c, std::string_view name) {
  const UiCommand* command = find_command(name);
  return command != nullptr && can_run(*command, c.commands);
}

// True when it was there.
bool command_row(const PanelContext& c, std::string_view name, Icon icon = Icon::Count) {
  const UiCommand* command = find_command(name);
  if (command == nullptr || !can_run(*command, c.commands)) return false;
  if (menu_row(c.ui, std::string(name).c_str(), command->label, to_string(c.state.keys.chord(*command)),
               c.ui.px(menu_width), icon, price_now(*command, c.commands))) {
    command->run(c.commands);
    ImGui::CloseCurrentPopup();
  }
  return true;
}

// The address: where there is none, the row stays and says why.
void address_row(const PanelContext& c) {
  if (command_row(c, "copy-url")) return;
  const UiCommand* command = find_command("copy-url");
  if (command == nullptr) return;
  const Ui& ui = c.ui;
  const Press press = press_area("copy-url", {ui.px(menu_width), ui.px(28)});
  text_elided(ui, ImGui::GetWindowDrawList(), Type::Body, press.box.min.x + ui.px(34), press.box.centre().y,
              press.box.width() - ui.px(44), ui.tone(Tone::TextOff), command->label);
  if (press.hovered) ImGui::SetTooltip("%s", why_not(*command, c.commands).c_str());
}

// Five stars in a row; the one that is set is taken off by its own button.
void stars_row(const PanelContext& c, int set) {
  const Ui& ui = c.ui;
  static constexpr const char* names[] = {"stars-1", "stars-2", "stars-3", "stars-4", "stars-5"};
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float h = ui.px(28), y = at.y + h * 0.5f;
  text_at(ui, list, Type::Body, at.x + ui.px(34), y, ui.tone(Tone::Text1), "Stars");
  int over = 0;
  float x = at.x + ui.px(menu_width) - ui.px(8 + 5 * 24);
  Press presses[5];
  for (int i = 0; i < 5; ++i) {
    presses[i] =
        press_area_at(names[i], rect_at(x + ui.px(24) * static_cast<float>(i), at.y + ui.px(2), ui.px(24), ui.px(24)));
    if (presses[i].hovered) over = i + 1;
  }
  for (int i = 0; i < 5; ++i) {
    const bool lit = i < (over > 0 ? over : set);
    icon_at(ui, list, Icon::Star, presses[i].box.centre(), 16, ui.tone(lit ? Tone::Text1 : Tone::Text3), lit);
    if (!presses[i].clicked) continue;
    run_command(set == i + 1 ? "stars-0" : names[i], c.commands);
    ImGui::CloseCurrentPopup();
  }
  ImGui::Dummy({ui.px(menu_width), h});
}

// The same request once more, with a seed of its own.
std::optional<GenerateCommand> again_of(const Library& library, const GalleryGroup& group) {
  const auto generation = std::lower_bound(library.generations.begin(), library.generations.end(), group.generation,
                                           [](const Generation& g, GenerationId id) { return g.id < id; });
  if (generation == library.generations.end() || generation->id != group.generation || group.rows.empty()) return {};
  const auto& recipe = library.texts[group.rows.front()].recipe;
  if (!recipe || recipe->kind != MediaKind::Image) return {};
  GenerateCommand command;
  command.prompt = generation->prompt;
  command.count = generation->count;
  command.strategy = strategy_from(generation->strategy).value_or(Strategy::Seed);
  command.model = recipe->model;
  command.size = {recipe->width, recipe->height};
  command.negative_prompt = recipe->negative_prompt;
  // The words as they were sent, edited or not.
  if (const auto rows = library.of_generation.find(group.generation); rows != library.of_generation.end()) {
    for (const Row row : rows->second)
      if (library.texts[row].recipe) command.prompts.push_back(library.texts[row].recipe->prompt);
    if (static_cast<int>(command.prompts.size()) != command.count) command.prompts.clear();
  }
  return command;
}

std::string price_of_request(const StudioView& view, const GenerateCommand& command) {
  const ModelInfo* model = view.providers.find_model(command.model);
  Recipe recipe;
  recipe.kind = MediaKind::Image;
  recipe.model = command.model;
  recipe.width = command.size.width;
  recipe.height = command.size.height;
  const auto one = model != nullptr ? estimate_of(*model, recipe, view.price_rules) : std::nullopt;
  return one ? format_money(*one * command.count, model->currency) : "price not known";
}

void generate_again(const PanelContext& c, GenerateCommand command, const std::string& price) {
  AppState* app = &c.state;
  c.send(std::move(command), [app, price](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else
      app->note = {Note::Kind::Done, "Generating " + counted(reply.jobs.size(), "picture", "pictures") + " again, " + price};
  });
  c.state.wishes.show_newest = true;
}

}  // namespace

void close_on_escape(bool is_open) {
  if (is_open && ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
}

bool begin_menu(const Ui& ui, const char* name) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(4), ui.px(4)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  const bool is_open = ImGui::BeginPopup(name);
  if (!is_open) ImGui::PopStyleVar(2);
  close_on_escape(is_open);
  return is_open;
}
void end_menu() {
  ImGui::EndPopup();
  ImGui::PopStyleVar(2);
}

bool menu_row(const Ui& ui, const char* label, std::string_view text, std::string_view key, float width, Icon icon,
              std::string_view price) {
  const Press press = press_area(label, {width, ui.px(28)});
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (press.hovered)
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(press.held ? Tone::SurfacePress : Tone::SurfaceHover),
                        ui.px(4));
  const float y = press.box.centre().y;
  if (icon != Icon::Count) icon_at(ui, list, icon, {press.box.min.x + ui.px(18), y}, 16, ui.tone(Tone::Text2));
  float right = press.box.max.x - ui.px(10);
  if (!key.empty()) right = text_right(ui, list, Type::MonoSmall, right, y, ui.tone(Tone::Text2), key) - ui.px(12);
  if (!price.empty()) right = text_right(ui, list, Type::Label, right, y, ui.tone(Tone::AccentBase), price) - ui.px(12);
  const float x = press.box.min.x + ui.px(34);
  text_elided(ui, list, Type::Body, x, y, right - x, ui.tone(Tone::Text1), text);
  return press.clicked;
}

void menu_line(const Ui& ui, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y + ui.px(4);
  ImGui::GetWindowDrawList()->AddRectFilled({at.x, y}, {at.x + width, y + ui.hair()}, ui.tone(Tone::LineSoft));
  ImGui::Dummy({width, ui.px(8) + ui.hair()});
}

void draw_tile_menu(GalleryState& state, const PanelContext& c) {
  if (std::exchange(state.open_menu, false)) ImGui::OpenPopup("tile menu");
  const Ui& ui = c.ui;
  if (!begin_menu(ui, "tile menu")) return;
  const Library& library = c.view.library;
  if (state.menu_row >= library.items.size()) {
    ImGui::CloseCurrentPopup();
    return end_menu();
  }
  const PicturesHaveFocus focus(c.state);
  const Item& item = library.items[state.menu_row];
  // A line only between two blocks that both have something.
  bool above = false;
  const auto block = [&](std::initializer_list<std::pair<const char*, Icon>> names) {
    const bool any =
        std::any_of(names.begin(), names.end(), [&](const auto& name) { return can_run_named(c, name.first); });
    if (any && above) menu_line(ui, ui.px(menu_width));
    for (const auto& [name, icon] : names) command_row(c, name, icon);
    above = above || any;
  };
  block({{"open-loupe", Icon::CornersOut}, {"compare", Icon::Count}});
  block({{"cancel-job", Icon::Prohibit}, {"retry-job", Icon::ArrowClockwise}});
  block({{"pick", Icon::Flag}, {"reject", Icon::X}, {"unmark", Icon::Count}});
  if (can_run_named(c, "stars-1")) stars_row(c, item.stars);
  block({{"videos", Icon::FilmStrip},
         {"again-new-seed", Icon::DiceFive},
         {"again-exactly", Icon::ArrowClockwise},
         {"load-prompt", Icon::Count}});
  block({{"remake", Icon::ArrowClockwise}, {"edited-version", Icon::Count}, {"no-version", Icon::Count}});
  block({{"copy-prompt", Icon::Copy}, {"copy-path", Icon::Count}, {"export", Icon::Export}});
  if (item.asset.valid()) address_row(c);
  block({{"untrash", Icon::Count}, {"trash", Icon::Trash}});
  end_menu();
}

void draw_group_menu(GalleryState& state, const PanelContext& c) {
  if (std::exchange(state.open_group_menu, false)) ImGui::OpenPopup("group menu");
  const Ui& ui = c.ui;
  if (!begin_menu(ui, "group menu")) return;
  if (state.menu_group >= state.index.groups().size()) {
    ImGui::CloseCurrentPopup();
    return end_menu();
  }
  const GalleryGroup& group = state.index.groups()[state.menu_group];
  const float width = ui.px(menu_width);
  bool done = false;
  if (menu_row(ui, "Select the group", "Select the group", "", width, Icon::Check)) {
    SelectionBefore before = selection_now(c.state);
    c.state.selection.set_all(group.rows);
    if (!group.rows.empty()) c.state.selection.set_focus(group.rows.front());
    push_selection_step(c.state, std::move(before));
    done = true;
  }
  if (auto again = group.generation.valid() ? again_of(c.view.library, group) : std::nullopt) {
    const std::string price = price_of_request(c.view, *again);
    if (menu_row(ui, "Generate again", "Generate again", "", width, Icon::ArrowClockwise, price)) {
      generate_again(c, std::move(*again), price);
      done = true;
    }
  }
  menu_line(ui, width);
  if (menu_row(ui, "Fold all", "Fold all groups", "", width, Icon::CaretRight)) c.state.wishes.fold_all = done = true;
  if (menu_row(ui, "Unfold all", "Unfold all groups", "", width, Icon::CaretDown))
    c.state.wishes.unfold_all = done = true;
  if (done) ImGui::CloseCurrentPopup();
  end_menu();
}

void draw_tile_note(GalleryState& state, const PanelContext& c) {
  state.note_shown = false;
  const Ui& ui = c.ui;
  const TileHover& hover = state.hover;
  if (hover.row == no_row || ImGui::IsMouseDown(ImGuiMouseButton_Left) || ImGui::IsMouseDown(ImGuiMouseButton_Right) ||
      (!ImGui::IsPopupOpen("strip") && ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel)))
    return;
  const double left = note_rest_secs - (ui.now_secs - hover.still_since);
  if (left > 0) return ui.redraw_in(left);
  const Library& library = c.view.library;
  if (state.note_row != hover.row || state.note_revision != library.rows_revision) {
    state.note = note_of(library, c.view.providers, hover.row, c.view.now_wall_ms);
    state.note_row = hover.row;
    state.note_revision = library.rows_revision;
  }
  const RecipeNote& note = state.note;
  const float width = ui.px(320), label = ui.px(64);
  // Measured first: it stands under the tile, or above where there is no room, and never over the picture.
  float height = ui.px(20);
  const float title_h = note.title.empty() ? 0 : ui.px(22);
  const float prompt_h =
      note.prompt.empty() ? 0 : text_wrapped(ui, nullptr, Type::Body, {0, 0}, width, 0, note.prompt, 4) + ui.px(8);
  const float reason_h =
      note.reason.empty() ? 0 : text_wrapped(ui, nullptr, Type::Caption, {0, 0}, width, 0, note.reason, 3) + ui.px(8);
  height += title_h + prompt_h + reason_h + static_cast<float>(note.lines.size()) * ui.px(20);
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float full = width + ui.px(24);
  ImVec2 at{hover.box.min.x, hover.box.max.y + ui.px(30)};
  if (at.y + height > viewport->Pos.y + viewport->Size.y) at.y = hover.box.min.y - ui.px(8) - height;
  at.y = std::max(at.y, viewport->Pos.y);
  at.x = std::clamp(at.x, viewport->Pos.x, std::max(viewport->Pos.x, viewport->Pos.x + viewport->Size.x - full));

  // Straight onto the screen: a window of its own would be hidden for the frame in which it learns its size, and no
  // other frame is due.
  ImDrawList* list = ImGui::GetForegroundDrawList();
  const Rect box = rect_at(std::round(at.x), std::round(at.y), full, height);
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceFloat), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  const float x = box.min.x + ui.px(12);
  float y = box.min.y + ui.px(10);
  if (!note.title.empty()) {
    text_elided(ui, list, Type::Strong, x, y + ui.px(10), width, ui.tone(Tone::Text1), note.title);
    y += title_h;
  }
  if (!note.prompt.empty()) {
    text_wrapped(ui, list, Type::Body, {x, y}, width, ui.tone(Tone::Text1), note.prompt, 4);
    y += prompt_h;
  }
  for (const RecipeNote::Line& line : note.lines) {
    const float middle = y + ui.px(10);
    text_at(ui, list, Type::Caption, x, middle, ui.tone(Tone::Text3), line.label);
    text_elided(ui, list, Type::Caption, x + label, middle, width - label, ui.tone(Tone::Text1), line.value);
    y += ui.px(20);
  }
  if (!note.reason.empty())
    text_wrapped(ui, list, Type::Caption, {x, y + ui.px(8)}, width, ui.tone(Tone::Text2), note.reason, 3);
  state.note_shown = true;
}

}  // namespace studio
