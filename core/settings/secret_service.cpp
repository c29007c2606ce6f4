// Each function is one short conversation: a connection, some calls one after the other, all of them before one moment.
#include "settings/secret_service.h"

#include <poll.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/log.h"

namespace studio {
namespace {

using State = SecretServiceState;
using SteadyClock = std::chrono::steady_clock;

constexpr const char* service = "org.freedesktop.secrets";
constexpr const char* service_path = "/org/freedesktop/secrets";
constexpr const char* service_interface = "org.freedesktop.Secret.Service";
constexpr const char* collection_interface = "org.freedesktop.Secret.Collection";
constexpr const char* item_interface = "org.freedesktop.Secret.Item";
constexpr const char* application = "production-studio";
constexpr std::size_t most_items = 64;
constexpr std::chrono::seconds silence_is_believed{60};

// Not flushed when it is closed: that would wait without a limit for who does not read.
struct CloseBus {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
struct DropMessage {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
struct DropSlot {
  void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;
using Message = std::unique_ptr<sd_bus_message, DropMessage>;

// Null where there is no bus.
Bus open_bus(const std::string& address) {
  sd_bus* bus = nullptr;
  if (address.empty()) return Bus(sd_bus_open_user(&bus) < 0 ? nullptr : bus);
  if (sd_bus_new(&bus) < 0) return nullptr;
  Bus owned(bus);
  const bool is_open = sd_bus_set_address(bus, address.c_str()) >= 0 && sd_bus_set_bus_client(bus, 1) >= 0 && sd_bus_start(bus) >= 0;
  return is_open ? std::move(owned) : nullptr;
}

struct Reply {
  Message message;
  bool has_arrived = false;
};

int on_reply(sd_bus_message* message, void* user_data, sd_bus_error*) {
  auto& reply = *static_cast<Reply*>(user_data);
  reply.message.reset(sd_bus_message_ref(message));
  reply.has_arrived = true;
  return 1;
}

// What of ours an item is for: all items of the program, or those of one provider.
int append_attributes(sd_bus_message* call, std::string_view provider) {
  int r = sd_bus_message_open_container(call, 'a', "{ss}");
  if (r >= 0) r = sd_bus_message_append(call, "{ss}", "application", application);
  if (r >= 0 && !provider.empty()) r = sd_bus_message_append(call, "{ss}", "provider", std::string(provider).c_str());
  if (r >= 0) r = sd_bus_message_close_container(call);
  return r;
}

// A secret as the interface writes it, in a session without a cipher of its own: (session, parameters, value, type).
int append_secret(sd_bus_message* call, const std::string& session, std::string_view key) {
  int r = sd_bus_message_open_container(call, 'r', "oayays");
  if (r >= 0) r = sd_bus_message_append(call, "o", session.c_str());
  if (r >= 0) r = sd_bus_message_append_array(call, 'y', "", 0);
  if (r >= 0) r = sd_bus_message_append_array(call, 'y', key.data(), key.size());
  if (r >= 0) r = sd_bus_message_append(call, "s", "text/plain; charset=utf8");
  if (r >= 0) r = sd_bus_message_close_container(call);
  return r;
}

bool read_paths(sd_bus_message* message, std::vector<std::string>& paths) {
  if (sd_bus_message_enter_container(message, 'a', "o") < 0) return false;
  const char* path = nullptr;
  while (sd_bus_message_read(message, "o", &path) > 0)
    if (paths.size() < most_items) paths.emplace_back(path);
  return sd_bus_message_exit_container(message) >= 0;
}

class Conversation {
 public:
  explicit Conversation(const SecretServiceSettings& settings) : until_(SteadyClock::now() + settings.limit), bus_(open_bus(settings.bus_address)) {}

  // `fill` appends the arguments and returns what sd-bus returned. On Ready `reply` holds the answer.
  template <class Fill>
  State call(const char* path, const char* interface, const char* member, Message& reply, Fill fill) {
    if (!bus_) return State::Absent;
    sd_bus_message* raw = nullptr;
    if (sd_bus_message_new_method_call(bus_.get(), &raw, service, path, interface, member) < 0) return State::Absent;
    const Message call(raw);
    sd_bus_message_sensitive(raw);
    if (fill(raw) < 0) return State::Absent;
    return wait_for(raw, member, reply);
  }

  State search(std::string_view provider, std::vector<std::string>& open, std::vector<std::string>& locked) {
    Message reply;
    const State state = call(service_path, service_interface, "SearchItems", reply, [&](sd_bus_message* m) { return append_attributes(m, provider); });
    if (state != State::Ready) return state;
    return read_paths(reply.get(), open) && read_paths(reply.get(), locked) ? State::Ready : State::Absent;
  }

  State open_session(std::string& session) {
    Message reply;
    const State state = call(service_path, service_interface, "OpenSession", reply, [](sd_bus_message* m) { return sd_bus_message_append(m, "sv", "plain", "s", ""); });
    if (state != State::Ready) return state;
    const char* path = nullptr;
    if (sd_bus_message_skip(reply.get(), "v") < 0 || sd_bus_message_read(reply.get(), "o", &path) < 0) return State::Absent;
    session = path;
    return State::Ready;
  }

  // The keyring that new secrets go to.
  State default_collection(std::string& collection) {
    Message reply;
    const State state = call(service_path, service_interface, "ReadAlias", reply, [](sd_bus_message* m) { return sd_bus_message_append(m, "s", "default"); });
    if (state != State::Ready) return state;
    const char* path = nullptr;
    if (sd_bus_message_read(reply.get(), "o", &path) < 0 || std::strcmp(path, "/") == 0) return State::Absent;
    collection = path;
    Message value;
    const State asked = property(path, collection_interface, "Locked", value);
    if (asked != State::Ready) return asked;
    int is_locked = 0;
    if (sd_bus_message_read(value.get(), "v", "b", &is_locked) < 0) return State::Absent;
    return is_locked != 0 ? State::Locked : State::Ready;
  }

  State property(const char* path, const char* interface, const char* name, Message& reply) {
    return call(path, "org.freedesktop.DBus.Properties", "Get", reply, [&](sd_bus_message* m) { return sd_bus_message_append(m, "ss", interface, name); });
  }

  // Empty: it says of no provider.
  State provider_of(const std::string& item, std::string& provider) {
    Message reply;
    const State state = property(item.c_str(), item_interface, "Attributes", reply);
    if (state != State::Ready) return state;
    sd_bus_message* m = reply.get();
    if (sd_bus_message_enter_container(m, 'v', "a{ss}") < 0 || sd_bus_message_enter_container(m, 'a', "{ss}") < 0) return State::Absent;
    const char *name = nullptr, *value = nullptr;
    while (sd_bus_message_read(m, "{ss}", &name, &value) > 0)
      if (std::strcmp(name, "provider") == 0) provider = value;
    return State::Ready;
  }

  State secret_of(const std::string& item, const std::string& session, std::string& key) {
    Message reply;
    const State state = call(item.c_str(), item_interface, "GetSecret", reply, [&](sd_bus_message* m) { return sd_bus_message_append(m, "o", session.c_str()); });
    if (state != State::Ready) return state;
    sd_bus_message* m = reply.get();
    sd_bus_message_sensitive(m);
    const void* bytes = nullptr;
    std::size_t size = 0;
    if (sd_bus_message_enter_container(m, 'r', "oayays") < 0 || sd_bus_message_skip(m, "oay") < 0 || sd_bus_message_read_array(m, 'y', &bytes, &size) < 0)
      return State::Absent;
    key.assign(static_cast<const char*>(bytes), size);
    return State::Ready;
  }

  // A change that wants a dialog is one that a locked keyring wants: the dialog is not opened, and nothing changes.
  State without_prompt(sd_bus_message* reply) {
    const char* prompt = nullptr;
    if (sd_bus_message_read(reply, "o", &prompt) < 0) return State::Absent;
    if (std::strcmp(prompt, "/") == 0) return State::Ready;
    Message ignored;
    call(prompt, "org.freedesktop.Secret.Prompt", "Dismiss", ignored, [](sd_bus_message*) { return 0; });
    return State::Locked;
  }

 private:
  State wait_for(sd_bus_message* call, const char* member, Message& answer) {
    Reply reply;
    sd_bus_slot* raw = nullptr;
    // Without a limit of sd-bus's own: ours counts, and it also counts while the bus has not answered our greeting.
    if (sd_bus_call_async(bus_.get(), &raw, call, on_reply, &reply, UINT64_MAX) < 0) return State::Absent;
    const std::unique_ptr<sd_bus_slot, DropSlot> slot(raw);
    while (!reply.has_arrived) {
      const int worked = sd_bus_process(bus_.get(), nullptr);
      if (worked < 0 && !reply.has_arrived) return State::Absent;
      if (worked != 0) continue;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - SteadyClock::now()).count();
      if (left <= 0) return State::Silent;
      const int events = sd_bus_get_events(bus_.get());
      pollfd fd{sd_bus_get_fd(bus_.get()), static_cast<short>(std::max(events, 0)), 0};
      ::poll(&fd, 1, static_cast<int>(left));
    }
    const sd_bus_error* error = sd_bus_message_get_error(reply.message.get());
    if (error == nullptr) {
      answer = std::move(reply.message);
      return State::Ready;
    }
    const std::string_view name = error->name == nullptr ? "" : error->name;
    if (name == "org.freedesktop.Secret.Error.IsLocked") return State::Locked;
    const bool is_nobody_there = name == SD_BUS_ERROR_SERVICE_UNKNOWN || name == SD_BUS_ERROR_NAME_HAS_NO_OWNER || name.starts_with("org.freedesktop.DBus.Error.Spawn");
    if (!is_nobody_there) log_info("the keyring did not do " + std::string(member) + ": " + std::string(name));
    return State::Absent;
  }

  const SteadyClock::time_point until_;
  Bus bus_;
};

// Which buses had a service that hung, and when: shared by all look-ups of the program, which each make a connection anew.
class Silences {
 public:
  bool is_known(const std::string& bus) {
    const std::lock_guard lock(mutex_);
    const auto found = since_.find(bus);
    return found != since_.end() && SteadyClock::now() - found->second < silence_is_believed;
  }
  void note(const std::string& bus, State state) {
    const std::lock_guard lock(mutex_);
    if (state == State::Silent)
      since_[bus] = SteadyClock::now();
    else
      since_.erase(bus);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, SteadyClock::time_point> since_;
};

Silences& silences() {
  static Silences instance;
  return instance;
}

State look(Conversation& talk, ServiceSecrets& found) {
  std::vector<std::string> open, locked;
  if (const State state = talk.search("", open, locked); state != State::Ready) return state;
  std::string session;
  if (!open.empty())
    if (const State state = talk.open_session(session); state != State::Ready) return state;
  for (const std::string& item : open) {
    std::string provider, key;
    if (const State state = talk.provider_of(item, provider); state != State::Ready) return state;
    if (provider.empty()) continue;
    const State state = talk.secret_of(item, session, key);
    if (state == State::Locked)
      found.locked.insert(provider);
    else if (state != State::Ready)
      return state;
    else
      found.keys.emplace(provider, key);
  }
  for (const std::string& item : locked) {
    std::string provider;
    if (const State state = talk.provider_of(item, provider); state != State::Ready) return state;
    if (!provider.empty() && !found.keys.contains(provider)) found.locked.insert(provider);
  }
  return State::Ready;
}

State keep(Conversation& talk, std::string_view provider, std::string_view key) {
  std::vector<std::string> open, locked;
  if (const State state = talk.search(provider, open, locked); state != State::Ready) return state;
  if (!locked.empty()) return State::Locked;
  std::string session, collection;
  if (open.empty())
    if (const State state = talk.default_collection(collection); state != State::Ready) return state;
  if (const State state = talk.open_session(session); state != State::Ready) return state;
  Message reply;
  // One that a person put there by hand may have more attributes than ours: it is changed, and no second one made.
  for (const std::string& item : open) {
    const State state = talk.call(item.c_str(), item_interface, "SetSecret", reply, [&](sd_bus_message* m) { return append_secret(m, session, key); });
    if (state != State::Ready) return state;
  }
  if (!open.empty()) return State::Ready;
  const std::string label = "Production Studio: key for " + std::string(provider);
  const State state = talk.call(collection.c_str(), collection_interface, "CreateItem", reply, [&](sd_bus_message* m) {
    int r = sd_bus_message_open_container(m, 'a', "{sv}");
    if (r >= 0) r = sd_bus_message_append(m, "{sv}", "org.freedesktop.Secret.Item.Label", "s", label.c_str());
    if (r >= 0) r = sd_bus_message_open_container(m, 'e', "sv");
    if (r >= 0) r = sd_bus_message_append(m, "s", "org.freedesktop.Secret.Item.Attributes");
    if (r >= 0) r = sd_bus_message_open_container(m, 'v', "a{ss}");
    if (r >= 0) r = append_attributes(m, provider);
    for (int open_containers = 3; r >= 0 && open_containers > 0; --open_containers) r = sd_bus_message_close_container(m);
    if (r >= 0) r = append_secret(m, session, key);
    if (r >= 0) r = sd_bus_message_append(m, "b", 1);
    return r;
  });
  if (state != State::Ready) return state;
  return sd_bus_message_skip(reply.get(), "o") < 0 ? State::Absent : talk.without_prompt(reply.get());
}

State remove(Conversation& talk, std::string_view provider) {
  std::vector<std::string> open, locked;
  if (const State state = talk.search(provider, open, locked); state != State::Ready) return state;
  for (const std::string& item : open) {
    Message reply;
    State state = talk.call(item.c_str(), item_interface, "Delete", reply, [](sd_bus_message*) { return 0; });
    if (state == State::Ready) state = talk.without_prompt(reply.get());
    if (state != State::Ready) return state;
  }
  return locked.empty() ? State::Ready : State::Locked;
}

}  // namespace

ServiceSecrets secrets_of_service(const SecretServiceSettings& settings) {
  ServiceSecrets found;
  if (silences().is_known(settings.bus_address)) {
    found.state = State::Silent;
    return found;
  }
  Conversation talk(settings);
  found.state = look(talk, found);
  silences().note(settings.bus_address, found.state);
  if (found.state == State::Silent)
    log_warning("The keyring of this desktop does not answer: keys come from the environment and the file for now.");
  return found;
}

SecretServiceState keep_in_service(const SecretServiceSettings& settings, std::string_view provider, std::string_view key) {
  Conversation talk(settings);
  const State state = keep(talk, provider, key);
  silences().note(settings.bus_address, state);
  return state;
}

SecretServiceState remove_from_service(const SecretServiceSettings& settings, std::string_view provider) {
  Conversation talk(settings);
  const State state = remove(talk, provider);
  silences().note(settings.bus_address, state);
  return state;
}

}  // namespace studio
