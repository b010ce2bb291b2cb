// Foreign keys of plans: every reference exists, every parent is reached, references inside a table look backwards.
// Read first: the first test, then those of self references.
#include <gtest/gtest.h>

#include <set>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

std::size_t CountOutside(const Cells& cells, std::int64_t first, std::int64_t last) {
  return static_cast<std::size_t>(std::ranges::count_if(
      cells, [&](const Cell& cell) { return cell && (std::stoll(*cell) < first || std::stoll(*cell) > last); }));
}

// Rows of `parent` that name an existing key of an earlier row, 1 … row number.
void ExpectEarlierRows(const Cells& ids, const Cells& parents) {
  std::set<std::string> seen;
  for (std::size_t row = 0; row < ids.size(); ++row) {
    ASSERT_TRUE(!parents[row] || seen.contains(*parents[row])) << "row " << row;
    seen.insert(*ids[row]);
  }
}

TEST(PlanReferencesTest, AllParentsAreReached) {
  TableBuilder table("parent_id int8, maybe_id int8");
  table.NotNull("parent_id").Reference("parent_id").Reference("maybe_id");
  TargetFacts facts;
  facts.parents[0] = DenseParents(1000, 501);
  facts.parents[1] = DenseParents(1000, 501);
  const Rows rows = GenerateRows(table.table, 20'000, facts);
  EXPECT_EQ(CountDistinct(rows, "parent_id"), 1000U);
  EXPECT_EQ(CountOutside(rows.at("parent_id"), 501, 1500), 0U);
  EXPECT_EQ(CountDistinct(rows, "maybe_id"), 1000U);
  EXPECT_NEAR(static_cast<double>(CountNulls(rows.at("maybe_id"))), 2000, 5 * 42.4);  // five standard deviations
  EXPECT_EQ(CountNulls(rows.at("parent_id")), 0U);
}

TEST(PlanReferencesTest, RedrawsChangeTheParent) {
  TableBuilder table("parent_id int8");
  table.AllNotNull().Reference("parent_id");
  TargetFacts facts;
  facts.parents[0] = DenseParents(1000);
  const auto plan = BuildPlan(table.table, 100, Options(), facts);
  EXPECT_FALSE(MakeRows(*plan, table.table, 0, 100, 100, 0) == MakeRows(*plan, table.table, 0, 100, 100, 1));
}

TEST(PlanReferencesTest, OneToOneIsAPermutation) {
  TableBuilder table("user_id int8, note text");
  table.Primary("user_id").Reference("user_id");
  TargetFacts facts;
  facts.parents[0] = DenseParents(777);
  const Rows rows = GenerateRows(table.table, 777, facts);
  EXPECT_EQ(CountDistinct(rows, "user_id"), 777U);
  EXPECT_EQ(CountOutside(rows.at("user_id"), 1, 777), 0U);
  EXPECT_EQ(RefusalOf(table.table, 778, facts).sqlstate, sqlstate::kInvalidParameterValue);
}

TEST(PlanReferencesTest, OptionalOneToOneLeavesTheRestNull) {
  TableBuilder table("user_id int8, note text");
  table.Unique("user_id").Reference("user_id");
  TargetFacts facts;
  facts.parents[0] = DenseParents(100);
  const Rows rows = GenerateRows(table.table, 300, facts, Options(0));
  EXPECT_EQ(CountDistinct(rows, "user_id"), 100U);
  EXPECT_EQ(CountNulls(rows.at("user_id")), 200U);
}

TEST(PlanReferencesTest, CompositeTuplesExist) {
  TableBuilder table("a int8, b int8, c int8");
  table.AllNotNull().Reference("a, b");
  TargetFacts facts;
  facts.parents[0] = ListedParents({{"1", "1", "2", "3"}, {"10", "11", "10", "12"}});
  const Rows rows = GenerateRows(table.table, 500, facts);
  const std::set<std::pair<std::string, std::string>> parents{{"1", "10"}, {"1", "11"}, {"2", "10"}, {"3", "12"}};
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t row = 0; row < 500; ++row) seen.emplace(*rows.at("a")[row], *rows.at("b")[row]);
  EXPECT_TRUE(seen == parents);
}

TEST(PlanReferencesTest, CompositeNulls) {
  TableBuilder table("a int8, b int8");
  table.NotNull("a").Reference("a, b");
  TargetFacts facts;
  facts.parents[0] = ListedParents({{"1", "2"}, {"10", "20"}});
  Rows rows = GenerateRows(table.table, 500, facts, Options(0.5));
  EXPECT_EQ(CountNulls(rows.at("a")), 0U);
  EXPECT_GT(CountNulls(rows.at("b")), 100U);
  table.table.foreign_keys.front().match = 'f';
  EXPECT_EQ(CountNulls(GenerateRows(table.table, 500, facts, Options(0.5)).at("b")), 0U);
  table.At("a").not_null = false;
  rows = GenerateRows(table.table, 500, facts, Options(0.5));
  for (std::size_t row = 0; row < 500; ++row) EXPECT_EQ(rows.at("a")[row].has_value(), rows.at("b")[row].has_value());
}

// (tenant, customer) and (tenant, product), both of the row's tenant; tenant itself follows.
TEST(PlanReferencesTest, SharedColumnsAgree) {
  TableBuilder table("tenant_id int8, customer_id int8, product_id int8");
  table.AllNotNull().Reference("tenant_id", 6000).Reference("tenant_id, customer_id", 6001);
  table.Reference("tenant_id, product_id", 6002);
  TargetFacts facts;
  facts.parents[0] = DenseParents(3);
  facts.parents[1] = ListedParents({{"1", "1", "2", "3"}, {"1", "2", "3", "4"}});
  facts.parents[2] = ListedParents({{"3", "1", "2", "2", "1"}, {"30", "10", "20", "21", "11"}});
  Rows rows = GenerateRows(table.table, 500, facts);
  const std::set<std::string> customers{"1 1", "1 2", "2 3", "3 4"};
  const std::set<std::string> products{"3 30", "1 10", "2 20", "2 21", "1 11"};
  std::set<std::string> seen_customers;
  std::set<std::string> seen_products;
  for (std::size_t row = 0; row < 500; ++row) {
    seen_customers.insert(*rows.at("tenant_id")[row] + " " + *rows.at("customer_id")[row]);
    seen_products.insert(*rows.at("tenant_id")[row] + " " + *rows.at("product_id")[row]);
  }
  EXPECT_TRUE(seen_customers == customers);
  EXPECT_TRUE(seen_products == products);

  facts.parents[2] = ListedParents({{"1"}, {"10"}});  // no products of tenants 2 and 3
  table.At("product_id").not_null = false;
  rows = GenerateRows(table.table, 500, facts, Options(0));
  for (std::size_t row = 0; row < 500; ++row)
    EXPECT_EQ(rows.at("product_id")[row].has_value(), *rows.at("tenant_id")[row] == "1");
}

TEST(PlanReferencesTest, EmptyParents) {
  TableBuilder table("parent_id int8, note text");
  table.Reference("parent_id");
  TargetFacts facts;
  facts.parents[0] = ParentKeys{};
  EXPECT_EQ(CountNulls(GenerateRows(table.table, 50, facts).at("parent_id")), 50U);
  table.NotNull("parent_id");
  const ErrorReport report = RefusalOf(table.table, 50, facts);
  EXPECT_EQ(report.sqlstate, sqlstate::kForeignKeyViolation);
  EXPECT_NE(report.message.find("parent_6000"), std::string::npos);
}

TEST(PlanReferencesTest, SelfReferencesLookBack) {
  TableBuilder table("id int8, parent_id int8");
  table.Identity("id").Primary("id").SelfReference("parent_id", "id");
  TargetFacts facts;
  const Rows rows = GenerateRows(table.table, 2000, facts);
  EXPECT_FALSE(rows.at("parent_id").front());
  ExpectEarlierRows(rows.at("id"), rows.at("parent_id"));
  EXPECT_GT(CountDistinct(rows, "parent_id"), 500U);

  // The second half, appended.
  facts.first_ordinal = 1000;
  facts.has_rows = true;
  facts.sequence_starts[1] = 1001;
  facts.parents[0] = DenseParents(1000);
  const Rows second = GenerateRows(table.table, 1000, facts);
  EXPECT_TRUE(
      std::equal(second.at("parent_id").begin(), second.at("parent_id").end(), rows.at("parent_id").begin() + 1000));

  table.NotNull("parent_id");
  const Rows rooted = GenerateRows(table.table, 100);
  EXPECT_EQ(rooted.at("parent_id").front(), rooted.at("id").front());
}

TEST(PlanReferencesTest, SelfReferencesToKeysThatDoNotCount) {
  TableBuilder table("code text, parent text, token uuid, next uuid");
  table.Unique("code").Primary("token").SelfReference("parent", "code").SelfReference("next", "token");
  const Rows rows = GenerateRows(table.table, 2000, {}, Options(0.3));
  EXPECT_EQ(CountNulls(rows.at("code")), 0U) << "rows refer to it";
  ExpectEarlierRows(rows.at("code"), rows.at("parent"));
  ExpectEarlierRows(rows.at("token"), rows.at("next"));
  EXPECT_FALSE(rows.at("next").front());
}

TEST(PlanReferencesTest, SelfReferencesOverAGappySequence) {
  TableBuilder table("id int8, parent_id int8");
  table.Identity("id", INT64_MAX, 10).Primary("id").SelfReference("parent_id", "id");
  const Rows rows = GenerateRows(table.table, 500);
  ExpectEarlierRows(rows.at("id"), rows.at("parent_id"));
}

TEST(PlanReferencesTest, CompositeSelfReferenceSharesTheTenant) {
  TableBuilder table("tenant_id int8, id int4, parent_id int4");
  table.Primary("tenant_id, id").SelfReference("tenant_id, parent_id", "tenant_id, id").Reference("tenant_id");
  TargetFacts facts;
  facts.parents[1] = DenseParents(5);
  const Rows rows = GenerateRows(table.table, 500, facts);
  EXPECT_EQ(CountDistinct(rows, "tenant_id, id"), 500U);
  std::set<std::string> keys;
  for (std::size_t row = 0; row < 500; ++row) keys.insert(*rows.at("tenant_id")[row] + " " + *rows.at("id")[row]);
  for (std::size_t row = 0; row < 500; ++row) {
    const Cell& parent = rows.at("parent_id")[row];
    EXPECT_TRUE(!parent || keys.contains(*rows.at("tenant_id")[row] + " " + *parent));
  }
}

TEST(PlanReferencesTest, CompositePrimaryKeyWithASelfReferenceInside) {
  TableBuilder table("a int4, b int4");
  table.Primary("a, b").Unique("a").SelfReference("b", "a");
  const Rows rows = GenerateRows(table.table, 1000);
  EXPECT_EQ(CountDistinct(rows, "a"), 1000U);
  std::set<std::string> seen;
  for (std::size_t row = 0; row < 1000; ++row) {
    seen.insert(*rows.at("a")[row]);
    ASSERT_TRUE(seen.contains(*rows.at("b")[row])) << row;
  }
}

TEST(PlanReferencesTest, KeysThatChecksForbidAreNotReferredTo) {
  TableBuilder table("parent_id int8, note text");
  table.Reference("parent_id").Check(Compare(ColumnAt(1), ">", "5")).Check(Compare(ColumnAt(2), "<>", ""));
  TargetFacts facts;
  facts.parents[0] = DenseParents(10);
  const auto plan = BuildPlan(table.table, 10, Options(), facts);
  std::map<std::string, std::string> methods;
  for (const PlanLine& line : plan->lines) methods[line.name] = line.method;
  EXPECT_EQ(methods.at("check_0"), "solved");
  EXPECT_EQ(methods.at("check_1"), "solved");
  const Rows rows = GenerateRows(table.table, 200, facts);
  for (const Cell& parent : rows.at("parent_id")) ASSERT_TRUE(!parent || std::stoll(*parent) > 5);

  table.AllNotNull().Check(Compare(ColumnAt(1), ">", "5000"));
  EXPECT_EQ(RefusalOf(table.table, 10, facts).sqlstate, sqlstate::kForeignKeyViolation);
}

}  // namespace
}  // namespace dbmocker::sample
