// Three layers of keys, resolved to one key a command.
#include "commands/keymap.h"

#include <algorithm>

#include "commands/command_table.h"

namespace studio {
namespace {

struct ReadyKey {
  std::string_view command;
  KeyChord chord;
};
// Over the table's own keys; commands that this build lacks are passed over.
constexpr ReadyKey prompt_tool[] = {
    {"load-prompt", {'R'}},
    {"again-new-seed", {'G'}},
    {"again-exactly", {'E'}},
    {"copy-prompt", {'C'}},
    {"write-prompt", {'T', true}},
    {"generate", {key::enter, true}},
    {"videos", {'V'}},
    {"unmark", {'Q'}},
    {"pick", {'F'}},
    {"reject", {'D'}},
};

std::span<const ReadyKey> keys_of(ReadyKeymap map) {
  if (map == ReadyKeymap::PromptTool) return prompt_tool;
  return {};
}

}  // namespace

std::string_view label_of(ReadyKeymap map) { return map == ReadyKeymap::PromptTool ? "Prompt tool" : "Photo cull"; }
std::string_view to_string(ReadyKeymap map) { return map == ReadyKeymap::PromptTool ? "prompt-tool" : "photo-cull"; }
ReadyKeymap ready_keymap_from(std::string_view text) {
  return text == "prompt-tool" ? ReadyKeymap::PromptTool : ReadyKeymap::PhotoCull;
}

bool scopes_meet(CommandScope a, CommandScope b) {
  return a == b || a == CommandScope::Window || b == CommandScope::Window;
}

void Keymap::resolve() const {
  if (is_resolved_) return;
  is_resolved_ = true;
  chords_.clear();
  const auto table = command_table();
  const auto ready = keys_of(ready_);
  struct Wish {
    const UiCommand* command;
    KeyChord chord;
    int layer;
  };
  std::vector<Wish> wishes;
  for (const UiCommand& command : table) {
    Wish wish{&command, command.chord, 0};
    const auto own =
        std::find_if(ready.begin(), ready.end(), [&](const ReadyKey& k) { return k.command == command.name; });
    if (own != ready.end()) wish.chord = own->chord, wish.layer = 1;
    if (const auto changed = changes_.find(command.name); changed != changes_.end())
      wish.chord = changed->second, wish.layer = 2;
    wishes.push_back(wish);
  }
  std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) { return a.layer > b.layer; });
  std::vector<Wish> given;
  for (Wish wish : wishes) {
    const bool is_taken =
        wish.chord.key != key::none && std::any_of(given.begin(), given.end(), [&](const Wish& other) {
          return other.chord == wish.chord && scopes_meet(other.command->scope, wish.command->scope);
        });
    if (is_taken) wish.chord = {};
    given.push_back(wish);
    chords_.emplace(wish.command->name, wish.chord);
  }
}

KeyChord Keymap::chord(const UiCommand& command) const {
  resolve();
  const auto found = chords_.find(command.name);
  return found == chords_.end() ? command.chord : found->second;
}

KeyChord Keymap::ready_chord(const UiCommand& command) const {
  Keymap plain;
  plain.ready_ = ready_;
  return plain.chord(command);
}

const UiCommand* Keymap::holder(const UiCommand& command, KeyChord wanted) const {
  if (wanted.key == key::none) return nullptr;
  for (const UiCommand& other : command_table())
    if (other.name != command.name && scopes_meet(other.scope, command.scope) && chord(other) == wanted) return &other;
  return nullptr;
}

void Keymap::set(std::string_view command, KeyChord chord) {
  changes_.insert_or_assign(std::string(command), chord);
  is_resolved_ = false;
}

void Keymap::take(const UiCommand& command, KeyChord wanted) {
  // More than one may have it: a window's command meets the pictures' and the loupe's.
  while (const UiCommand* other = holder(command, wanted)) set(other->name, {});
  set(command.name, wanted);
  if (ready_chord(command) == wanted) reset(command.name);
}

void Keymap::reset(std::string_view command) {
  if (const auto changed = changes_.find(command); changed != changes_.end()) changes_.erase(changed);
  is_resolved_ = false;
}

void Keymap::reset_all() {
  changes_.clear();
  is_resolved_ = false;
}

void Keymap::use(ReadyKeymap map) {
  ready_ = map;
  is_resolved_ = false;
}

std::map<std::string, std::string> keys_to_text(const Keymap& keys) {
  std::map<std::string, std::string> text;
  for (const auto& [command, chord] : keys.changes()) text.emplace(command, to_string(chord));
  return text;
}

void read_keys(Keymap& keys, const std::map<std::string, std::string>& text, std::vector<std::string>& warnings) {
  for (const auto& [name, words] : text) {
    const UiCommand* command = find_command(name);
    if (command == nullptr) {
      warnings.push_back("The settings have a key for \"" + name + "\", which is no command.");
      continue;
    }
    const auto chord = key_chord_from(words);
    if (!chord) {
      warnings.push_back("The settings have \"" + words + "\" for \"" + name + "\", which is no key.");
      continue;
    }
    const auto twice = std::find_if(keys.changes().begin(), keys.changes().end(), [&](const auto& change) {
      const UiCommand* other = find_command(change.first);
      return chord->key != key::none && change.second == *chord && other != nullptr && change.first != name &&
             scopes_meet(other->scope, command->scope);
    });
    if (twice != keys.changes().end()) {
      warnings.push_back("The settings have " + words + " for \"" + name + "\" and \"" + twice->first + "\".");
      continue;
    }
    keys.set(name, *chord);
  }
}

}  // namespace studio
