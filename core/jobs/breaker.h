// Circuit breaker: a path to a service that keeps failing is left alone, and one request goes ahead to see whether it works again.
//
// It opens after five failures in a row, or when at least half of the last twenty requests failed. Then one probe goes after 5 s,
// 10 s, 20 s … at most 60 s; the first that succeeds closes it. What an open breaker turns away was never tried: it costs no
// attempt and nothing of the retry budget. A refused key (401, 402, 403) is not its affair: that stops the account at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"

namespace studio {

// Whether an error says that the path is broken. Throttling is not: it has rules of its own; an answer that says no is an answer.
bool is_breakage(ErrorKind kind);

class Breaker {
 public:
  enum class State : std::uint8_t { Closed, Open, Probing };

  // Names the request when its outcome is told: what was sent before the breaker opened says nothing about now.
  struct Pass {
    std::int64_t epoch = 0;
  };
  // A request wants to go. Nothing: not now. While open, the first one after the wait is the probe.
  std::optional<Pass> ask(double now_secs);
  void succeeded(Pass pass);
  void failed(Pass pass, double now_secs);
  // It ended without an outcome (cancelled, never sent): a probe's turn is given back.
  void abandoned(Pass pass);

  // A person wants it tried now, whatever was: a fresh page. What was sent before says nothing any more.
  void reset();

  State state() const { return state_; }
  // Whether what was sent under this pass still says something about now.
  bool is_current(Pass pass) const { return pass.epoch == epoch_; }
  // Four probes in a row (half a minute or more) brought nothing: waiting alone is no longer a plan.
  bool is_lasting() const { return openings_ >= 4; }
  // 0: now. While a probe is under way: until it may be given up for lost.
  double secs_until_free(double now_secs) const;

 private:
  void open(double now_secs);
  void note(bool has_failed);

  static constexpr int window = 20;
  State state_ = State::Closed;
  std::int64_t epoch_ = 0;       // one more with every opening and every probe
  int failures_in_row_ = 0;
  int openings_ = 0;             // in a row, without a success between
  double free_at_secs_ = 0;
  std::uint32_t failed_bits_ = 0;  // of the last twenty, the newest lowest
  int noted_ = 0;
};

// Each account has one for each.
enum class ServicePath : std::uint8_t { Submit, Poll, Download };
inline constexpr std::size_t service_path_count = 3;

}  // namespace studio
