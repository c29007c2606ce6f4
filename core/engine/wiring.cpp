#include "engine/wiring.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/paths.h"
#include "engine/endpoints.h"
#include "engine/key_watch.h"
#include "engine/media_work.h"

namespace studio {

Result<HttpClientSettings> network_settings() {
  HttpClientSettings settings;
  const char* ca_file = std::getenv("STUDIO_CA_FILE");
  if (ca_file == nullptr || *ca_file == '\0') return settings;
  if (::access(ca_file, R_OK) != 0 || !std::filesystem::is_regular_file(ca_file)) {
    return fail(ErrorKind::BadRequest, "STUDIO_CA_FILE names no file that can be read: correct it, or take it away: " + std::string(ca_file));
  }
  settings.ca_file = ca_file;
  return settings;
}

Result<StudioParts> make_studio_parts(std::function<void()> wake) {
  const auto assets = assets_folder();
  auto elsewhere = services_elsewhere();
  if (!elsewhere) return fail_in("Start", std::move(elsewhere.error()));
  auto providers = load_providers(assets, *elsewhere);
  if (!providers) return fail_in("Start", std::move(providers.error()));
  auto text = read_file(assets / "variations.json");
  if (!text) return fail_in("Start", std::move(text.error()));
  auto lists = variation_lists_from_json(*text);
  if (!lists) return fail_in("Start", std::move(lists.error()));
  StudioParts parts;
  parts.providers = std::make_shared<const ProviderSet>(std::move(*providers));
  parts.variations = std::make_shared<const VariationLists>(std::move(*lists));
  parts.clock = std::make_shared<const SystemClock>();
  parts.media = make_media_work();
  parts.resolve_endpoint = [providers = parts.providers](const std::string& logical) { return resolve_endpoint(*providers, logical); };
  parts.keys = std::make_shared<KeyWatch>([providers = parts.providers] { return missing_keys(*providers); }, parts.clock, wake);
  auto network = network_settings();
  if (!network) return fail_in("Start", std::move(network.error()));
  parts.make_transport = [network = std::move(*network)]() -> Result<std::unique_ptr<Transport>> {
    STUDIO_TRY(auto client, HttpClient::create(network));
    return client;
  };
  parts.wake = std::move(wake);
  return parts;
}

std::filesystem::path own_sandbox_folder(const std::filesystem::path& project) { return project / "sandbox"; }

StudioParts parts_for(const std::filesystem::path& project, StudioParts parts) {
  std::error_code error;
  // Written out: the server is found by the path it was started with.
  const auto sandbox = std::filesystem::absolute(own_sandbox_folder(project), error).lexically_normal();
  if (!error && std::filesystem::is_directory(sandbox, error))
    parts.resolve_endpoint = [providers = parts.providers, sandbox](const std::string& logical) {
      return resolve_endpoint(*providers, logical, sandbox);
    };
  return parts;
}

}  // namespace studio
