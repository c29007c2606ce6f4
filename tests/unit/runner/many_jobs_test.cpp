// Ten thousand jobs, within a limit of memory that the kernel enforces.
#include <sys/resource.h>

#include <fstream>

#include "support/catch.h"
#include "support/runner_rig.h"

using namespace studio;

namespace {

constexpr std::int64_t mebibyte = 1 << 20;
constexpr rlim_t limit_bytes = 1024 * mebibyte;

// What the process has in memory now.
std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

Admission pictures(int count, int first_seed) {
  Admission admission;
  admission.generation.prompt = "one of very many";
  admission.generation.count = count;
  for (int i = 0; i < count; ++i) {
    Recipe recipe;
    recipe.provider = "tiny";
    recipe.model = "tiny-image";
    // As long as prompts are.
    recipe.prompt = "one of very many, number " + std::to_string(first_seed + i) + ", " + std::string(600, 'x');
    recipe.seed = first_seed + i;
    recipe.width = recipe.height = 512;
    admission.items.push_back({recipe, i + 1, {}, {}});
  }
  return admission;
}

}  // namespace

TEST_CASE("ten thousand jobs are queued, found again after a start, and all done within 1 GiB", "[fault-68]") {
  const rlimit limit{limit_bytes, limit_bytes};
  REQUIRE(::setrlimit(RLIMIT_DATA, &limit) == 0);
  // The limit bites.
  CHECK_THROWS_AS(std::vector<char>(static_cast<std::size_t>(limit_bytes + mebibyte)), std::bad_alloc);
  // Of its three minutes on a disk most would be waiting for it, which is not what is looked at here.
  if (std::filesystem::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 1);
  RigOptions options;
  options.provider.image_lane = 64;
  options.drive = false;
  options.keep_events = false;
  Rig rig(options);
  rig.service.polls_until_done = 0;
  rig.open();
  const std::int64_t at_start = resident_bytes();
  constexpr int batch = 1000, batches = 10;
  for (int i = 0; i < batches; ++i) REQUIRE(rig.admit(pictures(batch, i * batch))->jobs.size() == batch);
  const std::int64_t queued = resident_bytes();
  // A queued job costs some kilobytes: its recipe, and what the engine notes about it.
  CHECK(queued - at_start < 200 * mebibyte);
  rig.options().drive = true;
  rig.reopen();
  std::atomic<int> done{0};
  // After each thousand; a step of the engine sees it, so it is of the middle of the work.
  std::vector<std::int64_t> resident;
  rig.on_event = [&](const RunnerEvent& event) {
    const auto* changed = std::get_if<JobChanged>(&event);
    if (changed == nullptr || changed->job.kind != JobKind::Generate || changed->job.state != JobState::Done) return;
    if (++done % batch == 0) resident.push_back(resident_bytes());
  };
  rig.reopen();
  for (int i = 1; i <= batches; ++i) rig.wait_until([&] { return done >= i * batch; });
  rig.drain();
  REQUIRE(resident.size() == batches);
  CHECK(rig.service.bill().size() == batch * batches);
  CHECK(rig.books().settled == Money{40'000LL * batch * batches});
  // What is over takes little: a second half that takes much more than the first would be a leak.
  CHECK(resident[9] - resident[4] < resident[4] - at_start + 64 * mebibyte);
  CHECK(*std::max_element(resident.begin(), resident.end()) < static_cast<std::int64_t>(limit_bytes) / 2);
}
