#include "engine/exporter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/damage.h"

namespace studio {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int manifest_version = 1;

// Each picture once, before the first video that was made from it.
Result<std::vector<Asset>> with_their_pictures(Ledger& ledger, const ExportRequest& request, std::vector<Asset> chosen) {
  if (!request.with_pictures) return chosen;
  std::set<AssetId> there;
  for (const Asset& asset : chosen) there.insert(asset.id);
  std::vector<Asset> all;
  for (Asset& asset : chosen) {
    if (asset.kind != MediaKind::Video) {
      all.push_back(std::move(asset));
      continue;
    }
    for (const AssetId parent : made_from(asset.recipe, asset.parents)) {
      if (!there.insert(parent).second) continue;
      STUDIO_TRY(auto picture, ledger.asset(parent));
      if (picture && picture->state == AssetState::Done) all.push_back(std::move(*picture));
    }
    all.push_back(std::move(asset));
  }
  return all;
}

// What lies in a project's folder is the program's own, which sweeps and moves it; links on the way there are followed.
Result<void> check_is_outside(const std::filesystem::path& project, const std::filesystem::path& to) {
  std::error_code unknown;  // nothing is there: it cannot be the project
  auto folder = std::filesystem::weakly_canonical(std::filesystem::absolute(to), unknown);
  for (;; folder = folder.parent_path()) {
    if (std::filesystem::equivalent(folder, project, unknown)) {
      return fail(ErrorKind::BadRequest, "Choose a folder outside the project to export to, for the program clears up in its own: " + to.string());
    }
    if (folder == folder.parent_path()) return {};
  }
}

Result<std::vector<Asset>> chosen_assets(Ledger& ledger, const ExportRequest& request) {
  std::vector<Asset> chosen;
  if (!request.picked && !request.assets.empty()) {
    for (const AssetId id : request.assets) {
      STUDIO_TRY(auto asset, ledger.asset(id));
      if (!asset) return fail(ErrorKind::BadRequest, "There is no asset " + to_string(id) + " in this project.");
      chosen.push_back(std::move(*asset));
    }
    return with_their_pictures(ledger, request, std::move(chosen));
  }
  STUDIO_TRY(const std::vector<Asset> all, ledger.assets());
  if (request.picked) {
    std::set<AssetId> picked;
    for (const Asset& asset : all) {
      if (asset.mark == Mark::Pick && !asset.in_trash) picked.insert(asset.id);
    }
    for (const Asset& asset : all) {
      const auto pictures = made_from(asset.recipe, asset.parents);
      const bool made_from_picked = asset.kind == MediaKind::Video &&
                                    std::any_of(pictures.begin(), pictures.end(), [&](AssetId p) { return picked.contains(p); });
      if (picked.contains(asset.id) || (made_from_picked && asset.mark != Mark::Reject && !asset.in_trash)) chosen.push_back(asset);
    }
    if (chosen.empty()) return fail(ErrorKind::BadRequest, "Nothing is picked: pick some assets first, or name them.");
  } else {
    for (const Asset& asset : all) {
      if (asset.mark != Mark::Reject && asset.state == AssetState::Done && !asset.in_trash) chosen.push_back(asset);
    }
    if (chosen.empty()) return fail(ErrorKind::BadRequest, "There is nothing to export in this project yet.");
  }
  return with_their_pictures(ledger, request, std::move(chosen));
}

// A file that did not exist, relative to the open folder and without following links.
struct NewFile {
  std::string name;
  UniqueFd fd;
};

class ExportFolder {
 public:
  ExportFolder(UniqueFd folder, std::filesystem::path path) : folder_(std::move(folder)), path_(std::move(path)) {}

  Result<NewFile> create(const std::string& stem, const std::string& extension) {
    int& number = last_[stem + extension];  // so that a thousand files of one name do not try each other's in turn
    for (;;) {
      const std::string suffix = ++number == 1 ? "" : "-" + std::to_string(number);
      std::string name = (suffix.empty() ? stem : safe_file_name(stem, 120 - suffix.size()) + suffix) + extension;
      UniqueFd fd(::openat(folder_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
      if (fd) return NewFile{std::move(name), std::move(fd)};
      if (errno != EEXIST) return fail(disk_error("Cannot write the file", errno, path_ / name));
    }
  }

  // Removes what was written of it.
  tl::unexpected<Error> abandon(const NewFile& file, int error_number) const {
    ::unlinkat(folder_.get(), file.name.c_str(), 0);
    return fail(disk_error("Cannot write the file", error_number, path_ / file.name));
  }

  // Hashed on its way: what is not what arrived is not handed out. Of all but a whole copy nothing is left; an error is one of
  // the folder.
  enum class Copied { Whole, Cancelled, Damaged, Unreadable };
  Result<Copied> copy(const NewFile& to, int from, const std::string& sha256, const std::function<bool()>& cancelled) const {
    const auto take_back = [&](Copied why) {
      ::unlinkat(folder_.get(), to.name.c_str(), 0);
      return why;
    };
    std::vector<char> chunk(1 << 20);
    Sha256 hash;
    off_t offset = 0;
    for (;;) {
      if (cancelled && cancelled()) return take_back(Copied::Cancelled);
      const ssize_t got = ::pread(from, chunk.data(), chunk.size(), offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return take_back(Copied::Unreadable);
      if (got == 0) break;
      offset += got;
      hash.update(chunk.data(), static_cast<std::size_t>(got));
      if (const int error = write_all(to.fd.get(), chunk.data(), static_cast<std::size_t>(got)); error != 0) return abandon(to, error);
    }
    if (hex(hash.finish()) != sha256) return take_back(Copied::Damaged);
    if (::fsync(to.fd.get()) != 0) return abandon(to, errno);
    return Copied::Whole;
  }

  Result<void> write(const NewFile& to, const std::string& text) const {
    if (const int error = write_all(to.fd.get(), text.data(), text.size()); error != 0) return abandon(to, error);
    if (::fsync(to.fd.get()) != 0) return abandon(to, errno);
    return {};
  }

  // After this the names are durable, too.
  Result<void> sync() const {
    if (::fsync(folder_.get()) != 0) return fail(disk_error("Cannot write the export folder", errno, path_));
    return {};
  }

 private:
  UniqueFd folder_;
  std::filesystem::path path_;
  std::map<std::string, int> last_;
};

std::string file_text(const OrderedJson& json) {
  return without_exponents(json.dump(2, ' ', false, OrderedJson::error_handler_t::replace)) + "\n";
}

OrderedJson manifest_entry(const Asset& asset, const std::string& file, const std::string& written_prompt) {
  OrderedJson json;
  json["id"] = to_string(asset.id);
  json["file"] = file;
  json["kind"] = to_string(asset.kind);
  json["sha256"] = asset.sha256;
  json["bytes"] = asset.bytes;
  json["mime"] = asset.media.mime;
  json["width"] = asset.media.width;
  json["height"] = asset.media.height;
  if (asset.media.seconds > 0) json["seconds"] = asset.media.seconds;
  json["recipe"] = OrderedJson::parse(recipe_to_json(asset.recipe));
  if (!written_prompt.empty()) json["generation_prompt"] = written_prompt;
  json["generation"] = asset.generation.valid() ? OrderedJson(to_string(asset.generation)) : OrderedJson(nullptr);
  json["variation"] = asset.variation;
  json["parents"] = OrderedJson::array();
  for (const AssetId parent : asset.parents) json["parents"].push_back(to_string(parent));
  for (const AssetId earlier : earlier_versions(asset.recipe, asset.parents)) json["version_of"].push_back(to_string(earlier));
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
                                   const std::function<void(int done, int total)>& progress,
                                   const std::function<bool()>& cancelled) {
  STUDIO_CHECK(name_from_template(request.name_template, {}));  // a wrong template writes nothing
  STUDIO_CHECK(check_is_outside(vault.project(), request.to));
  STUDIO_TRY(const auto assets, chosen_assets(ledger, request));
  STUDIO_TRY(const std::string project, ledger.fact("name"));
  STUDIO_TRY(const auto generations, ledger.generations());
  std::unordered_map<GenerationId, const std::string*> written_prompts;
  for (const Generation& generation : generations) written_prompts[generation.id] = &generation.prompt;
  STUDIO_CHECK(make_folder(request.to));
  UniqueFd opened(::open(request.to.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return fail(disk_error("Cannot open the export folder", errno, request.to));
  ExportFolder folder(std::move(opened), request.to);

  ExportReport report;
  OrderedJson manifest;
  manifest["format"] = "production-studio-manifest";
  manifest["version"] = manifest_version;
  manifest["project"] = project;
  manifest["exported"] = iso_utc(SystemClock().wall_ms());
  manifest["assets"] = OrderedJson::array();
  const auto was_cancelled = [&] {
    return Error{ErrorKind::Cancelled,
                 "The export was cancelled after " + std::to_string(report.files.size()) + " of " + std::to_string(assets.size()) + (assets.size() == 1 ? " file" : " files") + ", which stay.", "", 0};
  };
  int number = 0;
  for (const Asset& asset : assets) {
    if (cancelled && cancelled()) return fail(was_cancelled());
    ++number;
    char digits[16];
    std::snprintf(digits, sizeof digits, "%03d", number);
    const std::string prompt = words_for_name(asset.recipe.prompt, asset.source_name);
    STUDIO_TRY(const std::string stem,
               name_from_template(request.name_template, {project, prompt, std::to_string(asset.recipe.seed),
                                                          asset.recipe.model.empty() ? asset.recipe.provider : asset.recipe.model, digits,
                                                          iso_date(asset.created_ms), to_string(asset.id)}));
    if (asset.state != AssetState::Done) {
      const std::string words = is_damage(asset.reason)                ? asset.reason
                                : asset.state == AssetState::Missing ? missing_reason(asset.recipe)
                                                                     : "The asset is " + std::string(to_string(asset.state)) + ": " + asset.reason;
      report.failures.push_back({asset.id, {ErrorKind::NotFound, words, "", 0}});
      continue;
    }
    auto from = vault.open(asset.sha256);
    if (!from) {
      if (from.error().kind == ErrorKind::NotFound) from.error().message = missing_reason(asset.recipe);
      report.failures.push_back({asset.id, from.error()});
      continue;
    }
    STUDIO_TRY(const NewFile file, folder.create(stem, asset.media.extension.empty() ? "" : "." + asset.media.extension));
    STUDIO_TRY(const auto copied, folder.copy(file, from->get(), asset.sha256, cancelled));
    if (copied == ExportFolder::Copied::Cancelled) return fail(was_cancelled());
    if (copied == ExportFolder::Copied::Damaged) {
      report.failures.push_back({asset.id, {ErrorKind::Damaged, damaged_reason(asset.recipe, false), "", 0}});
      continue;
    }
    if (copied == ExportFolder::Copied::Unreadable) {
      report.failures.push_back({asset.id, {ErrorKind::Disk, "Its file cannot be read; check the project's disk: " + vault.blob_path(asset.sha256).string(), "", 0}});
      continue;
    }
    const auto written = written_prompts.find(asset.generation);
    OrderedJson entry = manifest_entry(asset, file.name, written == written_prompts.end() ? "" : *written->second);
    if (request.with_sidecars) {
      STUDIO_TRY(const NewFile sidecar, folder.create(file.name, ".json"));
      STUDIO_CHECK(folder.write(sidecar, file_text(entry)));
    }
    manifest["assets"].push_back(std::move(entry));
    report.files.push_back({asset, request.to / file.name});
    if (progress) progress(number, static_cast<int>(assets.size()));
  }
  if (request.with_manifest) {
    STUDIO_TRY(const NewFile file, folder.create("manifest", ".json"));
    report.manifest = request.to / file.name;
    STUDIO_CHECK(folder.write(file, file_text(manifest)));
  }
  STUDIO_CHECK(folder.sync());
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
  bool is_deep = false;  // an entry's recipe ends at the sixth level; what is written anew must not be thousands deep
  const OrderedJson::parser_callback_t watch = [&](int depth, OrderedJson::parse_event_t, OrderedJson&) {
    is_deep = is_deep || depth > 16;
    return !is_deep;
  };
  const OrderedJson json = OrderedJson::parse(*text, watch, false);
  const auto is_written = [&](const char* name, auto is_right) { return json.contains(name) && is_right(json[name]); };
  const bool is_manifest = !is_deep && json.is_object() && is_written("format", [](const auto& format) { return format == "production-studio-manifest"; }) &&
                           is_written("version", [](const auto& version) { return version.is_number_integer() && version >= 1; }) &&
                           is_written("assets", [](const auto& assets) { return assets.is_array(); });
  if (!is_manifest) return fail(ErrorKind::BadRequest, "This file is not a manifest that an export wrote: " + file.string());
  if (json["version"] > manifest_version) {
    return fail(ErrorKind::TooNew, "This manifest was written by a newer version of the program; use that one: " + file.string());
  }
  for (const auto& entry : json["assets"]) {
    if (entry.is_object() && entry.contains("id") && entry["id"] == id && entry.contains("recipe")) return recipe_from_outside(entry["recipe"].dump());
  }
  return fail(ErrorKind::BadRequest, "There is no asset " + id + " in " + file.string() + ".");
}

}  // namespace studio
