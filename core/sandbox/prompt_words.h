// The words of a clip's prompt, ready for looking up words and short phrases.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace studio {

class PromptWords {
 public:
  explicit PromptWords(std::string_view prompt) {
    text_ = " ";
    for (const char c : prompt) {
      const auto byte = static_cast<unsigned char>(c);
      const bool is_letter = byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      const char kept = !is_letter ? ' ' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
      if (kept != ' ' || text_.back() != ' ') text_ += kept;
    }
    if (text_.back() != ' ') text_ += ' ';
  }

  // Each entry is a lower-case word or phrase ("pan left"); whole words only.
  bool any(std::initializer_list<std::string_view> entries) const {
    for (const auto entry : entries)
      if (text_.find(" " + std::string(entry) + " ") != std::string::npos) return true;
    return false;
  }

 private:
  std::string text_;
};

}  // namespace studio
