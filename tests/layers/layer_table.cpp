#include "layers/layer_table.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace studio {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

std::vector<std::string> columns(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ':');) parts.push_back(part);
  return parts;
}

// The room of a file: the longest room name that its path inside core/ or app/ begins with.
std::optional<std::string> room_of(const LayerTable& table, const std::string& inside) {
  std::optional<std::string> best;
  for (const auto& [name, room] : table.rooms) {
    const bool within = inside == name || inside.rfind(name + "/", 0) == 0;
    if (within && (!best || name.size() > best->size())) best = name;
  }
  return best;
}

std::optional<std::string> library_of(const LayerTable& table, const std::string& header) {
  for (const auto& [name, beginnings] : table.libraries) {
    for (const auto& beginning : beginnings) {
      // A beginning that looks like a whole file name is one.
      const bool whole = beginning.size() > 2 && (beginning.ends_with(".h") || beginning.ends_with(".hpp"));
      if (whole ? header == beginning : header.rfind(beginning, 0) == 0) return name;
    }
  }
  return std::nullopt;
}

// Our own header that an include means, as its path inside core/ or app/, and whether it lies in app/.
struct OurHeader {
  std::string inside;
  bool in_app = false;
};

std::optional<OurHeader> our_header(const fs::path& tree, const fs::path& from, const std::string& header) {
  for (const char* root : {"core", "app"}) {
    const fs::path inside = fs::path(header).lexically_normal();
    if (fs::exists(tree / root / inside)) return OurHeader{inside.generic_string(), std::string(root) == "app"};
    const fs::path beside = (from.parent_path() / header).lexically_normal();
    const fs::path relative = beside.lexically_relative(tree / root);
    if (!relative.empty() && *relative.begin() != ".." && fs::exists(beside)) {
      return OurHeader{relative.generic_string(), std::string(root) == "app"};
    }
  }
  return std::nullopt;
}

bool is_source(const fs::path& file) {
  static const std::set<std::string> endings{".h", ".hpp", ".inc", ".cpp", ".c"};
  return endings.count(file.extension().string()) > 0;
}

// Why this include is not allowed; nothing when it is.
std::optional<std::string> objection(const LayerTable& table, const fs::path& tree, const fs::path& file, bool file_in_app,
                                     const std::string& room, const std::string& header, bool quoted) {
  const LayerTable::Room& allowed = table.rooms.at(room);
  if (const auto ours = our_header(tree, file, header)) {
    if (ours->in_app && !file_in_app) return "core cannot see app";
    if (const auto restricted = table.only.find(ours->inside); restricted != table.only.end()) {
      if (restricted->second.count(room) == 0) return "only some rooms may include it, and " + room + " is not one";
    }
    if (allowed.rooms.count(ours->inside) > 0) return std::nullopt;
    const auto target = room_of(table, ours->inside);
    if (!target) return "it lies in no room of the table";
    if (*target == room || allowed.rooms.count(*target) > 0) return std::nullopt;
    return "room " + room + " may not include room " + *target;
  }
  if (const auto library = library_of(table, header)) {
    if (allowed.libraries.count(*library) > 0) return std::nullopt;
    return "room " + room + " may not include " + *library;
  }
  const bool standard = !quoted && header.find_first_of("./") == std::string::npos;
  if (standard) return std::nullopt;
  return "neither a header of ours nor of a library in the table";
}

}  // namespace

LayerTable read_layer_table(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  LayerTable table;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (words(line).empty() || words(line).front().front() == '#') continue;
    const auto parts = columns(line);
    const auto head = words(parts.front());
    const auto column = [&](std::size_t index) { return index < parts.size() ? words(parts[index]) : std::vector<std::string>{}; };
    const auto second = column(1);
    const auto third = column(2);
    const auto broken = [&](const char* why) {
      return std::runtime_error(file.string() + ":" + std::to_string(number) + ": " + why);
    };
    if (head.size() != 2 || parts.size() < 2) throw broken("a line is KIND NAME : …");
    if (head[0] == "room" && parts.size() == 3) {
      table.rooms[head[1]] = {{second.begin(), second.end()}, {third.begin(), third.end()}};
    } else if (head[0] == "room" && parts.size() == 2) {
      table.rooms[head[1]] = {{second.begin(), second.end()}, {}};
    } else if (head[0] == "only") {
      table.only[head[1]] = {second.begin(), second.end()};
    } else if (head[0] == "library") {
      table.libraries[head[1]] = second;
    } else {
      throw broken("unknown kind of line");
    }
  }
  for (const auto& [name, room] : table.rooms) {
    for (const auto& other : room.rooms) {
      const bool one_header = other.find('.') != std::string::npos;
      if (!one_header && table.rooms.count(other) == 0) throw std::runtime_error("room " + name + " names the unknown room " + other);
    }
    for (const auto& library : room.libraries) {
      if (table.libraries.count(library) == 0) throw std::runtime_error("room " + name + " names the unknown library " + library);
    }
  }
  for (const auto& [header, rooms] : table.only) {
    for (const auto& room : rooms) {
      if (table.rooms.count(room) == 0) throw std::runtime_error(header + " is kept for the unknown room " + room);
    }
  }
  return table;
}

std::vector<std::string> offending_includes(const LayerTable& table, const fs::path& tree) {
  static const std::regex include(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
  static const std::regex any_include(R"(^\s*#\s*include\b)");
  std::vector<std::string> found;
  for (const char* root : {"core", "app"}) {
    if (!fs::exists(tree / root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(tree / root)) {
      if (!entry.is_regular_file() || !is_source(entry.path())) continue;
      const std::string shown = entry.path().lexically_relative(tree).generic_string();
      const auto room = room_of(table, entry.path().lexically_relative(tree / root).generic_string());
      if (!room) {
        found.push_back(shown + ": this file lies in no room of the table");
        continue;
      }
      std::ifstream in(entry.path());
      int number = 0;
      for (std::string line; std::getline(in, line);) {
        ++number;
        const std::string place = shown + ":" + std::to_string(number);
        std::smatch match;
        if (std::regex_search(line, match, include)) {
          const auto why = objection(table, tree, entry.path(), std::string(root) == "app", *room, match[2], match[1] == "\"");
          if (why) found.push_back(place + " includes " + match[2].str() + ": " + *why);
        } else if (std::regex_search(line, any_include)) {
          found.push_back(place + ": an include must name its header, or nobody can check it");
        }
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace studio
