// The state of targets through SPI; see target_state.h.
// Read first: ReserveRows.
#include "server/target_state.h"

#include "server/as_owner.h"

namespace dbmocker::server {
namespace {

Oid StateTable() {
  Oid const schema = get_namespace_oid("dbmocker", false);
  Oid const table = get_relname_relid("target_state", schema);
  if (!OidIsValid(table))
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table dbmocker.target_state does not exist"),
                    errhint("Drop and create extension dbmocker again.")));
  return table;
}

// Runs a query that returns one bigint, with the target and a number as arguments; -1 if it returns no row.
std::int64_t QueryNumber(const char* query, Oid target, std::int64_t number, bool read_only) {
  return RunAs(OwnerOf(StateTable()), [=] {
    Oid types[] = {OIDOID, INT8OID};
    Datum values[] = {ObjectIdGetDatum(target), Int64GetDatum(number)};
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    SPI_execute_with_args(query, 2, types, values, nullptr, read_only, 0);
    std::int64_t result = -1;
    if (SPI_processed > 0) {
      bool is_null = false;
      result = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    }
    SPI_finish();
    return result;
  });
}

}  // namespace

Oid OwnerOf(Oid relation) {
  HeapTuple const tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for relation %u", relation);
  Oid const owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
  ReleaseSysCache(tuple);
  return owner;
}

std::int64_t NextRow(Oid target, bool has_rows) {
  if (!has_rows) return 0;
  const std::int64_t next = QueryNumber(
      "SELECT s.next_row FROM dbmocker.target_state s WHERE s.target OPERATOR(pg_catalog.=) $1 AND "
      "$2 OPERATOR(pg_catalog.=) 0",
      target, 0, true);
  return next < 0 ? 0 : next;
}

namespace {

// In a transaction that keeps its snapshot, a row that somebody else has cleared would be an error: left to the next.
void ClearDroppedTargets() {
  if (IsolationUsesXactSnapshot()) return;
  QueryNumber(
      "DELETE FROM dbmocker.target_state d USING (SELECT s.target FROM dbmocker.target_state s WHERE NOT EXISTS "
      "(SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) s.target) "
      "AND s.target OPERATOR(pg_catalog.<>) $1 AND $2 OPERATOR(pg_catalog.=) 0 FOR UPDATE SKIP LOCKED) s "
      "WHERE d.target OPERATOR(pg_catalog.=) s.target RETURNING 0::pg_catalog.int8",
      InvalidOid, 0, false);
}

}  // namespace

void LockTarget(Oid target) {
  ClearDroppedTargets();
  QueryNumber(
      "INSERT INTO dbmocker.target_state AS s (target, next_row) VALUES ($1, $2) "
      "ON CONFLICT (target) DO UPDATE SET next_row = s.next_row RETURNING s.next_row",
      target, 0, false);
}

void RaiseNextRow(Oid target, std::int64_t next_row) {
  QueryNumber(
      "UPDATE dbmocker.target_state s SET next_row = $2 WHERE s.target OPERATOR(pg_catalog.=) $1 "
      "AND s.next_row OPERATOR(pg_catalog.<) $2 RETURNING s.next_row",
      target, next_row, false);
}

std::int64_t ReserveRows(Oid target, bool has_rows, std::int64_t rows) {
  const char* query = has_rows ? "UPDATE dbmocker.target_state s SET next_row = s.next_row OPERATOR(pg_catalog.+) $2 "
                                 "WHERE s.target OPERATOR(pg_catalog.=) $1 "
                                 "RETURNING s.next_row OPERATOR(pg_catalog.-) $2"
                               : "UPDATE dbmocker.target_state s SET next_row = $2 "
                                 "WHERE s.target OPERATOR(pg_catalog.=) $1 RETURNING 0::pg_catalog.int8";
  const std::int64_t first = QueryNumber(query, target, rows, false);
  if (first < 0) elog(ERROR, "the state of target %u has disappeared", target);
  return first;
}

}  // namespace dbmocker::server
