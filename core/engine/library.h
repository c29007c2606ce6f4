// The read model: what the project holds, as columns for fast panels. Only the UI thread changes it, between frames.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/needs.h"
#include "model/asset.h"
#include "model/job.h"

namespace studio {

// One item is one place in the gallery: a generate job and, once it arrived, its asset; or an imported asset.
// Rows are appended and never move; `row` numbers are stable while the project is open.
using Row = std::uint32_t;
inline constexpr Row no_row = ~Row{0};

// The hot column: everything a tile needs each frame, 96 bytes.
struct Item {
  JobId job;                // none for imports
  AssetId asset;            // none until it arrived
  GenerationId generation;  // none for imports
  AssetId parent;           // the image a video was made from
  std::int64_t created_ms = 0;
  std::int64_t started_ms = 0;  // when it began to run here; 0: not yet
  MediaKind kind = MediaKind::Image;
  JobState state = JobState::Queued;  // Done for imports
  AssetState asset_state = AssetState::Done;
  Mark mark = Mark::None;
  std::uint8_t stars = 0;
  std::uint8_t variation = 0;
  bool has_poster = false;
  bool in_trash = false;
  Currency currency = Currency::Usd;
  JobCause cause = JobCause::None;
  Priority priority = Priority::Normal;
  bool hold = false;  // a person has settled it: written off, or dismissed after it failed
  bool in_doubt = false;  // money is reserved for what is over, until a person says whether it was charged
  int width = 0, height = 0;  // of the asset, else as asked for
  float seconds = 0;          // of a clip
  float progress = -1;        // 0…1; below 0: not known
  float eta_secs = 0;
  Money cost;                 // settled, else the estimate
};

// The cold columns.
struct ItemText {
  std::string sha256;  // of the blob; empty until it arrived
  std::string reason;  // why it is where it is
  std::vector<AssetId> earlier;  // in whose place it comes, or came
  std::string told_id;  // of a job of unknown outcome: the id that its unclear answer named
  std::shared_ptr<const Recipe> recipe;
  std::string source_name;
  std::int64_t bytes = 0;  // of the blob
  std::string extension;   // of the file, such as "png"; empty until it arrived
  std::int64_t place = 0;  // of a job, in line; with its priority and number that makes its rank
  Money charged;           // by the attempts of a job so far, whatever came of them
};

// What items cost together, in both purses.
struct PurseSum {
  Money usd, play;

  void add(const Item& item, int sign = 1) { (item.currency == Currency::Play ? play : usd).micros += sign * item.cost.micros; }
  std::string words() const;  // "$0.12 + $0.04 play"; empty: nothing
};

// Where an asset lies outside the project.
struct RemoteCopy {
  std::string target;           // "provider", or the name of a storage target
  std::string address;
  std::int64_t expires_ms = 0;  // wall time; 0: lasting
};

// Of a result that is being brought home.
struct Download {
  std::int64_t bytes = 0, of_bytes = 0;  // of 0: not known
  std::int64_t expires_ms = 0;           // wall time at which its address ends; 0: not said
};

struct Library {
  std::vector<Item> items;
  std::vector<ItemText> texts;
  std::vector<PosterHint> hints;  // what stands in the place of each poster until it is read
  std::unordered_map<AssetId, Row> by_asset;
  std::unordered_map<JobId, Row> by_job;
  std::unordered_map<AssetId, std::vector<Row>> children;  // videos of an image, oldest first
  std::unordered_map<AssetId, std::vector<Row>> versions;  // what came in the place of an asset, or is to: engine/versions.h
  std::unordered_map<AssetId, RemoteCopy> copies;          // the best one: lasting before expiring
  std::unordered_map<JobId, Download> downloads;           // of jobs in Fetching
  std::vector<Generation> generations;                     // oldest first
  std::unordered_map<GenerationId, std::vector<Row>> of_generation;  // in variation order
  NeedBoard needs;                                         // what needs a person, one card per cause
  PurseSum bulk_retry;                                     // what is_in_bulk_retry() says yes to would cost again
  std::uint64_t revision = 1;       // any change
  std::uint64_t line_revision = 1;  // the order of those that wait, or what one of them shall make, was changed by hand
  std::uint64_t rows_revision = 1;  // rows were added, or a mark or state changed: what lists are cached by

  Row row_of(AssetId id) const;
  Row row_of(JobId id) const;
  QueueRank rank_of(Row row) const;  // of a job: its turn among those that wait

  // Folding of facts; each bumps the revisions.
  void fold(const Generation& generation);
  void fold(const Job& job);
  void fold(const Asset& asset);
  void fold(const QueueRank& rank);
  void fold_poster(AssetId asset);
  void fold_hint(AssetId asset, const PosterHint& hint);
  void fold_copy(AssetId asset, RemoteCopy copy);
  void fold_download(JobId job, Download download);
  void set_mark(AssetId asset, Mark mark, int stars);
  void set_trashed(AssetId asset, bool in_trash);
  void set_parents(AssetId asset, const Recipe& recipe, const std::vector<AssetId>& parents);
};

// Counts for the status bar and the queue, kept while folding would be wrong for 100k rows only if recomputed a frame:
// cache it by Library::rows_revision.
struct QueueCounts {
  int waiting = 0, running = 0, done = 0, failed = 0, need_person = 0;
};
QueueCounts count_queue(const Library& library);

// What a bulk retry means. What a person has settled by hand stays settled; where the same again cannot help it is not paid for
// again.
bool is_in_bulk_retry(const Item& item);

// What lies in the trash. Looks at everything: not for every frame.
struct TrashCounts {
  int assets = 0;
  std::int64_t bytes = 0;
};
TrashCounts count_trash(const Library& library);

}  // namespace studio
