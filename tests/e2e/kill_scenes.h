// Each named point at which the program can die, and at least one scene that brings a real program there, with a real service beside
// it: killed, looked at, taken up again, looked at; held against the service's own bill.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "e2e/kill_bench.h"

namespace studio {

class Fal;

// What a scene has at hand.
struct SceneStage {
  Headless& studio;
  KillBench& bench;
  std::filesystem::path project;
  const Fal* fal = nullptr;  // where that is the service
};

struct KillScene {
  std::string point;           // "T2 after", "T2 after#2"
  std::string died_before = {};  // it was killed there before; empty: nowhere
  Args verb = {"run"};         // the program that dies
  // Between the two, and to be added to the verb: what only the project or the service knows.
  std::function<Args(const SceneStage&)> between = {};
  std::map<std::string, std::string> environment = {};  // of the program that dies
  Args mended_by = {};         // what a person does before it is taken up again; empty: nothing
  // Beyond what holds for all: as it was left, and as it ended.
  std::function<void(const ProjectNow& killed, const ProjectNow& over)> expects = {};
};

struct KillPlay {
  std::string name;
  std::vector<Args> requests;    // what is in the queue when a scene begins
  Args sandbox = {};             // options of its server
  bool is_of_fal = false;        // fal.ai's simulator instead, with these faults
  Json faults = Json::object();
  bool is_cleared_up = true;     // by machine: what was being sent is replayed, or found
  bool has_own_services = false;  // a service for each scene: jobs of other projects that look the same would be in its list
  std::vector<KillScene> scenes;
};
const std::vector<KillPlay>& kill_plays();
void play_kills(const std::string& name);

// The engine in a process of its own with a made-up service, for what no service that is built in does: answers in two steps, files
// in two steps, answers that are the picture; for minutes of looking for what was never there, in virtual time; and for a wish that no
// verb has, to cancel posters.
std::vector<std::string> rig_points();
void play_kills_of_rig();

// All points, "T2 before", "T2 after" and so on, by core/runner/crash_point.h.
std::set<std::string> all_kill_points();
std::string without_count(const std::string& point);  // "T2 after#2" is of "T2 after"

}  // namespace studio
