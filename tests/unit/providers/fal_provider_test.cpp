// What is fal.ai's own: its fields, addresses, uploads, cancel and list, as its documentation of 2026-08 gives them.
// What all providers promise is in the contract suite.
#include "providers/fal_provider.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "unit/providers/fal_call.h"

using namespace studio;
using Json = nlohmann::json;

namespace {

const Provider& fal() { return fal_provider(); }

std::string header_of(const HttpRequest& request, const std::string& name) {
  for (const HttpHeader& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

Json body_of(const FalCall& call) { return Json::parse(fal().plan_submit(call.call()).body); }

const std::string request_base = std::string("https://queue.fal.run/fal-ai/flux/requests/") + fal_id;

std::string accepted_body(const std::string& base) {
  return Json{{"status", "IN_QUEUE"},           {"request_id", fal_id},           {"response_url", base},
              {"status_url", base + "/status"}, {"cancel_url", base + "/cancel"}, {"queue_position", 0}}
      .dump();
}

// The call as it is after the submit was answered with this body.
FalCall after_submit(const std::string& body, const std::string& model = "fal-flux-dev") {
  FalCall call(model);
  const SubmitRead read = fal().read_submit(call.call(), fal_answer(200, body));
  REQUIRE(std::holds_alternative<Accepted>(read));
  call.attempt.remote_id = std::get<Accepted>(read).remote_id;
  call.attempt.remote_state = std::get<Accepted>(read).remote_state;
  return call;
}

}  // namespace

TEST_CASE("fal: each model is asked for with the fields of its own page, and no other") {
  FalCall flux;
  CHECK(
      fal().plan_submit(flux.call()).body ==
      R"({"prompt":"a harbour at dawn","image_size":{"width":1344,"height":768},"seed":7,"num_images":1,"output_format":"png"})");
  CHECK(fal().plan_submit(flux.call()).url == "https://queue.fal.run/fal-ai/flux/dev");
  for (const auto& [model, url, format] :
       {std::tuple{"fal-flux-schnell", "https://queue.fal.run/fal-ai/flux/schnell", "output_format"},
        std::tuple{"fal-flux-pro", "https://queue.fal.run/fal-ai/flux-pro/v1.1", "output_format"},
        std::tuple{"fal-sdxl", "https://queue.fal.run/fal-ai/fast-sdxl", "format"},
        std::tuple{"fal-dreamshaper", "https://queue.fal.run/fal-ai/dreamshaper", "format"}}) {
    INFO(model);
    FalCall call(model);
    CHECK(fal().plan_submit(call.call()).url == url);
    const Json body = body_of(call);
    CHECK(body.size() == 5);
    CHECK(body.at(format) == "png");
    CHECK(body.at("num_images") == 1);
    CHECK(body.at("image_size") == Json{{"width", 1344}, {"height", 768}});
  }
}

TEST_CASE("fal: what is to be avoided is said only where there is something, and to whom has such a field") {
  FalCall sdxl("fal-sdxl");
  CHECK_FALSE(body_of(sdxl).contains("negative_prompt"));
  sdxl.recipe.negative_prompt = "people";
  CHECK(body_of(sdxl).at("negative_prompt") == "people");
  FalCall flux;
  flux.recipe.negative_prompt = "people";
  CHECK_FALSE(body_of(flux).contains("negative_prompt"));
}

TEST_CASE("fal: clips have their length as a word, their picture as an address, and no seed or size") {
  FalCall kling = FalCall::clip("fal-kling", 10);
  CHECK(body_of(kling) == Json{{"prompt", "a harbour at dawn"},
                               {"image_url", "https://v3b.fal.media/files/b/a.png"},
                               {"duration", "10"}});
  CHECK(fal().plan_submit(kling.call()).url == "https://queue.fal.run/fal-ai/kling-video/v2.1/standard/image-to-video");
  FalCall hailuo = FalCall::clip("fal-hailuo", 6);
  CHECK(body_of(hailuo) == Json{{"prompt", "a harbour at dawn"},
                                {"image_url", "https://v3b.fal.media/files/b/a.png"},
                                {"duration", "6"},
                                {"resolution", "768P"}});
}

TEST_CASE("fal: the key goes with the word Key, to queue, storage and platform, and to no file") {
  FalCall clip = FalCall::clip("fal-kling", 5);
  clip.uploads.clear();
  for (const auto& request :
       {fal().plan_submit(clip.call()), *fal().plan_prepare(clip.call()), fal().plan_poll(clip.call()),
        *fal().plan_cancel(clip.call()), *fal().plan_list_for(clip.call(), 0, "")}) {
    INFO(request.url);
    CHECK(header_of(request, "Authorization") == "Key 0123abcd:secret-0123456789");
  }
  RemoteOutput output;
  for (const char* url : {"https://v3.fal.media/files/a.png", "https://v3b.fal.media/files/a.png",
                          "https://queue.fal.run/x", "https://rest.fal.ai/x"}) {
    output.url = url;
    CHECK_FALSE(has_secret(fal().plan_fetch(clip.call(), output)));
  }
}

TEST_CASE("fal: the addresses of the submit's answer are used, though they name a part of the model only") {
  const FalCall call = after_submit(accepted_body(request_base));
  CHECK(fal().plan_poll(call.call()).url == request_base + "/status");
  CHECK(fal().plan_poll(call.call()).method == HttpMethod::Get);
  CHECK(fal().plan_cancel(call.call())->url == request_base + "/cancel");
  CHECK(fal().plan_cancel(call.call())->method == HttpMethod::Put);
  // Another rule than today's is followed as well.
  const FalCall moved = after_submit(accepted_body("https://queue.fal.run/v2/requests/x"));
  CHECK(fal().plan_poll(moved.call()).url == "https://queue.fal.run/v2/requests/x/status");
}

TEST_CASE("fal: no logs are asked for") {
  CHECK(fal().plan_poll(after_submit(accepted_body(request_base)).call()).url.find("logs") == std::string::npos);
}

TEST_CASE("fal: an id without addresses, from a list or a person, is found by the rule of the first two parts") {
  for (const auto& [model, url] :
       {std::pair{"fal-flux-dev", "https://queue.fal.run/fal-ai/flux/requests/"},
        std::pair{"fal-flux-pro", "https://queue.fal.run/fal-ai/flux-pro/requests/"},
        std::pair{"fal-sdxl", "https://queue.fal.run/fal-ai/fast-sdxl/requests/"},
        std::pair{"fal-kling", "https://queue.fal.run/fal-ai/kling-video/requests/"},
        std::pair{"fal-hailuo", "https://queue.fal.run/fal-ai/minimax/requests/"},
        std::pair{"workflows/somebody/flow/more", "https://queue.fal.run/workflows/somebody/flow/requests/"},
        std::pair{"comfy/somebody/flow", "https://queue.fal.run/comfy/somebody/flow/requests/"}}) {
    INFO(model);
    FalCall call(model);
    CHECK(fal().plan_poll(call.call()).url == std::string(url) + fal_id + "/status");
    CHECK(fal().plan_cancel(call.call())->url == std::string(url) + fal_id + "/cancel");
    call.completed();
    CHECK(fal().plan_poll(call.call()).url == std::string(url) + fal_id);
  }
}

TEST_CASE("fal: an answer that names other hosts gets no key there, and the job is not lost", "[fault-39]") {
  for (const std::string& base :
       {std::string("https://evil.test/fal-ai/flux/requests/x"), std::string("https://queue.fal.run.evil.test/x"),
        std::string("https://queue.fal.run@evil.test/x"), std::string("https://evil.test#queue.fal.run"),
        std::string("http://queue.fal.run/x"), std::string("https://queue.fal.run:8443/x"),
        std::string("https://queue.fal.runevil/x"), std::string("//evil.test/x"), std::string("file:///etc/passwd"),
        std::string("https://queue.fal.run/a b"), std::string("")}) {
    INFO(base);
    const FalCall call = after_submit(accepted_body(base));
    for (const HttpRequest& request : {fal().plan_poll(call.call()), *fal().plan_cancel(call.call())}) {
      CHECK(request.url.starts_with("https://queue.fal.run/fal-ai/flux/requests/"));
      CHECK(has_secret(request));
    }
  }
}

TEST_CASE("fal: a damaged position plans requests to the queue's own host") {
  FalCall call;
  for (const char* state : {R"({"status":"https://evil.test/x"})", R"({"status":"//evil.test/x"})",
                            R"({"status":"/ok\n"})", R"({"completed_ms":1,"response":"evil"})",
                            R"({"completed_ms":-1})", R"({"completed_ms":1e300})", "[]", "{", "\"x\""}) {
    INFO(state);
    call.attempt.remote_state = state;
    CHECK(fal().plan_poll(call.call()).url.starts_with(request_base));
  }
}

TEST_CASE("fal: a submit that is answered with 2xx is accepted by its request id alone") {
  const FalCall call;
  for (const int status : {200, 201, 202}) {
    const SubmitRead read =
        fal().read_submit(call.call(), fal_answer(status, std::string(R"({"request_id":")") + fal_id + "\"}"));
    REQUIRE(std::holds_alternative<Accepted>(read));
    CHECK(std::get<Accepted>(read).remote_id == fal_id);
  }
  CHECK(std::holds_alternative<Unclear>(fal().read_submit(call.call(), fal_answer(200, R"({"status":"IN_QUEUE"})"))));
  CHECK(
      std::holds_alternative<Unclear>(fal().read_submit(call.call(), fal_answer(200, R"({"request_id":"../../x"})"))));
}

TEST_CASE("fal: statuses are read alike whatever 2xx they come with") {
  const FalCall call;
  for (const int status : {200, 202}) {
    const auto queued = fal().read_poll(call.call(), fal_answer(status, R"({"status":"IN_QUEUE","queue_position":4})"));
    REQUIRE(std::holds_alternative<Pending>(queued));
    CHECK_FALSE(std::get<Pending>(queued).started);
    CHECK(std::get<Pending>(queued).queue_position == 4);
    const auto running = fal().read_poll(
        call.call(), fal_answer(status, R"({"status":"IN_PROGRESS","logs":[{"message":"x","level":"INFO"}]})"));
    CHECK(std::get<Pending>(running).started);
    CHECK(std::get<Pending>(running).unknown_status.empty());
    CHECK(std::holds_alternative<NextRequest>(
        fal().read_poll(call.call(), fal_answer(status, R"({"status":"COMPLETED"})"))));
  }
}

TEST_CASE("fal: there is no FAILED and no CANCELLED status, so such words end nothing", "[fault-45]") {
  const FalCall call;
  for (const char* word : {"FAILED", "CANCELLED", "CANCELED", "ERROR", "OK", "completed"}) {
    const auto read = fal().read_poll(call.call(), fal_answer(200, std::string(R"({"status":")") + word + R"("})"));
    REQUIRE(std::holds_alternative<Pending>(read));
    CHECK(std::get<Pending>(read).unknown_status == word);
  }
}

TEST_CASE("fal: COMPLETED says nothing of success, so the result is asked for at the address of the submit") {
  FalCall call = after_submit(accepted_body("https://queue.fal.run/v2/requests/x"));
  const auto read = fal().read_poll(
      call.call(),
      fal_answer(200, R"({"status":"COMPLETED","error":"out of memory","error_type":"runner_server_error"})"));
  REQUIRE(std::holds_alternative<NextRequest>(read));
  const auto& next = std::get<NextRequest>(read);
  CHECK(next.request.url == "https://queue.fal.run/v2/requests/x");
  CHECK(has_secret(next.request));
  call.attempt.remote_state = next.state;
  CHECK(fal().plan_poll(call.call()).url == next.request.url);
  CHECK(Json::parse(next.state).at("failure") == "out of memory");
  CHECK(Json::parse(next.state).at("failure_type") == "runner_server_error");
}

TEST_CASE("fal: the status of another job is not taken for this one's") {
  const FalCall call;
  CHECK(std::holds_alternative<CallFailed>(
      fal().read_poll(call.call(), fal_answer(200, R"({"status":"COMPLETED","request_id":"another"})"))));
}

TEST_CASE("fal: an unknown request is gone only when the service itself says so") {
  const FalCall call;
  CHECK(std::holds_alternative<Gone>(
      fal().read_poll(call.call(), fal_answer(404, R"({"detail":"Request not found."})"))));
  CHECK(std::holds_alternative<CallFailed>(fal().read_poll(call.call(), fal_answer(404, "{}"))));
  HttpResponse page = fal_answer(404, "<html>not here</html>");
  page.headers = {{"Content-Type", "text/html"}};
  CHECK(std::holds_alternative<CallFailed>(fal().read_poll(call.call(), page)));
}

TEST_CASE("fal: an upload is two calls, with a life that we set and a name that tells nothing") {
  FalCall clip = FalCall::clip("fal-kling", 5);
  clip.uploads.clear();
  const auto place = fal().plan_prepare(clip.call());
  REQUIRE(place);
  CHECK(place->method == HttpMethod::Post);
  CHECK(place->url == "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3");
  CHECK(header_of(*place, "X-Fal-Object-Lifecycle") == R"({"expiration_duration_seconds":86400})");
  CHECK(place->body == R"({"content_type":"image/png","file_name":"aaaaaaaaaaaaaaaa.png"})");
  auto read = fal().read_prepare(
      clip.call(),
      fal_answer(
          200,
          R"({"file_url":"https://v3b.fal.media/files/b/x.png","upload_url":"https://v3b.fal.media/files/b/x.png?signature=s"})"));
  REQUIRE(std::holds_alternative<Prepared>(read));
  CHECK(std::get<Prepared>(read).uploads.empty());  // the bytes are not there yet
  clip.attempt.prepare_state = std::get<Prepared>(read).prepare_state;
  const auto bytes = fal().plan_prepare(clip.call());
  REQUIRE(bytes);
  CHECK(bytes->method == HttpMethod::Put);
  CHECK(bytes->url == "https://v3b.fal.media/files/b/x.png?signature=s");
  CHECK(header_of(*bytes, "Content-Type") == "image/png");
  CHECK(bytes->body_file == "/vault/a");
  CHECK_FALSE(has_secret(*bytes));
  read = fal().read_prepare(clip.call(), fal_answer(200, ""));
  REQUIRE(std::holds_alternative<Prepared>(read));
  const auto& upload = std::get<Prepared>(read).uploads.at(0);
  CHECK(upload.reference == "https://v3b.fal.media/files/b/x.png");
  CHECK(upload.sha256 == std::string(64, 'a'));
  CHECK(upload.expires_ms == clip.now_wall_ms + 86'400'000);
  clip.attempt.prepare_state = std::get<Prepared>(read).prepare_state;
  CHECK_FALSE(fal().plan_prepare(clip.call()));
  CHECK(body_of(clip).at("image_url") == "https://v3b.fal.media/files/b/x.png");
}

TEST_CASE("fal: an upload near its end, or whose place was lost, is made anew") {
  FalCall clip = FalCall::clip("fal-kling", 5);
  clip.uploads.clear();
  const std::string sha(64, 'a');
  clip.attempt.prepare_state = R"({"sha":")" + sha + R"(","file_url":"https://v3b.fal.media/x","expires_ms":)" +
                               std::to_string(clip.now_wall_ms + 30'000) + R"(,"done":true})";
  CHECK(fal().plan_prepare(clip.call())->method == HttpMethod::Post);
  const auto with_restarts = [&](int restarts) {
    clip.attempt.prepare_state =
        R"({"sha":")" + sha +
        R"(","put_url":"https://v3b.fal.media/x?s","file_url":"https://v3b.fal.media/x","expires_ms":9,"restarts":)" +
        std::to_string(restarts) + "}";
    return fal().read_prepare(clip.call(), fal_answer(403, "{}"));
  };
  const auto again = with_restarts(0);
  REQUIRE(std::holds_alternative<Prepared>(again));
  clip.attempt.prepare_state = std::get<Prepared>(again).prepare_state;
  CHECK(fal().plan_prepare(clip.call())->url.ends_with("/storage/upload/initiate?storage_type=fal-cdn-v3"));
  CHECK(std::holds_alternative<CallFailed>(with_restarts(2)));  // not for ever
}

TEST_CASE("fal: a place to upload to that is no https address is not gone to") {
  FalCall clip = FalCall::clip("fal-kling", 5);
  clip.uploads.clear();
  for (const auto& [put, file] :
       {std::pair{"http://v3b.fal.media/x", "https://v3b.fal.media/x"},
        std::pair{"https://v3b.fal.media/x", "http://v3b.fal.media/x"},
        std::pair{"file:///etc/passwd", "https://v3b.fal.media/x"},
        std::pair{"http://127.0.0.1/x", "https://v3b.fal.media/x"}, std::pair{"", "https://v3b.fal.media/x"},
        std::pair{"https://v3b.fal.media/x", "https://user@v3b.fal.media/x"}}) {
    INFO(put << " " << file);
    CHECK(std::holds_alternative<CallFailed>(
        fal().read_prepare(clip.call(), fal_answer(200, Json{{"upload_url", put}, {"file_url", file}}.dump()))));
  }
}

TEST_CASE("fal: the four answers to a cancel") {
  const FalCall call;
  const auto read = [&](int status, const char* word) {
    return fal().read_cancel(call.call(), fal_answer(status, std::string(R"({"status":")") + word + R"("})"));
  };
  CHECK(std::get<CancelAccepted>(read(200, "OK")).stops);
  // Not a word of a stop: the model decides, or the request is not known. Only looks tell.
  CHECK_FALSE(std::get<CancelAccepted>(read(202, "CANCELLATION_REQUESTED")).stops);
  CHECK_FALSE(std::get<CancelAccepted>(read(404, "NOT_FOUND")).stops);
  CHECK(std::holds_alternative<TooLateToCancel>(read(400, "ALREADY_COMPLETED")));
  CHECK(std::holds_alternative<CallFailed>(read(404, "")));
  CHECK(std::holds_alternative<CallFailed>(read(200, "YES")));
  CHECK(std::holds_alternative<CallFailed>(read(500, "")));
}

TEST_CASE("fal: the list is of one model, with what was asked for, since a time") {
  const FalCall call("fal-flux-pro");
  CHECK(fal().plan_list_for(call.call(), 1'795'262'400'000, "")->url ==
        "https://api.fal.ai/v1/models/requests/"
        "by-endpoint?endpoint_id=fal-ai%2Fflux-pro%2Fv1.1&expand=payloads&limit=100&start=2026-11-21T12%3A00%3A00Z");
  CHECK(fal().plan_list_for(call.call(), 0, "M g==")->url.ends_with("&cursor=M%20g%3D%3D"));
  CHECK_FALSE(fal().plan_list(call.endpoint, 0, ""));
  CHECK_FALSE(fal().profile().list_is_complete);
}

TEST_CASE("fal: a page of the list, and the one after it") {
  const auto read = fal().read_list(fal_answer(200, R"({"items":[
      {"request_id":"a1","endpoint_id":"fal-ai/flux/dev","sent_at":"2026-11-21T12:00:00Z","started_at":"2026-11-21T12:00:09Z","json_input":{"prompt":"霧","seed":7}},
      {"request_id":"a2","endpoint_id":"fal-ai/other","started_at":"2026-11-21T12:00:09Z","json_input":null}],"next_cursor":"Mg==","has_more":true})"));
  REQUIRE(std::holds_alternative<RemoteJobs>(read));
  const auto& list = std::get<RemoteJobs>(read);
  REQUIRE(list.jobs.size() == 2);
  CHECK(list.next_page == "Mg==");
  CHECK(list.jobs[0].remote_id == "a1");
  CHECK(list.jobs[0].model == "fal-flux-dev");
  CHECK(list.jobs[0].prompt == "霧");
  CHECK(list.jobs[0].created_ms == 1'795'262'400'000);
  CHECK(list.jobs[0].own_id.empty());
  CHECK(list.jobs[1].model == "fal-ai/other");
  CHECK(list.jobs[1].created_ms == 1'795'262'409'000);
  CHECK(list.jobs[1].input.empty());
  const auto last = fal().read_list(fal_answer(200, R"({"items":[],"next_cursor":null,"has_more":false})"));
  CHECK(std::get<RemoteJobs>(last).next_page.empty());
  CHECK(std::get<RemoteJobs>(fal().read_list(fal_answer(200, R"({"items":[],"next_cursor":"x","has_more":false})")))
            .next_page.empty());
  CHECK(std::holds_alternative<CallFailed>(
      fal().read_list(fal_answer(200, R"({"items":[{"endpoint_id":"fal-ai/flux/dev"}]})"))));
}

TEST_CASE("fal: a listed request could be ours when it says all that we sent") {
  const FalCall call;
  RemoteJob job;
  job.model = "fal-flux-dev";
  const auto with = [&](const char* field, const Json& value) {
    Json input = body_of(call);
    input[field] = value;
    job.input = input.dump();
    return fal().could_be(call.call(), job);
  };
  CHECK(with("enable_safety_checker", true));  // filled in by the service
  CHECK(with("seed", 7.0));
  CHECK_FALSE(with("seed", 8));
  CHECK_FALSE(with("prompt", "another"));
  CHECK_FALSE(with("image_size", Json{{"width", 768}, {"height", 1344}}));
  job.input = "{}";
  CHECK_FALSE(fal().could_be(call.call(), job));
  job.input.clear();
  CHECK(fal().could_be(call.call(), job));  // its payload was not kept: it may be
  job.model = "fal-flux-pro";
  CHECK_FALSE(fal().could_be(call.call(), job));
}

TEST_CASE("fal: what was sent is compared, not what would be sent today") {
  FalCall call;
  call.attempt.submit_body = R"({"prompt":"as it was then","seed":9})";
  RemoteJob job;
  job.model = "fal-flux-dev";
  job.input = R"({"prompt":"as it was then","seed":9,"num_images":1})";
  CHECK(fal().could_be(call.call(), job));
}

TEST_CASE("fal: refusals of a submit are told apart, and none of them was charged") {
  const FalCall call;
  const auto policy = fal().read_submit(
      call.call(),
      fal_answer(422, R"({"detail":[{"loc":["body","prompt"],"msg":"flagged","type":"content_policy_violation"}]})"));
  REQUIRE(std::holds_alternative<RefusedByService>(policy));
  CHECK(std::get<RefusedByService>(policy).refused_input == "prompt");
  CHECK_FALSE(std::get<RefusedByService>(policy).billed);
  const auto invalid = fal().read_submit(
      call.call(),
      fal_answer(422, R"({"detail":[{"loc":["body","image_url"],"msg":"field required","type":"missing"}]})"));
  REQUIRE(std::holds_alternative<NotAccepted>(invalid));
  CHECK(std::get<NotAccepted>(invalid).error.kind == ErrorKind::BadRequest);
  CHECK(std::get<NotAccepted>(invalid).error.message == "fal.ai refused the request: field required (image)");
  const auto locked =
      fal().read_submit(call.call(), fal_answer(403, R"({"detail":"User is locked. Reason: Exhausted balance."})"));
  REQUIRE(std::holds_alternative<NotAccepted>(locked));
  CHECK(std::get<NotAccepted>(locked).error.kind == ErrorKind::Unauthorised);
  CHECK(std::get<NotAccepted>(locked).error.message.ends_with("User is locked. Reason: Exhausted balance."));
  const auto nobody = fal().read_submit(call.call(), fal_answer(404, R"({"detail":"Application \"dev\" not found"})"));
  REQUIRE(std::holds_alternative<NotAccepted>(nobody));
  CHECK_FALSE(std::get<NotAccepted>(nobody).transient);
}

TEST_CASE("fal: codes that its documentation does not name prove nothing") {
  const FalCall call;
  for (const int status : {402, 405, 409, 413, 418, 500, 502, 503, 504}) {
    INFO(status);
    CHECK(std::holds_alternative<Unclear>(fal().read_submit(call.call(), fal_answer(status, R"({"detail":"no"})"))));
  }
  // One of them says that the account has no credit: nothing further is sent for it.
  CHECK(std::get<Unclear>(fal().read_submit(call.call(), fal_answer(402, R"({"detail":"no"})"))).stops_account);
  CHECK_FALSE(std::get<Unclear>(fal().read_submit(call.call(), fal_answer(413, R"({"detail":"no"})"))).stops_account);
  const auto busy = fal().read_submit(call.call(), fal_answer(429, R"({"detail":"slow down"})"));
  CHECK(std::get<NotAccepted>(busy).transient);
}

TEST_CASE("fal: behind a simulator everything is on its one address, and plain http is right there only") {
  auto set = load_providers(assets_folder(), {{"fal", "http://127.0.0.1:41000"}});
  REQUIRE(set);
  const Provider& simulated = *set->find("fal");
  FalCall clip = FalCall::clip("fal-kling", 5);
  clip.uploads.clear();
  clip.endpoint = {
      "http://127.0.0.1:41000", {{"Authorization", "Key k:s-0123456789", true}}, simulated.info().endpoints};
  CHECK(simulated.plan_submit(clip.call()).url ==
        "http://127.0.0.1:41000/queue/fal-ai/kling-video/v2.1/standard/image-to-video");
  CHECK(simulated.plan_prepare(clip.call())->url ==
        "http://127.0.0.1:41000/rest/storage/upload/initiate?storage_type=fal-cdn-v3");
  CHECK(simulated.plan_list_for(clip.call(), 0, "")
            ->url.starts_with("http://127.0.0.1:41000/api/v1/models/requests/by-endpoint?"));
  CHECK(simulated.plan_submit(clip.call()).local);
  CHECK(has_secret(simulated.plan_submit(clip.call())));
  const std::string base = "http://127.0.0.1:41000/queue/fal-ai/kling-video/requests/x";
  const auto accepted = simulated.read_submit(clip.call(), fal_answer(200, accepted_body(base)));
  clip.attempt.remote_state = std::get<Accepted>(accepted).remote_state;
  CHECK(simulated.plan_poll(clip.call()).url == base + "/status");
  clip.attempt.prepare_state.clear();
  const auto place = simulated.read_prepare(
      clip.call(),
      fal_answer(
          200,
          R"({"file_url":"http://127.0.0.1:41000/files/a.png","upload_url":"http://127.0.0.1:41000/files/up/a"})"));
  REQUIRE(std::holds_alternative<Prepared>(place));
  clip.attempt.prepare_state = std::get<Prepared>(place).prepare_state;
  const auto bytes = simulated.plan_prepare(clip.call());
  CHECK(bytes->local);
  CHECK_FALSE(has_secret(*bytes));
  RemoteOutput output;
  output.url = "http://127.0.0.1:41000/files/out.mp4";
  CHECK(simulated.plan_fetch(clip.call(), output).local);
  CHECK_FALSE(has_secret(simulated.plan_fetch(clip.call(), output)));
  output.url = "http://127.0.0.1:41001/files/out.mp4";
  CHECK_FALSE(simulated.plan_fetch(clip.call(), output).local);
  // On another port by now: the position follows.
  clip.endpoint.bases["queue"] = "http://127.0.0.1:50000/queue";
  CHECK(simulated.plan_poll(clip.call()).url == "http://127.0.0.1:50000/queue/fal-ai/kling-video/requests/x/status");
}
