// EGL on Mesa's surfaceless platform.
#include "support/off_screen.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <glad/gl.h>

#include "gpu/gl_gpu.h"

namespace studio {

struct OffScreen::Egl {
  EGLDisplay display = EGL_NO_DISPLAY;
  EGLContext context = EGL_NO_CONTEXT;
  GLuint framebuffer = 0, colour = 0;

  ~Egl() {
    if (context != EGL_NO_CONTEXT) {
      eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
      eglDestroyContext(display, context);
    }
    if (display != EGL_NO_DISPLAY) eglTerminate(display);
  }
};

OffScreen::~OffScreen() = default;

std::unique_ptr<OffScreen> OffScreen::open(int width, int height) {
  const auto get_display =
      reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
  if (get_display == nullptr) return nullptr;
  auto egl = std::make_unique<Egl>();
  egl->display = get_display(EGL_PLATFORM_SURFACELESS_MESA, nullptr, nullptr);
  if (egl->display == EGL_NO_DISPLAY || !eglInitialize(egl->display, nullptr, nullptr) || !eglBindAPI(EGL_OPENGL_API))
    return nullptr;
  const EGLint config_wish[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  eglChooseConfig(egl->display, config_wish, &config, 1, &count);
  const EGLint context_wish[] = {
      EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
      EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  egl->context = eglCreateContext(egl->display, count > 0 ? config : EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, context_wish);
  if (egl->context == EGL_NO_CONTEXT || !eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, egl->context))
    return nullptr;
  auto gpu = make_gl_gpu(&eglGetProcAddress);
  if (!gpu) return nullptr;
  glGenFramebuffers(1, &egl->framebuffer);
  glGenRenderbuffers(1, &egl->colour);
  glBindRenderbuffer(GL_RENDERBUFFER, egl->colour);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
  glBindFramebuffer(GL_FRAMEBUFFER, egl->framebuffer);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, egl->colour);
  auto screen = std::unique_ptr<OffScreen>(new OffScreen);
  screen->egl_ = std::move(egl);
  screen->gpu_ = std::move(*gpu);
  return screen;
}

void OffScreen::bind() { glBindFramebuffer(GL_FRAMEBUFFER, egl_->framebuffer); }
void OffScreen::finish() { glFinish(); }

}  // namespace studio
