// The simulator's own bill: a line for each accepted request before its answer leaves, and what becomes of it.
#include "simulators/fal_bench.h"

using namespace studio;
using namespace studio::fal_test;

namespace {

Served::Setup with(Json settings, Json rules = Json::array()) {
  Served::Setup setup;
  setup.settings = std::move(settings);
  setup.rules = std::move(rules);
  return setup;
}

std::string line_of(const Json& line) {
  return line.at("endpoint").get<std::string>() + " " + line.at("state").get<std::string>() + " " + line.at("amount_micros").dump();
}

}  // namespace

TEST_CASE("fal bill: a line is there, pending, before the work begins, and billed at its end") {
  Served served;
  const auto client = served.client();
  served.gate.hold();
  const auto submitted = client.submit("fal-ai/flux-pro/v1.1", picture_input());
  Json bill = client.bill();
  REQUIRE(bill.size() == 1);
  CHECK(line_of(bill.at(0)) == "fal-ai/flux-pro/v1.1 pending 40000");
  CHECK(bill.at(0).at("request_id") == submitted.json.at("request_id"));
  CHECK(bill.at(0).at("unit") == "megapixels");
  CHECK(bill.at(0).at("units") == 1.0);
  CHECK(bill.at(0).at("unit_price") == 0.04);
  CHECK(bill.at(0).at("currency") == "USD");
  // Another reader sees it on disk already.
  const auto beside = simulators::read_fal_bill(served.own_folder.path());
  REQUIRE(beside);
  CHECK(beside->size() == 1);
  served.gate.open();
  client.completed(submitted);
  CHECK(line_of(client.bill().at(0)) == "fal-ai/flux-pro/v1.1 billed 40000");
}

TEST_CASE("fal bill: failures of the service are refunded, unless a fault bills them") {
  Served served(with(Json::object(), one_rule({{"purpose", "submit"}, {"nth", 1}}, {{"outcome", {{"status", 503}}}})));
  const auto client = served.client();
  const auto failed = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(client.result(failed).status == 503);
  CHECK(line_of(client.bill().at(0)) == "fal-ai/flux/dev refunded 0");
  client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"outcome", {{"status", 500}, {"billed", true}}}})}});
  CHECK(client.result(client.submit("fal-ai/flux/dev", picture_input())).status == 500);
  CHECK(line_of(client.bill().at(1)) == "fal-ai/flux/dev billed 25000");
}

TEST_CASE("fal bill: a refused prompt ends as 422 content_policy_violation, billed only where the settings say so") {
  Served served(with({{"refused_words", {"forbidden"}}}));
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input("a forbidden boat"));
  CHECK(submitted.status == 200);
  CHECK(client.completed(submitted).at("error_type") == "content_policy_violation");
  const auto result = client.follow(submitted.json.at("response_url"));
  CHECK(result.status == 422);
  CHECK(result.faults() == std::vector<std::string>{"content_policy_violation body.prompt"});
  CHECK(line_of(client.bill().at(0)) == "fal-ai/flux/dev refunded 0");
  client.obey({{"settings", {{"bills_refusals", true}}}});
  client.completed(client.submit("fal-ai/flux/dev", picture_input("a forbidden boat")));
  CHECK(line_of(client.bill().at(1)) == "fal-ai/flux/dev billed 25000");
  CHECK(client.result(client.submit("fal-ai/flux/dev", picture_input("an unforbidden boat"))).status == 200);  // whole words only
}

TEST_CASE("fal bill: prices change for what comes after, a bill above the told price can be asked for") {
  Served served;
  const auto client = served.client();
  served.gate.hold();
  const auto before = client.submit("fal-ai/flux/dev", picture_input());
  client.obey({{"settings", {{"price_factor", 3}, {"bill_factor", 2}}}});
  const auto after = client.submit("fal-ai/flux/dev", picture_input());
  served.gate.open();
  client.completed(before);
  client.completed(after);
  CHECK(client.bill().at(0).at("amount_micros") == 25'000);
  CHECK(client.bill().at(1).at("unit_price") == 0.075);
  CHECK(client.bill().at(1).at("amount_micros") == 150'000);
}

TEST_CASE("fal bill: when the money is gone a submit is 403 and nothing is added") {
  Served served(with({{"balance", 0.05}}));
  const auto client = served.client();
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  const auto locked = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(locked.status == 403);
  CHECK(locked.json.at("detail").get<std::string>().find("Exhausted balance") != std::string::npos);
  CHECK(client.bill().size() == 2);
  client.obey({{"settings", {{"balance", 1}}}});
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
}

TEST_CASE("fal bill: jobs, files and lines are there again when a folder is served anew") {
  TempFolder folder;
  Served::Setup setup;
  setup.folder = folder.path();
  std::string id, file;
  {
    Served served(setup);
    const auto client = served.client();
    const auto done = client.submit("fal-ai/flux/dev", picture_input("done"));
    const auto result = client.result(done);
    file = result.json.at("images").at(0).at("url").get<std::string>().substr(("http://127.0.0.1:" + std::to_string(client.port())).size());
    id = done.json.at("request_id");
    served.gate.hold();
    client.submit("fal-ai/flux/dev", picture_input("unfinished"));
  }
  Served served(setup);
  const auto client = served.client();
  const auto again = client.get("/queue/fal-ai/flux/requests/" + id);
  CHECK(again.status == 200);
  CHECK(again.json.at("prompt") == "done");
  CHECK(client.get(file).status == 200);
  // The unfinished one was queued anew and ends; nothing is billed twice.
  for (;;) {
    const Json bill = client.bill();
    REQUIRE(bill.size() == 2);
    if (bill.at(1).at("state") == "pending") continue;
    CHECK(line_of(bill.at(1)) == "fal-ai/flux/dev billed 25000");
    break;
  }
}
