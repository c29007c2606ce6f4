// A frame drawn in parts has the pixels of the same frame drawn as a whole, whatever changed on the way to it.
#include "shell/frame_painter.h"

#include <imgui.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <cstdlib>

#include "base/random.h"
#include "support/catch.h"
#include "support/off_screen.h"
#include "widgets/picture.h"

using namespace studio;

namespace {

constexpr int width = 900, height = 700, side = 48, gap = 8, tiles = 2000, pages = 3, page_side = 480;

// A small window of many parts: a list of pictures that is scrolled, a panel beside it, things that float above both.
class Desk {
 public:
  Desk() : screen_(OffScreen::open(width, height)) {
    if (!screen_) return;
    gpu_ = screen_->take_gpu();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().DisplaySize = {width, height};
    ImGui_ImplOpenGL3_Init("#version 330 core");
    painter_.emplace(*gpu_, true);
    for (TextureId& page : pages_) {
      page = gpu_->create_texture(page_side, page_side);
      for (int n = 0; n < 100; ++n) paint_tile(page, n);
    }
  }
  ~Desk() {
    if (!screen_) return;
    painter_.reset();
    for (const TextureId page : pages_) gpu_->destroy_texture(page);
    ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext();
  }
  bool is_there() const { return screen_ != nullptr; }

  // What is shown; each frame shows it anew.
  float scroll = 0;
  int marked = -1, counter = 0;
  bool has_menu = false, has_grid_ground = false;
  ImVec2 card{500, 300};
  std::string words = "harbour";

  // How often a frame was drawn whole, moved, in parts, or not at all.
  int whole = 0, parts = 0, nothing = 0;
  std::int64_t area = 0;  // px that were drawn or moved, of frames in parts

  void new_picture(Random& random) { paint_tile(pages_[random.below(pages)], static_cast<int>(random.below(100))); }

  // Draws, and compares with drawing all of it.
  bool frame_is_true(bool anew = false) {
    ImGui::GetIO().DeltaTime = 1.0f / 60;
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    build();
    ImGui::Render();
    screen_->bind();
    const auto painted = painter_->paint(*ImGui::GetDrawData(), 0xFF202020, anew);
    const Picture in_parts = gpu_->read_back(width, height);
    if (painted.whole)
      ++whole;
    else
      ++(painted.parts.empty() ? nothing : parts);
    for (const PixelRect& part : painted.parts) area += part.area();
    gpu_->clear(width, height, 0xFF202020);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    // The edges of what was moved are smoothed with sums that were rounded at another place: one step of 255 either
    // way.
    const Picture all = gpu_->read_back(width, height);
    return std::equal(all.rgba.begin(), all.rgba.end(), in_parts.rgba.begin(), in_parts.rgba.end(),
                      [](int a, int b) { return std::abs(a - b) <= 1; });
  }

 private:
  void paint_tile(TextureId page, int n) {
    Picture picture(side, side);
    const auto colour = static_cast<std::uint32_t>(++painted_tiles_ * 2654435761u);
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        std::uint8_t* p = picture.row(y) + 4 * x;
        p[0] = static_cast<std::uint8_t>(colour + static_cast<unsigned>(5 * x)),
        p[1] = static_cast<std::uint8_t>((colour >> 8) + static_cast<unsigned>(3 * y)),
        p[2] = static_cast<std::uint8_t>(colour >> 16), p[3] = 255;
      }
    gpu_->upload(page, n % 10 * side, n / 10 * side, side, side, picture.rgba.data());
  }

  void draw_grid() {
    ImGui::SetNextWindowPos({200, 0});
    ImGui::SetNextWindowSize({width - 200, height});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin(
        "grid", nullptr,
        ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoBringToFrontOnFocus);
    if (has_grid_ground) ImGui::GetWindowDrawList()->AddRectFilled({300, 100}, {400, 200}, IM_COL32(90, 20, 20, 255));
    ImGui::BeginChild("##list", {0, 0}, 0, ImGuiWindowFlags_NoBackground);
    const int columns = (width - 220) / (side + gap), rows = tiles / columns;
    ImGui::SetScrollY(scroll);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    ImGui::Dummy({1, static_cast<float>(rows * (side + gap))});
    ImDrawList* list = ImGui::GetWindowDrawList();
    splitter_.Split(list, 2);
    splitter_.SetCurrentChannel(list, 0);
    begin_pictures(list, *gpu_);
    for (int n = 0; n < tiles; ++n) {
      const ImVec2 at{origin.x + static_cast<float>(n % columns * (side + gap)),
                      origin.y + static_cast<float>(n / columns * (side + gap))};
      if (at.y > height || at.y + side < 0) continue;
      const Rect box = rect_at(at.x, at.y, side, side);
      const float u = static_cast<float>(n % 10) / 10, v = static_cast<float>(n / 10 % 10) / 10;
      splitter_.SetCurrentChannel(list, 0);
      picture(list, {pages_[static_cast<std::size_t>(n % pages)], u, v, u + 0.1f, v + 0.1f}, box);
      splitter_.SetCurrentChannel(list, 1);
      list->AddText({at.x + 2, at.y + 2}, IM_COL32_WHITE, std::to_string(n).c_str());
      if (n % 7 == 0) list->AddRectFilled({at.x + 30, at.y + 30}, {at.x + 60, at.y + 44}, IM_COL32(0, 200, 90, 120), 4);
      if (n == marked) list->AddRect(box.min, box.max, IM_COL32(255, 200, 0, 255), 3, 2);
      if (n % 11 == 0) {
        list->PushClipRect(box.min, box.max, true);
        list->AddLine({at.x - 9, at.y + side}, {at.x + side, at.y - 9}, IM_COL32(255, 0, 0, 160), 3);
        list->PopClipRect();
      }
    }
    splitter_.SetCurrentChannel(list, 0);
    end_pictures(list);
    splitter_.Merge(list);
    ImGui::EndChild();
    ImGui::End();
    ImGui::PopStyleVar();
  }

  void build() {
    draw_grid();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({200, height});
    ImGui::Begin("panel", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBringToFrontOnFocus);
    ImGui::TextWrapped("%s", words.c_str());
    ImGui::ProgressBar(static_cast<float>(counter % 100) / 100);
    ImGui::End();
    ImGui::SetNextWindowPos(card);
    ImGui::SetNextWindowSize({150, 80});
    ImGui::SetNextWindowBgAlpha(0.6f);
    ImGui::Begin("card", nullptr, ImGuiWindowFlags_NoDecoration);
    ImGui::Text("card %d", counter / 5);
    ImGui::End();
    if (has_menu) {
      ImGui::SetNextWindowPos({350, 250});
      ImGui::Begin("menu", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize);
      ImGui::Text("Copy\nPaste\nGenerate again");
      ImGui::End();
    }
  }

  std::unique_ptr<OffScreen> screen_;
  std::unique_ptr<Gpu> gpu_;
  std::optional<FramePainter> painter_;
  ImDrawListSplitter splitter_;
  TextureId pages_[pages] = {};
  unsigned painted_tiles_ = 0;
};

}  // namespace

TEST_CASE("A frame drawn in parts has the pixels of the frame drawn as a whole") {
  Desk desk;
  if (!desk.is_there()) STUDIO_SKIP("no OpenGL without a window");
  Random random(7);
  int wrong = 0;
  for (int frame = 0; frame < 300; ++frame) {
    const auto some = [&](int most) { return static_cast<int>(random.below(static_cast<std::uint64_t>(most))); };
    switch (some(10)) {
      case 0:
        desk.scroll += static_cast<float>(some(400) - 150);
        break;
      case 1:
        desk.scroll += 90;
        break;
      case 2:
        desk.scroll -= 37;
        break;
      case 3:
        desk.marked = some(tiles / 8);
        break;
      case 4:
        desk.counter += some(9);
        break;
      case 5:
        desk.has_menu = !desk.has_menu;
        break;
      case 6:
        desk.words += some(2) == 0 ? " at dawn" : " \xC3\xA9";
        break;
      case 7:
        desk.card.x = static_cast<float>(150 + some(600)), desk.card.y = static_cast<float>(some(600));
        break;
      case 8:
        desk.new_picture(random);
        break;
      default:
        break;
    }
    if (desk.words.size() > 200) desk.words = "harbour";
    if (frame == 180) desk.has_grid_ground = true;
    desk.scroll = std::clamp(desk.scroll, 0.0f, 6000.0f);
    const bool is_true = desk.frame_is_true(frame % 211 == 0);
    if (!is_true && wrong++ < 5) UNSCOPED_INFO("frame " << frame);
  }
  CHECK(wrong == 0);
  INFO(desk.whole << " whole, " << desk.parts << " in parts, " << desk.nothing << " nothing");
  CHECK(desk.parts > 100);
  CHECK(desk.nothing > 30);
}

TEST_CASE("Scrolling moves the pixels that stay: only what comes in is drawn") {
  Desk desk;
  if (!desk.is_there()) STUDIO_SKIP("no OpenGL without a window");
  desk.card = {20, 500};  // beside the list
  for (int frame = 0; frame < 5; ++frame) REQUIRE(desk.frame_is_true());
  CHECK(desk.nothing >= 2);
  const int whole = desk.whole;
  for (int frame = 0; frame < 20; ++frame) {
    desk.scroll += 90;
    REQUIRE(desk.frame_is_true());
  }
  CHECK(desk.whole == whole);
  CHECK(desk.parts >= 20);
}

TEST_CASE("What was lost is drawn as a whole, also where nothing has changed") {
  Desk desk;
  if (!desk.is_there()) STUDIO_SKIP("no OpenGL without a window");
  for (int frame = 0; frame < 5; ++frame) REQUIRE(desk.frame_is_true());
  const int whole = desk.whole, nothing = desk.nothing;
  REQUIRE(desk.frame_is_true(true));
  CHECK(desk.whole == whole + 1);
  REQUIRE(desk.frame_is_true());
  CHECK(desk.nothing == nothing + 1);
}

TEST_CASE("What is still the same is not drawn again, and one letter costs a line") {
  Desk desk;
  if (!desk.is_there()) STUDIO_SKIP("no OpenGL without a window");
  for (int frame = 0; frame < 5; ++frame) REQUIRE(desk.frame_is_true());
  desk.area = 0;
  const int nothing = desk.nothing;
  for (int frame = 0; frame < 10; ++frame) REQUIRE(desk.frame_is_true());
  CHECK(desk.nothing == nothing + 10);
  CHECK(desk.area == 0);
  desk.words += "s";
  REQUIRE(desk.frame_is_true());
  CHECK(desk.area > 0);
  CHECK(desk.area < 200 * 40);
}
