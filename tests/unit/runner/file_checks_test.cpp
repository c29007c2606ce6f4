// Files of the vault that changed on the disk after they had arrived: found in quiet moments, said, never touched, and mended
// by the right bytes.
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "base/file.h"
#include "model/damage.h"
#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::string flip_a_bit(const std::filesystem::path& file) {
  std::string bytes = read_file(file).value();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  ::chmod(file.c_str(), 0644);
  std::ofstream(file, std::ios::binary) << bytes;
  ::chmod(file.c_str(), 0444);
  return bytes;
}

std::string checked_fact(Rig& rig) {
  std::string fact;
  REQUIRE(rig.store().read_and_wait([&](Ledger& ledger) -> Result<void> {
    STUDIO_TRY(fact, ledger.fact("files_checked"));
    return {};
  }));
  return fact;
}

// Until the round that is due has come to its end, which no event tells.
void wait_for_round(Rig& rig, const std::string& before = {}) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    const std::string fact = checked_fact(rig);
    if (fact != before && fact.ends_with(" over")) return;
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("the round does not end: " + fact);
    std::this_thread::yield();
  }
}

Asset asset_of(Rig& rig, AssetId id) {
  for (const Asset& asset : rig.assets()) {
    if (asset.id == id) return asset;
  }
  throw std::runtime_error("no asset " + to_string(id));
}

}  // namespace

TEST_CASE("a bit that flips in a picture that was done is found, said, and touched by nobody", "[fault-26]") {
  Rig rig;
  rig.open();
  rig.generate(2);
  rig.drain();
  const Asset first = rig.assets().at(0), second = rig.assets().at(1);
  rig.close();
  const auto file = rig.vault().blob_path(first.sha256);
  const std::string bad = flip_a_bit(file);
  rig.clock.advance_ms(31 * day_ms);
  rig.open();
  wait_for_round(rig);
  CHECK(asset_of(rig, first.id).state == AssetState::Missing);
  CHECK(is_damage(asset_of(rig, first.id).reason));
  CHECK(asset_of(rig, first.id).reason.find("Re-make") != std::string::npos);
  CHECK(asset_of(rig, second.id).state == AssetState::Done);
  CHECK(read_file(file).value() == bad);
  const auto told = rig.events<AssetChanged>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].asset.id == first.id);
  CHECK(told[0].asset.state == AssetState::Missing);
}

TEST_CASE("a library that was looked through is left alone for thirty days", "[fault-26]") {
  Rig rig;
  rig.open();
  rig.generate(2);
  rig.drain();
  rig.reopen();
  rig.outlook();
  CHECK(checked_fact(rig) == "");  // what has just arrived was read then
  rig.close();
  rig.clock.advance_ms(31 * day_ms);
  rig.open();
  wait_for_round(rig);
  const std::string fact = checked_fact(rig);
  const Asset first = rig.assets().at(0);
  rig.close();
  flip_a_bit(rig.vault().blob_path(first.sha256));
  rig.clock.advance_ms(29 * day_ms);
  rig.open();
  rig.generate(1);
  rig.drain();
  CHECK(checked_fact(rig) == fact);
  CHECK(asset_of(rig, first.id).state == AssetState::Done);
  rig.close();
  rig.clock.advance_ms(2 * day_ms);
  rig.open();
  wait_for_round(rig, fact);
  CHECK(asset_of(rig, first.id).state == AssetState::Missing);
}

TEST_CASE("after an end in the middle the files that came last are read again, too", "[fault-26]") {
  Rig rig;
  rig.open();
  rig.generate(2);
  rig.drain();
  const Asset last = rig.assets().at(1);
  rig.close();
  flip_a_bit(rig.vault().blob_path(last.sha256));
  rig.options().doubts_files = true;
  rig.open();
  wait_for_round(rig);
  CHECK(asset_of(rig, last.id).state == AssetState::Missing);
}

TEST_CASE("a round that was cut short goes on where it was", "[fault-26]") {
  Rig rig;
  rig.open();
  rig.generate(3);
  rig.drain();
  const Asset first = rig.assets().at(0), last = rig.assets().at(2);
  const std::int64_t began = rig.clock.wall_ms();
  REQUIRE(rig.store().write_and_wait([&](Ledger& ledger) {
    return ledger.set_fact("files_checked", std::to_string(began) + " " + std::to_string(first.id.value) + " all");
  }));
  rig.close();
  for (const Asset& asset : {first, last}) flip_a_bit(rig.vault().blob_path(asset.sha256));
  rig.open();
  wait_for_round(rig);
  CHECK(checked_fact(rig) == std::to_string(began) + " " + std::to_string(last.id.value) + " over");
  CHECK(asset_of(rig, first.id).state == AssetState::Done);
  CHECK(asset_of(rig, last.id).state == AssetState::Missing);
}

TEST_CASE("a file that was taken away is missing, and done once it is back", "[fault-26]") {
  Rig rig;
  rig.open();
  rig.generate(1);
  rig.drain();
  const Asset asset = rig.assets().at(0);
  const auto file = rig.vault().blob_path(asset.sha256), aside = rig.project() / "aside";
  std::filesystem::rename(file, aside);
  rig.runner().check_files({asset.id});
  rig.wait_until([&] { return asset_of(rig, asset.id).state == AssetState::Missing; });
  CHECK_FALSE(is_damage(asset_of(rig, asset.id).reason));
  std::filesystem::rename(aside, file);
  rig.runner().check_files({asset.id});
  rig.wait_until([&] { return asset_of(rig, asset.id).state == AssetState::Done; });
  CHECK(asset_of(rig, asset.id).reason == "");
}

TEST_CASE("the right bytes mend a damaged picture, imported or made once more", "[fault-26]") {
  Rig rig;
  rig.service.file_bytes = [](const std::string&, int) { return std::string("PNG:the same each time"); };
  rig.open();
  rig.generate(1);
  rig.drain();
  const Asset asset = rig.assets().at(0);
  const auto file = rig.vault().blob_path(asset.sha256);
  const std::string good = read_file(file).value();
  const auto damage = [&] {
    flip_a_bit(file);
    rig.runner().check_files({asset.id});
    rig.wait_until([&] { return asset_of(rig, asset.id).state == AssetState::Missing; });
  };

  damage();
  const auto outside = rig.project().parent_path() / "good.png";
  REQUIRE(write_file_durable(outside, good));
  const auto imported = rig.import({outside});
  REQUIRE(imported.at(0).asset);
  CHECK(imported[0].asset->id == asset.id);
  CHECK(imported[0].asset->state == AssetState::Done);
  CHECK(asset_of(rig, asset.id).state == AssetState::Done);
  CHECK(read_file(file).value() == good);
  CHECK(rig.events<AssetChanged>().back().asset.state == AssetState::Done);

  damage();
  rig.generate(1);
  rig.drain();
  REQUIRE(rig.assets().size() == 2);
  CHECK(asset_of(rig, asset.id).state == AssetState::Done);
  CHECK(read_file(file).value() == good);
  CHECK(rig.broken_promises() == "");
}
