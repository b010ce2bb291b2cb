// dbmocker.stream_rows(), the C side of dbmocker.rows(): one row a call, made in batches, with constant memory.
// Read first: dbmocker_stream_rows.
#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/gather_facts.h"
#include "server/generate_table.h"
#include "server/options_origin.h"
#include "server/produce_rows.h"
#include "server/read_parents.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

struct StreamArguments {
  Oid target;
  std::int64_t rows;
  std::int64_t first_row;
  RunOptions options;
};

// What lives between the calls, in the function's memory context.
struct RowStream {
  Table table;
  TargetFacts facts;
  std::unique_ptr<Plan> plan;
  std::unique_ptr<RowProducer> producer;
  Relation relation = nullptr;
  EState* estate = nullptr;
  int row = 0;
  int rows = 0;
};

StreamArguments ReadArguments(FunctionCallInfo fcinfo) {
  StreamArguments read = {};
  Oid const type = get_fn_expr_argtype(fcinfo->flinfo, 0);
  read.target = OidIsValid(type) ? get_typ_typrelid(type) : InvalidOid;
  if (!OidIsValid(read.target))
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("prototype must be of a table's row type"),
                    errdetail("Its type is %s.", OidIsValid(type) ? format_type_be(type) : "unknown"),
                    errhint("Call it as dbmocker.rows(NULL::users, 10).")));
  if (PG_ARGISNULL(1) || PG_GETARG_INT64(1) < 0 || (!PG_ARGISNULL(3) && PG_GETARG_INT64(3) < 0))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("count and first_row must not be null or negative"), errhint("Ask for 0 rows or more.")));
  read.rows = PG_GETARG_INT64(1);
  read.first_row = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3);
  if (read.rows > PG_INT64_MAX - read.first_row)
    ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("first_row plus count is out of range")));
  const std::int64_t seed = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2);
  read.options = ParseOptions(PG_ARGISNULL(2) ? nullptr : &seed, PG_ARGISNULL(4) ? nullptr : PG_GETARG_JSONB_P(4));
  return read;
}

// Closes what the server counts; the rest goes with the memory context. Also called when the query stops early.
void CloseStream(Datum argument) {
  auto* stream = reinterpret_cast<RowStream*>(DatumGetPointer(argument));
  if (stream->relation != nullptr) table_close(stream->relation, NoLock);
  stream->relation = nullptr;
}

RowStream* OpenStream(const StreamArguments& arguments, FunctionCallInfo fcinfo, MemoryContext context) {
  const RunOptions options = CallServer([&] { return OptionsFor(arguments.options, arguments.target); });
  auto* stream = NewInContext<RowStream>(context);
  auto* info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  CallServer([&] {
    stream->relation = OpenTarget(arguments.target, AccessShareLock, TargetUse::Describe);
    RegisterExprContextCallback(info->econtext, CloseStream, PointerGetDatum(stream));
    stream->facts.has_rows = HasRows(stream->relation);
  });
  stream->table = DescribeTable(arguments.target);
  for (Column& column : stream->table.columns) column.may_insert = true;  // nothing is inserted
  // Planned from row 0, so that row i is the same whichever window is asked for.
  stream->plan = PlanRows(stream->table, arguments.first_row + arguments.rows, options, false, stream->facts);
  CallServer([=] { CloseKeyFiles(stream->facts); });
  ProducerSettings settings;
  settings.batch_size = ChooseBatchSize(stream->table, options);
  settings.max_attempts = options.max_attempts;
  settings.skip_rows = static_cast<std::uint64_t>(arguments.first_row);
  ResultRelInfo* result_relation = CallServer([&] {
    stream->estate = CreateExecutorState();
    auto* opened = makeNode(ResultRelInfo);
    InitResultRelInfo(opened, stream->relation, 1, nullptr, 0);
    return opened;
  });
  stream->producer = std::make_unique<RowProducer>(stream->table, *stream->plan, settings, stream->relation,
                                                   stream->estate, result_relation);
  return stream;
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_stream_rows) {
  FuncCallContext* call = nullptr;
  auto* info = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (SRF_IS_FIRSTCALL()) {
    const StreamArguments arguments = CallServer([=] { return ReadArguments(fcinfo); });
    MemoryContext caller = nullptr;
    CallServer([&] {
      call = SRF_FIRSTCALL_INIT();
      caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
    });
    call->user_fctx = OpenStream(arguments, fcinfo, call->multi_call_memory_ctx);
    CallServer([=] { MemoryContextSwitchTo(caller); });
  }
  call = CallServer([=] { return SRF_PERCALL_SETUP(); });
  auto* stream = static_cast<RowStream*>(call->user_fctx);
  if (stream->row == stream->rows) {
    stream->rows = stream->producer->NextBatch();
    stream->row = 0;
    CallServer([] { CHECK_FOR_INTERRUPTS(); });
  }
  if (stream->rows == 0) {
    CallServer([=] {
      CloseStream(PointerGetDatum(stream));
      UnregisterExprContextCallback(info->econtext, CloseStream, PointerGetDatum(stream));
      FreeExecutorState(stream->estate);
      end_MultiFuncCall(fcinfo, call);
    });
    info->isDone = ExprEndResult;
    fcinfo->isnull = true;
    return Datum{0};
  }
  info->isDone = ExprMultipleResult;
  return CallServer([=] { return ExecFetchSlotHeapTupleDatum(stream->producer->slots()[stream->row++]); });
}
