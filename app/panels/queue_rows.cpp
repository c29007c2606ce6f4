// Words of the queue.
#include "panels/queue_rows.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/text.h"
#include "panels/gallery_rows.h"

namespace studio {
namespace {

std::string clock_of(std::int64_t wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm tm{};
  localtime_r(&secs, &tm);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M", &tm);
  return text;
}

std::string two_digits(int n) { return (n < 10 ? "0" : "") + std::to_string(n); }

std::string ordinal(int n) {
  const int tens = n % 100;
  const char* ending = tens >= 11 && tens <= 13 ? "th"
                       : n % 10 == 1            ? "st"
                       : n % 10 == 2            ? "nd"
                       : n % 10 == 3            ? "rd"
                                                : "th";
  return std::to_string(n) + ending;
}

bool says(const std::string& reason, std::string_view word) { return reason.find(word) != std::string::npos; }

std::string first_words(const std::string& text, std::size_t most) {
  const auto line = text.substr(0, text.find('\n'));
  return shortened(trimmed(line), most);
}

// "03 → video", "03", "Video": what the job makes, out of what.
std::string job_name(const Library& library, Row row) {
  const Item& item = library.items[row];
  if (item.kind == MediaKind::Video) {
    const Row parent = item.parent.valid() ? library.row_of(item.parent) : no_row;
    if (parent == no_row) return "Video";
    const Item& image = library.items[parent];
    if (image.variation > 0) return two_digits(image.variation) + " → video";
    const std::string& name = library.texts[parent].source_name;
    return (name.empty() ? std::string("Picture") : shortened(name, 24)) + " → video";
  }
  return item.variation > 0 ? two_digits(item.variation) : "Picture";
}

const ModelInfo* model_of(const QueueFaceContext& c, Row row) {
  const auto& recipe = c.library.texts[row].recipe;
  return recipe ? c.providers.find_model(recipe->model) : nullptr;
}

std::string provider_name(const ProviderSet& providers, const std::string& id) {
  const Provider* provider = providers.find(id);
  return provider != nullptr ? provider->info().label : id.empty() ? std::string("The service") : id;
}

std::string model_name(const QueueFaceContext& c, Row row) {
  if (const ModelInfo* model = model_of(c, row)) return model->label;
  const auto& recipe = c.library.texts[row].recipe;
  return recipe ? recipe->model : "";
}

std::string job_facts(const QueueFaceContext& c, Row row) {
  const Item& item = c.library.items[row];
  std::string facts = model_name(c, row);
  if (item.kind == MediaKind::Video && item.seconds > 0) {
    char text[24];
    std::snprintf(text, sizeof text, " · %g s", std::round(static_cast<double>(item.seconds) * 10) / 10);
    facts += text;
  } else if (item.width > 0) {
    facts += " · " + std::to_string(item.width) + " × " + std::to_string(item.height);
  }
  return facts;
}

}  // namespace

std::string clock_words(double secs) {
  const auto whole = static_cast<long>(std::max(0.0, std::round(secs)));
  char text[32];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  return text;
}

std::string about_time(double secs) {
  if (secs < 1) return "under 1 s";
  if (secs < 90) return "about " + std::to_string(std::lround(secs)) + " s";
  if (secs < 90 * 60) return "about " + std::to_string(std::lround(secs / 60)) + " min";
  return "about " + std::to_string(std::lround(secs / 3600)) + " h";
}

// --- words

std::string job_title(const Library& library, Row row) {
  const auto& recipe = library.texts[row].recipe;
  std::string title = job_name(library, row);
  if (recipe && !recipe->prompt.empty()) title += " · " + first_words(recipe->prompt, 120);
  return title;
}

QueueRowFace queue_face(const QueueFaceContext& c, Row row) {
  const Item& item = c.library.items[row];
  const ItemText& text = c.library.texts[row];
  QueueRowFace face;
  face.title = job_title(c.library, row);
  face.cost = format_money(cost_of(c.library, row));
  face.line = text.reason.empty() ? job_facts(c, row) : text.reason;
  const ModelInfo* model = model_of(c, row);
  const double elapsed = item.started_ms > 0 ? static_cast<double>(c.now_wall_ms - item.started_ms) / 1000 : 0;
  switch (item.state) {
    case JobState::Waiting:
      face.shape = StateShape::Circle;
      if (text.reason.empty()) face.line = "Waits for its picture";
      face.can_cancel = true;
      break;
    case JobState::Queued: {
      face.shape = StateShape::Circle;
      face.can_cancel = true;
      const int place = c.index.place_in_line(row);
      if (text.reason.empty() && place > 0) face.line = ordinal(place) + " in line · " + model_name(c, row);
      if (item.priority != Priority::Normal)
        face.line = (item.priority == Priority::High ? "High priority · " : "Low priority · ") + face.line;
      break;
    }
    case JobState::Preparing:
      face.shape = StateShape::CircleUp;
      if (text.reason.empty()) face.line = "Preparing · " + model_name(c, row);
      face.can_cancel = true;
      break;
    case JobState::Sending:
      face.shape = StateShape::CircleUp;
      if (text.reason.empty()) face.line = "Sending · " + model_name(c, row);
      face.no_cancel = "It is being sent: it can be cancelled in a moment";
      break;
    case JobState::Running:
      face.can_cancel = true;
      if (item.progress >= 0) {
        face.shape = StateShape::Ring;
        face.progress = item.progress;
        face.done = std::to_string(std::min(100, static_cast<int>(item.progress * 100))) + "%";
      } else {
        face.shape = StateShape::RingTick;
        face.steps = static_cast<int>(elapsed * 4);
      }
      if (item.eta_secs > 0)
        face.left = clock_words(static_cast<double>(item.eta_secs));
      else if (model != nullptr && model->expected_secs > elapsed)
        face.left = "~" + clock_words(model->expected_secs - elapsed);
      break;
    case JobState::Fetching:
      face.shape = StateShape::RingDown;
      if (text.reason.empty()) {
        const DownloadWords download = download_words(c.library, row, c.now_wall_ms);
        face.line = "Downloading · " + (download.bytes.empty() ? "" : download.bytes + " · ") + model_name(c, row);
        if (!download.link.empty()) face.line += " · " + download.link;
        face.progress = download.part;
      }
      face.no_cancel = "The result is made and paid, and is being fetched";
      break;
    case JobState::Unknown:
      face.shape = StateShape::Diamond;
      break;
    case JobState::Blocked:
      face.shape = StateShape::SquarePause;
      face.can_cancel = true;
      break;
    case JobState::Failed:
    case JobState::Expired:
      face.shape = StateShape::Triangle;
      break;
    case JobState::Refused:
      face.shape = StateShape::Octagon;
      break;
    case JobState::Quarantined:
      face.shape = StateShape::SquareCross;
      break;
    case JobState::Cancelled:
      face.shape = StateShape::CircleSlash;
      if (text.reason.empty()) face.line = "Cancelled";
      break;
    case JobState::Done:
      face.shape = item.asset_state == AssetState::Missing       ? StateShape::SquareDashed
                   : item.asset_state == AssetState::Quarantined ? StateShape::SquareCross
                                                                 : StateShape::DiscCheck;
      if (text.reason.empty()) face.line = job_facts(c, row) + " · " + clock_of(item.created_ms);
      break;
  }
  return face;
}

Money cost_of(const Library& library, Row row) {
  const Item& item = library.items[row];
  const ItemText& text = library.texts[row];
  if (item.asset.valid() || !is_terminal(item.state) || item.in_doubt) return item.cost;
  if (text.charged.micros > 0) return text.charged;
  return charge_words(item, text.reason) == "not charged" ? Money{} : item.cost;
}

std::string charge_words(const Item& item, const std::string& reason) {
  const std::string sum = format_money(item.cost, item.currency);
  if (says(reason, "It may have charged ")) return "up to " + sum + " set aside";
  switch (item.state) {
    case JobState::Unknown:
      return "up to " + sum + " set aside";
    case JobState::Blocked:
      return "nothing spent";
    case JobState::Expired:
    case JobState::Quarantined:
      return "paid " + sum;
    default:
      break;
  }
  if (says(reason, "counts as paid")) return "counts as paid, " + sum;
  // The engine says the sum in the sentence where an attempt without a result was charged.
  if (const auto at = reason.rfind("charged $"); at != std::string::npos && !says(reason, "may have been charged")) {
    std::string words = reason.substr(at);
    words = words.substr(0, words.find_first_not_of("0123456789.", sizeof("charged $") - 1));
    while (words.back() == '.') words.pop_back();
    return words;
  }
  return "not charged";
}

std::string what_helps(JobState state, const std::string& reason) {
  const bool by_hand =
      says(reason, "key") && (says(reason, "refused") || says(reason, "accept") || says(reason, "unauthor"));
  switch (state) {
    case JobState::Failed:
      if (says(reason, "Written off")) return "Retry makes it again and pays again.";
      if (by_hand) return "A valid key in Settings helps; the same request without one fails again.";
      return "Often the same request goes through a little later.";
    case JobState::Refused:
      return says(reason, "image") || says(reason, "picture")
                 ? "The service said no to the picture, not to the words: another picture helps, a new seed does not."
                 : "Other words in the prompt help. The same request, or a new seed, gets the same answer.";
    case JobState::Expired:
      return "The result cannot be had any more. Making it again pays once more; the seed keeps it the same.";
    case JobState::Quarantined:
      return "The file is kept and never opened again. Another seed gives another file; the same one would break "
             "again.";
    case JobState::Unknown:
      return "It is never sent again by itself. Look at the service's own list if you can, then decide.";
    case JobState::Blocked:
      if (by_hand || says(reason, "key")) return "It starts by itself as soon as the key in Settings is good.";
      return "It keeps its place and starts by itself as soon as there is room.";
    default:
      return "";
  }
}

RetryAll retry_all(const Library& library, const QueueIndex& index) {
  RetryAll all;
  PurseSum sum;
  for (const Row row : index.rows(QueueSection::Failed)) {
    const Item& item = library.items[row];
    if (!is_in_bulk_retry(item)) continue;
    all.jobs.push_back(item.job);
    sum.add(item);
  }
  all.price = sum.words();
  return all;
}

FailureCard failure_card(const QueueFaceContext& c, Row row) {
  const Item& item = c.library.items[row];
  const std::string& reason = c.library.texts[row].reason;
  const std::string price = format_money(item.cost, item.currency);
  FailureCard card;
  card.facts = job_name(c.library, row) + " · " + model_name(c, row) + " · " + clock_of(item.created_ms);
  card.charge = charge_words(item, reason);
  card.why = reason;
  card.helps = what_helps(item.state, reason);
  switch (item.state) {
    case JobState::Failed:
      card.title = says(reason, "Written off") ? "Written off" : "Failed";
      card.ways.push_back({"Retry", "Retry", price, true});
      break;
    case JobState::Refused:
      card.shape = StateShape::Octagon;
      card.title = "Refused";
      card.ways.push_back({"Change the words", "Change the words", "", true});
      break;
    case JobState::Expired:
      card.title = "Expired";
      card.ways.push_back({"Retry", "Make again", price, true});
      break;
    case JobState::Quarantined:
      card.shape = StateShape::SquareCross;
      card.title = "Quarantined";
      card.ways.push_back({"New seed", "Again with a new seed", price, true});
      break;
    case JobState::Unknown:
      card.shape = StateShape::Diamond;
      card.title = "May have been charged " + price;
      if (card.why.empty()) card.why = "It was sent, but the answer never came.";
      card.ways.push_back({"Decide", "Decide…", "", true});
      break;
    case JobState::Blocked:
      card.shape = StateShape::SquarePause;
      card.title = says(reason, "key") ? "Waits for a key" : "Over budget";
      if (says(reason, "key")) card.ways.push_back({"Keys", "Keys…", "", true});
      card.ways.push_back({"Cancel", "Cancel", "", false});
      break;
    default:
      card.title = "Failed";
      break;
  }
  if (card.why.empty()) card.why = "No reason was given.";
  return card;
}

// --- what needs a person, by cause

namespace {

std::string cause_title(const QueueFaceContext& c, const Need& need) {
  const std::string service = provider_name(c.providers, need.provider);
  std::string title;
  switch (need.cause) {
    case JobCause::Key:
      title = service + " refused the key";
      break;
    case JobCause::Service:
      title = service + " cannot be reached";
      break;
    case JobCause::ServiceFailed:
      title = "Failed at " + service;
      break;
    case JobCause::Moderation:
      title = need.refused_input.empty() ? "Refused by " + service : "Refused: the " + need.refused_input;
      break;
    case JobCause::Unknown:
      title = "May have been charged " + format_money(need.in_doubt, need.currency);
      break;
    default:
      title = headline(need.cause);
      break;
  }
  if (need.jobs == 1) return title;
  const bool waits = std::find(need.ways.begin(), need.ways.end(), Way::Cancel) != need.ways.end();
  return title + ": " + std::to_string(need.jobs) + (waits ? " jobs wait" : " jobs");
}

StateShape cause_shape(const Need& need) {
  switch (need.cause) {
    case JobCause::Unknown:
      return StateShape::Diamond;
    case JobCause::Key:
    case JobCause::Cap:
    case JobCause::Spending:
    case JobCause::Price:
      return StateShape::SquarePause;
    case JobCause::Parent:
      return StateShape::Circle;
    case JobCause::Moderation:
      return StateShape::Octagon;
    case JobCause::Input:
      return StateShape::SquareDashed;
    case JobCause::Result:
      return StateShape::SquareCross;
    default:
      return StateShape::Triangle;
  }
}

std::string billed_words(const Need& need) {
  switch (need.billed) {
    case Billed::No:
      return "not charged";
    case Billed::Yes:
      return "charged " + format_money(need.charged, need.currency);
    case Billed::Maybe:
      return "up to " + format_money(need.in_doubt, need.currency) + " set aside";
  }
  return "";
}

// What a button of this way is called, and known by. The three about an unknown outcome are one dialog.
std::optional<FailureWay> way_on(const Need& need, Way way) {
  const bool is_paid = need.unsent == 0 && !is_over(need);  // it only goes on
  const std::string price = is_paid ? "" : format_money(need.sum, need.currency);
  const std::string all = need.jobs > 1 ? " " + std::to_string(need.jobs) : "";
  switch (way) {
    case Way::Retry:
      if (need.cause == JobCause::Spending) return FailureWay{"Go on", "Go on spending", ""};
      return FailureWay{"Retry", (need.cause == JobCause::Expired ? "Make again" : "Retry") + all, price};
    case Way::Cancel:
      return FailureWay{"Cancel", "Cancel" + (need.unsent < need.jobs ? " " + std::to_string(need.unsent) : all), ""};
    case Way::Dismiss:
      return FailureWay{"Let it be", need.jobs > 1 ? "Let them be" : "Let it be", ""};
    case Way::Link:
      return FailureWay{"Decide", "Decide…", ""};
    case Way::Resubmit:
    case Way::WriteOff:
      return std::nullopt;
    case Way::Charged:
      return FailureWay{"Charged", "It was charged", format_money(need.in_doubt, need.currency)};
    case Way::NotCharged:
      return FailureWay{"Not charged", "It was not charged", ""};
    case Way::OtherModel:
      return FailureWay{"Other model", "Other model…", ""};
    case Way::Edit:
      return FailureWay{"Change the words", need.cause == JobCause::Moderation ? "Change the words" : "Change…", ""};
    case Way::RaiseCap:
      return FailureWay{"Budget", need.cause == JobCause::Cap ? "Raise the cap…" : "Budget…", ""};
    case Way::CheckKey:
      return FailureWay{"Keys", "Keys…", ""};
    case Way::Import:
      return FailureWay{"Import", "Import…", ""};
  }
  return std::nullopt;
}

}  // namespace

bool is_over(const Need& need) {
  return std::find(need.ways.begin(), need.ways.end(), Way::Dismiss) != need.ways.end();
}

NeedCard need_card(const QueueFaceContext& c, const Need& need) {
  NeedCard card;
  card.shape = cause_shape(need);
  card.title = cause_title(c, need);
  card.facts = billed_words(need) + " · " + provider_name(c.providers, need.provider);
  if (!need.refused_input.empty()) card.facts += " · its " + need.refused_input + " was refused";
  card.why = need.sentence.empty() ? "No reason was given." : need.sentence;
  card.helps = need.advice;
  for (const Way way : need.ways)
    if (auto on = way_on(need, way)) card.ways.push_back(std::move(*on));
  // What changes nothing is not the best way on: to cancel, or to let it be.
  if (!card.ways.empty() && card.ways.front().id != "Cancel" && card.ways.front().id != "Let it be")
    card.ways.front().is_best = true;
  return card;
}

std::string hold_words(const QueueStatus& queue) {
  const std::string why = queue.backup_of.empty() ? std::string("The last run ended in the middle")
                                                  : "This is the project's backup of " + queue.backup_of;
  return why + ": " + std::to_string(queue.waiting) +
         (queue.waiting == 1 ? " job waits" : " jobs wait") + " for a word of yours.";
}

std::string lane_words(const QueueFaceContext& c, const QueueLane& lane, const QueueStatus& queue) {
  if (lane.waiting + lane.blocked == 0) return "";
  switch (queue.mode) {
    case QueueMode::Paused:
      return "paused";
    case QueueMode::Draining:
      return "finishing what runs";
    case QueueMode::Held:
      return "held since the last run";
    case QueueMode::Going:
      break;
  }
  return lane.held_up == no_row ? std::string() : c.library.texts[lane.held_up].reason;
}

}  // namespace studio
