// What the sources of the ledger share: the connection, and how enumerations, rows and errors go in and out.
#pragma once

#include <memory>
#include <string>

#include "store/ledger.h"
#include "store/sqlite_db.h"

namespace studio {

struct Ledger::Connection {
  std::unique_ptr<Database> db;
};

// A row that holds a name or a recipe this program does not know.
inline tl::unexpected<Error> unreadable(std::string_view what, std::int64_t id) {
  return fail(ErrorKind::Damaged, "The project's ledger is damaged: " + std::string(what) + " " + std::to_string(id) +
                                      " cannot be read. Put a backup of ledger.sqlite in its place.");
}

inline Result<Recipe> recipe_of_row(const std::string& json, std::string_view what, std::int64_t id) {
  auto recipe = recipe_from_json(json);
  if (!recipe) {
    auto damaged = unreadable(what, id);
    damaged.value().detail = recipe.error().message;
    return damaged;
  }
  return recipe;
}

// "'done','missing'" for an IN list; the names are our own constants.
template <class Values>
std::string quoted_names(const Values& values) {
  std::string list;
  for (const auto value : values) {
    if (!list.empty()) list += ',';
    list += '\'';
    list += to_string(value);
    list += '\'';
  }
  return list;
}

}  // namespace studio
