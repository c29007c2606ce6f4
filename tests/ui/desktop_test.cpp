// The desktop's file dialog and file manager, played by this test on a bus of its own.
#include "shell/desktop.h"

#include <fstream>

#include "support/catch.h"
#include "support/process.h"
#include "support/temp_folder.h"
#include "ui/fake_desktop.h"

using namespace studio;

namespace {

FileQuestion files_question() { return {"Import files", "Import", FileQuestion::What::Files, "/home/me/Pictures", {}}; }

}  // namespace

TEST_CASE("Addresses of files are written and read with any bytes in the name") {
  const std::filesystem::path odd("/films/100% \xC3\xBC\xFF#?.png");
  CHECK(file_uri(odd) == "file:///films/100%25%20%C3%BC%FF%23%3F.png");
  CHECK(path_from_uri(file_uri(odd)) == odd);
  CHECK(path_from_uri("file://host/a%2fb") == "/a/b");
  CHECK(path_from_uri("https://example.org/a") == std::nullopt);
  CHECK(path_from_uri("file:///a%zz") == std::nullopt);
  CHECK(path_from_uri("file:///a%00b") == std::nullopt);
  CHECK(path_from_uri("file:///a%4") == std::nullopt);
}

TEST_CASE("Without a bus or without a portal on it nobody is asked, and that is said at once") {
  CHECK(ask_portal(files_question(), "", {}, "unix:path=/nowhere/at/all").how == FileAnswer::How::NoPortal);
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  const PrivateBus bus;
  REQUIRE_FALSE(bus.address().empty());
  CHECK(ask_portal(files_question(), "", {}, bus.address()).how == FileAnswer::How::NoPortal);
}

TEST_CASE("The desktop's dialog is asked for files in a folder, and its answer is read") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  const PrivateBus bus;
  FakeDesktop desktop(bus.address(), {.uris = {"file:///home/me/a%20b.png", "https://no", "file:///home/me/%C5%BC.png"}});
  const auto answer = ask_portal(files_question(), "x11:1e00007", {}, bus.address());
  CHECK(answer.how == FileAnswer::How::Chosen);
  CHECK(answer.paths == std::vector<std::filesystem::path>{"/home/me/a b.png", "/home/me/ż.png"});
  CHECK(desktop.has("OpenFile x11:1e00007 Import files"));
  CHECK(desktop.has("accept_label=Import"));
  CHECK(desktop.has("multiple=yes"));
  CHECK(desktop.has(std::string("current_folder=/home/me/Pictures") + '\0'));
}

TEST_CASE("A folder is asked for as one, a new one by its name, an old portal that knows no folders is not asked") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  {
    const PrivateBus bus;
    FakeDesktop desktop(bus.address(), {.uris = {"file:///films/lamp"}});
    const auto folder = ask_portal({"Open", "Open", FileQuestion::What::Folder, {}, {}}, "", {}, bus.address());
    CHECK(folder.paths == std::vector<std::filesystem::path>{"/films/lamp"});
    CHECK(desktop.has("directory=yes"));
    ask_portal({"New", "Make", FileQuestion::What::NewFolder, {}, "New project"}, "", {}, bus.address());
    CHECK(desktop.has("SaveFile  New"));
    CHECK(desktop.has("current_name=New project"));
  }
  const PrivateBus bus;
  FakeDesktop old(bus.address(), {.version = 2, .uris = {"file:///films"}});
  CHECK(ask_portal({"Open", "Open", FileQuestion::What::Folder, {}, {}}, "", {}, bus.address()).how == FileAnswer::How::NoPortal);
  CHECK(ask_portal(files_question(), "", {}, bus.address()).how == FileAnswer::How::Chosen);
}

TEST_CASE("A dialog that is cancelled gives nothing, one that stays open is closed when the program ends") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  {
    const PrivateBus bus;
    FakeDesktop desktop(bus.address(), {.code = 1});
    CHECK(ask_portal(files_question(), "", {}, bus.address()).how == FileAnswer::How::Cancelled);
  }
  const PrivateBus bus;
  FakeDesktop desktop(bus.address(), {.answers = false});
  std::jthread asking;
  std::mutex mutex;
  std::condition_variable ended;
  bool is_over = false;
  FileAnswer answer;
  asking = std::jthread([&](const std::stop_token& stop) {
    answer = ask_portal(files_question(), "", stop, bus.address());
    std::lock_guard lock(mutex);
    is_over = true;
    ended.notify_all();
  });
  std::unique_lock lock(mutex);
  // It is open, and nothing ends it by itself.
  while (!desktop.has("multiple=yes")) ended.wait_for(lock, std::chrono::milliseconds(5));
  CHECK_FALSE(is_over);
  asking.request_stop();
  REQUIRE(ended.wait_for(lock, std::chrono::seconds(20), [&] { return is_over; }));
  CHECK(answer.how == FileAnswer::How::Cancelled);
  CHECK(desktop.has("Close"));
}

TEST_CASE("The file manager on the bus shows the files, without one the folder is opened, and a failure is said") {
  if (!has_program("dbus-daemon")) STUDIO_SKIP("dbus-daemon is not installed");
  TempFolder home;
  const auto file = home.path() / "a b.png";
  std::ofstream(file) << "x";
  {
    const PrivateBus bus;
    FakeDesktop desktop(bus.address(), {});
    CHECK(show_in_folder({file}, {}, bus.address()));
    CHECK(desktop.asked() == std::vector<std::string>{"show " + file_uri(file)});
  }
  // The opener is a program of this test, first on the path; the folder's name is one argument, whatever is in it.
  const auto tools = home.path() / "bin", odd = home.path() / "it's; $(touch pwned)";
  std::filesystem::create_directories(tools);
  std::filesystem::create_directories(odd);
  const auto opener = tools / "xdg-open";
  std::ofstream(opener) << "#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" >'" << (home.path() / "asked").string() << "'\nexit $(cat '"
                        << (home.path() / "code").string() << "')\n";
  std::filesystem::permissions(opener, std::filesystem::perms(0755));
  std::ofstream(home.path() / "code") << "0";
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", (tools.string() + ":" + before).c_str(), 1);
  const PrivateBus bus;
  CHECK(show_in_folder({odd}, {}, bus.address()));
  std::ifstream asked(home.path() / "asked");
  CHECK(std::string(std::istreambuf_iterator<char>(asked), {}) == "1|" + odd.string());
  std::ofstream(home.path() / "code", std::ios::trunc) << "4";
  const auto failed = show_in_folder({odd}, {}, bus.address());
  ::setenv("PATH", before.c_str(), 1);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find(odd.string()) != std::string::npos);
  CHECK_FALSE(show_in_folder({home.path() / "gone"}, {}, bus.address()));
}
