// Checks of the target; see check_target.h.
// Read first: OpenTarget.
#include "server/check_target.h"

namespace dbmocker::server {
namespace {

const char* KindInWords(char kind) {
  switch (kind) {
    case RELKIND_VIEW:
      return "view";
    case RELKIND_MATVIEW:
      return "materialized view";
    case RELKIND_INDEX:
    case RELKIND_PARTITIONED_INDEX:
      return "index";
    case RELKIND_SEQUENCE:
      return "sequence";
    case RELKIND_COMPOSITE_TYPE:
      return "composite type";
    case RELKIND_TOASTVALUE:
      return "TOAST table";
    default:
      return "relation of another kind";
  }
}

bool HasAnyInsertPrivilege(Oid relation) {
  Oid const user = GetUserId();
  if (pg_class_aclcheck(relation, user, ACL_INSERT) == ACLCHECK_OK) return true;
  return pg_attribute_aclcheck_all(relation, user, ACL_INSERT, ACLMASK_ANY) == ACLCHECK_OK;
}

}  // namespace

Relation OpenTarget(Oid target, LOCKMODE lock, TargetUse use) {
  Relation const relation = try_relation_open(target, lock);
  if (relation == nullptr)
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", target),
                    errhint("Give the table's name, for example 'public.users'.")));
  const char* name = RelationGetRelationName(relation);
  const char kind = relation->rd_rel->relkind;
  if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_FOREIGN_TABLE)
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("cannot generate rows for \"%s\"", name),
                    errdetail("\"%s\" is a %s.", name, KindInWords(kind)),
                    errhint(kind == RELKIND_VIEW ? "Generate rows for the tables behind the view."
                                                 : "Rows can be generated for tables, partitioned tables and foreign tables.")));
  if (IsCatalogRelation(relation) || IsToastRelation(relation) || isTempOrTempToastNamespace(RelationGetNamespace(relation)) != (relation->rd_rel->relpersistence == RELPERSISTENCE_TEMP))
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("cannot generate rows for \"%s\"", name),
                    errdetail(relation->rd_rel->relpersistence == RELPERSISTENCE_TEMP
                                  ? "\"%s\" is a temporary table of another session." : "\"%s\" is a system catalog.", name),
                    errhint("Generate rows for a table of your own.")));
  if (use == TargetUse::Write && !HasAnyInsertPrivilege(target))
    aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(kind), name);
  return relation;
}

}  // namespace dbmocker::server
