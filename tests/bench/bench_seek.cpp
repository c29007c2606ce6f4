// Exact seeks in a 1080p clip: anywhere with nothing cached, anywhere and one step back in a cached clip; beside mpv's own.
#include "base/random.h"
#include "bench/clip_bench.h"

using namespace studio;

int main() {
  for (const char* program : {"ffmpeg", "mpv"})
    if (!has_program(program)) return std::fprintf(stderr, "bench_seek: %s is not installed\n", program), 1;
  const TempFolder folder;
  const auto path = folder.path() / "clip.mp4";
  if (!make_bench_clip(path, "1920x1080", "8M")) return 1;
  constexpr int seeks = 40, steps = 20;
  Mpv mpv(folder.path());
  if (!mpv.works() || !mpv.load(path)) return std::fputs("bench_seek: mpv does not answer\n", stderr), 1;

  const auto exact = [](BenchDesk& bench, std::int64_t index, int direction) {
    const double begin = now_ms();
    const bool came = bench.until([&] { return bench.desk.clip("clip.mp4", index, direction).exact; });
    return came ? now_ms() - begin : -1.0;
  };
  // Cold: room for one picture, so nothing is left over from the seek before.
  ClipDesk::Settings tight;
  tight.clip_bytes = 1;
  BenchDesk cold(folder.path(), tight);
  if (exact(cold, 0, 0) < 0) return 1;
  std::vector<double> cold_ms, peer_ms;
  Random random(2026);
  for (int n = 0; n < seeks; ++n) {
    const auto index = static_cast<std::int64_t>(random.below(BenchFrames));
    cold_ms.push_back(exact(cold, index, 0));
    if (!cold.idle()) return 1;
    // To the middle of the frame, so that rounding cannot make it another.
    if (const auto ms = mpv.seek((static_cast<double>(index) + 0.4) / 24)) peer_ms.push_back(*ms);
  }

  BenchDesk warm(folder.path());
  const double begin = now_ms();
  if (!warm.until([&] { return warm.desk.clip("clip.mp4", 0, 1).cached == std::vector<FrameRange>{{0, BenchFrames - 1}}; })) return 1;
  const double whole = now_ms() - begin;
  std::vector<double> cached_ms, step_ms, peer_step_ms;
  for (int n = 0; n < 2000; ++n) cached_ms.push_back(exact(warm, static_cast<std::int64_t>(random.below(BenchFrames)), 0));
  for (int n = 0; n < 110; ++n) step_ms.push_back(exact(warm, 115 - n, -1));
  mpv.seek(115.4 / 24);
  for (int n = 0; n < steps; ++n)
    if (const auto ms = mpv.back_step()) peer_step_ms.push_back(*ms);

  const double ours = percentile(cold_ms, 0.5), peer = percentile(peer_ms, 0.5);
  std::printf(
      "{\"name\":\"seek\",\"ours\":%.1f,\"peer\":%.1f,\"ratio\":%.3f,\"unit\":\"ms\",\"cold_p95\":%.1f,\"cold_p95_peer\":%.1f,\"cached_p99\":%.4f,\"back_step_p99\":%.4f,"
      "\"back_step_peer\":%.1f,\"whole_clip\":%.0f,\"method\":\"121 frames of 1080p at 8 Mbit/s: median of %d exact seeks to random frames with nothing cached, beside mpv's exact seeks to the "
      "same frames with no video output; cached: the whole clip is there in full resolution, which takes whole_clip ms from nothing\"}\n",
      ours, peer, ours / peer, percentile(cold_ms, 0.95), percentile(peer_ms, 0.95), percentile(cached_ms, 0.99), percentile(step_ms, 0.99), percentile(peer_step_ms, 0.5), whole, seeks);
  return 0;
}
