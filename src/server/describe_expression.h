// Node trees -> core expressions. Reads only the node types that constraints are made of; anything else becomes Opaque
// with the columns that it reads.
// Read first: DescribeExpression.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/schema.h"

namespace dbmocker::server {

// `node`: an expression as stored in pg_constraint.conbin, pg_attrdef.adbin, pg_index.indpred … (after stringToNode),
// with Vars of range table entry 1. Constants come out in the catalog settings' text forms (read_catalog.h).
// May throw ServerError or std::bad_alloc.
Expression DescribeExpression(Node* node);

}  // namespace dbmocker::server
