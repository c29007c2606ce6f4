// fal.ai through its queue (queue.fal.run; clients and documentation of 2026-08, docs/providers.md). A model is a line
// of the data file. No replay: a repeated submit is a new, paid request. No pictures over 90 MB, which it takes in
// parts only.
#pragma once

#include <memory>

#include "providers/provider.h"

namespace studio {

std::unique_ptr<Provider> make_fal_provider(ProviderInfo info);

}  // namespace studio
