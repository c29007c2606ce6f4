// The layer table (layers.txt) and the question asked of it: which includes of a source tree does it not allow?
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace studio {

struct LayerTable {
  struct Room {
    std::set<std::string> rooms;      // may include these rooms, and single headers ("http/message.h")
    std::set<std::string> libraries;  // may include these outside libraries
  };
  std::map<std::string, Room> rooms;                          // by path inside core/ or app/
  std::map<std::string, std::set<std::string>> only;          // header -> the only rooms that may include it
  std::map<std::string, std::vector<std::string>> libraries;  // name -> beginnings of header names
};

// Throws std::runtime_error that names the line when the file cannot be understood: a table with a typing error checks nothing.
LayerTable read_layer_table(const std::filesystem::path& file);

// One sentence for each include under tree/core and tree/app that the table does not allow, naming file, line and include.
std::vector<std::string> offending_includes(const LayerTable& table, const std::filesystem::path& tree);

}  // namespace studio
