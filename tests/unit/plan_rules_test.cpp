// Rules in whole plans: they narrow and weigh what is drawn, constraints still hold, and what cannot be kept is refused
// with the rule and the constraint.
// Read first: WithRule.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

TargetFacts WithRule(TableBuilder& table, const std::string& column, const std::string& json, TargetFacts facts = {}) {
  facts.rules[table.Number(column)] = {json, "rule"};
  return facts;
}

double ShareOf(const Cells& cells, const char* text) {
  return static_cast<double>(std::ranges::count(cells, Cell(text))) / static_cast<double>(cells.size());
}

Cells CellsOf(const Rows& rows, const char* column) { return rows.at(column); }

std::int64_t Number(const Cell& cell) { return std::stoll(*cell); }

void ExpectRefusal(TableBuilder& table, const std::string& column, const std::string& json, const char* detail) {
  const ErrorReport report = RefusalOf(table.table, 100, WithRule(table, column, json));
  EXPECT_EQ(report.sqlstate, sqlstate::kInvalidParameterValue) << json;
  EXPECT_NE(report.message.find("rule for column \"" + column + "\""), std::string::npos) << report.message;
  EXPECT_NE((report.message + report.detail).find(detail), std::string::npos) << report.message << "\n"
                                                                              << report.detail;
}

TEST(PlanRulesTest, LimitsAndListsNarrow) {
  TableBuilder table("age int4, code text, kind text");
  table.AllNotNull().Check(Compare(ColumnAt(1), "<=", "50"));
  for (const Cell& cell :
       CellsOf(GenerateRows(table.table, 2000, WithRule(table, "age", R"({"min": 45, "max": 99})")), "age")) {
    ASSERT_GE(Number(cell), 45);
    ASSERT_LE(Number(cell), 50) << "the CHECK still holds";
  }
  for (const Cell& cell : CellsOf(
           GenerateRows(table.table, 500, WithRule(table, "code", R"({"min_length": 9, "max_length": 10})")), "code")) {
    ASSERT_GE(cell->size(), 9U);
    ASSERT_LE(cell->size(), 10U);
  }
  const Rows listed = GenerateRows(table.table, 500, WithRule(table, "kind", R"({"possible_values": ["x", "y"]})"));
  EXPECT_EQ(CountDistinct(listed, "kind"), 2U);
}

TEST(PlanRulesTest, SharesFollowTheRule) {
  TableBuilder table("kind text, age int4");
  table.NotNull("kind");
  const Rows weighted = GenerateRows(
      table.table, 20'000, WithRule(table, "kind", R"({"weighted_values": {"a": 0.8, "b": 0.15, "c": 0.05}})"));
  EXPECT_NEAR(ShareOf(weighted.at("kind"), "a"), 0.8, 0.02);
  EXPECT_NEAR(ShareOf(weighted.at("kind"), "c"), 0.05, 0.01);
  const Rows nulls = GenerateRows(table.table, 20'000, WithRule(table, "age", R"({"null_probability": 0.37})"));
  EXPECT_NEAR(static_cast<double>(CountNulls(nulls.at("age"))) / 20'000, 0.37, 0.02);
  const Rows none = GenerateRows(table.table, 1000, WithRule(table, "age", R"({"null_probability": 0})"));
  EXPECT_EQ(CountNulls(none.at("age")), 0U);
  const Rows normal =
      GenerateRows(table.table, 20'000,
                   WithRule(table, "age",
                            R"({"null_probability": 0, "distribution": {"kind": "normal", "mean": 40, "stddev": 4}})"));
  double sum = 0;
  for (const Cell& cell : normal.at("age")) sum += static_cast<double>(Number(cell));
  EXPECT_NEAR(sum / 20'000, 40, 0.2);
}

TEST(PlanRulesTest, SequencesCountByRow) {
  TableBuilder table("number int4, name text");
  table.AllNotNull().Unique("number");
  TargetFacts facts = WithRule(table, "number", R"({"sequence": {"start": 100, "step": 5}})");
  const Rows first = GenerateRows(table.table, 50, facts);
  EXPECT_EQ(first.at("number").front(), "100");
  EXPECT_EQ(first.at("number").back(), "345");
  facts.first_ordinal = 50;
  EXPECT_EQ(GenerateRows(table.table, 10, facts).at("number").front(), "350") << "a second run goes on";
  table.Check(Compare(ColumnAt(1), "<", "300"));
  ExpectRefusal(table, "number", R"({"sequence": {"start": 100, "step": 5}})", "check_0");
  ExpectRefusal(table, "number", R"({"sequence": {"start": 2147483640}})", "range of type int4");
}

TEST(PlanRulesTest, GeneratorsReplaceTheMeaning) {
  TableBuilder table("note text, contact text");
  table.AllNotNull().Unique("contact");
  for (const Cell& cell :
       CellsOf(GenerateRows(table.table, 200, WithRule(table, "note", R"({"generator": "email"})")), "note"))
    ASSERT_NE(cell->find('@'), std::string::npos);
  const Rows unique = GenerateRows(table.table, 5000, WithRule(table, "contact", R"({"generator": "email"})"));
  EXPECT_EQ(CountDistinct(unique, "contact"), 5000U);
  ExpectRefusal(table, "note", R"({"generator": "nonsense"})", "nonsense");
  ExpectRefusal(table, "note", R"({"generator": "email", "max_length": 2})", "email");
}

TEST(PlanRulesTest, ParentsAreDrawnByZipf) {
  TableBuilder table("customer_id int8, note text");
  table.AllNotNull().Reference("customer_id");
  TargetFacts facts = WithRule(table, "customer_id", R"({"distribution": {"kind": "zipf", "exponent": 1}})");
  facts.parents[0] = DenseParents(100);
  const Rows rows = GenerateRows(table.table, 20'000, facts);
  EXPECT_NEAR(ShareOf(rows.at("customer_id"), "1"), 1 / 5.187, 0.02);
  EXPECT_EQ(CountDistinct(rows, "customer_id"), 100U);
  facts.rules[1].json = R"({"generator": "quantity"})";
  EXPECT_NE(RefusalOf(table.table, 10, facts).message.find("reference_0"), std::string::npos);
}

TEST(PlanRulesTest, ContradictionsNameTheRuleAndTheConstraint) {
  TableBuilder table("age int4, kind text, at timestamptz, id int4, flag bool");
  table.NotNull("kind, id").Primary("id");
  table.Check(Between(ColumnAt(1), "18", "65")).Check(In(ColumnAt(2), {"a", "b"}));
  ExpectRefusal(table, "age", R"({"min": 70})", "check_0");
  ExpectRefusal(table, "age", R"({"possible_values": [20, 90]})", "\"90\"");
  ExpectRefusal(table, "kind", R"({"weighted_values": {"a": 1, "z": 1}})", "check_1");
  ExpectRefusal(table, "kind", R"({"null_probability": 0.5})", "NOT NULL");
  ExpectRefusal(table, "id", R"({"distribution": "zipf"})", "key_0");
  ExpectRefusal(table, "at", R"({"distribution": {"kind": "poisson", "mean": 3}})", "column of times");
  ExpectRefusal(table, "flag", R"({"min": true})", "min and max");
  ExpectRefusal(table, "age", R"({"min_length": 2})", "lengths");
  ExpectRefusal(table, "kind", R"({"sequence": {}})", "sequence");
}

TEST(PlanRulesTest, AKeyOfSeveralColumnsOverrulesNothingSilently) {
  TableBuilder table("a int4, b int4");
  table.AllNotNull().Unique("a, b");
  ExpectRefusal(table, "a", R"({"distribution": "zipf"})", "decided by a key");
  const Rows rows = GenerateRows(table.table, 40, WithRule(table, "a", R"({"possible_values": [3, 4]})"));
  EXPECT_EQ(CountDistinct(rows, "a, b"), 40U);
  EXPECT_EQ(CountDistinct(rows, "a"), 2U);
}

TEST(PlanRulesTest, ColumnsBecomeUniqueByRule) {
  TableBuilder table("code int4, contact text, flag bool");
  table.AllNotNull();
  TargetFacts facts = WithRule(table, "contact", R"({"generator": "email", "unique": true})");
  facts = WithRule(table, "code", R"({"unique": true, "min": 1, "max": 5000})", facts);
  const Rows rows = GenerateRows(table.table, 5000, facts);
  EXPECT_EQ(CountDistinct(rows, "code"), 5000U);
  EXPECT_EQ(CountDistinct(rows, "contact"), 5000U);
  EXPECT_NE(RefusalOf(table.table, 5001, facts).message.find("by rule"), std::string::npos);
  EXPECT_FALSE(RefusalOf(table.table, 3, WithRule(table, "flag", R"({"unique": true})")).message.empty());
  table.Unique("code");
  ExpectRefusal(table, "code", R"({"unique": false})", "key_0");
}

TEST(PlanRulesTest, EdgeCasesComeWithinTheLimits) {
  TableBuilder table("a int4, t varchar(20), d date, x float8, n numeric(6,2), id int4");
  table.AllNotNull().Unique("id").Check(Compare(ColumnAt(3), "<", "2030-01-01"));
  TargetFacts facts;
  for (const char* column : {"a", "t", "d", "x", "n"})
    facts = WithRule(table, column, R"({"edge_case_probability": 0.5})", facts);
  const Rows rows = GenerateRows(table.table, 4000, facts);
  EXPECT_GT(ShareOf(rows.at("a"), "2147483647"), 0.05);
  EXPECT_GT(ShareOf(rows.at("a"), "-2147483648"), 0.05);
  EXPECT_GT(ShareOf(rows.at("t"), ""), 0.01);
  EXPECT_GT(ShareOf(rows.at("t"), "'"), 0.01);
  EXPECT_GT(ShareOf(rows.at("t"), "xxxxxxxxxxxxxxxxxxxx"), 0.01);
  for (const Cell& cell : rows.at("t")) ASSERT_LE(cell->size(), 40U);
  EXPECT_GT(ShareOf(rows.at("d"), "8825"), 0.03) << "2024-02-29";
  for (const Cell& cell : rows.at("d")) ASSERT_LT(Number(cell), 10958) << "the CHECK still holds";
  const auto share_of_bits = [&](double value) {
    return ShareOf(rows.at("x"), std::to_string(std::bit_cast<std::int64_t>(value)).c_str());
  };
  EXPECT_GT(share_of_bits(std::numeric_limits<double>::infinity()), 0.03);
  EXPECT_GT(share_of_bits(0.0), 0.03);
  ExpectRefusal(table, "id", R"({"edge_case_probability": 0.5})", "key_0");
  table.Check(Between(ColumnAt(1), "5", "9"));
  const Rows narrow = GenerateRows(table.table, 500, WithRule(table, "a", R"({"edge_case_probability": 1})"));
  EXPECT_EQ(CountDistinct(narrow, "a"), 2U) << "the ends of the range";
}

TEST(PlanRulesTest, DuplicatesFollowTheStrategy) {
  TableBuilder table("name text, number int4, id int4");
  table.AllNotNull().Unique("id");
  const Rows pool = GenerateRows(table.table, 5000,
                                 WithRule(table, "name", R"({"duplicate_strategy": "cached_pool", "pool_size": 12})"));
  EXPECT_EQ(CountDistinct(pool, "name"), 12U);
  const Rows fresh =
      GenerateRows(table.table, 200'000, WithRule(table, "number", R"({"duplicate_strategy": "generate_new"})"));
  EXPECT_EQ(CountDistinct(fresh, "number"), 200'000U) << "more than the usual numbers";
  ExpectRefusal(table, "id", R"({"duplicate_strategy": "cached_pool"})", "key_0");
}

TEST(PlanRulesTest, OptionsAskForDuplicatesEverywhere) {
  TableBuilder table("first_name text, email text, number int8, id int8, flag bool, code text", "users");
  table.AllNotNull().Primary("id").Unique("code");
  PlanOptions options = Options();
  const auto count = [&](const char* strategy, const char* column) {
    options.duplicates = DuplicateOptions{strategy, 0.5, 5, 25, 100};
    return CountDistinct(GenerateRows(table.table, 5000, {}, options), column);
  };
  for (const char* strategy : {"generate_new", "allow_simple", "smart_duplicates", "cached_pool", "weighted_random"}) {
    EXPECT_EQ(count(strategy, "id"), 5000U) << "what a key keeps distinct stays so";
    EXPECT_EQ(count(strategy, "code"), 5000U);
  }
  EXPECT_EQ(count("cached_pool", "email"), 25U);
  EXPECT_EQ(count("cached_pool", "number"), 100U);
  EXPECT_EQ(count("cached_pool", "flag"), 2U);
  EXPECT_EQ(count("generate_new", "number"), 5000U);
  EXPECT_NEAR(static_cast<double>(count("allow_simple", "number")), 2500, 150);
  EXPECT_NEAR(static_cast<double>(count("smart_duplicates", "number")), 530, 60);
  options.duplicates = DuplicateOptions{"cached_pool", 0.5, 5, 25, 100};
  const Rows rows = GenerateRows(table.table, 500, {}, options);
  for (std::size_t row = 0; row < 500; ++row) {
    std::string name = *rows.at("first_name")[row];
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    ASSERT_TRUE(rows.at("email")[row]->starts_with(name)) << "columns of a person still agree";
  }
}

TEST(PlanRulesTest, ParentsHaveSoManyChildren) {
  TableBuilder table("order_id int8, note text");
  table.Reference("order_id");
  TargetFacts facts = WithRule(table, "order_id", R"({"per_parent": {"min": 2, "max": 4}})");
  facts.parents[0] = DenseParents(100);
  const Rows rows = GenerateRows(table.table, 290, facts);
  std::map<std::string, int> counts;
  for (const Cell& cell : rows.at("order_id")) ++counts[cell.value()];
  EXPECT_EQ(counts.size(), 100U);
  for (const auto& [parent, count] : counts) EXPECT_TRUE(count >= 2 && count <= 4) << parent;
  EXPECT_NE(RefusalOf(table.table, 401, facts).detail.find("from 200 to 400"), std::string::npos);
  ExpectRefusal(table, "note", R"({"per_parent": {"max": 2}})", "foreign key");
}

TEST(PlanRulesTest, TheServerComputesExpressions) {
  TableBuilder table("price int4, total int4, note text, id int4");
  table.Unique("id");
  TargetFacts facts = WithRule(table, "total", R"({"expression": "price * 2"})");
  facts = WithRule(table, "note", R"({"template": "it's {{price}} of {{total}}!"})", facts);
  const auto plan = BuildPlan(table.table, 10, Options(), facts);
  ASSERT_EQ(plan->computed_columns.size(), 2U);
  EXPECT_EQ(plan->computed_columns[0].expression, "price * 2");
  EXPECT_EQ(plan->computed_columns[1].expression,
            R"sql(pg_catalog.concat('it''s ', "price", ' of ', "total", '!'))sql");
  EXPECT_EQ(plan->columns.size(), 2U) << "the plan leaves them to the server";
  ExpectRefusal(table, "id", R"({"expression": "1"})", "key_0");
  ExpectRefusal(table, "note", R"({"template": "{{nothing}}"})", "nothing");
  ExpectRefusal(table, "note", R"({"template": "a {{price"})", "}}");
}

// Orders that are new and not sent, or sent at some time; paid at least what was asked for.
TableBuilder OrderTable() {
  TableBuilder table("state text, sent int4, amount int4, paid int4");
  table.NotNull("state, amount, paid");
  table.Check(Any({All({Compare(ColumnAt(1), "=", "new"), IsNull(ColumnAt(2))}),
                   All({Compare(ColumnAt(1), "=", "sent"), IsNotNull(ColumnAt(2))})}));
  table.Check(Compare(ColumnAt(3), "<=", ColumnAt(4)));
  return table;
}

void ExpectChecksHold(const Rows& rows) {
  for (std::size_t row = 0; row < rows.at("state").size(); ++row) {
    ASSERT_EQ(rows.at("state")[row] == "new", !rows.at("sent")[row].has_value());
    ASSERT_LE(Number(rows.at("amount")[row]), Number(rows.at("paid")[row]));
  }
}

TEST(PlanRulesTest, RulesHoldWithinTheCasesOfChecks) {
  TableBuilder table = OrderTable();
  const Rows listed = GenerateRows(table.table, 1000, WithRule(table, "state", R"({"possible_values": ["sent"]})"));
  ExpectChecksHold(listed);
  EXPECT_EQ(ShareOf(listed.at("state"), "sent"), 1);
  const Rows weighted =
      GenerateRows(table.table, 20'000, WithRule(table, "state", R"({"weighted_values": {"new": 0.9, "sent": 0.1}})"));
  ExpectChecksHold(weighted);
  EXPECT_NEAR(ShareOf(weighted.at("state"), "new"), 0.9, 0.02) << "the value decides the case";
  const Rows limited = GenerateRows(table.table, 1000, WithRule(table, "sent", R"({"min": 5, "max": 9})"));
  ExpectChecksHold(limited);
  for (const Cell& cell : limited.at("sent")) ASSERT_TRUE(!cell || (Number(cell) >= 5 && Number(cell) <= 9));
  const Rows filled = GenerateRows(table.table, 1000, WithRule(table, "sent", R"({"null_probability": 0})"));
  ExpectChecksHold(filled);
  EXPECT_EQ(CountNulls(filled.at("sent")), 0U);
  ExpectRefusal(table, "state", R"({"possible_values": ["sent", "lost"]})", "\"lost\"");
  ExpectRefusal(table, "state", R"({"possible_values": ["lost"]})", "check_0");
}

TEST(PlanRulesTest, RulesHoldBesideOtherColumns) {
  TableBuilder table = OrderTable();
  for (const char* column : {"amount", "paid"}) {
    const Rows limited = GenerateRows(table.table, 1000, WithRule(table, column, R"({"min": 10, "max": 20})"));
    ExpectChecksHold(limited);
    for (const Cell& cell : limited.at(column)) ASSERT_TRUE(Number(cell) >= 10 && Number(cell) <= 20) << column;
    const Rows drawn =
        GenerateRows(table.table, 20'000,
                     WithRule(table, column, R"({"distribution": {"kind": "normal", "mean": 400, "stddev": 4}})"));
    ExpectChecksHold(drawn);
    double sum = 0;
    for (const Cell& cell : drawn.at(column)) sum += static_cast<double>(Number(cell));
    EXPECT_NEAR(sum / 20'000, 400, 0.2) << column << ": the other one gives way";
  }
  TargetFacts facts = WithRule(table, "amount", R"({"min": 10, "max": 20})");
  facts = WithRule(table, "paid", R"({"min": 15, "max": 18})", facts);
  const Rows both = GenerateRows(table.table, 1000, facts);
  ExpectChecksHold(both);
  for (std::size_t row = 0; row < 1000; ++row) {
    ASSERT_GE(Number(both.at("amount")[row]), 10);
    ASSERT_TRUE(Number(both.at("paid")[row]) >= 15 && Number(both.at("paid")[row]) <= 18);
  }
  facts = WithRule(table, "paid", R"({"max": 9})", facts);
  EXPECT_NE(RefusalOf(table.table, 10, facts).message.find("no value satisfies both"), std::string::npos);
}

TEST(PlanRulesTest, RulesAreCheckedWithoutStoredData) {
  TableBuilder table("age int4, owner_id int8");
  table.AllNotNull().Reference("owner_id").Check(Compare(ColumnAt(1), ">", "10"));
  EXPECT_NO_THROW(CheckRules(table.table, Options(), WithRule(table, "age", R"({"max": 20})")));
  EXPECT_NO_THROW(CheckRules(table.table, Options(), WithRule(table, "owner_id", R"({"distribution": "zipf"})")));
  EXPECT_THROW(CheckRules(table.table, Options(), WithRule(table, "age", R"({"max": 5})")), Error);
}

}  // namespace
}  // namespace dbmocker::sample
