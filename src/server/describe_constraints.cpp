// The constraints of a table: raw rows -> core structs. Must not call the server; the fields come in the order of the
// queries in raw_table.cpp.
// Read first: AddConstraints.
#include "server/describe_constraints.h"

#include <algorithm>
#include <sstream>

namespace dbmocker::server {
namespace {

void AddChecks(const RawTable& raw, Table& table) {
  for (int row = 0; row < raw.checks.row_count; ++row) {
    RowCursor fields(raw.checks, row);
    CheckConstraint check;
    check.name = fields.Text();
    check.text = fields.Text();
    check.validated = fields.Flag();
    check.check = BuildExpression(*raw.check_trees[row]);
    table.checks.push_back(std::move(check));
  }
}

// The first `count` numbers of an int2vector's text: the key columns without the included ones.
std::vector<AttributeNumber> ParseKeyColumns(const std::string& text, int count) {
  std::istringstream stream(text);
  std::vector<AttributeNumber> columns;
  AttributeNumber number = 0;
  while (count-- > 0 && stream >> number) columns.push_back(number);
  return columns;
}

std::vector<std::string> SplitWords(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<Expression> BuildOptional(const FlatExpression* flat) {
  if (flat == nullptr) return std::nullopt;
  return BuildExpression(*flat);
}

std::vector<Expression> BuildKeyExpressions(const RawTable& raw, int row) {
  std::vector<Expression> expressions;
  const List* flat = raw.index_expressions[row];
  for (int i = 0; i < list_length(flat); ++i) {
    expressions.push_back(BuildExpression(*static_cast<const FlatExpression*>(list_nth(flat, i))));
  }
  return expressions;
}

void AddUniqueKey(const RawTable& raw, int row, RowCursor fields, Table& table) {
  UniqueKey key;
  key.name = fields.Text();
  key.index_oid = fields.ObjectId();
  key.is_primary = fields.Flag();
  key.is_constraint = fields.Flag();
  const std::string columns = fields.Text();
  key.columns = ParseKeyColumns(columns, fields.Int());
  key.nulls_not_distinct = fields.Flag();
  key.is_deferrable = fields.Flag();
  key.text = fields.Text();
  key.expressions = BuildKeyExpressions(raw, row);
  key.predicate = BuildOptional(raw.index_predicates[row]);
  table.unique_keys.push_back(std::move(key));
}

void AddExclusion(const RawTable& raw, int row, RowCursor fields, Table& table) {
  ExclusionConstraint exclusion;
  exclusion.name = fields.Text();
  exclusion.index_oid = fields.ObjectId();
  exclusion.is_primary = fields.Flag();
  fields.Skip();  // is a constraint
  const std::string columns = fields.Text();
  exclusion.columns = ParseKeyColumns(columns, fields.Int());
  fields.Skip();  // nulls not distinct
  fields.Skip();  // deferrable
  exclusion.text = fields.Text();
  exclusion.expressions = BuildKeyExpressions(raw, row);
  exclusion.operators = SplitWords(fields.Text());
  exclusion.is_unique = fields.Flag();
  exclusion.predicate = BuildOptional(raw.index_predicates[row]);
  table.exclusions.push_back(std::move(exclusion));
}

void AddForeignKeys(const RawTable& raw, Table& table) {
  for (int row = 0; row < raw.foreign_keys.row_count; ++row) {
    RowCursor fields(raw.foreign_keys, row);
    ForeignKey key;
    key.constraint_oid = fields.ObjectId();
    key.name = fields.Text();
    key.referenced_oid = fields.ObjectId();
    key.referenced_table = fields.Text();
    key.is_deferrable = fields.Flag();
    key.is_deferred = fields.Flag();
    key.match = fields.Letter();
    key.validated = fields.Flag();
    key.text = fields.Text();
    key.needs_children = fields.Flag();
    key.has_period = fields.Flag();
    if (table.foreign_keys.empty() || table.foreign_keys.back().constraint_oid != key.constraint_oid) {
      table.foreign_keys.push_back(std::move(key));
    }
    ForeignKey& current = table.foreign_keys.back();
    current.columns.push_back(fields.Int());
    current.referenced_columns.push_back(fields.Int());
    current.referenced_names.push_back(fields.Text());
  }
}

// The constants that `expression` compares for equality with `column`, wherever that is not denied.
void CollectDemands(const Expression& expression, AttributeNumber column, std::vector<std::string>& values) {
  using Kind = Expression::Kind;
  if (expression.kind == Kind::And || expression.kind == Kind::Or || expression.kind == Kind::Case) {
    for (const Expression& argument : expression.arguments) CollectDemands(argument, column, values);
    return;
  }
  const bool is_comparison = expression.kind == Kind::Operator || expression.kind == Kind::AnyOf;
  if (!is_comparison || expression.name != "=" || expression.arguments.size() != 2) return;
  const auto unwrap = [](const Expression* inner) {
    while (inner->kind == Kind::Cast && inner->arguments.size() == 1) inner = &inner->arguments.front();
    return inner;
  };
  const auto add = [&](const std::optional<std::string>& value) {
    if (value && std::find(values.begin(), values.end(), *value) == values.end()) values.push_back(*value);
  };
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const Expression* subject = unwrap(&expression.arguments[side]);
    const Expression* constant = unwrap(&expression.arguments[1 - side]);
    if (subject->kind != Kind::Column || subject->column != column) continue;
    if (constant->kind == Kind::Constant) add(constant->value);
    if (constant->kind == Kind::ArrayConst) std::for_each(constant->elements.begin(), constant->elements.end(), add);
  }
}

void AddDemands(const RawTable& raw, Table& table) {
  for (int row = 0; row < raw.demands.row_count; ++row) {
    if (raw.demand_trees[row] == nullptr) continue;
    RowCursor fields(raw.demands, row);
    const AttributeNumber column = fields.Int();
    const AttributeNumber of_child = fields.Int();
    if (table.demands.empty() || table.demands.back().column != column) table.demands.push_back({column, {}});
    CollectDemands(BuildExpression(*raw.demand_trees[row]), of_child, table.demands.back().values);
  }
  std::erase_if(table.demands, [](const KeyDemand& demand) { return demand.values.empty(); });
}

}  // namespace

void AddConstraints(const RawTable& raw, Table& table) {
  AddChecks(raw, table);
  for (int row = 0; row < raw.indexes.row_count; ++row) {
    RowCursor fields(raw.indexes, row);
    const bool is_exclusion = fields.Flag();
    if (is_exclusion) {
      AddExclusion(raw, row, fields, table);
    } else {
      AddUniqueKey(raw, row, fields, table);
    }
  }
  AddForeignKeys(raw, table);
  AddDemands(raw, table);
}

}  // namespace dbmocker::server
