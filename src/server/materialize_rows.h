// Set-returning functions that hand over all of their rows at once, in a tuplestore.
// Server style: may ereport, owns nothing.
// Read first: OpenResultSink.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// Where a function's result rows go. `descriptor` is the row type that the caller expects.
struct ResultSink {
  Tuplestorestate* store;
  TupleDesc descriptor;

  // One row: a value and a null flag per column of the descriptor. Values are copied.
  void PutRow(const Datum* values, const bool* nulls) {
    tuplestore_putvalues(store, descriptor, const_cast<Datum*>(values), const_cast<bool*>(nulls));
  }
};

// Prepares the function's call for materialised rows; the function returns a null Datum after the last PutRow().
// The function must be declared as returning a set of rows (OUT parameters or a composite type).
ResultSink OpenResultSink(FunctionCallInfo call);

}  // namespace dbmocker::server
