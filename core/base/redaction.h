// Secrets are replaced by their value in whatever is written or told: the log, stderr, what a service says in its own words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace studio {

// From now on `secret` (at least 6 bytes) is replaced by "•••" in redacted() and in every line of the log: as it is, percent-
// encoded, as JSON escapes it, and in base64 (either alphabet) wherever it stands in what was encoded. Any thread; never taken
// back. The same secret again costs nothing.
void redact_in_logs(std::string secret);

std::string redacted(std::string_view text);

// The forms in which `secret` is looked for, itself first. A form may be a little shorter than the encoded secret: the ends
// depend on what stands beside it.
std::vector<std::string> forms_of_secret(std::string_view secret);

}  // namespace studio
