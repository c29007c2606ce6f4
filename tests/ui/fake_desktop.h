// A desktop for tests: a message bus of their own, and on it the portal and the file manager, played by this process.
#pragma once

#include <systemd/sd-bus.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/private_bus.h"

namespace studio {

// The portal and the file manager: answers what it is told to, and writes down what it was asked.
class FakeDesktop {
 public:
  struct Plan {
    std::uint32_t version = 4;
    std::uint32_t code = 0;
    std::vector<std::string> uris;
    bool answers = true;         // false: the dialog stays open
    bool is_portal = true, is_file_manager = true;
  };
  FakeDesktop(const std::string& address, Plan plan) : plan_(std::move(plan)) {
    sd_bus_new(&bus_);
    sd_bus_set_address(bus_, address.c_str());
    sd_bus_set_bus_client(bus_, 1);
    sd_bus_start(bus_);
    static const sd_bus_vtable chooser[] = {SD_BUS_VTABLE_START(0),
                                            SD_BUS_METHOD("OpenFile", "ssa{sv}", "o", on_open, SD_BUS_VTABLE_UNPRIVILEGED),
                                            SD_BUS_METHOD("SaveFile", "ssa{sv}", "o", on_open, SD_BUS_VTABLE_UNPRIVILEGED),
                                            SD_BUS_PROPERTY("version", "u", on_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
                                            SD_BUS_VTABLE_END};
    static const sd_bus_vtable request[] = {SD_BUS_VTABLE_START(0),
                                            SD_BUS_METHOD("Close", "", "", on_close, SD_BUS_VTABLE_UNPRIVILEGED),
                                            SD_BUS_VTABLE_END};
    static const sd_bus_vtable manager[] = {SD_BUS_VTABLE_START(0),
                                            SD_BUS_METHOD("ShowItems", "ass", "", on_show, SD_BUS_VTABLE_UNPRIVILEGED),
                                            SD_BUS_VTABLE_END};
    sd_bus_add_object_vtable(bus_, nullptr, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.FileChooser", chooser, this);
    sd_bus_add_fallback_vtable(bus_, nullptr, "/org/freedesktop/portal/desktop/request", "org.freedesktop.portal.Request", request, find_request, this);
    sd_bus_add_object_vtable(bus_, nullptr, "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1", manager, this);
    if (plan_.is_portal) sd_bus_request_name(bus_, "org.freedesktop.portal.Desktop", 0);
    if (plan_.is_file_manager) sd_bus_request_name(bus_, "org.freedesktop.FileManager1", 0);
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        if (sd_bus_process(bus_, nullptr) > 0) continue;
        sd_bus_wait(bus_, 20'000);
      }
    });
  }
  ~FakeDesktop() {
    thread_.request_stop();
    thread_.join();
    sd_bus_flush_close_unref(bus_);
  }
  std::vector<std::string> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  bool has(const std::string& words) {
    const auto all = asked();
    return std::find(all.begin(), all.end(), words) != all.end();
  }

 private:
  static FakeDesktop& self(void* data) { return *static_cast<FakeDesktop*>(data); }
  void note(std::string words) {
    std::lock_guard lock(mutex_);
    asked_.push_back(std::move(words));
  }
  static int find_request(sd_bus*, const char*, const char*, void* data, void** found, sd_bus_error*) {
    *found = data;
    return 1;
  }
  static int on_version(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* data, sd_bus_error*) {
    return sd_bus_message_append(reply, "u", self(data).plan_.version);
  }
  static int on_close(sd_bus_message* message, void* data, sd_bus_error*) {
    self(data).note("Close");
    return sd_bus_reply_method_return(message, "");
  }
  static int on_show(sd_bus_message* message, void* data, sd_bus_error*) {
    char** uris = nullptr;
    sd_bus_message_read_strv(message, &uris);
    for (char** uri = uris; uri != nullptr && *uri != nullptr; ++uri) {
      self(data).note(std::string("show ") + *uri);
      std::free(*uri);
    }
    std::free(uris);
    return sd_bus_reply_method_return(message, "");
  }
  static int on_open(sd_bus_message* message, void* data, sd_bus_error*) {
    FakeDesktop& me = self(data);
    const char *parent = nullptr, *title = nullptr;
    sd_bus_message_read(message, "ss", &parent, &title);
    me.note(std::string(sd_bus_message_get_member(message)) + " " + parent + " " + title);
    std::string token;
    sd_bus_message_enter_container(message, 'a', "{sv}");
    while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
      const char* key = nullptr;
      sd_bus_message_read(message, "s", &key);
      const char* contents = nullptr;
      char type = 0;
      sd_bus_message_peek_type(message, &type, &contents);
      if (std::strcmp(contents, "s") == 0) {
        const char* value = nullptr;
        sd_bus_message_read(message, "v", "s", &value);
        if (std::strcmp(key, "handle_token") == 0)
          token = value;
        else
          me.note(std::string(key) + "=" + value);
      } else if (std::strcmp(contents, "b") == 0) {
        int value = 0;
        sd_bus_message_read(message, "v", "b", &value);
        me.note(std::string(key) + "=" + (value != 0 ? "yes" : "no"));
      } else {
        sd_bus_message_enter_container(message, 'v', "ay");
        const void* bytes = nullptr;
        std::size_t size = 0;
        sd_bus_message_read_array(message, 'y', &bytes, &size);
        sd_bus_message_exit_container(message);
        me.note(std::string(key) + "=" + std::string(static_cast<const char*>(bytes), size));
      }
      sd_bus_message_exit_container(message);
    }
    std::string sender(sd_bus_message_get_sender(message) + 1);
    std::replace(sender.begin(), sender.end(), '.', '_');
    const std::string path = "/org/freedesktop/portal/desktop/request/" + sender + "/" + token;
    sd_bus_reply_method_return(message, "o", path.c_str());
    if (!me.plan_.answers) return 1;
    sd_bus_message* answer = nullptr;
    sd_bus_message_new_signal(me.bus_, &answer, path.c_str(), "org.freedesktop.portal.Request", "Response");
    sd_bus_message_append(answer, "u", me.plan_.code);
    sd_bus_message_open_container(answer, 'a', "{sv}");
    sd_bus_message_append(answer, "{sv}", "writable", "b", 1);
    sd_bus_message_open_container(answer, 'e', "sv");
    sd_bus_message_append(answer, "s", "uris");
    sd_bus_message_open_container(answer, 'v', "as");
    sd_bus_message_open_container(answer, 'a', "s");
    for (const std::string& uri : me.plan_.uris) sd_bus_message_append(answer, "s", uri.c_str());
    for (int i = 0; i < 4; ++i) sd_bus_message_close_container(answer);
    sd_bus_send(me.bus_, answer, nullptr);
    sd_bus_message_unref(answer);
    return 1;
  }

  Plan plan_;
  sd_bus* bus_ = nullptr;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::jthread thread_;
};

}  // namespace studio
