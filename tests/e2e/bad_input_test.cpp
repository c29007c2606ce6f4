// Bad input of every kind: a clear sentence, the right exit code, nothing lost.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

namespace {

bool is_one_sentence(const std::string& text) {
  return text.size() > 10 && text.size() < 400 && text.find("terminate called") == std::string::npos && text.find("exception") == std::string::npos;
}

void check_refused(const Headless& studio, Args arguments, const std::string& word) {
  const auto result = studio.run(std::move(arguments));
  INFO(result.err);
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(is_one_sentence(result.err));
  CHECK(result.err.find(word) != std::string::npos);
}

}  // namespace

TEST_CASE("bad usage is exit 2 with one helpful sentence") {
  Headless studio;
  studio.lines({"new"});
  check_refused(studio, {"generate", "--prompt", "x", "--model", "flux-9000"}, "sandbox-flux");
  check_refused(studio, {"generate", "--prompt", "x", "--count", "0"}, "1 to 10");
  check_refused(studio, {"generate", "--prompt", "x", "--count", "11"}, "1 to 10");
  check_refused(studio, {"generate", "--prompt", "  "}, "empty");
  check_refused(studio, {"generate", "--prompt", ""}, "empty");
  check_refused(studio, {"generate"}, "--prompt");
  check_refused(studio, {"generate", "--prompt", "x", "--aspect", "banana"}, "16:9");
  check_refused(studio, {"generate", "--prompt", "x", "--aspect", "99999x99999"}, "2048");
  check_refused(studio, {"generate", "--prompt", "x", "--strategy", "luck"}, "camera");
  check_refused(studio, {"generate", "--prompt", "x", "--model", "sandbox-motion"}, "animate");
  check_refused(studio, {"generate", "--prompt", "x", "--recipe", "m.json#a1"}, "--recipe");
  check_refused(studio, {"generate", "--recipe", "missing.json#a1"}, "missing.json");
  check_refused(studio, {"animate", "--picked"}, "pick");
  check_refused(studio, {"animate", "a99"}, "a99");
  check_refused(studio, {"animate", "j1"}, "a12");
  check_refused(studio, {"mark", "a99", "--pick"}, "a99");
  check_refused(studio, {"show", "a99"}, "a99");
  check_refused(studio, {"list", "--state", "lost"}, "missing");
  check_refused(studio, {"export", "--picked", "--to", (studio.folder() / "out").string()}, "picked");
  check_refused(studio, {"dance"}, "dance");
  CHECK_FALSE(std::filesystem::exists(studio.folder() / "out"));
  CHECK(studio.lines({"jobs"}).empty());
}

TEST_CASE("what the command line lacks or has too much of is said with what it is for") {
  Headless studio;
  studio.lines({"new"});
  check_refused(studio, {"mark", "--pick"}, "mark needs ASSET (Assets, for instance a3 a7). See");
  check_refused(studio, {"export"}, "export needs --to (The folder). See");
  check_refused(studio, {"generate", "--prompt", "x", "--count", "many"}, "\"many\" is no number that fits: give one to --count (");
  check_refused(studio, {"mark", "a1", "--stars", "1.5"}, "\"1.5\" is no number that fits: give one to --stars (0 to 5). See");
  check_refused(studio, {"show", "a1", "a2"}, "Too many values: give one to ID (");
  check_refused(studio, {"show", "a1", "--foo"}, "show does not know: --foo. See");
  check_refused(studio, {"mark", "a1", "--pick", "--reject"}, "--pick and --reject do not go together: leave one of them out. See");
  check_refused(studio, {"run", "--wait=loud"}, "run does not know: --wait=loud. See ./studio --headless run --help.");
  check_refused(studio, {"animate", "a1", "--wait=loud"}, "--wait (Do the work now and wait for it) takes no value. See ./studio --headless animate --help.");
}

TEST_CASE("a folder that is no project, and a damaged one, are named") {
  Headless studio;
  const auto none = studio.run_in(studio.folder() / "none", {"list"});
  CHECK(none.exit_code == 2);
  CHECK(none.err.find("none") != std::string::npos);
  std::filesystem::create_directory(studio.folder() / "other");
  std::ofstream(studio.folder() / "other" / "notes.txt") << "mine";
  CHECK(studio.run_in(studio.folder() / "other", {"new"}).exit_code == 2);
  CHECK(std::filesystem::exists(studio.folder() / "other" / "notes.txt"));
  // A project whose ledger is rubbish is damage, and is left as it is.
  studio.lines({"new"});
  std::ofstream(studio.project() / "ledger.sqlite", std::ios::trunc) << std::string(8192, 'x');
  const auto damaged = studio.run({"list"});
  CHECK(damaged.exit_code == 1);
  CHECK(is_one_sentence(damaged.err));
  CHECK(std::filesystem::file_size(studio.project() / "ledger.sqlite") == 8192);
}

TEST_CASE("a project that may not be read is named, with what to do about it") {
  Headless studio;
  studio.lines({"new"});
  // Root may read everything, so the program runs as somebody else, who reaches the project's door and no further.
  const bool is_root = ::geteuid() == 0;
  if (is_root && !has_program("setpriv")) STUDIO_SKIP("the program setpriv, or a user that is not root");
  const Args as_stranger = is_root ? Args{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"} : Args{};
  REQUIRE(::chmod(studio.folder().c_str(), 0755) == 0);
  REQUIRE(::chmod(studio.project().c_str(), is_root ? 0700 : 0) == 0);
  struct GiveBack {  // else the folder could not be removed
    std::filesystem::path path;
    ~GiveBack() { ::chmod(path.c_str(), 0700); }
  } give_back{studio.project()};
  const auto run = [&](Args command) {
    command.insert(command.begin(), as_stranger.begin(), as_stranger.end());
    return run_program(std::move(command), studio.environment());
  };
  if (run({studio.command({}, {})[0], "models"}).exit_code != 0) STUDIO_SKIP("a program and its data files that user 65534 may read");
  // Proves that the fault bites.
  REQUIRE(run({"cat", (studio.project() / "ledger.sqlite").string()}).exit_code == 1);
  for (const Args& verb : {Args{"list"}, Args{"jobs"}, Args{"generate", "--prompt", "x"}, Args{"run"}}) {
    const auto result = run(studio.command(studio.project(), verb));
    INFO(verb[0] << " said: " << result.err);
    CHECK(result.exit_code == 1);
    CHECK(result.out.empty());
    CHECK(is_one_sentence(result.err));
    CHECK(result.err.find("permission") != std::string::npos);
    CHECK(result.err.find("chmod") != std::string::npos);
    CHECK(result.err.find(studio.project().string()) != std::string::npos);
  }
}

TEST_CASE("a project of a newer version is refused with exit 3 and left alone") {
  if (!has_program("sqlite3")) STUDIO_SKIP("the program sqlite3");
  Headless studio;
  studio.lines({"new"});
  REQUIRE(run_program({"sqlite3", (studio.project() / "ledger.sqlite").string(), "PRAGMA user_version=9999"}).exit_code == 0);
  for (const Args& verb : {Args{"list"}, Args{"generate", "--prompt", "x"}}) {
    const auto result = studio.run(verb);
    CHECK(result.exit_code == 3);
    CHECK(result.err.find("newer") != std::string::npos);
  }
}

TEST_CASE("files that are not media, broken or absurd leave no asset") {
  Headless studio;
  studio.lines({"new"});
  const auto folder = studio.folder() / "in";
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "playlist.mp4") << "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:5,\nfile:///etc/passwd\n";
  std::ofstream(folder / "concat.mp4") << "ffconcat version 1.0\nfile /etc/passwd\n";
  std::ofstream(folder / "page.png") << "<!DOCTYPE html><html></html>";
  std::ofstream(folder / "cut.jpg", std::ios::binary) << "\xFF\xD8\xFF\xE0";
  std::ofstream(folder / "empty.png");
  // A PNG head that claims 60,000 × 60,000 pixels (PNG specification, IHDR; CRC by the polynomial of its annex).
  {
    const unsigned char head[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0};
    std::uint32_t crc = 0xFFFFFFFFu;
    for (std::size_t i = 12; i < sizeof head; ++i) {
      crc ^= head[i];
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    crc = ~crc;
    std::ofstream file(folder / "huge.png", std::ios::binary);
    file.write(reinterpret_cast<const char*>(head), sizeof head);
    for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>(crc >> shift));
  }
  Args arguments = {"import"};
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    arguments.push_back(entry.path().string());
    ++files;
  }
  const auto result = studio.run(arguments);
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  for (const auto& entry : std::filesystem::directory_iterator(folder)) CHECK(result.err.find(entry.path().filename().string()) != std::string::npos);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') >= files);
  CHECK(studio.lines({"list"}).empty());
}

TEST_CASE("a pipe and a device are refused at once, and what is named beside them is imported") {
  Headless studio;
  studio.lines({"new"});
  const auto made = studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128", "--wait"});
  const auto pipe = studio.folder() / "pipe.png";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);  // nobody writes to it: opening it the common way waits for ever
  const auto result = studio.run({"import", pipe.string(), "/dev/zero", made[0].at("path").get<std::string>()}, 20'000);
  INFO(result.err);
  CHECK_FALSE(result.timed_out);
  CHECK(result.exit_code == 1);
  CHECK(result.err.find(pipe.string()) != std::string::npos);
  CHECK(result.err.find("/dev/zero") != std::string::npos);
  CHECK(json_lines(result.out).size() == 1);
  CHECK(studio.lines({"list"}).size() == 1);
}

TEST_CASE("importing known bytes gives the asset there is") {
  Headless studio;
  studio.lines({"new"});
  const auto made = studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128", "--wait"});
  const std::filesystem::path copy = studio.folder() / "copy.png";
  std::filesystem::copy_file(made[0].at("path").get<std::string>(), copy);
  const auto imported = studio.lines({"import", copy.string()});
  REQUIRE(imported.size() == 1);
  CHECK(imported[0].at("id") == made[0].at("id"));
  CHECK(studio.lines({"list"}).size() == 1);
}

TEST_CASE("a full disk is said in words, loses nothing, and work goes on when there is room", "[fault-21]") {
  Headless studio;
  const auto mount_point = studio.folder() / "small";
  std::filesystem::create_directory(mount_point);
  if (::mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=3m") != 0) STUDIO_SKIP("the right to mount a small disk (root)");
  struct Unmount {
    std::filesystem::path path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } unmount{mount_point};
  const auto project = mount_point / "film";
  REQUIRE(studio.run_in(project, {"new"}).exit_code == 0);
  REQUIRE(studio.run_in(project, {"generate", "--prompt", "a boat", "--aspect", "512x512"}).exit_code == 0);
  // Proves that the fault bites: the rest of the room is taken.
  {
    std::ofstream filler(mount_point / "filler", std::ios::binary);
    const std::string block(1 << 16, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  for (const Args& verb : {Args{"run"}, Args{"generate", "--prompt", "a castle", "--aspect", "512x512", "--wait"}}) {
    const auto result = studio.run_in(project, verb);
    INFO(verb[0] << " said: " << result.err);
    CHECK(result.exit_code == 1);
    CHECK(result.err.find("room") != std::string::npos);
  }
  CHECK(studio.bill().empty());  // nothing is bought that could not be kept
  const auto kept = studio.run_in(project, {"jobs"});
  INFO(kept.err);
  CHECK(kept.exit_code == 0);
  const auto jobs = json_lines(kept.out);
  REQUIRE(jobs.size() == 1);  // what was ordered before waits, what was refused left nothing
  CHECK(jobs[0].at("prompt") == "a boat");
  CHECK(jobs[0].at("state") != "failed");
  std::filesystem::remove(mount_point / "filler");
  const auto worked = studio.run_in(project, {"run"});
  INFO(worked.err);
  CHECK(worked.exit_code == 0);
  const auto listed = studio.run_in(project, {"list"});
  CHECK(listed.exit_code == 0);
  REQUIRE(json_lines(listed.out).size() == 1);
  CHECK(json_lines(listed.out)[0].at("prompt") == "a boat");
  CHECK(studio.bill().size() == 1);
}

TEST_CASE("an owner that does not answer is named, and nothing is changed") {
  Headless studio;
  studio.lines({"new"});
  auto server = studio.serve({"--latency", "30"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "128x128"});
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  // The owner has the project once its job is running.
  bool is_running = false;
  for (int look = 0; look < 200 && !is_running; ++look) {
    for (const auto& job : studio.lines({"jobs"})) is_running = is_running || job.at("state") == "running";
    if (!is_running && owner.runs_out_within(50)) break;  // leaves the cores to the owner between two looks
  }
  REQUIRE(is_running);
  owner.signal(SIGSTOP);
  const auto result = studio.run({"generate", "--prompt", "another", "--aspect", "128x128"});
  INFO(result.err);
  CHECK(result.exit_code == 3);
  CHECK(result.err.find(std::to_string(owner.pid())) != std::string::npos);
  CHECK(studio.lines({"jobs"}).size() == 1);
  owner.signal(SIGCONT);
}

TEST_CASE("a full disk of the sandbox is said in its words, a job that it refused waits and is not in doubt, and goes on when there is room", "[fault-21]") {
  Headless studio;
  std::filesystem::create_directory(studio.sandbox_state());
  if (::mount("tmpfs", studio.sandbox_state().c_str(), "tmpfs", 0, "size=2m") != 0) STUDIO_SKIP("the right to mount a small disk (root)");
  struct Unmount {
    std::filesystem::path path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } unmount{studio.sandbox_state()};
  auto server = studio.serve({"--no-replay"});
  studio.lines({"new"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "64x64"});
  const auto filler = studio.sandbox_state() / "filler";
  {
    std::ofstream file(filler, std::ios::binary);
    const std::string block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  Json job;
  for (int look = 0; look < 400; ++look) {
    job = studio.lines({"jobs"}).at(0);
    if (job.at("reason").get<std::string>().find("room") != std::string::npos) break;
    if (owner.runs_out_within(25)) break;
  }
  INFO(job.dump());
  CHECK(job.at("reason").get<std::string>().find("room") != std::string::npos);
  CHECK(job.at("state") == "queued");
  CHECK(studio.bill().empty());
  std::filesystem::remove(filler);
  const auto result = owner.wait();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(studio.lines({"jobs"}).at(0).at("state") == "done");
  CHECK(studio.bill().size() == 1);
}
