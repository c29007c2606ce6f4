#include "base/inbox.h"

#include <thread>

#include "support/catch.h"

using namespace studio;

TEST_CASE("an inbox wakes once per emptiness and keeps the order of each poster") {
  int wakes = 0;
  Inbox<int> inbox([&] { ++wakes; });
  inbox.post(1);
  inbox.post(2);
  CHECK(wakes == 1);
  CHECK(inbox.drain() == std::vector<int>{1, 2});
  CHECK(inbox.drain().empty());
  inbox.post(3);
  CHECK(wakes == 2);
}

TEST_CASE("nothing posted from many threads is lost") {
  Inbox<int> inbox;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([&] { for (int i = 0; i < 1000; ++i) inbox.post(i); });
  }
  CHECK(inbox.drain().size() == 4000);
}
