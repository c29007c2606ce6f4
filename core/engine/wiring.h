// Builds what every project of this program shares: providers, data files, the clock, the media children's handle.
#pragma once

#include <functional>

#include "engine/studio.h"
#include "http/http_client.h"

namespace studio {

// How this program's network is set up: STUDIO_CA_FILE names a PEM file with roots that are trusted beside those of the system (of a
// proxy that looks into TLS, say). Nothing turns the checking of certificates off. Errors: BadRequest where there is no such file.
Result<HttpClientSettings> network_settings();

// Reads assets_folder(). `wake` may be called from any thread and may only wake.
Result<StudioParts> make_studio_parts(std::function<void()> wake);

// A project may keep the sandbox's jobs within itself, so that nothing is left elsewhere when its folder goes: the demo does.
// It does so when it has this folder; all others share the user's.
std::filesystem::path own_sandbox_folder(const std::filesystem::path& project);
// The parts for opening this project: a look at its folder. Any thread but the UI's.
StudioParts parts_for(const std::filesystem::path& project, StudioParts parts);

}  // namespace studio
