#include "providers/reading.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using namespace studio;
using namespace studio::reading;

TEST_CASE("JSON is read up to its limits of depth and size, and not beyond", "[fault-49]") {
  const auto nested = [](int depth) { return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']'); };
  CHECK(parse_json(nested(64)));
  CHECK_FALSE(parse_json(nested(65)));
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
  CHECK(parse_json("\"" + std::string(1000, '[') + "\\\"[[\""));  // brackets in a text are letters
  CHECK(parse_json("\"" + std::string(100, 'x') + "\"", 102));
  CHECK_FALSE(parse_json("\"" + std::string(100, 'x') + "\"", 101));
  CHECK_FALSE(parse_json(nested(100'000)));
  CHECK_FALSE(parse_json(std::string(9 << 20, ' ') + "{}"));
  for (const char* bad : {"", "{", "{\"a\":1e999}", "[1,]", "\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\\ud800\"", "\"\\ud800\\ud800\"", "\"\\udc00\"", "nul", "{}{}"}) {
    INFO(bad);
    CHECK_FALSE(parse_json(bad));
  }
}

TEST_CASE("zero bytes, members named twice and numbers without end are read in one way, and safely", "[fault-49]") {
  CHECK_FALSE(parse_json(std::string("{\"id\":\"a\0b\"}", 12)));
  CHECK_FALSE(parse_json(std::string("{}\0{}", 5)));
  const auto zero = parse_json(R"({"id":"a\u0000b"})");
  REQUIRE(zero);
  CHECK_FALSE(is_plain_id(*text_at(*zero, "id")));
  const auto twice = parse_json(R"({"id":"first","id":"second"})");
  REQUIRE(twice);
  CHECK(text_at(*twice, "id") == "second");
  CHECK(twice->size() == 1);
  const auto numbers = parse_json(R"({"whole":99999999999999999999999999,"minus":-99999999999999999999999999,"digits":1)" + std::string(300, '0') + "}");
  REQUIRE(numbers);
  for (const char* name : {"whole", "minus", "digits"}) {
    INFO(name);
    CHECK_FALSE(integer_at(*numbers, name, 0, std::int64_t{1} << 62));
    CHECK_FALSE(money_at(*numbers, name));
  }
  CHECK_FALSE(parse_json("{\"digits\":1" + std::string(400, '0') + "}"));
}

TEST_CASE("members are read by type, and a wrong one is none") {
  const auto json = parse_json(R"({"text":"a","number":1.5,"big":1e300,"flag":true,"null":null,"minus":-1,"price":0.04})");
  REQUIRE(json);
  CHECK(text_at(*json, "text") == "a");
  CHECK_FALSE(text_at(*json, "text", 0));
  CHECK_FALSE(text_at(*json, "number"));
  CHECK_FALSE(text_at(*json, "nothing"));
  CHECK(number_at(*json, "number") == 1.5);
  CHECK_FALSE(number_at(*json, "text"));
  CHECK_FALSE(number_at(*json, "null"));
  CHECK(integer_at(*json, "number", 0, 10) == 1);
  CHECK_FALSE(integer_at(*json, "big", 0, std::int64_t{1} << 62));
  CHECK_FALSE(integer_at(*json, "minus", 0, 10));
  CHECK(flag_at(*json, "flag") == true);
  CHECK_FALSE(flag_at(*json, "number"));
  CHECK(money_at(*json, "price") == Money{40'000});
  CHECK_FALSE(money_at(*json, "minus"));
  CHECK_FALSE(money_at(*json, "big"));
  CHECK_FALSE(text_at(nlohmann::json::array(), "text"));
  CHECK_FALSE(text_at(nlohmann::json("x"), "text"));
}

TEST_CASE("an answer that calls itself something else than JSON is not read", "[fault-43]") {
  HttpResponse response;
  response.body = "{\"id\":\"x\"}";
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", "application/problem+json", "text/json", ""}) {
    response.headers = {{"Content-Type", type}};
    INFO(type);
    CHECK(json_of(response));
  }
  response.headers.clear();
  CHECK(json_of(response));
  for (const char* type : {"text/html", "text/plain; application/json", "image/png", "application/jsonx"}) {
    response.headers = {{"content-type", type}};
    INFO(type);
    CHECK_FALSE(json_of(response));
  }
}

TEST_CASE("times of RFC 3339 are read exactly") {
  // `date -u -d … +%s`
  CHECK(rfc3339_ms("2026-11-21T12:00:00Z") == 1795262400000);
  CHECK(rfc3339_ms("2026-11-21T12:00:00.250Z") == 1795262400250);
  CHECK(rfc3339_ms("2026-11-21t12:00:00.123456789z") == 1795262400123);
  CHECK(rfc3339_ms("2026-11-21T14:00:00+02:00") == 1795262400000);
  CHECK(rfc3339_ms("2026-11-21T07:30:00-04:30") == 1795262400000);
  CHECK(rfc3339_ms("2024-02-29T00:00:00Z") == 1709164800000);
  for (const char* bad : {"", "soon", "2026-11-21", "2026-11-21T12:00:00", "2026-13-01T00:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21T12:00:00.Z",
                          "2026-11-21T12:00:00+2", "2026-11-21T12:00:00Zx", "20261-11-21T12:00:00Z"}) {
    INFO(bad);
    CHECK_FALSE(rfc3339_ms(bad));
  }
}

TEST_CASE("origins are compared as hosts, not as beginnings of text") {
  CHECK(origin_of("https://API.test/x?y#z") == "https://api.test");
  CHECK(origin_of("https://api.test:443/x") == "https://api.test");
  CHECK(origin_of("https://api.test:8443") == "https://api.test:8443");
  CHECK(origin_of("http://[::1]:80/x") == "http://[::1]");
  for (const char* bad : {"", "/x", "//api.test/x", "ftp://api.test/", "https://", "https://a@b/", "https://a\\b/", "https://a%2eb/", "javascript:alert(1)"}) {
    INFO(bad);
    CHECK(origin_of(bad).empty());
  }
}

TEST_CASE("an address from an answer is joined or refused") {
  const Endpoint endpoint{"http://127.0.0.1:5000", {}};
  CHECK(joined_url(endpoint, "/v1/x?y") == "http://127.0.0.1:5000/v1/x?y");
  CHECK(joined_url(endpoint, "https://cdn.test/x") == "https://cdn.test/x");
  for (const char* bad : {"", "x", "//evil.test/x", "/a b", "/a\r\nX: y", "/\\evil.test", "file:///etc/passwd", "@evil.test/"}) {
    INFO(bad);
    CHECK_FALSE(joined_url(endpoint, bad));
  }
}

TEST_CASE("credentials and the local rule belong to the endpoint alone") {
  const Endpoint endpoint{"http://127.0.0.1:5000", {{"Authorization", "Bearer k", true}}};
  ProviderProfile local;
  local.local = true;
  const HttpRequest own = request_to(endpoint, local, HttpMethod::Get, HttpProfile::Poll, "http://127.0.0.1:5000/x");
  CHECK(own.headers.size() == 1);
  CHECK(own.local);
  for (const char* other : {"http://127.0.0.1:50001/x", "https://127.0.0.1:5000/x", "http://localhost:5000/x", "https://cdn.test/"}) {
    INFO(other);
    const HttpRequest request = request_to(endpoint, local, HttpMethod::Get, HttpProfile::Poll, other);
    CHECK(request.headers.empty());
    CHECK_FALSE(request.local);
  }
  // Hosts that the profile names get the key as well, by https and by their exact name.
  local.key_hosts = {"rest.fal.test", ".bfl.test"};
  const auto has_key = [&](const char* address) { return !request_to(endpoint, local, HttpMethod::Get, HttpProfile::Poll, address).headers.empty(); };
  CHECK(has_key("https://rest.fal.test/x"));
  CHECK(has_key("https://api.eu1.bfl.test/x"));
  for (const char* other : {"http://rest.fal.test/x", "https://a.rest.fal.test/x", "https://rest.fal.test:444/x", "https://rest.fal.test.evil.test/x", "https://evilbfl.test/x",
                            "https://.bfl.test/x", "http://api.bfl.test/x", "https://evil.test/.bfl.test"}) {
    INFO(other);
    CHECK_FALSE(has_key(other));
  }
  CHECK_FALSE(request_to(endpoint, local, HttpMethod::Get, HttpProfile::Poll, "https://rest.fal.test/x").local);
  // Without an address there is nothing to be the same as.
  CHECK(request_to(Endpoint{"", endpoint.headers}, local, HttpMethod::Get, HttpProfile::Poll, "x").headers.empty());
}

TEST_CASE("text goes into addresses and sentences in a safe form") {
  CHECK(percent_encoded("a b/c?d=é~") == "a%20b%2Fc%3Fd%3D%C3%A9~");
  CHECK(is_plain_id("s_01-a.b:c"));
  for (const char* bad : {"", "a/b", "a b", "..", "a..b", "a\n", "é"}) {
    INFO(bad);
    CHECK_FALSE(is_plain_id(bad));
  }
  CHECK(sentence_from("  two\r\nlines\x01 ") == "two  lines");
  CHECK(sentence_from("\xFF\xFE") == "");
  CHECK(sentence_from(std::string(10'000, 'x')).size() < 320);
}
