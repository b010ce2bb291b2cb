// Tables with constraints, the facts that a plan asks for, and the rows that a plan makes, for tests of the planner.
// Holds no expectations of its own.
// Read first: TableBuilder, then MakeRows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dbmocker/error.h"
#include "dbmocker/plan.h"
#include "decode_values.h"
#include "sample_tables.h"

namespace dbmocker::sample {

// pg_type.typcategory and typlen of built-in types, which the planner asks for.
inline TypePointer WithCatalogFacts(const TypePointer& type) {
  if (type->kind != TypeKind::Base || type->schema != "pg_catalog") return type;
  Type known = *type;
  static const std::map<std::string, std::pair<char, int>> kFacts = {
      {"int2", {'N', 2}},   {"int4", {'N', 4}},   {"int8", {'N', 8}},      {"numeric", {'N', -1}},
      {"float8", {'N', 8}}, {"text", {'S', -1}},  {"varchar", {'S', -1}},  {"bpchar", {'S', -1}},
      {"bool", {'B', 1}},   {"date", {'D', 4}},   {"timestamp", {'D', 8}}, {"timestamptz", {'D', 8}},
      {"uuid", {'U', 16}},  {"bytea", {'U', -1}}, {"jsonb", {'U', -1}}};
  if (const auto found = kFacts.find(known.name); found != kFacts.end()) {
    known.category = found->second.first;
    known.length = found->second.second;
  }
  std::uint32_t oid = 1000;
  for (const char letter : known.name) oid = oid * 31 % 9973 + static_cast<std::uint32_t>(letter);
  known.oid = oid;
  return std::make_shared<Type>(std::move(known));
}

inline std::vector<std::string> SplitNames(std::string_view names) {
  std::vector<std::string> parts;
  while (!names.empty()) {
    const std::size_t end = names.find(", ");
    parts.emplace_back(names.substr(0, end));
    names.remove_prefix(end == std::string_view::npos ? names.size() : end + 2);
  }
  return parts;
}

// A table in the notation of MakeTable, to which constraints are added one by one.
class TableBuilder {
 public:
  explicit TableBuilder(std::string_view columns, const std::string& name = "things")
      : table(MakeTable(name, columns)) {
    table.oid = 5000;
    for (Column& column : table.columns) column.type = WithCatalogFacts(column.type);
  }

  Column& At(const std::string& name) {
    const auto found = std::ranges::find(table.columns, name, &Column::name);
    if (found == table.columns.end()) throw std::out_of_range(name);
    return *found;
  }
  AttributeNumber Number(const std::string& name) { return At(name).number; }
  std::vector<AttributeNumber> Numbers(std::string_view names) {
    std::vector<AttributeNumber> numbers;
    for (const std::string& name : SplitNames(names)) numbers.push_back(Number(name));
    return numbers;
  }

  TableBuilder& NotNull(std::string_view names) {
    for (const std::string& name : SplitNames(names)) At(name).not_null = true;
    return *this;
  }
  TableBuilder& AllNotNull() {
    for (Column& column : table.columns) column.not_null = true;
    return *this;
  }
  TableBuilder& Type(const std::string& name, TypePointer type) {
    At(name).type = std::move(type);
    return *this;
  }
  TableBuilder& Primary(std::string_view names) {
    NotNull(names);
    Unique(names).table.unique_keys.back().is_primary = true;
    return *this;
  }
  TableBuilder& Unique(std::string_view names) {
    UniqueKey key;
    key.name = "key_" + std::to_string(table.unique_keys.size());
    key.columns = Numbers(names);
    table.unique_keys.push_back(std::move(key));
    return *this;
  }
  // UNIQUE (first …, expression).
  TableBuilder& UniqueExpression(Expression expression, std::string_view first = "") {
    Unique(first);
    table.unique_keys.back().columns.push_back(0);
    table.unique_keys.back().expressions.push_back(std::move(expression));
    return *this;
  }
  TableBuilder& Reference(std::string_view names, std::uint32_t parent = 6000, std::string_view referenced = "") {
    ForeignKey key;
    key.name = "reference_" + std::to_string(table.foreign_keys.size());
    key.columns = Numbers(names);
    key.referenced_oid = parent;
    key.referenced_table = "parent_" + std::to_string(parent);
    if (!referenced.empty()) key.referenced_columns = Numbers(referenced);
    table.foreign_keys.push_back(std::move(key));
    return *this;
  }
  TableBuilder& SelfReference(std::string_view names, std::string_view referenced) {
    return Reference(names, table.oid, referenced);
  }
  TableBuilder& Check(Expression check) {
    CheckConstraint constraint;
    constraint.name = "check_" + std::to_string(table.checks.size());
    constraint.text = "CHECK (…)";
    constraint.check = std::move(check);
    table.checks.push_back(std::move(constraint));
    return *this;
  }
  TableBuilder& Identity(const std::string& name, std::int64_t maximum = INT64_MAX, std::int64_t increment = 1) {
    Column& column = At(name);
    column.identity = 'd';
    column.not_null = true;
    column.sequence = SequenceInfo{.oid = 7000,
                                   .name = name + "_seq",
                                   .start = 1,
                                   .increment = increment,
                                   .minimum = 1,
                                   .maximum = maximum,
                                   .cycle = false};
    return *this;
  }

  Table table;
};

// ------------------------------------------------------------------------------------------------------------ facts

inline ParentKeys DenseParents(std::uint64_t count, std::int64_t first = 1, const char* type = "int8") {
  ParentKeys keys;
  keys.count = count;
  keys.columns.push_back(MakeSequenceValueSet(*WithCatalogFacts(BaseType(type)), first, 1, count));
  keys.dense_first = first;
  keys.description = std::to_string(count) + " keys";
  return keys;
}

// The keys of parents with several columns; one inner vector per column.
inline ParentKeys ListedParents(const std::vector<std::vector<std::string>>& columns, const char* type = "int8") {
  ParentKeys keys;
  keys.count = columns.front().size();
  for (const auto& texts : columns) keys.columns.push_back(MakeListValueSet(*WithCatalogFacts(BaseType(type)), texts));
  keys.description = std::to_string(keys.count) + " keys";
  return keys;
}

inline PlanOptions Options(double null_probability = 0.1, std::int64_t seed = 7) {
  return {
      .seed = seed, .reference_time = kContext.reference_time, .null_probability = null_probability, .duplicates = {}};
}

// ------------------------------------------------------------------------------------------------------------- rows

using Cell = std::optional<std::string>;  // nullopt: NULL
using Cells = std::vector<Cell>;  // of one column

// The bytes of a value; words as decimal numbers.
inline Cell ReadCell(const ColumnBuffer& buffer, std::size_t row, const Column& column) {
  if (buffer.nulls()[row] != 0) return std::nullopt;
  const std::uint64_t word = buffer.words()[row];
  switch (buffer.encoding) {
    case Encoding::Word:
      return std::to_string(static_cast<std::int64_t>(word));
    case Encoding::Fixed:
      return std::string(reinterpret_cast<const char*>(static_cast<std::uintptr_t>(word)),
                         static_cast<std::size_t>(column.type->length > 0 ? column.type->length : 16));
    case Encoding::Varlena:
      return DecodeVarlena(word);
    case Encoding::InputText:
      return DecodeInputText(word);
  }
  return std::nullopt;
}

// Rows of a plan, by column name.
using Rows = std::map<std::string, Cells>;

inline Rows MakeRows(const Plan& plan, const Table& table, std::uint64_t first, std::uint64_t count,
                     std::uint64_t batch_size = 1000, std::uint32_t attempt = 0) {
  Rows rows;
  Batch batch;
  std::vector<std::uint64_t> ordinals;
  for (std::uint64_t start = first; start < first + count; start += batch_size) {
    ordinals.clear();
    for (std::uint64_t i = start; i < std::min(start + batch_size, first + count); ++i) ordinals.push_back(i);
    plan.Fill(RowSet{ordinals, ordinals, attempt}, batch);
    for (const Column& column : table.columns) {
      const ColumnBuffer& buffer = batch.columns[static_cast<std::size_t>(column.number) - 1];
      Cells& cells = rows[column.name];
      for (std::size_t row = 0; row < ordinals.size(); ++row) cells.push_back(ReadCell(buffer, row, column));
    }
  }
  return rows;
}

// Builds the plan and makes all of its rows.
inline Rows GenerateRows(const Table& table, std::uint64_t count, const TargetFacts& facts = {},
                         const PlanOptions& options = Options()) {
  const auto plan = BuildPlan(table, count, options, facts);
  return MakeRows(*plan, table, facts.first_ordinal, count);
}

// How many distinct values there are; rows with a NULL in any of the columns are left out.
inline std::size_t CountDistinct(const Rows& rows, std::string_view names) {
  std::vector<const Cells*> columns;
  for (const std::string& name : SplitNames(names)) columns.push_back(&rows.at(name));
  std::vector<std::string> keys;
  for (std::size_t row = 0; row < columns.front()->size(); ++row) {
    std::string key;
    bool has_null = false;
    for (const Cells* cells : columns) {
      has_null |= !(*cells)[row];
      key += std::to_string((*cells)[row].value_or("").size()) + ":" + (*cells)[row].value_or("");
    }
    if (!has_null) keys.push_back(std::move(key));
  }
  std::ranges::sort(keys);
  return static_cast<std::size_t>(std::ranges::unique(keys).begin() - keys.begin());
}

inline std::size_t CountNulls(const Cells& cells) {
  return static_cast<std::size_t>(std::ranges::count_if(cells, [](const Cell& cell) { return !cell; }));
}

// The report of the error that building the plan throws; an empty one if it throws none.
inline ErrorReport RefusalOf(const Table& table, std::uint64_t count, const TargetFacts& facts = {},
                             const PlanOptions& options = Options()) {
  try {
    BuildPlan(table, count, options, facts);
  } catch (const Error& error) {
    return error.report();
  }
  return {};
}

}  // namespace dbmocker::sample
