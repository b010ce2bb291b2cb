// Queries on the tables of jobs; see job_store.h.
// Read first: RunJobQuery, then LoadJob.
#include "server/job_store.h"

#include "server/as_owner.h"
#include "server/job_locks.h"
#include "server/read_catalog.h"

namespace dbmocker::server {
namespace {

constexpr int kMaxArguments = 10;

// Arguments of a query, added one by one.
struct Arguments {
  int count;
  Oid types[kMaxArguments];
  Datum values[kMaxArguments];
  char nulls[kMaxArguments];

  void Add(Oid type, Datum value, bool is_null = false) {
    types[count] = type;
    values[count] = value;
    nulls[count++] = is_null ? 'n' : ' ';
  }
  void AddNumber(std::int64_t value, bool is_null = false) { Add(INT8OID, Int64GetDatum(value), is_null); }
  void AddText(const char* text) {
    Add(TEXTOID, text == nullptr ? Datum{0} : CStringGetTextDatum(text), text == nullptr);
  }
};

// One row of a result, by column from 1.
struct Row {
  HeapTuple tuple;
  TupleDesc descriptor;

  Datum Get(int column, bool* is_null) const { return SPI_getbinval(tuple, descriptor, column, is_null); }
  std::int64_t Number(int column, std::int64_t otherwise) const {
    bool is_null = false;
    const Datum value = Get(column, &is_null);
    return is_null ? otherwise : DatumGetInt64(value);
  }
  double Real(int column) const {
    bool is_null = false;
    const Datum value = Get(column, &is_null);
    return is_null ? 0 : DatumGetFloat8(value);
  }
  // nullptr where it is NULL.
  char* Text(int column, MemoryContext context) const {
    bool is_null = false;
    const Datum value = Get(column, &is_null);
    return is_null ? nullptr : MemoryContextStrdup(context, TextDatumGetCString(value));
  }
  bool Flag(int column) const {
    bool is_null = false;
    const Datum value = Get(column, &is_null);
    return !is_null && DatumGetBool(value);
  }
};

// Runs the query as the owner of the tables, with nothing but pg_catalog in the search path, and hands each row of the
// result to `read`. Returns the number of rows that the query returned or changed.
template <class Read>
std::uint64_t RunJobQuery(const char* query, const Arguments& arguments, bool read_only, Read read) {
  Oid const table = get_relname_relid("job", get_namespace_oid("dbmocker", false));
  if (!OidIsValid(table))
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table dbmocker.job does not exist"),
                    errhint("Drop and create extension dbmocker again.")));
  return RunAs(OwnerOf(table), [&] {
    const int level = EnterCatalogSettings();
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    if (read_only) PushActiveSnapshot(GetLatestSnapshot());
    Arguments copy = arguments;
    SPI_execute_with_args(query, copy.count, copy.types, copy.values, copy.nulls, read_only, 0);
    const std::uint64_t rows = SPI_processed;
    for (std::uint64_t i = 0; SPI_tuptable != nullptr && i < rows; ++i)
      read(Row{SPI_tuptable->vals[i], SPI_tuptable->tupdesc});
    if (read_only) PopActiveSnapshot();
    SPI_finish();
    LeaveCatalogSettings(level);
    return rows;
  });
}

std::uint64_t RunJobQuery(const char* query, const Arguments& arguments) {
  return RunJobQuery(query, arguments, false, [](const Row&) {});
}

std::int64_t SystemIdentifier() { return static_cast<std::int64_t>(GetSystemIdentifier()); }

Datum NumberArray(const std::int64_t* numbers, int count) {
  auto* elements = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(count + 1)));
  for (int i = 0; i < count; ++i) elements[i] = Int64GetDatum(numbers[i]);
  return PointerGetDatum(construct_array(elements, count, INT8OID, 8, true, TYPALIGN_DOUBLE));
}

std::int64_t* ReadNumbers(Datum array, MemoryContext context, int* count) {
  Datum* elements = nullptr;
  deconstruct_array(DatumGetArrayTypeP(array), INT8OID, 8, true, TYPALIGN_DOUBLE, &elements, nullptr, count);
  auto* numbers =
      static_cast<std::int64_t*>(MemoryContextAlloc(context, sizeof(std::int64_t) * static_cast<Size>(*count + 1)));
  for (int i = 0; i < *count; ++i) numbers[i] = DatumGetInt64(elements[i]);
  return numbers;
}

constexpr char kPartColumns[] =
    "position::pg_catalog.int8, target::pg_catalog.int8, rows, kept_rows, rows_done, first_row, facts, is_reserved,"
    " chunk_rows, circle::pg_catalog.int8, rows_missed, redrawn_rows, problem,"
    " is_probed, spares_used";

// A row of kPartColumns.
void ReadPart(const Row& row, MemoryContext context, JobPart* part) {
  *part = {};
  part->position = static_cast<int>(row.Number(1, 0));
  part->target = static_cast<Oid>(row.Number(2, 0));
  part->rows = row.Number(3, -1);
  part->kept_rows = row.Number(4, -1);
  part->rows_done = row.Number(5, 0);
  part->first_row = row.Number(6, -1);
  bool is_null = false;
  const Datum facts = row.Get(7, &is_null);
  if (!is_null) part->facts = ReadNumbers(facts, context, &part->fact_count);
  part->is_reserved = row.Flag(8);
  part->chunk_rows = row.Number(9, 1);
  part->circle = static_cast<int>(row.Number(10, 0));
  part->rows_missed = row.Number(11, 0);
  part->redrawn_rows = row.Number(12, 0);
  part->problem = row.Text(13, context);
  part->is_probed = row.Flag(14);
  part->spares_used = row.Number(15, 0);
}

// Everybody who listens learns the number and the state, no more.
void Announce(std::int64_t job, JobState state) {
  Async_Notify("dbmocker_job",
               psprintf("{\"job\": %lld, \"state\": \"%s\"}", static_cast<long long>(job), JobStateName(state)));
}

}  // namespace

bool HasJobTables() {
  if (!OidIsValid(get_extension_oid("dbmocker", true))) return false;
  Oid const schema = get_namespace_oid("dbmocker", true);
  return OidIsValid(schema) && OidIsValid(get_relname_relid("job_part", schema));
}

std::int64_t AddJob(const JobRequest& request) {
  Arguments arguments = {};
  arguments.Add(OIDOID, ObjectIdGetDatum(request.owner));
  arguments.Add(OIDOID, ObjectIdGetDatum(MyDatabaseId));
  arguments.AddNumber(SystemIdentifier());
  arguments.Add(OIDOID, ObjectIdGetDatum(request.schema), !OidIsValid(request.schema));
  arguments.AddNumber(request.seed);
  arguments.Add(TIMESTAMPTZOID, TimestampTzGetDatum(request.reference_time));
  arguments.Add(JSONBOID, JsonbPGetDatum(request.options));
  arguments.Add(FLOAT8OID, Float8GetDatum(request.pace), request.pace <= 0);
  arguments.Add(INT4OID, Int32GetDatum(request.max_attempts));
  arguments.AddText(JobStateName(JobState::Queued));
  std::int64_t id = 0;
  RunJobQuery(
      "INSERT INTO dbmocker.job (owner, database, system_identifier, schema, seed, reference_time, options, pace,"
      " max_attempts, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
      arguments, false, [&](const Row& row) { id = row.Number(1, 0); });
  Announce(id, JobState::Queued);
  return id;
}

void AddJobPart(std::int64_t job, int position, Oid target, std::int64_t rows, std::int64_t kept_rows, int circle) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(position));
  arguments.Add(OIDOID, ObjectIdGetDatum(target));
  arguments.AddNumber(rows, rows < 0);
  arguments.AddNumber(kept_rows, kept_rows < 0);
  arguments.Add(INT4OID, Int32GetDatum(circle), circle == 0);
  RunJobQuery(
      "INSERT INTO dbmocker.job_part (job, position, target, rows, kept_rows, circle) VALUES ($1, $2, $3, $4, $5, $6)",
      arguments);
}

Job* LoadJob(std::int64_t id, bool lock) {
  MemoryContext const context = CurrentMemoryContext;
  Arguments arguments = {};
  arguments.AddNumber(id);
  arguments.Add(OIDOID, ObjectIdGetDatum(MyDatabaseId));
  arguments.AddNumber(SystemIdentifier());
  const char* query = psprintf(
      "SELECT owner::pg_catalog.int8, state, database = $2 AND system_identifier = $3, seed, reference_time,"
      " options, pace, max_attempts::pg_catalog.int8, attempts::pg_catalog.int8, retry_at,"
      " schema::pg_catalog.int8"
      " FROM dbmocker.job WHERE id = $1%s",
      lock ? " FOR UPDATE" : "");
  Job* job = nullptr;
  RunJobQuery(query, arguments, !lock, [&](const Row& row) {
    bool is_null = false;
    job = static_cast<Job*>(MemoryContextAllocZero(context, sizeof(Job)));
    job->id = id;
    job->owner = static_cast<Oid>(row.Number(1, 0));
    const char* state = TextDatumGetCString(row.Get(2, &is_null));
    if (const auto found = FindJobState(state))
      job->state = *found;
    else
      elog(ERROR, "job %lld is in the unknown state \"%s\"", static_cast<long long>(id), state);
    job->is_of_here = row.Flag(3);
    job->seed = row.Number(4, 0);
    job->reference_time = row.Number(5, 0);
    MemoryContext const inner = MemoryContextSwitchTo(context);
    job->options = DatumGetJsonbPCopy(row.Get(6, &is_null));
    MemoryContextSwitchTo(inner);
    job->pace = row.Real(7);
    job->max_attempts = static_cast<int>(row.Number(8, 1));
    job->attempts = static_cast<int>(row.Number(9, 0));
    job->retry_at = row.Number(10, 0);
    job->schema = static_cast<Oid>(row.Number(11, InvalidOid));
  });
  return job;
}

JobPart* LoadOpenPart(std::int64_t job) {
  MemoryContext const context = CurrentMemoryContext;
  Arguments arguments = {};
  arguments.AddNumber(job);
  JobPart* part = nullptr;
  const char* query = psprintf(
      "SELECT %s FROM dbmocker.job_part WHERE job = $1 AND (rows IS NULL OR rows_done < rows) AND NOT is_skipped"
      " ORDER BY position LIMIT 1",
      kPartColumns);
  RunJobQuery(query, arguments, true, [&](const Row& row) {
    part = static_cast<JobPart*>(MemoryContextAllocZero(context, sizeof(JobPart)));
    ReadPart(row, context, part);
  });
  return part;
}

JobParts LoadCircle(std::int64_t job, int circle) {
  MemoryContext const context = CurrentMemoryContext;
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(circle), circle == 0);
  JobParts found = {};
  const char* query = psprintf(
      "SELECT %s FROM dbmocker.job_part WHERE job = $1 AND ($2 IS NULL OR circle = $2)"
      " ORDER BY position",
      kPartColumns);
  RunJobQuery(query, arguments, true, [&](const Row& row) {
    const Size size = sizeof(JobPart) * static_cast<Size>(found.count + 1);
    found.parts =
        static_cast<JobPart*>(found.parts == nullptr ? MemoryContextAlloc(context, size) : repalloc(found.parts, size));
    ReadPart(row, context, &found.parts[found.count++]);
  });
  return found;
}

JobParts LoadParts(std::int64_t job) { return LoadCircle(job, 0); }

void ChangeJobState(Job* job, JobEvent event) {
  const auto next = NextJobState(job->state, event);
  if (!next)
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("cannot %s job %lld: it is %s", JobEventName(event), static_cast<long long>(job->id),
                    JobStateName(job->state)),
             errhint("View dbmocker.jobs shows the states; a paused job can be resumed or stopped, a stopped or failed "
                     "one retried, and one that is queued, running or retrying paused or stopped.")));
  if (*next == job->state) return;
  Arguments arguments = {};
  arguments.AddNumber(job->id);
  arguments.AddText(JobStateName(*next));
  arguments.Add(BOOLOID, BoolGetDatum(IsJobAtRest(*next) && *next != JobState::Paused));
  arguments.Add(BOOLOID, BoolGetDatum(event == JobEvent::Retry || event == JobEvent::Resume));
  RunJobQuery(
      "UPDATE dbmocker.job SET state = $2, changed_at = pg_catalog.clock_timestamp(),"
      " started_at = CASE WHEN $2 = 'running' THEN COALESCE(started_at, pg_catalog.clock_timestamp())"
      " ELSE started_at END,"
      " finished_at = CASE WHEN $3 THEN pg_catalog.clock_timestamp() END,"
      " attempts = CASE WHEN $4 THEN 0 ELSE attempts END, retry_at = CASE WHEN $2 = 'retrying' THEN retry_at END"
      " WHERE id = $1",
      arguments);
  job->state = *next;
  Announce(job->id, *next);
}

void StorePartStart(std::int64_t job, const JobPart* part) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(part->position));
  arguments.AddNumber(part->rows);
  arguments.AddNumber(part->first_row, part->first_row < 0);
  arguments.Add(INT8ARRAYOID, NumberArray(part->facts, part->fact_count));
  arguments.Add(BOOLOID, BoolGetDatum(part->is_reserved));
  RunJobQuery(
      "UPDATE dbmocker.job_part SET rows = $3, first_row = $4, facts = $5, is_reserved = $6"
      " WHERE job = $1 AND position = $2",
      arguments);
}

void StoreReservation(std::int64_t job, const JobPart* part) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(part->position));
  RunJobQuery("UPDATE dbmocker.job_part SET is_reserved = true WHERE job = $1 AND position = $2", arguments);
}

void StoreProbing(std::int64_t job, const JobPart* part) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(part->position));
  RunJobQuery("UPDATE dbmocker.job_part SET is_probed = true WHERE job = $1 AND position = $2", arguments);
}

void FinishChunk(std::int64_t job, const JobPart* part, const ChunkResult& result) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(part->position));
  arguments.AddNumber(part->rows_done);
  arguments.AddNumber(result.rows);
  arguments.AddNumber(result.next_chunk_rows);
  arguments.Add(FLOAT8OID, Float8GetDatum(result.rate));
  arguments.AddNumber(result.redrawn_rows);
  arguments.AddNumber(result.spares_used);
  const std::uint64_t changed = RunJobQuery(
      "UPDATE dbmocker.job_part SET rows_done = rows_done + $4, chunk_rows = $5,"
      " rate = CASE WHEN rate IS NULL THEN $6 ELSE 0.7 * rate + 0.3 * $6 END, redrawn_rows = redrawn_rows + $7,"
      " spares_used = $8"
      " WHERE job = $1 AND position = $2 AND rows_done = $3",
      arguments);
  if (changed != 1) elog(ERROR, "the rows of job %lld have changed under its worker", static_cast<long long>(job));
}

void NoteMissedRows(std::int64_t job, const JobPart* part, std::int64_t rows, const char* problem) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(part->position));
  arguments.AddNumber(rows);
  arguments.AddText(problem);
  RunJobQuery(
      "UPDATE dbmocker.job_part SET rows_missed = rows_missed + $3, problem = coalesce($4, problem)"
      " WHERE job = $1 AND position = $2",
      arguments);
}

void SkipPart(std::int64_t job, const JobPart* part, const char* problem) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(part->position));
  arguments.Add(INT4OID, Int32GetDatum(part->circle));
  arguments.AddText(problem);
  RunJobQuery(
      "UPDATE dbmocker.job_part SET is_skipped = true, rows = coalesce(rows, 0), problem = $4"
      " WHERE job = $1 AND (position = $2 OR circle = $3)",
      arguments);
}

void RaiseJobError(std::int64_t job) {
  MemoryContext const context = CurrentMemoryContext;
  Arguments arguments = {};
  arguments.AddNumber(job);
  ErrorData error = {};
  error.sqlerrcode = ERRCODE_INTERNAL_ERROR;
  RunJobQuery(
      "SELECT error_code, error_message, error_detail, error_hint, error_constraint FROM dbmocker.job WHERE id = $1",
      arguments, true, [&](const Row& row) {
        if (const char* code = row.Text(1, context))
          error.sqlerrcode = MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]);
        error.message = row.Text(2, context);
        error.detail = row.Text(3, context);
        error.hint = row.Text(4, context);
        error.constraint_name = row.Text(5, context);
      });
  ereport(ERROR,
          (errcode(error.sqlerrcode),
           errmsg_internal("%s", error.message != nullptr ? error.message : "the job has failed"),
           error.detail != nullptr ? errdetail_internal("%s", error.detail) : 0,
           error.hint != nullptr ? errhint("%s", error.hint) : 0,
           error.constraint_name != nullptr ? err_generic_string(PG_DIAG_CONSTRAINT_NAME, error.constraint_name) : 0,
           errcontext("dbmocker job %lld", static_cast<long long>(job))));
  pg_unreachable();
}

void StoreJobError(std::int64_t job, const ErrorData* error, int attempts, TimestampTz retry_at) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  arguments.Add(INT4OID, Int32GetDatum(attempts));
  arguments.Add(TIMESTAMPTZOID, TimestampTzGetDatum(retry_at), retry_at == 0);
  arguments.AddText(unpack_sql_state(error->sqlerrcode));
  arguments.AddText(error->message);
  arguments.AddText(error->detail);
  arguments.AddText(error->hint);
  arguments.AddText(error->constraint_name);
  RunJobQuery(
      "UPDATE dbmocker.job SET attempts = $2, retry_at = $3, error_code = $4, error_message = $5, error_detail = $6,"
      " error_hint = $7, error_constraint = $8, error_at = pg_catalog.clock_timestamp() WHERE id = $1",
      arguments);
}

void ClearAttempts(std::int64_t job) {
  Arguments arguments = {};
  arguments.AddNumber(job);
  RunJobQuery("UPDATE dbmocker.job SET attempts = 0 WHERE id = $1 AND attempts > 0", arguments);
}

std::int64_t CountOutstandingRows(Oid target, std::int64_t except) {
  Arguments arguments = {};
  arguments.Add(OIDOID, ObjectIdGetDatum(target));
  arguments.AddNumber(except);
  std::int64_t rows = 0;
  RunJobQuery(
      "SELECT pg_catalog.sum(p.rows - p.rows_done)::pg_catalog.int8 FROM dbmocker.job_part p"
      " JOIN dbmocker.job j ON j.id = p.job WHERE p.target = $1 AND j.id <> $2 AND p.kept_rows IS NOT NULL"
      " AND j.state IN ('queued', 'running', 'pausing', 'paused', 'retrying')",
      arguments, true, [&](const Row& row) { rows = row.Number(1, 0); });
  return rows;
}

int ListWaitingJobs(WaitingJob* jobs, int limit) {
  Arguments arguments = {};
  arguments.Add(OIDOID, ObjectIdGetDatum(MyDatabaseId));
  arguments.AddNumber(SystemIdentifier());
  arguments.AddNumber(limit);
  arguments.Add(INT4OID, Int32GetDatum(kJobLock));
  int count = 0;
  RunJobQuery(
      "SELECT j.id, j.owner::pg_catalog.int8 FROM dbmocker.job j WHERE j.database = $1 AND j.system_identifier = $2"
      " AND j.state IN ('queued', 'running', 'pausing', 'stopping', 'retrying')"
      " AND (j.state <> 'retrying' OR j.retry_at <= pg_catalog.clock_timestamp())"
      " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.database = $1"
      " AND l.objsubid = $4 AND l.classid = ((j.id >> 32) & 4294967295)::pg_catalog.oid"
      " AND l.objid = (j.id & 4294967295)::pg_catalog.oid)"
      " ORDER BY j.id LIMIT $3",
      arguments, true, [&](const Row& row) {
        if (count < limit) jobs[count++] = {row.Number(1, 0), static_cast<Oid>(row.Number(2, 0))};
      });
  return count;
}

int CountRunningJobs() {
  Arguments arguments = {};
  arguments.Add(OIDOID, ObjectIdGetDatum(MyDatabaseId));
  arguments.Add(INT4OID, Int32GetDatum(kSlotLock));
  std::int64_t count = 0;
  RunJobQuery(
      "SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.database = $1"
      " AND l.objsubid = $2 AND l.granted",
      arguments, true, [&](const Row& row) { count = row.Number(1, 0); });
  return static_cast<int>(count);
}

bool MaySteer(Oid owner) {
  Oid const user = GetUserId();
  if (user == owner || superuser_arg(user)) return true;
  if (SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(owner)) && !superuser_arg(owner) &&
      has_privs_of_role(user, owner))
    return true;
  Oid const admin = get_role_oid("dbmocker_admin", true);
  return OidIsValid(admin) && has_privs_of_role(user, admin);
}

}  // namespace dbmocker::server
