// OpenGL 3.3 core through glad. Uploads are direct: on software GL buffers cost two to four times as much, and a
// frame's worth of thumbnails is under a millisecond anyway.
#include "gpu/gl_gpu.h"

#include <glad/gl.h>

#include <cstdlib>
#include <string_view>
#include <unordered_map>

namespace studio {
namespace {

class GlGpu final : public Gpu {
 public:
  GlGpu() {
    GLint side = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &side);
    max_side_ = side;
    const auto* renderer = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
    const std::string_view name = renderer != nullptr ? renderer : "";
    is_software_ = name.starts_with("llvmpipe") || name.starts_with("softpipe");
    glGenSamplers(1, &nearest_);
    glSamplerParameteri(nearest_, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glSamplerParameteri(nearest_, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glSamplerParameteri(nearest_, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glSamplerParameteri(nearest_, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  }
  ~GlGpu() override { glDeleteSamplers(1, &nearest_); }

  bool is_software() const override { return is_software_; }
  int max_texture_side() const override { return max_side_; }

  TextureId create_texture(int width, int height) override {
    while (glGetError() != GL_NO_ERROR) {
    }
    GLuint name = 0;
    glGenTextures(1, &name);
    glBindTexture(GL_TEXTURE_2D, name);
    // Without these a texture that has no mip levels is incomplete and draws black.
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    if (glGetError() == GL_OUT_OF_MEMORY) {
      glDeleteTextures(1, &name);
      return 0;
    }
    sizes_[name] = {width, height};
    return name;
  }

  void destroy_texture(TextureId texture) override {
    const auto name = static_cast<GLuint>(texture);
    glDeleteTextures(1, &name);
    sizes_.erase(name);
  }

  void upload(TextureId texture, int x, int y, int width, int height, const std::uint8_t* rgba) override {
    glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(texture));
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    glTexSubImage2D(GL_TEXTURE_2D, 0, x, y, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    if (uploads_ == nullptr) return;
    const Size size = sizes_[static_cast<GLuint>(texture)];
    uploads_->push_back({texture, x, y, width, height, size.width, size.height});
  }

  void begin_pictures() override {
    glDisable(GL_BLEND);
    glBindSampler(0, nearest_);
  }

  void clear(int width, int height, std::uint32_t rgba) override {
    const auto part = [&](int shift) { return static_cast<float>((rgba >> shift) & 0xFF) / 255.0f; };
    glDisable(GL_SCISSOR_TEST);
    glViewport(0, 0, width, height);
    glClearColor(part(0), part(8), part(16), 1);
    glClear(GL_COLOR_BUFFER_BIT);
  }

  void clear_part(PixelRect part, int height, std::uint32_t rgba) override {
    const auto value = [&](int shift) { return static_cast<float>((rgba >> shift) & 0xFF) / 255.0f; };
    glEnable(GL_SCISSOR_TEST);
    glScissor(part.x0, height - part.y1, part.width(), part.height());
    glClearColor(value(0), value(8), value(16), 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glDisable(GL_SCISSOR_TEST);
  }

  void shift(PixelRect area, int dy, int height) override {
    // In bands no higher than the way they go, so that none is copied onto itself, and from the side where they go.
    const int step = std::abs(dy);
    glDisable(GL_SCISSOR_TEST);
    for (int done = 0; done < area.height() - step; done += step) {
      const int band = std::min(step, area.height() - step - done);
      const int to = dy < 0 ? area.y0 + done : area.y1 - done - band;
      const int from = to - dy;
      glBlitFramebuffer(area.x0, height - from - band, area.x1, height - from, area.x0, height - to - band, area.x1, height - to, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    }
  }

  void note_uploads(std::vector<TextureUpload>* list) override { uploads_ = list; }

  Picture read_back(int width, int height) override {
    Picture upside_down(width, height);
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, upside_down.rgba.data());
    Picture picture(width, height);
    for (int y = 0; y < height; ++y)
      std::copy_n(upside_down.row(height - 1 - y), static_cast<std::size_t>(width) * 4, picture.row(y));
    return picture;
  }

 private:
  struct Size {
    int width = 0, height = 0;
  };
  int max_side_ = 0;
  bool is_software_ = false;
  GLuint nearest_ = 0;
  std::unordered_map<GLuint, Size> sizes_;
  std::vector<TextureUpload>* uploads_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Gpu>> make_gl_gpu(GlLoader get_proc_address) {
  const int version = gladLoadGL(get_proc_address);
  if (version == 0 || GLAD_VERSION_MAJOR(version) * 10 + GLAD_VERSION_MINOR(version) < 33)
    return fail(ErrorKind::NotFound,
                "This display has no OpenGL 3.3: install a graphics driver (libgl1-mesa-dri brings one in software), "
                "or use --headless.");
  return std::make_unique<GlGpu>();
}

}  // namespace studio
