// The sandbox: the embedded provider, spoken to as docs/sandbox-api.md (version 1) says. Draws pictures from words and
// clips from a picture; it has no negative prompt and takes one picture at most.
#pragma once

#include <memory>

#include "providers/provider.h"

namespace studio {

std::unique_ptr<Provider> make_sandbox_provider(ProviderInfo info);

}  // namespace studio
