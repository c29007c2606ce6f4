// The desktop's keyring, asked over the session bus: the Secret Service interface of freedesktop.org (draft 0.2), which
// GNOME Keyring, KWallet and KeePassXC offer. sd-bus and not libsecret: every wait has our limit, also the one for the bus
// itself, and no GLib main loop comes into the core.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace studio {

struct SecretServiceSettings {
  std::string bus_address;                // empty: the session's own bus
  std::chrono::milliseconds limit{2000};  // for all that one call of a function below does together
};

enum class SecretServiceState : std::uint8_t {
  Absent,  // no session bus, nobody on it who keeps secrets, or no keyring made yet
  Ready,
  Locked,
  Silent,  // no answer within the limit
};

struct ServiceSecrets {
  SecretServiceState state = SecretServiceState::Absent;
  std::map<std::string, std::string, std::less<>> keys;  // by provider
  std::set<std::string, std::less<>> locked;             // providers whose key is there and cannot be read now
};

// Ours are the items with the attributes application=production-studio and provider=ID; so a person can also put one there
// with `secret-tool store --label="fal.ai" application production-studio provider fal`.
//
// All block, for the limit at most: not for the UI thread. Any other thread; each call has a connection of its own. No
// dialog is ever opened: a locked keyring is the user's to unlock. A service that was silent is not asked again by
// secrets_of_service() for a minute, so that a hang costs its limit once and not with every look-up.
ServiceSecrets secrets_of_service(const SecretServiceSettings& settings);

// Ready: the key is there, in place of the one before. Else nothing has changed there, as far as is known.
SecretServiceState keep_in_service(const SecretServiceSettings& settings, std::string_view provider, std::string_view key);

// Ready: there is none (any more). Locked: there is one, which cannot be removed now.
SecretServiceState remove_from_service(const SecretServiceSettings& settings, std::string_view provider);

}  // namespace studio
