#include "jobs/latency_model.h"

#include <cmath>

#include "base/random.h"
#include "support/catch.h"

using namespace studio;

namespace {

constexpr std::int64_t day_ms = 24 * 3600 * 1000;

LatencySample exactly(double secs, std::int64_t ended_ms = 0) { return {ended_ms, secs, secs}; }

LatencyModel model_of(const std::vector<double>& latencies, LatencyHint hint = {}) {
  LatencyRecord record;
  for (const double secs : latencies) record.samples.push_back(exactly(secs));
  return LatencyModel(record, hint);
}

std::vector<double> repeated(double secs, int count) { return std::vector<double>(static_cast<std::size_t>(count), secs); }

double chance_by(const LatencyModel& model, double age_secs) { return 1 - model.table().survival_at(age_secs); }

// Φ, the normal distribution, of ln(t / median) / σ.
double log_normal_chance(double t, double median, double sigma) { return 1 - std::erfc(std::log(t / median) / sigma / std::sqrt(2.0)) / 2; }

}  // namespace

TEST_CASE("without samples the estimate is the broad prior, and not to be used") {
  const LatencyModel model;
  CHECK_FALSE(model.is_usable());
  for (const double age : {5.0, 20.0, 60.0, 300.0}) CHECK(chance_by(model, age) == Approx(log_normal_chance(age, 60, 1)).margin(0.002));
}

TEST_CASE("seven samples are too few, eight are enough, and the service's own word is enough without any") {
  CHECK_FALSE(model_of(repeated(30, 7)).is_usable());
  CHECK(model_of(repeated(30, 8)).is_usable());
  CHECK(model_of({}, {40, 90}).is_usable());
  CHECK_FALSE(model_of({}, {0, 90}).is_usable());
  CHECK_FALSE(model_of({}, {1e9, 2e9}).is_usable());
}

TEST_CASE("the service's own median and 90th percentile are met") {
  LatencyModel model = model_of({}, {40, 90});
  CHECK(model.table().age_of_chance(0.5) == Approx(40).epsilon(0.005));
  CHECK(model.table().age_of_chance(0.9) == Approx(90).epsilon(0.005));
  model.set_hint({20, 0});  // no spread is said: σ 0.5
  CHECK(model.table().age_of_chance(0.5) == Approx(20).epsilon(0.005));
  CHECK(chance_by(model, 20 * std::exp(0.5)) == Approx(0.8413).margin(0.005));
}

TEST_CASE("samples carry nine tenths of the weight, the prior one tenth") {
  const LatencyModel model = model_of(repeated(100, 50));
  CHECK(chance_by(model, 90) == Approx(0.1 * log_normal_chance(90, 60, 1)).margin(0.002));
  CHECK(chance_by(model, 110) == Approx(0.9 + 0.1 * log_normal_chance(110, 60, 1)).margin(0.002));
  CHECK(model.table().survival_at(1000) == Approx(0.1 * 0.00245).epsilon(0.02));  // 1 − Φ(2.813)
}

TEST_CASE("before there are eight samples a hint keeps the rest of the weight") {
  const LatencyModel model = model_of(repeated(100, 4), {20, 30});
  CHECK(chance_by(model, 60) == Approx(1 - 0.45).margin(0.01));  // 0.9 · 4/8 of it lies at 100 s
}

TEST_CASE("two humps stay two humps") {
  Random random(3);
  std::vector<double> latencies;
  for (int i = 0; i < 100; ++i) {
    latencies.push_back(6 * random.between(0.8, 1.25));
    latencies.push_back(90 * random.between(0.8, 1.25));
  }
  const LatencyModel model = model_of(latencies);
  const double between = chance_by(model, 55) - chance_by(model, 10);
  const double of_prior = 0.1 * (log_normal_chance(55, 60, 1) - log_normal_chance(10, 60, 1));
  CHECK(between == Approx(of_prior).margin(0.005));
  CHECK(model.soonest_secs() == Approx(6 * 0.8).epsilon(0.12));
}

TEST_CASE("after fifty newer samples one weighs half") {
  std::vector<double> latencies = repeated(100, 50);
  const std::vector<double> newer = repeated(50, 50);
  latencies.insert(latencies.end(), newer.begin(), newer.end());
  // Weights 2^(−r/50): the newer fifty weigh twice as much as the older together.
  CHECK(chance_by(model_of(latencies), 70) == Approx(0.9 * 2 / 3 + 0.1 * log_normal_chance(70, 60, 1)).margin(0.003));
}

TEST_CASE("after a day a sample weighs half, whichever of the two is sooner") {
  LatencyRecord record;
  for (int i = 0; i < 8; ++i) record.samples.push_back(exactly(100, 0));
  for (int i = 0; i < 8; ++i) record.samples.push_back(exactly(50, 2 * day_ms));
  double newer = 0;
  for (int rank = 0; rank < 8; ++rank) newer += std::exp2(-rank / 50.0);
  const double older = 8 * 0.25;  // two days; by their ranks alone they would weigh nearly all
  CHECK(chance_by(LatencyModel(record), 70) == Approx(0.9 * newer / (newer + older) + 0.1 * log_normal_chance(70, 60, 1)).margin(0.003));
}

TEST_CASE("a censored sample is spread over where it may have been") {
  LatencyRecord record;
  for (int i = 0; i < 40; ++i) record.samples.push_back({0, 40, 60});
  const LatencyModel model(record);
  CHECK(chance_by(model, 39) < 0.05);
  CHECK(chance_by(model, 61) > 0.93);
  // Evenly in log-time: half of it by the geometric middle.
  CHECK(chance_by(model, std::sqrt(40.0 * 60)) == Approx(0.45 + 0.1 * log_normal_chance(49, 60, 1)).margin(0.02));
}

TEST_CASE("what only the first look saw may have ended long before it") {
  LatencyRecord record;
  for (int i = 0; i < 40; ++i) record.samples.push_back({0, 0, 8});
  const LatencyModel model(record);
  CHECK(chance_by(model, 1.5) < 0.1);
  CHECK(chance_by(model, 4) == Approx(0.45).margin(0.05));
  CHECK(chance_by(model, 8.3) > 0.88);
}

TEST_CASE("the newest two hundred samples are kept, and none that cannot be") {
  LatencyModel model;
  for (int i = 0; i < 300; ++i) model.add({i, 10, 12.0 + i % 3}, false);
  REQUIRE(model.record().samples.size() == 200);
  CHECK(model.record().samples.front().ended_ms == 100);
  const LatencyRecord before = model.record();
  for (const LatencySample& bad : {LatencySample{0, -1, 5}, LatencySample{0, 6, 5}, LatencySample{0, 0, 0}, LatencySample{0, 5, 1e9},
                                   LatencySample{0, std::nan(""), 5}, LatencySample{0, 5, std::nan("")}}) {
    CHECK_FALSE(model.add(bad, true));
  }
  CHECK(model.record() == before);
}

TEST_CASE("the 1st percentile is of the samples alone, the 99th of the whole estimate") {
  const LatencyModel model = model_of(repeated(100, 100));
  CHECK(model.soonest_secs() > 95);
  CHECK(model.soonest_secs() <= 100);
  // 0.1 · (1 − Φ(z)) = 0.01 at z = 1.2816: 60 · e^1.2816 = 216 s.
  CHECK(model.latest_secs() == Approx(216).epsilon(0.02));
}

TEST_CASE("three ends in a row that the model held for nearly impossible make it begin anew") {
  LatencyModel model = model_of(repeated(100, 60));
  CHECK_FALSE(model.add({0, 30, 40}, false));
  CHECK_FALSE(model.add({0, 30, 40}, false));
  CHECK(model.is_usable());
  CHECK(model.add({0, 30, 40}, false));
  CHECK(model.is_relearning());
  CHECK_FALSE(model.is_usable());
  CHECK(model.record().samples.size() == 3);
  for (int i = 0; i < 4; ++i) CHECK_FALSE(model.add({0, 35, 40}, false));
  CHECK_FALSE(model.is_usable());
  CHECK_FALSE(model.add({0, 35, 40}, false));  // the eighth
  CHECK(model.is_usable());
  CHECK(chance_by(model, 45) > 0.9);
}

TEST_CASE("an end at its usual time breaks the row of early ones") {
  LatencyModel model = model_of(repeated(100, 60));
  for (int i = 0; i < 20; ++i) {
    CHECK_FALSE(model.add({0, 30, 40}, false));
    CHECK_FALSE(model.add({0, 30, 40}, false));
    CHECK_FALSE(model.add({0, 98, 101}, false));
  }
}

TEST_CASE("three finds by the first look are a surprise only where the model says so") {
  std::vector<double> fast;
  for (int i = 1; i <= 60; ++i) fast.push_back(12 * std::exp(0.5 * (i - 30.5) / 17));  // about log-normal, 12 s
  LatencyModel model = model_of(fast);
  const double first_look = model.table().age_of_chance(0.2);
  CHECK_FALSE(model.add({0, 0, first_look}, true));  // 0.2³ = 0.8 %: chance
  CHECK_FALSE(model.add({0, 0, first_look}, true));
  CHECK_FALSE(model.add({0, 0, first_look}, true));
  int more = 0;
  while (more < 3 && !model.add({0, 0, first_look}, true)) ++more;
  CHECK(more < 3);  // 0.2⁵ is not chance any more
}

TEST_CASE("a hint that is wrong gives way to what is seen") {
  LatencyModel model({}, {100, 120});
  CHECK(model.is_usable());
  model.add(exactly(10), false);
  model.add(exactly(10), false);
  CHECK(model.add(exactly(10), false));
  CHECK_FALSE(model.is_usable());
  for (int i = 0; i < 5; ++i) model.add(exactly(10), false);
  CHECK(model.is_usable());
  CHECK(chance_by(model, 11) > 0.88);
}

TEST_CASE("the model agrees after fifty samples where it expected them, and no longer after three that are not") {
  Random random(5);
  LatencyModel model;
  const auto usual = [&] { return exactly(80 + 40 * random.unit()); };
  int count = 0;
  while (!model.agrees() && count < 200) {
    model.add(usual(), false);
    ++count;
  }
  CHECK(count >= 58);  // eight to begin with, fifty judged
  CHECK(count <= 80);
  model.add(exactly(400), false);
  model.add(exactly(400), false);
  CHECK(model.agrees());
  model.add(exactly(400), false);
  CHECK_FALSE(model.agrees());
  for (int i = 0; i < 49; ++i) model.add(usual(), false);
  CHECK_FALSE(model.agrees());
}

TEST_CASE("the same samples make the same table, and copies share it") {
  const LatencyModel model = model_of(repeated(20, 30));
  const LatencyModel copy = model;
  CHECK(&copy.table() == &model.table());
  const LatencyModel again(model.record());
  for (double age = 0.1; age < 5000; age *= 1.3) CHECK(again.table().accrual_at(age) == model.table().accrual_at(age));
}

// --- as text

TEST_CASE("a record survives being written and read") {
  LatencyRecord record;
  Random random(8);
  for (int i = 0; i < 200; ++i) {
    const double low = std::round(random.between(0, 500) * 1000) / 1000;
    record.samples.push_back({1'700'000'000'000 + i * 7'000, low, low + 2.5});
  }
  record.inside = (std::uint64_t{1} << 50) - 3;
  record.judged = 50;
  record.is_relearning = true;
  const std::string text = latency_record_to_json(record);
  CHECK(text.size() < 6'000);
  const auto read = latency_record_from_json(text);
  REQUIRE(read);
  CHECK(read->judged == 50);
  CHECK(read->inside == record.inside);
  CHECK(read->is_relearning);
  REQUIRE(read->samples.size() == 200);
  for (std::size_t i = 0; i < 200; ++i) {
    CHECK(read->samples[i].ended_ms == record.samples[i].ended_ms);
    CHECK(read->samples[i].low_secs == Approx(record.samples[i].low_secs));
    CHECK(read->samples[i].high_secs == Approx(record.samples[i].high_secs));
  }
  CHECK(latency_record_to_json(*read) == text);
  CHECK(latency_record_from_json(latency_record_to_json({})) == LatencyRecord{});
}

TEST_CASE("text that is not a record is none, and nothing is believed that cannot be") {
  const std::string good = latency_record_to_json({{exactly(10, 5'000), exactly(12, 9'000)}, 3, 2, false});
  REQUIRE(latency_record_from_json(good));
  for (std::size_t cut = 0; cut < good.size(); ++cut) CHECK_FALSE(latency_record_from_json(good.substr(0, cut)));
  CHECK_FALSE(latency_record_from_json(good + " "));
  CHECK_FALSE(latency_record_from_json("{\"v\":2" + good.substr(6)));
  CHECK_FALSE(latency_record_from_json("null"));
  for (const char* samples : {"[-1,5,6]", "[0,5.5,6]", "[0,5]", "[0,5,6,7]", "[0,99999999999,6]", "[0,5,99999999999999999999]", "[[0,5,6]]", "0"}) {
    CHECK_FALSE(latency_record_from_json(std::string(R"({"v":1,"newest_ms":9,"inside":0,"judged":0,"relearning":0,"samples":[)") + samples + "]}"));
  }
  std::string many = R"({"v":1,"newest_ms":9,"inside":0,"judged":0,"relearning":0,"samples":[[0,5,6])";
  for (int i = 0; i < 200; ++i) many += ",[0,5,6]";
  CHECK_FALSE(latency_record_from_json(many + "]}"));
}

TEST_CASE("a model made of its record is the same model") {
  // With a hundred samples and more the newest may not be in the table of the model that learned them, as yet.
  for (const int count : {99, 150}) {
    LatencyModel model;
    Random random(9);
    for (int i = 0; i < count; ++i) model.add({i * 1000, 80, 81 + random.unit() * 30}, false);
    const auto record = latency_record_from_json(latency_record_to_json(model.record()));
    REQUIRE(record);
    const LatencyModel again(*record);
    CHECK(again.agrees() == model.agrees());
    CHECK(again.record().samples.size() == model.record().samples.size());
    const double margin = count < 100 ? 1e-3 : 0.02;
    for (const double age : {70.0, 85.0, 100.0, 200.0}) CHECK(again.table().survival_at(age) == Approx(model.table().survival_at(age)).margin(margin));
  }
}
