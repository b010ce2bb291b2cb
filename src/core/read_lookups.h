// What trigger functions look up in other tables by values of the new row: SELECT … INTO x FROM t WHERE t.id =
// NEW.t_id, SELECT … WHERE y = x.z …. A row for which they find nothing is mostly refused. Function bodies are read as
// text, in plpgsql or SQL; what is not understood is left out.
// Read first: ReadLookups.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dbmocker {

// What an expression of a lookup is to be equal to: a column of the new row, or an expression over another lookup's
// row.
struct LookupTerm {
  std::string column;  // of the new row, in lower case; empty: the other
  std::size_t lookup = 0;  // place of the other lookup
  std::string expression;  // over its tables
};

struct LookupCondition {
  std::string expression;  // SQL over the lookup's own tables
  LookupTerm equal;
};

struct Lookup {
  std::string from;  // SQL, as the function has it
  std::vector<std::string> filters;  // conditions over the lookup's own tables alone
  std::vector<LookupCondition> conditions;
};

struct FunctionBody {
  std::string name;  // in lower case
  std::vector<std::string> arguments;  // names, in lower case
  std::string source;
};

// The lookups of a trigger function, in the order of their text, with those of `callees` that it calls.
std::vector<Lookup> ReadLookups(std::string_view source, const std::vector<FunctionBody>& callees);

}  // namespace dbmocker
