// Conditions on one text column as sets of texts: LIKE and regular expressions, lower(x) = x, btrim(x) <> '',
// left(x, 3) = 'abc', position('|' in x) = 0, starts_with. A condition on f(x) becomes the texts that f
// turns into what is asked for, or a part of them that f leaves as they are.
// Read first: TextCondition.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dbmocker/schema.h"
#include "read_expression.h"
#include "text_language.h"

namespace dbmocker {

struct TextCondition {
  ColumnReading column;
  TextPatternPointer pattern;  // nullptr: not read
  std::string why_not;
};

// left `name` right (or one of `texts`), where one side reads a text column and the other is constant or reads the same
// column; names are operators already negated where asked for ("!~", "<>", "!~~*" …). nullopt if it is of another form.
std::optional<TextCondition> ReadTextCondition(const Expression& left, const std::string& name, const Expression& right,
                                               const TypesByColumn& types);
std::optional<TextCondition> ReadTextList(const Expression& left, const std::vector<std::string>& texts, bool inside,
                                          const TypesByColumn& types);
// lower(a) = b and the like, of two columns: a and b are the same text, which the functions leave as it is.
struct TextPair {
  AttributeNumber one = 0;
  AttributeNumber other = 0;
  TextPatternPointer pattern;  // of both
};
std::optional<TextPair> ReadTextPair(const Expression& left, const std::string& name, const Expression& right,
                                     const TypesByColumn& types);
// starts_with(x, 'abc'), or its opposite.
std::optional<TextCondition> ReadTextCall(const Expression& call, bool negated, const TypesByColumn& types);

// The length of a changed text, e.g. length(btrim(x)), compared with a number.
std::optional<TextCondition> ReadTextLength(const Expression& left, const std::string& name, const std::string& number,
                                            const TypesByColumn& types);

// What a text operator says when it is false: "~" -> "!~"; "" if it is none.
std::string NegateTextOperator(const std::string& name);

}  // namespace dbmocker
