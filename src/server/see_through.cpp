// See see_through.h. A body is parsed by the server's own parser with the function's parameters in sight, inside a
// subtransaction, since a body may name what is gone. plpgsql is rewritten to one CASE expression first.
// Read first: SeeThroughCall.
#include "server/see_through.h"

#include "server/catch_refusal.h"
#include "server/compat.h"
#include "server/probe_null_count.h"
#include "server/read_plpgsql.h"

namespace dbmocker::server {
namespace {

struct Substitution {
  List* arguments;
  bool failed;
};

Node* PutArguments(Node* node, void* context) {
  auto* substitution = static_cast<Substitution*>(context);
  if (node == nullptr) return nullptr;
  if (IsA(node, Param)) {
    auto* parameter = reinterpret_cast<Param*>(node);
    if (parameter->paramkind != PARAM_EXTERN || parameter->paramid < 1 ||
        parameter->paramid > list_length(substitution->arguments)) {
      substitution->failed = true;
      return node;
    }
    return static_cast<Node*>(copyObjectImpl(list_nth(substitution->arguments, parameter->paramid - 1)));
  }
  return compat::MutateTree(node, PutArguments, context);
}

// The one expression of SELECT expression; nullptr if the query is more than that.
Node* OnlyExpression(Query* query) {
  if (query == nullptr || !IsA(query, Query) || query->commandType != CMD_SELECT || query->hasSubLinks ||
      query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs || query->cteList != NIL ||
      query->setOperations != nullptr || query->groupClause != NIL || query->havingQual != nullptr ||
      query->limitCount != nullptr || query->limitOffset != nullptr || query->jointree->fromlist != NIL ||
      query->jointree->quals != nullptr || list_length(query->targetList) != 1)
    return nullptr;
  return reinterpret_cast<Node*>(static_cast<TargetEntry*>(linitial(query->targetList))->expr);
}

Query* ParseBody(const char* text, HeapTuple function, FuncExpr* call) {
  List* statements = raw_parser(text, RAW_PARSE_DEFAULT);
  if (list_length(statements) != 1) return nullptr;
  auto* raw = static_cast<RawStmt*>(linitial(statements));
  if (!IsA(raw->stmt, SelectStmt)) return nullptr;
  ParseState* state = make_parsestate(nullptr);
  state->p_sourcetext = text;
  SQLFunctionParseInfoPtr info = prepare_sql_fn_parse_info(function, reinterpret_cast<Node*>(call), call->inputcollid);
  sql_fn_parser_setup(state, info);
  Query* query = transformTopLevelStmt(state, raw);
  free_parsestate(state);
  return query;
}

// BEGIN ATOMIC … END and RETURN … are stored parsed.
Query* StoredBody(Datum body) {
  Node* node = static_cast<Node*>(stringToNode(TextDatumGetCString(body)));
  while (node != nullptr && IsA(node, List)) {
    List* list = reinterpret_cast<List*>(node);
    if (list_length(list) != 1) return nullptr;
    node = static_cast<Node*>(linitial(list));
  }
  return reinterpret_cast<Query*>(node);
}

Node* ReadBody(HeapTuple function, FuncExpr* call, bool is_plpgsql) {
  bool is_null = false;
  Query* query = nullptr;
  const Datum stored = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_prosqlbody, &is_null);
  if (!is_null) {
    query = StoredBody(stored);
  } else {
    const Datum source = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_prosrc, &is_null);
    if (is_null) return nullptr;
    const char* body = TextDatumGetCString(source);
    if (is_plpgsql) body = RewritePlpgsql(body);
    if (body == nullptr) return nullptr;
    query = ParseBody(body, function, call);
  }
  Node* expression = OnlyExpression(query);
  if (expression == nullptr) return nullptr;
  expression = coerce_to_target_type(nullptr, expression, exprType(expression), call->funcresulttype, -1,
                                     COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
  if (expression == nullptr) return nullptr;
  Substitution substitution = {call->args, false};
  expression = PutArguments(expression, &substitution);
  return substitution.failed ? nullptr : expression;
}

// Names in a body are looked up where the function lives, and in public.
Node* ReadBodyAtHome(HeapTuple function, FuncExpr* call, bool is_plpgsql) {
  auto* form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(function));
  const char* home = get_namespace_name(form->pronamespace);
  const int nest_level = NewGUCNestLevel();
  const char* path = psprintf("%s, public", home == nullptr ? "public" : quote_identifier(home));
  (void)set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
  Node* expression = ReadBody(function, call, is_plpgsql);
  AtEOXact_GUC(true, nest_level);
  return expression;
}

// nullptr where `work` fails: what cannot be read counts as unknown; cancellation and lack of memory do not.
template <typename Work>
Node* TrySafely(Work work, bool* has_failed) {
  if (IsInParallelMode()) return work();  // no subtransactions there; it has gone well before
  Node* expression = nullptr;
  if (CatchError([&] { expression = work(); }) == nullptr) return expression;
  *has_failed = true;
  return nullptr;
}

// The result of an IMMUTABLE function of constants; nullptr if the call is none.
Node* EvaluateCall(Form_pg_proc form, FuncExpr* call, bool* has_failed) {
  if (form->provolatile != PROVOLATILE_IMMUTABLE) return nullptr;
  for (int i = 0; i < list_length(call->args); ++i)
    if (!IsA(list_nth(call->args, i), Const)) return nullptr;
  Node* value = TrySafely([=] { return eval_const_expressions(nullptr, reinterpret_cast<Node*>(call)); }, has_failed);
  return value != nullptr && IsA(value, Const) ? value : nullptr;
}

Node* SeeThrough(FuncExpr* call, bool* is_strict, bool* has_failed) {
  if (get_func_namespace(call->funcid) == PG_CATALOG_NAMESPACE || call->funcretset || call->funcvariadic)
    return nullptr;
  HeapTuple function = SearchSysCache1(PROCOID, ObjectIdGetDatum(call->funcid));
  if (!HeapTupleIsValid(function)) return nullptr;
  auto* form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(function));
  const Oid plpgsql = get_language_oid("plpgsql", true);
  const bool is_plpgsql = form->prolang == plpgsql && OidIsValid(plpgsql);
  *is_strict = form->proisstrict;
  Node* expression = nullptr;
  const bool may_read = (form->prolang == SQLlanguageId || is_plpgsql) && form->prokind == PROKIND_FUNCTION &&
                        form->pronargs == list_length(call->args) && form->prorettype == call->funcresulttype &&
                        !type_is_rowtype(form->prorettype);
  if (may_read) expression = EvaluateCall(form, call, has_failed);
  if (expression != nullptr)
    *is_strict = false;
  else if (may_read)
    expression = TrySafely([=] { return ReadBodyAtHome(function, call, is_plpgsql); }, has_failed);
  ReleaseSysCache(function);
  return expression;
}

Node* EvaluateCalls(Node* node, void* has_failed) {
  if (node == nullptr) return nullptr;
  Node* const copy = compat::MutateTree(node, EvaluateCalls, has_failed);
  if (!IsA(copy, FuncExpr)) return copy;
  auto* call = reinterpret_cast<FuncExpr*>(copy);
  if (get_func_namespace(call->funcid) == PG_CATALOG_NAMESPACE || call->funcretset || call->funcvariadic) return copy;
  HeapTuple function = SearchSysCache1(PROCOID, ObjectIdGetDatum(call->funcid));
  if (!HeapTupleIsValid(function)) return copy;
  Node* const value =
      EvaluateCall(reinterpret_cast<Form_pg_proc>(GETSTRUCT(function)), call, static_cast<bool*>(has_failed));
  ReleaseSysCache(function);
  return value != nullptr ? value : copy;
}

struct Search {
  int depth;  // of functions in functions
};

bool FindTrying(Node* node, void* context) {
  constexpr int kMaxDepth = 8;
  auto* search = static_cast<Search*>(context);
  if (node == nullptr) return false;
  if (IsA(node, FuncExpr) && search->depth < kMaxDepth) {
    auto* call = reinterpret_cast<FuncExpr*>(node);
    bool is_strict = false;
    bool has_failed = false;
    Node* body = SeeThrough(call, &is_strict, &has_failed);
    if (has_failed || (body == nullptr && ProbeNullCount(call) != nullptr)) return true;
    search->depth++;
    if (body != nullptr && FindTrying(body, context)) return true;
    search->depth--;
  }
  return compat::WalkTree(node, FindTrying, context);
}

}  // namespace

Node* SeeThroughCall(FuncExpr* call, bool* is_strict) {
  bool has_failed = false;
  return SeeThrough(call, is_strict, &has_failed);
}

Node* EvaluateConstantCalls(Node* expression) {
  bool has_failed = false;
  return EvaluateCalls(expression, &has_failed);
}

bool TakesTrying(Node* expression) {
  bool has_failed = false;
  Node* const evaluated = EvaluateCalls(expression, &has_failed);
  Search search = {0};
  return has_failed || FindTrying(evaluated, &search);
}

}  // namespace dbmocker::server
