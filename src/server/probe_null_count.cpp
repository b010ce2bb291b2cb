// See probe_null_count.h. The function runs inside a subtransaction that is always undone: whatever error it raises
// means "no". There are at most 512 calls of it, so that what comes out does not depend on time.
// Read first: CountsAll.
#include "server/probe_null_count.h"

#include "server/catch_refusal.h"
#include "server/compat.h"

namespace dbmocker::server {
namespace {

constexpr int kMostElements = 8;

struct ElementType {
  Oid oid;
  int16 length;
  bool by_value;
  char alignment;
};

// The function's result for an array that is NULL where the bits of `nulls` are set; -1 if it is no small count.
int CallOnPattern(FmgrInfo* function, Oid collation, const ElementType& element, const Datum* values, int count,
                  int nulls, bool is_bigint) {
  Datum items[kMostElements];
  bool is_null[kMostElements];
  for (int i = 0; i < count; ++i) {
    items[i] = values[i];
    is_null[i] = (nulls >> i & 1) != 0;
  }
  int size[1] = {count};
  int lower[1] = {1};
  ArrayType* array = construct_md_array(items, is_null, 1, size, lower, element.oid, element.length, element.by_value,
                                        element.alignment);
  LOCAL_FCINFO(info, 1);
  InitFunctionCallInfoData(*info, function, 1, collation, nullptr, nullptr);
  info->args[0].value = PointerGetDatum(array);
  info->args[0].isnull = false;
  const Datum result = FunctionCallInvoke(info);
  if (info->isnull) return -1;
  const int64 number = is_bigint ? DatumGetInt64(result) : DatumGetInt32(result);
  return number < 0 || number > count ? -1 : static_cast<int>(number);
}

// What the function counts: 'n' NULLs, 'v' values, '\0' neither.
char CountsAll(FuncExpr* call, int count, const ElementType& element) {
  FmgrInfo function;
  fmgr_info(call->funcid, &function);
  fmgr_info_set_expr(reinterpret_cast<Node*>(call), &function);
  Oid input;
  Oid parameter;
  getTypeInputInfo(element.oid, &input, &parameter);
  bool counts_nulls = true;
  bool counts_values = true;
  for (int round = 0; round < 2; ++round) {
    Datum values[kMostElements];
    for (int i = 0; i < count; ++i)
      values[i] = OidInputFunctionCall(input, psprintf("%d", round == 0 ? 1 : 7 + i), parameter, -1);
    for (int nulls = 0; nulls < 1 << count; ++nulls) {
      const int number =
          CallOnPattern(&function, call->inputcollid, element, values, count, nulls, call->funcresulttype == INT8OID);
      const int null_count = pg_popcount32(static_cast<uint32>(nulls));
      counts_nulls = counts_nulls && number == null_count;
      counts_values = counts_values && number == count - null_count;
      if (!counts_nulls && !counts_values) return '\0';
    }
  }
  return counts_nulls ? 'n' : 'v';
}

// Only functions that promise to do nothing but compute, in a language that keeps to its caller's rights.
bool MayCount(FuncExpr* call) {
  if (get_func_namespace(call->funcid) == PG_CATALOG_NAMESPACE || list_length(call->args) != 1 || call->funcretset ||
      !IsA(linitial(call->args), ArrayExpr) || IsInParallelMode() ||
      (call->funcresulttype != INT4OID && call->funcresulttype != INT8OID))
    return false;
  auto* array = static_cast<ArrayExpr*>(linitial(call->args));
  const int count = list_length(array->elements);
  if (array->multidims || count < 2 || count > kMostElements || !compat::MayExecute(call->funcid)) return false;
  HeapTuple function = SearchSysCache1(PROCOID, ObjectIdGetDatum(call->funcid));
  if (!HeapTupleIsValid(function)) return false;
  auto* form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(function));
  const bool may_count = form->prokind == PROKIND_FUNCTION && form->provolatile == PROVOLATILE_IMMUTABLE &&
                         !form->prosecdef &&
                         (form->prolang == SQLlanguageId || form->prolang == get_language_oid("plpgsql", true));
  ReleaseSysCache(function);
  return may_count;
}

// Inside the subtransaction: the function runs as its owner, cannot change rows or settings, and the next call of it
// comes only because the one before ended; like the INSERT that it judges, it can be cancelled.
void RestrictFunction(Oid function) {
  HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", function);
  const Oid owner = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proowner;
  ReleaseSysCache(tuple);
  Oid user = InvalidOid;
  int security = 0;
  GetUserIdAndSecContext(&user, &security);
  SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
  (void)set_config_option("transaction_read_only", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

}  // namespace

const char* ProbeNullCount(FuncExpr* call) {
  if (!MayCount(call)) return nullptr;
  auto* array = static_cast<ArrayExpr*>(linitial(call->args));
  const int count = list_length(array->elements);
  ElementType element = {array->element_typeid, 0, false, 'i'};
  get_typlenbyvalalign(element.oid, &element.length, &element.by_value, &element.alignment);
  char counted = '\0';
  const auto count_all = [&] {
    RestrictFunction(call->funcid);
    counted = CountsAll(call, count, element);
  };
  CatchError(count_all, Effects::Undo);  // nothing that the function did stays, nor the restrictions
  return counted == 'n' ? "num_nulls" : counted == 'v' ? "num_nonnulls" : nullptr;
}

}  // namespace dbmocker::server
