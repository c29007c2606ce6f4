#include "http/easy_handles.h"

namespace studio {
namespace {

// Some 20 KiB each.
constexpr std::size_t max_resting_handles = 64;

}  // namespace

void EasyHandles::clear() {
  for (CURL* easy : resting_) curl_easy_cleanup(easy);
  resting_.clear();
}

CURL* EasyHandles::take() {
  if (resting_.empty()) return curl_easy_init();
  CURL* easy = resting_.back();
  resting_.pop_back();
  return easy;
}

void EasyHandles::give(CURL* easy) {
  if (easy == nullptr) return;
  if (resting_.size() >= max_resting_handles) return curl_easy_cleanup(easy);
  curl_easy_reset(easy);  // nothing of this transfer, keys least of all, stays with it
  resting_.push_back(easy);
}

}  // namespace studio
