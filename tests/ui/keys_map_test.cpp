// Chords as words both ways, three layers of keys, conflicts, and what is kept of them.
#include "commands/command_table.h"
#include "support/catch.h"

using namespace studio;

namespace {

const UiCommand& command(std::string_view name) {
  const UiCommand* found = find_command(name);
  if (found == nullptr) FAIL("no command " + std::string(name));
  return *found;
}

KeyChord chord(std::string_view text) {
  const auto parsed = key_chord_from(text);
  if (!parsed) FAIL("no chord " + std::string(text));
  return *parsed;
}

}  // namespace

TEST_CASE("Every key that a command may have is the same after writing and reading it") {
  std::vector<char> keys;
  for (char k = 'A'; k <= 'Z'; ++k) keys.push_back(k);
  for (char k = '0'; k <= '9'; ++k) keys.push_back(k);
  for (char k = key::f1; k < key::f1 + 11; ++k) keys.push_back(k);
  for (const char k : {key::enter, key::escape, key::left, key::right, key::up, key::down, key::home, key::end,
                       key::page_up, key::page_down, key::del, key::space, key::plus, key::minus, key::comma,
                       key::period, key::slash, key::open_bracket, key::close_bracket})
    keys.push_back(k);
  for (const char k : keys)
    for (const bool ctrl : {false, true})
      for (const bool shift : {false, true}) {
        const KeyChord original{k, ctrl, shift};
        INFO(to_string(original));
        const auto read = key_chord_from(to_string(original));
        REQUIRE(read);
        CHECK(*read == original);
      }
  for (const UiCommand& each : command_table()) CHECK(key_chord_from(to_string(each.chord)) == each.chord);
}

TEST_CASE("Chords are read as people write them, and what is none is refused") {
  CHECK(chord("ctrl+shift+z") == KeyChord{'Z', true, true});
  CHECK(chord("Shift+Ctrl+Z") == KeyChord{'Z', true, true});
  CHECK(chord("alt+up") == KeyChord{key::up, false, false, true});
  CHECK(to_string(KeyChord{key::home, false, true, true}) == "Alt+Shift+Home");
  CHECK(chord("Alt+Shift+Home") == KeyChord{key::home, false, true, true});
  CHECK_FALSE(writes_text(KeyChord{'P', false, false, true}));
  CHECK_FALSE(edits_text(KeyChord{key::up, false, false, true}));
  CHECK(chord("p") == KeyChord{'P'});
  CHECK(chord("Ctrl++") == KeyChord{'+', true});
  CHECK(chord("Ctrl+plus") == KeyChord{'+', true});
  CHECK(chord("left") == KeyChord{key::left});
  CHECK(chord("?") == KeyChord{key::slash, false, true});
  CHECK(chord("F11") == KeyChord{key::f1 + 10});
  CHECK(chord("") == KeyChord{});
  for (const char* none :
       {"Ctrl+", "Ctrl", "Hyper+P", "PP", "F12", "F0", "Ctrl+Ctrl+P", "ä", "§", " ", "Alt+Alt+P", "F99999999999"})
    CHECK_FALSE(key_chord_from(none));
}

TEST_CASE("Key caps are what is printed on the keys") {
  CHECK(key_caps(chord("Ctrl+Shift+P")) == std::vector<std::string>{"Ctrl", "Shift", "P"});
  CHECK(key_caps(chord("?")) == std::vector<std::string>{"?"});
  CHECK(key_caps({}).empty());
}

TEST_CASE("Which keys belong to a text that is being typed") {
  CHECK(writes_text(chord("P")));
  CHECK(writes_text(chord("Shift+5")));
  CHECK(writes_text(chord("?")));
  CHECK(writes_text(chord("Space")));
  CHECK_FALSE(writes_text(chord("Ctrl+P")));
  CHECK_FALSE(writes_text(chord("F2")));
  for (const char* edit :
       {"Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Shift+Z", "Left", "Ctrl+Left", "Del", "Esc", "Enter"})
    CHECK(edits_text(chord(edit)));
  for (const char* act : {"Ctrl+Enter", "Ctrl+K", "Ctrl+N", "F3", "Ctrl+,"}) CHECK_FALSE(edits_text(chord(act)));
}

TEST_CASE("A changed key goes before the table's, and comes back when it is reset") {
  Keymap keys;
  CHECK(to_string(keys.chord(command("pick"))) == "P");
  keys.set("pick", chord("K"));
  CHECK(keys.chord(command("pick")) == chord("K"));
  keys.set("pick", {});
  CHECK(keys.chord(command("pick")).key == key::none);
  keys.reset("pick");
  CHECK(keys.chord(command("pick")) == chord("P"));
  keys.set("pick", chord("K"));
  keys.set("reject", chord("L"));
  keys.reset_all();
  CHECK(keys.changes().empty());
  CHECK(keys.chord(command("reject")) == chord("X"));
}

TEST_CASE("A key has one holder, and taking it leaves that one without") {
  Keymap keys;
  CHECK(keys.holder(command("pick"), chord("P")) == nullptr);  // its own
  REQUIRE(keys.holder(command("pick"), chord("X")) != nullptr);
  CHECK(keys.holder(command("pick"), chord("X"))->name == "reject");
  CHECK(keys.holder(command("pick"), chord("Ctrl+N"))->name == "new-project");
  CHECK(keys.holder(command("pick"), chord("Ctrl+Shift+P")) == nullptr);
  keys.take(command("pick"), chord("X"));
  CHECK(keys.chord(command("pick")) == chord("X"));
  CHECK(keys.chord(command("reject")).key == key::none);
  CHECK(keys.holder(command("reject"), chord("P")) == nullptr);  // free now
  // Taking its own key back is no change at all.
  keys.reset("reject");
  keys.take(command("pick"), chord("P"));
  CHECK_FALSE(keys.changes().contains("pick"));
  CHECK(keys.chord(command("reject")) == chord("X"));
}

TEST_CASE("No key runs two commands, in both ready maps and whatever was changed") {
  for (const ReadyKeymap map : {ReadyKeymap::PhotoCull, ReadyKeymap::PromptTool})
    for (const char* changed : {"", "P", "F", "Ctrl+Enter", "Ctrl+K"}) {
      Keymap keys;
      keys.use(map);
      if (*changed != 0) keys.set("stars-3", chord(changed));
      for (const UiCommand& each : command_table()) {
        INFO(each.name << " in " << to_string(map) << " with " << changed);
        CHECK(keys.holder(each, keys.chord(each)) == nullptr);
      }
      if (*changed != 0) CHECK(keys.chord(command("stars-3")) == chord(changed));
    }
}

TEST_CASE("The prompt tool's map puts the recipe under the hand, the photo map is the table's") {
  Keymap keys;
  for (const UiCommand& each : command_table()) CHECK(keys.chord(each) == each.chord);
  keys.use(ReadyKeymap::PromptTool);
  if (find_command("load-prompt") != nullptr) CHECK(keys.chord(command("load-prompt")) == chord("R"));
  CHECK(ready_keymap_from(to_string(ReadyKeymap::PromptTool)) == ReadyKeymap::PromptTool);
  CHECK(ready_keymap_from("no such map") == ReadyKeymap::PhotoCull);
  // A change stays when the map is another.
  keys.set("pick", chord("K"));
  keys.use(ReadyKeymap::PhotoCull);
  CHECK(keys.chord(command("pick")) == chord("K"));
}

TEST_CASE("Keys are kept as words, and what is wrong in them is left out and named") {
  Keymap keys;
  keys.set("pick", chord("Ctrl+Shift+P"));
  keys.set("reject", {});
  const auto text = keys_to_text(keys);
  CHECK(text == std::map<std::string, std::string>{{"pick", "Ctrl+Shift+P"}, {"reject", ""}});
  Keymap again;
  std::vector<std::string> warnings;
  read_keys(again, text, warnings);
  CHECK(warnings.empty());
  CHECK(again.changes() == keys.changes());

  Keymap mended;
  read_keys(mended, {{"fly", "F"}, {"pick", "Hyper+P"}, {"stars-1", "B"}, {"stars-2", "B"}, {"reject", "Y"}}, warnings);
  CHECK(warnings.size() == 3);
  CHECK(mended.chord(command("pick")) == chord("P"));
  CHECK(mended.chord(command("reject")) == chord("Y"));
  CHECK(mended.chord(command("stars-1")) == chord("B"));
  CHECK(mended.chord(command("stars-2")) == chord("2"));
}

TEST_CASE("Every command that cannot be done says in a few words what to do first") {
  AppState state;
  const SendCommand nowhere = [](Command, CommandDone) {};
  const CommandContext context{nullptr, state, nowhere};
  for (const UiCommand& each : command_table()) {
    INFO(each.name);
    CHECK(why_not(each, context).empty() == is_possible(each, context));
    CHECK(why_not(each, context).size() < 60);
  }
  CHECK(why_not(command("pick"), context) == "Open a project first");
}
