// When many results wait and time is short, those go first whose addresses run out first.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>

#include "base/hash.h"
#include "network/wire_rig.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("with 500 results waiting, those that run out first are brought home first", "[fault-44]") {
  constexpr int count = 500, at_once = 8;
  WireRig wire;
  wire.rig.options().drive = false;
  wire.rig.open();
  const auto jobs = wire.rig.generate(count);
  const std::int64_t soon = wire.rig.clock.wall_ms() + 60'000;
  std::vector<std::string> by_expiry(count);
  REQUIRE(wire.rig.store().write_and_wait([&](Ledger& ledger) -> Result<void> {
    for (int i = 0; i < count; ++i) {
      const int turn = (i * 271 + 13) % count;  // 271 is prime to 500: each turn once
      const std::string id = "r" + std::to_string(i);
      by_expiry[static_cast<std::size_t>(turn)] = "GET /files/" + id + ".0 HTTP/1.1";
      Job job = jobs[static_cast<std::size_t>(i)];
      Attempt attempt;
      attempt.job = job.id;
      attempt.state = AttemptState::RemoteDone;
      attempt.provider = "tiny";
      attempt.account = "default";
      attempt.endpoint = "tiny:default";
      attempt.model = "tiny-image";
      attempt.key = "key-" + id;
      attempt.remote_id = id;
      attempt.reserved = attempt.settled = job.estimate;
      attempt.currency = Currency::Play;
      const std::string bytes = "PNG:" + id + ".0";
      attempt.outputs = {{"/files/" + id + ".0", "image/png", sha256_hex(bytes), static_cast<std::int64_t>(bytes.size()), soon + turn * 1000}};
      STUDIO_TRY(job.attempt, ledger.add_attempt(attempt));
      STUDIO_CHECK(ledger.add_money({job.attempt, MoneyKind::Reserve, job.estimate, Currency::Play, 0}));
      job.state = JobState::Fetching;
      STUDIO_CHECK(ledger.save_job(job));
    }
    return {};
  }));
  wire.rig.close();
  wire.rig.options().drive = true;
  wire.rig.open();
  wire.rig.drain();
  CHECK(wire.rig.assets().size() == count);
  const auto asked = wire.wire.requests("GET /files/");
  REQUIRE(asked.size() == count);
  // The first ones are on the wire before the others are known; of those that are under way together any may arrive first.
  constexpr std::size_t begun_early = at_once;
  std::map<std::string, std::size_t> places;
  for (std::size_t place = begun_early; place < asked.size(); ++place) places[asked[place].line] = place - begun_early;
  std::erase_if(by_expiry, [&](const std::string& line) { return !places.contains(line); });
  REQUIRE(by_expiry.size() == count - begun_early);
  // Whoever a busy machine held up on its way arrives late, one at a time; the others stand where they belong.
  std::size_t out_of_place = 0;
  for (std::size_t i = 0; i < by_expiry.size(); ++i) {
    const auto place = static_cast<std::ptrdiff_t>(places.at(by_expiry[i]));
    if (std::abs(place - static_cast<std::ptrdiff_t>(i)) > 3 * static_cast<std::ptrdiff_t>(at_once)) ++out_of_place;
  }
  CHECK(out_of_place <= at_once);
}
