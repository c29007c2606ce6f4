#include "commands/version_step.h"

namespace studio {
namespace {

std::string words_of(AssetId asset, AssetId earlier, bool linked) {
  return to_string(asset) + (linked ? " is an edited version of " : " is no edited version of ") + to_string(earlier) + (linked ? " now" : " any more");
}

void send_version(const CommandContext& c, AssetId asset, AssetId earlier, bool linked, std::string words) {
  AppState* state = &c.state;
  c.send(VersionCommand{asset, earlier, linked}, [state, words = std::move(words)](const CommandReply& reply) {
    state->note = reply.error ? Note{Note::Kind::Problem, reply.error->message} : Note{Note::Kind::Done, words};
  });
}

}  // namespace

void push_version_step(AppState& state, AssetId asset, AssetId earlier, bool linked) {
  const std::string words = words_of(asset, earlier, linked);
  state.undo.push({words,
                   [=](CommandContext& context) { send_version(context, asset, earlier, !linked, "Undone: " + words); },
                   [=](CommandContext& context) { send_version(context, asset, earlier, linked, words); }});
}

void set_version(const CommandContext& context, AssetId asset, AssetId earlier, bool linked) {
  send_version(context, asset, earlier, linked, words_of(asset, earlier, linked));
  push_version_step(context.state, asset, earlier, linked);
}

}  // namespace studio
