// The window's dealings with files outside of the project: drops, pickers, imports, exports, and the end of the demo.
#include <imgui_internal.h>

#include <chrono>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "commands/version_step.h"
#include "engine/endpoints.h"
#include "engine/find_files.h"
#include "engine/wiring.h"
#include "panels/gallery_rows.h"
#include "shell/app.h"
#include "shell/folder_work.h"

namespace studio {
namespace {

FileQuestion question_for(PickFor purpose, const std::filesystem::path& start, const std::string& name, const std::string& of_whom) {
  using What = FileQuestion::What;
  switch (purpose) {
    case PickFor::NewProject:
      return {"New project: its name, and where it lies", "Make the project", What::NewFolder, start, name};
    case PickFor::OpenProject:
      return {"Open a project: choose its folder", "Open", What::Folder, start, {}};
    case PickFor::ImportFiles:
      return {"Import files", "Import", What::Files, start, {}};
    case PickFor::EditedVersion:
      return {"Edited version of " + of_whom, "Import", What::File, start, {}};
    case PickFor::ExportFolder:
      return {"Export to a folder", "Use this folder", What::Folder, start, {}};
  }
  return {};
}

std::vector<std::string> texts_of(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> texts;
  for (const auto& path : paths) texts.push_back(path.string());
  return texts;
}

}  // namespace

std::filesystem::path App::demo_folder() const { return parts_.data_folder / "Demo"; }

// --- which files

std::filesystem::path App::start_folder(PickFor purpose) const {
  if (purpose == PickFor::ExportFolder && !export_.folder.empty()) return folder_from_text(export_.folder, parts_.home);
  if (const auto last = last_folders_.find(purpose); last != last_folders_.end()) return last->second;
  const bool is_project = purpose == PickFor::NewProject || purpose == PickFor::OpenProject;
  for (const RecentProject& recent : settings_.recent)
    if (is_project && recent.folder != demo_folder()) return recent.folder.parent_path();
  return parts_.home;
}

void App::pick(PickFor purpose, AssetId version_of) {
  const auto start = start_folder(purpose);
  const std::string name = purpose == PickFor::NewProject ? "New project" : "";
  const std::string id = to_string(version_of);
  const std::string words = version_of.valid() && studio_ ? words_of_asset(studio_->view().library, id, 40) : "";
  const std::string of_whom = words.empty() ? id : words;
  const auto use_ours = [this, purpose, start, name, version_of, of_whom] {
    open_picker(picker_, purpose, start, name);
    picker_.version_of = version_of;
    picker_.of_whom = of_whom;
  };
  if (!desktop_->can_ask()) return use_ours();
  if (desktop_->is_asking()) {
    state_.note = {Note::Kind::Problem, "The desktop's file dialog is open already: answer it first"};
    return;
  }
  desktop_->ask(question_for(purpose, start, name, of_whom), [this, purpose, version_of, use_ours, visit = visit_](FileAnswer answer) {
    // Files that were chosen for one project are not for the next.
    const bool is_of_project = purpose == PickFor::ImportFiles || purpose == PickFor::EditedVersion || purpose == PickFor::ExportFolder;
    if (visit != visit_ && is_of_project) return;
    if (answer.how == FileAnswer::How::NoPortal) return use_ours();
    if (answer.how == FileAnswer::How::Chosen) picked(purpose, std::move(answer.paths), version_of);
  });
}

void App::picked(PickFor purpose, std::vector<std::filesystem::path> paths, AssetId version_of) {
  if (paths.empty()) return;
  last_folders_[purpose] = paths.front().parent_path();
  switch (purpose) {
    case PickFor::ImportFiles:
      return import_paths(texts_of(paths));
    case PickFor::EditedVersion:
      return import_version(paths.front(), version_of);
    case PickFor::ExportFolder:
      export_.folder = paths.front().string();
      last_folders_[purpose] = paths.front();
      if (!export_.is_open) state_.wishes.export_dialog = true;
      return;
    case PickFor::NewProject:
    case PickFor::OpenProject:
      break;
  }
  if (studio_ && studio_->view().project == paths.front()) return;
  if (studio_) close_project();
  StartAct wished;
  wished.kind = purpose == PickFor::NewProject ? StartAct::Kind::New : StartAct::Kind::Open;
  wished.path = paths.front().string();
  act(wished);
}

void App::tend_picker() {
  picker_.home = parts_.home;
  picker_.now_wall_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  using Kind = PickerAsk::Kind;
  for (PickerAsk& ask : std::exchange(picker_.asks, {})) {
    if (ask.kind == Kind::Places) {
      errands_->start([this, home = parts_.home](const std::stop_token&, const Errands::Tell& tell) {
        tell([this, places = standard_places(home)] { take_places(places); });
      });
    } else if (ask.kind == Kind::MakeFolder) {
      errands_->start([this, path = ask.path](const std::stop_token&, const Errands::Tell& tell) {
        std::error_code error;
        const bool is_new = std::filesystem::create_directory(path, error);
        if (!error && !is_new) error = std::make_error_code(std::errc::file_exists);
        tell([this, path, error] {
          if (!picker_.is_open) return;
          if (error)
            picker_.problem = disk_error("Cannot make the folder", error.value(), path).message;
          else
            show_in_picker(picker_, path);
        });
      });
    } else {
      const bool completes = ask.kind == Kind::Complete;
      errands_->start([this, completes, path = ask.path](const std::stop_token& stop, const Errands::Tell& tell) {
        auto listing = std::make_shared<const FolderListing>(list_folder(path, stop));
        tell([this, completes, listing] {
          completes ? picker_completed(picker_, listing) : picker_listed(picker_, listing);
        });
      });
    }
  }
  if (!picker_.chosen.empty()) picked(picker_.purpose, std::exchange(picker_.chosen, {}), picker_.version_of);
}

// The places that only the window knows stand between the user's own folders and the disks.
void App::take_places(std::vector<PickerPlace> places) {
  const auto first_volume = std::find_if(
      places.begin(), places.end(), [](const PickerPlace& place) { return place.kind == PickerPlace::Kind::Volume; });
  std::vector<PickerPlace> ours;
  if (studio_) {
    const auto view = studio_->view();
    const auto parent = view.project.parent_path();
    if (std::none_of(places.begin(), places.end(), [&](const PickerPlace& place) { return place.folder == parent; }))
      ours.push_back({PickerPlace::Kind::Project, view.project_name, parent});
  }
  for (const RecentProject& recent : settings_.recent) {
    const auto parent = recent.folder.parent_path();
    const auto known = [&](const PickerPlace& place) { return place.folder == parent; };
    if (!recent.there || recent.folder == demo_folder() || ours.size() > 4) continue;
    if (std::any_of(places.begin(), places.end(), known) || std::any_of(ours.begin(), ours.end(), known)) continue;
    ours.push_back({PickerPlace::Kind::Recent, shown_name(parent.filename().string()), parent});
  }
  places.insert(first_volume, ours.begin(), ours.end());
  picker_.places = std::move(places);
}

// --- in

void App::drop(std::vector<std::string> paths) {
  if (paths.empty()) return;
  if (studio_) return import_paths(std::move(paths));
  // On the first page a project opens; anything else has nowhere to go yet.
  errands_->start(
      [this, first = std::filesystem::path(paths.front())](const std::stop_token& stop, const Errands::Tell& tell) {
        const bool is_project = list_folder(first, stop).is_project;
        tell([this, first, is_project] {
          if (studio_) return;
          if (is_project) return picked(PickFor::OpenProject, {first});
          state_.note = {Note::Kind::Problem, "Open or make a project first, then drop files and folders into it"};
        });
      });
}

void App::import_paths(std::vector<std::string> paths) {
  if (!studio_ || paths.empty()) return;
  begin_import(import_);
  import_.is_shown = true;
  ++import_.searches;
  // What is told after the project was left is about nothing any more.
  const auto is_ours = [this, visit = visit_] { return visit == visit_ && studio_; };
  errands_->start([this, is_ours, paths = std::move(paths)](const std::stop_token& stop, const Errands::Tell& tell) {
    auto found = std::make_shared<FoundFiles>(find_files(paths, stop, [&](std::size_t n) {
      tell([this, is_ours, n] {
        if (is_ours()) import_.found = n;
      });
    }));
    tell([this, is_ours, found] {
      if (!is_ours()) return;
      --import_.searches;
      import_.found = 0;
      import_.links += found->links;
      import_.is_cut = import_.is_cut || found->is_cut;
      for (const auto& failure : found->failures) fail_import(import_, failure.path, failure.error);
      if (!found->files.empty()) import_files(std::move(found->files));
    });
  });
}

void App::import_version(const std::filesystem::path& file, AssetId version_of) {
  if (!studio_ || !version_of.valid()) return;
  begin_import(import_);
  import_.is_shown = true;
  import_files({file.string()}, version_of);
}

void App::import_files(std::vector<std::string> files, AssetId version_of) {
  ++import_.imports;
  import_.total += static_cast<int>(files.size());
  const double began_secs = mono_secs();
  auto last = std::make_shared<int>(0);
  studio_->run(
      ImportCommand{std::move(files), version_of},
      [this, version_of](const CommandReply& reply) {
        count_import(import_, reply);
        if (reply.linked == 0 || reply.assets.size() != 1) return;
        state_.note = {Note::Kind::Done, to_string(reply.assets.front().id) + " is an edited version of " + to_string(version_of) + " now"};
        push_version_step(state_, reply.assets.front().id, version_of, true);
      },
      [this, last, began_secs](const CommandProgress& step) {
        import_.done += step.done - *last;
        *last = step.done;
        const double spent = mono_secs() - began_secs;
        // The first seconds say little about the rest.
        if (spent > 2 && step.done > 0) import_.eta_secs = spent / step.done * (step.total - step.done);
      });
}

void App::draw_import(const Ui& ui) {
  if (!import_.is_shown) return;
  const ImGuiWindow* panel = nullptr;
  for (const char* name : {"Gallery", "Loupe"}) {
    const ImGuiWindow* window = ImGui::FindWindowByName(name);
    if (window != nullptr && window->Active && !window->Hidden && (panel == nullptr)) panel = window;
  }
  const ImGuiViewport* viewport = ImGui::GetMainViewport();
  const Rect box = panel != nullptr
                       ? Rect{panel->Pos, {panel->Pos.x + panel->Size.x, panel->Pos.y + panel->Size.y}}
                       : Rect{viewport->Pos, {viewport->Pos.x + viewport->Size.x, viewport->Pos.y + viewport->Size.y}};
  // Above the selection bar, which floats 12 above the bottom and is 48 high.
  const ImVec2 corner{std::max(box.max.x - ui.px(12), viewport->Pos.x + ui.px(392 + 12)),
                      box.max.y - ui.px(12 + 48 + 12)};
  draw_import_card(import_, ui, corner, corner.y - box.min.y - ui.px(80));
}

// --- out

void App::show_in_folder(std::vector<std::filesystem::path> paths, bool is_export) {
  desktop_->show(std::move(paths), [this, is_export](const Result<void>& shown) {
    if (shown) return;
    if (is_export && export_.is_open)
      export_.shown_problem = shown.error().message;
    else
      state_.note = {Note::Kind::Problem, shown.error().message};
  });
}

void App::tend_export() {
  if (std::exchange(export_.wants_folder, false)) pick(PickFor::ExportFolder);
  if (std::exchange(export_.wants_show, false)) {
    std::vector<std::filesystem::path> paths;
    if (export_.report)
      for (const auto& file : export_.report->files) paths.push_back(file.path);
    if (paths.empty()) paths.push_back(export_.exported_to);
    show_in_folder(std::move(paths), true);
  }
  if (std::exchange(export_.changed_settings, false)) {
    settings_.export_folder = export_.folder;
    settings_.export_template = export_.name_template;
    save_settings();
  }
}

// --- the demo

void App::start_demo() {
  StartAct wished;
  wished.kind = StartAct::Kind::Demo;
  act(wished);
}

void App::delete_demo() {
  if (!studio_ || !state_.is_demo || is_deleting_demo_) return;
  const auto folder = demo_folder();
  close_project();
  is_deleting_demo_ = true;
  std::erase_if(settings_.recent, [&](const RecentProject& recent) { return recent.folder == folder; });
  show_recent();
  save_settings();
  state_.note = {Note::Kind::Done, "Deleting the demo"};
  errands_->start([this, folder, closed = closing_](const std::stop_token&, const Errands::Tell& tell) {
    if (closed.valid()) closed.wait();  // its last answers come in first
    // One that an earlier version made has its jobs in the user's sandbox, beside those of other projects.
    std::error_code unknown;
    const bool has_own_sandbox = std::filesystem::exists(own_sandbox_folder(folder), unknown);
    const auto ended = end_sandbox(own_sandbox_folder(folder));
    const auto removed = ended ? remove_project_folder(folder) : Result<RemovedFolder>(fail(ended.error()));
    tell([this, removed, has_own_sandbox] {
      is_deleting_demo_ = false;
      if (removed)
        state_.note = {Note::Kind::Done, "Deleted the demo: " + counted(removed->files, "file", "files") + ", " +
                                             format_bytes(removed->bytes) +
                                             (has_own_sandbox ? ", nothing is left of it"
                                                              : ", the sandbox keeps its copies for a week")};
      else
        state_.note = {Note::Kind::Problem, removed.error().message};
    });
  });
}

// --- each frame

void App::tend_files() {
  Wishes& wishes = state_.wishes;
  if (std::exchange(wishes.new_project, false)) pick(PickFor::NewProject);
  if (std::exchange(wishes.open_project, false)) pick(PickFor::OpenProject);
  if (std::exchange(wishes.import_files, false) && studio_) pick(PickFor::ImportFiles);
  if (const AssetId asset = std::exchange(wishes.import_version_of, {}); asset.valid() && studio_) pick(PickFor::EditedVersion, asset);
  tend_picker();
  tend_export();
  if (std::exchange(trash_.demo_confirmed, false)) delete_demo();
}

// Letters of files are anybody's: their fonts come before they are drawn.
void App::need_fonts_for_files() {
  if (picker_.listing != fonts_seen_for_.listing || picker_.shown.size() != fonts_seen_for_.shown) {
    fonts_seen_for_.listing = picker_.listing;
    fonts_seen_for_.shown = picker_.shown.size();
    for (const std::string& name : picker_.shown) fonts_->need(name);
  }
  const std::size_t names = import_.known.size() + import_.failures.size();
  if (names != fonts_seen_for_.import_names) {
    fonts_seen_for_.import_names = names;
    for (const std::string& name : import_.known) fonts_->need(name);
    for (const auto& failure : import_.failures) fonts_->need(failure.name);
  }
  if (picker_.is_open) {
    fonts_->need(picker_.of_whom);
    fonts_->need(picker_.name);
    fonts_->need(picker_.path_text);
    fonts_->need(picker_.folder_name);
  }
  if (export_.is_open) {
    fonts_->need(export_.folder);
    fonts_->need(export_.name_template);
  }
}

// Another project, or none: what is under way in the one that was left is its own.
void App::leave_files() {
  ++visit_;
  import_ = {};
  trash_ = {};
  demo_.end();
  reset_export(export_);
  state_.is_demo = false;
}

}  // namespace studio
