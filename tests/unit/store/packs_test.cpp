#include "store/packs.h"

#include <fcntl.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "base/file.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

std::string key_of(int i) { return std::string(60, 'a') + std::to_string(1000 + i) + ":512"; }
std::string value_of(int i) { return std::string(static_cast<std::size_t>(100 + i * 37), static_cast<char>('A' + i % 26)); }

struct PackFolder {
  TempFolder temp;
  std::filesystem::path folder = temp.path() / "packs";
  std::filesystem::path file = folder / "000001.pack";
  std::unique_ptr<Packs> open() const { return Packs::open(folder).value(); }
  void fill(int count) const {
    auto packs = open();
    for (int i = 0; i < count; ++i) REQUIRE(packs->append(key_of(i), value_of(i)));
  }
  std::string bytes() const { return read_file(file).value(); }
  std::filesystem::path index = folder / "000001.index";
  // Other bytes as the pack; without an index every record has to be found by the scan.
  void put(const std::string& bytes, bool with_index = false) const {
    REQUIRE(write_file_durable(file, bytes));
    if (!with_index) std::filesystem::remove(index);
  }
  int readable(int count) const {
    auto packs = open();
    int found = 0;
    for (int i = 0; i < count; ++i) {
      const auto value = packs->read(key_of(i));
      if (value) CHECK(*value == value_of(i));  // never somebody else's or a wrong one
      found += value.has_value();
    }
    return found;
  }
};

}  // namespace

TEST_CASE("what is appended is read back, now and after a new start") {
  PackFolder p;
  {
    auto packs = p.open();
    CHECK_FALSE(packs->has("k"));
    CHECK_FALSE(packs->read("k"));
    REQUIRE(packs->append("k", std::string("v\0v", 3)));
    REQUIRE(packs->append("empty", ""));
    CHECK(packs->has("k"));
    CHECK(packs->read("k") == std::string("v\0v", 3));
  }
  auto packs = p.open();
  CHECK(packs->read("k") == std::string("v\0v", 3));
  CHECK(packs->read("empty") == "");
  CHECK_FALSE(packs->has("K"));
}

TEST_CASE("the newest record of a key counts") {
  PackFolder p;
  {
    auto packs = p.open();
    REQUIRE(packs->append("k", "old"));
    REQUIRE(packs->append("k", "newer"));
    CHECK(packs->read("k") == "newer");
  }
  CHECK(p.open()->read("k") == "newer");
}

TEST_CASE("a torn tail is cut at every length, and appending goes on behind it") {
  PackFolder p;
  p.fill(4);
  const std::string whole = p.bytes(), whole_index = read_file(p.index).value();
  const std::size_t last = whole.size() - value_of(3).size() - key_of(3).size() - 36;
  for (const std::size_t length : {whole.size() - 1, last + 200, last + 37, last + 36, last + 5, last + 1, last}) {
    for (const bool with_index : {false, true}) {
      p.put(whole.substr(0, length), true);
      REQUIRE(write_file_durable(p.index, with_index ? whole_index : ""));
      {
        auto packs = p.open();
        CHECK_FALSE(packs->has(key_of(3)));
        CHECK(packs->read(key_of(2)) == value_of(2));
        CHECK(std::filesystem::file_size(p.file) == last);
        REQUIRE(packs->append(key_of(9), value_of(9)));
      }
      auto packs = p.open();
      CHECK(packs->read(key_of(9)) == value_of(9));
      CHECK(packs->read(key_of(0)) == value_of(0));
    }
  }
}

TEST_CASE("an index is written again when it is lost, torn or damaged, and what it lacks is found") {
  PackFolder p;
  p.fill(6);
  const std::string whole = read_file(p.index).value();
  REQUIRE(whole.size() % 6 == 0);
  for (std::size_t length = 0; length < whole.size(); length += 5) {
    REQUIRE(write_file_durable(p.index, whole.substr(0, length)));
    CHECK(p.readable(6) == 6);
    CHECK(read_file(p.index).value() == whole);
    std::string bad = whole;
    bad[length] = static_cast<char>(bad[length] ^ 4);
    REQUIRE(write_file_durable(p.index, bad));
    CHECK(p.readable(6) == 6);
  }
}

TEST_CASE("an index is used: with it a pack is not walked through") {
  PackFolder p;
  p.fill(3);
  std::string bytes = p.bytes();
  bytes[3] ^= 1;  // the first header, which a scan would step over
  p.put(bytes, true);
  auto packs = p.open();
  CHECK(packs->has(key_of(0)));
  CHECK_FALSE(packs->read(key_of(0)));
  CHECK(packs->read(key_of(1)) == value_of(1));
}

TEST_CASE("an index of another pack makes no wrong picture") {
  PackFolder p;
  p.fill(3);
  const std::string other = read_file(p.index).value();
  std::filesystem::remove(p.file);
  {
    auto packs = p.open();
    for (int i = 5; i >= 0; --i) REQUIRE(packs->append(key_of(i), value_of(i)));
  }
  REQUIRE(write_file_durable(p.index, other));
  CHECK(p.readable(6) < 6);
  std::filesystem::remove(p.index);
  CHECK(p.readable(6) == 6);
}

TEST_CASE("a flipped bit anywhere costs at most one record and never gives a wrong one") {
  PackFolder p;
  p.fill(5);
  const std::string whole = p.bytes();
  CHECK(p.readable(5) == 5);
  int harmed = 0;
  for (std::size_t at = 0; at < whole.size(); at += 11) {
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
    p.put(bad);
    const int found = p.readable(5);
    CHECK(found >= 4);
    harmed += found == 4;
  }
  CHECK(harmed > 0);
}

TEST_CASE("a record found damaged is not there any more, and may be written again") {
  PackFolder p;
  p.fill(3);
  std::string bad = p.bytes();
  bad[bad.size() - 5] ^= 1;
  p.put(bad);
  auto packs = p.open();
  CHECK(packs->has(key_of(2)));  // not looked at yet
  CHECK_FALSE(packs->read(key_of(2)));
  CHECK_FALSE(packs->has(key_of(2)));
  REQUIRE(packs->append(key_of(2), value_of(2)));
  CHECK(packs->read(key_of(2)) == value_of(2));
}

TEST_CASE("rubbish between records is stepped over") {
  PackFolder p;
  p.fill(2);
  const std::string two = p.bytes();
  std::filesystem::remove(p.file);
  p.fill(1);
  const std::string one = p.bytes();
  p.put(one + std::string(3'000'000, '\0') + two);
  CHECK(p.readable(2) == 2);
}

TEST_CASE("foreign files in the folder are left alone") {
  PackFolder p;
  p.fill(1);
  REQUIRE(write_file_durable(p.folder / "notes.txt", "hello"));
  REQUIRE(write_file_durable(p.folder / "1.pack", "hello"));
  CHECK(p.readable(1) == 1);
  CHECK(read_file(p.folder / "notes.txt").value() == "hello");
  CHECK(read_file(p.folder / "1.pack").value() == "hello");
}

TEST_CASE("a full pack is followed by another") {
  PackFolder p;
  p.fill(1);
  const std::string record = p.bytes();
  {
    // The same record again, far behind a hole: the pack is nearly full without being written.
    UniqueFd fd(::open(p.file.c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(::pwrite(fd.get(), record.data(), record.size(), (255 << 20) + 900'000) == static_cast<ssize_t>(record.size()));
  }
  const std::string value(100'000, 'x');
  {
    auto packs = p.open();
    CHECK(packs->read(key_of(0)) == value_of(0));
    REQUIRE(packs->append("fits", value));
    REQUIRE(packs->append("next", value));
    CHECK(packs->read("next") == value);
  }
  CHECK(std::filesystem::file_size(p.file) <= 256u << 20);
  CHECK(std::filesystem::file_size(p.folder / "000002.pack") > 100'000);
  auto packs = p.open();
  CHECK(packs->read("fits") == value);
  CHECK(packs->read("next") == value);
  REQUIRE(packs->append("fits", "newer, in another pack"));
  CHECK(p.open()->read("fits") == "newer, in another pack");
}

TEST_CASE("what is too large for a pack is refused") {
  PackFolder p;
  auto packs = p.open();
  CHECK_FALSE(packs->append("k", std::string((64u << 20) + 1, 'x')));
  CHECK_FALSE(packs->append("", "x"));
  CHECK_FALSE(packs->append(std::string(513, 'k'), "x"));
  CHECK(packs->append(std::string(512, 'k'), "x"));
}

TEST_CASE("threads append and read at the same time") {
  PackFolder p;
  auto packs = p.open();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&packs, t] {
        for (int i = t; i < 200; i += 4) {
          (void)packs->append(key_of(i), value_of(i % 50));
          (void)packs->read(key_of(i / 2));
        }
      });
    }
  }
  int found = 0;
  for (int i = 0; i < 200; ++i) found += packs->read(key_of(i)) == value_of(i % 50);
  CHECK(found == 200);
}
