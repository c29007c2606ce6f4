// The names by which tokens.json is read.
#include "widgets/theme.h"

namespace studio {

const std::array<std::string_view, tone_count> tone_names = {
    "surface.void",  "surface.app",  "surface.panel", "surface.raised", "surface.hover", "surface.press",
    "surface.float", "ground.base",  "ground.cell",   "line.soft",      "line.hard",     "line.edge",
    "text.1",        "text.2",       "text.3",        "text.off",       "text.on",       "accent.base",
    "accent.hover",  "accent.press", "accent.wash",   "select.ring",    "state.waiting", "state.running",
    "state.done",    "state.failed", "state.refused", "state.money",    "state.stale",   "over.scrim",
    "over.plate",    "over.reject",  "over.busy",
};

const std::array<std::string_view, named_faces> face_names = {"ui", "ui.medium", "ui.strong", "mono", "icon"};

const std::array<std::string_view, named_types> type_names = {"caption", "label",   "body", "strong",
                                                              "title",   "display", "mono", "mono.small"};

const std::array<std::string_view, icon_count> icon_names = {
    "arrow-clockwise",
    "caret-down",
    "caret-right",
    "check",
    "clock",
    "dice-five",
    "film-strip",
    "flag",
    "folder-open",
    "folder-plus",
    "grid-four",
    "image",
    "info",
    "lock-simple",
    "play",
    "plus",
    "prohibit",
    "sliders-horizontal",
    "sparkle",
    "squares-four",
    "star",
    "stop",
    "warning",
    "x",
    "dots-three",
    "folder",
    "coins",
    "rows",
    "gear-six",
    "magnifying-glass",
    "pause",
    "keyboard",
    "key",
    "hard-drives",
    "palette",
    "wallet",
    "trash",
    "eye",
    "eye-slash",
    "minus",
    "command",
    "text-aa",
    "copy",
    "funnel",
    "export",
    "caret-left",
    "skip-back",
    "skip-forward",
    "repeat",
    "speaker-high",
    "speaker-slash",
    "circle-half",
    "arrow-bend-down-right",
    "shuffle",
    "arrows-clockwise",
    "corners-out",
};

}  // namespace studio
