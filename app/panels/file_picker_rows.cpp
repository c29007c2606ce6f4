#include "panels/file_picker_rows.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace studio {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// The well-formed character at `at`; empty when there is none.
std::string_view character_at(std::string_view bytes, std::size_t at) {
  for (std::size_t size = 1; size <= 4 && at + size <= bytes.size(); ++size)
    if (is_valid_utf8(bytes.substr(at, size))) return bytes.substr(at, size);
  return {};
}

// Control characters, line and paragraph separators, and marks that turn the direction of writing.
bool breaks_a_line(std::string_view c) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(c[i]); };
  if (c.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (c.size() == 2) return (byte(0) == 0xC2 && byte(1) < 0xA0) || c == "\u061C";
  if (c.size() == 3 && byte(0) == 0xE2 && byte(1) == 0x80)
    return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE);
  return c.size() == 3 && byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_alike(std::string_view name, std::string_view letters) {
  return name.size() >= letters.size() &&
         std::equal(letters.begin(), letters.end(), name.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string shown_name(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view c = character_at(bytes, at);
    text += c.empty() || breaks_a_line(c) ? replacement : c;
    at += std::max<std::size_t>(c.size(), 1);
  }
  return text;
}

void sort_by_name(std::vector<FolderEntry>& entries) {
  std::sort(entries.begin(), entries.end(), [](const FolderEntry& a, const FolderEntry& b) {
    return a.is_folder != b.is_folder ? a.is_folder : is_name_before(a.name, b.name);
  });
}

std::vector<std::uint32_t> picker_rows(const FolderListing& listing, const PickerFilter& filter) {
  const auto& entries = listing.entries;
  std::vector<std::uint32_t> rows;
  rows.reserve(entries.size());
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    if (!filter.with_hidden && entries[i].name.starts_with('.')) continue;
    if (filter.folders_only && !entries[i].is_folder) continue;
    rows.push_back(i);
  }
  const auto first_file =
      std::find_if(rows.begin(), rows.end(), [&](std::uint32_t i) { return !entries[i].is_folder; });
  const auto order = [&](auto begin, auto end) {
    // Numbers, so that ten thousand of them take no time; the names are in order already.
    if (filter.order == PickerOrder::Changed)
      std::stable_sort(begin, end, [&](auto a, auto b) { return entries[a].changed_ms > entries[b].changed_ms; });
    if (filter.order == PickerOrder::Size)
      std::stable_sort(begin, end, [&](auto a, auto b) { return entries[a].bytes > entries[b].bytes; });
    if (filter.is_descending) std::reverse(begin, end);
  };
  order(rows.begin(), first_file);
  order(first_file, rows.end());
  return rows;
}

std::optional<std::size_t> row_that_begins(const FolderListing& listing, const std::vector<std::uint32_t>& rows,
                                           std::string_view letters, std::size_t from) {
  if (rows.empty() || letters.empty()) return std::nullopt;
  if (from >= rows.size()) from = 0;
  for (std::size_t step = 0; step < rows.size(); ++step) {
    const std::size_t row = (from + step) % rows.size();
    if (begins_alike(listing.entries[rows[row]].name, letters)) return row;
  }
  return std::nullopt;
}

void PickerChoice::reset(std::size_t rows) {
  chosen.assign(rows, false);
  cursor = anchor = nowhere;
  count = 0;
}

void PickerChoice::set_only(std::size_t row) {
  reset(chosen.size());
  if (row >= chosen.size()) return;
  chosen[row] = true;
  cursor = anchor = row;
  count = 1;
}

void PickerChoice::toggle(std::size_t row) {
  if (row >= chosen.size()) return;
  chosen[row] = !chosen[row];
  count += chosen[row] ? 1 : std::size_t(-1);
  cursor = anchor = row;
}

void PickerChoice::extend_to(std::size_t row) {
  if (row >= chosen.size()) return;
  if (anchor >= chosen.size()) anchor = row;
  chosen.assign(chosen.size(), false);
  const auto [first, last] = std::minmax(anchor, row);
  for (std::size_t i = first; i <= last; ++i) chosen[i] = true;
  count = last - first + 1;
  cursor = row;
}

void PickerChoice::set_all() {
  chosen.assign(chosen.size(), true);
  count = chosen.size();
  if (cursor >= chosen.size()) cursor = anchor = 0;
}

TypedPath split_typed(const std::filesystem::path& typed, bool ends_with_slash) {
  if (ends_with_slash || !typed.has_filename()) return {typed, ""};
  return {typed.parent_path(), typed.filename().string()};
}

std::vector<std::string> completions(const FolderListing& listing, std::string_view begun, bool folders_only,
                                     std::size_t most) {
  std::vector<std::string> exact, alike;
  for (const FolderEntry& entry : listing.entries) {
    if (folders_only && !entry.is_folder) continue;
    if (entry.name.starts_with('.') && !begun.starts_with('.')) continue;
    if (!is_valid_utf8(entry.name)) continue;  // cannot be typed
    if (entry.name.starts_with(begun)) {
      exact.push_back(entry.name);
      if (exact.size() == most) break;
    } else if (alike.size() < most && begins_alike(entry.name, begun)) {
      alike.push_back(entry.name);
    }
  }
  for (std::string& name : alike)
    if (exact.size() < most) exact.push_back(std::move(name));
  return exact;
}

std::string common_start(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string start = names.front();
  for (const std::string& name : names) {
    std::size_t same = 0;
    while (same < start.size() && same < name.size() && start[same] == name[same]) ++same;
    start.resize(same);
  }
  while (!start.empty() && !is_valid_utf8(start)) start.pop_back();  // not half a character
  return start;
}

std::string objection_to_folder_name(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return "A name cannot have a slash in it: make one folder at a time.";
  if (name == "." || name == "..") return "This name means a folder that is there already: choose another one.";
  if (name.size() > 255) return "The name is too long: 255 bytes are the most.";
  return "";
}

std::string date_words(std::int64_t changed_ms, std::int64_t now_ms) {
  const auto local = [](std::int64_t ms) {
    const std::time_t secs = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    localtime_r(&secs, &parts);
    return parts;
  };
  const std::tm then = local(changed_ms), now = local(now_ms);
  char text[40];
  if (then.tm_year == now.tm_year && then.tm_yday == now.tm_yday) {
    std::snprintf(text, sizeof text, "today %02d:%02d", then.tm_hour, then.tm_min);
    return text;
  }
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::snprintf(text, sizeof text, "%d %s %d", then.tm_mday, months[then.tm_mon], then.tm_year + 1900);
  return text;
}

}  // namespace studio
