// The trap bites: each kind of call that may hold the window up is noted, and only within its scope.
#include "ui/ui_thread_trap.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "base/file.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "media/clip_encoder.h"
#include "media/decode_image.h"
#include "media/encode_image.h"
#include "media/sound_reader.h"
#include "media/video_reader.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "support/process.h"
#include "support/temp_folder.h"
#include "unit/media/image_files.h"

using namespace studio;

namespace {

template <class Work>
std::string noted(Work work) {
  take_trapped_calls(false);
  {
    const TrapScope trap;
    work();
  }
  std::string names;
  for (const TrappedCall& call : take_trapped_calls(false)) names += call.name + ";";
  return names;
}

}  // namespace

TEST_CASE("calls that may hold a thread up are noted, whoever makes them: files, waits, sockets, programs, the database") {
  const TempFolder folder;
  const auto file = folder.path() / "file";
  CHECK(noted([&] { static_cast<void>(std::filesystem::exists(file)); }).find("stat") != std::string::npos);
  CHECK(noted([&] { std::ofstream(file) << "x"; }).find("open") != std::string::npos);
  CHECK(noted([&] { static_cast<void>(read_file(file)); }).find("open") != std::string::npos);
  CHECK(noted([&] { std::filesystem::directory_iterator(folder.path()); }).find("open") != std::string::npos);
  CHECK(noted([&] { std::filesystem::remove(file); }) != "");
  CHECK(noted([] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }).find("nanosleep") != std::string::npos);
  CHECK(noted([] {
          std::mutex mutex;
          std::condition_variable bell;
          std::unique_lock lock(mutex);
          bell.wait_for(lock, std::chrono::milliseconds(1));
        }).find("cond") != std::string::npos);
  std::promise<void> answer;
  std::jthread answering([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    answer.set_value();
  });
  CHECK(noted([&] { answer.get_future().wait(); }).find("futex") != std::string::npos);
  CHECK(noted([] { std::thread([] {}).join(); }).find("pthread_join") != std::string::npos);
  CHECK(noted([] {
          const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
          ::close(fd);
        }).find("socket") != std::string::npos);
  CHECK(noted([] { static_cast<void>(run_program({"true"})); }) != "");
  CHECK(noted([&] { static_cast<void>(Store::create(folder.path() / "project", "x")); }).find("sqlite3_") != std::string::npos);
  CHECK(noted([&] {
          log_to_file(folder.path() / "log");
          take_trapped_calls(false);
        }) == "");
  // Logging waits for nobody.
  CHECK(noted([] { log_warning("said by the window"); }) == "");
}

TEST_CASE("decoding a picture or a clip is noted, by whichever library it is done") {
  const auto decoding = [](const std::string& bytes) {
    const UniqueFd file = samples::memory_file(bytes);
    const FitBox box{8, 8};
    bool is_decoded = false;
    const std::string names = noted([&] { is_decoded = decode_image(file.get(), {&box, 1}).has_value(); });
    CHECK(is_decoded);
    return names;
  };
  const Picture picture(32, 16);
  CHECK(decoding(*encode_jpeg(picture)).find("jpeg_read_scanlines") != std::string::npos);
  CHECK(decoding(*encode_png(picture)).find("png_read_row") != std::string::npos);
  CHECK(decoding(*encode_webp(picture)).find("WebPDecode") != std::string::npos);
  if (const std::string avif = samples::avif(picture); !avif.empty()) {
    const std::string names = decoding(avif);
    CHECK(names.find("avifDecoderParse") != std::string::npos);
    CHECK(names.find("avifDecoderNextImage") != std::string::npos);
  }

  ClipSettings settings = fast_clip_settings(64, 48);
  settings.audio_channels = 1;
  auto encoder = ClipEncoder::start(settings);
  if (!encoder && encoder.error().kind == ErrorKind::NotFound) return;  // FFmpeg here writes no H.264
  REQUIRE(encoder);
  REQUIRE((*encoder)->add_frame(Picture(64, 48)));
  REQUIRE((*encoder)->add_audio(std::vector<float>(2000, 0.5f)));
  REQUIRE((*encoder)->finish());
  const UniqueFd clip = samples::memory_file(*(*encoder)->bytes());
  const std::string opening = noted([&] { static_cast<void>(VideoReader::open(clip.get())); });
  CHECK(opening.find("avformat_open_input") != std::string::npos);
  auto reader = VideoReader::open(clip.get());
  REQUIRE(reader);
  const std::string reading = noted([&] { CHECK((*reader)->frame(0)); });
  CHECK(reading.find("av_read_frame") != std::string::npos);
  CHECK(reading.find("avcodec_receive_frame") != std::string::npos);
  const std::string listening = noted([&] { CHECK(read_sound(clip.get())); });
  CHECK(listening.find("avcodec_send_packet") != std::string::npos);
  CHECK(listening.find("swr_convert") != std::string::npos);
}

TEST_CASE("a slow file holds those who read it, and nobody else") {
  const TempFolder folder;
  const auto slow = folder.path() / "slow", quick = folder.path() / "quick";
  std::ofstream(slow) << "slow";
  std::ofstream(quick) << "quick";
  const auto first_byte = [](const std::filesystem::path& file) {
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    char byte = 0;
    return ::pread(fd.get(), &byte, 1, 0) == 1 ? byte : '?';
  };
  SlowFile gate(slow);
  std::future<char> answer = std::async(std::launch::async, first_byte, slow);
  while (!gate.is_waited_for()) std::this_thread::yield();
  CHECK(first_byte(quick) == 'q');
  CHECK(answer.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  gate.let_go();
  CHECK(answer.get() == 's');
  CHECK_FALSE(gate.is_waited_for());
}

TEST_CASE("what is quick, what others do and what is paused is not noted") {
  const TempFolder folder;
  CHECK(noted([] {
          std::mutex mutex;
          const std::lock_guard lock(mutex);
          std::string(100'000, 'x');
        }) == "");
  CHECK(noted([&] {
          const TrapPause pause;
          static_cast<void>(std::filesystem::exists(folder.path()));
        }) == "");
  std::promise<void> go, done;
  std::thread other([&] {
    go.get_future().wait();
    static_cast<void>(std::filesystem::exists(folder.path()));
    done.set_value();
  });
  CHECK(noted([&] {
          go.set_value();
          const TrapPause pause;
          done.get_future().wait();
        }) == "");
  other.join();
  static_cast<void>(std::filesystem::exists(folder.path()));
  CHECK(take_trapped_calls().empty());
}
