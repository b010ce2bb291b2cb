// The tuplestore behind set-returning functions: made by hand, since the server's helper for it differs by version.
// Must not create C++ objects: OpenResultSink may ereport.
// Read first: OpenResultSink.
#include "server/materialize_rows.h"

namespace dbmocker::server {

ResultSink OpenResultSink(FunctionCallInfo call) {
  auto* info = reinterpret_cast<ReturnSetInfo*>(call->resultinfo);
  if (info == nullptr || !IsA(info, ReturnSetInfo) || (info->allowedModes & SFRM_Materialize) == 0) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("function that returns a set called where no set can be taken"),
                    errhint("Call it in the FROM clause.")));
  }
  MemoryContext const caller = MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
  ResultSink sink = {nullptr, nullptr};
  if (get_call_result_type(call, nullptr, &sink.descriptor) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "the function's result is not a row type");
  }
  sink.descriptor = BlessTupleDesc(CreateTupleDescCopy(sink.descriptor));
  const bool random_access = (info->allowedModes & SFRM_Materialize_Random) != 0;
  sink.store = tuplestore_begin_heap(random_access, false, work_mem);
  info->returnMode = SFRM_Materialize;
  info->setResult = sink.store;
  info->setDesc = sink.descriptor;
  MemoryContextSwitchTo(caller);
  return sink;
}

}  // namespace dbmocker::server
