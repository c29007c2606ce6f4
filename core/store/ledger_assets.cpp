// Assets, their lineage and their marks in the ledger.
#include <algorithm>

#include "store/ledger_connection.h"

namespace studio {
namespace {

constexpr std::string_view select_assets =
    "SELECT id, kind, state, sha256, bytes, mime, extension, width, height, seconds, has_audio, job, generation, variation, "
    "cost_micros, currency, created_ms, coalesce(mark, 'none'), coalesce(stars, 0), "
    "trash.asset IS NOT NULL, hint, reason, source_name, recipe "
    "FROM assets JOIN asset_texts ON asset_texts.asset = id LEFT JOIN marks ON marks.asset = id "
    "LEFT JOIN trash ON trash.asset = id LEFT JOIN poster_hints ON poster_hints.asset = id ";

Result<Asset> asset_of(Database& db, Row row) {
  Asset asset;
  asset.id = row.id<AssetTag>();
  asset.kind = row.named(media_kind_from);
  asset.state = row.named(asset_state_from);
  asset.sha256 = row.text();
  asset.bytes = row.integer();
  asset.media.mime = row.text();
  asset.media.extension = row.text();
  asset.media.width = row.small();
  asset.media.height = row.small();
  asset.media.seconds = row.real();
  asset.media.has_audio = row.flag();
  asset.job = row.id<JobTag>();
  asset.generation = row.id<GenerationTag>();
  asset.variation = row.small();
  asset.cost = row.money();
  asset.currency = row.named(currency_from);
  asset.created_ms = row.integer();
  asset.mark = row.named(mark_from);
  asset.stars = row.small();
  asset.in_trash = row.flag();
  asset.hint = poster_hint_from(row.blob());
  asset.reason = row.text();
  asset.source_name = row.text();
  if (!row.is_sound()) return unreadable(db, "asset", asset.id.value);
  STUDIO_TRY(asset.recipe, recipe_of_row(db, row.text(), "asset", asset.id.value));
  STUDIO_TRY(Statement parents, db.prepare("SELECT parent FROM asset_parents WHERE asset = ? ORDER BY position"));
  parents.bind(asset.id);
  for (;;) {
    STUDIO_TRY(const bool found, parents.step());
    if (!found) return asset;
    asset.parents.push_back(parents.row().id<AssetTag>());
  }
}

Result<std::vector<Asset>> assets_of_statement(Database& db, Statement statement) {
  std::vector<Asset> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    STUDIO_TRY(Asset asset, asset_of(db, statement.row()));
    all.push_back(std::move(asset));
  }
}

Result<std::optional<Asset>> one_asset(Database& db, Statement statement) {
  STUDIO_TRY(const bool found, statement.step());
  if (!found) return std::nullopt;
  STUDIO_TRY(Asset asset, asset_of(db, statement.row()));
  return std::optional<Asset>(std::move(asset));
}

std::string where_of(const AssetFilter& filter) {
  std::string where = "WHERE 1 ";
  if (filter.kind) where += "AND kind = '" + std::string(to_string(*filter.kind)) + "' ";
  if (!filter.states.empty()) where += "AND state IN (" + quoted_names(filter.states) + ") ";
  // Unmarked assets have no row in marks.
  if (filter.mark == Mark::None) where += "AND coalesce(mark, 'none') = 'none' ";
  else if (filter.mark) where += "AND mark = '" + std::string(to_string(*filter.mark)) + "' ";
  return where;
}

}  // namespace

Result<AssetId> SqliteLedger::add_asset(const Asset& asset) {
  Database& db = *connection_->db;
  STUDIO_CHECK(db.run("INSERT INTO assets(kind, state, sha256, bytes, mime, extension, width, height, seconds, has_audio, job, "
                      "generation, variation, cost_micros, currency, created_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                      to_string(asset.kind), to_string(asset.state), asset.sha256, asset.bytes, asset.media.mime, asset.media.extension,
                      asset.media.width, asset.media.height, asset.media.seconds, asset.media.has_audio, asset.job, asset.generation,
                      asset.variation, asset.cost, to_string(asset.currency), asset.created_ms));
  const AssetId id{db.last_row_id()};
  STUDIO_CHECK(db.run("INSERT INTO asset_texts VALUES(?,?,?,?,?,?)", id, asset.reason, asset.source_name, recipe_digest(asset.recipe),
                      recipe_digest(asset.recipe, false), recipe_to_json(asset.recipe)));
  if (!asset.parents.empty()) STUDIO_CHECK(set_parents(id, asset.parents));
  if (asset.mark != Mark::None || asset.stars != 0) STUDIO_CHECK(set_mark(id, asset.mark, asset.stars));
  if (asset.hint.is_known()) STUDIO_CHECK(db.run("INSERT INTO poster_hints VALUES(?,?)", id, Blob{to_bytes(asset.hint)}));
  return id;
}

Result<void> SqliteLedger::set_parents(AssetId id, const std::vector<AssetId>& parents) {
  Database& db = *connection_->db;
  STUDIO_CHECK(db.run("DELETE FROM asset_parents WHERE asset = ?", id));
  for (std::size_t i = 0; i < parents.size(); ++i) STUDIO_CHECK(db.run("INSERT INTO asset_parents VALUES(?,?,?)", id, static_cast<std::int64_t>(i), parents[i]));
  return {};
}

Result<std::vector<AssetId>> SqliteLedger::save_poster_hint(std::string_view sha256, const PosterHint& hint) {
  Database& db = *connection_->db;
  std::vector<AssetId> ids;
  {
    STUDIO_TRY(Statement statement, db.prepare("SELECT id FROM assets WHERE sha256 = ? AND state <> 'deleted' ORDER BY id"));
    statement.bind(sha256);
    for (;;) {
      STUDIO_TRY(const bool found, statement.step());
      if (!found) break;
      ids.push_back(statement.row().id<AssetTag>());
    }
  }
  const std::string bytes = to_bytes(hint);
  for (const AssetId id : ids)
    STUDIO_CHECK(db.run("INSERT INTO poster_hints VALUES(?,?) ON CONFLICT(asset) DO UPDATE SET hint = excluded.hint", id, Blob{bytes}));
  return ids;
}

Result<void> SqliteLedger::set_asset_state(AssetId id, AssetState state, std::string_view reason) {
  Database& db = *connection_->db;
  const std::int64_t before = db.total_changes();
  STUDIO_CHECK(db.run("UPDATE assets SET state = ? WHERE id = ?", to_string(state), id));
  if (db.total_changes() == before) return fail(ErrorKind::NotFound, "There is no asset " + to_string(id) + " in this project.");
  return db.run("UPDATE asset_texts SET reason = ? WHERE asset = ?", reason, id);
}

Result<void> SqliteLedger::set_mark(AssetId id, Mark mark, int stars) {
  Database& db = *connection_->db;
  const std::int64_t before = db.total_changes();
  STUDIO_CHECK(db.run("INSERT INTO marks SELECT id, ?2, ?3 FROM assets WHERE id = ?1 "
                      "ON CONFLICT(asset) DO UPDATE SET mark = excluded.mark, stars = excluded.stars",
                      id, to_string(mark), std::clamp(stars, 0, 5)));
  if (db.total_changes() == before) return fail(ErrorKind::NotFound, "There is no asset " + to_string(id) + " in this project.");
  return {};
}

Result<void> SqliteLedger::set_trashed(AssetId id, bool in_trash) {
  if (!in_trash) return connection_->db->run("DELETE FROM trash WHERE asset = ?", id);
  return connection_->db->run("INSERT OR IGNORE INTO trash SELECT id FROM assets WHERE id = ? AND state <> 'deleted'", id);
}

Result<void> SqliteLedger::delete_asset(AssetId id) {
  Database& db = *connection_->db;
  STUDIO_TRY(const auto asset, this->asset(id));
  if (!asset) return fail(ErrorKind::NotFound, "There is no asset " + to_string(id) + " in this project.");
  if (!asset->in_trash) return fail(ErrorKind::BadRequest, "It is not in the trash any more.");
  // In whose place a job is to come, that one may go.
  STUDIO_TRY(Statement used, db.prepare("SELECT recipe, position FROM jobs JOIN job_parents ON job_parents.job = id JOIN job_texts ON job_texts.job = id "
                                        "WHERE is_open = 1 AND job_parents.asset = ?"));
  used.bind(id);
  for (;;) {
    STUDIO_TRY(const bool found, used.step());
    if (!found) break;
    Row row = used.row();
    const std::string recipe_text = row.text();
    const auto position = static_cast<std::size_t>(row.integer());
    STUDIO_TRY(const Recipe recipe, recipe_of_row(db, recipe_text, "asset", id.value));
    if (position < inputs_among(recipe, position + 1)) return fail(ErrorKind::BadRequest, "A job that is not over is made from it: wait for the job, or cancel it.");
  }
  STUDIO_CHECK(set_asset_state(id, AssetState::Deleted, "Deleted with the trash."));
  STUDIO_CHECK(db.run("DELETE FROM poster_hints WHERE asset = ?", id));
  return db.run("DELETE FROM trash WHERE asset = ?", id);
}

Result<bool> SqliteLedger::is_blob_needed(std::string_view sha256) {
  STUDIO_TRY(Statement statement,
             connection_->db->prepare("SELECT EXISTS(SELECT 1 FROM assets WHERE sha256 = ?1 AND state <> 'deleted') "
                                      "OR EXISTS(SELECT 1 FROM attempts JOIN attempt_outputs ON attempt = id WHERE is_open = 1 AND sha256 = ?1) "
                                      "OR EXISTS(SELECT 1 FROM jobs JOIN job_texts ON job = id WHERE is_open = 1 AND instr(recipe, ?1) > 0)"));
  statement.bind(sha256);
  STUDIO_TRY(const bool found, statement.step());
  return !found || statement.row().flag();
}

Result<std::optional<Asset>> SqliteLedger::asset(AssetId id) {
  static const std::string sql = std::string(select_assets) + "WHERE id = ?";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  statement.bind(id);
  return one_asset(*connection_->db, std::move(statement));
}

Result<std::optional<Asset>> SqliteLedger::asset_of_blob(std::string_view sha256) {
  static const std::string sql = std::string(select_assets) + "WHERE sha256 = ? AND state <> 'deleted' ORDER BY id LIMIT 1";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  statement.bind(sha256);
  return one_asset(*connection_->db, std::move(statement));
}

Result<std::vector<Asset>> SqliteLedger::assets(const AssetFilter& filter) {
  STUDIO_TRY(Statement statement, connection_->db->prepare_once(std::string(select_assets) + where_of(filter) + "ORDER BY id"));
  return assets_of_statement(*connection_->db, std::move(statement));
}

Result<std::vector<Asset>> SqliteLedger::assets_after(AssetId after, int limit) {
  static const std::string sql = std::string(select_assets) + "WHERE id > ? ORDER BY id LIMIT ?";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  statement.bind(after.value, limit);
  return assets_of_statement(*connection_->db, std::move(statement));
}

Result<std::vector<AssetRow>> SqliteLedger::asset_rows_after(AssetId after, int limit) {
  STUDIO_TRY(Statement statement,
             connection_->db->prepare("SELECT id, kind, state, coalesce(mark, 'none'), currency, has_audio, coalesce(stars, 0), "
                                      "trash.asset IS NOT NULL, width, height, variation, seconds, job, generation, cost_micros, "
                                      "created_ms, sha256, poster_hints.asset IS NOT NULL FROM assets LEFT JOIN marks ON marks.asset = id "
                                      "LEFT JOIN trash ON trash.asset = id LEFT JOIN poster_hints ON poster_hints.asset = id WHERE id > ? ORDER BY id LIMIT ?"));
  statement.bind(after.value, limit);
  std::vector<AssetRow> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    Row row = statement.row();
    AssetRow asset;
    asset.id = row.id<AssetTag>();
    asset.kind = row.named(media_kind_from);
    asset.state = row.named(asset_state_from);
    asset.mark = row.named(mark_from);
    asset.currency = row.named(currency_from);
    asset.has_audio = row.flag();
    asset.stars = row.small();
    asset.in_trash = row.flag();
    asset.width = row.small();
    asset.height = row.small();
    asset.variation = row.small();
    asset.seconds = row.real();
    asset.job = row.id<JobTag>();
    asset.generation = row.id<GenerationTag>();
    asset.cost = row.money();
    asset.created_ms = row.integer();
    asset.sha256 = row.text();
    asset.has_hint = row.flag();
    if (!row.is_sound()) return unreadable(*connection_->db, "asset", asset.id.value);
    all.push_back(std::move(asset));
  }
}

Result<std::vector<AssetLink>> SqliteLedger::asset_links() {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT asset, parent FROM asset_parents ORDER BY asset, position"));
  std::vector<AssetLink> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    Row row = statement.row();
    const AssetId child = row.id<AssetTag>();
    all.push_back({child, row.id<AssetTag>()});
  }
}

Result<std::vector<AssetId>> SqliteLedger::children(AssetId parent) {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT DISTINCT asset FROM asset_parents WHERE parent = ? ORDER BY asset"));
  statement.bind(parent);
  std::vector<AssetId> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    all.push_back(statement.row().id<AssetTag>());
  }
}

Result<std::vector<StoredCopy>> SqliteLedger::copies() {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT asset, target, address, expires_ms FROM asset_copies ORDER BY asset, target"));
  std::vector<StoredCopy> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    Row row = statement.row();
    StoredCopy copy;
    copy.asset = row.id<AssetTag>();
    copy.target = row.text();
    copy.address = row.text();
    copy.expires_ms = row.integer();
    all.push_back(std::move(copy));
  }
}

Result<std::int64_t> SqliteLedger::asset_count(const AssetFilter& filter) {
  STUDIO_TRY(Statement statement, connection_->db->prepare_once("SELECT count(*) FROM assets LEFT JOIN marks ON marks.asset = id " +
                                                                where_of(filter)));
  STUDIO_TRY(const bool found, statement.step());
  return found ? statement.row().integer() : 0;
}

Result<int> SqliteLedger::count_with_seedless_digest(std::string_view digest, bool& any_done) {
  STUDIO_TRY(Statement statement,
             connection_->db->prepare("SELECT (SELECT count(*) FROM asset_texts JOIN assets ON id = asset "
                                      "WHERE seedless_digest = ?1 AND state = 'done'), "
                                      "(SELECT count(*) FROM job_texts JOIN jobs ON id = job "
                                      "WHERE seedless_digest = ?1 AND is_open = 1 AND kind = 'generate')"));
  statement.bind(digest);
  STUDIO_TRY(const bool found, statement.step());
  any_done = false;
  if (!found) return 0;
  Row row = statement.row();
  const int done = row.small();
  any_done = done > 0;
  return done + row.small();
}

}  // namespace studio
