// What a call for a whole schema asks for: its arguments, and which tables get how many rows in which order.
// Read first: ReadSchemaArguments, then PlanSchema.
#pragma once

#include "server/postgres_api.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "server/order_tables.h"
#include "server/parse_options.h"

namespace dbmocker::server {

// A table's name and the rows asked for; rows -1 in the list of excluded tables.
struct TableRequest {
  char* name;
  std::int64_t rows;
};

// The arguments as plain memory.
struct SchemaArguments {
  Oid schema;
  std::int64_t rows;  // -1: only the tables that are named
  RunOptions options;
  Jsonb* given;  // the options as they were given; nullptr: none
  int request_count;
  TableRequest* requests;
  int exclude_count;
  TableRequest* excludes;
};

// schema, rows, tables, exclude, seed, options; plan_schema() has no seed. Server style.
enum class SchemaCall { Generate, Plan };
SchemaArguments ReadSchemaArguments(FunctionCallInfo fcinfo, SchemaCall call);

struct SchemaPlan {
  std::map<std::uint32_t, std::int64_t> rows;
  std::vector<ReferenceEdge> references;  // of the schema's tables, also to other tables
  std::vector<ReferenceEdge> edges;  // what the order goes by: references, and inserts of triggers (constraint 0)
  // Tables that hold what several kinds of a thing have in common, each with the table of a kind, whose triggers insert
  // the common row.
  std::set<std::pair<std::uint32_t, std::uint32_t>> kinds;
  std::set<std::uint32_t> trigger_written;  // tables that triggers of others insert into, filled after these
  FillOrder order;
};

// Throws Error 42P01 for the name of a table that the schema has not. May throw ServerError.
SchemaPlan PlanSchema(const SchemaArguments& arguments);

// The plan for tables of a schema whose rows are known. May throw ServerError.
SchemaPlan PlanTables(Oid schema, const std::map<std::uint32_t, std::int64_t>& rows);

// The plan's tables in groups that can be filled one after the other, each in a transaction of its own: circles, tables
// with those that hold what several kinds of a thing have in common, and tables whose triggers look at the end of the
// transaction with those that refer to them. May throw ServerError.
std::vector<std::vector<std::uint32_t>> GroupForTransactions(const SchemaPlan& plan);

}  // namespace dbmocker::server
