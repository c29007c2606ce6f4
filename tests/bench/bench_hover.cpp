// The pointer comes over a clip: until the first picture, until all of them, and once they are there; beside mpv opening the
// same clip, and the ffmpeg program decoding and scaling all of it.
#include "bench/clip_bench.h"
#include "bench/goal.h"

using namespace studio;

int main() {
  for (const char* program : {"ffmpeg", "mpv"})
    if (!has_program(program)) return std::fprintf(stderr, "bench_hover: %s is not installed\n", program), 1;
  const TempFolder folder;
  const auto clip = folder.path() / "clip.mp4";
  if (!make_bench_clip(clip, "1920x1080", "8M")) return 1;
  constexpr int rounds = 15, width = 320, height = 180;

  // The two take turns, so that a busy moment of the machine falls on both.
  std::vector<double> first, whole, peer_first, peer_whole;
  std::vector<double> cached;
  Mpv mpv(folder.path());
  if (!mpv.works() || !mpv.load(clip)) return std::fputs("bench_hover: mpv does not answer\n", stderr), 1;
  BenchDesk bench(folder.path());
  bench.desk.prepare();
  for (int round = 0; round < rounds; ++round) {
    bench.forget_all();
    const double begin = now_ms();
    if (!bench.until([&] { return bench.desk.strip("clip.mp4", width, height, 1.9).frame != nullptr; })) return 1;
    first.push_back(now_ms() - begin);
    if (!bench.until([&] {
          const StripView view = bench.desk.strip("clip.mp4", width, height, 1.9);
          return view.exact && view.decoded_to_secs >= view.facts->seconds && view.frame != nullptr;
        }))
      return 1;
    whole.push_back(now_ms() - begin);
    if (const auto ms = mpv.load(clip)) peer_first.push_back(*ms);
    if (round % 5 == 0) {
      const double start = now_ms();
      const auto ran = run_program({"ffmpeg", "-nostdin", "-v", "error", "-threads", "2", "-i", clip.string(), "-vf", "scale=320:180", "-pix_fmt", "rgba", "-f", "rawvideo", "-y", "/dev/null"});
      if (ran.exit_code == 0) peer_whole.push_back(now_ms() - start);
    }
  }
  for (int n = 0; n < 2000; ++n) {
    const double begin = now_ms();
    bench.desk.begin_frame();
    const bool exact = bench.desk.strip("clip.mp4", width, height, (n * 37 % 500) / 100.0).exact;
    bench.desk.end_frame();
    cached.push_back(now_ms() - begin);
    if (!exact) return std::fputs("bench_hover: a cached frame is missing\n", stderr), 1;
  }
  const double ours = percentile(first, 0.5), peer = percentile(peer_first, 0.5);
  std::printf(
      "{\"name\":\"hover\",\"ours\":%.1f,\"peer\":%.1f,\"ratio\":%.3f,\"unit\":\"ms\",\"promised\":50,\"whole_strip\":%.0f,\"whole_strip_peer\":%.0f,\"whole_strip_ratio\":%.3f,"
      "\"cached_p99\":%.4f,\"method\":\"5 s of 1080p at 8 Mbit/s, nothing cached but the file: median of %d from the wish to the first picture, beside mpv 'loadfile' to its first "
      "frame with no video output; whole_strip: to the last of 121 frames at 320x180, beside ffmpeg decoding and scaling them; cached_p99: one frame's wish for a strip that is there\"}\n",
      ours, peer, ours / peer, percentile(whole, 0.5), percentile(peer_whole, 0.5), percentile(whole, 0.5) / percentile(peer_whole, 0.5), percentile(cached, 0.99), rounds);
  return keeps_to(at_most(50), ours, "hover, first picture, ms") ? 0 : 1;
}
