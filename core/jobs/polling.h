// When a running job is looked at next, and how long it will still take: pure rules, until polling learns from samples.
#pragma once

namespace studio {

// A server that says "look in a year" is looked at every hour.
inline constexpr double longest_server_secs = 3600;

// Seconds until the next look. The first look is due when the model usually is ready; then every quarter of that time,
// between 0.25 and 5 s. The server's own word (0: none) wins over both. `jitter` in [0, 1) moves our own delays by up to
// a tenth either way, so that a batch does not march in step.
double next_poll_secs(double expected_secs, bool is_first, double server_says_secs, double jitter);

// Seconds still to go: the server's word, else from the progress made, else what is left of the usual time; 0 when
// nothing can be said.
double eta_secs(double expected_secs, double age_secs, double progress, double server_says_secs);

}  // namespace studio
