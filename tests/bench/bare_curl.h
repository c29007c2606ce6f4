// libcurl by itself: what a program has that writes its own loop of one epoll and handles of 250 transfers, and no rules. The floor
// that our client is held against.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace studio {

class BareCurl {
 public:
  BareCurl();
  ~BareCurl();
  BareCurl(const BareCurl&) = delete;
  BareCurl& operator=(const BareCurl&) = delete;

  // `done` is called from run_once(); it may call get().
  void get(const std::string& url, std::function<void(bool ok)> done);
  void run_once(int max_wait_ms);

 private:
  struct Multi;
  struct Transfer {
    CURL* easy = nullptr;
    Multi* multi = nullptr;
    std::string body;
    std::function<void(bool)> done;
  };
  Multi& multi_with_room();
  void collect(Multi& multi);

  int epoll_ = -1;
  std::vector<std::unique_ptr<Multi>> multis_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> idle_;  // with their handles, to be used again
};

}  // namespace studio
