// What the file picker shows, as values: the entries of a folder, their order, what is chosen of them, and how a typed
// path goes on. Nothing here touches a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/name_order.h"
#include "base/result.h"

namespace studio {

struct FolderEntry {
  std::string name;  // any bytes but '/' and 0
  bool is_folder = false;
  bool is_project = false;  // a folder that holds a project of this program
  std::uint64_t bytes = 0;
  std::int64_t changed_ms = 0;  // wall time
};

// What lies in a folder, sorted by sort_by_name. Frozen once it is made.
struct FolderListing {
  std::filesystem::path folder;
  std::vector<FolderEntry> entries;
  std::optional<Error> error;  // it could not be read, or not to the end
  bool is_file = false;        // the path names a file
  bool is_project = false;
};

// A folder worth starting from.
struct PickerPlace {
  enum class Kind : std::uint8_t { Home, Folder, Project, Recent, Volume } kind = Kind::Folder;
  std::string label;
  std::filesystem::path folder;
};

enum class PickerOrder : std::uint8_t { Name, Changed, Size };

// Bytes as text for the screen: what is no UTF-8, and what would turn or break a line, becomes U+FFFD.
std::string shown_name(std::string_view bytes);

// By is_name_before; folders first.
void sort_by_name(std::vector<FolderEntry>& entries);

struct PickerFilter {
  PickerOrder order = PickerOrder::Name;
  bool is_descending = false;
  bool with_hidden = false;
  bool folders_only = false;
};
// The places of the entries that are shown, in their order; folders stay first.
std::vector<std::uint32_t> picker_rows(const FolderListing& listing, const PickerFilter& filter);

// The first row at or after `from` (then from the top) whose name begins with these letters; nothing when there is
// none.
std::optional<std::size_t> row_that_begins(const FolderListing& listing, const std::vector<std::uint32_t>& rows,
                                           std::string_view letters, std::size_t from);

// Which rows are chosen. One at a time, or several.
struct PickerChoice {
  static constexpr std::size_t nowhere = ~std::size_t{0};
  std::vector<bool> chosen;  // by row
  std::size_t cursor = nowhere, anchor = nowhere;
  std::size_t count = 0;

  void reset(std::size_t rows);
  bool has(std::size_t row) const { return row < chosen.size() && chosen[row]; }
  void set_only(std::size_t row);
  void toggle(std::size_t row);
  void extend_to(std::size_t row);  // from the anchor; nothing else stays chosen
  void set_all();
};

// "/home/me/Pi" is what begins with "Pi" in "/home/me"; "/home/me/" is everything there.
struct TypedPath {
  std::filesystem::path folder;
  std::string begun;
};
TypedPath split_typed(const std::filesystem::path& typed, bool ends_with_slash);
// Names that go on from `begun`: exact letters first, then in any case; hidden ones only when a dot was typed.
std::vector<std::string> completions(const FolderListing& listing, std::string_view begun, bool folders_only,
                                     std::size_t most);
// What all of them begin with.
std::string common_start(const std::vector<std::string>& names);

// Why this cannot be a folder's name, as a sentence; empty: it can.
std::string objection_to_folder_name(std::string_view name);

// "today 14:05", "3 Mar 2026": when a file changed, seen from now. Both wall time; local time zone.
std::string date_words(std::int64_t changed_ms, std::int64_t now_ms);

}  // namespace studio
