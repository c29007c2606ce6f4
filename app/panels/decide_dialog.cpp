// Is it there after all, send it again, or give it up? Each way says what it costs.
#include "panels/decide_dialog.h"

#include <utility>

#include "base/text.h"
#include "panels/gallery_menu.h"
#include "widgets/controls.h"
#include "widgets/state_shape.h"

namespace studio {

void draw_decide_dialog(const PanelContext& c) {
  const Ui& ui = c.ui;
  const Library& library = c.view.library;
  const Row row = c.state.wishes.decide;
  // Opened once for a wish: closed by a click elsewhere it stays closed.
  int& asked = *ImGui::GetStateStorage()->GetIntRef(ImGui::GetID("decide asked"));
  if (row == no_row) asked = 0;
  if (row != no_row && std::exchange(asked, 1) == 0) {
    // What its answer named is there to be linked: the person who asks needs not look for it.
    c.state.found_id = row < library.texts.size() ? library.texts[row].told_id : std::string();
    ImGui::OpenPopup("decide");
  }
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  ImGui::SetNextWindowPos({viewport->Pos.x + viewport->Size.x * 0.5f, viewport->Pos.y + viewport->Size.y * 0.4f},
                          ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(24), ui.px(20)));
  if (ImGui::BeginPopup("decide")) {
    close_on_escape(true);
    const float width = ui.px(440);
    const bool still = row < library.items.size() && library.items[row].state == JobState::Unknown;
    if (!still) {
      c.state.wishes.decide = no_row;
      ImGui::CloseCurrentPopup();
    } else {
      const Item& item = library.items[row];
      const std::string sum = format_money(item.cost, item.currency);
      ImDrawList* list = ImGui::GetWindowDrawList();
      const ImVec2 at = ImGui::GetCursorScreenPos();
      state_shape(ui, list, StateShape::Diamond, {at.x + ui.px(10), at.y + ui.px(12)}, 20);
      text_at(ui, list, Type::Title, at.x + ui.px(32), at.y + ui.px(12), ui.tone(Tone::Text1),
              "This may have been charged");
      ImGui::Dummy({width, ui.px(32)});
      const std::string words =
          library.texts[row].reason.empty()
              ? "It was sent, but the answer never came. The provider may have charged up to " + sum + " for it."
              : library.texts[row].reason + " Up to " + sum + " stays set aside until you decide.";
      const ImVec2 p = ImGui::GetCursorScreenPos();
      ImGui::Dummy({width, text_wrapped(ui, list, Type::Body, p, width, ui.tone(Tone::Text2), words) + ui.px(8)});
      const auto close = [&] {
        c.state.wishes.decide = no_row;
        c.state.found_id.clear();
        ImGui::CloseCurrentPopup();
      };
      const auto settle = [&](RetryHow how) {
        RetryCommand command;
        command.jobs = {item.job};
        command.how = how;
        if (how == RetryHow::Link) command.remote_id = trimmed(c.state.found_id);
        if (how == RetryHow::Charged) command.charged = Money{};
        AppState* app = &c.state;
        c.send(command, [app, how](const CommandReply& reply) {
          if (reply.error)
            app->note = {Note::Kind::Problem, reply.error->message};
          else if (!reply.failures.empty())
            app->note = {Note::Kind::Problem, reply.failures.front().error.message};
          else
            app->note = {Note::Kind::Done, how == RetryHow::Resubmit   ? "Sent again"
                                           : how == RetryHow::WriteOff ? "Written off"
                                           : how == RetryHow::Charged  ? "Taken as not charged"
                                                                       : "Linked: it goes on with that id"};
        });
        close();
      };
      // Found by a person in the service's own list, where the program could not ask for it.
      FieldLook look;
      ButtonFace link;
      link.text = "Link";
      link.enabled = !trimmed(c.state.found_id).empty();
      const float link_width = button_width(ui, link);
      look.size = {width - link_width - ui.px(8), ui.px(32)};
      look.hint = "Its id, if you find it at the service";
      const FieldState field = text_field(ui, "##found id", c.state.found_id, look);
      ImGui::SameLine(0, ui.px(8));
      if ((button(ui, "Link", link, link_width, ui.px(32)) || field.entered) && link.enabled) settle(RetryHow::Link);
      ImGui::Dummy({width, ui.px(4)});
      ButtonFace again, off, free, later;
      const std::string again_text = "Send again, may pay " + sum + " twice", off_text = "Write off " + sum;
      again.text = again_text;
      off.text = off_text;
      free.text = "It was not charged";
      later.text = "Decide later";
      later.kind = ButtonKind::Quiet;
      if (button(ui, "Send again", again, 0, ui.px(32))) settle(RetryHow::Resubmit);
      ImGui::SameLine();
      if (button(ui, "Write off", off, 0, ui.px(32))) settle(RetryHow::WriteOff);
      if (button(ui, "Not charged", free, 0, ui.px(32))) settle(RetryHow::Charged);
      ImGui::SameLine();
      if (button(ui, "Decide later", later, 0, ui.px(32))) close();
    }
    ImGui::EndPopup();
  } else {
    // Closed by a click elsewhere: later.
    c.state.wishes.decide = no_row;
  }
  ImGui::PopStyleVar();
}

}  // namespace studio
