// Which key runs which command: the table's own keys, a ready map over them, and what the user changed over both. View
// state, kept with the settings.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "commands/key_chord.h"

namespace studio {

struct UiCommand;
enum class CommandScope : std::uint8_t;

enum class ReadyKeymap : std::uint8_t {
  PhotoCull,   // the table's own: marks under the left hand
  PromptTool,  // recipes under the left hand
  Count
};
std::string_view label_of(ReadyKeymap map);            // "Photo cull"
std::string_view to_string(ReadyKeymap map);           // "photo-cull", as it is kept
ReadyKeymap ready_keymap_from(std::string_view text);  // the first one for what is none
bool scopes_meet(CommandScope a, CommandScope b);      // one key for both would run both

// UI thread. A key runs one command only: what the user changed goes before the ready map, that before the table.
class Keymap {
 public:
  using Changes = std::map<std::string, KeyChord, std::less<>>;  // by the command's name

  // The key that runs it now; none when it was taken away.
  KeyChord chord(const UiCommand& command) const;
  // Without the user's changes.
  KeyChord ready_chord(const UiCommand& command) const;
  // Another command that this key runs where `command` can be run; null: it is free.
  const UiCommand* holder(const UiCommand& command, KeyChord chord) const;

  void set(std::string_view command, KeyChord chord);
  // Gives the key to this command and takes it from whichever has it.
  void take(const UiCommand& command, KeyChord chord);
  void reset(std::string_view command);  // back to the ready map's
  void reset_all();
  void use(ReadyKeymap map);
  ReadyKeymap ready() const { return ready_; }
  const Changes& changes() const { return changes_; }

 private:
  void resolve() const;

  ReadyKeymap ready_ = ReadyKeymap::PhotoCull;
  Changes changes_;
  mutable bool is_resolved_ = false;
  mutable std::unordered_map<std::string_view, KeyChord> chords_;  // by the table's names
};

// As they are kept: {"pick": "P"}; "" is a key taken away.
std::map<std::string, std::string> keys_to_text(const Keymap& keys);
// Unknown commands, words that are no key, and keys given twice are left out; each is named in `warnings`.
void read_keys(Keymap& keys, const std::map<std::string, std::string>& text, std::vector<std::string>& warnings);

}  // namespace studio
