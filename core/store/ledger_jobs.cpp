// Jobs and attempts in the ledger.
#include <algorithm>
#include <array>

#include "store/ledger_connection.h"

namespace studio {
namespace {

constexpr std::string_view select_jobs =
    "SELECT id, kind, state, generation, variation, asset, attempt, attempts, estimate_micros, currency, cancel_wished, hold, "
    "reason, local_tries, progress, eta_secs, not_before_ms, created_ms, updated_ms, cause, refused_input, charged_micros, in_doubt_micros, priority, place, digest, "
    "iif(state = 'unknown', (SELECT told_id FROM attempt_texts WHERE attempt_texts.attempt = jobs.attempt), ''), recipe "
    "FROM jobs JOIN job_texts ON job_texts.job = id LEFT JOIN queue_ranks ON queue_ranks.job = id ";

// Ordered children of a job: column `value` of `sql` by position.
template <class Tag>
Result<void> read_list(Database& db, std::string_view sql, std::int64_t owner, std::vector<Id<Tag>>& list) {
  STUDIO_TRY(Statement statement, db.prepare(sql));
  statement.bind(owner);
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return {};
    list.push_back(statement.row().template id<Tag>());
  }
}

Result<Job> job_of(Database& db, Row row) {
  Job job;
  job.id = row.id<JobTag>();
  job.kind = row.named(job_kind_from);
  job.state = row.named(job_state_from);
  job.generation = row.id<GenerationTag>();
  job.variation = row.small();
  job.asset = row.id<AssetTag>();
  job.attempt = row.id<AttemptTag>();
  job.attempts = row.small();
  job.estimate = row.money();
  job.currency = row.named(currency_from);
  job.cancel_wished = row.flag();
  job.hold = row.flag();
  job.reason = row.text();
  job.local_tries = row.small();
  job.progress = row.real();
  job.eta_secs = row.real();
  job.not_before_ms = row.integer();
  job.created_ms = row.integer();
  job.updated_ms = row.integer();
  job.cause = row.named(job_cause_from);
  job.refused_input = row.text();
  job.charged = row.money();
  job.in_doubt = row.money();
  const std::string priority = row.text();  // NULL, so empty, where nobody chose
  if (!priority.empty()) {
    const auto known = priority_from(priority);
    if (!known) return unreadable(db, "job", job.id.value);
    job.priority = *known;
  }
  job.place = row.integer();
  job.recipe_digest = row.text();
  job.told_id = row.text();
  if (!row.is_sound()) return unreadable(db, "job", job.id.value);
  STUDIO_TRY(job.recipe, recipe_of_row(db, row.text(), "job", job.id.value));
  STUDIO_CHECK(read_list(db, "SELECT asset FROM job_parents WHERE job = ? ORDER BY position", job.id.value, job.parents));
  STUDIO_CHECK(read_list(db, "SELECT waits_for FROM job_edges WHERE job = ? ORDER BY position", job.id.value, job.waits_for));
  return job;
}

Result<void> write_lists(Database& db, JobId id, const Job& job) {
  for (std::size_t i = 0; i < job.parents.size(); ++i) {
    STUDIO_CHECK(db.run("INSERT INTO job_parents VALUES(?,?,?)", id, static_cast<std::int64_t>(i), job.parents[i]));
  }
  for (std::size_t i = 0; i < job.waits_for.size(); ++i) {
    STUDIO_CHECK(db.run("INSERT INTO job_edges VALUES(?,?,?)", id, static_cast<std::int64_t>(i), job.waits_for[i]));
  }
  return {};
}

std::string where_of(const JobFilter& filter) {
  std::string where = "WHERE 1 ";
  if (filter.only_open) where += "AND is_open = 1 ";
  if (filter.kind) where += "AND kind = '" + std::string(to_string(*filter.kind)) + "' ";
  if (!filter.states.empty()) where += "AND state IN (" + quoted_names(filter.states) + ") ";
  if (filter.generation) where += "AND generation = " + std::to_string(filter.generation->value) + " ";
  if (!filter.parents.empty()) {
    where += "AND id IN (SELECT job FROM job_parents WHERE asset IN (";
    for (std::size_t i = 0; i < filter.parents.size(); ++i) where += (i > 0 ? "," : "") + std::to_string(filter.parents[i].value);
    where += ")) ";
  }
  if (filter.asset) where += "AND asset = " + std::to_string(filter.asset->value) + " ";
  return where;
}

Error attempt_error(Error error) {
  if (error.detail.find("UNIQUE constraint failed: attempts.job") != std::string::npos) {
    error.kind = ErrorKind::Bug;
    error.message = "This job has an open attempt already; it must end before another begins.";
  }
  return error;
}

Result<void> write_attempt_lists(Database& db, AttemptId id, const Attempt& attempt) {
  // Written only where it differs: bodies may be large and most transitions leave them alone.
  STUDIO_CHECK(db.run("INSERT INTO attempt_texts VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET submit_body = excluded.submit_body, "
                      "prepare_state = excluded.prepare_state, remote_state = excluded.remote_state, detail = excluded.detail, told_id = excluded.told_id "
                      "WHERE submit_body <> excluded.submit_body OR prepare_state <> excluded.prepare_state "
                      "OR remote_state <> excluded.remote_state OR detail <> excluded.detail OR told_id <> excluded.told_id",
                      id, attempt.submit_body, attempt.prepare_state, attempt.remote_state, attempt.detail, attempt.told_id));
  STUDIO_CHECK(db.run("DELETE FROM attempt_outputs WHERE attempt = ? AND position >= ?", id,
                      static_cast<std::int64_t>(attempt.outputs.size())));
  for (std::size_t i = 0; i < attempt.outputs.size(); ++i) {
    const RemoteOutput& output = attempt.outputs[i];
    STUDIO_CHECK(db.run("INSERT INTO attempt_outputs VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET url = excluded.url, "
                        "mime = excluded.mime, sha256 = excluded.sha256, bytes = excluded.bytes, expires_ms = excluded.expires_ms",
                        id, static_cast<std::int64_t>(i), output.url, output.mime, output.sha256, output.bytes, output.expires_ms));
  }
  return {};
}

constexpr std::string_view select_attempts =
    "SELECT id, job, state, provider, account, endpoint, model, key, replay_declared, body_digest, remote_id, reserved_micros, "
    "settled_micros, currency, reason, boot_id, intent_wall_ms, intent_mono_ms, submitted_ms, next_poll_ms, polls, created_ms, "
    "submit_body, prepare_state, remote_state, detail, told_id FROM attempts JOIN attempt_texts ON attempt = id ";

Result<Attempt> attempt_of(Database& db, Row row) {
  Attempt attempt;
  attempt.id = row.id<AttemptTag>();
  attempt.job = row.id<JobTag>();
  attempt.state = row.named(attempt_state_from);
  attempt.provider = row.text();
  attempt.account = row.text();
  attempt.endpoint = row.text();
  attempt.model = row.text();
  attempt.key = row.text();
  attempt.replay_declared = row.flag();
  attempt.body_digest = row.text();
  attempt.remote_id = row.text();
  attempt.reserved = row.money();
  attempt.settled = row.money();
  attempt.currency = row.named(currency_from);
  attempt.reason = row.text();
  attempt.boot_id = row.text();
  attempt.intent_wall_ms = row.integer();
  attempt.intent_mono_ms = row.integer();
  attempt.submitted_ms = row.integer();
  attempt.next_poll_ms = row.integer();
  attempt.polls = row.integer();
  attempt.created_ms = row.integer();
  attempt.submit_body = row.text();
  attempt.prepare_state = row.text();
  attempt.remote_state = row.text();
  attempt.detail = row.text();
  attempt.told_id = row.text();
  if (!row.is_sound()) return unreadable(db, "attempt", attempt.id.value);
  STUDIO_TRY(Statement outputs, db.prepare("SELECT url, mime, sha256, bytes, expires_ms FROM attempt_outputs "
                                           "WHERE attempt = ? ORDER BY position"));
  outputs.bind(attempt.id);
  for (;;) {
    STUDIO_TRY(const bool found, outputs.step());
    if (!found) return attempt;
    Row output_row = outputs.row();
    RemoteOutput output;
    output.url = output_row.text();
    output.mime = output_row.text();
    output.sha256 = output_row.text();
    output.bytes = output_row.integer();
    output.expires_ms = output_row.integer();
    attempt.outputs.push_back(std::move(output));
  }
}

Result<std::vector<Attempt>> attempts_of_statement(Database& db, Statement statement) {
  std::vector<Attempt> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    STUDIO_TRY(Attempt attempt, attempt_of(db, statement.row()));
    all.push_back(std::move(attempt));
  }
}

}  // namespace

// --- jobs

Result<JobId> SqliteLedger::add_job(const Job& job) {
  Database& db = *connection_->db;
  STUDIO_CHECK(db.run("INSERT INTO jobs(kind, state, is_open, generation, variation, asset, attempt, attempts, estimate_micros, "
                      "currency, cancel_wished, hold, reason, local_tries, progress, eta_secs, not_before_ms, created_ms, updated_ms, "
                      "cause, refused_input, charged_micros, in_doubt_micros) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                      to_string(job.kind), to_string(job.state), !is_terminal(job.state), job.generation, job.variation, job.asset,
                      job.attempt, job.attempts, job.estimate, to_string(job.currency), job.cancel_wished, job.hold, job.reason,
                      job.local_tries, job.progress, job.eta_secs, job.not_before_ms, job.created_ms, job.updated_ms,
                      to_string(job.cause), job.refused_input, job.charged, job.in_doubt));
  const JobId id{db.last_row_id()};
  STUDIO_CHECK(db.run("INSERT INTO job_texts VALUES(?,?,?,?)", id,
                      job.recipe_digest.empty() ? recipe_digest(job.recipe) : job.recipe_digest, recipe_digest(job.recipe, false),
                      recipe_to_json(job.recipe)));
  STUDIO_CHECK(write_lists(db, id, job));
  if (job.priority != Priority::Normal || job.place != 0) STUDIO_CHECK(set_queue_rank({job.priority, job.place, id}));
  return id;
}

Result<void> SqliteLedger::save_job(const Job& job) {
  Database& db = *connection_->db;
  const std::int64_t before = db.total_changes();
  STUDIO_CHECK(db.run("UPDATE jobs SET kind=?, state=?, is_open=?, generation=?, variation=?, asset=?, attempt=?, attempts=?, "
                      "estimate_micros=?, currency=?, cancel_wished=?, hold=?, reason=?, local_tries=?, progress=?, eta_secs=?, "
                      "not_before_ms=?, created_ms=?, updated_ms=?, cause=?, refused_input=?, charged_micros=?, in_doubt_micros=? WHERE id=?",
                      to_string(job.kind), to_string(job.state), !is_terminal(job.state), job.generation, job.variation, job.asset,
                      job.attempt, job.attempts, job.estimate, to_string(job.currency), job.cancel_wished, job.hold, job.reason,
                      job.local_tries, job.progress, job.eta_secs, job.not_before_ms, job.created_ms, job.updated_ms,
                      to_string(job.cause), job.refused_input, job.charged, job.in_doubt, job.id));
  if (db.total_changes() == before) return fail(ErrorKind::NotFound, "There is no job " + to_string(job.id) + " in this project.");

  // Recipe, parents and edges hardly ever change; a transition pays only for finding that they did not.
  Job stored;
  STUDIO_TRY(Statement texts, db.prepare("SELECT recipe FROM job_texts WHERE job = ?"));
  texts.bind(job.id);
  STUDIO_TRY(const bool found, texts.step());
  const std::string recipe = recipe_to_json(job.recipe);
  if (!found || texts.row().text() != recipe) {
    STUDIO_CHECK(db.run("UPDATE job_texts SET digest=?, seedless_digest=?, recipe=? WHERE job=?", recipe_digest(job.recipe),
                        recipe_digest(job.recipe, false), recipe, job.id));
  }
  STUDIO_CHECK(read_list(db, "SELECT asset FROM job_parents WHERE job = ? ORDER BY position", job.id.value, stored.parents));
  STUDIO_CHECK(read_list(db, "SELECT waits_for FROM job_edges WHERE job = ? ORDER BY position", job.id.value, stored.waits_for));
  if (stored.parents == job.parents && stored.waits_for == job.waits_for) return {};
  STUDIO_CHECK(db.run("DELETE FROM job_parents WHERE job = ?", job.id));
  STUDIO_CHECK(db.run("DELETE FROM job_edges WHERE job = ?", job.id));
  return write_lists(db, job.id, job);
}

Result<std::optional<Job>> SqliteLedger::job(JobId id) {
  static const std::string sql = std::string(select_jobs) + "WHERE id = ?";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  statement.bind(id);
  STUDIO_TRY(const bool found, statement.step());
  if (!found) return std::nullopt;
  STUDIO_TRY(Job job, job_of(*connection_->db, statement.row()));
  return std::optional<Job>(std::move(job));
}

Result<std::vector<Job>> SqliteLedger::jobs(const JobFilter& filter) {
  STUDIO_TRY(Statement statement, connection_->db->prepare_once(std::string(select_jobs) + where_of(filter) + "ORDER BY id"));
  std::vector<Job> all;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) return all;
    STUDIO_TRY(Job job, job_of(*connection_->db, statement.row()));
    all.push_back(std::move(job));
  }
}

Result<void> SqliteLedger::set_queue_rank(const QueueRank& rank) {
  return connection_->db->run("INSERT INTO queue_ranks VALUES(?,?,?) ON CONFLICT DO UPDATE SET priority = excluded.priority, place = excluded.place",
                              rank.job, to_string(rank.priority), rank.place);
}

Result<std::vector<QueueRank>> SqliteLedger::queue_line() {
  static const std::string sql = "SELECT id, coalesce(priority, 'normal'), coalesce(place, 0) FROM jobs LEFT JOIN queue_ranks ON job = id "
                                 "WHERE is_open = 1 AND kind = 'generate' AND state IN (" +
                                 quoted_names(std::array{JobState::Waiting, JobState::Queued, JobState::Blocked}) + ")";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  std::vector<QueueRank> line;
  for (;;) {
    STUDIO_TRY(const bool found, statement.step());
    if (!found) break;
    Row row = statement.row();
    const JobId id = row.id<JobTag>();
    const Priority priority = row.named(priority_from);
    const std::int64_t place = row.integer();
    if (!row.is_sound()) return unreadable(*connection_->db, "job", id.value);
    line.push_back(rank_of(id, priority, place));
  }
  std::sort(line.begin(), line.end());
  return line;
}

Result<std::int64_t> SqliteLedger::job_count(const JobFilter& filter) {
  STUDIO_TRY(Statement statement, connection_->db->prepare_once("SELECT count(*) FROM jobs " + where_of(filter)));
  STUDIO_TRY(const bool found, statement.step());
  return found ? statement.row().integer() : 0;
}

// --- attempts

Result<AttemptId> SqliteLedger::add_attempt(const Attempt& attempt) {
  Database& db = *connection_->db;
  const auto added = db.run(
      "INSERT INTO attempts(job, state, is_open, provider, account, endpoint, model, key, replay_declared, body_digest, remote_id, "
      "reserved_micros, settled_micros, currency, reason, boot_id, intent_wall_ms, intent_mono_ms, submitted_ms, next_poll_ms, polls, "
      "created_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      attempt.job, to_string(attempt.state), is_open(attempt.state), attempt.provider, attempt.account, attempt.endpoint, attempt.model,
      attempt.key, attempt.replay_declared, attempt.body_digest, attempt.remote_id, attempt.reserved, attempt.settled,
      to_string(attempt.currency), attempt.reason, attempt.boot_id, attempt.intent_wall_ms, attempt.intent_mono_ms,
      attempt.submitted_ms, attempt.next_poll_ms, attempt.polls, attempt.created_ms);
  if (!added) return fail(attempt_error(added.error()));
  const AttemptId id{db.last_row_id()};
  STUDIO_CHECK(write_attempt_lists(db, id, attempt));
  return id;
}

Result<void> SqliteLedger::save_attempt(const Attempt& attempt) {
  Database& db = *connection_->db;
  const std::int64_t before = db.total_changes();
  const auto saved = db.run(
      "UPDATE attempts SET job=?, state=?, is_open=?, provider=?, account=?, endpoint=?, model=?, key=?, replay_declared=?, "
      "body_digest=?, remote_id=?, reserved_micros=?, settled_micros=?, currency=?, reason=?, boot_id=?, intent_wall_ms=?, "
      "intent_mono_ms=?, submitted_ms=?, next_poll_ms=?, polls=?, created_ms=? WHERE id=?",
      attempt.job, to_string(attempt.state), is_open(attempt.state), attempt.provider, attempt.account, attempt.endpoint, attempt.model,
      attempt.key, attempt.replay_declared, attempt.body_digest, attempt.remote_id, attempt.reserved, attempt.settled,
      to_string(attempt.currency), attempt.reason, attempt.boot_id, attempt.intent_wall_ms, attempt.intent_mono_ms,
      attempt.submitted_ms, attempt.next_poll_ms, attempt.polls, attempt.created_ms, attempt.id);
  if (!saved) return fail(attempt_error(saved.error()));
  if (db.total_changes() == before) {
    return fail(ErrorKind::NotFound, "There is no attempt " + to_string(attempt.id) + " in this project.");
  }
  return write_attempt_lists(db, attempt.id, attempt);
}

Result<std::optional<Attempt>> SqliteLedger::attempt(AttemptId id) {
  static const std::string sql = std::string(select_attempts) + "WHERE id = ?";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  statement.bind(id);
  STUDIO_TRY(const bool found, statement.step());
  if (!found) return std::nullopt;
  STUDIO_TRY(Attempt attempt, attempt_of(*connection_->db, statement.row()));
  return std::optional<Attempt>(std::move(attempt));
}

Result<std::vector<Attempt>> SqliteLedger::open_attempts() {
  static const std::string sql = std::string(select_attempts) + "WHERE is_open = 1 ORDER BY id";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  return attempts_of_statement(*connection_->db, std::move(statement));
}

Result<std::vector<Attempt>> SqliteLedger::attempts_of(JobId job) {
  static const std::string sql = std::string(select_attempts) + "WHERE job = ? ORDER BY id";
  STUDIO_TRY(Statement statement, connection_->db->prepare(sql));
  statement.bind(job);
  return attempts_of_statement(*connection_->db, std::move(statement));
}

Result<std::optional<AttemptId>> SqliteLedger::attempt_with_remote_id(std::string_view endpoint, std::string_view remote_id) {
  STUDIO_TRY(Statement statement, connection_->db->prepare("SELECT id FROM attempts WHERE endpoint = ? AND remote_id = ? "
                                                           "AND remote_id <> '' ORDER BY id LIMIT 1"));
  statement.bind(endpoint, remote_id);
  STUDIO_TRY(const bool found, statement.step());
  if (!found) return std::nullopt;
  return statement.row().id<AttemptTag>();
}

}  // namespace studio
