// A network that plays recordings, and is strict about what it is asked: every request must match an exchange that is
// still to come, or it is answered as unreachable and complained about.
//
// A recording is a JSON file: {"base": "https://…", "exchanges": [{
//   "name":     for messages,
//   "request":  {"method": "POST", "url": "{base}/jobs", "profile": "submit", "key": true,
//                "headers": {"Name": "value"}, "body": JSON, "body_file": true},
//   "answer":   {"lines": ["HTTP/1.1 202 Accepted", "Content-Type: application/json"],
//                "body": JSON | "text": "…" | "base64": "…"} or {"failure": "timeout"},
//   "times":    1; 0 means any number, also none}]}
// In urls and texts of the request "*" stands for anything, in its JSON body for any value; "{{name}}" there takes what
// is found the first time, must be the same later, and is filled into answers. "key" says that the credentials must be
// there (or, false, must not). Headers not named are not looked at; a JSON body must match in full.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/transport.h"

namespace studio {

struct RecordedExchange {
  std::string name;
  HttpMethod method = HttpMethod::Get;
  HttpProfile profile = HttpProfile::Poll;
  std::string url;  // {base} is filled in already
  bool wants_key = true;
  std::vector<HttpHeader> headers;
  std::string body_json;  // empty: no body
  bool wants_file = false;  // the body is a file or has one in it
  HttpResponse answer;      // its body too, with {{…}} not yet filled in
  int times = 1;            // left; 0: any number
  bool is_optional = false;
};

struct Recording {
  std::string base;
  std::vector<RecordedExchange> exchanges;
  // The answer of that name, for tests that read it directly; throws when there is none.
  const HttpResponse& answer(std::string_view name) const;
};

Recording load_recording(const std::filesystem::path& file);
// tests/data/recordings/NAME.json
Recording load_recording(const std::string& name);
std::filesystem::path test_data_folder();

// The bytes a request would send; nothing when a file of it cannot be read.
std::string assembled_body(const HttpRequest& request);

// Belongs to one thread like every transport; the findings may be read from another one.
class RecordedTransport final : public Transport {
 public:
  explicit RecordedTransport(Recording recording);

  TransferId start(HttpRequest request, std::function<void(HttpResponse)> done) override;
  void cancel(TransferId id) override;
  Progress progress(TransferId id) const override;
  void run_once(int max_wait_ms) override;
  void wake() override;
  int in_flight() const override;

  // What was asked that no exchange allows, and what was never asked; both empty at the end of a good test.
  std::vector<std::string> complaints() const;
  std::vector<std::string> never_asked() const;
  // Names of the exchanges in the order they were asked for.
  std::vector<std::string> asked() const;

 private:
  struct Waiting {
    TransferId id = 0;
    HttpResponse response;
    std::function<void(HttpResponse)> done;
  };
  HttpResponse play(const HttpRequest& request);
  // Empty when it fits; else why it does not.
  std::string mismatch(const RecordedExchange& exchange, const HttpRequest& request, std::map<std::string, std::string>& found) const;
  void deliver(HttpResponse& response, const HttpRequest& request) const;

  mutable std::mutex mutex_;
  std::condition_variable bell_;
  bool rung_ = false;
  Recording recording_;
  std::map<std::string, std::string> names_;  // of {{name}}
  std::vector<std::string> complaints_, asked_;
  std::deque<Waiting> waiting_;
  TransferId last_id_ = 0;
};

}  // namespace studio
