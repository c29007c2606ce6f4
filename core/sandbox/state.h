// The server's durable memory: jobs, uploads and the bill in jobs.sqlite (WAL, synchronous FULL), the token beside them.
// One connection, no locking of its own: the board that owns it calls it under its mutex. Times are wall ms since 1970.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace studio {

enum class SandboxJobState : std::uint8_t { Active, Done, Failed, Cancelled };

struct SandboxJob {
  std::int64_t number = 0;  // order of acceptance
  std::string id;           // "s_…"
  std::string key;
  std::string body_digest;    // of the request as it came: the same key must bring the same body
  std::string recipe_digest;  // the same with the upload's bytes in place of its name: equal work, whoever asked
  std::string model, prompt;
  std::int64_t seed = 0;
  int width = 0, height = 0;
  double seconds = 0;
  std::string upload_id;  // clips only
  std::int64_t price_micros = 0;
  std::int64_t created_ms = 0;
  std::int64_t due_ms = 0;   // not done earlier
  bool is_doomed = false;    // drawn at acceptance: fails when due
  SandboxJobState state = SandboxJobState::Active;
  std::string error_code, error_message;
  std::string output_name, output_mime, output_sha256;  // file name below outputs/
  std::int64_t output_bytes = 0;
  std::int64_t over_ms = 0;
  std::int64_t expires_ms = 0;  // of the output
};

struct SandboxUpload {
  std::string id;  // "u_…"
  std::string sha256, mime;
  std::int64_t bytes = 0;
  std::int64_t expires_ms = 0;
  bool is_complete = false;
};

struct SandboxBillLine {
  std::string key, model;
  std::int64_t amount_micros = 0;
  std::int64_t created_ms = 0;
};

class SandboxState {
 public:
  // Makes the folder and the database when missing; errors: Disk, Damaged, TooNew.
  static Result<SandboxState> open(const std::filesystem::path& folder);
  SandboxState(SandboxState&&) noexcept;
  ~SandboxState();

  const std::string& token() const;  // drawn once for a folder
  const std::filesystem::path& folder() const;
  std::filesystem::path upload_path(const std::string& upload_id) const;
  std::filesystem::path output_path(const std::string& name) const;

  // Job and bill line in one transaction; on disk when it returns. Sets `job.number`.
  Result<void> add_job(SandboxJob& job);
  Result<std::optional<SandboxJob>> job(const std::string& id);
  Result<std::optional<SandboxJob>> first_job_with_key(const std::string& key);
  Result<std::int64_t> count_of_recipe(const std::string& recipe_digest);
  Result<std::vector<SandboxJob>> active_jobs();  // oldest first
  Result<std::vector<SandboxJob>> jobs_after(std::int64_t since_ms, std::int64_t after_number, int limit);
  // Writes how a job ended; its bill line becomes 0 unless it is done.
  Result<void> end_job(const SandboxJob& job);

  Result<void> add_upload(const SandboxUpload& upload);
  Result<std::optional<SandboxUpload>> upload(const std::string& id);
  Result<void> complete_upload(const std::string& id, std::int64_t expires_ms);
  // Forgets expired uploads that no active job needs and removes files whose time is over.
  Result<void> remove_expired(std::int64_t now_ms);

 private:
  struct Parts;
  explicit SandboxState(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Reads the bill of a folder beside a running server or none; no file there means no lines.
Result<std::vector<SandboxBillLine>> read_sandbox_bill(const std::filesystem::path& folder);

}  // namespace studio
