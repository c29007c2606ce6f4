// Projects: what comes in, what goes out, and the end.
#include "commands/command_table.h"

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

bool has_address(const CommandContext& c) {
  return any_row_meant(c, [&](Row row) { return c.view->library.copies.contains(c.view->library.items[row].asset); });
}

std::string why_no_address(const CommandContext& c) {
  return has_marks(c) ? "It is only in this project: no service keeps it at an address" : "Select a picture first";
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
  const Library& library = c.view->library;
  bool expires = false, is_ours = false;
  c.state.wishes.copy_text = lines(c, [&](Row row) {
    const auto found = library.copies.find(library.items[row].asset);
    if (found == library.copies.end()) return std::string();
    expires = expires || found->second.expires_ms > 0;
    is_ours = is_ours || found->second.target != "provider";
    return found->second.address;
  });
  c.state.note = {Note::Kind::Done, is_ours   ? "Copied the lasting address"
                                    : expires ? "Copied the provider's address, which expires"
                                              : "Copied the provider's address"};
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
