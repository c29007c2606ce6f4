// The provider port: a pure translator between our values and a service's HTTP. No I/O, no state, no retry, no clock.
//
// A paid job's way through it: plan_info (optional) → plan_prepare/read_prepare in a chain until nothing is left to
// prepare (free, repeatable: uploads, tokens) → plan_submit/read_submit (the one paid request, or the first of a chain)
// → plan_poll/read_poll → plan_fetch/read_fetch. Every position of a chain is text in the attempt, so a restart goes on
// from there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "model/capability.h"
#include "model/job.h"
#include "model/recipe.h"

namespace studio {

// What a service offers; the default is nothing.
struct ProviderProfile {
  bool local = false;             // plain http on loopback is right for it
  bool has_info = false;          // plan_info states whether submits replay
  bool replays = false;           // without has_info: documented to answer a repeated key once (same key, same body)
  std::int64_t key_life_secs = 0; // how long a key replays; 0: for ever
  // The submit's answer carries the result: it goes to a spool file, which the engine syncs and then reads back into
  // `HttpResponse::body` for read_submit. After a crash the spool is all there is: status 200, no headers.
  bool answers_inline = false;
  std::int64_t inline_max_bytes = 256 << 20;
  bool authorised_download = false;  // fetch carries the key; otherwise it must not
  // Further hosts of the service that get the key, by https only: "rest.fal.ai", or ".bfl.ai" for all below it. Every
  // other host than the endpoint's own never does.
  std::vector<std::string> key_hosts;
  bool cancels = false;
  int looks_at_once = 0;  // the most jobs that one plan_poll_many may ask about; below 2: each is asked about by itself
  bool lists = false;
  bool list_is_complete = false;
  bool echoes_own_id = false;        // a look-up by our own marker is possible
  // The header by which an answer to a submit names the job, also one that is an error or cannot be read. Empty: none is known.
  std::string request_id_header;
  std::vector<int> never_accepted = {400, 401, 402, 403, 404, 413, 422, 429};  // submit statuses: surely not accepted
  std::int64_t max_output_bytes = std::int64_t{2} << 30;
};

// Where the service is now: looked up from the attempt's logical endpoint at each use.
struct Endpoint {
  std::string base_url;             // "http://127.0.0.1:41234", no slash at the end; its host gets the key. May be empty
  std::vector<HttpHeader> headers;  // credentials, marked secret
  // Services with several addresses: where each purpose is served, as in ProviderInfo::endpoints.
  std::map<std::string, std::string> bases = {};
};

// An input of the recipe as it lies in the vault.
struct InputBlob {
  std::string role;
  std::string sha256;
  std::string path;
  std::string mime;
  std::int64_t bytes = 0;
};

// An upload that may be used again: cached by content hash with its remote life.
struct RemoteUpload {
  std::string sha256;
  std::string reference;        // what the submit names
  std::int64_t expires_ms = 0;  // wall time; 0: not said
};

// Everything a plan or a reading may look at.
struct ProviderCall {
  const Recipe& recipe;
  const Attempt& attempt;
  const Endpoint& endpoint;
  const std::vector<InputBlob>& inputs;
  const std::vector<RemoteUpload>& uploads;  // known and still alive
  std::int64_t now_wall_ms = 0;
};

// The request failed; what that means for the job is the state machine's business.
struct CallFailed {
  Error error;           // RateLimited and Offline and Timeout may be tried again; Unauthorised stops the account
  bool transient = false;
};

// --- info
struct ServiceFacts {
  bool replays = false;
};
using InfoRead = std::variant<ServiceFacts, CallFailed>;

// --- prepare: free and repeatable steps
struct Prepared {
  std::string prepare_state;          // the chain's new position
  std::vector<RemoteUpload> uploads;  // became known by this answer
};
using PrepareRead = std::variant<Prepared, CallFailed>;

// --- outcomes shared by submit and poll
struct Finished {
  std::vector<RemoteOutput> outputs;  // may be empty: a success without files is a billed failure
  std::optional<Money> cost;          // what the service says it charged
};
struct InlineFinished {
  struct Output {
    std::string bytes;
    std::string mime;
  };
  std::vector<Output> outputs;
  std::optional<Money> cost;
};
struct RefusedByService {
  std::string reason;         // a sentence
  std::string refused_input;  // which input, when said: "prompt", "image"
  bool billed = false;
  std::optional<Money> cost = {};  // where the service says a sum, it counts and not `billed`
  bool perhaps_billed = false;     // nobody says whether it is: what was set aside stays so until a person does
};
// A further request is needed before the answer is complete; `state` replaces the attempt's remote_state.
struct NextRequest {
  HttpRequest request;
  std::string state;
};

// --- submit
struct Accepted {
  std::string remote_id;
  std::string remote_state;      // notes for polling (status URL), JSON
  double poll_after_secs = 0;    // the server's word; 0: none
};
struct NotAccepted {  // surely: nothing was started, nothing is charged
  Error error;
  bool transient = false;  // may be tried again after error.retry_after_secs or the usual backoff
  bool uploads_gone = false;  // an upload that was named is no longer there: forget the cached ones, prepare anew
};
struct Unclear {  // may have been accepted
  std::string reason;
  bool stops_account = false;  // what it says concerns the account: the key, or credit
  std::string told_id = {};    // the id that its headers name all the same: perhaps of a job, see told_id()
};
using SubmitRead = std::variant<Accepted, Finished, InlineFinished, RefusedByService, NotAccepted, Unclear, NextRequest>;

// --- poll
struct Pending {
  bool started = false;         // false: in the service's own queue
  int queue_position = 0;       // 0: not said
  double progress = -1;         // 0…1; below 0: not said
  double eta_secs = 0;          // 0: not said
  double poll_after_secs = 0;   // the server's word; 0: none
  std::string unknown_status;   // a status word we do not know: keep polling, warn once
};
struct FailedByService {
  std::string reason;
  bool billed = false;
  std::optional<Money> cost = {};  // as above
  bool uploads_gone = false;       // an upload that was named is no longer there: the next attempt makes it anew
  bool perhaps_billed = false;     // as above
  std::optional<bool> may_retry = {};  // whether the same again can help; nothing: not said
  std::string refused_input = {};      // which input it is about, when said
};
struct CancelledByService {
  std::optional<Money> cost = {};  // of what was done before the stop; not said: nothing
  bool perhaps_billed = false;     // as above, where the service has not said beforehand that it stops
};
struct Gone {};  // the service does not know this id (any more)
// InlineFinished: the status call's answer holds the files themselves.
using PollRead = std::variant<Pending, Finished, InlineFinished, RefusedByService, FailedByService, CancelledByService, Gone,
                              CallFailed, NextRequest>;

// --- fetch: the answer's body is in a file already when read_fetch sees it
struct Fetched {};
struct OutputExpired {};
using FetchRead = std::variant<Fetched, OutputExpired, CallFailed, NextRequest>;

// --- cancel
// `stops`: the service has said that it stops; what it then no longer knows is free. Otherwise it has heard the wish at most:
// the work may go on and be paid.
struct CancelAccepted {
  bool stops = false;
};
struct TooLateToCancel {};
// NextRequest: a service that needs two calls (take it out of the queue, then interrupt it); the reading of the second
// answer sees `state` as the attempt's remote_state. It is not kept: a repeated cancel starts anew.
using CancelRead = std::variant<CancelAccepted, TooLateToCancel, CallFailed, NextRequest>;

// --- list and look-up
struct RemoteJob {
  std::string remote_id;
  std::string own_id;  // our key, where echoed
  std::string model, prompt;
  std::int64_t created_ms = 0;
  std::string input = {};  // what it was asked for, as JSON, where the service shows it
};
struct RemoteJobs {
  std::vector<RemoteJob> jobs;
  std::string next_page;  // empty: complete
};
using ListRead = std::variant<RemoteJobs, CallFailed>;

// The id that an answer's header names (profile.request_id_header), as far as it may go into an address; empty: none. It is no
// proof that there is a job of that id: only a look at its status is, or a person.
std::string told_id(const ProviderProfile& profile, const HttpResponse& response);

// Any thread, no state: every function is const and pure.
class Provider {
 public:
  virtual ~Provider() = default;

  virtual const ProviderInfo& info() const = 0;  // models, prices, limits: from the data file
  virtual const ProviderProfile& profile() const = 0;

  virtual std::optional<HttpRequest> plan_info(const Endpoint&) const { return std::nullopt; }
  virtual InfoRead read_info(const HttpResponse&) const;

  // The next free step after `call.attempt.prepare_state`, or nothing when the submit can be planned.
  virtual std::optional<HttpRequest> plan_prepare(const ProviderCall&) const { return std::nullopt; }
  virtual PrepareRead read_prepare(const ProviderCall&, const HttpResponse&) const;

  // Deterministic: the same call gives the same bytes, so that a replay sends what was sent. Carries `attempt.key`
  // wherever the service takes a key or a marker.
  virtual HttpRequest plan_submit(const ProviderCall&) const = 0;
  virtual SubmitRead read_submit(const ProviderCall&, const HttpResponse&) const = 0;

  // After a restart in the middle of a submit's chain (no remote id yet, `attempt.remote_state` not empty): the request
  // that NextRequest carried, planned again from that state. Its answer goes to read_submit. Nothing: not possible.
  virtual std::optional<HttpRequest> plan_continue(const ProviderCall&) const { return std::nullopt; }

  virtual HttpRequest plan_poll(const ProviderCall&) const = 0;
  virtual PollRead read_poll(const ProviderCall&, const HttpResponse&) const = 0;

  // Where profile().looks_at_once: one request that asks about all of `calls`, which are of one endpoint.
  virtual std::optional<HttpRequest> plan_poll_many(const std::vector<ProviderCall>& /*calls*/) const { return std::nullopt; }
  // As read_poll, in the order of `calls`. Nothing for a job that the answer does not tell about, or
  // for all where it was not understood: they are asked about one by one. So are those with an InlineFinished.
  virtual std::vector<std::optional<PollRead>> read_poll_many(const std::vector<ProviderCall>& calls, const HttpResponse&) const;

  virtual HttpRequest plan_fetch(const ProviderCall&, const RemoteOutput&) const = 0;
  virtual FetchRead read_fetch(const ProviderCall&, const RemoteOutput&, const HttpResponse&) const = 0;

  virtual std::optional<HttpRequest> plan_cancel(const ProviderCall&) const { return std::nullopt; }
  virtual CancelRead read_cancel(const ProviderCall&, const HttpResponse&) const;

  // Jobs created since `since_wall_ms`; `page` is empty or a former next_page.
  virtual std::optional<HttpRequest> plan_list(const Endpoint&, std::int64_t /*since_wall_ms*/, const std::string& /*page*/) const {
    return std::nullopt;
  }
  virtual ListRead read_list(const HttpResponse&) const;
  // The same for services whose list is per model; the engine calls this one. Default: plan_list.
  virtual std::optional<HttpRequest> plan_list_for(const ProviderCall& call, std::int64_t since_wall_ms, const std::string& page) const {
    return plan_list(call.endpoint, since_wall_ms, page);
  }

  // Whether a listed job may be what this attempt sent. More than one may: an attempt and a job belong together only where
  // neither has another that fits.
  virtual bool could_be(const ProviderCall& call, const RemoteJob& job) const;

  // Where profile().echoes_own_id: asks for the one job that carries `attempt.key`. No jobs in the answer: none is known
  // under it. Nothing: only plan_list shows our own ids.
  virtual std::optional<HttpRequest> plan_look_up(const ProviderCall&) const { return std::nullopt; }
  virtual ListRead read_look_up(const ProviderCall&, const HttpResponse&) const;
};

}  // namespace studio
