// Conditions on json columns as shapes of documents: jsonb_typeof(x), x ? 'key', x ->> 'kind' IN (…),
// (x ->> 'n')::int > 0, x @> '{"a": 1}', jsonb_array_length(x -> 'items') > 0, also of values below keys.
// Read first: ReadJsonComparison.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "read_atoms.h"

namespace dbmocker {

// left `name` right, the constant on the right; with `negated` its opposite, for operators that have no name for it.
// nullopt if it is of another form.
std::optional<Atom> ReadJsonComparison(const Expression& left, const std::string& name, const Expression& right,
                                       bool negated, const TypesByColumn& types);
// left among (`inside`) or not among these.
std::optional<Atom> ReadJsonList(const Expression& left, const std::vector<std::string>& texts, bool inside,
                                 const TypesByColumn& types);
// (x ->> 'flag')::boolean.
std::optional<Atom> ReadJsonTruth(const Expression& expression, bool value, const TypesByColumn& types);
// x -> 'key' IS NULL (or IS NOT NULL).
std::optional<Atom> ReadJsonPresence(const Expression& operand, bool is_null, const TypesByColumn& types);

}  // namespace dbmocker
