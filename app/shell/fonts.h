// The faces of the theme out of the system's fonts, figures of one width, icons as a face of their own, and a font for
// any script as soon as a text needs it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/side_work.h"
#include "widgets/theme.h"

struct _FcConfig;

namespace studio {

// UI thread. Belongs to one Dear ImGui context, whose atlas must not outlive it.
class Fonts {
 public:
  // Finds and reads the files of the theme's faces: to be made before there is a window, since that takes the disk's time. A
  // face that is not installed is replaced by the system's own sans. `wake` is called from another thread when a further font
  // has been found; it may only wake.
  Fonts(const Theme& theme, std::function<void()> wake);
  ~Fonts();
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;

  // Into the current context, before its first frame.
  void load();
  const std::array<ImFont*, face_count>& faces() const { return faces_; }

  // Looks whether all characters of a text can be drawn, and remembers those that need another font.
  void need(std::string_view utf8);
  // Between frames: has the fonts that are needed looked for, on another thread, and brings those that were found. True
  // when one came.
  bool bring();
  bool has_news() const;  // one was found, or is known to be missing: another frame is due
  // "Install fonts-noto-cjk to see these letters." for the last character of the text that no font has; empty: all
  // fine, or not looked for yet.
  std::string missing_in(std::string_view utf8) const;

 private:
  struct FoundFont {
    std::string file;
    int index = 0;
    std::shared_ptr<const std::string> bytes;
  };
  struct Search {
    std::vector<FoundFont> fonts;
    std::map<std::uint32_t, std::string> missing;
  };
  ImFont* add(Face face, const FoundFont& found, ImFont* into);
  std::shared_ptr<const std::string> bytes_of(const std::string& file);
  // On another thread, the only one that uses the font configuration then.
  static Search search(_FcConfig* config, const std::vector<std::uint32_t>& characters, const std::vector<std::string>& brought);

  const std::array<FaceSource, face_count> sources_;
  std::function<void()> wake_;
  _FcConfig* config_ = nullptr;
  std::array<FoundFont, face_count> found_;  // of the theme's faces
  std::array<ImFont*, face_count> faces_{};
  std::vector<std::pair<std::string, std::shared_ptr<const std::string>>> files_;  // Dear ImGui reads them for ever
  std::vector<bool> looked_at_;                                              // by code point
  std::vector<std::uint32_t> needed_;
  std::vector<std::string> brought_;
  std::map<std::uint32_t, std::string> missing_;  // a sentence for each character that no font has
  SideWork<Search> search_;  // last: it ends before the configuration goes
};

}  // namespace studio
