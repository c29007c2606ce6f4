// The simulator's durable memory: jobs, files and the bill in jobs.sqlite (every commit on disk), key and tokens beside them.
// One connection, no locking of its own: the board calls it under its mutex. Times are wall ms since 1970, money is in millionths
// of a dollar.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace studio::simulators {

struct FalJob {
  std::int64_t number = 0;  // order of acceptance
  std::string request_id;
  std::string endpoint;
  std::string input;               // the body as it came
  std::int64_t created_ms = 0;
  bool is_low_priority = false;
  double start_limit_secs = 0;     // X-Fal-Request-Timeout; 0: none
  double file_life_secs = -1;      // lifecycle of the output; negative: the settings'
  bool keeps_payload = true;       // X-Fal-Store-IO, and not sync_mode
  std::string outcome;             // JSON of fal_outcome.h; empty: as usual
  std::int64_t unit_price_micros = 0;  // as it was told when the job was accepted
  double bill_factor = 1;          // what is billed for it is that much more

  bool is_over = false;
  std::int64_t started_ms = 0;     // 0: it never started
  std::int64_t ended_ms = 0;
  int http_status = 0;             // of the answer at response_url
  std::string result;              // JSON: its body; pictures and clips by file id, see fal_board
  std::string headers;             // JSON object: of that answer
  std::string error, error_type;   // of the status answer, when it failed
  bool is_cancelled = false;
  double units = 0;
};

enum class FalFileKind : std::uint8_t { Upload, Output };

struct FalFile {
  std::string id;    // also the last part of its address, with an extension
  FalFileKind kind = FalFileKind::Upload;
  std::string content_type, file_name;
  std::int64_t bytes = 0;
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;  // 0: never
  bool is_complete = false;
};

enum class FalBilling : std::uint8_t { Pending, Billed, Refunded };

// One per accepted job, from the moment of its acceptance.
struct FalBillLine {
  std::string request_id, endpoint, unit;
  double units = 0;
  std::int64_t unit_price_micros = 0, amount_micros = 0;  // amount: 0 once refunded
  std::string currency = "USD";
  std::int64_t created_ms = 0;
  FalBilling state = FalBilling::Pending;
};

// Which jobs a list holds: unfinished ones first, then by their end, newest first.
struct FalListing {
  std::vector<std::string> endpoints;  // at least one
  std::int64_t start_ms = 0, end_ms = 0;  // of the acceptance; the end is not part of it
  std::string request_id;              // empty: any
  int lowest_status = 0, highest_status = 0;  // of the result; 0 and 0: any, unfinished too
  bool only_finished = false;
  bool by_duration = false;            // longest first
  int limit = 50, offset = 0;
};

class FalState {
 public:
  // Makes folder and database when missing. A key that is not empty is the accepted one from now on; else it is the one that
  // the folder has, made at its first start. Errors: Disk, Damaged, TooNew.
  static Result<FalState> open(const std::filesystem::path& folder, const std::string& key);
  FalState(FalState&&) noexcept;
  ~FalState();

  const std::string& key() const;            // "id:secret"
  const std::string& control_token() const;
  const std::string& salt() const;           // of ids, drawn once for a folder
  std::filesystem::path file_path(const std::string& id) const;

  // Job and bill line in one transaction; on disk when it returns. Sets `job.number`; the id is drawn by it.
  Result<void> add_job(FalJob& job, FalBillLine line);
  Result<std::optional<FalJob>> job(const std::string& request_id);
  Result<std::vector<FalJob>> unfinished_jobs();  // oldest first
  Result<std::vector<FalJob>> list(const FalListing& listing);
  // How it ended, with its files and its line of the bill (amount and state).
  Result<void> end_job(const FalJob& job, const std::vector<FalFile>& files, FalBilling billing, double units, std::int64_t amount_micros);

  Result<void> add_file(const FalFile& file);
  Result<std::optional<FalFile>> file(const std::string& id);
  Result<void> complete_file(const std::string& id, std::int64_t bytes);

  Result<std::vector<FalBillLine>> bill();

 private:
  struct Parts;
  explicit FalState(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Reads the bill of a folder beside a running simulator or none; no file there means no lines.
Result<std::vector<FalBillLine>> read_fal_bill(const std::filesystem::path& folder);

std::string_view to_string(FalBilling state);
nlohmann::ordered_json to_json(const FalBillLine& line);

// A request id as the service makes them (a UUID), by number: the same folder and number give the same id.
std::string fal_request_id(const std::string& salt, std::int64_t number);

}  // namespace studio::simulators
