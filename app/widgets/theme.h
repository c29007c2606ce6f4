// The look as values: colours, type, icons and sizes out of assets/theme/tokens.json, and the scale they are shown at.
#pragma once

#include <imgui.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace studio {

enum class Tone : std::uint8_t {
  SurfaceVoid,
  SurfaceApp,
  SurfacePanel,
  SurfaceRaised,
  SurfaceHover,
  SurfacePress,
  SurfaceFloat,
  GroundBase,
  GroundCell,
  LineSoft,
  LineHard,
  LineEdge,
  Text1,
  Text2,
  Text3,
  TextOff,
  TextOn,
  AccentBase,
  AccentHover,
  AccentPress,
  AccentWash,
  SelectRing,
  StateWaiting,
  StateRunning,
  StateDone,
  StateFailed,
  StateRefused,
  StateMoney,
  StateStale,
  OverScrim,
  OverPlate,
  OverReject,
  OverBusy,
  Count,
};
inline constexpr std::size_t tone_count = static_cast<std::size_t>(Tone::Count);
// Their names in tokens.json, in the same order.
extern const std::array<std::string_view, tone_count> tone_names;

// The last one is ours: the plain face with the leading of running text, for fields of several lines.
enum class Face : std::uint8_t { Ui, UiMedium, UiStrong, Mono, Icon, UiLines, Count };
inline constexpr std::size_t face_count = static_cast<std::size_t>(Face::Count);
inline constexpr std::size_t named_faces = 5;
extern const std::array<std::string_view, named_faces> face_names;

enum class Type : std::uint8_t { Caption, Label, Body, Strong, Title, Display, Mono, MonoSmall, Lines, Count };
inline constexpr std::size_t type_count = static_cast<std::size_t>(Type::Count);
inline constexpr std::size_t named_types = 8;
extern const std::array<std::string_view, named_types> type_names;

enum class Icon : std::uint8_t {
  ArrowClockwise,
  CaretDown,
  CaretRight,
  Check,
  Clock,
  DiceFive,
  FilmStrip,
  Flag,
  FolderOpen,
  FolderPlus,
  GridFour,
  Image,
  Info,
  Lock,
  Play,
  Plus,
  Prohibit,
  Sliders,
  Sparkle,
  SquaresFour,
  Star,
  Stop,
  Warning,
  X,
  DotsThree,
  FolderSimple,
  Coins,
  Rows,
  Gear,
  MagnifyingGlass,
  Pause,
  Keyboard,
  Key,
  HardDrives,
  Palette,
  Wallet,
  Trash,
  Eye,
  EyeSlash,
  Minus,
  CommandKey,
  TextAa,
  Copy,
  Funnel,
  Export,
  CaretLeft,
  SkipBack,
  SkipForward,
  Repeat,
  SpeakerHigh,
  SpeakerSlash,
  CircleHalf,
  ArrowBendDownRight,
  Shuffle,
  ArrowsClockwise,
  CornersOut,
  Count,
};
inline constexpr std::size_t icon_count = static_cast<std::size_t>(Icon::Count);
extern const std::array<std::string_view, icon_count> icon_names;

struct TypeStyle {
  Face face = Face::Ui;
  float size = 16;  // what Dear ImGui is given, at scale 1
  float line = 20;  // height of a line
};
struct IconGlyphs {
  unsigned regular = 0, fill = 0;  // code points
};
struct FaceSource {
  std::string file;  // "Inter-Regular.otf"
  float extra_size_scale = 1;
  float digit_advance = 0;  // at size 16; 0: figures are as the face has them
  float offset_y = 0;       // down, as a share of the size
};

// px at scale 1. Read once at start; the UI thread's own.
struct Theme {
  std::array<ImU32, tone_count> tones{};
  std::array<TypeStyle, type_count> types{};
  std::array<FaceSource, face_count> faces{};
  std::array<IconGlyphs, icon_count> icons{};
  std::vector<int> tile_widths;
  ImGuiStyle style;  // at scale 1, colours included
  std::array<Tone, ImGuiCol_COUNT> style_tones{};  // which tone each of its colours is; Count: invisible

  ImU32 operator[](Tone tone) const { return tones[static_cast<std::size_t>(tone)]; }
  const TypeStyle& type(Type t) const { return types[static_cast<std::size_t>(t)]; }
  const IconGlyphs& icon(Icon i) const { return icons[static_cast<std::size_t>(i)]; }
};

// A colour with its opacity multiplied.
inline ImU32 faded(ImU32 colour, float opacity) {
  const auto alpha = static_cast<ImU32>(static_cast<float>((colour >> IM_COL32_A_SHIFT) & 0xFF) * opacity + 0.5f);
  return (colour & ~IM_COL32_A_MASK) | (alpha << IM_COL32_A_SHIFT);
}

}  // namespace studio
