// CHECKs through functions: extract(), abs(), sign(), remainders, bits, decimals, counts of NULLs, shapes of json and
// bounds of ranges. What is called solved must hold for every value that is made.
// Read first: RewriteCheckTest.
#include "../../src/core/rewrite_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "../../src/core/json_node.h"
#include "../../src/core/ordered_range.h"
#include "../../src/core/solve_check.h"
#include "../../src/core/text_language.h"
#include "sample_expressions.h"
#include "sample_types.h"
#include "table_builder.h"

namespace dbmocker::sample {
namespace {

class RewriteCheckTest : public ::testing::Test {
 protected:
  RewriteCheckTest()
      : table_(
            "amount int4, price numeric, exact numeric(10,4), day date, at timestamp, zoned timestamptz, hour time, "
            "data jsonb, other int4, tags text[], name text, span interval, title text") {
    for (const Column& column : table_.table.columns) types_[column.number] = {column.type.get(), column.type_modifier};
  }
  Expression Col(const std::string& name) { return ColumnAt(table_.Number(name)); }
  static Expression Call2(const std::string& name, Expression a, Expression b) {
    return Node(Kind::Function, {std::move(a), std::move(b)}, name);
  }
  Expression Field(const std::string& field, const std::string& column) {
    return Call2("extract", Constant(field), Col(column));
  }
  static Expression List(std::vector<std::string> texts) {
    Expression list = Node(Kind::ArrayConst, {});
    for (std::string& text : texts) list.elements.emplace_back(std::move(text));
    return list;
  }
  bool Solve(const Expression& check) {
    limits_.clear();
    return SolveCheck(check, types_, limits_);
  }
  const ValueLimits& LimitsOf(const std::string& name) { return limits_[table_.Number(name)].limits; }

  // Solved, with several values, all of which satisfy the oracle.
  void ExpectValues(const Expression& check, const std::string& column,
                    const std::function<bool(const std::string&)>& holds) {
    ASSERT_TRUE(Solve(check));
    const TypeOfColumn type = types_[table_.Number(column)];
    for (const bool unique : {false, true}) {
      const auto values = MakeTypeValueSet(*type.type, type.type_modifier, LimitsOf(column), unique, {});
      ASSERT_NE(values, nullptr);
      EXPECT_GT(values->Size(), 20U);
      for (const std::uint64_t index : SampleIndexes(*values, 500)) {
        const std::string text = TextOf(*values, index);
        ASSERT_TRUE(holds(text)) << text;
      }
    }
  }
  void ExpectDocuments(const Expression& check, const std::function<bool(const JsonNode&)>& holds) {
    ASSERT_TRUE(Solve(check)) << (limits_.empty() ? "nothing was read" : "something was left");
    const TypeOfColumn type = types_[table_.Number("data")];
    const auto values = MakeTypeValueSet(*type.type, -1, LimitsOf("data"), false, {});
    for (std::uint64_t index = 0; index < 200; ++index) {
      const std::string text = TextOf(*values, index);
      ASSERT_TRUE(holds(ReadJson(text))) << text;
    }
  }

  TableBuilder table_;
  TypesByColumn types_;
  LimitsByColumn limits_;
};

long NumberOf(const std::string& text) { return std::strtol(text.c_str(), nullptr, 10); }

TEST_F(RewriteCheckTest, YearsAreBounds) {
  const auto year = [](const std::string& text) { return NumberOf(text.substr(0, 4)); };
  ExpectValues(Compare(Field("year", "day"), "=", "1999"), "day", [&](const auto& text) { return year(text) == 1999; });
  ExpectValues(All({Compare(Field("year", "at"), ">", "2001"), Compare(Field("year", "at"), "<=", "2003")}), "at",
               [&](const auto& text) { return year(text) == 2002 || year(text) == 2003; });
  // The session's time zone may move a moment into another year: the first day and the last are left out.
  ExpectValues(Compare(Field("year", "zoned"), "=", "2004"), "zoned", [&](const auto& text) {
    return year(text) == 2004 && !text.starts_with("2004-01-01") && !text.starts_with("2004-12-31");
  });
  EXPECT_FALSE(Solve(Not(Node(Kind::BooleanTest, {Compare(Field("year", "zoned"), "=", "2004")}, "IS TRUE"))));
}

TEST_F(RewriteCheckTest, RemaindersAndBits) {
  const auto modulo = [&](const std::string& name, const std::string& number) {
    return Compare(Compare(Col("amount"), "%", "5"), name, number);
  };
  ExpectValues(modulo("=", "0"), "amount", [](const auto& text) { return NumberOf(text) % 5 == 0; });
  ExpectValues(modulo("=", "3"), "amount", [](const auto& text) { return NumberOf(text) % 5 == 3; });
  ExpectValues(modulo("<>", "0"), "amount", [](const auto& text) { return NumberOf(text) % 5 != 0; });
  ExpectValues(Any({modulo("=", "1"), modulo("=", "4")}), "amount",
               [](const auto& text) { return NumberOf(text) % 5 == 1 || NumberOf(text) % 5 == 4; });
  ExpectValues(Compare(Compare(Col("amount"), "&", "6"), "=", "4"), "amount",
               [](const auto& text) { return (NumberOf(text) & 6) == 4; });
  ExpectValues(All({modulo("=", "0"), Compare(Compare(Col("amount"), "&", "1"), "=", "1")}), "amount",
               [](const auto& text) { return NumberOf(text) % 5 == 0 && NumberOf(text) % 2 != 0; });
  EXPECT_FALSE(Solve(Compare(Compare(Col("amount"), "%", "0"), "=", "0")));
}

TEST_F(RewriteCheckTest, ThePeriodsOfARangeAreNumberedWithoutGaps) {
  const std::vector<Span64> spans{{-20, 30}, {41, 44}};
  const PeriodicLimits periodic{7, {{1, 2}, {5, 5}}};
  const auto range = OrderedRange::WithPeriods(spans, false, periodic);
  ASSERT_TRUE(range);
  std::vector<std::int64_t> expected, made;
  for (const Span64& span : spans)
    for (std::int64_t value = span.first; value <= span.last; ++value) {
      const std::int64_t rest = ((value % 7) + 7) % 7;
      if (rest == 1 || rest == 2 || rest == 5) expected.push_back(value);
    }
  for (std::uint64_t index = 0; index < range->size(); ++index) made.push_back(range->At(index));
  EXPECT_EQ(made, expected);
  EXPECT_EQ(range->minimum(), expected.front());
  EXPECT_EQ(range->maximum(), expected.back());
  EXPECT_FALSE(OrderedRange::WithPeriods({{3, 4}}, false, periodic));
}

TEST_F(RewriteCheckTest, FieldsOfMoments) {
  ExpectValues(In(Field("isodow", "day"), {"6", "7"}), "day", [](const auto& text) {
    const auto position = ParseOrderedValue(*BaseType("date"), -1, text, false);
    return ((*position % 7) + 7) % 7 <= 1;  // 2000-01-01 was a Saturday
  });
  ExpectValues(All({Compare(Field("hour", "hour"), ">=", "8"), Compare(Field("hour", "hour"), "<", "18")}), "hour",
               [](const auto& text) { return text >= "08" && text < "18"; });
  ExpectValues(In(Field("minute", "at"), {"0", "30"}), "at", [](const auto& text) {
    const std::string minute = text.substr(text.find(':') + 1, 2);
    return minute == "00" || minute == "30";
  });
  ExpectValues(Compare(Call2("date_trunc", Constant("hour"), Col("at")), "=", Col("at")), "at",
               [](const auto& text) { return text.find(":00:00") != std::string::npos; });
  EXPECT_FALSE(Solve(Compare(Call2("date_trunc", Constant("hour"), Col("zoned")), "=", Col("zoned"))));
  EXPECT_FALSE(Solve(Compare(Field("hour", "zoned"), ">", "8")));
}

TEST_F(RewriteCheckTest, Decimals) {
  const auto decimals = [](const std::string& text) {
    const std::size_t point = text.find('.');
    return point == std::string::npos ? 0 : text.size() - point - 1;
  };
  const auto rounded = [&](const std::string& column, const char* digits) {
    return Compare(Call2("round", Col(column), Constant(digits)), "=", Col(column));
  };
  ExpectValues(rounded("price", "1"), "price", [&](const auto& text) { return decimals(text) <= 1; });
  ExpectValues(All({rounded("price", "2"), Between(Col("price"), "0.005", "3.125")}), "price",
               [&](const auto& text) { return decimals(text) <= 2; });
  ExpectValues(Compare(Call("scale", Col("price")), "<=", "2"), "price",
               [&](const auto& text) { return decimals(text) <= 2; });
  ExpectValues(rounded("exact", "2"), "exact", [&](const auto& text) { return text.ends_with("00"); });
  EXPECT_FALSE(Solve(Compare(Call("scale", Col("exact")), "<=", "2")));  // it is written with four
  EXPECT_TRUE(Solve(Compare(Call("scale", Col("exact")), "<=", "4")));
}

TEST_F(RewriteCheckTest, AbsoluteValuesAndSigns) {
  const Expression difference = Compare(Col("amount"), "-", Col("other"));
  const CheckCases near = ReadCases(Compare(Call("abs", difference), "<=", "10"), types_, 0, {});
  ASSERT_EQ(near.size(), 1U);
  EXPECT_EQ(near.front().relations.size(), 2U);
  EXPECT_TRUE(near.front().residues.empty());
  EXPECT_EQ(ReadCases(Compare(Call("abs", difference), ">", "10"), types_, 0, {}).size(), 2U);
  ExpectValues(Compare(Call("sign", Col("amount")), "=", "-1"), "amount",
               [](const auto& text) { return text.starts_with('-'); });
}

TEST_F(RewriteCheckTest, CountsOfNulls) {
  const Expression count = Node(Kind::Function, {Col("amount"), Col("price"), Col("day")}, "num_nonnulls");
  const CheckCases cases = ReadCases(In(count, {"0", "3"}), types_, 0, {});
  EXPECT_EQ(cases.size(), 2U);
  for (const CheckCase& one : cases) EXPECT_TRUE(one.residues.empty());
  const Expression left = Node(Kind::Function, {Col("amount"), Col("price")}, "num_nonnulls");
  const Expression right = Node(Kind::Function, {Col("day"), Col("at")}, "num_nulls");
  for (const CheckCase& one : ReadCases(Compare(left, "=", right), types_, 0, {})) EXPECT_TRUE(one.residues.empty());
}

TEST_F(RewriteCheckTest, TextsAndArrays) {
  EXPECT_TRUE(Solve(Compare(Col("name"), ">", "")));
  EXPECT_EQ(LimitsOf("name").min_length, 1);
  EXPECT_FALSE(Solve(Compare(Col("name"), ">", "a")));
  EXPECT_TRUE(Solve(Call2("regexp_like", Col("name"), Constant("^[a-z]+$"))));
  EXPECT_NE(LimitsOf("name").pattern, nullptr);
  EXPECT_TRUE(Solve(IsNotNull(Call2("regexp_match", Col("name"), Constant("^[a-z]+$")))));
  EXPECT_TRUE(limits_[table_.Number("name")].not_null);
  EXPECT_TRUE(Solve(Compare(Col("tags"), "<>", List({}))));
  EXPECT_EQ(LimitsOf("tags").min_length, 1);
  EXPECT_TRUE(Solve(IsNull(Call2("array_position", Col("tags"), Constant("x")))));
  EXPECT_EQ(LimitsOf("tags").elements->excluded, std::vector<std::string>{"x"});
  EXPECT_FALSE(Solve(IsNotNull(CastTo("uuid", Col("name")))));  // most texts are none
}

TEST_F(RewriteCheckTest, ATextAndItsFoldedCopy) {
  const CheckCases cases = ReadCases(Compare(Col("name"), "=", Call("lower", Col("title"))), types_, 0, {});
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_TRUE(cases.front().residues.empty());
  ASSERT_EQ(cases.front().relations.size(), 1U);
  EXPECT_EQ(cases.front().relations.front().kind, Relation::Kind::SameText);
  for (const char* column : {"name", "title"}) {
    const auto& pattern = cases.front().limits.at(table_.Number(column)).limits.pattern;
    ASSERT_NE(pattern, nullptr);
    EXPECT_TRUE(pattern->exact.Matches("abc"));
    EXPECT_FALSE(pattern->exact.Matches("Abc"));
  }
  EXPECT_FALSE(
      ReadCases(Compare(Col("name"), "<>", Call("lower", Col("title"))), types_, 0, {}).front().residues.empty());
}

TEST_F(RewriteCheckTest, DocumentsHaveTheShapeThatIsAskedFor) {
  const auto text_of = [&](const std::string& key) {
    Expression text = Compare(Col("data"), "->>", key);
    text.type = "text";
    return text;
  };
  ExpectDocuments(In(text_of("kind"), {"a", "b"}), [](const JsonNode& node) {
    const JsonNode* kind = node.Find("kind");
    return kind != nullptr && (kind->text == "a" || kind->text == "b");
  });
  ExpectDocuments(
      All({Compare(CastTo("integer", text_of("n")), ">", "0"), Compare(CastTo("integer", text_of("n")), "<=", "7")}),
      [](const JsonNode& node) {
        const long n = NumberOf(node.Find("n")->text);
        return n >= 1 && n <= 7;
      });
  ExpectDocuments(Compare(Col("data"), "@>", R"({"v": 2, "in": {"x": "y"}})"), [](const JsonNode& node) {
    return node.Find("v")->text == "2" && node.Find("in")->Find("x")->text == "y";
  });
  Expression items = Compare(Col("data"), "->", "items");
  items.type = "jsonb";
  ExpectDocuments(
      All({Compare(Call("jsonb_typeof", items), "=", "array"), Compare(Call("jsonb_array_length", items), ">=", "1"),
           Not(Compare(Col("data"), "?", "secret"))}),
      [](const JsonNode& node) { return !node.Find("items")->items.empty() && node.Find("secret") == nullptr; });
  ExpectDocuments(IsNotNull(Compare(Compare(Col("data"), "->", "a"), "->>", "b")),
                  [](const JsonNode& node) { return node.Find("a")->Find("b") != nullptr; });
  ExpectDocuments(Compare(Call("jsonb_array_length", Col("data")), ">=", "1"),
                  [](const JsonNode& node) { return !node.items.empty() && node.Is(JsonNode::Kind::Array); });
  EXPECT_THROW(
      Solve(All({Compare(text_of("kind"), "=", "a"), Not(Compare(Col("data"), "?", "kind")), IsNotNull(Col("data"))})),
      std::exception);
}

TEST_F(RewriteCheckTest, SpansOfTime) {
  const Expression months = Node(Kind::Function, {Col("at"), Col("day")}, "age");
  Expression years = Constant("18 years");
  years.type = "interval";
  const CheckCases cases = ReadCases(Compare(months, ">=", years), types_, 0, {});
  ASSERT_EQ(cases.size(), 1U);
  ASSERT_EQ(cases.front().relations.size(), 1U);
  // at - day is at least 18 years of 366 days, however age() counts them.
  const ColumnPosition born{table_.Number("day"), 0};
  PositionBounds bounds{INT64_MIN, INT64_MAX, std::nullopt};
  ASSERT_TRUE(BoundPosition(cases.front().relations.front(), table_.Number("at"), {&born, 1}, bounds));
  EXPECT_GE(bounds.lower, Int128{86'400'000'000} * (18 * 1461 / 4 + 1));
  Expression seconds = Field("epoch", "span");
  EXPECT_TRUE(Solve(Compare(seconds, ">", "60")));
  EXPECT_EQ(LimitsOf("span").intervals.size(), 1U);
}

}  // namespace
}  // namespace dbmocker::sample
