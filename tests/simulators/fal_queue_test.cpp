// The queue's interface: submit, status, result and cancel, in the words of the provider sheet.
#include "base/hash.h"
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

std::string text(const Json& json, const char* name) { return json.at(name).get<std::string>(); }

}  // namespace

TEST_CASE("fal: a submit is answered with addresses that hold the first two parts of the endpoint only") {
  Served served;
  const auto client = served.client();
  const auto reply = client.submit("fal-ai/flux/dev", picture_input());
  REQUIRE(reply.status == 200);
  CHECK(reply.header("content-type") == "application/json");
  CHECK(text(reply.json, "status") == "IN_QUEUE");
  CHECK(reply.json.at("queue_position") == 0);
  const std::string id = text(reply.json, "request_id");
  CHECK(id.size() == 36);
  CHECK(std::count(id.begin(), id.end(), '-') == 4);
  const std::string base = "http://127.0.0.1:" + std::to_string(client.port()) + "/queue/fal-ai/flux/requests/" + id;
  CHECK(text(reply.json, "response_url") == base);
  CHECK(text(reply.json, "status_url") == base + "/status");
  CHECK(text(reply.json, "cancel_url") == base + "/cancel");
  CHECK_FALSE(reply.json.contains("gateway_request_id"));
  const auto clip = client.submit(kling, {{"prompt", "waves"}, {"image_url", "https://example.com/a.png"}});
  CHECK(text(clip.json, "status_url").find("/queue/fal-ai/kling-video/requests/") != std::string::npos);
}

TEST_CASE("fal: an address that a client makes of the whole endpoint id is 405") {
  Served served;
  const auto client = served.client();
  const std::string id = text(client.submit("fal-ai/flux/dev", picture_input()).json, "request_id");
  CHECK(client.get("/queue/fal-ai/flux/dev/requests/" + id + "/status").status == 405);
  CHECK(client.get("/queue/fal-ai/flux/requests/" + id + "/status").status < 300);
  CHECK(client.get("/queue/fal-ai/fast-sdxl/requests/" + id + "/status").status == 404);
}

TEST_CASE("fal: a request is IN_QUEUE, then IN_PROGRESS with 202, then COMPLETED with 200") {
  Served served(with({{"concurrency", 1}}));
  const auto client = served.client();
  served.gate.hold();
  const auto first = client.submit("fal-ai/flux/dev", picture_input()), second = client.submit("fal-ai/flux/dev", picture_input());
  const auto third = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(third.json.at("queue_position") == 1);
  const auto running = client.follow(text(first.json, "status_url")), waiting = client.follow(text(third.json, "status_url"));
  CHECK(running.status == 202);
  CHECK(text(running.json, "status") == "IN_PROGRESS");
  CHECK_FALSE(running.json.contains("queue_position"));
  CHECK(waiting.status == 202);
  CHECK(text(waiting.json, "status") == "IN_QUEUE");
  CHECK(waiting.json.at("queue_position") == 1);
  CHECK(client.follow(text(second.json, "status_url")).json.at("queue_position") == 0);
  served.gate.open();
  const Json over = client.completed(third);
  CHECK(over.at("metrics").at("inference_time").is_number());
  CHECK_FALSE(over.contains("error"));
  CHECK(client.follow(text(third.json, "status_url")).status == 200);
}

TEST_CASE("fal: in the mode for clients that expect it, an unfinished status is 200 too") {
  Served served(with({{"unfinished_status", 200}}));
  const auto client = served.client();
  served.gate.hold();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  const auto status = client.follow(text(submitted.json, "status_url"));
  CHECK(status.status == 200);
  CHECK(text(status.json, "status") == "IN_PROGRESS");
}

TEST_CASE("fal: logs are told only when they are asked for") {
  Served served;
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  const Json plain = client.completed(submitted);
  CHECK_FALSE(plain.contains("logs"));
  const std::string address = text(submitted.json, "status_url");
  CHECK_FALSE(client.follow(address + "?logs=0").json.contains("logs"));
  const Json logs = client.follow(address + "?logs=1").json.at("logs");
  REQUIRE(logs.size() == 2);
  for (const auto& line : logs) {
    CHECK(line.at("source") == "USER");
    CHECK(line.at("level") == "INFO");
    CHECK(line.at("timestamp").get<std::string>().ends_with("Z"));
    CHECK_FALSE(line.at("message").get<std::string>().empty());
  }
  CHECK(client.follow(address + "?logs=maybe").status == 422);
  CHECK(client.follow(address + "?verbose=1").status == 422);
}

TEST_CASE("fal: the result is there after the end only, with the seed, the flags and the units billed") {
  Served served;
  const auto client = served.client();
  served.gate.hold();
  Json input = picture_input("harbour at dawn");
  input["seed"] = 812736;
  input["num_images"] = 2;
  const auto submitted = client.submit("fal-ai/flux/dev", input);
  const auto early = client.follow(text(submitted.json, "response_url"));
  CHECK(early.status == 400);
  CHECK(early.json.at("detail") == "Request is still in progress");
  served.gate.open();
  const auto result = client.result(submitted);
  CHECK(result.status == 200);
  CHECK(result.header("x-fal-request-id") == text(submitted.json, "request_id"));
  CHECK(std::stod(result.header("x-fal-billable-units")) == 2);
  CHECK(result.json.at("seed") == 812736);
  CHECK(result.json.at("prompt") == "harbour at dawn");
  CHECK(result.json.at("has_nsfw_concepts") == Json::array({false, false}));
  CHECK(result.json.at("timings").at("inference").is_number());
  REQUIRE(result.json.at("images").size() == 2);
  const Json& picture = result.json.at("images").at(0);
  CHECK(picture.at("content_type") == "image/jpeg");
  CHECK(picture.at("width") == 128);
  CHECK(picture.at("height") == 64);
  CHECK(client.fetch(text(picture, "url")).body == "harbour at dawn|812736");
  CHECK(client.fetch(text(result.json.at("images").at(1), "url")).status == 200);
}

TEST_CASE("fal: without a seed one is drawn, and told, and another for the next request") {
  Served served;
  const auto client = served.client();
  const auto first = client.result(client.submit("fal-ai/flux/dev", picture_input())), second = client.result(client.submit("fal-ai/flux/dev", picture_input()));
  CHECK(first.json.at("seed").is_number_integer());
  CHECK(first.json.at("seed") != second.json.at("seed"));
}

TEST_CASE("fal: every way in wants the word Key and the key") {
  Served served;
  const auto client = served.client();
  const RawHeaders wrong[] = {{{"Authorization", "Bearer " + std::string(test_key)}}, {{"Authorization", "Key wrong:key"}},
                              {{"Authorization", test_key}}, {{"Authorization", ""}}, {{"Authorization", "key " + std::string(test_key)}}};
  for (const auto& headers : wrong) {
    const auto submit = client.submit("fal-ai/flux/dev", picture_input(), headers);
    INFO(submit.body);
    CHECK(submit.status == 401);
    CHECK(submit.json.at("detail").is_string());
    CHECK(client.get("/queue/fal-ai/flux/requests/x/status", headers).status == 401);
    CHECK(client.post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", Json::object(), headers).status == 401);
    const auto platform = client.get("/api/v1/models/pricing?endpoint_id=fal-ai/flux/dev", headers);
    CHECK(platform.status == 401);
    CHECK(platform.json.at("error").at("type") == "authorization_error");
  }
  CHECK(ask_raw(client.port(), "POST", "/queue/fal-ai/flux/dev", {{"Content-Type", "application/json"}}, "{\"prompt\":\"x\"}").status == 401);
  CHECK(client.bill().empty());
}

TEST_CASE("fal: an unknown endpoint is 404, a wrong method is 405") {
  Served served;
  const auto client = served.client();
  CHECK(client.submit("fal-ai/no-such-model", picture_input()).status == 404);
  const auto path = client.submit("fal-ai/flux/devv", picture_input());
  CHECK(path.status == 404);
  CHECK(path.json.at("detail") == "Path /devv not found");
  CHECK(client.get("/queue/fal-ai/flux/dev").status == 405);
  CHECK(client.put("/queue/fal-ai/flux/dev").status == 405);
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  for (const std::string method : {"GET", "POST", "DELETE"}) {
    const auto reply = client.follow(text(submitted.json, "cancel_url"), method);
    CHECK(reply.status == 405);
    CHECK(reply.header("allow") == "PUT");
  }
  CHECK(client.follow(text(submitted.json, "status_url"), "PUT").status == 405);
  CHECK(client.get("/queue/fal-ai/flux/requests/5d0c7a1e-8a44-4a0b-9c1d-2f6f1e1b7a90/status").status == 404);
  CHECK(client.get("/nowhere").status == 404);
}

TEST_CASE("fal: cancelling what waits removes it, costs nothing and ends it with an error") {
  Served served(with({{"concurrency", 1}}));
  const auto client = served.client();
  served.gate.hold();
  client.submit("fal-ai/flux/dev", picture_input());
  const auto waiting = client.submit("fal-ai/flux/dev", picture_input());
  const auto cancelled = client.follow(text(waiting.json, "cancel_url"), "PUT");
  CHECK(cancelled.status == 200);
  CHECK(cancelled.json == Json{{"status", "OK"}});
  const Json over = client.completed(waiting);
  CHECK_FALSE(text(over, "error").empty());
  CHECK(client.follow(text(waiting.json, "response_url")).status == 400);
  CHECK(client.bill().at(1).at("state") == "refunded");
  CHECK(client.bill().at(1).at("amount") == 0.0);
  CHECK(client.follow(text(waiting.json, "cancel_url"), "PUT").status == 400);
}

TEST_CASE("fal: cancelling what is in progress is a signal: the model goes on, or stops") {
  Served served(with({{"cancel_in_progress", "finishes"}}));
  const auto client = served.client();
  served.gate.hold();
  const auto first = client.submit("fal-ai/flux/dev", picture_input());
  served.gate.wait_until_started(1);
  const auto asked = client.follow(text(first.json, "cancel_url"), "PUT");
  CHECK(asked.status == 202);
  CHECK(asked.json == Json{{"status", "CANCELLATION_REQUESTED"}});
  served.gate.open();
  CHECK(client.result(first).status == 200);
  CHECK(client.bill().at(0).at("state") == "billed");

  client.obey({{"settings", {{"cancel_in_progress", "stops"}}}});
  served.gate.hold();
  const auto second = client.submit("fal-ai/flux/dev", picture_input());
  served.gate.wait_until_started(2);
  CHECK(client.follow(text(second.json, "cancel_url"), "PUT").status == 202);
  CHECK_FALSE(text(client.completed(second), "error").empty());
  CHECK(client.bill().at(1).at("state") == "refunded");
}

TEST_CASE("fal: cancelling what is over, and what never was, says so") {
  Served served;
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  client.completed(submitted);
  const auto late = client.follow(text(submitted.json, "cancel_url"), "PUT");
  CHECK(late.status == 400);
  CHECK(late.json == Json{{"status", "ALREADY_COMPLETED"}});
  const auto unknown = client.put("/queue/fal-ai/flux/requests/5d0c7a1e-8a44-4a0b-9c1d-2f6f1e1b7a90/cancel");
  CHECK(unknown.status == 404);
  CHECK(unknown.json == Json{{"status", "NOT_FOUND"}});
}

TEST_CASE("fal: in the mode in which a cancelled request is gone, it is 404 from then on") {
  Served served(with({{"concurrency", 1}, {"cancelled", "gone"}}));
  const auto client = served.client();
  served.gate.hold();
  client.submit("fal-ai/flux/dev", picture_input());
  const auto waiting = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(client.follow(text(waiting.json, "cancel_url"), "PUT").status == 200);
  CHECK(client.follow(text(waiting.json, "status_url")).status == 404);
  CHECK(client.follow(text(waiting.json, "response_url")).status == 404);
  CHECK(client.follow(text(waiting.json, "cancel_url"), "PUT").json.at("status") == "NOT_FOUND");
}

TEST_CASE("fal: platform headers have their values checked, and unknown ones are refused") {
  Served served;
  const auto client = served.client();
  const auto status_with = [&](const std::string& name, const std::string& value) {
    return client.submit("fal-ai/flux/dev", picture_input(), {{name, value}}).status;
  };
  for (const auto& [name, value] : RawHeaders{{"X-Fal-Queue-Priority", "normal"}, {"X-Fal-Queue-Priority", "low"}, {"X-Fal-Request-Timeout", "30"},
                                              {"x-fal-no-retry", "1"}, {"x-fal-no-retry", "true"}, {"x-fal-no-retry", "yes"}, {"X-Fal-Store-IO", "0"},
                                              {"X-Fal-Runner-Hint", "mine"}, {"X-Fal-Object-Lifecycle-Preference", "{\"expiration_duration_seconds\":3600}"}}) {
    INFO(name << ": " << value);
    CHECK(status_with(name, value) == 200);
  }
  for (const auto& [name, value] : RawHeaders{{"X-Fal-Queue-Priority", "high"}, {"X-Fal-Request-Timeout", "0"}, {"X-Fal-Request-Timeout", "soon"},
                                              {"x-fal-no-retry", "0"}, {"X-Fal-Store-IO", "no"}, {"X-Fal-Object-Lifecycle-Preference", "3600"},
                                              {"X-Fal-Object-Lifecycle-Preference", "{\"expiration_duration_seconds\":-1}"}, {"X-Fal-Something", "1"}}) {
    INFO(name << ": " << value);
    CHECK(status_with(name, value) == 422);
  }
}

TEST_CASE("fal: low priority waits behind all others") {
  Served served(with({{"concurrency", 1}}));
  const auto client = served.client();
  served.gate.hold();
  client.submit("fal-ai/flux/dev", picture_input());
  const auto low = client.submit("fal-ai/flux/dev", picture_input(), {{"X-Fal-Queue-Priority", "low"}});
  const auto normal = client.submit("fal-ai/flux/dev", picture_input());
  CHECK(client.follow(text(normal.json, "status_url")).json.at("queue_position") == 0);
  CHECK(client.follow(text(low.json, "status_url")).json.at("queue_position") == 1);
}

TEST_CASE("fal: a request that is not started in the time it gave is 504 of the type user") {
  Served::Setup setup = with({{"concurrency", 1}});
  setup.has_fake_clock = true;
  Served served(setup);
  const auto client = served.client();
  served.gate.hold();
  client.submit("fal-ai/flux/dev", picture_input());
  const auto hurried = client.submit("fal-ai/flux/dev", picture_input(), {{"X-Fal-Request-Timeout", "5"}});
  served.fake_clock.advance_ms(4'999);
  CHECK(text(client.follow(text(hurried.json, "status_url")).json, "status") == "IN_QUEUE");
  served.fake_clock.advance_ms(1);
  CHECK(text(client.completed(hurried), "error_type") == "startup_timeout");
  const auto result = client.follow(text(hurried.json, "response_url"));
  CHECK(result.status == 504);
  CHECK(result.header("x-fal-request-timeout-type") == "user");
  CHECK(client.bill().at(1).at("state") == "refunded");
}

TEST_CASE("fal: the same submit twice is two requests, whatever key for repeats it carries") {
  Served served;
  const auto client = served.client();
  const RawHeaders again{{"Idempotency-Key", "0123456789abcdef"}};
  const auto first = client.submit("fal-ai/flux/dev", picture_input(), again), second = client.submit("fal-ai/flux/dev", picture_input(), again);
  CHECK(first.json.at("request_id") != second.json.at("request_id"));
  CHECK(client.bill().size() == 2);
}

TEST_CASE("fal: COMPLETED may be a failure: the result has the error, the status its words") {
  const Json outcome{{"status", 500}, {"error_type", "runner_server_error"}, {"message", "It broke"}, {"headers", {{"X-Fal-Retryable", "true"}}}};
  Served served(with(Json::object(), one_rule({{"purpose", "submit"}}, {{"outcome", outcome}})));
  const auto client = served.client();
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input());
  const Json over = client.completed(submitted);
  CHECK(text(over, "error") == "It broke");
  CHECK(text(over, "error_type") == "runner_server_error");
  const auto result = client.follow(text(submitted.json, "response_url"));
  CHECK(result.status == 500);
  CHECK(result.json == Json{{"detail", "It broke"}, {"error_type", "runner_server_error"}});
  CHECK(result.header("x-fal-error-type") == "runner_server_error");
  CHECK(result.header("x-fal-retryable") == "true");
  CHECK(client.bites() == 1);
}

TEST_CASE("fal: a webhook is taken and answered with a second id, a queue that is too long is refused on request") {
  Served served(with({{"concurrency", 1}}));
  const auto client = served.client();
  served.gate.hold();
  const auto with_hook = client.submit("fal-ai/flux/dev?fal_webhook=https%3A%2F%2Fexample.com%2Fhook", picture_input());
  CHECK(with_hook.status == 200);
  CHECK(with_hook.json.contains("gateway_request_id"));
  CHECK(client.submit("fal-ai/flux/dev?fal_webhook=nowhere", picture_input()).status == 422);
  CHECK(client.submit("fal-ai/flux/dev?fal_max_queue_length=1", picture_input()).status == 200);
  CHECK(client.submit("fal-ai/flux/dev?fal_max_queue_length=1", picture_input()).status == 429);
  CHECK(client.submit("fal-ai/flux/dev?priority=low", picture_input()).status == 422);
  CHECK(client.bill().size() == 2);
}
