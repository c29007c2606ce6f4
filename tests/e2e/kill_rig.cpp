#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "e2e/kill_scenes.h"
#include "support/catch.h"
#include "support/runner_rig.h"

namespace studio {
namespace {

struct RigScene {
  std::vector<std::string> points;  // it dies at each in turn; the last one is the scene's
  TinyOptions provider = {};
  std::function<void(FakeService&)> service = {};
  JobId cancels = {};  // wished for by a program that drives nothing, and that dies of it
};

std::vector<RigScene> rig_scenes() {
  const auto in_two_steps = [](FakeService& service) { service.tickets = true; };
  const auto of_pictures = [](FakeService& service) {
    service.inline_answers = true;
    service.replays = false;
  };
  const auto forgetful = [](FakeService& service) { service.replays = false; };
  // Never sent, and a list that is complete: after looks that are spread over minutes it goes back into the queue.
  const TinyOptions complete_list = {.lists = true, .list_is_complete = true};
  return {{{"T3c before"}, {}, in_two_steps},
          {{"T3c after"}, {}, in_two_steps},
          {{"T9 before"}, {.fetches_in_two = true}},
          {{"T9 after"}, {.fetches_in_two = true}},
          {{"spool after"}, {.inline_answers = true}, of_pictures},
          {.points = {"L1 after", "L4 before"}, .cancels = {2}},  // the posters of the first one
          {.points = {"L1 after", "L4 after"}, .cancels = {2}},
          {{"send before", "T6 before"}, complete_list, forgetful},
          {{"send before", "T6 after"}, complete_list, forgetful}};
}

void set_up(Rig& rig, const RigScene& scene) {
  if (scene.service) scene.service(rig.service);
  rig.open();
}

// True when a process of its own, which is given this work and does what is there, was killed at that point.
bool dies_at(const std::string& point, const RigScene& scene, RigOptions options, int jobs) {
  const bool wishes = scene.cancels.valid() && point == scene.points.back();
  options.drive = !wishes;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("STUDIO_CRASH_AT", point.c_str(), 1);
    try {
      Rig rig(options);
      set_up(rig, scene);
      if (jobs > 0) rig.generate(jobs);
      if (wishes) static_cast<void>(rig.cancel(scene.cancels));
      rig.drain();
    } catch (const std::exception& thrown) {
      std::fprintf(stderr, "%s\n", thrown.what());
    }
    ::_exit(3);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace

std::vector<std::string> rig_points() {
  std::vector<std::string> points;
  for (const RigScene& scene : rig_scenes()) points.push_back(scene.points.back());
  return points;
}

void play_kills_of_rig() {
  for (const RigScene& scene : rig_scenes()) {
    INFO("killed at " << scene.points.back());
    TempFolder folder;
    RigOptions options;
    options.project = folder.path() / "project";
    options.provider = scene.provider;
    int jobs = 1;
    for (const std::string& point : scene.points) REQUIRE(dies_at(point, scene, options, std::exchange(jobs, 0)));
    {
      auto ledger = Ledger::open_read_only(options.project);
      REQUIRE(ledger);
      CHECK(Rig::broken_in_ledger(**ledger, Vault(options.project)) == "");
    }
    Rig rig(options);
    set_up(rig, scene);
    const auto outlook = rig.drain();
    CHECK(outlook.need_person.empty());
    CHECK(rig.broken_promises() == "");
    CHECK(rig.assets().size() == 1);
    CHECK(rig.service.bill().size() == 1);
    CHECK(rig.books().reserved == Money{});
    CHECK(rig.books().settled == Money{40'000});
  }
}

}  // namespace studio
