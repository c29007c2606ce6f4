#include "store/store.h"

#include <fcntl.h>

#include <atomic>
#include <future>
#include <thread>

#include "base/file.h"
#include "project_fixture.h"
#include "sample_values.h"

using namespace studio;

namespace {

// Holds the store thread inside a write until it is let go, so that what comes behind queues up.
class Gate {
 public:
  explicit Gate(Store& store) {
    store.write([this](Ledger&) -> Result<void> {
      inside_.set_value();
      opened_.get_future().wait();
      return {};
    });
    inside_.get_future().wait();
  }
  void open() { opened_.set_value(); }

 private:
  std::promise<void> inside_, opened_;
};

std::int64_t commits(Store& store) {
  std::int64_t number = 0;
  REQUIRE(store.read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(number, ledger.commits());
    return {};
  }));
  return number;
}

}  // namespace

TEST_CASE("writes that wait are committed together, each with its callback, in order") {
  TestProject project;
  auto store = project.open();
  const std::int64_t before = commits(*store);
  Gate gate(*store);
  std::vector<int> order;  // only the store thread touches it until the last wait is over
  for (int i = 0; i < 100; ++i) {
    store->write([i](Ledger& l) { return l.set_fact("n" + std::to_string(i), std::to_string(i)); },
                 [&order, i](Result<void> result) { order.push_back(result ? i : -1); });
  }
  gate.open();
  CHECK(commits(*store) == before + 1);  // the gate itself changed nothing
  std::vector<int> expected(100);
  for (int i = 0; i < 100; ++i) expected[static_cast<std::size_t>(i)] = i;
  CHECK(order == expected);
  CHECK(fact_of(*store, "n99") == "99");
}

TEST_CASE("a write that fails takes back its own changes and nobody else's") {
  TestProject project;
  auto store = project.open();
  Gate gate(*store);
  std::vector<std::string> outcomes;
  const auto queue = [&](const std::string& name, std::function<Result<void>(Ledger&)> after) {
    store->write(
        [name, after](Ledger& l) -> Result<void> {
          STUDIO_CHECK(l.set_fact(name, "there"));
          return after(l);
        },
        [&outcomes](Result<void> result) { outcomes.push_back(result ? "ok" : result.error().message); });
  };
  queue("one", [](Ledger&) -> Result<void> { return {}; });
  queue("two", [](Ledger&) -> Result<void> { return fail(ErrorKind::Bug, "two failed"); });
  queue("three", [](Ledger& l) -> Result<void> {
    Attempt attempt;
    attempt.job = {1234};
    STUDIO_CHECK(l.add_attempt(attempt));  // there is no such job
    return {};
  });
  queue("four", [](Ledger&) -> Result<void> { throw std::runtime_error("thrown"); });
  queue("five", [](Ledger&) -> Result<void> { return {}; });
  gate.open();
  CHECK(fact_of(*store, "one") == "there");
  CHECK(fact_of(*store, "two").empty());
  CHECK(fact_of(*store, "three").empty());
  CHECK(fact_of(*store, "four").empty());
  CHECK(fact_of(*store, "five") == "there");
  REQUIRE(outcomes.size() == 5);
  CHECK(outcomes[0] == "ok");
  CHECK(outcomes[1] == "two failed");
  CHECK(outcomes[2] != "ok");
  CHECK(outcomes[3] != "ok");
  CHECK(outcomes[4] == "ok");
}

TEST_CASE("the callback comes after the commit: another connection sees the change") {
  TestProject project;
  auto store = project.open();
  std::promise<std::string> seen;
  store->write([](Ledger& l) { return l.set_fact("x", "durable"); },
               [&](Result<void>) { seen.set_value(Ledger::open_read_only(project.path).value()->fact("x").value()); });
  CHECK(seen.get_future().get() == "durable");
}

TEST_CASE("a read comes after the writes before it and changes nothing") {
  TestProject project;
  auto store = project.open();
  store->write([](Ledger& l) { return l.set_fact("x", "1"); });
  CHECK(fact_of(*store, "x") == "1");
  REQUIRE(store->read_and_wait([](Ledger& l) { return l.set_fact("x", "2"); }));
  CHECK(fact_of(*store, "x") == "1");
}

TEST_CASE("closing finishes what is queued and leaves no log behind") {
  TestProject project;
  std::atomic<int> done = 0;
  {
    auto store = project.open();
    for (int i = 0; i < 50; ++i) {
      store->write([i](Ledger& l) { return l.set_fact("k" + std::to_string(i), "v"); }, [&](Result<void> r) { done += r ? 1 : 0; });
    }
  }
  CHECK(done == 50);
  CHECK_FALSE(std::filesystem::exists(project.path / "ledger.sqlite-wal"));
  auto store = project.open();
  CHECK(fact_of(*store, "k49") == "v");
}

TEST_CASE("many threads write at the same time and nothing is lost") {
  TestProject project;
  auto store = project.open();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&store, t] {
        for (int i = 0; i < 50; ++i) {
          store->write([=](Ledger& l) { return l.set_fact(std::to_string(t) + "/" + std::to_string(i), "v"); });
        }
        (void)store->write_and_wait([](Ledger& l) { return l.set_fact("last", "v"); });
      });
    }
  }
  for (int t = 0; t < 4; ++t) CHECK(fact_of(*store, std::to_string(t) + "/49") == "v");
}

TEST_CASE("a reader in another thread sees whole commits while the writer writes") {
  TestProject project;
  auto store = project.open();
  REQUIRE(store->write_and_wait([](Ledger& l) -> Result<void> {
    STUDIO_CHECK(l.set_fact("left", "0"));
    return l.set_fact("right", "0");
  }));
  std::atomic<bool> is_writing = true;
  int torn = 0, failed = 0, looks = 0;
  std::string last;
  std::jthread reader([&] {
    auto ledger = Ledger::open_read_only(project.path).value();
    bool goes_on = true;
    while (goes_on) {
      goes_on = is_writing;
      const auto result = ledger->snapshot([&]() -> Result<void> {
        STUDIO_TRY(const std::string left, ledger->fact("left"));
        STUDIO_TRY(const std::string right, ledger->fact("right"));
        torn += left != right;
        last = left;
        return {};
      });
      failed += !result;
      ++looks;
    }
  });
  for (int i = 1; i <= 200; ++i) {
    REQUIRE(store->write_and_wait([i](Ledger& l) -> Result<void> {
      STUDIO_CHECK(l.set_fact("left", std::to_string(i)));
      return l.set_fact("right", std::to_string(i));
    }));
  }
  is_writing = false;
  reader.join();
  CHECK(looks > 0);
  CHECK(torn == 0);
  CHECK(failed == 0);
  CHECK(last == "200");
}

TEST_CASE("a reader cannot write") {
  TestProject project;
  auto ledger = Ledger::open_read_only(project.path).value();
  CHECK_FALSE(ledger->set_fact("x", "1"));
  CHECK(ledger->fact("name").value() == "test");
}

TEST_CASE("a full disk is said in words, nothing is half done, and with room again writes work", "[fault-21]") {
  TempFolder temp;
  SmallDisk disk(temp.path() / "disk", "3m");
  if (!disk.is_there()) STUDIO_SKIP("the right to mount a small disk");
  const auto project = temp.path() / "disk" / "project";
  REQUIRE(Store::create(project, "small"));
  auto store = Store::open(project).value();
  REQUIRE(store->write_and_wait([](Ledger& l) { return l.set_fact("before", "1"); }));

  const auto filler = temp.path() / "disk" / "filler";
  {
    UniqueFd fd(::open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const std::string block(64 * 1024, 'x');
    while (::write(fd.get(), block.data(), block.size()) > 0) {}
    REQUIRE(errno == ENOSPC);  // the fault bites
  }
  const std::string large(600 * 1024, 'y');
  // In one transaction with others, and alone.
  Gate gate(*store);
  std::promise<Result<void>> small_one, large_one;
  store->write([](Ledger& l) { return l.set_fact("small", "1"); }, [&](Result<void> r) { small_one.set_value(r); });
  store->write([&](Ledger& l) { return l.set_fact("large", large); }, [&](Result<void> r) { large_one.set_value(r); });
  gate.open();
  const auto small_result = small_one.get_future().get(), large_result = large_one.get_future().get();
  REQUIRE_FALSE(small_result);
  REQUIRE_FALSE(large_result);
  CHECK(small_result.error().kind == ErrorKind::Disk);
  CHECK(large_result.error().message.find("no room") != std::string::npos);
  const auto alone = store->write_and_wait([&](Ledger& l) { return l.set_fact("large", large); });
  REQUIRE_FALSE(alone);
  CHECK(alone.error().kind == ErrorKind::Disk);

  std::filesystem::remove(filler);
  REQUIRE(store->write_and_wait([&](Ledger& l) { return l.set_fact("large", large); }));
  CHECK(fact_of(*store, "before") == "1");
  CHECK(fact_of(*store, "small").empty());
  store.reset();
  auto again = Store::open(project);
  REQUIRE(again);
  CHECK(fact_of(**again, "large") == large);
}
