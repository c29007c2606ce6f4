// The way back to the engine thread: store thread and workers post what is to be done there, and ring its bell.
#pragma once

#include <functional>
#include <mutex>

#include "base/inbox.h"
#include "http/transport.h"

namespace studio {

// Shared by the engine and everything it has asked for; outlives the engine, after which posts lie unread.
class Mailbox {
 public:
  using Letter = std::function<void()>;

  explicit Mailbox(Transport* transport) : transport_(transport), inbox_([this] { ring(); }) {}

  void post(Letter letter) { inbox_.post(std::move(letter)); }
  std::vector<Letter> drain() { return inbox_.drain(); }

  // The transport is about to go: nothing rings any more.
  void close() {
    std::lock_guard lock(mutex_);
    transport_ = nullptr;
  }

  void ring() {
    std::lock_guard lock(mutex_);
    if (transport_ != nullptr) transport_->wake();
  }

 private:
  std::mutex mutex_;
  Transport* transport_;
  Inbox<Letter> inbox_;
};

}  // namespace studio
