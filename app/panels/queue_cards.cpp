// What needs a person, one card per cause; the hold after a crash; and the lanes.
#include <algorithm>
#include <cmath>

#include "commands/queue_steps.h"
#include "panels/queue_items.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

constexpr float card_gap = 8, act_height = 28, lane_height = 26;  // px at scale 1
// More causes than these are counted in a line: nobody reads a hundred cards.
constexpr std::size_t most_cards = 40;

float card_text_width(const QueueFrame& f) { return f.right - f.left - f.c.ui.px(28); }

// The ways on may need two lines. Calls `at` for each with its place; gives the height.
template <class At>
float lay_out_ways(const QueueFrame& f, const NeedCard& card, bool is_top, float x, float y, float width, At at) {
  const Ui& ui = f.c.ui;
  float right = x, top = y;
  for (std::size_t n = 0; n < card.ways.size(); ++n) {
    const FailureWay& way = card.ways[n];
    ButtonFace face;
    face.text = way.label;
    face.value = way.value;
    face.kind = way.is_best ? (is_top ? ButtonKind::Accent : ButtonKind::Plain) : ButtonKind::Quiet;
    const std::string key = is_top && n < 3 && f.wide ? need_way_key(f.c.state, n) : std::string();
    face.key1 = key;
    const float w = std::min(button_width(ui, face), width);
    if (right > x && right + w > x + width) {
      right = x;
      top += ui.px(act_height + 4);
    }
    at(way, face, rect_at(right, top, w, ui.px(act_height)));
    right += w + ui.px(8);
  }
  return card.ways.empty() ? 0 : top + ui.px(act_height) - y;
}

void send_retry(const QueueFrame& f, std::vector<JobId> jobs) {
  RetryCommand command;
  command.jobs = std::move(jobs);
  AppState* app = &f.c.state;
  const std::string done = "Retrying " + counted(command.jobs.size(), "job", "jobs");
  f.c.send(std::move(command), [app, done](const CommandReply& reply) { note_reply(*app, reply, done); });
}

void act_on(const QueueFrame& f, const QueuePanelState::Card& card, const std::string& id) {
  const PanelContext& c = f.c;
  AppState* app = &c.state;
  const NeedBoard& needs = c.view.library.needs;
  std::vector<JobId> jobs = id == "Cancel"             ? needs.jobs_of(card.key, Way::Cancel)
                            : id == "Other model"      ? needs.jobs_of(card.key, Way::OtherModel)
                            : id == "Change the words" ? needs.jobs_of(card.key, Way::Edit)
                                                       : needs.jobs_of(card.key);
  if (jobs.empty()) return;  // served meanwhile
  const Row first = c.view.library.row_of(jobs.front());
  if (id == "Retry") {
    send_retry(f, std::move(jobs));
  } else if (id == "Go on") {
    c.send(GoOnCommand{}, [app](const CommandReply& reply) { note_reply(*app, reply, "It goes on"); });
  } else if (id == "Cancel") {
    const std::string done = "Cancelled " + counted(jobs.size(), "job", "jobs");
    c.send(CancelCommand{std::move(jobs)}, [app, done](const CommandReply& reply) { note_reply(*app, reply, done); });
  } else if (id == "Let it be") {
    c.send(DismissCommand{std::move(jobs)},
           [app](const CommandReply& reply) { note_reply(*app, reply, "Let be: a retry of all leaves them out"); });
  } else if (id == "Charged" || id == "Not charged") {
    RetryCommand command{std::move(jobs), RetryHow::Charged};
    if (id == "Not charged") command.charged = Money{};
    const std::string done = id == "Charged" ? "Counted as spent" : "Given back to the budget";
    c.send(std::move(command), [app, done](const CommandReply& reply) { note_reply(*app, reply, done); });
  } else if (id == "Decide") {
    c.state.wishes.decide = first;
  } else if (id == "Other model") {
    c.state.wishes.again_with = rows_of_jobs(c.view.library, jobs);
  } else if (id == "Change the words") {
    change_words(c.state, c.view.library, first);
  } else if (id == "Budget" || id == "Keys") {
    c.state.wishes.settings = true;
    c.state.wishes.settings_section = id == "Budget" ? "Budget" : "Providers";
  } else if (id == "Import") {
    c.state.wishes.import_files = true;
  }
}

QueuePanelState::Card made(const QueueFrame& f, const Need& need, bool is_top) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  QueuePanelState::Card card;
  card.key = need.key;
  card.face = need_card(f.faces, need);
  card.cause = need.cause;
  card.jobs = need.jobs;
  card.is_over = is_over(need);
  const float width = card_text_width(f);
  card.why_height = text_wrapped(ui, list, Type::Body, {}, width, 0, card.face.why, 3);
  card.helps_height =
      card.face.helps.empty() ? 0 : text_wrapped(ui, list, Type::Caption, {}, width, 0, card.face.helps, 3) + ui.px(4);
  const float ways = lay_out_ways(f, card.face, is_top, 0, 0, width, [](const auto&, const auto&, const Rect&) {});
  card.height = ui.px(12 + 20 + 18 + 8) + card.why_height + card.helps_height + (ways > 0 ? ui.px(10) + ways : 0) +
                ui.px(12 + card_gap);
  return card;
}

}  // namespace

void tend_need_cards(const QueueFrame& f) {
  QueuePanelState& state = f.state;
  const NeedBoard& board = f.c.view.library.needs;
  const float width = card_text_width(f);
  if (state.cards_revision != board.revision() || state.cards_width != width || state.cards_scale != f.c.ui.scale) {
    state.cards_revision = board.revision();
    state.cards_width = width;
    state.cards_scale = f.c.ui.scale;
    state.cards.clear();
    const auto& needs = board.cards();
    // What waits for a word goes before what is over.
    for (const bool over : {false, true})
      for (const Need& need : needs)
        if (is_over(need) == over && state.cards.size() < most_cards)
          state.cards.push_back(made(f, need, state.cards.empty()));
    state.more_cards = static_cast<int>(needs.size() - state.cards.size());
  }
  if (state.opened_revision != board.revision() && !state.opened.empty()) {
    state.opened_revision = board.revision();
    state.opened_rows = rows_of_jobs(f.c.view.library, board.jobs_of(state.opened));
    if (state.opened_rows.empty()) state.opened.clear();
  }
  const int way = std::exchange(f.c.state.wishes.need_way, 0);
  // What a way costs stands on its button.
  const bool is_seen = std::exchange(state.top_card_is_seen, false) && f.c.state.over_panels.empty();
  if (way > 0 && !is_seen && !state.cards.empty()) {
    f.c.state.note = {Note::Kind::Price, f.c.state.over_panels.empty()
                                             ? "The queue shows what needs you: the same key again takes that way"
                                             : "Close " + std::string(f.c.state.over_panels) + " first: the queue says what each way costs"};
    state.filter = QueueFilter::All;
    state.scroll_up = true;
    f.c.ui.redraw_in(0);
    return;
  }
  if (way > 0 && !state.cards.empty() && static_cast<std::size_t>(way) <= state.cards.front().face.ways.size()) {
    const QueuePanelState::Card top = state.cards.front();
    act_on(f, top, top.face.ways[static_cast<std::size_t>(way) - 1].id);
  }
}

void draw_need_card(const QueueFrame& f, const QueuePanelState::Card& card, Rect area, bool is_top) {
  const Ui& ui = f.c.ui;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Rect box{{f.left, area.min.y}, {f.right, area.max.y - ui.px(card_gap)}};
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceRaised), ui.px(4));
  list->AddRectFilled(box.min, {box.min.x + ui.px(3), box.max.y}, ui.tone(tone_of(card.face.shape)), ui.px(4),
                      ImDrawFlags_RoundTopLeft | ImDrawFlags_RoundBottomLeft);
  const float x = box.min.x + ui.px(16), width = card_text_width(f);
  float y = box.min.y + ui.px(12);
  state_shape(ui, list, card.face.shape, {x + ui.px(8), y + ui.px(10)}, 16);
  ImGui::PushID(card.key.c_str());
  // At the right: the one picture it is about, or the way to its jobs.
  float head_right = x + width;
  const bool is_opened = f.state.opened == card.key;
  ButtonFace jobs;
  jobs.icon = is_opened ? Icon::CaretDown : Icon::CaretRight;
  const std::string count = counted(static_cast<std::size_t>(card.jobs), "job", "jobs");
  jobs.text = count;
  jobs.kind = ButtonKind::Quiet;
  const float jobs_w = button_width(ui, jobs);
  if (button_at(ui, "Jobs of it", jobs, rect_at(head_right - jobs_w, box.min.y + ui.px(8), jobs_w, ui.px(24)))) {
    f.state.opened = is_opened ? std::string() : card.key;
    f.state.opened_rows.clear();  // made before the next frame
    f.state.opened_revision = 0;
  }
  head_right -= jobs_w + ui.px(8);
  text_elided(ui, list, Type::Strong, x + ui.px(24), y + ui.px(10), head_right - x - ui.px(24), ui.tone(Tone::Text1),
              card.face.title);
  y += ui.px(20);
  text_elided(ui, list, Type::Caption, x + ui.px(24), y + ui.px(9), width - ui.px(24), ui.tone(Tone::Text2),
              card.face.facts);
  y += ui.px(18 + 8);
  text_wrapped(ui, list, Type::Body, {x, y}, width, ui.tone(Tone::Text1), card.face.why, 3);
  y += card.why_height;
  if (!card.face.helps.empty())
    text_wrapped(ui, list, Type::Caption, {x, y + ui.px(4)}, width, ui.tone(Tone::Text2), card.face.helps, 3);
  y += card.helps_height + ui.px(10);
  std::string pressed;
  lay_out_ways(f, card.face, is_top, x, y, width, [&](const FailureWay& way, const ButtonFace& face, Rect at) {
    if (button_at(ui, way.id.c_str(), face, at)) pressed = way.id;
    if (is_top && ImGui::IsRectVisible(at.min, at.max)) f.state.top_card_is_seen = true;
  });
  ImGui::PopID();
  if (!pressed.empty()) act_on(f, card, pressed);
}

// --- the hold after a crash

float queue_hold(const QueueFrame& f, float y, bool draw) {
  const Ui& ui = f.c.ui;
  const QueueStatus& queue = f.c.view.queue;
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (queue.mode == QueueMode::Draining) {
    if (!draw) return ui.px(32);
    const int left = queue.under_way + queue.local_work;
    icon_at(ui, list, Icon::Pause, {f.left + ui.px(8), y + ui.px(16)}, 16, ui.tone(Tone::Text1), true);
    text_elided(ui, list, Type::Label, f.left + ui.px(26), y + ui.px(16), f.right - f.left - ui.px(26),
                ui.tone(Tone::Text1),
                "Draining: " + std::to_string(left) + " under way, then it pauses. Nothing new is begun.");
    return ui.px(32);
  }
  if (queue.mode != QueueMode::Held) {
    f.state.hold_folded = false;
    return 0;
  }
  AppState* app = &f.c.state;
  ButtonFace go, keep;
  go.text = "Go on";
  go.kind = ButtonKind::Accent;
  keep.text = "Keep holding";
  keep.kind = ButtonKind::Quiet;
  const float go_w = button_width(ui, go), keep_w = button_width(ui, keep);
  const std::string words = hold_words(queue);
  bool goes = false;
  if (f.state.hold_folded) {
    if (!draw) return ui.px(40);
    icon_at(ui, list, Icon::Pause, {f.left + ui.px(8), y + ui.px(18)}, 16, ui.tone(Tone::Text1), true);
    go.kind = ButtonKind::Plain;
    goes = button_at(ui, "Go on", go, rect_at(f.right - go_w, y + ui.px(4), go_w, ui.px(act_height)));
    text_elided(ui, list, Type::Label, f.left + ui.px(26), y + ui.px(18), f.right - go_w - ui.px(34) - f.left,
                ui.tone(Tone::Text1), "Held since the last run: " + counted(static_cast<std::size_t>(queue.waiting), "job", "jobs"));
  } else {
    const char* const more =
        queue.backup_of.empty()
            ? "What was sent before is fetched in any case. Nothing new is sent, and nothing is paid, until you say so."
            : "What was sent since is not known to it. Look at your services first: what they have would be paid for again.";
    const float width = card_text_width(f);
    const float words_h = text_wrapped(ui, list, Type::Strong, {}, width - ui.px(24), 0, words, 3);
    const float more_h = text_wrapped(ui, list, Type::Caption, {}, width, 0, more, 3);
    const float height = ui.px(12) + words_h + ui.px(6) + more_h + ui.px(10 + act_height + 12);
    if (!draw) return height + ui.px(card_gap);
    const Rect box{{f.left, y}, {f.right, y + height}};
    list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceRaised), ui.px(4));
    list->AddRectFilled(box.min, {box.min.x + ui.px(3), box.max.y}, ui.tone(Tone::StateMoney), ui.px(4),
                        ImDrawFlags_RoundTopLeft | ImDrawFlags_RoundBottomLeft);
    const float x = box.min.x + ui.px(16);
    float at = box.min.y + ui.px(12);
    state_shape(ui, list, StateShape::SquarePause, {x + ui.px(8), at + ui.px(10)}, 16);
    text_wrapped(ui, list, Type::Strong, {x + ui.px(24), at}, width - ui.px(24), ui.tone(Tone::Text1), words, 3);
    at += words_h + ui.px(6);
    text_wrapped(ui, list, Type::Caption, {x, at}, width, ui.tone(Tone::Text2), more, 3);
    at += more_h + ui.px(10);
    goes = button_at(ui, "Go on", go, rect_at(x, at, go_w, ui.px(act_height)));
    if (button_at(ui, "Keep holding", keep, rect_at(x + go_w + ui.px(8), at, keep_w, ui.px(act_height))))
      f.state.hold_folded = true;
  }
  if (goes)
    f.c.send(ReleaseHoldCommand{}, [app](const CommandReply& reply) { note_reply(*app, reply, "The queue goes on"); });
  return 0;
}

// --- lanes

float queue_lanes(const QueueFrame& f, float y, bool draw) {
  const Ui& ui = f.c.ui;
  const float top = y;
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (const QueueLane& lane : f.state.index.lanes()) {
    if (lane.running + lane.waiting + lane.blocked == 0) continue;
    if (draw) {
      const float middle = y + ui.px(lane_height * 0.5f);
      const std::string name = lane.label + (lane.kind == MediaKind::Video ? ", video" : ", image");
      const float name_w = ui.px(f.wide ? 132 : 96);
      text_elided(ui, list, Type::Label, f.left, middle, name_w, ui.tone(Tone::Text1), name);
      float x = f.left + name_w + ui.px(8);
      if (f.wide) {
        // A cell for each place, as far as they can be counted at a glance.
        const int cells = std::min(lane.limit, 10);
        for (int n = 0; n < cells; ++n) {
          const Rect cell = rect_at(x, std::round(middle - ui.px(5)), ui.px(9), ui.px(10));
          list->AddRectFilled(cell.min, cell.max, ui.tone(n < lane.running ? Tone::StateRunning : Tone::SurfacePress),
                              ui.px(1));
          x += ui.px(11);
        }
        x += ui.px(8);
      }
      std::string words = std::to_string(lane.running) + " of " + std::to_string(lane.limit);
      if (lane.waiting > 0) words += " · " + std::to_string(lane.waiting) + (lane.waiting == 1 ? " waits" : " wait");
      if (lane.blocked > 0) words += " · " + std::to_string(lane.blocked) + " blocked";
      x = text_at(ui, list, Type::Caption, x, middle, ui.tone(Tone::Text2), words) + ui.px(10);
      const std::string why = lane_words(f.faces, lane, f.c.view.queue);
      const bool has_time = lane.running + lane.waiting > 0 && lane.work_secs > 0 && why.empty();
      float right = f.right;
      if (has_time)
        right = text_right(ui, list, Type::MonoSmall, right, middle, ui.tone(Tone::Text2),
                           clock_words(lane.work_secs / std::min(lane.limit, lane.running + lane.waiting))) - ui.px(8);
      if (!why.empty() && x + ui.px(40) < right) {
        state_shape(ui, list, StateShape::SquarePause, {x + ui.px(6), middle}, 12);
        text_elided(ui, list, Type::Caption, x + ui.px(16), middle, right - x - ui.px(16), ui.tone(Tone::Text1), why);
        // Where the words do not fit, all of them under the pointer.
        if (ImGui::IsWindowHovered() &&
            ImGui::IsMouseHoveringRect({x, y}, {right, y + ui.px(lane_height)}))
          ImGui::SetTooltip("%s", why.c_str());
      }
    }
    y += ui.px(lane_height);
  }
  return y > top ? y - top + ui.px(6) : 0;
}

}  // namespace studio
