// Which columns a sequence numbers: identity and serial columns, but for those that a foreign key decides.
// Read first: TakesSequence.
#pragma once

#include <algorithm>

#include "dbmocker/schema.h"

namespace dbmocker {

// True if the column alone is a unique key of the table.
inline bool IsKeyByItself(const Table& table, AttributeNumber number) {
  return std::ranges::any_of(table.unique_keys, [&](const UniqueKey& key) {
    return key.columns.size() == 1 && key.columns.front() == number && !key.predicate;
  });
}

// True if a foreign key says what the column holds. A row's own key that leads a foreign key of several columns, as
// owners (id, main_item) does, stays the row's own.
inline bool IsDecidedByReference(const Table& table, AttributeNumber number) {
  return std::ranges::any_of(table.foreign_keys, [&](const ForeignKey& key) {
    return std::ranges::count(key.columns, number) > 0 && (key.columns.size() == 1 || !IsKeyByItself(table, number));
  });
}

inline bool TakesSequence(const Table& table, const Column& column) {
  return column.sequence && (column.identity != '\0' || !IsDecidedByReference(table, column.number));
}

}  // namespace dbmocker
