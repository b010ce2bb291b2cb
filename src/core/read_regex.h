// PostgreSQL's advanced regular expressions and LIKE patterns, read as text languages. What no automaton can say
// (back-references, lookaround, word boundaries) is refused with a word, never guessed.
// Read first: ReadRegex.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text_language.h"

namespace dbmocker {

// A pattern as a language, or why it is none.
struct PatternReading {
  std::optional<TextPattern> pattern;
  std::string why_not;  // "the pattern uses a back-reference"
};

// text ~ pattern (or ~*). A pattern without anchors is looked for anywhere in the text.
PatternReading ReadRegex(std::string_view pattern, bool ignoring_case);

// text LIKE pattern (or ILIKE), with a backslash as escape.
PatternReading ReadLike(std::string_view pattern, bool ignoring_case);

}  // namespace dbmocker
