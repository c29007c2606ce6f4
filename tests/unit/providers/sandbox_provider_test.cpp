// What is the sandbox's own: its words and errors as docs/sandbox-api.md gives them. What all providers promise is in
// the contract suite.
#include "providers/sandbox_provider.h"

#include "base/paths.h"
#include "providers/provider_set.h"
#include "support/catch.h"

using namespace studio;

namespace {

const Provider& sandbox() {
  static const ProviderSet set = [] {
    auto loaded = load_providers(assets_folder());
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }();
  return *set.find("sandbox");
}

// A clip to be made from one picture.
struct ClipCall {
  Recipe recipe;
  Attempt attempt;
  Endpoint endpoint{"http://127.0.0.1:41234", {{"Authorization", "Bearer token", true}}};
  std::vector<InputBlob> inputs;
  std::vector<RemoteUpload> uploads;
  std::int64_t now_wall_ms = 1'795'262'400'000;  // 2026-11-21T12:00:00Z
  ClipCall() {
    recipe.kind = MediaKind::Video;
    recipe.model = "sandbox-motion";
    recipe.seconds = 5;
    recipe.inputs = {{"image", std::string(64, 'a')}};
    inputs = {{"image", std::string(64, 'a'), "/vault/a", "image/png", 1234}};
    attempt.key = "0123456789abcdef0123456789abcdef";
    attempt.remote_id = "s_1";
  }
  ProviderCall call() const { return {recipe, attempt, endpoint, inputs, uploads, now_wall_ms}; }
};

HttpResponse answer(int status, std::string body, std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.headers.push_back({"Content-Type", "application/json"});
  response.body = std::move(body);
  return response;
}

}  // namespace

TEST_CASE("sandbox: the body of a job is as the page says, to the byte") {
  ClipCall clip;
  clip.recipe.kind = MediaKind::Image;
  clip.recipe.inputs.clear();
  clip.recipe.model = "sandbox-flux";
  clip.recipe.prompt = "red \"sunset\"";
  clip.recipe.seed = 2'147'483'647;
  clip.recipe.width = 1344;
  clip.recipe.height = 768;
  CHECK(sandbox().plan_submit(clip.call()).body == R"({"model":"sandbox-flux","prompt":"red \"sunset\"","seed":2147483647,"width":1344,"height":768})");
  ClipCall moving;
  moving.recipe.width = 1280;
  moving.recipe.height = 720;
  moving.attempt.prepare_state = R"({"sha":")" + std::string(64, 'a') + R"(","reference":"upload:u_9"})";
  CHECK(sandbox().plan_submit(moving.call()).body ==
        R"({"model":"sandbox-motion","prompt":"","seed":0,"width":1280,"height":720,"image":"upload:u_9","seconds":5})");
  moving.recipe.seconds = 2.5;
  CHECK(sandbox().plan_submit(moving.call()).body.ends_with(R"("seconds":2.5})"));
}

TEST_CASE("sandbox: the server's poll-after words are taken, the header first") {
  ClipCall clip;
  const auto accepted = sandbox().read_submit(clip.call(), answer(202, R"({"id":"s_1","status":"queued","poll_after_ms":250})"));
  CHECK(std::get<Accepted>(accepted).poll_after_secs == 0.25);
  const auto by_header = sandbox().read_submit(clip.call(), answer(200, R"({"id":"s_1","poll_after_ms":250})", {{"Poll-After-Ms", "4000"}}));
  CHECK(std::get<Accepted>(by_header).poll_after_secs == 4);
  const auto pending = sandbox().read_poll(clip.call(), answer(200, R"({"id":"s_1","status":"running","progress":1.7,"eta_secs":-3,"queue_position":2})", {{"poll-after-ms", "99999999999"}}));
  const auto& running = std::get<Pending>(pending);
  CHECK(running.started);
  CHECK(running.progress == 1);
  CHECK(running.eta_secs == 0);
  CHECK(running.queue_position == 2);
  CHECK(running.poll_after_secs == 3600);
  const auto garbage = sandbox().read_poll(clip.call(), answer(200, R"({"id":"s_1","status":"queued"})", {{"Poll-After-Ms", "soon"}}));
  CHECK(std::get<Pending>(garbage).poll_after_secs == 0);
  CHECK(std::get<Pending>(garbage).progress < 0);
  CHECK_FALSE(std::get<Pending>(garbage).started);
}

TEST_CASE("sandbox: the status of another job is not believed") {
  ClipCall clip;
  const auto read = sandbox().read_poll(clip.call(), answer(200, R"({"id":"s_2","status":"failed"})"));
  CHECK(std::holds_alternative<CallFailed>(read));
}

TEST_CASE("sandbox: an answer about several jobs is read as a look at each, and tells nothing of whom it leaves out") {
  ClipCall first, second, third;
  second.attempt.remote_id = "s_2";
  third.attempt.remote_id = "s_3";
  const std::vector<ProviderCall> calls{first.call(), second.call(), third.call()};
  const auto request = sandbox().plan_poll_many(calls);
  REQUIRE(request);
  CHECK(request->method == HttpMethod::Get);
  CHECK(request->url == "http://127.0.0.1:41234/v1/jobs?ids=s_1,s_2,s_3");
  const auto reads = sandbox().read_poll_many(calls, answer(200, R"({"jobs":[{"id":"s_3","status":"done","cost":0.42,"output":{"url":"/v1/jobs/s_3/output"}},
      {"id":"s_9","status":"failed"},{"id":"s_1","status":"running","progress":0.5,"poll_after_ms":700}]})"));
  REQUIRE(reads.size() == 3);
  REQUIRE(reads[0]);
  const auto& pending = std::get<Pending>(*reads[0]);
  CHECK(pending.started);
  CHECK(pending.progress == 0.5);
  CHECK(pending.poll_after_secs == 0.7);
  CHECK_FALSE(reads[1]);
  REQUIRE(reads[2]);
  CHECK(std::get<Finished>(*reads[2]).cost == Money{420'000});
  for (const int status : {400, 404}) {
    for (const auto& read : sandbox().read_poll_many(calls, answer(status, "{}"))) CHECK_FALSE(read);  // one of before knows no such call
  }
}

TEST_CASE("sandbox: an upload that is gone asks for a new preparation, a refused prompt is refused") {
  ClipCall clip;
  const auto gone = sandbox().read_submit(clip.call(), answer(404, R"({"error":{"code":"unknown_upload","message":"No such upload."}})"));
  REQUIRE(std::holds_alternative<NotAccepted>(gone));
  CHECK(std::get<NotAccepted>(gone).uploads_gone);
  CHECK(std::get<NotAccepted>(gone).transient);
  const auto unknown = sandbox().read_submit(clip.call(), answer(404, R"({"error":{"code":"unknown_model","message":"x"}})"));
  CHECK_FALSE(std::get<NotAccepted>(unknown).uploads_gone);
  CHECK_FALSE(std::get<NotAccepted>(unknown).transient);
  const auto malformed = sandbox().read_submit(clip.call(), answer(422, R"({"error":{"code":"bad","message":"x"}})"));
  CHECK(std::holds_alternative<NotAccepted>(malformed));
  // A used key means that something was accepted under it.
  CHECK(std::holds_alternative<Unclear>(sandbox().read_submit(clip.call(), answer(409, R"({"error":{"code":"key_reused","message":"x"}})"))));
}

TEST_CASE("sandbox: a slot that went with a restart is asked for again, but not for ever") {
  ClipCall clip;
  const HttpResponse slot = answer(201, R"({"upload_id":"u_1","put_url":"/v1/uploads/u_1/data"})");
  const HttpResponse lost = answer(404, R"({"error":{"code":"unknown_upload","message":"x"}})");
  for (int round = 0; round < 3; ++round) {
    CHECK(sandbox().plan_prepare(clip.call())->url == "http://127.0.0.1:41234/v1/uploads");
    clip.attempt.prepare_state = std::get<Prepared>(sandbox().read_prepare(clip.call(), slot)).prepare_state;
    const auto put = sandbox().plan_prepare(clip.call());
    REQUIRE(put);
    CHECK(put->method == HttpMethod::Put);
    CHECK(put->url == "http://127.0.0.1:41234/v1/uploads/u_1/data");
    CHECK(put->body_file == "/vault/a");
    const PrepareRead read = sandbox().read_prepare(clip.call(), lost);
    if (round < 2) clip.attempt.prepare_state = std::get<Prepared>(read).prepare_state;
    else CHECK(std::holds_alternative<CallFailed>(read));
  }
}

TEST_CASE("sandbox: an upload of this attempt that ran out is made again") {
  ClipCall clip;
  clip.attempt.prepare_state = R"({"sha":")" + std::string(64, 'a') + R"(","reference":"upload:u_1","expires_ms":)" + std::to_string(clip.now_wall_ms + 60'000) + "}";
  CHECK_FALSE(sandbox().plan_prepare(clip.call()));
  clip.now_wall_ms += 60'000;
  REQUIRE(sandbox().plan_prepare(clip.call()));
  CHECK(sandbox().plan_prepare(clip.call())->method == HttpMethod::Post);
}

TEST_CASE("sandbox: bytes that do not fit their hash are not uploaded again and again") {
  ClipCall clip;
  clip.attempt.prepare_state = R"({"sha":")" + std::string(64, 'a') + R"(","put_url":"/v1/uploads/u_1/data"})";
  const PrepareRead read = sandbox().read_prepare(clip.call(), answer(422, R"({"error":{"code":"wrong_hash","message":"x"}})"));
  REQUIRE(std::holds_alternative<CallFailed>(read));
  CHECK_FALSE(std::get<CallFailed>(read).transient);
  CHECK(std::get<CallFailed>(read).error.kind == ErrorKind::Damaged);
}

TEST_CASE("sandbox: what it charged and what it made") {
  ClipCall clip;
  const auto read = sandbox().read_poll(clip.call(), answer(200, R"({"id":"s_1","status":"done","cost":0.42,"output":{"url":"/v1/jobs/s_1/output","mime":"video/mp4","bytes":4653,"sha256":"nonsense","expires_at":"2026-11-21T12:00:00Z"}})"));
  const auto& finished = std::get<Finished>(read);
  CHECK(finished.cost == Money{420'000});
  REQUIRE(finished.outputs.size() == 1);
  CHECK(finished.outputs[0].url == "/v1/jobs/s_1/output");  // joined only when it is fetched: the port may change
  CHECK(finished.outputs[0].bytes == 4653);
  CHECK(finished.outputs[0].sha256.empty());
  CHECK(finished.outputs[0].expires_ms == 1795262400000);
  CHECK(sandbox().plan_fetch(clip.call(), finished.outputs[0]).url == "http://127.0.0.1:41234/v1/jobs/s_1/output");
}

TEST_CASE("sandbox: cancelling") {
  ClipCall clip;
  CHECK(sandbox().plan_cancel(clip.call())->method == HttpMethod::Delete);
  CHECK(std::holds_alternative<CancelAccepted>(sandbox().read_cancel(clip.call(), answer(200, R"({"status":"cancelled"})"))));
  CHECK(std::holds_alternative<TooLateToCancel>(sandbox().read_cancel(clip.call(), answer(409, R"({"error":{"code":"over","message":"x"}})"))));
  CHECK(std::holds_alternative<CallFailed>(sandbox().read_cancel(clip.call(), answer(200, "<html>"))));
}

TEST_CASE("sandbox: a list with one unreadable entry proves nothing") {
  CHECK(std::holds_alternative<CallFailed>(sandbox().read_list(answer(200, R"({"jobs":[{"id":"s_1"},{"id":7}],"next_page":""})"))));
  const auto read = sandbox().read_list(answer(200, R"({"jobs":[{"id":"s_1","key":"k","model":"m","prompt":"p","created_at":1795262400000}],"next_page":"2"})"));
  const auto& list = std::get<RemoteJobs>(read);
  REQUIRE(list.jobs.size() == 1);
  CHECK(list.jobs[0].own_id == "k");
  CHECK(list.jobs[0].created_ms == 1795262400000);
  CHECK(list.next_page == "2");
  ClipCall clip;
  CHECK(sandbox().plan_list(clip.endpoint, 17, "a/b")->url == "http://127.0.0.1:41234/v1/jobs?since=17&page=a%2Fb");
}

TEST_CASE("sandbox: what an end without a result costs is passed on") {
  ClipCall clip;
  const auto read = [&](const std::string& rest) { return sandbox().read_poll(clip.call(), answer(200, R"({"id":"s_1",)" + rest + "}")); };
  const auto failed = read(R"("status":"failed","cost":0.07,"error":{"code":"broke","message":"It broke."})");
  CHECK(std::get<FailedByService>(failed).cost == Money{70'000});
  CHECK(std::get<FailedByService>(failed).billed);
  const auto refused = read(R"("status":"failed","cost":0.01,"error":{"code":"refused","message":"No."})");
  CHECK(std::get<RefusedByService>(refused).cost == Money{10'000});
  CHECK(std::get<CancelledByService>(read(R"("status":"cancelled","cost":0.02)")).cost == Money{20'000});
  CHECK(std::get<CancelledByService>(read(R"("status":"cancelled","cost":0.0)")).cost == Money{});
  CHECK_FALSE(std::get<CancelledByService>(read(R"("status":"cancelled")")).cost);
  CHECK_FALSE(std::get<FailedByService>(read(R"("status":"failed")")).cost);
}

TEST_CASE("sandbox: a full disk is said in its own words, and a submit that it refused is surely not accepted") {
  ClipCall clip;
  const std::string words = "The sandbox cannot take the job on: there is no room left on the disk; free some and try again.";
  const std::string body = R"({"error":{"code":"server_trouble","message":")" + words + R"("}})";
  const auto refused = sandbox().read_submit(clip.call(), answer(507, body));
  REQUIRE(std::holds_alternative<NotAccepted>(refused));
  CHECK(std::get<NotAccepted>(refused).error.message == words);
  CHECK(std::get<NotAccepted>(refused).transient);
  // Of any other fault nobody knows.
  const auto unclear = sandbox().read_submit(clip.call(), answer(500, body));
  REQUIRE(std::holds_alternative<Unclear>(unclear));
  CHECK(std::get<Unclear>(unclear).reason == words + " It may have accepted the job.");
  const auto look = sandbox().read_poll(clip.call(), answer(507, body));
  REQUIRE(std::holds_alternative<CallFailed>(look));
  CHECK(std::get<CallFailed>(look).error.message == words);
  CHECK(std::get<CallFailed>(look).transient);
  const auto upload = sandbox().read_prepare(clip.call(), answer(507, body));
  REQUIRE(std::holds_alternative<CallFailed>(upload));
  CHECK(std::get<CallFailed>(upload).error.message == words);
}

TEST_CASE("sandbox: a job that is over, which it cannot write down, is looked at again and says why") {
  ClipCall clip;
  const std::string row = R"({"id":"s_1","status":"running","progress":0.99,"eta_secs":0,"trouble":"There is no room left on the disk."})";
  const auto read = sandbox().read_poll(clip.call(), answer(200, row));
  REQUIRE(std::holds_alternative<CallFailed>(read));
  CHECK(std::get<CallFailed>(read).error.message == "There is no room left on the disk.");
  CHECK(std::get<CallFailed>(read).transient);
  const auto reads = sandbox().read_poll_many({clip.call()}, answer(200, R"({"jobs":[)" + row + "]}"));
  REQUIRE(reads.at(0));
  CHECK(std::holds_alternative<CallFailed>(*reads[0]));
}
