// bench queue: the whole window's own code, without a graphics driver, over a project with ten thousand jobs in the queue: the list
// scrolls, jobs begin and end all the while, and the frame that used most of its thread's processor time is reported.
#include <imgui_internal.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "bench/bench_project.h"
#include "bench/goal.h"
#include "engine/wiring.h"
#include "gpu/null_gpu.h"
#include "shell/app.h"
#include "shell/theme_file.h"
#include "store/store.h"

using namespace studio;

namespace {

constexpr int jobs_count = 10'000, frames = 1'500;

double now_secs() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// What people would have asked for in a thousand requests of ten.
Result<void> fill(const std::filesystem::path& project) {
  STUDIO_CHECK(Studio::create_project(project, "long"));
  STUDIO_TRY(const auto store, Store::open(project));
  return store->write_and_wait([](Ledger& ledger) -> Result<void> {
    GenerationId generation;
    for (int n = 0; n < jobs_count; ++n) {
      if (n % 10 == 0) {
        Generation request;
        request.prompt = "a lighthouse on a storm coast, take " + std::to_string(n / 10);
        request.count = 10;
        request.created_ms = 1'700'000'000'000 + n;
        STUDIO_TRY(generation, ledger.add_generation(request));
      }
      Job job;
      job.generation = generation;
      job.variation = n % 10 + 1;
      job.state = JobState::Queued;
      job.progress = -1;
      job.recipe.provider = "sandbox";
      job.recipe.model = "sandbox-flux";
      job.recipe.prompt = "a lighthouse on a storm coast, take " + std::to_string(n / 10);
      job.recipe.seed = n;
      job.recipe.width = job.recipe.height = 64;
      job.recipe_digest = recipe_digest(job.recipe);
      job.estimate = money_from_dollars(0.04);
      job.currency = Currency::Play;
      job.created_ms = 1'700'000'000'000 + n;
      STUDIO_CHECK(ledger.add_job(job));
    }
    return {};
  });
}

// What a renderer would do for the textures of Dear ImGui, without any.
void pretend_to_render(const ImDrawData& data) {
  if (data.Textures == nullptr) return;
  for (ImTextureData* texture : *data.Textures) {
    if (texture->Status == ImTextureStatus_WantCreate) texture->SetTexID(1);
    if (texture->Status == ImTextureStatus_WantDestroy) texture->SetTexID(ImTextureID_Invalid);
    if (texture->Status == ImTextureStatus_WantDestroy) texture->SetStatus(ImTextureStatus_Destroyed);
    else if (texture->Status != ImTextureStatus_OK && texture->Status != ImTextureStatus_Destroyed) texture->SetStatus(ImTextureStatus_OK);
  }
}

ImGuiWindow* list_of_jobs() {
  for (ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
    if (window->Active && std::strstr(window->Name, "##jobs") != nullptr) return window;
  return nullptr;
}

void frame(App& app) {
  app.tick();
  app.before_frame();
  ImGui::GetIO().DeltaTime = 1.0f / 60;
  ImGui::NewFrame();
  app.draw();
  ImGui::Render();
  app.frame_is_ready();
  pretend_to_render(*ImGui::GetDrawData());
  app.after_frame();
}

}  // namespace

int main() {
  BenchProject studio;
  for (const auto& [name, value] : studio.environment()) ::setenv(name.c_str(), value.c_str(), 1);
  ::setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", 1);
  ::setenv("ALSOFT_DRIVERS", "null", 1);
  if (!studio.start_sandbox()) return 1;
  const std::filesystem::path project = studio.project();
  if (const auto filled = fill(project); !filled) return std::fprintf(stderr, "bench_queue: %s\n", filled.error().message.c_str()), 1;
  auto parts = make_studio_parts([] {});
  auto theme = load_theme(assets_folder() / "theme" / "tokens.json");
  if (!parts || !theme) return std::fputs("bench_queue: the program's data cannot be read\n", stderr), 1;
  const auto config = studio.folder() / "window";
  auto files = read_start_files(config, {}, *theme, [] {});
  App app({std::move(*theme), std::make_unique<NullGpu>(), std::move(*parts), [] {}, config, config, config, {}, std::move(files), {}});
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {1920, 1080};
  io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures | ImGuiBackendFlags_RendererHasVtxOffset;
  app.start(project);
  app.state().wishes.layout_review = true;
  const double begun = now_secs();
  bool is_asked_for = false;
  int drawn = 0;
  float at = 0;
  while (drawn < frames && now_secs() - begun < 120) {
    frame(app);
    std::this_thread::sleep_for(std::chrono::milliseconds(4));  // the others' turn: sandbox and engine
    if (!app.studio()) continue;
    if (!std::exchange(is_asked_for, true)) app.state().wishes.show_panel = "Queue";
    ImGuiWindow* list = list_of_jobs();
    if (list == nullptr || list->ScrollMax.y < 1000) continue;
    at = at + 137 > list->ScrollMax.y ? 0 : at + 137;
    ImGui::SetScrollY(list, at);
    ++drawn;
  }
  const auto& report = app.watch().report();
  const int over = app.queue().index.count(QueueSection::Done);
  if (drawn < frames || app.queue().index.total() != jobs_count || over < 50)
    return std::fprintf(stderr, "bench_queue: %d frames, %d jobs, %d of them done: nothing was measured\n", drawn, app.queue().index.total(), over), 1;
  std::printf("{\"name\":\"queue\",\"ours\":%.2f,\"floor\":%.0f,\"ratio\":%.3f,\"unit\":\"ms\",\"promised\":%.0f,\"slow_frames\":%lld,\"worst_frame\":\"%s\",\"jobs_done_meanwhile\":%d,"
              "\"method\":\"processor time of the window's thread in the worst of %lld frames, from the start on: a project with %d jobs in the queue is opened, the list of jobs is scrolled by 137 px a frame, "
              "while the sandbox takes and makes them; nothing is drawn by a graphics driver; the floor is what is promised\"}\n",
              report.worst_ms, FrameWatch::slow_ms, report.worst_ms / FrameWatch::slow_ms, FrameWatch::slow_ms, static_cast<long long>(report.slow_frames), report.worst.c_str(), over,
              static_cast<long long>(report.frames), jobs_count);
  return keeps_to(at_most(FrameWatch::slow_ms), report.worst_ms, "queue, ms of the worst frame") ? 0 : 1;
}
