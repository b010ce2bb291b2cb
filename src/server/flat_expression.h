// The stage between node trees and core expressions: plain palloc'd structs, made in server style (where an ereport may
// come at any time) and turned into C++ objects afterwards, without a server call.
// Read first: FlatExpression.
#pragma once

#include "server/postgres_api.h"

#include "dbmocker/schema.h"

namespace dbmocker::server {

// The twin of Expression in palloc'd memory; see there for what each kind holds.
struct FlatExpression {
  Expression::Kind kind;
  const char* name;  // nullptr = none
  const char* type;
  const char* value;  // Constant: nullptr = NULL
  int column;
  List* elements;  // ArrayConst: char*, nullptr = NULL
  List* arguments;  // FlatExpression*
  Bitmapset* columns;  // attribute numbers read anywhere below
};

// How the columns of the tree are to be read.
struct FlattenContext {
  const int* attribute_map = nullptr;  // by attribute number of the tree: number to report; nullptr = as they are
  int attribute_count = 0;  // size of attribute_map; numbers reach from 1 to below it
  Bitmapset* live_columns = nullptr;  // what a whole-row reference reads
  FlatExpression* case_operand = nullptr;  // what CaseTestExpr stands for
  int call_depth = 0;  // functions of users that are being seen through
};

// Server style: may ereport, owns nothing. A list counts as the AND of its members, as in pg_index.indpred.
FlatExpression* FlattenExpression(Node* node, FlattenContext* context);

// The same of a pg_node_tree's text; nullptr gives nullptr.
FlatExpression* FlattenNodeText(const char* text, FlattenContext* context);

// C++ style: calls no server function that can fail. May throw std::bad_alloc.
Expression BuildExpression(const FlatExpression& flat);

}  // namespace dbmocker::server
