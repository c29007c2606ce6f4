#include "shell/demo.h"

#include <iterator>

#include "base/file.h"
#include "model/naming.h"

namespace studio {
namespace {

// Three requests that the sandbox answers in its three ways.
struct DemoRun {
  const char* prompt;
  const char* model;
  int count;
  Strategy strategy;
  std::int64_t seed;
};
constexpr DemoRun runs[] = {
    {"Harbour town at night, lights in the water", "sandbox-dream", 4, Strategy::Camera, 7},
    {"Balloons over mountains at dawn", "sandbox-xl", 5, Strategy::Light, 9},
    {"A lighthouse on the coast at dusk, cloudy", "sandbox-flux", 6, Strategy::Mixed, 2},
};

// The pictures that are kept: which request, which variation of it, and how long a clip it becomes.
struct DemoPick {
  std::size_t run;
  std::size_t variation;  // from 0
  int stars;
  double seconds;
};
constexpr DemoPick picks[] = {{0, 0, 4, 2}, {2, 0, 5, 3}};

Row row_of(const Library& library, const DemoPick& pick) {
  if (pick.run >= library.generations.size()) return no_row;
  const auto rows = library.of_generation.find(library.generations[pick.run].id);
  return rows == library.of_generation.end() || pick.variation >= rows->second.size() ? no_row
                                                                                      : rows->second[pick.variation];
}

}  // namespace

std::string demo_prompt() { return runs[std::size(runs) - 1].prompt; }
std::string demo_model() { return runs[std::size(runs) - 1].model; }

void DemoFill::begin(Studio& studio) {
  *this = {};
  const auto noted = [this](const CommandReply& reply) {
    if (reply.error) problem_ = reply.error->message;
  };
  const Library& library = studio.view().library;
  is_on_ = true;
  for (const Item& item : library.items)
    if (item.kind == MediaKind::Video || item.mark != Mark::None) is_on_ = false;  // filled, and in use
  if (!library.items.empty()) return;
  const auto size = size_from_aspect("16:9");
  for (const DemoRun& run : runs) {
    GenerateCommand command;
    command.prompt = run.prompt;
    command.model = run.model;
    command.count = run.count;
    command.strategy = run.strategy;
    command.seed = run.seed;
    if (size) command.size = *size;
    studio.run(std::move(command), noted);
  }
}

Row DemoFill::first_pick(const Studio& studio) const {
  const Library& library = studio.view().library;
  const Row row = row_of(library, picks[std::size(picks) - 1]);
  return row != no_row && library.items[row].asset.valid() ? row : no_row;
}

void DemoFill::tend(Studio& studio) {
  if (!is_on_) return;
  const Library& library = studio.view().library;
  if (library.rows_revision == looked_at_) return;
  looked_at_ = library.rows_revision;
  std::size_t sent = 0;
  for (std::size_t i = 0; i < std::size(picks); ++i) {
    const Row row = row_of(library, picks[i]);
    if (!is_sent_[i] && row != no_row && library.items[row].asset.valid()) {
      is_sent_[i] = true;
      const AssetId asset = library.items[row].asset;
      MarkCommand mark;
      mark.assets = {asset};
      mark.mark = Mark::Pick;
      mark.stars = picks[i].stars;
      studio.run(std::move(mark));
      AnimateCommand animate;
      animate.assets = {asset};
      animate.seconds = picks[i].seconds;
      studio.run(std::move(animate), [this](const CommandReply& reply) {
        if (reply.error) problem_ = reply.error->message;
      });
    }
    sent += is_sent_[i] ? 1 : 0;
  }
  if (sent == std::size(picks)) is_on_ = false;
}

Result<RemovedFolder> remove_project_folder(const std::filesystem::path& folder) {
  RemovedFolder removed;
  std::error_code error;
  if (!std::filesystem::exists(folder / "ledger.sqlite", error))
    return fail(ErrorKind::NotFound, "There is no project in this folder, so nothing was deleted: " + folder.string());
  for (auto entry = std::filesystem::recursive_directory_iterator(folder, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code unknown;
    if (!entry->is_regular_file(unknown) || entry->is_symlink(unknown)) continue;
    ++removed.files;
    const auto bytes = entry->file_size(unknown);
    if (!unknown) removed.bytes += bytes;
  }
  std::filesystem::remove_all(folder, error);
  if (error) return fail(disk_error("The project could not be deleted to the end", error.value(), folder));
  return removed;
}

}  // namespace studio
