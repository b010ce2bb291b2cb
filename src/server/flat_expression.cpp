// Node trees -> flat expressions. One function per group of node types; what has none of its own becomes Opaque with
// the columns that it reads. The catalog settings are in force.
// Must not create C++ objects: every function here may ereport.
// Read first: FlattenExpression.
#include "server/flat_expression.h"

#include "server/probe_null_count.h"
#include "server/see_through.h"

namespace dbmocker::server {
namespace {

using Kind = Expression::Kind;

FlatExpression* MakeFlat(Kind kind, Oid type) {
  auto* flat = static_cast<FlatExpression*>(palloc0(sizeof(FlatExpression)));
  flat->kind = kind;
  if (OidIsValid(type)) flat->type = format_type_be(type);
  return flat;
}

void AddFlatArgument(FlatExpression* flat, FlatExpression* argument) {
  flat->arguments = lappend(flat->arguments, argument);
  flat->columns = bms_add_members(flat->columns, argument->columns);
}

void AddArgument(FlatExpression* flat, const void* node, FlattenContext* context) {
  AddFlatArgument(flat, FlattenExpression(static_cast<Node*>(const_cast<void*>(node)), context));
}

void AddArguments(FlatExpression* flat, List* nodes, FlattenContext* context) {
  for (int i = 0; i < list_length(nodes); ++i) AddArgument(flat, list_nth(nodes, i), context);
}

FlatExpression* MakeCall(Kind kind, const char* name, Oid type, List* arguments, FlattenContext* context) {
  FlatExpression* flat = MakeFlat(kind, type);
  flat->name = name;
  AddArguments(flat, arguments, context);
  return flat;
}

FlatExpression* FlattenCast(Node* node, Expr* argument, FlattenContext* context) {
  FlatExpression* flat = MakeFlat(Kind::Cast, exprType(node));
  AddArgument(flat, argument, context);
  return flat;
}

int MapAttribute(int number, const FlattenContext& context) {
  if (context.attribute_map == nullptr) return number;
  return number < context.attribute_count ? context.attribute_map[number] : 0;
}

FlatExpression* FlattenOpaque(Node* node, FlattenContext* context) {
  FlatExpression* flat = MakeFlat(Kind::Opaque, exprType(node));
  Bitmapset* attributes = nullptr;
  pull_varattnos(node, 1, &attributes);
  for (int member = -1; (member = bms_next_member(attributes, member)) >= 0;) {
    const int number = member + FirstLowInvalidHeapAttributeNumber;
    if (number == 0) flat->columns = bms_add_members(flat->columns, context->live_columns);
    const int mapped = number > 0 ? MapAttribute(number, *context) : 0;
    if (mapped > 0) flat->columns = bms_add_member(flat->columns, mapped);
  }
  if (context->case_operand != nullptr) {
    flat->columns = bms_add_members(flat->columns, context->case_operand->columns);
  }
  return flat;
}

FlatExpression* FlattenColumn(Var* variable, FlattenContext* context) {
  const int number = variable->varattno > 0 ? MapAttribute(variable->varattno, *context) : 0;
  if (number <= 0) return FlattenOpaque(reinterpret_cast<Node*>(variable), context);
  FlatExpression* flat = MakeFlat(Kind::Column, variable->vartype);
  flat->column = number;
  flat->columns = bms_make_singleton(number);
  return flat;
}

// ----------------------------------------------------------------------------------------------------- constants

char* OutputText(Oid type, Datum value) {
  Oid output;
  bool is_varlena;
  getTypeOutputInfo(type, &output, &is_varlena);
  return OidOutputFunctionCall(output, value);
}

FlatExpression* FlattenArrayConstant(Const* constant, Oid element_type) {
  ArrayType* array = DatumGetArrayTypeP(constant->constvalue);
  if (ARR_NDIM(array) > 1) return nullptr;
  int16 length;
  bool by_value;
  char alignment;
  get_typlenbyvalalign(element_type, &length, &by_value, &alignment);
  Datum* values;
  bool* nulls;
  int count;
  deconstruct_array(array, element_type, length, by_value, alignment, &values, &nulls, &count);
  FlatExpression* flat = MakeFlat(Kind::ArrayConst, constant->consttype);
  for (int i = 0; i < count; ++i) {
    flat->elements = lappend(flat->elements, nulls[i] ? nullptr : OutputText(element_type, values[i]));
  }
  return flat;
}

FlatExpression* FlattenConstant(Const* constant) {
  if (!constant->constisnull) {
    const Oid element_type = get_element_type(getBaseType(constant->consttype));
    FlatExpression* array = OidIsValid(element_type) ? FlattenArrayConstant(constant, element_type) : nullptr;
    if (array != nullptr) return array;
  }
  FlatExpression* flat = MakeFlat(Kind::Constant, constant->consttype);
  if (!constant->constisnull) flat->value = OutputText(constant->consttype, constant->constvalue);
  return flat;
}

FlatExpression* FlattenArray(ArrayExpr* array, FlattenContext* context) {
  bool is_constant = !array->multidims;
  for (int i = 0; i < list_length(array->elements); ++i) {
    is_constant = is_constant && IsA(list_nth(array->elements, i), Const);
  }
  if (!is_constant) return MakeCall(Kind::Array, nullptr, array->array_typeid, array->elements, context);
  FlatExpression* flat = MakeFlat(Kind::ArrayConst, array->array_typeid);
  for (int i = 0; i < list_length(array->elements); ++i) {
    auto* element = static_cast<Const*>(list_nth(array->elements, i));
    flat->elements =
        lappend(flat->elements, element->constisnull ? nullptr : OutputText(element->consttype, element->constvalue));
  }
  return flat;
}

// ----------------------------------------------------------------------------------------------- constant folding

bool IsBuiltInImmutable(Oid function) {
  return get_func_namespace(function) == PG_CATALOG_NAMESPACE && func_volatile(function) == PROVOLATILE_IMMUTABLE;
}

bool IsFoldable(Node* node);

bool AreFoldable(List* nodes) {
  for (int i = 0; i < list_length(nodes); ++i) {
    if (!IsFoldable(static_cast<Node*>(list_nth(nodes, i)))) return false;
  }
  return true;
}

bool IsFoldableInputOutput(CoerceViaIO* cast) {
  Oid input;
  Oid parameter;
  Oid output;
  bool is_varlena;
  getTypeInputInfo(cast->resulttype, &input, &parameter);
  getTypeOutputInfo(exprType(reinterpret_cast<Node*>(cast->arg)), &output, &is_varlena);
  return IsBuiltInImmutable(input) && IsBuiltInImmutable(output) && IsFoldable(reinterpret_cast<Node*>(cast->arg));
}

// True if the tree reads no column and runs only built-in immutable functions: what the server would fold when it
// plans, less the functions of users, which may not run under the catalog settings.
bool IsFoldable(Node* node) {
  if (node == nullptr) return true;
  switch (nodeTag(node)) {
    case T_Const:
    case T_CaseTestExpr:  // only met inside ArrayCoerceExpr
      return true;
    case T_FuncExpr: {
      auto* call = reinterpret_cast<FuncExpr*>(node);
      return IsBuiltInImmutable(call->funcid) && !call->funcretset && AreFoldable(call->args);
    }
    case T_OpExpr: {
      auto* call = reinterpret_cast<OpExpr*>(node);
      return IsBuiltInImmutable(get_opcode(call->opno)) && !call->opretset && AreFoldable(call->args);
    }
    case T_RelabelType:
      return IsFoldable(reinterpret_cast<Node*>(reinterpret_cast<RelabelType*>(node)->arg));
    case T_CollateExpr:
      return IsFoldable(reinterpret_cast<Node*>(reinterpret_cast<CollateExpr*>(node)->arg));
    case T_CoerceViaIO:
      return IsFoldableInputOutput(reinterpret_cast<CoerceViaIO*>(node));
    case T_ArrayExpr:
      return AreFoldable(reinterpret_cast<ArrayExpr*>(node)->elements);
    case T_ArrayCoerceExpr: {
      auto* cast = reinterpret_cast<ArrayCoerceExpr*>(node);
      return IsFoldable(reinterpret_cast<Node*>(cast->arg)) && IsFoldable(reinterpret_cast<Node*>(cast->elemexpr));
    }
    default:
      return false;
  }
}

// The node's value as a Const where it has one by itself; else the node.
Node* FoldConstant(Node* node) {
  if (IsA(node, Const) || IsA(node, CaseTestExpr) || !IsFoldable(node)) return node;
  Node* folded = eval_const_expressions(nullptr, node);
  return IsA(folded, Const) ? folded : node;
}

// --------------------------------------------------------------------------------------------- calls and operators

char* FunctionName(Oid function) {
  char* name = get_func_name(function);
  const Oid schema = get_func_namespace(function);
  if (name == nullptr) elog(ERROR, "cache lookup failed for function %u", function);
  return schema == PG_CATALOG_NAMESPACE ? name : psprintf("%s.%s", get_namespace_name(schema), name);
}

// What a user's function computes, if it can be seen through: CASE WHEN an argument IS NULL THEN NULL ELSE body END, or
// the body alone if the function is called for NULLs too.
FlatExpression* FlattenBody(FuncExpr* call, FlattenContext* context) {
  constexpr int kMaxDepth = 8;
  if (context->call_depth >= kMaxDepth) return nullptr;
  bool is_strict = false;
  Node* body = SeeThroughCall(call, &is_strict);
  if (body == nullptr) return nullptr;
  context->call_depth++;
  FlatExpression* flat = FlattenExpression(EvaluateConstantCalls(body), context);
  context->call_depth--;
  if (!is_strict || call->args == NIL) return flat;
  FlatExpression* any_null = MakeFlat(Kind::Or, BOOLOID);
  for (int i = 0; i < list_length(call->args); ++i) {
    AddFlatArgument(any_null, MakeCall(Kind::IsNull, nullptr, BOOLOID, list_make1(list_nth(call->args, i)), context));
  }
  FlatExpression* choice = MakeFlat(Kind::Case, call->funcresulttype);
  AddFlatArgument(choice, any_null);
  AddFlatArgument(choice, MakeFlat(Kind::Constant, call->funcresulttype));
  AddFlatArgument(choice, flat);
  return choice;
}

// A cast that also applies a type modifier changes values; it stays the function call that it is.
FlatExpression* FlattenFunction(FuncExpr* call, FlattenContext* context) {
  const bool is_cast = call->funcformat == COERCE_EXPLICIT_CAST || call->funcformat == COERCE_IMPLICIT_CAST;
  if (is_cast && list_length(call->args) == 1) {
    return FlattenCast(reinterpret_cast<Node*>(call), static_cast<Expr*>(linitial(call->args)), context);
  }
  if (FlatExpression* body = FlattenBody(call, context)) return body;
  if (const char* count = ProbeNullCount(call)) {
    auto* array = static_cast<ArrayExpr*>(linitial(call->args));
    return MakeCall(Kind::Function, count, call->funcresulttype, array->elements, context);
  }
  return MakeCall(Kind::Function, FunctionName(call->funcid), call->funcresulttype, call->args, context);
}

const char* ValueFunctionName(SQLValueFunctionOp operation) {
  switch (operation) {
    case SVFOP_CURRENT_DATE:
      return "current_date";
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N:
      return "current_time";
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N:
      return "current_timestamp";
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N:
      return "localtime";
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N:
      return "localtimestamp";
    case SVFOP_CURRENT_ROLE:
      return "current_role";
    case SVFOP_CURRENT_USER:
      return "current_user";
    case SVFOP_USER:
      return "user";
    case SVFOP_SESSION_USER:
      return "session_user";
    case SVFOP_CURRENT_CATALOG:
      return "current_catalog";
    case SVFOP_CURRENT_SCHEMA:
      return "current_schema";
  }
  return "sql_value";
}

// --------------------------------------------------------------------------------------------------------- logic

// AND and OR take their arguments' arguments over where those are of the same kind.
FlatExpression* FlattenLogic(Kind kind, List* arguments, FlattenContext* context) {
  FlatExpression* flat = MakeFlat(kind, BOOLOID);
  for (int i = 0; i < list_length(arguments); ++i) {
    FlatExpression* argument = FlattenExpression(static_cast<Node*>(list_nth(arguments, i)), context);
    if (kind == Kind::Not || argument->kind != kind) {
      AddFlatArgument(flat, argument);
      continue;
    }
    for (int j = 0; j < list_length(argument->arguments); ++j) {
      AddFlatArgument(flat, static_cast<FlatExpression*>(list_nth(argument->arguments, j)));
    }
  }
  return flat;
}

FlatExpression* FlattenBoolean(BoolExpr* expression, FlattenContext* context) {
  const Kind kind = expression->boolop == AND_EXPR ? Kind::And : expression->boolop == OR_EXPR ? Kind::Or : Kind::Not;
  return FlattenLogic(kind, expression->args, context);
}

// ROW(a, b) IS [NOT] NULL asks it of every field.
FlatExpression* FlattenRowNullTest(Kind kind, RowExpr* row, FlattenContext* context) {
  FlatExpression* flat = MakeFlat(Kind::And, BOOLOID);
  for (int i = 0; i < list_length(row->args); ++i) {
    AddFlatArgument(flat, MakeCall(kind, nullptr, BOOLOID, list_make1(list_nth(row->args, i)), context));
  }
  return flat;
}

FlatExpression* FlattenNullTest(NullTest* test, FlattenContext* context) {
  const Kind kind = test->nulltesttype == IS_NULL ? Kind::IsNull : Kind::IsNotNull;
  if (test->argisrow && IsA(test->arg, RowExpr)) {
    return FlattenRowNullTest(kind, reinterpret_cast<RowExpr*>(test->arg), context);
  }
  if (test->argisrow || type_is_rowtype(exprType(reinterpret_cast<Node*>(test->arg)))) {
    return FlattenOpaque(reinterpret_cast<Node*>(test), context);
  }
  return MakeCall(kind, nullptr, BOOLOID, list_make1(test->arg), context);
}

const char* BooleanTestName(BoolTestType test) {
  switch (test) {
    case IS_TRUE:
      return "IS TRUE";
    case IS_NOT_TRUE:
      return "IS NOT TRUE";
    case IS_FALSE:
      return "IS FALSE";
    case IS_NOT_FALSE:
      return "IS NOT FALSE";
    case IS_UNKNOWN:
      return "IS UNKNOWN";
    case IS_NOT_UNKNOWN:
      return "IS NOT UNKNOWN";
  }
  return nullptr;
}

// A CASE with an operand holds comparisons with a placeholder, for which the operand is put in.
FlatExpression* FlattenCase(CaseExpr* expression, FlattenContext* context) {
  FlatExpression* flat = MakeFlat(Kind::Case, expression->casetype);
  FlatExpression* const outer_operand = context->case_operand;
  FlatExpression* operand = nullptr;
  if (expression->arg != nullptr) operand = FlattenExpression(reinterpret_cast<Node*>(expression->arg), context);
  for (int i = 0; i < list_length(expression->args); ++i) {
    auto* when = static_cast<CaseWhen*>(list_nth(expression->args, i));
    if (operand != nullptr) context->case_operand = operand;
    AddArgument(flat, when->expr, context);
    context->case_operand = outer_operand;
    AddArgument(flat, when->result, context);
  }
  if (expression->defresult != nullptr) {
    AddArgument(flat, expression->defresult, context);
  } else {
    AddFlatArgument(flat, MakeFlat(Kind::Constant, expression->casetype));
  }
  return flat;
}

// Node types that combine others in a way of their own.
FlatExpression* FlattenCombination(Node* node, FlattenContext* context) {
  switch (nodeTag(node)) {
    case T_NullTest:
      return FlattenNullTest(reinterpret_cast<NullTest*>(node), context);
    case T_BooleanTest: {
      auto* test = reinterpret_cast<BooleanTest*>(node);
      return MakeCall(Kind::BooleanTest, BooleanTestName(test->booltesttype), BOOLOID, list_make1(test->arg), context);
    }
    case T_CoalesceExpr: {
      auto* coalesce = reinterpret_cast<CoalesceExpr*>(node);
      return MakeCall(Kind::Coalesce, nullptr, coalesce->coalescetype, coalesce->args, context);
    }
    case T_MinMaxExpr: {
      auto* call = reinterpret_cast<MinMaxExpr*>(node);
      const char* name = call->op == IS_GREATEST ? "greatest" : "least";
      return MakeCall(Kind::Function, name, call->minmaxtype, call->args, context);
    }
    case T_SQLValueFunction: {
      auto* call = reinterpret_cast<SQLValueFunction*>(node);
      return MakeCall(Kind::Function, ValueFunctionName(call->op), call->type, NIL, context);
    }
    case T_CaseExpr:
      return FlattenCase(reinterpret_cast<CaseExpr*>(node), context);
    case T_ArrayExpr:
      return FlattenArray(reinterpret_cast<ArrayExpr*>(node), context);
    default:
      return FlattenOpaque(node, context);
  }
}

// Node types that change how a value is seen.
FlatExpression* FlattenConversion(Node* node, FlattenContext* context) {
  switch (nodeTag(node)) {
    case T_RelabelType:
      return FlattenCast(node, reinterpret_cast<RelabelType*>(node)->arg, context);
    case T_CoerceViaIO:
      return FlattenCast(node, reinterpret_cast<CoerceViaIO*>(node)->arg, context);
    case T_ArrayCoerceExpr:
      return FlattenCast(node, reinterpret_cast<ArrayCoerceExpr*>(node)->arg, context);
    case T_CoerceToDomain:
      return FlattenCast(node, reinterpret_cast<CoerceToDomain*>(node)->arg, context);
    case T_CollateExpr:
      return FlattenCast(node, reinterpret_cast<CollateExpr*>(node)->arg, context);
    default:
      return FlattenCombination(node, context);
  }
}

// DistinctExpr and NullIfExpr are OpExprs by another tag.
FlatExpression* FlattenOperator(OpExpr* call, FlattenContext* context) {
  return MakeCall(Kind::Operator, get_opname(call->opno), call->opresulttype, call->args, context);
}

}  // namespace

FlatExpression* FlattenExpression(Node* node, FlattenContext* context) {
  check_stack_depth();
  if (IsA(node, List)) {
    auto* list = reinterpret_cast<List*>(node);
    if (list_length(list) == 1) return FlattenExpression(static_cast<Node*>(linitial(list)), context);
    return FlattenLogic(Kind::And, list, context);
  }
  node = FoldConstant(node);
  switch (nodeTag(node)) {
    case T_Const:
      return FlattenConstant(reinterpret_cast<Const*>(node));
    case T_Var:
      return FlattenColumn(reinterpret_cast<Var*>(node), context);
    case T_CoerceToDomainValue:
      return MakeFlat(Kind::Value, exprType(node));
    case T_CaseTestExpr:
      return context->case_operand != nullptr ? context->case_operand : FlattenOpaque(node, context);
    case T_OpExpr:
      return FlattenOperator(reinterpret_cast<OpExpr*>(node), context);
    case T_DistinctExpr:
      return MakeCall(Kind::Distinct, nullptr, BOOLOID, reinterpret_cast<DistinctExpr*>(node)->args, context);
    case T_NullIfExpr: {
      auto* call = reinterpret_cast<NullIfExpr*>(node);
      return MakeCall(Kind::Function, "nullif", call->opresulttype, call->args, context);
    }
    case T_ScalarArrayOpExpr: {
      auto* call = reinterpret_cast<ScalarArrayOpExpr*>(node);
      return MakeCall(call->useOr ? Kind::AnyOf : Kind::AllOf, get_opname(call->opno), BOOLOID, call->args, context);
    }
    case T_FuncExpr:
      return FlattenFunction(reinterpret_cast<FuncExpr*>(node), context);
    case T_BoolExpr:
      return FlattenBoolean(reinterpret_cast<BoolExpr*>(node), context);
    default:
      return FlattenConversion(node, context);
  }
}

FlatExpression* FlattenNodeText(const char* text, FlattenContext* context) {
  if (text == nullptr) return nullptr;
  return FlattenExpression(EvaluateConstantCalls(static_cast<Node*>(stringToNode(text))), context);
}

}  // namespace dbmocker::server
