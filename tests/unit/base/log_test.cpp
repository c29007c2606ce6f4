#include "base/log.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("a registered secret never reaches a log line") {
  redact_in_logs("fal-key-123456");
  CHECK(redacted("Authorization: Key fal-key-123456, again fal-key-123456") == "Authorization: Key •••, again •••");
  CHECK(redacted("nothing here") == "nothing here");
}
