// What stands in a picture's place until its poster is read: its average colour and a ThumbHash, small enough to be kept in
// memory for each of 100,000.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace studio {

inline constexpr std::size_t max_thumb_hash_bytes = 25;

struct PosterHint {
  std::uint32_t average_rgba = 0;  // red lowest, opaque; 0: nothing is known
  std::uint8_t hash_bytes = 0;
  std::array<std::uint8_t, max_thumb_hash_bytes> hash{};  // media/thumb_hash.h

  bool is_known() const { return average_rgba != 0; }
  std::span<const std::uint8_t> thumb_hash() const { return {hash.data(), hash_bytes}; }
  bool operator==(const PosterHint&) const = default;
};
static_assert(sizeof(PosterHint) <= 32);

// For the ledger: red, green, blue, then the hash. What is no hint reads as one that is not known.
std::string to_bytes(const PosterHint& hint);
PosterHint poster_hint_from(std::string_view bytes);

}  // namespace studio
