// What a stage's gallery holds, and the names of its tiles.
#pragma once

#include <string>

#include "ui/stage.h"

namespace studio {

inline const Library& library_of(Stage& stage) { return stage.app().studio()->view().library; }

inline std::string tile_of(Stage& stage, Row row) {
  const Item& item = library_of(stage).items[row];
  return "//Gallery/**/tile " + (item.job.valid() ? to_string(item.job) : to_string(item.asset));
}

}  // namespace studio
