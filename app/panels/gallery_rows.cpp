// The words of each state, of heads and notes.
#include "panels/gallery_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/text.h"
#include "commands/command_table.h"
#include "engine/versions.h"
#include "model/damage.h"
#include "panels/file_picker_rows.h"
#include "panels/queue_rows.h"

namespace studio {
namespace {

std::string ordinal(int n) {
  const int tens = n % 100;
  const char* ending = tens >= 11 && tens <= 13 ? "th"
                       : n % 10 == 1            ? "st"
                       : n % 10 == 2            ? "nd"
                       : n % 10 == 3            ? "rd"
                                                : "th";
  return std::to_string(n) + ending;
}

std::string clock_text(double secs) {
  const int whole = static_cast<int>(secs);
  char text[32];
  std::snprintf(text, sizeof text, "%d:%02d", whole / 60, whole % 60);
  return text;
}

// Rough on purpose: a figure that jumps is worse than one that is round.
std::string about(double secs) {
  if (secs < 1) return "under 1 s";
  if (secs < 90) return "about " + std::to_string(static_cast<int>(std::lround(secs))) + " s";
  return "about " + std::to_string(static_cast<int>(std::lround(secs / 60))) + " min";
}

std::string one_decimal(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(value));
  return text;
}

// What ends with a full stop reads wrongly on a tile.
std::string without_stop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

// What the headline says already is not said twice.
std::string without_charge(std::string text) {
  text = without_stop(std::move(text));
  for (const std::string_view ending : {", not charged", " Not charged", " It was not charged"}) {
    if (!text.ends_with(ending)) continue;
    text.resize(text.size() - ending.size());
    return without_stop(std::move(text));
  }
  return text;
}

// "4.1 of 5.8 MB": the unit once where it is the same.
std::string bytes_of(std::int64_t bytes, std::int64_t of_bytes) {
  std::string part = format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(0, bytes)));
  if (of_bytes <= 0) return part;
  const std::string whole = format_bytes(static_cast<std::uint64_t>(of_bytes));
  const std::size_t unit = part.find(' '), unit_of_whole = whole.find(' ');
  if (bytes <= 0 || part.substr(unit) == whole.substr(unit_of_whole)) part.resize(unit);
  return part + " of " + whole;
}

std::string service_of(const FaceContext& context, const ModelInfo* model) {
  const Provider* provider = model != nullptr ? context.providers.find(model->provider) : nullptr;
  return provider != nullptr ? provider->info().label : std::string("the service");
}

}  // namespace

// --- words

Row first_open_row(const Library& library, Row from) {
  while (from < library.items.size() && is_terminal(library.items[from].state)) ++from;
  return from;
}

DownloadWords download_words(const Library& library, Row row, std::int64_t now_wall_ms) {
  DownloadWords words;
  const auto found = library.downloads.find(library.items[row].job);
  if (found == library.downloads.end()) return words;
  const Download& download = found->second;
  if (download.bytes > 0 || download.of_bytes > 0) words.bytes = bytes_of(download.bytes, download.of_bytes);
  if (download.of_bytes > 0)
    words.part = std::clamp(static_cast<float>(download.bytes) / static_cast<float>(download.of_bytes), 0.0f, 1.0f);
  constexpr std::int64_t minute_ms = 60'000, soon_ms = 60 * minute_ms;
  const std::int64_t left_ms = download.expires_ms - now_wall_ms;
  if (download.expires_ms > 0 && left_ms < soon_ms)
    words.link = left_ms < minute_ms ? "link ends within a minute" : "link ends in " + std::to_string(left_ms / minute_ms) + " min";
  return words;
}

std::unordered_map<Row, int> places_in_line(const Library& library, Row first_open) {
  std::vector<std::pair<QueueRank, Row>> line;
  for (Row row = first_open; row < library.items.size(); ++row)
    if (library.items[row].state == JobState::Queued) line.emplace_back(library.rank_of(row), row);
  std::sort(line.begin(), line.end());
  std::unordered_map<Row, int> places;
  int next[2] = {1, 1};
  for (const auto& [rank, row] : line)
    places.emplace(row, next[library.items[row].kind == MediaKind::Video ? 1 : 0]++);
  return places;
}

void say_missing(TileFace& face, const std::string& reason) {
  const bool is_damaged = is_damage(reason);
  face.shape = StateShape::SquareDashed;
  face.headline = is_damaged ? "File damaged" : "File missing";
  face.line = is_damaged ? without_stop(reason) : "moved or deleted outside";
  face.brief = is_damaged ? "Damaged" : "Missing";
  face.act_id = "Find";
  face.act = "Find…";
}

namespace {

std::string plate_of(StaleBecause because) {
  switch (because) {
    case StaleBecause::Current:
      return {};
    case StaleBecause::Version:
      return "Older version";
    case StaleBecause::Picture:
      return "Older picture";
  }
  return {};
}

// Its own picture under the state of the job that makes it again.
void say_being_remade(TileFace& face, const FaceContext& context, Row job) {
  const TileFace of_job = face_of(context, job);
  face.over_picture = true;
  face.over_job = context.library.items[job].job;
  face.shape = of_job.shape;
  face.big_ring = of_job.big_ring;
  face.progress = of_job.progress;
  face.steps = of_job.steps;
  face.inside = of_job.inside;
  face.can_cancel = of_job.can_cancel;
  // One that needs somebody says so, and what helps.
  face.act = of_job.act;
  face.act_id = of_job.act_id;
  face.headline = face.act.empty() ? "Being re-made" : of_job.headline;
  if (face.act.empty()) face.line = of_job.headline;
  for (const std::string* part : {&of_job.inside, &of_job.line})
    if (!part->empty()) face.line += (face.line.empty() ? "" : " · ") + *part;
}

}  // namespace

TileFace face_of(const FaceContext& context, Row row) {
  const Item& item = context.library.items[row];
  const ItemText& text = context.library.texts[row];
  TileFace face;
  face.mark = item.mark;
  face.stars = item.stars;
  face.number = item.variation;
  if (const Row job = being_remade(context.library, item.asset); job != no_row) {
    say_being_remade(face, context, job);
    return face;
  }
  if (item.state == JobState::Done && item.asset_state == AssetState::Done) {
    // Most tiles most of the time: nothing but the picture.
    if (item.kind == MediaKind::Video && item.seconds > 0) face.duration = one_decimal(item.seconds);
    face.plate = plate_of(staleness(context.library, row).because);
    return face;
  }
  const std::string price = format_money(item.cost, item.currency);
  const ModelInfo* model = text.recipe ? context.providers.find_model(text.recipe->model) : nullptr;
  const auto words = [&](StateShape shape, std::string headline, std::string line, std::string brief = {}) {
    face.shape = shape;
    face.headline = std::move(headline);
    face.line = std::move(line);
    face.brief = std::move(brief);
  };
  const auto act = [&](std::string id, std::string label) {
    face.act_id = std::move(id);
    face.act = std::move(label);
  };
  const double elapsed = item.started_ms > 0 ? static_cast<double>(context.now_wall_ms - item.started_ms) / 1000 : 0;

  switch (item.state) {
    case JobState::Waiting:
      words(StateShape::Circle, "Waiting", text.reason.empty() ? "for its picture" : without_stop(text.reason));
      face.can_cancel = true;
      break;
    case JobState::Queued: {
      const auto place = context.place_in_line.find(row);
      std::string line = price;
      if (!text.reason.empty())
        line = without_stop(text.reason);
      else if (place != context.place_in_line.end() && place->second > 1)
        line = ordinal(place->second) + " in line · " + price;
      words(StateShape::Circle, "Waiting", line);
      face.can_cancel = true;
      break;
    }
    case JobState::Preparing:
      words(StateShape::CircleUp, "Preparing", model ? model->label : "");
      face.can_cancel = true;
      break;
    case JobState::Sending:
      words(StateShape::CircleUp, "Sending", model ? model->label : "");
      break;
    case JobState::Unknown:
      // Nobody is needed yet while the service is still asked by itself.
      words(StateShape::Diamond, "May have been charged",
            "up to " + price + (item.cause != JobCause::Unknown ? " · looking for it" : ""), "Charged?");
      act("Decide", "Decide…");
      break;
    case JobState::Running:
      face.big_ring = true;
      face.can_cancel = true;
      if (item.progress >= 0) {
        face.shape = StateShape::Ring;
        face.progress = item.progress;
        face.inside = std::to_string(static_cast<int>(item.progress * 100)) + "%";
        if (item.eta_secs > 0) face.line = about(static_cast<double>(item.eta_secs)) + " left";
      } else {
        face.shape = StateShape::RingTick;
        face.steps = static_cast<int>(elapsed * 4);
        face.inside = clock_text(elapsed);
        if (model != nullptr) face.line = "usually " + about(model->expected_secs);
      }
      break;
    case JobState::Fetching:
      words(StateShape::RingDown, "Downloading", without_stop(text.reason));
      face.big_ring = true;
      if (text.reason.empty()) {
        const DownloadWords download = download_words(context.library, row, context.now_wall_ms);
        face.line = download.bytes.empty() ? "from " + service_of(context, model) : download.bytes;
        if (!download.link.empty()) face.line += " · " + download.link;
        face.progress = download.part;
      }
      break;
    case JobState::Failed:
      words(StateShape::Triangle, "Failed, " + charge_words(item, text.reason), without_charge(text.reason), "Failed");
      // Where the same again cannot help, the card has the ways on.
      if (item.cause == JobCause::Rejected) act("Open card", "Open card");
      else act("Retry", "Retry " + price);
      break;
    case JobState::Refused:
      words(StateShape::Octagon, "Refused", without_stop(text.reason));
      act("Open card", "Open card");
      break;
    case JobState::Blocked:
      if (item.cause == JobCause::Key) {
        words(StateShape::SquarePause, std::string(headline(item.cause)), without_stop(text.reason), "Stopped");
        act("Check key", "Check key…");
      } else {
        const bool is_cap = item.cause == JobCause::Cap || item.cause == JobCause::None;
        words(StateShape::SquarePause, is_cap ? "Over budget" : std::string(headline(item.cause)),
              is_cap ? price + " · starts when there is room" : without_stop(text.reason), "Budget");
        act("Raise cap", is_cap ? "Raise cap…" : "Budget…");
      }
      break;
    case JobState::Cancelled:
      words(StateShape::CircleSlash, "Cancelled", without_stop(text.reason));
      act("Retry", "Start again " + price);
      break;
    case JobState::Expired:
      words(StateShape::Triangle, "Expired",
            text.reason.empty() ? "the provider no longer has it" : without_stop(text.reason));
      act("Retry", "Retry " + price);
      break;
    case JobState::Quarantined:
      words(StateShape::SquareCross, "Quarantined", "broke the decoder twice", "Held");
      act("Details", "Details");
      face.hatched = true;
      break;
    case JobState::Done:
      break;
  }
  if (item.state != JobState::Done) return face;
  switch (item.asset_state) {
    case AssetState::Missing:
      say_missing(face, text.reason);
      break;
    case AssetState::Quarantined:
      words(StateShape::SquareCross, "Quarantined", "broke the decoder twice", "Held");
      act("Details", "Details");
      face.hatched = true;
      break;
    case AssetState::Deleted:
    case AssetState::Done:
      break;
  }
  return face;
}

std::string day_title(std::string_view day, std::int64_t now_wall_ms) {
  if (day == local_date(now_wall_ms)) return "Today";
  // Noon of the day before is yesterday also where the clocks are changed.
  if (day == local_date(now_wall_ms - 86'400'000)) return "Yesterday";
  static constexpr const char* months[] = {"January", "February", "March",     "April",   "May",      "June",
                                           "July",    "August",   "September", "October", "November", "December"};
  int y = 0, m = 0, d = 0;
  if (std::sscanf(std::string(day).c_str(), "%d-%d-%d", &y, &m, &d) != 3 || m < 1 || m > 12) return std::string(day);
  return std::to_string(d) + " " + months[m - 1] + " " + std::to_string(y);
}

namespace {

std::string counted_media(int pictures, int videos) {
  std::string text;
  if (pictures > 0 || videos == 0) text = std::to_string(pictures) + (pictures == 1 ? " picture" : " pictures");
  if (videos > 0) text += (text.empty() ? "" : ", ") + std::to_string(videos) + (videos == 1 ? " video" : " videos");
  return text;
}

}  // namespace

GroupHead head_of(const Library& library, const ProviderSet& providers, const GalleryGroup& group,
                  std::int64_t now_wall_ms) {
  GroupHead head;
  // A request is one whole, whatever of it a filter hides or the trash holds.
  const auto whole = group.generation.valid() ? library.of_generation.find(group.generation) : library.of_generation.end();
  const std::vector<Row>& rows = whole != library.of_generation.end() ? whole->second : group.rows;
  head.total = static_cast<int>(rows.size());
  int videos = 0, cancelled = 0, refused = 0, failed = 0;
  Money spent, planned;
  Currency currency = Currency::Usd;
  for (const Row row : rows) {
    const Item& item = library.items[row];
    planned += cost_of(library, row);
    currency = item.currency;
    if (item.asset.valid()) ++head.arrived;
    else if (!is_terminal(item.state)) ++head.open;
    else ++(item.state == JobState::Cancelled ? cancelled : item.state == JobState::Refused ? refused : failed);
    if (item.asset.valid() || is_terminal(item.state)) spent += cost_of(library, row);
    if (item.mark == Mark::Pick) ++head.picked;
    if (item.kind == MediaKind::Video) ++videos;
  }
  if (head.arrived < head.total) {
    head.state = std::to_string(head.arrived) + " of " + std::to_string(head.total) + (head.open > 0 ? " arrived" : "");
    const auto part = [&](int n, const char* word) {
      if (n > 0) head.state += ", " + std::to_string(n) + " " + word;
    };
    part(cancelled, "cancelled");
    part(refused, "refused");
    part(failed, "failed");
  } else if (head.picked > 0) {
    head.state = std::to_string(head.picked) + " picked";
  }
  if (!group.generation.valid()) {
    const std::string media = counted_media(head.total - videos, videos);
    if (group.grouping == GalleryGrouping::Model) {
      const ModelInfo* model = providers.find_model(group.model);
      head.title = group.model.empty() ? "Imported" : model != nullptr ? model->label : group.model;
      head.facts = media;
    } else if (group.grouping == GalleryGrouping::Day) {
      head.title = day_title(group.day, now_wall_ms);
      head.facts = media;
    } else {
      head.title = "Imported";
      head.facts = media + " · " + day_title(group.day, now_wall_ms);
    }
    return head;
  }
  const auto generation = std::lower_bound(library.generations.begin(), library.generations.end(), group.generation,
                                           [](const Generation& g, GenerationId id) { return g.id < id; });
  if (generation != library.generations.end() && generation->id == group.generation) head.title = generation->prompt;
  std::string model_id;
  for (const Row row : group.rows) {
    if (!library.texts[row].recipe) continue;
    model_id = library.texts[row].recipe->model;
    if (head.title.empty()) head.title = library.texts[row].recipe->prompt;
    break;
  }
  const ModelInfo* model = providers.find_model(model_id);
  head.facts = model != nullptr ? model->label : model_id;
  head.facts += " · " + std::to_string(head.total) +
                (videos == head.total ? (head.total == 1 ? " video" : " videos")
                                      : (head.total == 1 ? " picture" : " variations"));
  head.facts += " · " + clock_time(group.created_ms);
  if (head.open == 0)
    head.facts += " · " + format_money(spent, currency);
  else
    head.facts += " · " + format_money(spent) + " of " + format_money(planned, currency);
  return head;
}

std::string grouped_figures(std::int64_t value) {
  const std::string digits = std::to_string(std::abs(value));
  std::string out = value < 0 ? "-" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ' ';
    out += digits[i];
  }
  return out;
}

namespace {

bool is_from_model(const ItemText& text) { return text.recipe && !text.recipe->model.empty(); }

void add_fact(std::vector<RecipeNote::Line>& lines, const char* label, std::string value) {
  if (!value.empty()) lines.push_back({label, std::move(value)});
}

void add_model(std::vector<RecipeNote::Line>& lines, const ProviderSet& providers, const ItemText& text) {
  if (!is_from_model(text)) return;
  const ModelInfo* model = providers.find_model(text.recipe->model);
  add_fact(lines, "Model", model != nullptr ? model->label : text.recipe->model);
  if (model == nullptr || model->has_seed) add_fact(lines, "Seed", grouped_figures(text.recipe->seed));
}

std::string cost_words(const Library& library, Row row) {
  const Item& item = library.items[row];
  if (!item.job.valid()) return "";
  const bool in_doubt = item.state == JobState::Unknown || item.in_doubt;
  return (in_doubt ? "up to " : "") + format_money(cost_of(library, row), item.currency);
}

const char* date_label(const Item& item) {
  return !item.job.valid() ? "Imported" : item.asset.valid() ? "Made" : "Asked for";
}

}  // namespace

std::vector<RecipeNote::Line> recipe_facts(const Library& library, const ProviderSet& providers, Row row) {
  const Item& item = library.items[row];
  const ItemText& text = library.texts[row];
  std::vector<RecipeNote::Line> lines;
  add_model(lines, providers, text);
  if (is_from_model(text)) add_fact(lines, "Avoid", text.recipe->negative_prompt);
  if (item.variation > 0 && item.generation.valid()) {
    const auto group = library.of_generation.find(item.generation);
    if (group != library.of_generation.end() && group->second.size() > 1)
      add_fact(lines, "Variation", std::to_string(item.variation) + " of " + std::to_string(group->second.size()));
  }
  if (item.seconds > 0) {
    char words[24];
    std::snprintf(words, sizeof words, "%.2f s", static_cast<double>(item.seconds));
    add_fact(lines, "Length", words);
  }
  add_fact(lines, "Name", text.source_name);
  if (item.created_ms > 0) add_fact(lines, date_label(item), local_date(item.created_ms) + " " + clock_time(item.created_ms));
  add_fact(lines, "Cost", cost_words(library, row));
  if (text.bytes > 0) add_fact(lines, "File", format_bytes(static_cast<std::uint64_t>(text.bytes)));
  return lines;
}

std::string stale_words(const Library& library, Row row) {
  const Staleness stale = staleness(library, row);
  if (stale.because == StaleBecause::Current) return "";
  const std::string newer = to_string(library.items[stale.newer].asset);
  const std::string name = words_of_asset(library, newer, 40);
  const std::string which = newer + (name.empty() ? "" : " (" + name + ")");
  if (stale.because == StaleBecause::Version) return which + " is a newer version of it.";
  return which + " is a newer version of the picture it was made from.";
}

RecipeNote note_of(const Library& library, const ProviderSet& providers, Row row, std::int64_t now_wall_ms) {
  const Item& item = library.items[row];
  const ItemText& text = library.texts[row];
  RecipeNote note;
  note.title = text.source_name;
  if (text.recipe) note.prompt = text.recipe->prompt;
  add_model(note.lines, providers, text);
  std::string size;
  if (item.width > 0 && item.height > 0) size = std::to_string(item.width) + " × " + std::to_string(item.height);
  if (item.seconds > 0) size += (size.empty() ? "" : ", ") + one_decimal(item.seconds) + " s";
  add_fact(note.lines, "Size", size);
  add_fact(note.lines, "Cost", cost_words(library, row));
  add_fact(note.lines, date_label(item), day_title(local_date(item.created_ms), now_wall_ms) + ", " + clock_time(item.created_ms));
  note.reason = text.reason.empty() ? stale_words(library, row) : text.reason;
  return note;
}

std::string words_of_asset(const Library& library, const std::string& id, std::size_t max_chars) {
  const auto asset = parse_id<AssetTag>(id);
  const Row row = asset ? library.row_of(*asset) : no_row;
  if (row == no_row) return "";
  const ItemText& text = library.texts[row];
  const std::string words = !text.source_name.empty() ? text.source_name : text.recipe ? text.recipe->prompt : "";
  return shown_name(shortened(words, max_chars));
}

int videos_to_make(const VideoTakes& takes, bool another) {
  return std::max(0, takes.wanted - takes.left_out - (another ? 0 : takes.have));
}

std::string words_of_videos(const Library& library, const CommandReply& reply) {
  const std::size_t made = reply.jobs.size(), left_out = reply.failures.size();
  std::string text = made == 0 ? "Nothing new to make" : counted(made, "video is", "videos are") + " on the way";
  if (reply.skipped > 0) text += ", " + std::to_string(reply.skipped) + " had it already";
  if (left_out == 0) return text;
  const auto& first = reply.failures.front();
  std::string why = first.error.message;
  const std::string words = words_of_asset(library, first.subject, 40);
  if (!words.empty() && why.starts_with(first.subject)) why.insert(first.subject.size(), " (" + words + ")");
  return text + ", " + counted(left_out, "picture is left out: ", "pictures are left out. The first: ") + why;
}

std::vector<AssetId> images_of(const Library& library, const std::vector<Row>& rows) {
  std::vector<AssetId> images;
  for (const Row row : rows) {
    const Item& item = library.items[row];
    if (item.kind == MediaKind::Image && item.asset.valid() && item.asset_state != AssetState::Deleted)
      images.push_back(item.asset);
  }
  return images;
}

}  // namespace studio
