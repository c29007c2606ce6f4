// What can be done with chosen jobs: their place in line, another recipe, another model, their run.
#include "commands/queue_steps.h"
#include "panels/gallery_menu.h"
#include "panels/queue_items.h"

namespace studio {
namespace {

constexpr float menu_width = 272;  // px at scale 1

void entry(const PanelContext& c, std::string_view name, Icon icon = Icon::Count) {
  const UiCommand* command = find_command(name);
  if (command == nullptr || !is_possible(*command, c.commands)) return;
  if (menu_row(c.ui, std::string(name).c_str(), command->label, to_string(c.state.keys.chord(*command)),
               c.ui.px(menu_width), icon, price_now(*command, c.commands))) {
    command->run(c.commands);
    ImGui::CloseCurrentPopup();
  }
}

}  // namespace

void draw_queue_menu(const QueueFrame& f) {
  const PanelContext& c = f.c;
  if (std::exchange(f.state.opens_menu, false)) ImGui::OpenPopup("queue job");
  if (!begin_menu(c.ui, "queue job")) return;
  const Row row = c.state.selection.focus();
  if (row >= c.view.library.items.size()) {
    ImGui::CloseCurrentPopup();
    return end_menu();
  }
  const Item& item = c.view.library.items[row];
  if (waits_in_line(item.state)) {
    entry(c, "queue-first", Icon::SkipBack);
    entry(c, "queue-earlier");
    entry(c, "queue-later");
    entry(c, "queue-last", Icon::SkipForward);
    menu_line(c.ui, c.ui.px(menu_width));
    // The one it has is marked.
    for (const auto& [name, priority] : {std::pair{"queue-high", Priority::High},
                                         {"queue-normal", Priority::Normal},
                                         {"queue-low", Priority::Low}})
      entry(c, name, item.priority == priority ? Icon::Check : Icon::Count);
    menu_line(c.ui, c.ui.px(menu_width));
    entry(c, "queue-edit", Icon::TextAa);
  }
  entry(c, "queue-other-model", Icon::ArrowsClockwise);
  entry(c, "retry-job", Icon::ArrowClockwise);
  entry(c, "load-prompt", Icon::TextAa);
  menu_line(c.ui, c.ui.px(menu_width));
  entry(c, "cancel-job", Icon::X);
  entry(c, "queue-cancel-run");
  entry(c, "queue-retry-run");
  end_menu();
}

}  // namespace studio
