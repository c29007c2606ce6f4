// The providers that the contract suite runs over, and what the suite must know of each to speak its service's words.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "providers/provider.h"
#include "support/recorded_transport.h"
#include "support/temp_folder.h"

namespace studio {

// One way through a provider: a recipe of one of its models, and what its recordings bring.
struct Flow {
  std::string name;
  Recipe recipe;
  std::string expected_sha256;  // of the file that comes home
};

struct Subject {
  std::string name;
  std::function<std::unique_ptr<Provider>()> make;  // anew for each step: nothing can be remembered
  std::string recording;
  Endpoint endpoint;
  std::vector<Flow> flows;
  std::string remote_id;  // that the recorded status answers speak of
  // A status answer with this JSON text as its word, and one that says "done" and names no file.
  std::function<std::string(const std::string& word_as_json)> status_with_word;
  std::string done_without_files;
  std::vector<HttpHeader> done_headers;  // of that answer: where the service says there what it charged
  std::string remote_state_when_done;
  std::string remote_state_at_end;  // the position whose answers the recorded ends are ("status refused", …)
  std::string upload_reference;     // of an upload that another attempt made

  // What this service does not do, for all we know.
  bool takes_key = true;        // a submit carries the attempt's key
  bool says_same_again = false;  // a failure says whether the same again can help; the recorded one does, and it cannot
  bool describes_files = true;  // a result says the hash and the end of life of its files
  double poll_after_secs = 0.25;  // as the recorded answers to submits say
};

const std::vector<Subject>& subjects();

// Owns what a ProviderCall refers to.
struct CallBox {
  Recipe recipe;
  Attempt attempt;
  Endpoint endpoint;
  std::vector<InputBlob> inputs;
  std::vector<RemoteUpload> uploads;
  std::int64_t now_wall_ms = 1'795'000'000'000;  // 2026-11-18
  ProviderCall call() const { return {recipe, attempt, endpoint, inputs, uploads, now_wall_ms}; }
};

// A call for this flow, with its input (where it wants one) as a file in `folder`.
CallBox call_box(const Subject& subject, const Flow& flow, const TempFolder& folder);

// As text, all of it: two requests are the same when their texts are.
std::string text_of(const HttpRequest& request);
inline std::string text_of(const std::optional<HttpRequest>& request) { return request ? text_of(*request) : "(nothing)"; }

HttpResponse answer_of(int status, std::string body, std::string content_type = "application/json");

// Bodies that no service should send; each is a name and the bytes.
std::vector<std::pair<std::string, std::string>> bad_bodies();

}  // namespace studio
