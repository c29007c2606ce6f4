#include "model/poster_hint.h"

#include <algorithm>

namespace studio {
namespace {

constexpr std::size_t colour_bytes = 3;

}  // namespace

std::string to_bytes(const PosterHint& hint) {
  std::string bytes;
  if (!hint.is_known()) return bytes;
  for (std::size_t c = 0; c < colour_bytes; ++c) bytes += static_cast<char>(hint.average_rgba >> (8 * c));
  for (const std::uint8_t byte : hint.thumb_hash()) bytes += static_cast<char>(byte);
  return bytes;
}

PosterHint poster_hint_from(std::string_view bytes) {
  PosterHint hint;
  if (bytes.size() < colour_bytes || bytes.size() > colour_bytes + max_thumb_hash_bytes) return hint;
  hint.average_rgba = 0xFF000000u;
  for (std::size_t c = 0; c < colour_bytes; ++c) hint.average_rgba |= std::uint32_t{static_cast<std::uint8_t>(bytes[c])} << (8 * c);
  bytes.remove_prefix(colour_bytes);
  std::transform(bytes.begin(), bytes.end(), hint.hash.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
  hint.hash_bytes = static_cast<std::uint8_t>(bytes.size());
  return hint;
}

}  // namespace studio
