// The network of a simulated machine: requests travel to the one service there is, and get lost, cut off, repeated and misread
// as often as the seed wants.
#pragma once

#include <queue>
#include <unordered_map>

#include "http/transport.h"
#include "simulation/memory_files.h"
#include "simulation/wire.h"

namespace studio {

class SimNetwork {
 public:
  SimNetwork(Sim& sim, ModelService& service, const Wire& wire, MemoryFiles& files) : sim_(sim), service_(service), wire_(wire), files_(files) {}

  TransferId start(HttpRequest request, std::function<void(HttpResponse)> done);
  void cancel(TransferId id);
  int in_flight() const { return static_cast<int>(flights_.size()); }

  // When the next of them arrives somewhere; negative: none is under way.
  std::int64_t next_mono_ms() const { return due_.empty() ? -1 : due_.top().first; }
  void carry_one();
  // Nobody waits for the answers any more. What had left may arrive all the same.
  void power_cut();
  // Requests that the service still gets, from before a power cut or a time-out.
  bool has_late() const { return !late_.empty(); }
  void carry_late();

  // A paid request leaves: its intent must be durable (I2).
  std::function<void(const Asked&)> on_submit;
  std::function<bool(const std::string& remote_id)> is_owned;  // by an attempt of the ledger

 private:
  enum class Fate : std::uint8_t { Answered, NotSent, LostBefore, LostAfter, Cancelled };
  struct Flight {
    HttpRequest request;
    Asked asked;
    std::function<void(HttpResponse)> done;
    Fate fate = Fate::Answered;
  };
  HttpResponse serve(const Flight& flight);
  HttpResponse serve_submit(const Asked& asked);
  HttpResponse with_id(HttpResponse response, const RemoteRow* row);
  HttpResponse serve_status(const Asked& asked);
  HttpResponse serve_file(const HttpRequest& request, const Asked& asked);
  HttpResponse serve_list(const Asked& asked);
  HttpResponse throttled();
  HttpResponse failure(HttpFailure kind, bool was_sent) const;
  std::vector<std::string> files_of(const RemoteRow& row) const;
  void arrive_late(const Asked& asked);

  Sim& sim_;
  ModelService& service_;
  const Wire& wire_;
  MemoryFiles& files_;
  std::unordered_map<TransferId, Flight> flights_;
  using Due = std::pair<std::int64_t, TransferId>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<std::pair<std::int64_t, Asked>> late_;  // by mono ms
  TransferId last_id_ = 0;
};

}  // namespace studio
