// The prompt panel: what shall be made, with which model, how often and how varied, and what it costs.
#pragma once

#include "base/random.h"
#include "panels/panel_context.h"
#include "panels/prompt_rows.h"

namespace studio {

// A waiting job whose recipe is in the form, and the draft that comes back afterwards.
struct PromptEdit {
  JobId job;
  Recipe recipe;  // as it was
  PromptDraft draft_before;
  bool seed_was_kept = false;
  bool still_waits = true;
  bool is_saving = false;
};

struct PromptState {
  PromptDraft draft;
  std::optional<PromptEdit> edit;
  bool seed_kept = false;  // the same seed for the next run too
  std::string size_field, seed_field;
  bool size_is_edited = false, seed_is_edited = false;
  std::string problem;  // of the last attempt to send
  // Cached by the draft, and what its service lacks, that they were made from.
  PromptDraft rows_of;
  std::string rows_missing;
  PriceRules rows_rules;
  PromptRows rows;
  bool rows_known = false;
  Random random{1};            // for fresh seeds; the shell gives it a start that differs each time
  // Earlier prompts, in their popup; cached by what they were looked for with.
  std::string history_search, history_of;
  std::size_t history_generations = ~std::size_t{0};
  std::vector<std::string> history;
  bool show_history = false;
  int edited = 0;  // the variation that is being edited in the list; 0: none
  // Keep going: batches follow each other while they are judged.
  bool keeps_going = false;
  GenerationId last_batch;
  bool batch_is_coming = false;
  std::uint64_t looked_at_rows = 0;
  std::string missing_script;  // named with the package that brings its font; empty: nothing is missing
  std::string missing_shown;   // of it, as drawn: for tests
};

// Another project was opened or left: nothing goes on by itself, and its earlier prompts are not this one's.
void reset_prompt(PromptState& state);
// What goes on whether or not the panel is seen: wishes of keys, and the next batch. Each frame, before the panels.
void tend_prompt(PromptState& state, const PanelContext& context);
// Draws the content of the panel's window.
void draw_prompt_panel(PromptState& state, const PanelContext& context);

}  // namespace studio
