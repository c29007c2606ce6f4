// Where logical endpoints are now. "sandbox:default" is the embedded provider: found by its folder, started when needed.
#pragma once

#include <string>

#include "base/result.h"
#include "providers/provider.h"

namespace studio {

// Blocking, up to some seconds when the sandbox must be started. Any thread but the UI's. The started server outlives this
// program, inherits none of its descriptors and ends after an idle minute.
Result<Endpoint> resolve_endpoint(const std::string& logical);

}  // namespace studio
