#include "simulation/sim_network.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/hash.h"

namespace studio {
namespace {

std::string http_date(std::int64_t wall_ms) {
  const std::time_t secs = wall_ms / 1000;
  std::tm parts{};
  gmtime_r(&secs, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

constexpr std::size_t list_page = 50;

}  // namespace

TransferId SimNetwork::start(HttpRequest request, std::function<void(HttpResponse)> done) {
  const TransferId id = ++last_id_;
  Flight flight;
  flight.asked = wire_.understand(request);
  flight.request = std::move(request);
  flight.done = std::move(done);
  const bool is_submit = flight.asked.what == Asked::For::Submit;
  std::int64_t takes = sim_.pick(5, 300);
  FaultRates& rates = sim_.rates;
  if (!sim_.is_quiet) {
    const double chance = sim_.random.unit();
    double edge = 0;
    const auto is_hit = [&](Fault& fault) {
      if (chance >= (edge += fault.rate)) return false;
      ++fault.hits;
      return true;
    };
    if (is_hit(rates.not_sent)) flight.fate = Fate::NotSent;
    else if (is_hit(rates.lost_before)) flight.fate = Fate::LostBefore;
    else if (is_hit(rates.lost_after)) flight.fate = Fate::LostAfter;
    else if (is_hit(rates.late)) {
      flight.fate = Fate::LostBefore;
      late_.emplace_back(sim_.clock.mono_ms() + sim_.pick(1000, 20'000), flight.asked);
    }
    if (flight.fate != Fate::Answered && sim_.random.below(4) == 0) takes = 60'000;
  }
  if (is_submit && flight.fate != Fate::NotSent && on_submit) on_submit(flight.asked);
  due_.emplace(sim_.clock.mono_ms() + takes, id);
  flights_.emplace(id, std::move(flight));
  return id;
}

void SimNetwork::cancel(TransferId id) {
  const auto found = flights_.find(id);
  if (found == flights_.end() || found->second.fate == Fate::Cancelled) return;
  if (found->second.fate == Fate::Answered && sim_.random.below(2) == 0) late_.emplace_back(sim_.clock.mono_ms(), found->second.asked);
  found->second.fate = Fate::Cancelled;
  due_.emplace(sim_.clock.mono_ms(), id);
}

void SimNetwork::carry_one() {
  const TransferId id = due_.top().second;
  due_.pop();
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;  // was cancelled
  Flight flight = std::move(found->second);
  flights_.erase(found);
  sim_.step();
  HttpResponse response;
  switch (flight.fate) {
    case Fate::Answered: response = serve(flight); break;
    case Fate::NotSent: {
      const HttpFailure kinds[] = {HttpFailure::NotSentDns, HttpFailure::NotSentConnect, HttpFailure::NotSentTls};
      response = failure(kinds[sim_.random.below(3)], false);
      break;
    }
    case Fate::LostAfter:
      response.headers = serve(flight).headers;  // that is, they may have come before the rest was lost
      if (sim_.random.below(2) == 0) response.headers.clear();
      [[fallthrough]];
    case Fate::LostBefore: {
      if (!flight.request.answer_file.empty() && flight.asked.what != Asked::For::File && sim_.random.below(2) == 0) {
        files_.put(flight.request.answer_file, "I\n", false);  // its beginning is all that came
      }
      const HttpFailure kinds[] = {HttpFailure::Timeout, HttpFailure::Broken, HttpFailure::Broken, HttpFailure::TooLarge, HttpFailure::BadRedirect};
      const auto headers = std::move(response.headers);
      response = failure(kinds[sim_.random.below(5)], true);
      response.headers = headers;
      break;
    }
    case Fate::Cancelled: response = failure(HttpFailure::Cancelled, true); break;
  }
  sim_.step();
  flight.done(std::move(response));
}

void SimNetwork::power_cut() {
  // In the order in which they left: the seed alone decides.
  std::vector<TransferId> ids;
  for (const auto& [id, flight] : flights_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (const TransferId id : ids) {
    const Flight& flight = flights_.at(id);
    if (flight.fate == Fate::NotSent || flight.fate == Fate::LostBefore) continue;
    if (sim_.random.below(2) == 0) late_.emplace_back(sim_.clock.mono_ms(), flight.asked);
  }
  flights_.clear();
  due_ = {};
}

void SimNetwork::carry_late() {
  const std::int64_t now = sim_.clock.mono_ms();
  const auto due = std::stable_partition(late_.begin(), late_.end(), [now](const auto& one) { return one.first > now; });
  const std::vector<std::pair<std::int64_t, Asked>> arriving(due, late_.end());
  late_.erase(due, late_.end());
  for (const auto& [at, asked] : arriving) arrive_late(asked);
}

void SimNetwork::arrive_late(const Asked& asked) {
  if (asked.what == Asked::For::Submit) (void)service_.take(asked.key, asked.body, asked.model, asked.prompt);
  else if (asked.what == Asked::For::Cancel) {
    if (RemoteRow* row = service_.find(asked.id)) (void)service_.cancel(*row);
  }
}

HttpResponse SimNetwork::failure(HttpFailure kind, bool was_sent) const {
  HttpResponse response;
  response.failure = kind;
  response.request_sent = was_sent;
  response.detail = "simulated";
  return response;
}

HttpResponse SimNetwork::throttled() {
  HttpResponse response = wire_.rejected(429);
  const std::int64_t now = service_.now_wall_ms();
  const std::string words[] = {"3", "20", "0", "86400", "soon", "-5", http_date(now + 8000), http_date(now - 100'000)};
  const auto which = sim_.random.below(12);
  if (which < 8) response.headers.push_back({"Retry-After", words[which]});
  return response;
}

HttpResponse SimNetwork::serve(const Flight& flight) {
  const Asked& asked = flight.asked;
  FaultRates& rates = sim_.rates;
  const bool is_submit = asked.what == Asked::For::Submit;
  if (!sim_.is_quiet) {
    if (sim_.hits(rates.throttled)) return throttled();
    if (sim_.hits(rates.unauthorised)) return wire_.rejected(sim_.random.below(2) == 0 ? 401 : 402);
    if (sim_.hits(rates.odd_page)) {
      HttpResponse page = answer_of(200, "<html>Sign in to this network</html>");
      if (flight.request.answer_file.empty()) return page;
      files_.put(flight.request.answer_file, std::exchange(page.body, {}), false);
      return page;
    }
    if (sim_.hits(rates.trouble)) {
      const RemoteRow* row = nullptr;
      if (is_submit && sim_.random.below(2) == 0) row = service_.take(asked.key, asked.body, asked.model, asked.prompt);
      const int statuses[] = {500, 502, 503, 504};
      HttpResponse response = wire_.rejected(statuses[sim_.random.below(4)]);
      return is_submit ? with_id(std::move(response), row) : response;
    }
  }
  switch (asked.what) {
    case Asked::For::Info: return wire_.info(service_.terms().replays);
    case Asked::For::Upload: return wire_.upload(asked);
    case Asked::For::Submit: {
      HttpResponse response = serve_submit(asked);
      if (response.ok() && !flight.request.answer_file.empty()) files_.put(flight.request.answer_file, std::exchange(response.body, {}), false);
      return response;
    }
    case Asked::For::Ticket: return service_.find(asked.id) == nullptr ? wire_.not_known() : wire_.accepted(asked.id);
    case Asked::For::Status: return serve_status(asked);
    case Asked::For::Statuses: {
      std::vector<std::pair<std::string, HttpResponse>> each;
      for (const std::string& id : asked.ids) {
        Asked one = asked;
        one.id = id;
        HttpResponse status = serve_status(one);
        if (status.ok()) each.emplace_back(id, std::move(status));
      }
      return wire_.statuses(each);
    }
    case Asked::For::File: return serve_file(flight.request, asked);
    case Asked::For::Cancel: {
      RemoteRow* row = service_.find(asked.id);
      if (row == nullptr) return wire_.not_known();
      return wire_.cancelled(service_.cancel(*row));
    }
    case Asked::For::List: return serve_list(asked);
    case Asked::For::LookUp: {
      const RemoteRow* row = service_.find_by_key(asked.key);
      std::vector<const RemoteRow*> rows;
      if (row != nullptr) rows.push_back(row);
      HttpResponse response = wire_.list(rows, true, "");
      response.headers.push_back({"Date", http_date(service_.now_wall_ms())});
      return response;
    }
    case Asked::For::Nothing: break;
  }
  sim_.say("a request that no service understands: " + flight.request.url);
  return wire_.rejected(400);
}

std::vector<std::string> SimNetwork::files_of(const RemoteRow& row) const {
  std::vector<std::string> files;
  for (int i = 0; i < row.files; ++i) files.push_back(service_.content_of(row, i));
  return files;
}

// Names the job; else, now and then, the request alone, of which its status knows nothing.
HttpResponse SimNetwork::with_id(HttpResponse response, const RemoteRow* row) {
  if (!service_.terms().names_ids) return response;
  if (row != nullptr) response.headers.push_back({id_header, row->id});
  else if (sim_.random.below(2) == 0) response.headers.push_back({id_header, "request-" + std::to_string(sim_.random.below(1000))});
  return response;
}

HttpResponse SimNetwork::serve_submit(const Asked& asked) {
  RemoteRow* row = service_.take(asked.key, asked.body, asked.model, asked.prompt);
  if (row == nullptr) {
    const int status = service_.rejects(asked.key);
    if (status != 0) return wire_.rejected(status);
    return stable_hash(asked.key) % 2 == 0 ? wire_.refused(nullptr) : wire_.rejected(422);
  }
  if (service_.terms().answers_inline) return wire_.with_files(*row, files_of(*row));
  if (sim_.hits(sim_.rates.no_id)) return with_id(wire_.accepted(""), row);
  if (service_.count() > 1 && sim_.hits(sim_.rates.same_id)) {
    // Of another job that has its id already: only then can anybody notice.
    const std::string& id = service_.at(sim_.random.below(service_.count() - 1)).id;
    if (id != row->id && is_owned && is_owned(id)) return wire_.accepted(id);
  }
  if (service_.terms().tickets) return wire_.ticket(row->id);
  return with_id(wire_.accepted(row->id), row);
}

HttpResponse SimNetwork::serve_status(const Asked& asked) {
  RemoteRow* row = service_.find(asked.id);
  if (row == nullptr || (row->now == RemoteNow::Over && row->end == RemoteEnd::Forgotten)) return wire_.not_known();
  ++row->looks;
  if (row->looks < 3 && sim_.hits(sim_.rates.not_known_yet)) return wire_.not_known();
  StatusQuirks quirks;
  quirks.odd_word = sim_.hits(sim_.rates.odd_word);
  quirks.says_working = sim_.hits(sim_.rates.back_again);
  if (sim_.random.below(10) == 0) quirks.poll_after_secs = static_cast<double>(sim_.pick(1, 8));
  std::vector<RemoteOutput> outputs;
  if (row->now == RemoteNow::Over && row->end == RemoteEnd::Done) {
    if (service_.terms().inline_status && !quirks.odd_word && !quirks.says_working) return wire_.with_files(*row, files_of(*row));
    if (row->addresses_end_mono_ms != 0 && sim_.clock.mono_ms() >= row->addresses_end_mono_ms) service_.renew_addresses(*row);
    for (int i = 0; i < row->files; ++i) {
      const std::string content = service_.content_of(*row, i);
      RemoteOutput output;
      output.url = row->id + "." + std::to_string(i) + "." + std::to_string(row->addresses);
      if (row->says_hash) output.sha256 = sha256_hex(content);
      if (row->says_size) output.bytes = static_cast<std::int64_t>(content.size());
      if (row->addresses_end_mono_ms != 0) output.expires_ms = service_.now_wall_ms() + row->addresses_end_mono_ms - sim_.clock.mono_ms();
      outputs.push_back(std::move(output));
    }
  }
  return wire_.status(*row, quirks, outputs);
}

HttpResponse SimNetwork::serve_file(const HttpRequest& request, const Asked& asked) {
  RemoteRow* row = service_.find(asked.id);
  const bool is_late = row == nullptr || row->is_dropped || asked.addresses != row->addresses ||
                       (row->addresses_end_mono_ms != 0 && sim_.clock.mono_ms() >= row->addresses_end_mono_ms);
  if (is_late || sim_.hits(sim_.rates.expired)) return answer_of(sim_.random.below(2) == 0 ? 410 : 404);
  std::string content = service_.content_of(*row, asked.file);
  HttpResponse response = answer_of(200);
  response.end_is_proven = sim_.random.below(2) == 0;
  const bool goes_on = request.resume_from > 0 && request.resume_from < static_cast<std::int64_t>(content.size()) && sim_.random.below(2) == 0;
  if (goes_on) {
    content.erase(0, static_cast<std::size_t>(request.resume_from));
    response.status = 206;
  }
  // Without a hash only the decoder can tell, and it looks at the beginning.
  if (sim_.hits(sim_.rates.damaged)) content[row->says_hash ? sim_.random.below(content.size()) : 0] ^= 1;
  if (sim_.hits(sim_.rates.empty)) {
    content.clear();
    response.end_is_proven = false;
  }
  if (!content.empty() && sim_.hits(sim_.rates.cut_short)) {
    content.resize(sim_.random.below(content.size()));
    response.end_is_proven = false;
    if (sim_.random.below(2) == 0) response = failure(HttpFailure::Broken, true);  // else nobody notices yet
  }
  files_.put(request.answer_file, content, goes_on);
  response.body_bytes = files_.size_of(request.answer_file);
  return response;
}

HttpResponse SimNetwork::serve_list(const Asked& asked) {
  std::vector<const RemoteRow*> rows;
  std::string next;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < service_.count(); ++i) {
    RemoteRow& row = service_.at(i);
    if (row.created_wall_ms < asked.since_ms) continue;
    if (!service_.terms().list_is_complete && stable_hash(row.id) % 4 == 0) continue;
    if (seen++ < asked.page * list_page) continue;
    if (rows.size() == list_page) {
      next = std::to_string(asked.page + 1);
      break;
    }
    rows.push_back(&row);
  }
  HttpResponse response = wire_.list(rows, service_.terms().echoes_keys, next);
  response.headers.push_back({"Date", http_date(service_.now_wall_ms())});
  return response;
}

}  // namespace studio
