// Whole plans: limits are honoured, columns of a row agree, NULLs have their share, refusals name their reason.
// Read first: BuildPlanTest.
#include <gtest/gtest.h>

#include <cmath>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void ExpectWithin(const Cells& cells, std::int64_t first, std::int64_t last) {
  for (const Cell& cell : cells) {
    if (!cell) continue;
    ASSERT_GE(std::stoll(*cell), first);
    ASSERT_LE(std::stoll(*cell), last);
  }
}

TEST(BuildPlanTest, ColumnsOfAPersonAgree) {
  TableBuilder table("first_name text, last_name text, email text, username text", "users");
  table.AllNotNull().Unique("email");
  const Rows rows = GenerateRows(table.table, 5000);
  for (std::size_t row = 0; row < 5000; ++row) {
    const std::string& email = *rows.at("email")[row];
    ASSERT_TRUE(email.starts_with(Lower(*rows.at("first_name")[row]) + "." + Lower(*rows.at("last_name")[row])))
        << email;
    ASSERT_NE(rows.at("username")[row]->find(Lower(*rows.at("last_name")[row])), std::string::npos);
  }
}

TEST(BuildPlanTest, MomentsAreInOrder) {
  TableBuilder table("created_at timestamptz, updated_at timestamptz, deleted_at timestamptz");
  const Rows rows = GenerateRows(table.table, 2000, {}, Options(0.2));
  for (std::size_t row = 0; row < 2000; ++row) {
    const Cell& created = rows.at("created_at")[row];
    const Cell& updated = rows.at("updated_at")[row];
    ASSERT_TRUE(!created || !updated || std::stoll(*created) <= std::stoll(*updated));
  }
  EXPECT_GT(CountNulls(rows.at("deleted_at")), 1600U) << "most rows are not deleted";
}

TEST(BuildPlanTest, ChecksAreHonoured) {
  TableBuilder table("a int4, b int4, c text, d bool, e int2, day date, name varchar(30)");
  table.AllNotNull();
  table.Check(Between(ColumnAt(1), "18", "65")).Check(Compare(ColumnAt(1), "<>", "40"));
  table.Check(Any({Between(ColumnAt(2), "1", "3"), Compare(ColumnAt(2), "=", "7")}));
  table.Check(In(ColumnAt(3), {"red", "green"})).Check(ColumnAt(4));
  table.Check(Any({IsNull(ColumnAt(5)), Compare(ColumnAt(5), ">", "-5")})).Check(Not(Compare(ColumnAt(5), ">=", "0")));
  table.Check(Between(ColumnAt(6), "2024-01-01", "2024-01-31"));
  table.Check(Compare(Call("length", ColumnAt(7)), ">", "4")).Check(Compare(Call("length", ColumnAt(7)), "<=", "9"));
  const auto plan = BuildPlan(table.table, 3000, Options(), {});
  const Rows rows = MakeRows(*plan, table.table, 0, 3000);
  ExpectWithin(rows.at("a"), 18, 65);
  EXPECT_EQ(std::ranges::count(rows.at("a"), Cell("40")), 0);
  EXPECT_EQ(CountDistinct(rows, "a"), 47U);
  EXPECT_EQ(CountDistinct(rows, "b"), 4U);
  EXPECT_EQ(CountDistinct(rows, "c"), 2U);
  EXPECT_EQ(CountDistinct(rows, "d"), 1U);
  EXPECT_EQ(rows.at("d").front(), "1");
  ExpectWithin(rows.at("e"), -4, -1);
  ExpectWithin(rows.at("day"), 8766, 8796);
  EXPECT_EQ(CountDistinct(rows, "day"), 31U);
  for (const Cell& name : rows.at("name")) {
    ASSERT_GT(name->size(), 4U);
    ASSERT_LE(name->size(), 9U);
  }
  for (const PlanLine& line : plan->lines) {
    EXPECT_TRUE(line.kind != "CHECK" || line.method == "solved") << line.name;
  }
}

TEST(BuildPlanTest, DomainsAreHonoured) {
  TableBuilder table("rating int4, code text");
  Type rating = *Over(TypeKind::Domain, "public", "rating", table.At("rating").type);
  rating.constraints.push_back({"rating_check", "CHECK (…)", Between(ValueOfDomain(), "1", "5")});
  table.Type("rating", std::make_shared<Type>(rating)).Check(Compare(ColumnAt(1), ">", "3"));
  ExpectWithin(GenerateRows(table.table, 500).at("rating"), 4, 5);
  table.AllNotNull().Check(Compare(ColumnAt(1), ">", "5"));
  EXPECT_EQ(RefusalOf(table.table, 500).sqlstate, sqlstate::kInvalidParameterValue);
}

TEST(BuildPlanTest, ContradictionsAreRefused) {
  TableBuilder ranges("a int4");
  ranges.Check(Compare(ColumnAt(1), ">", "5")).Check(Compare(ColumnAt(1), "<", "5"));
  EXPECT_EQ(RefusalOf(ranges.table, 1).sqlstate, "");  // NULL satisfies both
  ranges.AllNotNull();
  ErrorReport report = RefusalOf(ranges.table, 1);
  EXPECT_EQ(report.sqlstate, sqlstate::kInvalidParameterValue);
  EXPECT_NE(report.detail.find("check_1"), std::string::npos);

  TableBuilder lists("a int4");
  lists.AllNotNull().Check(In(ColumnAt(1), {"1", "2"})).Check(Compare(ColumnAt(1), ">", "5"));
  report = RefusalOf(lists.table, 1);
  EXPECT_EQ(report.sqlstate, sqlstate::kInvalidParameterValue);
  EXPECT_NE(report.detail.find("check_1"), std::string::npos);

  TableBuilder nulls("a int4");
  nulls.AllNotNull().Check(IsNull(ColumnAt(1)));
  EXPECT_EQ(RefusalOf(nulls.table, 1).sqlstate, sqlstate::kInvalidParameterValue);
}

TEST(BuildPlanTest, NullsHaveTheirShare) {
  TableBuilder table("a int4, b text, email text, c int4");
  table.NotNull("c");
  constexpr double kRows = 20'000;
  for (const double probability : {0.0, 0.1, 0.5, 1.0}) {
    const Rows rows = GenerateRows(table.table, static_cast<std::uint64_t>(kRows), {}, Options(probability));
    const double deviation = std::sqrt(kRows * probability * (1 - probability));
    for (const char* name : {"a", "b", "email"})
      EXPECT_NEAR(static_cast<double>(CountNulls(rows.at(name))), kRows * probability, 5 * deviation) << name;
    EXPECT_EQ(CountNulls(rows.at("c")), 0U);
  }
}

TEST(BuildPlanTest, SeedsGiveOtherRows) {
  TableBuilder table("a int4, email text");
  EXPECT_TRUE(GenerateRows(table.table, 50) == GenerateRows(table.table, 50));
  EXPECT_FALSE(GenerateRows(table.table, 50) == GenerateRows(table.table, 50, {}, Options(0.1, 8)));
}

TEST(BuildPlanTest, PartitionBoundsAreLimits) {
  TableBuilder table("id int4, day date, region text");
  table.AllNotNull();
  const auto add = [&](std::optional<Expression> constraint, bool is_default = false) {
    table.table.partitions.push_back({"leaf", 0, is_default, std::move(constraint)});
  };
  const auto month = [](const std::string& from, const std::string& to) {
    return All({IsNotNull(ColumnAt(2)), Compare(ColumnAt(2), ">=", from), Compare(ColumnAt(2), "<", to)});
  };
  add(month("2024-01-01", "2024-02-01"));
  add(month("2024-02-01", "2024-03-01"));
  add(month("2024-06-01", "2024-07-01"));
  const Rows rows = GenerateRows(table.table, 2000);
  for (const Cell& day : rows.at("day")) {
    const int days = std::stoi(*day) - 8766;
    ASSERT_TRUE((days >= 0 && days < 60) || (days >= 152 && days < 182)) << days;
  }
  EXPECT_EQ(CountDistinct(rows, "day"), 90U);

  table.Check(Compare(ColumnAt(2), ">", "2025-01-01"));
  EXPECT_EQ(RefusalOf(table.table, 1).sqlstate, sqlstate::kInvalidParameterValue);
  add(std::nullopt, true);
  EXPECT_EQ(RefusalOf(table.table, 1).sqlstate, "");
}

TEST(BuildPlanTest, PrimaryKeysStayInTheirPartitions) {
  TableBuilder table("id int4");
  table.Primary("id");
  for (const char* bounds : {"0 100", "100 200"}) {
    const std::string text = bounds;
    table.table.partitions.push_back({"leaf", 0, false,
                                      All({Compare(ColumnAt(1), ">=", text.substr(0, text.find(' '))),
                                           Compare(ColumnAt(1), "<", text.substr(text.find(' ') + 1))})});
  }
  const Rows rows = GenerateRows(table.table, 200);
  ExpectWithin(rows.at("id"), 0, 199);
  EXPECT_EQ(CountDistinct(rows, "id"), 200U);
  EXPECT_EQ(RefusalOf(table.table, 201).sqlstate, sqlstate::kInvalidParameterValue);
}

TEST(BuildPlanTest, SequencesAreJudgedByTheirValues) {
  TableBuilder table("id int8, other int8");
  table.Identity("id").Identity("other");
  table.Check(Compare(ColumnAt(1), ">", "0")).Check(Compare(ColumnAt(2), "<=", "99"));
  const auto plan = BuildPlan(table.table, 100, Options(), {});
  std::map<std::string, std::string> methods;
  for (const PlanLine& line : plan->lines) methods[line.name] = line.method;
  EXPECT_EQ(methods.at("check_0"), "solved");
  EXPECT_EQ(methods.at("check_1"), "rejection");
}

TEST(BuildPlanTest, TypesWithoutGenerator) {
  TableBuilder table("a int4, odd text");
  Type odd = MakeType(TypeKind::Base, "public", "odd");
  odd.has_input = false;
  table.Type("odd", std::make_shared<Type>(odd));
  EXPECT_EQ(CountNulls(GenerateRows(table.table, 10).at("odd")), 10U);
  table.NotNull("odd");
  EXPECT_EQ(RefusalOf(table.table, 10).sqlstate, sqlstate::kFeatureNotSupported);
  table.At("odd").default_text = "make_odd()";
  EXPECT_EQ(BuildPlan(table.table, 10, Options(), {})->server_columns, std::vector<AttributeNumber>{2});
}

TEST(BuildPlanTest, DroppedColumnsKeepTheirPlace) {
  TableBuilder table("a int4, b int4, c int4");
  table.AllNotNull();
  table.table.columns.erase(table.table.columns.begin() + 1);
  const auto plan = BuildPlan(table.table, 10, Options(), {});
  Batch batch;
  const std::vector<std::uint64_t> ordinals{0, 1, 2};
  plan->Fill(RowSet{ordinals, ordinals, 0}, batch);
  ASSERT_EQ(batch.columns.size(), 3U);
  EXPECT_EQ(batch.columns[1].nulls()[2], 1);
  EXPECT_EQ(batch.columns[2].nulls()[2], 0);
}

TEST(FindFactRequestsTest, AsksForWhatThePlanNeeds) {
  TableBuilder table("id int8, code int4, parent_id int8, seq int4, name text, shared int8");
  table.Identity("id").Primary("id").Unique("code").Unique("name").Reference("parent_id").Identity("seq");
  table.Identity("shared").Reference("shared, parent_id");
  const FactRequests requests = FindFactRequests(table.table);
  EXPECT_EQ(requests.sequences, (std::vector<AttributeNumber>{1, 4, 6}));
  EXPECT_EQ(requests.maxima, (std::vector<AttributeNumber>{1, 2}));
  EXPECT_EQ(requests.foreign_keys, (std::vector<std::size_t>{0, 1}));
}

}  // namespace
}  // namespace dbmocker::sample
