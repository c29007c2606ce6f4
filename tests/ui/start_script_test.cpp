// The start page: make, open, recent; and a clear sentence in place where that fails.
#include <imgui.h>
#include <imgui_te_context.h>

#include <cstdlib>
#include <fstream>

#include "support/catch.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"
#include "ui/ui_thread_trap.h"

using namespace studio;

TEST_CASE("A new project is made by its typed folder and listed as recent afterwards") {
  for (const char* name : {"STUDIO_KEY_FAL", "FAL_KEY"}) ::unsetenv(name);
  Stage stage;
  const auto folder = stage.folder() / "Films" / "The last lamp";
  const bool passed = stage.play("new", [&](ImGuiTestContext* ctx) {
    PickerState& picker = stage.app().picker();
    // The other card asks too, and takes no for an answer.
    ctx->ItemClick("//Start/Open…");
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && !picker.is_reading; }));
    IM_CHECK(picker.purpose == PickFor::OpenProject);
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/Cancel");
    ctx->SetRef("");
    ctx->Yield(2);
    IM_CHECK(!picker.is_open);
    // A service without a key leads to where one is added.
    IM_CHECK(stage.wait_until(ctx, [&] { return ctx->ItemExists("//Start/Add a key##fal"); }, 5));
    ctx->ItemClick("//Start/Add a key##fal");
    ctx->Yield(3);
    IM_CHECK(stage.app().settings_panel().is_open);
    IM_CHECK(stage.wait_until(ctx, [&] { return ctx->ItemExists("//Settings/**/Set"); }));
    ctx->ItemClick("//Settings/Close##settings");
    ctx->Yield(2);
    ctx->ItemClick("//Start/New project…");
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && !picker.is_reading; }));
    // Where there is no such folder yet, it is made on the way.
    ctx->ItemClick("//$FOCUSED/##path");
    ctx->KeyCharsReplace(folder.parent_path().c_str());
    ctx->KeyPress(ImGuiKey_Enter);
    IM_CHECK(stage.wait_until(ctx, [&] { return !picker.is_reading && picker.folder == folder.parent_path(); }));
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/##name");
    ctx->KeyCharsReplace("The last lamp");
    ctx->ItemClick("**/Accept");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
    ctx->Yield(3);
    // Back to the first page by its key.
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_W);
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() == nullptr; }));
    ctx->Yield(2);
    ctx->ItemClick("//Start/**/Open The last lamp");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
  });
  CHECK(passed);
  CHECK(std::filesystem::exists(folder));
  REQUIRE_FALSE(stage.app().settings().recent.empty());
  CHECK(stage.app().settings().recent[0].folder == folder);
  CHECK(stage.app().settings().recent[0].name == "The last lamp");
  CHECK(stage.app().title() == "The last lamp – Production Studio");
}

TEST_CASE("A folder without a project becomes one only after a question") {
  Stage stage;
  const auto folder = stage.folder() / "empty";
  std::filesystem::create_directory(folder);
  stage.open(folder);
  CHECK(stage.app().studio() == nullptr);
  const bool no = stage.play("no", [&](ImGuiTestContext* ctx) {
    stage.save_picture("question");
    ctx->Yield(2);
    ctx->ItemClick("//Start/Not here");
    ctx->Yield(2);
  });
  CHECK(no);
  CHECK(stage.app().studio() == nullptr);
  CHECK(std::filesystem::is_empty(folder));
  stage.open(folder);
  const bool yes = stage.play("yes", [&](ImGuiTestContext* ctx) {
    ctx->ItemClick("//Start/Make the project");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
  });
  CHECK(yes);
}

TEST_CASE("A project that cannot be opened is named on the page, and the page stays") {
  Stage stage;
  const auto project = stage.folder() / "broken";
  REQUIRE(Studio::create_project(project, "broken"));
  // Whatever its files are called: none of them is what it was.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project))
    if (entry.is_regular_file()) std::ofstream(entry.path(), std::ios::trunc) << std::string(5000, '#');
  stage.open(project);
  stage.save_picture("damaged");
  stage.frame();
  CHECK(stage.app().studio() == nullptr);
  CHECK_FALSE(stage.app().start_page().open_problem.empty());
}

TEST_CASE("A project that another program owns is named, and nothing changes") {
  Stage stage;
  const auto project = stage.open_fresh_project();
  App& app = stage.app();
  REQUIRE(app.studio() != nullptr);
  // The same folder once more, as a second window would: this process holds it already.
  StudioParts none;
  const auto second = Studio::open(project, std::move(none));
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::Owned);
}

TEST_CASE("A recent project is forgotten from its menu, one that is gone says so and is not opened") {
  Stage stage;
  const auto gone = stage.open_fresh_project("gone");
  stage.open_fresh_project("kept");
  const bool passed = stage.play("forget", [&](ImGuiTestContext* ctx) {
    stage.app().state().wishes.start_page = true;
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() == nullptr; }));
    ctx->Yield(3);
    ctx->ItemClick("//Start/**/Open gone", ImGuiMouseButton_Right);
    ctx->Yield(2);
    stage.save_picture("start-recent-menu");
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("//$FOCUSED/Show in folder"));
    ctx->KeyPress(ImGuiKey_Escape);
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
    ctx->ItemClick("//Start/**/Open gone", ImGuiMouseButton_Right);
    ctx->Yield(2);
    ctx->ItemClick("//$FOCUSED/Forget");
    ctx->Yield(3);
    IM_CHECK(!ctx->ItemExists("//Start/**/Open gone"));
    stage.app().start_page().recent.at(0).there = false;
    ctx->Yield(2);
    ctx->ItemClick("//Start/**/Open kept");
    ctx->Yield(3);
    IM_CHECK(stage.app().studio() == nullptr);
  });
  CHECK(passed);
  REQUIRE(stage.app().settings().recent.size() == 1);
  CHECK(stage.app().settings().recent[0].name == "kept");
  // Only the list forgets it.
  CHECK(std::filesystem::exists(gone / "ledger.sqlite"));
}

TEST_CASE("What the window remembers is read without asking for the projects it names") {
  const TempFolder folder;
  const auto file = folder.path() / "window.json";
  WindowSettings settings;
  remember_project(settings, folder.path() / "here", "here", 1);
  remember_project(settings, folder.path() / "gone", "gone", 2);
  REQUIRE(save_window_settings(file, settings));
  take_trapped_calls(false);
  WindowSettings read;
  {
    const TrapScope trap;
    read = load_window_settings(file);
  }
  REQUIRE(read.recent.size() == 2);
  const auto calls = take_trapped_calls(false);
  CHECK_FALSE(calls.empty());  // the trap bites: it is a file, after all
  for (const TrappedCall& call : calls) {
    INFO(call.name);
    CHECK(call.name.find((folder.path() / "here").string()) == std::string::npos);
    CHECK(call.name.find((folder.path() / "gone").string()) == std::string::npos);
  }
}

TEST_CASE("A recent project that is gone is found out beside the window, and the last one that is gone is said") {
  const TempFolder films;
  Stage::Settings settings;
  remember_project(settings.remembered, films.path() / "here", "here", 1);
  remember_project(settings.remembered, films.path() / "gone", "gone", 2);
  REQUIRE(Studio::create_project(films.path() / "here", "here"));
  Stage stage(settings);
  // Nothing is known yet, and nothing was waited for: the stage traps it.
  for (const RecentProject& recent : stage.app().start_page().recent) CHECK(recent.there);
  stage.open(std::nullopt);
  CHECK(stage.app().studio() == nullptr);
  CHECK(stage.app().start_page().open_problem == "The project that was open last is not there any more: " + (films.path() / "gone").string());
  const bool passed = stage.play("recent", [&](ImGuiTestContext* ctx) {
    const auto& recent = stage.app().start_page().recent;
    IM_CHECK(stage.wait_until(ctx, [&] { return !recent.at(0).there; }));
    IM_CHECK_STR_EQ(recent.at(0).name.c_str(), "gone");
    ctx->Yield(2);
    ctx->ItemClick("//Start/**/Open gone");
    ctx->Yield(5);
    IM_CHECK(!stage.app().is_opening());
    IM_CHECK(recent.at(1).there);
    ctx->ItemClick("//Start/**/Open here");
    IM_CHECK(stage.wait_until(ctx, [&] { return stage.app().studio() != nullptr; }));
  });
  CHECK(passed);
}

TEST_CASE("The last project opens at a start without arguments") {
  const TempFolder films;
  Stage::Settings settings;
  remember_project(settings.remembered, films.path() / "lamp", "lamp", 1);
  REQUIRE(Studio::create_project(films.path() / "lamp", "lamp"));
  Stage stage(settings);
  stage.open(std::nullopt);
  REQUIRE(stage.app().studio() != nullptr);
  CHECK(stage.app().studio()->view().project == films.path() / "lamp");
}
