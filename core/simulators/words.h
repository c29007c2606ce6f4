// Reads a JSON object all of whose words are known: what a simulator is told, where a word that is not understood must be an
// error and not silence.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.h"

namespace studio::simulators {

class Words {
 public:
  using Take = std::function<bool(const nlohmann::json&)>;  // false: the value does not fit

  Words(const nlohmann::json& object, std::string where) : object_(object), where_(std::move(where)) {}

  Words& word(const std::string& name, Take take) {
    takes_[name] = std::move(take);
    return *this;
  }

  Result<void> read() const {
    if (!object_.is_object()) return fail(ErrorKind::BadRequest, where_ + ": this must be an object.");
    for (const auto& [name, value] : object_.items()) {
      const auto take = takes_.find(name);
      if (take == takes_.end()) return fail(ErrorKind::BadRequest, where_ + ": there is no word \"" + name + "\".");
      if (!take->second(value)) return fail(ErrorKind::BadRequest, where_ + ": \"" + name + "\" cannot be " + value.dump() + ".");
    }
    return {};
  }

 private:
  const nlohmann::json& object_;
  std::string where_;
  std::map<std::string, Take> takes_;
};

// What a word goes into. The variable must outlive the reading.
inline Words::Take into(std::string& text) {
  return [&text](const nlohmann::json& value) { return value.is_string() && (text = value.get<std::string>(), true); };
}

inline Words::Take into(bool& flag) {
  return [&flag](const nlohmann::json& value) { return value.is_boolean() && (flag = value.get<bool>(), true); };
}

template <class Number>
Words::Take into(Number& number, std::int64_t low, std::int64_t high) {
  return [&number, low, high](const nlohmann::json& value) {
    if (!value.is_number_integer() || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) return false;
    number = static_cast<Number>(value.get<std::int64_t>());
    return true;
  };
}

inline Words::Take into_real(double& number, double low, double high) {
  return [&number, low, high](const nlohmann::json& value) {
    if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= high)) return false;
    number = value.get<double>();
    return true;
  };
}

inline Words::Take into_words(std::vector<std::string>& words) {
  return [&words](const nlohmann::json& value) {
    if (!value.is_array()) return false;
    words.clear();
    for (const auto& word : value) {
      if (!word.is_string()) return false;
      words.push_back(word.get<std::string>());
    }
    return true;
  };
}

// One of two words: `flag` says whether it is the second.
inline Words::Take into_choice(bool& flag, std::string no, std::string yes) {
  return [&flag, no = std::move(no), yes = std::move(yes)](const nlohmann::json& value) {
    if (value != no && value != yes) return false;
    flag = value == yes;
    return true;
  };
}

}  // namespace studio::simulators
