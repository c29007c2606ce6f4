// The real client on a virtual clock: bytes go over real sockets, and the waiting between two requests takes no time.
#pragma once

#include <memory>
#include <mutex>

#include "base/clock.h"
#include "http/http_client.h"

namespace studio {

// While a transfer is in flight the clock stands still; when none is, it moves to whatever the caller wants to wait for. So
// ten minutes of trouble are played in the time that their requests take. Limits of the client itself (time-outs) are of real
// time and come from its settings.
class WireNetwork final : public Transport {
 public:
  WireNetwork(std::unique_ptr<HttpClient> client, FakeClock& clock) : client_(std::move(client)), clock_(clock) {}

  TransferId start(HttpRequest request, std::function<void(HttpResponse)> done) override { return client_->start(std::move(request), std::move(done)); }
  void cancel(TransferId id) override { client_->cancel(id); }
  Progress progress(TransferId id) const override { return client_->progress(id); }
  void run_once(int max_wait_ms) override;
  void wake() override;
  int in_flight() const override { return client_->in_flight(); }

 private:
  bool take_ring();
  std::unique_ptr<HttpClient> client_;
  FakeClock& clock_;
  std::mutex mutex_;
  bool rung_ = false;
};

}  // namespace studio
