// What a key's expression, or the expression of a generated column in a key, is made of: so that its distinctness can
// be had from the columns that it reads. Knows nothing of values.
// Read first: ReadKeySource.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dbmocker/schema.h"
#include "unit_value_set.h"

namespace dbmocker {

struct KeySource {
  AttributeNumber exact = 0;  // distinct values of this column give distinct values of the expression; 0: of none
  bool folds_case = false;  // … if they differ in more than case
  std::set<AttributeNumber> columns;  // all that are read, generated ones replaced by what they read
  std::vector<std::string> json_path;  // not empty: the expression is the member at this path of the only column
  bool json_number = false;  // … as a number
  AttributeNumber moment = 0;  // not 0: the expression is a part of this column's time,
  std::optional<TimeUnit> unit;  // cut off to whole units,
  std::string part;  // or this part of it: "year", "month" …
  bool is_local = false;  // in a time zone other than UTC
};

KeySource ReadKeySource(const Expression& expression, const Table& table);

// The units of time that all the sources which read column `moment` tell apart together; nullopt if none.
std::optional<TimeUnit> FindUnitOf(const std::vector<KeySource>& sources, AttributeNumber moment);

}  // namespace dbmocker
