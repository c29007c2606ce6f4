#include "simulators/faults.h"

#include <cmath>

#include "base/random.h"
#include "simulators/fal_outcome.h"
#include "simulators/words.h"

namespace studio::simulators {
namespace {

using Json = nlohmann::json;

bool headers_from(const Json& value, WireHeaders& headers) {
  if (!value.is_object()) return false;
  for (const auto& [name, text] : value.items()) {
    if (!text.is_string()) return false;
    headers.emplace_back(name, text.get<std::string>());
  }
  return true;
}

bool are_pointers(const Json& names) {
  for (const auto& name : names)
    if (!name.is_string() || !name.get_ref<const std::string&>().starts_with("/")) return false;
  return true;
}

Result<FaultAction> action_from(const Json& json, const std::string& where) {
  FaultAction action;
  std::optional<bool> carries_out;
  bool hangs_up_after = false;
  Words words(json, where);
  words.word("status", [&](const Json& v) { return v.is_number_integer() && v >= 100 && v <= 999 && (action.status = v.get<int>(), true); })
      .word("body", [&](const Json& v) { return action.body = v.is_string() ? v.get<std::string>() : v.dump(), true; })
      .word("headers", [&](const Json& v) { return headers_from(v, action.headers); })
      .word("carried_out", [&](const Json& v) { return v.is_boolean() && (carries_out = v.get<bool>(), true); })
      .word("set", [&](const Json& v) {
        Json names = Json::array();
        if (v.is_object())
          for (const auto& [name, value] : v.items()) names.push_back(name);
        return v.is_object() && are_pointers(names) && (action.set = v, true);
      })
      .word("remove", [&](const Json& v) { return v.is_array() && are_pointers(v) && (action.remove = v, true); })
      .word("ignore_headers", into_words(action.ignored_headers))
      .word("same_id", into(action.same_id))
      .word("outcome", [&](const Json& v) { return is_fal_outcome(v) && (action.outcome = v, true); })
      .word("delay_ms", into(action.delay_ms, 0, 600'000))
      .word("close", [&](const Json& v) {
        action.mishap.hang_up = v == "before" || v == "after";
        hangs_up_after = v == "after";
        return action.mishap.hang_up;
      })
      .word("reset", into(action.mishap.reset))
      .word("cut_at", [&](const Json& v) { return v.is_number_unsigned() && (action.mishap.cut_at = v.get<std::size_t>(), true); })
      .word("cut_share", [&](const Json& v) { return into_real(action.cut_share.emplace(), 0, 1)(v); })
      .word("chunk_bytes", into(action.mishap.chunk_bytes, 1, 1 << 20))
      .word("pause_ms", into(action.mishap.pause_ms, 0, 60'000))
      .word("no_length", [&](const Json& v) { return v.is_boolean() && (action.mishap.tells_length = !v.get<bool>(), true); })
      .word("raw", into(action.mishap.raw));
  STUDIO_CHECK(words.read());
  const bool has_words_of_its_own = action.status || action.body || !action.mishap.raw.empty() || (action.mishap.hang_up && !hangs_up_after);
  action.carries_out = carries_out.value_or(!has_words_of_its_own);
  if (action.mishap.pause_ms > 0 && action.mishap.chunk_bytes == 0) action.mishap.chunk_bytes = 1;
  return action;
}

// What has no such place stays as it is.
Json patched(Json json, const FaultAction& action) {
  const auto apply = [&json](Json step) {
    try {
      json = json.patch(Json::array({std::move(step)}));
    } catch (const Json::exception&) {
    }
  };
  for (const auto& name : action.remove) apply({{"op", "remove"}, {"path", name}});
  if (action.set.is_object())
    for (const auto& [name, value] : action.set.items()) apply({{"op", "add"}, {"path", name}, {"value", value}});
  return json;
}

}  // namespace

Result<FaultBook::Rule> FaultBook::rule_from(const Json& json, std::size_t position) {
  Rule rule;
  rule.name = "rule " + std::to_string(position + 1);
  const std::string where = "Rule " + std::to_string(position + 1);
  Json match = Json::object(), what;
  Words words(json, where);
  words.word("name", into(rule.name))
      .word("match", [&](const Json& v) { return v.is_object() && (match = v, true); })
      .word("times", into(rule.times, 0, 1'000'000'000))
      .word("do", [&](const Json& v) { return v.is_object() && (what = v, true); });
  STUDIO_CHECK(words.read());
  if (what.is_null()) return fail(ErrorKind::BadRequest, where + " does not say what to \"do\".");
  Words matches(match, where + ", match");
  matches.word("purpose", into(rule.purpose))
      .word("method", into(rule.method))
      .word("path_contains", into(rule.path_contains))
      .word("body_contains", into(rule.body_contains))
      .word("endpoint", into(rule.endpoint))
      .word("request_id", into(rule.request_id))
      .word("nth", into(rule.nth, 1, 1'000'000'000))
      .word("from", into(rule.from, 1, 1'000'000'000))
      .word("every", into(rule.every, 1, 1'000'000'000))
      .word("share", into_real(rule.share, 0, 1));
  STUDIO_CHECK(matches.read());
  STUDIO_TRY(rule.action, action_from(what, where + ", do"));
  rule.action.rule = rule.name;
  return rule;
}

Result<void> FaultBook::load(const Json& rules, std::uint64_t seed) {
  if (!rules.is_array()) return fail(ErrorKind::BadRequest, "The rules must be an array.");
  std::vector<Rule> fresh;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    STUDIO_TRY(Rule rule, rule_from(rules[i], i));
    fresh.push_back(std::move(rule));
  }
  std::lock_guard lock(mutex_);
  rules_ = std::move(fresh);
  seed_ = seed;
  return {};
}

bool FaultBook::fits(const Rule& rule, const FaultSubject& subject) {
  const auto is = [](const std::string& wanted, const std::string& there) { return wanted.empty() || wanted == there; };
  return is(rule.purpose, subject.purpose) && is(rule.method, subject.method) && is(rule.endpoint, subject.endpoint) &&
         is(rule.request_id, subject.request_id) && subject.path.find(rule.path_contains) != std::string::npos &&
         subject.body.find(rule.body_contains) != std::string::npos;
}

std::optional<FaultAction> FaultBook::bite(const FaultSubject& subject) {
  std::lock_guard lock(mutex_);
  std::optional<FaultAction> action;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Rule& rule = rules_[i];
    if (!fits(rule, subject)) continue;
    ++rule.seen;  // also when an earlier rule bites: the n-th stays the n-th
    if (action || (rule.times > 0 && rule.bites >= rule.times)) continue;
    if ((rule.nth > 0 && rule.seen != rule.nth) || (rule.from > 0 && rule.seen < rule.from) || (rule.every > 0 && rule.seen % rule.every != 0)) continue;
    if (rule.share < 1) {
      const auto drawn = mix64(seed_) ^ mix64(stable_hash(rule.name)) ^ mix64(static_cast<std::uint64_t>(rule.seen) + 17);
      if (Random(mix64(drawn)).unit() >= rule.share) continue;
    }
    ++rule.bites;
    action = rule.action;
  }
  return action;
}

Json FaultBook::counts() const {
  std::lock_guard lock(mutex_);
  Json counts = Json::array();
  for (const auto& rule : rules_) counts.push_back({{"name", rule.name}, {"seen", rule.seen}, {"bites", rule.bites}});
  return counts;
}

WireAnswer spoilt(WireAnswer answer, const FaultAction& action) {
  if (action.status) answer.status = *action.status;
  if (action.body) {
    answer.body = *action.body;
    const bool is_page = answer.body.starts_with("<");
    answer.set_header("Content-Type", is_page ? "text/html; charset=utf-8" : "application/json");
  }
  if (!action.set.is_null() || !action.remove.is_null()) {
    Json json = Json::parse(answer.body, nullptr, false);
    if (!json.is_discarded()) answer.body = patched(json, action).dump();
  }
  for (const auto& [name, value] : action.headers) answer.set_header(name, value);
  answer.delay_ms += action.delay_ms;
  answer.mishap = action.mishap;
  if (action.cut_share) answer.mishap.cut_at = static_cast<std::size_t>(std::floor(static_cast<double>(answer.body.size()) * *action.cut_share));
  return answer;
}

}  // namespace studio::simulators
