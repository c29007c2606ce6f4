#include "simulators/fal_settings.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.h"
#include "simulators/words.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;
using Shape = FalLatency::Shape;

constexpr double a_day = 86'400;

const char* name_of(Shape shape) { return shape == Shape::Fixed ? "fixed" : shape == Shape::LogNormal ? "lognormal" : "warm_cold"; }

bool take_latency(FalLatency& latency, const Json& value) {
  FalLatency fresh = latency;
  Words words(value, "Latency");
  words.word("shape", [&](const Json& v) {
         for (const Shape shape : {Shape::Fixed, Shape::LogNormal, Shape::WarmCold})
           if (v == name_of(shape)) return fresh.shape = shape, true;
         return false;
       })
      .word("secs", into_real(fresh.secs, 0, a_day))
      .word("sigma", into_real(fresh.sigma, 0, 5))
      .word("cold_secs", into_real(fresh.cold_secs, 0, a_day))
      .word("idle_secs", into_real(fresh.idle_secs, 0, a_day));
  if (!words.read()) return false;
  latency = fresh;
  return true;
}

}  // namespace

Result<void> change_fal_settings(FalSettings& settings, const Json& changes) {
  FalSettings fresh = settings;
  Words words(changes, "The settings");
  words.word("seed", into(fresh.seed, 0, INT64_MAX))
      .word("latency", [&](const Json& v) { return take_latency(fresh.latency, v); })
      .word("concurrency", into(fresh.concurrency, 1, 1000))
      .word("price_factor", into_real(fresh.price_factor, 0, 1e4))
      .word("bill_factor", into_real(fresh.bill_factor, 0, 1e4))
      .word("balance", into_real(fresh.balance, -1, 1e9))
      .word("requests_per_sec", into_real(fresh.requests_per_sec, 0, 1e6))
      .word("refused_words", into_words(fresh.refused_words))
      .word("unsafe_words", into_words(fresh.unsafe_words))
      .word("bills_refusals", into(fresh.bills_refusals))
      .word("checks", into_choice(fresh.checks_late, "at_submit", "by_runner"))
      .word("unfinished_status", [&](const Json& v) { return (v == 200 || v == 202) && (fresh.says_200_unfinished = v == 200, true); })
      .word("cancel_in_progress", into_choice(fresh.stops_when_cancelled, "finishes", "stops"))
      .word("cancelled", into_choice(fresh.forgets_cancelled, "error", "gone"))
      .word("lists_unfinished", into(fresh.lists_unfinished))
      .word("list_delay_secs", into_real(fresh.list_delay_secs, 0, a_day))
      .word("file_life_secs", into_real(fresh.file_life_secs, 0, 400 * a_day))
      .word("clip_short_side", into(fresh.clip_short_side, 0, 1080));
  STUDIO_CHECK(words.read());
  settings = std::move(fresh);
  return {};
}

Json to_json(const FalSettings& s) {
  return {{"seed", s.seed},
          {"latency", {{"shape", name_of(s.latency.shape)}, {"secs", s.latency.secs}, {"sigma", s.latency.sigma},
                       {"cold_secs", s.latency.cold_secs}, {"idle_secs", s.latency.idle_secs}}},
          {"concurrency", s.concurrency},
          {"price_factor", s.price_factor},
          {"bill_factor", s.bill_factor},
          {"balance", s.balance},
          {"requests_per_sec", s.requests_per_sec},
          {"refused_words", s.refused_words},
          {"unsafe_words", s.unsafe_words},
          {"bills_refusals", s.bills_refusals},
          {"checks", s.checks_late ? "by_runner" : "at_submit"},
          {"unfinished_status", s.says_200_unfinished ? 200 : 202},
          {"cancel_in_progress", s.stops_when_cancelled ? "stops" : "finishes"},
          {"cancelled", s.forgets_cancelled ? "gone" : "error"},
          {"lists_unfinished", s.lists_unfinished},
          {"list_delay_secs", s.list_delay_secs},
          {"file_life_secs", s.file_life_secs},
          {"clip_short_side", s.clip_short_side}};
}

double fal_work_secs(const FalSettings& settings, std::int64_t job_number, bool is_warm) {
  const FalLatency& latency = settings.latency;
  switch (latency.shape) {
    case Shape::Fixed: return latency.secs;
    case Shape::WarmCold: return is_warm ? latency.secs : latency.cold_secs;
    case Shape::LogNormal: break;
  }
  Random random(mix64(settings.seed) ^ mix64(static_cast<std::uint64_t>(job_number)));
  // Box and Muller; the first draw is never 0.
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  const double normal = radius * std::cos(2 * std::numbers::pi * random.unit());
  return std::min(latency.secs * std::exp(latency.sigma * normal), a_day);
}

}  // namespace studio::simulators
