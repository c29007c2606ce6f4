// Where logical endpoints are now, with their credentials. "sandbox:default" is the embedded provider: found by its folder,
// started when needed. "fal:default" is the service itself, with the user's key.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/paths.h"
#include "base/result.h"
#include "providers/provider_set.h"

namespace studio {

// Blocking, up to some seconds when the sandbox must be started or the desktop's keyring does not answer. Any thread but the
// UI's. The started server outlives this program, inherits none of its descriptors and ends after an idle minute; `sandbox` is
// the folder where it keeps its jobs. Without a key: Unauthorised, and a sentence.
Result<Endpoint> resolve_endpoint(const ProviderSet& providers, const std::string& logical,
                                  const std::filesystem::path& sandbox = sandbox_folder());

// Ends the server that keeps its jobs in this folder, and waits until it is gone. Fine where there is none. Blocking, up to
// some seconds.
Result<void> end_sandbox(const std::filesystem::path& folder);

// What is missing before a service can be used, as a sentence, by provider; nothing for those that have all they need.
// Blocking, as above.
std::map<std::string, std::string> missing_keys(const ProviderSet& providers);

// Services that the environment has reached elsewhere, by provider: STUDIO_ENDPOINT_FAL=http://127.0.0.1:41000, a simulator.
// Refused: anything but https, or plain http on this machine.
std::string elsewhere_variable(std::string_view provider);
Result<std::map<std::string, std::string>> services_elsewhere();

}  // namespace studio
