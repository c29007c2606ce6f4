// The plain wire: outcomes as lines of text, so that a thousand seeds spend their time in the engine and not in a parser.
#include <algorithm>
#include <charconv>

#include "simulation/wire.h"

namespace studio {
namespace {

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Takes line after line.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::string_view next() {
    const auto end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return line;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

void add(std::string& text, std::string_view line) {
  text += line;
  text += '\n';
}
void add(std::string& text, std::int64_t value) { add(text, std::to_string(value)); }

// "-" where nothing is said.
std::string cost_text(const RemoteRow& row) { return row.states_cost ? std::to_string(row.charged_micros) : "-"; }
std::optional<Money> cost_from(std::string_view text) {
  if (text == "-") return std::nullopt;
  return Money{number_of(text)};
}

class PlainProvider final : public Provider {
 public:
  PlainProvider(const ServiceTerms& terms, int image_lane) {
    profile_.local = true;
    profile_.has_info = terms.says_so;
    profile_.replays = terms.replays;
    profile_.key_life_secs = terms.key_life_secs;
    profile_.answers_inline = terms.answers_inline;
    profile_.authorised_download = true;
    profile_.cancels = terms.cancels;
    profile_.looks_at_once = terms.looks_at_once;
    profile_.lists = terms.lists;
    profile_.list_is_complete = terms.list_is_complete;
    profile_.echoes_own_id = terms.echoes_keys;
    if (terms.names_ids) profile_.request_id_header = id_header;
    info_.id = "plain";
    info_.label = "Plain";
    info_.image_lane = info_.video_lane = image_lane;
    ModelInfo image;
    image.id = "plain-image";
    image.provider = "plain";
    image.label = "Plain Image";
    image.price = Money{terms.price_micros};
    image.currency = Currency::Usd;
    image.expected_secs = 6;
    info_.models.push_back(image);
    ModelInfo clip = image;
    clip.id = "plain-clip";
    clip.kind = MediaKind::Video;
    clip.seconds = {5};
    clip.needs_image = true;
    info_.models.push_back(clip);
  }

  const ProviderInfo& info() const override { return info_; }
  const ProviderProfile& profile() const override { return profile_; }

  std::optional<HttpRequest> plan_info(const Endpoint& endpoint) const override { return request(endpoint, HttpMethod::Get, "i"); }
  InfoRead read_info(const HttpResponse& response) const override {
    if (!response.ok()) return failed(response);
    return ServiceFacts{response.body == "replays"};
  }

  std::optional<HttpRequest> plan_prepare(const ProviderCall& call) const override {
    if (call.inputs.empty() || !reference(call).empty()) return std::nullopt;
    HttpRequest upload = request(call.endpoint, HttpMethod::Post, "u" + call.inputs.front().sha256);
    upload.profile = HttpProfile::Upload;
    return upload;
  }
  PrepareRead read_prepare(const ProviderCall& call, const HttpResponse& response) const override {
    if (!response.ok()) return failed(response);
    if (!response.body.starts_with("up:")) return not_understood();
    return Prepared{response.body, {{call.inputs.front().sha256, response.body, 0}}};
  }

  HttpRequest plan_submit(const ProviderCall& call) const override {
    HttpRequest submit = request(call.endpoint, HttpMethod::Post, "s");
    submit.profile = HttpProfile::Submit;
    add(submit.body, call.attempt.key);
    add(submit.body, call.recipe.model);
    add(submit.body, call.recipe.prompt);
    add(submit.body, reference(call));
    return submit;
  }
  SubmitRead read_submit(const ProviderCall& call, const HttpResponse& response) const override {
    if (response.status == 422) return RefusedByService{"The prompt was refused", "prompt", false};
    if (std::count(profile_.never_accepted.begin(), profile_.never_accepted.end(), response.status) > 0) {
      const CallFailed why = failed(response);
      return NotAccepted{why.error, why.transient, false};
    }
    if (!response.ok()) return Unclear{"status " + std::to_string(response.status), false, told_id(profile_, response)};
    Lines lines(response.body);
    const auto word = lines.next();
    if (word == "A") {
      Accepted accepted{std::string(lines.next()), "", 0};
      std::string told = told_id(profile_, response);
      if (accepted.remote_id.empty() && !told.empty()) return Unclear{"The answer has no id", false, std::move(told)};
      return accepted;
    }
    if (word == "T") {
      const std::string ticket(lines.next());
      return NextRequest{request(call.endpoint, HttpMethod::Get, "t" + ticket), ticket};
    }
    if (word == "R") return refusal(lines);
    if (word == "I") {
      if (auto whole = with_files(lines)) return std::move(*whole);
    }
    return Unclear{"The answer was not understood", false, told_id(profile_, response)};
  }
  std::optional<HttpRequest> plan_continue(const ProviderCall& call) const override {
    if (call.attempt.remote_state.empty()) return std::nullopt;
    return request(call.endpoint, HttpMethod::Get, "t" + call.attempt.remote_state);
  }

  HttpRequest plan_poll(const ProviderCall& call) const override { return request(call.endpoint, HttpMethod::Get, "p" + call.attempt.remote_id); }
  PollRead read_poll(const ProviderCall&, const HttpResponse& response) const override {
    if (response.status == 404) return Gone{};
    if (!response.ok()) return failed(response);
    return read_status(response.body);
  }
  std::optional<HttpRequest> plan_poll_many(const std::vector<ProviderCall>& calls) const override {
    std::string url = "q";
    for (const ProviderCall& call : calls) url += call.attempt.remote_id + ",";
    return request(calls.front().endpoint, HttpMethod::Get, url);
  }
  // "Q", then for each job its id, the number of bytes that follow, and these.
  std::vector<std::optional<PollRead>> read_poll_many(const std::vector<ProviderCall>& calls, const HttpResponse& response) const override {
    std::vector<std::optional<PollRead>> reads(calls.size());
    if (!response.ok() || !response.body.starts_with("Q\n")) {
      for (auto& read : reads) read = response.ok() ? not_understood() : failed(response);
      return reads;
    }
    std::map<std::string, std::string, std::less<>> by_id;
    std::string_view rest = std::string_view(response.body).substr(2);
    while (!rest.empty()) {
      Lines lines(rest);
      const auto id = lines.next();
      const auto length = lines.next();
      rest.remove_prefix(id.size() + length.size() + 2);
      const auto bytes = static_cast<std::size_t>(number_of(length));
      by_id.emplace(id, rest.substr(0, bytes));
      rest.remove_prefix(std::min(bytes, rest.size()));
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (const auto found = by_id.find(calls[i].attempt.remote_id); found != by_id.end()) reads[i] = read_status(found->second);
    }
    return reads;
  }

  HttpRequest plan_fetch(const ProviderCall& call, const RemoteOutput& output) const override {
    HttpRequest fetch = request(call.endpoint, HttpMethod::Get, output.url);
    fetch.profile = HttpProfile::Download;
    return fetch;
  }
  FetchRead read_fetch(const ProviderCall&, const RemoteOutput&, const HttpResponse& response) const override {
    if (response.status == 404 || response.status == 410) return OutputExpired{};
    if (!response.ok()) return failed(response);
    return Fetched{};
  }

  std::optional<HttpRequest> plan_cancel(const ProviderCall& call) const override {
    if (!profile_.cancels) return std::nullopt;
    return request(call.endpoint, HttpMethod::Delete, "c" + call.attempt.remote_id);
  }
  CancelRead read_cancel(const ProviderCall&, const HttpResponse& response) const override {
    if (response.status == 409) return TooLateToCancel{};
    if (!response.ok()) return failed(response);
    if (response.body != "C" && response.body != "H") return not_understood();
    return CancelAccepted{response.body == "C"};
  }

  std::optional<HttpRequest> plan_list(const Endpoint& endpoint, std::int64_t since_wall_ms, const std::string& page) const override {
    if (!profile_.lists) return std::nullopt;
    return request(endpoint, HttpMethod::Get, "l" + std::to_string(since_wall_ms) + "," + page);
  }
  ListRead read_list(const HttpResponse& response) const override {
    if (!response.ok()) return failed(response);
    Lines lines(response.body);
    if (lines.next() != "L") return not_understood();
    RemoteJobs page;
    page.next_page = lines.next();
    while (!lines.at_end()) {
      RemoteJob job;
      job.remote_id = lines.next();
      job.own_id = lines.next();
      job.model = lines.next();
      job.prompt = lines.next();
      job.created_ms = number_of(lines.next());
      page.jobs.push_back(std::move(job));
    }
    return page;
  }
  std::optional<HttpRequest> plan_look_up(const ProviderCall& call) const override {
    if (!profile_.echoes_own_id) return std::nullopt;
    return request(call.endpoint, HttpMethod::Get, "k" + call.attempt.key);
  }
  ListRead read_look_up(const ProviderCall&, const HttpResponse& response) const override { return read_list(response); }

 private:
  static std::string reference(const ProviderCall& call) {
    if (call.inputs.empty()) return {};
    if (!call.attempt.prepare_state.empty()) return call.attempt.prepare_state;
    for (const RemoteUpload& upload : call.uploads) {
      if (upload.sha256 == call.inputs.front().sha256) return upload.reference;
    }
    return {};
  }
  static PollRead read_status(std::string_view body) {
    Lines lines(body);
    const auto word = lines.next();
    if (word == "P") {
      Pending pending;
      pending.started = lines.next() == "1";
      pending.progress = static_cast<double>(number_of(lines.next())) / 1000;
      pending.poll_after_secs = static_cast<double>(number_of(lines.next())) / 1000;
      pending.unknown_status = lines.next();
      return pending;
    }
    if (word == "D") {
      Finished finished;
      finished.cost = cost_from(lines.next());
      while (!lines.at_end()) {
        RemoteOutput output;
        output.url = lines.next();
        output.sha256 = lines.next();
        output.bytes = number_of(lines.next());
        output.expires_ms = number_of(lines.next());
        output.mime = "image/png";
        finished.outputs.push_back(std::move(output));
      }
      return finished;
    }
    if (word == "I") {
      if (auto whole = with_files(lines)) return std::move(*whole);
    }
    if (word == "F") {
      const bool is_billed = lines.next() == "1";
      return FailedByService{"It broke", is_billed, cost_from(lines.next())};
    }
    if (word == "R") return refusal(lines);
    if (word == "C") {
      const auto cost = cost_from(lines.next());
      return CancelledByService{cost, lines.next() == "?"};
    }
    return not_understood();
  }
  static RefusedByService refusal(Lines& lines) {
    const auto billed = lines.next();
    return RefusedByService{"The picture was refused", "", billed == "1", cost_from(lines.next()), billed == "?"};
  }
  // Nothing where its end is missing, as half a JSON text is none.
  static std::optional<InlineFinished> with_files(Lines& lines) {
    InlineFinished finished;
    finished.cost = cost_from(lines.next());
    while (!lines.at_end()) {
      const auto line = lines.next();
      if (line == "E") return finished;
      finished.outputs.push_back({std::string(line), "image/png"});
    }
    return std::nullopt;
  }
  static HttpRequest request(const Endpoint& endpoint, HttpMethod method, std::string url) {
    HttpRequest made;
    made.method = method;
    made.url = std::move(url);
    made.headers = endpoint.headers;
    made.local = true;
    return made;
  }
  static CallFailed not_understood() { return {{ErrorKind::Damaged, "Plain's answer was not understood.", "", 0}, true}; }
  static CallFailed failed(const HttpResponse& response) {
    const int status = response.status;
    if (status == 401 || status == 402 || status == 403) return {{ErrorKind::Unauthorised, "Plain refused the key: check it in the settings.", "", 0}, false};
    if (status == 429) return {{ErrorKind::RateLimited, "Plain asks us to slow down.", "", std::max(0.0, retry_after_secs(response, 0))}, true};
    if (status >= 500) return {{ErrorKind::Offline, "Plain has trouble.", "", 0}, true};
    return {{ErrorKind::BadRequest, "Plain does not take this request.", "", 0}, false};
  }

  ProviderInfo info_;
  ProviderProfile profile_;
};

class PlainWire final : public Wire {
 public:
  PlainWire(const ServiceTerms& terms, int image_lane) : terms_(terms), image_lane_(image_lane) {}

  std::string provider_id() const override { return "plain"; }
  std::unique_ptr<Provider> make_provider() const override { return std::make_unique<PlainProvider>(terms_, image_lane_); }

  Asked understand(const HttpRequest& request) const override {
    Asked asked;
    if (request.url.empty()) return asked;
    const std::string_view rest = std::string_view(request.url).substr(1);
    asked.id = rest;
    switch (request.url.front()) {
      case 'i': asked.what = Asked::For::Info; break;
      case 'u': asked.what = Asked::For::Upload; break;
      case 't': asked.what = Asked::For::Ticket; break;
      case 'p': asked.what = Asked::For::Status; break;
      case 'q':
        asked.what = Asked::For::Statuses;
        for (std::string_view ids = rest; !ids.empty(); ids.remove_prefix(ids.find(',') + 1)) asked.ids.emplace_back(ids.substr(0, ids.find(',')));
        break;
      case 'c': asked.what = Asked::For::Cancel; break;
      case 'l':
        asked.what = Asked::For::List;
        asked.since_ms = number_of(rest);
        asked.page = static_cast<std::size_t>(number_of(rest.substr(rest.find(',') + 1)));
        break;
      case 'k':
        asked.what = Asked::For::LookUp;
        asked.key = rest;
        break;
      case 'f': {  // "fr12.0.1": remote job, file, edition of the addresses
        asked.what = Asked::For::File;
        const auto dot = rest.find('.'), second = rest.find('.', dot + 1);
        asked.id = rest.substr(0, dot);
        asked.file = static_cast<int>(number_of(rest.substr(dot + 1, second - dot - 1)));
        asked.addresses = static_cast<int>(number_of(rest.substr(second + 1)));
        break;
      }
      case 's': {
        asked.what = Asked::For::Submit;
        asked.body = request.body;
        Lines lines(request.body);
        asked.key = lines.next();
        asked.model = lines.next();
        asked.prompt = lines.next();
        break;
      }
      default: break;
    }
    return asked;
  }

  HttpResponse info(bool replays) const override { return answer_of(200, replays ? "replays" : "does not"); }
  HttpResponse upload(const Asked& asked) const override { return answer_of(200, "up:" + asked.id); }
  HttpResponse accepted(const std::string& id) const override { return answer_of(200, "A\n" + id + "\n"); }
  HttpResponse ticket(const std::string& id) const override { return answer_of(202, "T\n" + id + "\n"); }
  HttpResponse with_files(const RemoteRow& row, const std::vector<std::string>& files) const override {
    std::string body = "I\n" + cost_text(row) + "\n";
    for (const std::string& file : files) add(body, file);
    add(body, "E");
    return answer_of(200, std::move(body));
  }
  HttpResponse refused(const RemoteRow* row) const override {
    if (row == nullptr) return answer_of(200, "R\n0\n-\n");
    const char* billed = terms_.is_silent ? "?\n" : row->is_billed_end ? "1\n" : "0\n";
    return answer_of(200, std::string("R\n") + billed + cost_text(*row) + "\n");
  }
  HttpResponse status(const RemoteRow& row, const StatusQuirks& quirks, const std::vector<RemoteOutput>& outputs) const override {
    std::string body;
    if (row.now == RemoteNow::Working || quirks.says_working || quirks.odd_word) {
      add(body, "P");
      add(body, row.looks > 1 ? "1" : "0");
      add(body, std::int64_t{row.looks * 100});
      add(body, static_cast<std::int64_t>(quirks.poll_after_secs * 1000));
      add(body, quirks.odd_word ? "THROTTLED" : "");
      return answer_of(200, std::move(body));
    }
    if (row.now == RemoteNow::Cancelled) {
      const bool is_silent = terms_.is_silent && row.on_cancel == OnCancel::MayStop;
      return answer_of(200, "C\n" + cost_text(row) + (is_silent ? "\n?\n" : "\n"));
    }
    if (row.end == RemoteEnd::Refused) return refused(&row);
    if (row.end == RemoteEnd::Failed) return answer_of(200, std::string("F\n") + (row.is_billed_end ? "1\n" : "0\n") + cost_text(row) + "\n");
    add(body, "D");
    add(body, cost_text(row));
    for (const RemoteOutput& output : outputs) {
      add(body, "f" + output.url);
      add(body, output.sha256);
      add(body, output.bytes);
      add(body, output.expires_ms);
    }
    return answer_of(200, std::move(body));
  }
  HttpResponse statuses(const std::vector<std::pair<std::string, HttpResponse>>& each) const override {
    std::string body = "Q\n";
    for (const auto& [id, status] : each) {
      add(body, id);
      add(body, static_cast<std::int64_t>(status.body.size()));
      body += status.body;
    }
    return answer_of(200, std::move(body));
  }
  HttpResponse not_known() const override { return answer_of(404); }
  HttpResponse cancelled(CancelAnswer answer) const override {
    return answer == CancelAnswer::TooLate ? answer_of(409) : answer_of(200, answer == CancelAnswer::Stops ? "C" : "H");
  }
  HttpResponse list(const std::vector<const RemoteRow*>& rows, bool with_keys, const std::string& next) const override {
    std::string body = "L\n";
    add(body, next);
    for (const RemoteRow* row : rows) {
      add(body, row->id);
      add(body, with_keys ? row->key : "");
      add(body, row->model);
      add(body, row->prompt);
      add(body, row->created_wall_ms);
    }
    return answer_of(200, std::move(body));
  }
  HttpResponse rejected(int status) const override { return answer_of(status, "no"); }

 private:
  ServiceTerms terms_;
  int image_lane_;
};

}  // namespace

HttpResponse answer_of(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.request_sent = true;
  response.body_bytes = static_cast<std::int64_t>(body.size());
  response.body = std::move(body);
  return response;
}

std::unique_ptr<Wire> make_plain_wire(const ServiceTerms& terms, int image_lane) { return std::make_unique<PlainWire>(terms, image_lane); }

}  // namespace studio
