// Names of columns and tables as words: "shippingAddress2" -> shipping, address, 2. Must not know what words mean.
// Read first: SplitWords.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dbmocker {

// Lower-case words of a name in snake_case, camelCase, with blanks or dashes; digits are words of their own. Letters
// outside ASCII stay as they are.
std::vector<std::string> SplitWords(std::string_view name);

// "categories" -> "category", "people" -> "person", "status" -> "status".
std::string Singular(std::string_view word);

// "first_name" of {"first", "name"}.
std::string JoinWords(std::span<const std::string> words);

// True if the list, words with blanks between and around them (" user customer "), holds the word.
inline bool ListHolds(std::string_view list, std::string_view word) {
  for (std::size_t at = list.find(word); at != std::string_view::npos; at = list.find(word, at + 1))
    if (at > 0 && list[at - 1] == ' ' && at + word.size() < list.size() && list[at + word.size()] == ' ')
      return !word.empty();
  return false;
}

}  // namespace dbmocker
