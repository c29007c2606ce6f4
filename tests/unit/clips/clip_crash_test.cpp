// Files that are damaged, missing or deadly to the decoder.
#include <signal.h>

#include <fstream>

#include "desk_rig.h"
#include "media/encode_image.h"

using namespace studio;

namespace {

// The media children of this process.
std::vector<int> media_children() {
  std::vector<int> result;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const int process = std::atoi(entry.path().filename().c_str());
    std::ifstream stat(entry.path() / "stat");
    std::string text;
    if (process <= 0 || !std::getline(stat, text) || text.find("(studio_media)") == std::string::npos) continue;
    int parent = 0;
    char state = 0;
    if (std::sscanf(text.c_str() + text.rfind(')') + 1, " %c %d", &state, &parent) == 2 && parent == ::getpid() && state != 'Z') result.push_back(process);
  }
  return result;
}

}  // namespace

TEST_CASE("a file that is no clip has a problem in words, until it is forgotten") {
  DeskRig rig;
  samples::write_file(rig.path("page.mp4"), "<html>Too many requests</html>");
  StripView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.strip("page.mp4", 160, 160, 0);
    return view.problem != nullptr;
  }));
  CHECK(view.problem->kind == ErrorKind::Damaged);
  CHECK(view.problem->message.size() > 20);
  CHECK(!decoder_crashed(*view.problem));
  const auto before = rig.desk.counts().decodes_begun;
  for (int i = 0; i < 20; ++i) {
    rig.desk.begin_frame();
    CHECK(rig.desk.strip("page.mp4", 160, 160, 0).problem != nullptr);
    CHECK(rig.desk.clip("page.mp4", 0, 1).problem != nullptr);
    rig.desk.end_frame();
  }
  CHECK(rig.desk.counts().decodes_begun == before);
  if (!rig.numbered("good.mp4", 10)) return;
  std::filesystem::rename(rig.path("good.mp4"), rig.path("page.mp4"));
  rig.desk.forget("page.mp4");
  CHECK(rig.until([&] { return rig.desk.strip("page.mp4", 160, 160, 0).exact; }));
}

TEST_CASE("a missing file is said and not asked for again and again") {
  DeskRig rig;
  ClipView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.clip("nowhere.mp4", 0, 0);
    return view.problem != nullptr;
  }));
  CHECK(view.frame == nullptr);
  SoundView sound;
  rig.desk.begin_frame();
  sound = rig.desk.sound("nowhere.mp4");
  CHECK(sound.problem != nullptr);
  rig.desk.end_frame();
}

TEST_CASE("a clip that is cut off shows the frames it has", "[fault-53]") {
  DeskRig rig;
  if (!rig.numbered("whole.mp4", 60, {"-c:v", "libx264", "-preset", "veryfast", "-g", "15", "-movflags", "frag_keyframe+empty_moov"})) STUDIO_SKIP("the ffmpeg program has no libx264");
  const std::string bytes = samples::read_bytes(rig.path("whole.mp4"));
  int shown = 0;
  for (const std::size_t sixteenth : {5u, 9u, 13u}) {
    const std::string name = "cut" + std::to_string(sixteenth) + ".mp4";
    samples::write_file(rig.path(name), std::string_view(bytes).substr(0, bytes.size() * sixteenth / 16));
    StripView view;
    REQUIRE(rig.until([&] {
      view = rig.desk.strip(name, 160, 160, 0);
      return view.problem != nullptr || (view.exact && !rig.desk.counts().working);
    }));
    if (!view.frame) continue;
    ++shown;
    CHECK(samples::read_number(view.frame->picture) == 0);
  }
  CHECK(shown > 0);
}

TEST_CASE("a clip with bytes broken in the middle shows its other frames and never a wrong one twice asked", "[fault-53]") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 80, {"-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "0"})) STUDIO_SKIP("the ffmpeg program has no libx264");
  std::string bytes = samples::read_bytes(rig.path("clip.mp4"));
  for (std::size_t i = bytes.size() * 2 / 5; i < bytes.size() * 2 / 5 + 600; ++i) bytes[i] = '\0';
  samples::write_file(rig.path("broken.mp4"), bytes);
  REQUIRE(rig.until([&] {
    const ClipView view = rig.desk.clip("broken.mp4", 2, 1);
    return view.problem != nullptr || (view.exact && !rig.desk.counts().working);
  }));
  rig.desk.begin_frame();
  const ClipView view = rig.desk.clip("broken.mp4", 2, 1);
  rig.desk.end_frame();
  REQUIRE(view.exact);
  CHECK(samples::read_number(view.frame->picture) == 2);
  CHECK(!view.cached.empty());
  CHECK(view.cached.back().second == 79);
  CHECK(rig.desk.counts().child_restarts == 0);
}

TEST_CASE("a child that dies in mid-clip is replaced and the clip goes on, twice, and the file is given up", "[fault-56]") {
  DeskRig rig;
  if (!rig.numbered("clip.mp4", 240, {"-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"}, 1280, 720) || !rig.numbered("other.mp4", 20)) STUDIO_SKIP("the ffmpeg program has no libx264");
  const auto kill_in_mid_clip = [&](std::int64_t more_than) {
    REQUIRE(rig.until([&] {
      rig.desk.strip("clip.mp4", 200, 200, 0);
      return rig.desk.counts().frames_decoded > more_than;
    }));
    const auto children = media_children();
    REQUIRE(children.size() == 1);
    ::kill(children[0], SIGKILL);
  };
  kill_in_mid_clip(10);
  const auto before = rig.desk.counts();
  REQUIRE(rig.until([&] {
    CHECK(rig.desk.strip("clip.mp4", 200, 200, 0).problem == nullptr);
    return rig.desk.counts().child_restarts == 1;
  }));
  CHECK(rig.desk.counts().strip_bytes >= before.strip_bytes);  // what was there stays
  kill_in_mid_clip(rig.desk.counts().frames_decoded + 5);
  StripView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.strip("clip.mp4", 200, 200, 0);
    return view.problem != nullptr;
  }));
  CHECK(decoder_crashed(*view.problem));
  CHECK(rig.desk.counts().child_restarts <= 2);
  // Other files are none the worse for it.
  CHECK(rig.until([&] { return rig.desk.strip("other.mp4", 160, 160, 0.2).exact; }));
}

TEST_CASE("a program that is missing is said for each file, not tried for ever") {
  ClipDesk::Settings settings;
  settings.child.program = "/nonexistent/studio_media";
  DeskRig rig(settings);
  samples::write_file(rig.path("still.png"), *encode_png(samples::corners(8, 8)));
  StillView view;
  REQUIRE(rig.until([&] {
    view = rig.desk.still("still.png");
    return view.problem != nullptr;
  }));
  CHECK(view.problem->message.find("studio_media") != std::string::npos);
}
