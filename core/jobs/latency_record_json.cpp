// The record of a model as one line of JSON. This room has no JSON library, and needs none for one list of whole numbers.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "jobs/latency_model.h"

namespace studio {
namespace {

// Reads exactly what is expected, number by number; `ok` stays false once something else was found.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool skip(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  void expect(std::string_view expected) { ok = skip(expected) && ok; }
  std::int64_t number(std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    ok = ok && error == std::errc{} && value >= 0 && value <= most;
    if (ok) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return ok ? value : 0;
  }
  bool is_at_end() const { return rest_.empty(); }

  bool ok = true;

 private:
  std::string_view rest_;
};

constexpr std::int64_t longest_ms = static_cast<std::int64_t>(HazardTable::longest_secs * 1000);
constexpr std::int64_t any = std::int64_t{1} << 53;

}  // namespace

// {"v":1,"newest_ms":1700000000000,"inside":7,"judged":3,"relearning":0,"samples":[[age of it in s, low ms, high ms],…]}
std::string latency_record_to_json(const LatencyRecord& record) {
  const std::int64_t newest_ms = record.samples.empty() ? 0 : record.samples.back().ended_ms;
  std::string text = "{\"v\":1,\"newest_ms\":" + std::to_string(newest_ms) + ",\"inside\":" + std::to_string(record.inside) +
                     ",\"judged\":" + std::to_string(record.judged) + ",\"relearning\":" + (record.is_relearning ? "1" : "0") + ",\"samples\":[";
  const auto add = [&](std::int64_t value, char then) {
    char digits[20];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    text += then;
  };
  for (const LatencySample& sample : record.samples) {
    text += text.back() == ']' ? ",[" : "[";
    add(std::max<std::int64_t>(0, newest_ms - sample.ended_ms) / 1000, ',');
    add(std::llround(sample.low_secs * 1000), ',');
    add(std::llround(sample.high_secs * 1000), ']');
  }
  return text + "]}";
}

std::optional<LatencyRecord> latency_record_from_json(std::string_view text) {
  Reader reader(text);
  LatencyRecord record;
  reader.expect("{\"v\":1,\"newest_ms\":");
  const std::int64_t newest_ms = reader.number(any);
  reader.expect(",\"inside\":");
  record.inside = static_cast<std::uint64_t>(reader.number((std::int64_t{1} << LatencyModel::agreeing_samples) - 1));
  reader.expect(",\"judged\":");
  record.judged = static_cast<int>(reader.number(LatencyModel::agreeing_samples));
  reader.expect(",\"relearning\":");
  record.is_relearning = reader.number(1) == 1;
  reader.expect(",\"samples\":[");
  while (reader.ok && !reader.skip("]")) {
    if (record.samples.size() == LatencyModel::most_samples) return std::nullopt;
    if (!record.samples.empty()) reader.expect(",");
    LatencySample sample;
    reader.expect("[");
    sample.ended_ms = newest_ms - reader.number(any / 1000) * 1000;
    reader.expect(",");
    sample.low_secs = static_cast<double>(reader.number(longest_ms)) / 1000;
    reader.expect(",");
    sample.high_secs = static_cast<double>(reader.number(longest_ms)) / 1000;
    reader.expect("]");
    record.samples.push_back(sample);
  }
  reader.expect("}");
  if (!reader.ok || !reader.is_at_end()) return std::nullopt;
  return record;
}

}  // namespace studio
