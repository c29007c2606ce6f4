// A bad day between the whole program and fal.ai's simulator, each its own process: what is paid comes home once, and the books are
// the service's bill.
#include <set>

#include "e2e/fal_simulator.h"

using namespace studio;

namespace {

Json rule(const char* name, Json match, Json what, int times = 1) {
  return {{"name", name}, {"match", std::move(match)}, {"do", std::move(what)}, {"times", times}};
}

const char* portal = "<html><title>Hotel</title>Sign in to go on</html>";

}  // namespace

TEST_CASE("fal.ai on a bad day: every job is made and billed once, and comes home",
          "[fault-29][fault-31][fault-32][fault-35][fault-36][fault-41][fault-42][fault-43][fault-44][fault-45][fault-48]") {
  Headless studio;
  const Fal fal(studio, {{"rules",
                          {rule("throttled", {{"purpose", "submit"}, {"nth", 1}}, {{"status", 429}, {"headers", {{"Retry-After", "1"}}}}),
                           rule("gateway after the work", {{"purpose", "submit"}, {"nth", 3}}, {{"status", 502}, {"body", portal}, {"carried_out", true}}),
                           rule("closed after the work", {{"purpose", "submit"}, {"nth", 5}}, {{"close", "after"}}),
                           rule("portal after the work", {{"purpose", "submit"}, {"nth", 7}}, {{"status", 200}, {"body", portal}, {"carried_out", true}}),
                           rule("id of another", {{"purpose", "submit"}, {"nth", 9}}, {{"same_id", true}}),
                           rule("busy", {{"purpose", "status"}, {"nth", 2}}, {{"status", 503}, {"body", ""}}),
                           rule("portal", {{"purpose", "status"}, {"nth", 4}}, {{"status", 200}, {"body", portal}}),
                           rule("odd word", {{"purpose", "status"}, {"nth", 6}}, {{"set", {{"/status", "THROTTLED"}}}}),
                           rule("closed", {{"purpose", "status"}, {"nth", 8}}, {{"close", "before"}}),
                           rule("result is late", {{"purpose", "result"}, {"nth", 2}}, {{"status", 504}, {"body", portal}}),
                           rule("file is a portal", {{"purpose", "file"}, {"nth", 1}}, {{"status", 200}, {"body", portal}}),
                           rule("file is cut", {{"purpose", "file"}, {"nth", 3}}, {{"cut_share", 0.5}}),
                           rule("file is cut without a length", {{"purpose", "file"}, {"nth", 5}}, {{"cut_share", 0.5}, {"no_length", true}}),
                           rule("address is over", {{"purpose", "file"}, {"nth", 7}}, {{"status", 403}, {"body", ""}}),
                           rule("range is ignored", {{"purpose", "file"}}, {{"ignore_headers", {"Range"}}}, 0)}}});
  studio.lines({"new"});
  const auto made = studio.run({"generate", "--prompt", "a village in snow", "--count", "10", "--strategy", "seed", "--model", "fal-flux-schnell", "--aspect",
                                "512x512", "--wait"}, 240'000);
  INFO(made.err);
  CHECK(made.exit_code == 0);
  const auto done = studio.lines({"list"});
  CHECK(done.size() == 10);
  std::set<std::string> files;
  for (const Json& asset : done) {
    CHECK(asset.at("state") == "done");
    files.insert(asset.at("sha256").get<std::string>());
  }
  CHECK(files.size() == 10);  // nobody got the picture of another
  CHECK(fal.bill().size() == 10);
  const Json books = books_in_dollars(studio);
  CHECK(micros(books.at("settled")) == fal.billed_micros());
  CHECK(micros(books.at("reserved")) == 0);
}
