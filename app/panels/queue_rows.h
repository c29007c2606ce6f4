// What the queue says, without drawing: the words of each row, of each failure, and of each cause that needs a person.
#pragma once

#include <string>
#include <vector>

#include "engine/needs.h"
#include "engine/studio.h"
#include "panels/queue_index.h"
#include "widgets/tile_face.h"

namespace studio {

// One row of the list.
struct QueueRowFace {
  StateShape shape = StateShape::None;
  float progress = -1;  // of a ring
  int steps = 0;        // of a ring that does not know
  std::string title;    // "03 → video · a lighthouse on a storm coast"
  std::string line;     // the reason, else the facts: "Sandbox Motion · 5 s"
  std::string done;     // "62%"
  std::string left;     // "0:41"; a guess has "~" before it
  std::string cost;     // "$0.42"
  bool can_cancel = false;
  std::string no_cancel;  // why it cannot be cancelled; empty where nobody would want to
};
struct QueueFaceContext {
  const Library& library;
  const ProviderSet& providers;
  const QueueIndex& index;
  std::int64_t now_wall_ms = 0;
};
QueueRowFace queue_face(const QueueFaceContext& context, Row row);

// "03 → video · a lighthouse on a storm coast": what the job makes, out of what, and its words.
std::string job_title(const Library& library, Row row);

// A job that went wrong or waits for a person: what, when, what it cost, what helps, and the ways on.
struct FailureWay {
  std::string id;     // "Retry", "Decide", "Start again"; a stable name
  std::string label;  // "Retry"
  std::string value;  // its price
  bool is_best = false;
  bool operator==(const FailureWay&) const = default;
};
struct FailureCard {
  StateShape shape = StateShape::Triangle;
  std::string title;   // "Failed"
  std::string facts;   // "03 → video · Sandbox Motion · 14:32"
  std::string charge;  // "not charged"
  std::string why;     // a sentence
  std::string helps;   // what helps, and what will not
  std::vector<FailureWay> ways;
};
FailureCard failure_card(const QueueFaceContext& context, Row row);

// One cause, with how many jobs stand behind it.
struct NeedCard {
  StateShape shape = StateShape::Triangle;
  std::string title;  // "fal.ai refused the key: 37 jobs wait"
  std::string facts;  // "not charged · fal.ai"
  std::string why;    // the engine's sentence
  std::string helps;  // whether the same again can help, and what else
  std::vector<FailureWay> ways;
};
NeedCard need_card(const QueueFaceContext& context, const Need& need);
bool is_over(const Need& need);  // its jobs have ended; else they wait

// "The last run ended in the middle: 12 jobs wait for a word of yours."
std::string hold_words(const QueueStatus& queue);
// Why what waits in this lane does not begin; empty: it only waits for its turn, or nothing waits.
std::string lane_words(const QueueFaceContext& context, const QueueLane& lane, const QueueStatus& queue);

// What "retry all that failed" means: those that may come out otherwise, and their price.
struct RetryAll {
  std::vector<JobId> jobs;
  std::string price;  // "$0.48"; of two currencies both
};
RetryAll retry_all(const Library& library, const QueueIndex& index);

// What it has cost, or will where that is not known yet; nothing for what ended without a charge.
Money cost_of(const Library& library, Row row);
// "not charged", "charged $0.04", "paid $0.42", "up to $0.42 set aside": by its state and what its reason says.
std::string charge_words(const Item& item, const std::string& reason);
// What helps and what does not, by the state and what the reason is about.
std::string what_helps(JobState state, const std::string& reason);

// "0:41", "1:02:03".
std::string clock_words(double secs);
// "about 12 s", "about 14 min", "about 2 h".
std::string about_time(double secs);

}  // namespace studio
