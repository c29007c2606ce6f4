// The program killed at every named point, as real processes with a real service beside them: nothing paid is lost, nothing is
// paid twice, nothing hangs, nothing is damaged; held against the service's own bill. The scenes are in kill_scenes.cpp and
// kill_rig.cpp.
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <poll.h>
#include <sys/syscall.h>

#include "e2e/kill_scenes.h"
#include "support/catch.h"

using namespace studio;

namespace {

std::vector<pid_t> descendants_of(pid_t process) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", ignored)) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child;) {
      found.push_back(child);
      for (const pid_t further : descendants_of(child)) found.push_back(further);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("each point at which the program can die has its scene, and each scene is of such a point") {
  std::set<std::string> played;
  for (const KillPlay& play : kill_plays()) {
    for (const KillScene& scene : play.scenes) played.insert(without_count(scene.point));
  }
  for (const std::string& point : rig_points()) played.insert(point);
  CHECK(played == all_kill_points());
}

TEST_CASE("killed at each named point with replay: all is done, each billed once",
          "[fault-3][fault-4][fault-5][fault-6][fault-7][fault-8][fault-9][fault-10][fault-11][fault-12][fault-13][fault-14][fault-15]") {
  play_kills("pictures, the service replays");
}

TEST_CASE("killed at each named point without replay: what was being sent is shown, and nothing else",
          "[fault-3][fault-4][fault-5][fault-6][fault-7][fault-8][fault-9][fault-10][fault-11][fault-12][fault-13][fault-14][fault-15]") {
  play_kills("pictures, the service does not replay");
}

TEST_CASE("killed when posters are made: they are made anew") { play_kills("posters"); }

TEST_CASE("killed while a request is taken on: none of its jobs is there, or all", "[fault-1][fault-2]") { play_kills("a request is taken on"); }

TEST_CASE("killed at the points of a clip, its picture's upload among them", "[fault-5][fault-7][fault-11]") {
  play_kills("a clip, with the upload of its picture");
}

TEST_CASE("killed around a cancel: what was wished for is carried out or was not taken", "[fault-59]") { play_kills("a cancel"); }

TEST_CASE("killed around a failure, a refusal and a dismissal: they cost nothing, and are said") { play_kills("a failure and a refusal"); }

TEST_CASE("fal.ai: killed on the way of a picture, the books are its bill to the micro", "[fault-15]") { play_kills("fal.ai"); }

TEST_CASE("fal.ai: killed where only its list can tell: found, and the books are its bill to the micro", "[fault-15]") {
  play_kills("fal.ai, found in its list");
}

TEST_CASE("fal.ai without a list: each ambiguous outcome is one card, its sum reserved, and only a person sends it again", "[fault-15]") {
  play_kills("fal.ai without a list");
}

TEST_CASE("fal.ai: killed when an answer was lost, it is one card, its sum reserved") { play_kills("fal.ai breaks off before it answers"); }

TEST_CASE("fal.ai: killed around a person's word on what a refusal was charged") { play_kills("fal.ai refuses"); }

TEST_CASE("fal.ai: killed when a paid result can no longer be had, it is said and counts as paid") { play_kills("fal.ai has lost the file of a result"); }

TEST_CASE("killed at the points of services that answer in steps or with the picture, and after looks that found nothing: paid once, and done") {
  play_kills_of_rig();
}

TEST_CASE("the media child dies with the program, and its step is done again", "[fault-17]") {
  Headless studio;
  auto server = studio.serve({});
  KillBench bench(studio, {{"generate", "--prompt", "a boat", "--count", "10", "--aspect", "512x512", "--strategy", "seed"}});
  const auto project = bench.another();
  int children = 0;
  {
    Process owner(studio.command(project, {"run"}), studio.environment());
    std::vector<pid_t> found;
    while (found.empty() && !owner.runs_out_within(1)) found = descendants_of(owner.pid());
    std::vector<int> watched;
    for (const pid_t child : found) watched.push_back(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    owner.signal(SIGKILL);
    for (const int fd : watched) {
      if (fd < 0) continue;
      ++children;
      pollfd ended{fd, POLLIN, 0};
      CHECK(::poll(&ended, 1, 20'000) == 1);
      ::close(fd);
    }
  }
  CHECK(children >= 1);  // the fault bites
  CHECK(look_at(project).count(JobState::Done) < 10);
  CHECK(bench.run(project).exit_code == 0);
  const ProjectNow over = look_at(project);
  CHECK(over.count(JobState::Done) == 10);
  CHECK(sins_of(over, sandbox_bill(studio), true).words == "");
}
