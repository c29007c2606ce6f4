// Which pictures shall be made, and what will they cost?
#include "panels/prompt_panel.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "panels/gallery_menu.h"
#include "panels/gallery_rows.h"
#include "panels/model_list.h"
#include "panels/prompt_edit.h"
#include "panels/prompt_lists.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

constexpr float label_column = 88;

const PromptRows& rows_of(PromptState& state, const PanelContext& c) {
  const ModelInfo* model = c.view.providers.find_model(state.draft.model);
  const std::string missing = model == nullptr ? std::string() : c.studio.missing_key(model->provider);
  if (!state.rows_known || !(state.rows_of == state.draft) || state.rows_missing != missing ||
      !(state.rows_rules == c.view.price_rules)) {
    state.rows_of = state.draft;
    state.rows_missing = missing;
    state.rows_rules = c.view.price_rules;
    state.rows = prompt_rows(state.draft, c.view.providers, c.view.variations, missing, c.view.price_rules);
    state.rows_known = true;
  }
  return state.rows;
}

std::int64_t fresh_seed(PromptState& state) { return static_cast<std::int64_t>(state.random.below(max_seed)) + 1; }

// Whether it was sent.
bool generate(PromptState& state, const PanelContext& c) {
  const PromptRows& rows = rows_of(state, c);
  if (!rows.objection.empty()) {
    state.problem = rows.objection;
    c.state.note = {Note::Kind::Problem, rows.objection};
    return false;
  }
  GenerateCommand command;
  command.prompt = state.draft.prompt;
  command.count = state.draft.count;
  command.strategy = state.draft.strategy;
  command.model = state.draft.model;
  command.size = state.draft.size;
  command.seed = state.draft.seed;
  if (!state.draft.edits.empty()) command.prompts = rows.prompts;
  if (rows.model->has_negative_prompt) command.negative_prompt = state.draft.avoid;
  state.problem.clear();
  PromptState* panel = &state;
  AppState* app = &c.state;
  state.batch_is_coming = true;
  c.send(std::move(command), [panel, app, act = rows.act + ", " + rows.total_text](const CommandReply& reply) {
    panel->batch_is_coming = false;
    if (reply.error) {
      panel->problem = reply.error->message;
      app->note = {Note::Kind::Problem, reply.error->message};
      panel->keeps_going = false;
      return;
    }
    if (!reply.jobs.empty()) panel->last_batch = reply.jobs.front().generation;
    app->note = {Note::Kind::Done, act + ": on the way"};
  });
  c.state.wishes.show_newest = true;
  if (!state.seed_kept) state.draft.seed = fresh_seed(state);
  return true;
}

// Everything of a kept recipe that this form can say; its seed is kept for the next run.
void load(PromptState& state, const PanelContext& c, Row row) {
  end_edit(state);
  if (row >= c.view.library.texts.size() || !c.view.library.texts[row].recipe) return;
  const ItemText* text = &c.view.library.texts[row];
  // A video's own words are about its motion: the picture it was made from is what this form can make again.
  if (text->recipe->kind == MediaKind::Video)
    if (const Row parent = c.view.library.row_of(c.view.library.items[row].parent); parent != no_row)
      text = &c.view.library.texts[parent];
  const Recipe& recipe = *text->recipe;
  if (recipe.kind != MediaKind::Image || recipe.model.empty()) {
    c.state.note = {Note::Kind::Problem, "It was imported: there is no recipe to load"};
    return;
  }
  state.draft.prompt = recipe.prompt;
  state.draft.avoid = recipe.negative_prompt;
  state.draft.model = recipe.model;
  state.draft.size = {recipe.width, recipe.height};
  state.draft.seed = recipe.seed;
  state.draft.edits.clear();
  state.seed_kept = true;
  state.problem.clear();
  c.state.wishes.show_panel = "Prompt";
  c.state.note = {Note::Kind::Done, "Loaded into the prompt, with its seed"};
}

// The same seed again would buy the same pictures again: it is kept no longer.
void next_batch(PromptState& state, const PanelContext& c) {
  state.seed_kept = false;
  state.draft.seed = fresh_seed(state);
  if (!generate(state, c)) state.keeps_going = false;
}

// What costs money is never sent unseen: the panel comes to the front first, with its price, and says what to do then.
bool shows_its_price(const PanelContext& c, std::string_view command, std::string_view what) {
  if (c.state.prompt_is_seen) return true;
  if (!c.state.over_panels.empty()) {
    c.state.note = {Note::Kind::Price, "Close " + std::string(c.state.over_panels) + " first: the prompt says what it will cost"};
    return false;
  }
  const UiCommand* by = find_command(command);
  const std::string key = by == nullptr ? "" : to_string(c.state.keys.chord(*by));
  c.state.wishes.write_prompt = true;
  c.state.note = {Note::Kind::Price, "The prompt says what it will cost: " + (key.empty() ? "its button" : key + " there") + " " + std::string(what)};
  return false;
}

void turn_keep_going(PromptState& state, const PanelContext& c) {
  if (state.keeps_going) {
    state.keeps_going = false;
    c.state.note = {Note::Kind::Done, "Keep going is off"};
    return;
  }
  if (!shows_its_price(c, "keep-going", "turns keep going on")) return;
  if (state.edit) {
    c.state.note = {Note::Kind::Problem, "The prompt holds a job that you change: save or leave it first"};
    return;
  }
  state.keeps_going = true;
  const Note it_will = {Note::Kind::Done, "Keeps going: the next batch comes as soon as you judge the last one"};
  if (state.batch_is_coming) {
    c.state.note = it_will;
  } else if (!state.last_batch.valid()) {
    if (!generate(state, c)) state.keeps_going = false;
  } else if (next_batch_is_due(c.view.library, state.last_batch) || batch_is_lost(c.view.library, state.last_batch)) {
    next_batch(state, c);
  } else {
    c.state.note = it_will;
  }
}

void keep_going(PromptState& state, const PanelContext& c) {
  if (std::exchange(c.state.wishes.keep_going, false)) turn_keep_going(state, c);
  if (!state.keeps_going || state.edit || state.batch_is_coming || c.view.paused || !state.last_batch.valid()) return;
  if (std::exchange(state.looked_at_rows, c.view.library.rows_revision) == c.view.library.rows_revision) return;
  if (batch_is_lost(c.view.library, state.last_batch)) {
    // Never on and on where nothing comes of it.
    state.keeps_going = false;
    c.state.note = {Note::Kind::Problem, "Keep going is off: nothing of the last batch arrived. The queue says why."};
  } else if (next_batch_is_due(c.view.library, state.last_batch)) {
    next_batch(state, c);
  }
}

// It is seen wherever the panel is.
void say_that_it_keeps_going(const PromptState& state, const PanelContext& c, const PromptRows& rows) {
  std::string words;
  if (state.keeps_going) words = "Keeps going" + (state.edit || rows.total_text.empty() ? "" : ", " + rows.total_text + " a batch");
  if (words == c.state.keeps_going) return;
  c.state.keeps_going = std::move(words);
  c.ui.redraw_in(0);
}

void draw_model(PromptState& state, const PanelContext& c, float width) {
  const Ui& ui = c.ui;
  const PromptRows& rows = rows_of(state, c);
  const Press press = press_area("Model##model", {width, ui.px(40)});
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool open = ImGui::IsPopupOpen("models");
  list->AddRectFilled(press.box.min, press.box.max,
                      ui.tone(press.held || open ? Tone::SurfacePress
                              : press.hovered    ? Tone::SurfaceHover
                                                 : Tone::SurfaceRaised),
                      ui.px(4));
  const float x = press.box.min.x + ui.px(10), room = width - ui.px(44);
  text_elided(ui, list, Type::Strong, x, press.box.min.y + ui.px(13), room, ui.tone(Tone::Text1),
              rows.model != nullptr ? rows.model->label : state.draft.model);
  text_elided(ui, list, Type::Caption, x, press.box.min.y + ui.px(29), room, ui.tone(Tone::Text2), rows.model_facts);
  icon_at(ui, list, Icon::CaretDown, {press.box.max.x - ui.px(16), press.box.centre().y}, 16, ui.tone(Tone::Text2));
  if (press.clicked) ImGui::OpenPopup("models");

  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float top = press.box.max.y + ui.px(4);
  ImGui::SetNextWindowPos({press.box.min.x, top});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {1e9f, std::max(ui.px(120), viewport->Pos.y + viewport->Size.y - top - ui.px(8))});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(4), ui.px(4)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  if (ImGui::BeginPopup("models")) {
    close_on_escape(true);
    // A job's medium stays what it is.
    const MediaKind kind = state.edit ? state.edit->recipe.kind : MediaKind::Image;
    const std::string clicked = draw_model_rows(c, kind, state.draft.model, std::max(width - ui.px(8), ui.px(360)));
    if (!clicked.empty()) {
      state.draft.model = clicked;
      ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

void draw_prompt(PromptState& state, const PanelContext& c, float width, float height) {
  const Ui& ui = c.ui;
  const ImVec2 min = ImGui::GetCursorScreenPos();
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Rect box = rect_at(min.x, min.y, width, height);
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceRaised), ui.px(4));
  if (c.state.wishes.write_prompt) {
    ImGui::SetKeyboardFocusHere();
    c.state.wishes.write_prompt = false;
  }
  FieldLook look;
  look.multi_line = true;
  look.type = Type::Lines;
  look.size = {width, height - ui.px(26)};
  look.hint = "What shall be in the picture?";
  ImGui::PushStyleColor(ImGuiCol_FrameBg, ui.tone(Tone::SurfaceRaised));
  const FieldState field = text_field(ui, "##prompt", state.draft.prompt, look);
  ImGui::PopStyleColor();
  if (field.changed) state.problem.clear();
  // The field's own border stands around its lower line too.
  if (field.active) {
    list->AddRectFilled({box.min.x + ui.px(2), field.box.max.y - ui.px(2)}, {box.max.x - ui.px(2), field.box.max.y},
                        ui.tone(Tone::SurfaceRaised));
    list->AddRect(box.min, box.max, ui.tone(Tone::AccentBase), ui.px(4), ui.hair());
  }
  const PromptRows& rows = rows_of(state, c);
  const float y = box.max.y - ui.px(14);
  const int most = rows.model != nullptr ? rows.model->max_prompt_bytes : 0;
  std::string length = std::to_string(state.draft.prompt.size());
  if (most > 0) length += " of " + std::to_string(most);
  const bool too_long = most > 0 && static_cast<int>(state.draft.prompt.size()) > most;
  const float left = text_right(ui, list, Type::Caption, box.max.x - ui.px(10), y,
                                ui.tone(too_long ? Tone::StateStale : Tone::Text3), length);
  const Rect earlier = rect_at(box.min.x + ui.px(4), box.max.y - ui.px(26), ui.px(24), ui.px(24));
  if (icon_button_at(ui, "Earlier prompts", Icon::Clock, earlier)) state.show_history = true;
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("Earlier prompts");
  draw_earlier_prompts(state, c, box);
  state.missing_shown = elided(ui, Type::Caption, state.missing_script, left - earlier.max.x - ui.px(16));
  text_at(ui, list, Type::Caption, earlier.max.x + ui.px(6), y, ui.tone(Tone::StateStale), state.missing_shown);
  ImGui::SetCursorScreenPos({min.x, box.max.y});
  ImGui::Dummy({width, 0});
}

void draw_variations(PromptState& state, const PanelContext& c, float width, bool with_list) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 head = ImGui::GetCursorScreenPos();
  const float named = text_at(ui, list, Type::Label, head.x, head.y + ui.px(10), ui.tone(Tone::Text2), "Variations");
  text_right(ui, list, Type::Caption, head.x + width, head.y + ui.px(10), ui.tone(Tone::Text3),
             elided(ui, Type::Caption, rows_of(state, c).how_varied, head.x + width - named - ui.px(12)));
  ImGui::Dummy({width, ui.px(20)});

  const float gap = ui.px(4), w = std::floor((width - gap * 9) / 10);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  for (int n = 1; n <= max_variations; ++n) {
    const std::string text = std::to_string(n);
    const float x = at.x + static_cast<float>(n - 1) * (w + gap);
    const float right = n == max_variations ? at.x + width : x + w;
    const Press press = press_area_at(("count " + text).c_str(), {{x, at.y}, {right, at.y + ui.px(24)}});
    const bool on = state.draft.count == n;
    const Tone ground = on ? Tone::AccentBase : press.hovered ? Tone::SurfacePress : Tone::SurfaceHover;
    list->AddRectFilled(press.box.min, press.box.max, ui.tone(ground), ui.px(2));
    text_centred(ui, list, Type::Label, press.box.centre(), ui.tone(on ? Tone::TextOn : Tone::Text1), text);
    if (press.clicked) state.draft.count = n;
  }
  ImGui::Dummy({width, ui.px(24)});

  // Chips wrap to the width there is.
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(ui.px(6), ui.px(6)));
  const float right_edge = ImGui::GetCursorScreenPos().x + width;
  bool first = true;
  for (const Strategy strategy : {Strategy::Mixed, Strategy::Camera, Strategy::Light, Strategy::Mood,
                                  Strategy::Composition, Strategy::Seed, Strategy::Off}) {
    const bool on = state.draft.strategy == strategy;
    const std::string_view text = label_of(strategy);
    if (!first) {
      ImGui::SameLine();
      if (ImGui::GetCursorScreenPos().x + chip_width(ui, text, on) > right_edge + 1) ImGui::NewLine();
    }
    first = false;
    if (chip(ui, (std::string(text) + "##strategy").c_str(), text, on)) state.draft.strategy = strategy;
  }
  ImGui::PopStyleVar();

  const PromptRows& rows = rows_of(state, c);
  if (!with_list) {
    draw_wordings_row(state, c, rows, width);
    return;
  }
  constexpr int most = 5;
  const int shown =
      std::min<int>(static_cast<int>(rows.wordings.size()), rows.wordings.size() == most + 1 ? most + 1 : most);
  const bool more = static_cast<int>(rows.wordings.size()) > shown;
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const float height = ui.px(static_cast<float>(20 * (shown + (more ? 1 : 0)) + 16));
  const Press press = press_area_at("Edit the wordings", rect_at(min.x, min.y, width, height));
  list->AddRectFilled(min, {min.x + width, min.y + height}, ui.tone(press.hovered ? Tone::SurfaceHover : Tone::SurfaceRaised), ui.px(4));
  if (press.clicked) ImGui::OpenPopup("wordings");
  draw_wordings(state, c, rows, press.box);
  float y = min.y + ui.px(18);
  for (int i = 0; i < shown; ++i, y += ui.px(20)) {
    text_right(ui, list, Type::MonoSmall, min.x + ui.px(24), y, ui.tone(Tone::Text3), std::to_string(i + 1));
    text_elided(ui, list, Type::Caption, min.x + ui.px(32), y, width - ui.px(42),
                ui.tone(i == 0 ? Tone::Text3 : Tone::Text2), rows.wordings[static_cast<std::size_t>(i)]);
  }
  if (more)
    text_at(ui, list, Type::Caption, min.x + ui.px(32), y, ui.tone(Tone::Text3),
            std::to_string(rows.wordings.size() - static_cast<std::size_t>(shown)) + " more, edit the list…");
  ImGui::Dummy({width, height});
}

void draw_shape(PromptState& state, const PanelContext& c, float width) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const PromptRows& rows = rows_of(state, c);
  const ImVec2 row = ImGui::GetCursorScreenPos();
  const float left = row.x + ui.px(label_column), h = ui.px(40), gap = ui.px(4);
  text_at(ui, list, Type::Label, row.x, row.y + h * 0.5f, ui.tone(Tone::Text2), "Shape");
  const float w = std::floor((row.x + width - left - gap * 4) / 5);
  for (int i = 0; i < 5; ++i) {
    const std::string_view name = shape_names[i];
    const float x = left + static_cast<float>(i) * (w + gap);
    const Press press = press_area_at((std::string(name) + "##shape").c_str(), rect_at(x, row.y, w, h));
    const bool on = rows.ratio == name;
    list->AddRectFilled(press.box.min, press.box.max,
                        ui.tone(on              ? Tone::SurfacePress
                                : press.hovered ? Tone::SurfaceHover
                                                : Tone::SurfaceRaised),
                        ui.px(4));
    // The shape itself, in a box of 16.
    const Size size = size_from_aspect(name).value_or(Size{1, 1});
    const float fit = ui.px(15) / static_cast<float>(std::max(size.width, size.height));
    const float sw = std::round(static_cast<float>(size.width) * fit),
                sh = std::round(static_cast<float>(size.height) * fit);
    const ImVec2 middle{press.box.centre().x, press.box.min.y + ui.px(14)};
    const Rect drawn = rect_at(std::round(middle.x - sw * 0.5f), std::round(middle.y - sh * 0.5f), sw, sh);
    list->AddRect(drawn.min, drawn.max, ui.tone(on ? Tone::Text1 : Tone::Text3), ui.px(1), on ? ui.px(2) : ui.hair());
    text_centred(ui, list, Type::Caption, {press.box.centre().x, press.box.max.y - ui.px(9)},
                 ui.tone(on ? Tone::Text1 : Tone::Text2), name);
    if (press.clicked) state.draft.size = size;
  }
  ImGui::Dummy({width, h});

  if (rows.model != nullptr && rows.model->has_negative_prompt) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_at(ui, list, Type::Label, at.x, at.y + ui.px(12), ui.tone(Tone::Text2), "Avoid");
    ImGui::SetCursorScreenPos({at.x + ui.px(label_column), at.y});
    FieldLook avoid;
    avoid.size = {row.x + width - left, ui.px(24)};
    avoid.hint = "what shall not be seen";
    text_field(ui, "##avoid", state.draft.avoid, avoid);
    ImGui::SetCursorScreenPos({at.x, at.y + ui.px(24)});
    ImGui::Dummy({width, 0});
  }

  // Fields that keep what is typed while it is typed.
  const auto row_of = [&](std::string_view label) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_at(ui, list, Type::Label, at.x, at.y + ui.px(12), ui.tone(Tone::Text2), label);
    ImGui::SetCursorScreenPos({at.x + ui.px(label_column), at.y});
    return at;
  };
  FieldLook look;
  look.type = Type::Mono;
  look.select_all_on_focus = look.escape_restores = true;
  look.size = {row.x + width - left, ui.px(24)};
  {
    const ImVec2 at = row_of("Size");
    if (!state.size_is_edited) state.size_field = rows.size_text;
    const FieldState field = text_field(ui, "##size", state.size_field, look);
    if (state.size_is_edited && !field.active)
      if (const auto size = size_from_text(state.size_field)) state.draft.size = *size;
    state.size_is_edited = field.active;
    const std::string& facts = rows_of(state, c).size_facts;
    const float room = look.size.x - text_width(ui, look.type, state.size_field) - ui.px(8 + 12 + 8);
    if (!field.active && text_width(ui, Type::Caption, facts) <= room)
      text_right(ui, list, Type::Caption, at.x + width - ui.px(8), at.y + ui.px(12), ui.tone(Tone::Text3), facts);
    ImGui::SetCursorScreenPos({at.x, at.y + ui.px(24)});
    ImGui::Dummy({width, 0});
  }
}

void draw_seed(PromptState& state, const PanelContext& c, float width) {
  const Ui& ui = c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float left = at.x + ui.px(label_column);
  text_at(ui, list, Type::Label, at.x, at.y + ui.px(12), ui.tone(Tone::Text2), "Seed");
  ImGui::SetCursorScreenPos({left, at.y});
  FieldLook look;
  look.type = Type::Mono;
  look.select_all_on_focus = look.escape_restores = true;
  look.size = {at.x + width - left - ui.px(56), ui.px(24)};
  if (!state.seed_is_edited) state.seed_field = grouped_figures(state.draft.seed);
  // One ground under the field and its two buttons.
  list->AddRectFilled({left, at.y}, {at.x + width, at.y + ui.px(24)}, ui.tone(Tone::SurfaceRaised), ui.px(4));
  const FieldState field = text_field(ui, "##seed", state.seed_field, look);
  if (state.seed_is_edited && !field.active) {
    std::string digits;
    for (const char ch : state.seed_field)
      if (ch >= '0' && ch <= '9') digits += ch;
    std::int64_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc() && value <= max_seed)
      state.draft.seed = value;
  }
  state.seed_is_edited = field.active;
  if (icon_button_at(ui, "New seed", Icon::DiceFive, rect_at(at.x + width - ui.px(54), at.y, ui.px(24), ui.px(24))))
    state.draft.seed = fresh_seed(state);
  if (icon_button_at(ui, "Keep seed", Icon::Lock, rect_at(at.x + width - ui.px(26), at.y, ui.px(24), ui.px(24)),
                     state.seed_kept))
    state.seed_kept = !state.seed_kept;
  ImGui::SetCursorScreenPos({at.x, at.y + ui.px(24)});
  ImGui::Dummy({width, 0});
}

void draw_foot(PromptState& state, const PanelContext& c, float width) {
  const Ui& ui = c.ui;
  const PromptRows& rows = rows_of(state, c);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const bool play = rows.model == nullptr || rows.model->currency == Currency::Play;
  const Books& books = play ? c.view.play : c.view.usd;
  const float y = at.y + ui.px(10);
  // What it has cost so far, what is set aside, and what this run adds.
  float right = at.x + width;
  if (rows.total)
    right = text_right(ui, list, Type::Strong, right, y, ui.tone(Tone::AccentBase), "+ " + format_money(*rows.total)) -
            ui.px(8);
  right = text_right(ui, list, Type::Strong, right, y, ui.tone(Tone::Text1), format_money(books.settled));
  if (books.reserved.micros > 0 && width > ui.px(300))
    right = text_right(ui, list, Type::Caption, right - ui.px(8), y, ui.tone(Tone::Text3),
                       format_money(books.reserved) + " reserved");
  text_elided(ui, list, Type::Label, at.x, y, right - ui.px(8) - at.x, ui.tone(Tone::Text2), play ? "Sandbox, play money" : "Spent");
  ImGui::Dummy({width, ui.px(20)});

  const std::string problem = !state.problem.empty()                ? state.problem
                              : trimmed(state.draft.prompt).empty() ? std::string()
                                                                    : rows.objection;
  if (!problem.empty()) {
    const ImVec2 p = ImGui::GetCursorScreenPos();
    state_shape(ui, list, StateShape::Triangle, {p.x + ui.px(8), p.y + ui.px(9)}, 14);
    const float used = text_wrapped(ui, list, Type::Caption, {p.x + ui.px(24), p.y}, width - ui.px(24),
                                    ui.tone(Tone::Text1), problem, 3);
    ImGui::Dummy({width, std::max(used, ui.px(18))});
  }
  ButtonFace face;
  face.kind = ButtonKind::Accent;
  face.icon = Icon::Sparkle;
  face.text = rows.act;
  const std::string price = rows.total ? format_money(*rows.total) : "";
  face.value = price;
  if (width >= ui.px(350)) {
    face.key1 = "Ctrl";
    face.key2 = "Enter";
  }
  face.enabled = rows.objection.empty();
  const float keep = ui.px(40) + ui.px(8);
  const ImVec2 foot_at = ImGui::GetCursorScreenPos();
  if (button(ui, "Generate##generate", face, width - keep, ui.px(40))) generate(state, c);
  if (icon_button_at(ui, "Keep going", Icon::ArrowsClockwise, rect_at(foot_at.x + width - ui.px(40), foot_at.y, ui.px(40), ui.px(40)), state.keeps_going))
    c.state.wishes.keep_going = true;
  if (ImGui::IsItemHovered())
    ImGui::SetTooltip("%s", state.keeps_going ? "Keeps going: the next batch starts as soon as you judge this one. Click to stop."
                                              : "Keep going: the next batch is made while you judge the last one.");
}

// The same form for one job that waits: no variations, and Save instead of Generate.
void draw_edit(PromptState& state, const PanelContext& c, float width, float height) {
  const Ui& ui = c.ui;
  const PromptRows& rows = rows_of(state, c);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(ui.px(8), ui.px(8)));
  const bool has_problem = !state.problem.empty() || !rows.objection.empty();
  const float foot_height = ui.px(40 + 8) + (has_problem ? ui.px(54) : 0);
  if (ImGui::BeginChild("##form", {width, height - foot_height - ui.px(9)}, 0,
                        ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav)) {
    const float inner = ImGui::GetContentRegionAvail().x;
    const bool is_video = state.edit->recipe.kind == MediaKind::Video;
    const float used = draw_edit_head(state, c, inner);
    draw_model(state, c, inner);
    const float rest = used + ui.px(40 + 5 * 8 + 16) + (is_video ? ui.px(24 + 8 + 24) : ui.px(40 + 8 + 24 + 8 + 24 + 8 + 24));
    draw_prompt(state, c, inner, std::max(ui.px(5 * 20 + 16 + 26), height - foot_height - rest));
    ImGui::Dummy({0, 0});
    if (is_video) {
      if (rows.model != nullptr) draw_edit_length(state, c, *rows.model);
    } else {
      draw_shape(state, c, inner);
    }
    draw_seed(state, c, inner);
  }
  ImGui::EndChild();
  draw_edit_foot(state, c, rows_of(state, c), width);
  ImGui::PopStyleVar();
}

}  // namespace

void reset_prompt(PromptState& state) {
  end_edit(state);
  state.problem.clear();
  state.keeps_going = state.batch_is_coming = false;
  state.last_batch = {};
  state.looked_at_rows = 0;
  state.history.clear();
  state.history_generations = ~std::size_t{0};
}

void tend_prompt(PromptState& state, const PanelContext& c) {
  if (const Row row = std::exchange(c.state.wishes.load_recipe, no_row); row != no_row) load(state, c, row);
  tend_edit(state, c);
  if (std::exchange(c.state.wishes.generate, false) && shows_its_price(c, "generate", state.edit ? "saves it" : "sends it")) {
    if (state.edit)
      save_edit(state, c, rows_of(state, c));
    else
      generate(state, c);
  }
  keep_going(state, c);
  say_that_it_keeps_going(state, c, rows_of(state, c));
}

void draw_prompt_panel(PromptState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  const float width = ImGui::GetContentRegionAvail().x, height = ImGui::GetContentRegionAvail().y;
  if (state.edit) return draw_edit(state, c, width, height);
  const PromptRows& rows = rows_of(state, c);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(ui.px(8), ui.px(8)));

  // The foot is pinned, the prompt takes what the rest leaves; where not even five lines fit, the middle scrolls.
  const bool has_problem = !state.problem.empty() || (!trimmed(state.draft.prompt).empty() && !rows.objection.empty());
  const float foot_height = ui.px(20 + 8 + 40) + (has_problem ? ui.px(44) : 0);
  const bool roomy = height > ui.px(700);
  const int listed = std::min(static_cast<int>(rows.wordings.size()), 6);
  float chips_rows = 1, x = 0;
  for (const Strategy s : all_strategies) {
    const float w = chip_width(ui, label_of(s), state.draft.strategy == s);
    if (x > 0 && x + w > width) {
      chips_rows += 1;
      x = 0;
    }
    x += w + ui.px(6);
  }
  float rest = ui.px(40 + 12) + ui.px(12) + ui.px(20 + 8 + 24 + 8) + chips_rows * ui.px(30) + ui.px(2 + 1 + 12) +
               ui.px(40 + 8 + 24 + 8 + 24 + 12) + ui.px(16);
  rest += ui.px(roomy ? static_cast<float>(20 * listed + 16 + 8) : 24 + 8);
  const float five_lines = ui.px(5 * 20 + 16 + 26);
  const float prompt_height = std::max(five_lines, height - foot_height - rest);

  if (ImGui::BeginChild("##form", {width, height - foot_height - ui.px(9)}, 0,
                        ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav)) {
    const float inner = ImGui::GetContentRegionAvail().x;
    draw_model(state, c, inner);
    ImGui::Dummy({0, ui.px(4) - ui.px(8) + ui.px(0)});
    draw_prompt(state, c, inner, prompt_height);
    ImGui::Dummy({0, 0});
    draw_variations(state, c, inner, roomy);
    ImGui::Dummy({0, 0});
    hairline(ui);
    draw_shape(state, c, inner);
    draw_seed(state, c, inner);
  }
  ImGui::EndChild();
  // The line above the foot goes from edge to edge.
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float pad = ImGui::GetStyle().WindowPadding.x;
  ImGui::GetWindowDrawList()->AddRectFilled({at.x - pad, at.y - ui.px(8)},
                                            {at.x + width + pad, at.y - ui.px(8) + ui.hair()}, ui.tone(Tone::LineSoft));
  draw_foot(state, c, width);
  ImGui::PopStyleVar();
}

}  // namespace studio
