// How shall it look, which keys, what may it spend, what lies where, and who may be asked?
#include "panels/settings_panel.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "panels/palette_rows.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

// px at scale 1.
constexpr float wide = 780, high = 600, nav = 152, head = 48, pad = 24, label_column = 120, control = 28;

constexpr std::array scale_steps = {0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0};

struct SectionFace {
  const char* name;
  Icon icon;
};
constexpr std::array<SectionFace, static_cast<std::size_t>(SettingsSection::Count)> sections = {{
    {"Look", Icon::TextAa},
    {"Keys", Icon::Keyboard},
    {"Budget", Icon::Wallet},
    {"Storage", Icon::HardDrives},
    {"Providers", Icon::Key},
}};

struct Page {
  SettingsState& state;
  const Ui& ui;
  CommandContext& commands;
  float width = 0;  // of the content
};

void heading(const Page& p, const char* text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(p.ui, ImGui::GetWindowDrawList(), Type::Title, at.x, at.y + p.ui.px(14), p.ui.tone(Tone::Text1), text);
  ImGui::Dummy({p.width, p.ui.px(32)});
}

void words(const Page& p, std::string_view text, Tone tone = Tone::Text2, Type type = Type::Label) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::Dummy({p.width, text_wrapped(p.ui, ImGui::GetWindowDrawList(), type, at, p.width, p.ui.tone(tone), text)});
}

void gap(const Page& p, float px) { ImGui::Dummy({1, p.ui.px(px)}); }

// The label of a row; what follows stands right of it.
void label(const Page& p, const char* text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  text_at(p.ui, ImGui::GetWindowDrawList(), Type::Label, at.x, at.y + p.ui.px(control * 0.5f), p.ui.tone(Tone::Text2),
          text);
  ImGui::SetCursorScreenPos({at.x + p.ui.px(label_column), at.y});
}

bool plain_button(const Page& p, const char* text, ButtonKind kind = ButtonKind::Plain, bool enabled = true) {
  ButtonFace face;
  face.text = text;
  face.kind = kind;
  face.enabled = enabled;
  return button(p.ui, text, face, 0, p.ui.px(control));
}

// A figure at the right of its row.
void figure(const Page& p, const char* name, const std::string& value, const std::string& note = {}) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y + p.ui.px(12);
  ImDrawList* list = ImGui::GetWindowDrawList();
  text_at(p.ui, list, Type::Label, at.x, y, p.ui.tone(Tone::Text2), name);
  const float left = at.x + p.ui.px(label_column);
  text_right(p.ui, list, Type::Mono, left + p.ui.px(110), y, p.ui.tone(Tone::Text1), value);
  text_elided(p.ui, list, Type::Caption, left + p.ui.px(126), y, p.width - p.ui.px(label_column + 126),
              p.ui.tone(Tone::Text3), note);
  ImGui::Dummy({p.width, p.ui.px(24)});
}

// --- look

void set_scale(const Page& p, double scale) {
  p.state.user_scale = std::clamp(scale, 0.75, 3.0);
  p.state.scale_text = scale_text(p.state.user_scale);
}

void draw_look(const Page& p) {
  const Ui& ui = p.ui;
  heading(p, "Look");
  label(p, "Theme");
  static constexpr const char* themes[] = {"Dark", "High contrast"};
  if (const int chosen = segments(ui, themes, p.state.high_contrast ? 1 : 0, ui.px(control)); chosen >= 0)
    p.state.high_contrast = chosen == 1;
  label(p, "Size of all");
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float h = ui.px(control);
  if (icon_button_at(ui, "Smaller", Icon::Minus, rect_at(at.x, at.y, h, h)))
    set_scale(p, next_scale(p.state.user_scale, -1));
  ImGui::SetCursorScreenPos({at.x + h + ui.px(4), at.y});
  FieldLook look;
  look.size = {ui.px(72), h};
  look.type = Type::Mono;
  look.select_all_on_focus = true;
  const FieldState field = text_field(ui, "##scale", p.state.scale_text, look);
  if (field.entered) {
    if (const auto scale = scale_from_text(p.state.scale_text)) set_scale(p, *scale);
  }
  // What is not a size goes back to what holds.
  if (!field.active) p.state.scale_text = scale_text(p.state.user_scale);
  if (icon_button_at(ui, "Larger", Icon::Plus, rect_at(at.x + h + ui.px(80), at.y, h, h)))
    set_scale(p, next_scale(p.state.user_scale, 1));
  text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x + h * 2 + ui.px(92), at.y + h * 0.5f,
          ui.tone(Tone::Text3), "75 to 300%, on top of the screen's own");
  ImGui::SetCursorScreenPos({at.x - ui.px(label_column), at.y + h + ui.px(8)});
  label(p, "Panels");
  if (plain_button(p, "Reset this layout", ButtonKind::Plain, p.commands.view != nullptr))
    p.commands.state.wishes.reset_layout = true;
  gap(p, 4);
  words(p,
        p.commands.view != nullptr
            ? "Tune and Review each remember how you arranged them. Resetting one leaves the other."
            : "Open a project to arrange its panels.",
        Tone::Text3, Type::Caption);
}

// --- keys

void stop_capture(SettingsState& state, AppState& app) {
  state.capturing.clear();
  state.conflict.clear();
  state.captured = {};
  app.capturing_key = false;
}

void take_pressed(const Page& p) {
  SettingsState& state = p.state;
  const auto pressed = std::exchange(state.pressed, std::nullopt);
  if (state.capturing.empty() || !pressed || !state.conflict.empty()) return;
  const UiCommand* command = find_command(state.capturing);
  if (command == nullptr || (pressed->key == key::escape && !pressed->ctrl && !pressed->shift))
    return stop_capture(state, p.commands.state);
  Keymap& keys = p.commands.state.keys;
  if (const UiCommand* other = keys.holder(*command, *pressed)) {
    state.captured = *pressed;
    state.conflict = other->name;
    p.commands.state.capturing_key = false;
    return;
  }
  keys.take(*command, *pressed);
  stop_capture(state, p.commands.state);
}

void draw_conflict(const Page& p, const UiCommand& command, Rect box) {
  const Ui& ui = p.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceRaised), ui.px(4));
  const UiCommand* other = find_command(p.state.conflict);
  if (other == nullptr) return stop_capture(p.state, p.commands.state);
  const float y = box.centre().y;
  state_shape(ui, list, StateShape::Half, {box.min.x + ui.px(16), y}, 14);
  ButtonFace use, keep;
  use.text = "Use it here";
  keep.text = "Leave it";
  keep.kind = ButtonKind::Quiet;
  const float use_w = button_width(ui, use), keep_w = button_width(ui, keep);
  float right = box.max.x - ui.px(8);
  const float top = y - ui.px(12);
  if (button_at(ui, "Leave it", keep, rect_at(right - keep_w, top, keep_w, ui.px(24)))) {
    stop_capture(p.state, p.commands.state);
    return;
  }
  right -= keep_w + ui.px(4);
  if (button_at(ui, "Use it here", use, rect_at(right - use_w, top, use_w, ui.px(24)))) {
    p.commands.state.keys.take(command, p.state.captured);
    stop_capture(p.state, p.commands.state);
    return;
  }
  right -= use_w + ui.px(8);
  const std::string text =
      std::string(command.label) + ": " + to_string(p.state.captured) + " is “" + std::string(other->label) + "”";
  text_elided(ui, list, Type::Label, box.min.x + ui.px(30), y, right - box.min.x - ui.px(30), ui.tone(Tone::Text1),
              text);
}

void draw_key_row(const Page& p, const UiCommand& command) {
  const Ui& ui = p.ui;
  Keymap& keys = p.commands.state.keys;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Rect box = rect_at(at.x, at.y, p.width, ui.px(28));
  const bool is_capturing = p.state.capturing == command.name;
  const bool is_changed = keys.changes().contains(command.name);
  ImGui::PushID(command.name.data(), command.name.data() + command.name.size());
  if (is_capturing && !p.state.conflict.empty()) {
    draw_conflict(p, command, box);
  } else {
    // Reset lies on the row, so it is asked first.
    float right = box.max.x - ui.px(8);
    if (is_changed) {
      const Rect reset = rect_at(right - ui.px(24), box.min.y + ui.px(2), ui.px(24), ui.px(24));
      if (icon_button_at(ui, "Reset", Icon::ArrowClockwise, reset)) keys.reset(command.name);
    }
    right -= ui.px(32);
    const Press press = press_area_at("Change", box);
    if (is_capturing || press.hovered)
      list->AddRectFilled(box.min, box.max, ui.tone(is_capturing ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
    if (is_changed)
      icon_at(ui, list, Icon::ArrowClockwise, {box.max.x - ui.px(20), box.centre().y}, 14, ui.tone(Tone::Text2));
    float left = right;
    const KeyChord chord = keys.chord(command);
    if (is_capturing) {
      left = text_right(ui, list, Type::Label, right, box.centre().y, ui.tone(Tone::AccentBase),
                        "Press the new key, Esc leaves it");
    } else if (chord.key != key::none) {
      left = key_caps_right(ui, list, right, box.centre().y, key_caps(chord), ui.tone(Tone::Text1),
                            ui.tone(Tone::LineEdge));
    } else {
      const KeyChord own = is_changed ? keys.ready_chord(command) : KeyChord{};
      left = text_right(ui, list, Type::Caption, right, box.centre().y, ui.tone(Tone::Text3),
                        own.key != key::none ? "no key, was " + to_string(own) : std::string("no key"));
    }
    text_elided(ui, list, Type::Label, box.min.x + ui.px(8), box.centre().y, left - box.min.x - ui.px(16),
                ui.tone(Tone::Text1), command.label);
    if (press.clicked) {
      p.state.capturing = command.name;
      p.state.conflict.clear();
      p.commands.state.capturing_key = true;
    }
  }
  ImGui::PopID();
  ImGui::Dummy({p.width, ui.px(28)});
}

void draw_keys(const Page& p) {
  const Ui& ui = p.ui;
  take_pressed(p);
  heading(p, "Keys");
  Keymap& keys = p.commands.state.keys;
  label(p, "Map");
  static constexpr const char* maps[] = {"Photo cull", "Prompt tool"};
  if (const int chosen = segments(ui, maps, keys.ready() == ReadyKeymap::PromptTool ? 1 : 0, ui.px(control));
      chosen >= 0)
    keys.use(chosen == 1 ? ReadyKeymap::PromptTool : ReadyKeymap::PhotoCull);
  label(p, "Find");
  FieldLook look;
  look.size = {ui.px(220), ui.px(control)};
  look.hint = "a command";
  text_field(ui, "##find key", p.state.find_key, look);
  ImGui::SameLine();
  const std::string changed = counted(keys.changes().size(), "changed", "changed");
  if (plain_button(p, "Reset all", ButtonKind::Quiet, !keys.changes().empty())) {
    keys.reset_all();
    stop_capture(p.state, p.commands.state);
  }
  if (!keys.changes().empty()) {
    ImGui::SameLine();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_at(ui, ImGui::GetWindowDrawList(), Type::Caption, at.x, at.y + ui.px(control * 0.5f), ui.tone(Tone::Text3),
            changed);
    ImGui::Dummy({ui.px(80), ui.px(control)});
  }
  words(p, "Single letters and digits act only where pictures have the focus, never while you type.", Tone::Text3,
        Type::Caption);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  CommandGroup group = CommandGroup::Count;
  for (const UiCommand& command : command_table()) {
    if (!p.state.find_key.empty() && !fuzzy_match(p.state.find_key, command.label)) continue;
    if (command.group != group) {
      group = command.group;
      const ImVec2 at = ImGui::GetCursorScreenPos();
      text_at(ui, ImGui::GetWindowDrawList(), Type::Strong, at.x, at.y + ui.px(22), ui.tone(Tone::Text1),
              to_string(group));
      ImGui::Dummy({p.width, ui.px(36)});
    }
    draw_key_row(p, command);
  }
  ImGui::PopStyleVar();
}

// --- budget

struct CapField {
  Currency currency;
  std::optional<Money> Budget::*cap;
  const char* name;
  const char* id;
};
constexpr std::array<CapField, 6> cap_fields = {{
    {Currency::Usd, &Budget::run, "Cap on a run", "##run usd"},
    {Currency::Usd, &Budget::day, "Cap on a day", "##day usd"},
    {Currency::Usd, &Budget::project, "Cap on the project", "##project usd"},
    {Currency::Play, &Budget::run, "Cap on a run", "##run play"},
    {Currency::Play, &Budget::day, "Cap on a day", "##day play"},
    {Currency::Play, &Budget::project, "Cap on the project", "##project play"},
}};

void set_cap(const Page& p, const CapField& field, const std::string& text) {
  std::optional<Money> amount;
  AppState* app = &p.commands.state;
  if (!trimmed(text).empty()) {
    amount = money_from_text(text);
    if (!amount) {
      app->note = {Note::Kind::Problem, "A budget is an amount such as 12.50, or empty for none."};
      return;
    }
  }
  BudgetsCommand command{p.commands.view->budgets};
  if (command.budgets.of(field.currency).*field.cap == amount) return;
  command.budgets.of(field.currency).*field.cap = amount;
  p.commands.send(command, [app](const CommandReply& reply) {
    app->note = reply.error ? Note{Note::Kind::Problem, reply.error->message} : Note{Note::Kind::Done, "Budget saved"};
  });
}

void draw_caps(const Page& p, Currency currency) {
  for (std::size_t i = 0; i < cap_fields.size(); ++i) {
    const CapField& field = cap_fields[i];
    if (field.currency != currency) continue;
    std::string& text = p.state.cap_texts[i];
    const std::optional<Money> cap = p.commands.view->budgets.of(currency).*field.cap;
    if (!p.state.cap_typed[i]) text = cap ? format_money(*cap) : "";
    label(p, field.name);
    FieldLook look;
    look.size = {p.ui.px(110), p.ui.px(control)};
    look.hint = "none";
    look.type = Type::Mono;
    look.select_all_on_focus = true;
    const FieldState typed = text_field(p.ui, field.id, text, look);
    // Taken when the field is left, by Enter or otherwise.
    if (std::exchange(p.state.cap_typed[i], typed.active) && !typed.active) set_cap(p, field, text);
  }
}

void draw_budget(const Page& p) {
  heading(p, "Budget");
  if (p.commands.view == nullptr) {
    words(p, "Open a project to see what it has cost, and to say what it may cost.");
    return;
  }
  const auto& view = *p.commands.view;
  const auto books = [&](const char* spent, const Books& books_of, Currency currency, const char* note) {
    figure(p, spent, format_money(books_of.settled), note);
    figure(p, "Set aside", format_money(books_of.reserved),
           currency == Currency::Play ? "for sandbox jobs under way" : "for jobs under way");
    draw_caps(p, currency);
  };
  books("Spent", view.usd, Currency::Usd, "real money, in this project");
  gap(p, 4);
  hairline(p.ui);
  books("Play money", view.play, Currency::Play, "what the sandbox would have cost: nobody pays it");
  gap(p, 8);
  words(p,
        "A run is one generation; a day ends at midnight here. At four fifths of a cap you are told. What does not fit any more "
        "waits, and goes on when there is room again or the cap is raised. What is set aside counts as spent until it is known.",
        Tone::Text3, Type::Caption);
}

// --- storage

void draw_storage(const Page& p) {
  heading(p, "Storage");
  if (p.commands.view == nullptr) {
    words(p, "Open a project to see what it takes.");
    return;
  }
  const auto& view = *p.commands.view;
  label(p, "Project");
  {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_elided(p.ui, ImGui::GetWindowDrawList(), Type::Body, at.x, at.y + p.ui.px(control * 0.5f),
                p.width - p.ui.px(label_column), p.ui.tone(Tone::Text1), view.project.string());
    ImGui::Dummy({1, p.ui.px(control)});
  }
  if (!p.state.storage_problem.empty()) words(p, p.state.storage_problem, Tone::Text1);
  if (p.state.storage) {
    const StorageEntry& use = *p.state.storage;
    const auto bytes = [](std::int64_t n) {
      return format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(n, 0)));
    };
    figure(p, "Files", bytes(use.vault),
           counted(static_cast<std::size_t>(use.files), "picture or clip", "pictures and clips"));
    figure(p, "Posters", bytes(use.packs), "made again when they are missing");
    figure(p, "Ledger", bytes(use.ledger), "what was asked for, made, paid and marked");
    if (use.spool > 0) figure(p, "On their way", bytes(use.spool), "downloads that are not done");
    hairline(p.ui);
    figure(p, "In all", bytes(use.vault + use.packs + use.ledger + use.spool), bytes(use.free) + " left on this disk");
  } else if (p.state.storage_problem.empty()) {
    words(p, "Measuring…", Tone::Text3);
  }
  if (plain_button(p, "Measure again", ButtonKind::Quiet)) p.state.look_at_storage = true;
  gap(p, 8);
  // Counted when rows have changed, and only while this page is shown.
  if (p.state.trash_revision != view.library.rows_revision) {
    p.state.trash_revision = view.library.rows_revision;
    const TrashCounts trash = count_trash(view.library);
    p.state.trash_assets = trash.assets;
    p.state.trash_bytes = trash.bytes;
  }
  hairline(p.ui);
  gap(p, 4);
  label(p, "Trash");
  {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const std::string text = p.state.trash_assets == 0
                                 ? std::string("empty")
                                 : counted(static_cast<std::size_t>(p.state.trash_assets), "asset", "assets") + ", " +
                                       format_bytes(static_cast<std::uint64_t>(p.state.trash_bytes));
    text_at(p.ui, ImGui::GetWindowDrawList(), Type::Body, at.x, at.y + p.ui.px(control * 0.5f), p.ui.tone(Tone::Text1),
            text);
    ImGui::SetCursorScreenPos({at.x + p.ui.px(200), at.y});
  }
  if (plain_button(p, "Empty the trash…", ButtonKind::Plain, p.state.trash_assets > 0))
    p.commands.state.wishes.empty_trash = true;
}

// --- providers

std::string place_words(const ProviderEntry& provider, const std::string& file) {
  const std::string key = provider.ending.empty() ? "•••• " : "•••• " + provider.ending + "  ";
  switch (provider.place) {
    case ProviderEntry::Place::Environment:
      return key + "from the environment, " + provider.variable;
    case ProviderEntry::Place::SecretService:
      return key + "in the keyring of this desktop";
    case ProviderEntry::Place::File:
      return key + "in " + file + ", which only you can read";
    case ProviderEntry::Place::None:
      return provider.trouble.empty() ? "no key yet" : provider.trouble;
  }
  return "";
}

void edit_key(const Page& p, const ProviderEntry& provider) {
  const Ui& ui = p.ui;
  FieldLook look;
  look.size = {p.width - ui.px(28 + 190), ui.px(control)};
  look.hint = "paste the key";
  look.masked = true;
  look.type = Type::Mono;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos({at.x + ui.px(28), at.y});
  const FieldState field = text_field(ui, "##key", p.state.typed_key, look);
  ImGui::SameLine();
  const bool save = plain_button(p, "Save the key", ButtonKind::Accent, !trimmed(p.state.typed_key).empty());
  ImGui::SameLine();
  const bool leave = plain_button(p, "Leave", ButtonKind::Quiet);
  if ((save || field.entered) && !trimmed(p.state.typed_key).empty())
    p.state.key_wish = SettingsState::KeyWish{provider.id, p.state.typed_key};
  if (save || leave || (field.entered && !p.state.typed_key.empty())) {
    // What was typed stays nowhere longer than needed.
    std::fill(p.state.typed_key.begin(), p.state.typed_key.end(), '\0');
    p.state.typed_key.clear();
    p.state.editing_provider.clear();
  }
}

void draw_provider(const Page& p, const ProviderEntry& provider) {
  const Ui& ui = p.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const bool is_ready = !provider.needs_key || provider.place != ProviderEntry::Place::None;
  ImGui::PushID(provider.id.c_str());
  state_shape(ui, list, is_ready ? StateShape::DiscCheck : StateShape::Circle, {at.x + ui.px(8), at.y + ui.px(14)}, 16);
  text_at(ui, list, Type::Strong, at.x + ui.px(28), at.y + ui.px(14), ui.tone(Tone::Text1), provider.label);
  const std::string facts = provider.needs_key ? place_words(provider, p.state.keys_file) : provider.note;
  float right = at.x + p.width;
  const bool is_editing = p.state.editing_provider == provider.id;
  // A key out of the environment is changed there.
  if (provider.needs_key && provider.place != ProviderEntry::Place::Environment && !is_editing) {
    ButtonFace change, remove;
    const bool is_kept = provider.place != ProviderEntry::Place::None;
    change.text = is_kept ? "Replace…" : "Add a key…";
    remove.text = "Remove";
    remove.kind = ButtonKind::Quiet;
    const float w = button_width(ui, change);
    if (button_at(ui, "Set", change, rect_at(right - w, at.y, w, ui.px(control)))) {
      p.state.editing_provider = provider.id;
      p.state.typed_key.clear();
    }
    right -= w + ui.px(8);
    if (is_kept) {
      const float rw = button_width(ui, remove);
      if (button_at(ui, "Remove", remove, rect_at(right - rw, at.y, rw, ui.px(control))))
        p.state.key_wish = SettingsState::KeyWish{provider.id, ""};
      right -= rw + ui.px(8);
    }
  }
  const float facts_height = text_wrapped(ui, list, Type::Caption, {at.x + ui.px(28), at.y + ui.px(28)},
                                          p.width - ui.px(28), ui.tone(Tone::Text2), facts, 2);
  ImGui::Dummy({p.width, ui.px(30) + facts_height});
  if (is_editing) edit_key(p, provider);
  hairline(ui);
  ImGui::PopID();
}

void draw_providers(const Page& p) {
  heading(p, "Providers");
  if (!p.state.keys_problem.empty()) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    state_shape(p.ui, ImGui::GetWindowDrawList(), StateShape::Triangle, {at.x + p.ui.px(8), at.y + p.ui.px(10)}, 16);
    const float indent = p.ui.px(28);
    const float h = text_wrapped(p.ui, ImGui::GetWindowDrawList(), Type::Label, {at.x + indent, at.y}, p.width - indent,
                                 p.ui.tone(Tone::Text1), p.state.keys_problem);
    ImGui::Dummy({p.width, h});
  }
  bool any_key = false;
  for (const ProviderEntry& provider : p.state.providers) {
    draw_provider(p, provider);
    any_key = any_key || provider.needs_key;
  }
  gap(p, 4);
  words(
      p,
      any_key
          ? "A key is kept in the keyring of this desktop; where there is none, or it is locked, in " + p.state.keys_file +
                ", readable by you alone (mode 0600). One in the environment, under the name shown, goes before both. It "
                "goes to its own service only, and never into a project or the log."
          : "The sandbox runs on this machine and needs no key. Services that need one are listed here with it: kept "
            "in the keyring of this desktop or in " +
                p.state.keys_file + ", readable by you alone (mode 0600), or given in the environment.",
      Tone::Text3, Type::Caption);
}

// --- the whole

void draw_nav(SettingsState& state, AppState& app, const Ui& ui, Rect box) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  float y = box.min.y;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const Press press = press_area_at(sections[i].name, rect_at(box.min.x, y, box.width(), ui.px(32)));
    const bool on = static_cast<std::size_t>(state.section) == i;
    if (on || press.hovered)
      list->AddRectFilled(press.box.min, press.box.max, ui.tone(on ? Tone::SurfacePress : Tone::SurfaceHover),
                          ui.px(4));
    icon_at(ui, list, sections[i].icon, {press.box.min.x + ui.px(18), press.box.centre().y}, 16,
            ui.tone(on ? Tone::Text1 : Tone::Text2));
    text_at(ui, list, Type::Label, press.box.min.x + ui.px(36), press.box.centre().y,
            ui.tone(on ? Tone::Text1 : Tone::Text2), sections[i].name);
    if (press.clicked && !on) {
      state.section = static_cast<SettingsSection>(i);
      stop_capture(state, app);
      if (state.section == SettingsSection::Storage) state.look_at_storage = true;
      if (state.section == SettingsSection::Providers) state.look_at_keys = true;
    }
    y += ui.px(36);
  }
}

void open(SettingsState& state, AppState& app) {
  state.is_open = true;
  state.bring_to_front = true;
  if (const char* wanted = std::exchange(app.wishes.settings_section, nullptr)) {
    for (std::size_t i = 0; i < sections.size(); ++i)
      if (std::string_view(sections[i].name) == wanted) state.section = static_cast<SettingsSection>(i);
  }
  state.look_at_keys = true;
  state.look_at_storage = true;
}

}  // namespace

double next_scale(double scale, int steps) {
  double next = scale;
  for (; steps > 0; --steps) {
    const auto above = std::find_if(scale_steps.begin(), scale_steps.end(), [&](double s) { return s > next + 0.001; });
    next = above == scale_steps.end() ? scale_steps.back() : *above;
  }
  for (; steps < 0; ++steps) {
    const auto below =
        std::find_if(scale_steps.rbegin(), scale_steps.rend(), [&](double s) { return s < next - 0.001; });
    next = below == scale_steps.rend() ? scale_steps.front() : *below;
  }
  return next;
}

std::string scale_text(double scale) { return std::to_string(std::lround(scale * 100)) + "%"; }

std::optional<double> scale_from_text(const std::string& text) {
  std::string_view number = trimmed(text);
  if (!number.empty() && number.back() == '%') number = trimmed(number.substr(0, number.size() - 1));
  int percent = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), percent);
  if (error != std::errc() || end != number.data() + number.size() || number.empty()) return std::nullopt;
  if (percent < 75 || percent > 300) return std::nullopt;
  return percent / 100.0;
}

void draw_settings(SettingsState& state, const Ui& ui, CommandContext& commands) {
  if (std::exchange(commands.state.wishes.settings, false)) open(state, commands.state);
  if (!state.is_open) return;
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const float width = std::min(ui.px(wide), viewport->Size.x - ui.px(24));
  const float height = std::min(ui.px(high), viewport->Size.y - ui.px(72));
  const ImVec2 min{std::round(viewport->Pos.x + (viewport->Size.x - width) * 0.5f),
                   std::round(viewport->Pos.y + (viewport->Size.y - height) * 0.5f)};
  ImGui::SetNextWindowPos(min);
  ImGui::SetNextWindowSize({width, height});
  if (std::exchange(state.bring_to_front, false)) ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(6));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.tone(Tone::SurfaceFloat));
  ImGui::Begin("Settings", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRect(min, {min.x + width, min.y + height}, ui.tone(Tone::LineHard), ui.px(6), ui.hair());
  text_at(ui, list, Type::Title, min.x + ui.px(pad), min.y + ui.px(head * 0.5f), ui.tone(Tone::Text1), "Settings");
  bool close =
      icon_button_at(ui, "Close##settings", Icon::X,
                     rect_at(min.x + width - ui.px(40), min.y + ui.px(head * 0.5f - 14), ui.px(28), ui.px(28)));
  list->AddRectFilled({min.x + ui.hair(), min.y + ui.px(head)},
                      {min.x + width - ui.hair(), min.y + ui.px(head) + ui.hair()}, ui.tone(Tone::LineSoft));
  draw_nav(state, commands.state, ui,
           {{min.x + ui.px(12), min.y + ui.px(head + 12)}, {min.x + ui.px(nav - 12), min.y + height}});
  list->AddRectFilled({min.x + ui.px(nav), min.y + ui.px(head)},
                      {min.x + ui.px(nav) + ui.hair(), min.y + height - ui.hair()}, ui.tone(Tone::LineSoft));

  ImGui::SetCursorScreenPos({min.x + ui.px(nav) + ui.hair(), min.y + ui.px(head) + ui.hair()});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(pad), ui.px(16)));
  ImGui::BeginChild("##page", {width - ui.px(nav) - 2 * ui.hair(), height - ui.px(head) - 3 * ui.hair()},
                    ImGuiChildFlags_AlwaysUseWindowPadding, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  const Page page{state, ui, commands, ImGui::GetContentRegionAvail().x};
  const bool was_capturing = !state.capturing.empty();  // Esc is its answer then
  switch (state.section) {
    case SettingsSection::Look:
      draw_look(page);
      break;
    case SettingsSection::Keys:
      draw_keys(page);
      break;
    case SettingsSection::Budget:
      draw_budget(page);
      break;
    case SettingsSection::Storage:
      draw_storage(page);
      break;
    default:
      draw_providers(page);
      break;
  }
  ImGui::EndChild();
  const bool has_keyboard = ImGui::IsWindowFocused(ImGuiFocusedFlags_ChildWindows);
  if (has_keyboard && !was_capturing && !ImGui::GetIO().WantTextInput && ImGui::IsKeyPressed(ImGuiKey_Escape, false))
    close = true;
  ImGui::End();
  if (close) {
    state.is_open = false;
    state.editing_provider.clear();
    state.typed_key.clear();
    stop_capture(state, commands.state);
  }
}

}  // namespace studio
