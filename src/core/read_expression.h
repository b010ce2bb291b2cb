// Small readings of expression trees: is this a column, a constant, a list, the length of a column? Casts are looked
// through where they change neither equality nor order, and remembered where they keep equality only.
// Read first: AsColumn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relation.h"

namespace dbmocker {

const Expression& StripCasts(const Expression& expression);

// A column or a domain's VALUE (number 0), perhaps below casts.
struct ColumnReading {
  AttributeNumber column = 0;
  TypeOfColumn type;
  bool keeps_order = true;  // false: only comparisons for equality mean the same below the casts
};
// nullopt if the expression is something else, or if a cast on the way rounds, cuts or depends on the time zone.
std::optional<ColumnReading> AsColumn(const Expression& expression, const TypesByColumn& types);

struct ConstantText {
  bool is_null = false;
  std::string text;
};
std::optional<ConstantText> AsConstant(const Expression& expression);

// The text of a constant that is not NULL.
std::optional<std::string> TextOf(const Expression& expression);

// The elements of a constant array; NULLs among them are left out.
std::optional<std::vector<std::string>> AsConstantList(const Expression& expression);

// length(column), cardinality(column) …, also of the column without blanks around it.
struct LengthReading {
  ColumnReading column;
  bool is_trimmed = false;
};
std::optional<LengthReading> AsLength(const Expression& expression, const TypesByColumn& types);

// btrim(column), ltrim(column), rtrim(column) of text.
std::optional<ColumnReading> AsTrimmed(const Expression& expression, const TypesByColumn& types);

std::optional<std::int64_t> AsInteger(const std::string& text);

// The comparison with its sides exchanged, or its opposite; "" if there is none.
std::string FlipComparison(const std::string& name);
std::string NegateComparison(const std::string& name);

// left `name` right, for =, <>, <, <=, > and >=.
bool HoldsFor(std::int64_t left, const std::string& name, std::int64_t right);

}  // namespace dbmocker
