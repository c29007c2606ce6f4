// By which other model?
#include "panels/again_dialog.h"

#include <algorithm>
#include <utility>

#include "commands/queue_steps.h"
#include "panels/gallery_menu.h"

namespace studio {
namespace {

constexpr float again_width_1x = 440, row_1x = 44, most_rows = 9;

AgainChoice first_of(const ModelOffer& offer) {
  return {offer.model, offer.label, offer.provider_label, offer.price, offer.currency, offer.objection.value_or("")};
}

void add(AgainChoice& choice, const ModelOffer& offer) {
  if (choice.objection.empty() && offer.objection) choice.objection = *offer.objection;
  if (choice.price && offer.price)
    *choice.price += *offer.price;
  else
    choice.price.reset();
}

void send(const AgainState& state, const PanelContext& c, const AgainChoice& choice) {
  AppState* app = &c.state;
  const Library& library = c.view.library;
  const auto say = [app](const CommandReply& reply, const std::string& done) {
    if (reply.error)
      app->note = {Note::Kind::Problem, reply.error->message};
    else if (!reply.failures.empty())
      app->note = {Note::Kind::Problem, reply.failures.front().error.message};
    else
      app->note = {Note::Kind::Done, done};
  };
  if (!state.changes_them) {
    AgainCommand command;
    command.model = choice.model;
    for (const Row row : state.rows) command.jobs.push_back(library.items[row].job);
    return c.send(std::move(command), [say, label = choice.label](const CommandReply& reply) {
      say(reply, "Again with " + label + ": " + counted(reply.jobs.size(), "job", "jobs") + " on the way");
    });
  }
  const ModelInfo* model = c.view.providers.find_model(choice.model);
  if (model == nullptr) return;
  for (const Row row : state.rows) {
    const auto& recipe = library.texts[row].recipe;
    if (recipe)
      c.send(EditJobCommand{library.items[row].job, carried_over(*recipe, *model)},
             [say, label = choice.label](const CommandReply& reply) { say(reply, "Waits for " + label + " now"); });
  }
}

}  // namespace

std::vector<AgainChoice> again_choices(const Library& library, const std::vector<Row>& rows, const ProviderSet& providers,
                                       const PriceRules& rules) {
  std::vector<AgainChoice> choices;
  bool is_first = true;
  for (const Row row : rows) {
    const auto& recipe = library.texts[row].recipe;
    if (!recipe) continue;
    for (const ModelOffer& offer : offers_for(*recipe, providers, rules)) {
      const auto known = std::find_if(choices.begin(), choices.end(), [&](const auto& c) { return c.model == offer.model; });
      if (known != choices.end())
        add(*known, offer);
      else if (is_first)
        choices.push_back(first_of(offer));
    }
    // What one of them was made with, or cannot make at all, is no choice for all.
    if (!is_first) {
      const auto offers = offers_for(*recipe, providers, rules);
      std::erase_if(choices, [&](const AgainChoice& choice) {
        return std::none_of(offers.begin(), offers.end(), [&](const ModelOffer& o) { return o.model == choice.model; });
      });
    }
    is_first = false;
  }
  std::stable_partition(choices.begin(), choices.end(), [](const AgainChoice& c) { return c.objection.empty(); });
  return choices;
}

void draw_again_dialog(AgainState& state, const PanelContext& c) {
  const Ui& ui = c.ui;
  if (!c.state.wishes.again_with.empty()) {
    state.rows = std::exchange(c.state.wishes.again_with, {});
    state.choices = again_choices(c.view.library, state.rows, c.view.providers, c.view.price_rules);
    for (AgainChoice& choice : state.choices) {
      const ModelInfo* model = c.view.providers.find_model(choice.model);
      if (choice.objection.empty() && model != nullptr) choice.objection = c.studio.missing_key(model->provider);
    }
    state.changes_them = std::all_of(state.rows.begin(), state.rows.end(), [&](Row row) {
      return waits_in_line(c.view.library.items[row].state);
    });
    ImGui::OpenPopup("again");
  }
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  ImGui::SetNextWindowPos({viewport->Pos.x + viewport->Size.x * 0.5f, viewport->Pos.y + viewport->Size.y * 0.4f},
                          ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(16), ui.px(14)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  const bool is_open = ImGui::BeginPopup("again");
  if (is_open) {
    close_on_escape(true);
    const float width = ui.px(again_width_1x), row = ui.px(row_1x);
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 head = ImGui::GetCursorScreenPos();
    const std::string jobs = counted(state.rows.size(), "job", "jobs");
    text_at(ui, list, Type::Title, head.x, head.y + ui.px(12), ui.tone(Tone::Text1),
            state.changes_them ? "With another model instead" : "Again with another model");
    text_wrapped(ui, list, Type::Caption, {head.x, head.y + ui.px(28)}, width, ui.tone(Tone::Text2),
                 state.changes_them
                     ? "Changes " + jobs + " in line; nothing is made in addition."
                     : jobs + " more, with the same words, seed and size. What there is stays as it is.");
    ImGui::Dummy({width, ui.px(56)});
    if (state.choices.empty()) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      ImGui::Dummy({width, ui.px(8) + text_wrapped(ui, list, Type::Body, at, width, ui.tone(Tone::Text2),
                                                   "No other model makes all of these. Choose pictures or videos alone.")});
    }
    const float most = row * std::min(most_rows, static_cast<float>(state.choices.size()));
    if (!state.choices.empty() &&
        ImGui::BeginChild("##models", {width, most}, 0, ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground)) {
      ImDrawList* rows = ImGui::GetWindowDrawList();
      for (const AgainChoice& choice : state.choices) {
        const bool can = choice.objection.empty();
        const Press press = press_area(choice.model.c_str(), {width, row});
        const Rect box = press.box;
        if (press.hovered && can)
          rows->AddRectFilled(box.min, box.max, ui.tone(press.held ? Tone::SurfacePress : Tone::SurfaceHover), ui.px(4));
        const float x = box.min.x + ui.px(8), upper = box.min.y + ui.px(14), lower = box.min.y + ui.px(31);
        const std::string price = choice.price ? format_money(*choice.price, choice.currency) : "price not known";
        const float right = text_right(ui, rows, Type::MonoSmall, box.max.x - ui.px(8), upper,
                                       ui.tone(can ? Tone::Text1 : Tone::Text3), price);
        text_elided(ui, rows, Type::Body, x, upper, right - x - ui.px(8), ui.tone(can ? Tone::Text1 : Tone::Text3),
                    choice.label);
        text_elided(ui, rows, Type::Caption, x, lower, box.max.x - x - ui.px(8), ui.tone(Tone::Text2),
                    can ? choice.provider_label : choice.objection);
        if (press.hovered && !can) ImGui::SetTooltip("%s", choice.objection.c_str());
        if (press.clicked && can) {
          send(state, c, choice);
          ImGui::CloseCurrentPopup();
        }
      }
    }
    if (!state.choices.empty()) ImGui::EndChild();
    ImGui::EndPopup();
  } else {
    state.rows.clear();
  }
  ImGui::PopStyleVar(2);
}

}  // namespace studio
