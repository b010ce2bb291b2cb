// Unique keys of plans: distinct over many rows, appends and batch splits; refused where they cannot hold.
// Read first: the first test, then those of composite keys.
#include <gtest/gtest.h>

#include <set>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

constexpr std::uint64_t kMany = 100'000;

// Rows of a run that starts at `first`, with `rows` in it, next to those of earlier runs of the same plan.
Rows AppendRows(const Table& table, std::uint64_t first, std::uint64_t rows, TargetFacts facts = {}) {
  facts.first_ordinal = first;
  facts.has_rows = first > 0;
  return GenerateRows(table, rows, facts);
}

// Two runs of n rows give the rows of one run of 2n.
void ExpectAppends(const Table& table, std::uint64_t n, const TargetFacts& facts = {}, TargetFacts second_facts = {}) {
  if (second_facts.parents.empty()) second_facts.parents = facts.parents;
  const Rows whole = AppendRows(table, 0, 2 * n, facts);
  const Rows first = AppendRows(table, 0, n, facts);
  const Rows second = AppendRows(table, n, n, second_facts);
  for (const auto& [name, cells] : whole) {
    Cells joined = first.at(name);
    joined.insert(joined.end(), second.at(name).begin(), second.at(name).end());
    EXPECT_TRUE(joined == cells) << name;
  }
}

TEST(PlanKeysTest, SingleColumnsAreDistinct) {
  TableBuilder table(
      "code text, short varchar(8), number int4, big int8, small int4, token uuid, price numeric(10,2), at "
      "timestamptz, "
      "day date, data bytea, note char(6)");
  for (const Column& column : std::vector<Column>(table.table.columns)) {
    if (column.name == "day") continue;  // a run of 10^5 days is asked for below
    table.Unique(column.name);
  }
  const Rows rows = GenerateRows(table.table, kMany, {}, Options(0));
  for (const UniqueKey& key : table.table.unique_keys) {
    const std::string& name = table.table.FindColumn(key.columns.front())->name;
    EXPECT_EQ(CountDistinct(rows, name), kMany) << name;
  }
  ExpectAppends(table.table, 1500);
}

TEST(PlanKeysTest, PersonsAreDistinctPastOneBlock) {
  TableBuilder table("email text, username varchar(60)", "users");
  table.AllNotNull().Unique("email").Unique("username");
  constexpr std::uint64_t kRows = 1'200'000;  // a block of persons has 2^20
  const auto plan = BuildPlan(table.table, kRows, Options(), {});
  const Rows rows = MakeRows(*plan, table.table, 0, kRows, 10'000);
  EXPECT_EQ(CountDistinct(rows, "email"), kRows);
  EXPECT_EQ(CountDistinct(rows, "username"), kRows);
}

TEST(PlanKeysTest, CaseFoldedIndex) {
  TableBuilder table("email text, title text, code text", "users");
  table.Unique("code").UniqueExpression(Call("lower", ColumnAt(1))).UniqueExpression(Call("upper", ColumnAt(2)));
  table.UniqueExpression(Call("lower", ColumnAt(3)));
  Rows rows = GenerateRows(table.table, kMany, {}, Options(0));
  for (auto& [name, cells] : rows) {
    for (Cell& cell : cells)
      std::ranges::transform(*cell, cell->begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_EQ(CountDistinct(rows, name), kMany) << name;
  }
}

TEST(PlanKeysTest, RowsDoNotDependOnTheSplit) {
  TableBuilder table("id int8, email text, age int4, parent int8, kind bool, at timestamptz");
  table.Identity("id").Primary("id").Unique("email").Reference("parent");
  TargetFacts facts;
  facts.parents[0] = DenseParents(50);
  const auto plan = BuildPlan(table.table, 3000, Options(), facts);
  const Rows by_thousands = MakeRows(*plan, table.table, 0, 3000, 1000);
  EXPECT_TRUE(MakeRows(*plan, table.table, 0, 3000, 7) == by_thousands);
  EXPECT_TRUE(MakeRows(*plan, table.table, 0, 3000, 1) == by_thousands);
}

TEST(PlanKeysTest, RedrawsKeepKeysAndChangeTheRest) {
  TableBuilder table("id int8, email text, first_name text, age int4, code text", "users");
  table.AllNotNull().Identity("id").Primary("id").Unique("email").Unique("code");
  const auto plan = BuildPlan(table.table, 1000, Options(), {});
  const Rows first = MakeRows(*plan, table.table, 0, 1000);
  const Rows again = MakeRows(*plan, table.table, 0, 1000, 1000, 1);
  for (const char* kept : {"id", "email", "code"}) EXPECT_TRUE(first.at(kept) == again.at(kept)) << kept;
  EXPECT_FALSE(first.at("age") == again.at("age"));
  EXPECT_TRUE(first.at("first_name") == again.at("first_name")) << "the key's person stays";
}

TEST(PlanKeysTest, SequencesStartWhereTheFactsSay) {
  TableBuilder table("id int8, other int4, down int2");
  table.Identity("id").Identity("other", INT64_MAX, 5).Primary("id");
  table.Identity("down", INT64_MAX, -1).At("down").sequence->minimum = -300;
  TargetFacts facts;
  facts.sequence_starts = {{1, 41}, {2, 7}, {3, -1}};
  facts.first_ordinal = 40;
  facts.has_rows = true;
  const auto plan = BuildPlan(table.table, 300, Options(), facts);
  const Rows rows = MakeRows(*plan, table.table, 40, 300);
  EXPECT_EQ(rows.at("id").front(), "41");
  EXPECT_EQ(rows.at("id").back(), "340");
  EXPECT_EQ(rows.at("other")[2], "17");
  EXPECT_EQ(rows.at("down").back(), "-300");
  EXPECT_TRUE(plan->probed_keys.empty());
  EXPECT_EQ(RefusalOf(table.table, 301, facts).sqlstate, sqlstate::kSequenceLimitExceeded);
}

TEST(PlanKeysTest, PrimaryKeysCountPastTheStoredOnes) {
  TableBuilder table("id int4");
  table.Primary("id");
  TargetFacts facts;
  facts.maxima[1] = 77;
  facts.has_rows = true;
  EXPECT_EQ(GenerateRows(table.table, 3, facts).at("id"), (Cells{"78", "79", "80"}));
  table.Check(Between(ColumnAt(1), "100", "199"));
  EXPECT_EQ(GenerateRows(table.table, 100, facts).at("id").back(), "199");
  EXPECT_EQ(RefusalOf(table.table, 101).sqlstate, sqlstate::kInvalidParameterValue);
  facts.maxima[1] = 199;
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 100, facts), "id"), 100U);
}

TEST(PlanKeysTest, MoreRowsThanValuesAreRefused) {
  TableBuilder table("kind text, active bool, day date");
  table.AllNotNull().Unique("kind").Check(In(ColumnAt(1), {"a", "b", "c"}));
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 3), "kind"), 3U);
  const ErrorReport report = RefusalOf(table.table, 4);
  EXPECT_EQ(report.sqlstate, sqlstate::kInvalidParameterValue);
  EXPECT_NE(report.message.find("key_0"), std::string::npos);
  EXPECT_NE(report.message.find(" 3"), std::string::npos);

  TableBuilder flags("active bool");
  flags.AllNotNull().Unique("active");
  EXPECT_EQ(CountDistinct(GenerateRows(flags.table, 2), "active"), 2U);
  EXPECT_EQ(RefusalOf(flags.table, 3).sqlstate, sqlstate::kInvalidParameterValue);

  TableBuilder moods("mood text");
  moods.AllNotNull().Type("mood", EnumOf("mood", {"sad", "ok", "happy"})).Unique("mood");
  EXPECT_EQ(CountDistinct(GenerateRows(moods.table, 3), "mood"), 3U);
  EXPECT_EQ(RefusalOf(moods.table, 4).sqlstate, sqlstate::kInvalidParameterValue);
}

TEST(PlanKeysTest, NullableKeysTakeNullsBeyondTheirValues) {
  TableBuilder table("kind text, rest int4");
  table.Unique("kind").Check(In(ColumnAt(1), {"a", "b", "c"}));
  const Rows rows = GenerateRows(table.table, 10, {}, Options(0));
  EXPECT_EQ(CountDistinct(rows, "kind"), 3U);
  EXPECT_EQ(CountNulls(rows.at("kind")), 7U);
  table.table.unique_keys.front().nulls_not_distinct = true;
  EXPECT_EQ(RefusalOf(table.table, 10).sqlstate, sqlstate::kInvalidParameterValue);
  EXPECT_EQ(CountNulls(GenerateRows(table.table, 3, {}, Options(0.9)).at("kind")), 0U);
}

TEST(PlanKeysTest, PartialKeysThatDoNotFitAreChecked) {
  TableBuilder table("kind text, active bool");
  table.AllNotNull().Unique("kind").Check(In(ColumnAt(1), {"a", "b", "c"}));
  table.table.unique_keys.front().predicate = ColumnAt(2);
  const auto plan = BuildPlan(table.table, 10, Options(), {});
  EXPECT_EQ(plan->checked_keys, std::vector<std::string>{"key_0"});
  EXPECT_EQ(MakeRows(*plan, table.table, 0, 10).at("kind").size(), 10U);
}

TEST(PlanKeysTest, KeysOfExpressionsAreCheckedNotRefused) {
  TableBuilder table("kind bool, day date");
  table.AllNotNull().UniqueExpression(Call("date_trunc", ColumnAt(2)), "kind");
  const auto plan = BuildPlan(table.table, 10, Options(), {});
  EXPECT_EQ(plan->checked_keys, std::vector<std::string>{"key_0"});
}

TEST(PlanKeysTest, GeneratedAndServerColumnsLeaveTheRestOfTheKey) {
  TableBuilder table("total int4, code text, other int4");
  table.AllNotNull().Unique("total, code").Unique("total").Unique("other, total");
  table.At("total").is_generated = true;
  table.At("other").may_insert = false;
  const auto plan = BuildPlan(table.table, 1000, Options(), {});
  EXPECT_EQ(plan->checked_keys, (std::vector<std::string>{"key_1", "key_2"}));
  EXPECT_EQ(CountDistinct(MakeRows(*plan, table.table, 0, 1000), "code"), 1000U);
}

TEST(PlanKeysTest, AlwaysNullKeysNeedNothing) {
  TableBuilder table("code text, rest int4");
  table.Unique("code").Check(IsNull(ColumnAt(1)));
  const auto plan = BuildPlan(table.table, 10, Options(), {});
  EXPECT_TRUE(plan->checked_keys.empty());
  EXPECT_EQ(CountNulls(MakeRows(*plan, table.table, 0, 10).at("code")), 10U);
}

TEST(PlanKeysTest, CompositeKeysAreDistinct) {
  TableBuilder table("a int4, b text, c bool, day date");
  table.AllNotNull().Unique("a, b, c").Unique("c, day");
  const Rows rows = GenerateRows(table.table, 2000);
  EXPECT_EQ(CountDistinct(rows, "a, b, c"), 2000U);
  EXPECT_EQ(CountDistinct(rows, "c, day"), 2000U);
}

TEST(PlanKeysTest, CompositeKeysAreExhaustedExactly) {
  TableBuilder table("kind text, active bool, level int4");
  table.AllNotNull().Unique("kind, active, level");
  table.Check(In(ColumnAt(1), {"a", "b", "c"})).Check(Between(ColumnAt(3), "1", "5"));
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 30), "kind, active, level"), 30U);
  const ErrorReport report = RefusalOf(table.table, 31);
  EXPECT_EQ(report.sqlstate, sqlstate::kInvalidParameterValue);
  EXPECT_NE(report.message.find("30"), std::string::npos);
}

TEST(PlanKeysTest, JoinTablesHoldEveryPairOnce) {
  TableBuilder table("left_id int8, right_id int8, note text");
  table.Primary("left_id, right_id").Reference("left_id", 6000).Reference("right_id", 6001);
  TargetFacts facts;
  facts.parents[0] = DenseParents(40);
  facts.parents[1] = DenseParents(25, 101);
  const Rows rows = GenerateRows(table.table, 1000, facts);
  EXPECT_EQ(CountDistinct(rows, "left_id, right_id"), 1000U);
  EXPECT_EQ(CountDistinct(rows, "left_id"), 40U);
  EXPECT_EQ(CountDistinct(rows, "right_id"), 25U);
  EXPECT_EQ(CountDistinct(GenerateRows(table.table, 100, facts), "right_id"), 25U) << "looks drawn at random";
  const ErrorReport report = RefusalOf(table.table, 1001, facts);
  EXPECT_EQ(report.sqlstate, sqlstate::kInvalidParameterValue);
  EXPECT_NE(report.message.find("key_0"), std::string::npos);
  EXPECT_NE(report.message.find("1000"), std::string::npos);
  ExpectAppends(table.table, 500, facts);
}

TEST(PlanKeysTest, OrderLinesCountFromOne) {
  TableBuilder table("order_id int8, line_no int4, product_id int8");
  table.AllNotNull().Primary("order_id, line_no").Reference("order_id", 6000).Reference("product_id", 6001);
  TargetFacts facts;
  facts.parents[0] = DenseParents(100);
  facts.parents[1] = DenseParents(30);
  const Rows rows = GenerateRows(table.table, 350, facts);
  std::map<std::string, std::set<int>> lines;
  for (std::size_t row = 0; row < 350; ++row)
    lines[*rows.at("order_id")[row]].insert(std::stoi(*rows.at("line_no")[row]));
  EXPECT_EQ(lines.size(), 100U);
  for (const auto& [order, numbers] : lines) {
    EXPECT_TRUE(numbers == (std::set<int>{1, 2, 3}) || numbers == (std::set<int>{1, 2, 3, 4})) << order;
  }
  ExpectAppends(table.table, 170, facts);
}

TEST(PlanKeysTest, TenantKeysKeepTheirMeaning) {
  TableBuilder table("tenant_id int8, email text, slug text", "users");
  table.AllNotNull().Unique("tenant_id, email").Unique("tenant_id, slug").Reference("tenant_id");
  TargetFacts facts;
  facts.parents[0] = DenseParents(3);
  const Rows rows = GenerateRows(table.table, 5000, facts);
  EXPECT_EQ(CountDistinct(rows, "tenant_id, email"), 5000U);
  EXPECT_EQ(CountDistinct(rows, "tenant_id, slug"), 5000U);
  for (const Cell& email : rows.at("email")) ASSERT_NE(email->find('@'), std::string::npos);
}

TEST(PlanKeysTest, ListsOfPlacesAgree) {
  TableBuilder table("code char(2), name text", "countries");
  table.Primary("code").NotNull("name");
  const Rows rows = GenerateRows(table.table, 60);
  EXPECT_EQ(CountDistinct(rows, "code"), 60U);
  EXPECT_EQ(CountDistinct(rows, "name"), 60U);
  const auto found = std::ranges::find(rows.at("code"), Cell("IT"));
  ASSERT_NE(found, rows.at("code").end());
  EXPECT_EQ(rows.at("name")[static_cast<std::size_t>(found - rows.at("code").begin())], "Italy");
}

TEST(PlanKeysTest, PersonsAreDistinctByTheirNames) {
  TableBuilder table("first_name text, last_name text", "people");
  table.AllNotNull().Unique("last_name, first_name");
  const Rows rows = GenerateRows(table.table, kMany);
  EXPECT_EQ(CountDistinct(rows, "last_name, first_name"), kMany);
  for (std::size_t row = 0; row < 100; ++row) ASSERT_EQ(rows.at("first_name")[row]->find('-'), std::string::npos);
}

TEST(PlanKeysTest, DistinctValuesLookPlausibleFirst) {
  TableBuilder table("number int4, at timestamptz, year int4, no int4");
  table.AllNotNull().Unique("number").Unique("at").Unique("year, no");
  const Rows rows = GenerateRows(table.table, 1000);
  for (std::size_t row = 0; row < 1000; ++row) {
    ASSERT_GT(std::stoll(*rows.at("number")[row]), 0);
    ASSERT_LE(std::stoll(*rows.at("number")[row]), 1'000'000);
    ASSERT_LE(std::stoll(*rows.at("at")[row]), kContext.reference_time);
    ASSERT_GT(std::stoll(*rows.at("at")[row]), 0);
    ASSERT_LE(std::stoll(*rows.at("no")[row]), 1000);
  }
}

}  // namespace
}  // namespace dbmocker::sample
