// Each fault that the simulator can be told to make, and that it bites: what the client sees, and what the log counts.
#include <set>

#include "base/hash.h"
#include "simulators/fal_bench.h"

using namespace studio;
using namespace studio::fal_test;

namespace {

Served::Setup with(Json rules, Json settings = Json::object()) {
  Served::Setup setup;
  setup.settings = std::move(settings);
  setup.rules = std::move(rules);
  return setup;
}

std::string text(const Json& json, const char* name) { return json.at(name).get<std::string>(); }

// The address of the picture of a request that is done.
std::string done_file(const Client& client) {
  return client.result(client.submit("fal-ai/flux/dev", picture_input("0123456789"))).json.at("images").at(0).at("url");
}

}  // namespace

TEST_CASE("fal faults: a given answer comes in place of the service's on the n-th request only") {
  const Json what{{"status", 503}, {"body", {{"detail", "Unavailable"}}}, {"headers", {{"Retry-After", "7"}}}};
  Served served(with(one_rule({{"purpose", "submit"}, {"nth", 2}}, what)));
  const auto client = served.client();
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  const auto second = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(second.status == 503);
  CHECK(second.json == Json{{"detail", "Unavailable"}});
  CHECK(second.header("retry-after") == "7");
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  CHECK(client.bites() == 1);
  CHECK(client.bill().size() == 2);  // the second never reached the service
}

TEST_CASE("fal faults: the same answer after the service did its work, for an outcome that nobody knows") {
  Served served(with(one_rule({{"purpose", "submit"}}, {{"status", 502}, {"body", "<html>Bad gateway</html>"}, {"carried_out", true}})));
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(submitted.status == 502);
  CHECK(submitted.header("content-type").starts_with("text/html"));
  CHECK(client.bill().size() == 1);
}

TEST_CASE("fal faults: rules match by endpoint, words, request and path, bite so often as told, and from where they are told") {
  Served served;
  const auto client = served.client();
  const auto statuses = [&](const Json& match, std::int64_t times, const Json& input = picture_input()) {
    client.obey({{"rules", one_rule(match, {{"status", 500}}, times)}});
    std::string all;
    for (int i = 0; i < 4; ++i) all += client.submit("fal-ai/flux/dev", input).status == 500 ? "x" : ".";
    return all;
  };
  CHECK(statuses({{"purpose", "submit"}}, 1) == "x...");
  CHECK(statuses({{"purpose", "submit"}}, 2) == "xx..");
  CHECK(statuses({{"purpose", "submit"}}, 0) == "xxxx");
  CHECK(statuses({{"purpose", "submit"}, {"from", 3}}, 0) == "..xx");
  CHECK(statuses({{"purpose", "submit"}, {"every", 2}}, 0) == ".x.x");
  CHECK(statuses({{"endpoint", "fal-ai/flux/schnell"}}, 0) == "....");
  CHECK(statuses({{"body_contains", "harbour"}}, 0) == "xxxx");
  CHECK(statuses({{"body_contains", "castle"}}, 0) == "....");
  CHECK(statuses({{"path_contains", "/queue/"}, {"method", "POST"}}, 0) == "xxxx");
  CHECK(statuses({{"purpose", "status"}}, 0) == "....");
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  client.obey({{"rules", one_rule({{"request_id", submitted.json.at("request_id")}}, {{"status", 500}})}});
  CHECK(client.follow(text(submitted.json, "status_url")).status == 500);
}

TEST_CASE("fal faults: a share of the requests is drawn by the seed, and drawn the same again") {
  std::set<std::string> patterns;
  for (const int seed : {1, 1, 2}) {
    Served served(with(one_rule({{"purpose", "pricing"}, {"share", 0.5}}, {{"status", 500}}, 0), {{"seed", seed}}));
    const auto client = served.client();
    std::string pattern;
    for (int i = 0; i < 40; ++i) pattern += client.get("/api/v1/models/pricing?endpoint_id=fal-ai/flux/dev").status == 500 ? "x" : ".";
    CHECK(std::count(pattern.begin(), pattern.end(), 'x') > 8);
    CHECK(std::count(pattern.begin(), pattern.end(), 'x') < 32);
    patterns.insert(pattern);
  }
  CHECK(patterns.size() == 2);
}

TEST_CASE("fal faults: a connection closed before the work leaves no job, one closed after it leaves one") {
  Served served;
  const auto client = served.client();
  client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"close", "before"}})}});
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 0);
  CHECK(client.bill().empty());
  client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"close", "after"}})}});
  const auto lost = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(lost.status == 0);
  CHECK_FALSE(lost.was_reset);
  CHECK(client.bill().size() == 1);
  client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"close", "after"}, {"reset", true}})}});
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).was_reset);
  CHECK(client.bill().size() == 2);
  CHECK(client.bites() == 1);
}

TEST_CASE("fal faults: a connection that was used before is closed after the body: the log has one POST") {
  Served served(with(one_rule({{"purpose", "submit"}}, {{"close", "after"}})));
  const auto client = served.client();
  RawConnection connection(client.port());
  connection.send(raw_request("GET", "/api/v1/models/pricing?endpoint_id=fal-ai/flux/dev", client.with_key(), ""));
  CHECK(connection.answer().status == 200);
  connection.send(raw_request("POST", "/queue/fal-ai/flux/dev", client.with_key({{"Content-Type", "application/json"}}), picture_input().dump()));
  CHECK(connection.answer().status == 0);
  const Json log = client.log();
  CHECK(log.at("counts").at("submit") == 1);
  CHECK(log.at("requests").at(1).at("reused") == true);
  CHECK(log.at("requests").at(1).at("status") == 0);
}

TEST_CASE("fal faults: answers are cut in the middle, with and without a length") {
  Served served;
  const auto client = served.client();
  const std::string file = done_file(client);
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"cut_at", 4}})}});
  const auto cut = client.fetch(file);
  CHECK(cut.status == 200);
  CHECK(cut.body == "0123");
  CHECK_FALSE(cut.is_whole);
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"cut_share", 0.5}, {"no_length", true}})}});
  const auto endless = client.fetch(file);
  CHECK(endless.header("content-length").empty());
  CHECK(endless.body.size() < 13);
  CHECK(endless.is_whole);  // as far as anybody can tell
  client.obey({{"rules", one_rule({{"purpose", "status"}}, {{"cut_at", 10}})}});
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  CHECK_FALSE(client.follow(text(submitted.json, "status_url")).is_whole);
  CHECK(client.bites() == 1);
}

TEST_CASE("fal faults: a page of HTML with 200, as from a hotel's network, in place of any answer") {
  Served served;
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  const std::string file = client.result(submitted).json.at("images").at(0).at("url");
  for (const char* purpose : {"submit", "status", "result", "file", "initiate", "list"}) {
    INFO(purpose);
    client.obey({{"rules", one_rule({{"purpose", purpose}}, {{"status", 200}, {"body", "<html>Please log in</html>"}})}});
    const std::string which = purpose;
    const auto reply = which == "submit"     ? client.submit("fal-ai/flux/dev", picture_input())
                       : which == "status"   ? client.follow(text(submitted.json, "status_url"))
                       : which == "result"   ? client.follow(text(submitted.json, "response_url"))
                       : which == "file"     ? client.fetch(file)
                       : which == "initiate" ? client.post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", Json::object())
                                             : client.get("/api/v1/models/requests/by-endpoint?endpoint_id=fal-ai/flux/dev");
    CHECK(reply.status == 200);
    CHECK(reply.body == "<html>Please log in</html>");
    CHECK(client.bites() == 1);
  }
}

TEST_CASE("fal faults: words of the status that nobody knows, in other case, of other types, and back from the end") {
  Served served;
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  client.completed(submitted);
  for (const Json& word : {Json("THROTTLED"), Json("FAILED"), Json("completed"), Json("CANCELED"), Json("IN_PROGRESS"), Json(7), Json(nullptr)}) {
    client.obey({{"rules", one_rule({{"purpose", "status"}}, {{"set", {{"/status", word}}}})}});
    CHECK(client.follow(text(submitted.json, "status_url")).json.at("status") == word);
    CHECK(client.bites() == 1);
  }
  client.obey({{"rules", one_rule({{"purpose", "status"}}, {{"remove", {"/status"}}})}});
  CHECK_FALSE(client.follow(text(submitted.json, "status_url")).json.contains("status"));
  CHECK(client.follow(text(submitted.json, "status_url")).json.at("status") == "COMPLETED");
}

TEST_CASE("fal faults: results with no pictures, with fewer, with null, with none at all") {
  Served served;
  const auto client = served.client();
  Json three = picture_input();
  three["num_images"] = 3;
  const auto submitted = client.submit("fal-ai/flux/dev", three);
  CHECK(client.result(submitted).json.at("images").size() == 3);
  const auto with_fault = [&](const Json& what) {
    client.obey({{"rules", one_rule({{"purpose", "result"}}, what)}});
    return client.follow(text(submitted.json, "response_url")).json;
  };
  CHECK(with_fault({{"set", {{"/images", Json::array()}}}}).at("images").empty());
  CHECK(with_fault({{"set", {{"/images", nullptr}}}}).at("images").is_null());
  CHECK_FALSE(with_fault({{"remove", {"/images"}}}).contains("images"));
  CHECK(with_fault({{"remove", {"/images/2", "/images/1"}}}).at("images").size() == 1);
  CHECK(with_fault({{"set", {{"/images/0/url", nullptr}}}}).at("images").at(0).at("url").is_null());
  CHECK(client.follow(text(submitted.json, "response_url")).json.at("images").size() == 3);
  // Made so, and billed in full.
  client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"outcome", {{"images", 1}}}})}});
  CHECK(client.result(client.submit("fal-ai/flux/dev", three)).json.at("images").size() == 1);
  CHECK(client.bill().back().at("amount_micros") == 75'000);
}

TEST_CASE("fal faults: two submits are answered with one id") {
  Served served(with(one_rule({{"purpose", "submit"}, {"nth", 2}}, {{"same_id", true}})));
  const auto client = served.client();
  const auto first = client.submit("fal-ai/flux/dev", picture_input()), second = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(first.json.at("request_id") == second.json.at("request_id"));
  CHECK(first.json.at("status_url") == second.json.at("status_url"));
  CHECK(client.bill().size() == 2);
  CHECK(client.bill().at(0).at("request_id") != client.bill().at(1).at("request_id"));
}

TEST_CASE("fal faults: 429 with every kind of Retry-After, once or by a rate") {
  Served::Setup setup;
  setup.has_fake_clock = true;
  Served served(setup);
  const auto client = served.client();
  for (const char* value : {"3", "0", "86400", "Fri, 31 Dec 2027 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "soon"}) {
    client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"status", 429}, {"body", {{"detail", "Too many"}}}, {"headers", {{"Retry-After", value}}}})}});
    const auto reply = client.submit("fal-ai/flux/dev", picture_input());
    CHECK(reply.status == 429);
    CHECK(reply.header("retry-after") == value);
  }
  client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"status", 429}})}});
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).header("retry-after").empty());
  client.obey({{"settings", {{"requests_per_sec", 2}}}});
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  const auto third = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(third.status == 429);
  CHECK(third.header("retry-after") == "1");
  served.fake_clock.advance_ms(1'000);
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  CHECK(client.bill().size() == 3);
}

TEST_CASE("fal faults: a file's address that is over, its type wrong, its bytes slow") {
  Served served;
  const auto client = served.client();
  const std::string file = done_file(client);
  for (const int status : {403, 404, 410}) {
    client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"status", status}, {"body", "<Error>Expired</Error>"}})}});
    CHECK(client.fetch(file).status == status);
  }
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"headers", {{"Content-Type", "text/html"}}}})}});
  const auto wrong = client.fetch(file);
  CHECK(wrong.header("content-type") == "text/html");
  CHECK(wrong.body.starts_with("0123456789"));
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"chunk_bytes", 1}, {"pause_ms", 1}})}});
  const auto slow = client.fetch(file);
  CHECK(slow.is_whole);
  CHECK(slow.body == wrong.body);
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"delay_ms", 1}})}});
  CHECK(client.fetch(file).status == 200);
  CHECK(client.bites() == 1);
  CHECK(client.fetch(file).header("content-type") == "image/jpeg");
}

TEST_CASE("fal faults: a range that is ignored, answered with other bytes than it says, or of a file that changed") {
  Served served;
  const auto client = served.client();
  const std::string file = done_file(client);
  const std::string etag = client.fetch(file).header("etag");
  const RawHeaders rest{{"Range", "bytes=4-"}, {"If-Range", etag}};
  CHECK(client.fetch(file, rest).status == 206);
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"ignore_headers", {"range"}}})}});
  CHECK(client.fetch(file, rest).status == 200);
  CHECK(client.bites() == 1);
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"headers", {{"Content-Range", "bytes 0-3/4"}}}})}});
  const auto wrong = client.fetch(file, rest);
  CHECK(wrong.status == 206);
  CHECK(wrong.header("content-range") == "bytes 0-3/4");
  client.obey({{"rules", one_rule({{"purpose", "file"}}, {{"ignore_headers", {"Range", "If-Range"}}, {"headers", {{"ETag", "\"another\""}}}, {"body", "other bytes"}, {"carried_out", true}})}});
  const auto changed = client.fetch(file, rest);
  CHECK(changed.status == 200);
  CHECK(changed.header("etag") == "\"another\"");
  CHECK(changed.body == "other bytes");
}

TEST_CASE("fal faults: jobs that are told to be unsafe, refused, slow or never done") {
  Served::Setup setup;
  setup.has_fake_clock = true;
  Served served(setup);
  const auto client = served.client();
  const auto told = [&](const Json& outcome) {
    client.obey({{"rules", one_rule({{"purpose", "submit"}}, {{"outcome", outcome}})}});
    const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
    CHECK(client.bites() == 1);
    return submitted;
  };
  CHECK(client.result(told({{"blank", true}})).json.at("has_nsfw_concepts") == Json::array({true}));
  const auto refused = client.result(told({{"status", 422}, {"error_type", "content_policy_violation"}}));
  CHECK(refused.faults() == std::vector<std::string>{"content_policy_violation body"});
  const auto strange = client.result(told({{"status", 422}, {"body", "no JSON object"}}));
  CHECK(strange.json == "no JSON object");
  const auto slow = told({{"work_secs", 90}});
  const auto never = told({{"never", true}});
  served.fake_clock.advance_ms(89'999);
  CHECK(client.follow(text(slow.json, "status_url")).json.at("status") == "IN_PROGRESS");
  served.fake_clock.advance_ms(1);
  CHECK(client.result(slow).status == 200);
  served.fake_clock.advance_ms(1'000'000'000);
  CHECK(client.follow(text(never.json, "status_url")).json.at("status") == "IN_PROGRESS");
}

TEST_CASE("fal faults: latency has the shape that the settings give it") {
  using simulators::change_fal_settings, simulators::fal_work_secs, simulators::FalSettings;
  FalSettings settings;
  REQUIRE(change_fal_settings(settings, {{"latency", {{"shape", "fixed"}, {"secs", 4}}}}));
  CHECK(fal_work_secs(settings, 1, true) == 4);
  REQUIRE(change_fal_settings(settings, {{"latency", {{"shape", "warm_cold"}, {"secs", 2}, {"cold_secs", 30}}}}));
  CHECK(fal_work_secs(settings, 1, false) == 30);
  CHECK(fal_work_secs(settings, 2, true) == 2);
  REQUIRE(change_fal_settings(settings, {{"seed", 5}, {"latency", {{"shape", "lognormal"}, {"secs", 120}, {"sigma", 0.5}}}}));
  int above = 0;
  double sum = 0;
  for (int n = 1; n <= 1000; ++n) {
    const double secs = fal_work_secs(settings, n, true);
    CHECK(secs > 0);
    above += secs > 120;
    sum += secs;
    CHECK(fal_work_secs(settings, n, false) == secs);
  }
  CHECK(above > 440);
  CHECK(above < 560);
  CHECK(sum / 1000 == Approx(120 * std::exp(0.125)).epsilon(0.1));
}

TEST_CASE("fal faults: cold and warm starts of an endpoint, and more places at run time") {
  Served::Setup setup = with(Json::array(), {{"concurrency", 1}, {"latency", {{"shape", "warm_cold"}, {"secs", 1}, {"cold_secs", 20}, {"idle_secs", 60}}}});
  setup.has_fake_clock = true;
  Served served(setup);
  const auto client = served.client();
  const auto state = [&](const Reply& submitted) { return text(client.follow(text(submitted.json, "status_url")).json, "status"); };
  const auto cold = client.submit("fal-ai/flux/dev", picture_input());
  served.fake_clock.advance_ms(19'999);
  CHECK(state(cold) == "IN_PROGRESS");
  served.fake_clock.advance_ms(1);
  client.completed(cold);
  const auto warm = client.submit("fal-ai/flux/dev", picture_input());
  served.fake_clock.advance_ms(1'000);
  client.completed(warm);
  const auto first = client.submit("fal-ai/flux/dev", picture_input()), second = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(state(second) == "IN_QUEUE");
  client.obey({{"settings", {{"concurrency", 2}}}});
  CHECK(state(second) == "IN_PROGRESS");
  CHECK(state(first) == "IN_PROGRESS");
}

TEST_CASE("fal faults: bytes that are no HTTP, and headers without end") {
  Served served;
  const auto client = served.client();
  client.obey({{"rules", one_rule({{"purpose", "status"}}, {{"raw", "220 mail.example.com ESMTP\r\n\r\n"}})}});
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  RawConnection connection(client.port());
  connection.send(raw_request("GET", "/queue/fal-ai/flux/requests/" + text(submitted.json, "request_id") + "/status", client.with_key(), ""));
  CHECK_FALSE(connection.has_ended());
  client.obey({{"rules", one_rule({{"purpose", "status"}}, {{"headers", {{"X-Long", std::string(1 << 20, 'x')}}}})}});
  CHECK(client.follow(text(submitted.json, "status_url")).header("x-long").size() == 1 << 20);
}

TEST_CASE("fal faults: the log tells what was asked and with which key, and never the key") {
  Served served;
  const auto client = served.client();
  client.upload("bytes");
  client.submit("fal-ai/flux/dev", picture_input());
  client.submit("fal-ai/flux/dev", picture_input(), {{"Authorization", "Key another:key"}});
  const auto report = client.control("GET", "/control/log");
  const Json& log = report.json;
  CHECK(log.at("total") == 4);
  CHECK(log.at("counts") == Json{{"initiate", 1}, {"put", 1}, {"submit", 2}});
  CHECK(log.at("requests").at(0).at("key") == sha256_hex(test_key).substr(0, 12));
  CHECK(log.at("requests").at(1).at("key") == "");  // a file's address carries no key
  CHECK(log.at("requests").at(2).at("body_sha256") == sha256_hex(picture_input().dump()));
  CHECK(log.at("requests").at(2).at("endpoint") == "fal-ai/flux/dev");
  CHECK(log.at("requests").at(3).at("status") == 401);
  CHECK(log.at("requests").at(3).at("key") == sha256_hex("another:key").substr(0, 12));
  for (const std::string secret : {"test-secret", "another:key", "token="}) CHECK(report.body.find(secret) == std::string::npos);
  CHECK(client.control("GET", "/control/log?since=3").json.at("requests").size() == 1);
  client.control("DELETE", "/control/log");
  CHECK(client.log().at("requests").empty());
  CHECK(client.log().at("total") == 4);
}

TEST_CASE("fal faults: the control door has a token of its own, and changes nothing where it is not understood") {
  Served served;
  const auto client = served.client();
  CHECK(ask_raw(client.port(), "GET", "/control/log", client.with_key()).status == 401);
  CHECK(ask_raw(client.port(), "GET", "/control/log").status == 401);
  const auto complaint = [&](const Json& orders) {
    const auto reply = client.control("PUT", "/control/faults", orders);
    CHECK(reply.status == 400);
    return reply.json.at("detail").get<std::string>();
  };
  CHECK(complaint({{"rule", Json::array()}}).find("\"rule\"") != std::string::npos);
  CHECK(complaint({{"settings", {{"latency_secs", 3}}}}).find("\"latency_secs\"") != std::string::npos);
  CHECK(complaint({{"settings", {{"concurrency", 0}}}}).find("concurrency") != std::string::npos);
  CHECK(complaint({{"settings", {{"latency", {{"shape", "square"}}}}}}).find("latency") != std::string::npos);
  CHECK(complaint({{"settings", {{"concurrency", 9}}}, {"rules", one_rule({{"purpose", "submit"}}, {{"statuss", 500}})}}).find("\"statuss\"") != std::string::npos);
  CHECK(complaint({{"rules", one_rule({{"purposes", "submit"}}, {{"status", 500}})}}).find("\"purposes\"") != std::string::npos);
  CHECK(complaint({{"rules", one_rule(Json::object(), {{"set", {{"status", 1}}}})}}).find("\"set\"") != std::string::npos);
  CHECK(complaint({{"rules", one_rule(Json::object(), {{"outcome", {{"status", 200}}}})}}).find("\"outcome\"") != std::string::npos);
  CHECK(complaint("nonsense").find("object") != std::string::npos);
  const Json state = client.control("GET", "/control/faults").json;
  CHECK(state.at("settings").at("concurrency") == 2);
  CHECK(state.at("rules").empty());
  client.obey({{"rules", one_rule(Json::object(), {{"status", 500}}, 0)}});
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 500);
  CHECK(client.control("DELETE", "/control/faults").status == 200);
  CHECK(client.submit("fal-ai/flux/dev", picture_input()).status == 200);
  CHECK(client.control("GET", "/control/nothing").status == 404);
}
