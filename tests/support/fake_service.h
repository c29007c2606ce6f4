// A made-up paid service in memory, with its own bill, and a network that leads to it alone. Time is a fake clock's: when
// nothing is to be done the clock is moved to whatever is due next, so minutes of polling take milliseconds.
//
// POST /uploads → {"put":"/uploads/u1"} · PUT /uploads/u1 → {"reference":"up:u1"} · GET /info → {"replay":true}
// POST /jobs with header Key → 202 {"id":"r1"} or, inline, 200 {"files":["…"],"charged":N}
// with `tickets` 202 {"ticket":"/tickets/r1"}, and GET /tickets/r1 → {"id":"r1"}
// GET /jobs?ids=r1,r2 → {"jobs":[as below]} with `tells_of_many`
// GET /jobs/r1 → {"state":"queued|running|done|failed|refused|cancelled"…} · GET /files/r1.0 · GET /address/files/r1.0 · DELETE /jobs/r1
// POST /interrupt/r1 · GET /jobs?page=N → {"jobs":[{"id":"r1","model":…,"prompt":…,"created":ms,"input":"…"}],"next":"N"}
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/transport.h"
#include "model/money.h"

namespace studio {

// One line a job that was accepted, as the service sees it.
struct BillLine {
  std::string key, id, body;
  Money amount;
};

class FakeService {
 public:
  // What a hook may do to a request instead of the service: answer it, break it, or keep it for ever.
  struct Stroke {
    HttpResponse response;
    bool never = false;        // no answer at all
    bool after_service = false;  // the service carries it out first; only its answer is replaced
  };
  using Hook = std::function<std::optional<Stroke>(const HttpRequest& request)>;

  // With a folder, jobs and bill are kept there and survive the process.
  explicit FakeService(std::filesystem::path folder = {});

  // --- knobs; numbers and switches at any moment from any thread, the others before the requests come
  std::atomic<bool> replays{true};
  std::atomic<bool> inline_answers{false};   // the submit's answer is the files
  std::atomic<bool> inline_status{false};    // the status of a finished job is the files
  std::atomic<bool> lists_keys{false};       // the list says each job's key
  std::atomic<int> list_page{2};             // jobs a page
  std::atomic<std::int64_t> clock_ahead_ms{0};  // of the service's clock, which its list and its Date speak of
  std::atomic<bool> tickets{false};          // a submit is answered in two steps
  std::atomic<bool> tells_of_many{true};     // of several jobs in one answer
  std::atomic<bool> cancels_in_two{false};   // DELETE takes it out of the queue, POST /interrupt/r1 stops it
  std::atomic<int> polls_until_done{2};
  std::atomic<int> files_per_job{1};
  std::atomic<bool> says_hash{true};
  std::atomic<bool> says_size{true};
  enum class Tag { None, Weak, Strong };
  std::atomic<Tag> tag{Tag::None};           // the ETag of files, by their content; If-Range is kept
  std::atomic<bool> files_need_key{true};
  std::atomic<std::int64_t> file_life_ms{0};
  std::function<std::string(const std::string& id, int file)> file_bytes;  // default "PNG:id.file"
  std::function<bool(const std::string& id)> leaves_out;                  // of an answer about several jobs
  std::function<std::string(const std::string& id)> final_state;          // default "done"
  std::atomic<bool> bills_failures{false};
  std::optional<Money> done_charge;  // what a finished job is said to cost; billed if it is a price, else the usual is
  std::optional<Money> ending_charge;  // what a job that failed, was refused or cancelled costs, and is said to cost
  Hook hook;

  // --- what happened; any thread
  std::vector<BillLine> bill() const;
  int count(const std::string& prefix) const;  // requests "METHOD /path…" that begin so
  void wait_for(const std::string& prefix, int times) const;  // until there were so many; throws after some seconds
  std::map<std::string, int> posts_by_key() const;
  int most_at_once() const;  // jobs accepted and not over, at the worst moment
  std::vector<std::string> problems() const;  // promises the other side broke, as the service saw them

  // Engine thread, called by FakeNetwork.
  std::optional<HttpResponse> answer(const HttpRequest& request, std::int64_t now_wall_ms);

  // Looked at when a submit comes in: the ledger must know of it already (I2).
  std::function<std::string(const std::string& key, const std::string& body)> check_intent;

 private:
  struct Remote {
    std::string id, key, body;
    std::int64_t created_ms = 0;
    int polls = 0;
    bool over = false;
    std::string state = "running";
  };
  std::optional<HttpResponse> answer_to(const HttpRequest& request, std::int64_t now_wall_ms);
  HttpResponse serve(const HttpRequest& request, std::int64_t now_wall_ms);
  HttpResponse files_of(const std::string& id) const;
  HttpResponse submit(const HttpRequest& request, std::int64_t now_wall_ms);
  HttpResponse list(const std::string& page, std::int64_t now_wall_ms);
  HttpResponse status(Remote& remote, std::int64_t now_wall_ms);
  std::string bytes_of(const std::string& id, int file) const;
  void keep() const;
  void load();
  int count_held(const std::string& prefix) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable asked_;  // a request came
  std::filesystem::path folder_;
  std::map<std::string, Remote> jobs_;
  std::vector<BillLine> bill_;
  std::vector<std::string> requests_, problems_;
  std::map<std::string, int> posts_;
  std::set<std::string> uploads_;
  int most_at_once_ = 0;
};

HttpResponse http_answer(int status, std::string body = {}, std::vector<HttpHeader> headers = {});
HttpResponse http_failure(HttpFailure failure, bool request_sent);
// What a request asks of the service, for hooks.
inline bool is_submit(const HttpRequest& request) { return request.method == HttpMethod::Post && request.url.ends_with("/jobs"); }
inline bool is_poll(const HttpRequest& request) { return request.method == HttpMethod::Get && request.url.find("/jobs/") != std::string::npos; }
inline bool is_list(const HttpRequest& request) { return request.method == HttpMethod::Get && request.url.find("/jobs?page=") != std::string::npos; }

class FakeNetwork final : public Transport {
 public:
  FakeNetwork(FakeService& service, FakeClock& clock) : service_(service), clock_(clock) {}

  TransferId start(HttpRequest request, std::function<void(HttpResponse)> done) override;
  void cancel(TransferId id) override;
  Progress progress(TransferId id) const override;  // its answer's bytes come evenly
  void run_once(int max_wait_ms) override;
  void wake() override;
  int in_flight() const override { return static_cast<int>(waiting_.size()); }

  std::atomic<std::int64_t> latency_ms{20};
  std::function<void()> settle;  // waits until the store has done what it was given: slow as it may be, the clock stands still meanwhile

 private:
  struct Waiting {
    TransferId id = 0;
    std::int64_t begun_mono_ms = 0;
    std::int64_t due_mono_ms = 0;  // negative: never
    HttpResponse response;
    std::function<void(HttpResponse)> done;
  };
  FakeService& service_;
  FakeClock& clock_;
  std::mutex mutex_;
  std::condition_variable bell_;
  bool rung_ = false;
  std::deque<Waiting> waiting_;
  TransferId last_id_ = 0;
};

}  // namespace studio
