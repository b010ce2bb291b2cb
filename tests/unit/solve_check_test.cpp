// CHECK constraints read as limits: what is solved, what is left to rejection, what is refused.
// Read first: SolveCheckTest.
#include "../../src/core/solve_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dbmocker/error.h"
#include "sample_expressions.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

// Columns: 1 amount int4, 2 price numeric(10,2), 3 name text, 4 active bool, 5 state enum, 6 day date, 7 note
// varchar(20), 8 at timestamptz, 9 tags text[], 10 data bytea.
class SolveCheckTest : public ::testing::Test {
 protected:
  SolveCheckTest()
      : table_(
            "amount int4, price numeric(10,2), name text, active bool, state text, day date, note varchar(20), "
            "at timestamptz, tags text[], data bytea") {
    table_.At("state").type = EnumOf("state", {"new", "open", "closed"});
    for (const Column& column : table_.table.columns) types_[column.number] = {column.type.get(), column.type_modifier};
  }
  Expression Col(const std::string& name) { return ColumnAt(table_.Number(name)); }
  const ColumnLimits& LimitsOf(const std::string& name) { return limits_[table_.Number(name)]; }
  bool Solve(const Expression& check) { return SolveCheck(check, types_, limits_); }

  static std::string Text(const ValueInterval& interval) {
    return (interval.lower_inclusive ? "[" : "(") + interval.lower.value_or("") + "," + interval.upper.value_or("") +
           (interval.upper_inclusive ? "]" : ")");
  }
  std::string Intervals(const std::string& name) {
    std::string text;
    for (const ValueInterval& interval : LimitsOf(name).limits.intervals) text += Text(interval);
    return text;
  }
  using Texts = std::vector<std::string>;

  TableBuilder table_;
  TypesByColumn types_;
  LimitsByColumn limits_;
};

TEST_F(SolveCheckTest, RangesIntersect) {
  EXPECT_TRUE(Solve(Compare(Col("amount"), ">", "0")));
  EXPECT_TRUE(Solve(Compare(Constant("100"), ">=", Col("amount"))));
  EXPECT_TRUE(Solve(Not(Compare(Col("amount"), ">", "9"))));
  EXPECT_EQ(Intervals("amount"), "(0,9]");
  EXPECT_TRUE(Solve(Between(Col("price"), "9.5", "10")));
  EXPECT_EQ(Intervals("price"), "[9.5,10]");
}

TEST_F(SolveCheckTest, ListsIntersectByValue) {
  EXPECT_TRUE(Solve(In(Col("price"), {"1", "2.0", "3"})));
  EXPECT_TRUE(Solve(In(Col("price"), {"2", "3.00", "4"})));
  EXPECT_EQ(LimitsOf("price").limits.allowed, (Texts{"2.0", "3"}));
  EXPECT_TRUE(Solve(In(CastTo("text", Col("note")), {"a", "b"})));
  EXPECT_EQ(LimitsOf("note").limits.allowed, (Texts{"a", "b"}));
  EXPECT_TRUE(Solve(Not(In(Col("state"), {"closed"}))));
  EXPECT_EQ(LimitsOf("state").limits.excluded, Texts{"closed"});
}

TEST_F(SolveCheckTest, DisjunctionsOfOneColumnUnite) {
  EXPECT_TRUE(Solve(Any({Compare(Col("amount"), "<", "0"), Between(Col("amount"), "10", "20"),
                         Between(Col("amount"), "15", "30"), Compare(Col("amount"), "=", "99")})));
  EXPECT_EQ(Intervals("amount"), "[,0)[10,30][99,99]");
  EXPECT_TRUE(Solve(Any({Compare(Col("name"), "=", "a"), In(Col("name"), {"b", "a"})})));
  EXPECT_EQ(LimitsOf("name").limits.allowed, (Texts{"a", "b"}));
}

TEST_F(SolveCheckTest, NeighbouringRangesBecomeOne) {
  EXPECT_TRUE(Solve(Any({All({Compare(Col("day"), ">=", "2024-02-01"), Compare(Col("day"), "<", "2024-03-01")}),
                         All({Compare(Col("day"), ">=", "2024-01-01"), Compare(Col("day"), "<", "2024-02-01")})})));
  EXPECT_EQ(Intervals("day"), "[2024-01-01,2024-03-01)");
}

TEST_F(SolveCheckTest, NullsAreLegalUnlessSaidOtherwise) {
  EXPECT_TRUE(Solve(Any({IsNull(Col("amount")), Compare(Col("amount"), ">", "5")})));
  EXPECT_FALSE(LimitsOf("amount").not_null);
  EXPECT_EQ(Intervals("amount"), "(5,]");
  EXPECT_TRUE(Solve(All({IsNotNull(Col("price")), Compare(Col("price"), ">", "5")})));
  EXPECT_TRUE(LimitsOf("price").not_null);
  EXPECT_TRUE(Solve(IsNull(Col("note"))));
  EXPECT_TRUE(LimitsOf("note").always_null);
  EXPECT_TRUE(Solve(Compare(Col("name"), "=", NullConstant())));
  EXPECT_FALSE(LimitsOf("name").limits.has_allowed);
}

TEST_F(SolveCheckTest, BooleansAreLists) {
  EXPECT_TRUE(Solve(Col("active")));
  EXPECT_EQ(LimitsOf("active").limits.allowed, Texts{"t"});
  limits_.clear();
  EXPECT_TRUE(Solve(Node(Kind::BooleanTest, {Col("active")}, "IS NOT TRUE")));
  EXPECT_EQ(LimitsOf("active").limits.allowed, Texts{"f"});
  EXPECT_FALSE(LimitsOf("active").not_null);
  limits_.clear();
  EXPECT_TRUE(Solve(Not(Node(Kind::BooleanTest, {Col("active")}, "IS NOT FALSE"))));
  EXPECT_EQ(LimitsOf("active").limits.allowed, Texts{"f"});
  EXPECT_TRUE(LimitsOf("active").not_null);
  EXPECT_FALSE(Solve(Col("amount")));
}

TEST_F(SolveCheckTest, LengthsAndBlankText) {
  EXPECT_TRUE(Solve(Compare(Call("length", CastTo("text", Col("note"))), ">", "3")));
  EXPECT_TRUE(Solve(Compare(Call("char_length", CastTo("text", Col("note"))), "<=", "8")));
  EXPECT_EQ(LimitsOf("note").limits.min_length, 4);
  EXPECT_EQ(LimitsOf("note").limits.max_length, 8);
  EXPECT_TRUE(Solve(Compare(Col("name"), "<>", "")));
  EXPECT_EQ(LimitsOf("name").limits.min_length, 1);
  EXPECT_TRUE(LimitsOf("name").limits.excluded.empty());
  EXPECT_TRUE(Solve(Compare(Call("length", Call("btrim", Col("name"))), ">", "0")));
  EXPECT_TRUE(Solve(Compare(Call("length", Call("btrim", Col("name"))), ">", "5")));
  EXPECT_EQ(LimitsOf("name").limits.min_length, 6);
  EXPECT_TRUE(Solve(Compare(Call("octet_length", Col("data")), "=", "32")));
  EXPECT_TRUE(Solve(Compare(Call("octet_length", Col("name")), "=", "32")));
  EXPECT_NE(LimitsOf("name").limits.pattern, nullptr);
  EXPECT_FALSE(Solve(Compare(Call("length", CastTo("text", Col("price"))), ">", "3")));
  EXPECT_TRUE(Solve(Compare(Call("cardinality", Col("tags")), "<=", "5")));
  EXPECT_EQ(LimitsOf("tags").limits.max_length, 5);
}

TEST_F(SolveCheckTest, CastsThatRoundAreNotSolved) {
  EXPECT_TRUE(Solve(Compare(CastTo("numeric", Col("amount")), ">", "5.5")));
  EXPECT_EQ(Intervals("amount"), "(5.5,]");
  EXPECT_TRUE(Solve(Compare(CastTo("double precision", Col("price")), ">", "5.5")));
  limits_.clear();
  EXPECT_FALSE(Solve(Compare(CastTo("integer", Col("price")), ">", "5")));
  EXPECT_FALSE(Solve(Compare(CastTo("date", Col("at")), "=", "2024-01-01")));
  EXPECT_TRUE(Intervals("price").empty());
  EXPECT_TRUE(LimitsOf("at").limits.IsUnlimited());
  EXPECT_TRUE(Solve(Compare(CastTo("integer", Col("active")), "=", "1")));
  EXPECT_EQ(LimitsOf("active").limits.allowed, Texts{"t"});
  EXPECT_TRUE(Solve(Compare(CastTo("text", Col("state")), "=", "open")));
  EXPECT_FALSE(Solve(Compare(CastTo("text", Col("state")), "<", "open")));
}

TEST_F(SolveCheckTest, WhatIsNotReadLeavesNecessaryLimits) {
  EXPECT_FALSE(Solve(Compare(Col("day"), "<", Col("at"))));
  EXPECT_FALSE(Solve(Compare(Col("name"), "<", "m")));
  EXPECT_FALSE(Solve(All({Compare(Col("amount"), ">", "3"), Compare(Col("name"), "~", "(a)\\1")})));
  EXPECT_EQ(Intervals("amount"), "(3,]");
  EXPECT_FALSE(Solve(Any({All({Compare(Col("state"), "=", "new"), Compare(Col("price"), "<", "10")}),
                          All({Compare(Col("state"), "=", "open"), Compare(Col("price"), ">", "50")})})));
  EXPECT_EQ(LimitsOf("state").limits.allowed, (Texts{"new", "open"}));
  EXPECT_EQ(Intervals("price"), "[,10)(50,]");
}

TEST_F(SolveCheckTest, BranchesOfDifferentColumnsLimitNothing) {
  EXPECT_FALSE(Solve(Any({Compare(Col("amount"), ">", "3"), Compare(Col("price"), ">", "3")})));
  EXPECT_TRUE(LimitsOf("amount").limits.IsUnlimited());
  EXPECT_TRUE(LimitsOf("price").limits.IsUnlimited());
}

TEST_F(SolveCheckTest, Literals) {
  EXPECT_TRUE(Solve(Constant("t")));
  EXPECT_THROW(Solve(Constant("f")), Error);
  EXPECT_TRUE(Solve(Any({Constant("f"), Compare(Col("amount"), ">", "3")})));
  EXPECT_EQ(Intervals("amount"), "(3,]");
  EXPECT_TRUE(Solve(Any({Constant("t"), Compare(Col("price"), ">", "3")})));
  EXPECT_EQ(Intervals("price"), "");
}

TEST_F(SolveCheckTest, ImpossibleBranchesCountForNothing) {
  EXPECT_TRUE(Solve(Any({Between(Col("amount"), "5", "3"), Between(Col("amount"), "7", "8")})));
  EXPECT_EQ(Intervals("amount"), "[7,8]");
}

TEST_F(SolveCheckTest, ElementsOfArrays) {
  const auto list = [](const Texts& texts) {
    Expression array = Node(Kind::ArrayConst, {});
    for (const std::string& text : texts) array.elements.emplace_back(text);
    return array;
  };
  EXPECT_TRUE(Solve(Node(Kind::Operator, {Col("tags"), list({"a", "b"})}, "@>")));
  EXPECT_TRUE(Solve(Node(Kind::AnyOf, {Constant("c"), Col("tags")}, "=")));
  EXPECT_EQ(LimitsOf("tags").limits.members, (Texts{"a", "b", "c"}));
  const Column& column = table_.At("tags");
  const auto values = MakeSet(column.type, -1, LimitsOf("tags").limits);
  for (std::uint64_t i = 0; i < 200; ++i) EXPECT_TRUE(TextOf(*values, i).starts_with("{a,b,c")) << TextOf(*values, i);
  EXPECT_TRUE(Solve(IsNotNull(Col("tags"))));
  EXPECT_THROW(Solve(Node(Kind::Operator, {Col("tags"), list({"a", "d"})}, "<@")), Error);
  EXPECT_THROW(Solve(Compare(Call("cardinality", Col("tags")), "<=", "2")), Error);
}

TEST_F(SolveCheckTest, ContradictionsLeaveNull) {
  EXPECT_TRUE(Solve(All({Compare(Col("amount"), ">", "5"), Compare(Col("amount"), "<", "3")})));
  EXPECT_TRUE(LimitsOf("amount").always_null);
  EXPECT_TRUE(Solve(All({In(Col("state"), {"new"}), In(Col("state"), {"open"})})));
  EXPECT_TRUE(LimitsOf("state").always_null);
  EXPECT_TRUE(Solve(All({Compare(Col("name"), "~", "^a"), Compare(Col("name"), "~", "^b")})));
  EXPECT_TRUE(LimitsOf("name").always_null);
  EXPECT_TRUE(
      Solve(All({Compare(Call("length", Col("note")), ">", "9"), Compare(Call("length", Col("note")), "<", "3")})));
  EXPECT_TRUE(LimitsOf("note").always_null);
}

TEST_F(SolveCheckTest, ContradictionsAreRefused) {
  EXPECT_THROW(Solve(All({IsNull(Col("amount")), IsNotNull(Col("amount"))})), Error);
  EXPECT_TRUE(Solve(IsNotNull(Col("price"))));
  EXPECT_TRUE(Solve(Compare(Col("price"), ">", "5")));
  EXPECT_THROW(Solve(Compare(Col("price"), "<", "3")), Error);
}

TEST_F(SolveCheckTest, DistinctFrom) {
  EXPECT_TRUE(Solve(Node(Kind::Distinct, {Col("amount"), Constant("5")})));
  EXPECT_EQ(LimitsOf("amount").limits.excluded, Texts{"5"});
  EXPECT_TRUE(Solve(Not(Node(Kind::Distinct, {Col("price"), Constant("5")}))));
  EXPECT_TRUE(LimitsOf("price").not_null);
  EXPECT_TRUE(Solve(Node(Kind::Distinct, {Col("day"), NullConstant()})));
  EXPECT_TRUE(LimitsOf("day").not_null);
}

TEST_F(SolveCheckTest, InfinityBoundsNothing) {
  EXPECT_TRUE(Solve(Compare(Col("day"), "<", "infinity")));
  EXPECT_EQ(Intervals("day"), "");
}

}  // namespace
}  // namespace dbmocker::sample
