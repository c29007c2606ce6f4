// Where does the work begin?
#include "panels/start_page.h"

#include <algorithm>

#include "base/text.h"
#include "panels/gallery_menu.h"
#include "widgets/picture.h"
#include "widgets/state_shape.h"

namespace studio {
namespace {

struct Card {
  const char* id;
  Icon icon;
  const char* title;
  const char* words;
  const char* act;
  const char* key1;
  const char* key2;
  bool accent;
};

// Gives the box in which the card's act stands.
Rect draw_card(const Ui& ui, ImDrawList* list, const Card& card, Rect box) {
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfacePanel), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(card.accent ? Tone::AccentBase : Tone::LineHard), ui.px(6), ui.hair());
  const float x = box.min.x + ui.px(20);
  const float y = box.min.y + ui.px(32);
  icon_at(ui, list, card.icon, {x + ui.px(10), y}, 20, ui.tone(card.accent ? Tone::AccentBase : Tone::Text1));
  text_at(ui, list, Type::Title, x + ui.px(30), y, ui.tone(Tone::Text1), card.title);
  text_wrapped(ui, list, Type::Body, {x, box.min.y + ui.px(54)}, box.width() - ui.px(40), ui.tone(Tone::Text2),
               card.words, 3);
  return rect_at(x, box.max.y - ui.px(20 + 32), box.width() - ui.px(40), ui.px(32));
}

// Gives the height used.
float draw_problem(const Ui& ui, ImDrawList* list, ImVec2 at, float width, const std::string& problem) {
  if (problem.empty()) return 0;
  state_shape(ui, list, StateShape::Triangle, {at.x + ui.px(8), at.y + ui.px(9)}, 16);
  return text_wrapped(ui, list, Type::Caption, {at.x + ui.px(24), at.y}, width - ui.px(24), ui.tone(Tone::Text1),
                      problem, 5);
}

constexpr float picture_width = 240, picture_height = 135, picture_gap = 12, picture_row_gap = 20;

// What the sandbox draws, the kept ones lit, running out at both edges of the window.
void draw_pictures(const StartState& state, const Ui& ui, ImDrawList* list, Rect page, float top, int rows) {
  const std::size_t in_row = state.pictures.size() / 2;
  const float w = ui.px(picture_width), h = ui.px(picture_height), pitch = w + ui.px(picture_gap);
  const float left = std::round(page.centre().x - (static_cast<float>(in_row) * pitch - ui.px(picture_gap)) * 0.5f);
  const auto box_of = [&](std::size_t i) {
    return rect_at(left + static_cast<float>(i % in_row) * pitch,
                   top + static_cast<float>(i / in_row) * (h + ui.px(picture_row_gap)), w, h);
  };
  const std::size_t shown = in_row * static_cast<std::size_t>(rows);
  begin_pictures(list, ui.pictures->gpu());
  for (std::size_t i = 0; i < shown; ++i) {
    const Rect box = box_of(i);
    if (box.max.x > page.min.x && box.min.x < page.max.x)
      picture(list, ui.pictures->ask(state.pictures[i].id, static_cast<int>(w), static_cast<int>(h)), box);
  }
  end_pictures(list);
  for (std::size_t i = 0; i < shown; ++i) {
    const Rect box = box_of(i);
    if (!state.pictures[i].kept) {
      list->AddRectFilled(box.min, box.max, faded(ui.tone(Tone::GroundBase), 0.65f));
      continue;
    }
    const Rect ring = grown(box, ui.px(3));
    list->AddRect(ring.min, ring.max, ui.tone(Tone::SelectRing), 0, ui.px(2));
    const Rect plate = rect_at(box.min.x + ui.px(6), box.max.y - ui.px(6 + 20), ui.px(20), ui.px(20));
    list->AddRectFilled(plate.min, plate.max, ui.tone(Tone::OverPlate), ui.px(2));
    icon_at(ui, list, Icon::Flag, plate.centre(), 14, ui.tone(Tone::StateDone), true);
  }
}

// What else can be done with a project that was open once.
void draw_recent_menu(const Ui& ui, const RecentProject& recent, const Press& press, StartAct& act) {
  if (press.hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Right)) ImGui::OpenPopup("recent");
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(ui.px(4), ui.px(4)));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  if (ImGui::BeginPopup("recent")) {
    close_on_escape(true);
    const auto entry = [&](const char* label, StartAct::Kind kind) {
      if (!list_row(ui, label, label, "", "", false, ui.px(200))) return;
      act.kind = kind;
      act.path = recent.folder.string();
      ImGui::CloseCurrentPopup();
    };
    if (recent.there) {
      entry("Open", StartAct::Kind::Open);
      entry("Show in folder", StartAct::Kind::Show);
    }
    entry("Forget", StartAct::Kind::Forget);
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

// A service with what it needs, or the way to its key.
void draw_provider(const StartState& state, const Ui& ui, ImDrawList* list, const Provider& provider, Rect row,
                   Wishes& wishes) {
  const ProviderInfo& info = provider.info();
  const bool lacks_key =
      std::find(state.lacking_key.begin(), state.lacking_key.end(), info.id) != state.lacking_key.end();
  const float y = row.centre().y;
  state_shape(ui, list, lacks_key ? StateShape::Circle : StateShape::DiscCheck, {row.min.x + ui.px(8), y}, 14);
  text_at(ui, list, Type::Body, row.min.x + ui.px(24), y, ui.tone(lacks_key ? Tone::Text2 : Tone::Text1),
          info.label + (info.is_sandbox ? ", built in" : ""));
  if (!lacks_key) {
    text_right(ui, list, Type::Caption, row.max.x, y, ui.tone(Tone::Text2),
               info.is_sandbox ? "ready, play money" : "ready");
    return;
  }
  ButtonFace face;
  face.text = "Add a key…";
  face.kind = ButtonKind::Quiet;
  const float w = button_width(ui, face), h = ui.px(24);
  if (button_at(ui, ("Add a key##" + info.id).c_str(), face, rect_at(row.max.x - w, std::round(y - h * 0.5f), w, h))) {
    wishes.settings = true;
    wishes.settings_section = "Providers";
  }
}

StartAct draw_question(StartState& state, const Ui& ui, Rect page) {
  StartAct act;
  if (state.question.empty()) return act;
  const float w = ui.px(560), h = ui.px(196);
  const Rect box = rect_at(std::round(page.centre().x - w * 0.5f), std::round(page.min.y + page.height() * 0.3f), w, h);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfacePanel), ui.px(6));
  list->AddRect(box.min, box.max, ui.tone(Tone::AccentBase), ui.px(6), ui.hair());
  const float x = box.min.x + ui.px(24), room = w - ui.px(48);
  text_at(ui, list, Type::Title, x, box.min.y + ui.px(36), ui.tone(Tone::Text1), "Make a project here?");
  text_elided(ui, list, Type::Mono, x, box.min.y + ui.px(72), room, ui.tone(Tone::Text1), state.question.string());
  if (state.question_problem.empty())
    text_wrapped(ui, list, Type::Body, {x, box.min.y + ui.px(90)}, room, ui.tone(Tone::Text2),
                 "There is no project in this folder yet. A new one keeps its pictures, recipes and costs in it.", 3);
  else
    draw_problem(ui, list, {x, box.min.y + ui.px(92)}, room, state.question_problem);
  ButtonFace yes, no;
  yes.kind = ButtonKind::Accent;
  yes.text = "Make the project";
  no.kind = ButtonKind::Quiet;
  no.text = "Not here";
  const float top = box.max.y - ui.px(24 + 32), yw = button_width(ui, yes);
  if (button_at(ui, "Make the project", yes, rect_at(x, top, yw, ui.px(32)))) {
    act.kind = StartAct::Kind::New;
    act.path = state.question.string();
  }
  if (button_at(ui, "Not here", no, rect_at(x + yw + ui.px(8), top, button_width(ui, no), ui.px(32))))
    state.question.clear();
  return act;
}

}  // namespace

std::filesystem::path folder_from_text(std::string_view text, const std::filesystem::path& home) {
  text = trimmed(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  if (text.empty()) return {};
  std::filesystem::path path;
  if (text == "~")
    path = home;
  else if (text.starts_with("~/"))
    path = home / text.substr(2);
  else
    path = std::filesystem::path(text);
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  return (error ? path : absolute).lexically_normal();
}

StartAct draw_start_page(StartState& state, const Ui& ui, const ProviderSet* providers, Wishes& wishes, Rect page) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (!state.question.empty()) {
    return draw_question(state, ui, page);
  }
  StartAct act;
  const float cards = std::min(ui.px(944), page.width() - ui.px(48)), gap = ui.px(16);
  const float left = std::round(page.centre().x - cards * 0.5f);
  const float card_w = std::floor((cards - gap * 2) / 3), card_h = ui.px(188);
  // Heading, cards and lists as one block, a little above the middle.
  const float recent_rows = std::clamp(static_cast<float>(state.recent.size()), 1.0f, 8.0f);
  const float list_rows = std::max(recent_rows, providers != nullptr ? static_cast<float>(providers->all().size()) : 0);
  const float block = ui.px(40 + 12 + 24 + 40) + card_h + ui.px(40 + 28) + list_rows * ui.px(32);
  const auto strip = [&](int rows) {
    return rows == 0 ? 0 : static_cast<float>(rows) * ui.px(picture_height + picture_row_gap) + ui.px(24 + 40);
  };
  int rows = state.pictures.size() < 2 || ui.pictures == nullptr ? 0 : 2;
  while (rows > 0 && block + strip(rows) + ui.px(48) > page.height()) --rows;
  float y = std::round(page.min.y + std::max(ui.px(24), (page.height() - block - strip(rows)) * 0.42f));
  if (rows > 0) {
    draw_pictures(state, ui, list, page, y, rows);
    text_centred(ui, list, Type::Caption, {page.centre().x, y + strip(rows) - ui.px(40 + 16)}, ui.tone(Tone::Text3),
                 "Drawn by the built-in sandbox, on this machine");
    y += strip(rows);
  }

  text_centred(ui, list, Type::Display, {page.centre().x, y + ui.px(20)}, ui.tone(Tone::Text1),
               "Make many. Keep the best. Invest in those.");
  y += ui.px(40 + 12);
  text_centred(ui, list, Type::Body, {page.centre().x, y + ui.px(12)}, ui.tone(Tone::Text2),
               "A project is a folder on your disk. It holds every picture, every recipe and every cent.");
  y += ui.px(24 + 40);

  float problems = 0;  // height of the highest one under its card
  const auto card_box = [&](int n) {
    return rect_at(left + static_cast<float>(n) * (card_w + gap), y, card_w, card_h);
  };
  {
    const Card card{
        "demo",
        Icon::Play,
        "Try the demo",
        "Fills itself in seconds. No key, no network, no cost: the sandbox makes real files, only simpler ones.",
        "Open the demo",
        "Enter",
        "",
        true};
    const Rect box = draw_card(ui, list, card, card_box(0));
    ButtonFace face;
    face.kind = ButtonKind::Accent;
    face.text = card.act;
    face.key1 = card.key1;
    if (button_at(ui, "Open the demo", face, rect_at(box.min.x, box.min.y, button_width(ui, face), box.height())))
      act.kind = StartAct::Kind::Demo;
    if (!ImGui::GetIO().WantTextInput && !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup) &&
        (ImGui::IsKeyPressed(ImGuiKey_Enter, false) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter, false)))
      act.kind = StartAct::Kind::Demo;
    problems = draw_problem(ui, list, {card_box(0).min.x, card_box(0).max.y + ui.px(8)}, card_w, state.demo_problem);
  }
  const auto file_card = [&](int n, const Card& card, bool& wish, const std::string& problem) {
    const Rect box = draw_card(ui, list, card, card_box(n));
    ButtonFace face;
    face.text = card.act;
    if (button_at(ui, card.act, face, rect_at(box.min.x, box.min.y, button_width(ui, face), box.height()))) wish = true;
    const float keys = key_cap_width(ui, card.key1) + ui.px(4) + key_cap_width(ui, card.key2);
    const float kx = box.max.x - keys, ky = box.centre().y;
    const float k = key_cap(ui, list, kx, ky, card.key1, ui.tone(Tone::Text2), ui.tone(Tone::LineHard));
    key_cap(ui, list, kx + k + ui.px(4), ky, card.key2, ui.tone(Tone::Text2), ui.tone(Tone::LineHard));
    problems =
        std::max(problems, draw_problem(ui, list, {card_box(n).min.x, card_box(n).max.y + ui.px(8)}, card_w, problem));
  };
  file_card(1,
            {"new", Icon::FolderPlus, "New project",
             "Give it a name and a place. Models and keys can wait: the sandbox is ready.", "New project…", "Ctrl", "N", false},
            wishes.new_project, state.new_problem);
  file_card(2,
            {"open", Icon::FolderOpen, "Open a project",
             "Choose the folder of a project, or drop it anywhere on this window.", "Open…", "Ctrl", "O", false},
            wishes.open_project, state.open_problem);
  y += card_h + ui.px(40) + problems;

  // Recent projects on the left two thirds, providers under the last card.
  text_at(ui, list, Type::Label, left, y + ui.px(8), ui.tone(Tone::Text2), "Recent");
  const float right_column = left + 2 * (card_w + gap);
  text_at(ui, list, Type::Label, right_column, y + ui.px(8), ui.tone(Tone::Text2), "Providers");
  y += ui.px(28);
  float ry = y;
  if (state.recent.empty()) {
    icon_at(ui, list, Icon::Clock, {left + ui.px(8), ry + ui.px(16)}, 16, ui.tone(Tone::Text3));
    text_at(ui, list, Type::Body, left + ui.px(26), ry + ui.px(16), ui.tone(Tone::Text3),
            "Projects you open will be listed here.");
  }
  for (const RecentProject& recent : state.recent) {
    if (ry + ui.px(32) > page.max.y - ui.px(8)) break;
    const Rect row = rect_at(left - ui.px(8), ry, 2 * card_w + gap + ui.px(8), ui.px(32));
    ImGui::PushID(recent.folder.c_str());
    const Press press = press_area_at(("Open " + recent.name).c_str(), row);
    ImGui::PopID();
    if (press.hovered && recent.there) list->AddRectFilled(row.min, row.max, ui.tone(Tone::GroundCell), ui.px(4));
    const ImU32 ink = ui.tone(recent.there ? Tone::Text1 : Tone::Text3);
    icon_at(ui, list, Icon::FolderSimple, {left + ui.px(8), row.centre().y}, 16,
            ui.tone(recent.there ? Tone::Text2 : Tone::Text3));
    const float end =
        text_elided(ui, list, Type::Body, left + ui.px(26), row.centre().y, row.width() * 0.4f, ink, recent.name);
    text_elided(ui, list, Type::Caption, end + ui.px(12), row.centre().y, row.max.x - end - ui.px(24),
                ui.tone(Tone::Text3),
                recent.there ? recent.folder.string() : "not there any more: " + recent.folder.string());
    if (press.clicked && recent.there) {
      act.kind = StartAct::Kind::Open;
      act.path = recent.folder.string();
    }
    ImGui::PushID(recent.folder.c_str());
    draw_recent_menu(ui, recent, press, act);
    ImGui::PopID();
    ry += ui.px(32);
  }
  float py = y;
  if (providers != nullptr) {
    for (const Provider* provider : providers->all()) {
      if (py + ui.px(32) > page.max.y - ui.px(8)) break;
      draw_provider(state, ui, list, *provider, rect_at(right_column, py, left + cards - right_column, ui.px(32)), wishes);
      py += ui.px(32);
    }
  }
  return act;
}

}  // namespace studio
