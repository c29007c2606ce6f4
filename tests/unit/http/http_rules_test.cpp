#include "http/http_rules.h"

#include "support/catch.h"

using namespace studio;

TEST_CASE("addresses are told apart, whatever their spelling") {
  using A = AddressClass;
  const std::pair<const char*, A> cases[] = {
      {"127.0.0.1", A::Loopback},     {"127.9.9.9", A::Loopback},    {"0.0.0.0", A::Loopback},      {"::1", A::Loopback},
      {"::", A::Loopback},            {"::ffff:127.0.0.1", A::Loopback}, {"64:ff9b::7f00:1", A::Loopback}, {"10.0.0.1", A::Private},
      {"172.16.0.1", A::Private},     {"172.31.255.255", A::Private}, {"172.32.0.1", A::Public},     {"192.168.1.1", A::Private},
      {"100.64.0.1", A::Private},     {"fd00::1", A::Private},       {"::ffff:10.1.2.3", A::Private}, {"169.254.169.254", A::LinkLocal},
      {"fe80::1", A::LinkLocal},      {"fe80::1%eth0", A::LinkLocal}, {"224.0.0.1", A::Special},     {"255.255.255.255", A::Special},
      {"ff02::1", A::Special},        {"8.8.8.8", A::Public},        {"2606:4700::1111", A::Public}, {"example.org", A::NotAnAddress}};
  for (const auto& [text, kind] : cases) {
    INFO(text);
    CHECK(address_class(text) == kind);
  }
}

TEST_CASE("an address is taken apart the same way in every disguise") {
  const auto host_of = [](const char* text) {
    const auto url = parse_http_url(text);
    return url ? url->host : std::string("(refused)");
  };
  CHECK(host_of("https://API.Example.org/v1") == "api.example.org");
  CHECK(host_of("https://0x7f.1/") == "127.0.0.1");
  CHECK(host_of("https://2130706433/") == "127.0.0.1");
  CHECK(host_of("https://[::1]:8443/") == "::1");
  CHECK(host_of("https://localhost./") == "localhost");
  CHECK(host_of("https://user:pass@example.org/") == "(refused)");
  CHECK(host_of("https://example.org@evil.test/") == "(refused)");
  CHECK(host_of("ftp://example.org/") == "(refused)");
  CHECK(host_of("file:///etc/passwd") == "(refused)");
  CHECK(host_of("https://exa mple.org/") == "(refused)");
  CHECK(host_of("https://example.org/\r\nX: y") == "(refused)");
  CHECK(host_of("example.org") == "(refused)");
  const auto url = parse_http_url("https://files.test/a/b?sig=SECRET#part");
  REQUIRE(url);
  CHECK(url->port == "443");
  CHECK(url_for_log(*url) == "https://files.test/a/b");
}

TEST_CASE("an address read after others of its kind is the same as one read by itself") {
  const std::string hosts[] = {"https://api.test", "https://API.test", "https://api.test:443", "https://api.test:8443", "http://127.0.0.1:80", "http://0x7f.1",
                               "https://[::1]:8443", "https://api.test.", "https://api", "https://api.test@evil.test", "https://u:p@api.test", "https://",
                               "https:/", "https:/api.test://", "https:/api.test:", "ftp://api.test", "HTTPS://api.test", "https://api.test:99999", "api.test", "https://a b"};
  const std::string rests[] = {"", "/", "/a/b", "/c?x=1&y=2", "/a?b?c=/../d", "/a/../b", "/./a", "/a/.", "/.well-known/x", "/%2e%2e/b", "/a%2Fb", "/a#part", "?x=1", "#part",
                               "//a", "//", "/a//b", "/a\\b", "/a b", "/\r\nX: y", "/\xC3\xA9", "/~a_b-c:d", "/" + std::string(17 << 10, 'a')};
  const auto words = [](const std::optional<HttpUrl>& url) {
    return url ? url->text + " | " + url->scheme + " | " + url->host + " | " + url->port + " | " + url->path : std::string("(refused)");
  };
  HttpUrlReader reader;
  int read = 0;
  // Twice: what the first round left behind must not change the second.
  for (int round = 0; round < 2; ++round) {
    for (const std::string& rest : rests) {
      for (const std::string& host : hosts) {
        const std::string text = host + rest;
        INFO(text.substr(0, 200));
        const auto alone = parse_http_url(text);
        read += alone ? 1 : 0;
        CHECK(words(reader.read(text)) == words(alone));
      }
    }
  }
  CHECK(read > 200);
}

TEST_CASE("what may not leave this machine is refused with a reason") {
  const auto objection = [](const char* text, bool local) {
    HttpRequest request;
    request.url = text;
    request.local = local;
    const auto url = parse_http_url(text);
    REQUIRE(url);
    return objection_to_request(request, *url).has_value();
  };
  CHECK(objection("http://example.org/", false));
  CHECK(objection("http://example.org/", true));
  CHECK(objection("http://192.168.1.5/", true));
  CHECK(objection("http://127.0.0.1/", false));
  CHECK(objection("https://127.0.0.1/", false));
  CHECK(objection("https://localhost/", false));
  CHECK(objection("https://169.254.169.254/latest/", false));
  CHECK_FALSE(objection("http://127.0.0.1:8188/", true));
  CHECK_FALSE(objection("http://localhost:8188/", true));
  CHECK_FALSE(objection("http://[::1]:8188/", true));
  CHECK_FALSE(objection("https://example.org/", false));

  HttpRequest request;
  request.url = "https://example.org/";
  const HttpUrl url = *parse_http_url(request.url);
  request.headers = {{"X-Key", "a\r\nEvil: b", true}};
  CHECK(objection_to_request(request, url));
  request.headers = {{"X Key", "a", true}};
  CHECK(objection_to_request(request, url));
  request.headers.clear();
  request.body = "x";
  CHECK(objection_to_request(request, url));
}

TEST_CASE("a name may not point into this machine or, by a redirect, into its network") {
  HttpRequest world, local;
  local.local = true;
  const HttpUrl secure = *parse_http_url("https://files.test/"), plain = *parse_http_url("http://localhost:1/");
  CHECK(address_is_allowed("93.184.216.34", world, secure, true));
  CHECK_FALSE(address_is_allowed("127.0.0.1", world, secure, false));
  CHECK_FALSE(address_is_allowed("169.254.169.254", world, secure, false));
  CHECK(address_is_allowed("10.0.0.8", world, secure, false));
  CHECK_FALSE(address_is_allowed("10.0.0.8", world, secure, true));
  CHECK(address_is_allowed("127.0.0.1", local, plain, false));
  CHECK_FALSE(address_is_allowed("93.184.216.34", local, plain, false));
}

TEST_CASE("redirects are followed for reading only, and to allowed places only", "[fault-39]") {
  HttpRequest request;
  CHECK(follows_redirect(request, 302));
  CHECK_FALSE(follows_redirect(request, 304));
  request.method = HttpMethod::Post;
  CHECK_FALSE(follows_redirect(request, 307));
  request.method = HttpMethod::Get;
  request.profile = HttpProfile::Submit;
  CHECK_FALSE(follows_redirect(request, 302));
  request.profile = HttpProfile::Upload;
  CHECK_FALSE(follows_redirect(request, 302));

  request.profile = HttpProfile::Download;
  const HttpUrl from = *parse_http_url("https://files.test/a/b?x=1");
  const auto target = [&](const char* location) {
    const auto to = redirect_target(request, from, from, location);
    return to ? to->text : "(refused: " + to.error().detail + ")";
  };
  CHECK(target("/c?y=2") == "https://files.test/c?y=2");
  CHECK(target("d") == "https://files.test/a/d");
  CHECK(target("https://cdn.test/e") == "https://cdn.test/e");
  for (const char* bad : {"http://files.test/c", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://10.1.2.3/", "https://0x7f.1/",
                          "https://169.254.169.254/", "ftp://files.test/", "//user@cdn.test/", "file:///etc/passwd", "https://cdn.test/\tx"}) {
    INFO(bad);
    CHECK(target(bad).starts_with("(refused"));
  }

  HttpRequest local;
  local.local = true;
  const HttpUrl here = *parse_http_url("http://127.0.0.1:5000/");
  CHECK(redirect_target(local, here, here, "/next"));
  CHECK_FALSE(redirect_target(local, here, here, "http://127.0.0.1:5001/"));
  CHECK_FALSE(redirect_target(local, here, here, "https://files.test/"));
}

TEST_CASE("keys stay with the host they are for", "[fault-39]") {
  const HttpUrl first = *parse_http_url("https://api.test/x"), same = *parse_http_url("https://api.test:443/y"), other = *parse_http_url("https://cdn.test/y"),
                other_port = *parse_http_url("https://api.test:8443/y");
  const HttpHeader key{"x-api-key", "k", true}, plain{"Accept", "*/*", false}, unmarked{"authorization", "Bearer k", false};
  CHECK(header_may_travel(key, first, same));
  CHECK_FALSE(header_may_travel(key, first, other));
  CHECK_FALSE(header_may_travel(key, first, other_port));
  CHECK_FALSE(header_may_travel(unmarked, first, other));
  CHECK(header_may_travel(plain, first, other));
}

TEST_CASE("Content-Range is read strictly") {
  const auto range = parse_content_range("bytes 200-1000/67589");
  REQUIRE(range);
  CHECK(range->first == 200);
  CHECK(range->last == 1000);
  CHECK(range->total == 67589);
  CHECK(parse_content_range("bytes 0-0/*")->total == -1);
  for (const char* text : {"", "bytes */10", "bytes 5-4/10", "bytes 0-10/10", "bytes -1-5/10", "items 0-1/2", "bytes 0-1", "bytes a-b/c", "bytes 0-1/2x"}) {
    INFO(text);
    CHECK_FALSE(parse_content_range(text));
  }
}
