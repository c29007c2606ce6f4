// The faces of the theme out of the system's fonts, figures of one width, icons as a face of their own, and a font for
// any script as soon as a text needs it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "widgets/theme.h"

struct _FcConfig;

namespace studio {

// UI thread. Belongs to one Dear ImGui context, whose atlas must not outlive it.
class Fonts {
 public:
  explicit Fonts(const Theme& theme);
  ~Fonts();
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;

  // Into the current context, before its first frame. A face that is not installed is replaced by the system's own
  // sans.
  void load();
  const std::array<ImFont*, face_count>& faces() const { return faces_; }

  // Looks whether all characters of a text can be drawn, and remembers those that need another font.
  void need(std::string_view utf8);
  // Between frames: brings the fonts that were needed. True when there was one.
  bool bring();
  // "No font here has these letters: install fonts-noto-cjk." for the newest character that no font has; empty: all
  // fine.
  const std::string& missing() const { return missing_; }

 private:
  ImFont* add(Face face, const std::string& file, int index, ImFont* into);
  const std::string* bytes_of(const std::string& file);

  const Theme& theme_;
  _FcConfig* config_ = nullptr;
  std::array<ImFont*, face_count> faces_{};
  std::vector<std::pair<std::string, std::unique_ptr<std::string>>> files_;  // Dear ImGui reads them for ever
  std::vector<bool> looked_at_;                                              // by code point
  std::vector<std::uint32_t> needed_;
  std::vector<std::string> brought_;
  std::string missing_;
};

}  // namespace studio
