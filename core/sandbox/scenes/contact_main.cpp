// studio_contact words OUT.png            every known word
// studio_contact prompts OUT PROMPT...    prompts by models; OUT ends in .png or .jpg
// studio_contact time PROMPT...           milliseconds of one core for 1024 x 1024, each model
// Options before them: --seed N, --tile WxH.
#include <time.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "sandbox/scenes/contact.h"
#include "sandbox/scenes/render.h"

// One header, one place: the encoders of stb are compiled here only, and their warnings are theirs.
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace {

int usage() {
  std::fprintf(
      stderr, "usage: studio_contact [--seed N] [--tile WxH] words OUT.png | prompts OUT PROMPT... | time PROMPT...\n");
  return 2;
}

bool save(const std::string& path, const studio::Picture& picture) {
  if (path.ends_with(".jpg"))
    return stbi_write_jpg(path.c_str(), picture.width, picture.height, 4, picture.rgba.data(), 90) != 0;
  stbi_write_png_compression_level = 9;
  return stbi_write_png(path.c_str(), picture.width, picture.height, 4, picture.rgba.data(), picture.width * 4) != 0;
}

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void print_times(const std::vector<std::string>& prompts, std::int64_t seed) {
  for (const std::string& prompt : prompts) {
    for (const std::string& model : studio::sandbox_image_models()) {
      double best = 1e9;
      for (int run = 0; run < 3; ++run) {
        const double start = cpu_ms();
        studio::render_scene({model, prompt, seed, 1024, 1024});
        best = std::min(best, cpu_ms() - start);
      }
      std::printf("%7.1f ms  %-14s %s\n", best, model.c_str(), prompt.c_str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> args(argv + 1, argv + argc);
  std::int64_t seed = 7;
  int width = 0, height = 0;
  while (args.size() > 1 && args[0].starts_with("--")) {
    if (args[0] == "--seed")
      seed = std::atoll(args[1].c_str());
    else if (args[0] != "--tile" || std::sscanf(args[1].c_str(), "%dx%d", &width, &height) != 2)
      return usage();
    args.erase(args.begin(), args.begin() + 2);
  }
  if (args.size() < 2) return usage();
  const std::string verb = args[0], out = args[1];
  if (verb == "time") {
    print_times({args.begin() + 1, args.end()}, seed);
    return 0;
  }
  studio::Picture sheet;
  if (verb == "words") {
    sheet = studio::contact_sheet_of_words("sandbox-flux", seed, width > 0 ? width : 240, height > 0 ? height : 160);
  } else if (verb == "prompts" && args.size() > 2) {
    const std::vector<std::string> prompts(args.begin() + 2, args.end());
    sheet = studio::contact_sheet_of_prompts(prompts, seed, width > 0 ? width : 520, height > 0 ? height : 293);
  } else {
    return usage();
  }
  if (!save(out, sheet)) {
    std::fprintf(stderr, "The sheet could not be written. Check the folder and the space on the disk: %s\n",
                 out.c_str());
    return 1;
  }
  return 0;
}
