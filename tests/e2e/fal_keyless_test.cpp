// A service that wants a key, and there is none.
#include "e2e/fal_simulator.h"

using namespace studio;

TEST_CASE("without a key a model of fal.ai is refused before anything is set aside, and says where a key goes") {
  Headless studio;
  studio.set("STUDIO_KEY_FAL", "");
  studio.set("FAL_KEY", "");
  studio.lines({"new"});
  const auto result = studio.run({"generate", "--prompt", "a boat", "--count", "1", "--model", "fal-flux-dev", "--wait"});
  CHECK(result.exit_code != 0);
  CHECK(result.err.find("STUDIO_KEY_FAL") != std::string::npos);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}
