// One long text for all rows, searched word by word.
#include "panels/gallery_text.h"

#include <algorithm>

#include "base/text.h"

namespace studio {
namespace {

// One character from `at` on; 0 bytes: not UTF-8.
struct Character {
  char32_t code = 0;
  int bytes = 0;
};
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const int bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (bytes == 0 || first > 0xF4) return {};
  char32_t code = first & (0xFFu >> (bytes + 1));
  for (int i = 1; i < bytes; ++i) {
    const unsigned char next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) return {};
    code = (code << 6) | (next & 0x3Fu);
  }
  return {code, bytes};
}

char32_t lower(char32_t c) {
  const auto even_to_odd = [&](char32_t from, char32_t to) { return c >= from && c <= to && c % 2 == 0; };
  const auto odd_to_even = [&](char32_t from, char32_t to) { return c >= from && c <= to && c % 2 == 1; };
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c < 0xC0) return c;
  if (c <= 0xDE) return c == 0xD7 ? c : c + 32;
  if (even_to_odd(0x100, 0x137) && c != 0x130) return c + 1;
  if (odd_to_even(0x139, 0x148)) return c + 1;
  if (even_to_odd(0x14A, 0x177)) return c + 1;
  if (c == 0x178) return 0xFF;
  if (odd_to_even(0x179, 0x17E)) return c + 1;
  if (even_to_odd(0x218, 0x21F) || even_to_odd(0x1E00, 0x1E95) || even_to_odd(0x1EA0, 0x1EFF)) return c + 1;
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 63;
  if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 32;
  if (c == 0x3C2) return 0x3C3;  // a sigma at the end of a word
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (even_to_odd(0x460, 0x481) || even_to_odd(0x48A, 0x4BF) || even_to_odd(0x4D0, 0x52F)) return c + 1;
  return c;
}

void append(std::string& out, char32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    tail(12), tail(6), tail(0);
  }
}

void append_folded(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char byte = text[at];
    if (static_cast<unsigned char>(byte) < 0x80) {
      out += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
      ++at;
      continue;
    }
    const Character c = character_at(text, at);
    if (c.bytes == 0) {
      out += byte;
      ++at;
    } else {
      append(out, lower(c.code));
      at += static_cast<std::size_t>(c.bytes);
    }
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::string& word : split(text, ' '))
    if (!word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_folded(out, text);
  return out;
}

int compare_names(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]) ? -1 : 1;
      ++i, ++j;
      continue;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    std::size_t x = i, y = j;
    while (x < a.size() && is_digit(a[x])) ++x;
    while (y < b.size() && is_digit(b[y])) ++y;
    if (x - i != y - j) return x - i < y - j ? -1 : 1;  // fewer figures: the smaller number
    if (const int order = a.substr(i, x - i).compare(b.substr(j, y - j)); order != 0) return order < 0 ? -1 : 1;
    i = x, j = y;
  }
  return i < a.size() ? 1 : j < b.size() ? -1 : 0;
}

void GalleryText::reset() {
  const std::uint64_t revision = revision_ + 1;
  *this = {};
  revision_ = revision;
}

std::string_view GalleryText::text_of(Row row) const {
  const std::size_t start = start_of(row);
  return std::string_view(texts_).substr(start, ends_[row].name - start);
}

std::string_view GalleryText::prompt(Row row) const {
  if (!knows(row)) return {};
  const std::size_t start = start_of(row);
  return std::string_view(texts_).substr(start, ends_[row].prompt - start);
}

std::string_view GalleryText::name(Row row) const {
  if (!knows(row)) return {};
  const std::string_view name = std::string_view(texts_).substr(ends_[row].prompt, ends_[row].name - ends_[row].prompt);
  // A line break stands between the two, so that no word reaches from one into the other.
  return name.size() > 1 ? name.substr(1) : prompt(row);
}

void GalleryText::learn(const Library& library, Row row) {
  const ItemText& text = library.texts[row];
  Ends ends;
  if (text.recipe) append_folded(texts_, text.recipe->prompt);
  ends.prompt = static_cast<std::uint32_t>(texts_.size());
  texts_ += '\n';
  append_folded(texts_, text.source_name);
  ends.name = static_cast<std::uint32_t>(texts_.size());
  ends_.push_back(ends);
}

bool GalleryText::holds(Row row, const std::vector<std::string>& words) const {
  const std::string_view text = text_of(row);
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return text.find(word) != std::string_view::npos; });
}

bool GalleryText::work(const Library& library, std::string_view wanted, bool all_texts, std::size_t most_bytes) {
  const std::size_t rows_before = std::exchange(library_before_, library.items.size());
  std::string folded = fold_case(trimmed(wanted));
  if (folded.empty() && (looking_ || !words_.empty())) {
    // Nothing is looked for: that is known at once.
    looking_ = false;
    answered_.clear(), words_.clear(), matches_.clear(), next_matches_.clear();
    ++revision_;
  }
  if (folded.empty() && !all_texts) return false;

  std::size_t spent = 0;
  while (ends_.size() < library.items.size() && spent < most_bytes) {
    const std::size_t before = texts_.size();
    learn(library, static_cast<Row>(ends_.size()));
    spent += (texts_.size() - before) * 4;  // folding is slower than looking
  }
  const bool knows_all = ends_.size() == library.items.size();
  if (folded.empty()) return !knows_all;

  // What is new, by the answer that stands.
  if (!words_.empty() && matches_.size() < ends_.size()) {
    bool late = false;
    for (Row row = static_cast<Row>(matches_.size()); row < ends_.size(); ++row) {
      matches_.push_back(holds(row, words_));
      late = late || (matches_.back() && row < rows_before);
    }
    if (late) ++revision_;
  }
  if (folded != answered_ && (!looking_ || folded != looked_for_)) {
    looking_ = true;
    // What holds more of the same words is among what held fewer.
    narrows_ = !answered_.empty() && folded.starts_with(answered_);
    looked_for_ = std::move(folded);
    next_words_ = words_of(looked_for_);
    next_matches_.clear();
  } else if (folded == answered_) {
    looking_ = false;
  }
  if (!looking_) return !knows_all;
  while (next_matches_.size() < ends_.size() && spent < most_bytes) {
    const Row row = static_cast<Row>(next_matches_.size());
    if (narrows_ && row < matches_.size() && !matches_[row]) {
      next_matches_.push_back(0);
      spent += 4;
      continue;
    }
    next_matches_.push_back(holds(row, next_words_));
    spent += text_of(row).size() + 32;
  }
  if (next_matches_.size() < library.items.size()) return true;
  looking_ = false;
  answered_ = looked_for_;
  words_ = next_words_;
  matches_.swap(next_matches_);
  ++revision_;
  return !knows_all;
}

}  // namespace studio
