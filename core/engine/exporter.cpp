#include "engine/exporter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

namespace studio {
namespace {

using Json = nlohmann::ordered_json;

Result<std::vector<Asset>> chosen_assets(Ledger& ledger, const ExportRequest& request) {
  STUDIO_TRY(const std::vector<Asset> all, ledger.assets());
  std::vector<Asset> chosen;
  if (request.picked) {
    std::set<AssetId> picked;
    for (const Asset& asset : all) {
      if (asset.mark == Mark::Pick) picked.insert(asset.id);
    }
    for (const Asset& asset : all) {
      const bool made_from_picked = asset.kind == MediaKind::Video &&
                                    std::any_of(asset.parents.begin(), asset.parents.end(), [&](AssetId p) { return picked.contains(p); });
      if (picked.contains(asset.id) || (made_from_picked && asset.mark != Mark::Reject)) chosen.push_back(asset);
    }
    if (chosen.empty()) return fail(ErrorKind::BadRequest, "Nothing is picked: pick some assets first, or name them.");
  } else if (!request.assets.empty()) {
    for (const AssetId id : request.assets) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const Asset& a) { return a.id == id; });
      if (found == all.end()) return fail(ErrorKind::BadRequest, "There is no asset " + to_string(id) + " in this project.");
      chosen.push_back(*found);
    }
  } else {
    for (const Asset& asset : all) {
      if (asset.mark != Mark::Reject && asset.state == AssetState::Done) chosen.push_back(asset);
    }
    if (chosen.empty()) return fail(ErrorKind::BadRequest, "There is nothing to export in this project yet.");
  }
  return chosen;
}

// Copies into a name that did not exist, relative to the open folder and without following links; removes a part again.
Result<void> copy_new(int folder, const std::string& name, int from, const std::filesystem::path& shown) {
  UniqueFd to(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!to) return fail(disk_error("Cannot write the file", errno, shown));
  const auto abandon = [&](int error_number) {
    ::unlinkat(folder, name.c_str(), 0);
    return fail(disk_error("Cannot write the file", error_number, shown));
  };
  std::vector<char> chunk(1 << 20);
  off_t offset = 0;
  for (;;) {
    const ssize_t got = ::pread(from, chunk.data(), chunk.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return abandon(errno);
    if (got == 0) break;
    offset += got;
    if (!write_all(to.get(), chunk.data(), static_cast<std::size_t>(got))) return abandon(errno);
  }
  if (::fsync(to.get()) != 0) return abandon(errno);
  return {};
}

bool is_taken(int folder, const std::string& name) {
  struct stat facts{};
  return ::fstatat(folder, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string free_name(int folder, const std::string& stem, const std::string& extension) {
  std::string name = stem + extension;
  for (int n = 2; is_taken(folder, name); ++n) {
    const std::string suffix = "-" + std::to_string(n);
    name = safe_file_name(stem, 120 - suffix.size()) + suffix + extension;
  }
  return name;
}

Json manifest_entry(const Asset& asset, const std::string& file, const std::string& written_prompt) {
  Json json;
  json["id"] = to_string(asset.id);
  json["file"] = file;
  json["kind"] = to_string(asset.kind);
  json["sha256"] = asset.sha256;
  json["bytes"] = asset.bytes;
  json["mime"] = asset.media.mime;
  json["width"] = asset.media.width;
  json["height"] = asset.media.height;
  if (asset.media.seconds > 0) json["seconds"] = asset.media.seconds;
  json["recipe"] = Json::parse(recipe_to_json(asset.recipe));
  if (!written_prompt.empty()) json["generation_prompt"] = written_prompt;
  json["generation"] = asset.generation.valid() ? Json(to_string(asset.generation)) : Json(nullptr);
  json["variation"] = asset.variation;
  json["parents"] = Json::array();
  for (const AssetId parent : asset.parents) json["parents"].push_back(to_string(parent));
  json["cost"] = asset.cost.dollars();
  json["currency"] = to_string(asset.currency);
  json["created"] = iso_utc(asset.created_ms);
  json["mark"] = to_string(asset.mark);
  json["stars"] = asset.stars;
  if (!asset.source_name.empty()) json["source_name"] = asset.source_name;
  return json;
}

}  // namespace

Result<ExportReport> export_assets(Ledger& ledger, const Vault& vault, const ExportRequest& request,
                                   const std::function<void(int done, int total)>& progress) {
  STUDIO_CHECK(name_from_template(request.name_template, {}));  // a wrong template writes nothing
  STUDIO_TRY(const auto assets, chosen_assets(ledger, request));
  STUDIO_TRY(const std::string project, ledger.fact("name"));
  STUDIO_TRY(const auto generations, ledger.generations());
  STUDIO_CHECK(make_folder(request.to));
  const UniqueFd folder(::open(request.to.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return fail(disk_error("Cannot open the export folder", errno, request.to));

  ExportReport report;
  Json manifest;
  manifest["format"] = "production-studio-manifest";
  manifest["version"] = 1;
  manifest["project"] = project;
  manifest["exported"] = iso_utc(SystemClock().wall_ms());
  manifest["assets"] = Json::array();
  int number = 0;
  for (const Asset& asset : assets) {
    ++number;
    char digits[16];
    std::snprintf(digits, sizeof digits, "%03d", number);
    const auto written = std::find_if(generations.begin(), generations.end(), [&](const Generation& g) { return g.id == asset.generation; });
    const std::string prompt = asset.recipe.prompt.empty() ? asset.source_name : asset.recipe.prompt;
    STUDIO_TRY(const std::string stem,
               name_from_template(request.name_template, {project, prompt, std::to_string(asset.recipe.seed),
                                                          asset.recipe.model.empty() ? asset.recipe.provider : asset.recipe.model, digits,
                                                          iso_date(asset.created_ms), to_string(asset.id)}));
    if (asset.state != AssetState::Done) {
      report.failures.push_back({asset.id, {ErrorKind::NotFound, "The asset is " + std::string(to_string(asset.state)) + ": " + asset.reason, "", 0}});
      continue;
    }
    auto from = vault.open(asset.sha256);
    if (!from) {
      report.failures.push_back({asset.id, from.error()});
      continue;
    }
    const std::string name = free_name(folder.get(), stem, asset.media.extension.empty() ? "" : "." + asset.media.extension);
    const auto path = request.to / name;
    if (auto copied = copy_new(folder.get(), name, from->get(), path); !copied) {
      if (copied.error().kind == ErrorKind::Disk) return fail(std::move(copied.error()));
      report.failures.push_back({asset.id, copied.error()});
      continue;
    }
    manifest["assets"].push_back(manifest_entry(asset, name, written == generations.end() ? "" : written->prompt));
    report.files.push_back({asset, path});
    if (progress) progress(number, static_cast<int>(assets.size()));
  }
  const std::string manifest_name = free_name(folder.get(), "manifest", ".json");
  report.manifest = request.to / manifest_name;
  STUDIO_CHECK(write_file_durable(report.manifest, manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"));
  return report;
}

Result<Recipe> recipe_from_manifest(std::string_view file_and_id) {
  const std::size_t hash = file_and_id.rfind('#');
  if (hash == std::string_view::npos || hash == 0 || hash + 1 == file_and_id.size()) {
    return fail(ErrorKind::BadRequest, "Name the manifest and the asset in it: --recipe manifest.json#a12.");
  }
  const std::filesystem::path file(file_and_id.substr(0, hash));
  const std::string id(file_and_id.substr(hash + 1));
  auto text = read_file(file);
  if (!text) return fail_in("Read the manifest", std::move(text.error()));
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || json.value("format", std::string()) != "production-studio-manifest" || !json.contains("assets") || !json["assets"].is_array()) {
    return fail(ErrorKind::BadRequest, "This file is not a manifest that an export wrote: " + file.string());
  }
  for (const auto& entry : json["assets"]) {
    if (entry.is_object() && entry.contains("id") && entry["id"] == id && entry.contains("recipe")) return recipe_from_json(entry["recipe"].dump());
  }
  return fail(ErrorKind::BadRequest, "There is no asset " + id + " in " + file.string() + ".");
}

}  // namespace studio
