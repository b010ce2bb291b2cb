// The syntax of PostgreSQL's regular expressions (advanced flavour) and of LIKE, as a tree. Says nothing of what
// matches. Read first: ParseRegex.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text_language.h"

namespace dbmocker {

// Thrown inside the reader only: why a pattern is not read.
struct RegexRefusal {
  std::string why;
};

struct RegexNode {
  enum class Kind { Symbols, AtStart, AtEnd, Sequence, Alternatives, Repeat };
  Kind kind = Kind::Sequence;
  SymbolSet symbols;
  std::vector<RegexNode> children;
  int least = 0;  // Repeat
  int most = -1;  // Repeat; -1 = without end
};

// Throw RegexRefusal.
RegexNode ParseRegex(std::string_view pattern, bool ignoring_case);
RegexNode ParseLike(std::string_view pattern, bool ignoring_case);

}  // namespace dbmocker
