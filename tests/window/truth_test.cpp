// Every pixel is true: what the X server shows is read back and held against what it must be.
#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "media/encode_image.h"
#include "support/catch.h"
#include "support/media_samples.h"
#include "window/barcodes.h"
#include "window/real_window.h"

using namespace studio;

namespace {

// The number of a picture that fills the width of `box` but for a margin; -1 where there is none.
int read_barcode(const Picture& screen, Box box) {
  const int y = box.middle_y();
  int left = -1, right = -1;
  for (int x = box.x; x < box.x + box.width; ++x) {
    if (samples::pixel(screen, x, y).g < 190) continue;
    if (left < 0) left = x;
    right = x;
  }
  if (left < 0 || right - left < box.width / 2) return -1;
  int number = 0;
  for (int bar = 1; bar < barcode_bars - 1; ++bar) {
    const int level = samples::pixel(screen, left + static_cast<int>((bar + 0.5) * (right + 1 - left) / barcode_bars), y).g;
    if (level > 60 && level < 190) return -1;
    number = number << 1 | (level >= 190 ? 1 : 0);
  }
  return number;
}

}  // namespace

TEST_CASE("After jumps through ten thousand, each tile on the X server shows its own picture") {
  std::string why;
  RealWindow::Settings settings;
  settings.check_frames = true;
  const auto window = RealWindow::make(settings, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = window->folder() / "barcodes";
  constexpr int count = 10'000;
  REQUIRE(make_barcodes(project, count));
  window->open({project.string()});
  XScreen& screen = window->screen();
  const Box gallery = window->place("Gallery");

  // The tiles that lie wholly within the panel, by the number they shall show.
  const auto tiles = [&] {
    std::vector<std::pair<int, Box>> whole;
    const Box inside{gallery.x, gallery.y + 60, gallery.width, gallery.height - 70};
    for (const auto& [label, box] : window->places())
      if (label.starts_with("tile a") && inside.contains(box)) whole.emplace_back(std::atoi(label.c_str() + 6), box);
    return whole;
  };
  int checked = 0, lowest = count, highest = 0, wrong = 0;
  const auto all_are_true = [&] {
    const int frames = window->frames();
    const auto whole = tiles();
    if (whole.empty()) return false;
    const Picture picture = screen.look();
    const bool same_frame = window->frames() == frames;
    bool all_there = true;
    for (const auto& [number, box] : whole) {
      const int read = read_barcode(picture, box);
      all_there = all_there && read == number;
      // Not there yet is one thing; another's picture is never shown.
      if (read >= 0 && read != number && same_frame) ++wrong;
    }
    if (!all_there) return false;
    checked += static_cast<int>(whole.size());
    for (const auto& [number, box] : whole) lowest = std::min(lowest, number), highest = std::max(highest, number);
    return true;
  };
  REQUIRE(window->until(all_are_true));
  window->save_picture("window-barcodes");
  screen.play("mousemove " + std::to_string(gallery.middle_x()) + " " + std::to_string(gallery.middle_y()));
  Random random(11);
  // The keys act where the pictures have the focus.
  screen.click(tiles().front().second);
  for (int jump = 0; jump < 24; ++jump) {
    switch (jump % 4) {
      case 0: screen.key(jump % 8 == 0 ? "End" : "Home"); break;
      case 1: screen.play("key --delay 1 --repeat " + std::to_string(1 + random.below(60)) + (jump % 8 == 1 ? " Prior" : " Next")); break;
      default:
        screen.play("click --delay 1 --repeat " + std::to_string(1 + random.below(40)) + (random.below(2) == 0 ? " 4" : " 5"));
        break;
    }
    INFO("jump " << jump);
    window->settle();
    CHECK(window->until(all_are_true, 20));
  }
  screen.key("End");
  window->settle();
  CHECK(window->until(all_are_true, 20));
  window->shows_all();
  window->save_picture("window-barcodes-end");
  // It was about the whole library: both ends were seen.
  CHECK(lowest == 1);
  CHECK(highest == count);
  CHECK(checked > 300);
  CHECK(wrong == 0);
  window->close();
}

TEST_CASE("Two hundred jumps in a clip, and the X server shows the frame that was asked for") {
  if (!samples::has_ffmpeg() || !samples::has_encoder("libx264")) STUDIO_SKIP("the ffmpeg program has no libx264");
  std::string why;
  const auto window = RealWindow::make({}, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = (window->folder() / "clip").string();
  const auto clip = window->folder() / "numbered.mp4";
  constexpr int frames = 120;
  REQUIRE(samples::numbered_clip(clip, {"-c:v", "libx264", "-preset", "veryfast", "-g", "24", "-bf", "2"}, frames));
  window->headless({"new", "--project", project});
  window->headless({"import", clip.string(), "--project", project});
  window->headless({"run", "--project", project});
  window->open({project});
  XScreen& screen = window->screen();
  screen.key("F3");
  window->settle();
  screen.click(window->place("tile a1"));
  screen.click(window->place("Picture"));
  const Box strip = window->place("Scrub"), box = window->place("Picture");
  // True pixels, or a whole multiple of them, in the middle of their ground.
  const int times = std::max(1, std::min(box.width / 320, box.height / 192));
  const Box shown{box.x + (box.width - 320 * times) / 2, box.y + (box.height - 192 * times) / 2, 320 * times, 192 * times};
  const auto shows = [&] { return samples::read_number(screen.look(shown)); };
  REQUIRE(window->until([&] { return shows() == 0; }));
  Random random(5);
  int wrong = 0;
  for (int jump = 0; jump < 200; ++jump) {
    const int frame = static_cast<int>(random.below(frames));
    // The middle of the frame's stretch: where it begins and ends is a matter of rounding.
    const int x = strip.x + static_cast<int>((frame + 0.5) * strip.width / frames);
    screen.click(x, strip.middle_y());
    const bool is_there = window->until([&] { return shows() == frame; }, 10);
    if (!is_there) UNSCOPED_INFO("asked for " << frame << ", shown " << shows());
    wrong += is_there ? 0 : 1;
    // A step to either side is the neighbour.
    if (jump % 20 == 0 && frame > 0 && frame + 1 < frames) {
      screen.key("period");
      CHECK(window->until([&] { return shows() == frame + 1; }, 10));
      screen.key("comma");
      screen.key("comma");
      CHECK(window->until([&] { return shows() == frame - 1; }, 10));
    }
  }
  CHECK(wrong == 0);
  window->save_picture("window-loupe-clip");
  window->close();
}

TEST_CASE("Flat colours come to the X server as they are in the file, in the loupe and on the tile") {
  std::string why;
  const auto window = RealWindow::make({}, why);
  if (!window) STUDIO_SKIP(why);
  const auto project = (window->folder() / "colours").string();
  window->headless({"new", "--project", project});
  const std::vector<samples::Rgb> colours{{255, 255, 255}, {0, 0, 0},     {128, 128, 128}, {255, 0, 0},    {0, 255, 0},
                                          {0, 0, 255},     {200, 30, 90}, {17, 130, 201},  {250, 240, 10}, {60, 61, 59}};
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const auto file = window->folder() / ("colour" + std::to_string(i) + ".png");
    samples::write_file(file, encode_png(samples::flat(600, 400, colours[i])).value());
    window->headless({"import", file.string(), "--project", project});
  }
  window->headless({"run", "--project", project});
  window->open({project});
  XScreen& screen = window->screen();
  const auto is = [&](Box where, samples::Rgb colour, int tolerance) {
    const Picture picture = screen.look(where);
    for (int y = 0; y < picture.height; ++y)
      for (int x = 0; x < picture.width; ++x)
        if (!samples::near(samples::pixel(picture, x, y), colour, tolerance)) return false;
    return true;
  };
  window->settle();
  window->save_picture("window-colours");
  for (std::size_t i = 0; i < colours.size(); ++i) {
    INFO("colour " << i << ": " << colours[i].r << " " << colours[i].g << " " << colours[i].b);
    const Box tile = window->place("tile a" + std::to_string(i + 1));
    // The poster is a JPEG.
    CHECK(window->until([&] { return is({tile.middle_x() - 8, tile.middle_y() - 8, 16, 16}, colours[i], 2); }, 10));
  }
  // In the loupe are the file's own pixels. The newest comes first, the arrows go on.
  screen.click(window->place("tile a" + std::to_string(colours.size())));
  screen.key("F3");
  window->settle();
  const Box picture = window->place("Picture");
  for (std::size_t i = colours.size(); i-- > 0;) {
    INFO("colour " << i << ": " << colours[i].r << " " << colours[i].g << " " << colours[i].b);
    CHECK(window->until([&] { return is({picture.middle_x() - 50, picture.middle_y() - 50, 100, 100}, colours[i], 0); }, 10));
    screen.key("Right");
  }
  window->close();
}
