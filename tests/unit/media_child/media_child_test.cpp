#include "media_child/media_child.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "media/encode_image.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/temp_folder.h"
#include "unit/media/image_files.h"

using namespace studio;

namespace {

std::unique_ptr<MediaChild> child(MediaChildSettings settings = {}) {
  auto started = MediaChild::start(ChildRole::Interactive, std::move(settings));
  if (!started) FAIL("the media child does not start: " << started.error().message << " " << started.error().detail);
  return std::move(*started);
}

UniqueFd good_png() { return samples::memory_file(samples::png(samples::corners(80, 40))); }

bool works(MediaChild& media) {
  const UniqueFd file = good_png();
  const auto facts = media.probe(file.get());
  return facts && facts->width == 80;
}

bool exists(int process) { return ::kill(process, 0) == 0 || errno != ESRCH; }

}  // namespace

TEST_CASE("the child probes and decodes pictures into shared memory") {
  const auto media = child();
  const UniqueFd file = good_png();
  const auto facts = media->probe(file.get());
  REQUIRE(facts);
  CHECK(facts->container == "png");
  CHECK(facts->width == 80);
  const auto image = media->decode_image(file.get(), {{}, {20, 20}, {8, 8}});
  REQUIRE(image);
  REQUIRE(image->pictures.size() == 3);
  CHECK(image->pictures[0].rgba == samples::corners(80, 40).rgba);
  CHECK(image->pictures[1].width == 20);
  CHECK(image->pictures[2].height == 4);
  for (const Picture& picture : image->pictures) CHECK(samples::corner_letters(picture) == "RGBY");
  CHECK(media->restarts() == 0);
}

TEST_CASE("the caller's place in the file is neither used nor moved") {
  const auto media = child();
  const UniqueFd file = good_png();
  REQUIRE(::lseek(file.get(), 33, SEEK_SET) == 33);
  CHECK(media->probe(file.get()));
  CHECK(media->poster(file.get(), {{16, 16}}));
  CHECK(::lseek(file.get(), 0, SEEK_CUR) == 33);
}

TEST_CASE("every format goes through the confined child") {
  const auto media = child();
  std::vector<std::pair<std::string, std::string>> files{{"png", samples::png(samples::corners(64, 32))},
                                                         {"jpeg", samples::jpeg(samples::corners(64, 32))},
                                                         {"webp", *encode_webp(samples::corners(64, 32), {})},
                                                         {"icc", samples::jpeg(samples::corners(64, 32), samples::rgb_profile(0.68, 0.32, 0.265, 0.69, 0.15, 0.06))}};
  if (const std::string avif = samples::avif(samples::corners(64, 32)); !avif.empty()) files.emplace_back("avif", avif);
  for (const auto& [name, bytes] : files) {
    INFO(name);
    const UniqueFd file = samples::memory_file(bytes);
    const auto image = media->poster(file.get(), {{32, 32}});
    REQUIRE(image);
    CHECK(samples::corner_letters(image->pictures[0]) == "RGBY");
  }
  CHECK(media->restarts() == 0);
}

TEST_CASE("a clip's poster and all its frames come in order, with backpressure") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> clips{
      {"libx264", {"-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-f", "mp4"}},
      {"libvpx-vp9", {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-f", "webm"}},
      {"libsvtav1", {"-c:v", "libsvtav1", "-preset", "12", "-f", "mp4"}}};
  const auto media = child();
  int tried = 0;
  for (const auto& [encoder, arguments] : clips) {
    const TempFolder folder;
    if (!samples::has_ffmpeg() || !samples::has_encoder(encoder) || !samples::numbered_clip(folder.path() / "clip", arguments, 30)) continue;
    ++tried;
    INFO(encoder);
    const auto file = open_for_read(folder.path() / "clip");
    REQUIRE(file);
    const auto facts = media->probe(file->get());
    REQUIRE(facts);
    CHECK(facts->kind == FileKind::Video);
    const auto poster = media->poster(file->get(), {{}, {160, 160}});
    REQUIRE(poster);
    CHECK(samples::read_number(poster->pictures[1]) == 0);

    std::vector<int> numbers;
    const auto all = media->decode_frames(file->get(), 0, -1, {160, 160}, [&](VideoFrame&& frame) {
      numbers.push_back(samples::read_number(frame.picture));
      CHECK(frame.index == static_cast<std::int64_t>(numbers.size()) - 1);
      return true;
    });
    REQUIRE(all);
    CHECK(*all == 30);
    for (int i = 0; i < 30; ++i) CHECK(numbers[static_cast<std::size_t>(i)] == i);

    // A part, stopped early: the child is ready for the next at once.
    numbers.clear();
    const auto some = media->decode_frames(file->get(), 10, 15, {}, [&](VideoFrame&& frame) {
      numbers.push_back(samples::read_number(frame.picture));
      return numbers.size() < 7;
    });
    REQUIRE(some);
    CHECK(numbers == std::vector<int>{10, 11, 12, 13, 14, 15, 16});
    CHECK(works(*media));
  }
  CHECK(media->restarts() == 0);
  if (tried == 0) STUDIO_SKIP("the ffmpeg program has no encoder for clips");
}

TEST_CASE("an open clip gives its frames run by run, stops when told to without dying, and is gone with its process") {
  const TempFolder folder;
  if (!samples::has_ffmpeg() || !samples::numbered_clip(folder.path() / "clip.mp4", {"-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "2"}, 200)) STUDIO_SKIP("the ffmpeg program has no libx264");
  const auto media = child();
  const int process = media->process_id();
  const auto file = open_for_read(folder.path() / "clip.mp4");
  REQUIRE(file);
  std::optional<MediaFacts> facts;
  const auto nothing = [](VideoFrame&&) {};
  CHECK(media->run_clip({0, 5, {}, false}, {}, nothing, facts).error().kind == ErrorKind::NotFound);
  const auto clip = media->open_clip(file->get());
  REQUIRE(clip);
  REQUIRE(clip->times.size() == 200);
  for (std::size_t i = 0; i < 200; ++i) {
    CHECK(std::abs(clip->times[i] - static_cast<double>(i) / 24) < 1e-4);
    if (i % 10 == 0) CHECK(clip->is_key[i] == 1);
  }
  std::vector<int> numbers;
  const auto keep = [&](VideoFrame&& frame) { numbers.push_back(samples::read_number(frame.picture)); };
  REQUIRE(media->run_clip({40, 40, {160, 160}, true}, {}, keep, facts));
  CHECK(numbers == std::vector<int>{40});
  REQUIRE(facts);
  CHECK(facts->width == 320);
  numbers.clear();
  REQUIRE(media->run_clip({67, 72, {}, false}, {}, keep, facts));
  CHECK(numbers == std::vector<int>{67, 68, 69, 70, 71, 72});
  // Told to stop from inside of the third frame: some are on their way already, most never come.
  numbers.clear();
  bool goes_on = true;
  REQUIRE(media->run_clip({0, 199, {}, false}, [&] { return goes_on; }, [&](VideoFrame&& frame) {
    keep(std::move(frame));
    goes_on = numbers.size() < 3;
    media->nudge();
  }, facts));
  CHECK(numbers.size() < 20);
  CHECK(works(*media));
  CHECK(media->process_id() == process);
  media->close_clip();
  CHECK(!media->run_clip({0, 5, {}, false}, {}, nothing, facts));
  REQUIRE(media->open_clip(file->get()));
  ::kill(process, SIGKILL);
  siginfo_t ended{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOWAIT) == 0);
  CHECK(media->run_clip({0, 5, {}, false}, {}, nothing, facts).error().kind == ErrorKind::NotFound);
  CHECK(works(*media));
}

TEST_CASE("an exception of the caller's leaves the handle usable") {
  const TempFolder folder;
  if (!samples::has_ffmpeg() || !samples::numbered_clip(folder.path() / "clip.mp4", {"-c:v", "libx264", "-preset", "ultrafast"}, 20)) STUDIO_SKIP("the ffmpeg program has no libx264");
  const auto media = child();
  const auto file = open_for_read(folder.path() / "clip.mp4");
  CHECK_THROWS(media->decode_frames(file->get(), 0, -1, {}, [](VideoFrame&&) -> bool { throw std::runtime_error("mine"); }));
  CHECK(works(*media));
}

TEST_CASE("playlists called .mp4, web pages and cut files are refused in words, by a child that lives on", "[fault-55]") {
  const auto media = child();
  const int process = media->process_id();
  const std::string png = samples::png(samples::gradient(200, 100));
  for (const std::string& bytes : {std::string("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), std::string("ffconcat version 1.0\nfile /etc/passwd\n"),
                                   std::string("<html>Too many requests</html>"), std::string(), png.substr(0, png.size() / 2)}) {
    const UniqueFd file = samples::memory_file(bytes);
    const auto image = media->poster(file.get(), {{64, 64}});
    REQUIRE(!image);
    CHECK(image.error().kind == ErrorKind::Damaged);
    CHECK(!decoder_crashed(image.error()));
    CHECK(image.error().message.size() > 20);
  }
  CHECK(media->process_id() == process);
}

TEST_CASE("a picture of 60,000 × 60,000 is refused and one of 16,000 × 16,000 is reduced, within the memory limit", "[fault-52]") {
  const auto media = child();
  const UniqueFd absurd = samples::memory_file(samples::empty_png(60'000, 60'000, false));
  const auto refused = media->poster(absurd.get(), {{256, 256}});
  REQUIRE(!refused);
  CHECK(refused.error().kind == ErrorKind::BadRequest);
  CHECK(refused.error().message.find("60000 × 60000") != std::string::npos);
  const UniqueFd large = samples::memory_file(samples::empty_png(16'000, 16'000, true));
  const auto reduced = media->poster(large.get(), {{256, 256}});
  REQUIRE(reduced);
  CHECK(reduced->pictures[0].width == 256);
  CHECK(media->restarts() == 0);
}

TEST_CASE("several threads may use one handle") {
  const auto media = child();
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5; ++i) {
          if (works(*media)) ++good;
        }
      });
    }
  }
  CHECK(good == 15);
}

TEST_CASE("the child outlives the thread that first called it and dies with its handle") {
  std::unique_ptr<MediaChild> media;
  int process = 0;
  std::thread([&] {
    media = child();
    process = media->process_id();
  }).join();
  REQUIRE(process > 0);
  CHECK(works(*media));
  CHECK(media->process_id() == process);
  media.reset();
  CHECK(!exists(process));
}

TEST_CASE("a child that died while idle is replaced without a word") {
  const auto media = child();
  ::kill(media->process_id(), SIGKILL);
  siginfo_t ended{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(media->process_id()), &ended, WEXITED | WNOWAIT) == 0);
  CHECK(works(*media));
  CHECK(media->restarts() == 1);
}

TEST_CASE("the child is replaced after its share of requests") {
  MediaChildSettings settings;
  settings.requests_before_restart = 3;
  const auto media = child(settings);
  const int first = media->process_id();
  for (int i = 0; i < 4; ++i) CHECK(works(*media));
  CHECK(media->restarts() == 1);
  CHECK(media->process_id() != first);
}

TEST_CASE("a missing program is said, not crashed on") {
  MediaChildSettings settings;
  settings.program = "/nonexistent/studio_media";
  const auto started = MediaChild::start(ChildRole::Background, settings);
  REQUIRE(!started);
  CHECK(started.error().kind == ErrorKind::NotFound);
  CHECK(started.error().message.find("studio_media") != std::string::npos);
}

TEST_CASE("a program that is something else is refused") {
  MediaChildSettings settings;
  settings.program = "/bin/true";
  const auto started = MediaChild::start(ChildRole::Background, settings);
  REQUIRE(!started);
  CHECK(started.error().kind == ErrorKind::Bug);
}

#ifdef STUDIO_TEST_HOOKS

TEST_CASE("the child cannot open, connect, start, signal or write anything", "[fault-55][fault-56]") {
  const auto media = child();
  const UniqueFd file = good_png();
  const std::vector<std::pair<SelfTest, const char*>> refused{
      {SelfTest::Open, "open"},       {SelfTest::Stat, "access"}, {SelfTest::Socket, "socket"}, {SelfTest::Connect, "connect"}, {SelfTest::Fork, "fork"},
      {SelfTest::Exec, "exec"},       {SelfTest::Kill, "kill"},   {SelfTest::Ptrace, "ptrace"}, {SelfTest::WriteInput, "write"},
      {SelfTest::MakeExecutableMemory, "executable memory"}};
  for (const auto& [what, name] : refused) {
    const auto answer = media->self_test(what, file.get());
    INFO(name);
    REQUIRE(answer);
    CHECK(*answer == EPERM);
  }
  CHECK(media->restarts() == 0);
  CHECK(samples::read_bytes("/proc/self/fd/" + std::to_string(file.get())).substr(1, 3) == "PNG");
}

TEST_CASE("the child has no descriptor of ours but its socket and the file of the request") {
  const TempFolder folder;
  // Careless descriptors, without close-on-exec, high and low.
  const UniqueFd leak(::open("/etc/hostname", O_RDONLY));
  const UniqueFd high(::fcntl(leak.get(), F_DUPFD, 200));
  const auto media = child();
  const UniqueFd file = good_png();
  const auto count = media->self_test(SelfTest::CountDescriptors, file.get());
  REQUIRE(count);
  CHECK(*count == 5);  // 0, 1, 2, the socket, the file
}

TEST_CASE("the child cannot take 3 GiB of memory", "[fault-56]") {
#ifdef STUDIO_SANITIZED
  STUDIO_SKIP("sanitizer builds have no memory limit");
#else
  const auto media = child();
  const UniqueFd file = good_png();
  const auto answer = media->self_test(SelfTest::Allocate3GiB, file.get());
  REQUIRE(answer);
  CHECK(*answer == ENOMEM);
  // The fault bites: here, outside, the same is possible.
  void* here = ::mmap(nullptr, std::size_t{3} << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(here != MAP_FAILED);
  if (here != MAP_FAILED) ::munmap(here, std::size_t{3} << 30);
#endif
}

TEST_CASE("a crash costs the request and not the app", "[fault-56]") {
  const auto media = child();
  const UniqueFd file = good_png();
  const int first = media->process_id();
  const auto answer = media->self_test(SelfTest::Crash, file.get());
  REQUIRE(!answer);
  CHECK(answer.error().kind == ErrorKind::Damaged);
  CHECK(decoder_crashed(answer.error()));
  CHECK(!exists(first));
  CHECK(works(*media));
  CHECK(media->restarts() == 1);
}

TEST_CASE("a hang ends at its limit and the next request works", "[fault-56]") {
  MediaChildSettings settings;
  settings.decode_limit_ms = 300;
  const auto media = child(settings);
  const UniqueFd file = good_png();
  const int first = media->process_id();
  const auto answer = media->self_test(SelfTest::Hang, file.get());
  REQUIRE(!answer);
  CHECK(answer.error().kind == ErrorKind::Timeout);
  CHECK(!decoder_crashed(answer.error()));
  CHECK(!exists(first));
  CHECK(works(*media));
}

TEST_CASE("a request can be interrupted from another thread") {
  const auto media = child();
  const UniqueFd file = good_png();
  std::atomic<bool> over{false};
  std::jthread other([&] {
    while (!over) {  // until it lands in the call
      media->interrupt();
      std::this_thread::yield();
    }
  });
  const auto answer = media->self_test(SelfTest::Hang, file.get());
  over = true;
  other.join();
  REQUIRE(!answer);
  CHECK(answer.error().kind == ErrorKind::Cancelled);
  CHECK(works(*media));
}

TEST_CASE("a shortage of memory is of this machine, not of the file") {
  const auto media = child();
  const UniqueFd file = good_png();
  const auto inside = media->self_test(SelfTest::RunOutOfMemory, file.get());
  REQUIRE(!inside);
  CHECK(inside.error().kind == ErrorKind::Disk);
  CHECK(!decoder_crashed(inside.error()));
  CHECK(works(*media));
#ifndef STUDIO_SANITIZED
  // Here, outside: 8,000 × 8,000 pixels take 256 MB, where only 64 more may be had.
  const UniqueFd large = samples::memory_file(samples::empty_png(8'000, 8'000, true));
  REQUIRE(media->decode_image(large.get(), {{}}));
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  REQUIRE(statm >> pages);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (rlim_t{64} << 20);
  REQUIRE(::setrlimit(RLIMIT_AS, &tight) == 0);
  const auto outside = media->decode_image(large.get(), {{}});
  ::setrlimit(RLIMIT_AS, &before);
  REQUIRE(!outside);
  CHECK(outside.error().kind == ErrorKind::Disk);
  CHECK(works(*media));
#endif
}

TEST_CASE("what a hostile child claims is not believed") {
  const auto media = child();
  const UniqueFd file = good_png();
  const auto size = media->self_test(SelfTest::LieAboutSize, file.get());
  REQUIRE(!size);
  CHECK(decoder_crashed(size.error()));
  const auto words = media->self_test(SelfTest::LieInWords, file.get());
  REQUIRE(!words);
  CHECK(words.error().message.find('\x1b') == std::string::npos);
  CHECK(works(*media));
}

#endif
