// The provider of FakeService: as small as a provider can be, with its profile open to the tests.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "providers/provider.h"

namespace studio {

struct TinyOptions {
  bool has_info = true;
  bool inline_answers = false;
  bool cancels = true;
  int looks_at_once = 0;
  bool cancels_in_two = false;  // out of the queue first, then interrupted
  bool fetches_in_two = false;  // a file's address is asked for first
  std::function<void(std::string_view step)> before = {};  // each plan and reading, by its name; may throw. Any thread.
  std::int64_t key_life_secs = 0;
  bool lists = false, list_is_complete = false;
  bool names_ids = false;  // a submit's answer names its job in the header Job-Id, also where nothing else is clear
  bool authorised_download = true;  // files need the key; otherwise their addresses are enough
  int submit_timeout_ms = 60'000;
  int image_lane = 2;
  int video_lane = 2;
  ProviderRates rates = {};
  bool http1_only = false;
  Money price{40'000};  // what the data says; the service bills 0.04
  double expected_secs = 2;
};

// Models "tiny-image" (0.04 play, usually ready after 2 s, unless said otherwise) and "tiny-clip" (0.04 play, from a picture).
std::unique_ptr<Provider> make_tiny_provider(TinyOptions options);

}  // namespace studio
