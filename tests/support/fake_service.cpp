#include "support/fake_service.h"

#include <algorithm>
#include <ctime>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/file.h"
#include "base/hash.h"

namespace studio {
namespace {

using Json = nlohmann::json;

std::string path_of(const HttpRequest& request) {
  const auto scheme = request.url.find("://");
  const auto slash = request.url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  return slash == std::string::npos ? std::string("/") : request.url.substr(slash);
}

std::string header_of(const HttpRequest& request, std::string_view name) {
  for (const HttpHeader& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

constexpr Money picture_price{40'000};

}  // namespace

HttpResponse http_answer(int status, std::string body, std::vector<HttpHeader> headers) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.body_bytes = static_cast<std::int64_t>(response.body.size());
  response.headers = std::move(headers);
  response.request_sent = true;
  return response;
}

HttpResponse http_failure(HttpFailure failure, bool request_sent) {
  HttpResponse response;
  response.failure = failure;
  response.request_sent = request_sent;
  return response;
}

FakeService::FakeService(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (!folder_.empty()) load();
}

void FakeService::load() {
  std::ifstream in(folder_ / "service.json");
  if (!in) return;
  const Json json = Json::parse(in);
  for (const Json& line : json["bill"]) {
    bill_.push_back({line["key"], line["id"], line["body"], Money{line["amount"].get<std::int64_t>()}});
    jobs_[bill_.back().id] = {bill_.back().id, bill_.back().key, bill_.back().body, 0, 0, false, "running"};
  }
  for (const auto& [key, count] : json["posts"].items()) posts_[key] = count;
}

void FakeService::keep() const {
  if (folder_.empty()) return;
  Json json;
  json["bill"] = Json::array();
  json["posts"] = posts_;
  for (const BillLine& line : bill_) json["bill"].push_back({{"key", line.key}, {"id", line.id}, {"body", line.body}, {"amount", line.amount.micros}});
  std::filesystem::create_directories(folder_);
  if (!write_file_durable(folder_ / "service.json", json.dump())) std::abort();
}

std::vector<BillLine> FakeService::bill() const {
  std::lock_guard lock(mutex_);
  return bill_;
}

int FakeService::count(const std::string& prefix) const {
  std::lock_guard lock(mutex_);
  return count_held(prefix);
}

void FakeService::wait_for(const std::string& prefix, int times) const {
  std::unique_lock lock(mutex_);
  if (!asked_.wait_for(lock, std::chrono::seconds(60), [&] { return count_held(prefix) >= times; })) throw std::runtime_error("never asked: " + prefix);
}

// With the lock held.
int FakeService::count_held(const std::string& prefix) const {
  return static_cast<int>(std::count_if(requests_.begin(), requests_.end(), [&](const auto& line) { return line.starts_with(prefix); }));
}

std::map<std::string, int> FakeService::posts_by_key() const {
  std::lock_guard lock(mutex_);
  return posts_;
}

int FakeService::most_at_once() const {
  std::lock_guard lock(mutex_);
  return most_at_once_;
}

std::vector<std::string> FakeService::problems() const {
  std::lock_guard lock(mutex_);
  return problems_;
}

std::optional<HttpResponse> FakeService::answer(const HttpRequest& request, std::int64_t now_wall_ms) {
  auto response = answer_to(request, now_wall_ms);
  asked_.notify_all();
  return response;
}

std::optional<HttpResponse> FakeService::answer_to(const HttpRequest& request, std::int64_t now_wall_ms) {
  std::optional<Stroke> stroke;
  if (hook) stroke = hook(request);
  if (stroke && !stroke->after_service) {
    {
      std::lock_guard lock(mutex_);
      if (stroke->response.request_sent || stroke->never) requests_.push_back(std::string(to_string(request.method)) + " " + path_of(request));
    }
    if (stroke->never) return std::nullopt;
    return stroke->response;
  }
  HttpResponse response = serve(request, now_wall_ms);
  if (stroke) {
    if (stroke->never) return std::nullopt;
    response = stroke->response;
  }
  // As the client does: the body of a good answer goes into the file, a part that was asked for behind what is there.
  if (!request.answer_file.empty() && response.ok()) {
    std::string bytes = response.body;
    auto mode = std::ios::binary | std::ios::trunc;
    if (request.resume_from > 0 && response.status == 206) mode = std::ios::binary | std::ios::app;
    std::ofstream file(request.answer_file, mode);
    if (!(file << bytes).flush()) return http_failure(HttpFailure::Disk, true);
    response.body.clear();
    response.body_bytes = static_cast<std::int64_t>(std::filesystem::file_size(request.answer_file));
  }
  return response;
}

HttpResponse FakeService::serve(const HttpRequest& request, std::int64_t now_wall_ms) {
  std::lock_guard lock(mutex_);
  const std::string path = path_of(request);
  requests_.push_back(std::string(to_string(request.method)) + " " + path);
  const bool needs_key = files_need_key || !path.starts_with("/files/");
  if (needs_key && header_of(request, "Authorization") != "Bearer fake-token") return http_answer(401, R"({"error":"no key"})");
  if (path == "/info") return http_answer(200, Json{{"replay", replays.load()}}.dump());
  if (request.method == HttpMethod::Post && path == "/uploads") {
    const std::string id = "u" + std::to_string(uploads_.size() + 1);
    uploads_.insert(id);
    return http_answer(201, Json{{"put", "/uploads/" + id}}.dump());
  }
  if (request.method == HttpMethod::Put && path.starts_with("/uploads/")) {
    if (request.body_file.empty()) problems_.push_back("an upload without a file");
    return http_answer(200, Json{{"reference", "up:" + path.substr(9)}}.dump());
  }
  if (request.method == HttpMethod::Post && path == "/jobs") return submit(request, now_wall_ms);
  if (request.method == HttpMethod::Get && path.starts_with("/jobs?ids=") && tells_of_many) {
    Json rows = Json::array();
    for (std::string_view ids = std::string_view(path).substr(10); !ids.empty();) {
      const auto end = std::min(ids.find(','), ids.size());
      const std::string id(ids.substr(0, end));
      ids.remove_prefix(std::min(end + 1, ids.size()));
      const auto found = jobs_.find(id);
      if (found != jobs_.end() && !(leaves_out && leaves_out(id))) rows.push_back(Json::parse(status(found->second, now_wall_ms).body));
    }
    return http_answer(200, Json{{"jobs", rows}}.dump());
  }
  if (request.method == HttpMethod::Get && path.starts_with("/jobs?page=")) return list(path.substr(11), now_wall_ms);
  if (request.method == HttpMethod::Post && path.starts_with("/interrupt/")) {
    const auto found = jobs_.find(path.substr(11));
    if (found == jobs_.end() || !cancels_in_two) return http_answer(404, R"({"error":"unknown"})");
    if (found->second.over) return http_answer(409);
    found->second.state = "cancelled";
    return http_answer(200);
  }
  if (path.starts_with("/jobs/")) {
    const auto found = jobs_.find(path.substr(6));
    if (found == jobs_.end()) return http_answer(404, R"({"error":"unknown"})");
    if (request.method != HttpMethod::Delete) return status(found->second, now_wall_ms);
    if (found->second.over) return http_answer(409);
    if (!cancels_in_two) found->second.state = "cancelled";
    return http_answer(200);
  }
  if (path.starts_with("/tickets/") && tickets) return http_answer(200, Json{{"id", path.substr(9)}}.dump());
  if (path.starts_with("/address/files/")) return http_answer(200, "there");
  if (path.starts_with("/files/")) {
    const auto dot = path.rfind('.');
    std::string bytes = bytes_of(path.substr(7, dot - 7), std::atoi(path.c_str() + dot + 1));
    std::vector<HttpHeader> headers{{"Content-Type", "image/png"}};
    const std::string etag = "\"" + sha256_hex(bytes).substr(0, 16) + "\"";
    if (tag != Tag::None) headers.push_back({"ETag", tag == Tag::Weak ? "W/" + etag : etag});
    const bool is_same = request.part.etag.empty() || (tag == Tag::Strong && request.part.etag == etag);
    if (is_same && request.resume_from > 0 && request.resume_from < static_cast<std::int64_t>(bytes.size())) {
      return http_answer(206, bytes.substr(static_cast<std::size_t>(request.resume_from)), std::move(headers));
    }
    return http_answer(200, std::move(bytes), std::move(headers));
  }
  return http_answer(404);
}

std::string FakeService::bytes_of(const std::string& id, int file) const {
  return file_bytes ? file_bytes(id, file) : "PNG:" + id + "." + std::to_string(file);
}

HttpResponse FakeService::list(const std::string& page, std::int64_t now_wall_ms) {
  const int from = page.empty() ? 0 : std::atoi(page.c_str());
  Json rows = Json::array();
  int number = 0;
  for (const auto& [id, remote] : jobs_) {
    if (number++ < from || static_cast<int>(rows.size()) == list_page) continue;
    const Json body = Json::parse(remote.body);
    rows.push_back({{"id", id}, {"model", body["model"]}, {"prompt", body["prompt"]}, {"created", remote.created_ms}, {"input", remote.body}});
    if (lists_keys) rows.back()["key"] = remote.key;
  }
  const int next = from + static_cast<int>(rows.size());
  const std::time_t now = (now_wall_ms + clock_ahead_ms) / 1000;
  char date[64];
  std::tm parts{};
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&now, &parts));
  return http_answer(200, Json{{"jobs", rows}, {"next", next < static_cast<int>(jobs_.size()) ? std::to_string(next) : ""}}.dump(), {{"Date", date}});
}

HttpResponse FakeService::files_of(const std::string& id) const {
  Json files = Json::array();
  for (int i = 0; i < files_per_job; ++i) files.push_back(bytes_of(id, i));
  return http_answer(200, Json{{"files", files}, {"charged", picture_price.micros}}.dump());
}

HttpResponse FakeService::submit(const HttpRequest& request, std::int64_t now_wall_ms) {
  const std::string key = header_of(request, "Key");
  ++posts_[key];
  if (request.profile != HttpProfile::Submit) problems_.push_back("a submit with another profile");
  if (check_intent) {
    if (std::string problem = check_intent(key, request.body); !problem.empty()) problems_.push_back(problem);
  }
  if (request.body.find("forbidden") != std::string::npos) return http_answer(422, R"({"error":"refused"})");
  const Json body = Json::parse(request.body);
  if (body.value("image", "").starts_with("up:") && !uploads_.contains(body["image"].get<std::string>().substr(3))) {
    return http_answer(404, R"({"error":"unknown_upload"})");
  }
  if (replays) {
    for (auto& [id, remote] : jobs_) {
      if (remote.key != key) continue;
      if (remote.body != request.body) {
        problems_.push_back("a replay with another body");
        return http_answer(409, R"({"error":"key_reused"})");
      }
      if (inline_answers) return files_of(id);
      if (!tickets) return http_answer(200, Json{{"id", id}}.dump());
      return http_answer(202, Json{{"ticket", "/tickets/" + id}}.dump());
    }
  }
  const std::string id = "r" + std::to_string(bill_.size() + 1);
  Remote& remote = jobs_[id];
  remote.id = id;
  remote.key = key;
  remote.created_ms = now_wall_ms + clock_ahead_ms;
  remote.body = request.body;
  remote.over = inline_answers;
  bill_.push_back({key, id, request.body, picture_price});
  keep();
  const int now = static_cast<int>(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& entry) { return !entry.second.over; }));
  most_at_once_ = std::max(most_at_once_, now);
  if (inline_answers) return files_of(id);
  if (tickets) return http_answer(202, Json{{"ticket", "/tickets/" + id}}.dump());
  return http_answer(202, Json{{"id", id}}.dump());
}

HttpResponse FakeService::status(Remote& remote, std::int64_t now_wall_ms) {
  if (!remote.over && remote.state == "running" && ++remote.polls > polls_until_done) {
    remote.state = final_state ? final_state(remote.id) : "done";
  }
  remote.over = remote.state != "running";
  Json json{{"id", remote.id}, {"state", remote.state}, {"progress", std::min(1.0, remote.polls / (polls_until_done + 1.0))}};
  if (remote.state == "done") {
    json["charged"] = done_charge.value_or(picture_price).micros;
    for (BillLine& line : bill_)
      if (line.id == remote.id && done_charge && done_charge->micros >= 0) line.amount = *done_charge;
    json["files"] = Json::array();
    for (int i = 0; i < files_per_job; ++i) {
      const std::string bytes = bytes_of(remote.id, i);
      if (inline_status) {
        json["files"].push_back(bytes);
        continue;
      }
      Json file{{"url", "/files/" + remote.id + "." + std::to_string(i)}, {"bytes", says_size ? bytes.size() : 0}};
      if (says_hash) file["sha256"] = sha256_hex(bytes);
      if (file_life_ms > 0) file["expires"] = now_wall_ms + file_life_ms;
      json["files"].push_back(file);
    }
  } else if (remote.over) {
    const bool is_billed = bills_failures && remote.state != "cancelled";
    if (remote.state != "cancelled") json["billed"] = is_billed;
    if (ending_charge) json["charged"] = ending_charge->micros;
    for (BillLine& line : bill_) {
      if (line.id == remote.id) line.amount = ending_charge.value_or(is_billed ? picture_price : Money{});
    }
  }
  return http_answer(200, json.dump());
}

// --- the network

TransferId FakeNetwork::start(HttpRequest request, std::function<void(HttpResponse)> done) {
  Waiting waiting;
  waiting.id = ++last_id_;
  waiting.done = std::move(done);
  auto response = service_.answer(request, clock_.wall_ms());
  waiting.begun_mono_ms = clock_.mono_ms();
  waiting.due_mono_ms = response ? clock_.mono_ms() + latency_ms : -1;
  if (response) waiting.response = std::move(*response);
  waiting_.push_back(std::move(waiting));
  return last_id_;
}

void FakeNetwork::cancel(TransferId id) {
  for (Waiting& waiting : waiting_) {
    if (waiting.id != id) continue;
    waiting.response = http_failure(HttpFailure::Cancelled, true);
    waiting.due_mono_ms = clock_.mono_ms();
  }
}

Transport::Progress FakeNetwork::progress(TransferId id) const {
  for (const Waiting& waiting : waiting_) {
    if (waiting.id != id || waiting.due_mono_ms <= waiting.begun_mono_ms) continue;
    const std::int64_t whole = waiting.response.body_bytes;
    return {.received = whole * (clock_.mono_ms() - waiting.begun_mono_ms) / (waiting.due_mono_ms - waiting.begun_mono_ms), .total = whole};
  }
  return {};
}

void FakeNetwork::run_once(int max_wait_ms) {
  using namespace std::chrono_literals;
  const auto due = [&]() -> std::deque<Waiting>::iterator {
    return std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.due_mono_ms >= 0 && w.due_mono_ms <= clock_.mono_ms(); });
  };
  auto found = due();
  if (found == waiting_.end()) {
    bool was_rung = false;
    if (settle) settle();
    {
      // Workers run in real time: they get a moment before the clock is moved.
      std::unique_lock lock(mutex_);
      bell_.wait_for(lock, 2ms, [&] { return rung_; });
      was_rung = std::exchange(rung_, false);
    }
    if (was_rung) {
      clock_.advance_ms(1);  // a caller that asks without end must not stop the time
      return;
    }
    std::int64_t step = max_wait_ms < 0 ? -1 : max_wait_ms;
    for (const Waiting& waiting : waiting_) {
      if (waiting.due_mono_ms < 0) continue;
      const std::int64_t left = waiting.due_mono_ms - clock_.mono_ms();
      if (step < 0 || left < step) step = left;
    }
    if (step < 0) {  // nothing will ever be due: only a ring can go on
      std::unique_lock lock(mutex_);
      bell_.wait_for(lock, 100ms, [&] { return rung_; });
      rung_ = false;
      return;
    }
    clock_.advance_ms(std::max<std::int64_t>(1, step));
    return;
  }
  Waiting waiting = std::move(*found);
  waiting_.erase(found);
  waiting.done(std::move(waiting.response));
}

void FakeNetwork::wake() {
  {
    std::lock_guard lock(mutex_);
    rung_ = true;
  }
  bell_.notify_one();
}

}  // namespace studio
