// Faces by file name through fontconfig; further scripts by asking it for a font that has the character.
#include "shell/fonts.h"

#include <fontconfig/fontconfig.h>
#include <imgui_freetype.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/log.h"

extern "C" const unsigned char studio_icon_font[];
extern "C" const unsigned char studio_icon_font_end[];

namespace studio {
namespace {

constexpr float base_size = 16;
constexpr std::uint32_t last_code_point = 0x10FFFF;
// Inter's private glyphs hide icons, and its figures are not of one width.
constexpr ImWchar without_digits[] = {'0', '9', 0xE000, 0xF8FF, 0};
constexpr ImWchar without_private[] = {0xE000, 0xF8FF, 0};

struct FontFile {
  std::string file;
  int index = 0;
};

FontFile file_of(FcPattern* pattern) {
  FontFile font;
  FcChar8* file = nullptr;
  if (FcPatternGetString(pattern, FC_FILE, 0, &file) == FcResultMatch) font.file = reinterpret_cast<const char*>(file);
  FcPatternGetInteger(pattern, FC_INDEX, 0, &font.index);
  font.index &= 0xFFFF;  // the upper half names a variation
  return font;
}

std::string find_by_name(FcConfig* config, const std::string& file_name) {
  FcPattern* all = FcPatternCreate();
  FcObjectSet* wanted = FcObjectSetBuild(FC_FILE, nullptr);
  FcFontSet* fonts = FcFontList(config, all, wanted);
  std::string found;
  for (int i = 0; fonts != nullptr && i < fonts->nfont && found.empty(); ++i) {
    const FontFile font = file_of(fonts->fonts[i]);
    if (std::filesystem::path(font.file).filename() == file_name) found = font.file;
  }
  if (fonts != nullptr) FcFontSetDestroy(fonts);
  FcObjectSetDestroy(wanted);
  FcPatternDestroy(all);
  return found;
}

// The best outline font for a character, or for plain sans when it is 0.
FontFile match(FcConfig* config, std::uint32_t character, const char* family) {
  FcPattern* pattern = FcPatternCreate();
  FcPatternAddString(pattern, FC_FAMILY, reinterpret_cast<const FcChar8*>(family));
  FcPatternAddBool(pattern, FC_SCALABLE, FcTrue);
  FcPatternAddBool(pattern, FC_COLOR, FcFalse);
  FcCharSet* characters = FcCharSetCreate();
  if (character != 0) {
    FcCharSetAddChar(characters, character);
    FcPatternAddCharSet(pattern, FC_CHARSET, characters);
  }
  FcConfigSubstitute(config, pattern, FcMatchPattern);
  FcDefaultSubstitute(pattern);
  FcResult result = FcResultNoMatch;
  FontFile font;
  if (FcPattern* best = FcFontMatch(config, pattern, &result)) {
    FcCharSet* has = nullptr;
    FcBool scalable = FcFalse;
    FcPatternGetBool(best, FC_SCALABLE, 0, &scalable);
    const bool fits = character == 0 || (FcPatternGetCharSet(best, FC_CHARSET, 0, &has) == FcResultMatch &&
                                         FcCharSetHasChar(has, character));
    if (fits && scalable) font = file_of(best);
    FcPatternDestroy(best);
  }
  FcCharSetDestroy(characters);
  FcPatternDestroy(pattern);
  return font;
}

const char* package_for(std::uint32_t c) {
  const bool cjk = (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) ||
                   (c >= 0x20000 && c <= 0x3FFFF) || (c >= 0x1100 && c <= 0x11FF) || (c >= 0xFE30 && c <= 0xFE4F) ||
                   (c >= 0xFF00 && c <= 0xFFEF);
  if (cjk) return "fonts-noto-cjk";
  if ((c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF)) return "fonts-symbola";
  return "fonts-noto-core";
}

std::shared_ptr<const std::string> read_font(const std::string& file) {
  auto bytes = read_file(file);
  if (bytes) return std::make_shared<const std::string>(std::move(*bytes));
  log_warning("a font cannot be read: " + bytes.error().message);
  return nullptr;
}

}  // namespace

Fonts::Fonts(const Theme& theme, std::function<void()> wake)
    : sources_(theme.faces), wake_(std::move(wake)), config_(FcInitLoadConfigAndFonts()), looked_at_(last_code_point + 1) {
  for (std::size_t i = 0; i < face_count; ++i) {
    const auto face = static_cast<Face>(i);
    if (face == Face::Icon) continue;
    std::string file = find_by_name(config_, sources_[i].file);
    int index = 0;
    if (file.empty()) {
      const FontFile other = match(config_, 0, face == Face::Mono ? "monospace" : "sans-serif");
      log_warning("the font " + sources_[i].file + " is not installed, using " + other.file);
      file = other.file;
      index = other.index;
    }
    if (!file.empty()) found_[i] = {file, index, bytes_of(file)};
  }
}

Fonts::~Fonts() {
  search_.wait();
  if (config_ != nullptr) FcConfigDestroy(config_);
}

std::shared_ptr<const std::string> Fonts::bytes_of(const std::string& file) {
  for (const FoundFont& found : found_)
    if (found.file == file) return found.bytes;
  return read_font(file);
}

ImFont* Fonts::add(Face face, const FoundFont& found, ImFont* into) {
  const auto& bytes = found.bytes;
  if (bytes == nullptr) return nullptr;
  const bool is_kept = std::any_of(files_.begin(), files_.end(), [&](const auto& kept) { return kept.second == bytes; });
  if (!is_kept) files_.emplace_back(found.file, bytes);
  const FaceSource& source = sources_[static_cast<std::size_t>(face)];
  const bool own = into == nullptr;
  const bool equal_figures = own && source.digit_advance > 0;
  ImFontConfig config;
  config.FontData = const_cast<char*>(bytes->data());  // only read
  config.FontDataSize = static_cast<int>(bytes->size());
  config.FontDataOwnedByAtlas = false;
  config.SizePixels = base_size;
  config.FontNo = static_cast<ImU32>(found.index);
  config.FontLoaderFlags = ImGuiFreeTypeLoaderFlags_LightHinting;
  config.PixelSnapH = true;  // a figure of six and a half pixels would blur all that follows it
  config.ExtraSizeScale = source.extra_size_scale;
  config.GlyphOffset.y = source.offset_y * base_size;
  config.MergeMode = !own;
  config.DstFont = into;
  config.GlyphExcludeRanges = equal_figures ? without_digits : without_private;
  ImFont* font = ImGui::GetIO().Fonts->AddFont(&config);
  if (font == nullptr || !equal_figures) return font;
  // The same file again, for the figures that the first source leaves out.
  config.MergeMode = true;
  config.DstFont = font;
  config.GlyphExcludeRanges = without_private;
  config.GlyphMinAdvanceX = config.GlyphMaxAdvanceX =
      source.digit_advance * (face == Face::UiLines ? source.extra_size_scale : 1);
  ImGui::GetIO().Fonts->AddFont(&config);
  return font;
}

void Fonts::load() {
  for (std::size_t i = 0; i < face_count; ++i) {
    const auto face = static_cast<Face>(i);
    if (face == Face::Icon) {
      ImFontConfig config;
      config.FontData = const_cast<unsigned char*>(studio_icon_font);
      config.FontDataSize = static_cast<int>(studio_icon_font_end - studio_icon_font);
      config.FontDataOwnedByAtlas = false;
      config.SizePixels = base_size;
      config.FontLoaderFlags = ImGuiFreeTypeLoaderFlags_LightHinting;
      faces_[i] = ImGui::GetIO().Fonts->AddFont(&config);
      continue;
    }
    faces_[i] = add(face, found_[i], nullptr);
    // Without any font there is still the one that Dear ImGui brings.
    if (faces_[i] == nullptr) faces_[i] = ImGui::GetIO().Fonts->AddFontDefaultVector();
  }
  // Plain Latin needs no looking.
  for (std::uint32_t c = 0; c < 0x80; ++c) looked_at_[c] = true;
}

namespace {

// Each character beyond ASCII.
template <class Each>
void each_beyond_ascii(std::string_view utf8, Each each) {
  const auto* at = reinterpret_cast<const unsigned char*>(utf8.data());
  const auto* end = at + utf8.size();
  while (at < end) {
    std::uint32_t c = *at++;
    if (c < 0x80) continue;
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    c &= more == 3 ? 0x07u : more == 2 ? 0x0Fu : 0x1Fu;
    for (; more > 0 && at < end; --more) c = c << 6 | (*at++ & 0x3Fu);
    if (c <= last_code_point) each(c);
  }
}

}  // namespace

void Fonts::need(std::string_view utf8) {
  each_beyond_ascii(utf8, [this](std::uint32_t c) {
    if (looked_at_[c]) return;
    looked_at_[c] = true;
    // Joiners and variation marks have no shape of their own.
    if (c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE000 && c <= 0xF8FF)) return;
    if (faces_[0] != nullptr && !faces_[0]->IsGlyphInFont(static_cast<ImWchar>(c))) needed_.push_back(c);
  });
}

std::string Fonts::missing_in(std::string_view utf8) const {
  std::string sentence;
  if (missing_.empty()) return sentence;
  each_beyond_ascii(utf8, [&](std::uint32_t c) {
    if (const auto found = missing_.find(c); found != missing_.end()) sentence = found->second;
  });
  return sentence;
}

Fonts::Search Fonts::search(_FcConfig* config, const std::vector<std::uint32_t>& characters,
                            const std::vector<std::string>& brought) {
  Search search;
  std::set<std::string> known(brought.begin(), brought.end());
  std::set<std::string> here;  // found for another of these characters
  for (const std::uint32_t c : characters) {
    const FontFile font = match(config, c, "sans-serif");
    const std::string key = font.file + "#" + std::to_string(font.index);
    if (here.contains(key)) continue;
    if (font.file.empty() || known.contains(key)) {
      search.missing[c] = std::string("Install ") + package_for(c) + " to see these letters.";
      continue;
    }
    here.insert(key);
    search.fonts.push_back({font.file, font.index, read_font(font.file)});
  }
  return search;
}

bool Fonts::has_news() const { return search_.is_done(); }

bool Fonts::bring() {
  bool brought = false;
  if (has_news()) {
    const Search found = search_.take();
    for (const FoundFont& font : found.fonts) {
      brought_.push_back(font.file + "#" + std::to_string(font.index));
      for (const Face face : {Face::Ui, Face::UiMedium, Face::UiStrong, Face::Mono, Face::UiLines})
        add(face, font, faces_[static_cast<std::size_t>(face)]);
      brought = true;
    }
    missing_.insert(found.missing.begin(), found.missing.end());
  }
  if (search_.is_under_way() || needed_.empty()) return brought;
  std::erase_if(needed_, [this](std::uint32_t c) { return faces_[0]->IsGlyphInFont(static_cast<ImWchar>(c)); });
  if (needed_.empty()) return brought;
  search_.start(
      [config = config_, characters = std::exchange(needed_, {}), brought_before = brought_] {
        return search(config, characters, brought_before);
      },
      wake_);
  return brought;
}

}  // namespace studio
