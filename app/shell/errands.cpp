#include "shell/errands.h"

namespace studio {

void Errands::start(Work work) {
  const int number = ++last_number_;
  running_.push_back(
      {number, std::jthread([inbox = inbox_, number, work = std::move(work)](const std::stop_token& stop) {
         work(stop, [&](Then then) { inbox->post({0, std::move(then)}); });
         inbox->post({number, {}});
       })});
}

bool Errands::tick() {
  bool told = false;
  for (Message& message : inbox_->drain()) {
    if (message.over != 0) running_.remove_if([&](const Errand& errand) { return errand.number == message.over; });
    if (!message.then) continue;
    message.then();
    told = true;
  }
  return told;
}

void Errands::stop() {
  for (Errand& errand : running_) errand.thread.request_stop();
  running_.clear();  // joins
  inbox_ = std::make_shared<Inbox<Message>>(wake_);
}

}  // namespace studio
