// dbmocker.set_rule() and drop_rule(): a column's stored rule, for the owner of its table; and the event trigger that
// forgets what belongs to dropped tables and columns.
// Read first: dbmocker_set_rule.
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/read_rules.h"
#include "server/stored_config.h"

namespace dbmocker::server {
namespace {

struct RuleArguments {
  Oid target;
  AttrNumber number;  // 0: all columns
  char* rule;  // as text
  Jsonb* rule_value;
};

[[noreturn]] void RefuseNull(const char* message, const char* hint) {
  ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s", message), errhint("%s", hint)));
  pg_unreachable();
}

AttrNumber FindColumn(Oid target, const char* name) {
  AttrNumber const number = get_attnum(target, name);
  if (number <= 0)
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("column \"%s\" of relation \"%s\" does not exist", name, get_rel_name(target)),
                    errhint("Give the name of a column.")));
  return number;
}

RuleArguments ReadSetArguments(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
    RefuseNull("target, column_name and rule must not be null",
               "Call it as dbmocker.set_rule('users', 'age', '{\"min\": 18}').");
  PreventCommandIfReadOnly("dbmocker.set_rule()");
  RuleArguments read = {};
  read.target = PG_GETARG_OID(0);
  CheckTargetOwner(read.target);
  read.number = FindColumn(read.target, NameStr(*PG_GETARG_NAME(1)));
  Jsonb* const rule = PG_GETARG_JSONB_P(2);
  read.rule = JsonbToCString(nullptr, &rule->root, VARSIZE(rule));
  read.rule_value = rule;
  return read;
}

}  // namespace

void StoreRule(Oid target, AttrNumber number, Jsonb* rule) {
  Oid const type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("column_reference"),
                                   ObjectIdGetDatum(get_namespace_oid("dbmocker", false)));
  const ConfigValue values[] = {{type, MakeColumnReference(target, number), false},
                                {JSONBOID, JsonbPGetDatum(rule), false}};
  ChangeConfig(
      "INSERT INTO dbmocker.column_rules (place, rule) VALUES ($1, $2) ON CONFLICT (dbmocker.column_target(place),"
      " dbmocker.column_number(place)) DO UPDATE SET rule = excluded.rule",
      values, 2);
}

}  // namespace dbmocker::server

using namespace dbmocker;
using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_set_rule) {
  struct Plain {
    RuleArguments arguments;
    RunOptions options;
  };
  const Plain plain = CallServer([=]() -> Plain { return {ReadSetArguments(fcinfo), ParseOptions(nullptr, nullptr)}; });
  const Table table = DescribeTable(plain.arguments.target);
  const std::string rule = plain.arguments.rule != nullptr ? plain.arguments.rule : "";
  JudgeRule(table, *table.FindColumn(plain.arguments.number), rule, plain.options);
  CallServer([&] { StoreRule(plain.arguments.target, plain.arguments.number, plain.arguments.rule_value); });
  return Datum{0};
}

DBMOCKER_FUNCTION(dbmocker_drop_rule) {
  CallServer([=] {
    if (PG_ARGISNULL(0)) RefuseNull("target must not be null", "Call it as dbmocker.drop_rule('users', 'age').");
    PreventCommandIfReadOnly("dbmocker.drop_rule()");
    Oid const target = PG_GETARG_OID(0);
    CheckTargetOwner(target);
    AttrNumber const number = PG_ARGISNULL(1) ? AttrNumber{0} : FindColumn(target, NameStr(*PG_GETARG_NAME(1)));
    const ConfigValue values[] = {{OIDOID, ObjectIdGetDatum(target), false}, {INT2OID, Int16GetDatum(number), false}};
    const std::int64_t dropped = ChangeConfig(
        "DELETE FROM dbmocker.column_rules r WHERE dbmocker.column_target(r.place) OPERATOR(pg_catalog.=) $1"
        " AND ($2 OPERATOR(pg_catalog.=) 0 OR dbmocker.column_number(r.place) OPERATOR(pg_catalog.=) $2)",
        values, 2);
    if (dropped == 0 && number != 0)
      ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                      errmsg("column \"%s\" of relation \"%s\" has no rule", NameStr(*PG_GETARG_NAME(1)),
                             get_rel_name(target)),
                      errhint("View dbmocker.rules shows the rules.")));
  });
  return Datum{0};
}

DBMOCKER_FUNCTION(dbmocker_forget_dropped) {
  CallServer([=] {
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo)) elog(ERROR, "dbmocker.forget_dropped() must be called as an event trigger");
    Oid const schema = get_namespace_oid("dbmocker", true);
    if (!OidIsValid(schema) || !OidIsValid(get_relname_relid("column_rules", schema))) return;
    ChangeConfig(
        "DELETE FROM dbmocker.column_rules r WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a"
        " WHERE a.attrelid OPERATOR(pg_catalog.=) dbmocker.column_target(r.place)"
        " AND a.attnum OPERATOR(pg_catalog.=) dbmocker.column_number(r.place) AND NOT a.attisdropped)",
        nullptr, 0);
    ChangeConfig(
        "DELETE FROM dbmocker.stored_options o WHERE o.target OPERATOR(pg_catalog.<>) 0::pg_catalog.oid AND NOT EXISTS"
        " (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) o.target)",
        nullptr, 0);
  });
  return Datum{0};
}
