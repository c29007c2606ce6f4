// A keyring for tests, played by this process on a bus of the test's own: as much of the Secret Service interface
// (freedesktop.org, draft 0.2) as a client needs, strict about signatures, sessions and locks.
#pragma once

#include <systemd/sd-bus.h>

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace studio {

class FakeKeyring {
 public:
  using Attributes = std::map<std::string, std::string>;
  struct Plan {
    bool answers = true;         // false: takes every call and never says a word
    bool is_locked = false;      // the one collection and all that is in it
    bool has_collection = true;  // false: no keyring was ever made
    bool asks_first = false;     // a change opens a dialog, as some do also when unlocked
    std::string silent_at;       // the method that is never answered
  };
  explicit FakeKeyring(const std::string& bus_address, Plan plan);
  FakeKeyring(const std::string& bus_address) : FakeKeyring(bus_address, Plan{}) {}
  ~FakeKeyring();
  FakeKeyring(const FakeKeyring&) = delete;
  FakeKeyring& operator=(const FakeKeyring&) = delete;

  void put(const Attributes& attributes, const std::string& secret);
  void put_key(const std::string& provider, const std::string& key) { put({{"application", "production-studio"}, {"provider", provider}}, key); }
  void lock(bool is_locked);
  // The secrets of all items with that provider.
  std::vector<std::string> keys_of(const std::string& provider);
  int calls();
  int dialogs_opened();

 private:
  struct Item {
    Attributes attributes;
    std::string label, secret;
  };
  static int on_call(sd_bus_message* message, void* data, sd_bus_error* error);
  int answer(sd_bus_message* message, sd_bus_error* error);
  int of_service(sd_bus_message* message, const std::string& member, sd_bus_error* error);
  int of_item(sd_bus_message* message, const std::string& member, const std::string& path, sd_bus_error* error);
  int property(sd_bus_message* message, const std::string& path, sd_bus_error* error);
  int create(sd_bus_message* message, sd_bus_error* error);
  int read_secret(sd_bus_message* message, std::string& secret, sd_bus_error* error);

  Plan plan_;
  sd_bus* bus_ = nullptr;
  std::mutex mutex_;  // with it: all below
  std::map<std::string, Item> items_;
  std::vector<std::string> sessions_;
  int next_ = 0, calls_ = 0, dialogs_ = 0;
  std::jthread thread_;
};

}  // namespace studio
