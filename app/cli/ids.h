// Ids as people write them on the command line.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace studio {

// Each once, in the order named. `what`: "an asset", for the sentence about one that is none.
template <class Tag>
Result<std::vector<Id<Tag>>> ids_of(const std::vector<std::string>& names, std::string_view what) {
  std::vector<Id<Tag>> ids;
  for (const auto& name : names) {
    const auto id = parse_id<Tag>(name);
    if (!id) return fail(ErrorKind::BadRequest, "\"" + name + "\" is not " + std::string(what) + ": they look like " + Tag::letter + "12.");
    if (std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

}  // namespace studio
