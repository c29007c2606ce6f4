// The interface of docs/sandbox-api.md, line by line, against the board without sockets.
#include <sys/mount.h>

#include "unit/sandbox/sandbox_bench.h"

using namespace studio;
using namespace studio::sandbox_test;

TEST_CASE("A request without the token is refused with 401") {
  TempFolder folder;
  Service service(folder.path());
  for (const std::string wrong : {"Bearer wrong", "bearer x", "Basic Zm9v", " "}) {
    ApiRequest request;
    request.method = "GET";
    request.path = "/v1/info";
    request.authorization = wrong;
    const ApiAnswer answer = service.ask(request);
    CHECK(answer.status == 401);
    CHECK(code_of(answer) == "unauthorised");
  }
  ApiRequest bare;
  bare.method = "GET";
  bare.path = "/v1/info";
  CHECK(answer_api(*service.board, bare).status == 401);
}

TEST_CASE("The info page states models, play prices and whether keys replay") {
  TempFolder folder;
  SandboxOptions options;
  options.price_factor = 2.5;
  options.replay = false;
  Service service(folder.path(), options);
  const ApiAnswer answer = service.get("/v1/info");
  REQUIRE(answer.status == 200);
  const Json info = Json::parse(answer.body);
  CHECK(info.at("name") == "sandbox");
  CHECK(info.at("version") == 1);
  CHECK(info.at("replay") == false);
  CHECK(info.at("currency") == "play");
  REQUIRE(info.at("models").size() == 4);
  CHECK(info["models"][0] == Json({{"id", "sandbox-flux"}, {"kind", "image"}, {"price", 0.1}}));
  CHECK(info["models"][3] == Json({{"id", "sandbox-motion"}, {"kind", "video"}, {"price", 1.05}}));
}

TEST_CASE("A picture job is accepted, done and fetched") {
  TempFolder folder;
  Service service(folder.path());
  const ApiAnswer accepted = service.submit(picture_body(), key_of(1));
  REQUIRE(accepted.status == 202);
  const Json ticket = Json::parse(accepted.body);
  CHECK(ticket.size() == 4);
  CHECK(ticket.at("id").get<std::string>().starts_with("s_"));
  CHECK(ticket.at("status") == "queued");
  CHECK(ticket.at("price") == 0.04);
  CHECK(ticket.at("poll_after_ms").is_number_integer());
  CHECK(accepted.headers.count("Idempotent-Replay") == 0);

  const std::string id = ticket.at("id");
  const Json job = service.over(id);
  CHECK(job.at("status") == "done");
  CHECK(job.at("progress") == 1.0);
  CHECK(job.at("cost") == 0.04);
  CHECK(job.count("eta_secs") == 0);
  CHECK(job.count("queue_position") == 0);
  CHECK(job.count("error") == 0);
  const std::string expected = "sandbox-flux|a red fox in snow|7|256x128";
  CHECK(job.at("output").at("url") == "/v1/jobs/" + id + "/output");
  CHECK(job["output"].at("mime") == "image/png");
  CHECK(job["output"].at("bytes") == expected.size());
  CHECK(job["output"].at("sha256") == sha256_hex(expected));
  const ApiAnswer output = service.get("/v1/jobs/" + id + "/output");
  CHECK(output.status == 200);
  CHECK(output.content_type == "image/png");
  CHECK(output.body == expected);
}

TEST_CASE("Malformed job bodies are bad requests") {
  TempFolder folder;
  Service service(folder.path());
  const auto with = [](const std::string& field, const Json& value) {
    Json body = picture_body();
    body[field] = value;
    return body;
  };
  const auto without = [](const std::string& field) {
    Json body = picture_body();
    body.erase(field);
    return body;
  };
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {"not json", "{"},
      {"empty", ""},
      {"an array", "[]"},
      {"a text", "\"hello\""},
      {"not UTF-8", "{\"model\":\"\xff\"}"},
      {"two seeds", R"({"model":"sandbox-flux","prompt":"x","seed":1,"seed":2,"width":256,"height":256})"},
      {"unknown field", with("colour", "red").dump()},
      {"clip field on a picture model", with("seconds", 5).dump()},
      {"no prompt", without("prompt").dump()},
      {"no model", without("model").dump()},
      {"no seed", without("seed").dump()},
      {"no width", without("width").dump()},
      {"model of wrong type", with("model", 3).dump()},
      {"prompt of wrong type", with("prompt", Json::array()).dump()},
      {"blank prompt", with("prompt", " \n ").dump()},
      {"endless prompt", with("prompt", std::string(20'000, 'x')).dump()},
      {"seed as text", with("seed", "7").dump()},
      {"seed as fraction", with("seed", 7.5).dump()},
      {"negative seed", with("seed", -1).dump()},
      {"seed beyond 2^53", with("seed", 9007199254740992).dump()},
      {"seed beyond 2^63", with("seed", 18446744073709551615ull).dump()},
      {"width too small", with("width", 63).dump()},
      {"width too large", with("width", 2049).dump()},
      {"width null", with("width", nullptr).dump()},
  };
  for (const auto& [name, body] : bodies) {
    INFO(name);
    const ApiAnswer answer = service.post("/v1/jobs", body, key_of(1));
    CHECK(answer.status == 400);
    CHECK(code_of(answer) == "bad_request");
  }
  CHECK(service.submit(with("width", 2048), key_of(2)).status == 202);
  CHECK(service.submit(with("seed", 9007199254740991), key_of(3)).status == 202);
}

TEST_CASE("Clip jobs have limits of their own") {
  TempFolder folder;
  Service service(folder.path());
  const std::string reference = service.upload("some bytes");
  const Json good{{"model", "sandbox-motion"}, {"prompt", ""}, {"seed", 1}, {"width", 1280}, {"height", 720}, {"image", reference}, {"seconds", 5}};
  const auto status = [&](const std::string& field, const Json& value) {
    Json body = good;
    if (value.is_discarded()) body.erase(field);
    else body[field] = value;
    static int n = 0;
    return service.submit(body, key_of(500 + n++)).status;
  };
  const Json gone(Json::value_t::discarded);
  CHECK(service.submit(good, key_of(1)).status == 202);
  CHECK(status("seconds", 2.5) == 202);
  CHECK(status("seconds", 0.5) == 400);
  CHECK(status("seconds", 11) == 400);
  CHECK(status("seconds", "5") == 400);
  CHECK(status("seconds", gone) == 400);
  CHECK(status("image", gone) == 400);
  CHECK(status("image", 5) == 400);
  CHECK(status("image", "u_1") == 400);
  CHECK(status("width", 1281) == 400);
  CHECK(status("height", 719) == 400);
  CHECK(status("image", "upload:u_unknown") == 404);
  CHECK(status("image", "upload:") == 404);
}

TEST_CASE("An unknown model, a missing key and an unknown page have their own answers") {
  TempFolder folder;
  Service service(folder.path());
  Json body = picture_body();
  body["model"] = "sandbox-max";
  const ApiAnswer unknown = service.submit(body, key_of(1));
  CHECK(unknown.status == 404);
  CHECK(code_of(unknown) == "unknown_model");
  for (const std::string& key : {std::string(), std::string("too-short"), std::string(65, 'k'), std::string("with spaces in the key")}) {
    const ApiAnswer answer = service.submit(picture_body(), key);
    CHECK(answer.status == 400);
    CHECK(code_of(answer) == "missing_key");
  }
  for (const std::string path : {"/", "/v1", "/v1/nothing", "/v2/info", "/v1/jobs/x/output/more", "/v1/info/"}) {
    INFO(path);
    CHECK(service.get(path).status == 404);
  }
  CHECK(code_of(service.get("/v1/jobs/s_none")) == "unknown_job");
  CHECK(code_of(service.get("/v1/jobs/s_none/output")) == "unknown_job");
  CHECK(code_of(service.cancel("s_none")) == "unknown_job");
}

TEST_CASE("A picture is uploaded in two calls, and its bytes must be those announced") {
  TempFolder folder;
  Service service(folder.path());
  const std::string bytes = "the picture's bytes";
  const Json announcement{{"sha256", sha256_hex(bytes)}, {"bytes", bytes.size()}, {"mime", "image/jpeg"}};
  const ApiAnswer announced = service.post("/v1/uploads", announcement.dump());
  REQUIRE(announced.status == 201);
  const Json place = Json::parse(announced.body);
  const std::string id = place.at("upload_id");
  CHECK(id.starts_with("u_"));
  CHECK(place.at("put_url") == "/v1/uploads/" + id + "/data");

  Json clip{{"model", "sandbox-motion"}, {"prompt", "push in"}, {"seed", 1}, {"width", 640}, {"height", 360}, {"image", "upload:" + id}, {"seconds", 2}};
  CHECK(code_of(service.submit(clip, key_of(1))) == "unknown_upload");  // announced, but nothing there yet

  CHECK(code_of(service.put(place.at("put_url"), bytes + "x")) == "upload_mismatch");
  CHECK(service.put(place.at("put_url"), "The picture's bytes").status == 422);
  CHECK(service.put("/v1/uploads/u_other/data", bytes).status == 404);
  const ApiAnswer filled = service.put(place.at("put_url"), bytes);
  REQUIRE(filled.status == 200);
  CHECK(Json::parse(filled.body).at("reference") == "upload:" + id);
  CHECK(Json::parse(filled.body).at("expires_at").get<std::string>().size() == 20);
  CHECK(service.put(place.at("put_url"), bytes).status == 200);  // a repeated PUT does no harm
  CHECK(service.submit(clip, key_of(1)).status == 202);

  service.clock.advance_ms(25 * 3600 * 1000LL);
  clip["seed"] = 2;
  CHECK(code_of(service.submit(clip, key_of(2))) == "unknown_upload");
}

TEST_CASE("Malformed upload announcements are bad requests") {
  TempFolder folder;
  Service service(folder.path());
  const Json good{{"sha256", std::string(64, 'a')}, {"bytes", 10}, {"mime", "image/png"}};
  const auto code = [&](const std::string& field, const Json& value) {
    Json body = good;
    body[field] = value;
    return code_of(service.post("/v1/uploads", body.dump()));
  };
  CHECK(service.post("/v1/uploads", good.dump()).status == 201);
  CHECK(code("sha256", std::string(63, 'a')) == "bad_request");
  CHECK(code("sha256", std::string(64, 'A')) == "bad_request");
  CHECK(code("sha256", 5) == "bad_request");
  CHECK(code("bytes", 0) == "bad_request");
  CHECK(code("bytes", 100'000'000) == "bad_request");
  CHECK(code("bytes", "10") == "bad_request");
  CHECK(code("mime", "text/html") == "bad_request");
  CHECK(code("name", "x.png") == "bad_request");
}

TEST_CASE("Outputs honour Range and If-Range") {
  TempFolder folder;
  Service service(folder.path());
  const std::string id = id_of(service.submit(picture_body(), key_of(1)));
  service.over(id);
  const std::string whole = service.get("/v1/jobs/" + id + "/output").body;
  const std::string etag = service.get("/v1/jobs/" + id + "/output").headers.at("ETag");
  const auto part = [&](const std::string& range, const std::string& if_range = {}) {
    ApiRequest request;
    request.method = "GET";
    request.path = "/v1/jobs/" + id + "/output";
    request.range = range;
    request.if_range = if_range;
    return service.ask(request);
  };
  const std::string size = std::to_string(whole.size());
  CHECK(part("bytes=0-3").status == 206);
  CHECK(part("bytes=0-3").body == whole.substr(0, 4));
  CHECK(part("bytes=0-3").headers.at("Content-Range") == "bytes 0-3/" + size);
  CHECK(part("bytes=5-").body == whole.substr(5));
  CHECK(part("bytes=-4").body == whole.substr(whole.size() - 4));
  CHECK(part("bytes=2-9999").body == whole.substr(2));
  CHECK(part("bytes=9999-").status == 416);
  CHECK(part("bytes=9999-").headers.at("Content-Range") == "bytes */" + size);
  CHECK(part("bytes=-0").status == 416);
  CHECK(part("bytes=4-2").status == 200);       // malformed: RFC 9110 lets us send the whole
  CHECK(part("bytes=0-1,4-5").status == 200);   // several: likewise
  CHECK(part("pages=1-2").body == whole);
  CHECK(part("bytes=0-3", etag).status == 206);
  CHECK(part("bytes=0-3", "\"other\"").status == 200);
  CHECK(part("bytes=0-3", "\"other\"").body == whole);
}

TEST_CASE("The list shows who asked for what since when, in pages") {
  TempFolder folder;
  Service service(folder.path());
  for (int n = 0; n < 105; ++n) {
    if (n == 50) service.clock.advance_ms(60'000);
    CHECK(service.submit(picture_body("prompt " + std::to_string(n)), key_of(n)).status == 202);
  }
  const auto list = [&](const std::map<std::string, std::string>& query) { return service.get("/v1/jobs", query); };
  const Json first = Json::parse(list({}).body);
  REQUIRE(first.at("jobs").size() == 100);
  CHECK(first["jobs"][0].at("key") == key_of(0));
  CHECK(first["jobs"][0].at("prompt") == "prompt 0");
  CHECK(first["jobs"][0].at("model") == "sandbox-flux");
  CHECK(first["jobs"][0].size() == 5);
  const Json second = Json::parse(list({{"page", first.at("next_page")}}).body);
  CHECK(second.at("jobs").size() == 5);
  CHECK(second["jobs"][4].at("key") == key_of(104));
  CHECK(second.at("next_page") == "");
  const Json late = Json::parse(list({{"since", std::to_string(service.clock.wall_ms())}}).body);
  CHECK(late.at("jobs").size() == 55);
  CHECK(list({{"since", "yesterday"}}).status == 400);
  CHECK(list({{"page", "-1"}}).status == 400);
  CHECK(list({{"limit", "5"}}).status == 400);
}

TEST_CASE("A job waits, runs and can be cancelled until it is over") {
  TempFolder folder;
  Service service(folder.path());
  service.gate.hold();
  std::vector<std::string> ids;
  for (int n = 0; n < 4; ++n) ids.push_back(id_of(service.submit(picture_body("p", n), key_of(n))));
  service.gate.wait_until_started(2);  // two workers
  const auto look = [&](int n) { return Json::parse(service.get("/v1/jobs/" + ids[static_cast<std::size_t>(n)]).body); };
  CHECK(look(0).at("status") == "running");
  CHECK(look(0).count("queue_position") == 0);
  CHECK(look(0).count("cost") == 0);
  CHECK(look(0).at("eta_secs").is_number());
  CHECK(look(2).at("status") == "queued");
  CHECK(look(2).at("queue_position") == 1);
  CHECK(look(3).at("queue_position") == 2);
  CHECK(service.get("/v1/jobs/" + ids[3]).headers.count("Poll-After-Ms") == 1);
  CHECK(code_of(service.get("/v1/jobs/" + ids[0] + "/output")) == "not_ready");

  CHECK(service.cancel(ids[2]).body == R"({"status":"cancelled"})");
  CHECK(look(3).at("queue_position") == 1);
  CHECK(service.cancel(ids[0]).status == 200);  // its worker may take the next one at once
  CHECK(look(2).at("status") == "cancelled");
  CHECK(look(2).at("cost") == 0.0);
  CHECK(service.cancel(ids[2]).status == 409);
  service.gate.open();
  CHECK(service.over(ids[1]).at("status") == "done");
  CHECK(service.over(ids[3]).at("status") == "done");
  CHECK(look(0).at("status") == "cancelled");
  CHECK(code_of(service.cancel(ids[3])) == "over");
}

TEST_CASE("Several jobs are told of in one answer, as each by itself, and who is not known is left out") {
  TempFolder folder;
  Service service(folder.path());
  service.gate.hold();
  std::vector<std::string> ids;
  for (int n = 0; n < 3; ++n) ids.push_back(id_of(service.submit(picture_body("p", n), key_of(n))));
  service.gate.wait_until_started(2);
  CHECK(service.cancel(ids[2]).status == 200);
  const Json jobs = Json::parse(service.get("/v1/jobs", {{"ids", ids[2] + ",s_none," + ids[0]}}).body).at("jobs");
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0] == Json::parse(service.get("/v1/jobs/" + ids[2]).body));
  CHECK(jobs[1].at("id") == ids[0]);
  CHECK(jobs[1].at("status") == "running");
  CHECK(jobs[1].at("poll_after_ms").is_number_integer());
  std::string too_many = ids[0];
  for (int i = 0; i < 100; ++i) too_many += ",s_x";
  CHECK(service.get("/v1/jobs", {{"ids", too_many}}).status == 400);
  CHECK(service.get("/v1/jobs", {{"ids", ids[0]}, {"since", "1"}}).status == 400);
  service.gate.open();
}

TEST_CASE("With a latency a job is not done earlier, and its progress rises meanwhile") {
  TempFolder folder;
  SandboxOptions options;
  options.latency_secs = 10;
  Service service(folder.path(), options);
  const std::string id = id_of(service.submit(picture_body(), key_of(1)));
  service.gate.wait_until_started(1);
  const auto look = [&] { return Json::parse(service.get("/v1/jobs/" + id).body); };
  service.clock.advance_ms(5000);
  CHECK(look().at("progress") == 0.5);
  CHECK(look().at("status") == "running");
  CHECK(look().at("eta_secs") == 5.0);
  service.clock.advance_ms(4000);
  CHECK(look().at("progress") == 0.9);
  service.clock.advance_ms(999);
  CHECK(look().at("status") == "running");
  service.clock.advance_ms(1);
  CHECK(service.over(id).at("status") == "done");
}

TEST_CASE("Refused words are whole words in any case, or any part in scripts without spaces") {
  CHECK(holds_refused_word("A Forbidden thing", "forbidden"));
  CHECK(holds_refused_word("forbidden", "FORBIDDEN"));
  CHECK(holds_refused_word("it is (forbidden)!", "forbidden"));
  CHECK_FALSE(holds_refused_word("unforbidden forbiddens", "forbidden"));
  CHECK_FALSE(holds_refused_word("anything", ""));
  CHECK(holds_refused_word("夜の禁止区域", "禁止"));
}

TEST_CASE("On a full disk a job is refused with 507, and one whose end cannot be written says so until it can", "[fault-21]") {
  TempFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=2m") != 0) STUDIO_SKIP("the right to mount a small disk (root)");
  struct Unmount {
    std::filesystem::path path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } unmount{folder.path()};
  const auto filler = folder.path() / "filler";
  SandboxOptions options;
  options.latency_secs = 5;
  Service service(folder.path(), options);
  const std::string id = id_of(service.submit(picture_body(), key_of(1)));
  const auto output = folder.path() / "outputs" / (id + ".png");
  while (!std::filesystem::exists(output)) std::this_thread::yield();  // rendered, and not yet due
  {
    std::ofstream file(filler, std::ios::binary);
    const std::string block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  const ApiAnswer refused = service.submit(picture_body("another"), key_of(2));
  CHECK(refused.status == 507);
  CHECK(code_of(refused) == "server_trouble");
  CHECK(refused.body.find("room") != std::string::npos);
  const auto row = [&] { return Json::parse(service.get("/v1/jobs/" + id).body); };
  CHECK_FALSE(row().contains("trouble"));
  service.clock.advance_ms(6000);
  Json told = row();
  while (told.at("status") == "running" && !told.contains("trouble")) told = row();  // the worker may only be about to put it down
  CHECK(told.at("status") == "running");
  CHECK(told.value("trouble", "").find("room") != std::string::npos);
  const Json many = Json::parse(service.get("/v1/jobs", {{"ids", id}}).body);
  CHECK(many.at("jobs").at(0).value("trouble", "") == told.value("trouble", ""));
  std::filesystem::remove(filler);
  told = row();
  CHECK(told.at("status") == "done");
  CHECK_FALSE(told.contains("trouble"));
  CHECK(service.submit(picture_body("another"), key_of(2)).status == 202);
}
