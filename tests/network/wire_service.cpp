#include "network/wire_service.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace studio {
namespace {

constexpr std::string_view range_unit = "bytes=";

std::string key_of(const RawRequest& request) { return request.header("key"); }

// "GET /x HTTP/1.1" → what the service knows.
HttpRequest as_request(const RawRequest& raw) {
  HttpRequest request;
  const std::size_t first = raw.line.find(' '), second = raw.line.find(' ', first + 1);
  const std::string method = raw.line.substr(0, first);
  for (const HttpMethod known : {HttpMethod::Get, HttpMethod::Post, HttpMethod::Put, HttpMethod::Delete}) {
    if (method == to_string(known)) request.method = known;
  }
  request.url = "http://service" + raw.line.substr(first + 1, second - first - 1);
  if (request.method == HttpMethod::Post && request.url.ends_with("/jobs")) request.profile = HttpProfile::Submit;
  if (request.method == HttpMethod::Put) request.body_file = "what came";
  for (const char* name : {"Authorization", "Key"}) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (std::string value = raw.header(lower); !value.empty()) request.headers.push_back({name, std::move(value)});
  }
  if (const std::string range = raw.header("range"); range.starts_with(range_unit)) request.resume_from = std::atoll(range.c_str() + range_unit.size());
  request.part.etag = raw.header("if-range");
  request.body = raw.body;
  return request;
}

}  // namespace

WireService::WireService(FakeService& service, const FakeClock& clock, const TlsIdentity* tls)
    : service_(service), clock_(clock), server_([this](RawConnection& connection) { talk(connection); }, tls) {}

void WireService::set_mischief(const std::string& prefix, Mischief mischief, bool on_head) {
  std::lock_guard lock(mutex_);
  std::erase_if(traps_, [&](const Trap& trap) { return trap.prefix == prefix && trap.on_head == on_head; });
  if (mischief) traps_.push_back({prefix, on_head, std::move(mischief)});
}

void WireService::set_mischief_times(int times, const std::string& prefix, Mischief mischief) {
  auto left = std::make_shared<std::atomic<int>>(times);
  set_mischief(prefix, [left, mischief = std::move(mischief)](RawConnection& connection, const RawRequest& request, const Serve& serve) {
    return (*left)-- > 0 ? mischief(connection, request, serve) : Bite::None;
  });
}

std::vector<WireRequest> WireService::requests(const std::string& prefix) const {
  std::lock_guard lock(mutex_);
  std::vector<WireRequest> found;
  std::copy_if(seen_.begin(), seen_.end(), std::back_inserter(found), [&](const WireRequest& request) { return request.line.starts_with(prefix); });
  return found;
}

WireService::Mischief WireService::trap_for(const std::string& line, bool on_head) const {
  std::lock_guard lock(mutex_);
  for (const Trap& trap : traps_) {
    if (trap.on_head == on_head && line.starts_with(trap.prefix)) return trap.mischief;
  }
  return {};
}

void WireService::talk(RawConnection& connection) {
  for (int place = 0;; ++place) {
    std::optional<RawRequest> request = connection.read_head();
    if (!request) return;
    std::size_t number = 0;
    {
      std::lock_guard lock(mutex_);
      number = seen_.size();
      seen_.push_back({request->line, key_of(*request), request->header("range"), request->header("if-range"), connection.number(), place, false, clock_.mono_ms()});
    }
    if (const Mischief trap = trap_for(request->line, true)) {
      const Bite bite = trap(connection, *request, nullptr);
      if (bite == Bite::Ended) return;
    }
    if (!connection.read_body(*request)) return;
    {
      std::lock_guard lock(mutex_);
      seen_[number].is_whole = true;
    }
    Bite bite = Bite::None;
    if (const Mischief trap = trap_for(request->line, false)) bite = trap(connection, *request, [&] { return serve(*request); });
    if (bite == Bite::Ended) return;
    if (bite == Bite::None && !connection.send(serve(*request))) return;
  }
}

std::string WireService::serve(const RawRequest& request) const {
  const HttpRequest asked = as_request(request);
  const std::optional<HttpResponse> answer = service_.answer(asked, clock_.wall_ms());
  if (!answer) return {};
  std::string headers;
  for (const HttpHeader& header : answer->headers) headers += header.name + ": " + header.value + "\r\n";
  if (answer->status == 206) {
    const std::int64_t total = asked.resume_from + static_cast<std::int64_t>(answer->body.size());
    headers += "Content-Range: bytes " + std::to_string(asked.resume_from) + "-" + std::to_string(total - 1) + "/" + std::to_string(total) + "\r\n";
  }
  return simple_answer(answer->body, headers, std::to_string(answer->status) + " Answer");
}

WireService::Mischief answers(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& connection, const RawRequest&, const WireService::Serve&) {
    connection.send(bytes);
    return WireService::Bite::Answered;
  };
}

WireService::Mischief answers_after(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& connection, const RawRequest&, const WireService::Serve& serve) {
    serve();
    connection.send(bytes);
    return WireService::Bite::Answered;
  };
}

WireService::Mischief hangs_up(bool after_the_work) {
  return [after_the_work](RawConnection& connection, const RawRequest&, const WireService::Serve& serve) {
    if (after_the_work) serve();
    connection.hang_up();
    return WireService::Bite::Ended;
  };
}

WireService::Mischief resets(bool after_the_work) {
  return [after_the_work](RawConnection& connection, const RawRequest&, const WireService::Serve& serve) {
    if (after_the_work) serve();
    connection.reset();
    return WireService::Bite::Ended;
  };
}

}  // namespace studio
