#include "jobs/breaker.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace studio {
namespace {

constexpr int most_in_row = 5;
constexpr double first_probe_secs = 5, last_probe_secs = 60;
// A probe that never told its outcome must not keep the breaker open for ever; longer than any request's own time limit.
constexpr double lost_probe_secs = 600;

}  // namespace

bool is_breakage(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Offline: case ErrorKind::Timeout: case ErrorKind::Damaged: case ErrorKind::UnknownOutcome: return true;
    default: return false;
  }
}

std::optional<Breaker::Pass> Breaker::ask(double now_secs) {
  if (state_ == State::Closed) return Pass{epoch_};
  if (now_secs < free_at_secs_) return std::nullopt;
  state_ = State::Probing;
  free_at_secs_ = now_secs + lost_probe_secs;
  return Pass{++epoch_};
}

void Breaker::note(bool has_failed) {
  constexpr std::uint32_t kept = (std::uint32_t{1} << window) - 1;
  failed_bits_ = ((failed_bits_ << 1) | (has_failed ? 1u : 0u)) & kept;
  noted_ = std::min(window, noted_ + 1);
  failures_in_row_ = has_failed ? failures_in_row_ + 1 : 0;
}

void Breaker::open(double now_secs) {
  const double wait_secs = std::min(last_probe_secs, first_probe_secs * std::exp2(std::min(openings_, 10)));
  ++openings_;
  ++epoch_;
  state_ = State::Open;
  free_at_secs_ = now_secs + wait_secs;
}

void Breaker::succeeded(Pass pass) {
  if (pass.epoch != epoch_) return;
  if (state_ != State::Closed) {  // the probe came through: a fresh page
    ++epoch_;
    state_ = State::Closed;
    openings_ = 0;
    failed_bits_ = 0;
    noted_ = 0;
  }
  note(false);
}

void Breaker::failed(Pass pass, double now_secs) {
  if (pass.epoch != epoch_) return;
  note(true);
  const bool is_half = noted_ == window && 2 * std::popcount(failed_bits_) >= window;
  if (state_ == State::Probing || failures_in_row_ >= most_in_row || is_half) open(now_secs);
}

void Breaker::abandoned(Pass pass) {
  if (pass.epoch != epoch_ || state_ != State::Probing) return;
  ++epoch_;
  state_ = State::Open;
  free_at_secs_ = 0;  // the next one may try at once
}

void Breaker::reset() {
  const std::int64_t next_epoch = epoch_ + 1;
  *this = {};
  epoch_ = next_epoch;
}

double Breaker::secs_until_free(double now_secs) const {
  return state_ == State::Closed ? 0 : std::max(0.0, free_at_secs_ - now_secs);
}

}  // namespace studio
