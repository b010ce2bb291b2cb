// Relations between columns of a row: sums of products compared with zero (a < b, a + b = c, a * b <= 100, end - start
// <= '30 days'), and texts that are equal or differ. Reads them from expressions and says which values of one column
// satisfy them once the others are known.
// Read first: Relation, then ReadRelation and BoundPosition.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dbmocker/schema.h"
#include "dbmocker/value_set.h"
#include "ordered_range.h"

namespace dbmocker {

struct TypeOfColumn {
  const Type* type = nullptr;
  int type_modifier = -1;
};
using TypesByColumn = std::map<AttributeNumber, TypeOfColumn>;

struct Relation {
  enum class Kind { Order, SameText, DifferentText };
  enum class Comparison { Less, LessOrEqual, Equal, Different };
  // coefficient * the product of the columns' positions (ParseOrderedValue); no columns = a constant
  struct Term {
    Int128 coefficient = 0;
    std::vector<AttributeNumber> columns;
    bool operator==(const Term&) const = default;
  };
  Kind kind = Kind::Order;
  Comparison comparison = Comparison::Less;  // Order: the sum of the terms against zero
  std::vector<Term> terms;
  std::vector<AttributeNumber> columns;  // sorted, distinct
  bool operator==(const Relation&) const = default;
};

// What now() and current_date stand for, in microseconds since 2000: CHECKs that compare with them are evaluated on the
// present day, whatever day rows are drawn against, so a bound is taken on the safe side of both.
struct Clock {
  std::int64_t reference = 0;
  std::int64_t today = 0;  // the start of the present day, UTC
};

// left `name` right as a relation; nullopt if it is none that can be kept. A relation over one column comes out too.
std::optional<Relation> ReadRelation(const Expression& left, const std::string& name, const Expression& right,
                                     const TypesByColumn& types, const Clock& clock);

// Adds what keeps products of integer columns below the expression from overflowing.
void AddProductLimits(const Expression& expression, const TypesByColumn& types, std::vector<Relation>& relations);

// Whether the comparison of two expressions without columns holds; nullopt if they are not both numbers or texts.
std::optional<bool> CompareConstants(const Expression& left, const std::string& name, const Expression& right,
                                     const Clock& clock);

// Closed bounds of positions; empty if lower > upper.
struct PositionBounds {
  Int128 lower;
  Int128 upper;
  std::optional<Int128> without;  // a position inside that is not allowed
};

// Where a column of a row stands.
struct ColumnPosition {
  AttributeNumber column = 0;
  std::int64_t position = 0;
};

// Narrows `bounds` to what an Order relation leaves to `target` where the others stand at `positions`. False if the
// target's factor does not come out (it occurs twice in a product, or a number is too large): nothing is known then.
bool BoundPosition(const Relation& relation, AttributeNumber target, std::span<const ColumnPosition> positions,
                   PositionBounds& bounds);

// How positions of a type are written and compared: the decimals that they hold; nullopt for types without positions.
struct PositionScale {
  char family = 'n';  // 'n' number, 'd' date, 't' timestamp, 'o' time of day
  int decimals = 0;
  bool is_float = false;
};
std::optional<PositionScale> FindPositionScale(const TypeOfColumn& type);

// The position of a value given as text, rounded down; nullopt for infinity, NaN and other types.
std::optional<std::int64_t> PositionOfText(const std::string& text, const TypeOfColumn& type);
// And back, in the type's input syntax.
std::string TextOfPosition(Int128 position, const TypeOfColumn& type);

}  // namespace dbmocker
