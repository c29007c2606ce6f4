#include "jobs/latency_model.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <utility>

namespace studio {
namespace {

using Survival = std::array<double, HazardTable::points>;

constexpr std::size_t many_samples = 100;
constexpr double sample_share = 0.9;  // the rest of the weight is the prior's
constexpr double prior_median_secs = 60, prior_sigma = 1;
constexpr double half_life_samples = 50, half_life_ms = 24 * 3600 * 1000.0;
constexpr double z90 = 1.2815515655446004;  // of the normal distribution
constexpr double hint_sigma = 0.5;          // where the service says its median only

// --- the prior

Survival log_normal_survival(double median_secs, double sigma) {
  Survival survival;
  for (int i = 0; i < HazardTable::points; ++i) {
    const double z = std::log(HazardTable::age_of_point(i) / median_secs) / sigma;
    survival[static_cast<std::size_t>(i)] = std::erfc(z / std::sqrt(2.0)) / 2;
  }
  return survival;
}

bool is_said(const LatencyHint& hint) { return hint.p50_secs > 0 && hint.p50_secs <= HazardTable::longest_secs; }

Survival prior_survival(const LatencyHint& hint) {
  static const Survival broad = log_normal_survival(prior_median_secs, prior_sigma);
  if (!is_said(hint)) return broad;
  const double spread = hint.p90_secs > hint.p50_secs ? std::log(hint.p90_secs / hint.p50_secs) / z90 : hint_sigma;
  return log_normal_survival(std::max(hint.p50_secs, HazardTable::shortest_secs), std::clamp(spread, 0.1, 2.0));
}

// --- the samples

// A sample as an even spread over log-time.
struct Spread {
  double middle = 0;  // ln s
  double half = 0;
  double weight = 0;
};

Spread spread_of(const LatencySample& sample) {
  // An end that only the first look saw may have been at any moment before: evenly over log-time, three quarters of it in the
  // last half of the wait.
  const double high = std::max(sample.high_secs, HazardTable::shortest_secs);
  const double low = std::clamp(sample.low_secs, high / 4, high);
  return {(std::log(low) + std::log(high)) / 2, (std::log(high) - std::log(low)) / 2, 0};
}

// The newest first loses half of its weight after fifty newer ones or after a day, whichever is sooner.
double weight_of(double newer_samples, double newer_ms) {
  return std::exp2(-std::max(newer_samples / half_life_samples, std::max(0.0, newer_ms) / half_life_ms));
}

// Widens each spread by the distance to its √n-th neighbour. Variances add, so that a coarse interval is not smeared twice.
void smooth(std::vector<Spread>& spreads) {
  constexpr double least = 0.02, most = 0.5;
  std::sort(spreads.begin(), spreads.end(), [](const Spread& a, const Spread& b) { return a.middle < b.middle; });
  const std::size_t count = spreads.size();
  const auto neighbour = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  std::size_t first = 0;  // of the window of `neighbour` others that are nearest
  for (std::size_t i = 0; i < count; ++i) {
    const double here = spreads[i].middle;
    const auto far_of = [&](std::size_t begin) {
      return std::max(here - spreads[begin].middle, spreads[std::min(count - 1, begin + neighbour)].middle - here);
    };
    while (first < i && first + neighbour < count - 1 && far_of(first + 1) <= far_of(first)) ++first;
    spreads[i].half = std::hypot(spreads[i].half, std::clamp(far_of(first), least, most));
  }
}

std::vector<Spread> spreads_of(const std::vector<LatencySample>& oldest_first) {
  std::vector<Spread> spreads;
  spreads.reserve(oldest_first.size());
  double total = 0;
  for (std::size_t i = 0; i < oldest_first.size(); ++i) {
    Spread spread = spread_of(oldest_first[i]);
    const double newer_ms = static_cast<double>(oldest_first.back().ended_ms - oldest_first[i].ended_ms);
    spread.weight = weight_of(static_cast<double>(oldest_first.size() - 1 - i), newer_ms);
    total += spread.weight;
    spreads.push_back(spread);
  }
  for (Spread& spread : spreads) spread.weight /= total;
  smooth(spreads);
  return spreads;
}

Survival survival_of(const std::vector<Spread>& spreads) {
  const double first = std::log(HazardTable::shortest_secs);
  const double step = (std::log(HazardTable::longest_secs) - first) / (HazardTable::points - 1);
  // Between its begin and its end a spread adds weight · (i − begin) / (end − begin) at point i: a line, kept as where it sets in
  // and where it ceases, so that a wide spread costs no more than a narrow one.
  struct Line {
    double slope = 0, height = 0;
  };
  std::array<Line, HazardTable::points> changes{};
  Survival surely{};  // [i]: what has ended for sure from point i on
  for (const Spread& spread : spreads) {
    const double begin = (spread.middle - spread.half - first) / step, end = (spread.middle + spread.half - first) / step;
    const int last = HazardTable::points - 1;
    const auto from = static_cast<std::size_t>(std::clamp(static_cast<int>(std::ceil(begin)), 0, last));
    const auto to = std::max(from, static_cast<std::size_t>(std::clamp(static_cast<int>(std::ceil(end)), 0, last)));
    surely[to] += spread.weight;
    if (from == to) continue;
    const double slope = spread.weight / (end - begin);
    changes[from].slope += slope;
    changes[from].height -= slope * begin;
    changes[to].slope -= slope;
    changes[to].height += slope * begin;
  }
  Survival survival;
  double sure = 0;
  Line ended;
  for (std::size_t i = 0; i < survival.size(); ++i) {
    ended.slope += changes[i].slope;
    ended.height += changes[i].height;
    survival[i] = std::clamp(1 - (sure += surely[i]) - (ended.slope * static_cast<double>(i) + ended.height), 0.0, 1.0);
  }
  return survival;
}

double age_of_first_percentile(const Survival& survival) {
  const auto found = std::find_if(survival.begin(), survival.end(), [](double left) { return left < 0.99; });
  return HazardTable::age_of_point(static_cast<int>(std::max<std::ptrdiff_t>(1, found - survival.begin()) - 1));
}

bool is_plausible(const LatencySample& sample) {
  return sample.low_secs >= 0 && sample.high_secs > 0 && sample.low_secs <= sample.high_secs && sample.high_secs <= HazardTable::longest_secs;
}

}  // namespace

LatencyModel::LatencyModel() : LatencyModel(LatencyRecord{}) {}

LatencyModel::LatencyModel(LatencyRecord record, LatencyHint hint) : record_(std::move(record)), hint_(hint) {
  auto& samples = record_.samples;
  std::erase_if(samples, [](const LatencySample& sample) { return !is_plausible(sample); });
  if (samples.size() > most_samples) samples.erase(samples.begin(), samples.end() - most_samples);
  rebuild();
}

bool LatencyModel::is_usable() const {
  return !record_.is_relearning && (record_.samples.size() >= enough_samples || is_said(hint_));
}

bool LatencyModel::agrees() const {
  constexpr int least_inside = 40;  // of fifty 45 are expected; ± 2.1 is one standard deviation
  return is_usable() && record_.judged >= agreeing_samples && std::popcount(record_.inside) >= least_inside;
}

void LatencyModel::set_hint(LatencyHint hint) {
  if (hint == hint_) return;
  hint_ = hint;
  rebuild();
}

bool LatencyModel::add(const LatencySample& sample, bool by_first_look) {
  if (!is_plausible(sample)) return false;
  auto& samples = record_.samples;
  const bool is_wrong = judge(sample, by_first_look);
  if (is_wrong) {
    samples.erase(samples.begin(), samples.end() - std::min<std::ptrdiff_t>(early_.length - 1, std::ssize(samples)));
    record_.is_relearning = true;
    record_.inside = 0;
    record_.judged = 0;
    early_ = {};
  }
  samples.push_back(sample);
  if (samples.size() > most_samples) samples.erase(samples.begin());
  if (samples.size() >= enough_samples) record_.is_relearning = false;
  // Of many samples one more says little: the table is made anew with every second one, and with each that surprises.
  if (is_wrong || early_.length > 0 || ++not_in_table_ > (samples.size() < many_samples ? 0u : 1u)) rebuild();
  return is_wrong;
}

// What the model, as it is, thinks of a new sample. True: it has been wrong too often in a row.
bool LatencyModel::judge(const LatencySample& sample, bool by_first_look) {
  if (!is_usable()) return false;
  const double middle = 1 - (table_->survival_at(sample.low_secs) + table_->survival_at(sample.high_secs)) / 2;
  const bool is_inside = middle >= 0.05 && middle <= 0.95;
  constexpr std::uint64_t kept = (std::uint64_t{1} << agreeing_samples) - 1;
  record_.inside = ((record_.inside << 1) | (is_inside ? 1 : 0)) & kept;
  record_.judged = std::min(agreeing_samples, record_.judged + 1);
  constexpr std::uint64_t last_three = 7;
  if (record_.judged >= 3 && (record_.inside & last_three) == 0) record_.judged = 0;  // it does not agree any more

  if (early_.length == 0) early_ = {0, 1, soonest_secs_, table_};
  const double by_then = 1 - early_.table->survival_at(sample.high_secs);
  const bool is_before_all = sample.high_secs < early_.soonest_secs;
  // A fast service is found done by the first look every so often, which is no surprise; one that was held for unlikely is.
  if (!is_before_all && !(by_first_look && by_then < 0.5)) {
    early_ = {};
    return false;
  }
  ++early_.length;
  early_.chance *= is_before_all ? 0.01 : by_then;
  return early_.length >= 3 && early_.chance < 1e-3;
}

void LatencyModel::rebuild() {
  not_in_table_ = 0;
  Survival survival = prior_survival(hint_);
  soonest_secs_ = age_of_first_percentile(survival);
  if (!record_.samples.empty()) {
    const Survival learned = survival_of(spreads_of(record_.samples));
    soonest_secs_ = age_of_first_percentile(learned);
    const double share = sample_share * std::min(1.0, static_cast<double>(record_.samples.size()) / enough_samples);
    for (std::size_t i = 0; i < survival.size(); ++i) survival[i] = share * learned[i] + (1 - share) * survival[i];
  }
  table_ = std::make_shared<const HazardTable>(survival);
}

}  // namespace studio
