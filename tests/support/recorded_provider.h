// A provider for tests alone: a made-up service that uses every column of the port, so that none is ever untested.
//
// Upload in three calls (the address of the second comes out of a header, and is another host, without the key); a submit
// whose answer is the picture itself; a submit that is followed by a further request before its id is known; a finished
// status that leads to a further request; downloads that need the key; a list and a look-up that echo our own id; an
// account that refuses; no cancel. Its answers lie in tests/data/recordings/recorded.json, its models in
// tests/data/providers/recorded.json.
#pragma once

#include <memory>

#include "providers/provider.h"

namespace studio {

std::unique_ptr<Provider> make_recorded_provider(ProviderInfo info);
// With its own data file; throws when that cannot be read.
std::unique_ptr<Provider> make_recorded_provider();

// Where its recordings were taken, with a key of no value.
Endpoint recorded_endpoint();

}  // namespace studio
