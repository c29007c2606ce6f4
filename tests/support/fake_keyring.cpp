#include "support/fake_keyring.h"

#include <algorithm>
#include <cstring>

namespace studio {
namespace {

constexpr const char* root = "/org/freedesktop/secrets";
const std::string collection = std::string(root) + "/collection/test";

int refuse(sd_bus_error* error, const char* name, const char* words) { return sd_bus_error_set(error, name, words); }

FakeKeyring::Attributes read_attributes(sd_bus_message* m) {
  FakeKeyring::Attributes attributes;
  if (sd_bus_message_enter_container(m, 'a', "{ss}") < 0) return attributes;
  const char *name = nullptr, *value = nullptr;
  while (sd_bus_message_read(m, "{ss}", &name, &value) > 0) attributes[name] = value;
  sd_bus_message_exit_container(m);
  return attributes;
}

void append_attributes(sd_bus_message* m, const FakeKeyring::Attributes& attributes) {
  sd_bus_message_open_container(m, 'a', "{ss}");
  for (const auto& [name, value] : attributes) sd_bus_message_append(m, "{ss}", name.c_str(), value.c_str());
  sd_bus_message_close_container(m);
}

void append_paths(sd_bus_message* m, const std::vector<std::string>& paths) {
  sd_bus_message_open_container(m, 'a', "o");
  for (const std::string& path : paths) sd_bus_message_append(m, "o", path.c_str());
  sd_bus_message_close_container(m);
}

bool contains(const FakeKeyring::Attributes& all, const FakeKeyring::Attributes& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
    const auto found = all.find(each.first);
    return found != all.end() && found->second == each.second;
  });
}

int send(sd_bus_message* reply) {
  const int r = sd_bus_send(nullptr, reply, nullptr);
  sd_bus_message_unref(reply);
  return r < 0 ? r : 1;
}

}  // namespace

FakeKeyring::FakeKeyring(const std::string& bus_address, Plan plan) : plan_(std::move(plan)) {
  sd_bus_new(&bus_);
  sd_bus_set_address(bus_, bus_address.c_str());
  sd_bus_set_bus_client(bus_, 1);
  sd_bus_start(bus_);
  sd_bus_add_fallback(bus_, nullptr, root, on_call, this);
  sd_bus_request_name(bus_, "org.freedesktop.secrets", 0);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (sd_bus_process(bus_, nullptr) > 0) continue;
      sd_bus_wait(bus_, 20'000);
    }
  });
}

FakeKeyring::~FakeKeyring() {
  thread_.request_stop();
  thread_.join();
  sd_bus_flush_close_unref(bus_);
}

void FakeKeyring::put(const Attributes& attributes, const std::string& secret) {
  const std::lock_guard lock(mutex_);
  items_[collection + "/" + std::to_string(++next_)] = {attributes, "put by a test", secret};
}

void FakeKeyring::lock(bool is_locked) {
  const std::lock_guard lock(mutex_);
  plan_.is_locked = is_locked;
}

std::vector<std::string> FakeKeyring::keys_of(const std::string& provider) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& [path, item] : items_)
    if (contains(item.attributes, {{"provider", provider}})) keys.push_back(item.secret);
  return keys;
}

int FakeKeyring::calls() {
  const std::lock_guard lock(mutex_);
  return calls_;
}

int FakeKeyring::dialogs_opened() {
  const std::lock_guard lock(mutex_);
  return dialogs_;
}

int FakeKeyring::on_call(sd_bus_message* message, void* data, sd_bus_error* error) {
  if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0) return 0;
  return static_cast<FakeKeyring*>(data)->answer(message, error);
}

int FakeKeyring::answer(sd_bus_message* message, sd_bus_error* error) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  const std::string member = sd_bus_message_get_member(message), path = sd_bus_message_get_path(message);
  const std::string interface = sd_bus_message_get_interface(message) == nullptr ? "" : sd_bus_message_get_interface(message);
  if (!plan_.answers || member == plan_.silent_at) return 1;
  if (interface == "org.freedesktop.DBus.Properties" && member == "Get") return property(message, path, error);
  if (interface == "org.freedesktop.Secret.Service" && path == root) return of_service(message, member, error);
  if (interface == "org.freedesktop.Secret.Collection" && path == collection && member == "CreateItem") return create(message, error);
  if (interface == "org.freedesktop.Secret.Item") return of_item(message, member, path, error);
  if (interface == "org.freedesktop.Secret.Prompt") {
    if (member == "Prompt") ++dialogs_;
    return sd_bus_reply_method_return(message, "");
  }
  return refuse(error, SD_BUS_ERROR_UNKNOWN_METHOD, "not in the interface");
}

int FakeKeyring::of_service(sd_bus_message* message, const std::string& member, sd_bus_error* error) {
  if (member == "OpenSession") {
    const char* algorithm = nullptr;
    if (sd_bus_message_read(message, "s", &algorithm) < 0 || std::strcmp(algorithm, "plain") != 0)
      return refuse(error, SD_BUS_ERROR_NOT_SUPPORTED, "only plain");
    sessions_.push_back(std::string(root) + "/session/" + std::to_string(++next_));
    return sd_bus_reply_method_return(message, "vo", "s", "", sessions_.back().c_str());
  }
  if (member == "SearchItems") {
    const Attributes wanted = read_attributes(message);
    std::vector<std::string> found;
    for (const auto& [path, item] : items_)
      if (contains(item.attributes, wanted)) found.push_back(path);
    sd_bus_message* reply = nullptr;
    sd_bus_message_new_method_return(message, &reply);
    append_paths(reply, plan_.is_locked ? std::vector<std::string>() : found);
    append_paths(reply, plan_.is_locked ? found : std::vector<std::string>());
    return send(reply);
  }
  if (member == "ReadAlias") {
    const char* name = nullptr;
    sd_bus_message_read(message, "s", &name);
    const bool is_known = plan_.has_collection && name != nullptr && std::strcmp(name, "default") == 0;
    return sd_bus_reply_method_return(message, "o", is_known ? collection.c_str() : "/");
  }
  return refuse(error, SD_BUS_ERROR_UNKNOWN_METHOD, "not in the interface");
}

int FakeKeyring::property(sd_bus_message* message, const std::string& path, sd_bus_error* error) {
  const char *interface = nullptr, *name = nullptr;
  if (sd_bus_message_read(message, "ss", &interface, &name) < 0) return refuse(error, SD_BUS_ERROR_INVALID_ARGS, "ss");
  if (path == collection && std::strcmp(name, "Locked") == 0) return sd_bus_reply_method_return(message, "v", "b", plan_.is_locked ? 1 : 0);
  const auto found = items_.find(path);
  if (found == items_.end() || std::strcmp(name, "Attributes") != 0) return refuse(error, SD_BUS_ERROR_UNKNOWN_PROPERTY, name);
  sd_bus_message* reply = nullptr;
  sd_bus_message_new_method_return(message, &reply);
  sd_bus_message_open_container(reply, 'v', "a{ss}");
  append_attributes(reply, found->second.attributes);
  sd_bus_message_close_container(reply);
  return send(reply);
}

// (session, parameters, value, type), in a session that was opened.
int FakeKeyring::read_secret(sd_bus_message* message, std::string& secret, sd_bus_error* error) {
  const char *session = nullptr, *type = nullptr;
  const void *parameters = nullptr, *value = nullptr;
  std::size_t parameter_bytes = 0, value_bytes = 0;
  if (sd_bus_message_enter_container(message, 'r', "oayays") < 0 || sd_bus_message_read(message, "o", &session) < 0 ||
      sd_bus_message_read_array(message, 'y', &parameters, &parameter_bytes) < 0 || sd_bus_message_read_array(message, 'y', &value, &value_bytes) < 0 ||
      sd_bus_message_read(message, "s", &type) < 0 || sd_bus_message_exit_container(message) < 0)
    return refuse(error, SD_BUS_ERROR_INVALID_ARGS, "a secret is (oayays)");
  if (std::find(sessions_.begin(), sessions_.end(), session) == sessions_.end()) return refuse(error, "org.freedesktop.Secret.Error.NoSession", "no such session");
  secret.assign(static_cast<const char*>(value), value_bytes);
  return 0;
}

int FakeKeyring::create(sd_bus_message* message, sd_bus_error* error) {
  if (plan_.is_locked) return refuse(error, "org.freedesktop.Secret.Error.IsLocked", "locked");
  Item item;
  if (sd_bus_message_enter_container(message, 'a', "{sv}") < 0) return refuse(error, SD_BUS_ERROR_INVALID_ARGS, "properties");
  while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
    const char* name = nullptr;
    sd_bus_message_read(message, "s", &name);
    if (std::strcmp(name, "org.freedesktop.Secret.Item.Label") == 0) {
      const char* label = nullptr;
      sd_bus_message_read(message, "v", "s", &label);
      item.label = label;
    } else if (std::strcmp(name, "org.freedesktop.Secret.Item.Attributes") == 0) {
      sd_bus_message_enter_container(message, 'v', "a{ss}");
      item.attributes = read_attributes(message);
      sd_bus_message_exit_container(message);
    } else {
      return refuse(error, SD_BUS_ERROR_INVALID_ARGS, name);
    }
    sd_bus_message_exit_container(message);
  }
  sd_bus_message_exit_container(message);
  if (const int r = read_secret(message, item.secret, error); r < 0) return r;
  int replaces = 0;
  if (sd_bus_message_read(message, "b", &replaces) < 0 || item.label.empty()) return refuse(error, SD_BUS_ERROR_INVALID_ARGS, "replace, label");
  if (plan_.asks_first) return sd_bus_reply_method_return(message, "oo", "/", (std::string(root) + "/prompt/1").c_str());
  std::string path = collection + "/" + std::to_string(++next_);
  if (replaces != 0)
    for (const auto& [at, old] : items_)
      if (old.attributes == item.attributes) path = at;
  items_[path] = std::move(item);
  return sd_bus_reply_method_return(message, "oo", path.c_str(), "/");
}

int FakeKeyring::of_item(sd_bus_message* message, const std::string& member, const std::string& path, sd_bus_error* error) {
  const auto found = items_.find(path);
  if (found == items_.end()) return refuse(error, "org.freedesktop.Secret.Error.NoSuchObject", "no such item");
  if (member == "Delete") {
    if (plan_.is_locked || plan_.asks_first) return sd_bus_reply_method_return(message, "o", (std::string(root) + "/prompt/1").c_str());
    items_.erase(found);
    return sd_bus_reply_method_return(message, "o", "/");
  }
  if (plan_.is_locked) return refuse(error, "org.freedesktop.Secret.Error.IsLocked", "locked");
  if (member == "SetSecret") {
    if (const int r = read_secret(message, found->second.secret, error); r < 0) return r;
    return sd_bus_reply_method_return(message, "");
  }
  if (member == "GetSecret") {
    const char* session = nullptr;
    if (sd_bus_message_read(message, "o", &session) < 0) return refuse(error, SD_BUS_ERROR_INVALID_ARGS, "o");
    if (std::find(sessions_.begin(), sessions_.end(), session) == sessions_.end()) return refuse(error, "org.freedesktop.Secret.Error.NoSession", "no such session");
    sd_bus_message* reply = nullptr;
    sd_bus_message_new_method_return(message, &reply);
    sd_bus_message_open_container(reply, 'r', "oayays");
    sd_bus_message_append(reply, "o", session);
    sd_bus_message_append_array(reply, 'y', "", 0);
    sd_bus_message_append_array(reply, 'y', found->second.secret.data(), found->second.secret.size());
    sd_bus_message_append(reply, "s", "text/plain");
    sd_bus_message_close_container(reply);
    return send(reply);
  }
  return refuse(error, SD_BUS_ERROR_UNKNOWN_METHOD, "not in the interface");
}

}  // namespace studio
