// Which bytes a Range header asks for (RFC 9110 section 14).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace studio {

struct ByteRange {
  std::int64_t first = 0, last = -1;  // first > last: it cannot be satisfied
};

// One range of `size` bytes out of "bytes=a-b", "bytes=a-", "bytes=-n". Nothing for what we may ignore (several ranges,
// other units: RFC 9110 lets a server send the whole).
std::optional<ByteRange> parse_byte_range(std::string_view text, std::int64_t size);

}  // namespace studio
