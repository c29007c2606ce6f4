// The settings with a keyring on the desktop: a key goes there, is shown as lying there, and a locked keyring is said.
#include <imgui.h>
#include <imgui_te_context.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "support/catch.h"
#include "support/fake_keyring.h"
#include "support/private_bus.h"
#include "ui/stage.h"

using namespace studio;

TEST_CASE("Settings: with a keyring a key is kept there, removed there, and in the file while the keyring is locked") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  const PrivateBus bus;
  FakeKeyring keyring(bus.address());
  ::setenv("DBUS_SESSION_BUS_ADDRESS", bus.address().c_str(), 1);
  Stage stage;
  const auto file = stage.folder() / "config" / "keys.json";
  const bool passed = stage.play("keyring", [&](ImGuiTestContext* ctx) {
    ctx->Yield(3);
    ctx->KeyPress(ImGuiMod_Ctrl | ImGuiKey_Comma);
    ctx->Yield(3);
    ctx->ItemClick("//Settings/Providers");
    SettingsState& settings = stage.app().settings_panel();
    const auto rests = [&] { return !settings.look_at_keys && !settings.key_wish && !settings.is_working; };
    const auto fal = [&] {
      const auto found = std::find_if(settings.providers.begin(), settings.providers.end(), [](const ProviderEntry& entry) { return entry.id == "fal"; });
      return found == settings.providers.end() ? ProviderEntry{} : *found;
    };
    const auto save = [&](const char* key) {
      IM_CHECK(stage.wait_until(ctx, [&] { return ctx->ItemExists("//Settings/**/Set"); }));
      ctx->ItemClick("//Settings/**/Set");
      ctx->Yield(2);
      ctx->ItemClick("//Settings/**/##key");
      ctx->KeyChars(key);
      ctx->Yield(2);
      ctx->ItemClick("//Settings/**/Save the key");
      ctx->Yield(2);
    };
    IM_CHECK(stage.wait_until(ctx, [&] { return rests() && fal().needs_key; }));
    save("sk-test-0123456789-f2c9");
    IM_CHECK(stage.wait_until(ctx, [&] { return rests() && fal().place == ProviderEntry::Place::SecretService; }));
    IM_CHECK_STR_EQ(fal().ending.c_str(), "f2c9");
    IM_CHECK(keyring.keys_of("fal") == std::vector<std::string>{"sk-test-0123456789-f2c9"});
    IM_CHECK(!std::filesystem::exists(file));
    IM_CHECK(settings.keys_problem.empty());
    ctx->Yield(3);
    stage.save_picture("settings-provider-keyring");
    ctx->Yield(2);
    ctx->ItemClick("//Settings/**/Remove");
    IM_CHECK(stage.wait_until(ctx, [&] { return rests() && fal().place == ProviderEntry::Place::None; }));
    IM_CHECK(keyring.keys_of("fal").empty());
    keyring.lock(true);
    save("sk-test-9876543210-aa11");
    IM_CHECK(stage.wait_until(ctx, [&] { return rests() && fal().place == ProviderEntry::Place::File; }));
    IM_CHECK(settings.keys_problem.find("locked") != std::string::npos);
    ctx->Yield(3);
    stage.save_picture("settings-provider-keyring-locked");
    ctx->Yield(2);
  });
  ::setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 1);
  CHECK(passed);
  CHECK(keyring.dialogs_opened() == 0);
}
