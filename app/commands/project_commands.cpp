// Projects: what comes in, what goes out, and the end.
#include "commands/command_table.h"

#include <algorithm>
#include <ctime>

#include "base/clock.h"

namespace studio {
namespace {

// One line for each that is chosen.
template <class Line>
std::string lines(const CommandContext& c, Line line) {
  std::string text;
  for (const Row row : rows_meant(c)) {
    const std::string one = line(row);
    if (one.empty()) continue;
    if (!text.empty()) text += '\n';
    text += one;
  }
  return text;
}

bool has_prompt(const CommandContext& c) {
  return any_row_meant(c, [&](Row row) {
    const auto& recipe = c.view->library.texts[row].recipe;
    return recipe && !recipe->prompt.empty();
  });
}

// Where it lies outside the project; null where it lies nowhere.
const RemoteCopy* copy_of(const CommandContext& c, Row row) {
  const auto& copies = c.view->library.copies;
  const auto found = copies.find(c.view->library.items[row].asset);
  return found == copies.end() ? nullptr : &found->second;
}

bool still_works(const CommandContext& c, const RemoteCopy& copy) {
  return copy.expires_ms == 0 || copy.expires_ms > c.view->now_wall_ms;
}

bool has_address(const CommandContext& c) {
  return any_row_meant(c, [&](Row row) {
    const RemoteCopy* copy = copy_of(c, row);
    return copy != nullptr && still_works(c, *copy);
  });
}

// "today, 14:32", "2026-03-14, 14:32".
std::string moment(std::int64_t wall_ms, std::int64_t now_wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm local{};
  localtime_r(&secs, &local);
  char time[8];
  std::strftime(time, sizeof time, "%H:%M", &local);
  const std::string day = local_date(wall_ms);
  return (day == local_date(now_wall_ms) ? std::string("today") : day) + ", " + time;
}

std::string why_no_address(const CommandContext& c) {
  if (!has_marks(c)) return "Select a picture first";
  std::int64_t expired_ms = 0;
  for (const Row row : rows_meant(c))
    if (const RemoteCopy* copy = copy_of(c, row)) expired_ms = std::max(expired_ms, copy->expires_ms);
  if (expired_ms > 0) return "The provider's address expired: " + moment(expired_ms, c.view->now_wall_ms);
  return "It is only in this project: no service keeps it at an address";
}

void copy_path(CommandContext& c) {
  const Library& library = c.view->library;
  c.state.wishes.copy_text = lines(c, [&](Row row) {
    const std::string& sha256 = library.texts[row].sha256;
    const bool is_there = !sha256.empty() && library.items[row].asset_state == AssetState::Done;
    return is_there ? c.view->blob_path(sha256).string() : std::string();
  });
  if (c.state.wishes.copy_text.empty())
    c.state.note = {Note::Kind::Problem, "There is no file to copy the path of"};
  else
    c.state.note = {Note::Kind::Done, "Copied the path of the file in the project's vault"};
}

void copy_url(CommandContext& c) {
  std::int64_t first_to_expire_ms = 0;
  bool is_ours = false;
  std::size_t copied = 0, without = 0;
  c.state.wishes.copy_text = lines(c, [&](Row row) {
    const RemoteCopy* copy = copy_of(c, row);
    if (copy == nullptr || !still_works(c, *copy)) {
      ++without;
      return std::string();
    }
    ++copied;
    if (copy->expires_ms > 0 && (first_to_expire_ms == 0 || copy->expires_ms < first_to_expire_ms))
      first_to_expire_ms = copy->expires_ms;
    is_ours = is_ours || copy->target != "provider";
    return copy->address;
  });
  const bool expires = first_to_expire_ms > 0;
  std::string text = !is_ours ? "Copied the provider's address" : expires ? "Copied the addresses" : "Copied the lasting address";
  if (expires) text += (copied > 1 ? ", the first works until " : ", it works until ") + moment(first_to_expire_ms, c.view->now_wall_ms);
  if (without > 0) text += ", " + std::to_string(without) + " of " + std::to_string(copied + without) + " have none";
  c.state.note = {Note::Kind::Done, std::move(text)};
}

constexpr auto group = CommandGroup::Project;
constexpr auto window = CommandScope::Window;
constexpr auto pictures = CommandScope::Pictures;

const UiCommand commands[] = {
    {group,
     "new-project",
     "New project…",
     {'N', true},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.new_project = true; }},
    {group,
     "open-project",
     "Open project…",
     {'O', true},
     window,
     nullptr,
     [](CommandContext& c) { c.state.wishes.open_project = true; }},
    {group,
     "import",
     "Import files…",
     {'I', true, true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.import_files = true; }},
    {group,
     "export",
     "Export…",
     {'E', true},
     window,
     [](const CommandContext& c) { return c.view != nullptr && !c.view->library.by_asset.empty(); },
     [](CommandContext& c) { c.state.wishes.export_dialog = true; }},
    {group,
     "copy-prompt",
     "Copy the prompt",
     {'C', true},
     pictures,
     has_prompt,
     [](CommandContext& c) {
       c.state.wishes.copy_text = lines(c, [&](Row row) {
         const auto& recipe = c.view->library.texts[row].recipe;
         return recipe ? recipe->prompt : std::string();
       });
       c.state.note = {Note::Kind::Done, "Copied the prompt"};
     }},
    {group, "copy-path", "Copy the path", {'C', true, true}, pictures, has_marks, copy_path},
    {group, "copy-url", "Copy the address", {'U', true}, pictures, has_address, copy_url, why_no_address},
    {group,
     "close-project",
     "Close project",
     {'W', true},
     window,
     has_project,
     [](CommandContext& c) { c.state.wishes.start_page = true; }},
    {group,
     "delete-demo",
     "Delete the demo…",
     {},
     window,
     [](const CommandContext& c) { return c.view != nullptr && c.state.is_demo; },
     [](CommandContext& c) { c.state.wishes.delete_demo = true; },
     [](const CommandContext&) { return std::string("Only the demo can be deleted from here"); }},
    {group, "quit", "Quit", {'Q', true}, window, nullptr, [](CommandContext& c) { c.state.wishes.quit = true; }},
};

}  // namespace

std::span<const UiCommand> project_commands() { return commands; }

}  // namespace studio
