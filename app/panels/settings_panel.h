// What the user may set: look, keys, budgets, storage, provider keys. Applied at once.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/command_table.h"
#include "widgets/controls.h"

namespace studio {

enum class SettingsSection : std::uint8_t { Look, Keys, Budget, Storage, Providers, Count };

// One provider as the settings know it; never a key itself.
struct ProviderEntry {
  std::string id, label, note;
  bool needs_key = false;
  enum class Place : std::uint8_t { None, Environment, SecretService, File };
  Place place = Place::None;
  std::string ending;    // of the key: "8f2c"
  std::string trouble;   // why a key that may be there cannot be had
  std::string variable;  // of the environment that holds it
  std::string variables;  // all that are looked at: "STUDIO_KEY_FAL or FAL_KEY"
  std::string key_page;   // where its service gives one
};

// Bytes of the project on its disk.
struct StorageEntry {
  std::int64_t vault = 0, packs = 0, ledger = 0, spool = 0, files = 0, free = 0;
};

struct SettingsState {
  // What the shell applies and keeps.
  double user_scale = 1;  // 0.75 … 3
  bool high_contrast = false;

  // What the shell brings: files are read elsewhere.
  std::vector<ProviderEntry> providers;
  std::string keys_file;     // where keys are kept
  std::string keys_problem;  // why they cannot be, or not where they should
  std::optional<StorageEntry> storage;
  std::string storage_problem;
  std::optional<KeyChord> pressed;  // while a key is asked for: the one that went down in this frame

  // What the shell takes up.
  bool look_at_storage = false;
  bool look_at_keys = false;
  bool is_working = false;  // files are being looked at or written; what comes of it replaces `providers` and `storage`
  struct KeyWish {
    std::string provider;
    std::string key;  // empty: remove it
  };
  std::optional<KeyWish> key_wish;

  // The panel's own.
  bool is_open = false;
  bool bring_to_front = false;
  SettingsSection section = SettingsSection::Look;
  std::string scale_text;
  std::string find_key;          // filter of the list of keys
  std::string capturing;         // the command whose key is asked for
  KeyChord captured;             // another command has this one: asked what to do
  std::string conflict;          // that command's name
  std::string editing_provider;  // whose key is being typed
  std::string typed_key;
  std::array<std::string, 8> cap_texts;  // of budgets, as typed
  std::array<bool, 8> cap_typed{};       // its field has the keyboard
  std::map<std::string, std::string> price_texts;  // of models without a known price, as typed
  std::string price_typed;                         // the model whose field has the keyboard
  std::uint64_t trash_revision = 0;  // of the library's rows; trash_* were counted then
  int trash_assets = 0;
  std::int64_t trash_bytes = 0;
};

// Also while no project is open. Opens by wish.
void draw_settings(SettingsState& state, const Ui& ui, CommandContext& commands);

// The steps of the scale, and the text of one: "125%".
double next_scale(double scale, int steps);
std::string scale_text(double scale);
std::optional<double> scale_from_text(const std::string& text);  // "125", "125 %", within 75 and 300

}  // namespace studio
