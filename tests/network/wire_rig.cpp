#include "network/wire_rig.h"

#include <stdexcept>

#include "network/wire_network.h"

namespace studio {

RigOptions WireRig::with_wire(Help help, RigOptions options) {
  options.provider.has_info = help == Help::Replay;  // what the info says is that it replays
  options.provider.lists = options.provider.list_is_complete = help == Help::List;
  options.transport = [](FakeClock& clock) -> std::unique_ptr<Transport> {
    HttpClientSettings settings;
    settings.use_environment_proxy = false;
    settings.connect_timeout_ms = 300;
    auto client = HttpClient::create(settings);
    if (!client) throw std::runtime_error(client.error().message);
    return std::make_unique<WireNetwork>(std::move(*client), clock);
  };
  return options;
}

WireRig::WireRig(Help help, RigOptions options) : rig(with_wire(help, std::move(options))), wire(rig.service, rig.clock) {
  rig.service.replays = help == Help::Replay;
  rig.resolve = [url = wire.url()](const std::string&) -> Result<Endpoint> { return Endpoint{url, {{"Authorization", "Bearer fake-token", true}}}; };
  // The engine tells of each change of the books before it sends what they allow.
  rig.on_event = [this](const RunnerEvent& event) {
    const auto* books = std::get_if<BooksChanged>(&event);
    if (books == nullptr) return;
    const Money bill = billed();
    std::lock_guard lock(mutex_);
    if (books->play.settled > bill) trouble_ += "settled " + std::to_string(books->play.settled.micros) + " of a bill of " + std::to_string(bill.micros) + "\n";
    if (bill > books->play.settled + books->play.reserved) trouble_ += "a bill of " + std::to_string(bill.micros) + " is more than settled and reserved\n";
  };
}

WireRig::~WireRig() { rig.close(); }

Job WireRig::run_one(const std::string& prompt) {
  const JobId id = rig.generate(1, prompt).at(0).id;
  rig.drain();
  return rig.job(id);
}

std::string WireRig::money_trouble() {
  std::lock_guard lock(mutex_);
  return trouble_;
}

Money WireRig::billed() const {
  Money sum;
  for (const BillLine& line : rig.service.bill()) sum = sum + line.amount;
  return sum;
}

std::map<std::string, int> WireRig::posts_on_the_wire() const {
  std::map<std::string, int> posts;
  for (const WireRequest& request : wire.requests("POST /jobs")) ++posts[request.key];
  return posts;
}

}  // namespace studio
