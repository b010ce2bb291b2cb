// The describe step: reads everything in server style into a memory context of its own (raw_table.cpp), then makes core
// structs of it without calling the server. Must decide nothing.
// Read first: DescribeTable.
#include "server/describe_table.h"

#include "server/boundary.h"
#include "server/describe_constraints.h"
#include "server/raw_table.h"

namespace dbmocker::server {
namespace {

void SetTableFields(const RawTable& raw, Table& table) {
  RowCursor fields(raw.table, 0);
  table.oid = fields.ObjectId();
  table.schema = fields.Text();
  table.name = fields.Text();
  table.qualified_name = fields.Text();
  table.kind = fields.Letter();
  table.persistence = fields.Letter();
  table.access_method = fields.Text();
  table.comment = fields.Text();
  table.has_rules = fields.Flag();
  table.is_partition = fields.Flag();
  table.logically_decoded = fields.Flag();
  table.replica_identity = fields.Letter();
  table.has_inheritance_children = fields.Flag();
  table.attribute_count = fields.Int();
  table.partition_key = fields.Text();
  table.row_security = raw.row_security;
  table.is_published = raw.is_published;
}

// True for nextval(…), whatever its result is cast to: then the column's values are the sequence's.
bool IsNextValue(const std::optional<Expression>& expression) {
  const Expression* current = expression ? &*expression : nullptr;
  while (current != nullptr && current->kind == Expression::Kind::Cast) current = &current->arguments.front();
  return current != nullptr && current->kind == Expression::Kind::Function && current->name == "nextval";
}

void SetSequence(RowCursor fields, Column& column) {
  SequenceInfo sequence;
  sequence.oid = fields.ObjectId();
  sequence.name = fields.Text();
  sequence.start = fields.Integer();
  sequence.increment = fields.Integer();
  sequence.minimum = fields.Integer();
  sequence.maximum = fields.Integer();
  sequence.cycle = fields.Flag();
  if (sequence.oid != 0 && (column.identity != '\0' || IsNextValue(column.default_expression))) {
    column.sequence = std::move(sequence);
  }
}

void AddColumns(const RawTable& raw, Table& table) {
  TypeBuilder types;
  for (int row = 0; row < raw.columns.row_count; ++row) {
    RowCursor fields(raw.columns, row);
    Column column;
    column.number = fields.Int();
    column.name = fields.Text();
    fields.Skip();  // type
    column.type = types.Build(raw.column_types[row]);
    column.type_modifier = fields.Int();
    column.not_null = fields.Flag() || column.type->not_null;
    column.is_generated = fields.Flag();
    column.identity = fields.Letter();
    column.collation = fields.Text();
    column.comment = fields.Text();
    column.default_text = fields.Text();
    fields.Skip();  // default's tree
    if (raw.defaults[row] != nullptr) column.default_expression = BuildExpression(*raw.defaults[row]);
    column.may_insert = fields.Flag();
    if (raw.sequences.row_count > 0) SetSequence(RowCursor(raw.sequences, row), column);
    table.columns.push_back(std::move(column));
  }
}

void AddTriggers(const RawTable& raw, Table& table) {
  for (int row = 0; row < raw.triggers.row_count; ++row) {
    RowCursor fields(raw.triggers, row);
    Trigger trigger;
    trigger.name = fields.Text();
    const int type = fields.Int();
    trigger.is_before = (type & TRIGGER_TYPE_TIMING_MASK) == TRIGGER_TYPE_BEFORE;
    trigger.is_instead = (type & TRIGGER_TYPE_TIMING_MASK) == TRIGGER_TYPE_INSTEAD;
    trigger.is_row = (type & TRIGGER_TYPE_ROW) != 0;
    trigger.on_insert = (type & TRIGGER_TYPE_INSERT) != 0;
    trigger.is_enabled = fields.Flag();
    trigger.function = fields.Text();
    for (int i = 0; i < list_length(raw.trigger_accepts[row]); ++i)
      trigger.accepts.push_back(
          BuildExpression(*static_cast<const FlatExpression*>(list_nth(raw.trigger_accepts[row], i))));
    table.triggers.push_back(std::move(trigger));
  }
}

void AddPartitions(const RawTable& raw, Table& table) {
  for (int row = 0; row < raw.partitions.row_count; ++row) {
    RowCursor fields(raw.partitions, row);
    Partition partition;
    partition.name = fields.Text();
    partition.oid = fields.ObjectId();
    partition.is_default = fields.Flag();
    const FlatExpression* constraint = raw.partition_constraints[row];
    if (constraint != nullptr) partition.constraint = BuildExpression(*constraint);
    table.partitions.push_back(std::move(partition));
  }
}

}  // namespace

Table DescribeTable(Oid relation) {
  MemoryContext context = nullptr;
  const RawTable* raw = CallServer([relation, &context] {
    context = AllocSetContextCreate(CurrentMemoryContext, "dbmocker describe", ALLOCSET_DEFAULT_SIZES);
    MemoryContext const caller = MemoryContextSwitchTo(context);
    RawTable* result = ReadTable(relation);
    MemoryContextSwitchTo(caller);
    return result;
  });
  Table table;
  SetTableFields(*raw, table);
  AddColumns(*raw, table);
  AddConstraints(*raw, table);
  AddTriggers(*raw, table);
  AddPartitions(*raw, table);
  MemoryContextDelete(context);
  return table;
}

}  // namespace dbmocker::server
