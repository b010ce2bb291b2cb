// Checks of the target; see check_target.h.
// Read first: OpenTarget.
#include "server/check_target.h"

namespace dbmocker::server {
namespace {

const char* KindInWords(char kind) {
  switch (kind) {
    case RELKIND_VIEW:
      return "a view";
    case RELKIND_MATVIEW:
      return "a materialized view";
    case RELKIND_INDEX:
    case RELKIND_PARTITIONED_INDEX:
      return "an index";
    case RELKIND_SEQUENCE:
      return "a sequence";
    case RELKIND_COMPOSITE_TYPE:
      return "a composite type";
    case RELKIND_TOASTVALUE:
      return "a TOAST table";
    default:
      return "a relation of another kind";
  }
}

// True if the current role holds one of the privileges on the relation or on one of its columns.
bool HasAnyPrivilege(Oid relation, AclMode privileges) {
  Oid const user = GetUserId();
  if (pg_class_aclcheck(relation, user, privileges) == ACLCHECK_OK) return true;
  return pg_attribute_aclcheck_all(relation, user, privileges, ACLMASK_ANY) == ACLCHECK_OK;
}

// The catalogs and what initdb puts beside them (information_schema).
bool IsOfSystem(Relation relation) {
  return IsCatalogRelation(relation) || RelationGetRelid(relation) < FirstNormalObjectId;
}

bool IsTemporaryOfOthers(Relation relation) { return RELATION_IS_OTHER_TEMP(relation); }

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
                    errdetail("\"%s\" is %s.", name, KindInWords(kind)),
                    errhint(kind == RELKIND_VIEW
                                ? "Generate rows for the tables behind the view."
                                : "Rows can be generated for tables, partitioned tables and foreign tables.")));
  if (IsOfSystem(relation) || IsTemporaryOfOthers(relation))
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("cannot generate rows for \"%s\"", name),
                    errdetail(IsOfSystem(relation) ? "\"%s\" is a system catalog."
                                                   : "\"%s\" is a temporary table of another session.",
                              name),
                    errhint("Generate rows for a table of your own.")));
  if (!HasAnyPrivilege(target, use == TargetUse::Write ? ACL_INSERT : ACL_INSERT | ACL_SELECT))
    aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(kind), name);
  return relation;
}

}  // namespace dbmocker::server
