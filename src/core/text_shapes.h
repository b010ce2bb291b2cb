// Conditions on texts that are not written as patterns but are ones: a text cast to a number, its parts between
// delimiters, the place of a character. Must not know of columns. Read first: FindTextShape.
#pragma once

#include <optional>
#include <string>

#include "dbmocker/schema.h"

namespace dbmocker {

// The expression of a text, and a regular expression of texts that satisfy the condition: all of them, but for numbers,
// which are written without needless zeros and signs.
struct TextShape {
  const Expression* text = nullptr;
  std::string pattern;
};

// left `name` constant; nullopt if it is of another form.
std::optional<TextShape> FindTextShape(const Expression& left, const std::string& name, const std::string& constant);

}  // namespace dbmocker
