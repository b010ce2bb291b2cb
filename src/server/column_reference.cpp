// Type dbmocker.column_reference: a column of a table, stored by OID and attribute number, so that it follows renames;
// written as schema.table.column, so that it can be dumped and restored; as numbers where the column is gone.
// Read first: dbmocker_column_reference_in.
#include "server/boundary.h"
#include "server/compat.h"
#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

struct ColumnReference {
  Oid target;
  AttrNumber number;
};

ColumnReference ReadReference(Datum value) {
  const auto bits = static_cast<std::uint64_t>(DatumGetInt64(value));
  return {static_cast<Oid>(bits >> 32), static_cast<AttrNumber>(bits & 0xFFFF)};
}

[[noreturn]] void RefuseReference(const char* text, const char* detail) {
  ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), errmsg("invalid column reference: \"%s\"", text),
                  errdetail("%s", detail), errhint("Write it as schema.table.column.")));
  pg_unreachable();
}

Datum ParseReference(const char* text) {
  unsigned target = 0;
  int number = 0, length = 0;
  if (sscanf(text, "%u.%d%n", &target, &number, &length) == 2 && text[length] == '\0')
    return MakeColumnReference(target, static_cast<AttrNumber>(number));
  List* names = textToQualifiedNameList(cstring_to_text(text));
  if (list_length(names) < 2 || list_length(names) > 3) RefuseReference(text, "It has not two or three names.");
  const char* column = strVal(llast(names));
  names = list_truncate(names, list_length(names) - 1);
  Oid const relation = RangeVarGetRelid(makeRangeVarFromNameList(names), NoLock, false);
  AttrNumber const attribute = get_attnum(relation, column);
  if (attribute <= 0) RefuseReference(text, psprintf("The table has no column \"%s\".", column));
  return MakeColumnReference(relation, attribute);
}

char* WriteReference(ColumnReference reference) {
  const char* table = get_rel_name(reference.target);
  const char* column = table == nullptr ? nullptr : get_attname(reference.target, reference.number, true);
  if (column == nullptr) return psprintf("%u.%d", reference.target, reference.number);
  const char* schema = get_namespace_name(get_rel_namespace(reference.target));
  return psprintf("%s.%s", quote_qualified_identifier(schema, table), quote_identifier(column));
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_column_reference_in) {
  return CallServer([=] { return ParseReference(PG_GETARG_CSTRING(0)); });
}

DBMOCKER_FUNCTION(dbmocker_column_reference_out) {
  return CallServer([=] { return CStringGetDatum(WriteReference(ReadReference(PG_GETARG_DATUM(0)))); });
}

DBMOCKER_FUNCTION(dbmocker_column_target) { return ObjectIdGetDatum(ReadReference(PG_GETARG_DATUM(0)).target); }

DBMOCKER_FUNCTION(dbmocker_column_number) { return Int16GetDatum(ReadReference(PG_GETARG_DATUM(0)).number); }
