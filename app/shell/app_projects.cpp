// Opening, switching and closing projects. The work is an errand: a large or slow project holds no frame.

#include "base/clock.h"
#include "base/file.h"
#include "engine/wiring.h"
#include "panels/start_page.h"
#include "shell/app.h"

namespace studio {
namespace {

// "film/" is "film": its name is the folder's.
std::filesystem::path without_slash(const std::filesystem::path& folder) {
  const auto tidy = folder.lexically_normal();
  return tidy.has_filename() ? tidy : tidy.parent_path();
}

Result<UniqueFd> nothing_open(const std::string&) { return fail(ErrorKind::NotFound, "No project is open."); }

}  // namespace

// Any thread but this one's.
Result<std::unique_ptr<Studio>> App::open_or_make(const std::filesystem::path& folder, OpenHow how, StudioParts parts) {
  const auto make = [&]() -> Result<void> { return Studio::create_project(folder, folder.filename().string()); };
  if (how == OpenHow::Make) STUDIO_CHECK(make());
  auto opened = Studio::open(folder, parts_for(folder, parts));
  if (opened || how != OpenHow::Demo || opened.error().kind != ErrorKind::NotFound) return opened;
  STUDIO_CHECK(make());
  // What it asks of the sandbox stays within it: deleting the demo leaves nothing anywhere else.
  STUDIO_CHECK(make_folder(own_sandbox_folder(folder), true));
  return Studio::open(folder, parts_for(folder, std::move(parts)));
}

void App::open_project(const std::filesystem::path& named, OpenHow how) {
  if (is_opening_) return;
  const auto folder = without_slash(named);
  if (studio_) close_project();
  is_opening_ = true;
  opening_name_ = folder.filename().string();
  opening_since_secs_ = mono_secs();
  // The same project may be the one that is still closing.
  errands_->start([this, folder, how, closed = closing_, parts = parts_.studio](const std::stop_token&, const Errands::Tell& tell) {
    if (closed.valid()) closed.wait();
    auto answer = std::make_shared<Result<std::unique_ptr<Studio>>>(open_or_make(folder, how, parts));
    tell([this, folder, how, answer] {
      is_opening_ = false;
      if (*answer)
        take_project(folder, how, std::move(**answer));
      else
        not_opened(folder, how, answer->error());
    });
  });
}

void App::take_project(const std::filesystem::path& folder, OpenHow how, std::unique_ptr<Studio> opened) {
  start_.question.clear();
  leave_files();
  studio_ = std::move(opened);
  studio_->tick();
  state_.is_demo = folder == demo_folder();
  if (state_.is_demo) demo_.begin(*studio_);
  pictures_->set_source(studio_->poster_source());
  clips_->set_source(studio_->blob_source());
  state_.undo.clear();
  reset_loupe(loupe_);
  state_.selection.reset();
  state_.note = {};
  state_.shown.clear();
  reset_gallery(gallery_);
  bars_ = {};
  reset_queue(queue_);
  reset_ledger(ledger_);
  again_ = {};
  money_book_ = std::make_unique<MoneyBook>(studio_->view().project, parts_.studio.clock, parts_.wake);
  reset_prompt(prompt_);
  titles_looked_at_ = names_looked_at_ = 0;
  const auto wall_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  remember_project(settings_, folder, studio_->view().project_name, wall_ms);
  show_recent();
  save_settings();
  // The form shows the newest of the demo's requests, ready to be changed.
  if (how == OpenHow::Demo && studio_->view().library.items.empty()) {
    prompt_.draft.prompt = demo_prompt();
    prompt_.draft.model = demo_model();
  }
}

void App::not_opened(const std::filesystem::path& folder, OpenHow how, const Error& error) {
  switch (how) {
    case OpenHow::Open:
      if (error.kind == ErrorKind::NotFound)
        start_.question = folder;
      else
        start_.open_problem = error.message;
      return;
    case OpenHow::Last:
      start_.open_problem = error.kind == ErrorKind::NotFound ? "The project that was open last is not there any more: " + folder.string() : error.message;
      return;
    case OpenHow::Make: (start_.question.empty() ? start_.new_problem : start_.question_problem) = error.message; return;
    case OpenHow::Demo: start_.demo_problem = error.message; return;
  }
}

// What is on the wire gets some seconds for its answers; the window does not wait for them.
void App::close_studio() {
  auto closed = std::make_shared<std::promise<void>>();
  closer_ = std::jthread([closed, studio = std::shared_ptr<Studio>(std::move(studio_)),
                         book = std::shared_ptr<MoneyBook>(std::move(money_book_)), before = std::move(closer_)]() mutable {
    if (before.joinable()) before.join();
    book.reset();
    studio.reset();
    closed->set_value();
  });
  closing_ = closed->get_future().share();
}

void App::close_project() {
  show_start_pictures();
  clips_->set_source(nothing_open);
  close_studio();
  reset_prompt(prompt_);
  state_.undo.clear();
  reset_loupe(loupe_);
  state_.selection.reset();
  state_.note = {};
  settings_.last.clear();
  leave_files();
  save_settings();
}

// A project may lie on a network that does not answer now, or ever: all are taken to be there until one is known not to be.
void App::look_for_recent() {
  for (const RecentProject& recent : settings_.recent)
    errands_->start_left_alone([this, folder = recent.folder](const std::stop_token&, const Errands::Tell& tell) {
      std::error_code error;
      if (std::filesystem::exists(folder, error)) return;
      tell([this, folder] {
        for (RecentProject& known : settings_.recent)
          if (known.folder == folder) known.there = false;
        show_recent();
      });
    });
}

void App::start(const std::optional<std::filesystem::path>& folder) {
  if (!folder) {
    if (!settings_.last.empty()) open_project(settings_.last, OpenHow::Last);
    return;
  }
  StartAct wished;
  wished.kind = StartAct::Kind::Open;
  wished.path = folder->string();
  act(wished);
}

void App::act(const StartAct& wished) {
  if (wished.kind == StartAct::Kind::None || is_opening_) return;
  if (wished.kind == StartAct::Kind::Show) return show_in_folder({wished.path}, false);
  if (wished.kind == StartAct::Kind::Forget) {
    std::erase_if(settings_.recent, [&](const RecentProject& recent) { return recent.folder == wished.path; });
    show_recent();
    return save_settings();
  }
  start_.new_problem.clear();
  start_.open_problem.clear();
  start_.demo_problem.clear();
  start_.question_problem.clear();
  if (wished.kind == StartAct::Kind::Demo) {
    if (is_deleting_demo_)
      start_.demo_problem = "The demo is being deleted: try again in a moment.";
    else
      open_project(demo_folder(), OpenHow::Demo);
    return;
  }
  const auto folder = folder_from_text(wished.path, parts_.home);
  open_project(folder, wished.kind == StartAct::Kind::New ? OpenHow::Make : OpenHow::Open);
}

// Said only when it takes long enough to be noticed.
void App::draw_opening(const Ui& ui, Rect box) {
  if (!is_opening_) return;
  constexpr double noticed_secs = 0.3, step_secs = 0.25;
  const double waited = ui.now_secs - opening_since_secs_;
  if (waited < noticed_secs) return ui.redraw_in(noticed_secs - waited);
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.min, box.max, ui.tone(Tone::SurfaceApp));
  const ImVec2 middle = box.centre();
  running_ring(ui, list, {middle.x, middle.y - ui.px(40)}, ui.px(20), ui.px(3), static_cast<int>(waited / step_secs),
               ui.tone(Tone::StateRunning), ui.tone(Tone::LineHard));
  text_centred(ui, list, Type::Body, middle, ui.tone(Tone::Text1), "Opening " + opening_name_ + "…");
  ui.redraw_in(step_secs);
}

}  // namespace studio
