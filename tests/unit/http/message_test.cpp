#include "http/message.h"

#include <cmath>

#include "base/hash.h"
#include "support/catch.h"

using namespace studio;

namespace {

HttpResponse with_retry_after(std::string value) {
  HttpResponse response;
  response.status = 429;
  response.headers.push_back({"Retry-After", std::move(value)});
  return response;
}

}  // namespace

TEST_CASE("a header is found whatever its case, the first one wins") {
  HttpResponse response;
  response.headers = {{"Content-Type", "a"}, {"content-type", "b"}};
  CHECK(response.header("CONTENT-TYPE") == "a");
  CHECK(response.header("Content-Typ") == "");
}

TEST_CASE("HTTP dates in their three forms are the same moment") {
  // The example of RFC 9110 section 5.6.7; `date -u -d '1994-11-06 08:49:37' +%s` says 784111777.
  CHECK(http_date_ms("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777000);
  CHECK(http_date_ms("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777000);
  CHECK(http_date_ms("Sun Nov  6 08:49:37 1994") == 784111777000);
  // `date -u -d '2024-02-29 23:59:59' +%s`
  CHECK(http_date_ms("Thu, 29 Feb 2024 23:59:59 GMT") == 1709251199000);
  for (const char* text : {"", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT ", "Son, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"}) {
    INFO(text);
    CHECK(http_date_ms(text) < 0);
  }
}

TEST_CASE("Retry-After is read as seconds or as a date, bounded, and garbage is none", "[fault-29]") {
  const std::int64_t now = 784111777000;
  CHECK(retry_after_secs(with_retry_after("120"), now) == 120);
  CHECK(retry_after_secs(with_retry_after(" 0 "), now) == 0);
  CHECK(retry_after_secs(with_retry_after("86400"), now) == 3600);
  CHECK(retry_after_secs(with_retry_after("99999999999999999999999"), now) == 3600);
  CHECK(std::abs(retry_after_secs(with_retry_after("1.5"), now) - 1.5) < 1e-9);
  CHECK(retry_after_secs(with_retry_after("Sun, 06 Nov 1994 08:50:37 GMT"), now) == 60);
  CHECK(retry_after_secs(with_retry_after("Sun, 06 Nov 1994 08:00:00 GMT"), now) == 0);
  for (const char* text : {"soon", "-5", "1e3", "12 s", "0x10", "1.", ".5", ""}) {
    INFO(text);
    CHECK(retry_after_secs(with_retry_after(text), now) < 0);
  }
  CHECK(retry_after_secs(HttpResponse{}, now) < 0);
}

TEST_CASE("only failures before the first byte prove that nothing was sent") {
  HttpResponse response;
  for (const HttpFailure failure : {HttpFailure::NotSentDns, HttpFailure::NotSentConnect, HttpFailure::NotSentTls, HttpFailure::NotSentRefusedHere}) {
    response.failure = failure;
    CHECK(surely_not_sent(response));
  }
  response.request_sent = true;
  CHECK_FALSE(surely_not_sent(response));
  response.request_sent = false;
  for (const HttpFailure failure : {HttpFailure::None, HttpFailure::Timeout, HttpFailure::Broken, HttpFailure::TooLarge, HttpFailure::BadRedirect,
                                    HttpFailure::Disk, HttpFailure::Cancelled}) {
    response.failure = failure;
    CHECK_FALSE(surely_not_sent(response));
  }
}

TEST_CASE("a body's digest is that of its bytes, and of its parts where it is put together") {
  HttpRequest request;
  request.body = "abc";
  CHECK(body_digest(request) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
  HttpRequest parts;
  parts.body_parts = {{"{\"image\":\"", "", "", false, 0, -1}, {"", "/vault/one", std::string(64, 'a'), true, 0, -1}};
  const std::string digest = body_digest(parts);
  parts.body_parts[1].file = "/moved/one";
  CHECK(body_digest(parts) == digest);
  parts.body_parts[1].sha256 = std::string(64, 'b');
  CHECK(body_digest(parts) != digest);
  HttpRequest cut_here, cut_there;
  cut_here.body_parts = {{"ab", "", "", false, 0, -1}, {"c", "", "", false, 0, -1}};
  cut_there.body_parts = {{"a", "", "", false, 0, -1}, {"bc", "", "", false, 0, -1}};
  CHECK(body_digest(cut_here) != body_digest(cut_there));
}
