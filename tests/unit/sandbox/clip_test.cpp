// Clips: the first frame is the picture, the rest moves as the words say, the same recipe gives the same bytes.
#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "base/file.h"
#include "base/hash.h"
#include "sandbox/ambience.h"
#include "sandbox/clip.h"
#include "sandbox/clip_scene.h"
#include "support/catch.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

// A landscape by formula: pale sky, a dark tower before it, striped ground.
Picture landscape(int width, int height) {
  Picture picture(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* p = picture.row(y) + x * 4;
      const int horizon = height / 2;
      if (y < horizon) {
        p[0] = static_cast<std::uint8_t>(120 + 80 * y / horizon), p[1] = static_cast<std::uint8_t>(150 + 40 * y / horizon), p[2] = 220;
      } else {
        const bool stripe = (x / 16 + y / 8) % 2 == 0;
        p[0] = stripe ? 70 : 110, p[1] = stripe ? 110 : 90, p[2] = 50;
      }
      if (x > width / 3 && x < width / 3 + width / 12 && y > height / 5 && y < height * 3 / 4) p[0] = 40, p[1] = 30, p[2] = 35;
      p[3] = 255;
    }
  }
  return picture;
}

std::string clip_bytes(const ClipOrder& order, const std::filesystem::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  REQUIRE(fd);
  const auto made = make_clip(order, fd.get(), {}, [](double) {});
  REQUIRE(made);
  auto bytes = read_file(file);
  REQUIRE(bytes);
  return *bytes;
}

bool has_program(const std::string& name) { return std::system((name + " -version >/dev/null 2>&1").c_str()) == 0; }

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char chunk[65536];
  while (const std::size_t got = std::fread(chunk, 1, sizeof chunk, pipe)) output.append(chunk, got);
  ::pclose(pipe);
  return output;
}

double mean_difference(const Picture& a, const Picture& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(int{a.rgba[i]} - int{b.rgba[i]});
  return sum / static_cast<double>(a.rgba.size());
}

Picture frame_of(const Picture& picture, const std::string& prompt, int frame, std::int64_t seed = 1) {
  ClipScene scene(picture, prompt, seed, 48, 24);
  Picture out(picture.width, picture.height);
  scene.draw(frame, out);
  return out;
}

// Where the dark tower's left edge is in a row.
int tower_edge(const Picture& picture, int y) {
  for (int x = 0; x < picture.width; ++x)
    if (picture.row(y)[x * 4] < 56) return x;
  return -1;
}

}  // namespace

TEST_CASE("The first frame is the picture, bit for bit, whatever the words") {
  // Sizes that are no multiple of the grid's cell as well.
  for (const auto& [width, height] : {std::pair{320, 176}, std::pair{186, 130}}) {
    const Picture picture = landscape(width, height);
    for (const char* prompt : {"", "push in", "pull back", "pan left, snow", "orbit, handheld, storm, waves", "tilt up, mist, fire"})
      CHECK(frame_of(picture, prompt, 0).rgba == picture.rgba);
  }
}

TEST_CASE("A flat card stays flat in every frame") {
  Picture card(192, 128);
  for (std::size_t i = 0; i < card.rgba.size(); i += 4) card.rgba[i] = 200, card.rgba[i + 1] = 60, card.rgba[i + 2] = 30, card.rgba[i + 3] = 255;
  for (const int frame : {0, 20, 47}) {
    const Picture drawn = frame_of(card, "orbit, mist, snow, handheld, fire", frame);
    CHECK(drawn.rgba == card.rgba);
  }
}

TEST_CASE("The picture moves, and the words choose the way") {
  const Picture picture = landscape(320, 176);
  std::vector<Picture> ends;
  for (const char* prompt : {"push in", "pull back", "pan left", "pan right", "tilt up", "tilt down", "orbit left", "orbit right"}) {
    ends.push_back(frame_of(picture, prompt, 47));
    CHECK(mean_difference(picture, ends.back()) > 2.0);
  }
  for (std::size_t a = 0; a < ends.size(); ++a)
    for (std::size_t b = a + 1; b < ends.size(); ++b) CHECK(mean_difference(ends[a], ends[b]) > 1.0);

  // A camera that pans right lets things go to the left.
  const int before = tower_edge(picture, 60);
  CHECK(tower_edge(frame_of(picture, "pan right", 47), 60) < before);
  CHECK(tower_edge(frame_of(picture, "pan left", 47), 60) > before);
  // Pushing in makes the tower wider.
  const auto width = [](const Picture& p) {
    int count = 0;
    for (int x = 0; x < p.width; ++x) count += p.row(60)[x * 4] < 56;
    return count;
  };
  CHECK(width(frame_of(picture, "push in", 47)) > width(picture));
  CHECK(width(frame_of(picture, "pull back", 47)) < width(picture));
  CHECK(mean_difference(frame_of(picture, "still camera", 47), frame_of(picture, "still camera, snow", 47)) > 0.1);
}

TEST_CASE("Near things move further than far ones") {
  const Picture picture = landscape(640, 352);
  const Picture moved = frame_of(picture, "pan right", 47);
  // The stripes near the bottom against the tower's upper part: how far each went, by the best match along the row.
  const auto shift = [&](int y) {
    int best = 0;
    double least = 1e9;
    for (int by = -80; by <= 20; ++by) {
      double sum = 0;
      for (int x = 160; x < 480; ++x)
        for (int c = 0; c < 3; ++c) sum += std::abs(int{picture.row(y)[x * 4 + c]} - int{moved.row(y)[(x + by) * 4 + c]});
      if (sum < least) least = sum, best = by;
    }
    return best;
  };
  CHECK(shift(100) < 0);
  const int tower = tower_edge(moved, 100) - tower_edge(picture, 100);
  const int foot = tower_edge(moved, 255) - tower_edge(picture, 255);
  CHECK(foot < tower);
}

TEST_CASE("Nothing from outside the picture comes into view") {
  // A picture whose outermost pixels are of one colour that occurs nowhere else: no frame may show more of it.
  Picture picture = landscape(320, 176);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      if (x < 2 || y < 2 || x >= picture.width - 2 || y >= picture.height - 2) {
        std::uint8_t* p = picture.row(y) + x * 4;
        p[0] = 255, p[1] = 0, p[2] = 255;
      }
  const auto framed = [](const Picture& p) {
    int count = 0;
    for (std::size_t i = 0; i < p.rgba.size(); i += 4) count += p.rgba[i] > 230 && p.rgba[i + 1] < 40 && p.rgba[i + 2] > 230;
    return count;
  };
  const int at_first = framed(picture);
  for (const char* prompt : {"push in", "pull back", "pan left", "pan right", "tilt up", "tilt down", "orbit left", "orbit right", "crane up", "fast pan right, handheld", "still"})
    for (const int frame : {12, 30, 47}) {
      INFO(prompt << " " << frame);
      CHECK(framed(frame_of(picture, prompt, frame)) <= at_first * 3 / 2);
    }
}

TEST_CASE("The same recipe gives the same clip, another seed or word another one") {
  TempFolder folder;
  const Picture picture = landscape(192, 112);
  const ClipOrder order{picture, "waves at night", 5, 1.0};
  const std::string first = clip_bytes(order, folder.path() / "a.mp4");
  CHECK(first == clip_bytes(order, folder.path() / "b.mp4"));
  CHECK(first != clip_bytes({picture, "waves at night", 6, 1.0}, folder.path() / "c.mp4"));
  CHECK(first != clip_bytes({picture, "city at night", 5, 1.0}, folder.path() / "d.mp4"));
}

TEST_CASE("A clip is H.264 in BT.709 limited with AAC sound, of the asked length") {
  if (!has_program("ffprobe")) STUDIO_SKIP("ffprobe is not installed");
  TempFolder folder;
  const auto file = folder.path() / "clip.mp4";
  clip_bytes({landscape(320, 176), "push in", 5, 2.0}, file);
  const std::string facts = output_of("ffprobe -v error -count_frames -show_entries stream=codec_name,width,height,pix_fmt,color_range,color_space,color_transfer,"
                                      "color_primaries,r_frame_rate,nb_read_frames,sample_rate,channels -of default=noprint_wrappers=1 " + file.string());
  for (const char* line : {"codec_name=h264", "width=320", "height=176", "pix_fmt=yuv420p", "color_range=tv", "color_space=bt709", "color_transfer=bt709",
                           "color_primaries=bt709", "r_frame_rate=24/1", "nb_read_frames=48", "codec_name=aac", "sample_rate=48000", "channels=2"}) {
    INFO(line);
    CHECK(facts.find(std::string(line) + "\n") != std::string::npos);
  }
}

TEST_CASE("The first decoded frame of a flat card is its colour, that of a picture is close to it") {
  if (!has_program("ffmpeg")) STUDIO_SKIP("ffmpeg is not installed");
  TempFolder folder;
  const auto file = folder.path() / "clip.mp4";
  const auto decoded = [&](const Picture& picture, int frame) {
    clip_bytes({picture, "orbit, mist", 5, 1.0}, file);
    const std::string raw = output_of("ffmpeg -v error -i " + file.string() + " -vf \"select=eq(n\\," + std::to_string(frame) +
                                      "),scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int\" -frames:v 1 -f rawvideo -pix_fmt rgba -");
    Picture out(picture.width, picture.height);
    REQUIRE(raw.size() == out.rgba.size());
    std::copy(raw.begin(), raw.end(), out.rgba.begin());
    return out;
  };
  for (const auto& [r, g, b] : {std::tuple{200, 60, 30}, std::tuple{20, 120, 220}, std::tuple{250, 250, 250}, std::tuple{128, 128, 128}}) {
    Picture card(128, 96);
    for (std::size_t i = 0; i < card.rgba.size(); i += 4) {
      card.rgba[i] = static_cast<std::uint8_t>(r), card.rgba[i + 1] = static_cast<std::uint8_t>(g), card.rgba[i + 2] = static_cast<std::uint8_t>(b), card.rgba[i + 3] = 255;
    }
    for (const int frame : {0, 20}) {
      const Picture seen = decoded(card, frame);
      int worst = 0;
      for (std::size_t i = 0; i < seen.rgba.size(); ++i) worst = std::max(worst, std::abs(int{seen.rgba[i]} - int{card.rgba[i]}));
      CHECK(worst <= 3);
    }
  }
  const Picture picture = landscape(320, 176);
  CHECK(mean_difference(picture, decoded(picture, 0)) < 2.5);
  CHECK(mean_difference(picture, decoded(picture, 23)) > 4.0);
}

TEST_CASE("A cancelled clip stops") {
  TempFolder folder;
  UniqueFd fd(::open((folder.path() / "clip.mp4").c_str(), O_RDWR | O_CREAT, 0600));
  std::stop_source stop;
  int told = 0;
  const auto made = make_clip({landscape(192, 112), "", 1, 5.0}, fd.get(), stop.get_token(), [&](double progress) {
    CHECK(progress > 0);
    CHECK(progress < 1);
    if (++told == 3) stop.request_stop();
  });
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::Cancelled);
  CHECK(told == 3);
}

TEST_CASE("Ambience is audible, never clips, begins and ends in silence, and follows the words") {
  const auto level = [](const std::vector<float>& samples) {
    double sum = 0;
    for (const float s : samples) sum += double{s} * s;
    return std::sqrt(sum / static_cast<double>(samples.size()));
  };
  std::set<std::vector<float>> kinds;
  for (const char* words : {"", "sea waves", "wind in the mountains", "rain", "city street", "campfire", "night crickets", "forest birds", "cathedral hall"}) {
    INFO(words);
    const auto sound = make_ambience(words, 3, 96000);
    REQUIRE(sound.size() == 192000);
    CHECK(level(sound) > 0.01);
    CHECK(level(sound) < 0.35);
    float loudest = 0;
    bool is_finite = true;
    for (const float s : sound) loudest = std::max(loudest, std::fabs(s)), is_finite = is_finite && std::isfinite(s);
    CHECK(is_finite);
    CHECK(loudest < 0.95f);
    CHECK(std::fabs(sound.front()) < 0.001f);
    CHECK(std::fabs(sound.back()) < 0.001f);
    CHECK(sound == make_ambience(words, 3, 96000));
    kinds.insert(sound);
  }
  CHECK(kinds.size() == 9);
  CHECK(make_ambience("rain", 3, 0).empty());
}
