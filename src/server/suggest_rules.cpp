// dbmocker.suggest_rules(): what the stored rows of a table look like, as a configuration document to edit and import.
// Read first: dbmocker_suggest_rules.
#include "core/json_node.h"
#include "dbmocker/error.h"
#include "server/boundary.h"
#include "server/check_target.h"
#include "server/describe_table.h"
#include "server/read_rules.h"
#include "server/sample_rows.h"

namespace dbmocker::server {
namespace {

constexpr int kLargestSample = 1'000'000;

void Put(JsonNode& object, std::string key, JsonNode value) {
  object.kind = JsonNode::Kind::Object;
  object.keys.push_back(std::move(key));
  object.items.push_back(std::move(value));
}

std::string SuggestDocument(const Table& table, const RowSample& sample, const RunOptions& options) {
  JsonNode columns, part, tables, document;
  columns.kind = JsonNode::Kind::Object;
  for (const auto& [number, values] : sample) {
    const Column& column = *table.FindColumn(number);
    const std::string rule = SuggestPossibleRule(table, column, values, options);
    if (!rule.empty()) Put(columns, column.name, ReadJson(rule));
  }
  Put(part, "columns", std::move(columns));
  Put(tables, table.qualified_name, std::move(part));
  Put(document, "tables", std::move(tables));
  std::string text;
  WriteJson(document, text);
  return text;
}

struct SuggestArguments {
  Oid target;
  int sample;
  RunOptions options;
};

SuggestArguments ReadArguments(FunctionCallInfo fcinfo) {
  const SuggestArguments read = {PG_GETARG_OID(0), PG_GETARG_INT32(1), ParseOptions(nullptr, nullptr)};
  if (read.sample < 1 || read.sample > kLargestSample)
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("sample must be between 1 and %d rows", kLargestSample),
             errhint("1000 rows are enough for most tables.")));
  relation_close(OpenTarget(read.target, AccessShareLock, TargetUse::Describe), NoLock);
  return read;
}

}  // namespace
}  // namespace dbmocker::server

using namespace dbmocker;
using namespace dbmocker::server;

DBMOCKER_FUNCTION(dbmocker_suggest_rules) {
  const SuggestArguments arguments = CallServer([fcinfo] { return ReadArguments(fcinfo); });
  const Table table = DescribeTable(arguments.target);
  const RowSample sample = SampleTarget(table, arguments.sample, 0);
  const std::string document = SuggestDocument(table, sample, arguments.options);
  const char* const json = document.c_str();
  return CallServer([json] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(json)); });
}
