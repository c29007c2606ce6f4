// How long to wait before something is tried again: capped exponential with jitter, and the server's word as a floor.
#pragma once

namespace studio {

// Network errors spread over the whole interval; throttling keeps half of it fixed, because jitter over all of it can
// shrink to nothing inside the very window that is being throttled.
enum class BackoffKind { Network, Throttled };

struct BackoffRule {
  double base_secs = 1;
  double cap_secs = 60;
};

// `tries` counts the failures in a row, from 1. `jitter` is in [0, 1). `retry_after_secs` (0: none) is a floor, with up to
// a tenth more, at most an hour.
double backoff_secs(int tries, BackoffKind kind, double jitter, double retry_after_secs = 0, BackoffRule rule = {});

}  // namespace studio
