// Columns that a rule computes by an SQL expression over the other columns of the row: parsed as a CHECK is, with
// search_path = pg_catalog, evaluated as the caller in a security-restricted operation.
// Server style: functions may ereport and own nothing.
// Read first: ParseRuleExpression, then ComputeColumns.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// A column and its expression, as text.
struct ColumnExpression {
  AttrNumber number;
  const char* text;
  bool reads_itself;  // the column's own value, given before, are the parts of a template
};

// Parses the expression for a column of `relation` and casts it to the column's type as INSERT would. Ereports what a
// CHECK would be refused for (subqueries, aggregates, other tables), volatile functions, and generated columns in it.
Node* ParseRuleExpression(Relation relation, const ColumnExpression& expression);

struct ColumnComputer;

// Prepares the expressions of a run, in an order in which each finds the columns that it reads. Ereports 42P17 where
// there is none.
ColumnComputer* PrepareComputer(Relation relation, const ColumnExpression* expressions, int count, EState* estate);

// Computes the columns of the row in `slot`, in the current memory context. Returns a constraint that fails (NOT NULL),
// nullptr if none does.
const char* ComputeColumns(ColumnComputer* computer, TupleTableSlot* slot, ExprContext* context);

}  // namespace dbmocker::server
