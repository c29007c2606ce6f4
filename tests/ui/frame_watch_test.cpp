// Frames that take too long are named, with who took the time.
#include "shell/frame_watch.h"

#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// Works until this thread has used so much of a processor.
void work(double ms) {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  const double end = static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6 + ms;
  do {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while (static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6 < end);
}

}  // namespace

TEST_CASE("a slow frame is logged with who used the processor, a quick one is not") {
  const TempFolder folder;
  const auto file = folder.path() / "log";
  log_to_file(file);
  FrameWatch watch;
  watch.begin();
  watch.did("Prompt");
  work(5);
  watch.did("Gallery");
  watch.end();
  CHECK(watch.report().frames == 1);
  CHECK(watch.report().slow_frames == 0);
  log_flush();
  CHECK(read_file(file).value_or("none").empty());

  watch.begin();
  work(4);
  watch.did("Prompt");
  work(FrameWatch::slow_ms + 20);
  watch.did("Gallery");
  watch.end();
  CHECK(watch.report().slow_frames == 1);
  CHECK(watch.report().worst_ms > FrameWatch::slow_ms);
  CHECK(watch.report().worst.find("Gallery ") == 0);
  log_flush();
  const std::string log = read_file(file).value_or("");
  CHECK(log.find("of processor time before it could be shown: Gallery ") != std::string::npos);
  CHECK(log.find("Prompt 4 ms") != std::string::npos);
}

TEST_CASE("time that a frame spends asleep accuses nobody, and many slow frames are one line") {
  const TempFolder folder;
  const auto file = folder.path() / "log";
  log_to_file(file);
  FrameWatch watch(3'600'000'000'000);  // an hour: however slow this machine is
  watch.begin();
  const timespec nap{0, 80'000'000};
  ::nanosleep(&nap, nullptr);
  watch.did("Gallery");
  watch.end();
  CHECK(watch.report().slow_frames == 0);
  // Folded while the window was hidden: no frame was drawn, and it is told all the same.
  watch.begin();
  work(FrameWatch::slow_ms + 5);
  watch.did("arrivals");
  watch.begin();
  CHECK(watch.report().slow_frames == 1);
  for (int i = 0; i < 3; ++i) {
    work(FrameWatch::slow_ms + 5);
    watch.did("Queue");
    watch.end();
    watch.begin();
  }
  CHECK(watch.report().slow_frames == 4);
  log_flush();
  const std::string log = read_file(file).value_or("");
  CHECK(std::count(log.begin(), log.end(), '\n') == 1);
  // Without such a pause each one is a line.
  FrameWatch chatty(0);
  for (int i = 0; i < 2; ++i) {
    chatty.begin();
    work(FrameWatch::slow_ms + 5);
    chatty.did("Queue");
    chatty.end();
  }
  log_flush();
  const std::string more = read_file(file).value_or("");
  CHECK(std::count(more.begin(), more.end(), '\n') == 3);
}
