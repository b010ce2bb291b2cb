// What plans of one table do for the sake of others in a schema: keys that do not exist yet, values that others ask
// for, parents that suit several foreign keys, parents that triggers insert, children for every parent.
// Read first: the first test.
#include <gtest/gtest.h>

#include <set>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

// The keys that a plan is going to make are known before its rows are: by row, in any order.
TEST(PlanSchemaTest, PlannedKeysAreThoseOfTheRows) {
  TableBuilder parent("id uuid, code text, n int4");
  parent.Primary("id").Unique("code").NotNull("code, n");
  TargetFacts facts;
  facts.first_ordinal = 100;
  const std::shared_ptr<const Plan> plan = BuildPlan(parent.table, 500, Options(), facts);
  const Rows rows = MakeRows(*plan, parent.table, 100, 500);
  const ValueSetPointer keys = MakePlannedKeys(plan, parent.Number("id"));
  ASSERT_NE(keys, nullptr);
  EXPECT_EQ(keys->Size(), 500U);
  ColumnBuffer buffer;
  const std::vector<std::uint64_t> indexes{499, 0, 250};
  buffer.Reset(indexes.size());
  buffer.encoding = keys->encoding();
  keys->Emit(indexes, buffer);
  for (std::size_t i = 0; i < indexes.size(); ++i)
    EXPECT_EQ(ReadCell(buffer, i, parent.At("id")), rows.at("id")[indexes[i]]);
}

TEST(PlanSchemaTest, KeysThatMayBeNullAreNotPlanned) {
  TableBuilder parent("id uuid, code text");
  parent.Primary("id").Unique("code");
  const std::shared_ptr<const Plan> plan = BuildPlan(parent.table, 500, Options(), {});
  EXPECT_EQ(MakePlannedKeys(plan, parent.Number("code")), nullptr);
  EXPECT_EQ(MakePlannedKeys(plan, 77), nullptr);
}

// Constants that referring tables ask for come first, each once, and nothing else equals them.
TEST(PlanSchemaTest, DemandedKeysComeFirst) {
  TableBuilder table("id int4, code text");
  table.Primary("id").NotNull("code");
  table.table.demands = {{table.Number("id"), {"900", "7"}}};
  const Rows rows = GenerateRows(table.table, 1000);
  EXPECT_EQ(rows.at("id")[0], "900");
  EXPECT_EQ(rows.at("id")[1], "7");
  EXPECT_EQ(CountDistinct(rows, "id"), 1000U);
  TargetFacts facts;
  facts.has_rows = true;  // which may hold them already
  facts.maxima[table.Number("id")] = 900;
  EXPECT_NE(GenerateRows(table.table, 10, facts).at("id")[0], "900");
}

TEST(PlanSchemaTest, LookedUpTextsComeFirst) {
  TableBuilder table("id int4, code text, label text");
  table.Primary("id").Unique("code").AllNotNull();
  TargetFacts facts;
  facts.looked_up[table.Number("code")] = {"open", "closed"};
  facts.looked_up[table.Number("label")] = {"first"};
  const Rows rows = GenerateRows(table.table, 300, facts);
  EXPECT_EQ(rows.at("code")[0], "open");
  EXPECT_EQ(rows.at("code")[1], "closed");
  EXPECT_EQ(rows.at("label")[0], "first");
  EXPECT_EQ(CountDistinct(rows, "code"), 300U);
}

// Tenants without a product cannot be drawn where every row needs a product.
TEST(PlanSchemaTest, ParentsSuitAllForeignKeys) {
  TableBuilder table("tenant_id int8, customer_id int8, product_id int8");
  table.AllNotNull().Reference("tenant_id, customer_id", 6001).Reference("tenant_id, product_id", 6002);
  TargetFacts facts;
  facts.parents[0] = ListedParents({{"1", "2", "2", "3"}, {"1", "2", "3", "4"}});
  facts.parents[1] = ListedParents({{"2", "2", "3", "9"}, {"20", "21", "30", "90"}});
  const Rows rows = GenerateRows(table.table, 500, facts);
  std::set<std::string> seen;
  for (std::size_t row = 0; row < 500; ++row)
    seen.insert(*rows.at("tenant_id")[row] + " " + *rows.at("customer_id")[row] + " " + *rows.at("product_id")[row]);
  EXPECT_EQ(seen, (std::set<std::string>{"2 2 20", "2 2 21", "2 3 20", "2 3 21", "3 4 30"}));
}

// The parent's row comes with the row: the key takes values of its own.
TEST(PlanSchemaTest, ParentsThatTriggersInsertAreNew) {
  TableBuilder table("id uuid, note text");
  table.Primary("id").Reference("id");
  TargetFacts facts;
  PlanOptions options = Options();
  EXPECT_EQ(RefusalOf(table.table, 100, facts, options).sqlstate, sqlstate::kForeignKeyViolation);
  options.trigger_filled = {0};
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 100, facts, options), "id"), 100U);
}

// Where the end of the run asks for a child of each parent, no parent is left out.
TEST(PlanSchemaTest, EveryParentGetsAChild) {
  TableBuilder table("parent_id int8");
  table.AllNotNull().Reference("parent_id");
  table.table.foreign_keys.front().needs_children = true;
  TargetFacts facts;
  facts.parents[0] = DenseParents(200);
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 200, facts), "parent_id"), 200U);
  facts.first_ordinal = 5000;
  const Rows rows = GenerateRows(table.table, 400, facts);
  std::map<std::string, int> children;
  for (const Cell& parent : rows.at("parent_id")) ++children[*parent];
  for (const auto& [parent, count] : children) EXPECT_EQ(count, 2) << parent;
}

TEST(PlanSchemaTest, CapacityIsTold) {
  TableBuilder table("b bool, n int4");
  table.Primary("b, n").Check(Compare(ColumnAt(2), ">", "0")).Check(Compare(ColumnAt(2), "<", "4"));
  try {
    BuildPlan(table.table, 7, Options(), {});
    FAIL() << "six values for seven rows";
  } catch (const CapacityError& error) {
    EXPECT_EQ(error.capacity(), 6U);
  }
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 6), "b, n"), 6U);
}

// A row that is drawn again after refusals tries all, none and half of the values that may be NULL.
TEST(PlanSchemaTest, RedrawsVaryTheNulls) {
  TableBuilder table("a int4, b text, c date, d float8");
  const auto plan = BuildPlan(table.table, 50, Options(), {});
  const auto count = [&](std::uint32_t attempt) {
    const Rows rows = MakeRows(*plan, table.table, 0, 50, 50, attempt);
    std::size_t nulls = 0;
    for (const auto& [name, cells] : rows) nulls += CountNulls(cells);
    return nulls;
  };
  EXPECT_EQ(count(1), 0U);
  EXPECT_EQ(count(2), 200U);
  EXPECT_GT(count(3), 60U);
  EXPECT_LT(count(3), 140U);
}

}  // namespace
}  // namespace dbmocker::sample
