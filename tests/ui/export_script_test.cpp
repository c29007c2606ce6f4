// Export in the window: what, where to, under which names; and the files lie there as the preview said.
#include <optional>
#include <set>

#include "support/catch.h"
#include "ui/media_files.h"
#include "ui/popup_ref.h"
#include "ui/stage.h"
#include "ui/ui_thread_trap.h"

using namespace studio;

namespace {

bool import_three(Stage& stage, ImGuiTestContext* ctx) {
  for (int i = 0; i < 3; ++i)
    write_picture_file(stage.folder() / "media" / ("view " + std::to_string(i) + ".png"), static_cast<std::uint8_t>(i * 40));
  stage.app().drop({(stage.folder() / "media").string()});
  return stage.wait_until(ctx, [&] {
    return stage.app().studio()->view().library.items.size() == 3 && !stage.app().importing().is_under_way();
  });
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("Export writes what the dialog says, under the names it shows, with the manifest beside them") {
  Stage stage;
  stage.open_fresh_project("Lamp");
  const auto to = stage.folder() / "out";
  ExportState& dialog = stage.app().export_dialog();
  std::vector<std::string> previewed;
  const bool passed = stage.play("export", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_three(stage, ctx));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_E);
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/All");
    ctx->ItemInputValue("**/##folder", to.c_str());
    ctx->ItemInputValue("**/##template", "{project} ");
    // A chip puts its field where the caret was last.
    ctx->ItemClick("**/{n}");
    ctx->Yield(2);
    IM_CHECK_STR_EQ(dialog.name_template.c_str(), "{project} {n}");
    stage.save_picture("export-dialog");
    ctx->Yield(2);
    previewed = dialog.names;
    IM_CHECK_EQ(dialog.plan.files.size(), 3u);
    ctx->ItemClick("**/Sidecars");
    ctx->ItemClick("**/Export");
    IM_CHECK(stage.wait_until(ctx, [&] { return dialog.report != nullptr; }));
    ctx->Yield(3);
    stage.save_picture("export-done");
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("**/Show in folder"));
    // There is no desktop here, which is said in place.
    ctx->ItemClick("**/Show in folder");
    IM_CHECK(stage.wait_until(ctx, [&] { return !dialog.shown_problem.empty(); }));
    ctx->ItemClick("**/Close");
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
  });
  CHECK(passed);
  CHECK(previewed == std::vector<std::string>{"Lamp 001.png", "Lamp 002.png", "Lamp 003.png"});
  REQUIRE(std::filesystem::exists(to));
  CHECK(names_in(to) == std::set<std::string>{"Lamp 001.png", "Lamp 001.png.json", "Lamp 002.png", "Lamp 002.png.json", "Lamp 003.png", "Lamp 003.png.json", "manifest.json"});
  CHECK(stage.app().settings().export_folder == to.string());
  CHECK(stage.app().settings().export_template == "{project} {n}");
}

TEST_CASE("Only what is selected goes out, and a wrong template says so and stops the button") {
  Stage stage(Stage::Settings{.width = 1280, .height = 720});
  stage.open_fresh_project("Lamp");
  ExportState& dialog = stage.app().export_dialog();
  const auto to = stage.folder() / "out";
  const bool passed = stage.play("selection", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_three(stage, ctx));
    stage.app().state().selection.set_all({2, 0});
    ctx->Yield(2);
    stage.app().state().wishes.export_dialog = true;
    IM_CHECK(refer_to_popup(ctx));
    IM_CHECK(dialog.what == ExportWhat::Selection);
    IM_CHECK_EQ(dialog.plan.files.size(), 2u);
    const auto files_of = [&](const char* chip) {
      ctx->ItemClick((std::string("**/") + chip).c_str());
      ctx->Yield(2);
      return dialog.plan.files.size();
    };
    IM_CHECK_EQ(files_of("All"), 3u);
    IM_CHECK_EQ(files_of("Picked"), 0u);
    IM_CHECK_EQ(files_of("Selection"), 2u);
    ctx->ItemInputValue("**/##folder", to.c_str());
    ctx->ItemInputValue("**/##template", "{promt}");
    ctx->Yield(2);
    IM_CHECK(dialog.template_problem.find("{promt}") != std::string::npos);
    stage.save_picture("export-wrong-template");
    ctx->Yield(2);
    ctx->ItemClick("**/Export", 0, ImGuiTestOpFlags_NoError);
    ctx->Yield(2);
    IM_CHECK(!dialog.is_running);
    IM_CHECK(dialog.report == nullptr);
    ctx->ItemInputValue("**/##template", "{prompt}");
    ctx->ItemClick("**/Manifest");
    ctx->Yield();
    IM_CHECK(!dialog.with_manifest);
    ctx->ItemClick("**/Export");
    IM_CHECK(stage.wait_until(ctx, [&] { return dialog.report != nullptr; }));
  });
  CHECK(passed);
  REQUIRE(std::filesystem::exists(to));
  // Files come in in any order: which rows they are is asked of the library.
  const auto& texts = stage.app().studio()->view().library.texts;
  CHECK(names_in(to) == std::set<std::string>{texts[0].source_name, texts[2].source_name});
  CHECK(texts[0].source_name.ends_with(".png"));
}

TEST_CASE("The folder is chosen in the picker, which lies over the dialog") {
  Stage stage;
  stage.open_fresh_project("Lamp");
  std::filesystem::create_directory(stage.folder() / "Exports");
  ExportState& dialog = stage.app().export_dialog();
  const bool passed = stage.play("folder", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_three(stage, ctx));
    stage.app().state().wishes.export_dialog = true;
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/Choose folder");
    PickerState& picker = stage.app().picker();
    IM_CHECK(stage.wait_until(ctx, [&] { return picker.is_open && picker.listing; }));
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/Exports");
    ctx->Yield(2);
    stage.save_picture("export-picker");
    ctx->Yield(2);
    ctx->ItemClick("**/Accept");
    ctx->Yield(3);
    IM_CHECK(dialog.is_open);
    IM_CHECK_STR_EQ(dialog.folder.c_str(), (stage.folder() / "Exports").c_str());
  });
  CHECK(passed);
}

TEST_CASE("A folder that cannot be made is said, and nothing is lost") {
  Stage stage;
  stage.open_fresh_project("Lamp");
  ExportState& dialog = stage.app().export_dialog();
  const bool passed = stage.play("problem", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_three(stage, ctx));
    stage.app().state().wishes.export_dialog = true;
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemInputValue("**/##folder", (stage.folder() / "media" / "view 0.png" / "out").c_str());
    ctx->ItemClick("**/Export");
    IM_CHECK(stage.wait_until(ctx, [&] { return dialog.error.has_value(); }));
    ctx->Yield(3);
    stage.save_picture("export-problem");
    ctx->Yield(2);
    ctx->ItemClick("**/Export more");
    ctx->Yield(2);
    IM_CHECK(ctx->ItemExists("**/##folder"));
  });
  CHECK(passed);
}

TEST_CASE("An export goes on while the dialog is closed, opened again it is cancelled, and what was written stays") {
  Stage stage;
  stage.open_fresh_project("Lamp");
  ExportState& dialog = stage.app().export_dialog();
  const auto out = stage.folder() / "out";
  std::optional<SlowFile> gate;
  const bool passed = stage.play("cancel", [&](ImGuiTestContext* ctx) {
    IM_CHECK(import_three(stage, ctx));
    // The export comes as far as the second file, and stands there.
    const Library& library = stage.app().studio()->view().library;
    gate.emplace(stage.app().studio()->blob_path(library.texts[library.row_of(AssetId{2})].sha256));
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_E);
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemInputValue("**/##folder", out.c_str());
    ctx->ItemInputValue("**/##template", "{n}");
    ctx->ItemClick("**/All");
    ctx->ItemClick("**/Export");
    IM_CHECK(stage.wait_until(ctx, [&] { return dialog.done == 1 && gate->is_waited_for(); }));
    IM_CHECK(dialog.is_running);
    ctx->Yield(2);
    stage.save_picture("export-running");
    ctx->Yield(2);
    ctx->ItemClick("**/Close");
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
    IM_CHECK(dialog.is_running);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_E);
    IM_CHECK(refer_to_popup(ctx));
    ctx->ItemClick("**/Cancel the export");
    gate->let_go();
    IM_CHECK(stage.wait_until(ctx, [&] { return !dialog.is_running; }));
    IM_CHECK(dialog.report == nullptr);
    IM_CHECK(dialog.error && dialog.error->kind == ErrorKind::Cancelled);
    IM_CHECK(dialog.error->message.find("1 of 3") != std::string::npos);
    ctx->Yield(2);
    stage.save_picture("export-cancelled");
    ctx->Yield(2);
    ctx->ItemClick("**/Close");
    ctx->Yield(2);
    IM_CHECK(!a_popup_is_open());
  });
  gate.reset();  // whatever came of it, the export can end
  CHECK(passed);
  REQUIRE(std::filesystem::exists(out));
  CHECK(names_in(out) == std::set<std::string>{"001.png"});
}
