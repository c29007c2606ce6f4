#include "shell/errands.h"

namespace studio {

void Errands::start(Work work) { start(std::move(work), false); }

void Errands::start_left_alone(Work work) { start(std::move(work), true); }

void Errands::start(Work work, bool is_left_alone) {
  const int number = ++last_number_;
  running_.push_back(
      {number, std::jthread([inbox = inbox_, number, work = std::move(work), over = std::exchange(over_, {})](const std::stop_token& stop) mutable {
         over.clear();  // joins
         work(stop, [&](Then then) { inbox->post({0, std::move(then)}); });
         inbox->post({number, {}});
       }),
       is_left_alone});
}

bool Errands::tick() {
  bool told = false;
  for (Message& message : inbox_->drain()) {
    for (auto errand = running_.begin(); message.over != 0 && errand != running_.end(); ++errand) {
      if (errand->number != message.over) continue;
      over_.push_back(std::move(errand->thread));
      running_.erase(errand);
      break;
    }
    if (!message.then) continue;
    message.then();
    told = true;
  }
  return told;
}

void Errands::stop() {
  for (Errand& errand : running_) {
    errand.thread.request_stop();
    if (errand.is_left_alone) errand.thread.detach();
  }
  running_.clear();  // joins
  over_.clear();
  inbox_ = std::make_shared<Inbox<Message>>(wake_);
}

}  // namespace studio
