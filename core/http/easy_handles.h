// libcurl's easy handles, used again. Internal to the room; for the network thread.
#pragma once

#include <curl/curl.h>

#include <vector>

namespace studio {

// Easy handles that rest between transfers: a fresh one for every request costs a fifth of the request. What libcurl keeps in
// one through a reset is in the share or the multi handle here (names, sessions, connections); cookies are off.
class EasyHandles {
 public:
  EasyHandles() = default;
  ~EasyHandles() { clear(); }
  EasyHandles(const EasyHandles&) = delete;
  EasyHandles& operator=(const EasyHandles&) = delete;

  CURL* take();           // as new; null: out of memory
  void give(CURL* easy);  // out of its multi handle; null is fine
  void clear();

 private:
  std::vector<CURL*> resting_;
};

}  // namespace studio
