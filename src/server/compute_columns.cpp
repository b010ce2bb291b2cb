// See compute_columns.h.
// Read first: ParseRuleExpression.
#include "server/compute_columns.h"

#include "server/compat.h"
#include "server/read_catalog.h"

namespace dbmocker::server {

// One expression, ready to run.
struct ColumnFormula {
  AttrNumber number;
  Node* expression;
  Bitmapset* reads;  // attribute numbers, less FirstLowInvalidHeapAttributeNumber
  ExprState* state;
  const char* fault;  // for NULL; nullptr if it may be NULL
};

struct ColumnComputer {
  int count;
  ColumnFormula* formulas;
};

namespace {

[[noreturn]] void RefuseExpression(Relation relation, const ColumnExpression& expression, const char* detail) {
  ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                  errmsg("invalid expression in the rule for column \"%s\" of table \"%s\"",
                         NameStr(TupleDescAttr(RelationGetDescr(relation), expression.number - 1)->attname),
                         RelationGetRelationName(relation)),
                  errdetail("%s", detail),
                  errhint("Write an SQL expression over the other columns of the row, functions qualified by their "
                          "schema.")));
  pg_unreachable();
}

// The only expression of "SELECT text", which must have nothing else.
Node* ReadExpression(Relation relation, const ColumnExpression& expression) {
  List* const statements = raw_parser(psprintf("SELECT %s", expression.text), RAW_PARSE_DEFAULT);
  Node* const node = list_length(statements) == 1 ? linitial_node(RawStmt, statements)->stmt : nullptr;
  if (node == nullptr || !IsA(node, SelectStmt)) RefuseExpression(relation, expression, "It is no single expression.");
  auto* const select = reinterpret_cast<SelectStmt*>(node);
  const bool has_more = select->distinctClause != NIL || select->intoClause != nullptr || select->fromClause != NIL ||
                        select->whereClause != nullptr || select->groupClause != NIL ||
                        select->havingClause != nullptr || select->windowClause != NIL || select->sortClause != NIL ||
                        select->limitCount != nullptr || select->limitOffset != nullptr ||
                        select->lockingClause != NIL || select->withClause != nullptr || select->valuesLists != NIL ||
                        select->op != SETOP_NONE;
  if (has_more || list_length(select->targetList) != 1)
    RefuseExpression(relation, expression, "It is no single expression.");
  return linitial_node(ResTarget, select->targetList)->val;
}

void RefuseReads(Relation relation, const ColumnExpression& expression, Node* node) {
  Bitmapset* reads = nullptr;
  pull_varattnos(node, 1, &reads);
  for (int member = -1; (member = bms_next_member(reads, member)) >= 0;) {
    const int number = member + FirstLowInvalidHeapAttributeNumber;
    if (number <= 0) RefuseExpression(relation, expression, "It reads the whole row or a system column.");
    if (number == expression.number && !expression.reads_itself)
      RefuseExpression(relation, expression, "It reads the column itself.");
    if (TupleDescAttr(RelationGetDescr(relation), number - 1)->attgenerated != '\0')
      RefuseExpression(relation, expression, "It reads a generated column.");
  }
  if (contain_volatile_functions(node))
    RefuseExpression(relation, expression, "It calls a volatile function, so that rows could not be made again.");
}

}  // namespace

Node* ParseRuleExpression(Relation relation, const ColumnExpression& expression) {
  const int level = EnterCatalogSettings();
  Node* const raw = ReadExpression(relation, expression);
  ParseState* const state = make_parsestate(nullptr);
  ParseNamespaceItem* const item =
      addRangeTableEntryForRelation(state, relation, AccessShareLock, nullptr, false, true);
  addNSItemToQuery(state, item, false, true, true);
  Node* node = transformExpr(state, raw, EXPR_KIND_CHECK_CONSTRAINT);
  Form_pg_attribute const column = TupleDescAttr(RelationGetDescr(relation), expression.number - 1);
  Oid const type = exprType(node);
  int32 modifier = column->atttypmod;
  Oid const base = getBaseTypeAndTypmod(column->atttypid, &modifier);  // domains are checked with the whole row
  node = coerce_to_target_type(state, node, type, base, modifier, COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
  if (node == nullptr)
    RefuseExpression(relation, expression,
                     psprintf("It is of type %s, which is not cast to %s by assignment.", format_type_be(type),
                              format_type_be(column->atttypid)));
  assign_expr_collations(state, node);
  RefuseReads(relation, expression, node);
  free_parsestate(state);
  LeaveCatalogSettings(level);
  return node;
}

ColumnComputer* PrepareComputer(Relation relation, const ColumnExpression* expressions, int count, EState* estate) {
  auto* const computer = static_cast<ColumnComputer*>(palloc0(sizeof(ColumnComputer)));
  computer->formulas = static_cast<ColumnFormula*>(palloc0(sizeof(ColumnFormula) * static_cast<Size>(count)));
  Bitmapset* open = nullptr;
  for (int i = 0; i < count; ++i)
    open = bms_add_member(open, expressions[i].number - FirstLowInvalidHeapAttributeNumber);
  while (computer->count < count) {
    const int before = computer->count;
    for (int i = 0; i < count; ++i) {
      const int member = expressions[i].number - FirstLowInvalidHeapAttributeNumber;
      if (!bms_is_member(member, open)) continue;
      ColumnFormula formula = {expressions[i].number, ParseRuleExpression(relation, expressions[i]), nullptr, nullptr,
                               nullptr};
      pull_varattnos(formula.expression, 1, &formula.reads);
      if (expressions[i].reads_itself) formula.reads = bms_del_member(formula.reads, member);
      if (bms_overlap(formula.reads, open)) continue;
      Form_pg_attribute const column = TupleDescAttr(RelationGetDescr(relation), formula.number - 1);
      if (column->attnotnull) formula.fault = psprintf("NOT NULL of column %s", NameStr(column->attname));
      formula.state = ExecPrepareExpr(reinterpret_cast<Expr*>(formula.expression), estate);
      computer->formulas[computer->count++] = formula;
      open = bms_del_member(open, member);
    }
    if (computer->count == before)
      ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
                      errmsg("expressions in the rules of table \"%s\" read one another in a circle",
                             RelationGetRelationName(relation)),
                      errhint("Change one of the rules.")));
  }
  return computer;
}

namespace {

// Says in errors which column was being computed.
void AddComputedColumn(void* name) {
  errcontext("computing column \"%s\" by its rule", static_cast<const char*>(name));
}

}  // namespace

const char* ComputeColumns(ColumnComputer* computer, TupleTableSlot* slot, ExprContext* context) {
  Oid user = InvalidOid;
  int security = 0;
  GetUserIdAndSecContext(&user, &security);
  SetUserIdAndSecContext(user, security | SECURITY_RESTRICTED_OPERATION);
  context->ecxt_scantuple = slot;
  const char* fault = nullptr;
  for (int i = 0; i < computer->count; ++i) {
    const ColumnFormula& formula = computer->formulas[i];
    const int place = formula.number - 1;
    char* const name = NameStr(TupleDescAttr(slot->tts_tupleDescriptor, place)->attname);
    ErrorContextCallback callback = {error_context_stack, AddComputedColumn, name};
    error_context_stack = &callback;
    slot->tts_values[place] = ExecEvalExpr(formula.state, context, &slot->tts_isnull[place]);
    error_context_stack = callback.previous;
    if (slot->tts_isnull[place] && formula.fault != nullptr) fault = formula.fault;
  }
  SetUserIdAndSecContext(user, security);
  return fault;
}

}  // namespace dbmocker::server
