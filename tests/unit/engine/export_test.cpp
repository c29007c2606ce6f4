#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "engine/exporter.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// A project with two images, the second picked, and a video made from the second.
struct Project {
  TempFolder folder;
  std::filesystem::path path = folder.path() / "film";
  std::unique_ptr<Store> store;

  Project() {
    REQUIRE(Store::create(path, "Film"));
    auto opened = Store::open(path);
    REQUIRE(opened);
    store = std::move(*opened);
    add("first", MediaKind::Image, {}, Mark::None);
    const AssetId second = add("second", MediaKind::Image, {}, Mark::Pick);
    add("clip", MediaKind::Video, {second}, Mark::None);
  }

  AssetId add(const std::string& bytes, MediaKind kind, std::vector<AssetId> parents, Mark mark) {
    const auto spool = vault().spool_path("test-" + bytes);
    REQUIRE(write_file_durable(spool, bytes));
    const auto blob = vault().adopt(spool);
    REQUIRE(blob);
    Asset asset;
    asset.kind = kind;
    asset.sha256 = blob->sha256;
    asset.bytes = blob->bytes;
    asset.parents = std::move(parents);
    asset.media.extension = kind == MediaKind::Video ? "mp4" : "png";
    asset.recipe.kind = kind;
    asset.recipe.prompt = "../" + bytes;
    asset.recipe.seed = 5;
    asset.recipe.width = 64;
    AssetId id;
    REQUIRE(store->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(id, ledger.add_asset(asset));
      return ledger.set_mark(id, mark, 0);
    }));
    return id;
  }

  Vault vault() const { return Vault(path); }

  Result<ExportReport> export_to(const std::string& name, ExportRequest request) {
    request.to = folder.path() / name;
    auto ledger = Ledger::open_read_only(path);
    REQUIRE(ledger);
    return export_assets(**ledger, vault(), request);
  }
};

}  // namespace

TEST_CASE("picked exports the picked ones and the videos made from them, with a manifest") {
  Project project;
  ExportRequest request;
  request.picked = true;
  const auto report = project.export_to("out", request);
  REQUIRE(report);
  REQUIRE(report->files.size() == 2);
  CHECK(read_file(report->files[0].path).value() == "second");
  CHECK(read_file(report->files[1].path).value() == "clip");
  const auto manifest = nlohmann::json::parse(read_file(report->manifest).value());
  REQUIRE(manifest.at("assets").size() == 2);
  CHECK(manifest.at("assets")[0].at("sha256") == sha256_hex("second"));
  CHECK(manifest.at("assets")[1].at("parents")[0] == manifest.at("assets")[0].at("id"));
  const auto recipe = recipe_from_manifest(report->manifest.string() + "#" + manifest.at("assets")[0].at("id").get<std::string>());
  REQUIRE(recipe);
  CHECK(recipe->seed == 5);
}

TEST_CASE("an earlier version goes along with nothing: neither as a picture of a video, nor because it is picked") {
  Project project;
  const AssetId picture = project.add("retouched", MediaKind::Image, {AssetId{1}}, Mark::None);
  const AssetId clip = project.add("old clip", MediaKind::Video, {AssetId{1}}, Mark::Pick);
  const AssetId remade = project.add("new clip", MediaKind::Video, {picture, clip}, Mark::None);
  ExportRequest request;
  request.assets = {remade};
  request.with_pictures = true;
  const auto with_pictures = project.export_to("out", request);
  REQUIRE(with_pictures);
  REQUIRE(with_pictures->files.size() == 2);
  CHECK(with_pictures->files[0].asset.id == picture);
  CHECK(with_pictures->files[1].asset.id == remade);
  // The whole of it stands in the manifest.
  const auto manifest = nlohmann::json::parse(read_file(with_pictures->manifest).value());
  CHECK(manifest.at("assets")[1].at("parents").size() == 2);
  request = {};
  request.picked = true;
  const auto picked = project.export_to("picked", request);
  REQUIRE(picked);
  for (const auto& file : picked->files) CHECK(file.asset.id != remade);
}

TEST_CASE("an export never overwrites and never leaves its folder", "[fault-57]") {
  Project project;
  ExportRequest request;
  request.name_template = "{prompt}";
  const auto first = project.export_to("out", request);
  const auto second = project.export_to("out", request);
  REQUIRE(first);
  REQUIRE(second);
  std::set<std::filesystem::path> paths;
  for (const auto* report : {&*first, &*second}) {
    for (const auto& file : report->files) {
      CHECK(file.path.parent_path() == project.folder.path() / "out");
      paths.insert(file.path);
    }
    paths.insert(report->manifest);
  }
  CHECK(paths.size() == 8);
  CHECK(read_file(first->files[0].path).value() == "first");
}

TEST_CASE("a link in the export folder is not followed", "[fault-57]") {
  Project project;
  const auto victim = project.folder.path() / "victim";
  REQUIRE(write_file_durable(victim, "precious"));
  std::filesystem::create_directory(project.folder.path() / "out");
  std::filesystem::create_symlink(victim, project.folder.path() / "out" / "second.png");
  ExportRequest request;
  request.picked = true;
  request.name_template = "second";
  const auto report = project.export_to("out", request);
  REQUIRE(report);
  CHECK(read_file(victim).value() == "precious");
  CHECK(report->files[0].path.filename() == "second-2.png");
}

TEST_CASE("whatever a prompt says, its file is a plain new name in the export's folder", "[fault-57]") {
  Project project;
  // Where a name that is believed would lead.
  const auto outside = project.folder.path() / "outside";
  std::filesystem::create_directory(outside);
  std::filesystem::create_directory(project.folder.path() / "out");
  std::filesystem::create_directory_symlink(outside, project.folder.path() / "out" / "way-out");
  const std::vector<std::string> prompts = {"../../outside/a", "../outside/a", "way-out/a", "/etc/passwd", outside.string() + "/a", "..", ".", "", "   ", ".hidden", "-rf", "--help",
                                            std::string("nul\0inside", 10), std::string(4096, 'x'), std::string(4096, '/'), "line\nbreak\r\ttab\x1b[31m", "CON", "aux.png", "NUL.txt",
                                            "a\\b:c*d?e\"f<g>h|i", "\u202Egnp.exe", "\u2066hidden\u2069", "trailing. . .", "\xff\xfe not text \x80", "$(touch x) `id` ;&", "~root", "%2e%2e%2f",
                                            "\xED\xA0\x80", "\u0001\u007f", "日本語の灯台", "e\u0301\u0301\u0301"};
  std::vector<AssetId> assets;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    assets.push_back(project.add("blob " + std::to_string(i), MediaKind::Image, {}, Mark::None));
    REQUIRE(project.store->write_and_wait([&](Ledger& ledger) -> Result<void> {
      STUDIO_TRY(auto asset, ledger.asset(assets.back()));
      Asset named = *asset;
      named.recipe.prompt = is_valid_utf8(prompts[i]) ? prompts[i] : "";  // as a prompt it would have been refused
      named.source_name = prompts[i];
      STUDIO_TRY(assets.back(), ledger.add_asset(named));
      return {};
    }));
  }
  for (const char* name_template : {"{prompt}", "{prompt}{prompt}", "../{prompt}", "/{prompt}", "{project}/{prompt}/{n}", ".{prompt}", "-{prompt}", ""}) {
    INFO(name_template);
    ExportRequest request;
    request.assets = assets;
    request.name_template = name_template;
    const auto report = project.export_to("out", request);
    if (!report) {  // a template may be refused, in words
      CHECK(report.error().kind == ErrorKind::BadRequest);
      continue;
    }
    CHECK(report->failures.empty());
    CHECK(report->files.size() == assets.size());
    std::set<std::string> names;
    for (const auto& file : report->files) {
      const std::string name = file.path.filename().string();
      INFO(name);
      CHECK(file.path.parent_path() == project.folder.path() / "out");
      CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(file.path)));
      CHECK(name.size() <= 130);
      CHECK_FALSE((name.starts_with('.') || name.starts_with('-')));
      CHECK(is_valid_utf8(name));
      CHECK(std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F || std::string_view("/\\:*?\"<>|").find(static_cast<char>(c)) != std::string_view::npos; }));
      CHECK(name.find("\u202E") == std::string::npos);
      CHECK(name.find("\u2066") == std::string::npos);
      const std::string stem = to_lower_ascii(name.substr(0, name.find('.')));
      CHECK((stem != "con" && stem != "aux" && stem != "nul"));
      CHECK(names.insert(name).second);
    }
  }
  CHECK(std::filesystem::is_empty(outside));
  // Beside the project, the export and the way out there is nothing.
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(project.folder.path())) ++entries;
  CHECK(entries == 3);
}

TEST_CASE("a missing blob is named and the rest is exported") {
  Project project;
  std::filesystem::remove(project.vault().blob_path(sha256_hex("first")));
  const auto report = project.export_to("out", {});
  REQUIRE(report);
  CHECK(report->files.size() == 2);
  REQUIRE(report->failures.size() == 1);
  CHECK(report->failures[0].asset == AssetId{1});
  CHECK(report->failures[0].error.kind == ErrorKind::NotFound);
  CHECK(report->failures[0].error.message.find("Import the same file again") != std::string::npos);
  // Nor is it said otherwise once the ledger knows.
  REQUIRE(project.store->write_and_wait([&](Ledger& ledger) { return ledger.set_asset_state(AssetId{1}, AssetState::Missing, "Its file is gone."); }));
  ExportRequest one;
  one.assets = {AssetId{1}};
  const auto known = project.export_to("out", one);
  REQUIRE(known);
  REQUIRE(known->failures.size() == 1);
  CHECK(known->failures[0].error.message == report->failures[0].error.message);
}

TEST_CASE("nothing is exported into the project itself, whatever way leads there") {
  Project project;
  const auto link = project.folder.path() / "link";
  std::filesystem::create_directory_symlink(project.path / "spool", link);
  auto ledger = Ledger::open_read_only(project.path);
  REQUIRE(ledger);
  const auto count = [&] {
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::recursive_directory_iterator(project.path)) ++files;
    return files;
  };
  const int before = count();
  for (const auto& to : {project.path, project.path / "spool", project.path / "vault" / "ab", project.path / "packs", project.path / "export" / "deep",
                         project.path / "..", project.folder.path() / "other" / ".." / "film" / "spool", link, link / "new"}) {
    INFO(to);
    if (to.filename() == "..") {  // beside the project, and right
      CHECK(std::filesystem::weakly_canonical(to) == std::filesystem::weakly_canonical(project.folder.path()));
      continue;
    }
    ExportRequest request;
    request.to = to;
    const auto report = export_assets(**ledger, project.vault(), request);
    REQUIRE_FALSE(report);
    CHECK(report.error().kind == ErrorKind::BadRequest);
    CHECK(report.error().message.find("outside the project") != std::string::npos);
  }
  CHECK(count() == before);
  CHECK(project.export_to("film 2", {}));  // a name that only begins alike
}

TEST_CASE("a wrong template, an unknown asset and nothing picked are bad requests that write nothing") {
  Project project;
  ExportRequest wrong;
  wrong.name_template = "{promt}";
  CHECK(project.export_to("out", wrong).error().kind == ErrorKind::BadRequest);
  ExportRequest unknown;
  unknown.assets = {AssetId{99}};
  CHECK(project.export_to("out", unknown).error().kind == ErrorKind::BadRequest);
  CHECK_FALSE(std::filesystem::exists(project.folder.path() / "out"));
}

TEST_CASE("what is not a manifest is refused in words") {
  const TempFolder folder;
  const auto file = folder.path() / "m.json";
  REQUIRE(write_file_durable(file, "{\"assets\":[]}"));
  CHECK(recipe_from_manifest(file.string() + "#a1").error().kind == ErrorKind::BadRequest);
  CHECK(recipe_from_manifest(file.string()).error().kind == ErrorKind::BadRequest);
  CHECK(recipe_from_manifest("#a1").error().kind == ErrorKind::BadRequest);
  CHECK_FALSE(recipe_from_manifest((folder.path() / "none").string() + "#a1"));
  const std::string format = "\"format\":\"production-studio-manifest\"", one = "\"version\":1", none = "\"assets\":[]";
  for (const std::string& text :
       {std::string("{\"format\":5}"), std::string("{\"format\":null,") + one + "," + none + "}", std::string("{\"format\":[],") + one + "," + none + "}",
        "{" + format + "}", "{" + format + "," + none + "}", "{" + format + ",\"version\":\"1\"," + none + "}", "{" + format + ",\"version\":1.5," + none + "}",
        "{" + format + ",\"version\":0," + none + "}", "{" + format + ",\"version\":-1," + none + "}", "{" + format + "," + one + ",\"assets\":{}}",
        "{" + format + "," + one + ",\"assets\":5}", "{" + format + "," + one + ",\"assets\":[5,null,[],{\"id\":5},{\"id\":\"a1\"}]}",
        "{" + format + "," + one + ",\"assets\":[{\"id\":\"a1\",\"recipe\":5}]}", "{" + format + "," + one + ",\"assets\":[{\"id\":\"a1\",\"recipe\":{}}]}",
        "{" + format + "," + one + ",\"assets\":[{\"id\":\"a1\",\"recipe\":{\"inputs\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}}]}",
        std::string(200'000, '['), std::string("[]"), std::string("5"), std::string(), std::string("\xff\xfe")}) {
    INFO(text.substr(0, 200));
    REQUIRE(write_file_durable(file, text));
    const auto recipe = recipe_from_manifest(file.string() + "#a1");
    REQUIRE_FALSE(recipe);
    CHECK(recipe.error().kind == ErrorKind::BadRequest);
    CHECK(recipe.error().message.size() < 300);
  }
  REQUIRE(write_file_durable(file, "{" + format + ",\"version\":2," + none + "}"));
  CHECK(recipe_from_manifest(file.string() + "#a1").error().kind == ErrorKind::TooNew);
}

TEST_CASE("a recipe that was changed by hand and no longer says what it said is refused, not made as something else") {
  Project project;
  const auto report = project.export_to("out", {});
  REQUIRE(report);
  const std::string name = report->manifest.string() + "#a1";
  const std::string text = read_file(report->manifest).value();
  REQUIRE(recipe_from_manifest(name));
  for (const auto& [old, other] : std::map<std::string, std::string>{{"\"seed\": 5", "\"seed\": 1.5"}, {"\"width\": 64", "\"width\": 4294967360"}, {"\"seed\"", "\"sede\""}}) {
    std::string changed = text;
    for (std::size_t at = changed.find(old); at != std::string::npos; at = changed.find(old, at + other.size())) changed.replace(at, old.size(), other);
    REQUIRE(changed != text);
    REQUIRE(write_file_durable(report->manifest, changed));
    const auto recipe = recipe_from_manifest(name);
    REQUIRE_FALSE(recipe);
    CHECK(recipe.error().kind == ErrorKind::BadRequest);
  }
}

TEST_CASE("an export that is cancelled in the middle of a file leaves no part of it") {
  Project project;
  const AssetId large = project.add(std::string(5 << 20, 'x'), MediaKind::Video, {}, Mark::Pick);
  ExportRequest request;
  request.assets = {large};
  request.to = project.folder.path() / "out";
  auto ledger = Ledger::open_read_only(project.path);
  REQUIRE(ledger);
  int asked = 0;
  std::uintmax_t written = 0;
  const auto report = export_assets(**ledger, project.vault(), request, {}, [&] {
    for (const auto& file : std::filesystem::directory_iterator(request.to)) written = std::max(written, file.file_size());
    return ++asked > 3;
  });
  REQUIRE_FALSE(report);
  CHECK(report.error().kind == ErrorKind::Cancelled);
  CHECK(written > 0);  // it had begun
  CHECK(std::filesystem::is_empty(request.to));
}

TEST_CASE("a file whose bytes are not those that arrived is not exported, and the rest is", "[fault-26]") {
  Project project;
  const auto file = project.vault().blob_path(sha256_hex("second"));
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::ofstream(file, std::ios::binary) << "sEcond";
  const auto report = project.export_to("out", {});
  REQUIRE(report);
  REQUIRE(report->files.size() == 2);
  CHECK(read_file(report->files[0].path).value() == "first");
  CHECK(read_file(report->files[1].path).value() == "clip");
  REQUIRE(report->failures.size() == 1);
  CHECK(report->failures[0].error.kind == ErrorKind::Damaged);
  CHECK(report->failures[0].error.message.find("damaged") != std::string::npos);
  const auto manifest = nlohmann::json::parse(read_file(report->manifest).value());
  CHECK(manifest.at("assets").size() == 2);
  std::size_t there = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(project.folder.path() / "out")) ++there;
  CHECK(there == 3);  // the two, and the manifest: of the third nothing is left
}
