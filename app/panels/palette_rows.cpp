// Ranking of what was typed.
#include "panels/palette_rows.h"

#include <algorithm>

#include "base/text.h"

namespace studio {
namespace {

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_word_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool starts_word(std::string_view text, std::size_t at) {
  return at == 0 || (!is_word_part(text[at - 1]) && is_word_part(text[at]));
}

bool same_at(std::string_view text, std::size_t at, std::string_view word) {
  if (at + word.size() > text.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (small(text[at + i]) != small(word[i])) return false;
  return true;
}

void add_places(FuzzyMatch& match, std::size_t at, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) match.places.push_back(static_cast<std::uint16_t>(at + i));
}

constexpr int whole = 1000, beginning = 800, word_start = 600, initials = 450, piece = 300, letters = 100;

// One word without spaces.
std::optional<FuzzyMatch> match_word(std::string_view word, std::string_view text) {
  FuzzyMatch match;
  // Shorter texts and earlier places are better among equals.
  const auto nearer = [&](std::size_t at) {
    return -static_cast<int>(std::min<std::size_t>(at, 40)) -
           static_cast<int>(std::min<std::size_t>(text.size(), 80)) / 4;
  };
  if (same_at(text, 0, word)) {
    match.score = word.size() == text.size() ? whole : beginning + nearer(0);
    add_places(match, 0, word.size());
    return match;
  }
  std::optional<std::size_t> inside;
  for (std::size_t at = 1; at + word.size() <= text.size(); ++at) {
    if (!same_at(text, at, word)) continue;
    if (starts_word(text, at)) {
      match.score = word_start + nearer(at);
      add_places(match, at, word.size());
      return match;
    }
    if (!inside) inside = at;
  }
  // Beginnings of words: "gv" is "Generate videos".
  {
    FuzzyMatch by_initials;
    std::size_t next = 0;
    for (std::size_t at = 0; at < text.size() && next < word.size(); ++at)
      if (starts_word(text, at) && small(text[at]) == small(word[next])) {
        by_initials.places.push_back(static_cast<std::uint16_t>(at));
        ++next;
      }
    if (next == word.size() && word.size() > 1) {
      by_initials.score = initials + nearer(by_initials.places.front());
      return by_initials;
    }
  }
  if (inside) {
    match.score = piece + nearer(*inside);
    add_places(match, *inside, word.size());
    return match;
  }
  // Letters in order; each gap costs.
  std::size_t next = 0, gaps = 0, last = 0;
  for (std::size_t at = 0; at < text.size() && next < word.size(); ++at)
    if (small(text[at]) == small(word[next])) {
      if (next > 0) gaps += at - last - 1;
      match.places.push_back(static_cast<std::uint16_t>(at));
      last = at;
      ++next;
    }
  if (next < word.size()) return std::nullopt;
  // Scattered letters of a long text mean nothing.
  if (word.size() < 2 || gaps > word.size() * 4) return std::nullopt;
  match.score = letters - static_cast<int>(std::min<std::size_t>(gaps * 2, 90));
  return match;
}

}  // namespace

std::optional<FuzzyMatch> fuzzy_match(std::string_view query, std::string_view text) {
  query = trimmed(query);
  FuzzyMatch all;
  if (query.empty()) return all;
  // The query as a whole first: "load into" is a beginning, not two words.
  if (const auto at_once = match_word(query, text); at_once && at_once->score > letters) return at_once;
  int words = 0;
  for (const std::string& word : split(query, ' ')) {
    if (word.empty()) continue;
    const auto match = match_word(word, text);
    if (!match) return std::nullopt;
    all.score += match->score;
    ++words;
    all.places.insert(all.places.end(), match->places.begin(), match->places.end());
  }
  all.score = words > 0 ? all.score / words - (words > 1 ? 20 : 0) : 0;
  std::sort(all.places.begin(), all.places.end());
  all.places.erase(std::unique(all.places.begin(), all.places.end()), all.places.end());
  return all;
}

PaletteQuery palette_query(std::string_view typed) {
  PaletteQuery query;
  std::string_view words = trimmed(typed);
  if (!words.empty() && (words.front() == '>' || words.front() == '@')) {
    query.scope = words.front() == '>' ? PaletteScope::Commands : PaletteScope::Assets;
    words.remove_prefix(1);
  }
  query.words = std::string(trimmed(words));
  return query;
}

std::vector<PaletteCommand> palette_commands(const PaletteQuery& query, const CommandContext& context,
                                             const std::vector<std::string>& recent) {
  std::vector<PaletteCommand> found;
  if (query.scope == PaletteScope::Assets) return found;
  struct Ranked {
    PaletteCommand row;
    int score;
  };
  std::vector<Ranked> ranked;
  for (const UiCommand& command : command_table()) {
    if (command.name == "palette") continue;  // it is open
    const auto match = fuzzy_match(query.words, command.label);
    // Under its head, too: "judge" finds all marks, behind what is called so.
    const auto by_group = match ? std::nullopt : fuzzy_match(query.words, to_string(command.group));
    if (!match && !(by_group && by_group->score >= word_start)) continue;
    Ranked row;
    row.row.command = &command;
    row.row.why_not = why_not(command, context);
    if (match) row.row.places = match->places;
    row.score = (match ? match->score : 1);
    if (const auto at = std::find(recent.begin(), recent.end(), command.name); at != recent.end())
      row.score += query.words.empty() ? 1000 - static_cast<int>(at - recent.begin()) : 10;
    if (!row.row.why_not.empty()) row.score -= query.words.empty() ? 0 : 40;
    ranked.push_back(std::move(row));
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.score > b.score; });
  found.reserve(ranked.size());
  for (Ranked& row : ranked) found.push_back(std::move(row.row));
  return found;
}

bool contains_any_case(std::string_view text, std::string_view small_words) {
  if (small_words.empty()) return true;
  if (text.size() < small_words.size()) return false;
  const char first = small_words.front();
  const std::size_t last = text.size() - small_words.size();
  for (std::size_t at = 0; at <= last; ++at) {
    if (small(text[at]) != first) continue;
    if (same_at(text, at, small_words)) return true;
  }
  return false;
}

// --- assets

void AssetSearch::want(std::string_view words, const Library& library) {
  const std::string wanted = to_lower_ascii(trimmed(words));
  if (wanted == words_ && revision_ == library.rows_revision) return;
  // While the library grows under the same words, what was found stays on screen until the new round is through.
  if (wanted != words_) shown_.clear();
  words_ = wanted;
  revision_ = library.rows_revision;
  for (auto& rows : by_rank_) rows.clear();
  left_ = words_.empty() ? 0 : library.items.size();
}

bool AssetSearch::step(const Library& library, std::size_t rows) {
  if (left_ == 0) return false;
  left_ = std::min(left_, library.items.size());
  const std::size_t stop = left_ > rows ? left_ - rows : 0;
  while (left_ > stop && by_rank_[0].size() < most) {
    const Row row = static_cast<Row>(--left_);
    const Item& item = library.items[row];
    if (!item.asset.valid() || item.in_trash) continue;
    const ItemText& text = library.texts[row];
    const std::string_view prompt = text.recipe ? std::string_view(text.recipe->prompt) : std::string_view();
    int rank = -1;
    if (to_string(item.asset) == words_ || (item.job.valid() && to_string(item.job) == words_))
      rank = 0;
    else if (same_at(text.source_name, 0, words_) || same_at(prompt, 0, words_))
      rank = 1;
    else if (by_rank_[2].size() < most &&
             (contains_any_case(text.source_name, words_) || contains_any_case(prompt, words_)))
      rank = 2;
    if (rank >= 0 && by_rank_[rank].size() < most) by_rank_[rank].push_back(row);
  }
  // Enough that begin so: what is older could not come before them.
  if (by_rank_[0].size() + by_rank_[1].size() >= most && by_rank_[1].size() >= most) left_ = 0;
  std::vector<Row> all;
  for (const auto& rank : by_rank_) all.insert(all.end(), rank.begin(), rank.end());
  if (all.size() > most) all.resize(most);
  if (left_ == 0 || all.size() >= shown_.size()) shown_ = std::move(all);
  return left_ > 0;
}

}  // namespace studio
