#include "model/budgets.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace studio {
namespace {

using Json = nlohmann::json;

Json to_json(const Budget& budget) {
  Json json = Json::object();
  if (budget.run) json["run"] = budget.run->micros;
  if (budget.day) json["day"] = budget.day->micros;
  if (budget.project) json["project"] = budget.project->micros;
  if (budget.per_minute) json["per_minute"] = budget.per_minute->micros;
  return json;
}

// False: it is not what to_json() writes.
bool read(const Json& json, const char* currency, Budget& into) {
  if (!json.contains(currency)) return true;
  const Json& caps = json[currency];
  if (!caps.is_object()) return false;
  for (const auto& [name, cap] : caps.items()) {
    if (!cap.is_number_integer() || cap.get<std::int64_t>() < 0) return false;
    const Money amount{cap.get<std::int64_t>()};
    if (name == "run") into.run = amount;
    else if (name == "day") into.day = amount;
    else if (name == "project") into.project = amount;
    else if (name == "per_minute") into.per_minute = amount;
    else return false;
  }
  return true;
}

}  // namespace

std::string budgets_to_json(const Budgets& budgets) {
  if (budgets == Budgets{}) return "";
  return Json{{"usd", to_json(budgets.usd)}, {"play", to_json(budgets.play)}}.dump();
}

Result<Budgets> budgets_from_json(std::string_view text) {
  Budgets budgets;
  if (text.empty()) return budgets;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !read(json, "usd", budgets.usd) || !read(json, "play", budgets.play)) {
    return fail(ErrorKind::Damaged, "The project's budgets cannot be read: set them again.");
  }
  return budgets;
}

std::optional<Money> money_from_text(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with("$")) text = trimmed(text.substr(1));
  constexpr std::size_t decimals = 6;
  constexpr std::int64_t most_dollars = 1'000'000'000;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string part(point == std::string_view::npos ? std::string_view() : text.substr(point + 1));
  if ((whole.empty() && part.empty()) || part.size() > decimals) return std::nullopt;
  part.resize(decimals, '0');
  const auto number = [](std::string_view digits) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    if (digits.empty()) return value;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.front() == '-') return std::nullopt;
    return value;
  };
  const auto dollars = number(whole), micros = number(part);
  if (!dollars || !micros || *dollars > most_dollars) return std::nullopt;
  return Money{*dollars * 1'000'000 + *micros};
}

}  // namespace studio
