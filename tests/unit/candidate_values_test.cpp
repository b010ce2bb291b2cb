// Values to try on CHECKs that cannot be read, and plans that make use of those that have passed.
// Read first: CandidateValuesTest.
#include "core/candidate_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

class CandidateValuesTest : public ::testing::Test {
 protected:
  std::vector<std::string> CandidatesFor(const std::string& column, const std::vector<std::string>& constants) {
    Expression call = Node(Kind::Function, {ColumnAt(table_.Number(column))}, "public.is_right");
    for (const std::string& constant : constants) call.arguments.push_back(Constant(constant));
    const Column& described = table_.At(column);
    ValueContext context;
    context.reference_time = 26LL * 365 * 86'400'000'000;
    return MakeCandidates(UnwrapDomains(*described.type, described.type_modifier), {&call}, context);
  }
  static bool Holds(const std::vector<std::string>& texts, const std::string& text) {
    return std::ranges::find(texts, text) != texts.end();
  }

  TableBuilder table_{
      "t text, n int4, x numeric(8,2), d date, j jsonb, a numeric(5,2), b numeric(5,2), c numeric(5,2)"};
};

TEST_F(CandidateValuesTest, AreDistinctAndTheSameEachTime) {
  for (const char* column : {"t", "n", "x", "d", "j"}) {
    const auto texts = CandidatesFor(column, {"@", "7"});
    EXPECT_GT(texts.size(), 100U) << column;
    EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), texts.size()) << column;
    EXPECT_EQ(texts, CandidatesFor(column, {"@", "7"})) << column;
  }
}

TEST_F(CandidateValuesTest, SurroundTheConstantsOfTexts) {
  const auto texts = CandidatesFor("t", {"@", "%"});
  EXPECT_TRUE(Holds(texts, "abc@Main"));
  EXPECT_TRUE(Holds(texts, "1@1%1"));
  const bool has_address = std::ranges::any_of(
      texts, [](const std::string& text) { return text.find('@') != std::string::npos && text.ends_with(".com"); });
  EXPECT_TRUE(has_address) << "the generator of email addresses takes part";
}

TEST_F(CandidateValuesTest, NumbersHoldPowersAndMultiples) {
  const auto numbers = CandidatesFor("n", {"37"});
  for (const char* number : {"0", "-1", "1024", "65536", "1000000", "37", "370", "36", "2024"})
    EXPECT_TRUE(Holds(numbers, number)) << number;
  EXPECT_TRUE(Holds(CandidatesFor("x", {"0.3"}), "0.3000"));
}

TEST_F(CandidateValuesTest, DaysHoldTheFirstOfMonthsAndYears) {
  const auto days = CandidatesFor("d", {});
  EXPECT_TRUE(Holds(days, "2025-02-01"));
  EXPECT_TRUE(Holds(days, "1990-01-01"));
}

TEST_F(CandidateValuesTest, DocumentsHaveTheConstantsAsKeysAndValues) {
  const auto documents = CandidatesFor("j", {"size", "unit"});
  EXPECT_TRUE(Holds(documents, R"({"size": {"unit": "a"}})"));
  EXPECT_TRUE(Holds(documents, R"({"size": "unit"})"));
}

TEST_F(CandidateValuesTest, ChecksThatAreNotReadAreFoundWithDraws) {
  table_.Check(Node(Kind::Function, {ColumnAt(table_.Number("n"))}, "public.is_right"));
  const auto unread = FindUnreadChecks(table_.table, Options(), {});
  ASSERT_EQ(unread.size(), 1U);
  EXPECT_EQ(unread[0].column, table_.Number("n"));
  EXPECT_EQ(unread[0].names, std::vector<std::string>{"check_0"});
  EXPECT_EQ(unread[0].draws.size(), 300U);
}

TEST_F(CandidateValuesTest, ValuesThatHavePassedAreTheColumns) {
  table_.NotNull("n").Check(Node(Kind::Function, {ColumnAt(table_.Number("n"))}, "public.is_right"));
  TargetFacts facts;
  facts.tried[table_.Number("n")] = {"16", "64", "512"};
  const auto plan = BuildPlan(table_.table, 500, Options(), facts);
  const auto line = std::ranges::find(plan->lines, "check_0", &PlanLine::name);
  ASSERT_NE(line, plan->lines.end());
  EXPECT_EQ(line->method, "solved");
  const Rows rows = MakeRows(*plan, table_.table, 0, 500);
  std::set<std::string> values;
  for (const auto& value : rows.at("n")) values.insert(value.value_or("NULL"));
  EXPECT_EQ(values, (std::set<std::string>{"16", "64", "512"}));
}

TEST_F(CandidateValuesTest, SumsOfThreeColumnsBoundEachOfThem) {
  table_.NotNull("a, b, c");
  for (const char* name : {"a", "b", "c"}) table_.Check(Compare(ColumnAt(table_.Number(name)), ">", "0"));
  const auto sum = [](Expression left, Expression right) {
    Expression node = Compare(std::move(left), "+", std::move(right));
    node.type = "numeric";
    return node;
  };
  table_.Check(Compare(
      sum(sum(ColumnAt(table_.Number("a")), ColumnAt(table_.Number("b"))), ColumnAt(table_.Number("c"))), "=", "100"));
  const Rows rows = MakeRows(*BuildPlan(table_.table, 1000, Options(), {}), table_.table, 0, 1000);
  int over = 0;
  for (std::size_t row = 0; row < 1000; ++row) {
    const double a = std::stod(*rows.at("a")[row]), b = std::stod(*rows.at("b")[row]);
    EXPECT_LE(a, 100);
    EXPECT_LE(b, 100);
    over += a + b >= 100 ? 1 : 0;
  }
  EXPECT_LT(over, 900) << "rows in which nothing is left for the third: drawn again";
}

}  // namespace
}  // namespace dbmocker::sample
