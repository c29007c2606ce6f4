// What a script about something else begins with: one small picture in the gallery.
#pragma once

#include "ui/stage.h"

namespace studio {

inline constexpr const char* tile_one = "//Gallery/**/tile j1";

// One small picture, made and arrived.
inline bool make_one(Stage& stage, ImGuiTestContext* ctx) {
  GenerateCommand command;
  command.prompt = "a boat on a lake";
  command.count = 1;
  command.size = {256, 256};
  command.seed = 3;
  stage.app().send()(command, {});
  return stage.wait_until(ctx, [&] {
    const auto& items = stage.app().studio()->view().library.items;
    return items.size() == 1 && items[0].asset.valid() && items[0].has_poster;
  });
}

}  // namespace studio
