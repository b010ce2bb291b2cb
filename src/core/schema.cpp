// Small helpers over the plain description of tables. Must hold no decisions.
// Read first: JoinColumnNames.
#include "dbmocker/schema.h"

namespace dbmocker {

std::string JoinColumnNames(const Table& table, const std::vector<AttributeNumber>& numbers) {
  std::string joined;
  for (const AttributeNumber number : numbers) {
    if (!joined.empty()) joined += ", ";
    const Column* column = number == 0 ? nullptr : table.FindColumn(number);
    if (number == 0) {
      joined += "(expression)";
    } else if (column != nullptr) {
      joined += column->name;
    } else {
      joined += "column " + std::to_string(number);
    }
  }
  return joined;
}

}  // namespace dbmocker
