// The loupe: one asset large, in its own pixels or in motion.
#include "commands/command_table.h"

namespace studio {
namespace {

bool has_focus(const CommandContext& c) {
  return c.view != nullptr && c.state.selection.focus() < c.view->library.items.size();
}
bool shows_clip(const CommandContext& c) {
  if (!has_focus(c)) return false;
  const Item& item = c.view->library.items[c.state.selection.focus()];
  return item.kind == MediaKind::Video && item.asset.valid();
}

template <ClipKeys::Act act>
void clip_key(CommandContext& c) {
  c.state.clip_keys.acts.push_back(act);
}

constexpr auto group = CommandGroup::Loupe;
constexpr auto pictures = CommandScope::Pictures;

const UiCommand commands[] = {
    {group,
     "open-loupe",
     "Open in the loupe",
     {key::enter},
     pictures,
     has_focus,
     [](CommandContext& c) { c.state.wishes.show_panel = "Loupe"; }},
    {group, "zoom-fit", "Fit", {'F'}, pictures, has_focus, [](CommandContext& c) { c.state.wishes.zoom = 0; }},
    {group, "zoom-1", "True pixels", {'Z'}, pictures, has_focus, [](CommandContext& c) { c.state.wishes.zoom = 1; }},
    {group, "play", "Play or pause", {key::space}, pictures, shows_clip, clip_key<ClipKeys::Act::Toggle>},
    {group, "shuttle-back", "Play backwards, faster", {'J'}, pictures, shows_clip, clip_key<ClipKeys::Act::Back>},
    {group, "shuttle-stop", "Stop", {'K'}, pictures, shows_clip, clip_key<ClipKeys::Act::Stop>},
    {group, "shuttle-on", "Play forwards, faster", {'L'}, pictures, shows_clip, clip_key<ClipKeys::Act::On>},
    {group, "frame-back", "One frame back", {key::comma}, pictures, shows_clip, clip_key<ClipKeys::Act::FrameBack>},
    {group, "frame-on", "One frame on", {key::period}, pictures, shows_clip, clip_key<ClipKeys::Act::FrameOn>},
    {group, "sound", "Sound on or off", {'M'}, pictures, shows_clip, [](CommandContext& c) { c.state.sound_on = !c.state.sound_on; }},
    {group, "loop", "Loop", {'L', false, true}, pictures, shows_clip, clip_key<ClipKeys::Act::Loop>},
};

}  // namespace

std::span<const UiCommand> loupe_commands() { return commands; }

}  // namespace studio
