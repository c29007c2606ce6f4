// Bodies out of files: as they are, as parts of a form, as base64 inside JSON.
#include <openssl/evp.h>

#include <fstream>

#include "client_loop.h"
#include "support/raw_server.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// Bytes that hit every value and end in every position of a group of three.
std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 167 + i / 256) & 255);
  return bytes;
}

void put(const std::filesystem::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string openssl_base64(const std::string& bytes) {
  std::string text(bytes.size() / 3 * 4 + 8, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

TEST_CASE("a file is sent as a body, byte for byte, with its length") {
  LastRequest seen;
  RawServer server(answering([&](const RawRequest& request) {
    seen.set(request);
    return simple_answer("stored");
  }));
  TempFolder folder;
  const std::string bytes = pattern(1'500'000);
  put(folder.path() / "blob", bytes);
  ClientLoop loop;
  HttpRequest request = local_request(server.url("/data"), HttpMethod::Put, HttpProfile::Upload);
  request.headers = {{"Content-Type", "image/png"}};
  request.body_file = (folder.path() / "blob").string();
  CHECK(loop.ask(request).body == "stored");
  CHECK(seen.get().line == "PUT /data HTTP/1.1");
  CHECK(seen.get().header("content-length") == "1500000");
  CHECK(seen.get().header("transfer-encoding") == "");
  CHECK(seen.get().header("content-type") == "image/png");
  CHECK(seen.get().body == bytes);
}

TEST_CASE("a body is put together from texts, files, slices and base64") {
  LastRequest seen;
  RawServer server(answering([&](const RawRequest& request) {
    seen.set(request);
    return simple_answer("ok");
  }));
  TempFolder folder;
  ClientLoop loop;
  for (const std::size_t size : {0u, 1u, 2u, 3u, 100u, 12'287u, 12'288u, 12'289u, 200'001u}) {
    const std::string bytes = pattern(size);
    put(folder.path() / "blob", bytes);
    const std::string file = (folder.path() / "blob").string();
    HttpRequest request = local_request(server.url("/"), HttpMethod::Post, HttpProfile::Submit);
    const std::int64_t from = static_cast<std::int64_t>(size / 3), count = static_cast<std::int64_t>(size / 2);
    request.body_parts = {{"{\"image\":\"", "", "", false, 0, -1}, {"", file, "", true, 0, -1}, {"\"}--", "", "", false, 0, -1},
                          {"", file, "", false, 0, -1},           {"", file, "", false, from, count}};
    INFO(size);
    CHECK(loop.ask(request).ok());
    CHECK(seen.get().body == "{\"image\":\"" + openssl_base64(bytes) + "\"}--" + bytes + bytes.substr(size / 3, size / 2));
  }
}

TEST_CASE("a slice beyond the end of its file is refused before anything is sent") {
  RawServer server(answering([](const RawRequest&) { return simple_answer("ok"); }));
  TempFolder folder;
  put(folder.path() / "blob", "short");
  ClientLoop loop;
  HttpRequest request = local_request(server.url("/"), HttpMethod::Post, HttpProfile::Upload);
  request.body_parts = {{"", (folder.path() / "blob").string(), "", false, 2, 10}};
  CHECK(loop.ask(request).failure == HttpFailure::NotSentRefusedHere);
  CHECK(server.connections() == 0);
}

TEST_CASE("a refused upload tells its status though the body was not taken") {
  RawServer server([](RawConnection& connection) {
    connection.send(simple_answer("too large", "Connection: close\r\n", "413 Content Too Large"));
    connection.wait_for_end();
  });
  TempFolder folder;
  put(folder.path() / "blob", pattern(3'000'000));
  ClientLoop loop;
  HttpRequest request = local_request(server.url("/"), HttpMethod::Put, HttpProfile::Upload);
  request.body_file = (folder.path() / "blob").string();
  const HttpResponse answer = loop.ask(request);
  CHECK(answer.status == 413);
  CHECK(answer.body == "too large");
}
