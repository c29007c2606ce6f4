#include "engine/library.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace studio {

Row Library::row_of(AssetId id) const {
  const auto found = by_asset.find(id);
  return found == by_asset.end() ? no_row : found->second;
}

Row Library::row_of(JobId id) const {
  const auto found = by_job.find(id);
  return found == by_job.end() ? no_row : found->second;
}

namespace {

Row add_row(Library& library) {
  library.items.emplace_back();
  library.texts.emplace_back();
  library.hints.emplace_back();
  return static_cast<Row>(library.items.size() - 1);
}

// Keeps a generation's rows in variation order, once each. They mostly come in that order already, and an import may have a
// hundred thousand: so it is looked for from the end.
void set_generation(Library& library, Row row, GenerationId generation, int variation) {
  Item& item = library.items[row];
  item.variation = static_cast<std::uint8_t>(std::clamp(variation, 0, 255));
  if (std::exchange(item.generation, generation).valid() || !generation.valid()) return;
  auto& rows = library.of_generation[generation];
  auto place = rows.end();
  while (place != rows.begin() && library.items[*std::prev(place)].variation > item.variation) --place;
  rows.insert(place, row);
}

void place_under_parent(Library& library, Row row) {
  const Item& item = library.items[row];
  if (item.kind != MediaKind::Video || !item.parent.valid()) return;
  auto& rows = library.children[item.parent];
  if (std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(row);
}

// What it is made from, and in whose place it comes: facts of a row's job and of its asset alike.
void place_among_parents(Library& library, Row row, const Recipe& recipe, const std::vector<AssetId>& parents) {
  const auto from = made_from(recipe, parents);
  if (!from.empty()) library.items[row].parent = from.front();
  const auto earlier = earlier_versions(recipe, parents);
  std::vector<AssetId>& known = library.texts[row].earlier;
  for (const AssetId gone : known) {
    if (std::find(earlier.begin(), earlier.end(), gone) != earlier.end()) continue;
    auto& versions = library.versions[gone];
    std::erase(versions, row);
    if (versions.empty()) library.versions.erase(gone);
  }
  known.assign(earlier.begin(), earlier.end());
  for (const AssetId id : known) {
    auto& versions = library.versions[id];
    if (std::find(versions.begin(), versions.end(), row) == versions.end()) versions.push_back(row);
  }
  place_under_parent(library, row);
}

}  // namespace

void Library::fold(const Generation& generation) {
  const auto known = std::find_if(generations.rbegin(), generations.rend(), [&](const Generation& g) { return g.id == generation.id; });
  if (known != generations.rend()) *known = generation;
  else generations.push_back(generation);
  ++revision;
  ++rows_revision;
}

void Library::fold(const Job& job) {
  if (job.kind != JobKind::Generate) return;
  needs.note(job);
  Row row = row_of(job.id);
  const bool is_new = row == no_row;
  if (is_new) {
    row = job.asset.valid() ? row_of(job.asset) : no_row;
    if (row == no_row) row = add_row(*this);
    by_job[job.id] = row;
  }
  Item& item = items[row];
  ItemText& text = texts[row];
  const bool is_other = item.state != job.state || item.cause != job.cause || item.hold != job.hold || item.in_doubt != (job.in_doubt.micros > 0);
  const bool is_reranked = !is_new && (item.priority != job.priority || text.place != job.place);
  if (!is_new && is_in_bulk_retry(item)) bulk_retry.add(item, -1);
  const bool is_edited = !is_new && !item.asset.valid() && text.recipe && *text.recipe != job.recipe;
  if (is_new || is_other || is_reranked || is_edited) ++rows_revision;
  if (is_reranked || is_edited) ++line_revision;
  item.job = job.id;
  item.kind = job.recipe.kind;
  set_generation(*this, row, job.generation, job.variation);
  if (!item.asset.valid()) {
    item.created_ms = job.created_ms;
    item.width = job.recipe.width;
    item.height = job.recipe.height;
    item.seconds = static_cast<float>(job.recipe.seconds);
    item.cost = job.estimate;
    item.currency = job.currency;
  }
  if (job.state == JobState::Running && item.state != JobState::Running) item.started_ms = job.updated_ms;
  item.state = job.state;
  if (job.state != JobState::Fetching) downloads.erase(job.id);
  item.progress = static_cast<float>(job.progress);
  item.eta_secs = static_cast<float>(job.eta_secs);
  item.cause = job.cause;
  item.hold = job.hold;
  item.in_doubt = job.in_doubt.micros > 0;
  if (is_in_bulk_retry(item)) bulk_retry.add(item);
  item.priority = job.priority;
  text.reason = job.reason;
  text.told_id = job.told_id;
  text.place = job.place;
  text.charged = job.charged;
  // A job that waits may be given another one; an asset's never changes.
  if (!text.recipe || is_edited) text.recipe = std::make_shared<const Recipe>(job.recipe);
  if (!item.asset.valid() && (is_new || !item.parent.valid())) place_among_parents(*this, row, job.recipe, job.parents);
  ++revision;
}

void Library::fold(const Asset& asset) {
  Row row = row_of(asset.id);
  if (row == no_row && asset.job.valid()) row = row_of(asset.job);
  if (row == no_row) row = add_row(*this);
  by_asset[asset.id] = row;
  if (asset.job.valid()) by_job[asset.job] = row;
  Item& item = items[row];
  ItemText& text = texts[row];
  if (is_in_bulk_retry(item)) bulk_retry.add(item, -1);  // it arrived after all
  item.job = asset.job;
  item.asset = asset.id;
  item.created_ms = asset.created_ms;
  item.kind = asset.kind;
  item.state = JobState::Done;
  item.asset_state = asset.state;
  item.mark = asset.mark;
  item.stars = static_cast<std::uint8_t>(asset.stars);
  set_generation(*this, row, asset.generation, asset.variation);
  item.currency = asset.currency;
  item.cost = asset.cost;
  item.width = asset.media.width;
  item.height = asset.media.height;
  item.seconds = static_cast<float>(asset.media.seconds);
  text.sha256 = asset.sha256;
  text.reason = asset.reason;
  text.source_name = asset.source_name;
  text.bytes = asset.bytes;
  text.extension = asset.media.extension;
  item.in_trash = asset.in_trash;
  if (asset.hint.is_known()) hints[row] = asset.hint;
  text.recipe = std::make_shared<const Recipe>(asset.recipe);
  place_among_parents(*this, row, asset.recipe, asset.parents);
  ++revision;
  ++rows_revision;
}

void Library::fold(const QueueRank& rank) {
  const Row row = row_of(rank.job);
  if (row == no_row) return;
  items[row].priority = rank.priority;
  texts[row].place = rank.place;
  ++line_revision;
  ++revision;
  ++rows_revision;
}

QueueRank Library::rank_of(Row row) const { return studio::rank_of(items[row].job, items[row].priority, texts[row].place); }

void Library::fold_poster(AssetId asset) {
  const Row row = row_of(asset);
  if (row == no_row) return;
  items[row].has_poster = true;
  ++revision;
}

void Library::fold_hint(AssetId asset, const PosterHint& hint) {
  const Row row = row_of(asset);
  if (row == no_row) return;
  hints[row] = hint;
  ++revision;
}

void Library::fold_copy(AssetId asset, RemoteCopy copy) {
  RemoteCopy& best = copies[asset];
  const bool is_better = best.address.empty() || (best.target == "provider" && copy.target != "provider") ||
                         (best.target == copy.target && copy.expires_ms != best.expires_ms);
  if (is_better) best = std::move(copy);
  ++revision;
}

void Library::fold_download(JobId job, Download download) {
  const Row row = row_of(job);
  if (row == no_row || items[row].state != JobState::Fetching) return;
  downloads[job] = download;
  ++revision;
}

void Library::set_mark(AssetId asset, Mark mark, int stars) {
  const Row row = row_of(asset);
  if (row == no_row) return;
  items[row].mark = mark;
  items[row].stars = static_cast<std::uint8_t>(std::clamp(stars, 0, 5));
  ++revision;
  ++rows_revision;
}

void Library::set_trashed(AssetId asset, bool in_trash) {
  const Row row = row_of(asset);
  if (row == no_row) return;
  items[row].in_trash = in_trash;
  ++revision;
  ++rows_revision;
}

void Library::set_parents(AssetId asset, const Recipe& recipe, const std::vector<AssetId>& parents) {
  const Row row = row_of(asset);
  if (row == no_row) return;
  place_among_parents(*this, row, recipe, parents);
  ++revision;
  ++rows_revision;
}

std::string PurseSum::words() const {
  std::string price = usd.micros > 0 ? format_money(usd) : "";
  if (play.micros > 0) price += (price.empty() ? "" : " + ") + format_money(play, Currency::Play);
  return price;
}

bool is_in_bulk_retry(const Item& item) {
  return item.job.valid() && (item.state == JobState::Failed || item.state == JobState::Expired) && !item.hold && item.cause != JobCause::Rejected;
}

TrashCounts count_trash(const Library& library) {
  TrashCounts counts;
  for (Row row = 0; row < library.items.size(); ++row) {
    if (!library.items[row].in_trash) continue;
    ++counts.assets;
    counts.bytes += library.texts[row].bytes;
  }
  return counts;
}

QueueCounts count_queue(const Library& library) {
  QueueCounts counts;
  for (const Item& item : library.items) {
    switch (item.state) {
      case JobState::Queued: ++counts.waiting; break;
      case JobState::Waiting: ++counts.waiting; break;
      case JobState::Preparing: case JobState::Sending: case JobState::Running: case JobState::Fetching: ++counts.running; break;
      case JobState::Done: ++counts.done; break;
      case JobState::Unknown: case JobState::Blocked: ++counts.need_person; break;
      case JobState::Failed: case JobState::Refused: case JobState::Expired: case JobState::Quarantined:
        counts.failed += item.hold ? 0 : 1;  // what a person let be is nobody's affair
        break;
      case JobState::Cancelled: break;
    }
  }
  return counts;
}

}  // namespace studio
