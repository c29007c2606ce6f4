// How fal.ai's results and errors are read: what ends a job, what is charged, what is asked again.
#include "providers/fal_answers.h"

#include "support/catch.h"
#include "unit/providers/fal_call.h"

using namespace studio;

namespace {

constexpr const char* one_picture =
    R"({"images":[{"url":"https://v3b.fal.media/files/b/koala/ab12.png","content_type":"image/png","width":1344,"height":768}],)"
    R"("seed":812736,"has_nsfw_concepts":[false],"prompt":"harbour at dawn","timings":{"inference":1.42}})";

PollRead result_of(const HttpResponse& response, FalCall call = FalCall()) {
  if (call.attempt.remote_state.empty()) call.completed();
  return fal_provider().read_poll(call.call(), response);
}

Error asked_again(const PollRead& read) {
  REQUIRE(std::holds_alternative<CallFailed>(read));
  CHECK(std::get<CallFailed>(read).transient);
  return std::get<CallFailed>(read).error;
}

}  // namespace

TEST_CASE("fal: a result brings the files it names, and what they cost by the units it counted") {
  const auto read = result_of(fal_answer(200, one_picture, {{"x-fal-billable-units", "2"}}));
  REQUIRE(std::holds_alternative<Finished>(read));
  const auto& finished = std::get<Finished>(read);
  REQUIRE(finished.outputs.size() == 1);
  CHECK(finished.outputs[0].url == "https://v3b.fal.media/files/b/koala/ab12.png");
  CHECK(finished.outputs[0].mime == "image/png");
  CHECK(finished.outputs[0].bytes == 0);
  CHECK(finished.outputs[0].expires_ms == 0);
  CHECK(finished.cost == Money{50'000});  // 2 × $0.025
}

TEST_CASE("fal: where no units are counted the cost stays open, and nonsense counts as nothing said") {
  CHECK_FALSE(std::get<Finished>(result_of(fal_answer(200, one_picture))).cost);
  for (const char* units : {"", "two", "-1", "nan", "1e300", "1 unit", "1048576"}) {
    INFO(units);
    CHECK_FALSE(std::get<Finished>(result_of(fal_answer(200, one_picture, {{"x-fal-billable-units", units}}))).cost);
  }
  FalCall unpriced("fal-dreamshaper");
  CHECK_FALSE(
      std::get<Finished>(result_of(fal_answer(200, one_picture, {{"x-fal-billable-units", "3.2"}}), unpriced)).cost);
}

TEST_CASE("fal: models that count time or seconds are settled by what they counted") {
  const auto sdxl = result_of(fal_answer(200, one_picture, {{"x-fal-billable-units", "2.3"}}), FalCall("fal-sdxl"));
  CHECK(std::get<Finished>(sdxl).cost == Money{2553});  // 2.3 × $0.00111
  const auto clip = result_of(
      fal_answer(
          200,
          R"({"video":{"url":"https://v3.fal.media/files/x.mp4","content_type":"video/mp4","file_name":"x.mp4","file_size":4653}})",
          {{"x-fal-billable-units", "5"}}),
      FalCall::clip("fal-kling", 5));
  REQUIRE(std::holds_alternative<Finished>(clip));
  CHECK(std::get<Finished>(clip).cost == Money{280'000});
  CHECK(std::get<Finished>(clip).outputs.at(0).bytes == 4653);
  CHECK(std::get<Finished>(clip).outputs.at(0).mime == "video/mp4");
}

TEST_CASE("fal: some models return one image instead of a list") {
  const auto read = result_of(fal_answer(200, R"({"image":{"url":"https://v3.fal.media/files/x.png"}})"));
  REQUIRE(std::holds_alternative<Finished>(read));
  CHECK(std::get<Finished>(read).outputs.size() == 1);
}

TEST_CASE("fal: a blanked picture is a refusal that was paid") {
  std::string body = one_picture;
  body.replace(body.find("[false]"), 7, "[true]");
  const auto read = result_of(fal_answer(200, body, {{"x-fal-billable-units", "2"}}));
  REQUIRE(std::holds_alternative<RefusedByService>(read));
  CHECK(std::get<RefusedByService>(read).perhaps_billed);
  CHECK(std::get<RefusedByService>(read).cost == Money{50'000});
  CHECK_FALSE(std::get<RefusedByService>(read).reason.empty());
  CHECK(std::get<RefusedByService>(result_of(fal_answer(200, body))).perhaps_billed);
}

TEST_CASE("fal: of several pictures the good ones are kept", "[fault-46]") {
  const auto read = result_of(fal_answer(
      200,
      R"({"images":[{"url":"https://v3.fal.media/1.png"},{"url":"https://v3.fal.media/2.png"}],"has_nsfw_concepts":[true,false]})"));
  REQUIRE(std::holds_alternative<Finished>(read));
  REQUIRE(std::get<Finished>(read).outputs.size() == 1);
  CHECK(std::get<Finished>(read).outputs[0].url == "https://v3.fal.media/2.png");
}

TEST_CASE("fal: a result without usable files is paid and empty, one that is none at all is asked for again", "[fault-46]") {
  CHECK(std::get<Finished>(result_of(fal_answer(200, R"({"images":[]})"))).outputs.empty());
  CHECK(std::get<Finished>(
            result_of(fal_answer(200, R"({"images":[{"url":"data:image/png;base64,AAAA"},{"url":7},{}]})")))
            .outputs.empty());
  CHECK(std::get<Finished>(result_of(fal_answer(200, R"({"video":null})"))).outputs.empty());
  for (const char* body : {"{}", "[]", "null", R"({"images":"none"})", R"({"status":"IN_PROGRESS"})"}) {
    INFO(body);
    asked_again(result_of(fal_answer(200, body)));
  }
}

TEST_CASE("fal: COMPLETED but failed, with an error of the models' shape") {
  const auto read = result_of(fal_answer(
      422,
      R"({"detail":[{"loc":["body","image_size","width"],"msg":"Input should be less than 14142","type":"less_than_equal","ctx":{},"input":1},
                                                           {"loc":["body","seed"],"msg":"no number","type":"int_type"}]})"));
  REQUIRE(std::holds_alternative<FailedByService>(read));
  const auto& failed = std::get<FailedByService>(read);
  CHECK(failed.reason == "fal.ai could not make it: Input should be less than 14142; no number (size). The same again will not help.");
  CHECK_FALSE(failed.billed);
  CHECK(failed.refused_input == "size");
  CHECK(failed.may_retry == false);
}

TEST_CASE("fal: which input an error is about is said in our words") {
  const auto input = [](const std::string& loc) {
    return fal::error_of(fal_answer(422, R"({"detail":[{"loc":)" + loc + R"(,"msg":"m","type":"t"}]})")).input;
  };
  CHECK(input(R"(["body","prompt"])") == "prompt");
  CHECK(input(R"(["body","image_url"])") == "image");
  CHECK(input(R"(["body","duration"])") == "length");
  CHECK(input(R"(["body","negative_prompt"])") == "negative prompt");
  CHECK(input(R"(["body","loras",0,"path"])") == "loras");
  CHECK(input(R"(["body"])").empty());
  CHECK(input(R"([0])").empty());
  CHECK(input(R"("prompt")").empty());
  CHECK(input(R"(["body","../../x y"])").empty());
}

TEST_CASE("fal: the three shapes of its errors, and what is none of them") {
  const auto queue = fal::error_of(fal_answer(504, R"({"detail":"Request timed out","error_type":"request_timeout"})"));
  CHECK((queue.is_said && queue.type == "request_timeout" && queue.message == "Request timed out"));
  const auto header =
      fal::error_of(fal_answer(503, R"({"detail":"gone"})", {{"X-Fal-Error-Type", "runner_disconnected"}}));
  CHECK((header.is_said && header.type == "runner_disconnected"));
  const auto platform =
      fal::error_of(fal_answer(403, R"({"error":{"type":"authorization_error","message":"Admin API key required"}})"));
  CHECK((platform.is_said && platform.type == "authorization_error" && platform.message == "Admin API key required"));
  const auto mixed = fal::error_of(fal_answer(
      422,
      R"({"detail":[{"loc":["body","seed"],"msg":"a","type":"int_type"},{"loc":["body","prompt"],"msg":"b","type":"content_policy_violation"}]})"));
  CHECK((mixed.type == "content_policy_violation" && mixed.input == "prompt" && mixed.message == "a; b"));
  CHECK(fal::error_of(fal_answer(422, R"({"detail":[1,null,"x"]})")).is_said);
  for (const char* body : {"", "{}", "[]", "<html>", R"({"error":"x"})", R"({"message":"x"})", R"({"detail":7})"}) {
    INFO(body);
    CHECK_FALSE(fal::error_of(fal_answer(502, body)).is_said);
  }
  CHECK(fal::error_of(fal_answer(500, R"({"detail":"x","error_type":"../\n"})")).type.empty());
}

TEST_CASE("fal: a refusal by its content policy, with the input that was refused") {
  const auto read = result_of(fal_answer(
      422,
      R"({"detail":[{"loc":["body","image_url"],"msg":"flagged by a content checker","type":"content_policy_violation","url":"https://docs.fal.ai/errors/"}]})"));
  REQUIRE(std::holds_alternative<RefusedByService>(read));
  CHECK(std::get<RefusedByService>(read).refused_input == "image");
  CHECK(std::get<RefusedByService>(read).reason ==
        "fal.ai refused it: flagged by a content checker");
  // Nothing said: it may have been charged; where the answer counts units, they are what it cost.
  CHECK_FALSE(std::get<RefusedByService>(read).billed);
  CHECK(std::get<RefusedByService>(read).perhaps_billed);
  CHECK_FALSE(std::get<RefusedByService>(read).cost);
  const auto paid =
      result_of(fal_answer(422, R"({"detail":[{"loc":["body","prompt"],"msg":"m","type":"content_policy_violation"}]})",
                           {{"x-fal-billable-units", "2"}}));
  CHECK(std::get<RefusedByService>(paid).cost == Money{50'000});
}

TEST_CASE("fal: a picture that it could not download is uploaded anew by the next attempt") {
  const HttpResponse response = fal_answer(
      422, R"({"detail":[{"loc":["body","image_url"],"msg":"Failed to download","type":"file_download_error"}]})");
  const auto clip = result_of(response, FalCall::clip("fal-kling", 5));
  REQUIRE(std::holds_alternative<FailedByService>(clip));
  CHECK(std::get<FailedByService>(clip).uploads_gone);
  CHECK(std::get<FailedByService>(clip).reason ==
        "fal.ai could not make it: Failed to download (image). The picture is uploaded anew when it is retried.");
  CHECK_FALSE(std::get<FailedByService>(clip).may_retry);  // with the picture uploaded anew it is not the same again
  CHECK(std::get<FailedByService>(clip).refused_input == "image");
  CHECK_FALSE(std::get<FailedByService>(result_of(response)).uploads_gone);  // it was given no picture
}

TEST_CASE("fal: faults of its servers are not billed, and whether trying again can help is said") {
  const auto never = result_of(
      fal_answer(500, R"({"detail":"broken","error_type":"runner_server_error"})", {{"X-Fal-Retryable", "false"}}));
  REQUIRE(std::holds_alternative<FailedByService>(never));
  CHECK(std::get<FailedByService>(never).reason == "fal.ai could not make it: broken. The same again will not help.");
  CHECK_FALSE(std::get<FailedByService>(never).billed);
  CHECK(std::get<FailedByService>(never).may_retry == false);
  const auto perhaps = result_of(
      fal_answer(500, R"({"detail":"broken","error_type":"runner_server_error"})", {{"X-Fal-Retryable", "true"}}), FalCall().completed(120'000));
  CHECK(std::get<FailedByService>(perhaps).reason == "fal.ai could not make it: broken. Trying again may help.");
  CHECK(std::get<FailedByService>(perhaps).may_retry == true);
  const auto plain = result_of(fal_answer(500, R"({"detail":"broken","error_type":"runner_server_error"})"));
  CHECK_FALSE(std::get<FailedByService>(plain).may_retry.has_value());  // a 500 is looked at again only where the header says so
}

TEST_CASE("fal: what may pass is asked again for two minutes, then it is the result") {
  for (const auto& [status, headers] :
       {std::pair{500, std::vector<HttpHeader>{{"X-Fal-Retryable", "true"}}},
        std::pair{500, std::vector<HttpHeader>{{"X-Fal-Needs-Retry", "1"}}}, std::pair{502, std::vector<HttpHeader>{}},
        std::pair{503, std::vector<HttpHeader>{}}, std::pair{504, std::vector<HttpHeader>{}}}) {
    INFO(status);
    const HttpResponse response =
        fal_answer(status, R"({"detail":"busy","error_type":"runner_connection_error"})", headers);
    CHECK(asked_again(result_of(response, FalCall().completed(119'000))).kind == ErrorKind::Offline);
    const auto at_last = result_of(response, FalCall().completed(120'000));
    REQUIRE(std::holds_alternative<FailedByService>(at_last));
    CHECK_FALSE(std::get<FailedByService>(at_last).billed);
  }
}

TEST_CASE("fal: a request that did not start in the time that was asked for is not asked about again") {
  const auto read = result_of(fal_answer(504, R"({"detail":"Request timed out","error_type":"request_timeout"})",
                                         {{"X-Fal-Request-Timeout-Type", "user"}}));
  CHECK(std::holds_alternative<FailedByService>(read));
}

TEST_CASE("fal: a gateway's answer never ends a job, however long it says so") {
  HttpResponse page = fal_answer(502, "<html>Bad Gateway</html>");
  page.headers = {{"Content-Type", "text/html"}};
  asked_again(result_of(page, FalCall().completed(3'600'000)));
  asked_again(result_of(fal_answer(503, R"({"detail":"upstream"})"), FalCall().completed(3'600'000)));
  // With its own mark it is the service's word.
  CHECK(std::holds_alternative<FailedByService>(result_of(
      fal_answer(503, R"({"detail":"upstream"})", {{"x-fal-request-id", fal_id}}), FalCall().completed(3'600'000))));
}

TEST_CASE("fal: an error of which the status told already is believed, and named by it") {
  FalCall call;
  call.attempt.remote_state =
      R"({"completed_ms":1,"failure":"the runner went away","failure_type":"runner_disconnected"})";
  const auto read = result_of(fal_answer(503, R"({"detail":""})"), call);
  REQUIRE(std::holds_alternative<FailedByService>(read));
  CHECK(std::get<FailedByService>(read).reason == "fal.ai could not make it: the runner went away.");
}

TEST_CASE("fal: a result that is not there yet is waited for") {
  const HttpResponse early = fal_answer(400, R"({"detail":"Request is still in progress"})");
  asked_again(result_of(early));
  CHECK(std::holds_alternative<FailedByService>(result_of(early, FalCall().completed(120'000))));
  CHECK(std::holds_alternative<FailedByService>(
      result_of(fal_answer(400, R"({"detail":"malformed","error_type":"bad_request"})"))));
}

TEST_CASE("fal: calls that were refused or slowed down say nothing about the job") {
  const auto locked = result_of(fal_answer(403, R"({"detail":"User is locked."})"));
  REQUIRE(std::holds_alternative<CallFailed>(locked));
  CHECK(std::get<CallFailed>(locked).error.kind == ErrorKind::Unauthorised);
  const Error slow = asked_again(result_of(fal_answer(429, R"({"detail":"slow down"})", {{"Retry-After", "9"}})));
  CHECK(slow.kind == ErrorKind::RateLimited);
  CHECK(slow.retry_after_secs == 9);
  HttpResponse broken;
  broken.failure = HttpFailure::Broken;
  asked_again(result_of(broken));
}

TEST_CASE("fal: a cancelled request ends as cancelled, an unknown one is gone") {
  const auto stopped = result_of(fal_answer(499, R"({"detail":"cancelled","error_type":"client_cancelled"})"));
  REQUIRE(std::holds_alternative<CancelledByService>(stopped));
  CHECK_FALSE(std::get<CancelledByService>(stopped).cost);
  CHECK(std::get<CancelledByService>(stopped).perhaps_billed);  // it may have been at work
  const auto counted = result_of(
      fal_answer(499, R"({"detail":"cancelled","error_type":"client_cancelled"})", {{"x-fal-billable-units", "1"}}));
  CHECK(std::get<CancelledByService>(counted).cost == Money{25'000});
  CHECK(std::holds_alternative<Gone>(result_of(fal_answer(404, R"({"detail":"Request not found."})"))));
  asked_again(result_of(fal_answer(404, "{}")));
}

TEST_CASE("fal: error types that nobody documented are tolerated") {
  const auto read = result_of(fal_answer(422, R"({"detail":[{"loc":["body"],"msg":"","type":"something_new"}]})"));
  REQUIRE(std::holds_alternative<FailedByService>(read));
  CHECK(std::get<FailedByService>(read).reason == "fal.ai could not make it: something_new.");
  CHECK(std::holds_alternative<FailedByService>(result_of(fal_answer(418, R"({"detail":[]})"))));
}

TEST_CASE("fal: a long or strange message becomes one line") {
  const auto read = result_of(fal_answer(422, R"({"detail":")" + std::string(20'000, 'x') + "\\n\\u0000y\"}"));
  REQUIRE(std::holds_alternative<FailedByService>(read));
  CHECK(std::get<FailedByService>(read).reason.size() < 400);
  CHECK(std::get<FailedByService>(read).reason.find('\n') == std::string::npos);
}
