// Base64 (RFC 4648, padded), for data URIs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace studio::simulators {

std::string base64_encoded(std::string_view bytes);
// Nothing unless it is exactly that.
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace studio::simulators
