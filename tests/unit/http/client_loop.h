// Drives an HttpClient in a test until an answer is there.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/http_client.h"
#include "support/catch.h"

namespace studio {

struct ClientLoop {
  std::unique_ptr<HttpClient> client;

  explicit ClientLoop(HttpClientSettings settings = {}) {
    auto made = HttpClient::create(std::move(settings));
    REQUIRE(made);
    client = std::move(*made);
  }

  // Runs until `is_done`; a test that hangs fails instead.
  template <class Condition>
  void run_until(Condition is_done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!is_done()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      client->run_once(200);
    }
  }

  HttpResponse ask(HttpRequest request) {
    int calls = 0;
    HttpResponse answer;
    client->start(std::move(request), [&](HttpResponse response) {
      ++calls;
      answer = std::move(response);
    });
    CHECK(calls == 0);
    run_until([&] { return calls > 0; });
    CHECK(calls == 1);
    return answer;
  }
};

inline HttpRequest local_request(std::string url, HttpMethod method = HttpMethod::Get, HttpProfile profile = HttpProfile::Poll) {
  HttpRequest request;
  request.method = method;
  request.profile = profile;
  request.url = std::move(url);
  request.local = true;
  request.total_timeout_ms = 20'000;
  return request;
}

}  // namespace studio
