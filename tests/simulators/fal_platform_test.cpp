// The platform's interface: prices, and the list of requests that a lost submit is found in.
#include "simulators/fal_bench.h"
#include "simulators/fal_platform_api.h"

using namespace studio;
using namespace studio::fal_test;

namespace {

constexpr const char* list = "/api/v1/models/requests/by-endpoint?endpoint_id=fal-ai/flux/dev";

std::vector<std::string> ids_of(const Reply& reply) {
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  std::vector<std::string> ids;
  for (const auto& item : reply.json.at("items")) ids.push_back(item.at("request_id"));
  return ids;
}

Served::Setup by_fake_clock(Json settings = Json::object()) {
  Served::Setup setup;
  setup.settings = std::move(settings);
  setup.has_fake_clock = true;
  return setup;
}

}  // namespace

TEST_CASE("fal platform: prices are told by endpoint, in the service's units") {
  Served served;
  const auto client = served.client();
  const auto reply = client.get("/api/v1/models/pricing?endpoint_id=fal-ai/flux/dev," + std::string(kling) + "&endpoint_id=fal-ai/fast-sdxl");
  REQUIRE(reply.status == 200);
  const Json& prices = reply.json.at("prices");
  REQUIRE(prices.size() == 3);
  CHECK(prices.at(0) == Json{{"endpoint_id", "fal-ai/flux/dev"}, {"unit_price", 0.025}, {"unit", "megapixels"}, {"currency", "USD"}});
  CHECK(prices.at(1).at("unit_price") == 0.056);
  CHECK(prices.at(1).at("unit") == "seconds");
  CHECK(prices.at(2).at("unit") == "compute seconds");
  CHECK(reply.json.at("has_more") == false);
  CHECK(reply.json.at("next_cursor").is_null());
  client.obey({{"settings", {{"price_factor", 2}}}});
  CHECK(client.get("/api/v1/models/pricing?endpoint_id=fal-ai/flux/dev").json.at("prices").at(0).at("unit_price") == 0.05);
}

TEST_CASE("fal platform: its errors have a shape of their own") {
  Served served;
  const auto client = served.client();
  const auto error = [&](const std::string& target) {
    const auto reply = client.get(target);
    return std::to_string(reply.status) + " " + reply.json.at("error").at("type").get<std::string>();
  };
  CHECK(error("/api/v1/models/pricing") == "400 validation_error");
  CHECK(error("/api/v1/models/pricing?endpoint_id=fal-ai/unknown") == "404 not_found");
  CHECK(error("/api/v1/models/pricing?endpoint_id=fal-ai/flux/dev&page=2") == "400 validation_error");
  std::string many = "/api/v1/models/pricing?endpoint_id=fal-ai/flux/dev";
  for (int i = 0; i < 50; ++i) many += ",fal-ai/flux/dev";
  CHECK(error(many) == "400 validation_error");
  CHECK(error("/api/v1/models/usage") == "501 not_implemented");
  CHECK(error("/api/v1/nothing") == "404 not_found");
  for (const char* wrong : {"&limit=0", "&limit=101", "&limit=x", "&start=yesterday", "&status=fine", "&expand=billing", "&sort_by=price", "&cursor=abc", "&page=1"}) {
    INFO(wrong);
    CHECK(error(std::string(list) + wrong) == "400 validation_error");
  }
}

TEST_CASE("fal platform: the list tells each request, newest first, with its payloads when asked") {
  Served served(by_fake_clock());
  const auto client = served.client();
  const auto first = client.submit("fal-ai/flux/dev", picture_input("one"));
  client.completed(first);
  served.fake_clock.advance_ms(2'000);
  const auto second = client.submit("fal-ai/flux/dev", picture_input("two"));
  client.completed(second);
  client.completed(client.submit("fal-ai/flux/schnell", picture_input("three")));
  const auto plain = client.get(list);
  CHECK(ids_of(plain) == std::vector<std::string>{second.json.at("request_id"), first.json.at("request_id")});
  const Json row = plain.json.at("items").at(1);
  CHECK(row.at("endpoint_id") == "fal-ai/flux/dev");
  CHECK(row.at("status_code") == 200);
  CHECK(row.at("sent_at") == "2023-11-14T22:13:20Z");
  CHECK(row.contains("started_at"));
  CHECK(row.contains("ended_at"));
  CHECK(row.at("duration").is_number());
  CHECK_FALSE(row.contains("json_input"));
  const auto expanded = client.get(std::string(list) + "&expand=payloads");
  CHECK(expanded.json.at("items").at(1).at("json_input") == picture_input("one"));
  const std::string url = expanded.json.at("items").at(1).at("json_output").at("images").at(0).at("url");
  CHECK(client.fetch(url).status == 200);
  CHECK(ids_of(client.get(std::string(list) + "&endpoint_id=fal-ai/flux/schnell")).size() == 3);
}

TEST_CASE("fal platform: the list comes in pages by cursor") {
  Served served;
  const auto client = served.client();
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) {
    const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
    client.completed(submitted);
    all.push_back(submitted.json.at("request_id"));
  }
  std::vector<std::string> found;
  std::string cursor;
  int pages = 0;
  for (bool has_more = true; has_more; ++pages) {
    const auto page = client.get(std::string(list) + "&limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (const auto& id : ids_of(page)) found.push_back(id);
    has_more = page.json.at("has_more");
    CHECK(page.json.at("next_cursor").is_null() != has_more);
    if (has_more) cursor = page.json.at("next_cursor");
  }
  CHECK(pages == 3);
  std::sort(all.begin(), all.end());
  std::sort(found.begin(), found.end());
  CHECK(found == all);
}

TEST_CASE("fal platform: the list looks back a day, ninety for one request, and by status") {
  Served served(by_fake_clock({{"refused_words", {"forbidden"}}}));
  const auto client = served.client();
  const auto old = client.submit("fal-ai/flux/dev", picture_input());
  client.completed(old);
  const std::string id = old.json.at("request_id");
  served.fake_clock.advance_ms(25 * 3600 * 1000LL);
  const auto refused = client.submit("fal-ai/flux/dev", picture_input("a forbidden boat"));
  client.completed(refused);
  const std::string refused_id = refused.json.at("request_id");
  CHECK(ids_of(client.get(list)) == std::vector<std::string>{refused_id});
  CHECK(ids_of(client.get(std::string(list) + "&request_id=" + id)) == std::vector<std::string>{id});
  CHECK(ids_of(client.get(std::string(list) + "&start=2023-11-14")).size() == 2);
  CHECK(ids_of(client.get(std::string(list) + "&start=2023-11-14T22:13:20Z&end=2023-11-15")) == std::vector<std::string>{id});
  CHECK(ids_of(client.get(std::string(list) + "&status=user_error")) == std::vector<std::string>{refused_id});
  CHECK(ids_of(client.get(std::string(list) + "&status=success")).empty());
  CHECK(ids_of(client.get(std::string(list) + "&status=success&start=2023-11-14")) == std::vector<std::string>{id});
}

TEST_CASE("fal platform: the list may be late, may hide what is unfinished, and keeps no payload where none is wanted") {
  Served served(by_fake_clock({{"list_delay_secs", 30}}));
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input(), {{"X-Fal-Store-IO", "0"}});
  client.completed(submitted);
  CHECK(ids_of(client.get(list)).empty());
  served.fake_clock.advance_ms(30'000);
  CHECK(ids_of(client.get(list)).size() == 1);
  CHECK_FALSE(client.get(std::string(list) + "&expand=payloads").json.at("items").at(0).contains("json_input"));
  client.obey({{"settings", {{"list_delay_secs", 0}}}});
  served.gate.hold();
  client.submit("fal-ai/flux/dev", picture_input());
  const auto with_unfinished = client.get(list);
  CHECK(ids_of(with_unfinished).size() == 2);
  CHECK_FALSE(with_unfinished.json.at("items").at(0).contains("ended_at"));
  client.obey({{"settings", {{"lists_unfinished", false}}}});
  CHECK(ids_of(client.get(list)).size() == 1);
}

TEST_CASE("fal platform: times are read as ISO 8601") {
  using simulators::parse_iso_time;
  CHECK(parse_iso_time("2023-11-14T22:13:20Z") == 1'700'000'000'000);
  CHECK(parse_iso_time("2023-11-14T22:13:20.250Z") == 1'700'000'000'250);
  CHECK(parse_iso_time("2023-11-14") == 1'699'920'000'000);
  for (const char* wrong : {"", "now", "2023-11-14T22:13", "2023-13-01", "2023-11-14T25:00:00Z", "2023-11-14T22:13:20+01:00", "2023-11-14 22:13:20Z"}) {
    INFO(wrong);
    CHECK_FALSE(parse_iso_time(wrong));
  }
}
