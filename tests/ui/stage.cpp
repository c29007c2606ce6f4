// The stage: surface, wake-ups and the frame.
#include "ui/stage.h"

#include <imgui.h>
#include <imgui_impl_opengl3.h>
#include <imgui_te_context.h>
#include <imgui_te_engine.h>

#include <chrono>
#include <cstdlib>

#include "base/file.h"
#include "base/paths.h"
#include "engine/wiring.h"
#include "gpu/null_gpu.h"
#include "media/encode_image.h"
#include "shell/theme_file.h"
#include "support/catch.h"
#include "ui/ui_thread_trap.h"

namespace studio {
namespace {

double now_secs() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// What a renderer would do for the textures of Dear ImGui, without any.
void pretend_to_render(ImDrawData* data) {
  if (data->Textures == nullptr) return;
  for (ImTextureData* texture : *data->Textures) {
    if (texture->Status == ImTextureStatus_WantCreate) {
      texture->SetTexID(1);
      texture->SetStatus(ImTextureStatus_OK);
    } else if (texture->Status == ImTextureStatus_WantUpdates) {
      texture->SetStatus(ImTextureStatus_OK);
    } else if (texture->Status == ImTextureStatus_WantDestroy) {
      texture->SetTexID(ImTextureID_Invalid);
      texture->SetStatus(ImTextureStatus_Destroyed);
    }
  }
}

// The driver compiles shaders into files and waits for its threads: not our doing, so not trapped.
class DriverApart final : public Gpu {
 public:
  explicit DriverApart(std::unique_ptr<Gpu> gpu) : gpu_(std::move(gpu)) {}
  ~DriverApart() override {
    const TrapPause pause;
    gpu_.reset();
  }
  int max_texture_side() const override {
    const TrapPause pause;
    return gpu_->max_texture_side();
  }
  TextureId create_texture(int width, int height) override {
    const TrapPause pause;
    return gpu_->create_texture(width, height);
  }
  void destroy_texture(TextureId texture) override {
    const TrapPause pause;
    gpu_->destroy_texture(texture);
  }
  void upload(TextureId texture, int x, int y, int width, int height, const std::uint8_t* rgba) override {
    const TrapPause pause;
    gpu_->upload(texture, x, y, width, height, rgba);
  }
  void begin_pictures() override {
    const TrapPause pause;
    gpu_->begin_pictures();
  }
  void clear(int width, int height, std::uint32_t rgba) override {
    const TrapPause pause;
    gpu_->clear(width, height, rgba);
  }
  Picture read_back(int width, int height) override {
    const TrapPause pause;
    return gpu_->read_back(width, height);
  }

 private:
  std::unique_ptr<Gpu> gpu_;
};

}  // namespace

Stage::Stage(Settings settings) : settings_(settings), bell_(std::make_shared<Bell>()) {
  // Nothing of the user's is touched, and the sandbox is one of our own.
  setenv("XDG_DATA_HOME", (folder() / "data").c_str(), 1);
  setenv("XDG_STATE_HOME", (folder() / "state").c_str(), 1);
  setenv("XDG_CONFIG_HOME", (folder() / "config").c_str(), 1);
  setenv("ALSOFT_DRIVERS", settings_.sound_driver.c_str(), 1);
  if (settings_.own_sandbox_folder) setenv("STUDIO_SANDBOX_STATE", sandbox_state().c_str(), 1);

  std::unique_ptr<Gpu> gpu;
  if (settings_.draw) screen_ = OffScreen::open(settings_.width, settings_.height);
  gpu = std::make_unique<DriverApart>(screen_ ? screen_->take_gpu() : std::make_unique<NullGpu>());

  const auto wake = [bell = bell_] {
    std::lock_guard lock(bell->mutex);
    bell->ringing = true;
    bell->rung.notify_all();
  };
  auto parts = make_studio_parts(wake);
  if (!parts) throw std::runtime_error(parts.error().message);
  auto theme = load_theme(assets_folder() / "theme" / "tokens.json");
  if (!theme) throw std::runtime_error(theme.error().message);
  const auto pictures = assets_folder() / "start";
  auto files = read_start_files(folder() / "config", pictures, *theme, wake);
  files.settings = settings_.remembered;
  {
    const TrapScope trap;
    app_ = std::make_unique<App>(AppParts{std::move(*theme), std::move(gpu), std::move(*parts), wake, folder() / "config",
                                          folder() / "data", folder(), pictures, std::move(files),
                                          DesktopSettings{!settings_.bus_address.empty(), "", settings_.bus_address}});
    app_->set_monitor_scale(settings_.scale);
  }
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(settings_.width), static_cast<float>(settings_.height)};
  if (screen_) {
    ImGui_ImplOpenGL3_Init("#version 330 core");
  } else {
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures | ImGuiBackendFlags_RendererHasVtxOffset;
  }
  engine_ = ImGuiTestEngine_CreateContext();
  ImGuiTestEngineIO& test = ImGuiTestEngine_GetIO(engine_);
  test.ConfigRunSpeed = ImGuiTestRunSpeed_Fast;
  test.ConfigVerboseLevel = ImGuiTestVerboseLevel_Warning;
  test.ConfigVerboseLevelOnError = ImGuiTestVerboseLevel_Info;
  test.ConfigLogToTTY = true;
  test.ConfigNoThrottle = true;
  test.ConfigSavedSettings = false;
  test.ConfigWatchdogWarning = 120;
  test.ConfigWatchdogKillTest = 240;
  ImGuiTestEngine_Start(engine_, ImGui::GetCurrentContext());
}

Stage::~Stage() {
  static_cast<void>(waited_for_nothing());
  ImGuiTestEngine_Stop(engine_);
  if (screen_) ImGui_ImplOpenGL3_Shutdown();
  app_.reset();  // destroys the Dear ImGui context, which the Test Engine wants gone first
  ImGuiTestEngine_DestroyContext(engine_);
}

std::filesystem::path Stage::open_fresh_project(const std::string& name) {
  const auto project = folder() / name;
  if (auto made = Studio::create_project(project, name); !made) throw std::runtime_error(made.error().message);
  open(project);
  return project;
}

void Stage::open(const std::optional<std::filesystem::path>& project) {
  {
    const TrapScope trap;
    app_->start(project);
  }
  while (app_->is_opening()) {
    wait_for_wake(100);
    tick();
  }
}

void Stage::wait_for_wake(int ms) {
  std::unique_lock lock(bell_->mutex);
  bell_->rung.wait_for(lock, std::chrono::milliseconds(ms), [&] { return bell_->ringing; });
  bell_->ringing = false;
}

bool Stage::waited_for_nothing() {
  const auto calls = take_trapped_calls();
  for (const TrappedCall& call : calls) FAIL_CHECK("the window waited: " << call.name << "\n" << call.where);
  return calls.empty();
}

bool Stage::tick() {
  const TrapScope trap;
  return app_->tick();
}

void Stage::frame() {
  tick();
  {
    const TrapScope trap;
    app_->before_frame();
  }
  ImGuiIO& io = ImGui::GetIO();
  io.DeltaTime = 1.0f / 60;
  if (screen_) ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  {
    const TrapScope trap;
    app_->draw();
  }
  ImGui::Render();
  app_->frame_is_ready();
  if (screen_) {
    screen_->bind();
    // Only what somebody looks at is drawn: in software that is most of a script's time.
    if (std::exchange(is_looked_at_, false) || !picture_wanted_.empty()) {
      app_->gpu().clear(settings_.width, settings_.height, app_->ground());
      ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    } else if (ImGui::GetDrawData()->Textures != nullptr) {
      for (ImTextureData* texture : *ImGui::GetDrawData()->Textures)
        if (texture->Status != ImTextureStatus_OK) ImGui_ImplOpenGL3_UpdateTexture(texture);
    }
  } else {
    pretend_to_render(ImGui::GetDrawData());
  }
  if (const std::string wanted = std::exchange(picture_wanted_, {}); screen_ && !wanted.empty()) write_picture(wanted);
  ImGuiTestEngine_PreSwap(engine_);
  ImGuiTestEngine_PostSwap(engine_);
  const TrapScope trap;
  app_->after_frame();
}

bool Stage::play(const std::string& name, std::function<void(ImGuiTestContext*)> script) {
  ImGuiTest* test = ImGuiTestEngine_RegisterTest(engine_, "studio", name.c_str());
  test->TestFunc = std::move(script);
  ImGuiTestEngine_QueueTest(engine_, test);
  while (!ImGuiTestEngine_IsTestQueueEmpty(engine_)) {
    // While a script waits for the sandbox, the processor is the sandbox's.
    if (std::exchange(idle_, false)) wait_for_wake(20);
    frame();
  }
  const bool passed = test->Output.Status == ImGuiTestStatus_Success;
  ImGuiTestEngine_UnregisterTest(engine_, test);
  return waited_for_nothing() && passed;
}

bool Stage::wait_until(ImGuiTestContext* context, const std::function<bool()>& done, double secs) {
  const double limit = now_secs() + secs;
  while (!done()) {
    if (now_secs() > limit || context->IsError()) return false;
    idle_ = true;
    context->Yield();
  }
  return true;
}

bool Stage::settle(double secs) {
  const double limit = now_secs() + secs;
  for (int quiet = 0; quiet < 4;) {
    if (now_secs() > limit) return false;
    frame();
    const auto counts = app_->pictures().counts();
    quiet = counts.wanted == 0 && !app_->pictures().has_ready() ? quiet + 1 : 0;
    if (quiet == 0) wait_for_wake(20);
  }
  return true;
}

bool Stage::falls_asleep(double secs) {
  const double limit = now_secs() + secs;
  while (now_secs() < limit) {
    if (!settle(limit - now_secs())) return false;
    int quiet = 0;
    while (quiet < 20 && !tick()) {
      wait_for_wake(10);
      ++quiet;
    }
    if (quiet == 20) return true;
  }
  return false;
}

Picture Stage::pixels() {
  is_looked_at_ = true;
  frame();
  screen_->bind();
  return app_->gpu().read_back(settings_.width, settings_.height);
}

void Stage::save_picture(const std::string& name) { picture_wanted_ = name; }

void Stage::write_picture(const std::string& name) {
  const auto bytes = encode_png(app_->gpu().read_back(settings_.width, settings_.height));
  const auto folder = program_folder().parent_path() / "screenshots";
  if (!bytes || !make_folder(folder)) return;
  static_cast<void>(write_file_durable(folder / (name + ".png"), *bytes));
}

}  // namespace studio
