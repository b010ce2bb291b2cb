// dbmocker.describe(): what the describe step sees of a table, as JSON. Facts that are absent, false or empty are left
// out. Must add nothing to what the core structs hold.
// Read first: WriteTable, at the end of the file, then WriteExpression.
#include "server/boundary.h"
#include "server/describe_table.h"
#include "server/json_writer.h"

namespace dbmocker::server {
namespace {

void PutText(JsonWriter& json, const char* key, const std::string& value) {
  if (value.empty()) return;
  json.Key(key);
  json.String(value);
}

void PutLetter(JsonWriter& json, const char* key, char value) {
  if (value != '\0') PutText(json, key, std::string(1, value));
}

void PutFlag(JsonWriter& json, const char* key, bool value) {
  if (!value) return;
  json.Key(key);
  json.Boolean(true);
}

void PutInteger(JsonWriter& json, const char* key, std::int64_t value) {
  json.Key(key);
  json.Integer(value);
}

template <class Items, class Write>
void PutList(JsonWriter& json, const char* key, const Items& items, Write write) {
  if (items.empty()) return;
  json.Key(key);
  json.OpenArray();
  for (const auto& item : items) write(json, item);
  json.CloseArray();
}

void WriteString(JsonWriter& json, const std::string& value) { json.String(value); }
void WriteInteger(JsonWriter& json, std::int64_t value) { json.Integer(value); }
void WriteOptional(JsonWriter& json, const std::optional<std::string>& value) {
  if (value) {
    json.String(*value);
  } else {
    json.Null();
  }
}

const char* KindName(Expression::Kind kind) {
  static constexpr const char* kNames[] = {
      "Constant", "ArrayConst", "Column",      "Value", "Operator", "Function", "Cast",     "And",  "Or",    "Not",
      "IsNull",   "IsNotNull",  "BooleanTest", "AnyOf", "AllOf",    "Distinct", "Coalesce", "Case", "Array", "Opaque"};
  static_assert(static_cast<int>(Expression::Kind::Opaque) + 1 == sizeof kNames / sizeof *kNames);
  return kNames[static_cast<int>(kind)];
}

const char* KindName(TypeKind kind) {
  static constexpr const char* kNames[] = {"base",      "array", "enum",       "domain",
                                           "composite", "range", "multirange", "pseudo"};
  static_assert(static_cast<int>(TypeKind::Pseudo) + 1 == sizeof kNames / sizeof *kNames);
  return kNames[static_cast<int>(kind)];
}

void WriteExpression(JsonWriter& json, const Expression& expression) {
  json.OpenObject();
  PutText(json, "kind", KindName(expression.kind));
  PutText(json, "name", expression.name);
  PutText(json, "type", expression.type);
  if (expression.kind == Expression::Kind::Constant) {
    json.Key("value");
    WriteOptional(json, expression.value);
  }
  PutList(json, "elements", expression.elements, WriteOptional);
  if (expression.column != 0) PutInteger(json, "column", expression.column);
  PutList(json, "arguments", expression.arguments, WriteExpression);
  PutList(json, "columns", expression.columns, WriteInteger);
  json.CloseObject();
}

void PutExpression(JsonWriter& json, const char* key, const std::optional<Expression>& expression) {
  if (!expression) return;
  json.Key(key);
  WriteExpression(json, *expression);
}

void WriteDomainConstraint(JsonWriter& json, const DomainConstraint& constraint) {
  json.OpenObject();
  PutText(json, "name", constraint.name);
  PutText(json, "text", constraint.text);
  json.Key("check");
  WriteExpression(json, constraint.check);
  json.CloseObject();
}

void WriteType(JsonWriter& json, const Type& type) {
  json.OpenObject();
  PutText(json, "kind", KindName(type.kind));
  PutText(json, "schema", type.schema);
  PutText(json, "name", type.name);
  PutText(json, "extension", type.extension);
  PutInteger(json, "length", type.length);
  PutFlag(json, "by_value", type.by_value);
  PutLetter(json, "storage", type.storage);
  PutLetter(json, "category", type.category);
  PutList(json, "labels", type.labels, WriteString);
  if (type.element != nullptr) {
    json.Key("element");
    WriteType(json, *type.element);
  }
  if (type.element_modifier != -1) PutInteger(json, "element_modifier", type.element_modifier);
  PutFlag(json, "not_null", type.not_null);
  PutList(json, "constraints", type.constraints, WriteDomainConstraint);
  PutList(json, "attributes", type.attributes, [](JsonWriter& out, const CompositeAttribute& attribute) {
    out.OpenObject();
    PutText(out, "name", attribute.name);
    out.Key("type");
    WriteType(out, *attribute.type);
    if (attribute.type_modifier != -1) PutInteger(out, "type_modifier", attribute.type_modifier);
    out.CloseObject();
  });
  PutFlag(json, "no_input", !type.has_input);
  PutFlag(json, "no_equality", !type.has_equality);
  json.CloseObject();
}

void WriteSequence(JsonWriter& json, const SequenceInfo& sequence) {
  json.OpenObject();
  PutText(json, "name", sequence.name);
  PutInteger(json, "start", sequence.start);
  PutInteger(json, "increment", sequence.increment);
  PutInteger(json, "minimum", sequence.minimum);
  PutInteger(json, "maximum", sequence.maximum);
  PutFlag(json, "cycle", sequence.cycle);
  json.CloseObject();
}

void WriteColumn(JsonWriter& json, const Column& column) {
  json.OpenObject();
  PutInteger(json, "number", column.number);
  PutText(json, "name", column.name);
  json.Key("type");
  WriteType(json, *column.type);
  if (column.type_modifier != -1) PutInteger(json, "type_modifier", column.type_modifier);
  PutFlag(json, "not_null", column.not_null);
  PutFlag(json, "generated", column.is_generated);
  PutLetter(json, "identity", column.identity);
  PutText(json, "collation", column.collation);
  PutText(json, "comment", column.comment);
  PutText(json, "default", column.default_text);
  PutExpression(json, "default_expression", column.default_expression);
  if (column.sequence) {
    json.Key("sequence");
    WriteSequence(json, *column.sequence);
  }
  PutFlag(json, "no_insert", !column.may_insert);
  json.CloseObject();
}

void WriteCheck(JsonWriter& json, const CheckConstraint& check) {
  json.OpenObject();
  PutText(json, "name", check.name);
  PutText(json, "text", check.text);
  PutFlag(json, "not_valid", !check.validated);
  json.Key("check");
  WriteExpression(json, check.check);
  json.CloseObject();
}

void WriteUniqueKey(JsonWriter& json, const UniqueKey& key) {
  json.OpenObject();
  PutText(json, "name", key.name);
  PutText(json, "text", key.text);
  PutFlag(json, "primary", key.is_primary);
  PutFlag(json, "constraint", key.is_constraint);
  PutList(json, "columns", key.columns, WriteInteger);
  PutList(json, "expressions", key.expressions, WriteExpression);
  PutExpression(json, "predicate", key.predicate);
  PutFlag(json, "nulls_not_distinct", key.nulls_not_distinct);
  PutFlag(json, "deferrable", key.is_deferrable);
  json.CloseObject();
}

void WriteForeignKey(JsonWriter& json, const ForeignKey& key) {
  json.OpenObject();
  PutText(json, "name", key.name);
  PutText(json, "text", key.text);
  PutText(json, "referenced_table", key.referenced_table);
  PutList(json, "columns", key.columns, WriteInteger);
  PutList(json, "referenced_columns", key.referenced_columns, WriteInteger);
  PutList(json, "referenced_names", key.referenced_names, WriteString);
  PutFlag(json, "deferrable", key.is_deferrable);
  PutFlag(json, "deferred", key.is_deferred);
  PutLetter(json, "match", key.match);
  PutFlag(json, "period", key.has_period);
  PutFlag(json, "not_valid", !key.validated);
  json.CloseObject();
}

void WriteExclusion(JsonWriter& json, const ExclusionConstraint& exclusion) {
  json.OpenObject();
  PutText(json, "name", exclusion.name);
  PutFlag(json, "primary", exclusion.is_primary);
  PutFlag(json, "unique", exclusion.is_unique);
  PutText(json, "text", exclusion.text);
  PutList(json, "columns", exclusion.columns, WriteInteger);
  PutList(json, "expressions", exclusion.expressions, WriteExpression);
  PutList(json, "operators", exclusion.operators, WriteString);
  PutExpression(json, "predicate", exclusion.predicate);
  json.CloseObject();
}

void WriteTrigger(JsonWriter& json, const Trigger& trigger) {
  json.OpenObject();
  PutText(json, "name", trigger.name);
  PutText(json, "function", trigger.function);
  PutFlag(json, "before", trigger.is_before);
  PutFlag(json, "instead", trigger.is_instead);
  PutFlag(json, "row", trigger.is_row);
  PutFlag(json, "on_insert", trigger.on_insert);
  PutFlag(json, "disabled", !trigger.is_enabled);
  json.CloseObject();
}

void WritePartition(JsonWriter& json, const Partition& partition) {
  json.OpenObject();
  PutText(json, "name", partition.name);
  PutFlag(json, "default", partition.is_default);
  PutExpression(json, "constraint", partition.constraint);
  json.CloseObject();
}

void WriteTable(JsonWriter& json, const Table& table) {
  json.OpenObject();
  PutText(json, "schema", table.schema);
  PutText(json, "name", table.name);
  PutText(json, "qualified_name", table.qualified_name);
  PutLetter(json, "kind", table.kind);
  PutLetter(json, "persistence", table.persistence);
  PutText(json, "access_method", table.access_method);
  PutText(json, "comment", table.comment);
  PutFlag(json, "row_security", table.row_security);
  PutFlag(json, "rules", table.has_rules);
  PutFlag(json, "partition", table.is_partition);
  PutFlag(json, "published", table.is_published);
  PutFlag(json, "logically_decoded", table.logically_decoded);
  PutLetter(json, "replica_identity", table.replica_identity);
  PutFlag(json, "inheritance_children", table.has_inheritance_children);
  PutInteger(json, "attribute_count", table.attribute_count);
  PutText(json, "partition_key", table.partition_key);
  PutList(json, "columns", table.columns, WriteColumn);
  PutList(json, "checks", table.checks, WriteCheck);
  PutList(json, "unique_keys", table.unique_keys, WriteUniqueKey);
  PutList(json, "foreign_keys", table.foreign_keys, WriteForeignKey);
  PutList(json, "exclusions", table.exclusions, WriteExclusion);
  PutList(json, "triggers", table.triggers, WriteTrigger);
  PutList(json, "partitions", table.partitions, WritePartition);
  json.CloseObject();
}

// The relation, locked against changes of its definition; for kinds that hold or show rows.
void LockDescribedRelation(Oid oid) {
  Relation relation = relation_open(oid, AccessShareLock);
  const char kind = relation->rd_rel->relkind;
  if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_FOREIGN_TABLE &&
      kind != RELKIND_VIEW && kind != RELKIND_MATVIEW) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("cannot describe relation \"%s\"", RelationGetRelationName(relation)),
                    errdetail("It is neither a table nor a view."),
                    errhint("Name a table, a partitioned table, a foreign table or a view.")));
  }
  relation_close(relation, NoLock);
}

}  // namespace

DBMOCKER_FUNCTION(dbmocker_describe) {
  const Oid relation = PG_GETARG_OID(0);
  CallServer([relation] { LockDescribedRelation(relation); });
  const Table table = DescribeTable(relation);
  JsonWriter json;
  WriteTable(json, table);
  const char* text = json.text().c_str();
  return CallServer([text] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text)); });
}

}  // namespace dbmocker::server
