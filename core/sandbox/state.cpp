#include "sandbox/state.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "sandbox/small_db.h"

namespace studio {
namespace {

constexpr int schema_version = 1;
constexpr const char* owner = "The sandbox";

constexpr const char* schema = R"(
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs(
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL,
  body_digest TEXT NOT NULL, recipe_digest TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL,
  seed INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, seconds REAL NOT NULL,
  upload_id TEXT NOT NULL, price_micros INTEGER NOT NULL, created_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,
  is_doomed INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
  error_code TEXT NOT NULL DEFAULT '', error_message TEXT NOT NULL DEFAULT '',
  output_name TEXT NOT NULL DEFAULT '', output_mime TEXT NOT NULL DEFAULT '', output_sha256 TEXT NOT NULL DEFAULT '',
  output_bytes INTEGER NOT NULL DEFAULT 0, over_ms INTEGER NOT NULL DEFAULT 0, expires_ms INTEGER NOT NULL DEFAULT 0);
CREATE INDEX jobs_by_key ON jobs(key);
CREATE INDEX jobs_by_recipe ON jobs(recipe_digest);
CREATE INDEX jobs_active ON jobs(number) WHERE state = 0;
CREATE TABLE uploads(
  id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, mime TEXT NOT NULL, bytes INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
  is_complete INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE bill(
  number INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, model TEXT NOT NULL,
  amount_micros INTEGER NOT NULL, created_ms INTEGER NOT NULL);
)";

constexpr const char* job_columns =
    "number, id, key, body_digest, recipe_digest, model, prompt, seed, width, height, seconds, upload_id, price_micros, "
    "created_ms, due_ms, is_doomed, state, error_code, error_message, output_name, output_mime, output_sha256, "
    "output_bytes, over_ms, expires_ms";

SandboxJob job_from(const Query& row) {
  SandboxJob job;
  job.number = row.number(0);
  job.id = row.text(1);
  job.key = row.text(2);
  job.body_digest = row.text(3);
  job.recipe_digest = row.text(4);
  job.model = row.text(5);
  job.prompt = row.text(6);
  job.seed = row.number(7);
  job.width = static_cast<int>(row.number(8));
  job.height = static_cast<int>(row.number(9));
  job.seconds = row.real(10);
  job.upload_id = row.text(11);
  job.price_micros = row.number(12);
  job.created_ms = row.number(13);
  job.due_ms = row.number(14);
  job.is_doomed = row.number(15) != 0;
  job.state = static_cast<SandboxJobState>(row.number(16));
  job.error_code = row.text(17);
  job.error_message = row.text(18);
  job.output_name = row.text(19);
  job.output_mime = row.text(20);
  job.output_sha256 = row.text(21);
  job.output_bytes = row.number(22);
  job.over_ms = row.number(23);
  job.expires_ms = row.number(24);
  return job;
}

}  // namespace

struct SandboxState::Parts {
  std::filesystem::path folder;
  SmallDb db;
  std::string token;

  Parts(std::filesystem::path f, SmallDb d) : folder(std::move(f)), db(std::move(d)) {}

  Result<std::optional<SandboxJob>> one_job(const std::string& where, const std::string& value) {
    Query query(db, "SELECT " + std::string(job_columns) + " FROM jobs WHERE " + where + " ORDER BY number LIMIT 1");
    query << value;
    std::optional<SandboxJob> found;
    if (query.next()) found = job_from(query);
    STUDIO_CHECK(query.outcome("read its jobs"));
    return found;
  }
};

SandboxState::SandboxState(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SandboxState::SandboxState(SandboxState&&) noexcept = default;
SandboxState::~SandboxState() = default;

Result<SandboxState> SandboxState::open(const std::filesystem::path& folder) {
  STUDIO_CHECK(make_folder(folder, true));
  STUDIO_CHECK(make_folder(folder / "uploads", true));
  STUDIO_CHECK(make_folder(folder / "outputs", true));
  STUDIO_TRY(auto db, SmallDb::open(folder / "jobs.sqlite", owner));
  STUDIO_TRY(const std::int64_t version, db.one_number("PRAGMA user_version", "open its database"));
  if (version > schema_version)
    return fail(ErrorKind::TooNew, "This sandbox folder was made by a newer version of the program; use that one.");
  if (version == 0) {
    Transaction transaction(db);
    STUDIO_CHECK(transaction.begin());
    STUDIO_CHECK(db.run(schema, "make its tables"));
    Query token(db, "INSERT INTO meta(name, value) VALUES('token', ?)");
    token << (random_hex_128() + random_hex_128());
    token.next();
    STUDIO_CHECK(token.outcome("make its token"));
    STUDIO_CHECK(db.run("PRAGMA user_version=1", "make its tables"));
    STUDIO_CHECK(transaction.commit("make its tables"));
  }
  auto parts = std::make_unique<Parts>(folder, std::move(db));
  Query token(parts->db, "SELECT value FROM meta WHERE name='token'");
  if (token.next()) parts->token = token.text(0);
  STUDIO_CHECK(token.outcome("read its token"));
  if (parts->token.size() < 32)
    return fail(ErrorKind::Damaged, "The sandbox's jobs.sqlite has lost its token; move its state folder away to start afresh.");
  return SandboxState(std::move(parts));
}

const std::string& SandboxState::token() const { return parts_->token; }
const std::filesystem::path& SandboxState::folder() const { return parts_->folder; }
std::filesystem::path SandboxState::upload_path(const std::string& upload_id) const { return parts_->folder / "uploads" / upload_id; }
std::filesystem::path SandboxState::output_path(const std::string& name) const { return parts_->folder / "outputs" / name; }

Result<void> SandboxState::add_job(SandboxJob& job) {
  SmallDb& db = parts_->db;
  Transaction transaction(db);
  STUDIO_CHECK(transaction.begin());
  {
    Query insert(db,
                 "INSERT INTO jobs(id, key, body_digest, recipe_digest, model, prompt, seed, width, height, seconds, upload_id,"
                 " price_micros, created_ms, due_ms, is_doomed) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert << job.id << job.key << job.body_digest << job.recipe_digest << job.model << job.prompt << job.seed
           << std::int64_t{job.width} << std::int64_t{job.height} << job.seconds << job.upload_id << job.price_micros
           << job.created_ms << job.due_ms << std::int64_t{job.is_doomed};
    insert.next();
    STUDIO_CHECK(insert.outcome("accept the job"));
  }
  const std::int64_t number = db.last_row();
  {
    Query insert(db, "INSERT INTO bill(job_id, key, model, amount_micros, created_ms) VALUES(?,?,?,?,?)");
    insert << job.id << job.key << job.model << job.price_micros << job.created_ms;
    insert.next();
    STUDIO_CHECK(insert.outcome("bill the job"));
  }
  STUDIO_CHECK(transaction.commit("accept the job"));
  job.number = number;
  return {};
}

Result<std::optional<SandboxJob>> SandboxState::job(const std::string& id) { return parts_->one_job("id=?", id); }
Result<std::optional<SandboxJob>> SandboxState::first_job_with_key(const std::string& key) { return parts_->one_job("key=?", key); }

Result<std::int64_t> SandboxState::count_of_recipe(const std::string& recipe_digest) {
  Query query(parts_->db, "SELECT count(*) FROM jobs WHERE recipe_digest=?");
  query << recipe_digest;
  const std::int64_t count = query.next() ? query.number(0) : 0;
  STUDIO_CHECK(query.outcome("count its jobs"));
  return count;
}

Result<std::vector<SandboxJob>> SandboxState::active_jobs() {
  Query query(parts_->db, "SELECT " + std::string(job_columns) + " FROM jobs WHERE state=0 ORDER BY number");
  std::vector<SandboxJob> jobs;
  while (query.next()) jobs.push_back(job_from(query));
  STUDIO_CHECK(query.outcome("read its jobs"));
  return jobs;
}

Result<std::vector<SandboxJob>> SandboxState::jobs_after(std::int64_t since_ms, std::int64_t after_number, int limit) {
  Query query(parts_->db, "SELECT " + std::string(job_columns) +
                                    " FROM jobs WHERE number>? AND created_ms>=? ORDER BY number LIMIT ?");
  query << after_number << since_ms << std::int64_t{limit};
  std::vector<SandboxJob> jobs;
  while (query.next()) jobs.push_back(job_from(query));
  STUDIO_CHECK(query.outcome("list its jobs"));
  return jobs;
}

Result<void> SandboxState::end_job(const SandboxJob& job) {
  SmallDb& db = parts_->db;
  Transaction transaction(db);
  STUDIO_CHECK(transaction.begin());
  {
    Query update(db,
                 "UPDATE jobs SET state=?, error_code=?, error_message=?, output_name=?, output_mime=?, output_sha256=?,"
                 " output_bytes=?, over_ms=?, expires_ms=? WHERE number=? AND state=0");
    update << static_cast<std::int64_t>(job.state) << job.error_code << job.error_message << job.output_name << job.output_mime
           << job.output_sha256 << job.output_bytes << job.over_ms << job.expires_ms << job.number;
    update.next();
    STUDIO_CHECK(update.outcome("write how a job ended"));
  }
  if (job.state != SandboxJobState::Done) {
    Query update(db, "UPDATE bill SET amount_micros=0 WHERE job_id=?");
    update << job.id;
    update.next();
    STUDIO_CHECK(update.outcome("correct the bill"));
  }
  return transaction.commit("write how a job ended");
}

Result<void> SandboxState::add_upload(const SandboxUpload& upload) {
  Query insert(parts_->db, "INSERT INTO uploads(id, sha256, mime, bytes, expires_ms) VALUES(?,?,?,?,?)");
  insert << upload.id << upload.sha256 << upload.mime << upload.bytes << upload.expires_ms;
  insert.next();
  return insert.outcome("note the upload");
}

Result<std::optional<SandboxUpload>> SandboxState::upload(const std::string& id) {
  Query query(parts_->db, "SELECT id, sha256, mime, bytes, expires_ms, is_complete FROM uploads WHERE id=?");
  query << id;
  std::optional<SandboxUpload> found;
  if (query.next()) found = SandboxUpload{query.text(0), query.text(1), query.text(2), query.number(3), query.number(4), query.number(5) != 0};
  STUDIO_CHECK(query.outcome("read its uploads"));
  return found;
}

Result<void> SandboxState::complete_upload(const std::string& id, std::int64_t expires_ms) {
  Query update(parts_->db, "UPDATE uploads SET is_complete=1, expires_ms=? WHERE id=?");
  update << expires_ms << id;
  update.next();
  return update.outcome("complete the upload");
}

Result<void> SandboxState::remove_expired(std::int64_t now_ms) {
  SmallDb& db = parts_->db;
  std::vector<std::string> uploads, outputs;
  {
    Query query(db, "SELECT id FROM uploads WHERE expires_ms<? AND id NOT IN (SELECT upload_id FROM jobs WHERE state=0)");
    query << now_ms;
    while (query.next()) uploads.push_back(query.text(0));
    STUDIO_CHECK(query.outcome("look for old uploads"));
  }
  {
    Query query(db, "SELECT output_name FROM jobs WHERE state=1 AND output_name<>'' AND expires_ms<?");
    query << now_ms;
    while (query.next()) outputs.push_back(query.text(0));
    STUDIO_CHECK(query.outcome("look for old outputs"));
  }
  std::error_code ignored;  // a file that is gone already is what we want
  for (const auto& id : uploads) {
    std::filesystem::remove(upload_path(id), ignored);
    Query forget(db, "DELETE FROM uploads WHERE id=?");
    forget << id;
    forget.next();
    STUDIO_CHECK(forget.outcome("forget an upload"));
  }
  for (const auto& name : outputs) {
    std::filesystem::remove(output_path(name), ignored);
    Query forget(db, "UPDATE jobs SET output_name='' WHERE output_name=?");
    forget << name;
    forget.next();
    STUDIO_CHECK(forget.outcome("forget an output"));
  }
  if (!uploads.empty()) log_info("sandbox: " + std::to_string(uploads.size()) + " expired uploads removed");
  return {};
}

Result<std::vector<SandboxBillLine>> read_sandbox_bill(const std::filesystem::path& folder) {
  const auto file = folder / "jobs.sqlite";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::vector<SandboxBillLine>{};
  STUDIO_TRY(auto db, SmallDb::open_beside(file, owner));
  STUDIO_TRY(const std::int64_t version, db.one_number("PRAGMA user_version", "read its bill"));
  if (version == 0) return std::vector<SandboxBillLine>{};  // a server is just making its tables
  if (version > schema_version) return fail(ErrorKind::TooNew, "This sandbox folder was made by a newer version of the program; use that one.");
  Query query(db, "SELECT key, model, amount_micros, created_ms FROM bill ORDER BY number");
  std::vector<SandboxBillLine> lines;
  while (query.next()) lines.push_back({query.text(0), query.text(1), query.number(2), query.number(3)});
  STUDIO_CHECK(query.outcome("read its bill"));
  return lines;
}

}  // namespace studio
