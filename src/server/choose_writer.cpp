// Which writer serves a table; see write_rows.h.
// Read first: ChooseWriter.
#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/write_rows.h"

namespace dbmocker::server {
namespace {

// Why only the executor can write to the table; nullptr if nothing stands against writing batches.
const char* WhySingleOnly(const Table& table) {
  if (table.kind == RELKIND_PARTITIONED_TABLE) return "the target is partitioned: the executor routes the rows";
  if (table.kind == RELKIND_FOREIGN_TABLE) return "the target is a foreign table";
  if (table.is_partition) return "the target is a partition: the executor checks its bounds";
  if (table.has_rules) return "the target has rules for INSERT";
  if (table.row_security) return "row security is in force for the current role";
  for (const Trigger& trigger : table.triggers)
    if (trigger.on_insert && trigger.is_enabled) return "the target has triggers for INSERT";
  for (const Column& column : table.columns)
    if (!column.may_insert) return "the current role may not insert into every column";
  return nullptr;
}

}  // namespace

WriterDecision ChooseWriter(const Table& table, const RunOptions& options) {
  const char* obstacle = WhySingleOnly(table);
  switch (options.insertion_strategy) {
    case WriterChoice::Single:
      return {Writer::Single, "asked for"};
    case WriterChoice::Batch:
      if (obstacle != nullptr)
        throw Error(sqlstate::kFeatureNotSupported, "writer \"batch\" cannot be used for table \"" + table.name + "\"",
                    "The reason: " + std::string(obstacle) + ".", "Use insertion_strategy \"auto\" or \"single\".");
      return {Writer::Batch, "asked for"};
    case WriterChoice::Auto:
      break;
  }
  if (obstacle != nullptr) return {Writer::Single, obstacle};
  return {Writer::Batch, "a plain table without triggers"};
}

}  // namespace dbmocker::server
