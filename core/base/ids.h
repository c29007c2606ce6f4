// Typed ids: an asset's number can never be passed where a job's is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace studio {

// 0 is "none"; ids start at 1, are unique within one project and never reused. Text form: the tag's letter and the
// number ("a12", "j7", "g3", "t9"); that is what people and scripts see.
template <class Tag>
struct Id {
  std::int64_t value = 0;
  constexpr bool valid() const { return value > 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

struct AssetTag { static constexpr char letter = 'a'; };
struct JobTag { static constexpr char letter = 'j'; };
struct GenerationTag { static constexpr char letter = 'g'; };
struct AttemptTag { static constexpr char letter = 't'; };

using AssetId = Id<AssetTag>;
using JobId = Id<JobTag>;
using GenerationId = Id<GenerationTag>;
using AttemptId = Id<AttemptTag>;

namespace detail {
std::string id_text(char letter, std::int64_t value);
std::optional<std::int64_t> parse_id(char letter, std::string_view text);
}  // namespace detail

template <class Tag>
std::string to_string(Id<Tag> id) {
  return detail::id_text(Tag::letter, id.value);
}

// Nothing unless `text` is exactly the letter and a positive number.
template <class Tag>
std::optional<Id<Tag>> parse_id(std::string_view text) {
  if (auto value = detail::parse_id(Tag::letter, text)) return Id<Tag>{*value};
  return std::nullopt;
}

}  // namespace studio

template <class Tag>
struct std::hash<studio::Id<Tag>> {
  std::size_t operator()(studio::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
