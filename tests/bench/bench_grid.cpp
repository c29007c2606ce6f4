// One frame of the gallery with some 220 tiles at 1080p: the real panel on its atlas, beside the same picture drawn the
// stock way (a texture for each picture at poster size, filtered and blended, image and text in turn, on a window's
// background).
#include <imgui.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/paths.h"
#include "bench/bench_grid_window.h"
#include "engine/wiring.h"
#include "media/encode_image.h"
#include "panels/gallery_panel.h"
#include "shell/fonts.h"
#include "shell/theme_file.h"
#include "support/off_screen.h"
#include "support/temp_folder.h"

using namespace studio;

namespace {

constexpr int width = 1920, height = 1080;
constexpr int frames = 300;

// A picture with some life in it, different for each number.
Picture sample(int number, int w, int h) {
  Picture picture(w, h);
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      std::uint8_t* p = picture.row(y) + x * 4;
      p[0] = static_cast<std::uint8_t>((x * 255 / w + number * 37) & 255);
      p[1] = static_cast<std::uint8_t>((y * 255 / h + number * 91) & 255);
      p[2] = static_cast<std::uint8_t>(((x ^ y) + number * 13) & 255);
      p[3] = 255;
    }
  return picture;
}

Library library_of(int count) {
  Library library;
  Generation generation;
  generation.id = {1};
  generation.prompt = "bench";
  library.fold(generation);
  for (int n = 1; n <= count; ++n) {
    Asset asset;
    asset.id = {n};
    asset.sha256 = std::to_string(n);
    asset.media.width = 960;
    asset.media.height = 480;
    asset.generation = {1};
    asset.created_ms = 1'700'000'000'000 + n;
    library.fold(asset);
    library.fold_poster(asset.id);
  }
  return library;
}

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main() {
  auto screen = OffScreen::open(width, height);
  if (!screen) return std::fputs("bench_grid: no EGL without a surface here (libegl-mesa0)\n", stderr), 1;
  const auto gpu = screen->take_gpu();
  auto theme = load_theme(assets_folder() / "theme" / "tokens.json");
  auto providers = load_providers(assets_folder());
  if (!theme || !providers) return 1;
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().DisplaySize = {width, height};
  ImGui::GetIO().ConfigInputTextCursorBlink = false;
  ImGui::GetStyle() = theme->style;
  ImGui_ImplOpenGL3_Init("#version 330 core");
  // The panel may ask the project; this one is empty and drives no work.
  const TempFolder project;
  auto parts = make_studio_parts([] {});
  if (!parts) return 1;
  parts->drive = false;
  if (!Studio::create_project(project.path() / "bench", "bench")) return 1;
  auto studio = Studio::open(project.path() / "bench", *parts);
  if (!studio) return 1;
  double ours = 0, peer = 0, quiet_large = 0, marked_large = 0;
  int tiles = 0;
  {
    Fonts fonts(*theme, {});
    fonts.load();
    PictureCache pictures(*gpu, {});
    std::vector<std::string> posters;
    for (int n = 0; n < 16; ++n) posters.push_back(encode_jpeg(sample(n, 256, 128)).value_or(""));
    pictures.set_source([&](const std::string& sha, int) {
      return std::optional(posters[static_cast<std::size_t>(std::stoi(sha)) % posters.size()]);
    });

    const Library library = library_of(2000);
    const std::filesystem::path folder;
    const std::string name = "bench";
    const VariationLists lists;
    const std::optional<Error> problem;
    const Budgets budgets;
    const PriceRules price_rules;
    const std::string warning;
    const StudioView view{folder, name, library, *providers, lists, {}, {}, budgets, price_rules, warning, 0, problem};
    AppState state;
    const SendCommand send = [](Command, CommandDone) {};
    CommandContext commands{&view, state, send};
    GalleryState gallery;
    gallery.size_step = 0;  // 96 px: the densest the ladder has

    const auto frame = [&](const auto& draw) {
      const double begin = now_ms();
      ImGui::GetIO().DeltaTime = 1.0f / 60;
      ImGui_ImplOpenGL3_NewFrame();
      ImGui::NewFrame();
      draw();
      ImGui::Render();
      screen->bind();
      gpu->clear(width, height, (*theme)[Tone::GroundBase]);
      ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
      screen->finish();
      return now_ms() - begin;
    };
    const auto draw_gallery = [&](GalleryState& of, const StudioView& seen, CommandContext& with) {
      pictures.begin_frame();
      Ui ui{*theme};
      ui.fonts = fonts.faces();
      ui.pictures = &pictures;
      ImGui::SetNextWindowPos({0, 0});
      ImGui::SetNextWindowSize({width, height});
      ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
      ImGui::Begin("Gallery", nullptr,
                   ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoMove);
      ImGui::PopStyleVar();
      draw_gallery_panel(of, {ui, seen, state, send, with, **studio});
      ImGui::End();
    };
    const auto draw_ours = [&] { draw_gallery(gallery, view, commands); };
    for (int n = 0; n < 2000; ++n) {
      frame(draw_ours);
      pictures.end_frame();
      const auto counts = pictures.counts();
      if (n > 5 && counts.wanted == 0 && !pictures.has_ready()) break;
    }
    tiles = static_cast<int>(pictures.counts().resident);
    std::vector<double> times;
    for (int n = 0; n < frames; ++n) {
      times.push_back(frame(draw_ours));
      pictures.end_frame();
    }
    ours = median(times);

    // A mark among 100,000: what the frame after it costs beyond an ordinary one.
    Library large = library_of(100'000);
    const StudioView large_view{folder, name, large, *providers, lists, {}, {}, budgets, price_rules, warning, 0, problem};
    CommandContext large_commands{&large_view, state, send};
    GalleryState large_gallery;
    large_gallery.size_step = 0;
    const auto draw_large = [&] { draw_gallery(large_gallery, large_view, large_commands); };
    for (int n = 0; n < 20; ++n) frame(draw_large), pictures.end_frame();
    times.clear();
    for (int n = 0; n < 60; ++n) {
      times.push_back(frame(draw_large));
      pictures.end_frame();
    }
    quiet_large = median(times);
    times.clear();
    for (int n = 0; n < 60; ++n) {
      large.set_mark(AssetId{n + 1}, Mark::Pick, 0);
      times.push_back(frame(draw_large));
      pictures.end_frame();
    }
    marked_large = median(times);

    // The stock way: as many tiles, at the same places.
    std::vector<TextureId> textures;
    for (int n = 0; n < tiles; ++n) {
      const Picture picture = sample(n, 256, 128);
      textures.push_back(gpu->create_texture(256, 128));
      gpu->upload(textures.back(), 0, 0, 256, 128, picture.rgba.data());
    }
    const auto& layout = gallery.layout;
    const auto draw_stock = [&] {
      ImGui::SetNextWindowPos({0, 0});
      ImGui::SetNextWindowSize({width, height});
      ImGui::PushStyleColor(ImGuiCol_WindowBg, (*theme)[Tone::GroundBase]);
      ImGui::Begin("Stock", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove);
      ImGui::PopStyleColor();
      ImDrawList* list = ImGui::GetWindowDrawList();
      const float w = layout.tile_width, h = layout.places.front().tile_height;
      for (int n = 0; n < tiles; ++n) {
        const float x = 18 + static_cast<float>(n % layout.columns) * (w + gallery.metrics.gap);
        const float y = 90 + static_cast<float>(n / layout.columns) * layout.places.front().row_height;
        ImGui::SetCursorScreenPos({x, y});
        ImGui::PushID(n);
        ImGui::Image(ImTextureRef(static_cast<ImTextureID>(textures[static_cast<std::size_t>(n)])), {w, h});
        ImGui::PopID();
        list->AddText({x, y + h}, (*theme)[Tone::Text3], std::to_string(n).c_str());
      }
      ImGui::End();
    };
    for (int n = 0; n < 20; ++n) frame(draw_stock);
    times.clear();
    for (int n = 0; n < frames; ++n) times.push_back(frame(draw_stock));
    peer = median(times);
    for (const TextureId texture : textures) gpu->destroy_texture(texture);
  }
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext();
  std::printf(
      "{\"name\":\"grid\",\"ours\":%.3f,\"peer\":%.3f,\"ratio\":%.3f,\"unit\":\"ms\",\"tiles\":%d,\"method\":\"median "
      "of %d frames of %dx%d "
      "with %d tiles, glFinish included: the gallery panel (atlas, exact sizes, opaque, nearest) beside stock Dear "
      "ImGui drawing as many (one 256 px "
      "texture each, linear, blended, interleaved with text, window background)\",\"frame_of_100000_ms\":%.3f,"
      "\"frame_after_a_mark_of_100000_ms\":%.3f}\n",
      ours, peer, ours / peer, tiles, frames, width, height, tiles, quiet_large, marked_large);
  std::fflush(stdout);
  screen.reset();
  return bench_grid_in_a_window();
}
