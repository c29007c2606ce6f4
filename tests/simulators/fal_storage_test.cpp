// Uploads in two calls, and the files that are given out: types, life times, ranges.
#include "simulators/fal_bench.h"

using namespace studio;
using namespace studio::fal_test;

namespace {

constexpr const char* initiate = "/rest/storage/upload/initiate?storage_type=fal-cdn-v3";
const Json announcement{{"content_type", "image/png"}, {"file_name", "harbour.png"}};

std::string target_of(const Client& client, const Json& address) {
  return address.get<std::string>().substr(("http://127.0.0.1:" + std::to_string(client.port())).size());
}

}  // namespace

TEST_CASE("fal storage: an upload is two calls, the file then needs no key") {
  Served served;
  const auto client = served.client();
  const auto announced = client.post(initiate, announcement);
  REQUIRE(announced.status == 200);
  REQUIRE(announced.json.size() == 2);
  const std::string file = target_of(client, announced.json.at("file_url")), upload = target_of(client, announced.json.at("upload_url"));
  CHECK(file.ends_with(".png"));
  CHECK(ask_raw(client.port(), "GET", file).status == 404);  // nothing there yet
  CHECK(ask_raw(client.port(), "PUT", upload, {{"Content-Type", "image/png"}}, "the bytes").status == 200);
  const auto got = ask_raw(client.port(), "GET", file);
  CHECK(got.status == 200);
  CHECK(got.body == "the bytes");
  CHECK(got.header("content-type") == "image/png");
  // Once more is allowed, as after a broken connection.
  CHECK(ask_raw(client.port(), "PUT", upload, {{"Content-Type", "image/png"}}, "the bytes").status == 200);
}

TEST_CASE("fal storage: the second call must have the announced type, the address as it was given, and bytes") {
  Served served;
  const auto client = served.client();
  const auto announced = client.post(initiate, announcement);
  const std::string upload = target_of(client, announced.json.at("upload_url")), file = target_of(client, announced.json.at("file_url"));
  CHECK(ask_raw(client.port(), "PUT", upload, {{"Content-Type", "image/jpeg"}}, "bytes").status == 400);
  CHECK(ask_raw(client.port(), "PUT", upload, {}, "bytes").status == 400);
  CHECK(ask_raw(client.port(), "PUT", upload, {{"Content-Type", "image/png"}}, "").status == 400);
  CHECK(ask_raw(client.port(), "POST", upload, {{"Content-Type", "image/png"}}, "bytes").status == 405);
  CHECK(ask_raw(client.port(), "PUT", upload.substr(0, upload.find('?')), {{"Content-Type", "image/png"}}, "bytes").status == 403);
  CHECK(ask_raw(client.port(), "PUT", upload + "0", {{"Content-Type", "image/png"}}, "bytes").status == 403);
  CHECK(ask_raw(client.port(), "GET", file).status == 404);
}

TEST_CASE("fal storage: the first call is checked field by field") {
  Served served;
  const auto client = served.client();
  const auto faults = [&](const std::string& target, const Json& body, RawHeaders headers = {}) {
    const auto reply = client.post(target, body, std::move(headers));
    CHECK(reply.status == 422);
    const auto all = reply.faults();
    return all.empty() ? std::string() : all[0];
  };
  CHECK(faults("/rest/storage/upload/initiate", announcement) == "missing query.storage_type");
  CHECK(faults("/rest/storage/upload/initiate?storage_type=gcs", announcement) == "literal_error query.storage_type");
  CHECK(faults(initiate, {{"content_type", "image/png"}}) == "missing body.file_name");
  CHECK(faults(initiate, {{"file_name", "a.png"}}) == "missing body.content_type");
  CHECK(faults(initiate, {{"content_type", "image/png"}, {"file_name", "a.png"}, {"size", 3}}) == "extra_forbidden body.size");
  CHECK(faults(initiate, {{"content_type", "picture"}, {"file_name", "a.png"}}) == "value_error body.content_type");
  CHECK(faults(initiate, {{"content_type", "image/png"}, {"file_name", "../a.png"}}) == "value_error body.file_name");
  CHECK(faults(initiate, announcement, {{"X-Fal-Object-Lifecycle", "soon"}}) == "json_invalid header.x-fal-object-lifecycle");
  CHECK(faults(initiate, announcement, {{"Content-Type", "text/plain"}}) == "content_type header.content-type");
  CHECK(client.get(initiate).status == 405);
  CHECK(client.post("/rest/storage/upload/initiate-multipart", announcement).status == 501);
}

TEST_CASE("fal storage: a file's life is what its lifecycle header says, else the account's") {
  Served::Setup setup;
  setup.has_fake_clock = true;
  Served served(setup);
  const auto client = served.client();
  const auto put_one = [&](RawHeaders headers) {
    const auto announced = client.post(initiate, announcement, std::move(headers));
    REQUIRE(announced.status == 200);
    REQUIRE(ask_raw(client.port(), "PUT", target_of(client, announced.json.at("upload_url")), {{"Content-Type", "image/png"}}, "bytes").status == 200);
    return target_of(client, announced.json.at("file_url"));
  };
  const std::string for_ever = put_one({}), an_hour = put_one({{"X-Fal-Object-Lifecycle", "{\"expiration_duration_seconds\":3600}"}});
  const auto submitted = client.submit("fal-ai/flux/dev", picture_input(), {{"X-Fal-Object-Lifecycle-Preference", "{\"expiration_duration_seconds\":60}"}});
  const std::string output = target_of(client, client.result(submitted).json.at("images").at(0).at("url"));
  served.fake_clock.advance_ms(59'000);
  CHECK(ask_raw(client.port(), "GET", output).status == 200);
  served.fake_clock.advance_ms(1'000);
  CHECK(ask_raw(client.port(), "GET", output).status == 404);
  CHECK(ask_raw(client.port(), "GET", an_hour).status == 200);
  served.fake_clock.advance_ms(3'600'000);
  CHECK(ask_raw(client.port(), "GET", an_hour).status == 404);
  CHECK(ask_raw(client.port(), "GET", for_ever).status == 200);
}

TEST_CASE("fal storage: files are given out in parts, with an ETag that tells whether they are still the same") {
  Served served;
  const auto client = served.client();
  const std::string file = target_of(client, client.upload("0123456789"));
  const auto whole = ask_raw(client.port(), "GET", file);
  const std::string etag = whole.header("etag");
  CHECK(whole.header("accept-ranges") == "bytes");
  const auto part = ask_raw(client.port(), "GET", file, {{"Range", "bytes=4-"}, {"If-Range", etag}});
  CHECK(part.status == 206);
  CHECK(part.body == "456789");
  CHECK(part.header("content-range") == "bytes 4-9/10");
  CHECK(ask_raw(client.port(), "GET", file, {{"Range", "bytes=4-"}, {"If-Range", "\"other\""}}).status == 200);
  const auto beyond = ask_raw(client.port(), "GET", file, {{"Range", "bytes=10-"}});
  CHECK(beyond.status == 416);
  CHECK(beyond.header("content-range") == "bytes */10");
  const auto head = ask_raw(client.port(), "HEAD", file);
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "10");
  CHECK(ask_raw(client.port(), "PUT", file, {}, "x").status == 405);
  // Only the address that was given out is one.
  CHECK(ask_raw(client.port(), "GET", file.substr(0, file.size() - 4) + ".jpg").status == 404);
}
