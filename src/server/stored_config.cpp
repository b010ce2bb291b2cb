// See stored_config.h.
// Read first: ChangeConfig.
#include "server/stored_config.h"

#include "server/as_owner.h"
#include "server/check_target.h"
#include "server/compat.h"

namespace dbmocker::server {
namespace {

Oid ConfigOwner() {
  Oid const table = get_relname_relid("column_rules", get_namespace_oid("dbmocker", false));
  if (!OidIsValid(table))
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table dbmocker.column_rules does not exist"),
                    errhint("Drop and create extension dbmocker again.")));
  return OwnerOf(table);
}

}  // namespace

CatalogRows QueryConfig(const char* query, Oid argument) {
  return RunAs(ConfigOwner(), [=] { return RunCatalogQuery(query, argument); });
}

std::int64_t ChangeConfig(const char* statement, const ConfigValue* values, int count) {
  constexpr int kMostValues = 8;
  Assert(count <= kMostValues);
  Oid types[kMostValues];
  Datum datums[kMostValues];
  char nulls[kMostValues];
  for (int i = 0; i < count; ++i) {
    types[i] = values[i].type;
    datums[i] = values[i].value;
    nulls[i] = values[i].is_null ? 'n' : ' ';
  }
  Oid* const plain_types = types;
  Datum* const plain_datums = datums;
  char* const plain_nulls = nulls;
  return RunAs(ConfigOwner(), [=] {
    const int level = EnterCatalogSettings();
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    SPI_execute_with_args(statement, count, plain_types, plain_datums, plain_nulls, false, 0);
    const auto changed = static_cast<std::int64_t>(SPI_processed);
    SPI_finish();
    LeaveCatalogSettings(level);
    return changed;
  });
}

void CheckTargetOwner(Oid target) {
  Relation const relation = OpenTarget(target, AccessShareLock, TargetUse::Describe);
  if (!compat::UserOwnsRelation(target, GetUserId()))
    aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(relation->rd_rel->relkind),
                   RelationGetRelationName(relation));
  relation_close(relation, NoLock);
}

void CheckDatabaseOwner(const char* what) {
  if (compat::UserOwnsDatabase(MyDatabaseId, GetUserId())) return;
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of the database to change %s", what),
                  errhint("Change the options of a table of your own, or give options to the call.")));
}

Datum MakeColumnReference(Oid target, AttrNumber number) {
  return Int64GetDatum(
      static_cast<std::int64_t>((static_cast<std::uint64_t>(target) << 32) | static_cast<std::uint16_t>(number)));
}

}  // namespace dbmocker::server
