// What has it cost, and what may it cost?
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "panels/settings_pages.h"
#include "widgets/state_shape.h"

namespace studio::settings {
namespace {

struct CapField {
  Currency currency;
  std::optional<Money> Budget::*cap;
  const char* name;
  const char* id;
};
constexpr std::array<CapField, 8> cap_fields = {{
    {Currency::Usd, &Budget::run, "Cap on a run", "##run usd"},
    {Currency::Usd, &Budget::day, "Cap on a day", "##day usd"},
    {Currency::Usd, &Budget::project, "Cap on the project", "##project usd"},
    {Currency::Usd, &Budget::per_minute, "Runaway guard", "##minute usd"},
    {Currency::Play, &Budget::run, "Cap on a run", "##run play"},
    {Currency::Play, &Budget::day, "Cap on a day", "##day play"},
    {Currency::Play, &Budget::project, "Cap on the project", "##project play"},
    {Currency::Play, &Budget::per_minute, "Runaway guard", "##minute play"},
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
    look.select_all_on_focus = look.escape_restores = true;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const FieldState typed = text_field(p.ui, field.id, text, look);
    if (field.cap == &Budget::per_minute)
      text_at(p.ui, ImGui::GetWindowDrawList(), Type::Caption, at.x + p.ui.px(126), at.y + p.ui.px(control * 0.5f),
              p.ui.tone(Tone::Text3), "a minute; faster than that, you are asked");
    // Taken when the field is left, by Enter or otherwise.
    if (std::exchange(p.state.cap_typed[i], typed.active) && !typed.active) set_cap(p, field, text);
  }
}

// The guard has stopped what would be paid next.
void draw_guard(const Page& p) {
  const auto& needs = p.commands.view->library.needs.cards();
  const auto stopped = std::find_if(needs.begin(), needs.end(), [](const Need& n) { return n.cause == JobCause::Spending; });
  if (stopped == needs.end()) return;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float indent = p.ui.px(28);
  ImDrawList* list = ImGui::GetWindowDrawList();
  state_shape(p.ui, list, StateShape::SquarePause, {at.x + p.ui.px(8), at.y + p.ui.px(10)}, 16);
  ImGui::Dummy({p.width, text_wrapped(p.ui, list, Type::Label, {at.x + indent, at.y}, p.width - indent,
                                      p.ui.tone(Tone::Text1), stopped->sentence, 3)});
  AppState* app = &p.commands.state;
  if (plain_button(p, "Go on spending", ButtonKind::Accent))
    p.commands.send(GoOnCommand{}, [app](const CommandReply& reply) {
      app->note = reply.error ? Note{Note::Kind::Problem, reply.error->message} : Note{Note::Kind::Done, "It goes on"};
    });
  gap(p, 4);
}

void allow(const Page& p, const ModelInfo& model, const std::string& text) {
  AppState* app = &p.commands.state;
  AllowModelCommand command{model.id, {}};
  if (!trimmed(text).empty()) {
    command.each = money_from_text(text);
    if (!command.each) {
      app->note = {Note::Kind::Problem, "A price is an amount such as 0.05, or empty: then the model is not used."};
      return;
    }
  }
  if (command.each == p.commands.view->price_rules.allowed_at(model.id)) return;
  p.commands.send(command, [app, label = model.label, allowed = command.each](const CommandReply& reply) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else
      app->note = {Note::Kind::Done, allowed ? label + " may be used, at " + format_money(*allowed) + " a job"
                                             : label + " is not used any more"};
  });
}

// Models whose price nobody has published: used only by a word, and counted at a sum of the user's own.
void draw_unknown_prices(const Page& p) {
  bool any = false;
  for (const Provider* provider : p.commands.view->providers.all()) {
    for (const ModelInfo& model : provider->info().models) {
      if (has_price(model)) continue;
      if (!std::exchange(any, true)) {
        gap(p, 4);
        hairline(p.ui);
        gap(p, 4);
        words(p, "Models without a known price. They are used only if you say what a job of them shall count as.",
              Tone::Text2, Type::Label);
      }
      std::string& text = p.state.price_texts[model.id];
      const bool was_typed = p.state.price_typed == model.id;
      const auto allowed = p.commands.view->price_rules.allowed_at(model.id);
      if (!was_typed) text = allowed ? format_money(*allowed) : "";
      label(p, model.label.c_str());
      FieldLook look;
      look.size = {p.ui.px(110), p.ui.px(control)};
      look.hint = "not used";
      look.type = Type::Mono;
      look.select_all_on_focus = look.escape_restores = true;
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const FieldState typed = text_field(p.ui, ("##price " + model.id).c_str(), text, look);
      text_elided(p.ui, ImGui::GetWindowDrawList(), Type::Caption, at.x + p.ui.px(126), at.y + p.ui.px(control * 0.5f),
                  p.width - p.ui.px(label_column + 126), p.ui.tone(Tone::Text3), provider->info().label + ", a job");
      if (typed.active) {
        p.state.price_typed = model.id;
      } else if (was_typed) {
        p.state.price_typed.clear();
        allow(p, model, text);
      }
    }
  }
}

// Whether what waits asks first when the last run ended in the middle.
void draw_hold(const Page& p) {
  label(p, "After a crash");
  static constexpr const char* names[] = {"Ask me first", "Go on by itself"};
  const int chosen = segments(p.ui, names, p.commands.view->queue.holds_after_crash ? 0 : 1, p.ui.px(control));
  AppState* app = &p.commands.state;
  if (chosen >= 0)
    p.commands.send(HoldAfterCrashCommand{chosen == 0}, [app, chosen](const CommandReply& reply) {
      if (reply.error)
        app->note = {Note::Kind::Problem, reply.error->message};
      else
        app->note = {Note::Kind::Done, chosen == 0 ? "After a crash what waits asks first" : "After a crash what waits goes on by itself"};
    });
  words(p, "What was sent before a crash is fetched in any case. This is about what was not sent yet, and would be paid.",
        Tone::Text3, Type::Caption);
}

}  // namespace

void draw_budget(const Page& p) {
  heading(p, "Budget");
  if (p.commands.view == nullptr) {
    words(p, "Open a project to see what it has cost, and to say what it may cost.");
    return;
  }
  const auto& view = *p.commands.view;
  draw_guard(p);
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
  draw_unknown_prices(p);
  gap(p, 4);
  hairline(p.ui);
  gap(p, 4);
  draw_hold(p);
}

}  // namespace studio::settings
