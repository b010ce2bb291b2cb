// See record_run.h.
// Read first: RecordRun.
#include "server/record_run.h"

#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

Datum ReportDatum(const RunReport& report, Oid type) {
  TupleDesc const descriptor = lookup_rowtype_tupdesc_copy(type, -1);
  Datum values[kReportColumns];
  bool nulls[kReportColumns];
  FormReport(report, values, nulls);
  return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

}  // namespace

void RecordRun(const RunReport& report) {
  Oid const type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("run_report"),
                                   ObjectIdGetDatum(get_namespace_oid("dbmocker", false)));
  const ConfigValue values[] = {{type, ReportDatum(report, type), false},
                                {OIDOID, ObjectIdGetDatum(GetUserId()), false}};
  ChangeConfig("INSERT INTO dbmocker.run_records (report, role) VALUES ($1, $2)", values, 2);
  // Now and then, since it costs as much as a small run. In a transaction that keeps its snapshot a row that somebody
  // else has cleared would be an error.
  constexpr TimestampTz kSeldom = 64;
  if (IsolationUsesXactSnapshot() || GetCurrentTimestamp() % kSeldom != 0) return;
  const ConfigValue kept = {INT4OID, Int32GetDatum(kKeptRuns), false};
  ChangeConfig(
      "DELETE FROM dbmocker.run_records d USING (SELECT r.id FROM dbmocker.run_records r"
      " WHERE r.id OPERATOR(pg_catalog.<) (SELECT pg_catalog.max(m.id) OPERATOR(pg_catalog.-) $1"
      " FROM dbmocker.run_records m) FOR UPDATE SKIP LOCKED) old WHERE d.id OPERATOR(pg_catalog.=) old.id",
      &kept, 1);
}

}  // namespace dbmocker::server
