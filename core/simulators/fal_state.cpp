#include "simulators/fal_state.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "sandbox/small_db.h"

namespace studio::simulators {
namespace {

constexpr int schema_version = 1;
constexpr const char* owner = "The simulator";

constexpr const char* schema = R"(
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs(
  number INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, endpoint TEXT NOT NULL, input TEXT NOT NULL,
  created_ms INTEGER NOT NULL, is_low_priority INTEGER NOT NULL, start_limit_secs REAL NOT NULL, file_life_secs REAL NOT NULL,
  keeps_payload INTEGER NOT NULL, outcome TEXT NOT NULL, unit_price_micros INTEGER NOT NULL, bill_factor REAL NOT NULL,
  is_over INTEGER NOT NULL DEFAULT 0, started_ms INTEGER NOT NULL DEFAULT 0, ended_ms INTEGER NOT NULL DEFAULT 0,
  http_status INTEGER NOT NULL DEFAULT 0, result TEXT NOT NULL DEFAULT '', headers TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '', error_type TEXT NOT NULL DEFAULT '', is_cancelled INTEGER NOT NULL DEFAULT 0,
  units REAL NOT NULL DEFAULT 0);
CREATE INDEX jobs_unfinished ON jobs(number) WHERE is_over = 0;
CREATE INDEX jobs_by_endpoint ON jobs(endpoint, created_ms);
CREATE TABLE files(
  id TEXT PRIMARY KEY, kind INTEGER NOT NULL, content_type TEXT NOT NULL, file_name TEXT NOT NULL, bytes INTEGER NOT NULL,
  created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, is_complete INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE bill(
  number INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, endpoint TEXT NOT NULL, unit TEXT NOT NULL, units REAL NOT NULL,
  unit_price_micros INTEGER NOT NULL, amount_micros INTEGER NOT NULL, currency TEXT NOT NULL, created_ms INTEGER NOT NULL,
  state INTEGER NOT NULL);
)";

constexpr const char* job_columns =
    "number, request_id, endpoint, input, created_ms, is_low_priority, start_limit_secs, file_life_secs, keeps_payload, outcome, "
    "is_over, started_ms, ended_ms, http_status, result, headers, error, error_type, is_cancelled, units, "
    "unit_price_micros, bill_factor";

FalJob job_from(const Query& row) {
  FalJob job;
  job.number = row.number(0);
  job.request_id = row.text(1);
  job.endpoint = row.text(2);
  job.input = row.text(3);
  job.created_ms = row.number(4);
  job.is_low_priority = row.number(5) != 0;
  job.start_limit_secs = row.real(6);
  job.file_life_secs = row.real(7);
  job.keeps_payload = row.number(8) != 0;
  job.outcome = row.text(9);
  job.is_over = row.number(10) != 0;
  job.started_ms = row.number(11);
  job.ended_ms = row.number(12);
  job.http_status = static_cast<int>(row.number(13));
  job.result = row.text(14);
  job.headers = row.text(15);
  job.error = row.text(16);
  job.error_type = row.text(17);
  job.is_cancelled = row.number(18) != 0;
  job.units = row.real(19);
  job.unit_price_micros = row.number(20);
  job.bill_factor = row.real(21);
  return job;
}

Result<std::vector<FalBillLine>> bill_of(SmallDb& db) {
  Query query(db, "SELECT request_id, endpoint, unit, units, unit_price_micros, amount_micros, currency, created_ms, state FROM bill ORDER BY number");
  std::vector<FalBillLine> lines;
  while (query.next())
    lines.push_back({query.text(0), query.text(1), query.text(2), query.real(3), query.number(4), query.number(5), query.text(6),
                     query.number(7), static_cast<FalBilling>(query.number(8))});
  STUDIO_CHECK(query.outcome("read its bill"));
  return lines;
}

Result<void> insert_file(SmallDb& db, const FalFile& file) {
  Query insert(db, "INSERT INTO files(id, kind, content_type, file_name, bytes, created_ms, expires_ms, is_complete) VALUES(?,?,?,?,?,?,?,?)");
  insert << file.id << static_cast<std::int64_t>(file.kind) << file.content_type << file.file_name << file.bytes << file.created_ms
         << file.expires_ms << std::int64_t{file.is_complete};
  insert.next();
  return insert.outcome("note a file");
}

}  // namespace

struct FalState::Parts {
  std::filesystem::path folder;
  SmallDb db;
  std::string key, control_token, salt;

  Parts(std::filesystem::path f, SmallDb d) : folder(std::move(f)), db(std::move(d)) {}

  Result<std::string> meta(const std::string& name) {
    Query query(db, "SELECT value FROM meta WHERE name=?");
    query << name;
    std::string value = query.next() ? query.text(0) : std::string();
    STUDIO_CHECK(query.outcome("read its keys"));
    return value;
  }
  Result<void> set_meta(const std::string& name, const std::string& value) {
    Query put(db, "INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)");
    put << name << value;
    put.next();
    return put.outcome("keep its keys");
  }
  Result<void> make_tables() {
    Transaction transaction(db);
    STUDIO_CHECK(transaction.begin());
    STUDIO_CHECK(db.run(schema, "make its tables"));
    const std::string id = random_hex_128();
    STUDIO_CHECK(set_meta("key", id.substr(0, 8) + "-" + id.substr(8, 4) + ":" + random_hex_128()));
    STUDIO_CHECK(set_meta("control_token", random_hex_128() + random_hex_128()));
    STUDIO_CHECK(set_meta("salt", random_hex_128()));
    STUDIO_CHECK(db.run("PRAGMA user_version=1", "make its tables"));
    return transaction.commit("make its tables");
  }
};

FalState::FalState(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
FalState::FalState(FalState&&) noexcept = default;
FalState::~FalState() = default;

Result<FalState> FalState::open(const std::filesystem::path& folder, const std::string& key) {
  STUDIO_CHECK(make_folder(folder, true));
  STUDIO_CHECK(make_folder(folder / "files", true));
  STUDIO_TRY(auto db, SmallDb::open(folder / "jobs.sqlite", owner));
  STUDIO_TRY(const std::int64_t version, db.one_number("PRAGMA user_version", "open its database"));
  if (version > schema_version) return fail(ErrorKind::TooNew, "This simulator's folder was made by a newer version of the program; use that one.");
  auto parts = std::make_unique<Parts>(folder, std::move(db));
  if (version == 0) STUDIO_CHECK(parts->make_tables());
  if (!key.empty()) STUDIO_CHECK(parts->set_meta("key", key));
  STUDIO_TRY(parts->key, parts->meta("key"));
  STUDIO_TRY(parts->control_token, parts->meta("control_token"));
  STUDIO_TRY(parts->salt, parts->meta("salt"));
  if (parts->key.empty() || parts->control_token.empty())
    return fail(ErrorKind::Damaged, "The simulator's jobs.sqlite has lost its keys; move its state folder away to start afresh.");
  return FalState(std::move(parts));
}

const std::string& FalState::key() const { return parts_->key; }
const std::string& FalState::control_token() const { return parts_->control_token; }
const std::string& FalState::salt() const { return parts_->salt; }
std::filesystem::path FalState::file_path(const std::string& id) const { return parts_->folder / "files" / id; }

Result<void> FalState::add_job(FalJob& job, FalBillLine line) {
  SmallDb& db = parts_->db;
  Transaction transaction(db);
  STUDIO_CHECK(transaction.begin());
  STUDIO_TRY(job.number, db.one_number("SELECT coalesce(max(number), 0) + 1 FROM jobs", "accept the job"));
  job.request_id = fal_request_id(parts_->salt, job.number);
  {
    Query insert(db,
                 "INSERT INTO jobs(number, request_id, endpoint, input, created_ms, is_low_priority, start_limit_secs, file_life_secs,"
                 " keeps_payload, outcome, unit_price_micros, bill_factor) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
    insert << job.number << job.request_id << job.endpoint << job.input << job.created_ms << std::int64_t{job.is_low_priority}
           << job.start_limit_secs << job.file_life_secs << std::int64_t{job.keeps_payload} << job.outcome << job.unit_price_micros << job.bill_factor;
    insert.next();
    STUDIO_CHECK(insert.outcome("accept the job"));
  }
  {
    Query insert(db,
                 "INSERT INTO bill(number, request_id, endpoint, unit, units, unit_price_micros, amount_micros, currency, created_ms, state)"
                 " VALUES(?,?,?,?,?,?,?,?,?,?)");
    insert << job.number << job.request_id << job.endpoint << line.unit << line.units << line.unit_price_micros << line.amount_micros
           << line.currency << job.created_ms << static_cast<std::int64_t>(line.state);
    insert.next();
    STUDIO_CHECK(insert.outcome("bill the job"));
  }
  return transaction.commit("accept the job");
}

Result<std::optional<FalJob>> FalState::job(const std::string& request_id) {
  Query query(parts_->db, "SELECT " + std::string(job_columns) + " FROM jobs WHERE request_id=?");
  query << request_id;
  std::optional<FalJob> found;
  if (query.next()) found = job_from(query);
  STUDIO_CHECK(query.outcome("read its jobs"));
  return found;
}

Result<std::vector<FalJob>> FalState::unfinished_jobs() {
  Query query(parts_->db, "SELECT " + std::string(job_columns) + " FROM jobs WHERE is_over=0 ORDER BY number");
  std::vector<FalJob> jobs;
  while (query.next()) jobs.push_back(job_from(query));
  STUDIO_CHECK(query.outcome("read its jobs"));
  return jobs;
}

Result<std::vector<FalJob>> FalState::list(const FalListing& listing) {
  std::string marks;
  for (std::size_t i = 0; i < listing.endpoints.size(); ++i) marks += i == 0 ? "?" : ",?";
  const bool any_status = listing.highest_status == 0;
  Query query(parts_->db, "SELECT " + std::string(job_columns) + " FROM jobs WHERE endpoint IN (" + marks +
                              ") AND created_ms>=? AND created_ms<? AND (?='' OR request_id=?) AND (?<>0 OR http_status BETWEEN ? AND ?) AND is_over>=?"
                              " ORDER BY " + (listing.by_duration ? "ended_ms-created_ms DESC, number" : "is_over, ended_ms DESC, number DESC") +
                              " LIMIT ? OFFSET ?");
  for (const auto& endpoint : listing.endpoints) query << endpoint;
  query << listing.start_ms << listing.end_ms << listing.request_id << listing.request_id << std::int64_t{any_status}
        << std::int64_t{listing.lowest_status} << std::int64_t{listing.highest_status} << std::int64_t{listing.only_finished}
        << std::int64_t{listing.limit} << std::int64_t{listing.offset};
  std::vector<FalJob> jobs;
  while (query.next()) jobs.push_back(job_from(query));
  STUDIO_CHECK(query.outcome("list its jobs"));
  return jobs;
}

Result<void> FalState::end_job(const FalJob& job, const std::vector<FalFile>& files, FalBilling billing, double units, std::int64_t amount_micros) {
  SmallDb& db = parts_->db;
  Transaction transaction(db);
  STUDIO_CHECK(transaction.begin());
  {
    Query update(db,
                 "UPDATE jobs SET is_over=1, started_ms=?, ended_ms=?, http_status=?, result=?, headers=?, error=?, error_type=?,"
                 " is_cancelled=?, units=? WHERE number=? AND is_over=0");
    update << job.started_ms << job.ended_ms << std::int64_t{job.http_status} << job.result << job.headers << job.error << job.error_type
           << std::int64_t{job.is_cancelled} << units << job.number;
    update.next();
    STUDIO_CHECK(update.outcome("write how a job ended"));
  }
  for (const auto& file : files) STUDIO_CHECK(insert_file(db, file));
  {
    Query update(db, "UPDATE bill SET state=?, units=?, amount_micros=? WHERE number=?");
    update << static_cast<std::int64_t>(billing) << units << amount_micros << job.number;
    update.next();
    STUDIO_CHECK(update.outcome("correct the bill"));
  }
  return transaction.commit("write how a job ended");
}

Result<void> FalState::add_file(const FalFile& file) { return insert_file(parts_->db, file); }

Result<std::optional<FalFile>> FalState::file(const std::string& id) {
  Query query(parts_->db, "SELECT id, kind, content_type, file_name, bytes, created_ms, expires_ms, is_complete FROM files WHERE id=?");
  query << id;
  std::optional<FalFile> found;
  if (query.next())
    found = FalFile{query.text(0), static_cast<FalFileKind>(query.number(1)), query.text(2), query.text(3), query.number(4), query.number(5),
                    query.number(6), query.number(7) != 0};
  STUDIO_CHECK(query.outcome("read its files"));
  return found;
}

Result<void> FalState::complete_file(const std::string& id, std::int64_t bytes) {
  Query update(parts_->db, "UPDATE files SET is_complete=1, bytes=? WHERE id=?");
  update << bytes << id;
  update.next();
  return update.outcome("take an upload");
}

Result<std::vector<FalBillLine>> FalState::bill() { return bill_of(parts_->db); }

Result<std::vector<FalBillLine>> read_fal_bill(const std::filesystem::path& folder) {
  const auto file = folder / "jobs.sqlite";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::vector<FalBillLine>{};
  STUDIO_TRY(auto db, SmallDb::open_beside(file, owner));
  STUDIO_TRY(const std::int64_t version, db.one_number("PRAGMA user_version", "read its bill"));
  if (version == 0) return std::vector<FalBillLine>{};  // a simulator is just making its tables
  if (version > schema_version) return fail(ErrorKind::TooNew, "This simulator's folder was made by a newer version of the program; use that one.");
  return bill_of(db);
}

std::string_view to_string(FalBilling state) {
  switch (state) {
    case FalBilling::Pending: return "pending";
    case FalBilling::Billed: return "billed";
    case FalBilling::Refunded: return "refunded";
  }
  return "";
}

nlohmann::ordered_json to_json(const FalBillLine& line) {
  return {{"request_id", line.request_id}, {"endpoint", line.endpoint}, {"unit", line.unit}, {"units", line.units},
          {"unit_price", static_cast<double>(line.unit_price_micros) / 1e6}, {"amount", static_cast<double>(line.amount_micros) / 1e6},
          {"amount_micros", line.amount_micros}, {"currency", line.currency}, {"created", iso_utc(line.created_ms)}, {"state", to_string(line.state)}};
}

std::string fal_request_id(const std::string& salt, std::int64_t number) {
  std::string hex = sha256_hex(salt + "/" + std::to_string(number)).substr(0, 32);
  hex[12] = '4';  // a random UUID, RFC 9562
  hex[16] = "89ab"[hex[16] % 4];
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace studio::simulators
