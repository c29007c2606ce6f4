#include "base/ids.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("ids have one text form and nothing else is accepted") {
  CHECK(to_string(AssetId{12}) == "a12");
  CHECK(parse_id<AssetTag>("a12") == AssetId{12});
  CHECK_FALSE(parse_id<AssetTag>("j12"));
  CHECK_FALSE(parse_id<AssetTag>("a"));
  CHECK_FALSE(parse_id<AssetTag>("a0"));
  CHECK_FALSE(parse_id<AssetTag>("a-1"));
  CHECK_FALSE(parse_id<AssetTag>("a12x"));
  CHECK_FALSE(parse_id<AssetTag>("a99999999999999999999"));
}
