// Words to camera moves.
#include "sandbox/motion.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("Camera words choose the move") {
  const std::vector<std::pair<std::string, CameraMove>> table = {
      {"Slow push in towards the lamp room", CameraMove::PushIn}, {"zoom in", CameraMove::PushIn},
      {"The camera PULLS BACK to reveal the city", CameraMove::PullBack}, {"zoom out slowly", CameraMove::PullBack},
      {"pan left across the harbour", CameraMove::PanLeft}, {"panning to the right", CameraMove::PanRight},
      {"orbit left around the statue", CameraMove::OrbitLeft}, {"tilt down", CameraMove::TiltDown},
      {"tilt up to the stars", CameraMove::TiltUp}, {"crane shot rising over the trees", CameraMove::Rise},
      {"static tripod shot", CameraMove::Still}};
  for (const auto& [words, move] : table) {
    INFO(words);
    for (const std::int64_t seed : {1, 2, 3}) CHECK(plan_motion(words, seed).move == move);
  }
  CHECK(plan_motion("a panther in a company town", 1).move == plan_motion("a panther in a company town", 1).move);
}

TEST_CASE("Without camera words the seed chooses, and always a move") {
  std::set<CameraMove> moves;
  for (std::int64_t seed = 0; seed < 60; ++seed) moves.insert(plan_motion("a lighthouse", seed).move);
  CHECK(moves.size() >= 4);
  CHECK(moves.count(CameraMove::Still) == 0);
}

TEST_CASE("Speed, hand and weather words set the rest of the plan") {
  CHECK(plan_motion("fast pan left", 1).strength > plan_motion("slow pan left", 1).strength);
  CHECK(plan_motion("handheld", 1).handheld > 0);
  CHECK(plan_motion("a calm lake", 1).handheld == 0);
  CHECK(plan_motion("snow falls", 1).snow > 0);
  CHECK(plan_motion("heavy rain", 1).rain > 0);
  CHECK(plan_motion("morning mist", 1).mist > 0);
  CHECK(plan_motion("sparks fly", 1).sparks > 0);
}

TEST_CASE("Every move starts at rest as the identity") {
  for (const char* words : {"push in", "pull back", "pan left", "tilt up", "orbit right", "crane up", "still", "handheld walking"}) {
    const auto plan = plan_motion(words, 9);
    const CameraPose pose = camera_pose(plan, 0, 0, 16.0 / 9);
    CHECK(pose.zoom == 1.0);
    CHECK(pose.pinned == 0.0);
    CHECK(pose.x == 0.0);
    CHECK(pose.y == 0.0);
    CHECK(pose.near_x == 0.0);
    CHECK(pose.near_y == 0.0);
    CHECK(pose.near_zoom == 0.0);
    CHECK(pose.roll == 0.0);
  }
}
