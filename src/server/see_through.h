// Functions of users in expressions, replaced by what they compute: SQL functions that are one SELECT of an expression,
// and plpgsql functions made of IF, RETURN and RAISE only. IMMUTABLE functions of constants are called.
// Must not create C++ objects: every function here may ereport.
// Read first: SeeThroughCall.
#pragma once

#include "server/postgres_api.h"

namespace dbmocker::server {

// The expression that the call stands for where no argument is NULL (or, if the function is not strict, always), with
// the call's arguments put in; nullptr if the function does more than that, or its body does not parse here.
Node* SeeThroughCall(FuncExpr* call, bool* is_strict);

// The expression with the results of IMMUTABLE functions of users in place of their calls, where the arguments are
// constants.
Node* EvaluateConstantCalls(Node* expression);

// True if reading the expression takes a try that may fail, which parallel workers cannot undo: a body that does not
// parse, or a function that has to be called (probe_null_count.h).
bool TakesTrying(Node* expression);

}  // namespace dbmocker::server
