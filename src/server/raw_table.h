// Everything that the describe step reads of one table, in palloc'd memory, and the cursor that C++ reads it with.
// Read first: RawTable.
#pragma once

#include "server/postgres_api.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "server/describe_types.h"
#include "server/flat_expression.h"
#include "server/read_catalog.h"

namespace dbmocker::server {

// Query results, and beside them, row by row, what was made of their node trees and types. The columns of each result
// are listed where it is queried (raw_table.cpp) and read in the same order (describe_table.cpp and its neighbour).
struct RawTable {
  CatalogRows table;
  bool row_security;
  bool is_published;
  CatalogRows columns;
  CatalogRows sequences;  // twin of columns, or empty if no column can have one
  RawType** column_types;  // twin of columns
  FlatExpression** defaults;  // twin of columns; nullptr = none
  CatalogRows checks;
  FlatExpression** check_trees;  // twin of checks
  CatalogRows indexes;
  List** index_expressions;  // twin of indexes: FlatExpression*
  FlatExpression** index_predicates;  // twin of indexes; nullptr = none
  CatalogRows foreign_keys;  // one row per column of each
  CatalogRows demands;  // CHECKs of referring tables
  FlatExpression** demand_trees;  // twin of demands
  CatalogRows triggers;
  List** trigger_accepts;  // FlatExpression*, twin of triggers
  CatalogRows partitions;
  FlatExpression** partition_constraints;  // twin of partitions; nullptr = none
};

// Server style: may ereport. Everything lives in the current memory context.
RawTable* ReadTable(Oid relation);

// Reads the fields of one row from left to right.
class RowCursor {
 public:
  RowCursor(const CatalogRows& rows, int row) : rows_(rows), row_(row) {}

  const char* Raw() { return rows_.Get(row_, column_++); }
  void Skip() { ++column_; }
  std::string Text() {
    const char* text = Raw();
    return text == nullptr ? std::string() : std::string(text);
  }
  bool Flag() {
    const char* text = Raw();
    return text != nullptr && *text == 't';
  }
  char Letter() {
    const char* text = Raw();
    return text == nullptr ? '\0' : *text;
  }
  std::int64_t Integer() {
    const char* text = Raw();
    return text == nullptr ? 0 : std::strtoll(text, nullptr, 10);
  }
  int Int() { return static_cast<int>(Integer()); }
  std::uint32_t ObjectId() { return static_cast<std::uint32_t>(Integer()); }

 private:
  const CatalogRows& rows_;
  int row_;
  int column_ = 0;
};

}  // namespace dbmocker::server
